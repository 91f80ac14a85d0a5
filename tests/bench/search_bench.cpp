/// S1 and S3: contacts found while somebody types.
#include <cstdlib>
#include <string>

#include "bench.hpp"
#include "crmkit/base/text.hpp"
#include "raw/raw_search.h"
#if defined(CRMKIT_BENCH_HAS_POSTGRES)
#include "raw/raw_postgres.h"
#endif

namespace crmkit::bench {

namespace {

constexpr std::size_t hits = 20;

/// The start of a family name as somebody types it: 2 to 5 letters.
std::string typed(Random& random) {
    const std::string name = fold(family_name(random));
    return name.substr(0, 2 + random.below(4));
}

std::string given_name(Random& random) {
    constexpr const char* names[] = {"ada", "otto", "luis", "nadia"};
    return names[random.below(std::size(names))];
}

/// Microseconds of each of many searches.
std::vector<double> searches(Session& me, int count, bool two_words) {
    Random random(10);
    std::vector<double> taken;
    for (int i = 0; i < count; ++i) {
        const std::string first = two_words ? given_name(random) + " " : "";
        const std::string text = first + typed(random);
        taken.push_back(1e6 * seconds_of(Meter::processor, [&] {
                            look_at(
                                static_cast<std::int64_t>(me.search<Contact>(text, hits).size()));
                        }));
    }
    return taken;
}

/// Both sides search for the same starts of names.
Measured beside_plain(Bench& bench, Session& me) {
    const ScratchFolder folder;
    const auto raw =
        owned(raw_search_open(bench.specimen().path().c_str(), folder.file("plain.db").c_str()),
              raw_search_close);
    constexpr int texts = 20;
    const auto each = [](const std::function<void(const std::string&)>& search) {
        Random random(11);
        for (int i = 0; i < texts; ++i) {
            search(typed(random));
        }
    };
    return measure(
        Bench::rounds(), texts,
        [&] {
            each([&](const std::string& text) {
                look_at(static_cast<std::int64_t>(me.search<Contact>(text, hits).size()));
            });
        },
        [&] {
            each([&](const std::string& text) {
                require(raw_search_best(raw.get(), (text + "*").c_str()) > 0, "search");
            });
        });
}

#if defined(CRMKIT_BENCH_HAS_POSTGRES)

/// The same contacts in PostgreSQL, by their folded names.
Owned<raw_postgres> in_postgres(Session& me, const char* server) {
    auto postgres = owned(raw_postgres_open(server), raw_postgres_close);
    for (const auto& contact : me.rows<Contact>("order by id")) {
        const std::string words = fold(contact.get<&Contact::full_name>());
        const Id id = contact.get<&Contact::id>();
        require(raw_postgres_add(postgres.get(), id.value, words.c_str()) == 0, "COPY");
    }
    require(raw_postgres_finish(postgres.get()) == 0, "the index");
    return postgres;
}

/// By the clock on the wall, since the server is a process of its own. Does nothing where
/// tests/bench/with_postgres has started none.
void compare_with_postgres(Bench& bench, Session& me) {
    const char* const server = std::getenv("CRMKIT_BENCH_POSTGRES");
    if (server == nullptr) {
        return;
    }
    const auto postgres = in_postgres(me, server);
    const int texts = bench.choose(20, 100);
    const auto each = [texts](auto search) {
        Random random(12);
        for (int i = 0; i < texts; ++i) {
            const std::string first = given_name(random);
            search(first, typed(random));
        }
    };
    const Measured measured = measure(
        Bench::rounds(), texts,
        [&] {
            each([&](const std::string& first, const std::string& last) {
                look_at(
                    static_cast<std::int64_t>(me.search<Contact>(first + " " + last, hits).size()));
            });
        },
        [&] {
            each([&](const std::string& first, const std::string& last) {
                const std::string query = first + " & " + last + ":*";
                require(raw_postgres_newest(postgres.get(), query.c_str()) >= 0, "search");
            });
        },
        Meter::wall);
    bench.table().compare({"S3", "two words, the newest 20", "PostgreSQL, GIN index, local socket"},
                          measured, told());
}

#else

void compare_with_postgres(Bench&, Session&) {}

#endif

}  // namespace

void bench_search(Bench& bench) {
    Session me = bench.specimen().crm().as_system();
    const int count = bench.choose(2'000, 10'000);
    searches(me, count / 10, false);  // so that the pages are in the cache
    const auto one_word = searches(me, count, false);
    const auto two_words = searches(me, count, true);
    Table& table = bench.table();
    table.compare(
        {"S1", "type-ahead, 2 to 5 letters, 20 hits", "plain FTS5, ORDER BY rank LIMIT 20"},
        beside_plain(bench, me), bench.when_whole(at_least(100)));
    table.tell({"S1", "type-ahead, p50"}, quantile(one_word, 0.5), told());
    table.tell({"S1", "type-ahead, p99"}, quantile(one_word, 0.99), at_most(1'000));
    table.tell({"S3", "two words, p50"}, quantile(two_words, 0.5), told());
    table.tell({"S3", "two words, p99"}, quantile(two_words, 0.99), told());
    compare_with_postgres(bench, me);
}

}  // namespace crmkit::bench

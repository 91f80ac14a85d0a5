/// S1 and S3: contacts found while somebody types.
#include <string>

#include "bench.hpp"
#include "crmkit/base/text.hpp"
#include "raw/raw_search.h"

namespace crmkit::bench {

namespace {

constexpr std::size_t hits = 20;

/// The start of a family name as somebody types it: 2 to 5 letters.
std::string typed(Random& random) {
    const std::string name = fold(family_name(random));
    return name.substr(0, 2 + random.below(4));
}

/// Microseconds of each of many searches.
std::vector<double> searches(Session& me, int count, bool two_words) {
    constexpr const char* given[] = {"ada ", "otto ", "luis ", "nadia "};
    Random random(10);
    std::vector<double> taken;
    for (int i = 0; i < count; ++i) {
        const std::string text =
            (two_words ? given[random.below(std::size(given))] : "") + typed(random);
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
}

}  // namespace crmkit::bench

/// G: how the work of one call grows with the store.
#include <functional>
#include <map>
#include <string>

#include "bench.hpp"
#include "crmkit/engine/customer_360.hpp"
#include "crmkit/engine/timeline.hpp"
#include "raw/raw_reader.h"

namespace crmkit::bench {

namespace {

/// How much longer a call may take.
struct Growth {
    double to_a_million;  ///< from ten thousand contacts
    double beyond;        ///< from a million to ten
};

/// What is measured, how often a round does it, how much longer it may take in a larger store, and
/// in how many rounds.
struct Call {
    std::string_view name;
    int times;
    Growth at_most;
    std::function<void(Session&, Specimen&, Random&)> run;
    int rounds = Bench::rounds();
};

Id any(const std::vector<Id>& ids, Random& random) { return ids[random.below(ids.size())]; }

void read_page(Session& me, Specimen& specimen, Random& random) {
    const auto page = me.page<Contact>("account = :account order by last_name", {20, {}},
                                       {{"account", any(specimen.accounts(), random)}});
    look_at(static_cast<std::int64_t>(page.records.size()));
}

/// Page after page of all contacts, each found by where the one before ended.
class Leafing {
  public:
    void operator()(Session& me, Specimen& specimen, Random&) {
        std::string& after = ends_[&specimen];
        auto page = me.page<Contact>("order by id", {20, after});
        look_at(static_cast<std::int64_t>(page.records.size()));
        after = std::move(page.next);
    }

  private:
    std::map<const Specimen*, std::string> ends_;
};

void create(Session& me, Specimen& specimen, Random& random) {
    Contact contact =
        contact_number(static_cast<int>(random.below(1'000'000'000)), random, specimen.accounts());
    me.insert(MutableRecordView(contact));
}

std::vector<Call> calls() {
    return {
        {"get",
         5'000,
         {1.6, 2.0},
         [](Session& me, Specimen& specimen, Random& random) {
             look_at(me.get<Contact>(any(specimen.contacts(), random)).version);
         }},
        {"page", 500, {1.4, 1.4}, read_page},
        {"keyset page", 500, {1.4, 1.4}, Leafing()},
        {"type-ahead",
         500,
         {2.5, 2.5},
         [](Session& me, Specimen&, Random& random) {
             const std::string text = family_name(random).substr(0, 3);
             look_at(static_cast<std::int64_t>(me.search<Contact>(text, 20).size()));
         }},
        // One long round: the search index merges its parts now and then, which the best of some
        // brief ones would have none of, or nothing but.
        {"create and commit, mean", 20'000, {2.2, 2.2}, create, 1},
        {"timeline",
         500,
         {1.4, 1.4},
         [](Session& me, Specimen& specimen, Random&) {
             const Link party{Account::entity_number, specimen.busiest_account()};
             look_at(static_cast<std::int64_t>(timeline(me, {.party = party}).items.size()));
         }},
        {"customer_360",
         100,
         {1.4, 1.4},
         [](Session& me, Specimen& specimen, Random&) {
             const Link party{Account::entity_number, specimen.busiest_account()};
             look_at(static_cast<std::int64_t>(customer_360(me, {.party = party}).people.size()));
         }},
    };
}

/// How reading by hand grows, which no target asks for: what SQLite and the processor's caches make
/// of a larger file.
void compare_by_hand(Bench& bench, Specimen& small, Specimen& large, const std::string& sizes) {
    constexpr int times = 5'000;
    const auto in_small = owned(raw_reader_open(small.path().c_str()), raw_reader_close);
    const auto in_large = owned(raw_reader_open(large.path().c_str()), raw_reader_close);
    const auto both = [&](std::string_view name, auto read) {
        const auto times_in = [&read](raw_reader* reader, const Specimen& specimen) {
            Random random(12);
            for (int i = 0; i < times; ++i) {
                require(read(reader, specimen, random) != -1, "reading");
            }
        };
        const Measured measured = measure(
            Bench::rounds(), times, [&] { times_in(in_large.get(), large); },
            [&] { times_in(in_small.get(), small); });
        bench.table().compare(
            {"G", std::string(name) + ", " + sizes, "the same in the smaller store"}, measured,
            told());
    };
    both("C by hand: get", [](raw_reader* reader, const Specimen& specimen, Random& random) {
        return raw_get(reader, any(specimen.contacts(), random).value);
    });
    both("C by hand: page", [](raw_reader* reader, const Specimen& specimen, Random& random) {
        return raw_page(reader, any(specimen.accounts(), random).value, 20);
    });
}

/// The best round of each call in two stores, in microseconds.
void compare(Bench& bench, Specimen& small, Specimen& large, const std::string& sizes,
             double Growth::*step = &Growth::to_a_million) {
    compare_by_hand(bench, small, large, sizes);
    Session in_small = small.crm().as_system();
    Session in_large = large.crm().as_system();
    for (const Call& call : calls()) {
        Random chance_small(12);
        Random chance_large(12);
        const auto times = [&call](Session& me, Specimen& specimen, Random& random) {
            for (int i = 0; i < call.times; ++i) {
                call.run(me, specimen, random);
            }
        };
        const Measured measured = measure(
            call.rounds, call.times, [&] { times(in_large, large, chance_large); },
            [&] { times(in_small, small, chance_small); });
        const std::string name = std::string(call.name) + ", " + sizes;
        bench.table().compare({"G", name, "the same in the smaller store"}, measured,
                              bench.when_whole(at_most(call.at_most.*step)));
    }
}

Crowd crowd_of(int contacts) { return {contacts, contacts / 5}; }

}  // namespace

void bench_growth(Bench& bench) {
    if (bench.is_quick()) {
        Specimen small(crowd_of(5'000));
        compare(bench, small, bench.specimen(), "5k to 50k contacts");
        return;
    }
    {
        Specimen small(crowd_of(10'000));
        Specimen middle(crowd_of(100'000));
        compare(bench, small, middle, "10k to 100k contacts");
        compare(bench, small, bench.specimen(), "10k to 1M contacts");
    }
    if (bench.extent() == Extent::full) {
        Specimen largest(crowd_of(10'000'000));
        compare(bench, bench.specimen(), largest, "1M to 10M contacts", &Growth::beyond);
    }
}

}  // namespace crmkit::bench

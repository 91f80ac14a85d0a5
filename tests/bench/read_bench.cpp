/// R1 to R5: contacts by id, by list, by page and all of them.
#include "bench.hpp"
#include "raw/raw_reader.h"

namespace crmkit::bench {

namespace {

constexpr std::string_view by_hand = "C by hand, texts copied";
constexpr std::string_view by_hand_in_place = "C by hand, texts in place";

class Reads {
  public:
    explicit Reads(Bench& bench)
        : bench_(bench),
          ids_(bench.specimen().contacts()),
          me_(bench.specimen().crm().as_system()),
          raw_(owned(raw_reader_open(bench.specimen().path().c_str()), raw_reader_close)) {}

    void run() {
        get();
        get_by_views();
        get_many();
        page();
        cursor();
    }

  private:
    [[nodiscard]] Id any(Random& random) const { return ids_[random.below(ids_.size())]; }
    void raw_get_some(int count) {
        for (int i = 0; i < count; ++i) {
            look_at(raw_get(raw_.get(), any(theirs_).value));
        }
    }

    void get() {
        const int gets = bench_.choose(5'000, 20'000);
        Contact contact;
        const Measured measured = measure(
            Bench::rounds(), gets,
            [&] {
                for (int i = 0; i < gets; ++i) {
                    me_.read(entity_of<Contact>(), any(ours_), &contact);
                    look_at(static_cast<std::int64_t>(contact.last_name.size()));
                }
            },
            [&] { raw_get_some(gets); });
        bench_.table().compare({"R1", "get by id into a struct", by_hand}, measured, at_most(1.10));
    }

    void get_by_views() {
        const int gets = bench_.choose(5'000, 20'000);
        const Measured measured = measure(
            Bench::rounds(), gets,
            [&] {
                for (int i = 0; i < gets; ++i) {
                    const Id id = any(ours_);
                    for (const auto& row : me_.rows<Contact>({&id, 1})) {
                        look_at(sum_over(row));
                    }
                }
            },
            [&] {
                for (int i = 0; i < gets; ++i) {
                    look_at(raw_get_view(raw_.get(), any(theirs_).value));
                }
            });
        bench_.table().compare({"R1", "get by id, every field by view", by_hand_in_place}, measured,
                               at_most(1.00));
    }

    void get_many() {
        constexpr int size = 1'000;
        const int lists = bench_.choose(5, 20);
        std::vector<Id> wanted(size);
        const Measured measured = measure(
            Bench::rounds(), size * lists,
            [&] {
                const TransactionScope one_state = me_.read_transaction();
                for (int list = 0; list < lists; ++list) {
                    for (Id& id : wanted) {
                        id = any(ours_);
                    }
                    look_at(static_cast<std::int64_t>(me_.get_many<Contact>(wanted).size()));
                }
            },
            [&] { raw_get_some(size * lists); });
        bench_.table().compare({"R3", "get_many of 1,000 in a read session, per row",
                                "C by hand, one by one, texts copied"},
                               measured, at_most(0.80));
    }

    void page() {
        const int pages = bench_.choose(100, 300);
        const auto& accounts = bench_.specimen().accounts();
        const Measured measured = measure(
            Bench::rounds(), pages,
            [&] {
                for (int i = 0; i < pages; ++i) {
                    const auto page =
                        me_.page<Contact>("account = :account order by last_name", {100, {}},
                                          {{"account", accounts[ours_.below(accounts.size())]}});
                    look_at(static_cast<std::int64_t>(page.records.size()));
                }
            },
            [&] {
                for (int i = 0; i < pages; ++i) {
                    look_at(
                        raw_page(raw_.get(), accounts[theirs_.below(accounts.size())].value, 101));
                }
            });
        bench_.table().compare({"R4", "page of 100 into structs", by_hand}, measured,
                               at_most(1.10));
    }

    void cursor() {
        const auto rows = static_cast<double>(ids_.size());
        const Measured by_views = measure(
            Bench::rounds(), rows,
            [&] {
                for (const auto& row : me_.rows<Contact>("order by id")) {
                    look_at(sum_over(row));
                }
            },
            [&] { look_at(raw_scan_view(raw_.get())); });
        bench_.table().compare({"R5", "cursor over all, every field by view", by_hand_in_place},
                               by_views, at_most(1.00));
        const Measured into_structs = measure(
            Bench::rounds(), rows,
            [&] {
                for (const Contact& contact : me_.query<Contact>("order by id")) {
                    look_at(static_cast<std::int64_t>(contact.last_name.size()));
                }
            },
            [&] { look_at(raw_scan(raw_.get())); });
        bench_.table().compare({"R5", "cursor over all into structs", by_hand}, into_structs,
                               told());
    }

    Bench& bench_;
    const std::vector<Id>& ids_;
    Session me_;
    Owned<raw_reader> raw_;
    Random ours_{2};
    Random theirs_{2};
};

}  // namespace

void bench_reads(Bench& bench) { Reads(bench).run(); }

}  // namespace crmkit::bench

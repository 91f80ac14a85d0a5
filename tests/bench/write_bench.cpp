/// R6 and R7: one record after the other created and updated, inside a transaction.
#include "bench.hpp"
#include "raw/raw_connection.h"
#include "raw/raw_writer.h"
#include "ready_contacts.hpp"

namespace crmkit::bench {

namespace {

/// The twin writes a copy of the store, so that each side adds at the end of its own tables: rows
/// that one added before those of the other would split its pages.
class Writes {
  public:
    explicit Writes(Bench& bench)
        : bench_(bench),
          specimen_({bench.choose(20'000, 100'000), 0}),
          me_(specimen_.crm().as_system()),
          raw_(owned(raw_writer_open(specimen_.copy().c_str(), RAW_FAST), raw_writer_close)) {}

    void create();
    void update();

  private:
    Bench& bench_;
    Specimen specimen_;
    Session me_;
    Owned<raw_writer> raw_;
};

void Writes::create() {
    const int creates = bench_.choose(1'000, 3'000);
    constexpr int first_number = 10'000'000;
    std::int64_t next_raw_id = specimen_.contacts().back().value + 1;
    std::vector<std::vector<Person>> persons;
    std::vector<ReadyContacts> ready;
    for (int round = 0; round < Bench::rounds(); ++round) {
        persons.push_back(people(creates, first_number + round * creates));
        ready.emplace_back(persons.back(), Id{next_raw_id}, me_.now());
        next_raw_id += creates;
    }
    std::size_t our_round = 0;
    std::size_t their_round = 0;
    const Measured measured = measure(
        Bench::rounds(), creates,
        [&] {
            TransactionScope transaction = me_.transaction();
            for (const Person& person : persons[our_round++]) {
                Contact contact = person.contact();
                me_.insert(MutableRecordView(contact));
            }
            transaction.commit();
        },
        [&] {
            const ReadyContacts& rows = ready[their_round++];
            int failed = raw_begin(raw_.get());
            for (std::size_t i = 0; i < rows.size(); ++i) {
                const raw_contact row = rows.row(i);
                failed |= raw_insert(raw_.get(), &row);
            }
            require((failed | raw_commit(raw_.get())) == 0, "insert");
        });
    bench_.table().compare({"R6", "create in a transaction", "C by hand, the same rows ready"},
                           measured, at_most(1.15));
}

void Writes::update() {
    const int updates = bench_.choose(1'000, 3'000);
    const auto& ids = specimen_.contacts();
    const Instant now = me_.now();
    Random ours(6);
    Random theirs(6);
    int our_title = 0;
    int their_title = 0;
    const Measured measured = measure(
        Bench::rounds(), updates,
        [&] {
            TransactionScope transaction = me_.transaction();
            Contact stored;
            for (int i = 0; i < updates; ++i) {
                me_.patch(entity_of<Contact>(), ids[ours.below(ids.size())],
                          {{"job_title", "Engineer " + std::to_string(our_title++)}}, {}, stored);
            }
            transaction.commit();
        },
        [&] {
            int failed = raw_begin(raw_.get());
            for (int i = 0; i < updates; ++i) {
                const std::string title = "Engineer " + std::to_string(their_title++);
                failed |= raw_change_job_title(raw_.get(), ids[theirs.below(ids.size())].value,
                                               title.c_str(), now.microseconds);
            }
            require((failed | raw_commit(raw_.get())) == 0, "update");
        });
    bench_.table().compare({"R7", "update of one field in a transaction",
                            "C by hand: read, compare and swap, history"},
                           measured, at_most(1.20));
}

}  // namespace

void bench_writes(Bench& bench) {
    Writes writes(bench);
    writes.create();
    writes.update();
}

}  // namespace crmkit::bench

/// W4 and W5: contacts from a CSV file, and to one.
#include "bench.hpp"
#include "contacts_file.hpp"
#include "crmkit/exchange/exporter.hpp"
#include "crmkit/exchange/importer.hpp"
#include "raw/raw_connection.h"
#include "raw/raw_export.h"
#include "raw/raw_writer.h"

namespace crmkit::bench {

namespace {

/// As an import does, which goes on after the last batch when it was stopped.
void insert_in_batches(raw_writer* raw, const ReadyContacts& ready) {
    const auto batch = static_cast<std::size_t>(exchange::ImportPlan{}.batch_size);
    int failed = raw_begin(raw);
    for (std::size_t i = 0; i < ready.size(); ++i) {
        if (i % batch == 0 && i > 0) {
            failed |= raw_commit(raw) | raw_begin(raw);
        }
        const raw_contact row = ready.row(i);
        failed |= raw_insert(raw, &row);
    }
    require((failed | raw_commit(raw)) == 0, "insert");
}

Measured import_rows(Bench& bench) {
    const int rows = by_extent(bench.extent(), 3'000, 50'000, 1'000'000);
    const int rounds = bench.extent() == Extent::full ? 1 : Bench::rounds();
    const ScratchFolder folder;
    const std::string csv = folder.file("contacts.csv");
    Specimen specimen({bench.choose(10'000, 100'000), 0});
    Session me = specimen.crm().as_system();
    const auto raw = owned(raw_writer_open(specimen.copy().c_str(), RAW_FAST), raw_writer_close);
    std::int64_t next_raw_id = specimen.contacts().back().value + 1;
    Measured best;
    for (int round = 0; round < rounds; ++round) {
        const std::vector<Person> persons = people(rows, 40'000'000 + round * rows);
        write_csv(csv, persons);
        const ReadyContacts ready(persons, Id{next_raw_id}, me.now());
        next_raw_id += rows;
        const Measured measured = measure(
            1, rows,
            [&] {
                exchange::FileSource file(csv);
                require(exchange::run_import(me, contacts_plan(), file).created == rows, "import");
            },
            [&] { insert_in_batches(raw.get(), ready); });
        best.crmkit = std::min(best.crmkit, measured.crmkit);
        best.other = std::min(best.other, measured.other);
    }
    return best;
}

/// The columns of contacts that stand in one column of the table each.
std::vector<std::string> columns() {
    std::vector<std::string> names{"id"};
    for (const Field& field : entity_of<Contact>().fields) {
        if (field.id > header::count && field.normal_form_of.empty()) {
            names.emplace_back(field.name);
        }
    }
    return names;
}

std::string with_commas(const std::vector<std::string>& names) {
    std::string list;
    for (const std::string& name : names) {
        list += (list.empty() ? "" : ",") + name;
    }
    return list;
}

Measured export_rows(Bench& bench) {
    const int rows = by_extent(bench.extent(), 20'000, 100'000, 1'000'000);
    const ScratchFolder folder;
    Specimen specimen({rows, 0});
    Session me = specimen.crm().as_system();
    const exchange::ExportCsv what{
        .entity = "contact", .query = "order by id", .columns = columns()};
    const auto raw = owned(raw_export_open(specimen.path().c_str(), with_commas(columns()).c_str()),
                           raw_export_close);
    std::int64_t ours = 0;
    std::int64_t theirs = 0;
    const Measured measured = measure(
        Bench::rounds(), rows,
        [&] {
            exchange::FileSink file(folder.file("ours.csv"));
            ours = exchange::export_csv(me, what, file).bytes;
        },
        [&] { theirs = raw_export_run(raw.get(), folder.file("theirs.csv").c_str()); });
    require(ours == theirs, "its CSV file has another size");
    return measured;
}

}  // namespace

void bench_exchange(Bench& bench) {
    bench.table().compare({"W4", "CSV import of contacts, keyed by e-mail address, per row",
                           "C by hand, INSERT of the same rows ready"},
                          import_rows(bench), at_least(1.0));
    bench.table().compare({"W5", "CSV export of contacts, per row", "C by hand"},
                          export_rows(bench), at_least(1.0));
}

}  // namespace crmkit::bench

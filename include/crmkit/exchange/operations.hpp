/// The operations of exchange: files in and out, for C, Python and every other caller by name.
#pragma once

#include <array>

#include "crmkit/engine/operation.hpp"
#include "crmkit/exchange/exporter.hpp"
#include "crmkit/exchange/importer.hpp"

namespace crmkit::exchange {

/// A CSV file to be imported.
struct ImportCsv {
    CRMKIT_STRUCTURE(ImportCsv, "import_csv", "A CSV file to be imported, and its plan.");
    std::string path{};
    Json plan{};
    bool is_dry_run = false;
    std::string checkpoint{};
    std::string resume{};
    std::int64_t most_problems = 1'000;

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, path, "The file.")
                .required()
                .with_format(TextFormat::path)
                .max_length(detail::longest_plan_text),
            CRMKIT_FIELD(2, plan, "How its rows become records: an import_plan.").required(),
            CRMKIT_FIELD(3, is_dry_run, "Does everything, reports it, and takes it back."),
            CRMKIT_FIELD(4, checkpoint,
                         "A name under which the store keeps how far the import is, so that it "
                         "goes on from there after a crash."),
            CRMKIT_FIELD(5, resume, "Where an import of good rows was stopped, from its report.")
                .max_length(256U << 20U),
            CRMKIT_FIELD(6, most_problems,
                         "Problems, and in a dry run rows, that the report lists at most."));
    }
};

/// A file that a plan is wanted for.
struct SuggestPlan {
    CRMKIT_STRUCTURE(SuggestPlan, "suggest_plan", "A CSV file that a plan is wanted for.");
    std::string path{};
    std::string entity{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, path, "The file.")
                .required()
                .with_format(TextFormat::path)
                .max_length(detail::longest_plan_text),
            CRMKIT_FIELD(2, entity, "The entity that its rows are records of.").required());
    }
};

/// A JSON Lines file to be read back.
struct ImportJsonl {
    CRMKIT_STRUCTURE(ImportJsonl, "import_jsonl", "A JSON Lines file to be read back.");
    std::string path{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(1, path, "The file.")
                               .required()
                               .with_format(TextFormat::path)
                               .max_length(detail::longest_plan_text));
    }
};

/// run_import() with a file by its path.
ImportReport import_csv_file(Session& session, const ImportCsv& input);
/// suggest_plan() with a file by its path.
ImportPlan suggest_plan_for_file(Session& session, const SuggestPlan& input);
/// run_job().
ImportJobReport run_import_job(Session& session, const ImportJob& input);
/// export_csv() to a file by its path.
ExportReport export_csv_file(Session& session, const ExportCsv& input);
/// plan_for_export().
ImportPlan plan_for_csv_export(Session& session, const ExportCsv& input);
/// export_jsonl() to a file by its path.
ExportReport export_jsonl_file(Session& session, const ExportJsonl& input);
/// import_jsonl() with a file by its path.
ExportReport import_jsonl_file(Session& session, const ImportJsonl& input);

inline constexpr std::array operations{
    operation<&import_csv_file>(
        "exchange.import_csv",
        "Imports a CSV file as a plan says and reports every bad row with line, column and reason. "
        "Fails with validation for a plan that does not fit the file, syntax or limit for a file "
        "that is no CSV, io for one that cannot be read; the good rows before have landed then.")
        .with_progress(),
    operation<&suggest_plan_for_file>(
        "exchange.suggest_plan",
        "The plan that a CSV file most likely wants, by its headers and first rows, to be looked "
        "at before it is used. Fails with not_found for an unknown entity, io for the file."),
    operation<&run_import_job>(
        "exchange.run_import_job",
        "Imports several CSV files in order, each by its plan, and gives a report for each. Fails "
        "as exchange.import_csv does; the files before have landed then.")
        .with_progress(),
    operation<&export_csv_file>(
        "exchange.export_csv",
        "Writes the records of a query to a CSV file, guarded against formula injection. Fails "
        "with not_found or expression for what is asked for, disk_full, read_only or io for the "
        "file; an older file stays then.")
        .with_progress(),
    operation<&plan_for_csv_export>(
        "exchange.plan_for_export",
        "The plan by which the file that exchange.export_csv writes of the same input is imported "
        "back, edited or not: it changes the records that it came from. Fails with not_found for "
        "an "
        "unknown entity."),
    operation<&export_jsonl_file>(
        "exchange.export_jsonl",
        "Writes whole records, of all entities or some, to a JSON Lines file from which they can "
        "be restored without loss. Fails as exchange.export_csv does.")
        .with_progress(),
    operation<&import_jsonl_file>(
        "exchange.import_jsonl",
        "Restores the records of such a file with their ids, all or nothing, into a store that "
        "does not have them. Fails with validation or syntax, with every line that is wrong; "
        "unsupported for a file of a newer crmkit; restricted for one in another base currency.")
        .with_progress(),
};

}  // namespace crmkit::exchange

/// `ImportReport`: what an import did, row by row and in all.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crmkit/exchange/import_plan.hpp"

namespace crmkit::exchange {

/// What is wrong with one value of one row, or with the row as such.
struct ImportProblem {
    CRMKIT_STRUCTURE(ImportProblem, "import_problem", "What is wrong with one value of a row.");
    std::int64_t line = 0;
    std::int64_t row = 0;
    std::optional<std::int64_t> column{};
    std::string header{};
    std::optional<std::int64_t> position{};
    std::string entity{};
    std::string field{};
    std::string value{};
    std::string message{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, line, "The line of the file that the value begins on, from 1."),
            CRMKIT_FIELD(2, row, "The row, from 1; the header does not count."),
            CRMKIT_FIELD(3, column, "The column, from 1; empty when it is about the whole row."),
            CRMKIT_FIELD(4, header, "The column's name in the header.")
                .max_length(detail::longest_plan_text),
            CRMKIT_FIELD(5, position,
                         "The byte of the line, from 1; where the file itself is malformed."),
            CRMKIT_FIELD(6, entity, "The entity of the record that was to be."),
            CRMKIT_FIELD(7, field, "Its field."), CRMKIT_FIELD(8, value, "The value, shortened."),
            CRMKIT_FIELD(9, message, "What is wrong and what would be right.")
                .max_length(detail::longest_plan_text));
    }
};

/// What became of a row, or in a dry run would.
CRMKIT_ENUM(ImportAction, create, update, leave_unchanged, skip, refuse);

/// One row.
struct ImportRow {
    CRMKIT_STRUCTURE(ImportRow, "import_row", "What became of one row.");
    std::int64_t row = 0;
    std::int64_t line = 0;
    ImportAction action = ImportAction::skip;
    Id record{};
    std::optional<std::int64_t> same_key_line{};
    std::int64_t problem_count = 0;

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, row, "The row, from 1; the header does not count."),
            CRMKIT_FIELD(2, line, "The line of the file that it begins on."),
            CRMKIT_FIELD(3, action, "What became of it."),
            CRMKIT_FIELD(4, record, "Its record; none in a dry run for one that is new.")
                .refers_to("any"),
            CRMKIT_FIELD(5, same_key_line, "An earlier line of the file has the same key."),
            CRMKIT_FIELD(6, problem_count, "How many problems it has."));
    }
};

/// How many records of an entity an import touched.
struct ImportCount {
    CRMKIT_STRUCTURE(ImportCount, "import_count", "How many records of an entity it touched.");
    std::string entity{};
    std::int64_t created = 0;
    std::int64_t updated = 0;
    std::int64_t unchanged = 0;

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(1, entity, "The entity."),
                           CRMKIT_FIELD(2, created, "Records that are new."),
                           CRMKIT_FIELD(3, updated, "Known records that were changed."),
                           CRMKIT_FIELD(4, unchanged, "Known records that were so already."));
    }
};

/// How often a value was mapped.
struct ImportMapped {
    CRMKIT_STRUCTURE(ImportMapped, "import_mapped", "How often a value was mapped.");
    std::string header{};
    std::string from{};
    std::string to{};
    std::int64_t count = 0;

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, header, "The column.").max_length(detail::longest_plan_text),
            CRMKIT_FIELD(2, from, "The value as the plan names it.")
                .max_length(detail::longest_plan_text),
            CRMKIT_FIELD(3, to, "What it became.").max_length(detail::longest_plan_text),
            CRMKIT_FIELD(4, count, "How often."));
    }
};

/// Something worth knowing that keeps no row out.
struct ImportWarning {
    CRMKIT_STRUCTURE(ImportWarning, "import_warning", "Something that keeps no row out.");
    std::string message{};
    std::int64_t count = 0;
    std::int64_t first_line = 0;

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, message, "What was noticed.").max_length(detail::longest_plan_text),
            CRMKIT_FIELD(2, count, "In how many rows."),
            CRMKIT_FIELD(3, first_line, "The first line; 0 when it is about the whole file."));
    }
};

/// What an import did, or in a dry run would do.
struct ImportReport {
    CRMKIT_STRUCTURE(ImportReport, "import_report", "What an import did.");
    std::string entity{};
    bool is_dry_run = false;
    bool has_landed = false;
    std::int64_t rows = 0;
    std::int64_t created = 0;
    std::int64_t updated = 0;
    std::int64_t unchanged = 0;
    std::int64_t skipped = 0;
    std::int64_t refused = 0;
    std::vector<ImportCount> records{};
    std::vector<ImportMapped> mapped{};
    std::vector<ImportWarning> warnings{};
    std::int64_t problem_count = 0;
    std::vector<ImportProblem> problems{};
    std::vector<ImportRow> row_list{};
    std::int64_t bytes = 0;
    std::int64_t elapsed_microseconds = 0;
    std::string resume{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, entity, "The entity that a row is a record of."),
            CRMKIT_FIELD(2, is_dry_run, "Nothing was written."),
            CRMKIT_FIELD(3, has_landed, "The good rows are in the store."),
            CRMKIT_FIELD(4, rows, "Rows that were looked at."),
            CRMKIT_FIELD(5, created, "Rows whose record is new."),
            CRMKIT_FIELD(6, updated, "Rows that changed a known record."),
            CRMKIT_FIELD(7, unchanged, "Rows whose record was so already."),
            CRMKIT_FIELD(8, skipped, "Rows left out by the plan, blank, or known and skipped."),
            CRMKIT_FIELD(9, refused, "Rows with problems."),
            CRMKIT_FIELD(10, records, "All records by entity, related ones and children included."),
            CRMKIT_FIELD(11, mapped, "Values that were mapped."),
            CRMKIT_FIELD(12, warnings, "What was noticed, such as rows without account."),
            CRMKIT_FIELD(13, problem_count, "All problems, also those that are not listed."),
            CRMKIT_FIELD(14, problems, "The first problems, all of a row together."),
            CRMKIT_FIELD(15, row_list, "The first rows; in a dry run only."),
            CRMKIT_FIELD(16, bytes, "Bytes of the file that were read."),
            CRMKIT_FIELD(17, elapsed_microseconds, "How long it took, by the store's clock."),
            CRMKIT_FIELD(18, resume, "Where to go on, after an import of good rows was stopped.")
                .max_length(256U << 20U));
    }
};

}  // namespace crmkit::exchange

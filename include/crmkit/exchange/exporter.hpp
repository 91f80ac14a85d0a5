/// Exports: records as CSV for people and other programs, and as JSON Lines without loss.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "crmkit/engine/session.hpp"
#include "crmkit/exchange/byte_sink.hpp"
#include "crmkit/exchange/byte_source.hpp"
#include "crmkit/exchange/import_plan.hpp"

namespace crmkit::exchange {

/// Which records go into a CSV file, and how.
struct ExportCsv {
    CRMKIT_STRUCTURE(ExportCsv, "export_csv", "Which records go into a CSV file, and how.");
    std::string path{};
    std::string entity{};
    std::string query{};
    std::vector<std::string> columns{};
    std::vector<std::string> headers{};
    std::string delimiter = ",";
    bool guard_formulas = true;
    bool byte_order_mark = false;

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, path,
                         "The file; one that is there is replaced when everything is written.")
                .required()
                .with_format(TextFormat::path)
                .max_length(detail::longest_plan_text),
            CRMKIT_FIELD(2, entity, "The entity whose records are written.").required(),
            CRMKIT_FIELD(3, query,
                         "Which of them, in which order, in the expression language; default: all.")
                .max_length(detail::longest_plan_text * 16),
            CRMKIT_FIELD(4, columns,
                         "Fields, paths (account.name) or other expressions; default: the id, the "
                         "owner, the source and all fields of the entity's own but normal forms.")
                .max_length(detail::longest_plan_text),
            CRMKIT_FIELD(5, headers, "Names of the columns; default: the columns as written.")
                .max_length(detail::longest_plan_text),
            CRMKIT_FIELD(6, delimiter,
                         "Character between columns; a semicolon suits spreadsheets that have a "
                         "decimal comma."),
            CRMKIT_FIELD(7, guard_formulas,
                         "Cells that a spreadsheet would compute get an apostrophe before them; an "
                         "import with `unguard` takes it away. Turn it off for programs."),
            CRMKIT_FIELD(8, byte_order_mark, "Begins with a mark by which Excel knows UTF-8."));
    }
};

/// Which records go into a JSON Lines file.
struct ExportJsonl {
    CRMKIT_STRUCTURE(ExportJsonl, "export_jsonl", "Which records go into a JSON Lines file.");
    std::string path{};
    std::vector<std::string> entities{};
    bool include_deleted = false;

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, path,
                         "The file; one that is there is replaced when everything is written.")
                .required()
                .with_format(TextFormat::path)
                .max_length(detail::longest_plan_text),
            CRMKIT_FIELD(2, entities,
                         "The entities whose records are written, each with the external ids of "
                         "its records; default: all."),
            CRMKIT_FIELD(3, include_deleted, "Deleted records too, behind the live ones."));
    }
};

/// How many records of an entity went through.
struct ExportCount {
    CRMKIT_STRUCTURE(ExportCount, "export_count", "How many records of an entity went through.");
    std::string entity{};
    std::int64_t records = 0;

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(1, entity, "The entity."),
                           CRMKIT_FIELD(2, records, "Its records."));
    }
};

/// What was written, or read back.
struct ExportReport {
    CRMKIT_STRUCTURE(ExportReport, "export_report", "What was written, or read back.");
    std::int64_t records = 0;
    std::vector<ExportCount> counts{};
    std::int64_t bytes = 0;

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(1, records, "All records."),
                           CRMKIT_FIELD(2, counts, "By entity."),
                           CRMKIT_FIELD(3, bytes, "Bytes of the file."));
    }
};

/// Writes the records of a query as CSV in UTF-8, with a header, in constant memory and from one
/// state of the store. Values are written as to_text() does. The path of `what` is not looked at:
/// the bytes go into the sink, which is closed at the end only, so that a FileSink leaves no half
/// file. Throws not_found and expression for what is wrong with the export; cancelled; as the sink
/// does (disk_full, io).
ExportReport export_csv(Session& session, const ExportCsv& what, ByteSink& sink,
                        const ProgressCallback& progress = {});

/// The plan that imports such a file again: fields as they are, `account.name` as a look-up that
/// must find an account (beside `account` it only shows which that is), the id as the key of system
/// "crmkit". So the file can be edited and changes the records that it came from; a row without id
/// makes a new one, and in another store every row does. Columns that the library sets itself are
/// left out: so a lead comes without what it was converted to, and a case without its number. An
/// empty cell empties nothing.
///
/// References that are written as ids (`account`, or `owner` as user/123) lead to the records that
/// have these ids in this store, else to those that such a plan has imported from their ids. So the
/// files of several entities go into another store when each comes behind those that it refers to;
/// a reference to the entity itself, such as `parent_account`, may lead further down the file.
/// Where entities refer to each other (the `primary_contact` of an account), let the plan leave
/// that reference empty when it is missing, and import the file once more at the end.
///
/// What another store has already, by a key that the entity declares unique, is taken for the same
/// record, as `on_known` says, and known by its id from then on: the statuses and the pipeline that
/// a new store begins with, a tag of the same name. Entities that only the library writes
/// (`stage_history`) can be exported and not imported; JSON Lines bring everything back. Throws as
/// export_csv().
[[nodiscard]] ImportPlan plan_for_export(const Registry& registry, const ExportCsv& what);

/// Writes whole records as JSON Lines: a first line about the file,
///
///     {"crmkit":"0.1.0","format":1,"exported_at":"2026-11-21T09:30:00Z","entities":["user",…],
///      "currency":"EUR","deleted":false}
///
/// then each record on a line, {"account":{"id":"123",…}}: entity by entity in the order of their
/// numbers and by id; then deleted ones in the order in which they were deleted. The history is not
/// part of it; Crm::backup() copies a store with everything. The sink is used, and errors are
/// thrown, as by export_csv().
ExportReport export_jsonl(Session& session, const ExportJsonl& what, ByteSink& sink,
                          const ProgressCallback& progress = {});

/// Puts an export_jsonl() file into a store, all or nothing: every record with its id, version,
/// owner and dates, so that another export of it is equal but for `exported_at`. The store may hold
/// other records but none with these ids or unique keys; the statuses and the pipeline that a new
/// store begins with give way when it holds nothing else. References may lead to records of the
/// file in any order, or of the store.
///
/// Rules and hooks do not run: the records were checked where they come from. The history says that
/// they were created, with origin "restore".
///
/// Throws validation or syntax with all problems (the first 100) and their lines; unsupported for a
/// file of a newer format; restricted when the store's base currency is another than the file's;
/// limit for a line of more than 24 MiB; cancelled; as the source does. Takes constant memory: what
/// refers to records further down the file waits in a temporary file.
ExportReport import_jsonl(Session& session, ByteSource& file,
                          const ProgressCallback& progress = {});

}  // namespace crmkit::exchange

/// The operations on records of any entity: rows in bulk as JSON, for callers without its structs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crmkit/engine/bulk.hpp"
#include "crmkit/schema/structure.hpp"

namespace crmkit {

class Session;

/// Records to be written.
struct RecordRows {
    CRMKIT_STRUCTURE(RecordRows, "record_rows", "Records to be written.");
    std::string entity{};
    Json rows{};
    BulkMode mode = BulkMode::all_or_nothing;

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, entity, "The entity of all of them, such as account.").required(),
            CRMKIT_FIELD(2, rows,
                         "An array of objects, each with the fields of a record; to update, with "
                         "its id, and with its version where that is to be compared.")
                .required(),
            CRMKIT_FIELD(3, mode,
                         "all_or_nothing, the default: the first row that is refused undoes all; "
                         "good_rows: the others are kept."));
    }
};

/// Records that are there, or were.
struct RecordIds {
    CRMKIT_STRUCTURE(RecordIds, "record_ids", "Records that are there, or were.");
    std::string entity{};
    Json ids{};
    BulkMode mode = BulkMode::all_or_nothing;

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, entity, "The entity of all of them, such as account.").required(),
            CRMKIT_FIELD(2, ids, "An array of their ids.").required(),
            CRMKIT_FIELD(3, mode,
                         "all_or_nothing, the default: the first one that is refused undoes all; "
                         "good_rows: the others are kept."));
    }
};

/// Records to be created, or written over those that their keys find.
struct RecordUpserts {
    CRMKIT_STRUCTURE(RecordUpserts, "record_upserts",
                     "Records to be created, or written over those that their keys find.");
    std::string entity{};
    Json rows{};
    std::vector<std::string> by{};
    std::string system{};
    Json keys{};
    UpsertPolicy policy = UpsertPolicy::update;
    BulkMode mode = BulkMode::all_or_nothing;

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, entity, "The entity of all of them, such as account.").required(),
            CRMKIT_FIELD(2, rows, "An array of objects, each with the fields of a record.")
                .required(),
            CRMKIT_FIELD(3, by, "The fields whose values find a record, such as email_normal."),
            CRMKIT_FIELD(4, system, "Instead of these: the other system whose keys find it."),
            CRMKIT_FIELD(5, keys, "An array of these keys, one for each row."),
            CRMKIT_FIELD(6, policy,
                         "What happens to a record that is found: update, the default, replace, "
                         "skip or create_or_fail."),
            CRMKIT_FIELD(7, mode,
                         "all_or_nothing, the default: the first row that is refused undoes all; "
                         "good_rows: the others are kept."));
    }
};

/// What is wrong with a value of a row.
struct BulkProblem {
    CRMKIT_STRUCTURE(BulkProblem, "bulk_problem", "What is wrong with a value of a row.");
    std::string entity{};
    std::string field{};
    std::string value{};
    std::string message{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(1, entity, "The entity of the record."),
                           CRMKIT_FIELD(2, field, "Its field."),
                           CRMKIT_FIELD(3, value, "The value, shortened."),
                           CRMKIT_FIELD(4, message, "What is wrong with it."));
    }
};

/// What became of one row.
struct BulkOutcome {
    CRMKIT_STRUCTURE(BulkOutcome, "bulk_outcome", "What became of one row.");
    Id record{};
    std::optional<UpsertAction> action{};
    std::string code{};
    std::string message{};
    std::vector<BulkProblem> problems{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, record, "The record; none when the row was refused.").refers_to("any"),
            CRMKIT_FIELD(2, action, "What was done to it, where it was there already."),
            CRMKIT_FIELD(3, code, "Why it was refused: the code of the error."),
            CRMKIT_FIELD(4, message, "The error in one line."),
            CRMKIT_FIELD(5, problems, "All that is wrong with it."));
    }
};

/// What became of many rows.
struct BulkReport {
    CRMKIT_STRUCTURE(BulkReport, "bulk_report", "What became of many rows.");
    std::int64_t refused = 0;
    std::vector<BulkOutcome> results{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(1, refused, "How many were refused."),
                           CRMKIT_FIELD(2, results, "What became of each, in their order."));
    }
};

/// Session::create_stream() of rows. These throw not_found for an unknown entity, validation for
/// rows that are no array, and with all_or_nothing whatever refuses a row.
BulkReport create_records(Session& session, const RecordRows& input);
/// Session::update_stream() of rows.
BulkReport update_records(Session& session, const RecordRows& input);
/// Session::remove_stream().
BulkReport delete_records(Session& session, const RecordIds& input);
/// Session::restore_stream().
BulkReport restore_records(Session& session, const RecordIds& input);
/// Session::upsert_stream() of rows.
BulkReport upsert_records(Session& session, const RecordUpserts& input);

}  // namespace crmkit

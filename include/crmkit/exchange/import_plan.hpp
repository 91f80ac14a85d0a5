/// `ImportPlan`: how the rows of a CSV file become records. A plan is data: it is suggested from
/// the headers, looked at, changed, saved as JSON and used again on the next file of its kind.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/exchange/byte_source.hpp"
#include "crmkit/schema/registry.hpp"
#include "crmkit/schema/structure.hpp"

namespace crmkit::exchange {

/// What a transform does to the text of a cell. Each says which members of ImportTransform it uses.
///
/// - collapse_spaces: runs of white space become one blank.
/// - lower_case, upper_case, title_case.
/// - replace: `with` for each occurrence of `text`.
/// - part: the part number `position` between occurrences of `text`, trimmed; -1 is the last one.
/// - list: the parts between occurrences of `text` as a list, for fields that are lists.
/// - date: reads a date or time written as `text` shows: yyyy, yy, mm, mmm (name of the month, in
///   English, French, German or Spanish), dd, hh, mm (behind hh), ss, am; other characters stand
///   for themselves. "dd-mm-yyyy", "mm/dd/yyyy hh:mm", "d mmm yyyy". Days, months and hours may
///   have one digit. `with` is the offset of times from UTC, as in "+01:00"; default UTC.
/// - number: reads a number with the decimal character `text` (default ".") and any of the
///   characters `with` between groups of digits: "1.234,56" with "," and ". ". Also takes
///   "(12.50)" for -12.50, and a currency's sign or code, which stays.
/// - scale: times `text`, which is a number or one of thousands, millions, billions.
/// - round: to `position` decimals, halves away from zero.
/// - currency: an amount that names no currency is in `text`; a sign such as € or $ must agree.
/// - map: what `values` say, see there; with `is_closed`, what they do not name is refused.
/// - default: `text`, where the cell is empty. constant: `text`, whatever the cell holds.
CRMKIT_ENUM(ImportTransformKind, collapse_spaces, lower_case, upper_case, title_case, replace, part,
            list, date, number, scale, round, currency, map, default_, constant);

namespace detail {

/// Characters that a text of a plan may have.
inline constexpr std::uint32_t longest_plan_text = 4'000;

/// The key system of files that crmkit has written: their keys are ids of records.
inline constexpr std::string_view own_key_system = "crmkit";

}  // namespace detail

/// A value of the file and what it is here: `technolgy` is `technology`.
struct ImportValue {
    CRMKIT_STRUCTURE(ImportValue, "import_value", "A value of the file and what it is here.");
    std::string from{};
    std::string to{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, from, "The value in the file; case and accents do not count.")
                .max_length(detail::longest_plan_text),
            CRMKIT_FIELD(2, to, "What it is here; empty for nothing.")
                .max_length(detail::longest_plan_text));
    }
};

/// One step on the way from a cell to a value.
struct ImportTransform {
    CRMKIT_STRUCTURE(ImportTransform, "import_transform",
                     "One step on the way from a cell to a value.");
    ImportTransformKind kind = ImportTransformKind::collapse_spaces;
    std::string text{};
    std::string with{};
    std::optional<std::int64_t> position{};
    std::vector<ImportValue> values{};
    bool is_closed = false;

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, kind, "What the step does."),
            CRMKIT_FIELD(2, text, "What to look for, the form of a date, a factor, a currency.")
                .max_length(detail::longest_plan_text),
            CRMKIT_FIELD(3, with, "What to put instead, characters between groups of digits.")
                .max_length(detail::longest_plan_text),
            CRMKIT_FIELD(4, position, "Number of a part, or of decimals."),
            CRMKIT_FIELD(5, values, "The values of a map."),
            CRMKIT_FIELD(6, is_closed, "What the map does not name is refused."));
    }
};

/// Where a field's value comes from: a column of the file, several columns, or another record of
/// the same row. Exactly one of `column`, `number`, `pattern` and `reference` is given, or none
/// when a transform gives a constant.
struct ImportColumn {
    CRMKIT_STRUCTURE(ImportColumn, "import_column", "Where the value of a field comes from.");
    std::string column{};
    std::optional<std::int64_t> number{};
    std::string pattern{};
    std::string reference{};
    std::string field{};
    std::vector<ImportTransform> transforms{};
    bool keep_spaces = false;
    bool empty_clears = false;

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, column, "The column by the name in the header.")
                .max_length(detail::longest_plan_text),
            CRMKIT_FIELD(
                2, number,
                "The column by its place from 1: without a header, or where names repeat."),
            CRMKIT_FIELD(3, pattern, "A text with columns in it: {first name} {last name}.")
                .max_length(detail::longest_plan_text),
            CRMKIT_FIELD(4, reference, "The record that this reference of the plan leads to."),
            CRMKIT_FIELD(5, field, "The field that gets the value."),
            CRMKIT_FIELD(6, transforms, "What is done to the text, one after the other."),
            CRMKIT_FIELD(7, keep_spaces, "Spaces at both ends belong to the value."),
            CRMKIT_FIELD(8, empty_clears, "An empty cell empties the field of a known record."));
    }
};

/// One way to find a record: an entity and the fields that tell its records apart.
struct ImportLookup {
    CRMKIT_STRUCTURE(ImportLookup, "import_lookup", "One way to find a record.");
    std::string entity{};
    std::vector<std::string> keys{};
    std::string key_system{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, entity, "The entity to look in."),
            CRMKIT_FIELD(2, keys,
                         "Fields or paths (pipeline.name) that must have the values of the columns "
                         "of the same names; a normal form (email_normal) is made from the cell."),
            CRMKIT_FIELD(3, key_system,
                         "Instead of keys: the system whose key stands in the first column, such "
                         "as the key_system of the plan that imported those records. With crmkit "
                         "as the system, the id of a record that was here before the import will "
                         "do too, also as a link such as user/123."));
    }
};

/// What happens when a record that a row refers to is not there.
CRMKIT_ENUM(MissingReference, refuse, create, leave_empty);

/// A record that the row refers to: the account of a contact by name, the owner by e-mail. It is
/// looked for by its lookups one after the other; the first that finds something decides. One that
/// finds several records is a problem that names two of them. When every cell of its columns is
/// empty, the reference stays empty.
struct ImportReference {
    CRMKIT_STRUCTURE(ImportReference, "import_reference", "A record that the row refers to.");
    std::string field{};
    std::string name{};
    std::vector<ImportColumn> columns{};
    std::vector<ImportLookup> lookups{};
    MissingReference on_missing = MissingReference::refuse;
    bool may_follow = false;

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, field,
                         "The field of the row's record that gets the reference; empty when only "
                         "other columns use it."),
            CRMKIT_FIELD(2, name, "How columns refer to it; default: the field."),
            CRMKIT_FIELD(3, columns,
                         "The values to look for, and those of a record that is created."),
            CRMKIT_FIELD(4, lookups,
                         "Ways to find it; default: the entity that the field refers to, by the "
                         "field of the first column."),
            CRMKIT_FIELD(
                5, on_missing,
                "Not found: refuse the row, create it (in the entity of the first lookup), "
                "or leave the reference empty."),
            CRMKIT_FIELD(6, may_follow,
                         "It may stand further down in the same file: it is looked for again at "
                         "the end. Not for required fields."));
    }
};

/// A record that is made along with the row's and refers to it: its address, its second e-mail
/// address, the part that a contact has in it. A row without a cell or a reference for it makes
/// none.
struct ImportChild {
    CRMKIT_STRUCTURE(ImportChild, "import_child", "A record that is made along with the row's.");
    std::string entity{};
    std::string field{};
    std::vector<ImportColumn> columns{};
    std::vector<std::string> keys{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, entity, "The entity of the record, such as address."),
            CRMKIT_FIELD(2, field, "Its field that refers to the row's record, such as party."),
            CRMKIT_FIELD(3, columns, "Where the values of its fields come from."),
            CRMKIT_FIELD(4, keys,
                         "Fields that tell the children of a known record apart: one that agrees "
                         "in them is updated; default: all, so that one that is there stays."));
    }
};

/// How a cell is compared in a filter.
CRMKIT_ENUM(ImportTest, is_empty, is_not_empty, equals, differs, contains);

/// Rows that are no records: totals, comments, rows of others.
struct ImportFilter {
    CRMKIT_STRUCTURE(ImportFilter, "import_filter", "Rows that are left out.");
    std::string column{};
    std::optional<std::int64_t> number{};
    ImportTest test = ImportTest::equals;
    std::vector<std::string> values{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, column, "The column by the name in the header.")
                .max_length(detail::longest_plan_text),
            CRMKIT_FIELD(2, number, "The column by its place from 1."),
            CRMKIT_FIELD(3, test,
                         "What its trimmed text must be: empty, not empty, one of the values, none "
                         "of them, or containing one of them; case and accents do not count."),
            CRMKIT_FIELD(4, values, "The values to compare with.")
                .max_length(detail::longest_plan_text));
    }
};

/// What becomes of a row whose key is known already.
CRMKIT_ENUM(KnownRecord, refuse, update, skip, replace);

/// What happens to the good rows when others are refused.
CRMKIT_ENUM(ImportMode, good_rows, all_or_nothing);

/// How the rows of a file become records of one entity, with those that they refer to and those
/// that belong to them.
struct ImportPlan {
    CRMKIT_STRUCTURE(ImportPlan, "import_plan", "How the rows of a file become records.");
    std::string entity{};
    std::vector<ImportColumn> columns{};
    std::vector<ImportReference> references{};
    std::vector<ImportChild> children{};
    std::string key_system{};
    std::vector<ImportColumn> key_columns{};
    std::vector<std::string> key_fields{};
    KnownRecord on_known = KnownRecord::update;
    std::vector<ImportFilter> leave_out{};
    std::vector<std::string> missing_values{};
    std::string currency{};
    ImportMode mode = ImportMode::good_rows;
    std::string source{};
    std::int64_t batch_size = 5'000;
    std::string encoding{};
    std::string delimiter{};
    bool has_header = true;
    std::int64_t skip_lines = 0;
    bool unguard = false;

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, entity, "The entity that a row is a record of.").required(),
            CRMKIT_FIELD(2, columns, "Where the values of its fields come from."),
            CRMKIT_FIELD(3, references, "The records that a row refers to."),
            CRMKIT_FIELD(4, children, "The records that are made along with the row's."),
            CRMKIT_FIELD(10, key_system,
                         "The system whose key the file holds: known keys are found by it, new "
                         "ones remembered as external ids. With crmkit as the system, the id of a "
                         "record that was here before the import is its key too, and a record that "
                         "agrees with the row in a unique key is taken for the same one, unless it "
                         "is known by another id."),
            CRMKIT_FIELD(11, key_columns, "The column of that key; its field stays empty."),
            CRMKIT_FIELD(12, key_fields,
                         "Without a system: the fields by which known records are found."),
            CRMKIT_FIELD(13, on_known,
                         "A known record is refused, updated with the cells that are not empty, "
                         "skipped, or replaced with all fields."),
            CRMKIT_FIELD(20, leave_out, "Rows that any of these holds for are skipped."),
            CRMKIT_FIELD(21, missing_values, "Cells that mean nothing, such as ? or N/A."),
            CRMKIT_FIELD(22, currency, "ISO 4217 code of amounts that name none."),
            CRMKIT_FIELD(
                23, mode,
                "Land the good rows, in batches; or all rows in one transaction, or none."),
            CRMKIT_FIELD(24, source,
                         "Goes into the source of new records, where no cell gives another; "
                         "default: import, and nothing when a column gives the source.")
                .max_length(100),
            CRMKIT_FIELD(25, batch_size, "Rows of a transaction, 1 to 100,000; default 5,000."),
            CRMKIT_FIELD(30, encoding,
                         "Encoding of the file, such as windows-1252; default: found "
                         "out."),
            CRMKIT_FIELD(31, delimiter, "Character between columns; default: found out."),
            CRMKIT_FIELD(32, has_header, "The first row holds the names of the columns."),
            CRMKIT_FIELD(33, skip_lines, "Lines before the header that are no part of the table."),
            CRMKIT_FIELD(34, unguard, "Takes away the apostrophes of a formula guard."));
    }
};

/// A plan as JSON, with all its members on one line.
[[nodiscard]] std::string plan_to_json(const ImportPlan& plan);

/// A plan from JSON. Throws validation or syntax with all problems and their places in the text.
[[nodiscard]] ImportPlan plan_from_json(std::string_view json);

/// The plan that a file with these headers most likely wants, for records of `entity`: columns by
/// their names (English, French, German and Spanish names of common CRM exports are known), forms
/// of dates and numbers and misspelled labels by the sample. A form is that of at least 90 % of a
/// column's values: a few odd cells do not hide it, and their rows are refused. Placeholders for no
/// value (n/a, na, none, null, unknown, ?, -, --, in any case) become missing values of the plan
/// and do not count: in references, and where they can be no value, as among dates, numbers, labels
/// and e-mail addresses. `rows` are rows of cells; for the forms more than a few hundred do not
/// help. Columns that mean nothing known are left out. Look at the result before it is used. Throws
/// not_found for an unknown entity.
[[nodiscard]] ImportPlan suggest_plan(const Registry& registry, std::string_view entity,
                                      std::span<const std::string> headers,
                                      std::span<const std::vector<std::string>> rows);

/// The same from the beginning of a file. Throws as CsvReader does.
[[nodiscard]] ImportPlan suggest_plan(const Registry& registry, std::string_view entity,
                                      ByteSource& file);

}  // namespace crmkit::exchange

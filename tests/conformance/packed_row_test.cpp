#include <string>
#include <vector>

#include "conformance/backend.hpp"
#include "conformance/contents.hpp"
#include "crmkit/expr/parse.hpp"
#include "crmkit/store/packed_record.hpp"

namespace crmkit::conformance {

/// A host that lets functions have so few arguments that a whole row is too many.
struct SqliteOfFewArguments : SqliteHosted {
    SqliteOfFewArguments() { sqlite3_limit(host.get(), SQLITE_LIMIT_FUNCTION_ARG, 20); }
};

}  // namespace crmkit::conformance

TYPE_TO_STRING(crmkit::conformance::SqliteOfFewArguments);

namespace crmkit::conformance {
namespace {

std::string text_of(const Record& record) {
    std::string out;
    detail::append_record(out, record);
    return out;
}

/// A record from a packed row of these fields, by looking at each value.
Record record_of(const PackedRow& row, const FieldSet* fields = nullptr) {
    const std::vector<int> columns = first_columns(specimens(), fields);
    Record record(specimens());
    std::vector<std::string> list;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (columns[i] != no_column) {
            const Field& field = specimens().fields[i];
            record.set(field, value_at(row, columns[i], field, list));
        }
    }
    return record;
}

/// Random records in a backend, and beside it.
template <typename Backend>
struct Filled {
    Opened<Backend> store;
    std::vector<Record> records;

    Filled() {
        Random random(31);
        OpenTransaction transaction(*store);
        for (std::int64_t id = 1; id <= 100; ++id) {
            Record& record = records.emplace_back(specimens());
            for (const Field& field : specimens().fields) {
                record.set(field, random_value(field, random));
            }
            auto& one = record.as<Specimen>();
            one.id = Id{id};
            one.created_by = one.modified_by = one.parent = {};
            one.owner = one.subject = {};
            one.deleted_at.reset();
            one.code = std::to_string(id);
            one.sequence = id;
            store->insert(specimens(), record.object());
        }
        transaction.keep();
    }

    /// All rows by the order of their ids, packed behind each other.
    std::string rows(const FieldSet* fields = nullptr) {
        const expr::Query query = expr::parse_query(registry(), specimens(), "order by id");
        const auto cursor = store->scan(query, {{}, {}, {}, fields});
        std::string packed;
        while (cursor->next()) {
            packed += cursor->packed(specimens(), fields).bytes();
        }
        return packed;
    }
};

TEST_CASE_TEMPLATE("packed row: has what the record has", Backend, CRMKIT_BACKENDS,
                   SqliteOfFewArguments) {
    Filled<Backend> filled;
    const std::string rows = filled.rows();
    std::size_t at = 0;
    for (const Record& record : filled.records) {
        const PackedRow row(rows.data() + at);
        at += row.bytes().size();
        CHECK(text_of(record_of(row)) == text_of(record));
        Record read(specimens());
        read_fields(row, specimens(), read.object());
        CHECK(text_of(read) == text_of(record));
    }
    CHECK(at == rows.size());
}

TEST_CASE_TEMPLATE("packed row: has the fields that are wanted", Backend, CRMKIT_BACKENDS,
                   SqliteOfFewArguments) {
    Filled<Backend> filled;
    const FieldSet wanted = fields_named(specimens(), {"name", "price", "labels", "note"});
    for (int time = 0; time < 2; ++time) {
        const std::string rows = filled.rows(&wanted);
        std::size_t at = 0;
        for (const Record& record : filled.records) {
            const PackedRow row(rows.data() + at);
            at += row.bytes().size();
            const Record read = record_of(row, &wanted);
            for (const Field& field : specimens().fields) {
                CAPTURE(std::string(field.name));
                const bool is_read = read.get(field) == record.get(field);
                CHECK((is_read || !wanted.contains(specimens().index_of(field))));
            }
        }
        CHECK(at == rows.size());
        CHECK(!filled.rows().empty());  // the same query with all fields is another statement
    }
}

}  // namespace
}  // namespace crmkit::conformance

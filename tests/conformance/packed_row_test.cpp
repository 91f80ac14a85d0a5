#include <string>
#include <vector>

#include "conformance/backend.hpp"
#include "conformance/contents.hpp"
#include "conformance/naive.hpp"
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

const Entity& specimens() { return entity_of<Specimen>(); }

std::string text_of(const Record& record) {
    std::string out;
    detail::append_record(out, record);
    return out;
}

/// The same by looking at each value in a packed row.
std::string text_of(const PackedRow& row) {
    const std::vector<int> columns = first_columns(specimens());
    Record record(specimens());
    std::vector<std::string> list;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const Field& field = specimens().fields[i];
        const ValueView value = value_at(row, columns[i], field, list);
        record.set(field, value);
    }
    return text_of(record);
}

TEST_CASE_TEMPLATE("packed row: has what the record has", Backend, CRMKIT_BACKENDS,
                   SqliteOfFewArguments) {
    Opened<Backend> store;
    Random random(31);
    std::vector<std::string> expected;
    OpenTransaction transaction(*store);
    for (std::int64_t id = 1; id <= 100; ++id) {
        Record record(specimens());
        for (const Field& field : specimens().fields) {
            record.set(field, random_value(field, random));
        }
        auto& one = record.template as<Specimen>();
        one.id = Id{id};
        one.deleted_at.reset();
        one.code = std::to_string(id);
        one.sequence = id;
        one.parent = {};
        one.subject = {};
        store->insert(specimens(), record.object());
        expected.push_back(text_of(record));
    }
    transaction.keep();

    const expr::Query query = expr::parse_query(registry(), specimens(), "order by id");
    const auto cursor = store->scan(query, {});
    std::string rows;
    while (cursor->next()) {
        cursor->pack(specimens(), rows);
    }
    std::size_t at = 0;
    for (const std::string& text : expected) {
        const PackedRow row(rows.data() + at);
        at += row.bytes().size();
        CHECK(text_of(row) == text);
        Record read(specimens());
        read_fields(row, specimens(), read.object());
        CHECK(text_of(read) == text);
    }
    CHECK(at == rows.size());
}

}  // namespace
}  // namespace crmkit::conformance

/// Lists and their indexes: each declared one serves its list in SQLite, and no other list is read
/// page by page unless that is asked for.
#include <fmt/format.h>
#include <sqlite3.h>

#include "backends.hpp"
#include "counting_connection.hpp"
#include "crmkit/schema/index_fields.hpp"

using namespace crmkit;
using namespace crmkit::test;

namespace {

/// Some value that a field can be compared with.
Value value_for(const Registry& registry, const Field& field) {
    switch (field.type()) {
        case FieldType::enumeration:
            return Value(field.native->labels.front());
        case FieldType::integer:
            return Value(std::int64_t{1});
        case FieldType::boolean:
            return Value(true);
        case FieldType::date:
            return Value(test_start.date());
        case FieldType::instant:
            return Value(test_start);
        case FieldType::reference:
            return Value(Id{7});
        case FieldType::polymorphic_reference:
            return Value(Link{registry.targets(field).front()->number, Id{7}});
        case FieldType::text:
        case FieldType::decimal:
        case FieldType::money:
        case FieldType::json:
        case FieldType::text_list:
        case FieldType::structure_list:
            return Value("x");
    }
    return {};
}

/// Whether an index holds a field in the order of `order by`; enumerations are sorted by their
/// declaration, links by their entity first.
bool can_be_ordered_by(const Field& field) {
    return field.type() != FieldType::enumeration &&
           field.type() != FieldType::polymorphic_reference;
}

/// The list that an index is for: the last field orders it, the others have one value each.
struct IndexedList {
    std::string text;
    Parameters parameters;
};

IndexedList list_of(const Registry& registry, const Entity& entity, const Index& index) {
    IndexedList list;
    const std::vector<const Field*> fields = index_fields(entity, index);
    const bool is_ordered = can_be_ordered_by(*fields.back()) && !is_sparse(entity, index);
    for (std::size_t i = 0; i < fields.size() - (is_ordered ? 1 : 0); ++i) {
        static constexpr std::string_view names[] = {"a", "b", "c", "d"};
        list.text += fmt::format("{}{} = :{}", i == 0 ? "" : " and ", fields[i]->name, names[i]);
        list.parameters.emplace_back(names[i], value_for(registry, *fields[i]));
    }
    if (is_ordered) {
        list.text += fmt::format(" order by {}", fields.back()->name);
    }
    return list;
}

/// How SQLite would run a statement, in one line.
std::string plan_of(sqlite3* connection, const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    const std::string explain = "EXPLAIN QUERY PLAN " + sql;
    REQUIRE(sqlite3_prepare_v2(connection, explain.c_str(), -1, &statement, nullptr) == SQLITE_OK);
    std::string plan;
    while (sqlite3_step(statement) == SQLITE_ROW) {
        plan += reinterpret_cast<const char*>(sqlite3_column_text(statement, 3));
        plan += "; ";
    }
    sqlite3_finalize(statement);
    return plan;
}

/// Reads a page by description; gives where it ended.
std::string read_page(Session& me, const Entity& entity, const IndexedList& list,
                      const std::string& after) {
    std::vector<std::unique_ptr<Record>> records;
    return me
        .read_page(entity, list.text, {.size = 1, .after = after}, list.parameters,
                   [&]() -> void* {
                       return records.emplace_back(std::make_unique<Record>(entity))->object();
                   })
        .next;
}

/// Checks how the statements that `work` runs find their rows. A unique key finds one at most, so
/// that there is nothing to sort.
template <typename Work>
void check_plans(CountingConnection& host, Work work, bool is_unique = false) {
    for (const std::string& sql : host.texts(work)) {
        if (sql.starts_with("SELECT")) {
            const std::string plan = plan_of(host.handle(), sql);
            CAPTURE(sql);
            CHECK_MESSAGE((is_unique || plan.find("TEMP B-TREE") == std::string::npos), plan);
            CHECK_MESSAGE(plan.find("USING INDEX") != std::string::npos, plan);
        }
    }
}

}  // namespace

TEST_CASE("every declared index serves its list, up and down and page by page") {
    CountingConnection host;
    TestClock clock;
    Crm crm = Crm::open(host.handle(), clock.options());
    Session me = crm.as_system();
    int lists = 0;
    for (const Entity* entity : crm.registry().entities()) {
        for (const Index& index : entity->indexes) {
            CAPTURE(entity->name);
            CAPTURE(index.fields);
            IndexedList list = list_of(crm.registry(), *entity, index);
            check_plans(
                host, [&] { read_page(me, *entity, list, {}); }, index.is_unique);
            if (list.text.find("order by") != std::string::npos) {
                list.text += " desc";
                check_plans(host, [&] { read_page(me, *entity, list, {}); });
            }
            ++lists;
        }
    }
    CHECK(lists > 60);
}

TEST_CASE("a further page goes on in the index where the one before ended") {
    CountingConnection host;
    TestClock clock;
    Crm crm = Crm::open(host.handle(), clock.options());
    Session me = crm.as_system();
    const Account acme = me.create(Account{.name = "Acme"});
    for (const char* name : {"Ann", "Bob", "Cy"}) {
        me.create(Contact{.last_name = name, .account = acme.id});
    }
    const Entity& contact = entity_of<Contact>();
    for (const char* order : {"order by last_name", "order by last_name desc"}) {
        for (const char* filter : {"", "account = :account "}) {
            IndexedList list{std::string(filter) + order, {}};
            if (*filter != '\0') {
                list.parameters.emplace_back("account", acme.id);
            }
            const std::string next = read_page(me, contact, list, {});
            REQUIRE(!next.empty());
            check_plans(host, [&] { CHECK(!read_page(me, contact, list, next).empty()); });
        }
    }
}

TEST_CASE("a page in an order that no index serves must be asked for") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        for (const char* name : {"B", "A", "C"}) {
            me.create(Account{.name = name, .industry = "steel"});
        }
        for (const char* served :
             {"", "order by id desc", "order by name", "order by name desc",
              "industry = 'steel' order by industry, name", "name = 'A' order by name",
              "owner is null order by name", "industry like 's%' order by name",
              "order by account_number", "parent_account = 5 order by name"}) {
            CHECK_MESSAGE(code_of([&] { (void)me.page<Account>(served); }) == ErrorCode::ok,
                          served);
        }
        for (const char* unserved :
             {"order by industry", "order by name, industry", "order by name desc, id",
              "order by owner.name", "order by rating", "order by lower(name)", "order by owner",
              "order by primary_contact", "order by email_normal"}) {
            const Error error = error_of([&] { (void)me.page<Account>(unserved); });
            CHECK_MESSAGE(error.code() == ErrorCode::invalid_argument, unserved);
            CHECK_MESSAGE(error.message().find("sort by") != std::string::npos, error.message());
            CHECK_MESSAGE(error.message().find(unserved) != std::string::npos, error.message());
            (void)me.query<Account>(unserved).all();
        }
        const auto page = me.page<Account>("sort by industry, name desc", {.size = 2});
        CHECK(page.records[0].name == "C");
        const auto rest =
            me.page<Account>("sort by industry, name desc", {.size = 2, .after = page.next});
        REQUIRE(rest.records.size() == 1);
        CHECK(rest.records[0].name == "A");
    });
}

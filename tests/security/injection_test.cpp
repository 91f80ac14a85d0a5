/// Texts that would break a program which pastes them into SQL: through every text parameter of
/// the C++ API they are values, or refused; the statements are those of harmless texts.
#include <algorithm>

#include "crmkit/base/text.hpp"
#include "crmkit/engine/operation.hpp"
#include "crmkit/schema/json.hpp"
#include "crmkit/schema/json_reader.hpp"
#include "security/payloads.hpp"
#include "security/watched_host.hpp"

using namespace crmkit;
using namespace crmkit::test;

namespace {

/// With words to search for, without, and not a letter.
constexpr std::string_view harmless_texts[] = {
    "Harmless",      "two words",        "--", "de", "EUR", "a@b.example",
    "+49 30 123456", "https://a.example"};

/// A store on a watched connection, and what must not change in it.
struct Scene {
    WatchedHost host;
    TestClock clock;
    Crm crm = Crm::open(host.connection(), clock.options());
    Session me = crm.as_system();
    Account bystander = me.create(Account{.name = "Bystander", .description = "untouched"});

    void check_unharmed() {
        CHECK(me.get<Account>(bystander.id).description == "untouched");
        CHECK(me.get<Account>(bystander.id).version == 1);
        CHECK(host.own_state() == std::vector<std::string>{"kept", "ok"});
        CHECK(crm.check_integrity().empty());
    }
};

/// Does `act` with harmless texts and then with each hostile one. The hostile ones may run no
/// statement that the harmless ones did not run.
template <typename Act>
void check_same_statements(WatchedHost& host, Act act) {
    host.take_statements();
    for (const std::string_view text : harmless_texts) {
        act(std::string(text));
    }
    const std::set<std::string> expected = host.take_statements();
    for (const std::string& text : hostile_texts()) {
        CAPTURE(text);
        act(text);
        for (const std::string& statement : host.take_statements()) {
            REQUIRE_MESSAGE(expected.contains(statement), statement);
        }
    }
}

/// Runs `call`, which may be refused for what the text is, and says whether it was let through.
template <typename Call>
bool is_accepted(Call call) {
    const ErrorCode code = code_of(call);
    const bool is_refused = code == ErrorCode::validation || code == ErrorCode::expression ||
                            code == ErrorCode::not_found || code == ErrorCode::invalid_argument ||
                            code == ErrorCode::syntax;
    REQUIRE_MESSAGE((code == ErrorCode::ok || is_refused), to_string(code));
    return code == ErrorCode::ok;
}

bool is_plain_text(const Field& field) {
    return field.type() == FieldType::text && field.format == TextFormat::plain &&
           field.longest >= 64 && !field.is_computed && !field.is_read_only;
}

}  // namespace

TEST_CASE("the corpus has 500 different texts that a store can hold") {
    const std::vector<std::string> texts = hostile_texts();
    CHECK(texts.size() >= 500);
    CHECK(std::set<std::string>(texts.begin(), texts.end()).size() == texts.size());
    for (const std::string& text : texts) {
        CAPTURE(text);
        CHECK(find_invalid_utf8(text) == std::string_view::npos);
        CHECK_FALSE(contains_nul(text));
        CHECK(text.size() <= 64);
    }
}

TEST_CASE("every text field of a record keeps hostile texts as they are") {
    Scene scene;
    Session& me = scene.me;
    const Contact contact = me.create(Contact{.last_name = "Target"});
    const Opportunity deal = me.create(Opportunity{.name = "Target"});
    const Account account = me.create(Account{.name = "Target"});
    const auto counts = scene.host.row_counts();
    std::size_t kept = 0;
    const auto check = [&](const Entity& entity, Id id) {
        for (const Field& field : entity.fields) {
            if (field.type() != FieldType::text || field.is_computed) {
                continue;
            }
            CAPTURE(field.name);
            check_same_statements(scene.host, [&](const std::string& text) {
                const TransactionScope dropped = me.transaction();
                Record stored(entity);
                const bool accepted = is_accepted([&] {
                    me.patch(entity, id, {{field.name, text}}, {}, stored);
                });
                if (accepted) {
                    // Addresses and codes lose the spaces around them.
                    const std::string_view kept_text =
                        field.format == TextFormat::plain ? std::string_view(text) : trim(text);
                    REQUIRE(stored.get(field).text() == kept_text);
                    Record again(entity);
                    me.read(entity, id, again.object());
                    REQUIRE(again.get(field).text() == kept_text);
                    ++kept;
                }
                REQUIRE((accepted || !is_plain_text(field)));
            });
        }
    };
    check(entity_of<Account>(), account.id);
    check(entity_of<Contact>(), contact.id);
    check(entity_of<Opportunity>(), deal.id);
    CHECK(kept > 10'000);
    CHECK(scene.host.row_counts() == counts);
    scene.check_unharmed();
}

TEST_CASE("typed, dynamic and JSON ways keep the same bytes, in history too") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Entity& entity = entity_of<Account>();
        for (const std::string& text : hostile_texts()) {
            CAPTURE(text);
            const Account typed = me.create(Account{.name = text});
            Record dynamic(entity);
            dynamic.set("name", text);
            me.insert(dynamic);
            std::string quoted = "{\"name\":";
            append_json_string(quoted, text);
            Record read = record_from_json(entity, quoted + "}");
            me.insert(read);
            for (const Id id : {typed.id, header_of(dynamic).id(), header_of(read).id()}) {
                const Account stored = me.get<Account>(id);
                REQUIRE(stored.name == text);
                REQUIRE(record_from_json(entity, to_json(stored)).get("name").text() == text);
                const auto entries = me.history(id);
                REQUIRE(std::any_of(entries[0].fields.begin(), entries[0].fields.end(),
                                    [&](const FieldChange& change) {
                                        return change.field == "name" &&
                                               change.after == Value(text);
                                    }));
            }
        }
    });
}

TEST_CASE("query parameters, search texts, keys and origins are values") {
    Scene scene;
    Session& me = scene.me;
    const auto counts = scene.host.row_counts();
    const auto undone = [&](auto act) {
        check_same_statements(scene.host, [&](const std::string& text) {
            const TransactionScope dropped = me.transaction();
            act(text);
        });
        CHECK(scene.host.row_counts() == counts);
    };
    SUBCASE("parameters") {
        undone([&](const std::string& text) {
            const Account account = me.create(Account{.name = text});
            const auto same = me.query<Account>("name = :text", {{"text", text}}).all();
            REQUIRE(same.size() == 1);
            CHECK(same[0].id == account.id);
            for (const char* query : {"name like :text", "name contains :text", "name in (:text)",
                                      "name < :text order by name", "owner.name = :text"}) {
                is_accepted([&] { (void)me.query<Account>(query, {{"text", text}}).all(); });
            }
            CHECK(me.aggregate<Account>("count() where name = :text", {{"text", text}})[0][0] ==
                  Value(1));
        });
    }
    SUBCASE("search") {
        undone([&](const std::string& text) {
            me.create(Account{.name = text});
            for (const Id id : me.search(entity_of<Account>(), text)) {
                CHECK(id != scene.bystander.id);
            }
            (void)me.search<Contact>(text);
        });
    }
    SUBCASE("external keys") {
        undone([&](const std::string& text) {
            const UpsertKey key = UpsertKey::external(text, text);
            Account account{.name = "First"};
            if (is_accepted([&] { me.upsert(key, account); })) {
                Account same{.name = "Second"};
                CHECK(me.upsert(key, same) == UpsertAction::updated);
                CHECK(same.id == account.id);
                const auto stored = me.query<ExternalId>().all();
                REQUIRE(stored.size() == 1);
                CHECK(stored[0].system == text);
                CHECK(stored[0].key == text);
            }
        });
    }
    SUBCASE("keys of own fields") {
        undone([&](const std::string& text) {
            Account account{.name = text};
            me.upsert(UpsertKey::fields({"name"}), account);
            Account same{.name = text, .industry = "steel"};
            CHECK(me.upsert(UpsertKey::fields({"name"}), same) == UpsertAction::updated);
            CHECK(same.id == account.id);
        });
    }
    SUBCASE("users") {
        // Outside of a transaction: it is the store's, not the session's.
        int made = 0;
        check_same_statements(scene.host, [&](const std::string& text) {
            const std::string email = "user" + std::to_string(++made) + "@example.com";
            CHECK(scene.crm.ensure_user(text, email).name == text);
            CHECK_FALSE(is_accepted([&] { (void)scene.crm.ensure_user("Someone", text + " "); }));
        });
    }
    SUBCASE("origins") {
        undone([&](const std::string& text) {
            me.set_origin(text);
            CHECK(me.history(me.create(Account{.name = "New"}).id)[0].origin == text);
        });
    }
    scene.check_unharmed();
}

TEST_CASE("names of fields, entities, operations and pages are looked up, never pasted") {
    Scene scene;
    Session& me = scene.me;
    const Entity& entity = entity_of<Account>();
    for (const std::string& text : hostile_texts()) {
        CAPTURE(text);
        scene.host.take_statements();
        Account account{.name = "New"};
        Record record(entity);
        const auto refused = [](auto call) { CHECK_FALSE(is_accepted(call)); };
        refused([&] { me.patch(entity, scene.bystander.id, {{text, "x"}}, {}, record); });
        refused([&] { record.set(text, "x"); });
        refused([&] { (void)record.get(text); });
        refused([&] { (void)me.upsert(UpsertKey::fields({text}), account); });
        refused([&] { (void)me.registry().get(text); });
        refused([&] { (void)me.call(text, "{}"); });
        refused([&] { (void)me.page<Account>("", {10, text, {}}); });
        refused([&] { (void)me.page<Account>("", {10, {}, {text}}); });
        refused([&] { (void)me.query<Account>("name = 'x'", {{text, "x"}}).all(); });
        for (const std::string& statement : scene.host.take_statements()) {
            CHECK_MESSAGE((text.size() < 4 || statement.find(text) == std::string::npos),
                          statement);
        }
    }
    scene.check_unharmed();
}

TEST_CASE("texts of expressions read at most, whatever they say") {
    Scene scene;
    Session& me = scene.me;
    const int changes = sqlite3_total_changes(scene.host.connection());
    scene.host.take_statements();
    for (const std::string& text : hostile_texts()) {
        CAPTURE(text);
        for (const std::string& query :
             {text, "order by " + text, "name = '" + text + "'", "name = " + text,
              "name = 'x' order by " + text, "name = 'x' limit " + text}) {
            is_accepted([&] { (void)me.query<Account>(query).all(); });
        }
        for (const std::string& aggregation : {text, "count() by " + text, "count() where " + text,
                                               "count() order by " + text, "count(" + text + ")"}) {
            is_accepted([&] { (void)me.aggregate<Account>(aggregation); });
        }
        for (const std::string& statement : scene.host.take_statements()) {
            CHECK_MESSAGE((statement.starts_with("SELECT ") || statement.starts_with("WITH ")),
                          statement);
            CHECK_MESSAGE(statement.find(';') == std::string::npos, statement);
        }
    }
    CHECK(sqlite3_total_changes(scene.host.connection()) == changes);
    scene.check_unharmed();
}

TEST_CASE("texts in the input of every operation are values or refused") {
    Scene scene;
    Session& me = scene.me;
    const auto counts = scene.host.row_counts();
    for (const Operation* operation : all_operations()) {
        for (const Field& field : operation->input->fields) {
            // A path is the host's own choice: SECURITY.md says so.
            if (field.type() != FieldType::text || operation->name.starts_with("exchange.")) {
                continue;
            }
            CAPTURE(operation->name);
            CAPTURE(field.name);
            for (const std::string& text : hostile_texts()) {
                CAPTURE(text);
                std::string input = "{\"" + std::string(field.name) + "\":";
                append_json_string(input, text);
                const TransactionScope dropped = me.transaction();
                is_accepted([&] { (void)me.call(operation->name, input + "}"); });
            }
        }
    }
    CHECK(scene.host.row_counts() == counts);
    scene.check_unharmed();
}

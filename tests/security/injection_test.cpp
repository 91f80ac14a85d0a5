/// Texts that would break a program which pastes them into SQL: through every text parameter of
/// the C++ API they are values, or refused; the statements are those of harmless texts.
#include <algorithm>

#include "crmkit/base/text.hpp"
#include "crmkit/schema/json.hpp"
#include "crmkit/schema/json_reader.hpp"
#include "crmkit/schema/tidy_text.hpp"
#include "security/any_record.hpp"
#include "security/scene.hpp"

using namespace crmkit;
using namespace crmkit::test;

namespace {

/// Whether no text of the corpus may be refused.
bool takes_any_text(const Field& field) {
    return field.type() == FieldType::text && field.format == TextFormat::plain &&
           field.longest >= 64 && !field.is_computed && !field.is_read_only &&
           // Words of the library's own: the state of a status template; and an expression.
           field.name != "entity" && field.name != "state" && field.name != "exit_criteria";
}

/// The values through which a text may come into a field.
std::vector<Value> values_with(const std::string& text, const Field& field) {
    std::string quoted;
    append_json_string(quoted, text);
    switch (field.type()) {
        case FieldType::text_list:
            return {text, std::vector<std::string>{text, "x"}};
        case FieldType::json:
            return {text, "{\"key\":" + quoted + "}", "{" + quoted + ":[" + quoted + "]}"};
        case FieldType::text:
        case FieldType::integer:
        case FieldType::decimal:
        case FieldType::boolean:
        case FieldType::money:
        case FieldType::date:
        case FieldType::instant:
        case FieldType::enumeration:
        case FieldType::reference:
        case FieldType::polymorphic_reference:
        case FieldType::structure_list:
            return {text};
    }
    return {};
}

/// Whether a field that took a value holds just that.
bool is_kept(const ValueView& stored, const Value& given, const Field& field) {
    const ValueView value = given.view();
    if (field.is_computed || field.type() != FieldType::text) {
        // A value of another type, read from the text, or worked out anew.
        return field.type() != FieldType::text_list || value.kind() != ValueKind::text_list ||
               stored == value;
    }
    const std::string kept = tidy_text(field, value.text());
    return kept.empty() || stored.text() == kept;  // none given: the library may know the usual one
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

TEST_CASE("every field of every entity keeps a hostile text as it is, or refuses it") {
    Scene scene;
    Session& me = scene.me;
    std::size_t kept = 0;
    for (const Entity* entity : me.registry().entities()) {
        if (entity->is_internal) {
            continue;  // nobody else writes it
        }
        CAPTURE(entity->name);
        const Id id = header_of(any_record(me, *entity)).id();
        const auto counts = scene.host.row_counts();
        for (const Field& field : entity->fields) {
            CAPTURE(field.name);
            std::vector<std::string_view> harmless(std::begin(harmless_texts),
                                                   std::end(harmless_texts));
            harmless.push_back(" ");       // no value at all
            harmless.push_back("\u200B");  // one whose normal form is none
            const auto put = [&](const std::string& text) {
                for (const Value& value : values_with(text, field)) {
                    const TransactionScope dropped = me.transaction();
                    Record stored(*entity);
                    const bool accepted = is_accepted(text, [&] {
                        me.patch(*entity, id, {{field.name, value}}, {}, stored);
                    });
                    const bool is_status = entity->state_machine != nullptr &&
                                           field.name == entity->state_machine->status_field;
                    const bool is_none = trim(text).empty();  // which a check may not take
                    REQUIRE((accepted || is_status || is_none || !takes_any_text(field)));
                    if (accepted) {
                        REQUIRE(is_kept(stored.get(field), value, field));
                        Record again(*entity);
                        me.read(*entity, id, again.object());
                        REQUIRE(again.get(field) == stored.get(field));
                        ++kept;
                    }
                }
            };
            check_statements(scene.host, Statements::as_harmless, harmless, put);
        }
        CHECK(scene.host.row_counts() == counts);
    }
    CHECK(kept > 50'000 / corpus_step());
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
                const std::string kept = nfc(text);
                REQUIRE(stored.name == kept);
                REQUIRE(record_from_json(entity, to_json(stored)).get("name").text() == kept);
                const auto entries = me.history(id);
                REQUIRE(std::any_of(entries[0].fields.begin(), entries[0].fields.end(),
                                    [&](const FieldChange& change) {
                                        return change.field == "name" &&
                                               change.after == Value(kept);
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
                is_accepted(text, [&] { (void)me.query<Account>(query, {{"text", text}}).all(); });
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
            if (is_accepted(text, [&] { me.upsert(key, account); })) {
                Account same{.name = "Second"};
                CHECK(me.upsert(key, same) == UpsertAction::updated);
                CHECK(same.id == account.id);
                const auto stored = me.query<ExternalId>().all();
                REQUIRE(stored.size() == 1);
                CHECK(stored[0].system == nfc(text));
                CHECK(stored[0].key == nfc(text));
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
            CHECK(scene.crm.ensure_user(text, email).name == nfc(text));
            CHECK_FALSE(
                is_accepted(text, [&] { (void)scene.crm.ensure_user("Someone", text + " @"); }));
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
        const auto refused = [&text](auto call) { CHECK_FALSE(is_accepted(text, call)); };
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
    check_statements(scene.host, Statements::or_reads, {}, [&](const std::string& text) {
        for (const std::string& query :
             {text, "order by " + text, "name = '" + text + "'", "name = " + text,
              "name = 'x' order by " + text, "name = 'x' limit " + text}) {
            is_accepted(text, [&] { (void)me.query<Account>(query).all(); });
        }
        for (const std::string& aggregation : {text, "count() by " + text, "count() where " + text,
                                               "count() order by " + text, "count(" + text + ")"}) {
            is_accepted(text, [&] { (void)me.aggregate<Account>(aggregation); });
        }
    });
    CHECK(sqlite3_total_changes(scene.host.connection()) == changes);
    scene.check_unharmed();
}

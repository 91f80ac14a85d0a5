/// What a host may hand in by mistake or on purpose: refused by name, at once, and nothing is left.
#include "backends.hpp"

using namespace crmkit;
using namespace crmkit::test;

namespace {

/// Checks that `call` is refused with this code, for this field, and that the message names it.
template <typename Call>
void check_refused(Call call, ErrorCode code, const std::string& field, const std::string& about) {
    const Error error = error_of(call);
    CHECK(error.code() == code);
    CHECK_MESSAGE(error.message().find(field) != std::string::npos, error.message());
    CHECK_MESSAGE(error.message().find(about) != std::string::npos, error.message());
    REQUIRE_FALSE(error.problems().empty());
    CHECK(error.problems().front().field == field);
    CHECK(error.message().size() < 1000);
}

std::string nested_json(std::size_t levels) {
    return std::string(levels, '[') + std::string(levels, ']');
}

}  // namespace

TEST_CASE("a field that is not there is named, with the nearest that is") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account acme = me.create(Account{.name = "Acme"});
        const auto check = [](const Error& error) {
            CHECK(error.code() == ErrorCode::not_found);
            REQUIRE(error.problems().size() == 1);
            const Problem& problem = error.problems().front();
            CHECK(problem.entity == "account");
            CHECK(problem.field == "nmae");
            CHECK_MESSAGE(problem.message.find("nearest is 'name'") != std::string::npos,
                          problem.message);
            CHECK_MESSAGE(error.message().find("account.nmae") != std::string::npos,
                          error.message());
        };
        check(error_of([&] { me.update<Account>(acme.id, {{"nmae", "Acme II"}}); }));
        Account other{.name = "Other"};
        check(error_of([&] { me.upsert(UpsertKey::fields({"nmae"}), other); }));
        const Error both = error_of([&] { me.upsert(UpsertKey::fields({"nmae", "foo"}), other); });
        REQUIRE(both.problems().size() == 2);
        CHECK(both.problems()[1].field == "foo");
        CHECK(me.get<Account>(acme.id).version == 1);
        CHECK(me.query<Account>().all().size() == 1);
    });
}

TEST_CASE("all that is wrong with a patch is told at once, fields that are not there among it") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account acme = me.create(Account{.name = "Acme"});
        const Error error = error_of([&] {
            me.update<Account>(acme.id, {{"name", std::string(300, 'x')},
                                         {"nmae", "x"},
                                         {"foo", std::int64_t{1}},
                                         {"number_of_employees", "many"},
                                         {"parent_account", Id{777}}});
        });
        CHECK(error.code() == ErrorCode::not_found);
        std::vector<std::string> fields;
        for (const Problem& problem : error.problems()) {
            fields.push_back(problem.field);
        }
        CHECK(fields == std::vector<std::string>{"nmae", "foo", "number_of_employees", "name",
                                                 "parent_account"});
        CHECK(me.get<Account>(acme.id).version == 1);
    });
}

TEST_CASE("a value of another type is refused with the value") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account acme = me.create(Account{.name = "Acme"});
        const auto update = [&](const char* field, const Value& value) {
            return [&me, id = acme.id, field, value] { me.update<Account>(id, {{field, value}}); };
        };
        check_refused(update("number_of_employees", "many"), ErrorCode::validation,
                      "number_of_employees", "many");
        check_refused(update("parent_account", "Acme"), ErrorCode::validation, "parent_account",
                      "Acme");
        check_refused(update("rating", "lukewarm"), ErrorCode::validation, "rating", "lukewarm");
        const Opportunity deal = me.create(Opportunity{.name = "Deal", .account = acme.id});
        for (const char* date : {"30000-01-01", "2026-02-30", "tomorrow"}) {
            check_refused(
                [&] {
                    me.update<Opportunity>(deal.id, {{"close_date", date}});
                },
                ErrorCode::validation, "close_date", date);
        }
        check_refused(
            [&] {
                me.update<Opportunity>(deal.id, {{"amount", "12.345 EUR"}});
            },
            ErrorCode::validation, "amount", "12.345");
        CHECK(me.get<Account>(acme.id).version == 1);
        CHECK(me.get<Opportunity>(deal.id).version == deal.version);
    });
}

TEST_CASE("text that no store should hold is refused") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const auto create = [&me](std::string name) {
            return [&me, name = std::move(name)] { me.create(Account{.name = name}); };
        };
        check_refused(create(std::string(100'000, 'x')), ErrorCode::validation, "name", "longer");
        check_refused(create("broken \xC3\x28"), ErrorCode::validation, "name", "UTF-8 at byte 8");
        check_refused(create(std::string("a\0b", 3)), ErrorCode::validation, "name", "NUL");
        check_refused(create(std::string(64 << 20, 'y')), ErrorCode::validation, "name", "longer");
        CHECK(me.query<Account>().all().empty());
    });
}

TEST_CASE("references to nothing, to another entity and to oneself are refused") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account acme = me.create(Account{.name = "Acme"});
        const Contact ann = me.create(Contact{.last_name = "Ann"});
        check_refused([&] { me.create(Contact{.last_name = "Bob", .account = Id{77}}); },
                      ErrorCode::validation, "account", "77");
        check_refused([&] { me.create(Contact{.last_name = "Bob", .account = ann.id}); },
                      ErrorCode::validation, "account", to_string(ann.id));
        check_refused(
            [&] {
                me.update<Account>(acme.id, {{"parent_account", acme.id}});
            },
            ErrorCode::validation, "parent_account", "leads back");
        check_refused(
            [&] {
                me.create(Account{.owner = Link{Contact::entity_number, ann.id}, .name = "B"});
            },
            ErrorCode::validation, "owner", "contact");
    });
}

TEST_CASE("regression: somebody who is no user changes nothing") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account acme = me.create(Account{.name = "Acme"});
        const User gone = me.create(User{.name = "Ada", .email = "ada@acme.example"});
        me.remove<User>(gone.id);
        for (const Id nobody : {Id{12345}, Id{-1}, gone.id}) {
            Session stranger = crm.as(nobody);
            check_refused(
                [&] {
                    stranger.update<Account>(acme.id, {{"name", "Other"}});
                },
                ErrorCode::not_found, "id", to_string(nobody));
            CHECK(stranger.get<Account>(acme.id).name == "Acme");
        }
        CHECK(me.get<Account>(acme.id).version == acme.version);
    });
}

TEST_CASE("an expression that is wrong is refused with position and nearest name") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        for (const char* text :
             {"nmae = 'Acme'", "name = ", "name = 'Acme", "name = 5", "name ~ 'x'", "((name = 'a')",
              "order by", "owner.nmae = 'x'", "limit -1", "name = :who and", "\xFF = 1"}) {
            CAPTURE(text);
            const Error error = error_of([&] { (void)me.query<Account>(text).all(); });
            CHECK(error.code() == ErrorCode::expression);
            REQUIRE(error.problems().size() >= 1);
            CHECK(error.problems().front().line == 1);
            CHECK(error.problems().front().column >= 1);
        }
        const Error error = error_of([&] { (void)me.query<Account>("nmae = 'Acme'").all(); });
        CHECK_MESSAGE(error.message().find("name") != std::string::npos, error.message());
        CHECK(code_of([&] { (void)me.query<Account>("name = :who").all(); }) != ErrorCode::ok);
        CHECK(code_of([&] {
                  (void)me.query<Account>("name = :who", {{"whom", "x"}}).all();
              }) != ErrorCode::ok);
    });
}

TEST_CASE("hostile sizes are refused in bounded time") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const std::string deep = std::string(10'000, '(') + "name = 'x'" + std::string(10'000, ')');
        CHECK(code_of([&] { (void)me.query<Account>(deep).all(); }) == ErrorCode::expression);
        const std::string deep_json = nested_json(10'000);
        CHECK(code_of([&] { me.call("engine.timeline", deep_json); }) != ErrorCode::ok);
        CHECK(code_of([&] { me.call("engine.timeline", "{\"party\": " + deep_json + "}"); }) !=
              ErrorCode::ok);
        std::string wide = "name in ('x'";
        for (int i = 0; i < 200'000; ++i) {
            wide += ",'x'";
        }
        CHECK(code_of([&] { (void)me.query<Account>(wide + ")").all(); }) == ErrorCode::expression);
        CHECK(code_of([&] { (void)me.page<Account>("", {0, {}}); }) == ErrorCode::invalid_argument);
        CHECK(code_of([&] {
                  (void)me.page<Account>("", {1'000'000, {}});
              }) == ErrorCode::invalid_argument);
        CHECK(code_of([&] { (void)me.page<Account>("", {10, "not a cursor"}); }) != ErrorCode::ok);
    });
}

TEST_CASE("operations name what is wrong in their input") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        CHECK(code_of([&] { me.call("no.such_operation", "{}"); }) == ErrorCode::not_found);
        CHECK(code_of([&] { me.call("engine.timeline", "{"); }) == ErrorCode::syntax);
        CHECK(code_of([&] { me.call("engine.timeline", "{}"); }) == ErrorCode::validation);
        const Error error = error_of([&] { me.call("engine.timeline", R"({"prty": "1"})"); });
        CHECK_MESSAGE(error.message().find("prty") != std::string::npos, error.message());
    });
}

/// How texts come out of a store: see schema/tidy_text.hpp.
#include "backends.hpp"
#include "crmkit/model/registry.hpp"

using namespace crmkit;
using namespace crmkit::test;

TEST_CASE("a text is the same however its accents were typed") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Tag composed = me.create(Tag{.name = "M\u00FC"});
        CHECK(code_of([&] { return me.create(Tag{.name = "Mu\u0308"}); }) == ErrorCode::duplicate);
        CHECK(me.query<Tag>("name = 'Mu\u0308'").all().size() == 1);
        CHECK(me.query<Tag>("name = :name", {{"name", "Mu\u0308"}}).all().size() == 1);
        Tag again{.name = "Mu\u0308"};
        CHECK(me.upsert(UpsertKey::fields({"name"}), again) == UpsertAction::unchanged);
        CHECK(again.id == composed.id);

        const Account first = me.create(Account{.name = "Caf\u00E9"});
        CHECK(me.update<Account>(first.id, {{"name", "Cafe\u0301"}}).version == 1);
        Account erp{.name = "A"};
        CHECK(me.upsert(UpsertKey::external("sy\u0301s", "e\u0301"), erp) == UpsertAction::created);
        CHECK(me.upsert(UpsertKey::external("s\u00FDs", "\u00E9"), erp) == UpsertAction::unchanged);
    });
}

TEST_CASE("a text of white space only is no text") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Error error = error_of([&] { return me.create(Account{.name = " \t\u00A0"}); });
        CHECK(error.code() == ErrorCode::validation);
        REQUIRE(error.problems().size() == 1);
        CHECK(error.problems().front().field == "name");
        CHECK(error.problems().front().message == "is required");
        const Account acme = me.create(Account{.name = " Acme ", .industry = "  "});
        CHECK(acme.name == " Acme ");
        CHECK(acme.industry.empty());
        CHECK(me.query<Account>("industry is null").all().size() == 1);
    });
}

TEST_CASE("white space around an address comes from copying") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Contact ann =
            me.create(Contact{.last_name = "Ann", .email = " ann@example.com\u00A0"});
        CHECK(ann.email == "ann@example.com");
        CHECK(me.get<Contact>(ann.id).email == "ann@example.com");
        const Contact moved = me.update<Contact>(ann.id, {{"email", "\tann@example.org"}});
        CHECK(moved.email == "ann@example.org");
        CHECK(moved.email_normal == "ann@example.org");
    });
}

TEST_CASE("a hook's texts are stored as a host's are") {
    TestClock clock;
    Crm crm = Crm::open_memory(clock.options());
    crm.before_write("account", [](WriteEvent& event) {
        event.after.set(field_of(event.entity, "name"), "Mu\u0308ller");
    });
    CHECK(crm.as_system().create(Account{.name = "x"}).name == "M\u00FCller");
}

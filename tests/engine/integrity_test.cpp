/// check_integrity(): what is kept up to date beside the records is compared with the records.
#include <utility>

#include "../../src/engine/session_state.hpp"
#include "backends.hpp"

using namespace crmkit;
using namespace crmkit::test;

namespace {

/// Does to the store what no command can, and checks that the one finding about it has these parts.
template <typename Harm>
void check_found(const Crm& crm, Session& me, Harm harm,
                 std::initializer_list<std::string_view> parts) {
    REQUIRE(crm.check_integrity().empty());
    engine::WriteScope scope(me.state());
    harm(me.state().writer());
    scope.commit();
    const std::vector<std::string> found = crm.check_integrity();
    REQUIRE(found.size() == 1);
    CAPTURE(found[0]);
    for (const std::string_view part : parts) {
        CHECK(found[0].find(part) != std::string::npos);
    }
}

}  // namespace

TEST_CASE("a search index that differs from the records is found, with the record") {
    on_each_store([](const Crm& crm, TestClock&) {
        Session me = crm.as_system();
        const Entity& accounts = entity_of<Account>();
        const Account acme = me.create(Account{.name = "Acme Steel"});
        me.create(Account{.name = "Steel Globex"});
        const Account deleted = me.create(Account{.name = "Gone"});
        me.remove<Account>(deleted.id);
        const std::string id = to_string(acme.id);
        check_found(crm, me,
                    [&](Storage& storage) { storage.index_text(accounts, acme.id, "ghost"); },
                    {"search index of accounts", "should not", id, "'ghost'"});
        engine::WriteScope scope(me.state());
        me.state().writer().unindex_text(accounts, acme.id, "ghost");
        scope.commit();
        check_found(
            crm, me,
            [&](Storage& storage) { storage.unindex_text(accounts, acme.id, "acme steel"); },
            {"search index of accounts", "lacks", id});
    });
}

TEST_CASE("a search index that finds a deleted record is found") {
    on_each_store([](const Crm& crm, TestClock&) {
        Session me = crm.as_system();
        const Account deleted = me.create(Account{.name = "Gone"});
        me.remove<Account>(deleted.id);
        check_found(
            crm, me,
            [&](Storage& storage) { storage.index_text(entity_of<Account>(), deleted.id, "gone"); },
            {"should not", to_string(deleted.id), "'gone'"});
    });
}

TEST_CASE("a timeline that differs from the records is found, with the party") {
    on_each_store([](const Crm& crm, TestClock&) {
        Session me = crm.as_system();
        const Account acme = me.create(Account{.name = "Acme"});
        const Opportunity deal = me.create(Opportunity{.name = "Deal", .account = acme.id});
        std::vector<TimelineEntry> entries;
        {
            engine::ReadScope storage(me.state());
            entries = storage->timeline_via(acme.id, deal.id);
        }
        REQUIRE(entries.size() == 1);
        check_found(crm, me, [&](Storage& storage) { storage.remove_timeline(entries); },
                    {"timeline", "lacks", to_string(acme.id), to_string(deal.id)});
        engine::WriteScope scope(me.state());
        me.state().writer().add_timeline(entries);
        scope.commit();
        ++entries[0].event.at.microseconds;
        check_found(crm, me, [&](Storage& storage) { storage.add_timeline(entries); },
                    {"timeline", "should not", to_string(acme.id), to_string(deal.id)});
    });
}

TEST_CASE("an integrity check may be made while a walk over records is open") {
    on_each_store([](const Crm& crm, TestClock&) {
        Session me = crm.as_system();
        for (int i = 0; i < 10; ++i) {
            me.create(Account{.name = "Acme"});
        }
        int seen = 0;
        for (const auto& row : me.rows<Account>("order by id")) {
            CHECK(crm.check_integrity().empty());
            seen += row.get<&Account::name>() == "Acme" ? 1 : 0;
        }
        CHECK(seen == 10);
    });
}

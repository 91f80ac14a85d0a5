/// A store that was closed: every call of its handle, its sessions and what they gave says so.
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "backends.hpp"

using namespace crmkit;
using namespace crmkit::test;

namespace {

/// What is left of a store when it is closed.
struct Leftover {
    Crm crm;
    Session& me;
    Account account;
    RecordStream& stream;
    Rows<Account>& rows;
};

using Call = std::pair<std::string_view, std::function<void(Leftover&)>>;

const std::vector<Call>& calls_of_the_store() {
    static const std::vector<Call> all{
        {"as", [](Leftover& at) { (void)at.crm.as(Id{1}); }},
        {"as_system", [](Leftover& at) { (void)at.crm.as_system(); }},
        {"ensure_user", [](Leftover& at) { (void)at.crm.ensure_user("A", "a@example.com"); }},
        {"backup", [](Leftover& at) { at.crm.backup("/nowhere"); }},
        {"checkpoint", [](Leftover& at) { at.crm.checkpoint(); }},
        {"check_integrity", [](Leftover& at) { (void)at.crm.check_integrity(); }},
        {"before_write", [](Leftover& at) { at.crm.before_write("account", [](WriteEvent&) {}); }},
        {"after_write",
         [](Leftover& at) { at.crm.after_write("account", [](const WriteEvent&) {}); }},
        {"after_commit", [](Leftover& at) { at.crm.after_commit([](const HistoryEntry&) {}); }},
        {"remove_hook", [](Leftover& at) { at.crm.remove_hook(1); }},
    };
    return all;
}

const std::vector<Call>& calls_that_read() {
    static const std::vector<Call> all{
        {"get", [](Leftover& at) { (void)at.me.get<Account>(at.account.id); }},
        {"find", [](Leftover& at) { (void)at.me.find<Account>(at.account.id); }},
        {"get_many",
         [](Leftover& at) {
             (void)at.me.get_many<Account>({&at.account.id, 1});
         }},
        {"query", [](Leftover& at) { (void)at.me.query<Account>().all(); }},
        {"rows", [](Leftover& at) { (void)at.me.rows<Account>().begin(); }},
        {"rows by id",
         [](Leftover& at) {
             (void)at.me.rows<Account>({&at.account.id, 1}).begin();
         }},
        {"page", [](Leftover& at) { (void)at.me.page<Account>(""); }},
        {"aggregate", [](Leftover& at) { (void)at.me.aggregate<Account>("count()"); }},
        {"search", [](Leftover& at) { (void)at.me.search<Account>("acme"); }},
        {"referred_to",
         [](Leftover& at) {
             const void* const record = &at.account;
             const std::string field = "parent_account";
             (void)at.me.referred_to(entity_of<Account>(), {&record, 1}, {&field, 1});
         }},
        {"history", [](Leftover& at) { (void)at.me.history(at.account.id); }},
        {"changes_since", [](Leftover& at) { (void)at.me.changes_since(0); }},
        {"read_transaction", [](Leftover& at) { (void)at.me.read_transaction(); }},
        {"call of a description",
         [](Leftover& at) { (void)at.me.call("engine.json_schema", "{}"); }},
        {"call of a report", [](Leftover& at) { (void)at.me.call("sales.win_rate", "{}"); }},
        {"a stream that was open",
         [](Leftover& at) {
             Account next;
             (void)at.stream.next(&next);
         }},
        {"rows that were open", [](Leftover& at) { (void)at.rows.begin(); }},
    };
    return all;
}

const std::vector<Call>& calls_that_write() {
    static const std::vector<Call> all{
        {"create", [](Leftover& at) { at.me.create(Account{.name = "B"}); }},
        {"update", [](Leftover& at) { at.me.update(at.account); }},
        {"update of fields",
         [](Leftover& at) {
             at.me.update<Account>(at.account.id, {{"name", "B"}});
         }},
        {"remove", [](Leftover& at) { at.me.remove<Account>(at.account.id); }},
        {"restore", [](Leftover& at) { at.me.restore<Account>(at.account.id); }},
        {"upsert",
         [](Leftover& at) {
             Account account{.name = "B"};
             at.me.upsert(UpsertKey::external("erp", "1"), account);
         }},
        {"create_many", [](Leftover& at) { at.me.create_many(std::vector{Account{.name = "B"}}); }},
        {"undo", [](Leftover& at) { at.me.undo(1); }},
        {"transaction", [](Leftover& at) { (void)at.me.transaction(); }},
        {"call of a change",
         [](Leftover& at) { at.me.call("sales.reopen_opportunity", R"({"opportunity": "5"})"); }},
    };
    return all;
}

}  // namespace

TEST_CASE("every call after close() says that the store is closed") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account parent = me.create(Account{.name = "Acme"});
        const Account account =
            me.create(Account{.name = "Acme Steel", .parent_account = parent.id});
        const auto stream = me.stream(entity_of<Account>(), "", {});
        auto rows = me.rows<Account>();
        crm.close();
        crm.close();
        Leftover left{crm, me, account, *stream, rows};
        for (const auto* calls : {&calls_of_the_store(), &calls_that_read(), &calls_that_write()}) {
            for (const auto& named : *calls) {
                const std::string name(named.first);
                CAPTURE(name);
                const Error error = error_of([&] { named.second(left); });
                CHECK(error.code() == ErrorCode::invalid_argument);
                CHECK_MESSAGE(error.message().find("closed") != std::string::npos, error.message());
            }
        }
        CHECK(account.name == "Acme Steel");
    });
}

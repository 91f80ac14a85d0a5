/// Changes that the store gives up in their middle. A trigger stands for the failure: it lets a
/// record named "Ghost" be written and refuses its line in the history.
#include <sqlite3.h>

#include "backends.hpp"

using namespace crmkit;
using namespace crmkit::test;

namespace {

class FailingStore {
  public:
    /// `failure` is ABORT, or ROLLBACK for one after which SQLite undoes the whole transaction by
    /// itself.
    explicit FailingStore(const std::string& failure) {
        REQUIRE(sqlite3_open(":memory:", &connection_) == SQLITE_OK);
        crm_.emplace(Crm::open(connection_, clock_.options()));
        const std::string trigger =
            "CREATE TEMP TRIGGER failure BEFORE INSERT ON main.crm_changes WHEN EXISTS "
            "(SELECT 1 FROM main.crm_accounts WHERE name = 'Ghost') BEGIN SELECT RAISE(" +
            failure + ", 'the disk is gone'); END";
        REQUIRE(sqlite3_exec(connection_, trigger.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    }
    FailingStore(const FailingStore&) = delete;
    FailingStore& operator=(const FailingStore&) = delete;
    ~FailingStore() {
        crm_.reset();
        sqlite3_close(connection_);
    }

    [[nodiscard]] Session session() { return crm_->as_system(); }
    [[nodiscard]] Crm& crm() { return *crm_; }

  private:
    sqlite3* connection_ = nullptr;
    TestClock clock_;
    std::optional<Crm> crm_;
};

std::vector<std::string> names(Session& me) {
    std::vector<std::string> found;
    for (const Account& account : me.query<Account>("order by name")) {
        found.push_back(account.name);
    }
    return found;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a change that fails half-way leaves no trace") {
    for (const char* failure : {"ABORT", "ROLLBACK"}) {
        CAPTURE(failure);
        FailingStore store(failure);
        Session me = store.session();
        const Account kept = me.create(Account{.name = "Kept"});
        CHECK_THROWS_AS(me.create(Account{.name = "Ghost"}), Error);
        CHECK_THROWS_AS(me.update<Account>(kept.id, {{"name", "Ghost"}}), Error);
        me.create(Account{.name = "Next"});
        CHECK(names(me) == Names{"Kept", "Next"});
        CHECK(me.history(kept.id).size() == 1);
        CHECK(store.crm().check_integrity().empty());
    }
}

TEST_CASE("a change that fails half-way takes its transaction along") {
    for (const char* failure : {"ABORT", "ROLLBACK"}) {
        CAPTURE(failure);
        FailingStore store(failure);
        Session me = store.session();
        const Account kept = me.create(Account{.name = "Kept"});
        {
            TransactionScope transaction = me.transaction();
            me.create(Account{.name = "Before"});
            CHECK_THROWS_AS(me.create(Account{.name = "Ghost"}), Error);
            const auto is_refused = [](const auto& call) {
                return code_of(call) == ErrorCode::invalid_argument;
            };
            CHECK(is_refused([&] { me.create(Account{.name = "After"}); }));
            CHECK(is_refused([&] { me.remove<Account>(kept.id); }));
            CHECK(is_refused([&] { const TransactionScope nested = me.transaction(); }));
            CHECK(is_refused([&] { transaction.commit(); }));
        }
        CHECK(names(me) == Names{"Kept"});
        me.create(Account{.name = "Next"});
        CHECK(names(me) == Names{"Kept", "Next"});
        CHECK(store.crm().check_integrity().empty());
    }
}

TEST_CASE("a nested transaction that is lost leaves the one around it") {
    FailingStore store("ABORT");
    Session me = store.session();
    TransactionScope outer = me.transaction();
    me.create(Account{.name = "Kept"});
    {
        TransactionScope inner = me.transaction();
        me.create(Account{.name = "Lost"});
        CHECK_THROWS_AS(me.create(Account{.name = "Ghost"}), Error);
        CHECK(code_of([&] { inner.commit(); }) == ErrorCode::invalid_argument);
    }
    me.create(Account{.name = "Next"});
    outer.commit();
    CHECK(names(me) == Names{"Kept", "Next"});
}

TEST_CASE("what is refused before it is written does not cost the transaction") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        TransactionScope transaction = me.transaction();
        const Account kept = me.create(Account{.name = "Kept"});
        CHECK(code_of([&] { me.create(Account{}); }) == ErrorCode::validation);
        CHECK(code_of([&] {
                  me.update<Account>(kept.id, {{"parent_account", kept.id}});
              }) == ErrorCode::validation);
        CHECK(code_of([&] { me.remove<Account>(Id{12}); }) == ErrorCode::not_found);
        transaction.commit();
        CHECK(names(me) == Names{"Kept"});
    });
}

TEST_CASE("a hook that refuses what was written takes back only that") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        crm.after_write("account", [](const WriteEvent& event) {
            if (event.after.get("name").text() == "Ghost") {
                throw Error(ErrorCode::vetoed, "not this one");
            }
        });
        TransactionScope transaction = me.transaction();
        me.create(Account{.name = "Kept"});
        CHECK(code_of([&] { me.create(Account{.name = "Ghost"}); }) == ErrorCode::vetoed);
        transaction.commit();
        CHECK(names(me) == Names{"Kept"});
    });
}

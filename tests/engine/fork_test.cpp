/// A process that is forked while a store is open.
#include "backends.hpp"
#include "processes.hpp"

using namespace crmkit;
using namespace crmkit::test;
using testing::ChildProcess;

namespace {

/// Runs `use` in a child; it must fail because the store belongs to the parent.
template <typename Use>
void is_refused_in_a_child(Use use) {
    ChildProcess child([&] {
        try {
            use();
        } catch (const Error& error) {
            if (error.code() == ErrorCode::invalid_argument &&
                error.message().find("forked") != std::string::npos) {
                return;
            }
            throw;
        }
        throw std::runtime_error("this was not refused");
    });
    CHECK(child.wait() == "exit 0");
}

template <typename Work>
void succeeds_in_a_child(Work work) {
    ChildProcess child(work);
    CHECK(child.wait() == "exit 0");
}

}  // namespace

TEST_CASE("a store that was opened before fork() refuses every use in the child") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account acme = me.create(Account{.name = "Acme"});
        is_refused_in_a_child([&] { (void)crm.as_system(); });
        is_refused_in_a_child([&] { (void)crm.check_integrity(); });
        is_refused_in_a_child([&] { crm.backup("/dev/null"); });
        is_refused_in_a_child([&] { (void)me.get<Account>(acme.id); });
        is_refused_in_a_child([&] { (void)me.query<Account>().all(); });
        is_refused_in_a_child([&] { (void)me.search<Account>("acme"); });
        is_refused_in_a_child([&] { (void)me.read_transaction(); });
        is_refused_in_a_child([&] { (void)me.transaction(); });
        is_refused_in_a_child([&] { me.create(Account{.name = "B"}); });
        is_refused_in_a_child([&] { me.update<Account>(acme.id, {{"name", "B"}}); });
        is_refused_in_a_child([&] { me.remove<Account>(acme.id); });
        is_refused_in_a_child([&] { (void)me.history(acme.id); });
        is_refused_in_a_child([&] {
            crm.close();  // does nothing, so that what comes now says why
            (void)crm.as_system();
        });

        auto accounts = me.query<Account>();
        is_refused_in_a_child([&] { (void)accounts.all(); });
        CHECK(accounts.all().size() == 1);
        TransactionScope open = me.transaction();
        me.create(Account{.name = "C"});
        is_refused_in_a_child([&] { me.create(Account{.name = "B"}); });
        is_refused_in_a_child([&] { open.commit(); });
        open.commit();
        CHECK(me.query<Account>().all().size() == 2);
    });
}

TEST_CASE("a child that destroys its parent's store leaves the parent's transaction alone") {
    const TemporaryFolder folder;
    OpenOptions options;
    options.cache_kib = 64;  // so that the transaction spills into the file
    std::optional<Crm> crm = Crm::open(folder.file("store.db"), options);
    std::optional<Session> me = crm->as_system();
    std::optional<Session> reader = crm->as_system();
    std::optional<TransactionScope> reading = reader->read_transaction();
    std::optional<Results<Account>> accounts = reader->query<Account>();
    (void)accounts->first();
    std::optional<TransactionScope> writing = me->transaction();
    for (int i = 0; i < 2000; ++i) {
        me->create(Account{.name = "Account " + std::to_string(i)});
    }
    succeeds_in_a_child([&] {
        accounts.reset();
        reading.reset();
        reader.reset();
        writing.reset();
        me.reset();
        crm.reset();
    });
    CHECK(me->query<Account>("name = 'Account 7'").all().size() == 1);
    for (int i = 2000; i < 4000; ++i) {
        me->create(Account{.name = "Account " + std::to_string(i)});
    }
    writing->commit();
    CHECK(me->query<Account>().all().size() == 4000);
    CHECK(crm->check_integrity().empty());
}

TEST_CASE("a child may not open the file that its parent had open, and may open others") {
    const TemporaryFolder folder;
    const std::string path = folder.file("store.db");
    {
        const Crm crm = Crm::open(path);
        is_refused_in_a_child([&] { (void)Crm::open(path); });
        is_refused_in_a_child([&] {
            std::filesystem::create_symlink(path, folder.file("same.db"));
            (void)Crm::open(folder.file("same.db"));
        });
        is_refused_in_a_child([&] {
            OpenOptions options;
            options.read_only = true;
            (void)Crm::open(path, options);
        });
        // Nor may the child's own child, which gets the same copy.
        succeeds_in_a_child([&] { is_refused_in_a_child([&] { (void)Crm::open(path); }); });
        succeeds_in_a_child([&] {
            Crm other = Crm::open(folder.file("other.db"));
            other.as_system().create(Account{.name = "B"});
            const Crm again = Crm::open(folder.file("other.db"));
        });
        CHECK(Crm::open(path).check_integrity().empty());
    }
    succeeds_in_a_child([&] { Crm::open(path).as_system().create(Account{.name = "C"}); });
    Crm crm = Crm::open(path);
    CHECK(crm.as_system().query<Account>().all().size() == 1);
}

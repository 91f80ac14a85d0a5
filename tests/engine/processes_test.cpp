/// Several processes on one file.
#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "backends.hpp"

using namespace crmkit;
using namespace crmkit::test;

namespace {

/// Runs `work` in processes of their own, and checks that each ends well.
template <typename Work>
void in_processes(int count, Work work) {
    std::vector<pid_t> children;
    for (int number = 0; number < count; ++number) {
        const pid_t child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            int exit_code = 0;
            try {
                work(number);
            } catch (const std::exception& error) {
                (void)std::fprintf(stderr, "process %d: %s\n", number, error.what());
                exit_code = 1;
            }
            ::_exit(exit_code);
        }
        children.push_back(child);
    }
    for (const pid_t child : children) {
        int status = -1;
        CHECK(::waitpid(child, &status, 0) == child);
        CHECK(status == 0);
    }
}

OpenOptions of_one_replica() {
    OpenOptions options;
    options.replica = 7;  // all the same, as it may happen where each takes one by chance
    options.busy_timeout = std::chrono::minutes(2);
    options.durability = Durability::fast;
    return options;
}

}  // namespace

TEST_CASE("processes write one file in turn and lose nothing") {
    constexpr int processes = 4;
    constexpr int rounds = 25;
    const TemporaryFolder folder;
    const std::string path = folder.file("store.db");
    Id counter;
    {
        Crm crm = Crm::open(path, of_one_replica());
        counter = crm.as_system().create(Account{.name = "Counter", .number_of_employees = 0}).id;
    }
    in_processes(processes, [&](int number) {
        Crm crm = Crm::open(path, of_one_replica());
        Session me = crm.as_system();
        for (int round = 0; round < rounds; ++round) {
            TransactionScope transaction = me.transaction();
            Account account = me.get<Account>(counter);
            account.number_of_employees = *account.number_of_employees + 1;
            me.update(account);
            me.create(Contact{.last_name = std::to_string(number) + "/" + std::to_string(round)});
            transaction.commit();
        }
    });
    Crm crm = Crm::open(path, of_one_replica());
    Session me = crm.as_system();
    CHECK(me.get<Account>(counter).number_of_employees == processes * rounds);
    std::set<std::string> names;
    for (const Contact& contact : me.query<Contact>()) {
        names.insert(contact.last_name);
    }
    CHECK(names.size() == processes * rounds);
    const auto changes = me.changes_since(1, 100'000);
    for (std::size_t i = 0; i < changes.size(); ++i) {
        REQUIRE(changes[i].position == static_cast<std::int64_t>(i) + 1);
    }
    CHECK(crm.check_integrity().empty());
}

TEST_CASE("processes that open a new store at once make one") {
    const TemporaryFolder folder;
    const std::string path = folder.file("store.db");
    in_processes(4, [&](int number) {
        Crm crm = Crm::open(path, of_one_replica());
        crm.as_system().create(Account{.name = "Account " + std::to_string(number)});
    });
    Crm crm = Crm::open(path, of_one_replica());
    Session me = crm.as_system();
    CHECK(me.query<Account>().all().size() == 4);
    CHECK(me.query<Pipeline>().all().size() == 1);
    CHECK(crm.check_integrity().empty());
}

/// Several processes on one file.
#include <set>

#include "backends.hpp"
#include "processes.hpp"

using namespace crmkit;
using namespace crmkit::test;
using testing::in_processes;

namespace {

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

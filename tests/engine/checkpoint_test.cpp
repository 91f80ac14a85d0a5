/// Crm::checkpoint() beside those who write.
#include <doctest/doctest.h>

#include <thread>

#include "crmkit/crm.hpp"
#include "temporary_folder.hpp"

using namespace crmkit;

namespace {

/// A store in a file, with a log that is longer than half of what it may be after any commit.
class LongLog {
  public:
    LongLog() { me.create(Account{.name = "Acme"}); }

  private:
    static OpenOptions options() {
        OpenOptions options;
        options.durability = Durability::fast;
        options.log_kib = 16;
        return options;
    }

    testing::TemporaryFolder folder_;

  public:
    Crm crm = Crm::open(folder_.file("store.db"), options());
    Session me = crm.as_system();
};

}  // namespace

TEST_CASE("a checkpoint of a long log does not wait for a transaction that lasts") {
    LongLog store;
    TransactionScope transaction = store.me.transaction();
    store.me.create(Account{.name = "Bright"});
    store.crm.checkpoint();
    std::thread([&store] { store.crm.checkpoint(); }).join();
    transaction.commit();
    CHECK(store.me.query<Account>("name = 'Bright'").all().size() == 1);
    CHECK(store.crm.check_integrity().empty());
}

TEST_CASE("a checkpoint of a long log does not wait for the command whose hook asks for it") {
    LongLog store;
    store.crm.before_write("account", [&store](WriteEvent&) { store.crm.checkpoint(); });
    store.me.create(Account{.name = "Bright"});
    CHECK(store.me.query<Account>("name = 'Bright'").all().size() == 1);
    CHECK(store.crm.check_integrity().empty());
}

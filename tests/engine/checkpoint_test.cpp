/// Crm::checkpoint() beside those who write.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <thread>

#include "crmkit/crm.hpp"
#include "temporary_folder.hpp"

using namespace crmkit;

namespace {

/// A store in a file, whose log is longer than half of what it may be.
class LongLog {
  public:
    LongLog() {
        crm.checkpoint();
        while (size() < std::uintmax_t{80} * 1024) {
            me.create(Account{.name = "Acme"});
        }
    }

    [[nodiscard]] std::uintmax_t size() const { return std::filesystem::file_size(path_ + "-wal"); }

  private:
    static OpenOptions options() {
        OpenOptions options;
        options.durability = Durability::fast;
        options.log_kib = 128;
        return options;
    }

    testing::TemporaryFolder folder_;
    std::string path_ = folder_.file("store.db");

  public:
    Crm crm = Crm::open(path_, options());
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

TEST_CASE("a checkpoint of a long log lets it begin anew") {
    LongLog store;
    for (int round = 0; round < 10; ++round) {
        store.crm.checkpoint();
        const auto before = store.size();
        store.me.create(Account{.name = "Bright"});
        CHECK(store.size() == before);
    }
    CHECK(store.crm.check_integrity().empty());
}

/// Crm::checkpoint() beside those who write.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <thread>

#include "crmkit/crm.hpp"
#include "temporary_folder.hpp"

using namespace crmkit;

namespace {

/// Commits until the log is longer than half of what it may be.
void fill_log(Session& me, const std::string& path) {
    while (std::filesystem::file_size(path + "-wal") < std::uintmax_t{80} * 1024) {
        me.create(Account{.name = "Acme"});
    }
}

OpenOptions short_log() {
    OpenOptions options;
    options.durability = Durability::fast;
    options.log_kib = 128;
    return options;
}

}  // namespace

TEST_CASE("a checkpoint of a long log does not wait for a transaction that lasts") {
    const testing::TemporaryFolder folder;
    const std::string path = folder.file("store.db");
    const Crm crm = Crm::open(path, short_log());
    Session me = crm.as_system();
    crm.checkpoint();
    fill_log(me, path);
    TransactionScope transaction = me.transaction();
    me.create(Account{.name = "Bright"});
    crm.checkpoint();
    std::thread([&crm] { crm.checkpoint(); }).join();
    transaction.commit();
    CHECK(me.query<Account>("name = 'Bright'").all().size() == 1);
    CHECK(crm.check_integrity().empty());
}

TEST_CASE("a checkpoint of a long log lets it begin anew") {
    const testing::TemporaryFolder folder;
    const std::string path = folder.file("store.db");
    const Crm crm = Crm::open(path, short_log());
    Session me = crm.as_system();
    crm.checkpoint();
    fill_log(me, path);
    for (int round = 0; round < 10; ++round) {
        crm.checkpoint();
        const auto size = std::filesystem::file_size(path + "-wal");
        me.create(Account{.name = "Bright"});
        CHECK(std::filesystem::file_size(path + "-wal") == size);
    }
    CHECK(crm.check_integrity().empty());
}

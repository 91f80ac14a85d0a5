/// Damaged store files: an input is a list of edits to a good file and its log; what comes of it is
/// opened, checked, read, written to and closed, and fails with typed errors if at all.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "crmkit/crm.hpp"
#include "temporary_folder.hpp"

#include "fuzz.hpp"

using namespace crmkit;

namespace {

OpenOptions options() {
    OpenOptions options;
    options.durability = Durability::fast;
    options.clock = std::make_shared<ManualClock>(*Instant::parse("2026-01-05T09:00:00Z"));
    options.seed = 1;
    options.busy_timeout = std::chrono::milliseconds(1);
    return options;
}

std::string bytes_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// A store with a few records, some of them only in its log.
struct Sound {
    testing::TemporaryFolder folder;
    std::string file;
    std::string log;

    Sound() {
        const std::string path = folder.file("sound.db");
        Crm crm = Crm::open(path, options());
        Session me = crm.as_system();
        const Account acme = me.create(Account{.name = "Acme Steel", .industry = "steel"});
        me.create(Contact{.first_name = "Ada", .last_name = "Byron", .account = acme.id});
        crm.checkpoint();
        me.create(Opportunity{.name = "Mill", .account = acme.id, .amount = Money::of("5", "EUR")});
        me.update<Account>(acme.id, {{"name", "Acme"}});
        file = bytes_of(path);
        log = bytes_of(path + "-wal");
    }
};

/// Overwrites, cuts off or repeats bytes.
void edit(fuzz::Input& input, std::string& bytes) {
    const std::uint8_t kind = input.byte();
    const std::size_t at = bytes.empty() ? 0 : input.number(3) % bytes.size();
    if (kind < 200) {
        const std::string_view patch = input.text();
        bytes.replace(at, std::min(patch.size(), bytes.size() - at), patch);
    } else if (kind < 230) {
        bytes.resize(at);
    } else if (!bytes.empty()) {
        const std::size_t from = input.number(3) % bytes.size();
        const std::string moved = bytes.substr(from, 4096);
        bytes.replace(at, std::min(moved.size(), bytes.size() - at), moved);
    }
}

template <RecordType T>
void read_all(Session& session) {
    for (const T& record : session.query<T>("order by id")) {
        (void)session.history(record.id);
    }
}

void use(const std::string& path) {
    Crm crm = Crm::open(path, options());
    (void)fuzz::is_accepted([&] { (void)crm.check_integrity(); });
    Session me = crm.as_system();
    (void)fuzz::is_accepted([&] { read_all<Account>(me); });
    (void)fuzz::is_accepted([&] { read_all<Contact>(me); });
    (void)fuzz::is_accepted([&] { read_all<Opportunity>(me); });
    (void)fuzz::is_accepted([&] { (void)me.search<Account>("acme"); });
    (void)fuzz::is_accepted([&] { me.create(Account{.name = "New"}); });
    (void)fuzz::is_accepted([&] {
        if (auto account = me.query<Account>().first()) {
            me.update<Account>(account->id, {{"name", "Changed"}});
            me.remove<Account>(account->id);
        }
    });
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Sound sound;
    std::string file = sound.file;
    std::string log = sound.log;
    for (fuzz::Input input(data, size); !input.is_empty();) {
        edit(input, input.byte() % 4 == 0 ? log : file);
    }
    const std::string path = sound.folder.file("damaged.db");
    std::filesystem::remove(path + "-shm");
    sound.folder.write("damaged.db", file);
    sound.folder.write("damaged.db-wal", log);
    (void)fuzz::is_accepted([&] { use(path); });
    return 0;
}

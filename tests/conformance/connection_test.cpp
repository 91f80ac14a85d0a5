#include <atomic>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "conformance/backend.hpp"
#include "conformance/contents.hpp"

namespace crmkit::conformance {
namespace {

TEST_CASE_TEMPLATE("connection: a setting is kept, replaced and emptied", Backend,
                   CRMKIT_BACKENDS) {
    Opened<Backend> store;
    CHECK(store->setting("base_currency").empty());
    store->put_setting("base_currency", "EUR");
    CHECK(store->setting("base_currency") == "EUR");
    store->put_setting("base_currency", "USD");
    CHECK(store->setting("base_currency") == "USD");
    CHECK(store->setting("base_currenc").empty());
    CHECK(store->setting("BASE_CURRENCY").empty());
    store->put_setting("base_currency", "");
    CHECK(store->setting("base_currency").empty());
    for (const std::string_view text : detail::hostile_texts) {
        store->put_setting(text, text);
    }
    for (const std::string_view text : detail::hostile_texts) {
        CHECK(store->setting(text) == text);
    }
    const std::string long_text(1'000'000, 'x');
    store->put_setting("a", long_text);
    CHECK(store->setting("a") == long_text);
}

TEST_CASE_TEMPLATE("connection: a reader sees what is committed and nothing else", Backend,
                   CRMKIT_BACKENDS) {
    Opened<Backend> store;
    const auto reader = store.reader();
    if (!reader) {
        MESSAGE("skipped: this backend has one connection");
        return;
    }
    const std::string before = contents(*reader);
    store->begin(Access::write);
    const Specimen one = specimen(1, "name");
    store->insert(specimens(), &one);
    store->index_text(specimens(), Id{1}, "name");
    store->put_setting("a", "new");
    CHECK(contents(*reader) == before);
    store->begin(Access::write);
    store->commit();
    CHECK(contents(*reader) == before);
    store->commit();
    CHECK(contents(*reader) == contents(*store));
    CHECK(reader->is_live(specimens(), Id{1}));
}

TEST_CASE_TEMPLATE("connection: a reader refuses to write", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    const auto reader = store.reader();
    if (!reader) {
        MESSAGE("skipped: this backend has one connection");
        return;
    }
    const Specimen one = specimen(1);
    store->insert(specimens(), &one);
    const std::string before = contents(*store);
    const Specimen two = specimen(2);
    const TimelineEntry entry{Id{1}, {Instant{1}, Id{1}, 0}, Id{1}, 1001};
    CHECK(code_of([&] { reader->insert(specimens(), &two); }) == ErrorCode::read_only);
    CHECK(code_of([&] { reader->update(specimens(), &one, all_fields(specimens()), 1); }) ==
          ErrorCode::read_only);
    CHECK(code_of([&] { reader->erase(specimens(), Id{1}); }) == ErrorCode::read_only);
    CHECK(code_of([&] { reader->index_text(specimens(), Id{1}, "x"); }) == ErrorCode::read_only);
    CHECK(code_of([&] {
              reader->append(Change{1, {}, {}, "", 0, 1001, Id{1}});
          }) == ErrorCode::read_only);
    CHECK(code_of([&] { reader->add_timeline({&entry, 1}); }) == ErrorCode::read_only);
    CHECK(code_of([&] { reader->put_setting("a", "b"); }) == ErrorCode::read_only);
    CHECK(code_of([&] { reader->begin(Access::write); }) == ErrorCode::read_only);
    CHECK(reader->depth() == 0);
    CHECK(contents(*store) == before);
    CHECK(contents(*reader) == before);
}

TEST_CASE_TEMPLATE("connection: changed elsewhere", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    const auto reader = store.reader();
    store->changed_elsewhere();
    const Specimen one = specimen(1);
    store->insert(specimens(), &one);
    // One's own changes do not count, except on a host's connection: the host may have undone them.
    CHECK(store->changed_elsewhere() == std::is_same_v<Backend, SqliteHosted>);
    if (!reader) {
        return;
    }
    reader->changed_elsewhere();
    CHECK_FALSE(reader->changed_elsewhere());
    const Specimen two = specimen(2);
    store->insert(specimens(), &two);
    CHECK(reader->changed_elsewhere());
    CHECK_FALSE(reader->changed_elsewhere());
    {
        const OpenTransaction undone(*store);
        const Specimen three = specimen(3);
        store->insert(specimens(), &three);
        CHECK_FALSE(reader->changed_elsewhere());
    }
    CHECK_FALSE(reader->changed_elsewhere());
    CHECK_FALSE(store->changed_elsewhere());
}

/// A writer moves an amount between two records, over and over; the sum stays the same.
constexpr std::int64_t total = 1000;

void move_amounts(Storage& storage, int times) {
    Random random(3);
    const FieldSet fields = fields_named(specimens(), {"count", "version"});
    for (int i = 0; i < times; ++i) {
        OpenTransaction transaction(storage);
        const std::int64_t amount = random.between(-50, 50);
        for (const std::int64_t id : {1, 2}) {
            Specimen one;
            REQUIRE(storage.get(specimens(), Id{id}, &one));
            one.count += id == 1 ? amount : -amount;
            REQUIRE(storage.update(specimens(), &one, fields, one.version++));
        }
        storage.put_setting("a", std::to_string(i));
        transaction.keep();
    }
}

/// What a reader saw that it must not see; empty when all was well.
std::string read_amounts(Storage& storage, const std::atomic<bool>& is_done) {
    std::int64_t last_version = 0;
    while (!is_done) {
        const OpenTransaction transaction(storage, Access::read);
        Specimen one;
        Specimen two;
        storage.get(specimens(), Id{1}, &one);
        storage.get(specimens(), Id{2}, &two);
        if (one.count + two.count != total) {
            return "half a transaction";
        }
        if (one.version != two.version || one.version < last_version) {
            return "an older state than before";
        }
        last_version = one.version;
    }
    return {};
}

TEST_CASE_TEMPLATE("connection: readers in parallel see whole transactions", Backend,
                   CRMKIT_BACKENDS) {
    Opened<Backend> store;
    for (const std::int64_t id : {1, 2}) {
        Specimen one = specimen(id);
        one.count = total / 2;
        store->insert(specimens(), &one);
    }
    std::vector<std::unique_ptr<Storage>> connections;
    for (int i = 0; i < 3; ++i) {
        connections.push_back(store.reader());
    }
    if (!connections.front()) {
        MESSAGE("skipped: this backend has one connection");
        return;
    }
    std::atomic<bool> is_done{false};
    std::vector<std::string> wrong(connections.size());
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < connections.size(); ++i) {
        threads.emplace_back([&, i] {
            try {
                wrong[i] = read_amounts(*connections[i], is_done);
            } catch (const std::exception& error) {
                wrong[i] = error.what();
            }
        });
    }
    move_amounts(*store, 300);
    is_done = true;
    for (std::thread& thread : threads) {
        thread.join();
    }
    for (const std::string& what : wrong) {
        CHECK(what == "");
    }
}

TEST_CASE_TEMPLATE("connection: a backup is a store, or is refused", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    const Specimen one = specimen(1, "kept");
    store->insert(specimens(), &one);
    store->index_text(specimens(), Id{1}, "kept");
    const TemporaryFolder folder;
    const std::string path = folder.file("backup.db");
    const ErrorCode code = code_of([&] { store->backup(path); });
    if (code == ErrorCode::unsupported) {
        CHECK_FALSE(std::filesystem::exists(path));
        return;
    }
    REQUIRE(code == ErrorCode::ok);
    const auto check_copy = [&store](Store& copy) {
        const auto copied = copy.connect_writer();
        copied->migrate(registry());
        CHECK(contents(*copied) == contents(*store));
        CHECK(problems_of(*copied) == "");
    };
    if constexpr (std::is_same_v<Backend, SqliteHosted>) {
        SqliteHosted copy(path);  // a copy of the host's whole database
        check_copy(copy.store);
    } else {
        SqliteStore copy(path, SqliteOptions{});
        check_copy(copy);
    }
    CHECK(code_of([&] { store->backup(folder.file("no/such/folder.db")); }) == ErrorCode::io);
}

}  // namespace
}  // namespace crmkit::conformance

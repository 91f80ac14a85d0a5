#include <string>
#include <vector>

#include "conformance/backend.hpp"
#include "conformance/contents.hpp"

namespace crmkit::conformance {
namespace {

/// One change to everything that a store keeps, told apart by `id`.
void change_everything(Storage& storage, std::int64_t id) {
    Specimen one = specimen(id, "name of " + std::to_string(id));
    one.code = "code " + std::to_string(id);
    storage.insert(entity_of<Specimen>(), &one);
    storage.index_text(entity_of<Specimen>(), one.id, "word" + std::to_string(id));
    storage.append(Change{storage.last_position() + 1, Instant{id}, Id{7}, "session", 0, 1001,
                          one.id, ChangeKind::created, 1, "{}"});
    const TimelineEntry entry{one.id, {Instant{id * 10}, one.id, 3}, one.id, 1001};
    storage.add_timeline({&entry, 1});
    storage.put_setting("a", std::to_string(id));
}

TEST_CASE_TEMPLATE("transaction: commit keeps everything", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    CHECK(store->depth() == 0);
    store->begin(Access::write);
    CHECK(store->depth() == 1);
    change_everything(*store, 1);
    const std::string inside = contents(*store);
    store->commit();
    CHECK(store->depth() == 0);
    CHECK(contents(*store) == inside);
    CHECK(store->last_position() == 1);
    CHECK(store->setting("a") == "1");
    CHECK(problems_of(*store) == "");
}

TEST_CASE_TEMPLATE("transaction: rollback leaves no trace", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    change_everything(*store, 1);
    const std::string before = contents(*store);
    store->begin(Access::write);
    change_everything(*store, 2);
    Specimen changed = specimen(1, "renamed");
    changed.version = 2;
    CHECK(store->update(entity_of<Specimen>(), &changed, all_fields(entity_of<Specimen>()), 1));
    store->unindex_text(entity_of<Specimen>(), Id{1}, "word1");
    const TimelineEntry entry{Id{1}, {Instant{10}, Id{1}, 3}, Id{1}, 1001};
    store->remove_timeline({&entry, 1});
    CHECK(store->erase(entity_of<Specimen>(), Id{2}));
    CHECK(contents(*store) != before);
    store->rollback();
    CHECK(store->depth() == 0);
    CHECK(contents(*store) == before);
    CHECK(problems_of(*store) == "");
    // The keys that were given up and taken inside are as before, too.
    Specimen taken = specimen(3);
    taken.code = "code 1";
    CHECK(code_of([&] { store->insert(entity_of<Specimen>(), &taken); }) == ErrorCode::duplicate);
    change_everything(*store, 2);
}

TEST_CASE_TEMPLATE("transaction: nested ones end by themselves", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    store->begin(Access::write);
    change_everything(*store, 1);
    const std::string with_one = contents(*store);
    store->begin(Access::write);
    CHECK(store->depth() == 2);
    change_everything(*store, 2);
    store->begin(Access::write);
    CHECK(store->depth() == 3);
    change_everything(*store, 3);
    store->rollback();
    CHECK(store->depth() == 2);
    change_everything(*store, 4);
    const std::string with_four = contents(*store);

    SUBCASE("inner and outer are kept") {
        store->commit();
        CHECK(contents(*store) == with_four);
        store->commit();
        CHECK(contents(*store) == with_four);
        CHECK(store->last_position() == 3);
    }
    SUBCASE("inner is undone, outer is kept") {
        store->rollback();
        CHECK(contents(*store) == with_one);
        store->commit();
        CHECK(contents(*store) == with_one);
    }
    SUBCASE("inner is kept, outer is undone") {
        store->commit();
        store->rollback();
        CHECK(store->highest_id() == Id{});
        CHECK(store->last_position() == 0);
    }
    CHECK(store->depth() == 0);
    CHECK(problems_of(*store) == "");
}

TEST_CASE_TEMPLATE("transaction: the same place can be nested again and again", Backend,
                   CRMKIT_BACKENDS) {
    Opened<Backend> store;
    store->begin(Access::write);
    std::string expected = contents(*store);
    for (std::int64_t id = 1; id <= 40; ++id) {
        store->begin(Access::write);
        change_everything(*store, id);
        if (id % 3 == 0) {
            store->commit();
            expected = contents(*store);
        } else {
            store->rollback();
            REQUIRE(contents(*store) == expected);
        }
    }
    store->commit();
    CHECK(contents(*store) == expected);
    CHECK(store->last_position() == 13);
}

TEST_CASE_TEMPLATE("transaction: deep nesting", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    constexpr int deepest = 100;
    for (int i = 1; i <= deepest; ++i) {
        store->begin(Access::write);
        change_everything(*store, i);
    }
    CHECK(store->depth() == deepest);
    for (int i = deepest; i > deepest / 2; --i) {
        store->rollback();
    }
    CHECK(store->highest_id() == Id{deepest / 2});
    while (store->depth() > 0) {
        store->commit();
    }
    CHECK(store->highest_id() == Id{deepest / 2});
}

TEST_CASE_TEMPLATE("transaction: ending one that was not begun", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    CHECK(code_of([&] { store->commit(); }) == ErrorCode::invalid_argument);
    store->rollback();  // does nothing
    CHECK(store->depth() == 0);
    change_everything(*store, 1);
    store->rollback();
    CHECK(store->highest_id() == Id{1});
}

TEST_CASE_TEMPLATE("transaction: without one, each call stands alone", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    const Specimen one = specimen(1);
    store->insert(entity_of<Specimen>(), &one);
    CHECK(code_of([&] { store->insert(entity_of<Specimen>(), &one); }) == ErrorCode::duplicate);
    CHECK(store->depth() == 0);
    CHECK(store->is_live(entity_of<Specimen>(), Id{1}));
}

TEST_CASE_TEMPLATE("transaction: reading sees one state until it ends", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    const auto reader = store.reader();
    if (!reader) {
        MESSAGE("skipped: this backend has one connection");
        return;
    }
    change_everything(*store, 1);
    reader->begin(Access::read);
    const std::string before = contents(*reader);
    CHECK(before == contents(*store));
    change_everything(*store, 2);
    CHECK(contents(*reader) == before);
    reader->begin(Access::read);
    CHECK(contents(*reader) == before);
    reader->commit();
    CHECK(contents(*reader) == before);
    reader->commit();
    CHECK(reader->depth() == 0);
    CHECK(contents(*reader) == contents(*store));
}

TEST_CASE_TEMPLATE("transaction: a failed change inside leaves the rest as it was", Backend,
                   CRMKIT_BACKENDS) {
    Opened<Backend> store;
    store->begin(Access::write);
    change_everything(*store, 1);
    const std::string before = contents(*store);
    Specimen same_code = specimen(2);
    same_code.code = "code 1";
    CHECK(code_of([&] { store->insert(entity_of<Specimen>(), &same_code); }) ==
          ErrorCode::duplicate);
    CHECK(store->depth() == 1);
    CHECK(contents(*store) == before);
    store->commit();
    CHECK(contents(*store) == before);
    CHECK(problems_of(*store) == "");
}

TEST_CASE_TEMPLATE("transaction: what a closed connection left open is undone", Backend,
                   CRMKIT_BACKENDS) {
    Backend backend;
    const auto open = [&backend] {
        auto connection = backend.store.connect_writer();
        connection->migrate(registry());
        return connection;
    };
    auto first = open();
    const auto reader = backend.store.connect_reader();
    if (!reader) {
        MESSAGE("skipped: this backend has one connection");
        return;
    }
    change_everything(*first, 1);
    first->begin(Access::write);
    change_everything(*first, 2);
    first.reset();
    const auto second = open();
    CHECK(second->highest_id() == Id{1});
    change_everything(*second, 2);
    CHECK(second->last_position() == 2);
}

}  // namespace
}  // namespace crmkit::conformance

#include "crmkit/store/ordered_map.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "conformance/backend.hpp"
#include "conformance/contents.hpp"
#include "conformance/naive.hpp"

namespace crmkit {
namespace {

using conformance::ask;
using conformance::code_of;
using conformance::contents;
using conformance::HostTable;
using conformance::OpenTransaction;
using conformance::problems_of;
using conformance::registry;
using conformance::specimen;
using conformance::Specimen;
using conformance::specimens;

using Opened = conformance::Opened<HostTable>;

/// An entity as one program knows it, and as another does.
struct Full {
    CRMKIT_ENTITY(Full, 1020, "thing", "things", "A thing.");
    std::string name{};
    std::string colour{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, name, "Name."), CRMKIT_FIELD(11, colour, "Colour."));
    }
};
struct Short {
    CRMKIT_ENTITY(Short, 1020, "thing", "things", "A thing.");
    std::string name{};

    static constexpr auto fields() { return field_table(CRMKIT_FIELD(10, name, "Name.")); }
};

TEST_CASE("ordered map: one connection at a time") {
    HostTable backend;
    auto writer = backend.store.connect_writer();
    CHECK(code_of([&] { backend.store.connect_writer(); }) == ErrorCode::busy);
    CHECK(backend.store.connect_reader() == nullptr);
    writer.reset();
    CHECK(backend.store.connect_writer() != nullptr);
    CHECK(code_of([] { OrderedMapStore{nullptr}; }) == ErrorCode::invalid_argument);
}

TEST_CASE("ordered map: a connection outlives its store") {
    HostTable backend;
    auto store = std::make_unique<OrderedMapStore>(HostTable::map_on(*backend.host));
    const auto writer = store->connect_writer();
    store.reset();
    writer->migrate(registry());
    const Specimen one = specimen(1);
    writer->insert(specimens(), &one);
    CHECK(writer->is_live(specimens(), Id{1}));
}

TEST_CASE("ordered map: nothing reaches the host before the commit") {
    Opened store;
    host_map& host = *store.backend.host;
    const std::uint64_t before = host_map_digest(&host);
    {
        OpenTransaction transaction(*store);
        for (std::int64_t id = 1; id <= 20; ++id) {
            const Specimen one = specimen(id, "name");
            store->insert(specimens(), &one);
            store->index_text(specimens(), one.id, "name");
        }
        CHECK(host_map_digest(&host) == before);
    }
    CHECK(host_map_digest(&host) == before);
    store->begin(Access::write);
    const Specimen one = specimen(1);
    store->insert(specimens(), &one);
    store->commit();
    CHECK(host_map_digest(&host) != before);
}

TEST_CASE("ordered map: a commit that fails can be undone and done again") {
    Opened store;
    host_map& host = *store.backend.host;
    const Specimen one = specimen(1);
    const Specimen two = specimen(2);
    store->insert(specimens(), &one);
    const std::string before = contents(*store);
    const std::uint64_t digest = host_map_digest(&host);
    for (std::int64_t nth = 1;; ++nth) {
        store->begin(Access::write);
        store->insert(specimens(), &two);
        host_map_fail(&host, nth, CRMKIT_DISK_FULL, 0);
        const ErrorCode code = code_of([&] { store->commit(); });
        const bool has_failed = host_map_has_failed(&host) != 0;
        host_map_fail(&host, 0, CRMKIT_OK, 0);
        if (!has_failed) {
            CHECK(code == ErrorCode::ok);
            CHECK(nth > 3);
            break;
        }
        CHECK(code == ErrorCode::disk_full);
        CHECK(store->depth() == 1);
        store->rollback();
        REQUIRE(host_map_digest(&host) == digest);
        REQUIRE(contents(*store) == before);
    }
    CHECK(store->is_live(specimens(), Id{2}));
    CHECK(problems_of(*store) == "");
}

TEST_CASE("ordered map: what somebody else commits or undoes is noticed") {
    Opened store;
    host_map& host = *store.backend.host;
    CHECK_FALSE(store->changed_elsewhere());
    host_map_begin_own(&host);
    const Specimen one = specimen(1);
    store->insert(specimens(), &one);
    CHECK_FALSE(store->changed_elsewhere());
    host_map_undo_own(&host);
    CHECK(store->changed_elsewhere());
    CHECK_FALSE(store->changed_elsewhere());

    OrderedMapStore second(HostTable::map_on(host));
    const auto elsewhere = second.connect_writer();
    elsewhere->migrate(registry());
    elsewhere->insert(specimens(), &one);
    CHECK(store->changed_elsewhere());
    CHECK(store->is_live(specimens(), Id{1}));
}

TEST_CASE("ordered map: values too long for a key are told apart") {
    Opened store;
    const std::string start(1000, 'x');
    const auto with = [&start](std::int64_t id, const std::string& end) {
        Specimen one = specimen(id);
        one.code = start + end;
        one.region = start + end;
        one.sequence = 1;
        return one;
    };
    std::int64_t id = 0;
    for (const char* end : {"a", "b", "c"}) {
        const Specimen one = with(++id, end);
        store->insert(specimens(), &one);
    }
    const Specimen taken = with(4, "b");
    CHECK(code_of([&] { store->insert(specimens(), &taken); }) == ErrorCode::duplicate);
    CHECK(ask(*store, specimens(), {"code = :code", {{"code", start + "c"}}}) == "3");
    CHECK(ask(*store, specimens(), {"code = :code", {{"code", start + "d"}}}) == "");
    CHECK(ask(*store, specimens(),
              {"region = :region and sequence = 1", {{"region", start + "a"}}}) == "1");
    Specimen changed = with(1, "b");
    changed.version = 2;
    CHECK(code_of([&] {
              store->update(specimens(), &changed, conformance::all_fields(specimens()), 1);
          }) == ErrorCode::duplicate);
    CHECK(problems_of(*store) == "");

    const std::string word(1000, 'w');
    store->index_text(specimens(), Id{1}, word);
    CHECK(store->search(specimens(), {.words = std::span(&word, 1), .limit = 10}) ==
          std::vector{Id{1}});
    store->unindex_text(specimens(), Id{1}, word);
    CHECK(store->search(specimens(), {.words = std::span(&word, 1), .limit = 10}).empty());

    CHECK(code_of([&] { store->put_setting(start, "value"); }) == ErrorCode::limit);
    CHECK(code_of([&] { store->setting(start); }) == ErrorCode::limit);
}

TEST_CASE("ordered map: a store that may only be read") {
    HostTable backend;
    {
        OrderedMapStore reading(HostTable::map_on(*backend.host), Access::read);
        const auto empty = reading.connect_writer();
        CHECK(code_of([&] { empty->migrate(registry()); }) == ErrorCode::read_only);
    }
    CHECK(host_map_size(backend.host.get()) == 0);
    const Specimen one = specimen(1);
    {
        const auto writer = backend.store.connect_writer();
        writer->migrate(registry());
        writer->insert(specimens(), &one);
    }
    OrderedMapStore reading(HostTable::map_on(*backend.host), Access::read);
    const auto reader = reading.connect_writer();
    reader->migrate(registry());
    CHECK(reader->is_live(specimens(), Id{1}));
    CHECK(code_of([&] { reader->erase(specimens(), Id{1}); }) == ErrorCode::read_only);
    CHECK(code_of([&] { reader->begin(Access::write); }) == ErrorCode::read_only);
    CHECK(reader->depth() == 0);
}

TEST_CASE("ordered map: what a program does not declare stays in its records") {
    const auto with = [](const Entity& entity) {
        Registry entities;
        entities.add<conformance::Person>();
        entities.add<conformance::Group>();
        entities.add(entity);
        return entities;
    };
    const Registry full = with(entity_of<Full>());
    const Registry less = with(entity_of<Short>());
    HostTable backend;
    const auto storage = backend.store.connect_writer();
    storage->migrate(full);
    Full thing;
    thing.id = Id{1};
    thing.version = 1;
    thing.name = "box";
    thing.colour = "red";
    storage->insert(entity_of<Full>(), &thing);
    storage->migrate(less);
    Short shorter;
    REQUIRE(storage->get(entity_of<Short>(), Id{1}, &shorter));
    shorter.name = "crate";
    shorter.version = 2;
    REQUIRE(storage->update(entity_of<Short>(), &shorter,
                            conformance::all_fields(entity_of<Short>()), 1));
    storage->migrate(full);
    REQUIRE(storage->get(entity_of<Full>(), Id{1}, &thing));
    CHECK(thing.name == "crate");
    CHECK(thing.colour == "red");
}

TEST_CASE("ordered map: a record is read by its id with one look, and many with few") {
    Opened store;
    for (std::int64_t id = 1; id <= 1000; ++id) {
        const Specimen one = specimen(id);
        store->insert(specimens(), &one);
    }
    host_map& host = *store.backend.host;
    Specimen found;
    host_map_fail(&host, 0, CRMKIT_OK, 0);
    CHECK(store->get(specimens(), Id{500}, &found));
    CHECK(host_map_calls(&host) == 1);
    host_map_fail(&host, 0, CRMKIT_OK, 0);
    CHECK(ask(*store, specimens(), {"order by id desc limit 1"}) == "1000");
    CHECK(host_map_calls(&host) <= 3);
    host_map_fail(&host, 0, CRMKIT_OK, 0);
    ask(*store, specimens(), {""});
    CHECK(host_map_calls(&host) <= 10);
}

}  // namespace
}  // namespace crmkit

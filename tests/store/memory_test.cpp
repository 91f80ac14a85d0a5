#include "crmkit/store/memory.hpp"

#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "conformance/backend.hpp"
#include "conformance/naive.hpp"

namespace crmkit {
namespace {

using conformance::ask;
using conformance::code_of;
using conformance::fields_named;
using conformance::plain;
using conformance::Plain;
using conformance::registry;
using conformance::specimen;
using conformance::Specimen;
using conformance::specimens;

std::unique_ptr<Storage> open(MemoryStore& store) {
    auto writer = store.connect_writer();
    writer->migrate(registry());
    return writer;
}

TEST_CASE("memory: one writer at a time, as many readers as wanted") {
    MemoryStore store;
    auto writer = open(store);
    CHECK(code_of([&] { store.connect_writer(); }) == ErrorCode::busy);
    std::vector<std::unique_ptr<Storage>> readers;
    for (int i = 0; i < 100; ++i) {
        readers.push_back(store.connect_reader());
        REQUIRE(readers.back());
        readers.back()->migrate(registry());
    }
    const Specimen one = specimen(1);
    writer->insert(specimens(), &one);
    for (const auto& reader : readers) {
        CHECK(reader->is_live(specimens(), Id{1}));
    }
    writer.reset();
    CHECK(open(store)->is_live(specimens(), Id{1}));
}

TEST_CASE("memory: the store lives as long as its last connection") {
    auto store = std::make_unique<MemoryStore>();
    const auto writer = open(*store);
    const auto reader = store->connect_reader();
    store.reset();
    const Specimen one = specimen(1);
    writer->insert(specimens(), &one);
    CHECK(reader->is_live(specimens(), Id{1}));
}

TEST_CASE("memory: a transaction that reads does not write") {
    MemoryStore store;
    const auto writer = open(store);
    const Specimen one = specimen(1);
    writer->begin(Access::read);
    CHECK(code_of([&] { writer->insert(specimens(), &one); }) == ErrorCode::read_only);
    CHECK(code_of([&] { writer->begin(Access::write); }) == ErrorCode::invalid_argument);
    CHECK(writer->depth() == 1);
    writer->commit();
    writer->insert(specimens(), &one);
    writer->begin(Access::write);
    writer->begin(Access::read);  // inside one that writes it is a nested one like any other
    CHECK(writer->erase(specimens(), Id{1}));
    writer->rollback();
    writer->commit();
    CHECK(writer->is_live(specimens(), Id{1}));
}

TEST_CASE("memory: a cursor shows the state that it was made in") {
    MemoryStore store;
    const auto writer = open(store);
    for (std::int64_t id = 1; id <= 1000; ++id) {
        const Specimen one = specimen(id, "old");
        writer->insert(specimens(), &one);
    }
    const expr::Query query = expr::parse_query(registry(), specimens(), "name = 'old'");
    writer->begin(Access::write);
    const auto inside = writer->scan(query, {});
    const auto reader = store.connect_reader();
    const auto outside = reader->scan(query, {});
    for (std::int64_t id = 1; id <= 1000; ++id) {
        writer->erase(specimens(), Id{id});
        const Specimen one = specimen(id + 5000, "old");
        writer->insert(specimens(), &one);
    }
    Specimen found;
    for (const auto& cursor : {inside.get(), outside.get()}) {
        REQUIRE(cursor->next(&found));
        CHECK(found.id == Id{1});
    }
    writer->rollback();
    std::int64_t last = 1;
    while (inside->next(&found) && outside->next(&found)) {
        CHECK(found.id == Id{++last});
    }
    CHECK(last == 1000);
}

TEST_CASE("memory: a reader's state is kept while the writer goes on") {
    MemoryStore store;
    const auto writer = open(store);
    std::vector<std::unique_ptr<Storage>> readers;
    for (std::int64_t id = 1; id <= 50; ++id) {
        const Specimen one = specimen(id);
        writer->insert(specimens(), &one);
        readers.push_back(store.connect_reader());
        readers.back()->begin(Access::read);
    }
    for (std::int64_t id = 1; id <= 50; ++id) {
        writer->erase(specimens(), Id{id});
    }
    for (std::size_t i = 0; i < readers.size(); ++i) {
        CHECK(readers[i]->highest_id() == Id{static_cast<std::int64_t>(i) + 1});
        readers[i]->commit();
        CHECK(readers[i]->highest_id() == Id{});
    }
}

TEST_CASE("memory: a connection goes from thread to thread") {
    MemoryStore store;
    auto writer = open(store);
    writer->begin(Access::write);
    std::thread([&writer] {
        const Specimen one = specimen(1);
        writer->insert(specimens(), &one);
    }).join();
    std::thread([&writer] { writer->commit(); }).join();
    CHECK(writer->is_live(specimens(), Id{1}));
}

TEST_CASE("memory: what does not exist") {
    MemoryStore store;
    const auto writer = store.connect_writer();
    const Specimen one = specimen(1);
    CHECK(code_of([&] { writer->insert(specimens(), &one); }) == ErrorCode::not_found);
    writer->migrate(registry());
    CHECK(code_of([&] { writer->backup("somewhere"); }) == ErrorCode::unsupported);
    const Specimen nameless = specimen(0);
    CHECK(code_of([&] { writer->insert(specimens(), &nameless); }) == ErrorCode::invalid_argument);
    CHECK(writer->highest_id() == Id{});
}

TEST_CASE("memory: the check finds words of records that are gone") {
    MemoryStore store;
    const auto writer = open(store);
    const Plain one = plain(1, "word");
    writer->insert(entity_of<Plain>(), &one);
    writer->index_text(entity_of<Plain>(), Id{1}, "word");
    CHECK(writer->check_integrity().empty());
    writer->erase(entity_of<Plain>(), Id{1});
    const auto problems = writer->check_integrity();
    REQUIRE(problems.size() == 1);
    CHECK(problems.front().find("1002/1") != std::string::npos);
}

TEST_CASE("memory: a big store answers by index at once") {
    // 20,000 look-ups among 20,000 records, which would be 400 million comparisons without.
    MemoryStore store;
    const auto writer = open(store);
    writer->begin(Access::write);
    constexpr std::int64_t count = 20'000;
    for (std::int64_t id = 1; id <= count; ++id) {
        Specimen one = specimen(id);
        one.code = "c" + std::to_string(id);
        one.parent = Id{(id + 1) / 2};
        writer->insert(specimens(), &one);
    }
    writer->commit();
    const expr::Query by_code = expr::parse_query(registry(), specimens(), "code = :code");
    const expr::Query by_parent = expr::parse_query(registry(), specimens(), "parent = :parent");
    Specimen found;
    for (std::int64_t id = 1; id <= count; ++id) {
        const std::string code = "c" + std::to_string(id);
        const ValueView code_value(code);
        const auto one = writer->scan(by_code, {std::span(&code_value, 1), {}, {}});
        REQUIRE(one->next(&found));
        REQUIRE(found.id == Id{id});
        const ValueView parent_value(Id{id});
        const auto children = writer->scan(by_parent, {std::span(&parent_value, 1), {}, {}});
        REQUIRE(children->next(&found) == (id <= count / 2));
    }
}

}  // namespace
}  // namespace crmkit

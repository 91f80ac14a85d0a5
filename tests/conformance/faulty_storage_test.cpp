#include "conformance/faulty_storage.hpp"

#include <string>

#include "conformance/backend.hpp"
#include "conformance/contents.hpp"

namespace crmkit::conformance {
namespace {

/// A small command as the engine would run it: all or nothing.
void run_command(Storage& storage, std::int64_t id) {
    OpenTransaction transaction(storage);
    const Specimen one = specimen(id, "name");
    storage.insert(entity_of<Specimen>(), &one);
    storage.append(Change{storage.last_position() + 1, {}, {}, "session", 0, 1001, one.id});
    storage.index_text(entity_of<Specimen>(), one.id, "name");
    transaction.keep();
}

TEST_CASE("faulty storage: counts the calls and fails the chosen one") {
    FaultPlan plan;
    FaultyStore store(std::make_unique<MemoryStore>(), plan);
    const auto storage = store.connect_writer();
    storage->migrate(registry());
    plan.fail_nothing();
    run_command(*storage, 1);
    const std::int64_t calls = plan.calls();
    CHECK(calls == 6);
    CHECK_FALSE(plan.has_fired());
    const std::string before = contents(*storage);
    for (std::int64_t nth = 1; nth <= calls; ++nth) {
        CAPTURE(nth);
        plan.fail(nth, ErrorCode::disk_full);
        CHECK(code_of([&] { run_command(*storage, 2); }) == ErrorCode::disk_full);
        CHECK(plan.has_fired());
        plan.fail_nothing();
        CHECK(storage->depth() == 0);
        CHECK(contents(*storage) == before);
    }
    plan.fail(calls + 1, ErrorCode::io);
    run_command(*storage, 2);
    CHECK_FALSE(plan.has_fired());
    CHECK(code_of([&] { storage->last_position(); }) == ErrorCode::io);
    CHECK(plan.last_call() == "last_position");
    CHECK(storage->last_position() == 2);
}

TEST_CASE("faulty storage: fails from a call on") {
    FaultPlan plan;
    FaultyStore store(std::make_unique<MemoryStore>(), plan);
    const auto storage = store.connect_writer();
    const auto reader = store.connect_reader();
    plan.fail(2, ErrorCode::busy, true);
    storage->migrate(registry());
    for (int i = 0; i < 3; ++i) {
        CHECK(code_of([&] { storage->begin(Access::write); }) == ErrorCode::busy);
        CHECK(code_of([&] { reader->last_position(); }) == ErrorCode::busy);
    }
    CHECK(storage->depth() == 0);
}

}  // namespace
}  // namespace crmkit::conformance

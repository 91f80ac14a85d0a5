#include <doctest/doctest.h>

#include <thread>
#include <vector>

#include "crmkit/model/pipeline_templates.hpp"
#include "crmkit/model/status_templates.hpp"
#include "engine/backends.hpp"

using namespace crmkit;
using namespace crmkit::test;

TEST_CASE("a new store has the default statuses and a default pipeline, from the setup") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        CHECK(me.query<Status>().all().size() == status_templates.size());
        for (const StatusTemplate& from : status_templates) {
            const auto status = me.query<Status>("entity = :entity and name = :name",
                                                 {{"entity", from.entity}, {"name", from.name}})
                                    .first();
            REQUIRE(status);
            CHECK(status->state == from.state);
            CHECK(status->is_default == from.is_default);
        }
        const auto pipelines = me.query<Pipeline>().all();
        REQUIRE(pipelines.size() == 1);
        CHECK(pipelines[0].is_default);
        CHECK(me.query<Stage>().all().size() == find_pipeline_template("sales")->stages.size());
        for (const HistoryEntry& entry : me.changes_since(1)) {
            CHECK(entry.origin == "setup");
        }
    });
}

TEST_CASE("what a host deletes of the first data stays deleted") {
    const TemporaryFolder folder;
    TestClock time;
    {
        const Crm crm = Crm::open(folder.file("store.db"), time.options());
        Session me = crm.as_system();
        me.remove<Pipeline>(me.query<Pipeline>().first()->id);
        for (const Status& status : me.query<Status>().all()) {
            me.remove<Status>(status.id);
        }
    }
    const Crm crm = Crm::open(folder.file("store.db"), time.options());
    Session me = crm.as_system();
    CHECK(me.query<Pipeline>().all().empty());
    CHECK(me.query<Stage>().all().empty());
    CHECK(me.query<Status>().all().empty());
}

TEST_CASE("several that open a new store at once make its first data once") {
    const TemporaryFolder folder;
    std::vector<std::string> failures(4);
    std::vector<std::thread> openers;
    for (int i = 0; i < 4; ++i) {
        openers.emplace_back(
            [&failure = failures[static_cast<std::size_t>(i)], path = folder.file("store.db"), i] {
                try {
                    OpenOptions options;
                    options.replica = i;
                    Crm::open(path, options);
                } catch (const Error& error) {
                    failure = error.what();
                }
            });
    }
    for (std::thread& opener : openers) {
        opener.join();
    }
    CHECK(failures == std::vector<std::string>(4));
    Session me = Crm::open(folder.file("store.db")).as_system();
    CHECK(me.query<Status>().all().size() == status_templates.size());
    CHECK(me.query<Pipeline>().all().size() == 1);
}

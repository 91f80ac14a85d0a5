/// What the tests of sales share.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/crm.hpp"
#include "crmkit/sales/operations.hpp"
#include "engine/backends.hpp"

namespace crmkit::test {

/// The stage with a name in the default pipeline, or in the one that is named.
inline Id stage_named(Session& session, std::string_view name,
                      std::string_view pipeline = "Sales") {
    const auto stage = session
                           .query<Stage>("name = :name and pipeline.name = :pipeline",
                                         {{"name", name}, {"pipeline", pipeline}})
                           .first();
    REQUIRE_MESSAGE(stage, name);
    return stage->id;
}

inline Money eur(std::string_view amount) { return Money::of(amount, "EUR"); }

/// The stays of an opportunity, oldest first.
inline std::vector<StageHistory> stays_of(Session& session, Id opportunity) {
    return session
        .query<StageHistory>("opportunity = :deal order by entered_at, id", {{"deal", opportunity}})
        .all();
}

/// The problem of an error that is about a field; fails the test when there is none.
inline Problem problem_about(const Error& error, std::string_view field) {
    for (const Problem& problem : error.problems()) {
        if (problem.field == field) {
            return problem;
        }
    }
    FAIL("no problem about ", std::string(field), " in: ", error.message());
    return {};
}

}  // namespace crmkit::test

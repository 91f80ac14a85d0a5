#include "crmkit/model/status_templates.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "crmkit/model/registry.hpp"

namespace crmkit {
namespace {

TEST_CASE("status_templates: each status is of an entity that has statuses, and of its states") {
    std::set<std::pair<std::string_view, std::string_view>> names;
    for (const StatusTemplate& status : status_templates) {
        CAPTURE(status.entity);
        CAPTURE(status.name);
        const Entity& entity = standard_registry().get(status.entity);
        REQUIRE(entity.state_machine != nullptr);
        CHECK(entity.find(entity.state_machine->status_field)->type() == FieldType::text);
        const auto labels = entity.find(entity.state_machine->state_field)->native->labels;
        CHECK(std::find(labels.begin(), labels.end(), status.state) != labels.end());
        CHECK(names.insert({status.entity, status.name}).second);
    }
}

TEST_CASE("status_templates: each state of each such entity has exactly one default status") {
    for (const Entity* entity : standard_registry().entities()) {
        if (entity->state_machine == nullptr ||
            entity->find(entity->state_machine->status_field)->type() != FieldType::text) {
            continue;
        }
        for (const std::string_view state :
             entity->find(entity->state_machine->state_field)->native->labels) {
            CAPTURE(entity->name);
            CAPTURE(state);
            CHECK(std::count_if(status_templates.begin(), status_templates.end(),
                                [&](const StatusTemplate& status) {
                                    return status.entity == entity->name && status.state == state &&
                                           status.is_default;
                                }) == 1);
        }
    }
}

}  // namespace
}  // namespace crmkit

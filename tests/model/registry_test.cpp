#include "crmkit/model/registry.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// The base types that share a name with an entity must be usable beside the model.
#include "crmkit/base/email_address.hpp"
#include "crmkit/base/phone_number.hpp"
#include "crmkit/schema/record.hpp"

namespace crmkit {
namespace {

std::vector<std::string_view> parts_of(std::string_view list) {
    std::vector<std::string_view> parts;
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        parts.push_back(trim(list.substr(0, comma)));
        list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    }
    return parts;
}

/// Calls `act` with every entity and each of its own fields, header left out.
template <typename Act>
void for_each_field(Act act) {
    for (const Entity* entity : standard_registry().entities()) {
        for (const Field& field : entity->fields.subspan(header::count)) {
            CAPTURE(entity->name);
            CAPTURE(field.name);
            act(*entity, field);
        }
    }
}

TEST_CASE("model: the standard entities have their permanent numbers, without a gap") {
    const std::vector<std::string_view> names{"user",
                                              "team",
                                              "team_member",
                                              "account",
                                              "contact",
                                              "account_contact",
                                              "lead",
                                              "pipeline",
                                              "stage",
                                              "opportunity",
                                              "opportunity_contact_role",
                                              "opportunity_line",
                                              "stage_history",
                                              "campaign",
                                              "campaign_member",
                                              "case",
                                              "interaction",
                                              "interaction_participant",
                                              "interaction_regarding",
                                              "product",
                                              "transaction",
                                              "transaction_line",
                                              "currency_rate",
                                              "address",
                                              "email_address",
                                              "phone_number",
                                              "external_id",
                                              "tag",
                                              "record_tag",
                                              "status"};
    const auto& entities = standard_registry().entities();
    REQUIRE(entities.size() == names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
        CHECK(entities[i]->name == names[i]);
        CHECK(entities[i]->number == i + 1);
    }
}

TEST_CASE("model: a host's registry begins with the standard one and is its own") {
    const Registry mine = make_standard_registry();
    CHECK(mine.entities() == standard_registry().entities());
    CHECK(&standard_registry() == &standard_registry());
}

TEST_CASE("model: every reference points at entities that are there, with a name on their side") {
    std::map<std::string_view, std::set<std::string_view>> lists;
    for_each_field([&](const Entity& entity, const Field& field) {
        if (field.target.empty()) {
            return;
        }
        const auto targets = standard_registry().targets(field);
        CHECK_FALSE(targets.empty());
        CHECK_FALSE(field.children_name.empty());
        for (const Entity* target : targets) {
            CAPTURE(target->name);
            CHECK(lists[target->name].insert(field.children_name).second);
            CHECK(target->find(field.children_name) == nullptr);
            CHECK(standard_registry().children(*target, field.children_name).from == &entity);
        }
    });
}

TEST_CASE("model: every reference is served by an index that begins with it") {
    for_each_field([](const Entity& entity, const Field& field) {
        if (!field.target.empty()) {
            CHECK(std::any_of(
                entity.indexes.begin(), entity.indexes.end(),
                [&](const Index& index) { return parts_of(index.fields).front() == field.name; }));
        }
    });
}

TEST_CASE("model: every normal form can be looked up fast, and is as long as its source") {
    for_each_field([](const Entity& entity, const Field& field) {
        if (!field.normal_form_of.empty()) {
            CHECK(std::any_of(entity.indexes.begin(), entity.indexes.end(),
                              [&](const Index& index) { return index.fields == field.name; }));
            const Field* source = entity.find(field.normal_form_of);
            CHECK(field.longest >= source->longest);
            CHECK(field.privacy == source->privacy);
            CHECK(source->format != TextFormat::plain);
        }
    });
}

TEST_CASE("model: indexes name fields of their entity, each once, and do not repeat each other") {
    for (const Entity* entity : standard_registry().entities()) {
        for (const Index& index : entity->indexes) {
            CAPTURE(entity->name);
            CAPTURE(index.fields);
            const auto names = parts_of(index.fields);
            CHECK(std::set(names.begin(), names.end()).size() == names.size());
            for (const std::string_view name : names) {
                REQUIRE(entity->find(name) != nullptr);
                CHECK(entity->find(name)->type() != FieldType::text_list);
                CHECK(entity->find(name)->type() != FieldType::json);
                CHECK(entity->find(name)->type() != FieldType::money);
            }
            for (const Index& other : entity->indexes) {
                if (&other != &index && !index.is_unique) {
                    const std::string beginning = std::string(index.fields) + ",";
                    CHECK_FALSE(other.fields == index.fields);
                    CHECK_FALSE(other.fields.starts_with(beginning));
                }
            }
            CHECK_FALSE((names.size() == 1 && entity->find(names[0])->is_unique));
        }
    }
}

TEST_CASE("model: a required reference is never emptied by a delete") {
    for_each_field([](const Entity&, const Field& field) {
        if (field.is_required && !field.target.empty()) {
            CHECK(field.on_delete != OnDelete::set_null);
        }
    });
}

TEST_CASE("model: a required field can be empty, and the caller can fill it") {
    for_each_field([](const Entity& entity, const Field& field) {
        if (field.is_required) {
            CHECK(field.is_nullable());
            CHECK_FALSE(field.is_computed);
            CHECK_FALSE((field.is_read_only && !entity.is_internal));
        }
    });
}

TEST_CASE("model: what has a title is found by it, in lists and by search") {
    for (const Entity* entity : standard_registry().entities()) {
        CAPTURE(entity->name);
        if (entity->title != nullptr) {
            CHECK(entity->title->type() == FieldType::text);
        }
    }
    for (const std::string_view name : {"user", "team", "account", "contact", "lead", "opportunity",
                                        "campaign", "case", "interaction", "product", "tag"}) {
        CAPTURE(name);
        REQUIRE(standard_registry().get(name).title != nullptr);
        CHECK(standard_registry().get(name).title->is_searchable);
    }
}

TEST_CASE("model: long text is not searched") {
    for_each_field([](const Entity&, const Field& field) {
        if (field.is_searchable) {
            CHECK(field.longest <= 1'000);
        }
    });
}

TEST_CASE("model: addresses have their format and are personal") {
    for_each_field([](const Entity&, const Field& field) {
        if (field.name == "email" || field.name == "phone") {
            CHECK(field.format ==
                  (field.name == "email" ? TextFormat::email_address : TextFormat::phone_number));
            CHECK(field.privacy == Privacy::personal);
        }
        if (field.type() == FieldType::money && field.name != "list_price") {
            CHECK(field.privacy == Privacy::financial);
        }
    });
}

TEST_CASE("model: a fresh record of any entity derives and checks without harm") {
    for (const Entity* entity : standard_registry().entities()) {
        CAPTURE(entity->name);
        Record record(*entity);
        if (entity->derive != nullptr) {
            entity->derive(record.object());
        }
        std::vector<Problem> problems;
        if (entity->check != nullptr) {
            entity->check(record.object(), problems);
        }
        for (const Problem& problem : problems) {
            CHECK(problem.entity == entity->name);
            CHECK(entity->find(problem.field) != nullptr);
        }
    }
}

TEST_CASE("model: a state machine speaks of the states of its field, and reaches them all") {
    std::size_t machines = 0;
    for (const Entity* entity : standard_registry().entities()) {
        if (entity->state_machine == nullptr) {
            continue;
        }
        ++machines;
        CAPTURE(entity->name);
        const StateMachine& machine = *entity->state_machine;
        const Field* state = entity->find(machine.state_field);
        REQUIRE(state != nullptr);
        CHECK(state->native_kind() == NativeKind::whole_enumeration);
        CHECK(state->is_read_only);
        const Field* status = entity->find(machine.status_field);
        REQUIRE(status != nullptr);
        CHECK_FALSE(status->is_read_only);
        std::set<std::string_view> reached;
        bool needs_reason = false;
        for (const Transition& move : machine.transitions) {
            CAPTURE(move.from);
            CAPTURE(move.to);
            CHECK((move.from.empty() || std::count(state->native->labels.begin(),
                                                   state->native->labels.end(), move.from) == 1));
            CHECK(std::count(state->native->labels.begin(), state->native->labels.end(), move.to) ==
                  1);
            CHECK(machine.find(move.from, move.to) == &move);
            CHECK(move.from != move.to);
            CHECK_FALSE((move.from.empty() && move.needs_reason));
            reached.insert(move.to);
            needs_reason = needs_reason || move.needs_reason;
        }
        CHECK(reached.size() == state->native->labels.size());
        CHECK(needs_reason == !machine.reason_field.empty());
        if (needs_reason) {
            REQUIRE(entity->find(machine.reason_field) != nullptr);
            CHECK(entity->find(machine.reason_field)->type() == FieldType::text);
        }
        const Record fresh(*entity);
        CHECK(machine.find("", fresh.get(*state).text()) != nullptr);
    }
    CHECK(machines == 7);
}

}  // namespace
}  // namespace crmkit

#include "crmkit/schema/json_schema.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "crmkit/model/registry.hpp"
#include "schema/sample.hpp"

using namespace crmkit;
using nlohmann::json;

namespace {

const json& deal_schema() {
    static const json parsed = json::parse(json_schema(entity_of<sample::Deal>()));
    return parsed;
}

json property(std::string_view name) { return deal_schema()["properties"][std::string(name)]; }

}  // namespace

TEST_CASE("an entity's schema names every field and nothing else") {
    const json& schema = deal_schema();
    CHECK(schema["$schema"] == "https://json-schema.org/draft/2020-12/schema");
    CHECK(schema["title"] == "deal");
    CHECK(schema["description"] == "A possible sale.");
    CHECK(schema["type"] == "object");
    CHECK(schema["additionalProperties"] == false);
    CHECK(schema["required"] == json::array({"name"}));
    CHECK(schema["x-crmkit"] == json{{"number", 3}, {"plural", "deals"}});
    CHECK(schema["properties"].size() == sample::deal().fields.size());
    for (const Field& field : sample::deal().fields) {
        const json described = property(field.name);
        CAPTURE(field.name);
        CHECK(described["description"] == field.help);
        CHECK(described["x-crmkit"]["id"] == field.id);
        CHECK(described["x-crmkit"]["type"] == to_string(field.type()));
        CHECK(described.contains("readOnly") == (field.is_read_only || field.is_computed));
    }
}

TEST_CASE("a schema asks for no field that has a value or is supplied when it is left out") {
    const auto required = [](const Entity& entity) {
        return json::parse(json_schema(entity))["required"].get<std::vector<std::string>>();
    };
    using Names = std::vector<std::string>;
    CHECK(required(entity_of<Opportunity>()) == Names{"name"});
    CHECK(required(entity_of<Lead>()).empty());
    CHECK(required(entity_of<Campaign>()) == Names{"name", "campaign_type"});
    CHECK(required(entity_of<CampaignMember>()) == Names{"campaign", "party"});
}

TEST_CASE("each type has its schema") {
    CHECK(property("name")["type"] == "string");
    CHECK(property("name")["minLength"] == 1);
    CHECK(property("name")["maxLength"] == 80);
    CHECK(property("name")["x-crmkit"]["searchable"] == true);
    CHECK(property("name_key")["readOnly"] == true);
    CHECK(property("seats")["type"] == json::array({"integer", "null"}));
    CHECK(property("seats")["minimum"] == INT64_MIN);
    CHECK(property("seats")["x-crmkit"]["unique"] == true);
    CHECK(property("rank")["type"] == "integer");
    CHECK(property("rank")["default"] == 7);
    CHECK(property("discount")["type"] == json::array({"string", "number", "null"}));
    CHECK(property("is_private")["type"] == "boolean");
    CHECK(property("is_private")["default"] == false);
    CHECK(property("amount")["anyOf"][0]["$ref"] == "#/$defs/money");
    CHECK(property("amount")["anyOf"][1]["type"] == "null");
    CHECK(property("amount")["x-crmkit"]["privacy"] == "financial");
    CHECK(property("close_date")["format"] == "date");
    CHECK(property("next_call")["format"] == "date-time");
    CHECK(property("rating")["enum"] == json::array({"hot", "warm", "cold", "new", nullptr}));
    CHECK(property("state")["enum"] == json::array({"open", "won", "lost"}));
    CHECK(property("state")["default"] == "open");
    CHECK(property("parent")["x-crmkit"]["references"] == json::array({"deal"}));
    CHECK(property("customer")["pattern"] == "^(user|team)/[1-9][0-9]{0,18}$");
    CHECK(property("customer")["x-crmkit"]["references"] == json::array({"user", "team"}));
    CHECK(property("anything")["pattern"] == "^([a-z][a-z0-9_]*)/[1-9][0-9]{0,18}$");
    CHECK_FALSE(property("extra").contains("type"));
    CHECK(property("tags")["items"]["maxLength"] == 40);
    CHECK(property("tags")["maxItems"] == 10'000);
    CHECK(property("email")["format"] == "idn-email");
    CHECK(property("email")["x-crmkit"]["privacy"] == "personal");
    CHECK(property("created_at")["readOnly"] == true);
    CHECK_FALSE(property("created_at").contains("default"));
    CHECK(deal_schema()["$defs"]["money"]["required"] == json::array({"amount", "currency"}));
}

TEST_CASE("rows are definitions, also rows of their own kind") {
    const json schema = json::parse(json_schema(structure_of<sample::Order>()));
    CHECK(schema["required"] == json::array({"customer", "lines", "limit"}));
    CHECK(schema["properties"]["lines"]["items"]["$ref"] == "#/$defs/line");
    CHECK(schema["properties"]["lines"]["type"] == "array");
    CHECK(schema["properties"]["lines"]["minItems"] == 1);
    CHECK(schema["properties"]["limit"]["anyOf"].size() == 1);
    const json line = schema["$defs"]["line"];
    CHECK(line["properties"]["parts"]["items"]["$ref"] == "#/$defs/line");
    CHECK(line["required"] == json::array({"product"}));
    CHECK_FALSE(schema.contains("x-crmkit"));
}

TEST_CASE("a registry is one document with a definition for each entity") {
    const json schema = json::parse(json_schema(sample::registry()));
    CHECK(schema["$defs"].size() == 4);
    CHECK(schema["$defs"]["deal"]["properties"] == deal_schema()["properties"]);
    CHECK(schema["$defs"]["deal"]["x-crmkit"]["plural"] == "deals");
    CHECK(schema["$defs"]["user"]["properties"]["name"]["description"] == "Their name.");
}

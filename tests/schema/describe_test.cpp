#include "crmkit/schema/describe.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "schema/sample.hpp"

using namespace crmkit;
using nlohmann::json;

namespace {

/// The description of one of a structure's fields.
json field_in(const json& description, std::string_view name) {
    for (const json& field : description["fields"]) {
        if (field["name"] == name) {
            return field;
        }
    }
    return {};
}

}  // namespace

TEST_CASE("a registry's description has every entity, field and property") {
    const json described = json::parse(describe_json(sample::registry()));
    REQUIRE(described["entities"].size() == 3);
    const json deal = described["entities"][2];
    CHECK(deal["name"] == "deal");
    CHECK(deal["plural"] == "deals");
    CHECK(deal["number"] == 3);
    CHECK(deal["help"] == "A possible sale.");
    CHECK(deal["title"] == "name");
    CHECK(described["entities"][0]["title"].is_null());
    CHECK(deal["internal"] == false);
    REQUIRE(deal["fields"].size() == sample::deal().fields.size());
    for (std::size_t i = 0; i < deal["fields"].size(); ++i) {
        const Field& field = sample::deal().fields[i];
        const json one = deal["fields"][i];
        CAPTURE(field.name);
        CHECK(one["id"] == field.id);
        CHECK(one["name"] == field.name);
        CHECK(one["type"] == to_string(field.type()));
        CHECK(one["help"] == field.help);
        CHECK(one["required"] == field.is_required);
        CHECK(one["unique"] == field.is_unique);
        CHECK(one["searchable"] == field.is_searchable);
        CHECK(one["read_only"] == field.is_read_only);
        CHECK(one["computed"] == field.is_computed);
        CHECK(one["nullable"] == field.is_nullable());
        CHECK(one["privacy"] == to_string(field.privacy));
        CHECK(one.contains("labels") == (field.type() == FieldType::enumeration));
        CHECK(one.contains("targets") == !field.target.empty());
        CHECK(one.contains("max_length") ==
              (field.type() == FieldType::text || field.type() == FieldType::text_list));
    }
    CHECK(field_in(deal, "name")["max_length"] == 80);
    CHECK(field_in(deal, "name_key")["normal_form_of"] == "name");
    CHECK(field_in(deal, "email")["format"] == "email_address");
    CHECK(field_in(deal, "language")["format"] == "language_tag");
    CHECK(field_in(deal, "rating")["labels"] == json::array({"hot", "warm", "cold", "new"}));
    CHECK(field_in(deal, "state")["default"] == "open");
    CHECK(field_in(deal, "rank")["default"] == 7);
    CHECK_FALSE(field_in(deal, "rating").contains("default"));
    const json parent = field_in(deal, "parent");
    CHECK(parent["targets"] == json::array({"deal"}));
    CHECK(parent["on_delete"] == "cascade");
    CHECK(parent["children"] == "parts");
    CHECK(parent["hierarchy"] == true);
    CHECK(field_in(deal, "customer")["targets"] == json::array({"user", "team"}));
    CHECK(field_in(deal, "anything")["targets"] == json::array({"any"}));
}

TEST_CASE("indexes and the state machine are described") {
    const json described = json::parse(describe_json(sample::registry()));
    const json deal = described["entities"][2];
    CHECK(deal["indexes"] == json::array({{{"fields", {"owner", "close_date"}}, {"unique", false}},
                                          {{"fields", json::array({"seats"})}, {"unique", true}}}));
    CHECK(deal["state_machine"]["state_field"] == "state");
    CHECK(deal["state_machine"]["reason_field"] == "name");
    REQUIRE(deal["state_machine"]["transitions"].size() == 3);
    CHECK(deal["state_machine"]["transitions"][1] ==
          json{{"from", "open"}, {"to", "won"}, {"needs_reason", true}});
    CHECK_FALSE(described["entities"][0].contains("state_machine"));
}

TEST_CASE("an operation's input is described with its rows") {
    std::string text;
    JsonWriter writer(text);
    describe(writer, structure_of<sample::Order>());
    const json order = json::parse(text);
    CHECK(order["name"] == "order");
    const json lines = field_in(order, "lines");
    CHECK(lines["type"] == "structure_list");
    CHECK(lines["row"]["name"] == "line");
    CHECK(field_in(lines["row"], "product")["required"] == true);
    CHECK(field_in(lines["row"], "parts")["row"] == json{{"name", "line"}});
}

#include "crmkit/engine/schema_document.hpp"

#include <nlohmann/json.hpp>

#include "backends.hpp"
#include "crmkit/schema/json.hpp"

using namespace crmkit;
using namespace crmkit::test;
using nlohmann::json;

TEST_CASE("the schema of the store's entities describes every field of each") {
    Crm crm = Crm::open_memory();
    Session me = crm.as_system();
    const json answer = json::parse(me.call("engine.json_schema", "{}"));
    const json& definitions = answer["schema"]["$defs"];
    for (const Entity* entity : crm.registry().entities()) {
        CAPTURE(entity->name);
        const json& schema = definitions.at(std::string(entity->name));
        CHECK(schema["x-crmkit"]["number"] == entity->number);
        CHECK(schema["properties"].size() == entity->fields.size());
        for (const Field& field : entity->fields) {
            const json& property = schema["properties"].at(std::string(field.name));
            CHECK(property["description"] == field.help);
            const auto is_required = [&] {
                const json required = schema.value("required", json::array());
                return std::find(required.begin(), required.end(), field.name) != required.end();
            };
            CHECK(is_required() == (field.is_required && !field.is_supplied));
        }
        const json alone = json::parse(
            me.call("engine.json_schema", json{{"entity", entity->name}}.dump()))["schema"];
        CHECK(alone["title"] == entity->name);
        CHECK(alone["properties"] == schema["properties"]);
    }
}

TEST_CASE("what a schema refers to is defined in it") {
    Crm crm = Crm::open_memory();
    Session me = crm.as_system();
    const json document = json::parse(schema_document(me, {}).schema.text);
    const std::function<void(const json&)> look = [&](const json& part) {
        if (part.is_object() && part.contains("$ref")) {
            const std::string target = part["$ref"];
            CAPTURE(target);
            REQUIRE(target.starts_with("#/"));
            CHECK(document.contains(json::json_pointer(target.substr(1))));
        }
        if (part.is_structured()) {
            for (const json& inner : part) {
                look(inner);
            }
        }
    };
    look(document);
    CHECK(code_of([&] { (void)schema_document(me, {.entity = "acount"}); }) ==
          ErrorCode::not_found);
}

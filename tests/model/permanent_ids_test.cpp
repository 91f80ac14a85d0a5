// Entity numbers, field ids and labels stand in every file ever written: this test compares the
// declarations with the list in permanent_ids.txt, to which lines are added and never changed.
#include <doctest/doctest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "crmkit/model/registry.hpp"

namespace crmkit {
namespace {

/// "account 12 account_type enumeration": the line of a field.
std::string line_of(const Entity& entity, const Field& field) {
    return std::to_string(entity.number) + ' ' + std::string(entity.name) + ' ' +
           std::to_string(field.id) + ' ' + std::string(field.name) + ' ' +
           std::string(to_string(field.type()));
}

std::string labels_of(const Field& field) {
    std::string labels;
    for (const std::string_view label : field.native->labels) {
        labels += ' ';
        labels += label;
    }
    return labels;
}

TEST_CASE("model: numbers, ids, names, types and labels are those that files have") {
    std::ifstream file(CRMKIT_SOURCE_DIR "/tests/model/permanent_ids.txt");
    REQUIRE(file.good());
    std::set<std::string> listed;
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line.front() == '#') {
            continue;
        }
        CAPTURE(line);
        std::istringstream words(line);
        EntityNumber number = 0;
        std::uint16_t id = 0;
        std::string entity_name;
        std::string field_name;
        words >> number >> entity_name >> id >> field_name;
        REQUIRE(words);
        const Entity* entity = standard_registry().find(number);
        REQUIRE(entity != nullptr);
        CHECK(entity->name == entity_name);
        const Field* field = entity->find(id);
        if (field_name == "(retired)") {
            CHECK(field == nullptr);
            continue;
        }
        REQUIRE(field != nullptr);
        const std::string now = line_of(*entity, *field) + labels_of(*field);
        // New labels come at the end, and files of before do not know them.
        CHECK((now == line || now.starts_with(line + ' ')));
        listed.insert(line_of(*entity, *field));
    }
    for (const Entity* entity : standard_registry().entities()) {
        for (const Field& field : entity->fields.subspan(header::count)) {
            const std::string line = line_of(*entity, field);
            INFO("a new field: add this line to permanent_ids.txt: ", line, labels_of(field));
            CHECK(listed.count(line) == 1);
        }
    }
}

}  // namespace
}  // namespace crmkit

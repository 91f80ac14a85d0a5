#include "crmkit/engine/describe.hpp"

#include "crmkit/base/error.hpp"
#include "crmkit/engine/operation.hpp"
#include "crmkit/schema/describe.hpp"
#include "crmkit/version.hpp"

namespace crmkit {

namespace {

void describe_operation(JsonWriter& writer, const Operation& operation) {
    writer.begin_object();
    writer.member("name", operation.name);
    writer.member("help", operation.help);
    writer.name("input");
    describe(writer, *operation.input);
    writer.name("output");
    describe(writer, *operation.output);
    writer.member("progress", operation.has_progress);
    writer.end_object();
}

}  // namespace

std::string describe_all(const Registry& registry) {
    std::string out;
    JsonWriter writer(out);
    writer.begin_object();
    writer.member("version", std::string_view(library_version));
    writer.name("entities");
    writer.begin_array();
    for (const Entity* entity : registry.entities()) {
        describe(writer, *entity);
    }
    writer.end_array();
    writer.name("operations");
    writer.begin_array();
    for (const Operation* operation : all_operations()) {
        describe_operation(writer, *operation);
    }
    writer.end_array();
    writer.name("errors");
    writer.begin_array();
    for (const auto& [code, name] : error_codes) {
        writer.value(name);
    }
    writer.end_array();
    writer.end_object();
    return out;
}

}  // namespace crmkit

/// `schema_document`: the JSON Schema of the store's entities.
#pragma once

#include <string>

#include "crmkit/schema/structure.hpp"

namespace crmkit {

class Session;

/// Which entities a schema is wanted of.
struct SchemaRequest {
    CRMKIT_STRUCTURE(SchemaRequest, "schema_request", "Which entities a schema is wanted of.");
    std::string entity{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(1, entity, "Only this one; all unless said."));
    }
};

/// A JSON Schema.
struct SchemaDocument {
    CRMKIT_STRUCTURE(SchemaDocument, "schema_document", "A JSON Schema, draft 2020-12.");
    Json schema{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(
            1, schema,
            "What records look like as JSON: of one entity, or of each in $defs under its name."));
    }
};

/// The JSON Schema of the entities; see schema/json_schema.hpp. Throws not_found for an unknown
/// entity.
SchemaDocument schema_document(Session& session, const SchemaRequest& request);

}  // namespace crmkit

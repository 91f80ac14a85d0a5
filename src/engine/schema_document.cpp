#include "crmkit/engine/schema_document.hpp"

#include "crmkit/engine/session.hpp"
#include "crmkit/schema/json_schema.hpp"

namespace crmkit {

SchemaDocument schema_document(Session& session, const SchemaRequest& request) {
    const Registry& registry = session.registry();
    return {Json{request.entity.empty() ? json_schema(registry)
                                        : json_schema(registry.get(request.entity))}};
}

}  // namespace crmkit

/// Everything that a store holds, to compare it with another.
#pragma once

#include <string>

#include "crmkit/engine/session.hpp"
#include "crmkit/schema/value_text.hpp"

namespace crmkit::testing {

/// All live records and the number of changes as text: two stores that hold the same give the same.
inline std::string contents_of(Session& session) {
    std::string out;
    for (const Entity* entity : session.registry().entities()) {
        const auto stream = session.stream(*entity, "order by id", {});
        Record record(*entity);
        while (stream->next(record.object())) {
            for (const Field& field : entity->fields) {
                out += std::string(field.name) + '=' + to_text(record.get(field)) + ' ';
            }
            out += '\n';
        }
    }
    return out + std::to_string(session.changes_since(0, 1'000'000).size());
}

}  // namespace crmkit::testing

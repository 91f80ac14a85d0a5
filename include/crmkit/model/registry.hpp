/// The standard entities in one registry.
#pragma once

#include "crmkit/model/entities.hpp"
#include "crmkit/schema/registry.hpp"

namespace crmkit {

/// A new registry of the standard entities, to which a host may add its own.
inline Registry make_standard_registry() {
    Registry registry;
    [&registry]<typename... Entities>(EntityList<Entities...>) {
        (registry.add<Entities>(), ...);
    }(StandardEntities{});
    return registry;
}

/// The registry of the standard entities alone. Made on first use; readable from any thread.
inline const Registry& standard_registry() {
    static const Registry registry = make_standard_registry();
    return registry;
}

}  // namespace crmkit

/// What stands behind the opaque handles of the C header.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "crmkit.h"
#include "crmkit/crm.hpp"
#include "error_state.hpp"

struct crmkit_text {
    std::string text;
};

struct crmkit_store {
    crmkit::Crm crm;
};

struct crmkit_session {
    explicit crmkit_session(crmkit::Session&& opened) : own(std::move(opened)), session(&*own) {}
    /// Borrows the session of a hook's event.
    explicit crmkit_session(crmkit::Session& borrowed) : session(&borrowed) {}

    std::optional<crmkit::Session> own;
    crmkit::Session* session;
    /// The transactions that crmkit_begin() opened, the innermost last.
    std::vector<crmkit::TransactionScope> transactions;
};

struct crmkit_record {
    crmkit_record(const crmkit::Registry& of, const crmkit::Entity& about)
        : registry(&of), entity(&about), own(std::in_place, about), object(own->object()) {}
    /// Borrows a record of a hook's event.
    crmkit_record(const crmkit::Registry& of, const crmkit::Entity& about, void* borrowed)
        : registry(&of), entity(&about), object(borrowed) {}

    [[nodiscard]] crmkit::RecordView view() const { return {*entity, object}; }
    [[nodiscard]] crmkit::MutableRecordView mutable_view() { return {*entity, object}; }
    /// The field with this id. Throws not_found.
    [[nodiscard]] const crmkit::Field& field(std::int32_t id) const;
    void set(const crmkit::Field& target, const crmkit::ValueView& value);

    const crmkit::Registry* registry;
    const crmkit::Entity* entity;
    std::optional<crmkit::Record> own;
    void* object;
    /// Holds what crmkit_get_text() made, until the next call.
    std::string scratch;
};

struct crmkit_cursor {
    const crmkit::Entity* entity;
    std::unique_ptr<crmkit::RecordStream> stream;
};

namespace crmkit::c_api {

/// Hands a text to the caller.
inline void give(crmkit_text** out, std::string text) {
    required(out, "out") = new crmkit_text{std::move(text)};
}

}  // namespace crmkit::c_api

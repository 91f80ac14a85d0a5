/// The host's C callbacks as hooks.
#include <string>

#include "handles.hpp"
#include "json_arguments.hpp"

using crmkit::Error;
using crmkit::ErrorCode;
using crmkit::WriteEvent;
using crmkit::c_api::guarded;
using crmkit::c_api::required;
using crmkit::c_api::text_argument;

namespace {

std::string& hook_message() {
    thread_local std::string message;
    return message;
}

ErrorCode code_of_hook(crmkit_code code) {
    const bool is_known = code > 0 && code < static_cast<crmkit_code>(crmkit::error_codes.size());
    return is_known ? static_cast<ErrorCode>(code) : ErrorCode::vetoed;
}

/// Shows an event to a C callback; throws what it answers.
void call_hook(crmkit_write_hook hook, void* ctx, const WriteEvent& event) {
    const crmkit::Registry& registry = event.session.registry();
    crmkit_session session(event.session);
    crmkit_record after(registry, event.entity, event.after.object());
    // The callback only reads it: the header hands it out as const.
    crmkit_record before(registry, event.entity, const_cast<void*>(event.before));
    const std::string entity(event.entity.name);
    const crmkit_write_event shown{sizeof(crmkit_write_event),
                                   &session,
                                   entity.c_str(),
                                   static_cast<std::int32_t>(event.kind),
                                   event.before == nullptr ? nullptr : &before,
                                   &after};
    hook_message().clear();
    const crmkit_code code = hook(ctx, &shown);
    while (!session.transactions.empty()) {
        session.transactions.pop_back();
    }
    if (code != CRMKIT_OK) {
        throw Error(code_of_hook(code), hook_message().empty()
                                            ? "a hook of the host refused the change of a " + entity
                                            : hook_message());
    }
}

}  // namespace

extern "C" {

void crmkit_hook_message(const char* message, int64_t size) {
    guarded([&] { hook_message() = text_argument(message, size, "message"); });
}

crmkit_code crmkit_before_write(crmkit_store* store, const char* entity, int64_t entity_size,
                                crmkit_write_hook hook, void* ctx, uint64_t* id) {
    return guarded([&] {
        required(hook, "hook");
        required(id, "id") = required(store, "store")
                                 .crm.before_write(
                                     text_argument(entity, entity_size, "entity"),
                                     [hook, ctx](WriteEvent& event) { call_hook(hook, ctx, event); });
    });
}

crmkit_code crmkit_after_write(crmkit_store* store, const char* entity, int64_t entity_size,
                               crmkit_write_hook hook, void* ctx, uint64_t* id) {
    return guarded([&] {
        required(hook, "hook");
        required(id, "id") =
            required(store, "store")
                .crm.after_write(
                    text_argument(entity, entity_size, "entity"),
                    [hook, ctx](const WriteEvent& event) { call_hook(hook, ctx, event); });
    });
}

crmkit_code crmkit_after_commit(crmkit_store* store, crmkit_commit_hook hook, void* ctx,
                                uint64_t* id) {
    return guarded([&] {
        required(hook, "hook");
        const crmkit::Crm& crm = required(store, "store").crm;
        const crmkit::Registry& registry = crm.registry();
        required(id, "id") =
            crm.after_commit([hook, ctx, &registry](const crmkit::HistoryEntry& entry) {
                const std::string json = crmkit::c_api::history_entry_json(entry, registry);
                hook(ctx, json.c_str(), json.size());
            });
    });
}

crmkit_code crmkit_remove_hook(crmkit_store* store, uint64_t id) {
    return guarded([&] { required(store, "store").crm.remove_hook(id); });
}

}  // extern "C"

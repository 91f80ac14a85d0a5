/// The host's C callbacks as hooks.
#include <string>
#include <utility>

#include "crmkit/base/text.hpp"
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

/// Takes the message of the hook that is running, and gives back that of the one around it, whose
/// write set this one off.
class HookMessage {
  public:
    HookMessage() : outer_(std::exchange(hook_message(), {})) {}
    HookMessage(const HookMessage&) = delete;
    HookMessage& operator=(const HookMessage&) = delete;
    ~HookMessage() { hook_message() = std::move(outer_); }

  private:
    std::string outer_;
};

ErrorCode code_of_hook(crmkit_code code) {
    const bool is_known = code > 0 && code < static_cast<crmkit_code>(crmkit::error_codes.size());
    return is_known ? static_cast<ErrorCode>(code) : ErrorCode::vetoed;
}

/// The error of a hook that answered with `code`: what it said itself; else the error of a call of
/// crmkit that failed inside the hook with that code, with all its problems.
Error error_of_hook(crmkit_code code, const std::string& entity, bool has_failed_inside) {
    if (!hook_message().empty()) {
        return {code_of_hook(code), hook_message()};
    }
    const Error* const inside = crmkit::c_api::last_kept_error();
    if (has_failed_inside && inside != nullptr &&
        static_cast<crmkit_code>(inside->code()) == code) {
        return *inside;
    }
    return {code_of_hook(code), "a hook of the host refused the change of a record: " + entity};
}

/// Shows an event to a C callback; throws what it answers. `after` is what it sees of the record.
void call_hook(crmkit_write_hook hook, void* ctx, const WriteEvent& event, crmkit_record& after,
               const crmkit_record& before) {
    crmkit_session session(event.session);
    const std::string entity(event.entity.name);
    const crmkit_write_event shown{sizeof(crmkit_write_event),
                                   &session,
                                   entity.c_str(),
                                   static_cast<std::int32_t>(event.kind),
                                   event.before == nullptr ? nullptr : &before,
                                   &after};
    const HookMessage message;
    const std::uint64_t failures = crmkit::c_api::failure_count();
    const crmkit_code code = hook(ctx, &shown);
    if (code != CRMKIT_OK) {
        throw error_of_hook(code, entity, crmkit::c_api::failure_count() != failures);
    }
}

/// The entity that a hook is for, by its one name; empty for all.
std::string_view entity_argument(const crmkit_store& store, const char* entity, std::int64_t size) {
    const std::string_view name = text_argument(entity, size, "entity");
    return name.empty() ? name : store.schema->registry().get(name).name;
}

}  // namespace

extern "C" {

void crmkit_hook_message(const char* message, int64_t size) {
    guarded([&] {
        hook_message() = crmkit::detail::with_replacements(
            crmkit::c_api::bytes_argument(message, size, "message"));
    });
}

crmkit_code crmkit_before_write(crmkit_store* store, const char* entity, int64_t entity_size,
                                crmkit_write_hook hook, void* ctx, uint64_t* id) {
    return guarded([&] {
        required(hook, "hook");
        std::uint64_t& made = required(id, "id");
        const crmkit_store& of = required(store, "store");
        made = of.crm.before_write(entity_argument(of, entity, entity_size),
                                   [hook, ctx, schema = of.schema](WriteEvent& event) {
                                       void* const record = event.after.object();
                                       crmkit_record after(schema, event.entity, record, record);
                                       const crmkit_record before(schema, event.entity,
                                                                  event.before, nullptr);
                                       call_hook(hook, ctx, event, after, before);
                                   });
    });
}

crmkit_code crmkit_after_write(crmkit_store* store, const char* entity, int64_t entity_size,
                               crmkit_write_hook hook, void* ctx, uint64_t* id) {
    return guarded([&] {
        required(hook, "hook");
        std::uint64_t& made = required(id, "id");
        const crmkit_store& of = required(store, "store");
        made = of.crm.after_write(entity_argument(of, entity, entity_size),
                                  [hook, ctx, schema = of.schema](const WriteEvent& event) {
                                      const void* const written = event.after.object();
                                      crmkit_record after(schema, event.entity, written, nullptr);
                                      const crmkit_record before(schema, event.entity, event.before,
                                                                 nullptr);
                                      call_hook(hook, ctx, event, after, before);
                                  });
    });
}

crmkit_code crmkit_after_commit(crmkit_store* store, crmkit_commit_hook hook, void* ctx,
                                uint64_t* id) {
    return guarded([&] {
        required(hook, "hook");
        std::uint64_t& made = required(id, "id");
        const crmkit_store& of = required(store, "store");
        made =
            of.crm.after_commit([hook, ctx, schema = of.schema](const crmkit::HistoryEntry& entry) {
                const std::string json =
                    crmkit::c_api::history_entry_json(entry, schema->registry());
                hook(ctx, json.c_str(), json.size());
            });
    });
}

crmkit_code crmkit_remove_hook(crmkit_store* store, uint64_t id) {
    return guarded([&] { required(store, "store").crm.remove_hook(id); });
}

}  // extern "C"

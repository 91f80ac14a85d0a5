/// Upsert: finding a record by a key of the outside world, and writing it.
#include <fmt/format.h>

#include <string>
#include <utility>

#include "crmkit/engine/session.hpp"
#include "crmkit/model/external_id.hpp"
#include "crmkit/schema/tidy_text.hpp"
#include "crmkit/schema/value_text.hpp"
#include "session_state.hpp"
#include "upsert.hpp"
#include "write_path.hpp"

namespace crmkit {

using engine::WriteScope;

namespace {

Error several_matches(const Entity& entity, const std::string& what, Id first, Id second) {
    return Error::about(ErrorCode::duplicate,
                        Problem{std::string(entity.name),
                                {},
                                {},
                                fmt::format("{} matches several records, {} and {} among them",
                                            what, first.value, second.value)});
}

constexpr std::size_t place_of_id = header::id - 1;

/// `wanted(cursor)` of the one live record that a query finds; none when there is none. Throws
/// duplicate for several, and then asks `key_text()` by what.
template <typename Wanted, typename KeyText>
Id only_match(engine::SessionState& state, const expr::Query& query,
              std::span<const ValueView> values, const Entity& entity, Wanted wanted,
              KeyText key_text) {
    const auto cursor = state.writer().scan(query, {values, state.now(), {}});
    if (!cursor->next()) {
        return {};
    }
    const Id found = wanted(*cursor);
    const Id first = cursor->value(place_of_id).id();
    if (cursor->next()) {
        throw several_matches(entity, key_text(), first, cursor->value(place_of_id).id());
    }
    return found;
}

Id match_external(engine::SessionState& state, const Entity& entity, const UpsertKey& key) {
    const Entity& external = entity_of<ExternalId>();
    const auto query = state.engine().queries().query(
        external, "system = :system and key = :key and record_kind = :entity");
    const std::string system = tidy_text(field_of(external, "system"), key.system);
    const std::string text = tidy_text(field_of(external, "key"), key.key);
    const std::vector<ValueView> values{system, text, std::int64_t{entity.number}};
    const auto record = [](Cursor& row) {
        return row.value(detail::place_of<&ExternalId::record, ExternalId>()).link().id;
    };
    return only_match(state, *query, values, external, record, [] { return "the external key"; });
}

std::string key_text_of(const UpsertKey& key, const RecordView& record) {
    std::string text = "the key";
    for (const std::string& name : key.field_names) {
        text += fmt::format(" {} '{}'", name, detail::shown_value(record.get(name)));
    }
    return text;
}

/// Throws not_found with every name of a key that no field has.
void check_names(const Entity& entity, const UpsertKey& key) {
    std::vector<Problem> problems;
    for (const std::string& name : key.field_names) {
        if (entity.find(name) == nullptr) {
            const Error error = unknown_field(entity, name);
            problems.insert(problems.end(), error.problems().begin(), error.problems().end());
        }
    }
    if (!problems.empty()) {
        throw Error::about(ErrorCode::not_found, std::move(problems));
    }
}

Id match_fields(engine::SessionState& state, const Entity& entity, const UpsertKey& key,
                const RecordView& record) {
    check_names(entity, key);
    std::string text;
    std::vector<ValueView> values;
    values.reserve(key.field_names.size());
    for (const std::string& name : key.field_names) {
        const ValueView value = record.get(name);
        if (value.is_null()) {
            return {};
        }
        text += (text.empty() ? "" : " and ") + name + " = :key" + std::to_string(values.size());
        values.push_back(value);
    }
    const auto query = state.engine().queries().query(entity, text);
    const auto id = [](Cursor& row) { return row.value(place_of_id).id(); };
    return only_match(state, *query, values, entity, id, [&] { return key_text_of(key, record); });
}

/// Writes the caller's fields over a record that is there: those given, or, when nothing says which
/// were, those that differ from a new record's; all of them to replace.
void overlay(const Entity& entity, MutableRecordView record, Record& stored, UpsertPolicy policy,
             const FieldSet* given) {
    const Record fresh(entity);
    for (std::size_t i = 0; i < entity.fields.size(); ++i) {
        const Field& field = entity.fields[i];
        const bool is_own =
            field.id > header::count || field.id == header::owner || field.id == header::source;
        const bool is_given =
            given != nullptr ? given->contains(i) : !(record.get(field) == fresh.get(field));
        const bool is_cleared = policy == UpsertPolicy::replace && !field.is_supplied;
        if (is_own && !field.is_read_only && !field.is_computed && (is_given || is_cleared)) {
            stored.set(field, record.get(field));
        }
    }
}

}  // namespace

Id engine::find_by_key(SessionState& state, const Entity& entity, const UpsertKey& key,
                       const RecordView& record) {
    if (!key.system.empty() && !key.key.empty()) {
        return match_external(state, entity, key);
    }
    if (key.field_names.empty()) {
        throw Error(ErrorCode::invalid_argument,
                    "an upsert key needs a system and a key, or the names of fields");
    }
    return match_fields(state, entity, key, record);
}

void engine::remember_key(Session& session, const Entity& entity, const UpsertKey& key, Id id) {
    if (key.system.empty()) {
        return;
    }
    ExternalId external{.system = key.system, .key = key.key, .record = Link{entity.number, id}};
    insert_record(session, entity_of<ExternalId>(), &external, Authority::host);
}

UpsertAction engine::upsert_record(Session& session, const Entity& entity, const UpsertKey& key,
                                   MutableRecordView record, UpsertPolicy policy,
                                   const FieldSet* given, Computed computed) {
    if (computed == Computed::not_yet) {
        fill_computed_fields(session.state(), entity, record.object());  // they may be keys
    }
    const Id id = find_by_key(session.state(), entity, key, record);
    if (!id) {
        insert_record(session, entity, record.object(), Authority::host, Computed::done);
        remember_key(session, entity, key, header_of(record).id());
        return UpsertAction::created;
    }
    Record stored(entity);
    session.read(entity, id, stored.object());
    UpsertAction action = UpsertAction::skipped;
    switch (policy) {
        case UpsertPolicy::create_or_fail:
            throw Error::about(ErrorCode::duplicate,
                               Problem{std::string(entity.name), "id", to_string(id),
                                       "is the record that the key stands for already"});
        case UpsertPolicy::skip:
            break;
        case UpsertPolicy::update:
        case UpsertPolicy::replace:
            overlay(entity, record, stored, policy, given);
            action = update_record(session, entity, stored.object(), {}, Authority::host)
                         ? UpsertAction::updated
                         : UpsertAction::unchanged;
            break;
    }
    entity.copy(record.object(), stored.object());
    return action;
}

UpsertAction Session::upsert(const UpsertKey& key, MutableRecordView record, UpsertPolicy policy,
                             const FieldSet* given) {
    WriteScope scope(*state_);
    const UpsertAction action = engine::upsert_record(
        *this, registry().get(record.structure().name), key, record, policy, given);
    scope.commit();
    return action;
}

}  // namespace crmkit

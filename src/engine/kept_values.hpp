/// The fields of a record that follow from other records (Field::kept()): changed one at a time as
/// those are written, and worked out anew to fill them or to compare.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

#include "crmkit/engine/session.hpp"
#include "crmkit/schema/value_text.hpp"
#include "each_id.hpp"
#include "write_path.hpp"

namespace crmkit::engine {

/// The live record with this id as a connection sees it; nothing when it is gone.
template <RecordType T>
std::optional<T> live(Storage& storage, Id id) {
    std::optional<T> record(std::in_place);
    if (!id || !storage.get(entity_of<T>(), id, &*record) || record->deleted_at) {
        record.reset();
    }
    return record;
}

/// Lets `change` set the kept fields of a live record. Does nothing when the record is gone: they
/// are worked out anew when it comes back.
template <RecordType T, typename Change>
void change_kept(Session& session, Id id, Change change) {
    const std::optional<T> before = live<T>(session.state().writer(), id);
    if (!before) {
        return;
    }
    T after = *before;
    change(after);
    amend_record(session.state(), entity_of<T>(), &*before, &after);
}

/// Works out the kept fields of every live record anew. `recompute(session, record)` fills them.
template <RecordType T>
void rebuild_kept(Session& session, void (*recompute)(Session&, T&)) {
    for_each_id(session.state(), entity_of<T>(), [&](Id id) {
        change_kept<T>(session, id, [&](T& record) { recompute(session, record); });
    });
}

/// Adds to `found` each kept value that differs from its recomputation.
template <RecordType T>
void check_kept(Session& session, void (*recompute)(Session&, T&),
                std::vector<std::string>& found) {
    const Entity& entity = entity_of<T>();
    const auto reading = session.read_transaction();
    for (const T& stored : session.query<T>()) {
        T expected = stored;
        recompute(session, expected);
        fill_computed_fields(session.state(), entity, &expected);
        for (const Field* field : entity.kept) {
            if (!(field->get(&stored) == field->get(&expected))) {
                found.push_back(fmt::format("{} {} has a wrong {}: it is '{}' and should be '{}'",
                                            entity.name, stored.id.value, field->name,
                                            detail::shown_value(field->get(&stored)),
                                            detail::shown_value(field->get(&expected))));
            }
        }
    }
}

}  // namespace crmkit::engine

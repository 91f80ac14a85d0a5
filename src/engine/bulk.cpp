/// Session's bulk calls: many rows, one transaction, a result for each.
#include <fmt/format.h>

#include <typeinfo>
#include <utility>

#include "crmkit/engine/session.hpp"
#include "patch.hpp"
#include "row_errors.hpp"
#include "session_state.hpp"
#include "upsert.hpp"
#include "write_path.hpp"

namespace crmkit {

using engine::Authority;
using engine::RecordScope;
using engine::SessionState;
using engine::WriteScope;

namespace {

UpsertAction action_of_update(bool is_written) {
    return is_written ? UpsertAction::updated : UpsertAction::unchanged;
}

/// Writes one row after the other. Where the others are to be kept when one is refused, each is
/// written inside `keep_apart`, which undoes what a refused one wrote.
template <typename Next, typename KeepApart, typename Write>
std::vector<RowResult> write_rows(SessionState& state, BulkMode mode, const Next& next,
                                  KeepApart keep_apart, Write write) {
    std::vector<RowResult> results;
    WriteScope all(state);
    while (const auto row = next()) {
        RowResult& result = results.emplace_back();
        try {
            if (mode == BulkMode::all_or_nothing) {
                write(row, result);
            } else {
                keep_apart([&] { write(row, result); });
            }
        } catch (const Error& error) {
            if (!engine::is_about_row(error.code()) || state.is_lost()) {
                throw;
            }
            if (mode == BulkMode::all_or_nothing) {
                if (typeid(error) != typeid(Error)) {
                    throw;  // a hook's own exception, which its host knows by its type
                }
                throw Error(error.code(),
                            fmt::format("rows[{}]: {}", results.size() - 1, error.message()),
                            error.problems());
            }
            result = RowResult{.error = error};
        }
    }
    all.commit();
    return results;
}

/// For rows that are refused before they have written anything, but for what hooks refuse.
auto one_record(SessionState& state, const Entity& entity) {
    return [&state, &entity](auto write) {
        RecordScope scope(state, entity);
        write();
        scope.commit();
    };
}

/// For rows that write several records, of which a later one may be refused.
auto several_records(SessionState& state) {
    return [&state](auto write) {
        WriteScope scope(state);
        write();
        scope.commit();
    };
}

}  // namespace

std::vector<RowResult> Session::create_stream(const Entity& entity, BulkMode mode,
                                              const std::function<void*()>& next) {
    return write_rows(*state_, mode, next, one_record(*state_, entity),
                      [&](void* object, RowResult& result) {
                          engine::insert_record(*this, entity, object, Authority::host);
                          result.id = header_of(RecordView(entity, object)).id();
                      });
}

std::vector<RowResult> Session::update_stream(const Entity& entity, BulkMode mode,
                                              const std::function<BulkRow()>& next) {
    Record stored(entity);
    return write_rows(*state_, mode, next, one_record(*state_, entity),
                      [&](const BulkRow& row, RowResult& result) {
                          const auto head = header_of(RecordView(entity, row.object));
                          const Id id = head.id();
                          const bool is_written =
                              row.given != nullptr
                                  ? engine::patch_record(*this, RecordView(entity, row.object),
                                                         *row.given, stored)
                                  : engine::update_record(*this, entity, row.object, head.version(),
                                                          Authority::host);
                          result = {.id = id, .action = action_of_update(is_written)};
                      });
}

std::vector<RowResult> Session::patch_stream(const Entity& entity, const Patch& changes,
                                             BulkMode mode,
                                             const std::function<std::optional<Id>()>& next) {
    Record stored(entity);
    return write_rows(*state_, mode, next, one_record(*state_, entity),
                      [&](const std::optional<Id>& id, RowResult& result) {
                          const bool is_written =
                              engine::patch_record(*this, entity, *id, changes, {}, stored);
                          result = {.id = *id, .action = action_of_update(is_written)};
                      });
}

std::vector<RowResult> Session::remove_stream(const Entity& entity, BulkMode mode,
                                              const std::function<std::optional<Id>()>& next) {
    engine::refuse_internal(entity);
    return write_rows(*state_, mode, next, several_records(*state_),
                      [&](const std::optional<Id>& id, RowResult& result) {
                          engine::delete_record(*this, entity, *id, {});
                          result.id = *id;
                      });
}

std::vector<RowResult> Session::restore_stream(const Entity& entity, BulkMode mode,
                                               const std::function<std::optional<Id>()>& next) {
    return write_rows(*state_, mode, next, several_records(*state_),
                      [&](const std::optional<Id>& id, RowResult& result) {
                          engine::restore_whole(*this, entity, *id);
                          result.id = *id;
                      });
}

std::vector<RowResult> Session::upsert_stream(const Entity& entity, UpsertPolicy policy,
                                              BulkMode mode,
                                              const std::function<BulkRow(UpsertKey&)>& next) {
    UpsertKey key;
    const auto keep_apart = [&](auto write) {
        if (key.system.empty()) {
            one_record(*state_, entity)(write);
        } else {
            several_records (*state_)(write);  // the key is a record too
        }
    };
    return write_rows(
        *state_, mode, [&] { return next(key); }, keep_apart,
        [&](const BulkRow& row, RowResult& result) {
            const MutableRecordView record(entity, row.object);
            result.action = engine::upsert_record(*this, entity, key, record, policy, row.given);
            result.id = header_of(record).id();
        });
}

}  // namespace crmkit

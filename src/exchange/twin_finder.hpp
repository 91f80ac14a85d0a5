/// `TwinFinder`: finds the record of this store that a record of another store is.
#pragma once

#include <vector>

#include "crmkit/engine/session.hpp"
#include "engine/session_state.hpp"

namespace crmkit::exchange::detail {

/// Two stores have records that are the same to everybody, though each gave them an id of its own:
/// the statuses and the pipeline that every new store begins with, a tag, a product and its number.
/// A key that their entity declares unique tells. Runs inside a write transaction.
class TwinFinder {
  public:
    TwinFinder(engine::SessionState& state, const Entity& entity);

    /// The live record that agrees in a unique key with `record`, whose key in another store is
    /// `id` and whose computed fields are filled. None when there is none, and when another record
    /// is known by that key or the twin by another one: then a file that was imported before has
    /// said which is which.
    [[nodiscard]] Id find(const RecordView& record, const UpsertKey& id);

  private:
    [[nodiscard]] Id agreeing(const RecordView& record);
    [[nodiscard]] bool has_other_id(Id record);

    engine::SessionState& state_;
    const Entity& entity_;
    std::vector<UpsertKey> keys_;
};

}  // namespace crmkit::exchange::detail

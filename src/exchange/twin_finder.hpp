/// `TwinFinder`: finds the record of this store that a record of another store is.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "engine/session_state.hpp"

namespace crmkit::exchange::detail {

/// Two stores have records that are the same to everybody, though each gave them an id of its own:
/// the statuses and the pipeline that every new store begins with, a tag, a product and its number.
/// A key that their entity declares unique tells. Runs inside a write transaction.
class TwinFinder {
  public:
    TwinFinder(engine::SessionState& state, const Entity& entity);

    /// The live record that agrees in a unique key with `record`, which has the id `id` in another
    /// store and whose computed fields are filled. None when there is none, and when another record
    /// is known by that id or the twin by another id: then a file that was imported before has said
    /// which is which.
    [[nodiscard]] Id find(const RecordView& record, std::string_view id);

  private:
    struct UniqueKey {
        std::vector<const Field*> fields;
        std::shared_ptr<const expr::Query> query;
    };

    [[nodiscard]] Id agreeing(const RecordView& record);
    [[nodiscard]] bool is_known(std::string_view id);
    [[nodiscard]] bool has_other_id(Id record);
    [[nodiscard]] Id first(const expr::Query& query, const std::vector<ValueView>& values);

    engine::SessionState& state_;
    const Entity& entity_;
    std::vector<UniqueKey> keys_;
    std::shared_ptr<const expr::Query> by_id_;
    std::shared_ptr<const expr::Query> by_record_;
};

}  // namespace crmkit::exchange::detail

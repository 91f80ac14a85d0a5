/// `StatusCatalogue`: the statuses of a store, remembered, because every record with one asks for
/// them when it is written.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace crmkit::engine {

class SessionState;

/// What a rule needs to know of a `Status` record.
struct KnownStatus {
    std::string name;
    std::string state;
    bool is_default;
    bool is_active;
    bool is_on_hold;
    std::optional<std::int64_t> reopen_days;
};

/// The one with a name; null when there is none.
const KnownStatus* status_named(std::span<const KnownStatus> statuses, std::string_view name);

/// The live statuses by entity, in their order, as the open write transaction sees them. Belongs to
/// whoever holds the writer queue.
class StatusCatalogue {
  public:
    /// The statuses of an entity, read from the store unless they are known. Valid until the next
    /// call.
    std::span<const KnownStatus> of(SessionState& state, std::string_view entity);

    /// What is known may be wrong: another connection has written.
    void forget() noexcept { is_known_ = false; }
    /// The open transaction writes statuses: until it has ended, one way or the other, nothing that
    /// is read may be remembered.
    void distrust() noexcept {
        is_known_ = false;
        is_being_written_ = true;
    }
    /// A new transaction begins: the last one has ended.
    void trust() noexcept { is_being_written_ = false; }

  private:
    void read(SessionState& state);

    bool is_known_ = false;
    bool is_being_written_ = false;
    /// Keyed by views of the registry's names: statuses of other entities are left out.
    std::unordered_map<std::string_view, std::vector<KnownStatus>> by_entity_;
};

}  // namespace crmkit::engine

/// `ReferenceFinder`: finds the records that rows refer to, and remembers them.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compiled_plan.hpp"
#include "engine/session_state.hpp"

namespace crmkit::exchange::detail {

/// Remembers the most recently used of its entries.
template <typename Value>
class RecentlyUsed {
  public:
    explicit RecentlyUsed(std::size_t most) : most_(most) {}

    /// Null when it is not known; valid until the next change.
    const Value* find(std::string_view key) {
        const auto found = places_.find(key);
        if (found == places_.end()) {
            return nullptr;
        }
        entries_.splice(entries_.begin(), entries_, found->second);
        return &entries_.front().second;
    }
    void put(std::string_view key, Value value) {
        erase(key);
        if (entries_.size() == most_) {
            places_.erase(entries_.back().first);
            entries_.pop_back();
        }
        entries_.emplace_front(std::string(key), std::move(value));
        places_.emplace(entries_.front().first, entries_.begin());
    }
    void erase(std::string_view key) {
        const auto found = places_.find(key);
        if (found != places_.end()) {
            const auto entry = found->second;
            places_.erase(found);
            entries_.erase(entry);
        }
    }
    void clear() {
        places_.clear();
        entries_.clear();
    }

  private:
    using Entries = std::list<std::pair<std::string, Value>>;
    std::size_t most_;
    Entries entries_;
    /// Keyed by views of the entries' own keys.
    std::unordered_map<std::string_view, typename Entries::iterator> places_;
};

/// The texts and records of a reference's columns for one row.
struct ReferenceValues {
    std::vector<std::string> texts;
    /// Of the columns that take another reference's record.
    std::vector<Link> links;
};

/// Finds records by the lookups of a plan's references. What was found is remembered, the most
/// recent 20,000 of each lookup; what was not found is looked for again, because it may have come
/// since. Runs inside a write transaction.
class ReferenceFinder {
  public:
    ReferenceFinder(engine::SessionState& state, const CompiledPlan& plan);

    /// The record; none when there is none. `problems` gets a problem (without its place) when a
    /// value cannot be one of the key, or when several records match.
    Link find(std::size_t reference, const ReferenceValues& values, std::vector<Problem>& problems);

    /// The record that a file of crmkit means by an id: one that was here before the import began.
    /// An id that was handed out since can only be like one of another store by chance.
    [[nodiscard]] std::optional<Id> own_record(const Entity& entity, std::string_view id) const;
    /// Whether a record was here before the import began.
    [[nodiscard]] bool was_here(Id record) const { return record <= highest_before_; }
    /// The entity of the record that was looked for: the one that the value names ("user/123"), or
    /// that of the first lookup.
    [[nodiscard]] const Entity& sought_entity(std::size_t reference,
                                              const ReferenceValues& values) const;

    /// A record was written: what it is found by may mean another one now.
    void forget(const Entity& entity, const RecordView& record);
    /// Something was taken back: nothing that was remembered is certain.
    void forget_all();

  private:
    struct Search {
        const CompiledLookup* lookup;
        std::shared_ptr<const expr::Query> query;
        RecentlyUsed<Id> known;
    };

    /// Nothing when a part of the key is empty or wrong.
    std::optional<Id> search(Search& search, const ReferenceValues& values, bool& has_key,
                             std::vector<Problem>& problems);
    bool make_key(const CompiledLookup& lookup, const ReferenceValues& values,
                  std::vector<Problem>& problems);

    engine::SessionState& state_;
    const CompiledPlan& plan_;
    Id highest_before_;  ///< of all records when the import began
    std::vector<std::vector<Search>> searches_;
    std::vector<Value> key_values_;
    std::string key_text_;
};

}  // namespace crmkit::exchange::detail

/// Rows in bulk: many records by one call, in one transaction.
#pragma once

#include <optional>
#include <ranges>
#include <utility>

#include "crmkit/base/error.hpp"
#include "crmkit/engine/upsert.hpp"
#include "crmkit/schema/record.hpp"

namespace crmkit {

/// What bulk writing does with a row that is refused. all_or_nothing, the default: the first one
/// undoes all; its error names the row, from 0, as "rows[3]: …", unless a hook threw a type of its
/// own. good_rows: the others are kept, the refused ones are reported.
CRMKIT_ENUM(BulkMode, all_or_nothing, good_rows);

/// What became of one row of a bulk call.
struct RowResult {
    /// The record; none when the row was refused.
    Id id{};
    /// What was done to it; of update_many() and upsert_many() only.
    std::optional<UpsertAction> action{};
    std::optional<Error> error{};
};

/// A row of a bulk call that writes over records.
struct BulkRow {
    /// A struct of the entity; null at the end of the rows.
    void* object = nullptr;
    /// Which of its fields are meant; null for all that differ from the record.
    const FieldSet* given = nullptr;

    explicit operator bool() const { return object != nullptr; }
};

namespace detail {

/// Walks once through a range, which must outlive it.
template <std::ranges::input_range Range>
class RangeReader {
  public:
    explicit RangeReader(Range& range)
        : at_(std::ranges::begin(range)), end_(std::ranges::end(range)) {}
    /// A copy of the next item, valid until the next call; null at the end.
    std::ranges::range_value_t<Range>* next() {
        if (at_ == end_) {
            return nullptr;
        }
        item_ = *at_;
        ++at_;
        return &item_;
    }

  private:
    std::ranges::iterator_t<Range> at_;
    std::ranges::sentinel_t<Range> end_;
    std::ranges::range_value_t<Range> item_{};
};

/// The ids that a reader gives, one by each call; nothing at the end.
template <std::ranges::input_range Range>
auto ids_from(RangeReader<Range>& reader) {
    return [&reader]() -> std::optional<Id> {
        const auto* const id = reader.next();
        return id == nullptr ? std::nullopt : std::optional<Id>(*id);
    };
}

}  // namespace detail

}  // namespace crmkit

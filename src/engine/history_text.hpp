/// How the history keeps values: as canonical texts in JSON, by field id.
#pragma once

#include <string>

#include "crmkit/engine/history.hpp"
#include "crmkit/schema/record.hpp"
#include "crmkit/schema/registry.hpp"

namespace crmkit::engine {

/// Builds Change::values field by field.
class ChangedValues {
  public:
    ChangedValues() { json_.reserve(512); }
    void add(const Field& field, const ValueView& before, const ValueView& after);
    /// A value of a record that was not there before.
    void add_new(const Field& field, const ValueView& value);
    /// {"10":["old","new"],"12":[null,"0.5"]}
    [[nodiscard]] std::string take();

  private:
    void append_key(const Field& field);

    std::string json_ = "{";
};

/// A stored change as a host reads it: names for ids, values of their kinds. Fields that this
/// program does not know any more are left out.
HistoryEntry to_history_entry(const Change& change, const Registry& registry);

}  // namespace crmkit::engine

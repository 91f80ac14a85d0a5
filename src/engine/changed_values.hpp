/// `ChangedValues`: what a change did to each field, as the history keeps it: as canonical texts in
/// JSON, by field id. history_text.hpp reads it.
#pragma once

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

#include "crmkit/schema/field.hpp"

namespace crmkit::engine {

/// Builds Change::values field by field.
class ChangedValues {
  public:
    ChangedValues() { json_.resize(512); }
    void add(const Field& field, const ValueView& before, const ValueView& after);
    /// A value of a record that was not there before.
    void add_new(const Field& field, const ValueView& value);
    /// {"10":["old","new"],"12":[null,"0.5"]}
    [[nodiscard]] std::string take();

  private:
    /// Most of the bytes of a change beside its texts: of two quoted texts, their field and marks.
    static constexpr std::size_t longest_frame = 32;

    void append_key(const Field& field);
    void append_value(const ValueView& value);
    void append_text(std::string_view text);
    /// For texts that are known when this is compiled, for which there is room already.
    template <std::size_t Size>
    void append(const char (&text)[Size]) {
        std::memcpy(json_.data() + size_, text, Size - 1);
        size_ += Size - 1;
    }
    void make_room(std::size_t size) {
        if (json_.size() - size_ < size) {
            json_.resize(2 * json_.size() + size);
        }
    }

    /// The text is its first size_ bytes; what follows is room, so that appending is but copying.
    std::string json_;
    std::size_t size_ = 0;
};

}  // namespace crmkit::engine

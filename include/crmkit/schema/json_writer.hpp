/// `JsonWriter`: writes JSON text piece by piece and puts the commas.
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

#include "crmkit/schema/json_text.hpp"

namespace crmkit {

/// Appends JSON to a text that the caller owns. It does not check that begin and end match, nor
/// that an object's values have names.
class JsonWriter {
  public:
    explicit JsonWriter(std::string& out) : out_(&out), start_(out.size()) {}

    void begin_object() { open('{'); }
    void end_object() { *out_ += '}'; }
    void begin_array() { open('['); }
    void end_array() { *out_ += ']'; }
    /// The name of the next value, in an object.
    void name(std::string_view text) {
        separate();
        append_json_string(*out_, text);
        *out_ += ':';
    }
    /// A text, a whole number or a boolean.
    template <typename T>
    void value(const T& plain) {
        separate();
        if constexpr (std::is_same_v<T, bool>) {
            *out_ += plain ? "true" : "false";
        } else if constexpr (std::integral<T>) {
            *out_ += std::to_string(plain);
        } else {
            append_json_string(*out_, plain);
        }
    }
    void null() { raw("null"); }
    /// JSON text that is known to be one value.
    void raw(std::string_view json) {
        separate();
        *out_ += json;
    }
    template <typename T>
    void member(std::string_view key, const T& plain) {
        name(key);
        value(plain);
    }
    void raw_member(std::string_view key, std::string_view json) {
        name(key);
        raw(json);
    }

  private:
    void open(char bracket) {
        separate();
        *out_ += bracket;
    }
    /// A comma, unless this is the first thing or follows an opening bracket or a name. Nothing
    /// that ends a value ends in one of these characters.
    void separate() {
        const char last = out_->size() == start_ ? '[' : out_->back();
        if (last != '[' && last != '{' && last != ':') {
            *out_ += ',';
        }
    }

    std::string* out_;
    std::size_t start_;
};

}  // namespace crmkit

/// `JsonScanner`: reads JSON text value by value, in bounded depth and without a tree.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crmkit/base/error.hpp"
#include "crmkit/base/text.hpp"
#include "crmkit/schema/json_text.hpp"

namespace crmkit {

/// What a JSON value is (RFC 8259, section 3).
enum class JsonType : std::uint8_t { object, array, string, number, boolean, null };

constexpr std::string_view to_string(JsonType type) {
    constexpr std::string_view names[] = {"object", "array", "string", "number", "boolean", "null"};
    return names[static_cast<std::size_t>(type)];
}

/// Why JSON text was refused, and where.
struct JsonFault {
    /// Says what is wrong, as in "is not JSON: a value is missing"; a constant.
    std::string_view message{};
    /// Of the place in the text, in bytes.
    std::size_t offset = 0;
    /// syntax; limit when only crmkit's bounds forbid it.
    ErrorCode code = ErrorCode::syntax;
};

/// Reads JSON text (RFC 8259, strictly: no comments, no trailing commas, well-formed UTF-8, no
/// lone surrogates) from front to back. The text is borrowed.
///
/// Every reader wants one value next in the text and returns false when there is none of its type,
/// or when the text is not JSON; fault() then says why and nothing more can be read. To decide by
/// what is there, look at peek() first. Memory is bounded by the longest string, the stack by
/// `deepest`. Belongs to one thread at a time.
class JsonScanner {
  public:
    /// Objects and arrays inside each other, at most; more is a fault.
    static constexpr int deepest = 100;

    explicit JsonScanner(std::string_view text) : text_(text) {}

    /// Where the next value, or after the last one the end, is; in bytes from the start.
    [[nodiscard]] std::size_t offset() {
        skip_space();
        return at_;
    }
    [[nodiscard]] bool failed() const { return !fault_.message.empty(); }
    /// Meaningful when a reader returned false.
    [[nodiscard]] const JsonFault& fault() const { return fault_; }
    /// Records a fault at the present place, for a caller that wants no more of this text; only
    /// the first fault counts. Returns false.
    bool fail(std::string_view message, ErrorCode code = ErrorCode::syntax) {
        if (!failed()) {
            fault_ = {message, at_, code};
        }
        return false;
    }

    /// The type of the next value, by its first character; nothing, and a fault, when none starts.
    std::optional<JsonType> peek();

    /// Reads a string; its escapes are resolved.
    bool read_string(std::string& out);
    /// Reads a number and gives its characters, borrowed from the text.
    bool read_number(std::string_view& digits);
    bool read_boolean(bool& out);
    bool read_null() { return read_word("null"); }
    /// Reads past one value of any type and gives its characters, borrowed from the text.
    bool skip_value(std::string_view& raw);
    /// Reads an object: calls `member(std::string_view name, std::size_t offset)` for each member,
    /// with the offset of the name; it must read the member's value, and returns false to stop.
    template <typename Member>
    bool read_object(Member&& member);
    /// Reads an array: calls `item()` for each item; it must read the item's value, and returns
    /// false to stop.
    template <typename Item>
    bool read_array(Item&& item);
    /// Makes sure that nothing but white space follows.
    bool read_end() { return offset() == text_.size() || fail("more text follows the value"); }

  private:
    void skip_space() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' ||
                                      text_[at_] == '\r' || text_[at_] == '\t')) {
            ++at_;
        }
    }
    [[nodiscard]] bool is_next(char c) const { return at_ < text_.size() && text_[at_] == c; }
    bool take(char c) {
        skip_space();
        const bool there = is_next(c);
        at_ += there ? 1U : 0U;
        return there;
    }
    bool take_digits() {
        const std::size_t start = at_;
        while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') {
            ++at_;
        }
        return at_ != start || fail("a digit is missing in a number");
    }
    bool read_word(std::string_view word);
    bool scan_string(std::string_view& inside, bool& has_escapes);
    bool check_escape(std::size_t& at);
    bool check_unicode_escape(std::size_t& at);
    /// The code unit of "\uXXXX" at `at`; nothing when none is there.
    [[nodiscard]] std::optional<char32_t> code_unit(std::size_t at) const;
    bool fail_at(std::size_t at, std::string_view message) {
        at_ = at;
        return fail(message);
    }
    bool skip_nested(JsonType type);
    bool enter() {
        return ++depth_ <= deepest || fail("is nested deeper than 100 levels", ErrorCode::limit);
    }

    std::string_view text_;
    std::size_t at_ = 0;
    int depth_ = 0;
    JsonFault fault_{};
};

namespace detail {

constexpr int hexadecimal_digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const char lower = ascii_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

constexpr bool is_high_surrogate(char32_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
constexpr bool is_low_surrogate(char32_t unit) { return unit >= 0xDC00 && unit < 0xE000; }

/// The code unit in the four hexadecimal digits at the front of `text`, which are known to be so.
constexpr char32_t code_unit_of(std::string_view text) {
    char32_t unit = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        unit = unit * 16 + static_cast<char32_t>(hexadecimal_digit(text[i]));
    }
    return unit;
}

/// Appends the character of the escape at `at`, just past its backslash, and moves `at` past it.
/// The escape has been checked.
inline void append_unescaped(std::string& out, std::string_view inside, std::size_t& at) {
    const char letter = inside[at++];
    constexpr std::string_view letters = "bfnrt";
    constexpr std::string_view controls = "\b\f\n\r\t";
    if (letter != 'u') {
        const std::size_t place = letters.find(letter);
        out += place == std::string_view::npos ? letter : controls[place];
        return;
    }
    char32_t character = code_unit_of(inside.substr(at));
    at += 4;
    if (is_high_surrogate(character)) {
        const char32_t low = code_unit_of(inside.substr(at + 2));
        character = 0x10000 + ((character - 0xD800) << 10U) + (low - 0xDC00);
        at += 6;
    }
    append_character(out, character);
}

/// The text that the inside of a checked JSON string stands for, in `out`.
inline void unescape_json(std::string& out, std::string_view inside) {
    out.clear();
    for (std::size_t at = 0; at < inside.size();) {
        const std::size_t backslash = inside.find('\\', at);
        out.append(inside.substr(at, backslash - at));
        if (backslash == std::string_view::npos) {
            return;
        }
        at = backslash + 1;
        append_unescaped(out, inside, at);
    }
}

}  // namespace detail

inline std::optional<JsonType> JsonScanner::peek() {
    skip_space();
    if (failed() || at_ == text_.size()) {
        fail("a value is missing");
        return std::nullopt;
    }
    const char c = text_[at_];
    switch (c) {
        case '{':
            return JsonType::object;
        case '[':
            return JsonType::array;
        case '"':
            return JsonType::string;
        case 't':
        case 'f':
            return JsonType::boolean;
        case 'n':
            return JsonType::null;
        default:
            if (c == '-' || (c >= '0' && c <= '9')) {
                return JsonType::number;
            }
            fail("a value is missing");
            return std::nullopt;
    }
}

inline std::optional<char32_t> JsonScanner::code_unit(std::size_t at) const {
    if (text_.size() - at < 6 || text_[at] != '\\' || text_[at + 1] != 'u') {
        return std::nullopt;
    }
    for (std::size_t i = 2; i < 6; ++i) {
        if (detail::hexadecimal_digit(text_[at + i]) < 0) {
            return std::nullopt;
        }
    }
    return detail::code_unit_of(text_.substr(at + 2));
}

inline bool JsonScanner::check_unicode_escape(std::size_t& at) {
    const auto unit = code_unit(at);
    if (!unit) {
        return fail_at(at, "\\u is not followed by four hexadecimal digits");
    }
    at += 6;
    if (detail::is_high_surrogate(*unit)) {
        const auto low = code_unit(at);
        if (!low || !detail::is_low_surrogate(*low)) {
            return fail_at(at - 6, "a surrogate stands alone in a string");
        }
        at += 6;
        return true;
    }
    return !detail::is_low_surrogate(*unit) ||
           fail_at(at - 6, "a surrogate stands alone in a string");
}

/// Moves `at`, which is at a backslash, past the escape.
inline bool JsonScanner::check_escape(std::size_t& at) {
    constexpr std::string_view letters = "\"\\/bfnrt";
    if (at + 1 < text_.size() && text_[at + 1] == 'u') {
        return check_unicode_escape(at);
    }
    if (at + 1 == text_.size() || letters.find(text_[at + 1]) == std::string_view::npos) {
        return fail_at(at, "there is no such escape in a string");
    }
    at += 2;
    return true;
}

/// Checks a string and gives what is between its quotes.
inline bool JsonScanner::scan_string(std::string_view& inside, bool& has_escapes) {
    if (!take('"')) {
        return fail("a string is missing");
    }
    const std::size_t start = at_;
    std::size_t at = at_;
    has_escapes = false;
    while (true) {
        at += detail::plain_run_in_json(text_, at);
        if (at == text_.size()) {
            return fail_at(start - 1, "a string has no end");
        }
        if (text_[at] == '"') {
            inside = text_.substr(start, at - start);
            at_ = at + 1;
            return true;
        }
        if (text_[at] == '\\') {
            has_escapes = true;
            if (!check_escape(at)) {
                return false;
            }
            continue;
        }
        const std::size_t length = detail::sequence_length(text_, at);
        if (length <= 1) {
            return fail_at(at, length == 0 ? "a string is not valid UTF-8"
                                           : "a control character stands in a string unescaped");
        }
        at += length;
    }
}

inline bool JsonScanner::read_string(std::string& out) {
    std::string_view inside;
    bool has_escapes = false;
    if (failed() || !scan_string(inside, has_escapes)) {
        return false;
    }
    if (has_escapes) {
        detail::unescape_json(out, inside);
    } else {
        out.assign(inside);
    }
    return true;
}

inline bool JsonScanner::read_number(std::string_view& digits) {
    if (peek() != JsonType::number) {
        return fail("a number is missing");
    }
    const std::size_t start = at_;
    at_ += is_next('-') ? 1U : 0U;
    if (is_next('0')) {
        ++at_;
    } else if (!take_digits()) {
        return false;
    }
    if (is_next('.')) {
        ++at_;
        if (!take_digits()) {
            return false;
        }
    }
    if (is_next('e') || is_next('E')) {
        ++at_;
        at_ += is_next('+') || is_next('-') ? 1U : 0U;
        if (!take_digits()) {
            return false;
        }
    }
    digits = text_.substr(start, at_ - start);
    return true;
}

inline bool JsonScanner::read_word(std::string_view word) {
    if (failed() || text_.substr(offset(), word.size()) != word) {
        return fail("a value is missing");
    }
    at_ += word.size();
    return true;
}

inline bool JsonScanner::read_boolean(bool& out) {
    skip_space();
    out = is_next('t');
    return read_word(out ? "true" : "false");
}

template <typename Member>
bool JsonScanner::read_object(Member&& member) {
    if (failed() || !take('{')) {
        return fail("an object is missing");
    }
    if (!enter()) {
        return false;
    }
    std::string unescaped;
    for (bool first = true; !take('}'); first = false) {
        if (!first && !take(',')) {
            return fail("a comma or the end of an object is missing");
        }
        const std::size_t where = offset();
        std::string_view name;
        bool has_escapes = false;
        if (!scan_string(name, has_escapes)) {
            return false;
        }
        if (has_escapes) {
            detail::unescape_json(unescaped, name);
            name = unescaped;
        }
        if (!take(':')) {
            return fail("a colon is missing after a name");
        }
        if (!member(name, where)) {
            return false;
        }
    }
    --depth_;
    return true;
}

template <typename Item>
bool JsonScanner::read_array(Item&& item) {
    if (failed() || !take('[')) {
        return fail("an array is missing");
    }
    if (!enter()) {
        return false;
    }
    for (bool first = true; !take(']'); first = false) {
        if (!first && !take(',')) {
            return fail("a comma or the end of an array is missing");
        }
        if (!item()) {
            return false;
        }
    }
    --depth_;
    return true;
}

inline bool JsonScanner::skip_nested(JsonType type) {
    std::string_view ignored;
    return type == JsonType::object
               ? read_object([&](std::string_view, std::size_t) { return skip_value(ignored); })
               : read_array([&] { return skip_value(ignored); });
}

inline bool JsonScanner::skip_value(std::string_view& raw) {
    const auto type = peek();
    if (!type) {
        return false;
    }
    const std::size_t start = at_;
    bool flag = false;
    bool ok = false;
    switch (*type) {
        case JsonType::object:
        case JsonType::array:
            ok = skip_nested(*type);
            break;
        case JsonType::string:
            ok = scan_string(raw, flag);
            break;
        case JsonType::number:
            ok = read_number(raw);
            break;
        case JsonType::boolean:
            ok = read_boolean(flag);
            break;
        case JsonType::null:
            ok = read_null();
            break;
    }
    raw = text_.substr(start, at_ - start);
    return ok;
}

/// What keeps `text` from being exactly one JSON value; nothing when it is one.
inline std::optional<JsonFault> find_json_fault(std::string_view text) {
    JsonScanner scanner(text);
    std::string_view raw;
    if (scanner.skip_value(raw) && scanner.read_end()) {
        return std::nullopt;
    }
    return scanner.fault();
}

}  // namespace crmkit

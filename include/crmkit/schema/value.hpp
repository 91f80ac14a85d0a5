/// `Value` and `ValueView`: one field's value, whatever its type, owned or borrowed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "crmkit/base/date.hpp"
#include "crmkit/base/decimal.hpp"
#include "crmkit/base/id.hpp"
#include "crmkit/base/instant.hpp"
#include "crmkit/base/money.hpp"

namespace crmkit {

/// The permanent number of an entity, as stored in files: 1 to 999 are crmkit's, 1,000 and up are
/// defined by hosts at run time.
using EntityNumber = std::uint16_t;

/// A reference to a record of any entity. A zero id means "none".
struct Link {
    EntityNumber entity = 0;
    Id id{};

    constexpr explicit operator bool() const { return static_cast<bool>(id); }
    friend constexpr auto operator<=>(Link, Link) = default;
};

/// JSON as its text, kept as written. Empty means "none".
struct Json {
    std::string text{};
    friend bool operator==(const Json&, const Json&) = default;
};

/// What a value is, independent of which field holds it. Enumeration labels and JSON are text.
enum class ValueKind : std::uint8_t {
    null,
    text,
    integer,
    decimal,
    boolean,
    money,
    date,
    instant,
    id,
    link,
    text_list,
};

constexpr std::string_view to_string(ValueKind kind) {
    constexpr std::string_view names[] = {"null",    "text",  "integer",  "decimal",
                                          "boolean", "money", "date",     "instant",
                                          "id",      "link",  "text_list"};
    return names[static_cast<std::size_t>(kind)];
}

/// A borrowed value: valid as long as the record, row or Value that it was read from is unchanged.
/// Empty text is null: crmkit does not tell an empty text from a missing one.
class ValueView {
  public:
    constexpr ValueView() = default;
    constexpr ValueView(std::string_view text)  // NOLINT: a value is what it is made from
        : kind_(text.empty() ? ValueKind::null : ValueKind::text), text_(text) {}
    constexpr ValueView(const char* text) : ValueView(std::string_view(text)) {}  // NOLINT
    ValueView(const std::string& text) : ValueView(std::string_view(text)) {}     // NOLINT
    constexpr ValueView(std::int64_t number)                                      // NOLINT
        : kind_(ValueKind::integer), number_(number) {}
    constexpr ValueView(int number) : ValueView(std::int64_t{number}) {}  // NOLINT
    constexpr ValueView(bool flag)                                        // NOLINT
        : kind_(ValueKind::boolean), number_(flag ? 1 : 0) {}
    constexpr ValueView(Decimal decimal)  // NOLINT
        : kind_(ValueKind::decimal), number_(decimal.billionths) {}
    constexpr ValueView(Money money)  // NOLINT
        : kind_(ValueKind::money), currency_(money.currency), number_(money.minor_units) {}
    constexpr ValueView(Date date)  // NOLINT
        : kind_(ValueKind::date), number_(date.days) {}
    constexpr ValueView(Instant instant)  // NOLINT
        : kind_(ValueKind::instant), number_(instant.microseconds) {}
    constexpr ValueView(Id id)  // NOLINT
        : kind_(id ? ValueKind::id : ValueKind::null), number_(id.value) {}
    constexpr ValueView(Link link)  // NOLINT
        : kind_(link ? ValueKind::link : ValueKind::null),
          entity_(link.entity),
          number_(link.id.value) {}
    constexpr ValueView(std::span<const std::string> list)  // NOLINT
        : kind_(list.empty() ? ValueKind::null : ValueKind::text_list), list_(list) {}

    [[nodiscard]] constexpr ValueKind kind() const { return kind_; }
    [[nodiscard]] constexpr bool is_null() const { return kind_ == ValueKind::null; }

    // Each reader is for values of its own kind only; look at kind() first.
    [[nodiscard]] constexpr std::string_view text() const { return text_; }
    [[nodiscard]] constexpr std::int64_t integer() const { return number_; }
    [[nodiscard]] constexpr Decimal decimal() const { return Decimal{number_}; }
    [[nodiscard]] constexpr bool boolean() const { return number_ != 0; }
    [[nodiscard]] constexpr Money money() const { return Money{number_, currency_}; }
    [[nodiscard]] constexpr Date date() const { return Date{static_cast<std::int32_t>(number_)}; }
    [[nodiscard]] constexpr Instant instant() const { return Instant{number_}; }
    [[nodiscard]] constexpr Id id() const { return Id{number_}; }
    [[nodiscard]] constexpr Link link() const { return Link{entity_, Id{number_}}; }
    [[nodiscard]] constexpr std::span<const std::string> list() const { return list_; }

    /// Same kind and same value; two nulls are equal here (they are not in the expression
    /// language).
    friend bool operator==(const ValueView& a, const ValueView& b) {
        return a.kind_ == b.kind_ && a.number_ == b.number_ && a.entity_ == b.entity_ &&
               a.currency_ == b.currency_ && a.text_ == b.text_ && a.same_list(b);
    }

  private:
    [[nodiscard]] bool same_list(const ValueView& other) const {
        if (list_.size() != other.list_.size()) {
            return false;
        }
        for (std::size_t i = 0; i < list_.size(); ++i) {
            if (list_[i] != other.list_[i]) {
                return false;
            }
        }
        return true;
    }

    ValueKind kind_ = ValueKind::null;
    EntityNumber entity_ = 0;
    Currency currency_{};
    std::int64_t number_ = 0;
    std::string_view text_{};
    std::span<const std::string> list_{};
};

/// An owned value. Converts from everything a ValueView is made from.
class Value {
  public:
    Value() = default;
    /// Copies what the view borrows.
    Value(const ValueView& view) : view_(view) {  // NOLINT: owned and borrowed are one notion
        if (view.kind() == ValueKind::text) {
            text_ = view.text();
        } else if (view.kind() == ValueKind::text_list) {
            list_.assign(view.list().begin(), view.list().end());
        }
    }
    template <typename T>
    requires(!std::is_same_v<std::remove_cvref_t<T>, Value> &&
             !std::is_same_v<std::remove_cvref_t<T>, ValueView> &&
             std::is_convertible_v<T, ValueView>)
        // NOLINTNEXTLINE: as above; the overload hides nothing, which clang-tidy 14 does not see
        Value(T&& raw)
        : Value(ValueView(raw)) {}
    /// Takes over a text without copying it.
    Value(std::string&& text) : view_(std::string_view(text)), text_(std::move(text)) {}  // NOLINT
    Value(std::vector<std::string> list)                                                  // NOLINT
        : view_(std::span<const std::string>(list)), list_(std::move(list)) {}

    [[nodiscard]] ValueKind kind() const { return view_.kind(); }
    [[nodiscard]] bool is_null() const { return view_.is_null(); }
    /// Borrows this value; valid until it is changed, moved or destroyed.
    [[nodiscard]] ValueView view() const {
        switch (view_.kind()) {
            case ValueKind::text:
                return ValueView(std::string_view(text_));
            case ValueKind::text_list:
                return ValueView(std::span<const std::string>(list_));
            case ValueKind::null:
            case ValueKind::integer:
            case ValueKind::decimal:
            case ValueKind::boolean:
            case ValueKind::money:
            case ValueKind::date:
            case ValueKind::instant:
            case ValueKind::id:
            case ValueKind::link:
                return view_;
        }
        return view_;
    }
    // NOLINTNEXTLINE: a Value can be passed where one is read
    operator ValueView() const { return view(); }

    friend bool operator==(const Value& a, const Value& b) { return a.view() == b.view(); }

  private:
    ValueView view_{};  // its text and list are never read: view() points at the members below
    std::string text_{};
    std::vector<std::string> list_{};
};

}  // namespace crmkit

/// The functions of the expression language: the table, and how each of them computes.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crmkit/base/text.hpp"
#include "crmkit/expr/arithmetic.hpp"
#include "crmkit/expr/function.hpp"

namespace crmkit::expr {

namespace detail {

/// The date of a date, or of an instant in UTC.
inline Date date_of(const ValueView& value) {
    return value.kind() == ValueKind::instant ? value.instant().date() : value.date();
}

inline ValueView first_day(int year, unsigned month) {
    return ValueView(Date(std::chrono::year(year) / std::chrono::month(month) / 1));
}

inline ValueView add_months(const Call& call) {
    constexpr std::int64_t most_months = std::int64_t{12} * 10'000;
    const std::int64_t months = call[1].integer();
    if (months < -most_months || months > most_months) {
        return {};
    }
    const Date day = date_of(call[0]);
    const Date there = day.plus_months(static_cast<int>(months));
    if (call[0].kind() == ValueKind::date) {
        return as_date(there.days);
    }
    const std::int64_t time = call[0].instant().microseconds - Instant::start_of(day).microseconds;
    return as_instant(int128(there.days) * int128(Instant::per_day) + int128(time));
}

/// ISO 8601: Monday is 1, Sunday 7.
inline ValueView weekday(const Call& call) {
    const std::chrono::sys_days day(std::chrono::days(date_of(call[0]).days));
    return ValueView(static_cast<std::int64_t>(std::chrono::weekday(day).iso_encoding()));
}

inline ValueView seconds_between(const Call& call) {
    return ValueView((call[1].instant().microseconds - call[0].instant().microseconds) /
                     Instant::per_second);
}

inline ValueView length(const Call& call) {
    const std::size_t size = call[0].kind() == ValueKind::text_list
                                 ? call[0].list().size()
                                 : length_in_characters(call[0].text());
    return ValueView(static_cast<std::int64_t>(size));
}

/// A text made by an expression may not be longer than this many bytes; a longer one is null.
inline constexpr std::size_t longest_made_text = 1'000'000;

inline ValueView made_text(const Call& call, std::string text) {
    return text.size() > longest_made_text ? ValueView() : call.scratch.keep(std::move(text));
}

/// The bytes of `text` before its character number `characters`, counted from 0.
inline std::size_t offset_of_character(std::string_view text, std::int64_t characters) {
    std::size_t at = 0;
    for (; at < text.size() && characters > 0; --characters) {
        crmkit::detail::next_character(text, at);
    }
    return at;
}

inline ValueView substring(const Call& call) {
    const std::string_view text = call[0].text();
    const std::int64_t start = call[1].integer();
    if (start < 1) {
        return {};
    }
    const std::string_view rest = text.substr(offset_of_character(text, start - 1));
    if (call.arguments.size() < 3) {
        return ValueView(rest);
    }
    const std::int64_t characters = call[2].integer();
    return ValueView(rest.substr(0, offset_of_character(rest, characters)));
}

inline ValueView concat(const Call& call) {
    std::size_t size = 0;
    for (const ValueView& part : call.arguments) {
        size += part.text().size();
    }
    if (size > longest_made_text) {
        return {};
    }
    std::string out;
    out.reserve(size);
    for (const ValueView& part : call.arguments) {
        out += part.text();
    }
    return call.scratch.keep(std::move(out));
}

inline ValueView replace(const Call& call) {
    const std::string_view text = call[0].text();
    const std::string_view part = call[1].text();
    const std::string_view with = call.arguments.size() > 2 ? call[2].text() : std::string_view();
    std::string out;
    std::size_t from = 0;
    for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, from)) {
        out += text.substr(from, at - from);
        out += with;
        if (out.size() > longest_made_text) {
            return {};
        }
        from = at + part.size();
    }
    out += text.substr(from);
    return made_text(call, std::move(out));
}

inline ValueView currency(const Call& call) {
    return call.scratch.keep(std::string(call[0].money().currency.code()));
}

inline ValueView amount(const Call& call) {
    const Money money = call[0].money();
    const std::int64_t billionths_per_unit = Decimal::one / money.currency.minor_units_per_unit();
    return as_decimal(narrowed(int128(money.minor_units) * int128(billionths_per_unit)));
}

inline ValueView absolute(const Call& call) {
    const bool negative =
        call[0].kind() == ValueKind::money ? call[0].money().is_negative() : call[0].integer() < 0;
    return negative ? negate(call[0]) : call[0];
}

/// A number rounded half-even to a multiple of 10 to the `digits`; nothing when that does not fit.
inline std::optional<std::int64_t> without_last_digits(std::int64_t number, std::int64_t digits) {
    constexpr std::int64_t most_digits = 19;  // of a number of 64 bits
    if (digits > most_digits) {
        return 0;  // it is less than half of such a multiple
    }
    int128 unit = 1;
    for (std::int64_t i = 0; i < digits; ++i) {
        unit *= 10;
    }
    const auto units = quotient(int128(number), unit);
    return units ? narrowed(int128(*units) * unit) : std::nullopt;
}

inline ValueView round(const Call& call) {
    constexpr std::int64_t fewest_places = -100;  // fewer leave nothing either
    const std::int64_t places = call.arguments.size() > 1 ? call[1].integer() : 0;
    const std::int64_t stored_places = is_whole(call[0]) ? 0 : Decimal::decimals;
    if (places >= stored_places) {
        return call[0];
    }
    const std::int64_t digits = stored_places - std::max(places, fewest_places);
    return is_whole(call[0])
               ? as_integer(without_last_digits(call[0].integer(), digits))
               : as_decimal(without_last_digits(call[0].decimal().billionths, digits));
}

inline constexpr TypeSet day_types{TypeKind::date, TypeKind::instant};
inline constexpr TypeSet number_types{TypeKind::integer, TypeKind::decimal};
inline constexpr TypeSet amount_types{TypeKind::integer, TypeKind::decimal, TypeKind::money};
inline constexpr TypeSet text_or_list{TypeKind::text, TypeKind::text_list};
inline constexpr TypeSet any_types{TypeKind::boolean, TypeKind::text,        TypeKind::integer,
                                   TypeKind::decimal, TypeKind::money,       TypeKind::date,
                                   TypeKind::instant, TypeKind::enumeration, TypeKind::reference,
                                   TypeKind::link};

}  // namespace detail

/// Every function, in the order of the reference.
inline constexpr std::array functions = std::to_array<Function>({
    {"like",
     FunctionForm::match,
     {{{"text", {TypeKind::text}}, {"pattern", {TypeKind::text}}}},
     2,
     2,
     TypeKind::boolean,
     "Whether the whole text matches the pattern: `%` is any run of characters, `_` any one, `\\` "
     "makes the next one literal.",
     nullptr,
     [](std::string_view text, std::string_view pattern) { return like(pattern, text); }},
    {"starts_with",
     FunctionForm::match,
     {{{"text", {TypeKind::text}}, {"beginning", {TypeKind::text}}}},
     2,
     2,
     TypeKind::boolean,
     "Whether the text begins so.",
     nullptr,
     [](std::string_view text, std::string_view part) { return text.starts_with(part); }},
    {"contains",
     FunctionForm::match,
     {{{"text", detail::text_or_list}, {"part", {TypeKind::text}}}},
     2,
     2,
     TypeKind::boolean,
     "Whether the part stands anywhere in the text; of a list, whether it is one of its texts.",
     nullptr,
     [](std::string_view text, std::string_view part) { return text.find(part) != text.npos; }},
    {"ends_with",
     FunctionForm::match,
     {{{"text", {TypeKind::text}}, {"ending", {TypeKind::text}}}},
     2,
     2,
     TypeKind::boolean,
     "Whether the text ends so.",
     nullptr,
     [](std::string_view text, std::string_view part) { return text.ends_with(part); }},
    {"today",
     FunctionForm::ordinary,
     {},
     0,
     0,
     TypeKind::date,
     "The date at the store's clock.",
     [](const Call& call) { return ValueView(call.moment.today); }},
    {"now",
     FunctionForm::ordinary,
     {},
     0,
     0,
     TypeKind::instant,
     "The instant at the store's clock.",
     [](const Call& call) { return ValueView(call.moment.now); }},
    {"days",
     FunctionForm::ordinary,
     {{{"number", {TypeKind::integer}}}},
     1,
     1,
     TypeKind::integer,
     "A number of days, to add to a date or an instant; `today() + days(7)` is `today() + 7`.",
     [](const Call& call) { return call[0]; }},
    {"date",
     FunctionForm::ordinary,
     {{{"value", detail::day_types}}},
     1,
     1,
     TypeKind::date,
     "The date of an instant, in UTC.",
     [](const Call& call) { return ValueView(detail::date_of(call[0])); }},
    {"year",
     FunctionForm::ordinary,
     {{{"value", detail::day_types}}},
     1,
     1,
     TypeKind::integer,
     "The year, in UTC for an instant (so for all of these).",
     [](const Call& call) { return ValueView(detail::date_of(call[0]).year()); }},
    {"quarter",
     FunctionForm::ordinary,
     {{{"value", detail::day_types}}},
     1,
     1,
     TypeKind::integer,
     "The calendar quarter, 1 to 4.",
     [](const Call& call) { return ValueView(std::int64_t{detail::date_of(call[0]).quarter()}); }},
    {"month",
     FunctionForm::ordinary,
     {{{"value", detail::day_types}}},
     1,
     1,
     TypeKind::integer,
     "The month, 1 to 12.",
     [](const Call& call) { return ValueView(std::int64_t{detail::date_of(call[0]).month()}); }},
    {"day",
     FunctionForm::ordinary,
     {{{"value", detail::day_types}}},
     1,
     1,
     TypeKind::integer,
     "The day of the month, 1 to 31.",
     [](const Call& call) { return ValueView(std::int64_t{detail::date_of(call[0]).day()}); }},
    {"weekday",
     FunctionForm::ordinary,
     {{{"value", detail::day_types}}},
     1,
     1,
     TypeKind::integer,
     "The day of the week, 1 for Monday to 7 for Sunday (ISO 8601).",
     &detail::weekday},
    {"start_of_year",
     FunctionForm::ordinary,
     {{{"value", detail::day_types}}},
     1,
     1,
     TypeKind::date,
     "January 1st of its year.",
     [](const Call& call) { return detail::first_day(detail::date_of(call[0]).year(), 1); }},
    {"start_of_quarter",
     FunctionForm::ordinary,
     {{{"value", detail::day_types}}},
     1,
     1,
     TypeKind::date,
     "The first day of its quarter.",
     [](const Call& call) {
         const Date date = detail::date_of(call[0]);
         return detail::first_day(date.year(), date.quarter() * 3 - 2);
     }},
    {"start_of_month",
     FunctionForm::ordinary,
     {{{"value", detail::day_types}}},
     1,
     1,
     TypeKind::date,
     "The first day of its month.",
     [](const Call& call) {
         const Date date = detail::date_of(call[0]);
         return detail::first_day(date.year(), date.month());
     }},
    {"add_months",
     FunctionForm::ordinary,
     {{{"value", detail::day_types}, {"months", {TypeKind::integer}}}},
     2,
     2,
     TypeKind::unknown,
     "The same day so many months later (earlier if negative); the month's last day where it has "
     "no such day.",
     &detail::add_months},
    {"seconds_between",
     FunctionForm::ordinary,
     {{{"from", {TypeKind::instant}}, {"to", {TypeKind::instant}}}},
     2,
     2,
     TypeKind::integer,
     "Whole seconds from one instant to another, negative when `to` is earlier.",
     &detail::seconds_between},
    {"fold",
     FunctionForm::ordinary,
     {{{"text", {TypeKind::text}}}},
     1,
     1,
     TypeKind::text,
     "The search form of a text: lower case, without accents, single spaces.",
     [](const Call& call) { return detail::made_text(call, fold(call[0].text())); }},
    {"lower",
     FunctionForm::ordinary,
     {{{"text", {TypeKind::text}}}},
     1,
     1,
     TypeKind::text,
     "The text in small letters, each character by itself; to find what people mean, use `fold`.",
     [](const Call& call) { return detail::made_text(call, lower_case(call[0].text())); }},
    {"upper",
     FunctionForm::ordinary,
     {{{"text", {TypeKind::text}}}},
     1,
     1,
     TypeKind::text,
     "The text in capitals, each character by itself.",
     [](const Call& call) { return detail::made_text(call, upper_case(call[0].text())); }},
    {"trim",
     FunctionForm::ordinary,
     {{{"text", {TypeKind::text}}}},
     1,
     1,
     TypeKind::text,
     "The text without white space at both ends.",
     [](const Call& call) { return ValueView(trim(call[0].text())); }},
    {"length",
     FunctionForm::ordinary,
     {{{"text", detail::text_or_list}}},
     1,
     1,
     TypeKind::integer,
     "Characters of a text, or texts of a list.",
     &detail::length},
    {"substring",
     FunctionForm::ordinary,
     {{{"text", {TypeKind::text}},
       {"start", {TypeKind::integer}},
       {"length", {TypeKind::integer}}}},
     2,
     3,
     TypeKind::text,
     "From the character number `start`, counted from 1, to the end or for `length` characters.",
     &detail::substring},
    {"replace",
     FunctionForm::ordinary,
     {{{"text", {TypeKind::text}}, {"part", {TypeKind::text}}, {"with", {TypeKind::text}}}},
     2,
     3,
     TypeKind::text,
     "The text with `with` in each place where exactly the part stood; without the part, if not "
     "given.",
     &detail::replace},
    {"concat",
     FunctionForm::null_aware,
     {{{"texts", {TypeKind::text}}}},
     1,
     Function::any_number,
     TypeKind::text,
     "The texts one after the other, nulls left out; with `||` a null makes the whole null.",
     &detail::concat},
    {"abs",
     FunctionForm::ordinary,
     {{{"value", detail::amount_types}}},
     1,
     1,
     TypeKind::unknown,
     "Without its sign.",
     &detail::absolute},
    {"round",
     FunctionForm::ordinary,
     {{{"number", detail::number_types}, {"places", {TypeKind::integer}}}},
     1,
     2,
     TypeKind::unknown,
     "Half-even to so many decimals, none if not given; `-2` is to hundreds.",
     &detail::round},
    {"amount",
     FunctionForm::ordinary,
     {{{"money", {TypeKind::money}}}},
     1,
     1,
     TypeKind::decimal,
     "A money's major units, without its currency.",
     &detail::amount},
    {"currency",
     FunctionForm::ordinary,
     {{{"money", {TypeKind::money}}}},
     1,
     1,
     TypeKind::text,
     "A money's ISO 4217 code.",
     &detail::currency},
    {"coalesce",
     FunctionForm::coalesce,
     {{{"values", detail::any_types}}},
     1,
     Function::any_number,
     TypeKind::unknown,
     "The first of them that is not null.",
     nullptr},
    {"if",
     FunctionForm::conditional,
     {{{"condition", {TypeKind::boolean}},
       {"then", detail::any_types},
       {"else", detail::any_types}}},
     3,
     3,
     TypeKind::unknown,
     "`then` when the condition is true, `else` when it is false or null.",
     nullptr},
});

/// The function with this name, in any case of letters; null when there is none.
inline const Function* find_function(std::string_view name) {
    const auto is_lower = [](char letter, char lower) {
        return crmkit::detail::ascii_lower(letter) == lower;
    };
    const auto found = std::find_if(functions.begin(), functions.end(), [&](const Function& known) {
        return std::equal(name.begin(), name.end(), known.name.begin(), known.name.end(), is_lower);
    });
    return found == functions.end() ? nullptr : &*found;
}

/// "add_months(value: date or instant, months: integer)": how it is called, for messages and docs.
inline std::string signature(const Function& function) {
    std::string out(function.name);
    out += '(';
    for (std::size_t i = 0; i < Function::most_parameters; ++i) {
        const FunctionParameter& parameter = function.parameters[i];
        if (parameter.name.empty()) {
            break;
        }
        out += i == 0 ? "" : ", ";
        out += i >= function.fewest ? "[" : "";
        out += parameter.name;
        out += ": ";
        out += function.form == FunctionForm::conditional && i > 0 ? "any"
               : function.form == FunctionForm::coalesce           ? "any"
                                                                   : described(parameter.types);
        out += i >= function.fewest ? "]" : "";
    }
    return out + (function.most == Function::any_number ? ", …)" : ")");
}

}  // namespace crmkit::expr

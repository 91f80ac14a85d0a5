#include "number_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "crmkit/base/text.hpp"

namespace crmkit::exchange::detail {

namespace {

constexpr int most_digits = 30;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

int128 power_of_ten(int exponent) {
    int128 power = 1;
    for (int i = 0; i < exponent; ++i) {
        power *= 10;
    }
    return power;
}

std::string digits_of(int128 number) {
    std::string out;
    do {
        out += static_cast<char>('0' + static_cast<int>(number % int128(10)));
        number = number / int128(10);
    } while (number != int128(0));
    std::reverse(out.begin(), out.end());
    return out;
}

/// Whether groups[at…] begins with one of the group characters; its size, else 0.
std::size_t group_size(std::string_view text, std::size_t at, const std::string& groups) {
    const std::size_t size = std::max<std::size_t>(crmkit::detail::sequence_length(text, at), 1);
    return groups.find(text.substr(at, size)) == std::string::npos ? 0 : size;
}

/// The digits before the decimal character, without their groups; false when the groups are not of
/// three digits (two in the Indian way of writing, but for the last).
bool read_whole(std::string_view text, const std::string& groups, std::string& out) {
    std::size_t in_group = 0;
    bool any_group = false;
    for (std::size_t at = 0; at < text.size();) {
        if (is_digit(text[at])) {
            out += text[at++];
            ++in_group;
            continue;
        }
        const std::size_t size = group_size(text, at, groups);
        const bool is_full =
            any_group ? in_group == 2 || in_group == 3 : in_group >= 1 && in_group <= 3;
        if (size == 0 || !is_full) {
            return false;
        }
        any_group = true;
        in_group = 0;
        at += size;
    }
    return !any_group || in_group == 3;
}

bool only_digits(std::string_view text) { return std::all_of(text.begin(), text.end(), is_digit); }

/// "1.234,56-" and "(1.234,56)" as "1.234,56", true; without sign false.
bool take_sign(std::string_view& number) {
    const auto take = [&number](bool negative, std::size_t front, std::size_t back) {
        number.remove_prefix(front);
        number.remove_suffix(back);
        number = trim(number);
        return negative;
    };
    constexpr std::string_view minus = "\xE2\x88\x92";  // U+2212
    if (number.starts_with('(') && number.ends_with(')')) {
        return take(true, 1, 1);
    }
    if (number.starts_with('-') || number.starts_with('+')) {
        return take(number.front() == '-', 1, 0);
    }
    if (number.starts_with(minus)) {
        return take(true, minus.size(), 0);
    }
    return number.ends_with('-') ? take(true, 0, 1) : false;
}

/// What stands around a number again around another.
void put_together(std::string& text, const AmountParts& parts, std::string_view number) {
    std::string out(parts.before);
    out += parts.before.empty() ? "" : " ";
    out += number;
    out += parts.behind.empty() ? "" : " ";
    out += parts.behind;
    text = std::move(out);
}

/// Changes the number in `text`, which has a decimal point, by `change`.
template <typename Change>
bool change_number(std::string& text, std::string& why, Change change) {
    const AmountParts parts = split_amount(text);
    const auto number = NumberText::parse(parts.number);
    const std::optional<NumberText> changed = number ? change(*number) : std::nullopt;
    if (!changed) {
        why = number ? "is too large a number" : "is not a number such as 1234.56";
        return false;
    }
    put_together(text, parts, changed->text());
    return true;
}

struct CurrencySign {
    std::string_view sign;
    std::array<std::string_view, 10> codes;
};

/// The signs that files have for currencies, and the currencies that they may stand for.
constexpr std::array signs{
    CurrencySign{"\xE2\x82\xAC", {"EUR"}},
    CurrencySign{"$", {"USD", "CAD", "AUD", "NZD", "MXN", "SGD", "HKD", "CLP", "COP", "ARS"}},
    CurrencySign{"US$", {"USD"}},
    CurrencySign{"C$", {"CAD"}},
    CurrencySign{"A$", {"AUD"}},
    CurrencySign{"R$", {"BRL"}},
    CurrencySign{"\xC2\xA3", {"GBP", "EGP", "GIP"}},
    CurrencySign{"\xC2\xA5", {"JPY", "CNY"}},
    CurrencySign{"\xE2\x82\xB9", {"INR"}},
    CurrencySign{"\xE2\x82\xBD", {"RUB"}},
    CurrencySign{"\xE2\x82\xBA", {"TRY"}},
    CurrencySign{"\xE2\x82\xAA", {"ILS"}},
    CurrencySign{"z\xC5\x82", {"PLN"}},
    CurrencySign{"K\xC4\x8D", {"CZK"}},
    CurrencySign{"Ft", {"HUF"}},
    CurrencySign{"kr", {"SEK", "NOK", "DKK", "ISK"}},
    CurrencySign{"Fr.", {"CHF"}},
    CurrencySign{"SFr.", {"CHF"}},
};

/// The currency that a sign or a code beside an amount means; none for an unknown one or one that
/// is not that of `usual`.
Currency currency_of_sign(std::string_view sign, Currency usual, std::string& why) {
    if (sign.empty()) {
        return usual;
    }
    const auto known = std::find_if(signs.begin(), signs.end(),
                                    [sign](const CurrencySign& one) { return one.sign == sign; });
    if (known != signs.end()) {
        const bool agrees =
            std::find(known->codes.begin(), known->codes.end(), usual.code()) != known->codes.end();
        if (!agrees) {
            why = fmt::format("has the sign {}, which is not that of {}", sign, usual.code());
        }
        return agrees ? usual : Currency{};
    }
    const auto named = Currency::find(sign);
    if (!named) {
        why = fmt::format("has an unknown currency '{}'", shortened(sign));
    }
    return named.value_or(Currency{});
}

}  // namespace

std::optional<NumberText> NumberText::parse(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) {
        text.remove_prefix(1);
    }
    NumberText number;
    int seen = 0;
    bool in_decimals = false;
    for (const char c : text) {
        if (c == '.' && !in_decimals) {
            in_decimals = true;
            continue;
        }
        if (!is_digit(c) || ++seen > most_digits) {
            return std::nullopt;
        }
        number.digits = number.digits * int128(10) + int128(c - '0');
        number.decimals += in_decimals ? 1 : 0;
    }
    if (seen == 0) {
        return std::nullopt;
    }
    number.digits = negative ? -number.digits : number.digits;
    return number;
}

std::string NumberText::text() const {
    const bool negative = digits < int128(0);
    std::string out = digits_of(negative ? -digits : digits);
    const auto places = static_cast<std::size_t>(decimals);
    if (out.size() <= places) {
        out.insert(0, places + 1 - out.size(), '0');
    }
    if (places > 0) {
        out.insert(out.size() - places, 1, '.');
        out.erase(out.find_last_not_of('0') + 1);
        out.erase(out.ends_with('.') ? out.size() - 1 : out.size());
    }
    return negative ? "-" + out : out;
}

std::optional<NumberText> NumberText::times(const NumberText& factor) const {
    const auto size = [](int128 number) {
        return static_cast<int>(digits_of(number < int128(0) ? -number : number).size());
    };
    if (size(digits) + size(factor.digits) > most_digits) {
        return std::nullopt;
    }
    return NumberText{digits * factor.digits, decimals + factor.decimals};
}

NumberText NumberText::rounded(int places) const {
    if (decimals <= places) {
        return *this;
    }
    const int128 unit = power_of_ten(decimals - places);
    const int128 half = unit / int128(2);
    const int128 away = digits < int128(0) ? digits - half : digits + half;
    return {away / unit, places};
}

AmountParts split_amount(std::string_view text) {
    constexpr std::string_view begins = "0123456789+-(.,";
    constexpr std::string_view ends = "0123456789-).,";
    constexpr std::string_view minus = "\xE2\x88\x92";
    text = trim(text);
    std::size_t first = std::min(text.find_first_of(begins), text.find(minus));
    // The point of "Fr. 12" is not that of the number.
    while (first < text.size() && first > 0 && (text[first] == '.' || text[first] == ',') &&
           (first + 1 == text.size() || !is_digit(text[first + 1]))) {
        first = text.find_first_of(begins, first + 1);
    }
    const std::size_t last = text.find_last_of(ends);
    if (first == std::string_view::npos || last == std::string_view::npos || last < first) {
        return {{}, text, {}};
    }
    return {trim(text.substr(0, first)), trim(text.substr(first, last + 1 - first)),
            trim(text.substr(last + 1))};
}

bool rewrite_number(std::string& text, const NumberForm& form, std::string& why) {
    std::string_view whole_text = trim(text);
    bool negative = false;
    // "($12)" and "-$12": the sign stands outside the currency.
    if ((whole_text.starts_with('(') && whole_text.ends_with(')')) ||
        (whole_text.starts_with('-') && whole_text.size() > 1 && !is_digit(whole_text[1]) &&
         whole_text[1] != form.decimal_character)) {
        negative = take_sign(whole_text);
    }
    const AmountParts parts = split_amount(whole_text);
    std::string_view number = parts.number;
    negative = take_sign(number) != negative;
    const std::size_t point = std::min(number.find(form.decimal_character), number.size());
    const std::string_view decimals = number.substr(std::min(point + 1, number.size()));
    std::string plain = negative ? "-" : "";
    const std::size_t sign_size = plain.size();
    if (!read_whole(number.substr(0, point), form.groups, plain) || !only_digits(decimals) ||
        (plain.size() == sign_size && decimals.empty())) {
        why = fmt::format("is not a number with '{}' before the decimals{}", form.decimal_character,
                          form.groups.empty() ? std::string()
                                              : fmt::format(" and '{}' between groups of three "
                                                            "digits",
                                                            form.groups));
        return false;
    }
    if (plain.size() == sign_size) {
        plain += '0';
    }
    if (!decimals.empty()) {
        plain += '.';
        plain += decimals;
    }
    put_together(text, parts, plain);
    return true;
}

bool scale_number(std::string& text, const NumberText& factor, std::string& why) {
    return change_number(text, why,
                         [&factor](const NumberText& number) { return number.times(factor); });
}

bool round_number(std::string& text, int places, std::string& why) {
    return change_number(text, why, [places](const NumberText& number) {
        return std::optional(number.rounded(places));
    });
}

bool name_currency(std::string& text, Currency usual, std::string& why) {
    const AmountParts parts = split_amount(text);
    if (!parts.before.empty() && !parts.behind.empty()) {
        why = "has something on both sides of the number";
        return false;
    }
    const Currency currency =
        currency_of_sign(parts.before.empty() ? parts.behind : parts.before, usual, why);
    if (!currency) {
        return false;
    }
    text = fmt::format("{} {}", parts.number, currency.code());
    return true;
}

}  // namespace crmkit::exchange::detail

/// `Instant`: a point in time, in UTC.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crmkit/base/date.hpp"

namespace crmkit {

/// Microseconds since 1970-01-01T00:00:00Z, without leap seconds (POSIX time).
struct Instant {
    std::int64_t microseconds = 0;

    friend constexpr auto operator<=>(Instant, Instant) = default;

    static constexpr std::int64_t per_second = 1'000'000;
    static constexpr std::int64_t per_day = 86'400 * per_second;

    /// Midnight UTC at the start of `date`.
    static constexpr Instant start_of(Date date) { return Instant{date.days * per_day}; }
    /// The civil date in UTC.
    [[nodiscard]] constexpr Date date() const {
        const std::int64_t floor =
            microseconds >= 0 ? microseconds / per_day : -((-microseconds + per_day - 1) / per_day);
        return Date{static_cast<std::int32_t>(floor)};
    }

    /// The first and last instants a store accepts: years 0001 to 9999.
    static constexpr Instant min();
    static constexpr Instant max();

    /// Reads RFC 3339: "2026-11-21T09:30:00Z", a fraction of up to 6 digits, an offset such as
    /// "+01:00", a space for the T; a bare date means its midnight UTC. Nothing for anything else.
    static constexpr std::optional<Instant> parse(std::string_view text);
};

constexpr Instant Instant::min() { return start_of(Date::min()); }
constexpr Instant Instant::max() {
    return Instant{start_of(Date::max()).microseconds + per_day - 1};
}

namespace detail {

/// Takes `count` digits off the front of `text`; -1 when they are not there.
constexpr std::int64_t take_digits(std::string_view& text, std::size_t count) {
    if (text.size() < count) {
        return -1;
    }
    std::int64_t number = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (text[i] < '0' || text[i] > '9') {
            return -1;
        }
        number = number * 10 + (text[i] - '0');
    }
    text.remove_prefix(count);
    return number;
}

constexpr bool take_character(std::string_view& text, char c) {
    if (text.empty() || text.front() != c) {
        return false;
    }
    text.remove_prefix(1);
    return true;
}

/// The fraction of a second in microseconds, after its point; digits past the sixth are refused.
constexpr std::int64_t take_fraction(std::string_view& text) {
    std::int64_t microseconds = 0;
    std::int64_t unit = Instant::per_second / 10;
    std::size_t count = 0;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
        if (unit == 0) {
            return -1;
        }
        microseconds += (text.front() - '0') * unit;
        unit /= 10;
        text.remove_prefix(1);
        ++count;
    }
    return count == 0 ? -1 : microseconds;
}

/// The offset from UTC in microseconds: "Z", "+hh:mm" or "-hh:mm", to the end of the text.
constexpr std::optional<std::int64_t> take_offset(std::string_view text) {
    if (text == "Z" || text == "z") {
        return 0;
    }
    const bool east = take_character(text, '+');
    if (!east && !take_character(text, '-')) {
        return std::nullopt;
    }
    const std::int64_t hours = take_digits(text, 2);
    take_character(text, ':');
    const std::int64_t minutes = take_digits(text, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || !text.empty()) {
        return std::nullopt;
    }
    const std::int64_t seconds = (hours * 60 + minutes) * 60;
    return (east ? seconds : -seconds) * Instant::per_second;
}

}  // namespace detail

constexpr std::optional<Instant> Instant::parse(std::string_view text) {
    const auto date = Date::parse(text.substr(0, 10));
    if (!date) {
        return std::nullopt;
    }
    text.remove_prefix(10);
    if (text.empty()) {
        return start_of(*date);
    }
    if (!detail::take_character(text, 'T') && !detail::take_character(text, 't') &&
        !detail::take_character(text, ' ')) {
        return std::nullopt;
    }
    const std::int64_t hour = detail::take_digits(text, 2);
    const bool colon = detail::take_character(text, ':');
    const std::int64_t minute = detail::take_digits(text, 2);
    std::int64_t second = 0;
    std::int64_t fraction = 0;
    if (detail::take_character(text, ':')) {
        second = detail::take_digits(text, 2);
        fraction = detail::take_character(text, '.') ? detail::take_fraction(text) : 0;
    }
    const auto offset = detail::take_offset(text);
    if (!colon || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 ||
        fraction < 0 || !offset) {
        return std::nullopt;
    }
    const std::int64_t seconds = (hour * 60 + minute) * 60 + second;
    const Instant result{start_of(*date).microseconds + seconds * per_second + fraction - *offset};
    if (result < min() || result > max()) {
        return std::nullopt;
    }
    return result;
}

/// RFC 3339 in UTC: "2026-11-21T09:30:00Z", with six digits of fraction when there is one.
/// Outside min() to max() the microseconds since 1970, such as "microsecond -1".
inline std::string to_string(Instant instant) {
    if (instant < Instant::min() || instant > Instant::max()) {
        return "microsecond " + std::to_string(instant.microseconds);
    }
    const Date date = instant.date();
    const std::int64_t within = instant.microseconds - Instant::start_of(date).microseconds;
    const std::int64_t seconds = within / Instant::per_second;
    const auto two = [](std::string& out, std::int64_t number) {
        out += static_cast<char>('0' + number / 10);
        out += static_cast<char>('0' + number % 10);
    };
    std::string out = to_string(date);
    out += 'T';
    two(out, seconds / 3600);
    out += ':';
    two(out, seconds / 60 % 60);
    out += ':';
    two(out, seconds % 60);
    if (const std::int64_t fraction = within % Instant::per_second; fraction != 0) {
        const std::string digits = std::to_string(fraction);
        out += '.' + std::string(6 - digits.size(), '0') + digits;
    }
    return out + 'Z';
}

}  // namespace crmkit

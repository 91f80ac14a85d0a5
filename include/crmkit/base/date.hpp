/// `Date`: a civil date of the proleptic Gregorian calendar, without a time zone.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace crmkit {

/// Days since 1970-01-01. A store accepts the years 0001 to 9999.
struct Date {
    std::int32_t days = 0;

    constexpr Date() = default;
    constexpr explicit Date(std::int32_t days_since_1970) : days(days_since_1970) {}
    /// From `2026y/12/31`; a date that does not exist, such as February 30th, gives its
    /// days_since_1970 as <chrono> computes them, so check ok() first where input may be wrong.
    constexpr Date(std::chrono::year_month_day civil)  // NOLINT: 2026y/12/31 reads as a date
        : days(static_cast<std::int32_t>(std::chrono::sys_days(civil).time_since_epoch().count())) {
    }

    friend constexpr auto operator<=>(Date, Date) = default;

    [[nodiscard]] constexpr std::chrono::year_month_day civil() const {
        return std::chrono::sys_days(std::chrono::days(days));
    }
    [[nodiscard]] constexpr int year() const { return static_cast<int>(civil().year()); }
    [[nodiscard]] constexpr unsigned month() const {
        return static_cast<unsigned>(civil().month());
    }
    [[nodiscard]] constexpr unsigned day() const { return static_cast<unsigned>(civil().day()); }
    /// 1 to 4.
    [[nodiscard]] constexpr unsigned quarter() const { return (month() + 2) / 3; }

    /// The same day of another month; the last day of that month where it has no such day.
    [[nodiscard]] constexpr Date plus_months(int months) const {
        const auto now = civil();
        const auto there = now.year() / now.month() + std::chrono::months(months);
        const std::chrono::year_month_day_last last(there.year(),
                                                    std::chrono::month_day_last(there.month()));
        return now.day() <= last.day() ? Date(there / now.day()) : Date(there / last.day());
    }

    static constexpr Date min() { return Date{-719'162}; }
    static constexpr Date max() { return Date{2'932'896}; }

    /// Reads ISO 8601 "2026-12-31" exactly; nothing for another form or a day that does not exist.
    static constexpr std::optional<Date> parse(std::string_view text) {
        if (text.size() != 10 || text[4] != '-' || text[7] != '-') {
            return std::nullopt;
        }
        const int year = digits(text.substr(0, 4));
        const int month = digits(text.substr(5, 2));
        const int day = digits(text.substr(8, 2));
        if (year < 1 || month < 1 || day < 1) {
            return std::nullopt;
        }
        const auto civil = std::chrono::year(year) / month / day;
        return civil.ok() ? std::optional(Date(civil)) : std::nullopt;
    }

  private:
    static constexpr int digits(std::string_view text) {
        int number = 0;
        for (const char c : text) {
            if (c < '0' || c > '9') {
                return -1;
            }
            number = number * 10 + (c - '0');
        }
        return number;
    }
};

constexpr std::int32_t operator-(Date later, Date earlier) { return later.days - earlier.days; }
constexpr Date operator+(Date date, std::int32_t days) { return Date{date.days + days}; }
constexpr Date operator-(Date date, std::int32_t days) { return Date{date.days - days}; }

/// "2026-12-31"; outside min() to max() the days since 1970, such as "day 2932897".
inline std::string to_string(Date date) {
    if (date < Date::min() || date > Date::max()) {
        return "day " + std::to_string(date.days);
    }
    std::string out = "0000-00-00";
    const auto write = [&out](std::size_t last, unsigned number) {
        for (; number != 0; number /= 10) {
            out[last--] = static_cast<char>('0' + number % 10);
        }
    };
    write(3, static_cast<unsigned>(date.year()));
    write(6, date.month());
    write(9, date.day());
    return out;
}

}  // namespace crmkit

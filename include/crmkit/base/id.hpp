/// `Id`: the identity of a record.
#pragma once

#include <charconv>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "crmkit/base/instant.hpp"

namespace crmkit {

/// A 63-bit time-ordered identifier: 41 bits of milliseconds since 2020-01-01 UTC, 12 bits of
/// replica, 10 bits of sequence. Zero means "none". In JSON it is a string of decimal digits,
/// because JavaScript's numbers lose precision past 2^53.
struct Id {
    std::int64_t value = 0;

    constexpr Id() = default;
    constexpr explicit Id(std::int64_t number) : value(number) {}

    constexpr explicit operator bool() const { return value != 0; }
    friend constexpr auto operator<=>(Id, Id) = default;

    /// Milliseconds between 1970-01-01 and 2020-01-01 UTC, the epoch of the time part.
    static constexpr std::int64_t epoch_milliseconds = 1'577'836'800'000;
    static constexpr int replica_bits = 12;
    static constexpr int sequence_bits = 10;
    static constexpr std::int64_t largest_replica = (1 << replica_bits) - 1;

    /// When the id was handed out, to the millisecond.
    [[nodiscard]] constexpr Instant created_at() const {
        return Instant{((value >> (replica_bits + sequence_bits)) + epoch_milliseconds) * 1000};
    }
    /// The replica that handed it out, 0 to 4095.
    [[nodiscard]] constexpr int replica() const {
        return static_cast<int>((value >> sequence_bits) & largest_replica);
    }

    /// Reads the decimal form; nothing for text that is not a positive 63-bit number.
    static std::optional<Id> parse(std::string_view text) {
        std::int64_t number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc{} || end != text.data() + text.size() || number <= 0) {
            return std::nullopt;
        }
        return Id{number};
    }
};

/// The decimal form of an id; "0" for none.
inline std::string to_string(Id id) { return std::to_string(id.value); }

}  // namespace crmkit

template <>
struct std::hash<crmkit::Id> {
    std::size_t operator()(crmkit::Id id) const noexcept {
        return std::hash<std::int64_t>{}(id.value);
    }
};

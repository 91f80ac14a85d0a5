/// `Digest`: a SHA-256 of something, as a value.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>

namespace crmkit {

/// The 32 bytes of a SHA-256 (FIPS 180-4). All zero for none, which no text is known to have.
struct Digest {
    std::array<std::uint8_t, 32> bytes{};

    constexpr explicit operator bool() const { return *this != Digest{}; }
    friend constexpr auto operator<=>(const Digest&, const Digest&) = default;
};

/// 64 lower-case hexadecimal digits.
inline std::string to_string(const Digest& digest) {
    constexpr const char* digits = "0123456789abcdef";
    std::string text;
    text.reserve(digest.bytes.size() * 2);
    for (const std::uint8_t byte : digest.bytes) {
        text += digits[byte >> 4U];
        text += digits[byte & 0x0FU];
    }
    return text;
}

}  // namespace crmkit

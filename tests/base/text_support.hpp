/// What the tests of texts share.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace crmkit::test {

inline constexpr std::size_t npos = std::string_view::npos;

inline std::string repeated(std::string_view text, std::size_t times) {
    std::string out;
    out.reserve(text.size() * times);
    for (std::size_t i = 0; i < times; ++i) {
        out += text;
    }
    return out;
}

/// Whether it is a character that UTF-8 can hold.
inline bool is_scalar_value(char32_t c) { return c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF); }

}  // namespace crmkit::test

/// Text that was decoded from a file, and what in it is no character.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "crmkit/exchange/encoding.hpp"

namespace crmkit::exchange::detail {

/// The next bytes of a decoded text that are no character; one half of a surrogate pair, which
/// UTF-16 leaves as three bytes, counts as one.
inline std::optional<InvalidBytes> next_invalid(std::string_view text, std::size_t from,
                                                Encoding encoding) {
    auto bad = find_invalid_bytes(text, from);
    if (bad && encoding != Encoding::utf8 && text[bad->begin] == '\xED') {
        bad->size = 3;
    }
    return bad;
}

/// Appends a decoded text, with U+FFFD for each that is no character.
inline void append_valid(std::string& out, std::string_view text, Encoding encoding) {
    std::size_t at = 0;
    for (auto bad = next_invalid(text, 0, encoding); bad; bad = next_invalid(text, at, encoding)) {
        out.append(text.substr(at, bad->begin - at)).append("\xEF\xBF\xBD");
        at = bad->begin + bad->size;
    }
    out.append(text.substr(at));
}

}  // namespace crmkit::exchange::detail

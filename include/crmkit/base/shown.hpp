/// How texts of any origin are shown in errors.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "crmkit/base/error.hpp"
#include "crmkit/base/fold.hpp"

namespace crmkit::detail {

/// A text for Problem::value: short, printable and UTF-8, whatever was given.
inline std::string shown(std::string_view text) {
    constexpr std::size_t enough = 100;
    return shortened(with_replacements(text.substr(0, enough)));
}

}  // namespace crmkit::detail

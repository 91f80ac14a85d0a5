/// How much the fault sweeps do, and how they say it.
///
/// A sweep is a test case that ends with MESSAGE("volume: " << …): tests/main.cpp then prints its
/// row of the table that tests/fault/run and tests/differential/run collect.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

namespace crmkit::fault {

/// How much a sweep does.
enum class Size : std::uint8_t {
    small,      ///< a few seconds, with every run of the tests
    whole,      ///< what the library claims to stand
    long_form,  ///< many times that
};

/// Environment variable CRMKIT_FAULT_SIZE: small (the default), whole or long.
inline Size size() {
    const char* const value = std::getenv("CRMKIT_FAULT_SIZE");
    const std::string_view name = value == nullptr ? "small" : value;
    if (name == "small") {
        return Size::small;
    }
    if (name == "whole") {
        return Size::whole;
    }
    if (name == "long") {
        return Size::long_form;
    }
    throw std::runtime_error("CRMKIT_FAULT_SIZE is small, whole or long, not '" +
                             std::string(name) + "'");
}

/// The volume of a sweep in the size that was asked for.
template <typename T>
T by_size(T small, T whole, T long_form) {
    switch (size()) {
        case Size::small:
            return small;
        case Size::whole:
            return whole;
        case Size::long_form:
            return long_form;
    }
    return small;
}

/// "1,000 kills".
inline std::string counted(std::int64_t number, std::string_view noun) {
    std::string digits = std::to_string(number);
    for (std::size_t i = digits.size(); i > 3; i -= 3) {
        digits.insert(i - 3, ",");
    }
    return digits + " " + std::string(noun);
}

}  // namespace crmkit::fault

/// The full name of a person from its parts.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace crmkit {

/// The parts that are not empty, in the given order, with one space between.
inline std::string joined_name(std::initializer_list<std::string_view> parts) {
    std::string name;
    for (const std::string_view part : parts) {
        if (!part.empty()) {
            name += name.empty() ? "" : " ";
            name += part;
        }
    }
    return name;
}

}  // namespace crmkit

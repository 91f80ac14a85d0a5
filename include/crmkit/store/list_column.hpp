/// How a list of text is kept in one column: as a JSON array.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/base/error.hpp"
#include "crmkit/schema/json_scanner.hpp"

namespace crmkit {

/// The text of the column that holds a list.
inline std::string join_list(std::span<const std::string> list) {
    std::string json = "[";
    for (const std::string& item : list) {
        json += json.size() == 1 ? "" : ",";
        append_json_string(json, item);
    }
    return json + "]";
}

/// The list in such a text; none for an empty one. Throws corrupt for what is no list.
inline std::vector<std::string> split_list(std::string_view json) {
    std::vector<std::string> list;
    if (json.empty()) {
        return list;
    }
    JsonScanner scanner(json);
    const auto read_item = [&] { return scanner.read_string(list.emplace_back()); };
    if (!scanner.read_array(read_item) || !scanner.read_end()) {
        throw Error(ErrorCode::corrupt, "a stored list of text is damaged");
    }
    return list;
}

}  // namespace crmkit

/// The hostile texts of payloads.txt.
#pragma once

#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "security/payloads.h"

namespace crmkit::test {

/// All of them, or those of one group.
inline std::vector<std::string> hostile_texts(std::string_view group = {}) {
    std::ifstream file(CRMKIT_SOURCE_DIR "/tests/security/payloads.txt");
    std::vector<std::string> texts;
    std::string current;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("## ")) {
            current = line.substr(3);
        } else if (!line.empty() && !line.starts_with('#') && (group.empty() || group == current)) {
            line.resize(unescape_payload(line.data()));
            texts.push_back(line);
        }
    }
    if (texts.empty()) {
        throw std::runtime_error("tests/security/payloads.txt has no such texts");
    }
    return texts;
}

}  // namespace crmkit::test

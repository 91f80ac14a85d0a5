/// Finds the real data that tests run against; it is no part of the product and may be absent.
#pragma once

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

namespace crmkit::testing {

/// The folder with the test data: environment variable CRMKIT_TEST_DATA, else ../shared/data beside
/// the source tree.
inline std::string test_data_folder() {
    const char* const named = std::getenv("CRMKIT_TEST_DATA");
    return named != nullptr ? named : CRMKIT_SOURCE_DIR "/../shared/data";
}

/// The content of a file of the test data, e.g. "isemail/tests.xml"; nothing when it is absent.
inline std::optional<std::string> read_test_data(std::string_view name) {
    std::ifstream file(test_data_folder() + '/' + std::string(name), std::ios::binary);
    if (!file) {
        return std::nullopt;
    }
    return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace crmkit::testing

/// Finds the real data that tests run against; it is no part of the product and may be absent.
#pragma once

#include <cstdlib>
#include <filesystem>
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

/// All of a file; empty when it cannot be read.
inline std::string file_text(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// A file or folder of the test data, e.g. "csv_spectrum"; nothing when it is absent.
inline std::optional<std::filesystem::path> find_test_data(std::string_view name) {
    const std::filesystem::path path = std::filesystem::path(test_data_folder()) / name;
    return std::filesystem::exists(path) ? std::optional(path) : std::nullopt;
}

/// The content of a file of the test data, e.g. "isemail/tests.xml"; nothing when it is absent.
inline std::optional<std::string> read_test_data(std::string_view name) {
    const auto path = find_test_data(name);
    return path ? std::optional(file_text(*path)) : std::nullopt;
}

}  // namespace crmkit::testing

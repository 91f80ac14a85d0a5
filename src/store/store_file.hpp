/// The file of a store: whose it is, and its name in errors.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sqlite_connection.hpp"

namespace crmkit::sqlite {

/// The path that stands for a database without a file.
inline constexpr std::string_view in_memory = ":memory:";

enum class FileOwner : std::uint8_t {
    nobody,  ///< new, or without anything in it
    crmkit,  ///< marked as a store
    another,
};

/// What the file of a connection is. Throws corrupt when it is no database.
FileOwner owner_of(Connection& connection);

/// An error that opening a store met, with the path in its words; one about what the caller has
/// asked for, or that names the path already, as it is.
Error naming_file(const Error& error, const std::string& path);

/// Marks a file that is nobody's as a store.
void mark_as_store(Connection& connection);

}  // namespace crmkit::sqlite

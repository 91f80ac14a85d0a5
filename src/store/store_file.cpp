#include "store_file.hpp"

#include <fmt/format.h>

namespace crmkit::sqlite {

namespace {

/// "crmk" in ASCII, in the file's header.
constexpr std::int64_t application_id = 0x63726D6B;

}  // namespace

FileOwner owner_of(Connection& connection) {
    // One statement sees one state: another process may be making the store just now.
    auto file = connection.prepare(
        "SELECT application_id, (SELECT count(*) FROM sqlite_master) FROM pragma_application_id");
    file->step();
    const std::int64_t id = file->integer(0);
    const std::int64_t tables = file->integer(1);
    if (id == application_id) {
        return FileOwner::crmkit;
    }
    return id == 0 && tables == 0 ? FileOwner::nobody : FileOwner::another;
}

Error naming_file(const Error& error, const std::string& path) {
    if (error.code() == ErrorCode::invalid_argument ||
        error.message().find(path) != std::string::npos) {
        return error;
    }
    return Error(error.code(), fmt::format("cannot open the store '{}': {}", path, error.message()),
                 error.problems());
}

void mark_as_store(Connection& connection) {
    connection.execute(fmt::format("PRAGMA application_id = {}", application_id));
}

}  // namespace crmkit::sqlite

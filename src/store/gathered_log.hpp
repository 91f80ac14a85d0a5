/// `GatheringFiles`: a file system for SQLite that hands a commit to the write-ahead log in one
/// piece.
#pragma once

#include <sqlite3.h>

#include <string>

namespace crmkit::sqlite {

/// The file system of one connection to a store's own file: the one that SQLite takes by default,
/// but what is added to the log waits until the commit is whole (decision 0028). SQLite itself
/// writes each page of it in two, its head and its content. Must outlive the connection.
class GatheringFiles {
  public:
    /// Throws std::bad_alloc.
    GatheringFiles();
    GatheringFiles(const GatheringFiles&) = delete;
    GatheringFiles& operator=(const GatheringFiles&) = delete;
    ~GatheringFiles();

    /// The name to open a connection with.
    [[nodiscard]] const char* name() const { return name_.c_str(); }

  private:
    std::string name_;
    sqlite3_vfs system_;
};

}  // namespace crmkit::sqlite

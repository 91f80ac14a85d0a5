/// fork(): the child has a copy of all that its parent had open, and none of the locks on it.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace crmkit::forks {

/// How many times this process has come out of a fork(), or its parents before it, since the first
/// HomeProcess was made. Written by nobody else.
extern std::atomic<std::uint64_t> count;

/// Remembers the process that it was made in. Where there is no fork() that is always this one.
class HomeProcess {
  public:
    HomeProcess();
    [[nodiscard]] bool is_here() const noexcept {
        return forks_ == count.load(std::memory_order_relaxed);
    }

  private:
    std::uint64_t forks_;
};

/// A database file that this process has open with SQLite, for as long as this lives. SQLite keeps
/// one list of the locks that the process holds on a file, for all its connections; after fork()
/// the child's list tells of locks that only the parent holds. A connection that the child opened
/// would take them for its own and work without any.
class OpenFile {
  public:
    /// Throws invalid_argument when an ancestor of this process had the file open as it forked.
    explicit OpenFile(const std::string& path);
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    ~OpenFile();
};

}  // namespace crmkit::forks

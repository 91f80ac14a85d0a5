/// `FaultyFiles`: a file system of which a chosen call fails.
#pragma once

#include <sqlite3.h>

#include <cstdint>

#include "fault/trap.hpp"
#include "fault/watched_files.hpp"

namespace crmkit::fault {

/// How calls fail.
enum class Fault : std::uint8_t {
    io_error,
    disk_full,
    cut_off,  ///< a read finds the file at its end, zeros behind
    locked,   ///< by somebody else, for longer than the store waits
    none,
};

/// What a call that fails answers; SQLITE_OK for a call that cannot fail in this way.
inline int answer_of(Fault fault, FileCall call) {
    switch (fault) {
        case Fault::disk_full:
            return call == FileCall::write ? SQLITE_FULL : SQLITE_OK;
        case Fault::cut_off:
            return call == FileCall::read ? SQLITE_IOERR_SHORT_READ : SQLITE_OK;
        case Fault::locked:
            return call == FileCall::lock || call == FileCall::lock_memory ? SQLITE_BUSY
                                                                           : SQLITE_OK;
        case Fault::none:
            return SQLITE_OK;
        case Fault::io_error:
            break;
    }
    switch (call) {
        case FileCall::open:
        case FileCall::full_path:
            return SQLITE_CANTOPEN;
        case FileCall::remove:
            return SQLITE_IOERR_DELETE;
        case FileCall::access:
            return SQLITE_IOERR_ACCESS;
        case FileCall::read:
            return SQLITE_IOERR_READ;
        case FileCall::write:
            return SQLITE_IOERR_WRITE;
        case FileCall::truncate:
            return SQLITE_IOERR_TRUNCATE;
        case FileCall::sync:
            return SQLITE_IOERR_FSYNC;
        case FileCall::size:
            return SQLITE_IOERR_FSTAT;
        case FileCall::lock:
            return SQLITE_IOERR_LOCK;
        case FileCall::map_memory:
            return SQLITE_IOERR_SHMMAP;
        case FileCall::lock_memory:
            return SQLITE_IOERR_SHMLOCK;
    }
    return SQLITE_OK;
}

/// Lets the calls fail that the trap strikes.
class FaultyFiles final : public FileWatcher {
  public:
    FaultyFiles(Fault fault, Trap& trap) : fault_(fault), trap_(trap) {}
    int before(const FileRequest& request) override {
        const int answer = answer_of(fault_, request.call);
        return answer != SQLITE_OK && trap_.strikes() ? answer : SQLITE_OK;
    }

  private:
    Fault fault_;
    Trap& trap_;
};

}  // namespace crmkit::fault

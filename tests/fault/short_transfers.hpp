/// `ShortTransfers`: the operating system reads and writes less than SQLite asked for, as it may.
#pragma once

#include <sqlite3.h>
#include <sys/types.h>

#include <stdexcept>

#include "fault/trap.hpp"

namespace crmkit::fault {

/// As long as it lives, pread() and pwrite() under SQLite do the first half only where the trap
/// strikes. There is one at a time, because SQLite keeps its system calls for the whole process.
class ShortTransfers {
  public:
    explicit ShortTransfers(Trap& trap) : system_(sqlite3_vfs_find("unix")) {
        trap_ = &trap;
        read_ = replace(reading_, reinterpret_cast<sqlite3_syscall_ptr>(&read_half));
        write_ = replace(writing_, reinterpret_cast<sqlite3_syscall_ptr>(&write_half));
    }
    ShortTransfers(const ShortTransfers&) = delete;
    ShortTransfers& operator=(const ShortTransfers&) = delete;
    ~ShortTransfers() {
        system_->xSetSystemCall(system_, reading_.used, nullptr);
        system_->xSetSystemCall(system_, writing_.used, nullptr);
    }

  private:
    using Read = ssize_t (*)(int, void*, size_t, off_t);
    using Write = ssize_t (*)(int, const void*, size_t, off_t);
    /// The names of a call in the builds of SQLite, and the one that it has in this build.
    struct Call {
        const char* name64;
        const char* name;
        const char* used = nullptr;
    };

    sqlite3_syscall_ptr replace(Call& call, sqlite3_syscall_ptr with) const {
        for (const char* name : {call.name64, call.name}) {
            const sqlite3_syscall_ptr real = system_->xGetSystemCall(system_, name);
            if (real != nullptr && system_->xSetSystemCall(system_, name, with) == SQLITE_OK) {
                call.used = name;
                return real;
            }
        }
        throw std::runtime_error("this SQLite lets nobody replace its system calls");
    }
    static size_t part(size_t size) { return size > 1 && trap_->strikes() ? size / 2 : size; }
    static ssize_t read_half(int file, void* into, size_t size, off_t offset) {
        return reinterpret_cast<Read>(read_)(file, into, part(size), offset);
    }
    static ssize_t write_half(int file, const void* from, size_t size, off_t offset) {
        return reinterpret_cast<Write>(write_)(file, from, part(size), offset);
    }

    static inline Trap* trap_ = nullptr;
    static inline sqlite3_syscall_ptr read_ = nullptr;
    static inline sqlite3_syscall_ptr write_ = nullptr;

    sqlite3_vfs* system_;
    Call reading_{"pread64", "pread"};
    Call writing_{"pwrite64", "pwrite"};
};

}  // namespace crmkit::fault

/// `WatchedFiles`: SQLite's file system with a watcher in front, who sees every call and may answer
/// in its place.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string_view>

namespace crmkit::fault {

/// What SQLite asks of a file system and may be denied.
enum class FileCall : std::uint8_t {
    open,
    remove,
    access,
    full_path,
    read,
    write,
    truncate,
    sync,
    size,
    lock,
    map_memory,   ///< the index of the write-ahead log, shared between processes
    lock_memory,  ///< the locks of that
};

/// One call.
struct FileRequest {
    FileCall call;
    /// The file; empty for one without a name. Borrowed for the call.
    std::string_view path;
    /// Where a read or write begins; the new size for truncate; for remove, whether its folder is
    /// synced with it.
    std::int64_t offset = 0;
    /// What is written. Borrowed for the call.
    std::string_view bytes{};
};

/// Watches the calls. Single-threaded, like the tests that use it.
class FileWatcher {
  public:
    FileWatcher() = default;
    FileWatcher(const FileWatcher&) = delete;
    FileWatcher& operator=(const FileWatcher&) = delete;
    virtual ~FileWatcher() = default;
    /// Before the call is done. SQLITE_OK lets it be done; anything else is SQLite's answer. A read
    /// that is answered with SQLITE_IOERR_SHORT_READ, or a write with SQLITE_FULL, is done by half.
    virtual int before(const FileRequest& request) = 0;
};

/// As long as it lives, the file system that SQLite takes by default. Nothing waits in it: no sync
/// for the disk, no sleep for a lock. Every file must be closed before it ends.
class WatchedFiles {
  public:
    explicit WatchedFiles(FileWatcher& watcher)
        : watcher_(watcher), real_(sqlite3_vfs_find(nullptr)), system_(*real_) {
        system_.iVersion = 2;  // no system calls to replace
        system_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
        system_.pNext = nullptr;
        system_.zName = "crmkit-watched";
        system_.pAppData = this;
        system_.xOpen = open;
        system_.xDelete = remove;
        system_.xAccess = access;
        system_.xFullPathname = full_path;
        system_.xSleep = [](sqlite3_vfs*, int microseconds) { return microseconds; };
        if (sqlite3_vfs_register(&system_, 1) != SQLITE_OK) {
            throw std::runtime_error("SQLite takes no other file system");
        }
    }
    WatchedFiles(const WatchedFiles&) = delete;
    WatchedFiles& operator=(const WatchedFiles&) = delete;
    ~WatchedFiles() { sqlite3_vfs_unregister(&system_); }

    /// Opened and not closed yet.
    [[nodiscard]] int open_files() const { return open_files_; }

  private:
    /// What SQLite keeps of an open file; the real one's is behind it. SQLite gives memory for it
    /// that suits pointers, and no more.
    struct File {
        sqlite3_file base;
        WatchedFiles* home;
        const char* path;
        sqlite3_file* real;
    };

    static WatchedFiles& home_of(sqlite3_vfs* system) {
        return *static_cast<WatchedFiles*>(system->pAppData);
    }
    static File& of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
    static std::string_view text(const char* path) { return path == nullptr ? "" : path; }

    int ask(const FileRequest& request) { return watcher_.before(request); }
    static int ask(sqlite3_file* file, FileCall call, std::int64_t offset = 0,
                   std::string_view bytes = {}) {
        return of(file).home->ask({call, text(of(file).path), offset, bytes});
    }

    // The file system.

    static int open(sqlite3_vfs* system, const char* path, sqlite3_file* file, int flags,
                    int* flags_out) {
        WatchedFiles& home = home_of(system);
        file->pMethods = nullptr;
        if (const int answer = home.ask({FileCall::open, text(path)}); answer != SQLITE_OK) {
            return answer;
        }
        auto* const real = reinterpret_cast<sqlite3_file*>(&of(file) + 1);
        const int result = home.real_->xOpen(home.real_, path, real, flags, flags_out);
        if (real->pMethods != nullptr) {
            of(file) = File{{methods()}, &home, path, real};
            ++home.open_files_;
        }
        return result;
    }
    static int remove(sqlite3_vfs* system, const char* path, int sync_folder) {
        WatchedFiles& home = home_of(system);
        const int answer = home.ask({FileCall::remove, text(path), sync_folder});
        return answer != SQLITE_OK ? answer : home.real_->xDelete(home.real_, path, 0);
    }
    static int access(sqlite3_vfs* system, const char* path, int flags, int* result) {
        WatchedFiles& home = home_of(system);
        const int answer = home.ask({FileCall::access, text(path)});
        return answer != SQLITE_OK ? answer : home.real_->xAccess(home.real_, path, flags, result);
    }
    static int full_path(sqlite3_vfs* system, const char* path, int size, char* out) {
        WatchedFiles& home = home_of(system);
        const int answer = home.ask({FileCall::full_path, text(path)});
        return answer != SQLITE_OK ? answer
                                   : home.real_->xFullPathname(home.real_, path, size, out);
    }

    // A file.

    static const sqlite3_io_methods* methods() {
        static const sqlite3_io_methods table{2,       close,  read,     write,      truncate,
                                              sync,    size,   lock,     unlock,     check_lock,
                                              control, sector, features, map_memory, lock_memory,
                                              barrier, unmap,  nullptr,  nullptr};
        return &table;
    }

    static int close(sqlite3_file* file) {
        --of(file).home->open_files_;
        return of(file).real->pMethods->xClose(of(file).real);
    }
    static int read(sqlite3_file* file, void* into, int size, sqlite3_int64 offset) {
        const int answer = ask(file, FileCall::read, offset);
        if (answer != SQLITE_OK && answer != SQLITE_IOERR_SHORT_READ) {
            return answer;
        }
        const int result = of(file).real->pMethods->xRead(of(file).real, into, size, offset);
        if (answer == SQLITE_OK || result != SQLITE_OK) {
            return result;
        }
        const int half = size / 2;
        std::memset(static_cast<char*>(into) + half, 0, static_cast<std::size_t>(size - half));
        return answer;
    }
    static int write(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
        const int answer = ask(file, FileCall::write, offset,
                               {static_cast<const char*>(from), static_cast<std::size_t>(size)});
        if (answer != SQLITE_OK && answer != SQLITE_FULL) {
            return answer;
        }
        const int done = answer == SQLITE_OK ? size : size / 2;
        const int result = of(file).real->pMethods->xWrite(of(file).real, from, done, offset);
        return answer == SQLITE_OK ? result : answer;
    }
    static int truncate(sqlite3_file* file, sqlite3_int64 to) {
        const int answer = ask(file, FileCall::truncate, to);
        return answer != SQLITE_OK ? answer : of(file).real->pMethods->xTruncate(of(file).real, to);
    }
    static int sync(sqlite3_file* file, int) { return ask(file, FileCall::sync); }
    static int size(sqlite3_file* file, sqlite3_int64* result) {
        const int answer = ask(file, FileCall::size);
        return answer != SQLITE_OK ? answer
                                   : of(file).real->pMethods->xFileSize(of(file).real, result);
    }
    static int lock(sqlite3_file* file, int level) {
        const int answer = ask(file, FileCall::lock);
        return answer != SQLITE_OK ? answer : of(file).real->pMethods->xLock(of(file).real, level);
    }
    static int unlock(sqlite3_file* file, int level) {
        return of(file).real->pMethods->xUnlock(of(file).real, level);
    }
    static int check_lock(sqlite3_file* file, int* result) {
        return of(file).real->pMethods->xCheckReservedLock(of(file).real, result);
    }
    static int control(sqlite3_file* file, int operation, void* argument) {
        return of(file).real->pMethods->xFileControl(of(file).real, operation, argument);
    }
    static int sector(sqlite3_file* file) {
        return of(file).real->pMethods->xSectorSize(of(file).real);
    }
    static int features(sqlite3_file* file) {
        return of(file).real->pMethods->xDeviceCharacteristics(of(file).real);
    }
    static int map_memory(sqlite3_file* file, int region, int size, int extend,
                          void volatile** memory) {
        const int answer = ask(file, FileCall::map_memory);
        *memory = nullptr;
        return answer != SQLITE_OK
                   ? answer
                   : of(file).real->pMethods->xShmMap(of(file).real, region, size, extend, memory);
    }
    static int lock_memory(sqlite3_file* file, int offset, int count, int flags) {
        // What was locked can always be unlocked.
        const int answer =
            (flags & SQLITE_SHM_UNLOCK) != 0 ? SQLITE_OK : ask(file, FileCall::lock_memory);
        return answer != SQLITE_OK
                   ? answer
                   : of(file).real->pMethods->xShmLock(of(file).real, offset, count, flags);
    }
    static void barrier(sqlite3_file* file) { of(file).real->pMethods->xShmBarrier(of(file).real); }
    static int unmap(sqlite3_file* file, int remove_it) {
        return of(file).real->pMethods->xShmUnmap(of(file).real, remove_it);
    }

    FileWatcher& watcher_;
    sqlite3_vfs* real_;
    sqlite3_vfs system_;
    int open_files_ = 0;
};

}  // namespace crmkit::fault

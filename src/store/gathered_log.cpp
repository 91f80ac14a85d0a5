#include "gathered_log.hpp"

#include <fmt/format.h>

#include <cstring>
#include <new>

namespace crmkit::sqlite {

namespace {

// ---- The log

/// A frame of the log, as SQLite writes it: its head, and then the page.
constexpr int bytes_of_head = 24;

/// What is written at once at most: 30 frames. SQLite's file system for POSIX takes 128 KiB.
constexpr int most_held = 124 * 1024;

/// An open log. SQLite gives the memory for it and for the real file, which is right behind.
///
/// Only what is added at the end waits, and only until the last page of a commit: other connections
/// are told of a commit after that. What SQLite writes over waits for nothing.
struct Log {
    sqlite3_file base;
    sqlite3_file* real;
    unsigned char* held;
    int held_bytes;
    sqlite3_int64 held_at;
    /// Where all that this connection ever added ends. After another one has begun the log anew
    /// that is too far, and nothing waits until the log has come that far again.
    sqlite3_int64 end;
    /// Whether the frame that was begun last ends a commit.
    bool is_last_frame;
    /// Whether a torn write does no harm to what is beside it. Where it may, SQLite fills sectors.
    bool is_powersafe;

    static Log& of(sqlite3_file* file) { return *reinterpret_cast<Log*>(file); }
};
static_assert(sizeof(Log) % alignof(sqlite3_int64) == 0);

/// Writes what waits.
int let_go(Log& log) {
    if (log.held_bytes == 0) {
        return SQLITE_OK;
    }
    const int bytes = log.held_bytes;
    log.held_bytes = 0;
    return log.real->pMethods->xWrite(log.real, log.held, bytes, log.held_at);
}

/// Calls a method of the real file, which then has all that was written.
template <auto Method, typename... Arguments>
int call(sqlite3_file* file, Arguments... arguments) {
    Log& log = Log::of(file);
    const int result = let_go(log);
    return result != SQLITE_OK ? result : (log.real->pMethods->*Method)(log.real, arguments...);
}

/// Whether there is memory to hold as much as `count` bytes more.
bool make_room(Log& log, int count) {
    if (log.held == nullptr) {
        log.held = static_cast<unsigned char*>(sqlite3_malloc(most_held));
    }
    return log.held != nullptr && count <= most_held - log.held_bytes;
}

/// The head of a frame says how many pages the file has after a commit; of other frames, 0.
bool ends_commit(const void* head) {
    constexpr unsigned char none[4] = {};
    return std::memcmp(static_cast<const unsigned char*>(head) + 4, none, sizeof none) != 0;
}

void hold(Log& log, const void* bytes, int count, sqlite3_int64 offset) {
    if (log.held_bytes == 0) {
        log.held_at = offset;
    }
    std::memcpy(log.held + log.held_bytes, bytes, static_cast<std::size_t>(count));
    log.held_bytes += count;
}

int write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset) {
    Log& log = Log::of(file);
    const bool begins_anew = offset == 0;
    const bool is_added = begins_anew || offset >= log.end;
    if (is_added) {
        log.end = offset + count;
    }
    if (offset != log.held_at + log.held_bytes || !make_room(log, count)) {
        if (const int result = let_go(log); result != SQLITE_OK) {
            return result;
        }
    }
    if (!is_added || !log.is_powersafe || !make_room(log, count)) {
        return call<&sqlite3_io_methods::xWrite>(file, bytes, count, offset);
    }
    hold(log, bytes, count, offset);
    if (count == bytes_of_head) {
        log.is_last_frame = ends_commit(bytes);
        return SQLITE_OK;
    }
    return log.is_last_frame ? let_go(log) : SQLITE_OK;
}

/// A page that SQLite's cache had no room for may be wanted again before the commit.
int read(sqlite3_file* file, void* bytes, int count, sqlite3_int64 offset) {
    Log& log = Log::of(file);
    if (offset + count <= log.held_at) {
        return log.real->pMethods->xRead(log.real, bytes, count, offset);
    }
    return call<&sqlite3_io_methods::xRead>(file, bytes, count, offset);
}

/// What waits belongs to no commit, and nobody will read it.
int close(sqlite3_file* file) {
    Log& log = Log::of(file);
    sqlite3_free(log.held);
    return log.real->pMethods->xClose(log.real);
}

sqlite3_io_methods log_methods() {
    sqlite3_io_methods methods{};
    methods.iVersion = 1;
    methods.xClose = close;
    methods.xRead = read;
    methods.xWrite = write;
    methods.xTruncate = call<&sqlite3_io_methods::xTruncate>;
    methods.xSync = call<&sqlite3_io_methods::xSync>;
    methods.xFileSize = call<&sqlite3_io_methods::xFileSize>;
    methods.xLock = call<&sqlite3_io_methods::xLock>;
    methods.xUnlock = call<&sqlite3_io_methods::xUnlock>;
    methods.xCheckReservedLock = call<&sqlite3_io_methods::xCheckReservedLock>;
    methods.xFileControl = call<&sqlite3_io_methods::xFileControl>;
    methods.xSectorSize = [](sqlite3_file* file) {
        sqlite3_file* const real = Log::of(file).real;
        return real->pMethods->xSectorSize(real);
    };
    methods.xDeviceCharacteristics = [](sqlite3_file* file) {
        sqlite3_file* const real = Log::of(file).real;
        return real->pMethods->xDeviceCharacteristics(real);
    };
    return methods;
}

int open_log(sqlite3_vfs* system, const char* path, sqlite3_file* file, int flags, int* flags_out) {
    static const sqlite3_io_methods methods = log_methods();
    Log& log = *new (file) Log{};
    auto* const real = reinterpret_cast<sqlite3_file*>(&log + 1);
    real->pMethods = nullptr;
    const int result = system->xOpen(system, path, real, flags, flags_out);
    if (real->pMethods != nullptr) {
        log.base.pMethods = &methods;
        log.real = real;
        log.is_powersafe =
            (real->pMethods->xDeviceCharacteristics(real) & SQLITE_IOCAP_POWERSAFE_OVERWRITE) != 0;
    }
    return result;
}

// ---- The file system

sqlite3_vfs* real_of(const sqlite3_vfs* system) {
    return static_cast<sqlite3_vfs*>(system->pAppData);
}

/// A method of the real file system.
template <auto Method>
struct Forward;

template <typename Result, typename... Arguments,
          Result (*sqlite3_vfs::*Method)(sqlite3_vfs*, Arguments...)>
struct Forward<Method> {
    static Result call(sqlite3_vfs* system, Arguments... arguments) {
        sqlite3_vfs* const real = real_of(system);
        return (real->*Method)(real, arguments...);
    }
};

int open(sqlite3_vfs* system, const char* path, sqlite3_file* file, int flags, int* flags_out) {
    sqlite3_vfs* const real = real_of(system);
    return (flags & SQLITE_OPEN_WAL) != 0 ? open_log(real, path, file, flags, flags_out)
                                          : real->xOpen(real, path, file, flags, flags_out);
}

sqlite3_vfs in_front_of(sqlite3_vfs* real, const std::string& name) {
    sqlite3_vfs methods{};
    methods.iVersion = 1;
    methods.szOsFile = real->szOsFile + static_cast<int>(sizeof(Log));
    methods.mxPathname = real->mxPathname;
    methods.zName = name.c_str();
    methods.pAppData = real;
    methods.xOpen = open;
    methods.xDelete = Forward<&sqlite3_vfs::xDelete>::call;
    methods.xAccess = Forward<&sqlite3_vfs::xAccess>::call;
    methods.xFullPathname = Forward<&sqlite3_vfs::xFullPathname>::call;
    methods.xDlOpen = Forward<&sqlite3_vfs::xDlOpen>::call;
    methods.xDlError = Forward<&sqlite3_vfs::xDlError>::call;
    methods.xDlSym = Forward<&sqlite3_vfs::xDlSym>::call;
    methods.xDlClose = Forward<&sqlite3_vfs::xDlClose>::call;
    methods.xRandomness = Forward<&sqlite3_vfs::xRandomness>::call;
    methods.xSleep = Forward<&sqlite3_vfs::xSleep>::call;
    methods.xCurrentTime = Forward<&sqlite3_vfs::xCurrentTime>::call;
    methods.xGetLastError = Forward<&sqlite3_vfs::xGetLastError>::call;
    return methods;
}

/// The one that SQLite takes by default. After a host has unregistered that, it may be one of ours.
sqlite3_vfs* default_system() {
    sqlite3_vfs* const system = sqlite3_vfs_find(nullptr);
    return system->xOpen == open ? real_of(system) : system;
}

}  // namespace

GatheringFiles::GatheringFiles()
    : name_(fmt::format("crmkit-{}", fmt::ptr(this))),
      system_(in_front_of(default_system(), name_)) {
    if (sqlite3_vfs_register(&system_, 0) != SQLITE_OK) {
        throw std::bad_alloc();
    }
}

GatheringFiles::~GatheringFiles() { sqlite3_vfs_unregister(&system_); }

}  // namespace crmkit::sqlite

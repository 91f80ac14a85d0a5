/// Finding a second copy of SQLite: two copies on one file lose each other's locks, because POSIX
/// drops all of a process's locks on a file when any descriptor of it is closed.
#include <string>

#include "sqlite_connection.hpp"

#if defined(__linux__)
#include <dlfcn.h>
#include <link.h>
#endif

namespace crmkit::sqlite {

namespace {

#if defined(__linux__)

struct Search {
    const void* ours;
    std::string other_path;
};

/// Looks for a sqlite3_open_v2 that is defined in this loaded object itself and is not ours.
int look_into(dl_phdr_info* info, std::size_t, void* context) {
    auto& search = *static_cast<Search*>(context);
    if (info->dlpi_name == nullptr || info->dlpi_name[0] == '\0') {
        return 0;
    }
    void* const object = dlopen(info->dlpi_name, RTLD_LAZY | RTLD_NOLOAD | RTLD_LOCAL);
    if (object == nullptr) {
        return 0;
    }
    const void* const symbol = dlsym(object, "sqlite3_open_v2");
    Dl_info home{};
    if (symbol != nullptr && symbol != search.ours && dladdr(symbol, &home) != 0 &&
        reinterpret_cast<std::uintptr_t>(home.dli_fbase) == info->dlpi_addr) {
        search.other_path = info->dlpi_name;
    }
    dlclose(object);
    return search.other_path.empty() ? 0 : 1;
}

std::string second_copy() {
    Search search{reinterpret_cast<const void*>(&sqlite3_open_v2), {}};
    dl_iterate_phdr(&look_into, &search);
    return search.other_path;
}

#else

std::string second_copy() { return {}; }

#endif

bool is_our_vfs(const sqlite3_vfs* wanted) { return sqlite3_vfs_find(wanted->zName) == wanted; }

}  // namespace

void refuse_second_sqlite() {
    const std::string path = second_copy();
    if (!path.empty()) {
        throw Error(ErrorCode::two_sqlites,
                    "this process has loaded a second SQLite from '" + path +
                        "'; two copies lose each other's locks and damage the file: make every "
                        "part of the program use the system's SQLite library");
    }
}

void refuse_foreign_connection(sqlite3* connection) {
    sqlite3_vfs* vfs = nullptr;
    const int result = sqlite3_file_control(connection, "main", SQLITE_FCNTL_VFS_POINTER,
                                            static_cast<void*>(&vfs));
    if (result != SQLITE_OK || !is_our_vfs(vfs)) {
        throw Error(ErrorCode::two_sqlites,
                    "the connection was opened by another copy of SQLite than the one crmkit is "
                    "linked with: make both use the system's SQLite library");
    }
}

}  // namespace crmkit::sqlite

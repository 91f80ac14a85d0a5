/// Every allocation of a program, counted, and failing where a trap says so: those that go through
/// operator new, and SQLite's. Included by one file of a program that has nothing else to test.
#pragma once

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <new>

#include "fault/trap.hpp"

namespace crmkit::fault {

inline Trap new_trap;     ///< of operator new
inline Trap sqlite_trap;  ///< of SQLite
/// Called before each chance that one of them counts, for one who wants to know where that is.
inline void (*on_chance)(Trap& trap) = nullptr;
/// Allocated while the trap of operator new was watching, and not released yet.
inline std::int64_t outstanding_blocks = 0;

namespace detail {

inline bool strikes(Trap& trap) {
    if (on_chance != nullptr && trap.is_watching()) {
        on_chance(trap);
    }
    return trap.strikes();
}

/// Stands in front of each block. As long as the strictest alignment, so that the block has it too.
struct alignas(std::max_align_t) BlockHead {
    bool is_counted;
};

inline void* allocate(std::size_t size) {
    void* const memory = strikes(new_trap) ? nullptr : std::malloc(size + sizeof(BlockHead));
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    auto* const head = new (memory) BlockHead{new_trap.is_watching()};
    outstanding_blocks += head->is_counted ? 1 : 0;
    return head + 1;
}

inline void* allocate_or_null(std::size_t size) noexcept {
    try {
        return allocate(size);
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}

inline void release(void* block) noexcept {
    if (block != nullptr) {
        auto* const head = static_cast<BlockHead*>(block) - 1;
        outstanding_blocks -= head->is_counted ? 1 : 0;
        std::free(head);
    }
}

inline sqlite3_mem_methods sqlite_memory;

inline void* allocate_for_sqlite(int size) {
    return strikes(sqlite_trap) ? nullptr : sqlite_memory.xMalloc(size);
}
inline void* reallocate_for_sqlite(void* memory, int size) {
    return strikes(sqlite_trap) ? nullptr : sqlite_memory.xRealloc(memory, size);
}

/// Before SQLite is used for the first time. Without its pools of small blocks each of its
/// allocations is one that can fail.
struct SqliteMemory {
    SqliteMemory() {
        sqlite3_config(SQLITE_CONFIG_GETMALLOC, &sqlite_memory);
        sqlite3_mem_methods watched = sqlite_memory;
        watched.xMalloc = allocate_for_sqlite;
        watched.xRealloc = reallocate_for_sqlite;
        if (sqlite3_config(SQLITE_CONFIG_MALLOC, &watched) != SQLITE_OK ||
            sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0) != SQLITE_OK) {
            std::fputs("SQLite takes no other memory\n", stderr);
            std::abort();
        }
    }
};
inline const SqliteMemory watch_sqlite_memory;

}  // namespace detail
}  // namespace crmkit::fault

void* operator new(std::size_t size) { return crmkit::fault::detail::allocate(size); }
void* operator new[](std::size_t size) { return crmkit::fault::detail::allocate(size); }
// A sanitizer has these by itself, and would not go by those above.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    return crmkit::fault::detail::allocate_or_null(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
    return crmkit::fault::detail::allocate_or_null(size);
}
void operator delete(void* block) noexcept { crmkit::fault::detail::release(block); }
void operator delete[](void* block) noexcept { crmkit::fault::detail::release(block); }
void operator delete(void* block, std::size_t) noexcept { crmkit::fault::detail::release(block); }
void operator delete[](void* block, std::size_t) noexcept { crmkit::fault::detail::release(block); }

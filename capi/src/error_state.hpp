/// The last error of each thread, and the wall that no exception passes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit.h"
#include "crmkit/base/error.hpp"

namespace crmkit::c_api {

/// Keeps the exception that is being handled as this thread's last error and gives its code.
crmkit_code keep_current_exception() noexcept;

/// How many calls have failed in this thread so far.
std::uint64_t failure_count() noexcept;
/// This thread's last error; null when there was none yet, or when there was no memory for it.
const Error* last_kept_error() noexcept;

/// Runs a call's body; what it throws becomes this thread's last error and the returned code.
template <typename Body>
crmkit_code guarded(Body body) noexcept {
    try {
        body();
        return CRMKIT_OK;
    } catch (...) {
        return keep_current_exception();
    }
}

/// A text argument as its bytes, which may be anything. Throws invalid_argument for a null pointer
/// with a length, or a length that is neither CRMKIT_NUL_TERMINATED nor a size.
std::string_view bytes_argument(const char* text, std::int64_t size, std::string_view name);
/// The same for names, queries and the like: throws invalid_argument when it is not UTF-8.
std::string_view text_argument(const char* text, std::int64_t size, std::string_view name);
/// The same as names with commas between them, without spaces around them.
std::vector<std::string> names_argument(const char* text, std::int64_t size, std::string_view name);

[[noreturn]] void refuse_null(std::string_view name);

/// `*handle`. Throws invalid_argument, naming it, when it is null.
template <typename Handle>
Handle& required(Handle* handle, std::string_view name) {
    if (handle == nullptr) {
        refuse_null(name);
    }
    return *handle;
}

}  // namespace crmkit::c_api

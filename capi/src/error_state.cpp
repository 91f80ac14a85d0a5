#include "error_state.hpp"

#include <algorithm>
#include <cstring>
#include <exception>
#include <new>
#include <optional>

#include "crmkit/base/text.hpp"

namespace crmkit::c_api {

namespace {

struct LastError {
    std::optional<Error> error;
    bool is_out_of_memory = false;
    std::uint64_t count = 0;
};

LastError& last_error() {
    thread_local LastError last;
    return last;
}

constexpr const char* out_of_memory_message = "out of memory";

/// Kept without allocating.
crmkit_code keep_out_of_memory() noexcept {
    LastError& last = last_error();
    last.error.reset();
    last.is_out_of_memory = true;
    ++last.count;
    return CRMKIT_OUT_OF_MEMORY;
}

crmkit_code keep(const Error& error) noexcept {
    LastError& last = last_error();
    try {
        last.error = error;
    } catch (...) {
        return keep_out_of_memory();
    }
    last.is_out_of_memory = false;
    ++last.count;
    return static_cast<crmkit_code>(error.code());
}

}  // namespace

crmkit_code keep_current_exception() noexcept {
    try {
        throw;
    } catch (const Error& error) {
        return keep(error);
    } catch (const std::bad_alloc&) {
        return keep_out_of_memory();
    } catch (const std::exception& error) {
        try {
            return keep(Error(ErrorCode::internal, error.what()));
        } catch (...) {
            return keep_out_of_memory();
        }
    } catch (...) {
        return keep_out_of_memory();
    }
}

std::uint64_t failure_count() noexcept { return last_error().count; }

const Error* last_kept_error() noexcept {
    return last_error().error ? &*last_error().error : nullptr;
}

void refuse_null(std::string_view name) {
    throw Error(ErrorCode::invalid_argument, std::string(name) + " is NULL");
}

std::string_view bytes_argument(const char* text, std::int64_t size, std::string_view name) {
    if (size < 0 && size != CRMKIT_NUL_TERMINATED) {
        throw Error(ErrorCode::invalid_argument,
                    std::string(name) + " has the length " + std::to_string(size));
    }
    if (text == nullptr) {
        if (size > 0) {
            refuse_null(name);
        }
        return {};
    }
    return {text,
            size == CRMKIT_NUL_TERMINATED ? std::strlen(text) : static_cast<std::size_t>(size)};
}

std::string_view text_argument(const char* text, std::int64_t size, std::string_view name) {
    const std::string_view bytes = bytes_argument(text, size, name);
    if (const std::size_t bad = find_invalid_utf8(bytes); bad != std::string_view::npos) {
        throw Error(ErrorCode::invalid_argument,
                    std::string(name) + " is not valid UTF-8 at byte " + std::to_string(bad + 1));
    }
    return bytes;
}

std::vector<std::string> names_argument(const char* text, std::int64_t size,
                                        std::string_view name) {
    std::vector<std::string> names;
    std::string_view list = text_argument(text, size, name);
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        names.emplace_back(trim(list.substr(0, comma)));
        list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    }
    return names;
}

}  // namespace crmkit::c_api

using crmkit::c_api::last_error;

extern "C" {

const char* crmkit_error_message(void) {
    if (last_error().is_out_of_memory) {
        return crmkit::c_api::out_of_memory_message;
    }
    return last_error().error ? last_error().error->what() : "";
}

crmkit_code crmkit_error_code(void) {
    if (last_error().is_out_of_memory) {
        return CRMKIT_OUT_OF_MEMORY;
    }
    return last_error().error ? static_cast<crmkit_code>(last_error().error->code()) : CRMKIT_OK;
}

size_t crmkit_error_problem_count(void) {
    return last_error().error ? last_error().error->problems().size() : 0;
}

crmkit_code crmkit_error_problem(size_t index, crmkit_problem* out) {
    // The problem as the first header had it is the least that a caller can ask for.
    constexpr std::size_t first_size = offsetof(crmkit_problem, column) + sizeof(std::int64_t);
    if (out == nullptr || out->struct_size < first_size) {
        return CRMKIT_INVALID_ARGUMENT;
    }
    if (index >= crmkit_error_problem_count()) {
        return CRMKIT_NOT_FOUND;
    }
    const crmkit::Problem& problem = last_error().error->problems()[index];
    const crmkit_problem filled{out->struct_size,        problem.entity.c_str(),
                                problem.field.c_str(),   problem.value.c_str(),
                                problem.message.c_str(), problem.line,
                                problem.column};
    std::memcpy(out, &filled, std::min(out->struct_size, sizeof(filled)));
    return CRMKIT_OK;
}

const char* crmkit_code_name(crmkit_code code) {
    if (code < 0 || code >= static_cast<crmkit_code>(crmkit::error_codes.size())) {
        return nullptr;
    }
    return crmkit::error_codes[static_cast<std::size_t>(code)].second.data();
}

}  // extern "C"

#include "error_state.hpp"

#include <cstring>
#include <optional>

namespace crmkit::c_api {

namespace {

struct LastError {
    std::optional<Error> error;
    bool is_out_of_memory = false;
};

LastError& last_error() {
    thread_local LastError last;
    return last;
}

constexpr const char* out_of_memory_message = "out of memory";

}  // namespace

crmkit_code keep(const Error& error) noexcept {
    try {
        last_error() = {error, false};
        return static_cast<crmkit_code>(error.code());
    } catch (...) {
        return keep_out_of_memory();
    }
}

crmkit_code keep_out_of_memory() noexcept {
    last_error().error.reset();
    last_error().is_out_of_memory = true;
    return CRMKIT_OUT_OF_MEMORY;
}

std::string_view text_argument(const char* text, std::int64_t size, std::string_view name) {
    if (text == nullptr) {
        if (size > 0) {
            throw Error(ErrorCode::invalid_argument, std::string(name) + " is NULL");
        }
        return {};
    }
    if (size == CRMKIT_NUL_TERMINATED) {
        return {text, std::strlen(text)};
    }
    if (size < 0) {
        throw Error(ErrorCode::invalid_argument,
                    std::string(name) + " has the length " + std::to_string(size));
    }
    return {text, static_cast<std::size_t>(size)};
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
    if (out == nullptr || out->struct_size < sizeof(crmkit_problem)) {
        return CRMKIT_INVALID_ARGUMENT;
    }
    if (index >= crmkit_error_problem_count()) {
        return CRMKIT_NOT_FOUND;
    }
    const crmkit::Problem& problem = last_error().error->problems()[index];
    out->entity = problem.entity.c_str();
    out->field = problem.field.c_str();
    out->value = problem.value.c_str();
    out->message = problem.message.c_str();
    out->line = problem.line;
    out->column = problem.column;
    return CRMKIT_OK;
}

const char* crmkit_code_name(crmkit_code code) {
    if (code < 0 || code >= static_cast<crmkit_code>(crmkit::error_codes.size())) {
        return nullptr;
    }
    return crmkit::error_codes[static_cast<std::size_t>(code)].second.data();
}

}  // extern "C"

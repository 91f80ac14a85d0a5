/// How a failed call of the C library on a file becomes an Error.
#pragma once

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>

#include "crmkit/base/error.hpp"

namespace crmkit {

/// Whether errno says that there is no room: on the disk, in somebody's quota of it, or in a file
/// of the size that is allowed.
inline bool is_out_of_space(int number) {
#ifdef EDQUOT  // which not every C library knows
    if (number == EDQUOT) {
        return true;
    }
#endif
    return number == ENOSPC || number == EFBIG;
}

/// "cannot read 'x.csv': Is a directory". `number` is errno as the failed call left it.
inline Error file_error(std::string_view verb, const std::string& path, int number) {
    ErrorCode code = ErrorCode::io;
    if (is_out_of_space(number)) {
        code = ErrorCode::disk_full;
    } else if (number == EROFS || number == EACCES || number == EPERM) {
        code = verb == "write" ? ErrorCode::read_only : ErrorCode::io;
    }
    std::string message = "cannot ";
    message += verb;
    message += " '" + path + "'";
    if (number != 0) {
        message += ": " + std::generic_category().message(number);
    }
    return Error(code, std::move(message));
}

}  // namespace crmkit

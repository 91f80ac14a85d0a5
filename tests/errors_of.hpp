/// Catches the error that a call throws, to look at it.
#pragma once

#include <doctest/doctest.h>

#include "crmkit/base/error.hpp"

namespace crmkit::testing {

/// The code of the Error that `call` throws; ok when it throws none.
template <typename Call>
ErrorCode code_of(Call call) {
    try {
        static_cast<void>(call());
    } catch (const Error& error) {
        return error.code();
    }
    return ErrorCode::ok;
}

/// The Error that `call` throws; fails the test when it throws none.
template <typename Call>
Error error_of(Call call) {
    try {
        static_cast<void>(call());
    } catch (const Error& error) {
        return error;
    }
    FAIL("no error was thrown");
    return Error(ErrorCode::ok, {});
}

}  // namespace crmkit::testing

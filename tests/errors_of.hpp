/// Catches the error that an act throws, to look at it.
#pragma once

#include <doctest/doctest.h>

#include "crmkit/base/error.hpp"

namespace crmkit::testing {

/// The error that `act` throws; the test case fails when it throws none.
template <typename Act>
Error error_of(Act act) {
    try {
        static_cast<void>(act());
    } catch (const Error& error) {
        return error;
    }
    FAIL("no error was thrown");
    return Error(ErrorCode::internal, {});
}

}  // namespace crmkit::testing

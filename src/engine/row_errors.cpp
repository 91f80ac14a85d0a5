#include "row_errors.hpp"

namespace crmkit::engine {

bool is_about_row(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid_argument:
        case ErrorCode::validation:
        case ErrorCode::not_found:
        case ErrorCode::conflict:
        case ErrorCode::duplicate:
        case ErrorCode::restricted:
        case ErrorCode::illegal_transition:
        case ErrorCode::permission_denied:
        case ErrorCode::vetoed:
        case ErrorCode::expression:
        case ErrorCode::limit:
            return true;
        case ErrorCode::ok:
        case ErrorCode::syntax:
        case ErrorCode::cancelled:
        case ErrorCode::busy:
        case ErrorCode::read_only:
        case ErrorCode::disk_full:
        case ErrorCode::io:
        case ErrorCode::corrupt:
        case ErrorCode::newer_schema:
        case ErrorCode::two_sqlites:
        case ErrorCode::out_of_memory:
        case ErrorCode::unsupported:
        case ErrorCode::internal:
            return false;
    }
    return false;
}

}  // namespace crmkit::engine

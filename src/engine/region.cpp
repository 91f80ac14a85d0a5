#include "region.hpp"

#include "crmkit/base/phone_region.hpp"
#include "crmkit/engine/session.hpp"
#include "session_state.hpp"

namespace crmkit::engine {

namespace {

bool is_remembered(SessionState& state, const std::string& region) {
    const ReadScope storage(state);
    return storage->setting(region_setting) == region;
}

}  // namespace

std::string checked_region(std::string_view region) {
    if (region.empty()) {
        return {};
    }
    const detail::PhoneRegion* const known = detail::find_phone_region(region);
    if (known == nullptr) {
        throw Error(ErrorCode::invalid_argument,
                    "the region '" + shortened(region) +
                        "' is none with telephones: give the ISO 3166-1 code of a country, of two "
                        "letters, such as DE");
    }
    return std::string(known->code);
}

void remember_region(Session& session, const std::string& region) {
    SessionState& state = session.state();
    if (region.empty() || is_remembered(state, region)) {
        return;
    }
    WriteScope scope(state);
    state.writer().put_setting(region_setting, region);
    scope.commit();
}

}  // namespace crmkit::engine

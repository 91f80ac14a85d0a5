#include "crmkit/sales/base_currency.hpp"

#include <fmt/format.h>

#include "booking.hpp"
#include "engine/session_state.hpp"
#include "operation_input.hpp"

namespace crmkit::sales {

namespace {

void refuse_if_booked(Session& session, Currency now) {
    const auto booked = session.query<Opportunity>("base_amount is not null limit 1").first();
    if (booked) {
        throw Error(ErrorCode::restricted,
                    fmt::format("the store's currency cannot change: opportunities are booked in "
                                "{}, {} among them",
                                now.code(), booked->id.value));
    }
}

}  // namespace

StoreCurrency base_currency(Session& session, const BaseCurrency& input) {
    check_input(input);
    engine::WriteScope scope(session.state());
    const Currency now = store_currency(session);
    if (input.change_to.empty() || input.change_to == now.code()) {
        return {to_string(now)};
    }
    if (now) {
        refuse_if_booked(session, now);
    }
    session.state().writer().put_setting(base_currency_setting, input.change_to);
    scope.commit();
    return {input.change_to};
}

}  // namespace crmkit::sales

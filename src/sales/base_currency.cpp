#include "crmkit/sales/base_currency.hpp"

#include <fmt/format.h>

#include "booking.hpp"
#include "engine/base_currency.hpp"
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
    const Currency wanted = input.change_to.empty() ? now : Currency::of(input.change_to);
    if (wanted == now) {
        return {to_string(now)};
    }
    if (now) {
        refuse_if_booked(session, now);
    }
    session.state().writer().put_setting(engine::base_currency_setting, wanted.code());
    scope.commit();
    return {to_string(wanted)};
}

}  // namespace crmkit::sales

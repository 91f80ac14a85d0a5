#include "booking.hpp"

#include <string>

#include "crmkit/model/currency_rate.hpp"
#include "crmkit/schema/value_text.hpp"
#include "engine/base_currency.hpp"
#include "engine/session_state.hpp"

namespace crmkit::sales {

namespace {

/// The latest rate up to a day; none when there is none yet.
std::optional<Decimal> rate_on(Session& session, Currency from, Currency to, Date day) {
    if (from == to) {
        return Decimal::of(1);
    }
    const auto rate = session
                          .query<CurrencyRate>(
                              "from_currency = :from and to_currency = :to and "
                              "effective_date <= :day "
                              "order by effective_date desc limit 1",
                              {{"from", from.code()}, {"to", to.code()}, {"day", day}})
                          .first();
    return rate ? rate->rate : std::nullopt;
}

bool is_won(const Opportunity* deal) {
    return deal != nullptr && deal->state == OpportunityState::won;
}

/// The rate that is booked already: before, in the same currency, or along with this write, by an
/// undo.
std::optional<Decimal> booked_rate(const Opportunity* was, const Opportunity& deal,
                                   Currency currency) {
    const bool is_kept = is_won(was) && value_of(*was) && value_of(*was)->currency == currency;
    const bool is_given = was != nullptr && !is_won(was);
    return is_kept || is_given ? deal.exchange_rate : std::nullopt;
}

}  // namespace

Currency store_currency(Session& session) {
    engine::ReadScope storage(session.state());
    const std::string code = storage->setting(engine::base_currency_setting);
    return code.empty() ? Currency{} : Currency::of(code);
}

std::optional<Money> value_of(const Opportunity& deal) {
    return deal.actual_value ? deal.actual_value : deal.amount;
}

void book(Session& session, const Opportunity* was, Opportunity& deal,
          std::vector<Problem>& problems) {
    if (!is_won(&deal)) {
        deal.exchange_rate.reset();
        deal.base_amount.reset();
        return;
    }
    const auto value = value_of(deal);
    if (is_won(was) && value == value_of(*was)) {
        return;
    }
    const Currency base = store_currency(session);
    if (!value || !base) {
        deal.exchange_rate.reset();
        deal.base_amount.reset();
        return;
    }
    deal.exchange_rate = booked_rate(was, deal, value->currency);
    if (!deal.exchange_rate) {
        deal.exchange_rate =
            rate_on(session, value->currency, base, deal.close_date.value_or(session.now().date()));
    }
    deal.base_amount.reset();
    if (deal.exchange_rate) {
        try {
            deal.base_amount = converted(*value, base, *deal.exchange_rate);
        } catch (const Error& error) {
            problems.push_back({"opportunity", "base_amount", to_string(*value), error.message()});
        }
    }
}

}  // namespace crmkit::sales

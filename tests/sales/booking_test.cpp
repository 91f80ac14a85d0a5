#include <doctest/doctest.h>

#include "sales/sales_support.hpp"

using namespace crmkit;
using namespace crmkit::test;
using namespace std::chrono_literals;

namespace {

Money usd(std::string_view amount) { return Money::of(amount, "USD"); }

void add_rate(Session& session, const char* from, Date day, const char* rate) {
    session.create(CurrencyRate{.from_currency = from,
                                .to_currency = "EUR",
                                .effective_date = day,
                                .rate = Decimal::parse(rate)});
}

}  // namespace

TEST_CASE("a won opportunity is booked at the rate of its day, and stays so") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        CHECK(sales::base_currency(me, {}).currency.empty());
        CHECK(sales::base_currency(me, {.change_to = "EUR"}).currency == "EUR");
        CHECK(sales::base_currency(me, {}).currency == "EUR");
        add_rate(me, "USD", Date{2025y / 1 / 1}, "0.8");
        add_rate(me, "USD", Date{2025y / 7 / 1}, "0.9");
        const Opportunity deal = me.create(Opportunity{.name = "Mill", .amount = usd("10.05")});
        CHECK_FALSE(deal.exchange_rate);
        sales::win_opportunity(me, {.opportunity = deal.id, .close_date = Date{2025y / 6 / 30}});
        Opportunity won = me.get<Opportunity>(deal.id);
        CHECK(won.exchange_rate == Decimal::parse("0.8"));
        CHECK(won.base_amount == eur("8.04"));
        add_rate(me, "USD", Date{2025y / 6 / 1}, "0.7");
        won = me.update<Opportunity>(deal.id, {{"next_step", "deliver"}});
        CHECK(won.base_amount == eur("8.04"));
        // A correction of the value is booked at the same rate; another currency at its own.
        won = me.update<Opportunity>(deal.id, {{"actual_value", usd("20.00")}});
        CHECK(won.exchange_rate == Decimal::parse("0.8"));
        CHECK(won.base_amount == eur("16.00"));
        won = me.update<Opportunity>(deal.id, {{"actual_value", eur("3.00")}});
        CHECK(won.exchange_rate == Decimal::of(1));
        CHECK(won.base_amount == eur("3.00"));

        CHECK(code_of([&] { sales::base_currency(me, {.change_to = "USD"}); }) ==
              ErrorCode::restricted);
        const auto position = me.history(deal.id).back().position;
        sales::reopen_opportunity(me, {.opportunity = deal.id});
        won = me.get<Opportunity>(deal.id);
        CHECK_FALSE(won.exchange_rate);
        CHECK_FALSE(won.base_amount);
        me.undo(position + 1);
        CHECK(me.get<Opportunity>(deal.id).base_amount == eur("3.00"));
        sales::reopen_opportunity(me, {.opportunity = deal.id});
        CHECK(sales::base_currency(me, {.change_to = "USD"}).currency == "USD");
    });
}

TEST_CASE("without a base currency, a rate or a value nothing is booked") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const auto won = [&](std::optional<Money> amount) {
            return me.create(
                Opportunity{.name = "Mill", .stage = stage_named(me, "Won"), .amount = amount});
        };
        CHECK_FALSE(won(usd("1.00")).base_amount);
        sales::base_currency(me, {.change_to = "EUR"});
        CHECK_FALSE(won(usd("1.00")).base_amount);
        CHECK_FALSE(won(std::nullopt).base_amount);
        CHECK(won(eur("1.00")).base_amount == eur("1.00"));
        CHECK(code_of([&] { sales::base_currency(me, {.change_to = "EURO"}); }) ==
              ErrorCode::validation);
        add_rate(me, "USD", Date{2025y / 1 / 1}, "9000000000");
        const Error error = error_of([&] { won(usd("90000000000000000.00")); });
        CHECK(error.code() == ErrorCode::validation);
        CHECK(problem_about(error, "base_amount").value == "90000000000000000.00 USD");
    });
}

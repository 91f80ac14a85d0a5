#include <doctest/doctest.h>

#include "sales/sales_support.hpp"

using namespace crmkit;
using namespace crmkit::test;

namespace {

OpportunityLine line_of(Id deal, std::string_view price, std::int64_t quantity = 1) {
    return {.opportunity = deal,
            .description = "steel",
            .quantity = Decimal::of(quantity),
            .unit_price = eur(price)};
}

}  // namespace

TEST_CASE("taking back the first line gives the amount back that it replaced") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Opportunity deal =
            me.create(Opportunity{.name = "Mill", .amount = Money::of("5", "EUR")});
        const auto line = [&](std::int64_t quantity) {
            return me.create(OpportunityLine{.opportunity = deal.id,
                                             .description = "Steel",
                                             .quantity = Decimal::of(quantity),
                                             .unit_price = Money::of("10", "EUR")});
        };
        const auto take_back = [&](const OpportunityLine& made) {
            me.undo(me.history(made.id).front().position);
        };
        const auto amount = [&] { return me.get<Opportunity>(deal.id).amount; };
        const OpportunityLine first = line(2);
        const OpportunityLine second = line(1);
        CHECK(amount() == Money::of("30", "EUR"));
        take_back(first);
        CHECK(amount() == Money::of("10", "EUR"));
        take_back(second);
        CHECK(amount() == Money::of("5", "EUR"));
        me.remove<OpportunityLine>(line(4).id);  // deleted, not taken back
        CHECK(amount() == Money::of("40", "EUR"));
    });
}

TEST_CASE("regression: taking back a line gives back the amount of just before it came") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Opportunity deal = me.create(Opportunity{.name = "Mill", .amount = eur("500")});
        const auto amount = [&] { return me.get<Opportunity>(deal.id).amount; };
        const auto last_change = [&](Id id) { return me.history(id).back().position; };
        const OpportunityLine first = me.create(line_of(deal.id, "10"));
        me.remove<OpportunityLine>(first.id);
        CHECK(amount() == eur("10"));
        const OpportunityLine second = me.create(line_of(deal.id, "20"));
        CHECK(amount() == eur("20"));
        me.undo(last_change(second.id));
        CHECK(amount() == eur("10"));
        me.restore<OpportunityLine>(first.id);
        me.undo(last_change(first.id));
        CHECK(amount() == eur("10"));
        me.update<Opportunity>(deal.id, {{"amount", eur("70")}});
        me.restore<OpportunityLine>(first.id);
        CHECK(amount() == eur("10"));
        me.undo(last_change(first.id));
        CHECK(amount() == eur("70"));
    });
}

TEST_CASE("regression: a line that moved back leaves the amount and its number as they were") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Id from = me.create(Opportunity{.name = "From"}).id;
        const Id to = me.create(Opportunity{.name = "To", .amount = eur("70")}).id;
        me.create(line_of(from, "1"));
        const OpportunityLine part = me.create(line_of(from, "2"));
        const OpportunityLine bundle = me.create(line_of(from, "10"));
        me.update<OpportunityLine>(part.id, {{"parent_bundle", bundle.id}});
        me.update<OpportunityLine>(bundle.id, {{"opportunity", to}});
        CHECK(me.get<OpportunityLine>(part.id).opportunity == to);
        CHECK(me.get<Opportunity>(to).amount == eur("12"));
        CHECK(me.get<Opportunity>(from).amount == eur("1"));
        me.undo(me.history(bundle.id).back().position);
        CHECK(me.get<Opportunity>(to).amount == eur("70"));
        CHECK(me.get<Opportunity>(from).amount == eur("13"));
        CHECK(me.get<OpportunityLine>(bundle.id).line_number == 3);
        CHECK(me.get<OpportunityLine>(part.id).line_number == 2);
        CHECK(me.get<OpportunityLine>(part.id).parent_bundle == bundle.id);
        CHECK(crm.check_integrity().empty());
    });
}

TEST_CASE("regression: a contact's account is taken with the contact only, not later") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Id acme = me.create(Account{.name = "Acme"}).id;
        const Contact ann = me.create(Contact{.last_name = "Ann"});
        const auto deal = me.create(Opportunity{.name = "Mill", .primary_contact = ann.id});
        me.update<Contact>(ann.id, {{"account", acme}});
        CHECK_FALSE(me.update<Opportunity>(deal.id, {{"name", "Rolling mill"}}).account);
        me.create(line_of(deal.id, "10"));
        CHECK_FALSE(me.get<Opportunity>(deal.id).account);
        const auto next = me.create(Opportunity{.name = "Next", .primary_contact = ann.id});
        CHECK(next.account == acme);
        CHECK_FALSE(me.update<Opportunity>(next.id, {{"account", Value()}}).account);
    });
}

TEST_CASE("the amount of an opportunity with lines is the sum of theirs") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Opportunity deal = me.create(Opportunity{.name = "Mill", .amount = eur("999.00")});
        const auto amount = [&] { return me.get<Opportunity>(deal.id).amount; };
        OpportunityLine first = me.create(line_of(deal.id, "10.00", 3));
        CHECK(first.amount == eur("30.00"));
        CHECK(first.line_number == 1);
        CHECK(amount() == eur("30.00"));
        const OpportunityLine second = me.create(line_of(deal.id, "0.05"));
        CHECK(second.line_number == 2);
        CHECK(amount() == eur("30.05"));

        first = me.update<OpportunityLine>(first.id, {{"discount_percent", Decimal::of(50)}});
        CHECK(amount() == eur("15.05"));
        me.remove<OpportunityLine>(second.id);
        CHECK(amount() == eur("15.00"));
        me.restore<OpportunityLine>(second.id);
        CHECK(amount() == eur("15.05"));
        CHECK(me.create(line_of(deal.id, "1.00")).line_number == 3);

        me.undo(me.history(first.id).back().position);
        CHECK(amount() == eur("31.05"));
    });
}

TEST_CASE("an opportunity adds up its lines, their discounts and taxes, and its freight") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Opportunity deal = me.create(Opportunity{.name = "Mill", .freight = eur("5.00")});
        CHECK_FALSE(deal.total_amount);
        OpportunityLine first = line_of(deal.id, "10.00", 3);
        first.discount_percent = Decimal::of(10);
        first.tax = eur("2.00");
        first = me.create(first);
        me.create(line_of(deal.id, "1.00"));
        Opportunity now = me.get<Opportunity>(deal.id);
        CHECK(now.total_line_item_amount == eur("31.00"));
        CHECK(now.total_discount == eur("3.00"));
        CHECK(now.total_tax == eur("2.00"));
        CHECK(now.total_amount == eur("35.00"));
        now = me.update<Opportunity>(deal.id, {{"freight", eur("6.00")}});
        CHECK(now.total_amount == eur("36.00"));
        CHECK(code_of([&] {
                  me.update<Opportunity>(deal.id, {{"freight", Money::of("6.00", "USD")}});
              }) == ErrorCode::validation);
        OpportunityLine dollars = line_of(deal.id, "1.00");
        dollars.unit_price = Money::of("1.00", "USD");
        CHECK(code_of([&] { me.create(dollars); }) == ErrorCode::validation);
        for (const OpportunityLine& line : me.query<OpportunityLine>().all()) {
            me.remove<OpportunityLine>(line.id);
        }
        now = me.get<Opportunity>(deal.id);
        CHECK_FALSE(now.total_line_item_amount);
        CHECK_FALSE(now.total_amount);
        CHECK(crm.check_integrity().empty());
    });
}

TEST_CASE("the numbers of lines are the library's") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Opportunity deal = me.create(Opportunity{.name = "Mill"});
        const Opportunity other = me.create(Opportunity{.name = "Other"});
        OpportunityLine line = line_of(deal.id, "1.00");
        line.line_number = 7;
        CHECK(code_of([&] { me.create(line); }) == ErrorCode::validation);
        me.create(line_of(deal.id, "1.00"));
        const Id second = me.create(line_of(deal.id, "1.00")).id;
        CHECK(me.update<OpportunityLine>(second, {{"opportunity", other.id}}).line_number == 1);

        const Account acme = me.create(Account{.name = "Acme"});
        const Id sale = me.create(Transaction{.party = Link{Account::entity_number, acme.id},
                                              .kind = TransactionKind::sale,
                                              .at = test_start,
                                              .amount = eur("2.00")})
                            .id;
        for (const std::int64_t number : {1, 2}) {
            CHECK(me.create(TransactionLine{.transaction = sale,
                                            .description = "nail",
                                            .quantity = Decimal::of(1),
                                            .unit_price = eur("1.00")})
                      .line_number == number);
        }
    });
}

TEST_CASE("an amount that contradicts the lines is refused") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Opportunity deal = me.create(Opportunity{.name = "Mill"});
        const OpportunityLine line = me.create(line_of(deal.id, "10.00"));
        for (const Value& wrong :
             {Value(eur("10.01")), Value(Money::of("10.00", "USD")), Value()}) {
            const Error error = error_of([&] {
                me.update<Opportunity>(deal.id, {{"amount", wrong}});
            });
            CHECK(error.code() == ErrorCode::validation);
            CHECK(problem_about(error, "amount").message.find("10.00 EUR") != std::string::npos);
        }
        me.update<Opportunity>(deal.id, {{"amount", eur("10.00")}, {"next_step", "call"}});
        me.remove<OpportunityLine>(line.id);
        CHECK(me.get<Opportunity>(deal.id).amount == eur("10.00"));
        CHECK(me.update<Opportunity>(deal.id, {{"amount", eur("7.00")}}).amount == eur("7.00"));
    });
}

TEST_CASE("lines of an opportunity have one currency, and bundles stay together") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Opportunity deal = me.create(Opportunity{.name = "Mill"});
        const Opportunity other = me.create(Opportunity{.name = "Other"});
        OpportunityLine line = me.create(line_of(deal.id, "10.00"));
        OpportunityLine dollars = line_of(deal.id, "1.00");
        dollars.unit_price = Money::of("1.00", "USD");
        dollars.parent_bundle = me.create(line_of(other.id, "1.00")).id;
        const Error error = error_of([&] { me.create(dollars); });
        CHECK(error.code() == ErrorCode::validation);
        CHECK(problem_about(error, "unit_price").message.find("EUR") != std::string::npos);
        CHECK(problem_about(error, "parent_bundle").entity == "opportunity_line");
        // The only line may change its currency.
        line = me.update<OpportunityLine>(line.id, {{"unit_price", Money::of("2.00", "USD")}});
        CHECK(me.get<Opportunity>(deal.id).amount == Money::of("2.00", "USD"));
    });
}

TEST_CASE("a line that moves leaves one sum and joins the other") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Opportunity from = me.create(Opportunity{.name = "From"});
        const Opportunity to = me.create(Opportunity{.name = "To"});
        const OpportunityLine line = me.create(line_of(from.id, "10.00"));
        me.create(line_of(from.id, "1.00"));
        me.update<OpportunityLine>(line.id, {{"opportunity", to.id}});
        CHECK(me.get<Opportunity>(from.id).amount == eur("1.00"));
        CHECK(me.get<Opportunity>(to.id).amount == eur("10.00"));
    });
}

TEST_CASE("deleting and restoring a bundle, or the whole opportunity, keeps the sum right") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Opportunity deal = me.create(Opportunity{.name = "Mill"});
        const OpportunityLine bundle = me.create(line_of(deal.id, "100.00"));
        for (const char* price : {"10.00", "1.00"}) {
            OpportunityLine part = line_of(deal.id, price);
            part.parent_bundle = bundle.id;
            me.create(part);
        }
        me.create(line_of(deal.id, "0.50"));
        CHECK(me.get<Opportunity>(deal.id).amount == eur("111.50"));
        me.remove<OpportunityLine>(bundle.id);
        CHECK(me.get<Opportunity>(deal.id).amount == eur("0.50"));
        CHECK(me.query<OpportunityLine>("opportunity = :deal", {{"deal", deal.id}}).all().size() ==
              1);
        me.restore<OpportunityLine>(bundle.id);
        CHECK(me.query<OpportunityLine>("opportunity = :deal", {{"deal", deal.id}}).all().size() ==
              4);
        CHECK(me.get<Opportunity>(deal.id).amount == eur("111.50"));

        me.remove<Opportunity>(deal.id);
        me.restore<Opportunity>(deal.id);
        CHECK(me.get<Opportunity>(deal.id).amount == eur("111.50"));
        CHECK(me.query<OpportunityLine>("opportunity = :deal", {{"deal", deal.id}}).all().size() ==
              4);
    });
}

TEST_CASE("a sum that does not fit is refused whole") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Opportunity deal = me.create(Opportunity{.name = "Mill"});
        me.create(line_of(deal.id, "90000000000000000.00"));
        CHECK(code_of([&] { me.create(line_of(deal.id, "90000000000000000.00")); }) ==
              ErrorCode::limit);
        CHECK(me.query<OpportunityLine>().all().size() == 1);
        CHECK(me.get<Opportunity>(deal.id).amount == eur("90000000000000000.00"));
    });
}

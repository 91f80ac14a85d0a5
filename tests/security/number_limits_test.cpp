/// Numbers, dates and amounts at and past the ends of their ranges: kept exactly or refused, in
/// every way that they can come in.
#include <cstdint>

#include "crmkit/schema/json.hpp"
#include "crmkit/schema/json_reader.hpp"
#include "engine/backends.hpp"

using namespace crmkit;
using namespace crmkit::test;

namespace {

Opportunity deal_worth(Money amount) { return Opportunity{.name = "Deal", .amount = amount}; }

Error json_error(std::string_view text) {
    return error_of([&] { (void)record_from_json(entity_of<Opportunity>(), text); });
}

}  // namespace

TEST_CASE("the ends of 64 bits are kept, and what is past them is refused") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Currency eur = Currency::of("EUR");
        for (const std::int64_t minor : {INT64_MIN + 1, INT64_MAX}) {
            const Money amount = Money::of_minor(minor, eur);
            const Opportunity stored = me.create(deal_worth(amount));
            CHECK(me.get<Opportunity>(stored.id).amount == amount);
            CHECK(me.query<Opportunity>("amount = :a", {{"a", amount}}).all().size() == 1);
            const Record copy = record_from_json(entity_of<Opportunity>(), to_json(stored));
            CHECK(copy.get("amount").money() == amount);
            me.update<Opportunity>(stored.id, {{"amount", Value()}});
        }
        const Account huge = me.create(Account{.name = "A", .number_of_employees = INT64_MAX});
        CHECK(me.get<Account>(huge.id).number_of_employees == INT64_MAX);
        CHECK(code_of([&] { me.create(Account{.name = "A", .number_of_employees = INT64_MIN}); }) ==
              ErrorCode::validation);
        CHECK(code_of([&] {
                  me.update<Account>(huge.id, {{"number_of_employees", "9223372036854775808"}});
              }) == ErrorCode::validation);
        CHECK(me.get<Account>(huge.id).version == 1);
        CHECK(crm.check_integrity().empty());
    });
}

TEST_CASE("an amount that could not be taken out of a sum again is not let into it") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Money least = Money::of_minor(INT64_MIN, Currency::of("EUR"));
        const Error error = error_of([&] { me.create(deal_worth(least)); });
        CHECK(error.code() == ErrorCode::limit);
        CHECK(error.problems().at(0).field == "amount");
        CHECK(me.query<Opportunity>().all().empty());
    });
}

TEST_CASE("sums that leave 64 bits are null or refused, never wrapped") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account account = me.create(Account{.name = "A", .number_of_employees = INT64_MAX});
        me.create(Account{.name = "B", .number_of_employees = INT64_MAX});
        CHECK(me.aggregate<Account>("sum(number_of_employees)").at(0).at(0) == Value());
        CHECK(code_of([&] { (void)me.query<Account>("number_of_employees + 1 > 0").all(); }) !=
              ErrorCode::internal);
        CHECK(code_of([&] { (void)me.get<Account>(account.id); }) == ErrorCode::ok);
        const Money most = Money::of_minor(INT64_MAX, Currency::of("EUR"));
        me.create(deal_worth(most));
        const ErrorCode second = code_of([&] { me.create(deal_worth(most)); });
        CHECK((second == ErrorCode::ok || second == ErrorCode::limit));
        CHECK(crm.check_integrity().empty());
    });
}

TEST_CASE("days and instants outside the years 1 to 9999 are refused in every way") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Opportunity deal = me.create(Opportunity{.name = "Deal"});
        for (const Date date :
             {Date{INT32_MAX}, Date{INT32_MIN}, Date::max() + 1, Date::min() - 1}) {
            CAPTURE(to_string(date));
            CHECK(code_of([&] { me.create(Opportunity{.name = "Deal", .close_date = date}); }) ==
                  ErrorCode::validation);
            CHECK(code_of([&] {
                      me.update<Opportunity>(deal.id, {{"close_date", date}});
                  }) == ErrorCode::validation);
        }
        for (const char* text : {"30000-01-01", "0000-01-01", "-001-01-01", "2026-13-01"}) {
            CHECK(code_of([&] {
                      me.update<Opportunity>(deal.id, {{"close_date", text}});
                  }) == ErrorCode::validation);
        }
        for (const Instant at : {Instant{INT64_MAX}, Instant{INT64_MIN}}) {
            CHECK(code_of([&] { me.create(Interaction{.subject = "Call", .occurred_at = at}); }) ==
                  ErrorCode::validation);
        }
        for (const Date date : {Date::min(), Date::max()}) {
            const Opportunity stored = me.update<Opportunity>(deal.id, {{"close_date", date}});
            CHECK(stored.close_date == date);
        }
    });
}

TEST_CASE("JSON numbers of any size are read exactly or refused") {
    for (const char* text :
         {R"({"probability": 9223372036854775808})", R"({"probability": 1e999})",
          R"({"probability": 1e-400})", R"({"probability": 0.5})", R"({"probability": "x"})",
          R"({"amount": {"amount": "92233720368547758.08", "currency": "EUR"}})",
          R"({"amount": {"amount": "1e5", "currency": "EUR"}})", R"({"close_date": "30000-01-01"})",
          R"({"close_date": 20000})", R"({"closed_at": "30000-01-01T00:00:00Z"})",
          R"({"account": "9223372036854775808"})", R"({"account": -1})",
          R"({"exchange_rate": "9223372036.854775808"})"}) {
        CAPTURE(text);
        CHECK(json_error(text).code() == ErrorCode::validation);
    }
    const Record exact = record_from_json(entity_of<Opportunity>(), R"({
        "amount": {"amount": "-92233720368547758.08", "currency": "EUR"},
        "exchange_rate": "9223372036.854775807", "probability": 1e2})");
    CHECK(exact.get("amount").money().minor_units == INT64_MIN);
    CHECK(exact.get("exchange_rate").decimal().billionths == INT64_MAX);
    CHECK(exact.get("probability").integer() == 100);
    CHECK(json_error("{\"name\": \"" + std::string(400'000, '9') + "\"}").code() ==
          ErrorCode::validation);
    CHECK(json_error("{\"probability\": " + std::string(400'000, '9') + "}").code() ==
          ErrorCode::validation);
}

TEST_CASE("text that is not UTF-8 is refused in every way, with the place") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account kept = me.create(Account{.name = "Kept"});
        for (const char* text : {"\xFF", "a\xC3", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                                 "\xE2\x28\xA1", "\xF8\x88\x80\x80\x80", "ok\x80"}) {
            CAPTURE(text);
            CHECK(code_of([&] { me.create(Account{.name = text}); }) == ErrorCode::validation);
            CHECK(code_of([&] {
                      me.update<Account>(kept.id, {{"name", text}});
                  }) == ErrorCode::validation);
            const std::string json = std::string("{\"name\":\"") + text + "\"}";
            CHECK(code_of([&] { (void)record_from_json(entity_of<Account>(), json); }) !=
                  ErrorCode::ok);
            Account keyed{.name = "Keyed"};
            CHECK(code_of([&] { me.upsert(UpsertKey::external("erp", text), keyed); }) ==
                  ErrorCode::validation);
            CHECK(code_of([&] { (void)me.query<Account>(text).all(); }) == ErrorCode::expression);
            CHECK(code_of([&] {
                      (void)me.query<Account>("name = :n", {{"n", text}}).all();
                  }) == ErrorCode::expression);
            CHECK(me.search<Account>(text).empty());
            CHECK(code_of([&] { (void)me.call(text, "{}"); }) == ErrorCode::not_found);
        }
        CHECK(me.query<Account>().all().size() == 1);
        CHECK(me.get<Account>(kept.id).version == 1);
        CHECK(crm.check_integrity().empty());
    });
}

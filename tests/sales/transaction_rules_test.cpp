/// What a transaction and its lines have to agree in.
#include "crmkit/model/transaction.hpp"

#include "crmkit/model/transaction_line.hpp"
#include "sales_support.hpp"

using namespace crmkit;
using namespace crmkit::test;

TEST_CASE("regression: a transaction, its cost and its lines are in one currency") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Id acme = me.create(Account{.name = "Acme"}).id;
        const auto code_and_field = [](const auto& call) {
            const Error error = error_of(call);
            REQUIRE(error.problems().size() == 1);
            return std::string(to_string(error.code())) + " " + error.problems().front().field;
        };
        Transaction sale{.party = Link{Account::entity_number, acme},
                         .kind = TransactionKind::sale,
                         .at = me.now(),
                         .amount = Money::of("100", "EUR"),
                         .cost = Money::of("80", "USD")};
        CHECK(code_and_field([&] { me.create(sale); }) == "validation cost");
        sale.cost = Money::of("80", "EUR");
        sale = me.create(sale);

        TransactionLine line{.transaction = sale.id,
                             .description = "Advice",
                             .quantity = Decimal::of(1),
                             .unit_price = Money::of("100", "USD")};
        CHECK(code_and_field([&] { me.create(line); }) == "validation unit_price");
        line.unit_price = Money::of("100", "EUR");
        line = me.create(line);
        CHECK(code_and_field([&] {
                  me.update<Transaction>(sale.id, {{"amount", Money::of("100", "USD")},
                                                   {"cost", Money::of("80", "USD")}});
              }) == "validation amount");
        me.remove<TransactionLine>(line.id);
        CHECK(me.update<Transaction>(
                    sale.id, {{"amount", Money::of("90", "USD")}, {"cost", Money::of("80", "USD")}})
                  .version == 2);
    });
}

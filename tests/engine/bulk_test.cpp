/// Many records by one call: any range, one transaction, a result for each row.
#include <list>

#include "backends.hpp"
#include "crmkit/engine/record_operations.hpp"

using namespace crmkit;
using namespace crmkit::test;

namespace {

std::vector<Id> add_accounts(Session& me, int count) {
    std::vector<Id> ids;
    for (int i = 0; i < count; ++i) {
        ids.push_back(me.create(Account{.name = "Account " + std::to_string(i)}).id);
    }
    return ids;
}

/// The codes of a bulk call's rows; ok for one that was kept.
std::vector<ErrorCode> codes_of(const std::vector<RowResult>& results) {
    std::vector<ErrorCode> codes;
    for (const RowResult& result : results) {
        codes.push_back(result.error ? result.error->code() : ErrorCode::ok);
        CHECK(result.error.has_value() != static_cast<bool>(result.id));
    }
    return codes;
}

std::vector<UpsertAction> actions_of(const std::vector<RowResult>& results) {
    std::vector<UpsertAction> actions;
    for (const RowResult& result : results) {
        actions.push_back(result.action.value());
    }
    return actions;
}

}  // namespace

TEST_CASE("many records of any range are updated, deleted and restored in one transaction") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const std::vector<Id> ids = add_accounts(me, 50);
        std::list<Account> accounts;
        for (const Id id : ids) {
            accounts.push_back(me.get<Account>(id));
            accounts.back().industry = "steel";
        }
        const auto updated = me.update_many(accounts);
        REQUIRE(updated.size() == 50);
        CHECK(updated[7].id == ids[7]);
        CHECK(updated[7].action == UpsertAction::updated);
        CHECK(me.get<Account>(ids[49]).version == 2);
        CHECK(me.query<Account>("industry = 'steel'").all().size() == 50);

        std::list<Id> even;
        for (std::size_t i = 0; i < ids.size(); i += 2) {
            even.push_back(ids[i]);
        }
        me.update_many<Account>(even, {{"industry", "wood"}});
        CHECK(me.query<Account>("industry = 'wood'").all().size() == 25);
        CHECK(me.remove_many<Account>(even).size() == 25);
        CHECK(me.query<Account>().all().size() == 25);
        CHECK(me.restore_many<Account>(even).size() == 25);
        CHECK(me.query<Account>("industry = 'wood'").all().size() == 25);
        CHECK(me.remove_many<Account>(std::vector<Id>{}).empty());
    });
}

TEST_CASE("the first refused row undoes all, and its error names the row") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const std::vector<Id> ids = add_accounts(me, 3);
        auto accounts = me.get_many<Account>(ids);
        for (Account& account : accounts) {
            account.name += " Ltd";
        }
        accounts[2].name.clear();
        const Error error = error_of([&] { me.update_many(accounts); });
        CHECK(error.code() == ErrorCode::validation);
        CHECK_MESSAGE(error.message().starts_with("rows[2]: account.name"), error.message());
        CHECK(error.problems().at(0).field == "name");
        CHECK(me.get<Account>(ids[0]).name == "Account 0");
        const std::vector<Id> wanted{ids[0], Id{7}, ids[1]};
        CHECK(code_of([&] { me.remove_many<Account>(wanted); }) == ErrorCode::not_found);
        CHECK(code_of([&] { me.restore_many<Account>(ids); }) == ErrorCode::invalid_argument);
        CHECK(me.query<Account>().all().size() == 3);
        CHECK(me.history(ids[0]).size() == 1);
    });
}

TEST_CASE("good rows are kept, each refused one is reported and leaves no trace") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const std::vector<Id> ids = add_accounts(me, 4);
        me.create(Contact{.last_name = "Ann", .account = ids[3]});
        me.create(Opportunity{.name = "Deal", .account = ids[2]});
        me.create(Address{.party = Link{Account::entity_number, ids[0]}, .city = "Lyon"});
        using enum ErrorCode;

        auto accounts = me.get_many<Account>(ids);
        accounts[0].industry = "steel";
        accounts[1].parent_account = ids[1];
        accounts[2].version = 7;
        CHECK(codes_of(me.update_many(accounts, BulkMode::good_rows)) ==
              std::vector{ok, validation, conflict, ok});
        CHECK(me.get<Account>(ids[0]).industry == "steel");

        // The third has an opportunity; the first takes its address along.
        const std::vector<Id> wanted{ids[0], ids[0], ids[2], Id{}, ids[1]};
        CHECK(codes_of(me.remove_many<Account>(wanted, BulkMode::good_rows)) ==
              std::vector{ok, not_found, restricted, not_found, ok});
        CHECK(me.query<Address>().all().empty());
        CHECK(codes_of(me.restore_many<Account>(wanted, BulkMode::good_rows)) ==
              std::vector{ok, invalid_argument, invalid_argument, not_found, ok});
        CHECK(me.query<Address>().all().size() == 1);
        CHECK(crm.check_integrity().empty());
    });
}

TEST_CASE("a row that is refused when a part of it is written is undone by itself") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const std::vector<Id> ids = add_accounts(me, 3);
        for (const Id id : ids) {
            me.create(Address{.party = Link{Account::entity_number, id},
                              .city = id == ids[1] ? "Ys" : "Lyon"});
        }
        crm.before_write("address", [](WriteEvent& event) {
            if (event.kind == ChangeKind::deleted && event.after.get("city").text() == "Ys") {
                throw Error(ErrorCode::vetoed, "Ys is kept");
            }
        });
        using enum ErrorCode;
        const auto results = me.remove_many<Account>(ids, BulkMode::good_rows);
        CHECK(codes_of(results) == std::vector{ok, vetoed, ok});
        CHECK(me.get<Account>(ids[1]).version == 1);
        CHECK(me.search<Account>("account").size() == 1);
        CHECK(me.query<Address>().all().size() == 1);
        CHECK(crm.check_integrity().empty());
    });
}

TEST_CASE("a refused after-hook undoes its row alone") {
    on_each_store([](Crm crm, TestClock&) {
        crm.after_write("account", [](const WriteEvent& event) {
            if (event.after.get("name").text() == "B") {
                throw Error(ErrorCode::vetoed, "no B");
            }
        });
        Session me = crm.as_system();
        const std::vector<Account> rows{{.name = "A"}, {.name = "B"}, {.name = "C"}};
        using enum ErrorCode;
        CHECK(codes_of(me.create_many(rows, BulkMode::good_rows)) == std::vector{ok, vetoed, ok});
        CHECK(me.query<Account>().all().size() == 2);
        CHECK(me.search<Account>("b").empty());
        CHECK(crm.check_integrity().empty());
    });
}

TEST_CASE("regression: what a hook throws comes out of a bulk call as the object that it is") {
    class OwnError final : public Error {
      public:
        using Error::Error;
    };
    on_each_store([](Crm crm, TestClock&) {
        crm.before_write(
            "account", [](WriteEvent&) { throw OwnError(ErrorCode::vetoed, "known by its type"); });
        Session me = crm.as_system();
        const std::vector<Account> rows{{.name = "A"}};
        CHECK_THROWS_AS(me.create_many(rows), OwnError);
        using enum ErrorCode;
        CHECK(codes_of(me.create_many(rows, BulkMode::good_rows)) == std::vector{vetoed});
    });
}

TEST_CASE("many records are created or updated by their keys") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        std::vector<Account> rows{{.name = "A", .account_number = "1"},
                                  {.name = "B", .account_number = "2"}};
        const UpsertKey by_number = UpsertKey::fields({"account_number"});
        using enum UpsertAction;
        CHECK(actions_of(me.upsert_many(by_number, rows)) == std::vector{created, created});
        rows[1].name = "B Ltd";
        CHECK(actions_of(me.upsert_many(by_number, rows)) == std::vector{unchanged, updated});
        CHECK(actions_of(me.upsert_many(by_number, rows, UpsertPolicy::skip)) ==
              std::vector{skipped, skipped});
        CHECK(code_of([&] { me.upsert_many(by_number, rows, UpsertPolicy::create_or_fail); }) ==
              ErrorCode::duplicate);

        const auto key_of = [](const Account& account) {
            return UpsertKey::external("erp", account.name);
        };
        const std::vector<Account> others{
            {.name = "C"}, {.name = std::string(300, 'x')}, {.name = "D"}};
        const auto results =
            me.upsert_many(key_of, others, UpsertPolicy::update, BulkMode::good_rows);
        CHECK(codes_of(results) ==
              std::vector{ErrorCode::ok, ErrorCode::validation, ErrorCode::ok});
        CHECK(me.query<ExternalId>("system = 'erp'").all().size() == 2);
        CHECK(actions_of(me.upsert_many(key_of, std::vector<Account>{{.name = "D"}})) ==
              std::vector{unchanged});
    });
}

TEST_CASE("a record whose key cannot be kept is not kept either") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const auto key_of = [](const Account& account) {
            return UpsertKey::external("erp", account.name == "B" ? std::string(9'999, '9') : "1");
        };
        const std::vector<Account> rows{{.name = "A"}, {.name = "B"}};
        const auto results =
            me.upsert_many(key_of, rows, UpsertPolicy::update, BulkMode::good_rows);
        CHECK(codes_of(results) == std::vector{ErrorCode::ok, ErrorCode::validation});
        CHECK(me.query<Account>().all().size() == 1);
        CHECK(me.search<Account>("b").empty());
        CHECK(crm.check_integrity().empty());
    });
}

TEST_CASE("a deletion that is refused half-way is no cause of what follows") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account acme = me.create(Account{.name = "Acme"});
        me.create(Address{.party = Link{Account::entity_number, acme.id}, .city = "Lyon"});
        const HookId hook = crm.before_write(
            "address", [](WriteEvent&) { throw Error(ErrorCode::vetoed, "addresses stay"); });
        CHECK(code_of([&] { me.remove<Account>(acme.id); }) == ErrorCode::vetoed);
        crm.remove_hook(hook);
        const Id next = me.create(Account{.name = "Next"}).id;
        CHECK(me.history(next).at(0).cause == 0);
    });
}

TEST_CASE("a row of JSON that cannot be read is told all that is wrong with it") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        me.create(Account{.name = "Acme", .account_number = "1"});
        const auto fields_of = [&me](const std::string& entity, const std::string& row) {
            const Error error = error_of([&] {
                me.call("records.create_many",
                        R"({"entity": ")" + entity + R"(", "rows": [)" + row + "]}");
            });
            CHECK(error.code() == ErrorCode::validation);
            std::vector<std::string> fields;
            for (const Problem& problem : error.problems()) {
                fields.push_back(problem.field);
            }
            return fields;
        };
        using Fields = std::vector<std::string>;
        CHECK(fields_of("contact", R"({"account": "777", "birth_date": "x"})") ==
              Fields{"birth_date", "last_name", "account"});
        CHECK(fields_of("account", R"({"account_number": "1", "number_of_employees": "s"})") ==
              Fields{"number_of_employees", "name", "account_number"});
    });
}

TEST_CASE("rows of JSON are written in constant transactions, bad ones among them reported") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        std::string rows = "[";
        for (int i = 0; i < 1000; ++i) {
            rows += i == 0 ? "" : ",";
            rows += i % 100 == 7 ? R"({"nmae":"x"})"
                                 : R"({"name":"Account )" + std::to_string(i) + "\"}";
        }
        const BulkReport report = create_records(
            me, {.entity = "account", .rows = Json{rows + "]"}, .mode = BulkMode::good_rows});
        CHECK(report.refused == 10);
        REQUIRE(report.results.size() == 1000);
        CHECK(report.results[107].code == "validation");
        CHECK(report.results[107].problems.size() == 2);
        CHECK(report.results[107].record == Id{});
        CHECK(me.get<Account>(report.results[108].record).name == "Account 108");
        CHECK(me.query<Account>().all().size() == 990);
    });
}

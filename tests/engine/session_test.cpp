#include "crmkit/engine/session.hpp"

#include "backends.hpp"

using namespace crmkit;
using namespace crmkit::test;

TEST_CASE("create gives the record back as stored") {
    on_each_store([](Crm crm, TestClock& clock) {
        const User ada = crm.ensure_user("Ada", "ada@example.com");
        Session me = crm.as(ada);
        clock.clock->advance(std::chrono::seconds(5));
        const Account acme = me.create(Account{.name = "Acme Steel", .industry = "manufacturing"});
        CHECK(acme.id);
        CHECK(acme.version == 1);
        CHECK(acme.created_at == clock.clock->now());
        CHECK(acme.created_by == ada.id);
        CHECK(acme.owner == Link{User::entity_number, ada.id});
        const Account read = me.get<Account>(acme.id);
        CHECK(read.name == "Acme Steel");
        CHECK(read.industry == "manufacturing");
        CHECK(read.created_at == acme.created_at);
    });
}

TEST_CASE("regression: a user is known again however the e-mail address is written") {
    on_each_store([](Crm crm, TestClock&) {
        const User ada = crm.ensure_user("Ada", "ada@example.com");
        CHECK(crm.ensure_user("Ada", "Ada@Example.COM").id == ada.id);
        CHECK(crm.as_system().query<User>().all().size() == 1);
    });
}

TEST_CASE("ids go up, also within one millisecond") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        Id last;
        for (int i = 0; i < 3000; ++i) {
            const Account account = me.create(Account{.name = "A"});
            REQUIRE(account.id > last);
            last = account.id;
        }
    });
}

TEST_CASE("all problems of a record are reported at once") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        Contact contact;
        contact.email = "no address";
        contact.first_name = std::string(1000, 'x');
        contact.account = Id{12345};
        const Error error = error_of([&] { me.create(contact); });
        CHECK(error.code() == ErrorCode::validation);
        std::vector<std::string> fields;
        for (const Problem& problem : error.problems()) {
            CHECK(problem.entity == "contact");
            fields.push_back(problem.field);
        }
        for (const char* field : {"last_name", "email", "first_name", "account"}) {
            CHECK_MESSAGE(std::find(fields.begin(), fields.end(), field) != fields.end(), field);
        }
        CHECK(me.query<Contact>().all().empty());
    });
}

TEST_CASE("read-only fields and taken keys are reported with all else that is wrong") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const auto fields_of = [](const Error& error) {
            std::vector<std::string> fields;
            for (const Problem& problem : error.problems()) {
                fields.push_back(problem.field);
            }
            std::sort(fields.begin(), fields.end());
            return fields;
        };
        using Fields = std::vector<std::string>;
        const Account acme = me.create(Account{.name = "Acme", .account_number = "1"});
        Account wrong{.account_number = "1"};
        wrong.email = "no address";
        Error error = error_of([&] { me.create(wrong); });
        CHECK(error.code() == ErrorCode::validation);
        CHECK(fields_of(error) == Fields{"account_number", "email", "name"});

        Opportunity deal{.state = OpportunityState::won, .closed_at = me.now()};
        deal.account = Id{12345};
        error = error_of([&] { me.create(deal); });
        CHECK(error.code() == ErrorCode::validation);
        CHECK(fields_of(error) == Fields{"account", "closed_at", "name", "state"});

        const Opportunity stored = me.create(Opportunity{.name = "Deal", .account = acme.id});
        error = error_of([&] {
            me.update<Opportunity>(stored.id, {{"state", "won"},
                                               {"name", std::string(1000, 'x')},
                                               {"amount", "much"},
                                               {"primary_contact", Id{77}}});
        });
        CHECK(error.code() == ErrorCode::validation);
        CHECK(fields_of(error) == Fields{"amount", "name", "primary_contact", "state"});
        CHECK(me.get<Opportunity>(stored.id).version == stored.version);

        const Account other = me.create(Account{.name = "Other", .account_number = "2"});
        error = error_of([&] {
            me.update<Account>(other.id, {{"account_number", "1"}, {"email", "none"}});
        });
        CHECK(fields_of(error) == Fields{"account_number", "email"});
        CHECK(code_of([&] {
                  me.update<Account>(other.id, {{"account_number", "1"}});
              }) == ErrorCode::duplicate);
    });
}

TEST_CASE("a record is refused for all of its taken keys at once") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Pipeline pipeline = me.query<Pipeline>().all().at(0);
        const Stage first = me.create(
            Stage{.name = "Twin", .pipeline = pipeline.id, .state = OpportunityState::open});
        const Error error = error_of([&] {
            me.create(
                Stage{.name = "Twin", .pipeline = pipeline.id, .state = OpportunityState::open});
        });
        CHECK(error.code() == ErrorCode::duplicate);
        REQUIRE(error.problems().size() == 2);
        CHECK(error.problems()[0].field == "pipeline");
        CHECK(error.problems()[1].field == "name");
        CHECK(error.problems()[1].value == "Twin");
        CHECK(error.problems()[0].message == error.problems()[1].message);
        // One's own key is not taken.
        CHECK(me.update<Stage>(first.id, {{"sort_order", 99}}).version == 2);
    });
}

TEST_CASE("an illegal move is called so, whatever else is wrong") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Case issue = me.create(Case{.subject = "Broken"});
        const Error error = error_of([&] {
            me.update<Case>(issue.id, {{"status", "closed"}, {"subject", std::string(1000, 'x')}});
        });
        CHECK(error.code() == ErrorCode::illegal_transition);
        REQUIRE(error.problems().size() == 2);
        CHECK(error.problems()[0].field == "state");
        CHECK(error.problems()[1].field == "subject");
    });
}

TEST_CASE("update writes only what changed and counts the version") {
    on_each_store([](Crm crm, TestClock& clock) {
        Session me = crm.as_system();
        Account acme = me.create(Account{.name = "Acme", .industry = "steel"});
        clock.clock->advance(std::chrono::hours(1));
        acme.industry = "chemicals";
        acme = me.update(acme);
        CHECK(acme.version == 2);
        CHECK(acme.modified_at == clock.clock->now());
        const auto history = me.history(acme.id);
        REQUIRE(history.size() == 2);
        REQUIRE(history[1].fields.size() == 1);
        CHECK(history[1].fields[0].field == "industry");
        CHECK(history[1].fields[0].before == Value("steel"));
        CHECK(history[1].fields[0].after == Value("chemicals"));
        CHECK(me.update(acme).version == 2);
        CHECK(me.update<Account>(acme.id, {{"name", "Acme II"}}).version == 3);
    });
}

TEST_CASE("a stale write is a conflict, never a lost update") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        Account mine = me.create(Account{.name = "Acme"});
        Account theirs = mine;
        mine.name = "Mine";
        me.update(mine);
        theirs.industry = "steel";
        CHECK(code_of([&] { me.update(theirs); }) == ErrorCode::conflict);
        CHECK(code_of([&] {
                  me.update<Account>(mine.id, {{"name", "x"}}, 1);
              }) == ErrorCode::conflict);
        CHECK(code_of([&] { me.remove<Account>(mine.id, 1); }) == ErrorCode::conflict);
        CHECK(me.get<Account>(mine.id).name == "Mine");
    });
}

TEST_CASE("what is not there is not found") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        CHECK(code_of([&] { (void)me.get<Account>(Id{7}); }) == ErrorCode::not_found);
        CHECK_FALSE(me.find<Account>(Id{7}));
        CHECK(code_of([&] { me.update<Account>(Id{7}, {{"name", "x"}}); }) == ErrorCode::not_found);
        CHECK(code_of([&] { me.remove<Account>(Id{7}); }) == ErrorCode::not_found);
        const Account acme = me.create(Account{.name = "Acme"});
        const Error error = error_of([&] { me.update<Account>(acme.id, {{"industri", "steel"}}); });
        CHECK(error.code() == ErrorCode::not_found);
        CHECK(error.message().find("industry") != std::string::npos);
    });
}

TEST_CASE("a unique key is free again when its record is deleted") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account first = me.create(Account{.name = "A", .account_number = "100"});
        const Error error =
            error_of([&] { me.create(Account{.name = "B", .account_number = "100"}); });
        CHECK(error.code() == ErrorCode::duplicate);
        REQUIRE(error.problems().size() == 1);
        CHECK(error.problems()[0].entity == "account");
        CHECK(error.problems()[0].field == "account_number");
        CHECK(error.problems()[0].value == "100");
        me.remove<Account>(first.id);
        const Account second = me.create(Account{.name = "B", .account_number = "100"});
        CHECK(code_of([&] { me.restore<Account>(first.id); }) == ErrorCode::duplicate);
        me.remove<Account>(second.id);
        CHECK(me.restore<Account>(first.id).account_number == "100");
    });
}

TEST_CASE("hierarchies make no circles") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account top = me.create(Account{.name = "Top"});
        const Account middle = me.create(Account{.name = "Middle", .parent_account = top.id});
        const Account low = me.create(Account{.name = "Low", .parent_account = middle.id});
        const Error error = error_of([&] {
            me.update<Account>(top.id, {{"parent_account", low.id}});
        });
        CHECK(error.code() == ErrorCode::validation);
        CHECK(error.problems().at(0).field == "parent_account");
        CHECK(code_of([&] {
                  me.update<Account>(top.id, {{"parent_account", top.id}});
              }) == ErrorCode::validation);
    });
}

TEST_CASE("deleting follows the rules of the references") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account acme = me.create(Account{.name = "Acme"});
        const Contact ann = me.create(Contact{.last_name = "Ann", .account = acme.id});
        const Opportunity deal =
            me.create(Opportunity{.name = "Deal", .account = acme.id, .primary_contact = ann.id});
        const Error error = error_of([&] { me.remove<Account>(acme.id); });
        CHECK(error.code() == ErrorCode::restricted);
        CHECK(error.message().find("opportunity") != std::string::npos);
        me.remove<Contact>(ann.id);
        CHECK_FALSE(me.get<Opportunity>(deal.id).primary_contact);
        me.restore<Contact>(ann.id);
        CHECK(me.get<Opportunity>(deal.id).primary_contact == ann.id);
    });
}

TEST_CASE("a deletion cascades and is restored as a whole") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account acme = me.create(Account{.name = "Acme"});
        const Address address =
            me.create(Address{.party = Link{Account::entity_number, acme.id}, .city = "Lyon"});
        me.remove<Account>(acme.id);
        CHECK_FALSE(me.find<Address>(address.id));
        CHECK(me.find<Address>(address.id, Deleted::shown));
        me.restore<Account>(acme.id);
        CHECK(me.get<Address>(address.id).city == "Lyon");
    });
}

TEST_CASE("a transaction that is not committed leaves no trace") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const std::size_t before = me.changes_since(1, 100000).size();
        Id gone;
        {
            const TransactionScope transaction = me.transaction();
            gone = me.create(Account{.name = "Ghost"}).id;
            CHECK(me.get<Account>(gone).name == "Ghost");
        }
        CHECK_FALSE(me.find<Account>(gone, Deleted::shown));
        CHECK(me.search<Account>("ghost").empty());
        CHECK(me.changes_since(1, 100000).size() == before);
        const Account kept = me.create(Account{.name = "Kept"});
        CHECK(me.history(kept.id).at(0).position == static_cast<std::int64_t>(before) + 1);
    });
}

TEST_CASE("regression: the library's own origins are not for hosts") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        for (const char* reserved : {"derived", "setup"}) {
            CHECK(code_of([&] { me.set_origin(reserved); }) == ErrorCode::invalid_argument);
        }
        me.set_origin("erp");
        CHECK(me.history(me.create(Account{.name = "Acme"}).id).back().origin == "erp");
    });
}

TEST_CASE("nested transactions end by themselves") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        TransactionScope outer = me.transaction();
        const Account kept = me.create(Account{.name = "Kept"});
        {
            const TransactionScope inner = me.transaction();
            me.create(Account{.name = "Dropped"});
        }
        {
            TransactionScope inner = me.transaction();
            me.update<Account>(kept.id, {{"industry", "steel"}});
            inner.commit();
        }
        outer.commit();
        CHECK(code_of([&] { outer.commit(); }) == ErrorCode::invalid_argument);
        const auto accounts = me.query<Account>("name in ('Kept', 'Dropped')").all();
        REQUIRE(accounts.size() == 1);
        CHECK(accounts[0].industry == "steel");
    });
}

TEST_CASE("undo takes a change back and reports what has changed since") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account acme = me.create(Account{.name = "Acme", .industry = "steel"});
        me.update<Account>(acme.id, {{"industry", "glass"}, {"name", "Acme II"}});
        const std::int64_t position = me.history(acme.id).back().position;
        me.undo(position);
        CHECK(me.get<Account>(acme.id).industry == "steel");
        CHECK(me.get<Account>(acme.id).name == "Acme");
        CHECK(me.history(acme.id).back().origin == "undo");
        CHECK(me.history(acme.id).back().cause == position);

        me.update<Account>(acme.id, {{"industry", "glass"}});
        const std::int64_t second = me.history(acme.id).back().position;
        me.update<Account>(acme.id, {{"industry", "paper"}});
        const Error error = error_of([&] { me.undo(second); });
        CHECK(error.code() == ErrorCode::conflict);
        REQUIRE(error.problems().size() == 1);
        CHECK(error.problems()[0].field == "industry");
        CHECK(me.get<Account>(acme.id).industry == "paper");

        const std::int64_t creation = me.history(acme.id).front().position;
        CHECK(code_of([&] { me.undo(creation); }) == ErrorCode::conflict);
        const Account fresh = me.create(Account{.name = "Fresh"});
        me.undo(me.history(fresh.id).front().position);
        CHECK_FALSE(me.find<Account>(fresh.id));
    });
}

TEST_CASE("undo of a deletion brings back what was deleted along, and what lost its reference") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account acme = me.create(Account{.name = "Acme"});
        const Link party{Account::entity_number, acme.id};
        const Address address = me.create(Address{.party = party, .city = "Lyon"});
        const Contact ann = me.create(Contact{.last_name = "Ann", .account = acme.id});
        const Opportunity deal = me.create(Opportunity{.name = "Deal", .primary_contact = ann.id});
        me.create(OpportunityLine{.opportunity = deal.id,
                                  .description = "Steel",
                                  .quantity = Decimal::of(2),
                                  .unit_price = Money::of("3.50", "EUR")});
        const auto stays = me.query<StageHistory>().all().size();

        me.remove<Opportunity>(deal.id);
        CHECK(me.query<OpportunityLine>().all().empty());
        CHECK(me.query<StageHistory>().all().empty());
        me.undo(me.history(deal.id).back().position);
        CHECK(me.query<OpportunityLine>().all().size() == 1);
        CHECK(me.query<StageHistory>().all().size() == stays);

        me.remove<Contact>(ann.id);
        me.undo(me.history(ann.id).back().position);
        CHECK(me.get<Contact>(ann.id).account == acme.id);
        CHECK(me.get<Opportunity>(deal.id).primary_contact == ann.id);
        CHECK(me.get<Address>(address.id).city == "Lyon");
        CHECK(crm.check_integrity().empty());
    });
}

TEST_CASE("undo of a deletion that was made again is refused") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account acme = me.create(Account{.name = "Acme"});
        me.remove<Account>(acme.id);
        const std::int64_t first = me.history(acme.id).back().position;
        me.restore<Account>(acme.id);
        me.remove<Account>(acme.id);
        CHECK(code_of([&] { me.undo(first); }) == ErrorCode::conflict);
        me.undo(me.history(acme.id).back().position);
        CHECK(me.get<Account>(acme.id).name == "Acme");
    });
}

TEST_CASE("upsert finds its record by an external key or by fields") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const UpsertKey key = UpsertKey::external("erp", "C-1");
        Account account{.name = "Acme", .industry = "steel"};
        CHECK(me.upsert(key, account) == UpsertAction::created);
        const Id id = account.id;
        Account again{.name = "Acme Steel"};
        CHECK(me.upsert(key, again) == UpsertAction::updated);
        CHECK(again.id == id);
        CHECK(again.industry == "steel");
        CHECK(me.upsert(key, again) == UpsertAction::unchanged);
        Account replaced{.name = "Acme"};
        CHECK(me.upsert(key, replaced, UpsertPolicy::replace) == UpsertAction::updated);
        CHECK(me.get<Account>(id).industry.empty());
        Account skipped{.name = "Else"};
        CHECK(me.upsert(key, skipped, UpsertPolicy::skip) == UpsertAction::skipped);
        CHECK(skipped.name == "Acme");
        CHECK(code_of([&] { me.upsert(key, skipped, UpsertPolicy::create_or_fail); }) ==
              ErrorCode::duplicate);

        me.create(Contact{.last_name = "One", .email = "a@example.com"});
        Contact two{.last_name = "Two", .email = "A@Example.com"};
        CHECK(me.upsert(UpsertKey::fields({"email_normal"}), two) == UpsertAction::updated);
        me.create(Contact{.last_name = "Three", .email = "a@example.com"});
        Contact four{.last_name = "Four", .email = "a@example.com"};
        CHECK(code_of([&] { me.upsert(UpsertKey::fields({"email_normal"}), four); }) ==
              ErrorCode::duplicate);
    });
}

TEST_CASE("replacing keeps what the library supplies") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const UpsertKey key = UpsertKey::external("erp", "D-1");
        Opportunity deal{.name = "Mill", .next_step = "call"};
        CHECK(me.upsert(key, deal) == UpsertAction::created);
        Opportunity again{.name = "Mill II"};
        CHECK(me.upsert(key, again, UpsertPolicy::replace) == UpsertAction::updated);
        CHECK(again.stage == deal.stage);
        CHECK(again.next_step.empty());
    });
}

TEST_CASE("bulk creation reports each row") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const std::vector<Account> rows{{.name = "One"}, {.industry = "no name"}, {.name = "Two"}};
        CHECK(code_of([&] { me.create_many(rows); }) == ErrorCode::validation);
        CHECK(me.query<Account>().all().empty());
        const auto results = me.create_many(rows, BulkMode::good_rows);
        REQUIRE(results.size() == 3);
        CHECK(results[0].id);
        REQUIRE(results[1].error);
        CHECK(results[1].error->problems().at(0).field == "name");
        CHECK(results[2].id);
        CHECK(me.query<Account>().all().size() == 2);
    });
}

TEST_CASE("queries are typed, bound and paged") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        for (int i = 0; i < 25; ++i) {
            me.create(Account{.name = "Account " + std::to_string(100 + i),
                              .industry = i % 2 == 0 ? "steel" : "glass"});
        }
        CHECK(me.query<Account>("industry = :kind", {{"kind", "steel"}}).all().size() == 13);
        std::vector<std::string> names;
        PageRequest request{10, {}};
        do {
            const auto page = me.page<Account>("order by name desc", request);
            for (const Account& account : page.records) {
                names.push_back(account.name);
            }
            request.after = page.next;
        } while (!request.after.empty());
        REQUIRE(names.size() == 25);
        CHECK(std::is_sorted(names.rbegin(), names.rend()));
        CHECK(code_of([&] { (void)me.query<Account>("industry = :kind"); }) ==
              ErrorCode::expression);
        const Error error = error_of([&] { (void)me.query<Account>("industri = 'x'"); });
        CHECK(error.code() == ErrorCode::expression);
        CHECK(error.message().find("industry") != std::string::npos);
        CHECK(error.problems().at(0).column == 1);
    });
}

TEST_CASE("regression: the limit of a query counts over all of its pages") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        for (int i = 0; i < 26; ++i) {
            me.create(Account{.name = "Account " + std::to_string(100 + i)});
        }
        const auto sizes_of_pages = [&me](const std::string& text) {
            std::vector<std::size_t> sizes;
            PageRequest request{5, {}};
            do {
                const auto page = me.page<Account>(text, request);
                sizes.push_back(page.records.size());
                request.after = page.next;
            } while (!request.after.empty());
            return sizes;
        };
        using Sizes = std::vector<std::size_t>;
        CHECK(sizes_of_pages("order by name limit 7") == Sizes{5, 2});
        CHECK(sizes_of_pages("order by name desc limit 10") == Sizes{5, 5});
        CHECK(sizes_of_pages("limit 3") == Sizes{3});
        CHECK(sizes_of_pages("limit 0") == Sizes{0});
        CHECK(sizes_of_pages("limit 100") == Sizes{5, 5, 5, 5, 5, 1});
    });
}

TEST_CASE("a parameter for a link may be written as text") {
    on_each_store([](Crm crm, TestClock&) {
        const Id ada = crm.ensure_user("Ada", "ada@example.com").id;
        Session me = crm.as(ada);
        me.create(Account{.name = "Acme"});
        CHECK(me.query<Account>("owner = :me", {{"me", "user/" + std::to_string(ada.value)}})
                  .all()
                  .size() == 1);
        CHECK(code_of([&] {
                  return me.query<Account>("owner = :me", {{"me", "usr/1"}}).all();
              }) == ErrorCode::expression);
    });
}

TEST_CASE("search finds words by their beginnings, without accents and case") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account cafe = me.create(Account{.name = "Café Müller Straße"});
        me.create(Account{.name = "Other"});
        for (const char* text : {"cafe", "CAFÉ mull", "strasse", "muller cafe", "straß"}) {
            const auto found = me.search<Account>(text);
            REQUIRE_MESSAGE(found.size() == 1, text);
            CHECK(found[0].id == cafe.id);
        }
        CHECK(me.search<Account>("").empty());
        CHECK(me.search<Account>("\"; drop table").empty());
        me.update<Account>(cafe.id, {{"name", "Bistro"}});
        CHECK(me.search<Account>("cafe").empty());
        CHECK(me.search<Account>("bistro").size() == 1);
        me.remove<Account>(cafe.id);
        CHECK(me.search<Account>("bistro").empty());
    });
}

TEST_CASE("search gives whole words before beginnings, the newest first, each once") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        std::vector<std::string> names{"Ann Arbor", "Anna Lee",  "Anne Ann",
                                       "Hannah",    "Joe Annan", "Joe Ann"};
        for (const std::string& name : names) {
            me.create(Account{.name = name});
        }
        const auto found = [&](std::string_view text, std::size_t limit) {
            std::string all;
            for (const Account& account : me.search<Account>(text, limit)) {
                all += account.name + ", ";
            }
            return all;
        };
        CHECK(found("ann", 20) == "Joe Ann, Anne Ann, Ann Arbor, Joe Annan, Anna Lee, ");
        CHECK(found("ann", 4) == "Joe Ann, Anne Ann, Ann Arbor, Joe Annan, ");
        CHECK(found("ann", 2) == "Joe Ann, Anne Ann, ");
        CHECK(found("ann", 0).empty());
        CHECK(found("joe ann", 20) == "Joe Ann, Joe Annan, ");
        CHECK(found("ann joe", 20) == "Joe Ann, ");
        CHECK(found("an", 2) == "Joe Ann, Joe Annan, ");
    });
}

TEST_CASE("hooks may change and veto, and see what was written") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        std::vector<std::string> seen;
        crm.before_write("account", [](WriteEvent& event) {
            if (event.after.get("name").text() == "Forbidden") {
                throw Error(ErrorCode::vetoed, "not this one");
            }
            event.after.set(field_of(event.entity, "industry"), "by hook");
        });
        const HookId after = crm.after_write("account", [&](const WriteEvent& event) {
            seen.emplace_back(event.after.get("name").text());
        });
        CHECK(me.create(Account{.name = "Acme"}).industry == "by hook");
        CHECK(code_of([&] { me.create(Account{.name = "Forbidden"}); }) == ErrorCode::vetoed);
        crm.remove_hook(after);
        me.create(Account{.name = "Unseen"});
        CHECK(seen == std::vector<std::string>{"Acme"});
        CHECK(me.query<Account>().all().size() == 2);
    });
}

TEST_CASE("commit hooks see each change once it is kept") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        std::vector<HistoryEntry> seen;
        crm.after_commit([&](const HistoryEntry& entry) { seen.push_back(entry); });
        {
            const TransactionScope dropped = me.transaction();
            me.create(Account{.name = "Dropped"});
        }
        CHECK(seen.empty());
        me.create(Account{.name = "Kept"});
        REQUIRE(seen.size() == 1);
        CHECK(seen[0].entity == "account");
    });
}

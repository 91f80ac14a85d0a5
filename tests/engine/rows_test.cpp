/// Records read where they lie, many at once, and with those that they refer to.
#include "backends.hpp"
#include "counting_connection.hpp"

using namespace crmkit;
using namespace crmkit::test;

namespace {

/// A contact with a value of every kind that a contact can have.
Contact full_contact(Session& me) {
    const Account acme = me.create(Account{.name = "Acme"});
    Contact contact;
    contact.first_name = "Chloé";
    contact.last_name = "Müller";
    contact.account = acme.id;
    contact.email = "chloe@example.com";
    contact.birth_date = Date::parse("1990-02-28");
    contact.number_of_children = 2;
    contact.do_not_call = true;
    return me.create(contact);
}

}  // namespace

TEST_CASE("rows show every field as the record has it") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as(crm.ensure_user("Ada", "ada@example.com"));
        const Contact stored = full_contact(me);
        int count = 0;
        for (const auto& row : me.rows<Contact>("last_name = :name", {{"name", "Müller"}})) {
            ++count;
            for (const Field& field : entity_of<Contact>().fields) {
                CHECK_MESSAGE(row.get(field) == field.get(&stored), field.name);
            }
            CHECK(row.get<&Contact::id>() == stored.id);
            CHECK(row.get<&Contact::first_name>() == "Chloé");
            CHECK(row.get<&Contact::middle_name>().empty());
            CHECK(row.get<&Contact::account>() == stored.account);
            CHECK(row.get<&Contact::owner>() == stored.owner);
            CHECK(row.get<&Contact::birth_date>() == stored.birth_date);
            CHECK(row.get<&Contact::number_of_children>() == std::optional<std::int64_t>(2));
            CHECK(row.get<&Contact::do_not_call>());
            CHECK_FALSE(row.get<&Contact::deleted_at>());
            CHECK(row.record().email == stored.email);
        }
        CHECK(count == 1);
    });
}

TEST_CASE("rows show money, enumerations, links and lists of text") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Account acme = me.create(Account{.name = "Acme"});
        const Opportunity deal = me.create(
            Opportunity{.name = "Mill", .account = acme.id, .amount = Money::of("1200.50", "EUR")});
        for (const auto& row : me.rows<Opportunity>()) {
            CHECK(row.get<&Opportunity::amount>() == Money::of("1200.50", "EUR"));
            CHECK(row.get<&Opportunity::state>() == OpportunityState::open);
            CHECK(row.record().name == "Mill");
        }
        const User ada = me.create(User{.name = "Ada", .skills = {"law", "French; German"}});
        for (const auto& row : me.rows<User>("name = 'Ada'")) {
            const auto skills = row.get<&User::skills>();
            CHECK(std::vector<std::string>(skills.begin(), skills.end()) == ada.skills);
        }
        CHECK(deal.id);
    });
}

TEST_CASE("rows by ids come in the order of the ids, deleted ones are passed over") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        std::vector<Id> ids;
        for (const char* name : {"A", "B", "C"}) {
            ids.push_back(me.create(Account{.name = name}).id);
        }
        me.remove<Account>(ids[1]);
        const std::vector<Id> wanted{ids[2], ids[1], Id{12345}, ids[0], ids[2]};
        std::string names;
        for (const auto& row : me.rows<Account>(wanted)) {
            names += row.get<&Account::name>();
        }
        CHECK(names == "CAC");
        for (const auto& row : me.rows<Account>(std::vector<Id>{})) {
            FAIL("there is no row: " << row.get<&Account::name>());
        }
    });
}

TEST_CASE("get_many gives the records in the order of the ids") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        std::vector<Id> ids;
        for (int i = 0; i < 300; ++i) {
            ids.push_back(me.create(Account{.name = "Account " + std::to_string(i)}).id);
        }
        std::reverse(ids.begin(), ids.end());
        const std::vector<Account> accounts = me.get_many<Account>(ids);
        REQUIRE(accounts.size() == ids.size());
        for (std::size_t i = 0; i < ids.size(); ++i) {
            CHECK(accounts[i].id == ids[i]);
        }
        CHECK(accounts.front().name == "Account 299");
        CHECK(me.get_many<Account>({}).empty());
    });
}

TEST_CASE("get_many names every id that is not there") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const Id here = me.create(Account{.name = "A"}).id;
        const Id gone = me.create(Account{.name = "B"}).id;
        me.remove<Account>(gone);
        const std::vector<Id> ids{Id{7}, here, gone, Id{8}};
        const Error error = error_of([&] { (void)me.get_many<Account>(ids); });
        CHECK(error.code() == ErrorCode::not_found);
        std::vector<std::string> values;
        for (const Problem& problem : error.problems()) {
            CHECK(problem.entity == "account");
            CHECK(problem.field == "id");
            values.push_back(problem.value);
        }
        CHECK(values == std::vector<std::string>{"7", to_string(gone), "8"});
    });
}

TEST_CASE("a page includes the records that it refers to, each once") {
    on_each_store([](Crm crm, TestClock&) {
        const User ada = crm.ensure_user("Ada", "ada@example.com");
        Session me = crm.as(ada);
        const Account acme = me.create(Account{.name = "Acme"});
        const Account gone = me.create(Account{.name = "Gone"});
        for (const Id account : {acme.id, acme.id, gone.id, Id{}}) {
            me.create(Opportunity{.name = "Deal", .account = account});
        }
        me.update<Opportunity>(
            me.query<Opportunity>("account = :gone", {{"gone", gone.id}}).first()->id,
            {{"owner", Value()}});
        const auto page =
            me.page<Opportunity>("order by id", {.size = 10, .include = {"account", "owner"}});
        REQUIRE(page.records.size() == 4);
        CHECK(page.included.size() == 3);
        REQUIRE(page.find<Account>(page.records[0].account) != nullptr);
        CHECK(page.find<Account>(page.records[0].account)->name == "Acme");
        CHECK(page.find<Account>(gone.id)->name == "Gone");
        CHECK(page.find<Account>(Id{}) == nullptr);
        CHECK(page.find<User>(page.records[0].owner.id)->name == "Ada");
        CHECK(code_of([&] { (void)page.find<Contact>(acme.id); }) == ErrorCode::invalid_argument);
        CHECK(me.page<Opportunity>("", {.size = 10}).included.empty());
    });
}

TEST_CASE("what cannot be included is refused by name") {
    on_each_store([](Crm crm, TestClock&) {
        Session me = crm.as_system();
        const auto include = [&me](const char* name) {
            return error_of([&] { (void)me.page<Opportunity>("", {.include = {name}}); });
        };
        CHECK(include("acount").code() == ErrorCode::not_found);
        CHECK(include("acount").message().find("'account'") != std::string::npos);
        CHECK(include("name").code() == ErrorCode::invalid_argument);
        CHECK(include("name").problems().at(0).field == "name");
    });
}

TEST_CASE("a page with k included references costs 1 + k statements") {
    CountingConnection host;
    TestClock clock;
    Crm crm = Crm::open(host.handle(), clock.options());
    Session me = crm.as(crm.ensure_user("Ada", "ada@example.com"));
    for (int i = 0; i < 30; ++i) {
        const Account account = me.create(Account{.name = "A" + std::to_string(i)});
        me.create(Opportunity{.name = "Deal", .account = account.id});
    }
    const auto page_with = [&me](std::vector<std::string> include) {
        return me.page<Opportunity>("order by id", {.size = 20, .include = std::move(include)});
    };
    CHECK(page_with({"account", "owner", "stage"}).included.size() == 22);
    CHECK(host.statements([&] { (void)page_with({}); }) == 1);
    CHECK(host.statements([&] { (void)page_with({"account"}); }) == 2);
    CHECK(host.statements([&] { (void)page_with({"account", "owner"}); }) == 3);
    CHECK(host.statements([&] { (void)page_with({"account", "owner", "stage"}); }) == 4);
}

TEST_CASE("a page costs a statement for each entity that its included references lead to") {
    CountingConnection host;
    TestClock clock;
    Crm crm = Crm::open(host.handle(), clock.options());
    Session me = crm.as(crm.ensure_user("Ada", "ada@example.com"));
    const Link owners[] = {Link{User::entity_number, me.actor()},
                           Link{Team::entity_number, me.create(Team{.name = "Sales"}).id}};
    for (int i = 0; i < 30; ++i) {
        Account account{.name = "A"};
        account.owner = owners[i % 2];
        me.create(account);
    }
    const auto page_with = [&me](std::vector<std::string> include) {
        return me.page<Account>("order by id", {.size = 20, .include = std::move(include)});
    };
    CHECK(page_with({"owner"}).included.size() == 2);
    CHECK(host.statements([&] { (void)page_with({"owner"}); }) == 3);
    CHECK(host.statements([&] { (void)page_with({"owner", "created_by"}); }) == 3);
    CHECK(page_with({"owner", "created_by"}).included.size() == 2);
    CHECK(host.statements([&] { (void)page_with({"created_by", "modified_by"}); }) == 2);
}

TEST_CASE("what one call costs in statements") {
    CountingConnection host;
    TestClock clock;
    Crm crm = Crm::open(host.handle(), clock.options());
    Session me = crm.as_system();
    Contact contact = me.create(Contact{.first_name = "Ada", .last_name = "Lovelace"});
    const std::vector<Id> ids{contact.id, contact.id, contact.id};
    CHECK(host.statements([&] { (void)me.get<Contact>(contact.id); }) == 1);
    CHECK(host.statements([&] { (void)me.get_many<Contact>(ids); }) == 1);
    CHECK(host.statements([&] { (void)me.query<Contact>("order by id").all(); }) == 1);
    CHECK(host.statements([&] { (void)me.aggregate<Contact>("count()"); }) == 1);
    // The index for whole words, and for beginnings.
    CHECK(host.statements([&] { (void)me.search(entity_of<Contact>(), "love"); }) == 2);
    TransactionScope transaction = me.transaction();
    me.create(Contact{.last_name = "Warm-up"});
    // The record, its line of the history, its words.
    CHECK(host.statements([&] { me.create(Contact{.last_name = "Byron"}); }) == 3);
    // The record as it was, the record, its line of the history.
    me.update<Contact>(contact.id, {{"job_title", "Analyst"}});
    CHECK(host.statements([&] {
        me.update<Contact>(contact.id, {{"job_title", "Mathematician"}});
    }) == 3);
    transaction.commit();
}

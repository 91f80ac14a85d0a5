/// Which statements a host's work leaves prepared, and what is compiled for it.
#include "backends.hpp"
#include "counting_connection.hpp"

using namespace crmkit;
using namespace crmkit::test;

TEST_CASE("a host that pastes values into its queries does not fill memory with statements") {
    CountingConnection host;
    TestClock clock;
    Crm crm = Crm::open(host.handle(), clock.options());
    Session me = crm.as_system();
    me.create(Account{.name = "Acme 4999"});
    const int before = host.prepared();
    std::size_t found = 0;
    for (int i = 0; i < 5000; ++i) {
        found += me.query<Account>("name = 'Acme " + std::to_string(i) + "'").all().size();
        found += me.aggregate<Account>("count() where name != '" + std::to_string(i) + "'").size();
    }
    CHECK(found == 5001);
    CHECK(host.prepared() - before <= 256);
}

TEST_CASE("updates of ever other fields do not fill memory with statements") {
    CountingConnection host;
    TestClock clock;
    Crm crm = Crm::open(host.handle(), clock.options());
    Session me = crm.as_system();
    const Id id = me.create(Contact{.last_name = "Lovelace"}).id;
    const char* fields[] = {"first_name", "middle_name", "salutation", "suffix",
                            "job_title",  "department",  "nickname",   "description"};
    const int before = host.prepared();
    for (unsigned shape = 1; shape < 256; ++shape) {
        Patch changes;
        for (unsigned i = 0; i < 8; ++i) {
            if (((shape >> i) & 1U) != 0) {
                changes.emplace_back(fields[i], std::to_string(shape));
            }
        }
        me.update<Contact>(id, changes);
    }
    CHECK(host.prepared() - before < 64);
    CHECK(me.get<Contact>(id).first_name == "255");
    CHECK(me.get<Contact>(id).version == 256);
}

TEST_CASE("the text of a query is compiled once, by crmkit and by SQLite") {
    CountingConnection host;
    TestClock clock;
    Crm crm = Crm::open(host.handle(), clock.options());
    Session me = crm.as_system();
    for (int i = 0; i < 10; ++i) {
        me.create(Account{.name = "A" + std::to_string(i), .industry = "steel"});
    }
    const auto query = [&](const char* industry) {
        return [&me, industry] {
            (void)me.query<Account>("industry = :i order by name", {{"i", industry}}).all();
        };
    };
    const auto page = [&](const std::string& after) {
        return me.page<Account>("order by name", {.size = 3, .after = after}).next;
    };
    const auto pages = [&] { page(page(page(""))); };
    const auto aggregate = [&me] { (void)me.aggregate<Account>("count() by industry"); };
    CHECK(host.compiled(query("steel")) > 0);
    CHECK(host.compiled(query("steel")) == 0);
    CHECK(host.compiled(query("wood")) == 0);
    CHECK(host.compiled(pages) > 0);
    CHECK(host.compiled(pages) == 0);
    CHECK(host.compiled(aggregate) > 0);
    CHECK(host.compiled(aggregate) == 0);
}

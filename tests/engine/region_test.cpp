/// The country of phone numbers that are written without one.
#include <sqlite3.h>

#include "backends.hpp"

using namespace crmkit;
using namespace crmkit::test;

namespace {

OpenOptions options_for(std::string region) {
    OpenOptions options = TestClock{}.options();
    options.region = std::move(region);
    return options;
}

std::string normal_form_in(Crm crm, const std::string& number) {
    return crm.as_system().create(Contact{.last_name = "Ann", .phone = number}).phone_normal;
}

}  // namespace

TEST_CASE("a number without a country is one of the store's region") {
    const std::string number = "030 901820";
    CHECK(normal_form_in(Crm::open_memory(options_for("")), number) == "030901820");
    CHECK(normal_form_in(Crm::open_memory(options_for("DE")), number) == "+4930901820");
    CHECK(normal_form_in(Crm::open_memory(options_for("de")), number) == "+4930901820");
    CHECK(normal_form_in(Crm::open(":memory:", options_for("DE")), number) == "+4930901820");
    CHECK(normal_form_in(Crm::open_memory(options_for("US")), "+49 30 901820") == "+4930901820");
    for (const char* wrong : {"Germany", "XX", "D", "49"}) {
        const Error error = error_of([&] { (void)Crm::open_memory(options_for(wrong)); });
        CHECK(error.code() == ErrorCode::invalid_argument);
        CHECK_MESSAGE(error.message().find(wrong) != std::string::npos, error.message());
    }
}

TEST_CASE("regression: the number of a participant is one of the store's region, too") {
    Session me = Crm::open_memory(options_for("DE")).as_system();
    const Id call = me.create(Interaction{.kind = InteractionKind::call, .subject = "Order"}).id;
    const auto caller =
        me.create(InteractionParticipant{.interaction = call, .address = "030 901820"});
    CHECK(caller.address_normal == "+4930901820");
}

TEST_CASE("a store remembers its region for those who give none") {
    const TemporaryFolder folder;
    const std::string path = folder.file("store.db");
    CHECK(normal_form_in(Crm::open(path, options_for("DE")), "030 901820") == "+4930901820");
    CHECK(normal_form_in(Crm::open(path, options_for("")), "030 901821") == "+4930901821");
    CHECK(normal_form_in(Crm::open(path, options_for("FR")), "01 42 68 53 00") == "+33142685300");
    CHECK(normal_form_in(Crm::open(path, options_for("")), "01 42 68 53 01") == "+33142685301");
}

TEST_CASE("another process's region is seen by a store that was opened without one") {
    const TemporaryFolder folder;
    const std::string path = folder.file("store.db");
    const Crm waiting = Crm::open(path, options_for(""));
    CHECK(normal_form_in(waiting, "030 901820") == "030901820");
    (void)Crm::open(path, options_for("DE"));
    CHECK(normal_form_in(waiting, "030 901820") == "+4930901820");
}

TEST_CASE("a host's database remembers its region, unless the host takes it back") {
    sqlite3* host = nullptr;
    REQUIRE(sqlite3_open(":memory:", &host) == SQLITE_OK);
    CHECK(normal_form_in(Crm::open(host, options_for("DE")), "030 901820") == "+4930901820");
    REQUIRE(sqlite3_exec(host, "BEGIN", nullptr, nullptr, nullptr) == SQLITE_OK);
    CHECK(normal_form_in(Crm::open(host, options_for("FR")), "01 42 68 53 00") == "+33142685300");
    REQUIRE(sqlite3_exec(host, "ROLLBACK", nullptr, nullptr, nullptr) == SQLITE_OK);
    CHECK(normal_form_in(Crm::open(host, options_for("")), "030 901820") == "+4930901820");
    sqlite3_close_v2(host);
}

TEST_CASE("a changed region changes a stored normal form when its record is written next") {
    const TemporaryFolder folder;
    const std::string path = folder.file("store.db");
    std::vector<Id> ids;
    {
        Session me = Crm::open(path, options_for("")).as_system();
        ids.push_back(me.create(Contact{.last_name = "Ann", .phone = "030 901820"}).id);
        ids.push_back(me.create(Contact{.last_name = "Bob", .phone = "+49 30 901821"}).id);
    }
    Session me = Crm::open(path, options_for("DE")).as_system();
    CHECK(me.get<Contact>(ids[0]).phone_normal == "030901820");
    // What the documentation advises: write each with nothing new.
    const auto results = me.update_many<Contact>(ids, {});
    CHECK(results[0].action == UpsertAction::updated);
    CHECK(results[1].action == UpsertAction::unchanged);
    CHECK(me.get<Contact>(ids[0]).phone_normal == "+4930901820");
    CHECK(me.history(ids[0]).back().fields.at(0).field == "phone_normal");
}

TEST_CASE("an upsert by phone number finds one however it is written") {
    Session me = Crm::open_memory(options_for("DE")).as_system();
    Contact ann{.last_name = "Ann", .phone = "+49 30 901820"};
    me.upsert(UpsertKey::fields({"phone_normal"}), ann);
    Contact same{.last_name = "Anna", .phone = "(030) 90 18 20"};
    CHECK(me.upsert(UpsertKey::fields({"phone_normal"}), same) == UpsertAction::updated);
    CHECK(same.id == ann.id);
}

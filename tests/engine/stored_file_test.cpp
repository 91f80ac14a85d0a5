/// The stored file, and the stored map, of each version: opened, upgraded, and everything in it
/// still there.
#include <algorithm>
#include <functional>

#include "backends.hpp"
#include "crmkit/engine/timeline.hpp"
#include "crmkit/store/schema_version.hpp"
#include "data/contents.hpp"
#include "old_store.hpp"

using namespace crmkit;
using namespace crmkit::test;
using testing::Database;
using testing::make_old_store;
using testing::schema_of;

namespace {

template <RecordType T>
T only(Session& session, std::string_view where) {
    const auto found = session.query<T>(where).all();
    REQUIRE(found.size() == 1);
    return found.front();
}

/// Runs a test on the stored file of each version before `end`.
void on_stored_files(int end, const std::function<void(const std::string& path)>& test) {
    for (int version = 1; version < end; ++version) {
        CAPTURE(version);
        const TemporaryFolder folder;
        const std::string path = folder.file("old.db");
        make_old_store(path, version);
        test(path);
    }
}

/// The same, this version included. Its stored file is missing? tests/data/add makes it.
void on_stored_files(const std::function<void(const std::string& path)>& test) {
    on_stored_files(schema_version + 1, test);
}

/// Runs a test on the stored map of each version since there are stores on a host's map.
void on_stored_maps(const std::function<void(const std::string& path)>& test) {
    constexpr int first = 3;
    for (int version = first; version <= schema_version; ++version) {
        CAPTURE(version);
        test(CRMKIT_SOURCE_DIR "/tests/data/map_v" + std::to_string(version) + ".txt");
    }
}

/// A store on the map that a text describes.
Crm open_map(const std::string& path) {
    return Crm::open(std::make_unique<OrderedMapStore>(testing::StoredMap::read(path)));
}

void check_contents(const Crm& crm) {
    Session me = crm.as_system();
    const Account acme = only<Account>(me, "name = 'Acme Söhne'");
    CHECK(me.get<Account>(acme.parent_account).name == "Acme Holding");
    CHECK(acme.website == "acme.example");
    const Contact grace = only<Contact>(me, "last_name = 'Hopper'");
    CHECK(grace.account == acme.id);
    CHECK(grace.email_normal == "grace@example.com");
    CHECK(grace.phone_normal == "+4930123456");
    CHECK(grace.birth_date == Date::parse("1906-12-09"));
    CHECK(grace.version == 2);
    const Opportunity deal = only<Opportunity>(me, "account.name = 'Acme Söhne'");
    CHECK(deal.amount == Money::of("1200000.50", "EUR"));
    CHECK(deal.close_date == Date::parse("2026-06-30"));
    CHECK(deal.primary_contact == grace.id);
    CHECK(only<Opportunity>(me, "close_date = '2026-06-30'").id == deal.id);
    CHECK(only<Case>(me, "account.name = 'Acme Söhne'").subject == "It does not roll");

    const auto history = me.history(grace.id);
    REQUIRE(history.size() == 2);
    const auto change = std::find_if(history.begin(), history.end(), [](const HistoryEntry& entry) {
        return entry.kind == ChangeKind::updated;
    });
    REQUIRE(change != history.end());
    CHECK(change->entity == "contact");
    const auto title =
        std::find_if(change->fields.begin(), change->fields.end(),
                     [](const FieldChange& field) { return field.field == "job_title"; });
    CHECK(title != change->fields.end());
    const auto page = timeline(me, {.party = {Contact::entity_number, grace.id}});
    CHECK(std::any_of(page.items.begin(), page.items.end(),
                      [](const TimelineItem& item) { return item.title == "First call"; }));
    CHECK(crm.check_integrity() == std::vector<std::string>());
}

/// What records keep of other records, and what the library counts up.
void check_kept(const Crm& crm) {
    Session me = crm.as_system();
    const Case issue = only<Case>(me, "account.name = 'Acme Söhne'");
    CHECK(issue.case_number == "1");
    CHECK(issue.version == 1);
    CHECK(me.search<Case>("1").size() == 1);
    CHECK(me.create(Case{.subject = "Another"}).case_number == "2");
    const Contact grace = only<Contact>(me, "last_name = 'Hopper'");
    CHECK(grace.version == 2);
    CHECK(grace.last_activity_at == only<Interaction>(me, "subject = 'First call'").occurred_at);
    const Campaign spring = only<Campaign>(me, "name = 'Spring'");
    CHECK(spring.member_count == 2);
    CHECK(spring.responded_count == 1);
    CHECK(spring.sent_count == 1);
    CHECK(only<Status>(me, "entity = 'campaign_member' and name = 'phoned'").state == "sent");
    CHECK(only<Product>(me, "name = 'Mill'").status == "retired");
    const Opportunity deal = only<Opportunity>(me, "account.name = 'Acme Söhne'");
    CHECK(deal.total_line_item_amount == Money::of("1200000.50", "EUR"));
    CHECK(deal.total_amount == deal.amount);
    CHECK(crm.check_integrity() == std::vector<std::string>());
}

/// Puts into the file of version 1 what those of later versions hold beside.
void add_later_contents(const std::string& path) {
    const auto run = [&path](const char* sql) { Database(path).run(sql); };
    run("INSERT INTO campaigns (id, version, name, campaign_type, state, status) "
        "VALUES (71, 1, 'Spring', 'email', 'planned', 'planned')");
    run("INSERT INTO campaigns_search (rowid, words) VALUES (71, 'spring')");
    run("INSERT INTO campaign_members (id, version, campaign, party, party_entity, status) "
        "SELECT 72, 1, 71, id, 5, 'responded' FROM contacts WHERE last_name = 'Hopper'");
    run("INSERT INTO campaign_members (id, version, campaign, party, party_entity, status) "
        "SELECT 73, 1, 71, id, 4, 'phoned' FROM accounts WHERE name = 'Acme Holding'");
    run("INSERT INTO products (id, version, name, structure, state) "
        "VALUES (74, 1, 'Mill', 'product', 'retired')");
    run("INSERT INTO products_search (rowid, words) VALUES (74, 'mill')");
    run("INSERT INTO opportunity_lines (id, version, opportunity, description, quantity, "
        "unit_price, unit_price_currency, amount, amount_currency, line_number) SELECT 75, 1, id, "
        "'mill', 2000000000, 60000025, 'EUR', 120000050, 'EUR', 1 FROM opportunities");
}

}  // namespace

TEST_CASE("what the stored file of each version holds is read as it was written") {
    on_stored_files([](const std::string& path) { check_contents(Crm::open(path)); });
}

TEST_CASE("the next stored file and map hold the same") {
    const TemporaryFolder folder;
    const std::string path = folder.file("new.db");
    testing::write_file(path);
    check_contents(Crm::open(path));
    check_kept(Crm::open(path));
    const std::string map = folder.file("new.txt");
    testing::write_map(map);
    check_contents(open_map(map));
    check_kept(open_map(map));
}

TEST_CASE("a stored file of version 1 takes everything that is new") {
    const TemporaryFolder folder;
    const std::string path = folder.file("old.db");
    make_old_store(path, 1);
    Crm crm = Crm::open(path);
    Session me = crm.as_system();

    // Fields that came later are empty, and can be written.
    Contact grace = only<Contact>(me, "last_name = 'Hopper'");
    CHECK(grace.nickname.empty());
    CHECK(grace.social_profiles.empty());
    CHECK_FALSE(grace.do_not_mail);
    grace.nickname = "Amazing Grace";
    grace.social_profiles = {"a;b", "c"};
    grace.do_not_mail = true;
    CHECK(me.update(grace).version == 3);
    CHECK(only<Contact>(me, "do_not_mail and nickname = 'Amazing Grace'").social_profiles.size() ==
          2);
    Account acme = only<Account>(me, "name = 'Acme Söhne'");
    CHECK_FALSE(acme.annual_revenue);
    acme.annual_revenue = Money::of("5.50", "EUR");
    acme = me.update(acme);
    CHECK(me.get<Account>(acme.id).annual_revenue == Money::of("5.50", "EUR"));

    // Entities that came later, search by what was not searchable, keys of other systems.
    me.create(Tag{.name = "important"});
    CHECK(me.query<Tag>().all().size() == 1);
    CHECK(me.search<Contact>("hopper").size() == 1);
    CHECK(me.search<Contact>("gone").empty());
    CHECK(me.search<Case>("roll").size() == 1);
    Account by_key{.name = "Acme and Sons"};
    CHECK(me.upsert(UpsertKey::external("erp", "C-1"), by_key) == UpsertAction::updated);
    CHECK(by_key.id == acme.id);

    // What was done before can be undone now.
    Id gone;
    for (const HistoryEntry& entry : me.changes_since(1, 10'000)) {
        gone = entry.kind == ChangeKind::deleted && entry.entity == "contact" ? entry.record : gone;
    }
    CHECK(me.restore<Contact>(gone).last_name == "Gone");
    CHECK(me.search<Contact>("gone").size() == 1);
    CHECK(crm.check_integrity().empty());
}

TEST_CASE("a stored file of each version has what the library keeps, without new versions") {
    on_stored_files([](const std::string& path) {
        if (Database(path).rows("SELECT 1 FROM campaigns").empty()) {
            add_later_contents(path);
        }
        check_kept(Crm::open(path));
    });
}

TEST_CASE("what the stored map of each version holds is read as it was written") {
    on_stored_maps([](const std::string& path) {
        check_contents(open_map(path));
        check_kept(open_map(path));
    });
}

TEST_CASE("a stored file of each version gets the schema of a new store, once") {
    const TemporaryFolder folder;
    const std::string fresh = folder.file("new.db");
    { const Crm crm = Crm::open(fresh); }
    on_stored_files([&fresh](const std::string& path) {
        const auto migrations = [&path] {
            return Database(path).rows("SELECT sequence, statement FROM crmkit_migrations");
        };
        const auto before = migrations();
        const bool is_current = schema_of(path) == schema_of(fresh);
        { const Crm crm = Crm::open(path); }
        CHECK(schema_of(path) == schema_of(fresh));
        // The list of migrations is kept, and what was done now is added to it.
        const auto after = migrations();
        CHECK((after.size() > before.size()) == !is_current);
        CHECK(std::includes(after.begin(), after.end(), before.begin(), before.end()));
        { const Crm crm = Crm::open(path); }
        CHECK(migrations() == after);
    });
}

TEST_CASE("a stored file of an earlier version that may only be read is refused as it is") {
    on_stored_files(schema_version, [](const std::string& path) {
        const auto before = schema_of(path);
        OpenOptions options;
        options.read_only = true;
        const Error error = error_of([&] { (void)Crm::open(path, options); });
        CHECK(error.code() == ErrorCode::read_only);
        CHECK(error.message().find("older schema") != std::string::npos);
        CHECK(schema_of(path) == before);
        // Once it has been opened for writing it can be read.
        { const Crm crm = Crm::open(path); }
        const Crm crm = Crm::open(path, options);
        Session me = crm.as_system();
        CHECK(only<Contact>(me, "last_name = 'Hopper'").first_name == "Grace");
    });
}

/// CSV exports of all entities, imported into another store and back into their own.
#include <algorithm>
#include <array>
#include <set>

#include "crmkit/model/registry.hpp"
#include "crmkit/model/status_templates.hpp"
#include "crmkit/schema/value_text.hpp"
#include "export_support.hpp"

using namespace crmkit;
using namespace crmkit::test;

namespace {

/// Entities in an order in which none refers to a later one, but for circles.
constexpr std::array<std::string_view, 29> in_order{"currency_rate",
                                                    "team",
                                                    "user",
                                                    "team_member",
                                                    "status",
                                                    "pipeline",
                                                    "stage",
                                                    "product",
                                                    "campaign",
                                                    "account",
                                                    "contact",
                                                    "account_contact",
                                                    "lead",
                                                    "campaign_member",
                                                    "opportunity",
                                                    "opportunity_contact_role",
                                                    "opportunity_line",
                                                    "case",
                                                    "interaction",
                                                    "interaction_participant",
                                                    "interaction_regarding",
                                                    "transaction",
                                                    "transaction_line",
                                                    "address",
                                                    "email_address",
                                                    "phone_number",
                                                    "tag",
                                                    "record_tag",
                                                    "external_id"};

/// Texts that a file, a spreadsheet or an import might take for something else.
constexpr std::array<std::string_view, 24> awkward_texts{"=SUM(A1)",
                                                         "'=already guarded",
                                                         "''twice",
                                                         "+49 30 123",
                                                         "-1 + 2",
                                                         "@home",
                                                         "\"quoted\"",
                                                         "a \"quote\" inside",
                                                         "comma, semicolon; pipe| tab\tend",
                                                         "line\r\nbreak",
                                                         "old\rbreak",
                                                         "new\nbreak\n\nbreak",
                                                         "N/A",
                                                         "null",
                                                         "-",
                                                         "?",
                                                         "007",
                                                         "1e5",
                                                         "true",
                                                         "2026-01-05",
                                                         "sep=;",
                                                         "Zoë 東京 🎉 עברית",
                                                         "{name} [\"list\"]",
                                                         "＝full width"};

struct People {
    Team north;
    User boss;
    User ada;
};

People fill_people(Session& me) {
    Team north = me.create(Team{.source = "hr", .name = "North"});
    const User boss = me.create(User{.name = "Boss", .email = "boss@example.com"});
    const User ada = me.create(User{.name = "Ada \"Countess\" Lovelace",
                                    .email = "ada@example.com",
                                    .manager = boss.id,
                                    .team = north.id,
                                    .time_zone = "Europe/Berlin",
                                    .skills = {"=cases", "a;b", "c, d"}});
    north.lead = boss.id;  // who stands in a later file
    north.owner = {User::entity_number, ada.id};
    north = me.update(north);
    me.create(TeamMember{.team = north.id, .user = ada.id, .role = "=lead"});
    return {north, boss, ada};
}

/// Accounts with a text each, and two that refer to each other's file and to people.
Account fill_accounts(Session& me, const People& people) {
    for (const std::string_view text : awkward_texts) {
        me.create(Account{.name = std::string(text), .description = std::string(text)});
    }
    Account daughter = me.create(Account{.owner = {User::entity_number, people.ada.id},
                                         .source = "fair, \"2025\"",
                                         .name = "Daughter",
                                         .account_number = "=007",
                                         .rating = Rating::hot,
                                         .ownership = Ownership::private_,
                                         .annual_revenue = Money::of("-12.50", "EUR")});
    const Account parent = me.create(Account{
        .owner = {Team::entity_number, people.north.id}, .name = "Parent", .do_not_call = true});
    daughter.parent_account = parent.id;  // which stands further down in the file
    const Contact grace = me.create(Contact{.first_name = "Grace",
                                            .last_name = "O'Hopper",
                                            .account = daughter.id,
                                            .phone = "+49 30 123456",
                                            .social_profiles = {"a;b", "\"c\"", "=d"},
                                            .preferred_contact_user = people.boss.id,
                                            .birth_date = *Date::parse("1906-12-09"),
                                            .gender = Gender::female});
    me.create(Contact{.last_name = "Second", .account = daughter.id, .reports_to = grace.id});
    me.create(AccountContact{.account = daughter.id,
                             .contact = grace.id,
                             .role = "-board",
                             .is_primary = true,
                             .valid_from = *Date::parse("2020-02-29")});
    daughter.primary_contact = grace.id;  // who stands in a later file
    return me.update(daughter);
}

void fill_sales(Session& me, const People& people, const Account& account) {
    me.create(CurrencyRate{.from_currency = "USD",
                           .to_currency = "EUR",
                           .effective_date = *Date::parse("2025-01-01"),
                           .rate = *Decimal::parse("0.912345678")});
    const Pipeline deals = me.create(Pipeline{.name = "=Deals", .team = people.north.id});
    const Stage first = me.create(Stage{.name = "First, \"cold\"",
                                        .pipeline = deals.id,
                                        .sort_order = 1,
                                        .probability = 20,
                                        .required_fields = {"account", "amount"},
                                        .exit_criteria = "amount > 0 and name != '\"'"});
    const Stage won = me.create(Stage{
        .name = "Won", .pipeline = deals.id, .sort_order = 2, .state = OpportunityState::won});
    const Product mill = me.create(Product{.name = "Mill \"XL\"",
                                           .product_number = "0815",
                                           .status = "under_revision",
                                           .list_price = Money::of("1234.56", "EUR"),
                                           .images = {"https://a.example/?a=1,2"},
                                           .weight = *Decimal::parse("0.000000001")});
    const Opportunity deal = me.create(Opportunity{.owner = {User::entity_number, people.ada.id},
                                                   .name = "Mill",
                                                   .account = account.id,
                                                   .primary_contact = account.primary_contact,
                                                   .stage = first.id,
                                                   .amount = Money::of("5000", "USD"),
                                                   .probability = 35,
                                                   .product = mill.id,
                                                   .competitors = {"A, B", "=C"}});
    me.create(Opportunity{.name = "Lathe",
                          .account = account.id,
                          .stage = won.id,
                          .close_date = *Date::parse("2025-12-31"),
                          .actual_value = Money::of("7", "EUR")});
    me.create(Opportunity{.name = "In the pipeline of every store"});
    me.create(OpportunityContactRole{.opportunity = deal.id,
                                     .contact = account.primary_contact,
                                     .role = "@decides",
                                     .is_primary = true});
    const OpportunityLine bundle =
        me.create(OpportunityLine{.opportunity = deal.id,
                                  .product = mill.id,
                                  .quantity = *Decimal::parse("1.5"),
                                  .unit_price = Money::of("100.00", "USD"),
                                  .discount_percent = *Decimal::parse("12.5")});
    me.create(OpportunityLine{.opportunity = deal.id,
                              .description = "=setting up",
                              .quantity = Decimal::of(1),
                              .unit_price = Money::of("10.00", "USD"),
                              .parent_bundle = bundle.id});
    const Transaction sale = me.create(Transaction{.party = {Account::entity_number, account.id},
                                                   .kind = TransactionKind::return_,
                                                   .at = *Instant::parse("2025-11-30T23:59:59.5Z"),
                                                   .amount = Money::of("19.99", "EUR"),
                                                   .reference = "-1/2025"});
    me.create(TransactionLine{.transaction = sale.id,
                              .product = mill.id,
                              .quantity = Decimal::of(2),
                              .unit_price = Money::of("9.99", "EUR"),
                              .tax = Money::of("0.01", "EUR")});
}

void fill_marketing(Session& me, const Account& account) {
    const Campaign fair = me.create(Campaign{.name = "Fair",
                                             .campaign_type = "event",
                                             .status = "launched",
                                             .objective = "line\r\nbreak",
                                             .budgeted_cost = Money::of("100", "EUR")});
    me.create(Campaign{.name = "Stand", .campaign_type = "event", .parent = fair.id});
    const Lead lead = me.create(Lead{.last_name = "=Lead",
                                     .company_name = "Firm, Inc.",
                                     .status = "disqualified",
                                     .disqualified_reason = "\"no\"",
                                     .email = "lead@example.com",
                                     .campaign = fair.id,
                                     .need = Need::must_have});
    me.create(Lead{.company_name = "Open"});
    me.create(CampaignMember{.campaign = fair.id,
                             .party = {Lead::entity_number, lead.id},
                             .status = "responded",
                             .responded_at = *Instant::parse("2026-01-02T03:04:05.678901Z")});
    me.create(CampaignMember{.campaign = fair.id, .party = {Account::entity_number, account.id}});
}

void fill_service(Session& me, const Account& account, const People& people) {
    me.create(Status{.name = "Waits, \"parts\"",
                     .entity = "case",
                     .state = "open",
                     .sort_order = 9,
                     .is_on_hold = true});
    const Case fault = me.create(Case{.subject = "=It does not roll",
                                      .description = std::string(awkward_texts[9]),
                                      .account = account.id,
                                      .contact = account.primary_contact,
                                      .status = "Waits, \"parts\"",
                                      .severity = Severity::high});
    me.create(Case{.subject = "Done",
                   .status = "resolved",
                   .parent_case = fault.id,
                   .resolution = "new roll",
                   .satisfaction = 5});
    const Interaction call = me.create(Interaction{
        .kind = InteractionKind::call,
        .subject = "+49 calls",
        .body = "\"yes\",\r\nno",
        .status = "held",
        .direction = InteractionDirection::outbound,
        .actual_start = *Instant::parse("2026-01-05T08:00:00Z"),
        .actual_end = *Instant::parse("2026-01-05T08:10:00Z"),
        .message_id = "<1@example.com>",
    });
    const Interaction weekly = me.create(Interaction{
        .kind = InteractionKind::meeting, .subject = "Weekly", .recurrence_rule = "FREQ=WEEKLY"});
    me.create(Interaction{.kind = InteractionKind::meeting,
                          .subject = "Weekly, moved",
                          .recurrence_master = weekly.id,
                          .original_start = *Instant::parse("2026-01-12T09:00:00Z")});
    me.create(InteractionParticipant{.interaction = call.id,
                                     .party = {Contact::entity_number, account.primary_contact},
                                     .role = ParticipantRole::callee});
    me.create(InteractionParticipant{.interaction = call.id,
                                     .party = {User::entity_number, people.ada.id},
                                     .address = "+49 30 7654321"});
    me.create(
        InteractionRegarding{.interaction = call.id, .record = {Case::entity_number, fault.id}});
}

void fill_what_parties_have(Session& me, const Account& account) {
    const Link party{Account::entity_number, account.id};
    me.create(Address{.party = party,
                      .kind = AddressKind::billing,
                      .is_primary = true,
                      .street = "Main 1\nback yard",
                      .postal_code = "01067"});
    me.create(EmailAddress{.address = "other@example.com", .party = party, .is_invalid = true});
    me.create(PhoneNumber{.number = "+49 30 901820", .party = party});
    const Tag tag = me.create(Tag{.name = "=hot", .color = "#ff0000"});
    me.create(RecordTag{.tag = tag.id, .record = party});
    me.create(ExternalId{.system = "erp", .key = "007", .record = party});
}

/// Records of every entity that an import can write, which refer to each other.
void fill_all(Session& me) {
    const People people = fill_people(me);
    const Account account = fill_accounts(me, people);
    fill_sales(me, people, account);
    fill_marketing(me, account);
    fill_service(me, account, people);
    fill_what_parties_have(me, account);
}

// ---- What is compared

/// The title of a record, as "user Ada"; empty for none.
std::string titled(Session& session, const Entity& entity, Id id) {
    Record record(entity);
    return id && session.try_read(entity, id, record.object(), Deleted::hidden)
               ? std::string(entity.name) + ' ' + to_text(record.get(*entity.title))
               : std::string();
}

/// A value with the title of the record that it refers to in the place of an id.
std::string text_without_ids(Session& session, const Field& field, const ValueView& value) {
    const Registry& registry = session.registry();
    if (value.is_null() || field.target.empty()) {
        return to_text(value, &registry);
    }
    return field.type() == FieldType::reference
               ? titled(session, registry.get(field.target), value.id())
               : titled(session, registry.get(value.link().entity), value.link().id);
}

/// The records of an entity with owner and source, in the order of the texts, but for ids, versions
/// and the times that the library sets.
std::vector<std::string> lines_of(Session& session, std::string_view name) {
    const Entity& entity = session.registry().get(name);
    // The other store knows by these what the ids of the first one stand for.
    const auto cursor =
        session.stream(entity, name == "external_id" ? "system != 'crmkit'" : "", {});
    std::vector<std::string> lines;
    Record record(entity);
    while (cursor->next(record.object())) {
        std::string& line = lines.emplace_back();
        for (const Field& field : entity.fields) {
            const bool is_told =
                field.id > header::count || field.id == header::owner || field.id == header::source;
            const bool is_set_time =
                field.type() == FieldType::instant && (field.is_read_only || field.is_computed);
            if (is_told && !is_set_time) {
                line += std::string(field.name) + '=' +
                        text_without_ids(session, field, record.get(field)) + '\n';
            }
        }
    }
    std::sort(lines.begin(), lines.end());
    return lines;
}

/// A new store whose ids are others than those of the first one.
Crm other_store(const TestClock& clock) {
    clock.clock->advance(std::chrono::seconds(1));
    OpenOptions options = clock.options();
    options.seed = 2;
    return Crm::open_memory(options);
}

/// Imports a file of an export while what it refers to may not be there yet.
ImportReport import_first(Session& session, const ExportCsv& what, const std::string& file) {
    ImportPlan plan = exchange::plan_for_export(session.registry(), what);
    for (auto& reference : plan.references) {
        reference.on_missing = exchange::MissingReference::leave_empty;
    }
    MemorySource source(file);
    return exchange::run_import(session, plan, source);
}

ExportCsv all_of(std::string_view entity) {
    return {.entity = std::string(entity), .query = "order by id"};
}

}  // namespace

TEST_CASE("CSV exports of all entities import into a new store and back, equal") {
    std::set<std::string_view> importable;
    for (const Entity* entity : standard_registry().entities()) {
        if (!entity->is_internal) {
            importable.insert(entity->name);
        }
    }
    REQUIRE(importable == std::set<std::string_view>(in_order.begin(), in_order.end()));
    on_each_store([](Crm crm, TestClock& clock) {
        Session me = crm.as_system();
        fill_all(me);
        Crm other = other_store(clock);
        Session there = other.as_system();
        std::vector<std::string> files;
        for (const std::string_view entity : in_order) {
            CAPTURE(entity);
            files.push_back(csv_of(me, all_of(entity)));
            const auto report = import_first(there, all_of(entity), files.back());
            CHECK(shown(report) == std::vector<std::string>());
            CHECK(report.rows > 0);
            clock.clock->advance(std::chrono::seconds(1));
        }
        // Once more, now that every record is there that another one refers to.
        for (std::size_t i = 0; i < files.size(); ++i) {
            CAPTURE(in_order[i]);
            const auto report = import_export(there, all_of(in_order[i]), files[i]);
            CHECK(shown(report) == std::vector<std::string>());
            CHECK(report.updated + report.unchanged == report.rows);
        }
        for (const std::string_view entity : in_order) {
            CAPTURE(entity);
            CHECK(lines_of(there, entity) == lines_of(me, entity));
        }
        const auto before = contents_of(me);
        for (std::size_t i = 0; i < files.size(); ++i) {
            CAPTURE(in_order[i]);
            for (Session* session : {&me, &there}) {
                const auto report = import_export(*session, all_of(in_order[i]), files[i]);
                CHECK(shown(report) == std::vector<std::string>());
                CHECK(report.unchanged == report.rows);
            }
        }
        CHECK(contents_of(me) == before);
        CHECK(other.check_integrity().empty());
    });
}

TEST_CASE("regression: what every store begins with is not in the way of another store's export") {
    on_each_store([](Crm crm, TestClock& clock) {
        Session me = crm.as_system();
        const Account acme = me.create(Account{.name = "Acme"});
        const Opportunity deal = me.create(Opportunity{.name = "Mill", .account = acme.id});
        Crm other = other_store(clock);
        Session there = other.as_system();
        for (const std::string_view entity :
             {"status", "account", "pipeline", "stage", "opportunity"}) {
            CAPTURE(entity);
            const auto before = lines_of(there, entity);
            const auto report = import_export(there, all_of(entity), csv_of(me, all_of(entity)));
            CHECK(shown(report) == std::vector<std::string>());
            CHECK((before.empty() ? report.created : report.unchanged) == report.rows);
            CHECK(lines_of(there, entity) == lines_of(me, entity));
        }
        CHECK(count_of<Status>(there) == status_templates.size());
        CHECK(count_of<Pipeline>(there) == 1);
        const auto here = there.query<Opportunity>().first();
        REQUIRE(here);
        CHECK(there.get<Stage>(here->stage).name == me.get<Stage>(deal.stage).name);
    });
}

TEST_CASE("a record of another store is taken for the one with its unique key, as the plan says") {
    on_each_store([](Crm crm, TestClock& clock) {
        Session me = crm.as_system();
        const Id id = me.create(Product{.name = "Mill", .product_number = "1"}).id;
        const ExportCsv what{.entity = "product", .columns = {"id", "name", "product_number"}};
        const std::string file = csv_of(me, what);
        Crm other = other_store(clock);
        Session there = other.as_system();
        const Product mine = there.create(Product{.name = "Mine", .product_number = "1"});
        ImportPlan plan = exchange::plan_for_export(there.registry(), what);
        const auto run = [&](exchange::KnownRecord on_known, const std::string& csv) {
            plan.on_known = on_known;
            MemorySource source(csv);
            return exchange::run_import(there, plan, source);
        };
        const auto refused = run(exchange::KnownRecord::refuse, file);
        CHECK(refused.refused == 1);
        CHECK(holds(shown(refused)[0], {"product_number '1'", "is taken by another record"}));
        CHECK(count_of<ExternalId>(there) == 0);
        CHECK(run(exchange::KnownRecord::skip, file).skipped == 1);
        CHECK(there.get<Product>(mine.id).name == "Mine");
        CHECK(run(exchange::KnownRecord::update, file).updated == 1);
        CHECK(there.get<Product>(mine.id).name == "Mill");
        CHECK(count_of<Product>(there) == 1);
        // From the first time on it is known by the id, whatever its key is now.
        CHECK(count_of<ExternalId>(there) == 1);
        CHECK(run(exchange::KnownRecord::update,
                  "id,name,product_number\n" + to_string(id) + ",Mill,2\n")
                  .updated == 1);
        CHECK(there.get<Product>(mine.id).product_number == "2");
    });
}

TEST_CASE("a record that is known by another id is not taken for a second one") {
    Crm crm = Crm::open_memory();
    Session me = crm.as_system();
    const ExportCsv what{.entity = "tag", .columns = {"id", "name"}};
    CHECK(import_export(me, what, "id,name\n1,hot\n2,cold\n").created == 2);
    // The first one has its name no more in the file, and a new one has it.
    auto report = import_export(me, what, "id,name\n3,hot\n1,warm\n");
    CHECK(report.refused == 1);
    CHECK(holds(shown(report)[0], {"2:2 name name 'hot'", "is taken by another record"}));
    CHECK(report.updated == 1);
    CHECK(import_export(me, what, "id,name\n3,hot\n").created == 1);
    // Nor is one that is known taken for another, which is not.
    me.create(Tag{.name = "mine"});
    report = import_export(me, what, "id,name\n2,mine\n");
    CHECK(report.refused == 1);
    CHECK(count_of<Tag>(me) == 4);
}

TEST_CASE("the source of a record comes back with its export, and so does none") {
    on_each_store([](Crm crm, TestClock& clock) {
        Session me = crm.as_system();
        me.create(Account{.source = "fair", .name = "A"});
        me.create(Account{.name = "B"});
        const ExportCsv what = all_of("account");
        const std::string file = csv_of(me, what);
        CHECK(file.starts_with("id,owner,source,name,"));
        Crm other = other_store(clock);
        Session there = other.as_system();
        CHECK(import_export(there, what, file).created == 2);
        CHECK(lines_of(there, "account") == lines_of(me, "account"));
        // A plan that says what it is to be says it where the file does not.
        ImportPlan plan = exchange::plan_for_export(there.registry(), what);
        plan.key_system.clear();
        plan.key_columns.clear();
        plan.source = "merger";
        MemorySource again(file);
        CHECK(exchange::run_import(there, plan, again).created == 2);
        CHECK(there.query<Account>("source = 'merger'").all().size() == 1);
        CHECK(there.query<Account>("source = 'fair'").all().size() == 2);
    });
}

TEST_CASE("the stays of opportunities in stages can be exported as CSV, not imported") {
    Crm crm = Crm::open_memory();
    Session me = crm.as_system();
    me.create(Opportunity{.name = "Mill"});
    const std::string file = csv_of(me, all_of("stage_history"));
    CHECK(std::count(file.begin(), file.end(), '\n') == 2);
    const Error error = error_of([&] { import_export(me, all_of("stage_history"), file); });
    CHECK(error.code() == ErrorCode::validation);
    CHECK(holds(error.message(), {"stage_history", "is written by the library only"}));
}

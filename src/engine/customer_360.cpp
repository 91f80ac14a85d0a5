#include "crmkit/engine/customer_360.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "as_it_was.hpp"
#include "crmkit/engine/session.hpp"
#include "crmkit/expr/accumulator.hpp"
#include "crmkit/model/registry.hpp"
#include "crmkit/schema/check.hpp"
#include "purchases.hpp"
#include "session_state.hpp"

namespace crmkit {

namespace {

/// Reads the sections of one customer.
class Reader {
  public:
    Reader(Session& session, const Customer360Request& request)
        : session_(session), request_(request), found_{.party = request.party} {}

    Customer360 read() {
        if (is_account()) {
            read_account();
        } else {
            read_contact();
        }
        read_place();
        read_owner();
        if (wants("timeline")) {
            found_.timeline = timeline(session_, {.party = request_.party,
                                                  .until = after_moment(),
                                                  .limit = request_.limit})
                                  .items;
        }
        read_milestones();
        if (is_account() && !request_.as_of) {
            read_account_opportunities();
        } else if (wants_opportunities()) {
            read_milestone_opportunities();
        }
        if (wants("cases")) {
            read_cases();
        }
        if (wants("campaigns")) {
            read_campaigns();
        }
        if (wants_purchases()) {
            read_purchases();
        }
        return std::move(found_);
    }

  private:
    /// Whether a list of the result, by its field's name, is asked for.
    [[nodiscard]] bool wants(std::string_view section) const {
        const auto& asked = request_.sections;
        return asked.empty() || std::find(asked.begin(), asked.end(), section) != asked.end();
    }
    [[nodiscard]] bool wants_opportunities() const {
        return wants("opportunities") || wants("opportunity_totals");
    }
    [[nodiscard]] bool wants_purchases() const {
        return wants("purchases") || wants("transactions");
    }
    /// The first moment whose events are left out, if any is.
    [[nodiscard]] std::optional<Instant> after_moment() const {
        return request_.as_of ? std::optional(Instant{request_.as_of->microseconds + 1})
                              : std::nullopt;
    }
    /// What a query's text has for `as_of`; nothing without one.
    [[nodiscard]] std::string_view if_past(std::string_view condition) const {
        return request_.as_of ? condition : std::string_view();
    }
    /// The parameters of a query with such a condition.
    [[nodiscard]] Parameters parameters(const Value& party) const {
        Parameters values{{"party", party}};
        if (request_.as_of) {
            values.emplace_back("as_of", *request_.as_of);
        }
        return values;
    }

    [[nodiscard]] bool is_account() const {
        return request_.party.entity == Account::entity_number;
    }
    [[nodiscard]] std::size_t limit() const { return static_cast<std::size_t>(request_.limit); }
    /// Leaves of a list what a section may have.
    template <typename List>
    void cut(List& list) const {
        list.resize(std::min(limit(), list.size()));
    }

    /// What is read of records: these members, but as of a moment all of them, which the history
    /// may tell of.
    template <RecordType T, auto... Members>
    [[nodiscard]] const FieldSet* only() const {
        return request_.as_of ? nullptr : &detail::places_of<T, Members...>();
    }
    /// Visits what a query finds, up to the limit of a section.
    template <RecordType T, auto... Members, typename Visit>
    void each(const std::string& text, const Parameters& values, Visit visit) {
        visit_all<T>(
            *session_.stream(entity_of<T>(), fmt::format("{} limit {}", text, request_.limit),
                             values, only<T, Members...>()),
            visit);
    }
    /// Visits the live records with these ids.
    template <RecordType T, auto... Members, typename Visit>
    void each(std::span<const Id> ids, Visit visit) {
        visit_all<T>(*session_.stream(entity_of<T>(), ids, only<T, Members...>()), visit);
    }
    template <RecordType T, typename Visit>
    static void visit_all(RecordStream& records, Visit visit) {
        T record;
        while (records.next(&record)) {
            visit(record);
        }
    }
    template <typename Visit>
    void each_contact(const std::string& text, Visit visit) {
        each<Contact, &Contact::id, &Contact::full_name, &Contact::job_title, &Contact::email,
             &Contact::phone>(text, {{"party", request_.party.id}}, visit);
    }
    template <typename Visit>
    void each_account(const std::string& text, Visit visit) {
        each<Account, &Account::id, &Account::name, &Account::email, &Account::phone>(
            text, {{"party", request_.party.id}}, visit);
    }
    template <typename Visit>
    void each_place(const std::string& text, Visit visit) {
        each<AccountContact, &AccountContact::account, &AccountContact::contact,
             &AccountContact::role, &AccountContact::is_primary>(
            text, {{"party", request_.party.id}}, visit);
    }
    template <typename Visit>
    void each_opportunity(const std::string& text, Visit visit) {
        each<Opportunity, &Opportunity::id, &Opportunity::name, &Opportunity::stage,
             &Opportunity::state, &Opportunity::amount, &Opportunity::probability,
             &Opportunity::close_date>(text, {{"party", request_.party.id}}, visit);
    }
    /// `source`: a text and its values, or ids.
    template <typename Visit, typename... Source>
    void each_member(Visit visit, const Source&... source) {
        each<CampaignMember, &CampaignMember::id, &CampaignMember::campaign,
             &CampaignMember::status, &CampaignMember::responded_at>(source..., visit);
    }
    /// Makes a record of a section what it was at the moment that is asked for, if one is.
    template <RecordType T>
    void take_back(T& record) {
        if (request_.as_of) {
            engine::take_back(session_, record, *request_.as_of);
        }
    }

    static RelatedParty person(const Contact& contact, std::string relation, bool is_primary) {
        return {.party = Link{Contact::entity_number, contact.id},
                .name = contact.full_name,
                .relation = std::move(relation),
                .is_primary = is_primary,
                .email = contact.email,
                .phone = contact.phone};
    }
    static RelatedParty organisation(const Account& account, std::string relation,
                                     bool is_primary) {
        return {.party = Link{Account::entity_number, account.id},
                .name = account.name,
                .relation = std::move(relation),
                .is_primary = is_primary,
                .email = account.email,
                .phone = account.phone};
    }

    void read_account() {
        const auto account = session_.get<Account>(request_.party.id);
        found_.name = account.name;
        found_.email = account.email;
        found_.phone = account.phone;
        found_.website = account.website;
        found_.industry = account.industry;
        found_.owner = account.owner;
        found_.customer_since = account.created_at;
        if (wants("people")) {
            read_people_of(account);
            cut(found_.people);
        }
        if (wants("relations")) {
            read_relations_of(account);
            cut(found_.relations);
        }
    }

    void read_people_of(const Account& account) {
        each_contact("account = :party order by last_name", [&](const Contact& contact) {
            found_.people.push_back(
                person(contact, contact.job_title, contact.id == account.primary_contact));
        });
        each_place(
            "account = :party and is_active and "
            "(contact.account is null or contact.account != :party)",
            [&](const AccountContact& place) {
                if (const auto contact = session_.find<Contact>(place.contact)) {
                    found_.people.push_back(person(*contact, place.role, place.is_primary));
                }
            });
    }

    void read_relations_of(const Account& account) {
        if (const auto parent = session_.find<Account>(account.parent_account)) {
            found_.relations.push_back(organisation(*parent, "parent", false));
        }
        each_account("parent_account = :party order by name", [&](const Account& child) {
            found_.relations.push_back(organisation(child, "subsidiary", false));
        });
    }

    void read_contact() {
        const auto contact = session_.get<Contact>(request_.party.id);
        found_.name = contact.full_name;
        found_.email = contact.email;
        found_.phone = contact.phone;
        found_.owner = contact.owner;
        found_.customer_since = contact.created_at;
        const auto account = session_.find<Account>(contact.account);
        if (account) {
            found_.industry = account->industry;
            found_.website = account->website;
        }
        if (wants("people")) {
            read_organisations_of(contact, account);
            cut(found_.people);
        }
        if (wants("relations")) {
            read_relations_of(contact);
            cut(found_.relations);
        }
    }

    void read_organisations_of(const Contact& contact, const std::optional<Account>& main) {
        if (main) {
            found_.people.push_back(organisation(*main, contact.job_title, true));
        }
        each_place("contact = :party and is_active", [&](const AccountContact& place) {
            const auto account = session_.find<Account>(place.account);
            if (account && account->id != contact.account) {
                found_.people.push_back(organisation(*account, place.role, place.is_primary));
            }
        });
    }

    void read_relations_of(const Contact& contact) {
        if (const auto manager = session_.find<Contact>(contact.reports_to)) {
            found_.relations.push_back(person(*manager, "manager", false));
        }
        each_contact("reports_to = :party order by last_name", [&](const Contact& report) {
            found_.relations.push_back(person(report, "report", false));
        });
    }

    void read_place() {
        const auto addresses =
            session_.stream(entity_of<Address>(), "party = :party order by is_primary desc limit 1",
                            {{"party", request_.party}},
                            &detail::places_of<Address, &Address::city, &Address::country>());
        Address address;
        if (addresses->next(&address)) {
            found_.city = std::move(address.city);
            found_.country = std::move(address.country);
        }
    }

    void read_owner() {
        if (found_.owner.entity == User::entity_number) {
            const auto user = session_.find<User>(found_.owner.id);
            found_.owner_name = user ? user->name : "";
        } else if (found_.owner) {
            const auto team = session_.find<Team>(found_.owner.id);
            found_.owner_name = team ? team->name : "";
        }
    }

    /// What only the timeline leads to: the sales that a contact has a part in, or that had begun
    /// at a moment, and what an account's contacts have bought and responded to.
    [[nodiscard]] TimelineKinds kinds_of_milestones() const {
        const auto set_of = [](TimelineKind kind, bool is_wanted) {
            return is_wanted ? TimelineKinds{1} << kind : TimelineKinds{0};
        };
        const bool by_timeline = !is_account() || request_.as_of;
        return set_of(timeline_kind::opportunity, by_timeline && wants_opportunities()) |
               set_of(timeline_kind::transaction, is_account() && wants_purchases()) |
               set_of(timeline_kind::campaign_response, is_account() && wants("campaigns"));
    }

    void read_milestones() {
        TimelineRange range{
            .party = request_.party.id, .kinds = kinds_of_milestones(), .limit = SIZE_MAX};
        if (range.kinds == 0) {
            return;
        }
        range.until = after_moment().value_or(range.until);
        const engine::ReadScope storage(session_.state());
        for (const TimelineEntry& entry : storage->timeline(range)) {
            if (entry.via != request_.party.id) {
                milestones_[entry.entity].push_back(entry.event.record);
            }
        }
    }

    /// The records of T among these, in the order of the timeline.
    template <RecordType T>
    std::vector<Id>& milestones() {
        return milestones_[T::entity_number];
    }

    void add_opportunity(const Opportunity& deal) {
        found_.opportunities.push_back({.opportunity = deal.id,
                                        .name = deal.name,
                                        .stage = stage_name(deal.stage),
                                        .state = std::string(label_of(deal.state)),
                                        .amount = deal.amount,
                                        .probability = deal.probability,
                                        .close_date = deal.close_date});
    }

    /// Those that the timeline leads to: the sales of a contact are few, and those of the past are
    /// known by their history alone, so all are read.
    void read_milestone_opportunities() {
        std::vector<Opportunity> deals;
        for (const auto& row : session_.rows<Opportunity>(milestones<Opportunity>())) {
            take_back_opportunity(deals.emplace_back(row.record()));
        }
        std::sort(deals.begin(), deals.end(), is_shown_before);
        if (wants("opportunity_totals")) {
            add_totals(deals);
        }
        deals.resize(wants("opportunities") ? std::min(limit(), deals.size()) : 0);
        for (const Opportunity& deal : deals) {
            add_opportunity(deal);
        }
    }

    /// One that was entered closed, and closed later than the moment, was still open.
    void take_back_opportunity(Opportunity& deal) {
        take_back(deal);
        if (request_.as_of && deal.closed_at > request_.as_of) {
            deal.state = OpportunityState::open;
            deal.stage = {};
            deal.probability.reset();
            deal.close_date.reset();
        }
    }

    /// Open ones first, by the day that they close; then the others, the newest first.
    static bool is_shown_before(const Opportunity& a, const Opportunity& b) {
        const bool is_open = a.state == OpportunityState::open;
        if (is_open != (b.state == OpportunityState::open)) {
            return is_open;
        }
        const auto key = [](const Opportunity& deal) { return std::tie(deal.close_date, deal.id); };
        return is_open ? key(a) < key(b) : key(b) < key(a);
    }

    void add_totals(const std::vector<Opportunity>& deals) {
        struct Total {
            std::int64_t count = 0;
            expr::Accumulator amount{expr::AggregateKind::sum};
        };
        std::map<std::pair<OpportunityState, std::string_view>, Total> totals;
        for (const Opportunity& deal : deals) {
            const auto currency = deal.amount ? deal.amount->currency.code() : std::string_view();
            Total& total = totals[{deal.state, currency}];
            ++total.count;
            total.amount.add(deal.amount ? ValueView(*deal.amount) : ValueView());
        }
        for (const auto& [key, total] : totals) {
            add_total(label_of(key.first), total.count, total.amount.result());
        }
    }

    void add_total(std::string_view state, std::int64_t count, const ValueView& amount) {
        OpportunityTotal total{.state = std::string(state), .count = count};
        if (!amount.is_null()) {
            total.amount = amount.money();
        }
        found_.opportunity_totals.push_back(std::move(total));
    }

    void read_account_opportunities() {
        if (wants("opportunities")) {
            read_first_opportunities();
        }
        if (wants("opportunity_totals")) {
            read_opportunity_totals();
        }
    }

    void read_first_opportunities() {
        const auto add = [this](const Opportunity& deal) { add_opportunity(deal); };
        each_opportunity("account = :party and state = 'open' order by close_date", add);
        if (found_.opportunities.size() < limit()) {
            each_opportunity("account = :party and state != 'open' order by close_date desc", add);
            cut(found_.opportunities);
        }
    }

    void read_opportunity_totals() {
        const auto totals = session_.aggregate<Opportunity>(
            "count(), sum(amount) by state where account = :party", {{"party", request_.party.id}});
        for (const auto& row : totals) {
            add_total(row[2].view().text(), row[0].view().integer(), row[1].view());
        }
    }

    /// The name of a stage or a campaign; those of a customer share few, so each is read once.
    std::string stage_name(Id id) { return name_of<Stage>(id, Deleted::shown, stages_); }
    std::string campaign_name(Id id) { return name_of<Campaign>(id, Deleted::hidden, campaigns_); }

    using Names = std::vector<std::pair<Id, std::string>>;
    template <RecordType T>
    std::string name_of(Id id, Deleted deleted, Names& names) {
        for (const auto& [known, name] : names) {
            if (known == id) {
                return name;
            }
        }
        const auto found = session_.find<T>(id, deleted);
        return names.emplace_back(id, found ? found->name : "").second;
    }

    void read_cases() {
        each<Case, &Case::id, &Case::case_number, &Case::subject, &Case::state, &Case::status,
             &Case::priority, &Case::created_at, &Case::closed_at>(
            fmt::format("{} = :party{} order by created_at desc",
                        is_account() ? "account" : "contact", if_past(" and created_at <= :as_of")),
            parameters(request_.party.id), [&](Case& issue) {
                take_back(issue);
                found_.cases.push_back({.case_id = issue.id,
                                        .case_number = issue.case_number,
                                        .subject = issue.subject,
                                        .state = std::string(label_of(issue.state)),
                                        .status = issue.status,
                                        .priority = std::string(label_of(issue.priority)),
                                        .opened_at = issue.created_at,
                                        .closed_at = issue.closed_at});
            });
    }

    void read_campaigns() {
        std::vector<CampaignMember> members;
        const auto add = [&](CampaignMember& member) {
            take_back(members.emplace_back(std::move(member)));
        };
        each_member(add,
                    fmt::format("party = :party{} order by id desc",
                                if_past(" and (created_at <= :as_of or responded_at <= :as_of)")),
                    parameters(request_.party));
        std::vector<Id>& others = milestones<CampaignMember>();
        std::sort(others.begin(), others.end(), std::greater<>());
        cut(others);
        each_member(add, others);
        std::sort(members.begin(), members.end(),
                  [](const CampaignMember& a, const CampaignMember& b) { return a.id > b.id; });
        cut(members);
        for (const CampaignMember& member : members) {
            found_.campaigns.push_back({.campaign = member.campaign,
                                        .name = campaign_name(member.campaign),
                                        .status = member.status,
                                        .responded_at = member.responded_at});
        }
    }

    void read_purchases() {
        engine::Purchases purchases(request_.as_of.value_or(session_.now()), limit());
        const Entity& transactions = entity_of<Transaction>();
        purchases.take(session_.stream(
            transactions,
            fmt::format("party = :party{} order by at desc", if_past(" and at <= :as_of")),
            parameters(request_.party), &engine::Purchases::fields()));
        purchases.take(
            session_.stream(transactions, milestones<Transaction>(), &engine::Purchases::fields()));
        purchases.give(found_);
        if (!wants("purchases")) {
            found_.purchases.clear();
        }
        if (!wants("transactions")) {
            found_.transactions.clear();
        }
    }

    Session& session_;
    const Customer360Request& request_;
    Customer360 found_;
    std::map<EntityNumber, std::vector<Id>> milestones_;
    Names stages_;
    Names campaigns_;
};

void check(const Customer360Request& request) {
    std::vector<Problem> problems;
    check_record(request, problems);
    if (request.limit < 1 || request.limit > 1000) {
        problems.push_back({"customer_360_request", "limit", std::to_string(request.limit),
                            "is not between 1 and 1,000"});
    }
    if (request.party && request.party.entity != Account::entity_number &&
        request.party.entity != Contact::entity_number) {
        problems.push_back({"customer_360_request", "party", to_string(request.party.id),
                            "is neither an account nor a contact"});
    }
    for (const std::string& section : request.sections) {
        const Field* field = structure_of<Customer360>().find(section);
        if (field == nullptr || field->type() != FieldType::structure_list) {
            problems.push_back(
                {"customer_360_request", "sections", section, "is no section of a customer"});
        }
    }
    if (!problems.empty()) {
        throw Error::about(ErrorCode::validation, std::move(problems));
    }
}

}  // namespace

Customer360 customer_360(Session& session, const Customer360Request& request) {
    check(request);
    const TransactionScope one_state = session.read_transaction();
    return Reader(session, request).read();
}

}  // namespace crmkit

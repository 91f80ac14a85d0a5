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

#include "crmkit/engine/session.hpp"
#include "crmkit/expr/accumulator.hpp"
#include "crmkit/model/registry.hpp"
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
        found_.timeline =
            timeline(session_, {.party = request_.party, .limit = request_.limit}).items;
        read_milestones();
        if (is_account()) {
            read_account_opportunities();
        } else {
            read_contact_opportunities();
        }
        read_cases();
        read_campaigns();
        read_purchases();
        return std::move(found_);
    }

  private:
    [[nodiscard]] bool is_account() const {
        return request_.party.entity == Account::entity_number;
    }
    [[nodiscard]] std::size_t limit() const { return static_cast<std::size_t>(request_.limit); }

    /// Visits what a query finds, up to the limit of a section.
    template <RecordType T, typename Visit>
    void each(const std::string& text, const Value& value, Visit visit) {
        auto records =
            session_.query<T>(fmt::format("{} limit {}", text, request_.limit), {{"party", value}});
        for (const T& record : records) {
            visit(record);
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
        each<Contact>(
            "account = :party order by last_name", account.id, [&](const Contact& contact) {
                found_.people.push_back(
                    person(contact, contact.job_title, contact.id == account.primary_contact));
            });
        each<AccountContact>(
            "account = :party and is_active and contact.account != :party", account.id,
            [&](const AccountContact& place) {
                if (const auto contact = session_.find<Contact>(place.contact)) {
                    found_.people.push_back(person(*contact, place.role, place.is_primary));
                }
            });
        if (const auto parent = session_.find<Account>(account.parent_account)) {
            found_.relations.push_back(organisation(*parent, "parent", false));
        }
        each<Account>("parent_account = :party order by name", account.id,
                      [&](const Account& child) {
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
        if (const auto account = session_.find<Account>(contact.account)) {
            found_.industry = account->industry;
            found_.website = account->website;
            found_.people.push_back(organisation(*account, contact.job_title, true));
        }
        each<AccountContact>(
            "contact = :party and is_active", contact.id, [&](const AccountContact& place) {
                const auto account = session_.find<Account>(place.account);
                if (account && account->id != contact.account) {
                    found_.people.push_back(organisation(*account, place.role, place.is_primary));
                }
            });
        if (const auto manager = session_.find<Contact>(contact.reports_to)) {
            found_.relations.push_back(person(*manager, "manager", false));
        }
        each<Contact>("reports_to = :party order by last_name", contact.id,
                      [&](const Contact& report) {
                          found_.relations.push_back(person(report, "report", false));
                      });
    }

    void read_place() {
        auto addresses = session_.query<Address>("party = :party order by is_primary desc limit 1",
                                                 {{"party", request_.party}});
        if (const auto address = addresses.first()) {
            found_.city = address->city;
            found_.country = address->country;
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

    /// What only the timeline leads to: the sales that a contact has a part in, and what an
    /// account's contacts have bought and responded to.
    void read_milestones() {
        const auto set_of = [](TimelineKind kind) { return TimelineKinds{1} << kind; };
        TimelineRange range{.party = request_.party.id, .limit = SIZE_MAX};
        range.kinds = is_account() ? set_of(timeline_kind::transaction) |
                                         set_of(timeline_kind::campaign_response)
                                   : set_of(timeline_kind::opportunity);
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

    /// The sales of a contact are few: all are read.
    void read_contact_opportunities() {
        std::vector<Opportunity> deals;
        for (const auto& row : session_.rows<Opportunity>(milestones<Opportunity>())) {
            deals.push_back(row.record());
        }
        std::sort(deals.begin(), deals.end(), is_shown_before);
        add_totals(deals);
        for (const Opportunity& deal : std::span(deals).first(std::min(limit(), deals.size()))) {
            add_opportunity(deal);
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
        const auto add = [this](const Opportunity& deal) { add_opportunity(deal); };
        each<Opportunity>("account = :party and state = 'open' order by close_date",
                          request_.party.id, add);
        if (found_.opportunities.size() < limit()) {
            each<Opportunity>("account = :party and state != 'open' order by close_date desc",
                              request_.party.id, add);
            found_.opportunities.resize(std::min(limit(), found_.opportunities.size()));
        }
        const auto totals = session_.aggregate<Opportunity>(
            "count(), sum(amount) by state where account = :party", {{"party", request_.party.id}});
        for (const auto& row : totals) {
            add_total(row[2].view().text(), row[0].view().integer(), row[1].view());
        }
    }

    /// The name of a stage; a customer's deals share few, so each is read once.
    std::string stage_name(Id id) {
        for (const auto& [known, name] : stages_) {
            if (known == id) {
                return name;
            }
        }
        const auto stage = session_.find<Stage>(id, Deleted::shown);
        return stages_.emplace_back(id, stage ? stage->name : "").second;
    }

    void read_cases() {
        each<Case>(std::string(is_account() ? "account" : "contact") +
                       " = :party order by created_at desc",
                   request_.party.id, [&](const Case& issue) {
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
        each<CampaignMember>("party = :party order by id desc", request_.party,
                             [&](const CampaignMember& member) { members.push_back(member); });
        std::vector<Id>& others = milestones<CampaignMember>();
        std::sort(others.begin(), others.end(), std::greater<>());
        others.resize(std::min(others.size(), limit()));
        for (const auto& row : session_.rows<CampaignMember>(others)) {
            members.push_back(row.record());
        }
        std::sort(members.begin(), members.end(),
                  [](const CampaignMember& a, const CampaignMember& b) { return a.id > b.id; });
        members.resize(std::min(members.size(), limit()));
        for (const CampaignMember& member : members) {
            const auto campaign = session_.find<Campaign>(member.campaign);
            found_.campaigns.push_back({.campaign = member.campaign,
                                        .name = campaign ? campaign->name : "",
                                        .status = member.status,
                                        .responded_at = member.responded_at});
        }
    }

    void read_purchases() {
        engine::Purchases purchases(session_.now(), limit());
        purchases.take(session_.rows<Transaction>("party = :party order by at desc",
                                                  {{"party", request_.party}}));
        purchases.take(session_.rows<Transaction>(milestones<Transaction>()));
        purchases.give(found_);
    }

    Session& session_;
    const Customer360Request& request_;
    Customer360 found_;
    std::map<EntityNumber, std::vector<Id>> milestones_;
    std::vector<std::pair<Id, std::string>> stages_;
};

void check(const Customer360Request& request) {
    std::vector<Problem> problems;
    if (request.limit < 1 || request.limit > 1000) {
        problems.push_back({"customer_360_request", "limit", std::to_string(request.limit),
                            "is not between 1 and 1,000"});
    }
    if (request.party.entity != Account::entity_number &&
        request.party.entity != Contact::entity_number) {
        problems.push_back({"customer_360_request", "party", to_string(request.party.id),
                            "is neither an account nor a contact"});
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

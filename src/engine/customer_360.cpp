#include "crmkit/engine/customer_360.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "crmkit/engine/session.hpp"
#include "crmkit/model/registry.hpp"

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
        read_opportunities();
        read_cases();
        read_campaigns();
        read_purchases();
        read_transactions();
        return std::move(found_);
    }

  private:
    [[nodiscard]] bool is_account() const {
        return request_.party.entity == Account::entity_number;
    }

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

    void read_opportunities() {
        const std::string mine = is_account() ? "account = :party" : "primary_contact = :party";
        const auto add = [&](const Opportunity& deal) {
            found_.opportunities.push_back({.opportunity = deal.id,
                                            .name = deal.name,
                                            .stage = stage_name(deal.stage),
                                            .state = std::string(label_of(deal.state)),
                                            .amount = deal.amount,
                                            .probability = deal.probability,
                                            .close_date = deal.close_date});
        };
        const auto limit = static_cast<std::size_t>(request_.limit);
        each<Opportunity>(mine + " and state = 'open' order by close_date", request_.party.id, add);
        if (found_.opportunities.size() < limit) {
            each<Opportunity>(mine + " and state != 'open' order by close_date desc",
                              request_.party.id, add);
            found_.opportunities.resize(std::min(limit, found_.opportunities.size()));
        }
        const auto totals = session_.aggregate<Opportunity>(
            "count(), sum(amount) by state where " + mine, {{"party", request_.party.id}});
        for (const auto& row : totals) {
            OpportunityTotal total{.state = std::string(row[2].view().text()),
                                   .count = row[0].view().integer()};
            total.amount = money_of(row[1]);
            found_.opportunity_totals.push_back(std::move(total));
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
        each<CampaignMember>("party = :party order by id desc", request_.party,
                             [&](const CampaignMember& member) {
                                 const auto campaign = session_.find<Campaign>(member.campaign);
                                 found_.campaigns.push_back({.campaign = member.campaign,
                                                             .name = campaign ? campaign->name : "",
                                                             .status = member.status,
                                                             .responded_at = member.responded_at});
                             });
    }

    static std::optional<Money> money_of(const Value& value) {
        return value.is_null() ? std::nullopt : std::optional(value.view().money());
    }
    static std::optional<Instant> instant_of(const Value& value) {
        return value.is_null() ? std::nullopt : std::optional(value.view().instant());
    }

    void read_purchases() {
        const Parameters parameters{{"party", request_.party}};
        const auto totals = session_.aggregate<Transaction>(
            "count(), sum(amount), avg(amount), min(at), max(at) "
            "where party = :party and kind = 'sale'",
            parameters);
        for (const auto& row : totals) {
            if (row[0].view().integer() == 0) {
                continue;
            }
            PurchaseMetrics metrics{.frequency = row[0].view().integer(),
                                    .total = money_of(row[1]),
                                    .average = money_of(row[2]),
                                    .first_at = instant_of(row[3]),
                                    .last_at = instant_of(row[4])};
            if (metrics.last_at) {
                metrics.recency_days =
                    (session_.now().microseconds - metrics.last_at->microseconds) /
                    Instant::per_day;
            }
            found_.purchases.push_back(metrics);
        }
        if (!found_.purchases.empty()) {
            read_year_to_date();
        }
    }

    void read_year_to_date() {
        const Date today = session_.now().date();
        const Date new_year(std::chrono::year(today.year()) / 1 / 1);
        const auto sums = session_.aggregate<Transaction>(
            "sum(amount) where party = :party and kind = 'sale' and at >= :start",
            {{"party", request_.party}, {"start", Instant::start_of(new_year)}});
        for (PurchaseMetrics& metrics : found_.purchases) {
            metrics.year_to_date = metrics.total ? Money{0, metrics.total->currency} : Money{};
            for (const auto& row : sums) {
                const auto sum = money_of(row[0]);
                if (sum && metrics.total && sum->currency == metrics.total->currency) {
                    metrics.year_to_date = sum;
                }
            }
        }
    }

    void read_transactions() {
        each<Transaction>(
            "party = :party order by at desc", request_.party, [&](const Transaction& transaction) {
                found_.transactions.push_back({.transaction = transaction.id,
                                               .kind = std::string(label_of(*transaction.kind)),
                                               .at = transaction.at,
                                               .amount = transaction.amount,
                                               .channel = transaction.channel});
            });
    }

    Session& session_;
    const Customer360Request& request_;
    Customer360 found_;
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

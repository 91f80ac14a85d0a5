/// `customer_360`: all there is to know about a customer, in one call.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crmkit/engine/timeline.hpp"
#include "crmkit/schema/structure.hpp"

namespace crmkit {

class Session;

/// Which customer to look at, which sections to give and how much of the long ones, and of when.
struct Customer360Request {
    CRMKIT_STRUCTURE(Customer360Request, "customer_360_request", "Which customer to look at.");
    Link party{};
    std::int64_t limit = 20;
    std::vector<std::string> sections{};
    std::optional<Instant> as_of{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, party, "The account or contact.")
                .required()
                .refers_to("account, contact"),
            CRMKIT_FIELD(2, limit, "Rows in each section at most, 1 to 1,000; 20 unless said."),
            CRMKIT_FIELD(3, sections,
                         "Only these lists of the result, such as cases, purchases; all unless "
                         "said."),
            CRMKIT_FIELD(4, as_of,
                         "Only what had happened by then, with later changes to sales, cases and "
                         "campaign answers taken back; identity and people are as they are now."));
    }
};

/// A person at the account, or an organisation of the contact.
struct RelatedParty {
    CRMKIT_STRUCTURE(RelatedParty, "related_party", "A party that has to do with the customer.");
    Link party{};
    std::string name{};
    std::string relation{};
    bool is_primary = false;
    std::string email{};
    std::string phone{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, party, "The other party.").refers_to("account, contact"),
            CRMKIT_FIELD(2, name, "Its name."),
            CRMKIT_FIELD(3, relation,
                         "What it is to the customer: a role, a job title, parent, subsidiary, "
                         "manager, report."),
            CRMKIT_FIELD(4, is_primary, "The main one of its kind."),
            CRMKIT_FIELD(5, email, "Its e-mail address.").personal(),
            CRMKIT_FIELD(6, phone, "Its phone number.").personal());
    }
};

/// A sale with the customer, open or closed.
struct OpportunitySummary {
    CRMKIT_STRUCTURE(OpportunitySummary, "opportunity_summary", "A sale with the customer.");
    Id opportunity{};
    std::string name{};
    std::string stage{};
    std::string state{};
    std::optional<Money> amount{};
    std::optional<std::int64_t> probability{};
    std::optional<Date> close_date{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, opportunity, "The opportunity.").refers_to("opportunity"),
            CRMKIT_FIELD(2, name, "What is sold."),
            CRMKIT_FIELD(3, stage, "The name of its stage."),
            CRMKIT_FIELD(4, state, "open, won or lost."),
            CRMKIT_FIELD(5, amount, "What it is expected to bring, or brought.").financial(),
            CRMKIT_FIELD(6, probability, "Chance of a sale in percent."),
            CRMKIT_FIELD(7, close_date, "The day it is expected to close, or did."));
    }
};

/// How many sales there are in a state, and what they are worth, in one currency.
struct OpportunityTotal {
    CRMKIT_STRUCTURE(OpportunityTotal, "opportunity_total", "The sales in one state and currency.");
    std::string state{};
    std::int64_t count = 0;
    std::optional<Money> amount{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(1, state, "open, won or lost."),
                           CRMKIT_FIELD(2, count, "How many."),
                           CRMKIT_FIELD(3, amount, "The sum of their amounts.").financial());
    }
};

/// A case of the customer's.
struct CaseSummary {
    CRMKIT_STRUCTURE(CaseSummary, "case_summary", "A case of the customer's.");
    Id case_id{};
    std::string case_number{};
    std::string subject{};
    std::string state{};
    std::string status{};
    std::string priority{};
    Instant opened_at{};
    std::optional<Instant> closed_at{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(1, case_id, "The case.").refers_to("case"),
                           CRMKIT_FIELD(2, case_number, "Its number."),
                           CRMKIT_FIELD(3, subject, "What it is about."),
                           CRMKIT_FIELD(4, state, "open, resolved, closed or cancelled."),
                           CRMKIT_FIELD(5, status, "Where it stands, in the host's words."),
                           CRMKIT_FIELD(6, priority, "How urgent it is."),
                           CRMKIT_FIELD(7, opened_at, "When it came."),
                           CRMKIT_FIELD(8, closed_at, "When it was closed."));
    }
};

/// A campaign that addressed the customer.
struct CampaignSummary {
    CRMKIT_STRUCTURE(CampaignSummary, "campaign_summary",
                     "A campaign that addressed the customer.");
    Id campaign{};
    std::string name{};
    std::string status{};
    std::optional<Instant> responded_at{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(1, campaign, "The campaign.").refers_to("campaign"),
                           CRMKIT_FIELD(2, name, "Its name."),
                           CRMKIT_FIELD(3, status, "What came of it, such as sent or responded."),
                           CRMKIT_FIELD(4, responded_at, "When the customer responded."));
    }
};

/// What the customer has bought, in one currency.
struct PurchaseMetrics {
    CRMKIT_STRUCTURE(PurchaseMetrics, "purchase_metrics",
                     "What the customer has bought, in one currency.");
    std::int64_t frequency = 0;
    std::optional<Money> total{};
    std::optional<Money> average{};
    std::optional<Money> year_to_date{};
    std::optional<Instant> first_at{};
    std::optional<Instant> last_at{};
    std::optional<std::int64_t> recency_days{};
    std::optional<Money> returned{};
    std::optional<Money> net_total{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, frequency, "How many sales."),
            CRMKIT_FIELD(2, total, "Their sum, before returns.").financial(),
            CRMKIT_FIELD(3, average, "Their mean, rounded half to even.").financial(),
            CRMKIT_FIELD(4, year_to_date,
                         "The sum since January 1st of this year (UTC), less what was returned "
                         "since then.")
                .financial(),
            CRMKIT_FIELD(5, first_at, "The first of them."),
            CRMKIT_FIELD(6, last_at, "The last of them."),
            CRMKIT_FIELD(7, recency_days, "Whole days since the last one."),
            CRMKIT_FIELD(8, returned, "The sum of what was returned.").financial(),
            CRMKIT_FIELD(9, net_total, "The total less what was returned.").financial());
    }
};

/// One of the customer's last transactions.
struct TransactionSummary {
    CRMKIT_STRUCTURE(TransactionSummary, "transaction_summary",
                     "One of the customer's transactions.");
    Id transaction{};
    std::string kind{};
    std::optional<Instant> at{};
    std::optional<Money> amount{};
    std::string channel{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, transaction, "The transaction.").refers_to("transaction"),
            CRMKIT_FIELD(2, kind, "sale, return, refund, payment or credit."),
            CRMKIT_FIELD(3, at, "When it was."), CRMKIT_FIELD(4, amount, "How much.").financial(),
            CRMKIT_FIELD(5, channel, "By which channel."));
    }
};

/// All there is to know about a customer, a section each.
struct Customer360 {
    CRMKIT_STRUCTURE(Customer360, "customer_360", "All there is to know about a customer.");
    // Identity.
    Link party{};
    std::string name{};
    std::string email{};
    std::string phone{};
    std::string website{};
    std::string industry{};
    std::string city{};
    std::string country{};
    Link owner{};
    std::string owner_name{};
    Instant customer_since{};
    // The sections.
    std::vector<RelatedParty> people{};
    std::vector<RelatedParty> relations{};
    std::vector<TimelineItem> timeline{};
    std::vector<OpportunitySummary> opportunities{};
    std::vector<OpportunityTotal> opportunity_totals{};
    std::vector<CaseSummary> cases{};
    std::vector<CampaignSummary> campaigns{};
    std::vector<PurchaseMetrics> purchases{};
    std::vector<TransactionSummary> transactions{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, party, "The customer.").refers_to("account, contact"),
            CRMKIT_FIELD(2, name, "Its name."), CRMKIT_FIELD(3, email, "Its e-mail address."),
            CRMKIT_FIELD(4, phone, "Its phone number."),
            CRMKIT_FIELD(5, website, "Its web site.").max_length(2000),
            CRMKIT_FIELD(6, industry, "Its industry; of a contact, the account's."),
            CRMKIT_FIELD(7, city, "City of its primary address."),
            CRMKIT_FIELD(8, country, "Country of its primary address."),
            CRMKIT_FIELD(9, owner, "Who looks after it.").refers_to("user, team"),
            CRMKIT_FIELD(10, owner_name, "That user's or team's name."),
            CRMKIT_FIELD(11, customer_since, "When it was created."),
            CRMKIT_FIELD(20, people, "The people of an account; the organisations of a contact."),
            CRMKIT_FIELD(
                21, relations,
                "Parent and subsidiaries of an account; manager and reports of a contact."),
            CRMKIT_FIELD(22, timeline, "What happened, newest first."),
            CRMKIT_FIELD(23, opportunities,
                         "Its sales, a contact's those in which it has a part: open ones first, "
                         "then the newest."),
            CRMKIT_FIELD(24, opportunity_totals, "Its sales by state and currency."),
            CRMKIT_FIELD(25, cases, "Its cases, newest first."),
            CRMKIT_FIELD(26, campaigns,
                         "The campaigns that addressed it, or that an account's contacts responded "
                         "to, newest first."),
            CRMKIT_FIELD(27, purchases,
                         "Recency, frequency, average value and year to date of its sales "
                         "transactions and of those of an account's contacts, for each currency."),
            CRMKIT_FIELD(
                28, transactions,
                "Its last transactions and those of an account's contacts, newest first."));
    }
};

/// All there is to know about an account or a contact, read in one state of the store. Its sections
/// tell of the same records as its timeline, and of campaigns that had no answer yet. A section is
/// a list of the result, by its field's name; those that are not asked for are empty, and cost
/// nothing.
///
/// With `as_of`, as the customer looked at that moment:
/// * timeline, transactions and purchases leave out what happened later; the year to date is of
///   the moment's year, and recency counts the days up to it;
/// * opportunities, their totals and cases leave out those that began later, and campaigns those
///   that the customer was neither in nor had responded to; of the others, what was changed later
///   is taken back by their history: amounts, stages, states, responses. An opportunity that was
///   entered into the store later than the moment is as it was entered, and open, without a stage,
///   if it closed later than the moment.
/// As it is now remain: identity, people and relations; which records are the customer's, so that
/// deleted ones are missing; the names and titles of other records; a transaction's own values.
/// This reads the history of each opportunity, case and campaign member that it tells of.
///
/// Purchases count transactions of the kinds sale and return up to now; refunds, payments and
/// credits say how the money moved, not what was bought.
///
/// Throws not_found for a party that is not there, validation for another entity, an unknown
/// section, or a limit or moment out of range.
Customer360 customer_360(Session& session, const Customer360Request& request);

}  // namespace crmkit

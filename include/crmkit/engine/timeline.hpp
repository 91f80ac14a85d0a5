/// `timeline`: everything that happened with a party, newest first, whichever record tells of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crmkit/model/interaction.hpp"
#include "crmkit/schema/structure.hpp"
#include "crmkit/store/timeline_entry.hpp"

namespace crmkit {

class Session;

/// What a timeline shows beside interactions, whose kinds come first: 0 to 31 are the values of
/// InteractionKind. Permanent.
namespace timeline_kind {
inline constexpr TimelineKind opportunity = 32;  ///< a sales cycle began
inline constexpr TimelineKind opportunity_closed = 33;
inline constexpr TimelineKind case_opened = 34;
inline constexpr TimelineKind case_closed = 35;
inline constexpr TimelineKind transaction = 36;
inline constexpr TimelineKind campaign_response = 37;

/// The label of a kind, such as "call" or "opportunity_closed".
std::string_view label(TimelineKind kind);
}  // namespace timeline_kind

/// Which part of whose timeline to read.
struct TimelineRequest {
    CRMKIT_STRUCTURE(TimelineRequest, "timeline_request", "Which part of whose timeline to read.");
    Link party{};
    std::optional<Instant> since{};
    std::optional<Instant> until{};
    std::vector<std::string> kinds{};
    std::int64_t limit = 50;
    std::string after{};
    bool with_related = false;

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, party, "The account, contact, lead, opportunity or case.")
                .required()
                .refers_to("account, contact, lead, opportunity, case"),
            CRMKIT_FIELD(2, since, "Leave out what is older than this."),
            CRMKIT_FIELD(3, until, "Leave out what is not older than this."),
            CRMKIT_FIELD(4, kinds, "Only these, such as call, email, opportunity_closed."),
            CRMKIT_FIELD(5, limit, "Items on a page, 1 to 1,000; 50 unless said."),
            CRMKIT_FIELD(6, after, "Where the page before ended: its next."),
            CRMKIT_FIELD(7, with_related,
                         "Also what happened with those that it concerns: the accounts of a "
                         "contact, the account and the contacts of an opportunity or a case."));
    }
};

/// One thing that happened.
struct TimelineItem {
    CRMKIT_STRUCTURE(TimelineItem, "timeline_item", "One thing that happened.");
    Instant at{};
    std::string kind{};
    Link record{};
    Id via{};
    std::string title{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, at, "When it happened."),
            CRMKIT_FIELD(2, kind, "What it was: an interaction's kind, or a milestone's."),
            CRMKIT_FIELD(3, record, "The record that tells of it.").refers_to("any"),
            CRMKIT_FIELD(4, via, "The record by way of which it concerns the party.")
                .refers_to("any"),
            CRMKIT_FIELD(5, title, "The record's title.").max_length(1000));
    }
};

/// A page of a timeline, newest first.
struct TimelinePage {
    CRMKIT_STRUCTURE(TimelinePage, "timeline_page", "A page of a timeline, newest first.");
    std::vector<TimelineItem> items{};
    std::string next{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, items, "What happened, newest first."),
            CRMKIT_FIELD(2, next, "Where the next page starts; empty on the last one."));
    }
};

/// What happened with a party: its interactions and those of its contacts, opportunities and cases,
/// and the milestones of these; with `with_related` also in the other direction, which costs a
/// search for each of those. Throws not_found for a party that is not there, validation for an
/// unknown kind, a limit out of range or a foreign `after`.
TimelinePage timeline(Session& session, const TimelineRequest& request);

}  // namespace crmkit

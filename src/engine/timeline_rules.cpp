/// An event (an interaction, a milestone of another record) is linked to subjects; a subject
/// concerns parties: a contact its accounts, an opportunity its account and contacts, a case its
/// account and contact. The event has one entry for each subject and each party it concerns:
///
///     (party, at, record = the event's record, via = the subject)
///
/// The subject itself is one of its parties. So the entries of a subject can be found in its own
/// timeline, and be copied to a party that it comes to concern, or removed from one that it ceases
/// to, without looking at the events again. That is done before a record's own events are looked
/// at, and before what refers to a deleted record is released: while the subject's own timeline is
/// still complete.
#include "timeline_rules.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "crmkit/engine/session.hpp"
#include "crmkit/engine/timeline.hpp"
#include "crmkit/model/registry.hpp"
#include "kept_values.hpp"

namespace crmkit::engine {

namespace {

using Ids = std::vector<Id>;

void add(Ids& ids, Id id) {
    if (id && std::find(ids.begin(), ids.end(), id) == ids.end()) {
        ids.push_back(id);
    }
}

/// The records as a connection sees them.
struct Records {
    Engine& engine;
    Storage& storage;
};

/// Those that a rule is run in the middle of.
Records written_by(const WriteEvent& event) {
    SessionState& state = event.session.state();
    return {state.engine(), state.writer()};
}

/// Visits the live records of T that a query finds.
template <RecordType T, typename Visit>
void for_each(const Records& records, std::string_view text, std::span<const ValueView> values,
              Visit visit) {
    const auto query = records.engine.queries().query(entity_of<T>(), text);
    const auto cursor = records.storage.scan(*query, {values, records.engine.clock().now(), {}});
    T record;
    while (cursor->next(&record)) {
        visit(record);
    }
}

template <RecordType T, typename Visit>
void for_each(const Records& records, std::string_view text, Id value, Visit visit) {
    const ValueView view(value);
    for_each<T>(records, text, std::span(&view, 1), visit);
}

/// The parties that a subject concerns as the store stands, the subject first.
Ids parties_of(const Records& records, const Link& subject) {
    Ids parties{subject.id};
    if (subject.entity == Contact::entity_number) {
        if (const auto contact = live<Contact>(records.storage, subject.id)) {
            add(parties, contact->account);
        }
        for_each<AccountContact>(records, "contact = :contact and is_active", subject.id,
                                 [&](const AccountContact& place) { add(parties, place.account); });
    } else if (subject.entity == Opportunity::entity_number) {
        if (const auto deal = live<Opportunity>(records.storage, subject.id)) {
            add(parties, deal->account);
            add(parties, deal->primary_contact);
        }
        for_each<OpportunityContactRole>(
            records, "opportunity = :opportunity", subject.id,
            [&](const OpportunityContactRole& role) { add(parties, role.contact); });
    } else if (subject.entity == Case::entity_number) {
        if (const auto issue = live<Case>(records.storage, subject.id)) {
            add(parties, issue->account);
            add(parties, issue->contact);
        }
    }
    return parties;
}

/// Whether events can be linked to records of this entity, for a timeline to show.
bool is_subject(EntityNumber entity) {
    constexpr std::array subjects{Account::entity_number, Contact::entity_number,
                                  Lead::entity_number, Opportunity::entity_number,
                                  Case::entity_number};
    return std::find(subjects.begin(), subjects.end(), entity) != subjects.end();
}

/// Something that happened: the entry without its party and subject.
struct Event {
    Instant at;
    TimelineKind kind;
    friend bool operator==(const Event&, const Event&) = default;
};
using Events = std::vector<Event>;

Events events_of(const Interaction& interaction) {
    return {{interaction.occurred_at.value_or(interaction.created_at),
             static_cast<TimelineKind>(interaction.kind.value_or(InteractionKind{}))}};
}

Events events_of(const Opportunity& deal) {
    Events events{{deal.opened_on ? Instant::start_of(*deal.opened_on) : deal.created_at,
                   timeline_kind::opportunity}};
    if (deal.closed_at) {
        events.push_back({*deal.closed_at, timeline_kind::opportunity_closed});
    }
    return events;
}

Events events_of(const Case& issue) {
    Events events{{issue.created_at, timeline_kind::case_opened}};
    if (issue.closed_at) {
        events.push_back({*issue.closed_at, timeline_kind::case_closed});
    }
    return events;
}

Events events_of(const Transaction& transaction) {
    return {{transaction.at.value_or(transaction.created_at), timeline_kind::transaction}};
}

Events events_of(const CampaignMember& member) {
    return member.responded_at ? Events{{*member.responded_at, timeline_kind::campaign_response}}
                               : Events{};
}

std::vector<TimelineEntry> entries_of(const Records& records, const Events& events,
                                      const Link& record, const Link& subject) {
    std::vector<TimelineEntry> entries;
    for (const Id party : parties_of(records, subject)) {
        for (const Event& event : events) {
            entries.push_back(
                {party, {event.at, record.id, event.kind}, subject.id, record.entity});
        }
    }
    return entries;
}

/// The records that an interaction is linked to and that have timelines, each once.
std::vector<Link> subjects_of_interaction(const Records& records, Id interaction) {
    std::vector<Link> subjects;
    const auto take = [&subjects](const Link& link) {
        if (is_subject(link.entity) &&
            std::find(subjects.begin(), subjects.end(), link) == subjects.end()) {
            subjects.push_back(link);
        }
    };
    for_each<InteractionParticipant>(
        records, "interaction = :interaction", interaction,
        [&](const InteractionParticipant& participant) { take(participant.party); });
    for_each<InteractionRegarding>(
        records, "interaction = :interaction", interaction,
        [&](const InteractionRegarding& regarding) { take(regarding.record); });
    return subjects;
}

/// The subjects of a record that has events. An opportunity and a case are their own subjects.
std::vector<Link> subjects_of(const Records& records, const Interaction& interaction) {
    return subjects_of_interaction(records, interaction.id);
}
std::vector<Link> subjects_of(const Records&, const Opportunity& deal) {
    return {Link{Opportunity::entity_number, deal.id}};
}
std::vector<Link> subjects_of(const Records&, const Case& issue) {
    return {Link{Case::entity_number, issue.id}};
}
std::vector<Link> subjects_of(const Records&, const Transaction& transaction) {
    return {transaction.party};
}
std::vector<Link> subjects_of(const Records&, const CampaignMember& member) {
    return {member.party};
}

/// A record with events was written: its entries of before go, those of now come.
template <RecordType T>
void after_event_record(const WriteEvent& event) {
    const Records records = written_by(event);
    const T& after = *static_cast<const T*>(event.after.object());
    const T* before = static_cast<const T*>(event.before);
    const Events was = before != nullptr && !before->deleted_at ? events_of(*before) : Events{};
    const Events is = after.deleted_at ? Events{} : events_of(after);
    const auto old_subjects =
        before != nullptr ? subjects_of(records, *before) : std::vector<Link>{};
    const auto new_subjects = subjects_of(records, after);
    if (was == is && old_subjects == new_subjects) {
        return;
    }
    const Link record{T::entity_number, after.id};
    for (const Link& subject : old_subjects) {
        records.storage.remove_timeline(entries_of(records, was, record, subject));
    }
    for (const Link& subject : new_subjects) {
        records.storage.add_timeline(entries_of(records, is, record, subject));
    }
}

/// Makes the entries of an interaction for a subject those that its links now ask for.
void sync_link(const Records& records, Id interaction_id, const Link& subject) {
    const auto interaction = live<Interaction>(records.storage, interaction_id);
    if (!interaction || !is_subject(subject.entity)) {
        return;  // one that was deleted took its entries along
    }
    const auto subjects = subjects_of_interaction(records, interaction->id);
    const Link record{Interaction::entity_number, interaction->id};
    const auto entries = entries_of(records, events_of(*interaction), record, subject);
    if (std::find(subjects.begin(), subjects.end(), subject) == subjects.end()) {
        records.storage.remove_timeline(entries);
    } else {
        records.storage.add_timeline(entries);
    }
}

/// A link between an interaction and a subject came, went or moved.
template <RecordType T>
void after_interaction_link(const WriteEvent& event, Link T::*target) {
    const Records records = written_by(event);
    const T& after = *static_cast<const T*>(event.after.object());
    const T* before = static_cast<const T*>(event.before);
    if (before != nullptr &&
        (before->interaction != after.interaction || before->*target != after.*target)) {
        sync_link(records, before->interaction, before->*target);
    }
    sync_link(records, after.interaction, after.*target);
}

/// A subject came to concern a party, or ceased to: its entries are copied there, or removed.
void sync_party(const Records& records, const Link& subject, Id party) {
    if (!party || party == subject.id) {
        return;
    }
    std::vector<TimelineEntry> entries = records.storage.timeline_via(subject.id, subject.id);
    for (TimelineEntry& entry : entries) {
        entry.party = party;
    }
    const Ids parties = parties_of(records, subject);
    if (std::find(parties.begin(), parties.end(), party) == parties.end()) {
        records.storage.remove_timeline(entries);
    } else {
        records.storage.add_timeline(entries);
    }
}

/// Syncs what a record says before and after: that a subject, which one of its fields names,
/// concerns the party that another one does.
template <RecordType T>
void sync_fields(const WriteEvent& event, EntityNumber entity, Id T::*subject, Id T::*party) {
    const Records records = written_by(event);
    const T* before = static_cast<const T*>(event.before);
    const T& after = *static_cast<const T*>(event.after.object());
    if (before != nullptr &&
        (before->*subject != after.*subject || before->*party != after.*party)) {
        sync_party(records, Link{entity, before->*subject}, before->*party);
    }
    sync_party(records, Link{entity, after.*subject}, after.*party);
}

/// The same for a field of the subject itself, of whose entries a new one has none yet. An update
/// that leaves the field alone changes nothing for the party.
template <RecordType T>
void sync_own_field(const WriteEvent& event, Id T::*party) {
    const T* before = static_cast<const T*>(event.before);
    const T& after = *static_cast<const T*>(event.after.object());
    const bool is_as_before = event.kind == ChangeKind::updated && before->*party == after.*party;
    if (event.kind != ChangeKind::created && !is_as_before) {
        sync_fields<T>(event, T::entity_number, &T::id, party);
    }
}

void after_contact(const WriteEvent& event) { sync_own_field(event, &Contact::account); }

void after_account_contact(const WriteEvent& event) {
    sync_fields(event, Contact::entity_number, &AccountContact::contact, &AccountContact::account);
}

void after_opportunity(const WriteEvent& event) {
    sync_own_field(event, &Opportunity::account);
    sync_own_field(event, &Opportunity::primary_contact);
    after_event_record<Opportunity>(event);
}

void after_opportunity_contact_role(const WriteEvent& event) {
    sync_fields(event, Opportunity::entity_number, &OpportunityContactRole::opportunity,
                &OpportunityContactRole::contact);
}

void after_case(const WriteEvent& event) {
    sync_own_field(event, &Case::account);
    sync_own_field(event, &Case::contact);
    after_event_record<Case>(event);
}

void after_participant(const WriteEvent& event) {
    after_interaction_link(event, &InteractionParticipant::party);
}

void after_regarding(const WriteEvent& event) {
    after_interaction_link(event, &InteractionRegarding::record);
}

constexpr std::array of_timelines{
    Rule{Interaction::entity_number, nullptr, &after_event_record<Interaction>},
    Rule{InteractionParticipant::entity_number, nullptr, &after_participant},
    Rule{InteractionRegarding::entity_number, nullptr, &after_regarding},
    Rule{Transaction::entity_number, nullptr, &after_event_record<Transaction>},
    Rule{CampaignMember::entity_number, nullptr, &after_event_record<CampaignMember>},
    Rule{Contact::entity_number, nullptr, &after_contact},
    Rule{AccountContact::entity_number, nullptr, &after_account_contact},
    Rule{Opportunity::entity_number, nullptr, &after_opportunity},
    Rule{OpportunityContactRole::entity_number, nullptr, &after_opportunity_contact_role},
    Rule{Case::entity_number, nullptr, &after_case},
};

template <RecordType T>
void visit_expected(const Records& records,
                    const std::function<void(const TimelineEntry&)>& visit) {
    for_each<T>(records, "", std::span<const ValueView>{}, [&](const T& record) {
        const Events events = events_of(record);
        for (const Link& subject : subjects_of(records, record)) {
            for (const TimelineEntry& entry :
                 entries_of(records, events, Link{T::entity_number, record.id}, subject)) {
                visit(entry);
            }
        }
    });
}

}  // namespace

std::vector<Id> parties_of(Engine& engine, Storage& storage, const Link& subject) {
    return parties_of(Records{engine, storage}, subject);
}

std::span<const Rule> timeline_rules() { return of_timelines; }

void visit_expected_timelines(Engine& engine, Storage& storage,
                              const std::function<void(const TimelineEntry&)>& visit) {
    const Records records{engine, storage};
    visit_expected<Interaction>(records, visit);
    visit_expected<Opportunity>(records, visit);
    visit_expected<Case>(records, visit);
    visit_expected<Transaction>(records, visit);
    visit_expected<CampaignMember>(records, visit);
}

}  // namespace crmkit::engine

/// An interaction counts from when it was written after it took place: a meeting of tomorrow does
/// not make a contact active today. That can be told from the record alone, whenever it is read.
#include "activity_rules.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "crmkit/model/interaction.hpp"
#include "crmkit/model/interaction_participant.hpp"
#include "crmkit/model/interaction_regarding.hpp"
#include "kept_values.hpp"

namespace crmkit::engine {

namespace {

using Moment = std::optional<Instant>;

/// When an interaction took place; nothing when it is deleted, cancelled or still ahead.
Moment moment_of(const Interaction& interaction) {
    const bool is_ahead =
        !interaction.occurred_at || *interaction.occurred_at > interaction.modified_at;
    if (is_ahead || interaction.deleted_at || interaction.state == InteractionState::cancelled) {
        return std::nullopt;
    }
    return interaction.occurred_at;
}

/// The same for one that answers a customer.
Moment response_of(const Interaction& interaction) {
    const bool is_answer =
        interaction.direction == InteractionDirection::outbound && !interaction.is_auto_reply;
    return is_answer ? moment_of(interaction) : std::nullopt;
}

/// What an interaction counted for, and counts for now; nothing where it was or is not linked.
struct Moments {
    Moment was;
    Moment is;
};

void settle_contact(Session& session, Id id, const Moments& moments) {
    change_kept<Contact>(session, id, [&](Contact& contact) {
        if (moments.was > moments.is) {
            recompute_activity(session, contact);
        } else {
            contact.last_activity_at = std::max(contact.last_activity_at, moments.is);
        }
    });
}

void settle_case(Session& session, Id id, const Moments& moments) {
    change_kept<Case>(session, id, [&](Case& issue) {
        const bool is_later = moments.was && (!moments.is || *moments.is > *moments.was);
        if (is_later) {
            recompute_response(session, issue);
        } else if (moments.is) {
            issue.first_responded_at =
                std::min(issue.first_responded_at.value_or(*moments.is), *moments.is);
        }
    });
}

/// Whether interactions say anything of a record.
bool has_moments(const Link& target) {
    return target.entity == Contact::entity_number || target.entity == Case::entity_number;
}

/// Settles a record that an interaction, null for none, is or was linked to.
void settle(Session& session, const Link& target, const Interaction* was, const Interaction* is) {
    const auto of = [](const Interaction* interaction, Moment (*moment)(const Interaction&)) {
        return interaction == nullptr ? Moment() : moment(*interaction);
    };
    if (target.entity == Contact::entity_number) {
        settle_contact(session, target.id, {of(was, &moment_of), of(is, &moment_of)});
    } else if (target.entity == Case::entity_number) {
        settle_case(session, target.id, {of(was, &response_of), of(is, &response_of)});
    }
}

/// The records that an interaction is linked to.
std::vector<Link> targets_of(Session& session, Id interaction) {
    std::vector<Link> targets;
    const Parameters parameters{{"interaction", interaction}};
    for (const auto& row : session.query<InteractionParticipant>("interaction = :interaction and "
                                                                 "party is not null",
                                                                 parameters)) {
        targets.push_back(row.party);
    }
    for (const auto& row :
         session.query<InteractionRegarding>("interaction = :interaction", parameters)) {
        targets.push_back(row.record);
    }
    return targets;
}

void after_interaction(const WriteEvent& event) {
    if (event.kind == ChangeKind::created || event.kind == ChangeKind::restored) {
        return;  // its links come, or come back, after it
    }
    const auto& was = *static_cast<const Interaction*>(event.before);
    const auto& is = *static_cast<const Interaction*>(event.after.object());
    if (moment_of(was) == moment_of(is) && response_of(was) == response_of(is)) {
        return;
    }
    for (const Link& target : targets_of(event.session, is.id)) {
        settle(event.session, target, &was, &is);
    }
}

/// A link came, went or moved.
template <RecordType T>
void after_link(const WriteEvent& event, Link T::*target) {
    const auto settle_link = [&](const T& link, bool is_there) {
        if (!has_moments(link.*target)) {
            return;
        }
        const auto interaction =
            live<Interaction>(event.session.state().writer(), link.interaction);
        if (interaction) {  // otherwise it was deleted, and settled what it was linked to
            settle(event.session, link.*target, is_there ? nullptr : &*interaction,
                   is_there ? &*interaction : nullptr);
        }
    };
    const T& is = *static_cast<const T*>(event.after.object());
    if (event.kind == ChangeKind::updated) {
        const T& was = *static_cast<const T*>(event.before);
        if (was.*target == is.*target && was.interaction == is.interaction) {
            return;
        }
        settle_link(was, false);
    }
    settle_link(is, event.kind != ChangeKind::deleted);
}

void after_participant(const WriteEvent& event) {
    after_link(event, &InteractionParticipant::party);
}

void after_regarding(const WriteEvent& event) { after_link(event, &InteractionRegarding::record); }

void after_contact(const WriteEvent& event) {
    if (event.kind == ChangeKind::restored) {
        const auto& contact = *static_cast<const Contact*>(event.after.object());
        change_kept<Contact>(event.session, contact.id, [&](Contact& restored) {
            recompute_activity(event.session, restored);
        });
    }
}

void after_case(const WriteEvent& event) {
    if (event.kind == ChangeKind::restored) {
        const auto& issue = *static_cast<const Case*>(event.after.object());
        change_kept<Case>(event.session, issue.id,
                          [&](Case& restored) { recompute_response(event.session, restored); });
    }
}

constexpr std::array of_activities{
    Rule{Interaction::entity_number, nullptr, &after_interaction},
    Rule{InteractionParticipant::entity_number, nullptr, &after_participant},
    Rule{InteractionRegarding::entity_number, nullptr, &after_regarding},
    Rule{Contact::entity_number, nullptr, &after_contact},
    Rule{Case::entity_number, nullptr, &after_case},
};

/// One value of an aggregation without groups; nothing where there was none to look at.
template <RecordType T>
Moment moment_found(Session& session, std::string_view text, const Link& target) {
    const auto rows = session.aggregate<T>(text, {{"target", target}});
    return rows.empty() || rows[0][0].is_null() ? Moment() : rows[0][0].view().instant();
}

}  // namespace

std::span<const Rule> activity_rules() { return of_activities; }

void recompute_activity(Session& session, Contact& contact) {
    const Link target{Contact::entity_number, contact.id};
    contact.last_activity_at = std::max(
        moment_found<InteractionParticipant>(
            session,
            "max(interaction.occurred_at) where party = :target and interaction.deleted_at is null "
            "and interaction.state != 'cancelled' and "
            "interaction.occurred_at <= interaction.modified_at",
            target),
        moment_found<InteractionRegarding>(
            session,
            "max(interaction.occurred_at) where record = :target and interaction.deleted_at is "
            "null and interaction.state != 'cancelled' and "
            "interaction.occurred_at <= interaction.modified_at",
            target));
}

void recompute_response(Session& session, Case& issue) {
    issue.first_responded_at = moment_found<InteractionRegarding>(
        session,
        "min(interaction.occurred_at) where record = :target and interaction.deleted_at is null "
        "and interaction.direction = 'outbound' and not interaction.is_auto_reply and "
        "interaction.state != 'cancelled' and interaction.occurred_at <= interaction.modified_at",
        Link{Case::entity_number, issue.id});
}

}  // namespace crmkit::engine

#include "primary_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cause_scope.hpp"
#include "crmkit/engine/session.hpp"
#include "crmkit/model/account_contact.hpp"
#include "crmkit/model/address.hpp"
#include "crmkit/model/contact.hpp"
#include "crmkit/model/opportunity.hpp"
#include "crmkit/model/opportunity_contact_role.hpp"
#include "kept_values.hpp"
#include "single_mark.hpp"

namespace crmkit::engine {

namespace {

/// Asks for the records of one whole.
template <RecordType T, auto Whole>
std::string of_whole(std::string_view rest) {
    const Field& whole = entity_of<T>().fields[detail::place_of<Whole, T>()];
    return fmt::format("{} = :whole {}", whole.name, rest);
}

/// Whether a write made a record the primary one of its whole.
template <RecordType T, auto Whole>
bool becomes_primary(const WriteEvent& event) {
    const auto* was = static_cast<const T*>(event.before);
    const auto& is = *static_cast<const T*>(event.after.object());
    const bool was_primary =
        event.kind == ChangeKind::updated && was->is_primary && was->*Whole == is.*Whole;
    return event.kind != ChangeKind::deleted && is.is_primary && !was_primary;
}

/// The record that was the primary one of the same whole no longer is.
template <RecordType T, auto Whole>
void after_primary(const WriteEvent& event) {
    if (!becomes_primary<T, Whole>(event)) {
        return;
    }
    const auto& primary = *static_cast<const T*>(event.after.object());
    Session& session = event.session;
    const auto others = session
                            .query<T>(of_whole<T, Whole>("and is_primary and id != :self"),
                                      {{"whole", primary.*Whole}, {"self", primary.id}})
                            .all();
    take_mark_from(session, others, &T::is_primary);
}

/// A link between a whole and one of its parts, where a reference of the whole, too, says which is
/// the first of them: both say the same, whichever was written last.
template <RecordType T, auto Whole, auto Part, RecordType W, auto Reference>
struct PrimaryLink {
    /// The reference follows the primary link.
    static void after_link(const WriteEvent& event) {
        Session& session = event.session;
        const CauseScope cause = CauseScope::last_change(session.state());
        const auto* was = static_cast<const T*>(event.before);
        const auto& link = *static_cast<const T*>(event.after.object());
        const bool has_moved =
            event.kind == ChangeKind::updated && link.is_primary && was->*Part != link.*Part;
        if (!has_moved && !becomes_primary<T, Whole>(event)) {
            return;
        }
        auto whole = live<W>(session.state().writer(), link.*Whole);
        const bool says_other = whole && *whole.*Reference != link.*Part;
        if (says_other && *whole.*Reference && session.state().undoing == Undoing::consequences) {
            // What comes back takes nothing from a reference that was given another value since.
            take_mark_from(session, std::vector<T>{link}, &T::is_primary);
            return;
        }
        after_primary<T, Whole>(event);
        if (says_other) {
            *whole.*Reference = link.*Part;
            update_record(session, entity_of<W>(), &*whole, {}, Authority::library);
        }
    }

    /// The mark follows the reference: to a link to the same part, if there is one.
    static void after_whole(const WriteEvent& event) {
        const auto& whole = *static_cast<const W*>(event.after.object());
        if (event.kind != ChangeKind::updated ||
            static_cast<const W*>(event.before)->*Reference == whole.*Reference) {
            return;
        }
        Session& session = event.session;
        auto links =
            session.query<T>(of_whole<T, Whole>("order by id"), {{"whole", whole.id}}).all();
        const auto is_named = [&](const T& link) { return link.*Part == whole.*Reference; };
        std::vector<T> marked;
        std::copy_if(links.begin(), links.end(), std::back_inserter(marked),
                     [](const T& link) { return link.is_primary; });
        if (std::any_of(marked.begin(), marked.end(), is_named)) {
            return;
        }
        const CauseScope cause = CauseScope::last_change(session.state());
        const auto named = std::find_if(links.begin(), links.end(), is_named);
        // Undo gives the mark to none that has not had it.
        if (named == links.end() || session.state().is_undoing()) {
            take_mark_from(session, std::move(marked), &T::is_primary);
            return;
        }
        named->is_primary = true;
        update_record(session, entity_of<T>(), &*named, {}, Authority::library);
    }
};

using Employer = PrimaryLink<AccountContact, &AccountContact::contact, &AccountContact::account,
                             Contact, &Contact::account>;
using FirstContact =
    PrimaryLink<OpportunityContactRole, &OpportunityContactRole::opportunity,
                &OpportunityContactRole::contact, Opportunity, &Opportunity::primary_contact>;

/// A record that loses the mark was right when it was written, and so refuses nothing; what a
/// reference is changed in may.
constexpr std::array of_primaries{
    Rule{Address::entity_number, nullptr, &after_primary<Address, &Address::party>},
    Rule{AccountContact::entity_number, nullptr, &Employer::after_link, true},
    Rule{OpportunityContactRole::entity_number, nullptr, &FirstContact::after_link, true},
    Rule{Contact::entity_number, nullptr, &Employer::after_whole},
    Rule{Opportunity::entity_number, nullptr, &FirstContact::after_whole},
};

}  // namespace

std::span<const Rule> primary_rules() { return of_primaries; }

}  // namespace crmkit::engine

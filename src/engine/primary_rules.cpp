#include "primary_rules.hpp"

#include <fmt/format.h>

#include <array>

#include "cause_scope.hpp"
#include "crmkit/engine/session.hpp"
#include "crmkit/model/account_contact.hpp"
#include "crmkit/model/address.hpp"
#include "crmkit/model/opportunity_contact_role.hpp"
#include "single_mark.hpp"

namespace crmkit::engine {

namespace {

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
    const Field& whole = entity_of<T>().fields[detail::place_of<Whole, T>()];
    const auto others =
        session
            .query<T>(fmt::format("{} = :whole and is_primary and id != :self", whole.name),
                      {{"whole", primary.*Whole}, {"self", primary.id}})
            .all();
    const CauseScope cause(session.state(), session.state().last_change(), session.state().origin);
    take_mark_from(session, others, &T::is_primary);
}

/// None of them refuses anything: a record that loses the mark was right when it was written.
constexpr std::array of_primaries{
    Rule{Address::entity_number, nullptr, &after_primary<Address, &Address::party>},
    Rule{AccountContact::entity_number, nullptr,
         &after_primary<AccountContact, &AccountContact::contact>},
    Rule{OpportunityContactRole::entity_number, nullptr,
         &after_primary<OpportunityContactRole, &OpportunityContactRole::opportunity>},
};

}  // namespace

std::span<const Rule> primary_rules() { return of_primaries; }

}  // namespace crmkit::engine

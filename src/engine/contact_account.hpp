/// Whose what is entered with a contact alone is.
#pragma once

#include "crmkit/engine/session.hpp"
#include "crmkit/model/contact.hpp"
#include "session_state.hpp"

namespace crmkit::engine {

/// Gives a record that is entered with a contact, or given another one, and has no account, the
/// contact's account, so that it stands among what that account has.
template <RecordType T>
void take_account_of_contact(const WriteEvent& event, Id T::*contact) {
    const auto* was = static_cast<const T*>(event.before);
    auto& record = *static_cast<T*>(event.after.object());
    const bool is_new = was == nullptr || was->*contact != record.*contact;
    if (!is_new || record.account || event.session.state().is_undoing()) {
        return;
    }
    if (const auto found = event.session.find<Contact>(record.*contact)) {
        record.account = found->account;
    }
}

}  // namespace crmkit::engine

/// Whose what is entered with a contact alone is.
#pragma once

#include "crmkit/engine/session.hpp"
#include "crmkit/model/contact.hpp"

namespace crmkit::engine {

/// Gives a record that has a contact and no account the contact's account, so that it stands among
/// what that account has.
inline void take_account_of_contact(Session& session, Id contact, Id& account) {
    if (account || !contact) {
        return;
    }
    if (const auto found = session.find<Contact>(contact)) {
        account = found->account;
    }
}

}  // namespace crmkit::engine

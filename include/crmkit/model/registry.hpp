/// The standard entities in one registry.
#pragma once

#include "crmkit/model/entities.hpp"
#include "crmkit/schema/registry.hpp"

namespace crmkit {

/// A new registry of the standard entities, in the order of their numbers, to which a host may add
/// its own. A new standard entity is one more line here.
inline Registry make_standard_registry() {
    Registry registry;
    registry.add<User>();
    registry.add<Team>();
    registry.add<TeamMember>();
    registry.add<Account>();
    registry.add<Contact>();
    registry.add<AccountContact>();
    registry.add<Lead>();
    registry.add<Pipeline>();
    registry.add<Stage>();
    registry.add<Opportunity>();
    registry.add<OpportunityContactRole>();
    registry.add<OpportunityLine>();
    registry.add<StageHistory>();
    registry.add<Campaign>();
    registry.add<CampaignMember>();
    registry.add<Case>();
    registry.add<Interaction>();
    registry.add<InteractionParticipant>();
    registry.add<InteractionRegarding>();
    registry.add<Product>();
    registry.add<Transaction>();
    registry.add<TransactionLine>();
    registry.add<CurrencyRate>();
    registry.add<Address>();
    registry.add<EmailAddress>();
    registry.add<PhoneNumber>();
    registry.add<ExternalId>();
    registry.add<Tag>();
    registry.add<RecordTag>();
    registry.add<Status>();
    return registry;
}

/// The registry of the standard entities alone. Made on first use; readable from any thread.
inline const Registry& standard_registry() {
    static const Registry registry = make_standard_registry();
    return registry;
}

}  // namespace crmkit

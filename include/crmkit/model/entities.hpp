/// `StandardEntities`: the standard entities, every one of them. Including this alone compiles none
/// of their descriptions; those that a source uses are compiled there.
#pragma once

#include "crmkit/model/account.hpp"
#include "crmkit/model/account_contact.hpp"
#include "crmkit/model/address.hpp"
#include "crmkit/model/campaign.hpp"
#include "crmkit/model/campaign_member.hpp"
#include "crmkit/model/case.hpp"
#include "crmkit/model/contact.hpp"
#include "crmkit/model/currency_rate.hpp"
#include "crmkit/model/email_address.hpp"
#include "crmkit/model/external_id.hpp"
#include "crmkit/model/interaction.hpp"
#include "crmkit/model/interaction_participant.hpp"
#include "crmkit/model/interaction_regarding.hpp"
#include "crmkit/model/lead.hpp"
#include "crmkit/model/opportunity.hpp"
#include "crmkit/model/opportunity_contact_role.hpp"
#include "crmkit/model/opportunity_line.hpp"
#include "crmkit/model/phone_number.hpp"
#include "crmkit/model/pipeline.hpp"
#include "crmkit/model/product.hpp"
#include "crmkit/model/record_tag.hpp"
#include "crmkit/model/stage.hpp"
#include "crmkit/model/stage_history.hpp"
#include "crmkit/model/status.hpp"
#include "crmkit/model/tag.hpp"
#include "crmkit/model/team.hpp"
#include "crmkit/model/team_member.hpp"
#include "crmkit/model/transaction.hpp"
#include "crmkit/model/transaction_line.hpp"
#include "crmkit/model/user.hpp"

namespace crmkit {

/// Entities by their structs.
template <typename... Entities>
struct EntityList {};

/// In the order of their numbers. A new standard entity is its header above and its name here.
using StandardEntities =
    EntityList<User, Team, TeamMember, Account, Contact, AccountContact, Lead, Pipeline, Stage,
               Opportunity, OpportunityContactRole, OpportunityLine, StageHistory, Campaign,
               CampaignMember, Case, Interaction, InteractionParticipant, InteractionRegarding,
               Product, Transaction, TransactionLine, CurrencyRate, Address, EmailAddress,
               PhoneNumber, ExternalId, Tag, RecordTag, Status>;

}  // namespace crmkit

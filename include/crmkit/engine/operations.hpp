/// The operations of the engine itself: those over all modules, and those on any record.
#pragma once

#include <array>

#include "crmkit/engine/customer_360.hpp"
#include "crmkit/engine/operation.hpp"
#include "crmkit/engine/record_operations.hpp"
#include "crmkit/engine/schema_document.hpp"
#include "crmkit/engine/timeline.hpp"

namespace crmkit::engine {

inline constexpr std::array operations{
    operation<&timeline>("engine.timeline",
                         "What happened with a party, newest first, with what happened with its "
                         "contacts, opportunities and cases. Fails with not_found for a party "
                         "that is not there."),
    operation<&customer_360>("engine.customer_360",
                             "All there is to know about an account or a contact: identity, "
                             "people, relations, timeline, opportunities, cases, campaigns, "
                             "purchases; all of it or some sections, today or as of a moment. "
                             "Fails with not_found for a party that is not there."),
    operation<&schema_document>("engine.json_schema",
                                "The JSON Schema of the records of one entity, or of all. Fails "
                                "with not_found for an unknown entity."),
    operation<&create_records>("records.create_many",
                               "Creates many records of an entity in one transaction, and tells "
                               "what became of each. Fails with not_found for an unknown entity, "
                               "and with all_or_nothing as the first row that is refused does."),
    operation<&update_records>("records.update_many",
                               "Writes the given fields of many records in one transaction. Fails "
                               "as records.create_many does."),
    operation<&delete_records>("records.delete_many",
                               "Deletes many records in one transaction. Fails as "
                               "records.create_many does, such as with restricted for one that "
                               "others refer to."),
    operation<&restore_records>("records.restore_many",
                                "Brings many deleted records back in one transaction. Fails as "
                                "records.create_many does."),
    operation<&upsert_records>("records.upsert_many",
                               "Creates many records, or writes over those that their keys find, "
                               "in one transaction. Fails as records.create_many does."),
};

}  // namespace crmkit::engine

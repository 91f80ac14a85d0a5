/// `ExternalId`: the key that a record has in another system.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "crmkit/model/choices.hpp"
#include "crmkit/schema/entity.hpp"

namespace crmkit {

/// The key that a record has in another system. Within a system a key stands for one live record
/// of an entity: an upsert finds its record by it.
struct ExternalId {
    CRMKIT_ENTITY(ExternalId, 27, "external_id", "external_ids",
                  "The key that a record has in another system.");
    std::string system{};
    std::string key{};
    Link record{};
    std::int64_t record_kind = 0;

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(10, system, "The other system, by a name that the host chooses.")
                .max_length(detail::longest_label_text)
                .required(),
            CRMKIT_FIELD(11, key, "The key there, kept to the letter.").required().searchable(),
            CRMKIT_FIELD(12, record, "The record here.")
                .required()
                .refers_to("any", OnDelete::cascade)
                .children("external_ids"),
            CRMKIT_FIELD(13, record_kind,
                         "Number of the record's entity; a key is unique for each.")
                .computed());
    }
    static constexpr std::string_view title_field = "key";
    static constexpr auto indexes() {
        return std::array{Index{"system, key, record_kind", true}, Index{"record"}};
    }
    /// Fills record_kind.
    void derive() { record_kind = record.entity; }
};

}  // namespace crmkit

/// `RecordTag`: a tag on a record.
#pragma once

#include <array>

#include "crmkit/schema/entity.hpp"

namespace crmkit {

/// A tag on a record of any entity.
struct RecordTag {
    CRMKIT_ENTITY(RecordTag, 29, "record_tag", "record_tags", "A tag on a record.");
    Id tag{};
    Link record{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, tag, "The tag.")
                               .required()
                               .refers_to("tag", OnDelete::cascade)
                               .children("tagged_records"),
                           CRMKIT_FIELD(11, record, "The record marked with it.")
                               .required()
                               .refers_to("any", OnDelete::cascade)
                               .children("record_tags"));
    }
    static constexpr auto indexes() {
        return std::array{Index{"tag, record", true}, Index{"record"}};
    }
};

}  // namespace crmkit

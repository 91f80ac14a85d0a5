/// `Tag`: a word that records can be marked with.
#pragma once

#include <string>
#include <string_view>

#include "crmkit/model/choices.hpp"
#include "crmkit/schema/entity.hpp"

namespace crmkit {

/// A word that records of any entity can be marked with.
struct Tag {
    CRMKIT_ENTITY(Tag, 28, "tag", "tags", "A word that records can be marked with.");
    std::string name{};
    std::string color{};
    std::string description{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(10, name, "The word.")
                .max_length(detail::longest_label_text)
                .required()
                .unique()
                .searchable(),
            CRMKIT_FIELD(11, color, "Colour to show it in, such as #1f77b4.").max_length(20),
            CRMKIT_FIELD(12, description, "When to use it.").max_length(detail::longest_paragraph));
    }
    static constexpr std::string_view title_field = "name";
};

}  // namespace crmkit

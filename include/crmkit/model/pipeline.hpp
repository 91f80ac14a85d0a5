/// `Pipeline`: a way of selling, with its stages.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crmkit/model/choices.hpp"
#include "crmkit/schema/entity.hpp"

namespace crmkit {

/// A way of selling: a list of stages that an opportunity goes through.
struct Pipeline {
    CRMKIT_ENTITY(Pipeline, 8, "pipeline", "pipelines", "A way of selling, with its stages.");
    std::string name{};
    std::string description{};
    Id team{};
    std::optional<std::int64_t> sort_order{};
    bool is_default = false;
    bool is_active = true;

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(10, name, "Name of the pipeline.")
                .max_length(detail::longest_label_text)
                .required()
                .unique(),
            CRMKIT_FIELD(11, description, "What is sold this way.")
                .max_length(detail::longest_paragraph),
            CRMKIT_FIELD(20, team, "The team that sells this way.")
                .refers_to("team", OnDelete::set_null)
                .children("pipelines"),
            CRMKIT_FIELD(30, sort_order, "Its place among the pipelines."),
            CRMKIT_FIELD(31, is_default, "New opportunities start here unless told otherwise."),
            CRMKIT_FIELD(32, is_active, "False once it takes no new opportunities."));
    }
    static constexpr std::string_view title_field = "name";
    static constexpr auto indexes() { return std::array{Index{"team"}}; }
};

}  // namespace crmkit

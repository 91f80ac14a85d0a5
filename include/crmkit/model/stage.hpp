/// `Stage`: a step of a pipeline.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/model/checks.hpp"
#include "crmkit/model/choices.hpp"
#include "crmkit/schema/entity.hpp"

namespace crmkit {

/// A step of a pipeline. It is to an opportunity what a status is to a case: the host's own word,
/// mapped to a state. A stage with history cannot be deleted; make it inactive.
struct Stage {
    CRMKIT_ENTITY(Stage, 9, "stage", "stages", "A step of a pipeline.");
    std::string name{};
    Id pipeline{};
    std::optional<std::int64_t> sort_order{};
    OpportunityState state = OpportunityState::open;
    std::optional<std::int64_t> probability{};
    std::optional<ForecastCategory> forecast_category{};
    std::vector<std::string> required_fields{};
    std::optional<std::int64_t> rotting_days{};
    std::string exit_criteria{};
    std::string description{};
    bool is_active = true;

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(10, name, "Name of the stage.")
                .max_length(detail::longest_label_text)
                .required(),
            CRMKIT_FIELD(11, pipeline, "The pipeline it is a step of.")
                .required()
                .refers_to("pipeline", OnDelete::cascade)
                .children("stages"),
            CRMKIT_FIELD(12, sort_order, "Its place in the pipeline, counting up."),
            CRMKIT_FIELD(20, state, "What an opportunity in this stage is: open, won or lost."),
            CRMKIT_FIELD(21, probability, "Chance of a sale in percent that it gives, 0 to 100."),
            CRMKIT_FIELD(22, forecast_category, "Forecast column that it gives."),
            CRMKIT_FIELD(30, required_fields,
                         "Fields of the opportunity that must be filled to enter the stage."),
            CRMKIT_FIELD(31, rotting_days, "After how many days without a move it needs a look."),
            CRMKIT_FIELD(32, exit_criteria,
                         "Condition on the opportunity that must hold before it goes on to a later "
                         "stage or is won, in the expression language: amount > 0 and "
                         "count(contact_roles) > 0.")
                .max_length(detail::longest_paragraph),
            CRMKIT_FIELD(40, description, "What must be done to leave the stage.")
                .max_length(detail::longest_paragraph),
            CRMKIT_FIELD(41, is_active, "False once no opportunity may enter it."));
    }
    static constexpr std::string_view title_field = "name";
    static constexpr auto indexes() {
        return std::array{Index{"pipeline, name", true}, Index{"pipeline, sort_order"}};
    }
    /// Refuses a probability outside 0 to 100, and what its state contradicts.
    void check(std::vector<Problem>& problems) const {
        detail::Checks checks(structure_name, problems);
        checks.within("probability", probability, 0, 100);
        checks.not_negative("rotting_days", rotting_days);
        if (state == OpportunityState::won && probability.value_or(100) != 100) {
            checks.refuse("probability", std::to_string(*probability),
                          "is not 100, though the stage is won");
        }
        if (state == OpportunityState::lost && probability.value_or(0) != 0) {
            checks.refuse("probability", std::to_string(*probability),
                          "is not 0, though the stage is lost");
        }
        if (forecast_category == ForecastCategory::closed && state != OpportunityState::won) {
            checks.refuse("forecast_category", "closed",
                          "is for stages in which opportunities are won");
        }
    }
};

}  // namespace crmkit

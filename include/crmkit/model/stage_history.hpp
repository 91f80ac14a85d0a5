/// `StageHistory`: how an opportunity moved through its stages.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "crmkit/model/checks.hpp"
#include "crmkit/model/choices.hpp"
#include "crmkit/schema/entity.hpp"

namespace crmkit {

/// One stay of an opportunity in a stage, with what it looked like on entering. Written by the
/// library on each stage move; durations, conversion and slippage are read from it.
struct StageHistory {
    CRMKIT_ENTITY(StageHistory, 13, "stage_history", "stage_histories",
                  "One stay of an opportunity in a stage.");
    Id opportunity{};
    Id from_stage{};
    Id to_stage{};
    std::optional<Instant> entered_at{};
    std::optional<Instant> left_at{};
    std::optional<std::int64_t> duration_seconds{};
    Id actor{};
    std::optional<Money> amount{};
    std::optional<std::int64_t> probability{};
    std::optional<Date> close_date{};
    std::optional<ForecastCategory> forecast_category{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(10, opportunity, "The opportunity.")
                .required()
                .refers_to("opportunity", OnDelete::cascade)
                .children("stage_history"),
            CRMKIT_FIELD(11, from_stage, "The stage it came from; empty for the first.")
                .refers_to("stage", OnDelete::restrict)
                .children("exits"),
            CRMKIT_FIELD(12, to_stage, "The stage of this stay.")
                .required()
                .refers_to("stage", OnDelete::restrict)
                .children("entries"),
            CRMKIT_FIELD(20, entered_at, "When the stay began.").required(),
            CRMKIT_FIELD(21, left_at, "When it ended; empty while it lasts."),
            CRMKIT_FIELD(22, duration_seconds, "How long it lasted, in seconds.").computed(),
            CRMKIT_FIELD(23, actor, "The user who made the move.")
                .refers_to("user", OnDelete::set_null)
                .children("stage_moves"),
            CRMKIT_FIELD(30, amount, "The amount on entering.").financial(),
            CRMKIT_FIELD(31, probability, "The probability on entering, in percent."),
            CRMKIT_FIELD(32, close_date, "The expected close on entering."),
            CRMKIT_FIELD(33, forecast_category, "The forecast column on entering."));
    }
    static constexpr bool is_internal = true;
    static constexpr auto indexes() {
        return std::array{Index{"opportunity, entered_at"}, Index{"to_stage, entered_at"},
                          Index{"from_stage, entered_at"}, Index{"actor, entered_at"}};
    }
    /// Fills duration_seconds; whole seconds, cut off.
    void derive() {
        duration_seconds.reset();
        if (entered_at && left_at) {
            duration_seconds =
                (left_at->microseconds - entered_at->microseconds) / Instant::per_second;
        }
    }
    /// Refuses an end before the beginning.
    void check(std::vector<Problem>& problems) const {
        detail::Checks(structure_name, problems)
            .in_order("entered_at", entered_at, "left_at", left_at);
    }
};

}  // namespace crmkit

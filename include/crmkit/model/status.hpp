/// `Status`: a word of the host's for where a record stands, mapped to one of the library's states.
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

/// A status that records of one entity can have. Many statuses may mean the same state; the state
/// decides what may happen next. For opportunities the stages of a pipeline take this place.
struct Status {
    CRMKIT_ENTITY(Status, 30, "status", "statuses",
                  "A word of the host's for where a record stands, mapped to a state.");
    std::string name{};
    std::string entity{};
    std::string state{};
    std::optional<std::int64_t> sort_order{};
    bool is_default = false;
    bool is_active = true;
    bool is_on_hold = false;
    std::optional<std::int64_t> reopen_days{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(10, name, "The status, as it stands in the records.")
                .max_length(detail::longest_label_text)
                .required(),
            CRMKIT_FIELD(11, entity, "The entity whose records can have it, such as case.")
                .max_length(64)
                .required(),
            CRMKIT_FIELD(12, state, "The state it means, one of those of the entity.")
                .max_length(64)
                .required(),
            CRMKIT_FIELD(20, sort_order, "Its place among the statuses of the entity."),
            CRMKIT_FIELD(21, is_default, "A record that comes into the state gets this status."),
            CRMKIT_FIELD(22, is_active, "False once no record may get it any more."),
            CRMKIT_FIELD(23, is_on_hold, "A case in it waits: the time counts as on hold."),
            CRMKIT_FIELD(
                24, reopen_days,
                "A case in it can be opened again for so many days; for ever when empty."));
    }
    static constexpr std::string_view title_field = "name";
    static constexpr auto indexes() {
        return std::array{Index{"entity, name", true}, Index{"entity, sort_order"}};
    }
    /// Refuses days below zero.
    void check(std::vector<Problem>& problems) const {
        detail::Checks(structure_name, problems).not_negative("reopen_days", reopen_days);
    }
};

}  // namespace crmkit

/// Enumerations and text limits that several entities share.
#pragma once

#include <cstdint>

#include "crmkit/schema/native.hpp"

namespace crmkit {

/// How promising an account or a lead looks.
CRMKIT_ENUM(Rating, hot, warm, cold);

/// How urgent work is.
CRMKIT_ENUM(Priority, low, normal, high, urgent);

/// The closed set of states of an opportunity; every stage of a pipeline maps to one of them.
CRMKIT_ENUM(OpportunityState, open, won, lost);

/// Which column of a sales forecast an opportunity counts in.
CRMKIT_ENUM(ForecastCategory, omitted, pipeline, best_case, commit, closed);

namespace detail {

/// Characters that a paragraph may have: a description, a note, a resolution.
inline constexpr std::uint32_t longest_paragraph = 32'000;
/// Characters that a document may have: the body of an e-mail.
inline constexpr std::uint32_t longest_document = 1'000'000;
/// Characters of a label of the host's: a status, a role, a channel.
inline constexpr std::uint32_t longest_label_text = 100;
/// Characters of a web address.
inline constexpr std::uint32_t longest_uri = 2'000;
/// Characters of a mailbox (RFC 5321, section 4.5.3.1.3) and of its normal form.
inline constexpr std::uint32_t longest_email = 254;
/// Characters of a phone number as people write it, with its extension.
inline constexpr std::uint32_t longest_phone = 60;

}  // namespace detail

}  // namespace crmkit

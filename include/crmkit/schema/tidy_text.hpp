/// `tidy_text`: how a text is stored, so that texts which look the same are the same.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crmkit/base/currency.hpp"
#include "crmkit/base/nfc.hpp"
#include "crmkit/base/text.hpp"
#include "crmkit/schema/entity.hpp"

namespace crmkit {

namespace detail {

/// The quick yes of most texts.
inline bool is_plainly_tidy(const Field& field, std::string_view text) noexcept {
    const auto is_visible = [](char c) { return c > ' ' && c < 0x7F; };
    const bool has_no_space_around =
        is_visible(text.front()) && (field.format == TextFormat::plain || is_visible(text.back()));
    return has_no_space_around && field.format != TextFormat::currency_code && is_plainly_nfc(text);
}

}  // namespace detail

/// The text as a field stores it: in Normalization Form C; without the white space around an e-mail
/// address or another text with a format, where it comes from copying (around a plain text it may
/// be meant); currency codes in capitals. A text of white space only is no text. One that is longer
/// than the field may hold stays as it is: it is refused anyway.
inline std::string tidy_text(const Field& field, std::string_view text) {
    constexpr std::size_t longest_sequence = 4;
    if (text.empty() || text.size() / longest_sequence > field.longest ||
        detail::is_plainly_tidy(field, text)) {
        return std::string(text);
    }
    const std::string_view trimmed = trim(text);
    if (trimmed.empty() || field.format == TextFormat::plain) {
        return nfc(trimmed.empty() ? trimmed : text);
    }
    const auto currency = field.format == TextFormat::currency_code ? Currency::find(trimmed)
                                                                    : std::optional<Currency>();
    return currency ? std::string(currency->code()) : nfc(trimmed);
}

/// tidy_text() for the texts of a record that its writer has given.
inline void tidy_texts(const Entity& entity, void* object) {
    for (const Field* field : entity.texts) {
        auto& text = *static_cast<std::string*>(field->member(object));
        if (!text.empty() && !detail::is_plainly_tidy(*field, text)) {
            text = tidy_text(*field, text);
        }
    }
}

}  // namespace crmkit

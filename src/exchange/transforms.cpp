#include "transforms.hpp"

#include <fmt/format.h>
#include <utf8proc.h>

#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>

#include "crmkit/base/error.hpp"
#include "crmkit/base/text.hpp"
#include "crmkit/schema/json_text.hpp"
#include "date_form.hpp"
#include "number_text.hpp"

namespace crmkit::exchange::detail {

namespace {

[[noreturn]] void fail(const ImportTransform& transform, std::string_view why) {
    throw Error(ErrorCode::validation,
                fmt::format("the transform '{}' {}", label_of(transform.kind), why));
}

void require_text(const ImportTransform& transform, std::string_view what) {
    if (transform.text.empty()) {
        fail(transform, fmt::format("needs {} as its text", what));
    }
}

/// In one pass: in place, a large text with many hits would take a time that grows with its square.
void replace_all(std::string& text, std::string_view from, std::string_view to) {
    std::size_t at = text.find(from);
    if (at == std::string::npos) {
        return;
    }
    std::string out;
    std::size_t begin = 0;
    for (; at != std::string::npos; at = text.find(from, begin)) {
        out.append(text, begin, at - begin);
        out += to;
        begin = at + from.size();
    }
    text = out.append(text, begin);
}

/// Rewrites a text character by character.
template <typename Change>
void change_characters(std::string& text, Change change) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        crmkit::detail::append_character(out, change(crmkit::detail::next_character(text, at)));
    }
    text = std::move(out);
}

char32_t to_lower(char32_t c) {
    return static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c)));
}
char32_t to_upper(char32_t c) {
    return static_cast<char32_t>(utf8proc_toupper(static_cast<utf8proc_int32_t>(c)));
}

bool is_in_word(char32_t c) {
    const auto category = crmkit::detail::category_of(c);
    return crmkit::detail::is_letter_or_mark(category) || crmkit::detail::is_number(category) ||
           c == '\'' || c == 0x2019;
}

bool lower_case(std::string& text) {
    change_characters(text, &to_lower);
    return true;
}

bool upper_case(std::string& text) {
    // Character by character it would become a capital sharp s, which nobody expects. The one
    // letter of European alphabets with two capitals (Unicode, SpecialCasing.txt).
    replace_all(text, "\xC3\x9F", "SS");
    change_characters(text, &to_upper);
    return true;
}

/// The first letter of each word in upper case, the others in lower case.
bool title_case(std::string& text) {
    bool in_word = false;
    change_characters(text, [&in_word](char32_t c) {
        const char32_t out = in_word ? to_lower(c) : to_upper(c);
        in_word = is_in_word(c);
        return out;
    });
    return true;
}

bool collapse_spaces(std::string& text) {
    std::string out;
    out.reserve(text.size());
    bool pending = false;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t start = at;
        if (crmkit::detail::is_space(crmkit::detail::next_character(text, at))) {
            pending = !out.empty();
            continue;
        }
        out += pending ? " " : "";
        pending = false;
        out.append(text, start, at - start);
    }
    text = std::move(out);
    return true;
}

TransformStep make_replace(const ImportTransform& transform) {
    require_text(transform, "what to replace");
    return
        [from = transform.text, to = transform.with](std::string& text, std::string&, MapCounts&) {
            replace_all(text, from, to);
            return true;
        };
}

std::vector<std::string_view> parts_of(std::string_view text, std::string_view separator) {
    std::vector<std::string_view> parts;
    while (true) {
        const std::size_t end = text.find(separator);
        parts.push_back(trim(text.substr(0, end)));
        if (end == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(end + separator.size());
    }
}

TransformStep make_part(const ImportTransform& transform) {
    require_text(transform, "what stands between the parts");
    const std::int64_t position = transform.position.value_or(1);
    if (position == 0) {
        fail(transform, "counts its position from 1, or from -1 at the end");
    }
    return [separator = transform.text, position](std::string& text, std::string&, MapCounts&) {
        const auto parts = parts_of(text, separator);
        const auto count = static_cast<std::int64_t>(parts.size());
        const std::int64_t index = position > 0 ? position - 1 : count + position;
        text = index >= 0 && index < count ? std::string(parts[static_cast<std::size_t>(index)])
                                           : std::string();
        return true;
    };
}

/// A list as the JSON array that list fields read.
TransformStep make_list(const ImportTransform& transform) {
    require_text(transform, "what stands between the items");
    return [separator = transform.text](std::string& text, std::string&, MapCounts&) {
        std::string list;
        for (const std::string_view item : parts_of(text, separator)) {
            if (!item.empty()) {
                list += list.empty() ? "[" : ",";
                append_json_string(list, item);
            }
        }
        text = list.empty() ? list : list + "]";
        return true;
    };
}

TransformStep make_date(const ImportTransform& transform, const TransformTarget& target) {
    require_text(transform, "the form of the dates");
    const bool date_only = target.field != nullptr && target.field->type() == FieldType::date;
    return [form = DateForm(transform.text, transform.with), date_only](
               std::string& text, std::string& why, MapCounts&) {
        auto read = form.read(trim(text), date_only, why);
        if (!read) {
            return false;
        }
        text = std::move(*read);
        return true;
    };
}

TransformStep make_number(const ImportTransform& transform) {
    NumberForm form;
    if (transform.text.size() > 1) {
        fail(transform, "takes one character as its text: the one before the decimals");
    }
    form.decimal_character = transform.text.empty() ? '.' : transform.text.front();
    form.groups = transform.with;
    if (form.groups.find(form.decimal_character) != std::string::npos) {
        fail(transform, "has the same character before decimals and between groups");
    }
    return [form](std::string& text, std::string& why, MapCounts&) {
        return rewrite_number(text, form, why);
    };
}

TransformStep make_scale(const ImportTransform& transform) {
    const std::string_view text = transform.text;
    const auto factor = NumberText::parse(text == "thousands"  ? "1000"
                                          : text == "millions" ? "1000000"
                                          : text == "billions" ? "1000000000"
                                                               : text);
    if (!factor) {
        fail(transform, "needs a factor as its text: a number, thousands, millions or billions");
    }
    return [factor = *factor](std::string& number, std::string& why, MapCounts&) {
        return scale_number(number, factor, why);
    };
}

TransformStep make_round(const ImportTransform& transform) {
    constexpr std::int64_t most_places = 12;
    const std::int64_t places = transform.position.value_or(0);
    if (places < 0 || places > most_places) {
        fail(transform, "rounds to 0 to 12 decimals");
    }
    return [places = static_cast<int>(places)](std::string& text, std::string& why, MapCounts&) {
        return round_number(text, places, why);
    };
}

TransformStep make_currency(const ImportTransform& transform) {
    const auto usual = Currency::find(transform.text);
    if (!usual) {
        fail(transform, "needs an ISO 4217 code such as EUR as its text");
    }
    return [usual = *usual](std::string& text, std::string& why, MapCounts&) {
        return name_currency(text, usual, why);
    };
}

/// A map: found by the letters first, which is quick, then without regard to case and accents.
class ValueMap {
  public:
    ValueMap(const ImportTransform& transform, const std::string& header,
             std::vector<ImportMapped>& rules)
        : is_closed_(transform.is_closed) {
        for (const ImportValue& value : transform.values) {
            const Rule rule{value.to, rules.size()};
            exact_.emplace(value.from, rule);
            if (!folded_.emplace(fold(value.from), rule).second) {
                fail(transform, fmt::format("names '{}' twice", shortened(value.from)));
            }
            names_.push_back(value.from);
            rules.push_back({header, value.from, value.to, 0});
        }
        if (transform.values.empty()) {
            fail(transform, "has no values");
        }
    }

    bool apply(std::string& text, std::string& why, MapCounts& counts) const {
        const Rule* rule = find(text);
        if (rule != nullptr) {
            counts[rule->number] += text == rule->to ? 0 : 1;  // "Won" for "won" is mapped already
            text = rule->to;
            return true;
        }
        if (is_closed_) {
            const std::string_view near = nearest(text, names_);
            why = "is not one of the values that the plan names";
            why += near.empty() ? "" : fmt::format("; nearest is '{}'", near);
        }
        return !is_closed_;
    }

  private:
    struct Rule {
        std::string to;
        std::size_t number;
    };

    [[nodiscard]] const Rule* find(const std::string& text) const {
        if (const auto found = exact_.find(text); found != exact_.end()) {
            return &found->second;
        }
        const auto found = folded_.find(fold(text));
        return found == folded_.end() ? nullptr : &found->second;
    }

    std::unordered_map<std::string, Rule> exact_;
    std::unordered_map<std::string, Rule> folded_;
    std::vector<std::string> names_;
    bool is_closed_;
};

TransformStep make_step(const ImportTransform& transform, const TransformTarget& target,
                        std::vector<ImportMapped>& rules) {
    const auto simple = [](bool (*change)(std::string&)) {
        return [change](std::string& text, std::string&, MapCounts&) { return change(text); };
    };
    switch (transform.kind) {
        case ImportTransformKind::collapse_spaces:
            return simple(&collapse_spaces);
        case ImportTransformKind::lower_case:
            return simple(&lower_case);
        case ImportTransformKind::upper_case:
            return simple(&upper_case);
        case ImportTransformKind::title_case:
            return simple(&title_case);
        case ImportTransformKind::replace:
            return make_replace(transform);
        case ImportTransformKind::part:
            return make_part(transform);
        case ImportTransformKind::list:
            return make_list(transform);
        case ImportTransformKind::date:
            return make_date(transform, target);
        case ImportTransformKind::number:
            return make_number(transform);
        case ImportTransformKind::scale:
            return make_scale(transform);
        case ImportTransformKind::round:
            return make_round(transform);
        case ImportTransformKind::currency:
            return make_currency(transform);
        case ImportTransformKind::map: {
            auto map = std::make_shared<const ValueMap>(transform, target.header, rules);
            return [map = std::move(map)](std::string& text, std::string& why, MapCounts& counts) {
                return map->apply(text, why, counts);
            };
        }
        case ImportTransformKind::default_:
            return [fallback = transform.text](std::string& text, std::string&, MapCounts&) {
                if (text.empty()) {
                    text = fallback;
                }
                return true;
            };
        case ImportTransformKind::constant:
            return [constant = transform.text](std::string& text, std::string&, MapCounts&) {
                text = constant;
                return true;
            };
    }
    return {};
}

bool fills_empty(ImportTransformKind kind) {
    return kind == ImportTransformKind::default_ || kind == ImportTransformKind::constant;
}

}  // namespace

CompiledTransforms compile_transforms(std::span<const ImportTransform> transforms,
                                      const TransformTarget& target,
                                      std::vector<ImportMapped>& rules) {
    CompiledTransforms compiled;
    for (const ImportTransform& transform : transforms) {
        TransformStep step = make_step(transform, target, rules);
        const bool fills = fills_empty(transform.kind);
        compiled.fills_empty = compiled.fills_empty || fills;
        if (fills) {
            compiled.steps.push_back(std::move(step));
            continue;
        }
        // Nothing is a number, a date or a name: an empty cell stays empty.
        compiled.steps.emplace_back(
            [inner = std::move(step)](std::string& text, std::string& why, MapCounts& counts) {
                return text.empty() || inner(text, why, counts);
            });
    }
    return compiled;
}

}  // namespace crmkit::exchange::detail

/// suggest_plan(): which column is which field, by the names in the header and a sample of cells.
#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "common_form.hpp"
#include "crmkit/base/text.hpp"
#include "crmkit/exchange/csv_reader.hpp"
#include "crmkit/exchange/import_plan.hpp"
#include "crmkit/schema/conversion.hpp"
#include "crmkit/schema/text_format.hpp"
#include "date_form.hpp"
#include "header_names.hpp"
#include "number_text.hpp"

namespace crmkit::exchange {

namespace detail {

std::string header_words(std::string_view header) {
    std::string spaced;
    for (std::size_t i = 0; i < header.size(); ++i) {
        const bool is_upper = header[i] >= 'A' && header[i] <= 'Z';
        const bool was_lower = i > 0 && header[i - 1] >= 'a' && header[i - 1] <= 'z';
        spaced += is_upper && was_lower ? " " : "";
        spaced += header[i];
    }
    std::string words;
    const std::string folded = fold(spaced);
    for_each_word(folded, [&words](std::string_view word) {
        words += words.empty() ? "" : " ";
        words += word;
    });
    return words;
}

}  // namespace detail

namespace {

using detail::header_words;

using Cells = std::vector<std::string_view>;

bool has_name(std::string_view names, std::string_view wanted) {
    while (!names.empty()) {
        const std::size_t end = names.find('|');
        if (names.substr(0, end) == wanted) {
            return true;
        }
        names.remove_prefix(end == std::string_view::npos ? names.size() : end + 1);
    }
    return false;
}

/// "no_committed_budget" and "No committed budget" are one.
std::string label_words(std::string_view label) { return header_words(label); }

/// Whether people write this where they have no value.
bool is_placeholder(std::string_view cell) {
    static constexpr std::array<std::string_view, 8> usual{"n/a",     "na", "none", "null",
                                                           "unknown", "?",  "-",    "--"};
    return std::find(usual.begin(), usual.end(), fold(cell)) != usual.end();
}

/// How values of a type are written.
enum class Writing : std::uint8_t {
    freely,  ///< in any words: whatever stands in the column is a value
    as_date,
    as_number,
    as_label,
    as_yes_or_no,
};

Writing writing_of(FieldType type) {
    switch (type) {
        case FieldType::date:
        case FieldType::instant:
            return Writing::as_date;
        case FieldType::integer:
        case FieldType::decimal:
        case FieldType::money:
            return Writing::as_number;
        case FieldType::enumeration:
            return Writing::as_label;
        case FieldType::boolean:
            return Writing::as_yes_or_no;
        case FieldType::text:
        case FieldType::reference:
        case FieldType::polymorphic_reference:
        case FieldType::json:
        case FieldType::text_list:
        case FieldType::structure_list:
            return Writing::freely;
    }
    return Writing::freely;
}

// ---- Transforms from a sample

bool reads(const Field& field, std::string_view cell) {
    std::string why;
    ConversionOptions options;
    options.default_currency = *Currency::find("USD");
    return parse_text(field, cell, why, options) &&
           crmkit::detail::format_fault(field.format, cell).empty();
}

/// The currency whose sign most amounts have; empty when they differ or have none.
std::string_view common_currency(const Cells& cells) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 7> signs{{
        {"\xE2\x82\xAC", "EUR"},
        {"$", "USD"},
        {"US$", "USD"},
        {"\xC2\xA3", "GBP"},
        {"\xC2\xA5", "JPY"},
        {"\xE2\x82\xB9", "INR"},
        {"CHF", "CHF"},
    }};
    for (const auto& [sign, code] : signs) {
        const std::size_t count = detail::count_in_form(cells, [sign = sign](auto cell) {
            const detail::AmountParts parts = detail::split_amount(cell);
            return parts.before == sign || parts.behind == sign;
        });
        if (count > 0) {
            return code;
        }
    }
    return {};
}

/// Whether a number with a decimal point is one that the field has: "1.234" as an amount is a
/// thousand and more unless thousands have a mark of their own, and a whole number has no decimals.
bool is_likely_number(const Field& field, std::string_view number, bool has_groups) {
    const std::size_t point = number.find('.');
    const std::size_t decimals = point == std::string_view::npos ? 0 : number.size() - point - 1;
    const bool may_have_decimals =
        decimals == 0 || (field.type() != FieldType::integer &&
                          (field.type() != FieldType::money || decimals != 3 || has_groups));
    return may_have_decimals && detail::NumberText::parse(number);
}

bool is_written_as(const detail::NumberForm& form, const Field& field, std::string_view cell) {
    const bool has_groups =
        detail::split_amount(cell).number.find_first_of(form.groups) != std::string_view::npos;
    std::string text(cell);
    std::string why;
    return detail::rewrite_number(text, form, why) &&
           is_likely_number(field, detail::split_amount(text).number, has_groups);
}

/// The form that most of the numbers have; none when that is the plain one.
std::optional<ImportTransform> number_transform(const Field& field, const Cells& cells) {
    const auto is_plain = [&field](std::string_view cell) {
        return is_likely_number(field, detail::split_amount(cell).number, false);
    };
    std::size_t best = detail::count_in_form(cells, is_plain);
    std::optional<ImportTransform> transform;
    static const std::array<std::pair<std::string_view, std::string_view>, 5> forms{{
        {",", "."},
        {".", ","},
        {",", " \xC2\xA0\xE2\x80\xAF"},
        {".", "'\xE2\x80\x99"},
        {".", " \xC2\xA0\xE2\x80\xAF"},
    }};
    for (const auto& [decimal, groups] : forms) {
        const detail::NumberForm form{decimal.front(), std::string(groups)};
        const std::size_t count = detail::count_in_form(
            cells, [&](std::string_view cell) { return is_written_as(form, field, cell); });
        if (count > best) {
            best = count;
            transform = {.kind = ImportTransformKind::number,
                         .text = std::string(decimal),
                         .with = std::string(groups)};
        }
    }
    return transform;
}

std::optional<ImportTransform> date_transform(const Field& field, const Cells& cells,
                                              detail::DateOrder order) {
    const std::size_t as_they_are = detail::count_in_form(
        cells, [&field](std::string_view cell) { return reads(field, cell); });
    const detail::CommonDateForm common = detail::common_date_form(cells, order);
    if (common.count <= as_they_are) {
        return std::nullopt;
    }
    return ImportTransform{.kind = ImportTransformKind::date, .text = std::string(common.form)};
}

/// Maps the values that are no labels to the label that they nearly are.
std::optional<ImportTransform> label_transform(const Field& field, const Cells& cells) {
    ImportTransform transform;
    transform.kind = ImportTransformKind::map;
    std::vector<std::string> labels;
    for (const std::string_view label : field.native->labels) {
        labels.push_back(label_words(label));
    }
    std::set<std::string> seen;
    for (const std::string_view cell : cells) {
        const std::string words = label_words(cell);
        if (reads(field, cell) || !seen.insert(words).second) {
            continue;
        }
        const std::string_view near = nearest(words, labels);
        const auto found = std::find(labels.begin(), labels.end(), near);
        if (!near.empty() && found != labels.end()) {
            const auto index = static_cast<std::size_t>(found - labels.begin());
            transform.values.push_back(
                {std::string(cell), std::string(field.native->labels[index])});
        }
    }
    return transform.values.empty() ? std::nullopt : std::optional(std::move(transform));
}

std::optional<ImportTransform> boolean_transform(const Field& field, const Cells& cells) {
    static constexpr std::array<std::string_view, 7> yes{"y",  "x",    "ja",  "oui",
                                                         "si", "wahr", "vrai"};
    static constexpr std::array<std::string_view, 5> no{"n", "nein", "non", "falsch", "faux"};
    ImportTransform transform;
    transform.kind = ImportTransformKind::map;
    std::set<std::string> seen;
    for (const std::string_view cell : cells) {
        const std::string word = fold(cell);
        if (reads(field, cell) || !seen.insert(word).second) {
            continue;
        }
        const bool is_yes = std::find(yes.begin(), yes.end(), word) != yes.end();
        if (is_yes || std::find(no.begin(), no.end(), word) != no.end()) {
            transform.values.push_back({std::string(cell), is_yes ? "true" : "false"});
        }
    }
    return transform.values.empty() ? std::nullopt : std::optional(std::move(transform));
}

std::optional<ImportTransform> transform_for(const Field& field, const Cells& cells,
                                             detail::DateOrder order) {
    if (cells.empty()) {
        return std::nullopt;
    }
    switch (writing_of(field.type())) {
        case Writing::as_date:
            return date_transform(field, cells, order);
        case Writing::as_number:
            return number_transform(field, cells);
        case Writing::as_label:
            return label_transform(field, cells);
        case Writing::as_yes_or_no:
            return boolean_transform(field, cells);
        case Writing::freely:
            break;
    }
    return std::nullopt;
}

// ---- Columns

class Suggestion {
  public:
    Suggestion(const Registry& registry, const Entity& entity, std::span<const std::string> headers,
               std::span<const std::vector<std::string>> rows)
        : registry_(registry), entity_(entity), headers_(headers), rows_(rows) {}

    ImportPlan make() {
        plan_.entity = entity_.name;
        date_order_ = date_order();
        for (std::size_t i = 0; i < headers_.size(); ++i) {
            place(i);
        }
        split_full_name();
        name_by_parts();
        return std::move(plan_);
    }

  private:
    /// The cells of a column that are not empty.
    [[nodiscard]] Cells sample(std::size_t column) const {
        Cells cells;
        for (const std::vector<std::string>& row : rows_) {
            const std::string_view cell =
                column < row.size() ? trim(row[column]) : std::string_view();
            if (!cell.empty()) {
                cells.push_back(cell);
            }
        }
        return cells;
    }

    /// A file writes all of its dates in one order. A column with a day past the 12th shows which;
    /// where none does, or they differ, the day comes first.
    [[nodiscard]] detail::DateOrder date_order() const {
        using detail::DateOrder;
        bool has_month_first = false;
        for (std::size_t i = 0; i < headers_.size(); ++i) {
            Cells cells = sample(i);
            std::erase_if(cells, is_placeholder);
            const auto form = detail::common_date_form(cells, DateOrder::day_first).form;
            const bool is_certain =
                form == detail::common_date_form(cells, DateOrder::month_first).form;
            if (!is_certain || form.find("mmm") != std::string_view::npos) {
                continue;
            }
            if (form.starts_with("dd")) {
                return DateOrder::day_first;
            }
            has_month_first = has_month_first || form.starts_with("mm");
        }
        return has_month_first ? DateOrder::month_first : DateOrder::day_first;
    }

    [[nodiscard]] bool is_repeated(std::size_t column) const {
        return std::count(headers_.begin(), headers_.end(), headers_[column]) > 1;
    }

    /// The column by its name, or by its number where names repeat or are empty.
    [[nodiscard]] ImportColumn column(std::size_t index, std::string_view field) const {
        ImportColumn made;
        if (trim(headers_[index]).empty() || is_repeated(index)) {
            made.number = static_cast<std::int64_t>(index) + 1;
        } else {
            made.column = trim(headers_[index]);
        }
        made.field = field;
        return made;
    }

    static bool is_writable(const Field& field) {
        return !field.is_read_only && !field.is_computed;
    }

    void place(std::size_t index) {
        const std::string words = header_words(headers_[index]);
        std::string name = words;
        std::replace(name.begin(), name.end(), ' ', '_');
        if (const Field* field = entity_.find(name);
            field != nullptr && is_writable(*field) && field->id > header::count) {
            if (take_field(index, *field)) {
                return;
            }
        }
        for (const detail::HeaderNames& known : detail::header_names) {
            if (has_name(known.names, words) && take(index, known.target)) {
                return;
            }
        }
    }

    /// Whether the column could be used for a target.
    bool take(std::size_t index, std::string_view target) {
        if (target == "id") {
            return take_key(index);
        }
        if (const std::size_t colon = target.find(':'); colon != std::string_view::npos) {
            return take_child(index, target.substr(0, colon), target.substr(colon + 1));
        }
        const Field* field = entity_.find(target.substr(0, target.find('.')));
        return field != nullptr && is_writable(*field) && take_field(index, *field);
    }

    bool take_field(std::size_t index, const Field& field) {
        const bool is_for_people = entity_.name == "user" || entity_.name == "team";
        if ((field.id == header::owner && is_for_people) ||
            !taken_.insert(std::string(field.name)).second) {
            return false;
        }
        if (!field.target.empty()) {
            return take_reference(index, field);
        }
        ImportColumn made = column(index, field.name);
        add_transform(made, field, index);
        plan_.columns.push_back(std::move(made));
        return true;
    }

    /// Takes the cells that mean nothing out of a column's: they are missing values of the plan.
    template <typename Test>
    void set_aside(Cells& cells, Test is_missing) {
        std::vector<std::string>& known = plan_.missing_values;
        for (const std::string_view cell : cells) {
            if (is_missing(cell) && std::find(known.begin(), known.end(), cell) == known.end()) {
                known.emplace_back(cell);
            }
        }
        std::erase_if(cells, is_missing);
    }

    void add_transform(ImportColumn& made, const Field& field, std::size_t index) {
        Cells cells = sample(index);
        set_aside(cells, [&field](std::string_view cell) {
            return is_placeholder(cell) && !reads(field, cell);
        });
        if (auto transform = transform_for(field, cells, date_order_)) {
            made.transforms.push_back(std::move(*transform));
        }
        if (field.type() == FieldType::money && !cells.empty()) {
            const std::string_view code = common_currency(cells);
            plan_.currency = plan_.currency.empty() ? std::string(code) : plan_.currency;
        }
    }

    bool take_reference(std::size_t index, const Field& field) {
        ImportReference reference;
        reference.field = field.name;
        if (field.id == header::owner) {
            reference.columns = {column(index, "email_normal"), column(index, "name")};
            reference.lookups = {
                {"user", {"email_normal"}}, {"user", {"name"}}, {"team", {"name"}}};
        } else if (field.type() == FieldType::polymorphic_reference) {
            if (field.target == "any" || !look_by_titles(reference, field, index)) {
                return false;
            }
        } else {
            const Entity& target = registry_.get(field.target);
            if (target.title == nullptr) {
                return false;
            }
            reference.columns = {column(index, target.title->name)};
            // People write whom somebody works for before anybody has entered that account.
            const bool is_account = target.name == "account" && target.name != entity_.name;
            reference.on_missing = is_account ? MissingReference::create : MissingReference::refuse;
            reference.may_follow = &target == &entity_ && !field.is_required;
        }
        Cells cells = sample(index);
        set_aside(cells, is_placeholder);
        plan_.references.push_back(std::move(reference));
        return true;
    }

    /// A party may be an account or a contact: each is looked for by what it is called. False when
    /// none has a name.
    bool look_by_titles(ImportReference& reference, const Field& field, std::size_t index) const {
        for (const Entity* target : registry_.targets(field)) {
            if (target->title == nullptr) {
                continue;
            }
            const std::string title(target->title->name);
            reference.lookups.push_back({std::string(target->name), {title}});
            if (std::ranges::find(reference.columns, title, &ImportColumn::field) ==
                reference.columns.end()) {
                reference.columns.push_back(column(index, title));
            }
        }
        return !reference.lookups.empty();
    }

    /// Whether a header that is an id is one of the entity's records: "deal id" for an opportunity.
    [[nodiscard]] bool names_own_id(std::string_view words) const {
        constexpr std::string_view id = " id";
        if (!words.ends_with(id)) {
            return true;
        }
        words.remove_suffix(id.size());
        return words == entity_.name || has_name("record|external|unique", words) ||
               std::ranges::any_of(detail::record_names, [&](const detail::HeaderNames& known) {
                   return known.target == entity_.name && has_name(known.names, words);
               });
    }

    /// A column of keys of another system: every cell has a value, and all differ.
    bool take_key(std::size_t index) {
        const Cells cells = sample(index);
        const std::set<std::string_view> different(cells.begin(), cells.end());
        if (!names_own_id(header_words(headers_[index])) || !plan_.key_columns.empty() ||
            different.size() != cells.size() || cells.size() != rows_.size()) {
            return false;
        }
        plan_.key_system = "import";
        plan_.key_columns.push_back(column(index, {}));
        return true;
    }

    bool take_child(std::size_t index, std::string_view child_name, std::string_view field_name) {
        const Entity* child = registry_.find(child_name);
        const Field* parent = child == nullptr ? nullptr : child->find("party");
        if (parent == nullptr || !registry_.may_target(*parent, entity_) ||
            !taken_.insert(std::string(child_name) + ':' + std::string(field_name)).second) {
            return false;
        }
        auto found =
            std::find_if(plan_.children.begin(), plan_.children.end(),
                         [child_name](const ImportChild& one) { return one.entity == child_name; });
        if (found == plan_.children.end()) {
            plan_.children.push_back({std::string(child_name), "party", {}, {}});
            found = plan_.children.end() - 1;
            if (child_name == "phone_number") {
                ImportColumn kind;
                kind.field = "kind";
                kind.transforms.push_back(
                    {.kind = ImportTransformKind::constant, .text = "mobile"});
                found->columns.push_back(std::move(kind));
            }
        }
        ImportColumn made = column(index, field_name);
        add_transform(made, *child->find(field_name), index);
        found->columns.push_back(std::move(made));
        return true;
    }

    /// "Ada Lovelace" in one column: the last word is the family name.
    void split_full_name() {
        if (entity_.find("last_name") == nullptr || taken_.contains("last_name")) {
            return;
        }
        static constexpr std::string_view names =
            "name|full name|contact|contact name|lead|lead name|person|nom complet|nom prenom|"
            "vollstandiger name|kontakt|ansprechpartner|nombre completo|contacto";
        for (std::size_t i = 0; i < headers_.size(); ++i) {
            if (!has_name(names, header_words(headers_[i]))) {
                continue;
            }
            ImportColumn last = column(i, "last_name");
            last.transforms.push_back({.kind = ImportTransformKind::collapse_spaces});
            last.transforms.push_back(
                {.kind = ImportTransformKind::part, .text = " ", .position = -1});
            plan_.columns.push_back(last);
            if (taken_.insert("first_name").second) {
                ImportColumn first = column(i, "first_name");
                first.transforms = last.transforms;
                first.transforms.back().position = 1;
                plan_.columns.push_back(std::move(first));
            }
            return;
        }
    }

    /// A record that needs a name and has no column for it is named after what it refers to.
    void name_by_parts() {
        const Field* name = entity_.find("name");
        if (name == nullptr || !name->is_required || taken_.contains("name")) {
            return;
        }
        std::string pattern;
        for (const ImportReference& reference : plan_.references) {
            const bool tells_it_apart =
                reference.field == "account" || reference.field == "product";
            if (tells_it_apart && !reference.columns.front().column.empty()) {
                pattern += pattern.empty() ? "" : " ";
                pattern += "{" + reference.columns.front().column + "}";
            }
        }
        if (!pattern.empty()) {
            ImportColumn made;
            made.pattern = std::move(pattern);
            made.field = "name";
            plan_.columns.insert(plan_.columns.begin(), std::move(made));
        }
    }

    const Registry& registry_;
    const Entity& entity_;
    std::span<const std::string> headers_;
    std::span<const std::vector<std::string>> rows_;
    ImportPlan plan_;
    detail::DateOrder date_order_ = detail::DateOrder::day_first;
    std::set<std::string> taken_;
};

}  // namespace

ImportPlan suggest_plan(const Registry& registry, std::string_view entity,
                        std::span<const std::string> headers,
                        std::span<const std::vector<std::string>> rows) {
    return Suggestion(registry, registry.get(entity), headers, rows).make();
}

ImportPlan suggest_plan(const Registry& registry, std::string_view entity, ByteSource& file) {
    constexpr std::size_t most_rows = 200;
    CsvReader reader(file);
    std::vector<std::vector<std::string>> rows;
    while (rows.size() < most_rows) {
        const CsvRow* row = reader.next();
        if (row == nullptr) {
            break;
        }
        if (row->ok() && !row->blank()) {
            rows.emplace_back(row->begin(), row->end());
        }
    }
    return suggest_plan(registry, entity, reader.header(), rows);
}

}  // namespace crmkit::exchange

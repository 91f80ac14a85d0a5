/// `Structure`: a described struct: its name, its fields, and how to make and destroy one.
#pragma once

#include <array>
#include <concepts>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <utility>

#include "crmkit/schema/field.hpp"

namespace crmkit {

/// The description of a struct. Static and immutable for compiled-in structs.
struct Structure {
    std::string_view name{};
    std::string_view help{};
    std::uint32_t size = 0;
    std::uint32_t alignment = 0;
    std::span<const Field> fields{};
    void (*construct)(void* at) = nullptr;
    void (*destroy)(void* object) = nullptr;
    void (*copy)(void* to, const void* from) = nullptr;

    /// The field with this name, or null.
    [[nodiscard]] constexpr const Field* find(std::string_view field_name) const {
        for (const Field& field : fields) {
            if (field.name == field_name) {
                return &field;
            }
        }
        return nullptr;
    }
    /// The field with this permanent id, or null.
    [[nodiscard]] constexpr const Field* find(std::uint16_t field_id) const {
        for (const Field& field : fields) {
            if (field.id == field_id) {
                return &field;
            }
        }
        return nullptr;
    }
    /// Where `field`, which must be one of this structure's, stands in `fields`.
    [[nodiscard]] constexpr std::size_t index_of(const Field& field) const {
        return static_cast<std::size_t>(&field - fields.data());
    }
};

/// A struct that describes itself: it has a name, a help text and a field table.
template <typename T>
concept DescribedStruct = requires {
    { T::structure_name } -> std::convertible_to<std::string_view>;
    T::fields();
};

/// Joins rows into a field table.
template <std::same_as<Field>... Rows>
constexpr std::array<Field, sizeof...(Rows)> field_table(const Rows&... rows) {
    return {rows...};
}

namespace detail {

/// What can be wrong with a field table; each has its compile error below.
enum class Misdeclaration : std::uint8_t {
    none,
    structure_name_not_snake_case,
    structure_help_missing,
    number_out_of_range,
    plural_not_snake_case,
    plural_is_the_name,
    id_out_of_range,
    id_reserved,
    id_repeated,
    name_repeated,
    name_not_snake_case,
    help_missing,
    member_forgotten,
    reference_without_target,
    reference_to_several,
    target_without_reference,
    hierarchy_without_reference,
    searchable_but_not_text,
    unique_but_not_a_key,
    normal_form_of_nothing,
    normal_form_of_itself,
    normal_form_but_not_text,
    name_of_second_column,
    required_but_set_null,
    required_but_never_empty,
    required_but_not_written,
    length_of_no_text,
    format_of_no_text,
    title_of_nothing,
    index_of_nothing,
    index_without_order,
    state_machine_of_nothing,
    state_without_labels,
    reason_not_fillable,
    transition_of_nothing,
    transition_without_reason_field,
};

template <Misdeclaration What, FieldName Name>
struct MisdeclaredField {
    static_assert(What != Misdeclaration::structure_name_not_snake_case,
                  "the name of this entity or structure is not snake_case: use a-z, 0-9 and _, a "
                  "letter first");
    static_assert(What != Misdeclaration::structure_help_missing,
                  "this entity or structure has no help text: say in one sentence what it is");
    static_assert(What != Misdeclaration::number_out_of_range,
                  "the number of this entity is not between 1 and 65535: take a free one of those");
    static_assert(What != Misdeclaration::plural_not_snake_case,
                  "the plural of this entity is empty or not snake_case: use a-z, 0-9 and _, a "
                  "letter first");
    static_assert(What != Misdeclaration::plural_is_the_name,
                  "the plural of this entity is also its name: call lists of it something else");
    static_assert(What != Misdeclaration::id_out_of_range,
                  "this field's id is not between 1 and 65535: take a free one of those");
    static_assert(What != Misdeclaration::id_reserved,
                  "field ids 1 to 9 belong to the record header: give this field an id from 10 up");
    static_assert(What != Misdeclaration::id_repeated,
                  "this field's id is taken by an earlier one: ids are permanent and unique, take "
                  "the next free one");
    static_assert(What != Misdeclaration::name_repeated,
                  "this field stands twice in the table: remove one of the two rows");
    static_assert(What != Misdeclaration::name_not_snake_case,
                  "this field's name is not snake_case: use a-z, 0-9 and _, a letter first");
    static_assert(What != Misdeclaration::help_missing,
                  "this field has no help text: say in one sentence what it means");
    static_assert(What != Misdeclaration::member_forgotten,
                  "a member before this field (or, if it is the last one, any member) has no row: "
                  "add a CRMKIT_FIELD row for every member, in the order of the members");
    static_assert(What != Misdeclaration::reference_without_target,
                  "this reference does not say what it points at: add .refers_to(\"entity\")");
    static_assert(What != Misdeclaration::reference_to_several,
                  "a member of type Id refers to records of one entity: name one in "
                  ".refers_to(), or make the member a Link");
    static_assert(What != Misdeclaration::target_without_reference,
                  "only a member of type Id or Link can have .refers_to() or .children()");
    static_assert(What != Misdeclaration::hierarchy_without_reference,
                  "only a member of type Id that refers to its own entity can be a .hierarchy()");
    static_assert(What != Misdeclaration::searchable_but_not_text,
                  "only text and lists of text can be .searchable()");
    static_assert(What != Misdeclaration::unique_but_not_a_key,
                  "a field of this type cannot be .unique(): use text, integer, date or reference");
    static_assert(What != Misdeclaration::normal_form_of_nothing,
                  "the field whose .normal_form() this is does not exist or is not text");
    static_assert(
        What != Misdeclaration::normal_form_of_itself,
        "this field is the .normal_form() of itself: name the field that it is made from");
    static_assert(What != Misdeclaration::normal_form_but_not_text,
                  "only text can be a .normal_form()");
    static_assert(What != Misdeclaration::name_of_second_column,
                  "this field's name is that of the second column of a money (_currency) or link "
                  "(_entity) field: rename one of them");
    static_assert(What != Misdeclaration::required_but_set_null,
                  "this reference is required and set to null when its record is deleted: take "
                  "OnDelete::restrict or cascade, or leave out .required()");
    static_assert(What != Misdeclaration::required_but_never_empty,
                  "a field of this type always has a value: leave out .required()");
    static_assert(What != Misdeclaration::required_but_not_written,
                  "no host can write a field that is .computed() or .read_only(), but it is "
                  ".required(): leave out one of them");
    static_assert(What != Misdeclaration::length_of_no_text,
                  "only text and lists of text have a .max_length(), of at least 1");
    static_assert(What != Misdeclaration::format_of_no_text,
                  "only text and lists of text have a format: leave out .with_format()");
    static_assert(What != Misdeclaration::title_of_nothing,
                  "the title_field does not exist or is not text");
    static_assert(What != Misdeclaration::index_of_nothing,
                  "an Index names this field, which does not exist");
    static_assert(What != Misdeclaration::index_without_order,
                  "an Index names this field, but lists and JSON have no order to look them up by");
    static_assert(What != Misdeclaration::state_machine_of_nothing,
                  "the state_machine names this field, which does not exist");
    static_assert(What != Misdeclaration::state_without_labels,
                  "the state field of a state_machine must be an enum made by CRMKIT_ENUM");
    static_assert(What != Misdeclaration::reason_not_fillable,
                  "the reason field of a state_machine must be text, a reference or an optional "
                  "enum");
    static_assert(What != Misdeclaration::transition_of_nothing,
                  "a Transition names this state, which is no label of the state field");
    static_assert(What != Misdeclaration::transition_without_reason_field,
                  "the Transition to this state needs a reason, but the state_machine has no "
                  "reason field: name one, or leave out the true");
    static constexpr bool ok = What == Misdeclaration::none;
};

struct Verdict {
    Misdeclaration what = Misdeclaration::none;
    FieldName name{};
};

constexpr bool is_snake_case(std::string_view name) {
    bool ok = !name.empty() && name.front() >= 'a' && name.front() <= 'z';
    for (const char c : name) {
        ok = ok && ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_');
    }
    return ok;
}

constexpr bool is_text_or_list(FieldType type) {
    return type == FieldType::text || type == FieldType::text_list;
}

constexpr bool can_be_unique(FieldType type) {
    return type == FieldType::text || type == FieldType::integer || type == FieldType::date ||
           type == FieldType::reference || type == FieldType::polymorphic_reference;
}

/// Whether an enumeration has a label.
constexpr bool has_label(const Field& field, std::string_view label) {
    bool found = false;
    for (const std::string_view known : field.native->labels) {
        found = found || known == label;
    }
    return found;
}

/// Whether a structure has a field of this name that `is_right` says yes to. Without pointers into
/// the table: GCC's -fsanitize=undefined takes their comparison out of constant expressions.
template <typename Test>
constexpr bool has_field(const Structure& structure, std::string_view name, Test is_right) {
    bool found = false;
    for (const Field& field : structure.fields) {
        found = found || (field.name == name && is_right(field));
    }
    return found;
}

constexpr bool has_field(const Structure& structure, std::string_view name) {
    return has_field(structure, name, [](const Field&) { return true; });
}

constexpr bool has_text_field(const Structure& structure, std::string_view name) {
    return has_field(structure, name,
                     [](const Field& field) { return field.type() == FieldType::text; });
}

/// What is wrong with how a field is filled and how long it may be.
constexpr Misdeclaration check_content(const Field& field) {
    const bool is_text = is_text_or_list(field.type());
    if (field.is_required && !field.is_nullable()) {
        return Misdeclaration::required_but_never_empty;
    }
    if (field.is_required && (field.is_read_only || field.is_computed)) {
        return Misdeclaration::required_but_not_written;
    }
    if (is_text ? field.longest == 0 : field.longest != Field::usual_longest) {
        return Misdeclaration::length_of_no_text;
    }
    if (!is_text && field.format != TextFormat::plain) {
        return Misdeclaration::format_of_no_text;
    }
    return Misdeclaration::none;
}

/// What is wrong with what a field refers to.
constexpr Misdeclaration check_reference(const Field& field, const Structure& structure) {
    const bool is_reference =
        field.type() == FieldType::reference || field.type() == FieldType::polymorphic_reference;
    if (is_reference && field.target.empty() && field.name != "id") {
        return Misdeclaration::reference_without_target;
    }
    if (!is_reference && !(field.target.empty() && field.children_name.empty())) {
        return Misdeclaration::target_without_reference;
    }
    if (field.is_required && !field.target.empty() && field.on_delete == OnDelete::set_null) {
        return Misdeclaration::required_but_set_null;
    }
    if (field.is_hierarchy && field.target != structure.name) {
        return Misdeclaration::hierarchy_without_reference;
    }
    return Misdeclaration::none;
}

/// What is wrong with the field that another one is made from.
constexpr Misdeclaration check_normal_form(const Field& field, const Structure& structure) {
    if (field.normal_form_of.empty()) {
        return Misdeclaration::none;
    }
    if (field.normal_form_of == field.name) {
        return Misdeclaration::normal_form_of_itself;
    }
    if (!has_text_field(structure, field.normal_form_of)) {
        return Misdeclaration::normal_form_of_nothing;
    }
    return field.type() == FieldType::text ? Misdeclaration::none
                                           : Misdeclaration::normal_form_but_not_text;
}

/// What is wrong with what a field is called and numbered, and with what it is found by.
constexpr Misdeclaration check_field_alone(const Field& field) {
    if (field.id == 0) {
        return Misdeclaration::id_out_of_range;
    }
    if (!is_snake_case(field.name)) {
        return Misdeclaration::name_not_snake_case;
    }
    if (field.help.empty()) {
        return Misdeclaration::help_missing;
    }
    if (field.is_searchable && !is_text_or_list(field.type())) {
        return Misdeclaration::searchable_but_not_text;
    }
    if (field.is_unique && !can_be_unique(field.type())) {
        return Misdeclaration::unique_but_not_a_key;
    }
    return check_content(field);
}

/// What is wrong with one field.
constexpr Misdeclaration check_field(const Field& field, const Structure& structure) {
    if (const Misdeclaration what = check_field_alone(field); what != Misdeclaration::none) {
        return what;
    }
    if (const Misdeclaration what = check_reference(field, structure);
        what != Misdeclaration::none) {
        return what;
    }
    return check_normal_form(field, structure);
}

/// Whether one of the two is named as the second column of the other.
constexpr bool share_a_column(const Field& one, const Field& other) {
    const Field& longer = one.name.size() > other.name.size() ? one : other;
    const Field& shorter = one.name.size() > other.name.size() ? other : one;
    const std::string_view suffix = second_column_suffix(shorter.type());
    return !suffix.empty() && longer.name.size() == shorter.name.size() + suffix.size() &&
           longer.name.starts_with(shorter.name) && longer.name.ends_with(suffix);
}

/// What is wrong with a field beside the ones before it.
constexpr Misdeclaration check_order(const Structure& structure, std::size_t index) {
    const Field& field = structure.fields[index];
    for (std::size_t i = 0; i < index; ++i) {
        if (structure.fields[i].name == field.name) {
            return Misdeclaration::name_repeated;
        }
        if (structure.fields[i].id == field.id) {
            return Misdeclaration::id_repeated;
        }
        if (share_a_column(structure.fields[i], field)) {
            return Misdeclaration::name_of_second_column;
        }
    }
    const std::uint32_t end =
        index == 0 ? 0
                   : structure.fields[index - 1].offset + structure.fields[index - 1].native->size;
    const std::uint32_t alignment = field.native->alignment;
    const std::uint32_t expected = (end + alignment - 1) / alignment * alignment;
    return field.offset == expected ? Misdeclaration::none : Misdeclaration::member_forgotten;
}

constexpr Misdeclaration check_end(const Structure& structure) {
    const Field& last = structure.fields.back();
    const std::uint32_t end = last.offset + last.native->size;
    const std::uint32_t expected =
        (end + structure.alignment - 1) / structure.alignment * structure.alignment;
    return structure.size == expected ? Misdeclaration::none : Misdeclaration::member_forgotten;
}

constexpr Verdict verdict_on(std::string_view name, Misdeclaration what) {
    return {what, FieldName(name)};
}

/// What is wrong with what a structure is called.
constexpr Misdeclaration check_name(const Structure& structure) {
    return !is_snake_case(structure.name) ? Misdeclaration::structure_name_not_snake_case
           : structure.help.empty()       ? Misdeclaration::structure_help_missing
                                          : Misdeclaration::none;
}

/// The first thing wrong with a structure and its field table, if any.
constexpr Verdict check_structure(const Structure& structure, std::size_t header_fields) {
    if (const Misdeclaration what = check_name(structure); what != Misdeclaration::none) {
        return verdict_on(structure.name, what);
    }
    for (std::size_t i = 0; i < structure.fields.size(); ++i) {
        const Field& field = structure.fields[i];
        Misdeclaration what = check_field(field, structure);
        if (what == Misdeclaration::none && header_fields != 0 && i >= header_fields &&
            field.id < 10) {
            what = Misdeclaration::id_reserved;
        }
        if (what == Misdeclaration::none) {
            what = check_order(structure, i);
        }
        if (what == Misdeclaration::none && i + 1 == structure.fields.size()) {
            what = check_end(structure);
        }
        if (what != Misdeclaration::none) {
            return verdict_on(field.name, what);
        }
    }
    return {};
}

/// Converts to anything: stands for a member's initialiser where only their number matters.
struct AnyInitializer {
    template <typename T>
    operator T() const;  // NOLINT: the conversion is its purpose
};

/// Whether the aggregate T has at least as many members as there are indexes.
template <typename T, std::size_t... Index>
constexpr bool has_members(std::index_sequence<Index...>) {
    return requires { T{(static_cast<void>(Index), AnyInitializer{})...}; };
}

/// The verdict on a whole struct: its rows by themselves, and that no member is without one. A
/// member between two others shows as a gap; one that hides in padding only by counting.
template <typename T>
constexpr Verdict check_members(const Structure& structure, std::size_t header_fields,
                                std::size_t count) {
    const Verdict verdict = check_structure(structure, header_fields);
    if (verdict.what == Misdeclaration::none && count != structure.fields.size()) {
        return verdict_on(structure.fields.back().name, Misdeclaration::member_forgotten);
    }
    return verdict;
}

/// `fields`, or one more when the struct has more members than that.
template <typename T, std::size_t Fields>
constexpr std::size_t member_count() {
    return has_members<T>(std::make_index_sequence<Fields + 1>()) ? Fields + 1 : Fields;
}

template <typename T>
constexpr Structure make_structure(std::string_view name, std::string_view help,
                                   std::span<const Field> fields) {
    return Structure{
        name,
        help,
        sizeof(T),
        alignof(T),
        fields,
        [](void* at) { new (at) T(); },
        [](void* object) { std::destroy_at(static_cast<T*>(object)); },
        [](void* to, const void* from) { *static_cast<T*>(to) = *static_cast<const T*>(from); },
    };
}

template <DescribedStruct T>
inline constexpr auto fields_of = T::fields();

template <DescribedStruct T>
constexpr Structure checked_structure() {
    constexpr Structure structure =
        make_structure<T>(T::structure_name, T::structure_help, fields_of<T>);
    constexpr Verdict verdict =
        check_members<T>(structure, 0, member_count<T, fields_of<T>.size()>());
    static_assert(MisdeclaredField<verdict.what, verdict.name>::ok);
    return structure;
}

template <DescribedStruct T>
inline constexpr Structure structure_instance = checked_structure<T>();

}  // namespace detail

/// The description of a struct declared with CRMKIT_STRUCTURE.
template <DescribedStruct T>
constexpr const Structure& structure_of() {
    return detail::structure_instance<T>;
}

template <typename Row>
const Structure& detail::row_structure_of() {
    return structure_of<Row>();
}

}  // namespace crmkit

/// First line of a described struct that is not a record, such as an operation's input or result:
/// CRMKIT_STRUCTURE(WinOpportunity, "win_opportunity", "What winning a deal needs to know.");
#define CRMKIT_STRUCTURE(Type, name, help)                   \
    using Self = Type;                                       \
    static constexpr std::string_view structure_name = name; \
    static constexpr std::string_view structure_help = help

/// `Entity`: a described struct that is stored as a record: header, table, indexes, states.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/schema/structure.hpp"

namespace crmkit {

/// A list that the API offers fast: fields by name with commas, in index order; the id ends it by
/// itself. "owner, state, close_date" serves "my open deals by closing date", page by page. One of
/// a single reference or normal form that may be empty is for look-ups; see is_sparse().
struct Index {
    std::string_view fields{};
    bool is_unique = false;
};

/// A permitted move of a record's state. An empty `from` stands for the creation.
struct Transition {
    std::string_view from{};
    std::string_view to{};
    /// The move is refused unless the reason field is filled.
    bool needs_reason = false;
};

/// Two-level status: `state` is a closed set with these moves; `status` (or `stage`) is the host's
/// data, each value of which is mapped to one state.
struct StateMachine {
    std::string_view state_field{};
    std::string_view status_field{};
    std::string_view reason_field{};
    std::span<const Transition> transitions{};

    /// The permitted move between two states, or null.
    [[nodiscard]] constexpr const Transition* find(std::string_view from,
                                                   std::string_view to) const {
        for (const Transition& transition : transitions) {
            if (transition.from == from && transition.to == to) {
                return &transition;
            }
        }
        return nullptr;
    }
};

/// A field that holds the normal form of another.
struct NormalForm {
    const Field* field = nullptr;
    const Field* source = nullptr;
};

/// The description of an entity. Static and immutable for the compiled-in model.
struct Entity : Structure {
    /// Permanent, stored in files.
    EntityNumber number = 0;
    /// How lists of it are called: "opportunities".
    std::string_view plural{};
    /// The text field that names a record to a person; null when there is none.
    const Field* title = nullptr;
    std::span<const Index> indexes{};
    std::span<const NormalForm> normal_forms{};
    /// Fields of some kind, so that a write need not look for them among all: those behind the
    /// header that only the library sets, those that follow from other records, texts that a host
    /// writes, those that full-text search finds a record by, and those that refer to records, but
    /// for who created and changed it.
    std::span<const Field* const> read_only{};
    std::span<const Field* const> kept{};
    std::span<const Field* const> texts{};
    std::span<const Field* const> searchable{};
    std::span<const Field* const> references{};
    const StateMachine* state_machine = nullptr;
    /// Fills the computed fields of `object` from its others; null when there are none.
    void (*derive)(void* object) = nullptr;
    /// Adds what is wrong with `object` across several fields; null when nothing can be.
    void (*check)(const void* object, std::vector<Problem>& problems) = nullptr;
    /// Written by the library only, such as history; sessions may read but not write it.
    bool is_internal = false;
};

/// The permanent ids of the header fields, the same in every entity.
namespace header {
inline constexpr std::uint16_t id = 1;
inline constexpr std::uint16_t created_at = 2;
inline constexpr std::uint16_t created_by = 3;
inline constexpr std::uint16_t modified_at = 4;
inline constexpr std::uint16_t modified_by = 5;
inline constexpr std::uint16_t owner = 6;
inline constexpr std::uint16_t version = 7;
inline constexpr std::uint16_t deleted_at = 8;
inline constexpr std::uint16_t source = 9;
/// How many there are. In a record's field table they come first, in this order.
inline constexpr std::size_t count = 9;
}  // namespace header

/// A struct declared with CRMKIT_ENTITY.
template <typename T>
concept RecordType = DescribedStruct<T> && requires {
    { T::entity_number } -> std::convertible_to<EntityNumber>;
    { T::entity_plural } -> std::convertible_to<std::string_view>;
};

namespace detail {

template <typename Self>
constexpr std::array<Field, header::count> header_fields() {
    return field_table(
        CRMKIT_FIELD(header::id, id, "Identity of the record.").read_only(),
        CRMKIT_FIELD(header::created_at, created_at, "When it was created.").read_only(),
        CRMKIT_FIELD(header::created_by, created_by, "The user who created it.")
            .refers_to("user")
            .read_only(),
        CRMKIT_FIELD(header::modified_at, modified_at, "When it was last changed.").read_only(),
        CRMKIT_FIELD(header::modified_by, modified_by, "The user who last changed it.")
            .refers_to("user")
            .read_only(),
        CRMKIT_FIELD(header::owner, owner, "The user or team it belongs to.")
            .refers_to("user, team", OnDelete::set_null),
        CRMKIT_FIELD(header::version, version,
                     "Counts the changes; an update of an older version is a conflict.")
            .read_only(),
        CRMKIT_FIELD(header::deleted_at, deleted_at, "When it was deleted; empty while live.")
            .read_only(),
        CRMKIT_FIELD(header::source, source, "Where it came from, such as an import.")
            .max_length(100));
}

template <RecordType T>
constexpr auto all_fields() {
    constexpr auto top = header_fields<T>();
    constexpr auto own = T::fields();
    std::array<Field, top.size() + own.size()> fields{};
    for (std::size_t i = 0; i < top.size(); ++i) {
        fields[i] = top[i];
    }
    for (std::size_t i = 0; i < own.size(); ++i) {
        fields[top.size() + i] = own[i];
    }
    return fields;
}

template <RecordType T>
inline constexpr auto record_fields = all_fields<T>();

template <typename T>
constexpr auto indexes_of() {
    if constexpr (requires { T::indexes(); }) {
        return T::indexes();
    } else {
        return std::array<Index, 0>{};
    }
}

template <RecordType T>
inline constexpr auto record_indexes = indexes_of<T>();

/// The field of T with this name, or null.
template <RecordType T>
constexpr const Field* record_field(std::string_view name) {
    for (const Field& field : record_fields<T>) {
        if (field.name == name) {
            return &field;
        }
    }
    return nullptr;
}

template <RecordType T>
constexpr const Field* title_field() {
    if constexpr (requires { T::title_field; }) {
        return record_field<T>(T::title_field);
    } else {
        return nullptr;
    }
}

/// Those of T's fields that `IsOne` says yes to, in their order.
template <RecordType T, auto IsOne>
constexpr auto fields_that() {
    constexpr auto count = static_cast<std::size_t>(
        std::count_if(record_fields<T>.begin(), record_fields<T>.end(), IsOne));
    std::array<const Field*, count> found{};
    std::size_t next = 0;
    for (const Field& field : record_fields<T>) {
        if (IsOne(field)) {
            found[next++] = &field;
        }
    }
    return found;
}

template <RecordType T>
inline constexpr auto own_read_only_fields = fields_that<T, [](const Field& field) {
    return field.is_read_only && header::count < field.id;
}>();

template <RecordType T>
inline constexpr auto kept_fields =
    fields_that<T, [](const Field& field) { return field.is_kept; }>();

template <RecordType T>
inline constexpr auto text_fields = fields_that<T, [](const Field& field) {
    return field.type() == FieldType::text && !field.is_read_only && !field.is_computed;
}>();

template <RecordType T>
inline constexpr auto searchable_fields =
    fields_that<T, [](const Field& field) { return field.is_searchable; }>();

template <RecordType T>
inline constexpr auto reference_fields = fields_that<T, [](const Field& field) {
    return !field.target.empty() && field.id != header::created_by &&
           field.id != header::modified_by;
}>();

template <RecordType T>
constexpr auto normal_forms_of() {
    constexpr auto fields =
        fields_that<T, [](const Field& field) { return !field.normal_form_of.empty(); }>();
    std::array<NormalForm, fields.size()> forms{};
    for (std::size_t i = 0; i < fields.size(); ++i) {
        forms[i] = {fields[i], record_field<T>(fields[i]->normal_form_of)};
    }
    return forms;
}

template <RecordType T>
inline constexpr auto record_normal_forms = normal_forms_of<T>();

template <RecordType T>
constexpr Entity make_entity() {
    Entity entity{};
    static_cast<Structure&>(entity) =
        make_structure<T>(T::structure_name, T::structure_help, record_fields<T>);
    entity.number = T::entity_number;
    entity.plural = T::entity_plural;
    entity.title = title_field<T>();
    entity.indexes = record_indexes<T>;
    entity.normal_forms = record_normal_forms<T>;
    entity.read_only = own_read_only_fields<T>;
    entity.kept = kept_fields<T>;
    entity.texts = text_fields<T>;
    entity.searchable = searchable_fields<T>;
    entity.references = reference_fields<T>;
    if constexpr (requires { T::state_machine; }) {
        entity.state_machine = &T::state_machine;
    }
    if constexpr (requires(T & record) { record.derive(); }) {
        entity.derive = [](void* object) { static_cast<T*>(object)->derive(); };
    }
    if constexpr (requires(const T& record, std::vector<Problem>& problems) {
                      record.check(problems);
                  }) {
        entity.check = [](const void* object, std::vector<Problem>& problems) {
            static_cast<const T*>(object)->check(problems);
        };
    }
    if constexpr (requires { typename std::bool_constant<T::is_internal>; }) {
        entity.is_internal = T::is_internal;
    }
    return entity;
}

/// What is wrong with what an entity is called and numbered, beyond any structure.
constexpr Misdeclaration check_names(const Entity& entity) {
    return entity.number == 0              ? Misdeclaration::number_out_of_range
           : !is_snake_case(entity.plural) ? Misdeclaration::plural_not_snake_case
           : entity.plural == entity.name  ? Misdeclaration::plural_is_the_name
                                           : Misdeclaration::none;
}

/// Ids of several entities are in one column only together with the entity; a result of an
/// operation may tell them without.
constexpr Verdict check_targets(const Entity& entity) {
    for (const Field& field : entity.fields) {
        const bool is_several =
            field.target == "any" || field.target.find(',') != field.target.npos;
        if (field.type() == FieldType::reference && is_several) {
            return verdict_on(field.name, Misdeclaration::reference_to_several);
        }
    }
    return {};
}

constexpr bool can_be_indexed(FieldType type) {
    return type != FieldType::text_list && type != FieldType::json &&
           type != FieldType::structure_list;
}

/// What is wrong with the fields that an index names.
constexpr Verdict check_index(const Entity& entity, std::string_view fields) {
    constexpr std::string_view separator = ", ";
    while (!fields.empty()) {
        const std::string_view name = fields.substr(0, fields.find(separator));
        if (!has_field(entity, name)) {
            return verdict_on(name, Misdeclaration::index_of_nothing);
        }
        if (!has_field(entity, name,
                       [](const Field& field) { return can_be_indexed(field.type()); })) {
            return verdict_on(name, Misdeclaration::index_without_order);
        }
        fields.remove_prefix(std::min(fields.size(), name.size() + separator.size()));
    }
    return {};
}

/// Whether a person can give a reason in the field, and leave it out.
constexpr bool can_hold_reason(const Field& field) {
    return field.is_nullable() &&
           (field.type() == FieldType::text || field.type() == FieldType::enumeration ||
            field.type() == FieldType::reference);
}

/// What is wrong with the fields that a state machine names.
constexpr Verdict check_machine_fields(const Entity& entity, const StateMachine& machine) {
    const auto is_enumeration = [](const Field& field) {
        return field.type() == FieldType::enumeration;
    };
    for (const std::string_view name :
         {machine.state_field, machine.status_field, machine.reason_field}) {
        if (!name.empty() && !has_field(entity, name)) {
            return verdict_on(name, Misdeclaration::state_machine_of_nothing);
        }
    }
    if (!has_field(entity, machine.state_field, is_enumeration)) {
        return verdict_on(machine.state_field, Misdeclaration::state_without_labels);
    }
    if (!machine.reason_field.empty() &&
        !has_field(entity, machine.reason_field, can_hold_reason)) {
        return verdict_on(machine.reason_field, Misdeclaration::reason_not_fillable);
    }
    return {};
}

constexpr Verdict check_state_machine(const Entity& entity, const StateMachine& machine) {
    if (const Verdict verdict = check_machine_fields(entity, machine);
        verdict.what != Misdeclaration::none) {
        return verdict;
    }
    for (const Transition& transition : machine.transitions) {
        if (transition.needs_reason && machine.reason_field.empty()) {
            return verdict_on(transition.to, Misdeclaration::transition_without_reason_field);
        }
        for (const std::string_view state : {transition.from, transition.to}) {
            const auto has_this = [state](const Field& field) { return has_label(field, state); };
            if (!state.empty() && !has_field(entity, machine.state_field, has_this)) {
                return verdict_on(state, Misdeclaration::transition_of_nothing);
            }
        }
    }
    return {};
}

/// The first thing wrong with what an entity says of itself and its fields, if any.
template <RecordType T>
constexpr Verdict check_entity(const Entity& entity) {
    if (const Misdeclaration what = check_names(entity); what != Misdeclaration::none) {
        return verdict_on(entity.name, what);
    }
    if (const Verdict verdict = check_targets(entity); verdict.what != Misdeclaration::none) {
        return verdict;
    }
    if constexpr (requires { T::title_field; }) {
        if (!has_text_field(entity, T::title_field)) {
            return verdict_on(T::title_field, Misdeclaration::title_of_nothing);
        }
    }
    for (const Index& index : entity.indexes) {
        if (const Verdict verdict = check_index(entity, index.fields);
            verdict.what != Misdeclaration::none) {
            return verdict;
        }
    }
    if constexpr (requires { T::state_machine; }) {
        return check_state_machine(entity, T::state_machine);
    }
    return {};
}

template <RecordType T>
constexpr Entity checked_entity() {
    constexpr Entity entity = make_entity<T>();
    constexpr Verdict verdict =
        check_members<T>(entity, header::count, member_count<T, record_fields<T>.size()>());
    static_assert(MisdeclaredField<verdict.what, verdict.name>::ok);
    constexpr Verdict relations = check_entity<T>(entity);
    static_assert(MisdeclaredField<relations.what, relations.name>::ok);
    return entity;
}

template <RecordType T>
inline constexpr Entity entity_instance = checked_entity<T>();

}  // namespace detail

/// The description of an entity declared with CRMKIT_ENTITY.
template <RecordType T>
constexpr const Entity& entity_of() {
    return detail::entity_instance<T>;
}

}  // namespace crmkit

/// First line of an entity: CRMKIT_ENTITY(Account, 3, "account", "accounts", "An organisation.");
/// Declares the record header: the members that every record has. The number is permanent.
#define CRMKIT_ENTITY(Type, number, name, plural, help)       \
    CRMKIT_STRUCTURE(Type, name, help);                       \
    static constexpr ::crmkit::EntityNumber entity_number =   \
        ::crmkit::detail::permanent_number(number);           \
    static constexpr std::string_view entity_plural = plural; \
    ::crmkit::Id id{};                                        \
    ::crmkit::Instant created_at{};                           \
    ::crmkit::Id created_by{};                                \
    ::crmkit::Instant modified_at{};                          \
    ::crmkit::Id modified_by{};                               \
    ::crmkit::Link owner{};                                   \
    std::int64_t version = 0;                                 \
    std::optional<::crmkit::Instant> deleted_at{};            \
    std::string source {}

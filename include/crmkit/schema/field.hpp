/// `Field`: the description of one member of a struct, from which everything else is made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crmkit/schema/native.hpp"

namespace crmkit {

/// What deleting a record does to the records that refer to it.
enum class OnDelete : std::uint8_t {
    restrict,  ///< the delete is refused as long as a live record refers to it (the default)
    cascade,   ///< the referring records are deleted too
    set_null,  ///< the reference is emptied
};

/// How private a value is; decides who sees it by default and what erasure removes.
enum class Privacy : std::uint8_t {
    none,
    personal,   ///< says something about a natural person
    sensitive,  ///< special category of GDPR article 9, such as health
    financial,  ///< money matters that not every user should see
};

constexpr std::string_view to_string(OnDelete rule) {
    constexpr std::string_view names[] = {"restrict", "cascade", "set_null"};
    return names[static_cast<std::size_t>(rule)];
}
constexpr std::string_view to_string(Privacy privacy) {
    constexpr std::string_view names[] = {"none", "personal", "sensitive", "financial"};
    return names[static_cast<std::size_t>(privacy)];
}

/// What a text must look like beyond being valid UTF-8 without NUL:
///
/// - email_address: an RFC 5321/6531 mailbox;
/// - phone_number: anything a person writes for one; its normal form is E.164 where possible;
/// - contact_point: an e-mail address, a phone number, or the name that someone has in a chat;
/// - uri: a web address with or without a scheme;
/// - currency_code: ISO 4217; time_zone: an IANA zone name; language_tag: BCP 47;
/// - path: of a file or folder, as the system has it.
CRMKIT_ENUM(TextFormat, plain, email_address, phone_number, contact_point, uri, currency_code,
            time_zone, language_tag, path);

/// One field. A plain constant: build it with CRMKIT_FIELD and refine it with the methods below,
/// each of which returns the refined copy.
struct Field {
    /// Permanent within its entity, never reused; 1 to 9 belong to the record header.
    std::uint16_t id = 0;
    std::string_view name{};
    std::string_view help{};
    const NativeType* native = nullptr;
    /// Of the member in the struct, in bytes.
    std::uint32_t offset = 0;

    bool is_required = false;
    bool is_unique = false;
    bool is_searchable = false;
    bool is_read_only = false;
    bool is_computed = false;
    bool is_kept = false;
    bool is_supplied = false;
    Privacy privacy = Privacy::none;
    TextFormat format = TextFormat::plain;
    /// Longest text in characters (code points); other types ignore it.
    std::uint32_t longest = usual_longest;
    static constexpr std::uint32_t usual_longest = 255;
    /// References: the entity referred to; several names with commas, or "any", when polymorphic.
    std::string_view target{};
    OnDelete on_delete = OnDelete::restrict;
    /// References: the name under which the target lists the referring records ("opportunities").
    std::string_view children_name{};
    /// References: following this field upwards must never come back to the same record.
    bool is_hierarchy = false;
    /// Computed: the field whose normal form this one holds.
    std::string_view normal_form_of{};

    [[nodiscard]] constexpr FieldType type() const { return native->type; }
    [[nodiscard]] constexpr NativeKind native_kind() const { return native->kind; }
    /// False for members that always have a value (bool, std::int64_t, Instant, plain enums).
    [[nodiscard]] constexpr bool is_nullable() const {
        return native->kind != NativeKind::boolean && native->kind != NativeKind::whole_integer &&
               native->kind != NativeKind::whole_instant &&
               native->kind != NativeKind::whole_enumeration;
    }
    /// The member of this field inside `object`, which must be of the struct it was declared for.
    [[nodiscard]] const void* member(const void* object) const {
        return static_cast<const std::byte*>(object) + offset;
    }
    [[nodiscard]] void* member(void* object) const {
        return static_cast<std::byte*>(object) + offset;
    }

    /// Whether `object` has no value here. Asked of every field with every write, so that the kinds
    /// which are common cost no call.
    [[nodiscard]] bool is_null(const void* object) const {
        const void* const at = member(object);
        switch (native->kind) {
            case NativeKind::text:
                return static_cast<const std::string*>(at)->empty();
            case NativeKind::id:
                return !*static_cast<const Id*>(at);
            case NativeKind::link:
                return !*static_cast<const Link*>(at);
            case NativeKind::date:
                return !*static_cast<const std::optional<Date>*>(at);
            case NativeKind::instant:
                return !*static_cast<const std::optional<Instant>*>(at);
            case NativeKind::money:
                return !*static_cast<const std::optional<Money>*>(at);
            case NativeKind::whole_integer:
            case NativeKind::boolean:
            case NativeKind::whole_instant:
            case NativeKind::whole_enumeration:
                return false;
            case NativeKind::integer:
            case NativeKind::decimal:
            case NativeKind::enumeration:
            case NativeKind::json:
            case NativeKind::text_list:
            case NativeKind::structure_list:
                return native->is_null(at);
        }
        return true;
    }
    /// The value that `object` has here, borrowed from it.
    [[nodiscard]] ValueView get(const void* object) const { return native->get(member(object)); }

    /// A create or update that leaves it empty is refused.
    [[nodiscard]] constexpr Field required() const {
        Field field = *this;
        field.is_required = true;
        return field;
    }
    /// Required, but a create may leave it empty: the library then knows what it usually is.
    [[nodiscard]] constexpr Field supplied() const {
        Field field = required();
        field.is_supplied = true;
        return field;
    }
    /// No two live records of the entity have the same value; empty values do not count.
    [[nodiscard]] constexpr Field unique() const {
        Field field = *this;
        field.is_unique = true;
        return field;
    }
    /// Its words are found by full-text search.
    [[nodiscard]] constexpr Field searchable() const {
        Field field = *this;
        field.is_searchable = true;
        return field;
    }
    /// Set by the library's operations only; create and update refuse a value from the host.
    [[nodiscard]] constexpr Field read_only() const {
        Field field = *this;
        field.is_read_only = true;
        return field;
    }
    /// Worked out from other fields on every write; a value given by the host is replaced.
    [[nodiscard]] constexpr Field computed() const {
        Field field = *this;
        field.is_computed = true;
        return field;
    }
    /// Computed from other records: kept right with every write of those, which is no change of
    /// this record: neither its version nor its history tells of it.
    [[nodiscard]] constexpr Field kept() const {
        Field field = computed();
        field.is_kept = true;
        return field;
    }
    /// Computed: the normal form of another text field, by that field's format.
    [[nodiscard]] constexpr Field normal_form(std::string_view of) const {
        Field field = computed();
        field.normal_form_of = of;
        return field;
    }
    [[nodiscard]] constexpr Field with_privacy(Privacy level) const {
        Field field = *this;
        field.privacy = level;
        return field;
    }
    [[nodiscard]] constexpr Field personal() const { return with_privacy(Privacy::personal); }
    [[nodiscard]] constexpr Field financial() const { return with_privacy(Privacy::financial); }
    /// Text no longer than this many characters; the default is 255.
    [[nodiscard]] constexpr Field max_length(std::uint32_t characters) const {
        Field field = *this;
        field.longest = characters;
        return field;
    }
    [[nodiscard]] constexpr Field with_format(TextFormat text_format) const {
        Field field = *this;
        field.format = text_format;
        return field;
    }
    /// What the reference points at: an entity's name; "user, team" or "any" for a Link.
    [[nodiscard]] constexpr Field refers_to(std::string_view entity,
                                            OnDelete rule = OnDelete::restrict) const {
        Field field = *this;
        field.target = entity;
        field.on_delete = rule;
        return field;
    }
    /// The name of the list of referring records on the other side, for exists, count, sum, …
    [[nodiscard]] constexpr Field children(std::string_view list_name) const {
        Field field = *this;
        field.children_name = list_name;
        return field;
    }
    /// This reference makes a tree: a record may not be its own ancestor.
    [[nodiscard]] constexpr Field hierarchy() const {
        Field field = *this;
        field.is_hierarchy = true;
        return field;
    }
};

namespace detail {

/// A field name as a template argument, so that the compile error shows it.
struct FieldName {
    constexpr FieldName() = default;
    constexpr explicit FieldName(std::string_view name) {
        for (std::size_t i = 0; i < name.size() && i + 1 < sizeof text; ++i) {
            text[i] = name[i];
        }
    }
    char text[64] = {};
};

/// The member type that no field can have: its instantiation is the compile error to read.
template <typename Member, FieldName Name>
struct MemberTypeIsNotAFieldType {
    static_assert(sizeof(Member) == 0,
                  "this field's C++ type cannot be a field; use std::string, std::int64_t, bool, "
                  "Instant, Id, Link, Json, std::vector<std::string>, std::vector of a described "
                  "struct, an enum made by CRMKIT_ENUM, or std::optional of std::int64_t, Decimal, "
                  "Money, Date, Instant or such an enum");
};

/// The operations on members of a type. Of a type that no field can have, those of another, so that
/// the error above is the only one.
template <typename Member, FieldName Name>
constexpr const NativeType& checked_native_type() {
    if constexpr (is_field_type<Member>) {
        return native_type<Member>;
    } else {
        static_cast<void>(MemberTypeIsNotAFieldType<Member, Name>{});
        return native_type<std::string>;
    }
}

/// A permanent number as it is stored, and 0, which is none, for one that does not fit: the check
/// of what was declared then names where it stands, instead of a number cut off by the compiler.
constexpr std::uint16_t permanent_number(std::int64_t declared) {
    return declared > 0 && declared <= UINT16_MAX ? static_cast<std::uint16_t>(declared)
                                                  : std::uint16_t{0};
}

}  // namespace detail

/// Makes the field of a member; CRMKIT_FIELD calls it. `NameOfMisfit` is empty where the type is
/// one of a field, so that all fields of a type share one function.
template <typename Member, detail::FieldName NameOfMisfit>
constexpr Field make_field(std::int64_t id, std::string_view name, std::size_t offset,
                           std::string_view help) {
    Field field;
    field.id = detail::permanent_number(id);
    field.name = name;
    field.help = help;
    field.native = &detail::checked_native_type<Member, NameOfMisfit>();
    field.offset = static_cast<std::uint32_t>(offset);
    return field;
}

}  // namespace crmkit

/// A row of a field table: permanent id, member, what it means in one sentence. Inside the struct
/// only, after CRMKIT_ENTITY or CRMKIT_STRUCTURE.
#define CRMKIT_FIELD(id, member, help)                                            \
    ::crmkit::make_field<decltype(Self::member),                                  \
                         ::crmkit::detail::is_field_type<decltype(Self::member)>  \
                             ? ::crmkit::detail::FieldName()                      \
                             : ::crmkit::detail::FieldName(#member)>(id, #member, \
                                                                     offsetof(Self, member), help)

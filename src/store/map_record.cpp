#include "map_record.hpp"

#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "map_bytes.hpp"

namespace crmkit::map_store {

namespace {

std::string value_bytes(const ValueView& value) {
    ValueWriter bytes;
    switch (value.kind()) {
        case ValueKind::null:
            break;
        case ValueKind::text:
            bytes.raw(value.text());
            break;
        case ValueKind::text_list:
            for (const std::string& item : value.list()) {
                bytes.text(item);
            }
            break;
        case ValueKind::money:
            bytes.text(value.money().currency.code()).number(value.integer());
            break;
        case ValueKind::link:
            bytes.number(value.link().entity).number(value.integer());
            break;
        case ValueKind::integer:
        case ValueKind::decimal:
        case ValueKind::boolean:
        case ValueKind::date:
        case ValueKind::instant:
        case ValueKind::id:
            bytes.number(value.integer());
            break;
    }
    return bytes.take();
}

/// A number of the type that a value keeps it in.
template <typename Number>
Number narrowed(ValueReader& bytes) {
    const std::int64_t number = bytes.number();
    if (number < std::numeric_limits<Number>::min() ||
        number > std::numeric_limits<Number>::max()) {
        bytes.fail();
    }
    return static_cast<Number>(number);
}

Money read_money(ValueReader& bytes) {
    const std::string_view code = bytes.text();
    const std::optional<Currency> currency = code.empty() ? Currency{} : Currency::find(code);
    if (!currency) {
        bytes.fail();
    }
    return Money{bytes.number(), *currency};
}

/// Stores a value that is not null in a member.
void read_value(ValueReader& bytes, const Field& field, void* member) {
    const auto set = [&](const ValueView& value) { field.native->set(member, value); };
    switch (field.type()) {
        case FieldType::text:
        case FieldType::enumeration:
        case FieldType::json:
            return set(bytes.rest());
        case FieldType::integer:
            return set(bytes.number());
        case FieldType::decimal:
            return set(Decimal{bytes.number()});
        case FieldType::boolean:
            return set(bytes.number() != 0);
        case FieldType::money:
            return set(read_money(bytes));
        case FieldType::date:
            return set(Date{narrowed<std::int32_t>(bytes)});
        case FieldType::instant:
            return set(Instant{bytes.number()});
        case FieldType::reference:
            return set(Id{bytes.number()});
        case FieldType::polymorphic_reference: {
            const auto entity = narrowed<EntityNumber>(bytes);
            return set(Link{entity, Id{bytes.number()}});
        }
        case FieldType::text_list: {
            std::vector<std::string> list;
            while (!bytes.is_at_end()) {
                list.emplace_back(bytes.text());
            }
            return set(std::span<const std::string>(list));
        }
        case FieldType::structure_list:
            break;
    }
    throw Error(ErrorCode::internal, "a list of rows cannot be stored in a field");
}

constexpr std::string_view a_record = "a record";

/// Calls `visit(std::uint16_t id, std::string_view value)` for each stored field.
template <typename Visitor>
void visit_fields(std::string_view stored, Visitor visit) {
    for (ValueReader bytes(stored, a_record); !bytes.is_at_end();) {
        const auto id = narrowed<std::uint16_t>(bytes);
        visit(id, bytes.text());
    }
}

void append_field(ValueWriter& bytes, const Field& field, const void* object) {
    if (!field.is_null(object)) {
        bytes.number(field.id).text(value_bytes(field.get(object)));
    }
}

}  // namespace

std::string record_bytes(const Entity& entity, const void* object) {
    ValueWriter bytes;
    for (const Field& field : entity.fields) {
        append_field(bytes, field, object);
    }
    return bytes.take();
}

std::string changed_bytes(std::string_view stored, const Entity& entity, const void* object,
                          const FieldSet& changed) {
    std::vector<std::optional<std::string_view>> values(entity.fields.size());
    ValueWriter unknown;
    visit_fields(stored, [&](std::uint16_t id, std::string_view value) {
        const Field* field = entity.find(id);
        if (field != nullptr) {
            values[entity.index_of(*field)] = value;
        } else {
            unknown.number(id).text(value);
        }
    });
    ValueWriter bytes;
    for (std::size_t i = 0; i < entity.fields.size(); ++i) {
        if (changed.contains(i)) {
            append_field(bytes, entity.fields[i], object);
        } else if (values[i]) {
            bytes.number(entity.fields[i].id).text(*values[i]);
        }
    }
    return bytes.raw(unknown.take()).take();
}

void read_record(std::string_view stored, const Entity& entity, void* object) {
    for (const Field& field : entity.fields) {
        field.native->set(field.member(object), ValueView());
    }
    std::size_t next = 0;  // records mostly have their fields in the order of the table
    visit_fields(stored, [&](std::uint16_t id, std::string_view value) {
        while (next < entity.fields.size() && entity.fields[next].id != id) {
            ++next;
        }
        const Field* field = next < entity.fields.size() ? &entity.fields[next] : entity.find(id);
        if (field != nullptr) {
            next = entity.index_of(*field) + 1;
            ValueReader bytes(value, a_record);
            read_value(bytes, *field, field->member(object));
        }
    });
}

}  // namespace crmkit::map_store

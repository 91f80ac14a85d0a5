/// Records by field.
#include <cstring>

#include "crmkit/schema/check.hpp"
#include "crmkit/schema/conversion.hpp"
#include "crmkit/schema/json.hpp"
#include "crmkit/schema/json_reader.hpp"
#include "handles.hpp"

using crmkit::Currency;
using crmkit::Error;
using crmkit::ErrorCode;
using crmkit::Field;
using crmkit::FieldType;
using crmkit::Link;
using crmkit::Money;
using crmkit::Problem;
using crmkit::Value;
using crmkit::ValueKind;
using crmkit::ValueView;
using crmkit::c_api::give;
using crmkit::c_api::guarded;
using crmkit::c_api::required;
using crmkit::c_api::text_argument;

const Field& crmkit_record::field(std::int32_t id) const {
    const Field* found =
        id > 0 && id <= UINT16_MAX ? entity->find(static_cast<std::uint16_t>(id)) : nullptr;
    if (found == nullptr) {
        throw Error::about(ErrorCode::not_found,
                           Problem{std::string(entity->name), {}, std::to_string(id),
                                   "is not the id of a field"});
    }
    return *found;
}

void crmkit_record::set(const Field& target, const ValueView& value) {
    const crmkit::ConversionOptions options{registry, {}};
    const Value converted = crmkit::convert(*entity, target, value, options);
    if (own) {
        own->set(target, converted);
    } else {
        mutable_view().set(target, converted);
    }
}

namespace {

[[noreturn]] void wrong_getter(const crmkit_record& record, const Field& field,
                               std::string_view wanted) {
    throw Error::about(ErrorCode::validation,
                       Problem{std::string(record.entity->name), std::string(field.name), {},
                               "is of type " + std::string(to_string(field.type())) +
                                   ", which cannot be read as " + std::string(wanted)});
}

/// A whole number as the value that the field's type means by it.
Value value_of_integer(const Field& field, std::int64_t number) {
    switch (field.type()) {
        case FieldType::boolean:
            return number == 0 || number == 1 ? Value(number == 1) : Value(number);
        case FieldType::decimal:
            return Value(crmkit::Decimal{number});
        case FieldType::date:
            if (number < crmkit::Date::min().days || number > crmkit::Date::max().days) {
                return Value(number);
            }
            return Value(crmkit::Date{static_cast<std::int32_t>(number)});
        case FieldType::instant:
            return Value(crmkit::Instant{number});
        case FieldType::reference:
            return Value(crmkit::Id{number});
        case FieldType::text:
        case FieldType::integer:
        case FieldType::money:
        case FieldType::enumeration:
        case FieldType::polymorphic_reference:
        case FieldType::json:
        case FieldType::text_list:
        case FieldType::structure_list:
            return Value(number);
    }
    return {};
}

bool reads_as_integer(FieldType type) {
    return type == FieldType::integer || type == FieldType::boolean ||
           type == FieldType::decimal || type == FieldType::date || type == FieldType::instant ||
           type == FieldType::reference;
}

}  // namespace

extern "C" {

crmkit_code crmkit_record_new(crmkit_store* store, const char* entity, int64_t entity_size,
                              crmkit_record** out) {
    return guarded([&] {
        crmkit_record*& record = required(out, "out");
        const crmkit::Registry& registry = required(store, "store").crm.registry();
        const auto& found = registry.get(text_argument(entity, entity_size, "entity"));
        record = new crmkit_record(registry, found);
    });
}

void crmkit_record_free(crmkit_record* record) { delete record; }

int32_t crmkit_field(const crmkit_record* record, const char* name, int64_t name_size) {
    std::int32_t id = 0;
    guarded([&] {
        const auto& entity = *required(record, "record").entity;
        id = crmkit::field_of(entity, text_argument(name, name_size, "name")).id;
    });
    return id;
}

int64_t crmkit_record_id(const crmkit_record* record) {
    return record == nullptr ? 0 : header_of(record->view()).id().value;
}

int64_t crmkit_record_version(const crmkit_record* record) {
    return record == nullptr ? 0 : header_of(record->view()).version();
}

int32_t crmkit_is_null(const crmkit_record* record, int32_t field) {
    std::int32_t is_null = -1;
    guarded([&] {
        const crmkit_record& from = required(record, "record");
        is_null = from.view().get(from.field(field)).is_null() ? 1 : 0;
    });
    return is_null;
}

crmkit_code crmkit_get_text(crmkit_record* record, int32_t field, const char** text,
                            size_t* size) {
    return guarded([&] {
        crmkit_record& from = required(record, "record");
        const ValueView value = from.view().get(from.field(field));
        std::string_view found = value.text();
        if (value.kind() != ValueKind::text) {
            from.scratch = crmkit::to_text(value, from.registry);
            found = from.scratch;
        }
        required(text, "text") = found.empty() ? "" : found.data();
        required(size, "size") = found.size();
    });
}

crmkit_code crmkit_get_int64(const crmkit_record* record, int32_t field, int64_t* value) {
    return guarded([&] {
        const crmkit_record& from = required(record, "record");
        const Field& wanted = from.field(field);
        if (!reads_as_integer(wanted.type())) {
            wrong_getter(from, wanted, "a whole number");
        }
        required(value, "value") = from.view().get(wanted).integer();
    });
}

crmkit_code crmkit_get_money(const crmkit_record* record, int32_t field, int64_t* minor_units,
                             char currency[4]) {
    return guarded([&] {
        const crmkit_record& from = required(record, "record");
        const Field& wanted = from.field(field);
        if (wanted.type() != FieldType::money) {
            wrong_getter(from, wanted, "money");
        }
        const Money money = from.view().get(wanted).money();
        const std::string_view code = money.currency ? money.currency.code() : "";
        required(minor_units, "minor_units") = money.minor_units;
        std::memset(&required(currency, "currency"), 0, 4);
        std::memcpy(currency, code.data(), code.size());
    });
}

crmkit_code crmkit_get_link(const crmkit_record* record, int32_t field, int32_t* entity,
                            int64_t* id) {
    return guarded([&] {
        const crmkit_record& from = required(record, "record");
        const Field& wanted = from.field(field);
        if (wanted.type() != FieldType::polymorphic_reference) {
            wrong_getter(from, wanted, "a link");
        }
        const Link link = from.view().get(wanted).link();
        required(entity, "entity") = link.entity;
        required(id, "id") = link.id.value;
    });
}

crmkit_code crmkit_set_null(crmkit_record* record, int32_t field) {
    return guarded([&] {
        crmkit_record& to = required(record, "record");
        to.set(to.field(field), {});
    });
}

crmkit_code crmkit_set_text(crmkit_record* record, int32_t field, const char* text, int64_t size) {
    return guarded([&] {
        crmkit_record& to = required(record, "record");
        to.set(to.field(field), text_argument(text, size, "text"));
    });
}

crmkit_code crmkit_set_int64(crmkit_record* record, int32_t field, int64_t value) {
    return guarded([&] {
        crmkit_record& to = required(record, "record");
        const Field& target = to.field(field);
        to.set(target, value_of_integer(target, value));
    });
}

crmkit_code crmkit_set_money(crmkit_record* record, int32_t field, int64_t minor_units,
                             const char* currency) {
    return guarded([&] {
        crmkit_record& to = required(record, "record");
        const std::string_view code = text_argument(currency, CRMKIT_NUL_TERMINATED, "currency");
        to.set(to.field(field), Money{minor_units, Currency::of(code)});
    });
}

crmkit_code crmkit_set_link(crmkit_record* record, int32_t field, int32_t entity, int64_t id) {
    return guarded([&] {
        crmkit_record& to = required(record, "record");
        const Field& target = to.field(field);
        if (entity < 0 || entity > UINT16_MAX) {
            throw Error::about(ErrorCode::validation,
                               Problem{std::string(to.entity->name), std::string(target.name),
                                       std::to_string(entity), "is not the number of an entity"});
        }
        to.set(target, Link{static_cast<crmkit::EntityNumber>(entity), crmkit::Id{id}});
    });
}

crmkit_code crmkit_record_to_json(const crmkit_record* record, crmkit_text** out) {
    return guarded([&] {
        const crmkit_record& from = required(record, "record");
        give(out, crmkit::to_json(from.view(), {.registry = from.registry}));
    });
}

crmkit_code crmkit_record_from_json(crmkit_record* record, const char* json, int64_t json_size) {
    return guarded([&] {
        crmkit_record& to = required(record, "record");
        const std::string_view text = text_argument(json, json_size, "json");
        const crmkit::JsonReadOptions options{.registry = to.registry};
        if (to.own) {
            crmkit::read_json(*to.own, text, options);
            return;
        }
        const crmkit::Record read = crmkit::record_from_json(*to.entity, text, options);
        for (std::size_t i = 0; i < to.entity->fields.size(); ++i) {
            if (read.touched().contains(i)) {
                to.set(to.entity->fields[i], read.get(to.entity->fields[i]));
            }
        }
    });
}

}  // extern "C"

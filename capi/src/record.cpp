/// Records by field.
#include <cstring>

#include "crmkit/schema/check.hpp"
#include "crmkit/schema/conversion.hpp"
#include "handles.hpp"

using crmkit::Currency;
using crmkit::Error;
using crmkit::ErrorCode;
using crmkit::Field;
using crmkit::FieldType;
using crmkit::Link;
using crmkit::Money;
using crmkit::NativeKind;
using crmkit::Problem;
using crmkit::ValueKind;
using crmkit::ValueView;
using crmkit::c_api::bytes_argument;
using crmkit::c_api::FieldPlace;
using crmkit::c_api::guarded;
using crmkit::c_api::required;
using crmkit::c_api::text_argument;

namespace {

/// Whether a value can be stored in the field as it is: it is null or of its kind, and neither a
/// label nor JSON nor text of a format, which conversion looks into, nor a link, whose entity it
/// looks up.
bool fits_as_it_is(const Field& field, const ValueView& value) {
    if (value.is_null()) {
        return field.is_nullable();
    }
    switch (field.type()) {
        case FieldType::text:
            return field.format == crmkit::TextFormat::plain && value.kind() == ValueKind::text;
        case FieldType::integer:
        case FieldType::decimal:
        case FieldType::boolean:
        case FieldType::money:
        case FieldType::date:
        case FieldType::instant:
        case FieldType::reference:
            return value.kind() == crmkit::value_kind(field.type());
        case FieldType::enumeration:
        case FieldType::polymorphic_reference:
        case FieldType::json:
        case FieldType::text_list:
        case FieldType::structure_list:
            return false;
    }
    return false;
}

}  // namespace

void crmkit_record::refuse_id(std::int32_t id) const {
    throw Error::about(
        ErrorCode::not_found,
        Problem{std::string(entity->name), {}, std::to_string(id), "is not the id of a field"});
}

void crmkit_record::set(const Field& target, const ValueView& value) {
    if (!own && writable == nullptr) {
        throw Error(ErrorCode::invalid_argument,
                    "this record of a hook's event may only be read; a before-hook may change the "
                    "record after the change");
    }
    const auto store = [&](const ValueView& fitting) {
        if (own) {
            own->set(target, fitting);
        } else {
            crmkit::MutableRecordView(*entity, writable).set(target, fitting);
        }
    };
    if (fits_as_it_is(target, value)) {
        store(value);
    } else {
        store(crmkit::convert(*entity, target, value, {&schema->registry(), {}}));
    }
}

std::string_view crmkit_record::other_text(const FieldPlace& wanted) const {
    if (wanted.kind == NativeKind::json) {
        return wanted.member<crmkit::Json>(object()).text;
    }
    return made_text(*wanted.field);
}

std::string_view crmkit_record::made_text(const Field& wanted) const {
    const ValueView value = view().get(wanted);
    if (value.is_null()) {
        return "";
    }
    if (made_texts_.empty()) {
        made_texts_.resize(entity->fields.size());
    }
    std::string& made = made_texts_[entity->index_of(wanted)];
    if (value.kind() == ValueKind::text) {
        made = value.text();  // a label, which does not end in NUL
    } else {
        made = crmkit::to_text(value, &schema->registry());
    }
    return made;
}

namespace {

[[noreturn]] void refuse_getter(const crmkit_record& record, const Field& field,
                                std::string_view wanted) {
    throw Error::about(ErrorCode::validation,
                       Problem{std::string(record.entity->name),
                               std::string(field.name),
                               {},
                               "is of type " + std::string(to_string(field.type())) +
                                   ", which cannot be read as " + std::string(wanted)});
}

[[noreturn]] void refuse_value(const crmkit_record& record, const Field& field, std::string value,
                               std::string why) {
    throw Error::about(ErrorCode::validation,
                       Problem{std::string(record.entity->name), std::string(field.name),
                               std::move(value), std::move(why)});
}

crmkit::Date date_of(const crmkit_record& record, const Field& field, std::int64_t days) {
    if (days < crmkit::Date::min().days || days > crmkit::Date::max().days) {
        refuse_value(record, field, std::to_string(days),
                     "days since 1970 is not between the years 1 and 9999");
    }
    return crmkit::Date{static_cast<std::int32_t>(days)};
}

/// A whole number as the value that the field's type means by it.
ValueView value_of_integer(const crmkit_record& record, const Field& field, std::int64_t number) {
    switch (field.type()) {
        case FieldType::boolean:
            return number == 0 || number == 1 ? ValueView(number == 1) : ValueView(number);
        case FieldType::decimal:
            return ValueView(crmkit::Decimal{number});
        case FieldType::date:
            return ValueView(date_of(record, field, number));
        case FieldType::instant:
            return ValueView(crmkit::Instant{number});
        case FieldType::reference:
            return ValueView(crmkit::Id{number});
        case FieldType::text:
        case FieldType::integer:
        case FieldType::money:
        case FieldType::enumeration:
        case FieldType::polymorphic_reference:
        case FieldType::json:
        case FieldType::text_list:
        case FieldType::structure_list:
            return ValueView(number);
    }
    return {};
}

template <typename T>
T value_or_nothing(const FieldPlace& place, const void* object) {
    return place.member<std::optional<T>>(object).value_or(T{});
}

/// A value that a whole number can say, 0 for null; nothing for a field of another type. Straight
/// from the member, without a ValueView in between, because hosts read records field by field.
std::optional<std::int64_t> integer_of(const FieldPlace& place, const void* object) {
    switch (place.kind) {
        case NativeKind::integer:
            return value_or_nothing<std::int64_t>(place, object);
        case NativeKind::whole_integer:
            return place.member<std::int64_t>(object);
        case NativeKind::decimal:
            return value_or_nothing<crmkit::Decimal>(place, object).billionths;
        case NativeKind::boolean:
            return place.member<bool>(object) ? 1 : 0;
        case NativeKind::date:
            return value_or_nothing<crmkit::Date>(place, object).days;
        case NativeKind::instant:
            return value_or_nothing<crmkit::Instant>(place, object).microseconds;
        case NativeKind::whole_instant:
            return place.member<crmkit::Instant>(object).microseconds;
        case NativeKind::id:
            return place.member<crmkit::Id>(object).value;
        case NativeKind::text:
        case NativeKind::money:
        case NativeKind::enumeration:
        case NativeKind::whole_enumeration:
        case NativeKind::link:
        case NativeKind::json:
        case NativeKind::text_list:
        case NativeKind::structure_list:
            return std::nullopt;
    }
    return std::nullopt;
}

/// The currency of an amount for a field. Throws validation.
Currency currency_of(const crmkit_record& record, const Field& field, std::string_view code) {
    const auto currency = Currency::find(code);
    if (!currency) {
        refuse_value(record, field, crmkit::detail::shown(code),
                     "is not an ISO 4217 currency code");
    }
    return *currency;
}

}  // namespace

extern "C" {

crmkit_code crmkit_record_new(crmkit_store* store, const char* entity, int64_t entity_size,
                              crmkit_record** out) {
    return guarded([&] {
        crmkit_record*& record = required(out, "out");
        const auto& schema = required(store, "store").schema;
        const auto& found = schema->registry().get(text_argument(entity, entity_size, "entity"));
        record = new crmkit_record(schema, found);
    });
}

void crmkit_record_free(crmkit_record* record) {
    if (record != nullptr && record->own) {  // those of a hook's event are not the host's
        delete record;
    }
}

int32_t crmkit_entity_number(crmkit_store* store, const char* entity, int64_t entity_size) {
    std::int32_t number = 0;
    guarded([&] {
        number = required(store, "store")
                     .schema->registry()
                     .get(text_argument(entity, entity_size, "entity"))
                     .number;
    });
    return number;
}

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

crmkit_code crmkit_get_text(const crmkit_record* record, int32_t field, const char** text,
                            size_t* size) {
    return guarded([&] {
        const crmkit_record& from = required(record, "record");
        const char*& start = required(text, "text");
        const std::string_view found = from.text(from.place(field));
        start = found.data();
        if (size != nullptr) {
            *size = found.size();
        }
    });
}

crmkit_code crmkit_get_int64(const crmkit_record* record, int32_t field, int64_t* value) {
    return guarded([&] {
        const crmkit_record& from = required(record, "record");
        const FieldPlace& wanted = from.place(field);
        const auto number = integer_of(wanted, from.object());
        if (!number) {
            refuse_getter(from, *wanted.field, "a whole number");
        }
        required(value, "value") = *number;
    });
}

crmkit_code crmkit_get_money(const crmkit_record* record, int32_t field, int64_t* minor_units,
                             char currency[4]) {
    return guarded([&] {
        const crmkit_record& from = required(record, "record");
        std::int64_t& amount = required(minor_units, "minor_units");
        char* const out = &required(currency, "currency");
        const FieldPlace& wanted = from.place(field);
        if (wanted.kind != NativeKind::money) {
            refuse_getter(from, *wanted.field, "money");
        }
        const auto money = value_or_nothing<Money>(wanted, from.object());
        const std::string_view code = money.currency ? money.currency.code() : "";
        amount = money.minor_units;
        std::memset(out, 0, 4);
        std::memcpy(out, code.data(), code.size());
    });
}

crmkit_code crmkit_get_link(const crmkit_record* record, int32_t field, int32_t* entity,
                            int64_t* id) {
    return guarded([&] {
        const crmkit_record& from = required(record, "record");
        std::int32_t& number = required(entity, "entity");
        std::int64_t& target = required(id, "id");
        const FieldPlace& wanted = from.place(field);
        if (wanted.kind != NativeKind::link) {
            refuse_getter(from, *wanted.field, "a link");
        }
        const Link& link = wanted.member<Link>(from.object());
        number = link ? link.entity : 0;
        target = link.id.value;
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
        to.set(to.field(field), bytes_argument(text, size, "text"));
    });
}

crmkit_code crmkit_set_int64(crmkit_record* record, int32_t field, int64_t value) {
    return guarded([&] {
        crmkit_record& to = required(record, "record");
        const Field& target = to.field(field);
        to.set(target, value_of_integer(to, target, value));
    });
}

crmkit_code crmkit_set_money(crmkit_record* record, int32_t field, int64_t minor_units,
                             const char* currency) {
    return guarded([&] {
        crmkit_record& to = required(record, "record");
        required(currency, "currency");
        const Field& target = to.field(field);
        to.set(target, Money{minor_units, currency_of(to, target, currency)});
    });
}

crmkit_code crmkit_set_link(crmkit_record* record, int32_t field, int32_t entity, int64_t id) {
    return guarded([&] {
        crmkit_record& to = required(record, "record");
        const Field& target = to.field(field);
        if (entity < 0 || entity > UINT16_MAX) {
            refuse_value(to, target, std::to_string(entity), "is not the number of an entity");
        }
        to.set(target, Link{static_cast<crmkit::EntityNumber>(entity), crmkit::Id{id}});
    });
}

}  // extern "C"

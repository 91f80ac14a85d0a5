/// Records of any entity that hold no more than they must.
#pragma once

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/backends.hpp"

namespace crmkit::test {

Record any_record(Session& me, const Entity& entity);

/// A value that a field takes; of a plain text, one that is not yet taken.
inline Value any_value(Session& me, const Field& field) {
    static int texts = 0;
    switch (field.type()) {
        case FieldType::text:
            switch (field.format) {
                case TextFormat::email_address:
                    return "a@b.example";
                case TextFormat::phone_number:
                case TextFormat::contact_point:
                    return "+49 30 123456";
                case TextFormat::uri:
                    return "https://a.example";
                case TextFormat::currency_code:
                    return field.name.starts_with("to_") ? "USD" : "EUR";
                case TextFormat::time_zone:
                    return "Europe/Berlin";
                case TextFormat::language_tag:
                    return "de";
                case TextFormat::path:
                case TextFormat::plain:
                    return field.name == "entity"  ? "case"
                           : field.name == "state" ? "open"
                                                   : "Plain " + std::to_string(++texts);
            }
            return {};
        case FieldType::integer:
            return 1;
        case FieldType::decimal:
            return Decimal{1'000'000'000};
        case FieldType::boolean:
            return true;
        case FieldType::money:
            return Money::of("1.00", "EUR");
        case FieldType::date:
            return test_start.date();
        case FieldType::instant:
            return test_start;
        case FieldType::enumeration:
            return field.native->labels[0];
        case FieldType::json:
            return "{}";
        case FieldType::text_list:
            return std::vector<std::string>{"one"};
        case FieldType::reference: {
            const Entity& target = me.registry().get(field.target);
            return header_of(any_record(me, target)).id();
        }
        case FieldType::polymorphic_reference: {
            const std::string_view first = field.target.substr(0, field.target.find(','));
            const Entity& target = me.registry().get(first == "any" ? "account" : first);
            return Link{target.number, header_of(any_record(me, target)).id()};
        }
        case FieldType::structure_list:
            return {};
    }
    return {};
}

/// Whether an entity asks for one of several fields, of which this is one.
inline bool is_one_of_several(const Entity& entity, const Field& field) {
    constexpr std::pair<std::string_view, std::string_view> chosen[] = {
        {"lead", "last_name"},
        {"opportunity_line", "product"},
        {"transaction_line", "product"},
        {"interaction_participant", "party"},
        {"address", "city"},
        {"address", "postal_code"},
    };
    return std::find(std::begin(chosen), std::end(chosen), std::pair(entity.name, field.name)) !=
           std::end(chosen);
}

/// Stores a new record with its required fields, and makes those that it refers to.
inline Record any_record(Session& me, const Entity& entity) {
    Record record(entity);
    for (const Field& field : entity.fields) {
        const bool is_status =
            entity.state_machine != nullptr && field.name == entity.state_machine->status_field;
        if ((field.is_required && !is_status) || is_one_of_several(entity, field)) {
            record.set(field.name, any_value(me, field));
        }
    }
    me.insert(record);
    return record;
}

}  // namespace crmkit::test

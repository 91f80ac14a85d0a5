/// Which unique keys and indexed values a record has, and what stands against storing or removing
/// it: what the stores that keep indexes of their own have in common.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crmkit/base/error.hpp"
#include "crmkit/schema/record.hpp"
#include "crmkit/schema/value_text.hpp"
#include "crmkit/store/memory_table.hpp"

namespace crmkit::detail {

/// The unique keys that a record takes: none while it is deleted, none with an empty value.
inline std::vector<UniqueKey> unique_keys(const MemoryTable& table, const RecordView& record) {
    std::vector<UniqueKey> keys;
    if (header_of(record).deleted_at()) {
        return keys;
    }
    for (std::size_t i = 0; i < table.unique_keys.size(); ++i) {
        UniqueKey key{table.entity->number, static_cast<std::uint16_t>(i), {}};
        bool has_null = false;
        for (const Field* field : table.unique_keys[i]) {
            const ValueView value = record.get(*field);
            has_null = has_null || value.is_null();
            append_value(key.values, value);
        }
        if (!has_null) {
            keys.push_back(std::move(key));
        }
    }
    return keys;
}

/// The entry of a record in the index of a field; its value is empty when the field is.
inline ValueKey value_key(const MemoryTable& table, const Field& field, const RecordView& record) {
    ValueKey key{table.entity->number, field.id, {}, header_of(record).id()};
    append_value(key.value, record.get(field));
    return key;
}

// ---- What stands against it

/// That another record has the values of these fields, which belong to one unique key.
inline Error duplicate(const Entity& entity, const std::vector<const Field*>& fields,
                       const RecordView& record) {
    std::vector<Problem> problems;
    problems.reserve(fields.size());
    for (const Field* field : fields) {
        problems.push_back({std::string(entity.name), std::string(field->name),
                            shortened(to_text(record.get(*field))), "is taken by another record"});
    }
    return Error::about(ErrorCode::duplicate, std::move(problems));
}

inline Error without_id(const Entity& entity) {
    return {ErrorCode::invalid_argument,
            "a record of " + std::string(entity.name) + " without an id"};
}

/// That a reference leads to no record.
inline Error dangling(const Entity& entity, const Field& field, Id id) {
    return Error::about(ErrorCode::restricted,
                        Problem{std::string(entity.name), std::string(field.name), to_string(id),
                                "refers to a record that does not exist"});
}

/// That `other`, a record of the entity called `from`, refers to a record that is to be erased.
inline Error referred_to(const Entity& entity, Id id, std::string_view from, std::string_view field,
                         Id other) {
    return Error::about(ErrorCode::restricted,
                        Problem{std::string(entity.name), "id", to_string(id),
                                "cannot be erased while " + std::string(field) + " of " +
                                    std::string(from) + " " + to_string(other) + " refers to it"});
}

/// That a field is of another type than that by which it was stored.
inline Error other_type(const Entity& entity, const Field& field, std::string_view stored) {
    return {ErrorCode::unsupported,
            std::string(entity.name) + "." + std::string(field.name) + " (field " +
                std::to_string(field.id) + ") is " + std::string(stored) + " in the store and " +
                std::string(to_string(field.type())) +
                " in this program: a field keeps its type; declare a new field with a new id"};
}

// ---- Finding by values

/// The value that the equalities want of a field, if they do.
inline const ValueView* wanted(const Field& field, std::span<const Equality> equalities) {
    for (const Equality& equality : equalities) {
        if (equality.field->id == field.id) {
            return &equality.value;
        }
    }
    return nullptr;
}

/// The unique key that the equalities give a value of, if they do.
inline std::optional<UniqueKey> wanted_key(const MemoryTable& table,
                                           std::span<const Equality> equalities) {
    for (std::size_t i = 0; i < table.unique_keys.size(); ++i) {
        UniqueKey key{table.entity->number, static_cast<std::uint16_t>(i), {}};
        const auto& fields = table.unique_keys[i];
        const bool is_whole = std::all_of(fields.begin(), fields.end(), [&](const Field* field) {
            const ValueView* value = wanted(*field, equalities);
            if (value != nullptr) {
                append_value(key.values, *value);
            }
            return value != nullptr;
        });
        if (is_whole) {
            return key;
        }
    }
    return std::nullopt;
}

}  // namespace crmkit::detail

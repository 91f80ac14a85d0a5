/// How a memory store knows an entity: its description, its indexes, and their keys. Part of
/// store/memory.hpp.
#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crmkit/base/error.hpp"
#include "crmkit/schema/index_fields.hpp"
#include "crmkit/schema/record.hpp"
#include "crmkit/schema/registry.hpp"

namespace crmkit::detail {

/// Never changed once it is stored: an update stores another one.
using StoredRecord = std::shared_ptr<const Record>;

struct RecordKey {
    EntityNumber entity = 0;
    Id id{};
    friend auto operator<=>(const RecordKey&, const RecordKey&) = default;
};

/// One unique key's value: of which entity, which of its keys, and the fields' values in a form
/// that is equal exactly when they are.
struct UniqueKey {
    EntityNumber entity = 0;
    std::uint16_t number = 0;
    std::string values{};
    friend auto operator<=>(const UniqueKey&, const UniqueKey&) = default;
};

/// One record that has a value in an indexed field; the value in the same form.
struct ValueKey {
    EntityNumber entity = 0;
    std::uint16_t field = 0;
    std::string value{};
    Id record{};
    friend auto operator<=>(const ValueKey&, const ValueKey&) = default;
};

/// That a field must have a value, as a query says it.
struct Equality {
    const Field* field = nullptr;
    ValueView value{};
};

inline void append_key_number(std::string& key, std::int64_t number, int bytes = 8) {
    for (int shift = 0; shift < bytes * 8; shift += 8) {
        key += static_cast<char>((static_cast<std::uint64_t>(number) >> shift) & 0xFFU);
    }
}

/// Appends a value in a form that is equal exactly when the values, of one kind, are; and so that
/// no two different sequences of values of the same kinds look the same.
inline void append_value(std::string& key, const ValueView& value) {
    switch (value.kind()) {
        case ValueKind::null:
            return;
        case ValueKind::text:
            append_key_number(key, static_cast<std::int64_t>(value.text().size()), 4);
            key += value.text();
            return;
        case ValueKind::text_list:
            append_key_number(key, static_cast<std::int64_t>(value.list().size()), 4);
            for (const std::string& item : value.list()) {
                append_key_number(key, static_cast<std::int64_t>(item.size()), 4);
                key += item;
            }
            return;
        case ValueKind::money:
            key += value.money().currency.code();
            break;
        case ValueKind::link:
            append_key_number(key, value.link().entity, 2);
            break;
        case ValueKind::integer:
        case ValueKind::decimal:
        case ValueKind::boolean:
        case ValueKind::date:
        case ValueKind::instant:
        case ValueKind::id:
            break;
    }
    append_key_number(key, value.integer());
}

/// Copies a record's fields into a struct of the same entity that may be described otherwise, such
/// as with custom fields: what the other does not have is left as it is.
inline void transfer(const Structure& from, const void* source, const Structure& to, void* target) {
    if (&from == &to) {
        to.copy(target, source);
        return;
    }
    for (const Field& field : to.fields) {
        const Field* known = from.find(field.id);
        if (known != nullptr && known->type() == field.type()) {
            field.native->set(field.member(target), known->native->get(known->member(source)));
        }
    }
}

/// An entity as a memory store knows it: what it keeps indexes of.
struct MemoryTable {
    MemoryTable(const Entity& described, const Registry& registry)
        : entity(&described), unique_keys(crmkit::unique_keys(described)) {
        for (const Field& field : described.fields) {
            if (field.target.empty() || field.id <= header::count) {
                continue;
            }
            indexed.push_back(&field);
            if (field.type() == FieldType::reference) {
                references.push_back({&field, registry.get(field.target).number});
            }
        }
        for (const Index& index : described.indexes) {
            const Field* const first = index_fields(described, index).front();
            if (std::find(indexed.begin(), indexed.end(), first) == indexed.end()) {
                indexed.push_back(first);
            }
        }
    }

    /// A reference that must lead to a record, and to which entity. References of the header and
    /// polymorphic ones need not.
    struct Reference {
        const Field* field;
        EntityNumber target;
    };

    const Entity* entity;
    std::vector<std::vector<const Field*>> unique_keys;
    std::vector<Reference> references{};
    /// The references first, then the fields that a declared index starts with.
    std::vector<const Field*> indexed{};
};

/// The entities of a memory store, by number.
class MemorySchema {
  public:
    /// Null when the store does not have it.
    [[nodiscard]] const MemoryTable* find(EntityNumber number) const {
        const auto at = place_of(number);
        return at != tables_.end() && at->entity->number == number ? &*at : nullptr;
    }
    /// Throws not_found.
    [[nodiscard]] const MemoryTable& of(const Entity& entity) const {
        if (const MemoryTable* table = find(entity.number)) {
            return *table;
        }
        throw Error(ErrorCode::not_found, "the store has no table of '" + std::string(entity.name) +
                                              "': migrate it to a registry that has that entity");
    }
    void put(MemoryTable table) {
        const auto at = place_of(table.entity->number);
        const auto place = tables_.begin() + (at - tables_.begin());
        if (at != tables_.end() && at->entity->number == table.entity->number) {
            *place = std::move(table);
        } else {
            tables_.insert(place, std::move(table));
        }
    }
    [[nodiscard]] const std::vector<MemoryTable>& tables() const { return tables_; }

  private:
    [[nodiscard]] std::vector<MemoryTable>::const_iterator place_of(EntityNumber number) const {
        return std::lower_bound(tables_.begin(), tables_.end(), number,
                                [](const MemoryTable& table, EntityNumber wanted) {
                                    return table.entity->number < wanted;
                                });
    }

    std::vector<MemoryTable> tables_;
};

}  // namespace crmkit::detail

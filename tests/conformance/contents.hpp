/// Everything that can be read from a store, as text, so that two states can be compared.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "conformance/specimen.hpp"
#include "crmkit/schema/value_text.hpp"
#include "crmkit/store/storage.hpp"

namespace crmkit::conformance {

namespace detail {

inline void append_record(std::string& out, const Record& record) {
    out += std::string(record.structure().name) + ":";
    for (const Field& field : record.structure().fields) {
        out += " " + std::string(field.name) + "=" + to_text(record.get(field)) + ";";
    }
    out += "\n";
}

inline void append_change(std::string& out, const Change& change) {
    out += "change " + std::to_string(change.position) + " " + to_string(change.at) + " " +
           to_string(change.actor) + " " + change.origin + " " + std::to_string(change.cause) +
           " " + std::to_string(change.entity) + "/" + to_string(change.record) + " " +
           std::string(label_of(change.kind)) + " " + std::to_string(change.version) + " " +
           change.values + " ";
    for (const std::uint8_t byte : change.salt) {
        out += std::to_string(byte) + ".";
    }
    out += " " + to_string(change.link) + "\n";
}

inline void append_entry(std::string& out, const TimelineEntry& entry) {
    out += "entry " + to_string(entry.party) + " " + to_string(entry.event.at) + " " +
           std::to_string(entry.entity) + "/" + to_string(entry.event.record) + " via " +
           to_string(entry.via) + " kind " + std::to_string(entry.event.kind) + "\n";
}

}  // namespace detail

/// The settings that the suite puts.
inline constexpr std::string_view setting_keys[] = {"base_currency", "a", "b", "'"};

/// All records with ids up to the highest in the store (the suite takes small ones), the history,
/// the timelines of those records, the settings, and what a search for each first letter finds.
inline std::string contents(Storage& storage, const Registry& entities = registry()) {
    std::string out;
    const std::int64_t highest = storage.highest_id().value;
    for (const Entity* entity : entities.entities()) {
        Record record(*entity);
        for (std::int64_t id = 1; id <= highest; ++id) {
            if (storage.get(*entity, Id{id}, record.object())) {
                detail::append_record(out, record);
                out += storage.is_live(*entity, Id{id}) ? "live\n" : "deleted\n";
            }
        }
        for (const char letter : std::string_view("0123456789abcdefghijklmnopqrstuvwxyz")) {
            const std::string word(1, letter);
            for (const Id id :
                 storage.search(*entity, {.words = std::span(&word, 1), .limit = 100'000})) {
                out += word + " finds " + to_string(id) + "\n";
            }
        }
    }
    storage.changes({}, 1, [&out](const Change& change) {
        detail::append_change(out, change);
        return true;
    });
    for (std::int64_t id = 1; id <= highest; ++id) {
        TimelineRange range;
        range.party = Id{id};
        range.limit = 100'000;
        for (const TimelineEntry& entry : storage.timeline(range)) {
            detail::append_entry(out, entry);
            for (const TimelineEntry& same : storage.timeline_via(Id{id}, entry.via)) {
                detail::append_entry(out, same);
            }
        }
    }
    for (const std::string_view key : setting_keys) {
        out += std::string(key) + " is set to '" + storage.setting(key) + "'\n";
    }
    return out + "last position " + std::to_string(storage.last_position()) + "\n";
}

}  // namespace crmkit::conformance

/// The records as the history tells them, to compare with the records as they are stored.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crmkit/crm.hpp"
#include "crmkit/schema/value_text.hpp"

namespace crmkit::fault {

/// What a check found wrong, in words; empty when nothing is.
using Findings = std::vector<std::string>;

inline void append(Findings& findings, Findings more) {
    findings.insert(findings.end(), std::move_iterator(more.begin()),
                    std::move_iterator(more.end()));
}

/// Fails the test with each of them.
inline void report(const Findings& findings) {
    for (const std::string& finding : findings) {
        FAIL_CHECK(finding);
    }
}

/// Follows the history of one store, change by change.
class Replay {
  public:
    /// Takes in what is new, and checks it as history: positions without a gap, versions that count
    /// up, each change beginning with what the one before left.
    Findings follow(Session& me) {
        Findings findings;
        news_.clear();
        for (;;) {
            auto entries = me.changes_since(position_ + 1, 1'000);
            if (entries.empty()) {
                return findings;
            }
            for (HistoryEntry& entry : entries) {
                if (entry.position != ++position_) {
                    findings.push_back("position " + std::to_string(entry.position) +
                                       " stands where " + std::to_string(position_) + " is due");
                    position_ = entry.position;
                }
                take(entry, findings);
                news_.push_back(std::move(entry));
            }
        }
    }

    /// The changes that the last follow() took in.
    [[nodiscard]] const std::vector<HistoryEntry>& news() const { return news_; }
    [[nodiscard]] std::int64_t position() const { return position_; }

    /// Compares the records that the last follow() was about with what is stored.
    [[nodiscard]] Findings compare_news(Session& me) const {
        std::set<Id> changed;
        for (const HistoryEntry& entry : news_) {
            changed.insert(entry.record);
        }
        Findings findings;
        for (const Id id : changed) {
            compare(me, id, records_.at(id), findings);
        }
        return findings;
    }

    /// Compares every record, and that there are no others.
    [[nodiscard]] Findings compare_all(Session& me) const {
        Findings findings;
        std::map<std::string_view, std::int64_t> expected;
        for (const auto& [id, record] : records_) {
            compare(me, id, record, findings);
            expected[record.entity] += record.is_deleted ? 0 : 1;
        }
        for (const Entity* entity : me.registry().entities()) {
            const auto rows = me.aggregate(*entity, "count()");
            if (rows.at(0).at(0) != Value(expected[entity->name])) {
                findings.push_back("there are " + to_text(rows.at(0).at(0)) + " " +
                                   std::string(entity->plural) + ", and the history knows " +
                                   std::to_string(expected[entity->name]));
            }
        }
        return findings;
    }

  private:
    struct Told {
        std::string entity;
        std::int64_t version = 0;
        bool is_deleted = false;
        std::map<std::string, Value> fields;
    };

    void take(const HistoryEntry& entry, Findings& findings) {
        Told& told = records_[entry.record];
        const auto wrong = [&](const std::string& what) {
            findings.push_back("change " + std::to_string(entry.position) + " of " + entry.entity +
                               " " + to_string(entry.record) + " " + what);
        };
        if (entry.version != told.version + 1) {
            wrong("makes version " + std::to_string(entry.version) + " of version " +
                  std::to_string(told.version));
        }
        if ((entry.kind == ChangeKind::created) != told.entity.empty() ||
            (entry.kind == ChangeKind::restored) != told.is_deleted) {
            wrong("cannot be: it is " + std::string(label_of(entry.kind)));
        }
        told.entity = entry.entity;
        told.version = entry.version;
        told.is_deleted = entry.kind == ChangeKind::deleted;
        for (const FieldChange& field : entry.fields) {
            Value& value = told.fields[field.field];
            if (!(value == field.before)) {
                wrong("begins with another " + field.field + " than the change before left");
            }
            value = field.after;
        }
    }

    static bool is_filled_by_upgrade(const Field& field) {
        constexpr std::array filled{"case_number", "line_number", "state", "status"};
        return std::find(filled.begin(), filled.end(), field.name) != filled.end();
    }

    static void compare(Session& me, Id id, const Told& told, Findings& findings) {
        const Entity& entity = me.registry().get(told.entity);
        const auto wrong = [&](const std::string& what) {
            findings.push_back(told.entity + " " + to_string(id) + " " + what);
        };
        Record record(entity);
        if (!me.try_read(entity, id, record.object(), Deleted::shown)) {
            wrong("is in the history and nowhere else");
            return;
        }
        const auto head = header_of(record);
        if (head.version() != told.version || head.deleted_at().has_value() != told.is_deleted) {
            wrong("has version " + std::to_string(head.version()) + ", and the history knows " +
                  std::to_string(told.version));
        }
        const Record blank(entity);
        for (const Field& field : entity.fields) {
            const auto known = told.fields.find(std::string(field.name));
            const bool is_bookkeeping =
                field.is_kept || (field.id <= header::count && field.id != header::owner &&
                                  field.id != header::source);
            // A field that came with an upgrade has its default, or what the upgrade worked out,
            // without a change that says so.
            const ValueView expected =
                known != told.fields.end() ? known->second.view() : blank.get(field);
            const bool is_from_upgrade = known == told.fields.end() && is_filled_by_upgrade(field);
            if (!is_bookkeeping && !is_from_upgrade && !(record.get(field) == expected)) {
                wrong("has another " + std::string(field.name) + " than the history: " +
                      to_text(record.get(field)) + " instead of " + to_text(expected));
            }
        }
    }

    std::int64_t position_ = 0;
    std::map<Id, Told> records_;
    std::vector<HistoryEntry> news_;
};

}  // namespace crmkit::fault

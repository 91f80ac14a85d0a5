/// What a memory store holds at one moment: records, words, history, timelines, settings. Part of
/// store/memory.hpp.
#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crmkit/schema/search_text.hpp"
#include "crmkit/store/change.hpp"
#include "crmkit/store/memory_records.hpp"
#include "crmkit/store/read_meter.hpp"
#include "crmkit/store/snapshot_map.hpp"
#include "crmkit/store/tally.hpp"
#include "crmkit/store/timeline_entry.hpp"
#include "crmkit/store/word_search.hpp"

namespace crmkit::detail {

/// The search index: which records have a word.
class MemoryWords {
  public:
    void add(EntityNumber entity, Id id, std::string_view words) {
        for_each_word(words, [&](std::string_view word) {
            Key key{entity, std::string(word)};
            if (SnapshotSet<Id>* ids = words_.edit(key)) {
                ids->insert(id, {});
            } else {
                SnapshotSet<Id> only;
                only.insert(id, {});
                words_.insert(std::move(key), std::move(only));
            }
        });
    }

    void remove(EntityNumber entity, Id id, std::string_view words) {
        for_each_word(words, [&](std::string_view word) {
            const Key key{entity, std::string(word)};
            SnapshotSet<Id>* ids = words_.edit(key);
            if (ids != nullptr && ids->erase(id) && ids->empty()) {
                words_.erase(key);
            }
        });
    }

    void remove_all(EntityNumber entity) {
        for (auto at = words_.at_or_above({entity, {}}); at && at.key().entity == entity;
             at = words_.at_or_above({entity, {}})) {
            words_.erase(Key(at.key()));
        }
    }

    /// See Storage::search().
    [[nodiscard]] std::vector<Id> search(EntityNumber entity, const WordSearch& wanted,
                                         ReadMeter& meter) const {
        std::vector<const SnapshotSet<Id>*> exact;
        for (std::size_t i = 0; i + 1 < wanted.words.size(); ++i) {
            exact.push_back(words_.find({entity, wanted.words[i]}));
        }
        if (wanted.words.empty() || wanted.words.back().empty() ||
            std::find(exact.begin(), exact.end(), nullptr) != exact.end()) {
            return {};
        }
        std::vector<Id> found;
        for (const Id id : ids_of_last(entity, wanted, meter)) {
            if (found.size() == wanted.limit) {
                break;
            }
            if (std::all_of(exact.begin(), exact.end(),
                            [id](const SnapshotSet<Id>* ids) { return ids->contains(id); })) {
                found.push_back(id);
            }
        }
        return found;
    }

    /// See Storage::visit_words().
    void visit(EntityNumber entity,
               const std::function<void(std::string_view, Id)>& visit_one) const {
        for (auto word = words_.at_or_above({entity, {}}); word && word.key().entity == entity;
             word.forward()) {
            for (auto id = word.value().first(); id; id.forward()) {
                visit_one(word.key().word, id.key());
            }
        }
    }

    void check_integrity(const MemoryRecords& records, std::vector<std::string>& found) const {
        for (auto word = words_.first(); word; word.forward()) {
            for (auto id = word.value().first(); id; id.forward()) {
                if (!records.all().contains({word.key().entity, id.key()})) {
                    found.push_back("the search index finds the record " +
                                    std::to_string(word.key().entity) + "/" + to_string(id.key()) +
                                    ", which does not exist");
                }
            }
        }
    }

  private:
    struct Key {
        EntityNumber entity = 0;
        std::string word{};
        friend auto operator<=>(const Key&, const Key&) = default;
    };

    /// The records that have the last word, the newest first, each once.
    [[nodiscard]] std::vector<Id> ids_of_last(EntityNumber entity, const WordSearch& wanted,
                                              ReadMeter& meter) const {
        const Key last{entity, wanted.words.back()};
        const auto is_wanted = [&](const Key& key) {
            return wanted.last == LastWord::whole
                       ? key == last
                       : key.entity == entity && key.word.starts_with(last.word);
        };
        std::vector<Id> found;
        for (auto word = words_.at_or_above(last); word && is_wanted(word.key()); word.forward()) {
            const SnapshotSet<Id>& ids = word.value();
            for (auto id = wanted.before ? ids.below(wanted.before) : ids.last(); id;
                 id.backward()) {
                meter.step();
                found.push_back(id.key());
            }
        }
        std::sort(found.begin(), found.end(), std::greater<>());
        found.erase(std::unique(found.begin(), found.end()), found.end());
        return found;
    }

    SnapshotMap<Key, SnapshotSet<Id>> words_;
};

/// The history, by position and by record.
class MemoryHistory {
  public:
    [[nodiscard]] std::int64_t last_position() const {
        return static_cast<std::int64_t>(changes_.size());
    }

    /// See Storage::append().
    std::int64_t append(Change change) {
        change.position = last_position() + 1;
        by_record_.insert({change.record, change.position}, {});
        changes_.insert(change.position, std::make_shared<const Change>(change));
        return change.position;
    }

    [[nodiscard]] std::optional<Change> find(std::int64_t position) const {
        const auto* found = changes_.find(position);
        return found == nullptr ? std::nullopt : std::optional(**found);
    }

    /// See Storage::changes().
    void visit(Id record, std::int64_t from,
               const std::function<bool(const Change&)>& visit_one) const {
        if (!record) {
            for (auto at = changes_.at_or_above(from); at && visit_one(*at.value()); at.forward()) {
            }
            return;
        }
        for (auto at = by_record_.at_or_above({record, from});
             at && at.key().record == record && visit_one(**changes_.find(at.key().position));
             at.forward()) {
        }
    }

    void check_integrity(std::vector<std::string>& found) const {
        std::int64_t expected = 0;
        for (auto at = changes_.first(); at; at.forward()) {
            if (at.key() != ++expected || !by_record_.contains({at.value()->record, at.key()})) {
                found.push_back("the history has a gap at position " + std::to_string(expected));
                return;
            }
        }
        if (by_record_.size() != changes_.size()) {
            found.emplace_back("the history of the records is longer than the history");
        }
    }

  private:
    struct Key {
        Id record{};
        std::int64_t position = 0;
        friend auto operator<=>(const Key&, const Key&) = default;
    };

    SnapshotMap<std::int64_t, std::shared_ptr<const Change>> changes_;
    SnapshotSet<Key> by_record_;
};

/// The timelines of all parties.
class MemoryTimeline {
  public:
    void add(const TimelineEntry& entry) { entries_.assign(key_of(entry), entry); }
    void remove(const TimelineEntry& entry) { entries_.erase(key_of(entry)); }

    /// See Storage::timeline().
    [[nodiscard]] std::vector<TimelineEntry> read(const TimelineRange& range,
                                                  ReadMeter& meter) const {
        Key end{range.party, {range.until, {}, {}}, {}};
        if (range.after && range.after->at < range.until) {
            end = {range.party, *range.after, {}};
        }
        std::vector<TimelineEntry> found;
        for (auto at = entries_.below(end);
             at && at.key().party == range.party && at.key().event.at >= range.since &&
             found.size() < range.limit;
             at.backward()) {
            meter.step();
            const TimelineEntry& entry = at.value();
            const bool is_wanted = contains(range.kinds, entry.event.kind);
            const bool is_repeated = !found.empty() && found.back().event == entry.event;
            if (is_wanted && !is_repeated) {
                found.push_back(entry);
            }
        }
        return found;
    }

    /// See Storage::timeline_via(). Oldest first.
    [[nodiscard]] std::vector<TimelineEntry> read_via(Id party, Id via) const {
        std::vector<TimelineEntry> found;
        for (auto at = entries_.at_or_above({party, {Instant{INT64_MIN}, {}, {}}, {}});
             at && at.key().party == party; at.forward()) {
            if (at.key().via == via) {
                found.push_back(at.value());
            }
        }
        return found;
    }

    /// See Storage::visit_timelines().
    void visit(const std::function<void(const TimelineEntry&)>& visit_one) const {
        for (auto at = entries_.first(); at; at.forward()) {
            visit_one(at.value());
        }
    }

  private:
    /// The order of a timeline, oldest first. An event shows once for each way by which it concerns
    /// the party.
    struct Key {
        Id party{};
        TimelineEvent event{};
        Id via{};
        friend auto operator<=>(const Key&, const Key&) = default;
    };
    static Key key_of(const TimelineEntry& entry) { return {entry.party, entry.event, entry.via}; }

    SnapshotMap<Key, TimelineEntry> entries_;
};

/// The counts and sums of all tallies.
class MemoryTallies {
  public:
    /// See Storage::add_to_tallies().
    void add(const TallyLine& change) {
        const Amount* const found = amounts_.find(change.key);
        Amount amount = found == nullptr ? Amount{} : *found;
        amount.count += change.count;
        amount.sum = add_to_sum(amount.sum, change.sum);
        if (amount.count == 0 && amount.sum == 0) {
            amounts_.erase(change.key);
        } else {
            amounts_.assign(change.key, amount);
        }
    }
    /// See Storage::tally().
    [[nodiscard]] std::vector<TallyLine> lines(TallyNumber number) const {
        std::vector<TallyLine> found;
        for (auto at = amounts_.at_or_above(TallyKey{.tally = number, .weight = INT64_MIN});
             at && at.key().tally == number; at.forward()) {
            found.push_back({at.key(), at.value().count, at.value().sum});
        }
        return found;
    }
    void clear(TallyNumber number) {
        for (const TallyLine& line : lines(number)) {
            amounts_.erase(line.key);
        }
    }

  private:
    struct Amount {
        std::int64_t count = 0;
        std::int64_t sum = 0;
    };
    SnapshotMap<TallyKey, Amount> amounts_;
};

/// The whole content of a memory store: a value, whose copy is made in constant time and is a
/// snapshot. A snapshot is read from any thread; a copy that is changed belongs to one.
struct MemoryState {
    MemoryRecords records;
    MemoryWords words;
    MemoryHistory history;
    MemoryTimeline timeline;
    MemoryTallies tallies;
    SnapshotMap<std::string, std::string> settings;
    /// Which commit made this state; counts up.
    std::uint64_t commit = 0;

    /// See MemoryRecords::migrate(). What became searchable, or ceased to be, is indexed anew.
    void migrate(const Registry& registry) {
        const MemorySchema before = records.schema();
        records.migrate(registry);
        for (const Entity* entity : registry.entities()) {
            const MemoryTable* old = before.find(entity->number);
            if (old != nullptr && searchable_fields(*old->entity) != searchable_fields(*entity)) {
                refill_words(*entity);
            }
        }
    }

    /// What differs between an index and its recomputation; empty when nothing does.
    [[nodiscard]] std::vector<std::string> check_integrity() const {
        std::vector<std::string> found;
        records.check_integrity(found);
        words.check_integrity(records, found);
        history.check_integrity(found);
        return found;
    }

  private:
    static std::vector<std::uint16_t> searchable_fields(const Entity& entity) {
        std::vector<std::uint16_t> ids;
        for (const Field* field : entity.searchable) {
            ids.push_back(field->id);
        }
        return ids;
    }

    void refill_words(const Entity& entity) {
        words.remove_all(entity.number);
        for (auto at = records.first_of(entity.number); at && at.key().entity == entity.number;
             at.forward()) {
            if (!header_of(*at.value()).deleted_at()) {
                words.add(entity.number, at.key().id, search_text(entity, at.value()->object()));
            }
        }
    }
};

}  // namespace crmkit::detail

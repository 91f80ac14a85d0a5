#include "map_history.hpp"

#include <utility>

namespace crmkit::map_store {

// ---- History

namespace {

std::string change_key(std::int64_t position) {
    return KeyWriter(Table::changes).add(position).take();
}

std::string record_change_key(Id record, std::int64_t position) {
    return KeyWriter(Table::record_changes).add(record).add(position).take();
}

std::string change_bytes(const Change& change) {
    ValueWriter bytes;
    bytes.number(change.at.microseconds).number(change.actor.value).text(change.origin);
    bytes.number(change.cause).number(change.entity).number(change.record.value);
    bytes.text(label_of(change.kind)).number(change.version).text(change.values);
    return bytes.raw(change.salt).raw(change.link.bytes).take();
}

Change read_change(std::int64_t position, std::string_view stored) {
    ValueReader bytes(stored, "a change");
    Change change;
    change.position = position;
    change.at = Instant{bytes.number()};
    change.actor = Id{bytes.number()};
    change.origin = bytes.text();
    change.cause = bytes.number();
    change.entity = static_cast<EntityNumber>(bytes.number());
    change.record = Id{bytes.number()};
    const std::optional<ChangeKind> kind = enumerator_of<ChangeKind>(bytes.text());
    if (!kind) {
        bytes.fail();
    }
    change.kind = *kind;
    change.version = bytes.number();
    change.values = bytes.text();
    bytes.raw(change.salt);
    bytes.raw(change.link.bytes);
    return change;
}

KeyRange all_changes() { return KeyRange::below(KeyWriter(Table::changes)); }

}  // namespace

std::int64_t MapHistory::last_position() const {
    MapWalk walk(map_, all_changes(), Direction::descending);
    return walk.next() ? KeyReader(walk.key()).number() : 0;
}

std::int64_t MapHistory::append(const Change& change) {
    const std::int64_t position = last_position() + 1;
    map_.put(record_change_key(change.record, position), {});
    map_.put(change_key(position), change_bytes(change));
    return position;
}

std::optional<Change> MapHistory::find(std::int64_t position) const {
    std::string bytes;
    return map_.get(change_key(position), bytes) ? std::optional(read_change(position, bytes))
                                                 : std::nullopt;
}

void MapHistory::visit(Id record, std::int64_t from,
                       const std::function<bool(const Change&)>& visit_one) const {
    if (!record) {
        KeyRange range = all_changes();
        range.from = change_key(from);
        for (MapWalk walk(map_, std::move(range)); walk.next();) {
            if (!visit_one(read_change(KeyReader(walk.key()).number(), walk.value()))) {
                return;
            }
        }
        return;
    }
    KeyRange range = KeyRange::below(KeyWriter(Table::record_changes).add(record));
    range.from = record_change_key(record, from);
    for (MapWalk walk(map_, std::move(range)); walk.next();) {
        KeyReader key(walk.key());
        key.id();
        const std::optional<Change> change = find(key.number());
        if (!change) {
            refuse_damaged("a history");
        }
        if (!visit_one(*change)) {
            return;
        }
    }
}

void MapHistory::check_integrity(std::vector<std::string>& found) const {
    std::int64_t expected = 0;
    for (MapWalk walk(map_, all_changes()); walk.next();) {
        const std::int64_t position = KeyReader(walk.key()).number();
        const Change change = read_change(position, walk.value());
        if (position != ++expected || !map_.contains(record_change_key(change.record, position))) {
            found.push_back("the history has a gap at position " + std::to_string(expected));
            return;
        }
    }
    std::int64_t of_records = 0;
    for (MapWalk walk(map_, KeyRange::below(KeyWriter(Table::record_changes))); walk.next();) {
        ++of_records;
    }
    if (of_records != expected) {
        found.emplace_back("the history of the records is longer than the history");
    }
}

// ---- Timelines

namespace {

KeyWriter timeline_of(Id party) { return KeyWriter(Table::timeline).add(party); }

std::string event_key(Id party, const TimelineEvent& event) {
    return timeline_of(party).add(event.at).add(event.record).add(event.kind).take();
}

std::string entry_key(const TimelineEntry& entry) {
    KeyWriter key = timeline_of(entry.party).add(entry.event.at).add(entry.event.record);
    return key.add(entry.event.kind).add(entry.via).take();
}

TimelineEntry read_entry(std::string_view stored_key, std::string_view stored) {
    KeyReader key(stored_key);
    TimelineEntry entry;
    entry.party = key.id();
    entry.event.at = Instant{key.number()};
    entry.event.record = key.id();
    entry.event.kind = key.byte();
    entry.via = key.id();
    entry.entity =
        static_cast<EntityNumber>(ValueReader(stored, "an entry of a timeline").number());
    return entry;
}

}  // namespace

void MapTimeline::add(const TimelineEntry& entry) {
    map_.put(entry_key(entry), ValueWriter().number(entry.entity).take());
}

void MapTimeline::remove(const TimelineEntry& entry) { map_.erase(entry_key(entry)); }

std::vector<TimelineEntry> MapTimeline::read(const TimelineRange& range, ReadMeter& meter) const {
    std::vector<TimelineEntry> found;
    KeyRange keys{timeline_of(range.party).add(range.since).take(),
                  timeline_of(range.party).add(range.until).take()};
    if (range.after && range.after->at < range.until) {
        keys.until = event_key(range.party, *range.after);
    }
    MapWalk walk(map_, std::move(keys), Direction::descending);
    while (found.size() < range.limit && walk.next()) {
        meter.step();
        const TimelineEntry entry = read_entry(walk.key(), walk.value());
        const bool is_repeated = !found.empty() && found.back().event == entry.event;
        if (contains(range.kinds, entry.event.kind) && !is_repeated) {
            found.push_back(entry);
        }
    }
    return found;
}

std::vector<TimelineEntry> MapTimeline::read_via(Id party, Id via) const {
    std::vector<TimelineEntry> found;
    for (MapWalk walk(map_, KeyRange::below(timeline_of(party))); walk.next();) {
        const TimelineEntry entry = read_entry(walk.key(), walk.value());
        if (entry.via == via) {
            found.push_back(entry);
        }
    }
    return found;
}

void MapTimeline::visit(const std::function<void(const TimelineEntry&)>& visit_one) const {
    for (MapWalk walk(map_, KeyRange::below(KeyWriter(Table::timeline))); walk.next();) {
        visit_one(read_entry(walk.key(), walk.value()));
    }
}

// ---- Tallies

namespace {

constexpr std::string_view a_tally = "a tally";

/// The code of a line's currency, of always the same size: a line may have none.
std::string padded_code(Currency currency) {
    std::string code(currency.code());
    code.resize(3, ' ');
    return code;
}

std::string line_key(const TallyKey& key) {
    KeyWriter bytes = KeyWriter(Table::tallies).add(key.tally).add(key.group);
    bytes.add(key.owner.entity).add(key.owner.id).add(padded_code(key.currency));
    return bytes.add(key.weight).take();
}

TallyKey read_line_key(std::string_view stored) {
    KeyReader bytes(stored);
    TallyKey key;
    key.tally = bytes.byte();
    key.group = bytes.id();
    key.owner.entity = bytes.number16();
    key.owner.id = bytes.id();
    key.currency = Currency::find(bytes.text(3)).value_or(Currency{});
    key.weight = bytes.number();
    return key;
}

TallyLine read_line(const TallyKey& key, std::string_view stored) {
    ValueReader bytes(stored, a_tally);
    const std::int64_t count = bytes.number();
    return {key, count, bytes.number()};
}

KeyRange lines_of(TallyNumber number) {
    return KeyRange::below(KeyWriter(Table::tallies).add(number));
}

}  // namespace

void MapTallies::add(const TallyLine& change) {
    const std::string key = line_key(change.key);
    std::string stored;
    TallyLine line{change.key};
    if (map_.get(key, stored)) {
        line = read_line(change.key, stored);
    }
    line.count += change.count;
    line.sum = add_to_sum(line.sum, change.sum);
    if (line.count == 0 && line.sum == 0) {
        map_.erase(key);
    } else {
        map_.put(key, ValueWriter().number(line.count).number(line.sum).take());
    }
}

std::vector<TallyLine> MapTallies::lines(TallyNumber number) const {
    std::vector<TallyLine> found;
    for (MapWalk walk(map_, lines_of(number)); walk.next();) {
        found.push_back(read_line(read_line_key(walk.key()), walk.value()));
    }
    return found;
}

void MapTallies::clear(TallyNumber number) { map_.erase(lines_of(number)); }

}  // namespace crmkit::map_store

#include "map_words.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "crmkit/schema/search_text.hpp"

namespace crmkit::map_store {

namespace {

KeyWriter words_of(EntityNumber entity) { return KeyWriter(Table::words).add(entity); }

/// The entry of a record that has the word.
std::string word_key(EntityNumber entity, std::string_view word, Id id) {
    return words_of(entity).add(word).end_text().add(id).take();
}

}  // namespace

void MapWords::add(EntityNumber entity, Id id, std::string_view words) {
    for_each_word(words, [&](std::string_view word) { map_.put(word_key(entity, word, id), {}); });
}

void MapWords::remove(EntityNumber entity, Id id, std::string_view words) {
    for_each_word(words, [&](std::string_view word) { map_.erase(word_key(entity, word, id)); });
}

void MapWords::refill(const Entity& entity) {
    map_.erase(KeyRange::below(words_of(entity.number)));
    if (!is_searchable(entity)) {
        return;
    }
    for (MapWalk walk(map_, MapRecords::range_of(entity, Direction::ascending)); walk.next();) {
        const StoredRecord record = MapRecords::decode(entity, walk.value());
        if (!header_of(*record).deleted_at()) {
            add(entity.number, header_of(*record).id(), search_text(entity, record->object()));
        }
    }
}

std::vector<Id> MapWords::search(EntityNumber entity, const WordSearch& wanted,
                                 ReadMeter& meter) const {
    std::vector<Id> found;
    if (wanted.words.empty() || wanted.words.back().empty()) {
        return found;
    }
    KeyWriter last = words_of(entity).add(wanted.words.back());
    if (wanted.last == LastWord::whole) {
        last.end_text();
    }
    for (MapWalk walk(map_, KeyRange::below(last.take())); walk.next();) {
        meter.step();
        const Id id = KeyReader(walk.key()).last_id();
        if (!wanted.before || id < wanted.before) {
            found.push_back(id);
        }
    }
    std::sort(found.begin(), found.end(), std::greater<>());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    const auto whole_words = wanted.words.first(wanted.words.size() - 1);
    std::size_t kept = 0;
    for (std::size_t i = 0; i < found.size() && kept < wanted.limit; ++i) {
        meter.step();
        const bool has_all =
            std::all_of(whole_words.begin(), whole_words.end(), [&](const std::string& word) {
                return map_.contains(word_key(entity, word, found[i]));
            });
        if (has_all) {
            found[kept++] = found[i];
        }
    }
    found.resize(kept);
    return found;
}

void MapWords::visit(EntityNumber entity,
                     const std::function<void(std::string_view, Id)>& visit_one) const {
    for (MapWalk walk(map_, KeyRange::below(words_of(entity))); walk.next();) {
        KeyReader key(walk.key());
        key.number16();
        const std::string_view word = key.text_before_id();
        visit_one(word, key.last_id());
    }
}

void MapWords::check_integrity(const MapRecords& records, std::vector<std::string>& found) const {
    for (MapWalk walk(map_, KeyRange::below(KeyWriter(Table::words))); walk.next();) {
        KeyReader key(walk.key());
        const EntityNumber entity = key.number16();
        const Id id = key.last_id();
        if (!records.contains(entity, id)) {
            found.push_back("the search index finds the record " + std::to_string(entity) + "/" +
                            to_string(id) + ", which does not exist");
        }
    }
}

}  // namespace crmkit::map_store

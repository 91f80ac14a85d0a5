#include "index_checks.hpp"

#include <fmt/format.h>

#include <functional>
#include <set>
#include <string_view>

#include "crmkit/base/text.hpp"
#include "crmkit/engine/session.hpp"
#include "crmkit/engine/timeline.hpp"
#include "crmkit/schema/search_text.hpp"
#include "differences.hpp"
#include "session_state.hpp"
#include "timeline_rules.hpp"

namespace crmkit::engine {

namespace {

/// Visits the words of each live record, each word once.
void visit_expected_words(Engine& engine, Storage& storage, const Entity& entity,
                          const std::function<void(std::string_view word, Id id)>& visit) {
    const auto query = engine.queries().query(entity, "");
    const auto cursor = storage.scan(*query, {{}, engine.clock().now(), {}});
    while (cursor->next()) {
        const auto value_of = [&](const Field& field) {
            return cursor->value(entity.index_of(field));
        };
        const std::string text = search_text_of(entity, value_of);
        std::set<std::string_view> words;
        for_each_word(text, [&words](std::string_view word) {
            words.insert(word.substr(0, longest_indexed_word));
        });
        const Id id = cursor->value(header::id - 1U).id();
        for (const std::string_view word : words) {
            visit(word, id);
        }
    }
}

std::vector<std::string> check_search_index(Engine& engine, Storage& storage,
                                            const Entity& entity) {
    const auto walk = [&](const auto& visit) {
        const auto visit_as = [&visit](Side side) {
            return [&visit, side](std::string_view word, Id id) {
                visit(side, fmt::format("{}: '{}'", id.value, word));
            };
        };
        const auto visit_stored = visit_as(Side::stored);
        storage.visit_words(entity, [&visit_stored](std::string_view word, Id id) {
            visit_stored(word.substr(0, longest_indexed_word), id);
        });
        visit_expected_words(engine, storage, entity, visit_as(Side::expected));
    };
    return differences(fmt::format("the search index of {}", entity.plural), walk);
}

std::vector<std::string> check_timelines(Engine& engine, Storage& storage) {
    const auto walk = [&](const auto& visit) {
        const auto visit_as = [&visit](Side side) {
            return [&visit, side](const TimelineEntry& entry) {
                visit(side, fmt::format("{}: {} of the {} {} at {}, by way of {}",
                                        entry.party.value, timeline_kind::label(entry.event.kind),
                                        entry.entity, entry.event.record.value,
                                        entry.event.at.microseconds, entry.via.value));
            };
        };
        storage.visit_timelines(visit_as(Side::stored));
        visit_expected_timelines(engine, storage, visit_as(Side::expected));
    };
    return differences("the timeline of the party", walk);
}

}  // namespace

void check_indexes(Session& session, std::vector<std::string>& found) {
    const auto add = [&found](const std::vector<std::string>& more) {
        found.insert(found.end(), more.begin(), more.end());
    };
    const auto reading = session.read_transaction();  // one state of the store
    ReadScope storage(session.state());
    Engine& engine = session.state().engine();
    for (const Entity* entity : session.registry().entities()) {
        if (is_searchable(*entity)) {
            add(check_search_index(engine, *storage, *entity));
        }
    }
    add(check_timelines(engine, *storage));
}

}  // namespace crmkit::engine

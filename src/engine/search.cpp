/// Session's full-text search: the newest candidates from the index, then ranked.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "crmkit/base/text.hpp"
#include "crmkit/engine/session.hpp"
#include "crmkit/schema/search_text.hpp"
#include "session_state.hpp"

namespace crmkit {

using engine::ReadScope;

namespace {

/// How many matches are looked at before ranking. Ranking every match of a short prefix takes
/// seconds at a million records (see limits in docs/benchmarks.md); the newest few hundred do.
constexpr std::size_t candidates = 200;
/// Words of a search text that count; the rest of a pasted letter does not.
constexpr std::size_t most_words = 16;

std::vector<std::string> search_words(std::string_view text) {
    constexpr std::size_t longest = 1000;
    std::vector<std::string> found;
    const std::string folded = fold(text.substr(0, longest));
    for (const std::string_view word : words(folded)) {
        if (found.size() < most_words) {
            found.emplace_back(word);
        }
    }
    return found;
}

/// How well a record's words answer the search: a whole word counts more than the start of one, a
/// match in the first word of the text more than one further back.
int score(const std::string& record_words, const std::vector<std::string>& wanted) {
    int total = 0;
    for (const std::string& word : wanted) {
        int best = 0;
        int place = 0;
        for_each_word(record_words, [&](std::string_view there) {
            if (there.starts_with(word)) {
                const int whole = there.size() == word.size() ? 4 : 0;
                best = std::max(best, 2 + whole + (place == 0 ? 1 : 0));
            }
            ++place;
        });
        total += best;
    }
    return total;
}

}  // namespace

std::vector<Id> Session::search(const Entity& entity, std::string_view text, std::size_t limit) {
    const std::vector<std::string> wanted = search_words(text);
    if (wanted.empty()) {
        return {};
    }
    ReadScope storage(*state_);
    const std::vector<Id> newest =
        storage->search(entity, wanted, std::max(candidates, limit), Id{});
    std::vector<std::pair<int, Id>> ranked;
    ranked.reserve(newest.size());
    const auto cursor = storage->get_many(entity, newest);
    while (cursor->next()) {
        if (cursor->value(header::deleted_at - 1U).is_null()) {
            const auto value_of = [&](const Field& field) {
                return cursor->value(entity.index_of(field));
            };
            ranked.emplace_back(score(search_text_of(entity, value_of), wanted),
                                cursor->value(header::id - 1U).id());
        }
    }
    // Stable: among equals the newest stays first.
    std::stable_sort(ranked.begin(), ranked.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    std::vector<Id> best;
    for (std::size_t i = 0; i < std::min(limit, ranked.size()); ++i) {
        best.push_back(ranked[i].second);
    }
    return best;
}

}  // namespace crmkit

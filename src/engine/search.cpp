/// Session's full-text search: limited by the index before it is ranked.
#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "crmkit/base/text.hpp"
#include "crmkit/engine/session.hpp"
#include "session_state.hpp"

namespace crmkit {

using engine::ReadScope;

namespace {

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

}  // namespace

std::vector<Id> Session::search(const Entity& entity, std::string_view text, std::size_t limit) {
    const std::vector<std::string> wanted = search_words(text);
    if (wanted.empty()) {
        return {};
    }
    // A record that has the whole word comes before one that has a longer one: "Ann" before "Anna".
    // Ranking every match of a few letters would take seconds at a million records.
    ReadScope storage(*state_);
    std::vector<Id> found =
        storage->search(entity, {.words = wanted, .last = LastWord::whole, .limit = limit});
    if (found.size() < limit) {
        const std::vector<Id> whole = found;
        for (const Id id : storage->search(entity, {.words = wanted, .limit = limit})) {
            if (found.size() < limit &&
                !std::binary_search(whole.begin(), whole.end(), id, std::greater<>())) {
                found.push_back(id);
            }
        }
    }
    return found;
}

}  // namespace crmkit

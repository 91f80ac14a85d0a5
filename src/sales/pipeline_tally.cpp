#include "pipeline_tally.hpp"

#include <fmt/format.h>

#include <array>
#include <map>

#include "crmkit/engine/session.hpp"
#include "crmkit/model/opportunity.hpp"
#include "engine/session_state.hpp"

namespace crmkit::sales {

namespace {

/// What one opportunity counts for.
TallyLine line_of(const Opportunity& deal) {
    TallyLine line;
    line.key.tally = pipeline_tally;
    line.key.group = deal.stage;
    line.key.owner = deal.owner;
    line.count = 1;
    if (deal.amount) {
        line.key.currency = deal.amount->currency;
        line.key.weight = deal.probability.value_or(0);
        line.sum = deal.amount->minor_units;
    }
    return line;
}

/// The lines that all live opportunities come to.
std::map<TallyKey, TallyLine> count_opportunities(Session& session) {
    std::map<TallyKey, TallyLine> lines;
    for (const Opportunity& deal : session.query<Opportunity>()) {
        const TallyLine one = line_of(deal);
        TallyLine& line = lines.try_emplace(one.key, TallyLine{one.key}).first->second;
        line.count += one.count;
        line.sum = add_to_sum(line.sum, one.sum);
    }
    return lines;
}

/// Throws limit for the one amount whose opposite leaves 64 bits: it could never be taken back.
void require_opposite(const TallyLine& line) {
    if (line.sum == INT64_MIN) {
        throw Error::about(ErrorCode::limit,
                           Problem{.entity = "opportunity",
                                   .field = "amount",
                                   .value = to_string(Money::of_minor(line.sum, line.key.currency)),
                                   .message = "has no opposite in 64 bits"});
    }
}

/// The line that takes another one back.
TallyLine opposite(TallyLine line) {
    require_opposite(line);
    line.count = -line.count;
    line.sum = -line.sum;
    return line;
}

std::string to_text(const TallyLine& line) {
    return fmt::format("stage {}, owner {}, {}, {} %: {} with {} in all", line.key.group.value,
                       line.key.owner.id.value, line.key.currency.code(), line.key.weight,
                       line.count, line.sum);
}

}  // namespace

void follow_opportunity(Storage& storage, const void* before, const void* after) {
    std::array<TallyLine, 2> changes;
    std::size_t count = 0;
    if (before != nullptr) {
        changes[count++] = opposite(line_of(*static_cast<const Opportunity*>(before)));
    }
    if (after != nullptr) {
        changes[count++] = line_of(*static_cast<const Opportunity*>(after));
        require_opposite(changes[count - 1]);
    }
    if (count == 2 && changes[0].key == changes[1].key) {
        changes[0].count += changes[1].count;
        changes[0].sum = add_to_sum(changes[0].sum, changes[1].sum);
        count = changes[0].count == 0 && changes[0].sum == 0 ? 0 : 1;
    }
    if (count > 0) {
        storage.add_to_tallies({changes.data(), count});
    }
}

void rebuild_pipeline_tally(Session& session) {
    std::vector<TallyLine> lines;
    for (const auto& [key, line] : count_opportunities(session)) {
        lines.push_back(line);
    }
    Storage& storage = session.state().writer();
    storage.clear_tally(pipeline_tally);
    storage.add_to_tallies(lines);
}

std::vector<std::string> check_pipeline_tally(Session& session) {
    const auto reading = session.read_transaction();
    std::map<TallyKey, TallyLine> expected = count_opportunities(session);
    std::vector<std::string> found;
    const engine::ReadScope storage(session.state());
    for (const TallyLine& line : storage->tally(pipeline_tally)) {
        const auto same = expected.find(line.key);
        if (same == expected.end() || same->second != line) {
            found.push_back("the tally of opportunities has a wrong line: " + to_text(line));
        }
        if (same != expected.end()) {
            expected.erase(same);
        }
    }
    for (const auto& [key, line] : expected) {
        found.push_back("the tally of opportunities lacks a line: " + to_text(line));
    }
    return found;
}

}  // namespace crmkit::sales

#include "crmkit/engine/timeline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "crmkit/engine/session.hpp"
#include "session_state.hpp"
#include "timeline_rules.hpp"
#include "write_path.hpp"

namespace crmkit {

namespace {

struct Milestone {
    TimelineKind kind;
    std::string_view label;
};
constexpr std::array milestones{
    Milestone{timeline_kind::opportunity, "opportunity"},
    Milestone{timeline_kind::opportunity_closed, "opportunity_closed"},
    Milestone{timeline_kind::case_opened, "case_opened"},
    Milestone{timeline_kind::case_closed, "case_closed"},
    Milestone{timeline_kind::transaction, "transaction"},
    Milestone{timeline_kind::campaign_response, "campaign_response"},
};

/// Adds a problem for a label that no kind has.
std::uint64_t kind_bit(const std::string& wanted, std::vector<Problem>& problems) {
    if (const auto kind = enumerator_of<InteractionKind>(wanted)) {
        return std::uint64_t{1} << static_cast<TimelineKind>(*kind);
    }
    for (const Milestone& milestone : milestones) {
        if (milestone.label == wanted) {
            return std::uint64_t{1} << milestone.kind;
        }
    }
    problems.push_back({"timeline_request", "kinds", wanted, "is no kind of timeline item"});
    return 0;
}

std::string token_of(const TimelineEvent& event) {
    return fmt::format("{}.{}.{}", event.at.microseconds, event.record.value, event.kind);
}

/// Takes the number before the next point off the front of a token.
template <typename Number>
bool take_number(std::string_view& token, Number& number) {
    const std::string_view digits = token.substr(0, token.find('.'));
    token.remove_prefix(std::min(digits.size() + 1, token.size()));
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, number);
    return error == std::errc{} && stop == end;
}

std::optional<TimelineEvent> parse_token(std::string_view token) {
    TimelineEvent event;
    const bool is_whole = take_number(token, event.at.microseconds) &&
                          take_number(token, event.record.value) &&
                          take_number(token, event.kind) && token.empty();
    return is_whole ? std::optional(event) : std::nullopt;
}

TimelineRange range_of(const TimelineRequest& request) {
    std::vector<Problem> problems;
    TimelineRange range;
    range.party = request.party.id;
    range.since = request.since.value_or(range.since);
    range.until = request.until.value_or(range.until);
    if (!request.kinds.empty()) {
        range.kinds = 0;
        for (const std::string& kind : request.kinds) {
            range.kinds |= kind_bit(kind, problems);
        }
    }
    if (request.limit < 1 || request.limit > 1000) {
        problems.push_back({"timeline_request", "limit", std::to_string(request.limit),
                            "is not between 1 and 1,000"});
    }
    range.limit = static_cast<std::size_t>(request.limit) + 1;
    if (!request.after.empty()) {
        range.after = parse_token(request.after);
        if (!range.after) {
            problems.push_back({"timeline_request", "after", request.after,
                                "is not where a page of a timeline ended"});
        }
    }
    if (!problems.empty()) {
        throw Error::about(ErrorCode::validation, std::move(problems));
    }
    return range;
}

TimelineItem item_of(const TimelineEntry& entry) {
    return {.at = entry.event.at,
            .kind = std::string(timeline_kind::label(entry.event.kind)),
            .record = Link{entry.entity, entry.event.record},
            .via = entry.via};
}

/// Gives each item its record's title, by one search of the store for each entity.
void add_titles(Storage& storage, const Registry& registry, std::vector<TimelineItem>& items) {
    std::map<EntityNumber, std::vector<Id>> wanted;
    for (const TimelineItem& item : items) {
        wanted[item.record.entity].push_back(item.record.id);
    }
    std::map<Id, std::string> titles;
    for (const auto& [number, ids] : wanted) {
        const Entity& entity = registry.get(number);
        if (entity.title == nullptr) {
            continue;
        }
        const std::size_t title = entity.index_of(*entity.title);
        FieldSet fields;
        fields.add(header::id - 1U);
        fields.add(title);
        const auto cursor = storage.get_many(entity, ids, &fields);
        while (cursor->next()) {
            titles.emplace(cursor->value(header::id - 1U).id(), cursor->value(title).text());
        }
    }
    for (TimelineItem& item : items) {
        const auto found = titles.find(item.record.id);
        if (found != titles.end()) {
            item.title = found->second;
        }
    }
}

/// The part of several timelines as one; what is in several of them once, by its first.
std::vector<TimelineEntry> merged(Storage& storage, TimelineRange range,
                                  const std::vector<Id>& parties) {
    const auto is_newer = [](const TimelineEntry& a, const TimelineEntry& b) {
        return a.event > b.event;
    };
    const auto is_same = [](const TimelineEntry& a, const TimelineEntry& b) {
        return a.event == b.event;
    };
    std::vector<TimelineEntry> all;
    for (const Id party : parties) {
        range.party = party;
        const auto entries = storage.timeline(range);
        all.insert(all.end(), entries.begin(), entries.end());
    }
    std::stable_sort(all.begin(), all.end(), is_newer);
    all.erase(std::unique(all.begin(), all.end(), is_same), all.end());
    all.resize(std::min(all.size(), range.limit));
    return all;
}

}  // namespace

std::string_view timeline_kind::label(TimelineKind kind) {
    for (const Milestone& milestone : milestones) {
        if (milestone.kind == kind) {
            return milestone.label;
        }
    }
    return kind < InteractionKind_labels.size() ? InteractionKind_labels[kind] : std::string_view();
}

TimelinePage timeline(Session& session, const TimelineRequest& request) {
    const TimelineRange range = range_of(request);
    engine::ReadScope storage(session.state());
    const Entity& entity = session.registry().get(request.party.entity);
    if (!storage->is_live(entity, request.party.id)) {
        engine::fail_not_found(entity, request.party.id);
    }
    auto entries =
        request.with_related
            ? merged(*storage, range,
                     engine::parties_of(session.state().engine(), *storage, request.party))
            : storage->timeline(range);
    TimelinePage page;
    if (entries.size() == range.limit) {
        entries.pop_back();
        page.next = token_of(entries.back().event);
    }
    for (const TimelineEntry& entry : entries) {
        page.items.push_back(item_of(entry));
    }
    add_titles(*storage, session.registry(), page.items);
    return page;
}

}  // namespace crmkit

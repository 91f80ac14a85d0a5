#include "crmkit/engine/timeline.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>

#include "crmkit/engine/session.hpp"
#include "session_state.hpp"
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

std::string token_of(const TimelineEntry& entry) {
    return fmt::format("{}.{}", entry.at.microseconds, entry.record.value);
}

std::optional<std::pair<Instant, Id>> parse_token(std::string_view token) {
    const std::size_t point = token.find('.');
    std::int64_t at = 0;
    const char* const end = token.data() + std::min(point, token.size());
    const auto [stop, error] = std::from_chars(token.data(), end, at);
    if (point == std::string_view::npos || error != std::errc{} || stop != end) {
        return std::nullopt;
    }
    const auto id = Id::parse(token.substr(point + 1));
    return id ? std::optional(std::pair(Instant{at}, *id)) : std::nullopt;
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

TimelineItem item_of(Storage& storage, const Registry& registry, const TimelineEntry& entry) {
    TimelineItem item{.at = entry.at,
                      .kind = std::string(timeline_kind::label(entry.kind)),
                      .record = Link{entry.entity, entry.record},
                      .via = entry.via};
    const Entity& entity = registry.get(entry.entity);
    Record record(entity);
    if (entity.title != nullptr && storage.get(entity, entry.record, record.object())) {
        item.title = record.get(*entity.title).text();
    }
    return item;
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
    auto entries = storage->timeline(range);
    TimelinePage page;
    if (entries.size() == range.limit) {
        entries.pop_back();
        page.next = token_of(entries.back());
    }
    for (const TimelineEntry& entry : entries) {
        page.items.push_back(item_of(*storage, session.registry(), entry));
    }
    return page;
}

}  // namespace crmkit

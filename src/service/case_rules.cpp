#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "crmkit/engine/session.hpp"
#include "crmkit/model/case.hpp"
#include "engine/contact_account.hpp"
#include "engine/session_state.hpp"
#include "engine/write_path.hpp"
#include "service_rules.hpp"

namespace crmkit::service {

namespace {

using engine::KnownStatus;
using engine::SessionState;

// ---- Numbers

/// The setting that holds the last number given, so that the number of a deleted case never comes
/// again. Read and written by whoever holds the store's write lock, one process at a time.
constexpr std::string_view last_number_setting = "last_case_number";

/// The number that a text is; 0 for one that this rule cannot have given.
std::int64_t number_in(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    return fault == std::errc() && end == text.data() + text.size() ? number : 0;
}

std::int64_t last_number(SessionState& state) {
    return number_in(state.writer().setting(last_number_setting));
}

void put_last_number(SessionState& state, std::int64_t number) {
    state.writer().put_setting(last_number_setting, std::to_string(number));
}

/// Only looked up here: the number is spent once the case is written.
void give_number(Session& session, Case& issue) {
    if (issue.case_number.empty()) {
        issue.case_number = std::to_string(last_number(session.state()) + 1);
    }
}

/// What is known of a status of cases, until the next call.
const KnownStatus* known_status(Session& session, std::string_view name) {
    SessionState& state = session.state();
    return engine::status_named(state.engine().statuses().of(state, entity_of<Case>().name), name);
}

// ---- Time on hold

bool is_on_hold(Session& session, const Case& issue) {
    const KnownStatus* status = known_status(session, issue.status);
    return status != nullptr && status->is_on_hold;
}

void follow_hold(Session& session, Case& issue) {
    const bool is_held = is_on_hold(session, issue);
    if (is_held == issue.on_hold_since.has_value()) {
        return;
    }
    const Instant now = session.now();
    if (is_held) {
        issue.on_hold_since = now;
        return;
    }
    issue.on_hold_seconds +=
        std::max<std::int64_t>(now.microseconds - issue.on_hold_since->microseconds, 0) /
        Instant::per_second;
    issue.on_hold_since.reset();
}

// ---- Opening again

/// Throws illegal_transition when a case that has ended is opened again too late.
void check_reopening(Session& session, const Case& was, const Case& issue) {
    if (was.state == CaseState::open || issue.state != CaseState::open) {
        return;
    }
    const KnownStatus* status = known_status(session, was.status);
    const std::optional<Instant> ended = was.closed_at ? was.closed_at : was.resolved_at;
    if (status == nullptr || !status->reopen_days || !ended ||
        session.now().microseconds - ended->microseconds <=
            *status->reopen_days * Instant::per_day) {
        return;
    }
    throw Error::about(ErrorCode::illegal_transition,
                       Problem{"case", "status", issue.status,
                               fmt::format("comes too late: a case that is {} can be opened again "
                                           "for {} days; make a new one that names it as its "
                                           "parent_case",
                                           was.status, *status->reopen_days)});
}

void before_case(WriteEvent& event, std::vector<Problem>&) {
    auto& issue = *static_cast<Case*>(event.after.object());
    if (event.kind == ChangeKind::deleted) {
        return;
    }
    give_number(event.session, issue);
    if (event.kind == ChangeKind::restored || event.session.state().is_undoing()) {
        return;  // it is as it was before
    }
    engine::take_account_of_contact(event, &Case::contact);
    if (event.before != nullptr) {
        check_reopening(event.session, *static_cast<const Case*>(event.before), issue);
    }
    follow_hold(event.session, issue);
}

void after_case(const WriteEvent& event) {
    SessionState& state = event.session.state();
    const std::int64_t number =
        number_in(static_cast<const Case*>(event.after.object())->case_number);
    if (event.kind == ChangeKind::created && number > last_number(state)) {
        put_last_number(state, number);
    }
}

constexpr std::array rules{Rule{Case::entity_number, &before_case, &after_case}};

}  // namespace

std::span<const Rule> service_rules() { return rules; }

void settle_case_numbers(Session& session) {
    SessionState& state = session.state();
    std::int64_t last = last_number(state);
    for (const Case& issue : session.query<Case>("case_number is not null")) {
        last = std::max(last, number_in(issue.case_number));
    }
    for (const Case& issue : session.query<Case>("case_number is null order by id").all()) {
        Case after = issue;
        after.case_number = std::to_string(++last);
        engine::amend_record(state, entity_of<Case>(), &issue, &after);
    }
    if (last > 0) {
        put_last_number(state, last);
    }
}

}  // namespace crmkit::service

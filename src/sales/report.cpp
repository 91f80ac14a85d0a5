#include "report.hpp"

#include <fmt/format.h>

#include <utility>

#include "crmkit/base/rounding.hpp"
#include "crmkit/expr/parse.hpp"
#include "crmkit/model/opportunity.hpp"
#include "crmkit/model/pipeline.hpp"
#include "crmkit/model/team.hpp"
#include "crmkit/model/user.hpp"
#include "crmkit/schema/value_text.hpp"

namespace crmkit::sales {

namespace {

Error expression_error(std::string_view text, std::string message) {
    return Error::about(ErrorCode::expression,
                        Problem{"opportunity", {}, detail::shown(text), std::move(message), 1, 1});
}

/// A host's text, checked by itself: its errors have their place in it, and what is put around it
/// later cannot change its meaning.
expr::Expression host_expression(Session& session, std::string_view text) {
    auto expression = expr::parse_expression(session.registry(), entity_of<Opportunity>(), text);
    if (!expression.parameters().empty()) {
        throw expression_error(text,
                               "has a parameter, which nothing gives a value: a report's "
                               "texts hold their values themselves");
    }
    return expression;
}

std::optional<Period> period_of(std::string_view word) { return enumerator_of<Period>(word); }

}  // namespace

void ReportFilter::join(std::string_view condition) {
    if (!text_.empty()) {
        text_ += " and ";
    }
    text_ += condition;
}

void ReportFilter::add(std::string_view condition, std::string_view parameter, Value value) {
    join(condition);
    parameters_.emplace_back(parameter, std::move(value));
}

void ReportFilter::add_pipeline(Id pipeline) {
    if (pipeline) {
        add("pipeline = :report_pipeline", "report_pipeline", session_.get<Pipeline>(pipeline).id);
    }
}

void ReportFilter::add_host(std::string_view where) {
    if (where.empty()) {
        return;
    }
    const auto condition = host_expression(session_, where);
    if (condition.type().kind != expr::TypeKind::boolean) {
        throw expression_error(where,
                               "is " + described(condition.type()) + ", which is no condition");
    }
    join(fmt::format("({})", where));
}

void ReportFilter::add_period(std::string_view field, const std::optional<Date>& from,
                              const std::optional<Date>& until) {
    if (from) {
        add(fmt::format("{} >= :period_from", field), "period_from", *from);
    }
    if (until) {
        add(fmt::format("{} <= :period_until", field), "period_until", *until);
    }
}

Grouping::Grouping(Session& session, std::string_view by)
    : session_(session), period_(period_of(by)) {
    if (by.empty()) {
        return;
    }
    if (by == "manager" || by == "team") {
        key_ = "owner";
        word_ = by == "team" ? Word::team : Word::manager;
        return;
    }
    if (period_) {
        key_ = period_key(*period_, "close_date");
        return;
    }
    const expr::Type type = host_expression(session, by).type();
    if (type.kind == expr::TypeKind::text_list || type.kind == expr::TypeKind::json) {
        throw expression_error(by, "is " + described(type) + ", which cannot be grouped by");
    }
    entity_ = type.entity == nullptr ? EntityNumber{0} : type.entity->number;
    key_ = fmt::format("({})", by);
}

Link Grouping::mapped(Link owner) const {
    if (word_ == Word::none || !owner) {
        return owner;
    }
    if (owner.entity == Team::entity_number) {
        if (word_ == Word::team) {
            return owner;
        }
        const auto team = session_.find<Team>(owner.id, Deleted::shown);
        return Link{User::entity_number, team ? team->lead : Id{}};
    }
    const auto user = session_.find<User>(owner.id, Deleted::shown);
    if (!user) {
        return {};
    }
    return word_ == Word::team ? Link{Team::entity_number, user->team}
                               : Link{User::entity_number, user->manager};
}

Group Grouping::group_of_record(Link record) {
    const Link shown = mapped(record);
    const Entity* entity = shown ? session_.registry().find(shown.entity) : nullptr;
    if (entity == nullptr) {
        return {};
    }
    Record found(*entity);
    if (entity->title == nullptr ||
        !session_.try_read(*entity, shown.id, found.object(), Deleted::shown)) {
        return {to_string(shown.id), shown};
    }
    return {to_text(found.get(*entity->title)), shown};
}

Group Grouping::make_group(const ValueView& key) {
    if (key.kind() == ValueKind::link) {
        return group_of_record(key.link());
    }
    if (key.kind() == ValueKind::id && entity_ != 0) {
        return group_of_record(Link{entity_, key.id()});
    }
    if (key.kind() == ValueKind::date && period_) {
        return {period_name(*period_, key.date()), {}};
    }
    return {to_text(key, &session_.registry()), {}};
}

Group Grouping::group_of(const std::vector<Value>& row, std::size_t column) {
    if (is_empty()) {
        return {};
    }
    const ValueView key = row[column].view();
    std::string text = to_text(key);
    const auto known = known_.find(text);
    if (known != known_.end()) {
        return known->second;
    }
    return known_.emplace(std::move(text), make_group(key)).first->second;
}

std::string period_key(Period period, std::string_view field) {
    return fmt::format("start_of_{}({})", label_of(period), field);
}

Date first_day(Period period, Date day) {
    const auto first_of = [day](unsigned month) {
        return Date(std::chrono::year(day.year()) / std::chrono::month(month) / 1);
    };
    switch (period) {
        case Period::month:
            return first_of(day.month());
        case Period::quarter:
            return first_of(3 * day.quarter() - 2);
        case Period::year:
            return first_of(1);
    }
    return day;
}

std::string period_name(Period period, Date start) {
    switch (period) {
        case Period::month:
            return fmt::format("{:04}-{:02}", start.year(), start.month());
        case Period::quarter:
            return fmt::format("{:04}-Q{}", start.year(), start.quarter());
        case Period::year:
            return fmt::format("{:04}", start.year());
    }
    return {};
}

std::optional<Decimal> ratio(std::int64_t part, std::int64_t whole) {
    if (whole == 0) {
        return std::nullopt;
    }
    return Decimal{rounded_quotient(int128(part) * int128(Decimal::one), int128(whole))};
}

}  // namespace crmkit::sales

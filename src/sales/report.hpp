/// What the reports of sales share: their conditions, groupings and periods.
#pragma once

#include <compare>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/engine/session.hpp"
#include "crmkit/sales/grouping.hpp"

namespace crmkit::sales {

/// The condition of a report as text of the expression language, put together from its own part,
/// the host's, and a period, with the parameters of all of them.
class ReportFilter {
  public:
    /// `own` is the report's own condition; empty for none.
    ReportFilter(Session& session, std::string_view own) : session_(session), text_(own) {}

    /// Adds a further condition of the report's own, with a parameter.
    void add(std::string_view condition, std::string_view parameter, Value value);
    /// Adds that of a pipeline's opportunities, if one is given. Throws not_found for one that does
    /// not exist.
    void add_pipeline(Id pipeline);
    /// Adds the host's condition over opportunities, if there is one. Throws expression, with the
    /// position in the host's text, when it is wrong, no condition, or has parameters.
    void add_host(std::string_view where);
    /// Adds the period of a date field; either end may be open.
    void add_period(std::string_view field, const std::optional<Date>& from,
                    const std::optional<Date>& until);

    /// " where …", or nothing when all records are meant.
    [[nodiscard]] std::string clause() const { return text_.empty() ? "" : " where " + text_; }
    /// The condition alone.
    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] const Parameters& parameters() const { return parameters_; }

  private:
    void join(std::string_view condition);

    Session& session_;
    std::string text_;
    Parameters parameters_;
};

/// One group of a report.
struct Group {
    /// As people read it; empty for no value, and for a report that is not grouped.
    std::string name{};
    /// The record that it stands for, if it stands for one.
    Link record{};

    friend auto operator<=>(const Group&, const Group&) = default;
};

/// The `by` of a report.
class Grouping {
  public:
    /// Throws expression, with the position in the host's text, when `by` is wrong, cannot be
    /// grouped by, or has parameters.
    Grouping(Session& session, std::string_view by);

    /// ", account" for a group by account; nothing when the report is not grouped.
    [[nodiscard]] std::string next_key() const { return key_.empty() ? "" : ", " + key_; }
    [[nodiscard]] bool is_empty() const { return key_.empty(); }
    /// The group of a row, whose column `column` holds the key, if there is one.
    Group group_of(const std::vector<Value>& row, std::size_t column);
    /// The name of the group of a record, such as an owner, for a grouping by its field.
    std::string name_of(const Link& record) { return group_of({Value(record)}, 0).name; }

  private:
    Group make_group(const ValueView& key);
    Group group_of_record(Link record);
    [[nodiscard]] Link mapped(Link owner) const;

    /// What words of the host stand for beside an expression.
    enum class Word : std::uint8_t { none, manager, team };

    Session& session_;
    std::string key_;
    Word word_ = Word::none;
    std::optional<Period> period_{};
    /// The entity of keys that are ids.
    EntityNumber entity_ = 0;
    /// By the key's text: names are read once.
    std::map<std::string, Group, std::less<>> known_;
};

/// Whether a day lies between `from` and `until` of a report's input; either end may be open.
template <typename Input>
bool is_within(Date day, const Input& input) {
    return (!input.from || day >= *input.from) && (!input.until || day <= *input.until);
}

/// "start_of_month(close_date)": the first day of a period as an expression.
std::string period_key(Period period, std::string_view field);

/// The first day of the period that a day lies in.
Date first_day(Period period, Date day);

/// "2026-11", "2026-Q4", "2026": the period that begins on a day.
std::string period_name(Period period, Date start);

/// part / whole, half to even at the ninth decimal; nothing when the whole is 0.
std::optional<Decimal> ratio(std::int64_t part, std::int64_t whole);

}  // namespace crmkit::sales

/// Rows of JSON into the bulk calls of a session.
#include "crmkit/engine/record_operations.hpp"

#include <fmt/format.h>

#include <utility>

#include "crmkit/engine/session.hpp"
#include "crmkit/schema/json_reader.hpp"

namespace crmkit {

namespace {

[[noreturn]] void refuse_input(const Structure& input, std::string_view field,
                               std::string message) {
    throw Error::about(
        ErrorCode::validation,
        Problem{std::string(input.name), std::string(field), {}, std::move(message)});
}

/// The items of a JSON array, borrowed from it.
std::vector<std::string_view> items_of(const Structure& input, std::string_view field,
                                       const Json& json) {
    std::vector<std::string_view> items;
    JsonScanner scanner(json.text);
    const bool is_array = scanner.peek() == JsonType::array;
    if (!is_array ||
        !scanner.read_array([&] { return scanner.skip_value(items.emplace_back()); })) {
        refuse_input(input, field, "is no JSON array");
    }
    return items;
}

/// The text of a JSON string; as it stands for anything else.
std::string text_of(std::string_view json) {
    std::string text;
    return JsonScanner(json).read_string(text) ? text : std::string(json);
}

BulkOutcome refusal(const Error& error) {
    BulkOutcome outcome;
    outcome.code = to_string(error.code());
    outcome.message = error.message();
    for (const Problem& problem : error.problems()) {
        outcome.problems.push_back({problem.entity, problem.field, problem.value, problem.message});
    }
    return outcome;
}

/// What rows will be written as, which decides what one that cannot be read is refused for.
enum class WrittenAs : std::uint8_t { created, updated, either };

/// Reads rows one by one; those that are no records are refused here, the others by who writes
/// them.
class JsonRows {
  public:
    JsonRows(Session& session, const Structure& input, const Entity& entity, const Json& rows,
             BulkMode mode, WrittenAs written_as)
        : session_(session),
          mode_(mode),
          written_as_(written_as),
          rows_(items_of(input, "rows", rows)),
          outcomes_(rows_.size()),
          record_(entity) {}

    [[nodiscard]] std::size_t count() const { return rows_.size(); }
    /// The next row that is a record, valid until the next call; null at the end.
    BulkRow next() {
        while (next_ < rows_.size()) {
            const std::size_t row = next_++;
            if (read(row)) {
                read_.push_back(row);
                return {record_.object(), &record_.touched()};
            }
        }
        return {};
    }
    /// The number of the row that next() gave last.
    [[nodiscard]] std::size_t row() const { return read_.back(); }

    /// What became of all rows, from what became of those that next() gave.
    BulkReport report(const std::vector<RowResult>& results) && {
        for (std::size_t i = 0; i < results.size(); ++i) {
            BulkOutcome& outcome = outcomes_[read_[i]];
            if (results[i].error) {
                outcome = refusal(*results[i].error);
                ++refused_;
            } else {
                outcome.record = results[i].id;
                outcome.action = results[i].action;
            }
        }
        return {refused_, std::move(outcomes_)};
    }

  private:
    bool read(std::size_t row) {
        record_ = Record(record_.structure());
        std::vector<Problem> problems;
        const ErrorCode code =
            detail::read_new(record_, rows_[row], problems, {.registry = &session_.registry()});
        if (code == ErrorCode::ok) {
            return true;
        }
        for (Problem& problem : problems) {
            problem.line = problem.column = 0;  // in a text that the caller does not know
        }
        const Id id = header_of(record_).id();
        if (written_as_ == WrittenAs::created || (written_as_ == WrittenAs::updated && id)) {
            session_.add_problems(record_, id, record_.touched(), problems);
        }
        const Error error = Error::about(ErrorCode::validation, std::move(problems));
        if (mode_ == BulkMode::all_or_nothing) {
            throw Error(error.code(), fmt::format("rows[{}]: {}", row, error.message()),
                        error.problems());
        }
        outcomes_[row] = refusal(error);
        ++refused_;
        return false;
    }

    Session& session_;
    BulkMode mode_;
    WrittenAs written_as_;
    std::vector<std::string_view> rows_;
    std::vector<BulkOutcome> outcomes_;
    Record record_;
    std::size_t next_ = 0;
    std::vector<std::size_t> read_{};
    std::int64_t refused_ = 0;
};

BulkReport report_of(const std::vector<RowResult>& results) {
    BulkReport report;
    for (const RowResult& result : results) {
        report.refused += result.error ? 1 : 0;
        report.results.push_back(result.error ? refusal(*result.error)
                                              : BulkOutcome{.record = result.id});
    }
    return report;
}

/// Gives the ids of a JSON array one by one. Throws validation for an item that is none.
class JsonIds {
  public:
    explicit JsonIds(const RecordIds& input)
        : items_(items_of(structure_of<RecordIds>(), "ids", input.ids)) {}

    std::optional<Id> operator()() {
        if (next_ == items_.size()) {
            return std::nullopt;
        }
        const std::string text = text_of(items_[next_++]);
        const auto id = Id::parse(text);
        if (!id) {
            refuse_input(structure_of<RecordIds>(), "ids",
                         fmt::format("has an item, '{}', that is no id", shortened(text)));
        }
        return id;
    }

  private:
    std::vector<std::string_view> items_;
    std::size_t next_ = 0;
};

/// The key of each row.
class RowKeys {
  public:
    RowKeys(const RecordUpserts& input, std::size_t rows)
        : by_(UpsertKey::fields(input.by)), system_(input.system) {
        const Structure& structure = structure_of<RecordUpserts>();
        if (input.by.empty() == input.system.empty()) {
            refuse_input(structure, "by", "is needed, or a system instead of it, but not both");
        }
        if (system_.empty()) {
            return;
        }
        keys_ = items_of(structure, "keys", input.keys);
        if (keys_.size() != rows) {
            refuse_input(structure, "keys",
                         fmt::format("has {} items for {} rows", keys_.size(), rows));
        }
    }

    [[nodiscard]] UpsertKey of(std::size_t row) const {
        return system_.empty() ? by_ : UpsertKey::external(system_, text_of(keys_[row]));
    }

  private:
    UpsertKey by_;
    std::string system_;
    std::vector<std::string_view> keys_{};
};

}  // namespace

BulkReport create_records(Session& session, const RecordRows& input) {
    const Entity& entity = session.registry().get(input.entity);
    JsonRows rows(session, structure_of<RecordRows>(), entity, input.rows, input.mode,
                  WrittenAs::created);
    const auto results =
        session.create_stream(entity, input.mode, [&] { return rows.next().object; });
    return std::move(rows).report(results);
}

BulkReport update_records(Session& session, const RecordRows& input) {
    const Entity& entity = session.registry().get(input.entity);
    JsonRows rows(session, structure_of<RecordRows>(), entity, input.rows, input.mode,
                  WrittenAs::updated);
    const auto results = session.update_stream(entity, input.mode, [&] { return rows.next(); });
    return std::move(rows).report(results);
}

BulkReport delete_records(Session& session, const RecordIds& input) {
    return report_of(
        session.remove_stream(session.registry().get(input.entity), input.mode, JsonIds(input)));
}

BulkReport restore_records(Session& session, const RecordIds& input) {
    return report_of(
        session.restore_stream(session.registry().get(input.entity), input.mode, JsonIds(input)));
}

BulkReport upsert_records(Session& session, const RecordUpserts& input) {
    const Entity& entity = session.registry().get(input.entity);
    JsonRows rows(session, structure_of<RecordUpserts>(), entity, input.rows, input.mode,
                  WrittenAs::either);
    const RowKeys keys(input, rows.count());
    const auto results =
        session.upsert_stream(entity, input.policy, input.mode, [&](UpsertKey& key) {
            const BulkRow row = rows.next();
            if (row) {
                key = keys.of(rows.row());
            }
            return row;
        });
    return std::move(rows).report(results);
}

}  // namespace crmkit

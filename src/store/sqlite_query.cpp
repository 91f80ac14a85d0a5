/// Running queries: compiled once, bound and stepped each time.
#include <optional>
#include <utility>

#include "crmkit/store/packed_record.hpp"
#include "query_cache.hpp"
#include "sqlite_row.hpp"
#include "sqlite_storage.hpp"

namespace crmkit::sqlite {

namespace {

/// A cursor whose rows are those of statements that select the columns of an entity, or of some of
/// its fields.
class RowCursor : public Cursor {
  public:
    RowCursor(const Entity& entity, const SelectedFields& selected, ReadMeter& meter)
        : entity_(entity), selected_(selected), meter_(meter) {}

    void read(void* object) override {
        if (selected_.is_all) {
            read_fields(*row_, entity_, object);
        } else {
            read_selected(object);
        }
    }
    ValueView value(std::size_t index) override {
        const int column = selected_.columns[index];
        return column == no_column ? ValueView()
                                   : value_at(*row_, column, entity_.fields[index], list_);
    }
    PackedRow packed(const Entity& entity, const FieldSet* fields) override {
        return selected_.is_all == (fields == nullptr) ? *row_ : Cursor::packed(entity, fields);
    }

  protected:
    /// Steps a statement, whose row is then the present one.
    bool step(Statement& statement) {
        if (!metered(meter_, [&statement] { return statement.step(); })) {
            return false;
        }
        row_ = reader_.row(statement);
        return true;
    }

  private:
    void read_selected(void* object) const {
        for (std::size_t i = 0; i < selected_.columns.size(); ++i) {
            if (selected_.columns[i] != no_column) {
                read_field(*row_, selected_.columns[i], entity_.fields[i], object);
            }
        }
    }

    const Entity& entity_;
    const SelectedFields& selected_;
    ReadMeter& meter_;
    RowReader reader_;
    std::optional<PackedRow> row_;
    std::vector<std::string> list_;
};

/// Steps through the statements of a query, one after the other.
class QueryCursor final : public RowCursor {
  public:
    using Cursor::next;

    QueryCursor(const expr::Query& query, std::shared_ptr<KeptStatements> kept,
                const BindValues& values, ReadMeter& meter)
        : RowCursor(*query.entity, *kept->selected, meter),
          kept_(std::move(kept)),
          left_(values.limit) {
        for (KeptStatement& statement : kept_->each) {
            running_.push_back(statement.pool.lend());
            statement.compiled.bind(running_.back()->handle(), values);
        }
    }

    bool next() override {
        while (left_ > 0 && current_ < running_.size()) {
            Statement& statement = *running_[current_];
            if (step(statement)) {
                --left_;
                return true;
            }
            // Reset at once: a statement at its end would keep its read transaction open.
            statement.reset();
            ++current_;
        }
        return false;
    }

  private:
    std::shared_ptr<KeptStatements> kept_;
    std::vector<LentStatement> running_;  // go back before their pools may go
    std::size_t current_ = 0;
    std::int64_t left_;
};

/// The ids as a JSON array, which one statement can take whatever their number.
std::string json_array(std::span<const Id> ids) {
    constexpr std::size_t longest_id = 20;
    std::string json = "[";
    json.reserve(2 + ids.size() * (longest_id + 1));
    for (const Id id : ids) {
        json += json.size() == 1 ? "" : ",";
        json += std::to_string(id.value);
    }
    return json + ']';
}

/// Steps through the records of a list of ids: of one by its key, of more by one statement that
/// takes them all.
class ListCursor final : public RowCursor {
  public:
    using Cursor::next;

    ListCursor(const Entity& entity, Id only, StatementPool& one, const SelectedFields& selected,
               ReadMeter& meter)
        : RowCursor(entity, selected, meter), most_(1), statement_(one.lend()) {
        statement_->bind(1, only.value);
    }
    ListCursor(const Entity& entity, std::span<const Id> ids, StatementPool& list,
               const SelectedFields& selected, ReadMeter& meter)
        : RowCursor(entity, selected, meter),
          ids_(json_array(ids)),
          most_(ids.size()),
          statement_(list.lend()) {
        statement_->bind(1, ids_);
    }

    bool next() override {
        if (most_ > 0 && step(*statement_)) {
            --most_;
            return true;
        }
        // Reset at once: a statement behind its last row would keep its read transaction open.
        most_ = 0;
        statement_->reset();
        return false;
    }

  private:
    std::string ids_;
    /// How many rows there can be yet.
    std::size_t most_;
    LentStatement statement_;
};

/// A list of one, which cannot be copied.
std::vector<CompiledStatement> alone(CompiledStatement statement) {
    std::vector<CompiledStatement> one;
    one.push_back(std::move(statement));
    return one;
}

}  // namespace

CompiledQueries::Variant CompiledQueries::variant_of(const QueryArguments& arguments) {
    Variant variant;
    for (const Value& key : arguments.after) {
        variant.null_keys += key.is_null() ? '0' : '1';
    }
    variant.fields = copy_of(arguments.fields);
    return variant;
}

template <typename Compile>
std::shared_ptr<KeptStatements> CompiledQueries::find_or_compile(
    const std::shared_ptr<const expr::Parameters>& identity, Variant variant, Compile compile) {
    Key key(identity.get(), std::move(variant));
    if (const auto found = kept_.find(key); found != kept_.end()) {
        return found->second.statements;
    }
    auto statements = std::make_shared<KeptStatements>();
    for (CompiledStatement& compiled : compile(*statements)) {
        StatementPool pool(connection_.handle(), compiled.sql, Binding::of_some);
        statements->each.push_back({std::move(compiled), std::move(pool)});
    }
    if (kept_.size() >= most) {
        kept_.clear();
    }
    kept_.emplace(std::move(key), Kept{identity, statements});
    return statements;
}

std::shared_ptr<KeptStatements> CompiledQueries::select(const expr::Query& query,
                                                        const QueryArguments& arguments) {
    const SelectOptions options{.table_prefix = prefix_,
                                .has_limit = query.limit.has_value(),
                                .most_arguments = connection_.most_arguments(),
                                .fields = arguments.fields};
    return find_or_compile(query.parameters, variant_of(arguments), [&](KeptStatements& made) {
        made.selected.emplace(*query.entity, arguments.fields);
        return arguments.after.empty() ? alone(compile_select(query, options))
                                       : compile_page(query, options, arguments.after);
    });
}

std::shared_ptr<KeptStatements> CompiledQueries::aggregation(const expr::Aggregation& aggregation) {
    return find_or_compile(aggregation.parameters, {}, [&](KeptStatements& /*made*/) {
        return alone(compile_aggregation(aggregation, {.table_prefix = prefix_}));
    });
}

std::unique_ptr<Cursor> SqliteStorage::scan(const expr::Query& query,
                                            const QueryArguments& arguments) {
    const std::span<const ValueView> parameters[] = {arguments.parameters};
    const BindValues values{expr::Moment(arguments.now), parameters, arguments.after,
                            query.limit.value_or(INT64_MAX)};
    return std::make_unique<QueryCursor>(query, queries_.select(query, arguments), values, meter_);
}

std::unique_ptr<Cursor> SqliteStorage::get_many(const Entity& entity, std::span<const Id> ids,
                                                const FieldSet* fields) {
    const ReadStatements& reads = read_statements(entity, fields);
    if (ids.size() == 1) {
        return std::make_unique<ListCursor>(entity, ids.front(), *reads.one, reads.selected,
                                            meter_);
    }
    return std::make_unique<ListCursor>(entity, ids, *reads.list, reads.selected, meter_);
}

std::vector<std::vector<Value>> SqliteStorage::aggregate(const expr::Aggregation& aggregation,
                                                         const QueryArguments& arguments) {
    const std::span<const ValueView> parameters[] = {arguments.parameters};
    const BindValues values{
        expr::Moment(arguments.now), parameters, {}, aggregation.limit.value_or(INT64_MAX)};
    const auto kept = queries_.aggregation(aggregation);
    KeptStatement& only = kept->each.front();
    const LentStatement statement = only.pool.lend();
    only.compiled.bind(statement->handle(), values);
    std::vector<std::vector<Value>> rows;
    while (metered(meter_, [&statement] { return statement->step(); })) {
        auto& row = rows.emplace_back();
        for (std::size_t i = 0; i < only.compiled.outputs.size(); ++i) {
            row.push_back(only.compiled.read(statement->handle(), i));
        }
    }
    return rows;
}

}  // namespace crmkit::sqlite

/// Running queries: compiled once, bound and stepped each time.
#include <utility>

#include "query_cache.hpp"
#include "sqlite_row.hpp"
#include "sqlite_storage.hpp"

namespace crmkit::sqlite {

namespace {

std::string null_pattern(std::span<const Value> keys) {
    std::string pattern;
    for (const Value& key : keys) {
        pattern += key.is_null() ? '0' : '1';
    }
    return pattern;
}

/// Steps through the statements of a query, one after the other.
class QueryCursor final : public Cursor {
  public:
    QueryCursor(const expr::Query& query, std::shared_ptr<const KeptStatements> kept,
                const BindValues& values)
        : entity_(*query.entity), kept_(std::move(kept)), left_(values.limit) {
        for (const KeptStatement& statement : *kept_) {
            running_.push_back(statement.pool->lend());
            statement.compiled.bind(running_.back()->handle(), values);
        }
    }

    bool next(void* object) override {
        while (left_ > 0 && current_ < running_.size()) {
            Statement& statement = *running_[current_];
            if (statement.step()) {
                --left_;
                int column = 0;
                for (const Field& field : entity_.fields) {
                    column = read_member(statement, column, field, object);
                }
                return true;
            }
            // Reset at once: a statement at its end would keep its read transaction open.
            statement.reset();
            ++current_;
        }
        return false;
    }

  private:
    const Entity& entity_;
    std::shared_ptr<const KeptStatements> kept_;
    std::vector<LentStatement> running_;
    std::size_t current_ = 0;
    std::int64_t left_;
};

}  // namespace

template <typename Compile>
std::shared_ptr<const KeptStatements> CompiledQueries::find_or_compile(
    const std::shared_ptr<const expr::Parameters>& identity, std::string variant, Compile compile) {
    Key key(identity.get(), std::move(variant));
    if (const auto found = kept_.find(key); found != kept_.end()) {
        return found->second.statements;
    }
    auto statements = std::make_shared<KeptStatements>();
    for (CompiledStatement& compiled : compile()) {
        StatementPool& pool = connection_.pool(compiled.sql);
        statements->push_back({std::move(compiled), &pool});
    }
    if (kept_.size() >= most) {
        kept_.clear();
    }
    kept_.emplace(std::move(key), Kept{identity, statements});
    return statements;
}

std::shared_ptr<const KeptStatements> CompiledQueries::select(const expr::Query& query,
                                                              std::span<const Value> after) {
    const SelectOptions options{.table_prefix = prefix_, .has_limit = query.limit.has_value()};
    if (after.empty()) {
        return find_or_compile(query.parameters, "", [&] {
            std::vector<CompiledStatement> one;
            one.push_back(compile_select(query, options));
            return one;
        });
    }
    return find_or_compile(query.parameters, null_pattern(after),
                           [&] { return compile_page(query, options, after); });
}

std::shared_ptr<const KeptStatements> CompiledQueries::aggregation(
    const expr::Aggregation& aggregation) {
    return find_or_compile(aggregation.parameters, "", [&] {
        std::vector<CompiledStatement> one;
        one.push_back(compile_aggregation(aggregation, {.table_prefix = prefix_}));
        return one;
    });
}

std::unique_ptr<Cursor> SqliteStorage::scan(const expr::Query& query,
                                            const QueryArguments& arguments) {
    const std::span<const ValueView> parameters[] = {arguments.parameters};
    const BindValues values{expr::Moment(arguments.now), parameters, arguments.after,
                            query.limit.value_or(INT64_MAX)};
    return std::make_unique<QueryCursor>(query, queries_.select(query, arguments.after), values);
}

std::vector<std::vector<Value>> SqliteStorage::aggregate(const expr::Aggregation& aggregation,
                                                         const QueryArguments& arguments) {
    const std::span<const ValueView> parameters[] = {arguments.parameters};
    const BindValues values{
        expr::Moment(arguments.now), parameters, {}, aggregation.limit.value_or(INT64_MAX)};
    const auto kept = queries_.aggregation(aggregation);
    const KeptStatement& only = kept->front();
    const LentStatement statement = only.pool->lend();
    only.compiled.bind(statement->handle(), values);
    std::vector<std::vector<Value>> rows;
    while (statement->step()) {
        auto& row = rows.emplace_back();
        for (std::size_t i = 0; i < only.compiled.outputs.size(); ++i) {
            row.push_back(only.compiled.read(statement->handle(), i));
        }
    }
    return rows;
}

}  // namespace crmkit::sqlite

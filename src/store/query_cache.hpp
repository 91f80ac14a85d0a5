/// `CompiledQueries`: the queries that a connection has compiled, so that each is compiled once.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "crmkit/expr/expression.hpp"
#include "crmkit/store/storage.hpp"
#include "sql_compiler.hpp"
#include "sqlite_connection.hpp"
#include "sqlite_row.hpp"

namespace crmkit::sqlite {

/// A compiled statement and its prepared ones, which go when it does.
struct KeptStatement {
    CompiledStatement compiled;
    StatementPool pool;
};
/// What one query runs.
struct KeptStatements {
    /// Several for a page that one alone would not find by an index.
    std::vector<KeptStatement> each{};
    /// What they read; of an aggregation nothing.
    std::optional<SelectedFields> selected{};
};

/// Keyed by the identity of a query's parameter list, which is made anew by each parse and kept
/// here, so that no other query can come to have it.
class CompiledQueries {
  public:
    CompiledQueries(Connection& connection, std::string table_prefix)
        : connection_(connection), prefix_(std::move(table_prefix)) {}

    std::shared_ptr<KeptStatements> select(const expr::Query& query,
                                           const QueryArguments& arguments);
    std::shared_ptr<KeptStatements> aggregation(const expr::Aggregation& aggregation);

  private:
    /// A host that pastes values into its texts would fill memory, some 35 KiB by each: past this
    /// many, start again.
    static constexpr std::size_t most = 256;

    struct Kept {
        std::shared_ptr<const expr::Parameters> identity;
        std::shared_ptr<KeptStatements> statements;
    };
    /// What of a query's arguments decides about its statements.
    struct Variant {
        std::string null_keys{};  ///< a letter for each key to come after
        std::optional<FieldSet> fields{};
        friend auto operator<=>(const Variant&, const Variant&) = default;
    };
    using Key = std::pair<const expr::Parameters*, Variant>;
    static Variant variant_of(const QueryArguments& arguments);

    template <typename Compile>
    std::shared_ptr<KeptStatements> find_or_compile(
        const std::shared_ptr<const expr::Parameters>& identity, Variant variant, Compile compile);

    Connection& connection_;
    std::string prefix_;
    std::map<Key, Kept> kept_;
};

}  // namespace crmkit::sqlite

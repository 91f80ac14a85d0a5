/// `ImportTally`: the counts of an import while it runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiled_plan.hpp"
#include "crmkit/base/instant.hpp"
#include "crmkit/exchange/importer.hpp"

namespace crmkit::exchange::detail {

/// What an import counted and found so far. A batch that is gone through again first goes back to
/// where it began.
class ImportTally {
  public:
    /// Counts that can be taken back; the lists are only cut.
    struct Mark {
        std::int64_t rows = 0;
        std::int64_t skipped = 0;
        std::int64_t refused = 0;
        std::int64_t problem_count = 0;
        std::size_t problems = 0;
        std::size_t row_list = 0;
        ImportCount row_counts{};
        std::vector<ImportCount> records{};
        MapCounts mapped{};
        std::vector<std::pair<std::int64_t, std::int64_t>> warnings{};
    };

    ImportTally(const CompiledPlan& plan, const ImportOptions& options)
        : plan_(&plan), options_(&options), mapped_(plan.map_rules.size()) {
        records_.push_back({std::string(plan.entity.name), 0, 0, 0});
    }

    [[nodiscard]] Mark mark() const;
    void go_back(const Mark& mark);

    /// A kind of warning; returns its number for warn().
    std::size_t add_warning(std::string message);
    void warn(std::size_t number, std::int64_t line) {
        ImportWarning& warning = warnings_[number];
        warning.first_line = warning.count == 0 ? line : warning.first_line;
        ++warning.count;
    }

    /// A row is done; its problems, if any, are added here.
    void finish_row(const ImportRow& row, std::vector<ImportProblem>&& problems);
    void add_problem(ImportProblem problem);
    /// A record of an entity was created, updated or found unchanged.
    void count_record(const Entity& entity, UpsertAction action);

    [[nodiscard]] MapCounts& mapped() { return mapped_; }
    /// Has anything been refused or left without its reference?
    [[nodiscard]] bool has_problems() const { return problem_count_ > 0; }
    [[nodiscard]] std::int64_t rows() const { return rows_; }

    /// The report of all this; what the tally does not know is left empty.
    [[nodiscard]] ImportReport report() const;
    /// Goes on with the counts of an import that was stopped.
    void resume(const ImportReport& before);

  private:
    const CompiledPlan* plan_;
    const ImportOptions* options_;
    std::int64_t rows_ = 0;
    std::int64_t skipped_ = 0;
    std::int64_t refused_ = 0;
    std::int64_t problem_count_ = 0;
    /// Of the rows' own records.
    ImportCount row_counts_{};
    std::vector<ImportCount> records_{};
    MapCounts mapped_;
    std::vector<ImportWarning> warnings_{};
    std::vector<ImportProblem> problems_{};
    std::vector<ImportRow> row_list_{};
};

}  // namespace crmkit::exchange::detail

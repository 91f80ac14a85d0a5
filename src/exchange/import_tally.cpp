#include "import_tally.hpp"

#include <algorithm>

namespace crmkit::exchange::detail {

ImportTally::Mark ImportTally::mark() const {
    Mark mark{rows_,
              skipped_,
              refused_,
              problem_count_,
              problems_.size(),
              row_list_.size(),
              row_counts_,
              records_,
              mapped_,
              {}};
    for (const ImportWarning& warning : warnings_) {
        mark.warnings.emplace_back(warning.count, warning.first_line);
    }
    return mark;
}

void ImportTally::go_back(const Mark& mark) {
    rows_ = mark.rows;
    skipped_ = mark.skipped;
    refused_ = mark.refused;
    problem_count_ = mark.problem_count;
    problems_.resize(mark.problems);
    row_list_.resize(mark.row_list);
    row_counts_ = mark.row_counts;
    records_ = mark.records;
    mapped_ = mark.mapped;
    for (std::size_t i = 0; i < mark.warnings.size(); ++i) {
        warnings_[i].count = mark.warnings[i].first;
        warnings_[i].first_line = mark.warnings[i].second;
    }
}

std::size_t ImportTally::add_warning(std::string message) {
    warnings_.push_back({std::move(message), 0, 0});
    return warnings_.size() - 1;
}

void ImportTally::finish_row(const ImportRow& row, std::vector<ImportProblem>&& problems) {
    ++rows_;
    switch (row.action) {
        case ImportAction::create:
            ++row_counts_.created;
            break;
        case ImportAction::update:
            ++row_counts_.updated;
            break;
        case ImportAction::leave_unchanged:
            ++row_counts_.unchanged;
            break;
        case ImportAction::skip:
            ++skipped_;
            break;
        case ImportAction::refuse:
            ++refused_;
            break;
    }
    for (ImportProblem& problem : problems) {
        add_problem(std::move(problem));
    }
    if (options_->dry_run && row_list_.size() < options_->most_rows) {
        row_list_.push_back(row);
    }
}

void ImportTally::add_problem(ImportProblem problem) {
    ++problem_count_;
    if (problems_.size() < options_->most_problems) {
        problems_.push_back(std::move(problem));
    }
}

void ImportTally::count_record(const Entity& entity, UpsertAction action) {
    auto found = std::find_if(records_.begin(), records_.end(), [&entity](const ImportCount& one) {
        return one.entity == entity.name;
    });
    if (found == records_.end()) {
        records_.push_back({std::string(entity.name), 0, 0, 0});
        found = records_.end() - 1;
    }
    switch (action) {
        case UpsertAction::created:
            ++found->created;
            break;
        case UpsertAction::updated:
            ++found->updated;
            break;
        case UpsertAction::unchanged:
        case UpsertAction::skipped:
            ++found->unchanged;
            break;
    }
}

ImportReport ImportTally::report() const {
    ImportReport report;
    report.entity = plan_->entity.name;
    report.is_dry_run = options_->dry_run;
    report.rows = rows_;
    report.created = row_counts_.created;
    report.updated = row_counts_.updated;
    report.unchanged = row_counts_.unchanged;
    report.skipped = skipped_;
    report.refused = refused_;
    report.records = records_;
    for (std::size_t i = 0; i < mapped_.size(); ++i) {
        if (mapped_[i] > 0) {
            report.mapped.push_back(plan_->map_rules[i]);
            report.mapped.back().count = mapped_[i];
        }
    }
    for (const ImportWarning& warning : warnings_) {
        if (warning.count > 0) {
            report.warnings.push_back(warning);
        }
    }
    report.problem_count = problem_count_;
    report.problems = problems_;
    report.row_list = row_list_;
    return report;
}

void ImportTally::resume(const ImportReport& before) {
    rows_ = before.rows;
    skipped_ = before.skipped;
    refused_ = before.refused;
    problem_count_ = before.problem_count;
    row_counts_ = {{}, before.created, before.updated, before.unchanged};
    records_ = before.records;
    for (const ImportMapped& mapped : before.mapped) {
        for (std::size_t i = 0; i < mapped_.size(); ++i) {
            const ImportMapped& rule = plan_->map_rules[i];
            if (rule.header == mapped.header && rule.from == mapped.from) {
                mapped_[i] = mapped.count;
            }
        }
    }
    for (const ImportWarning& warning : before.warnings) {
        for (ImportWarning& known : warnings_) {
            if (known.message == warning.message) {
                known = warning;
            }
        }
    }
}

}  // namespace crmkit::exchange::detail

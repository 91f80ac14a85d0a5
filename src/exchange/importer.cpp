#include "crmkit/exchange/importer.hpp"

#include <optional>

#include "import_run.hpp"

namespace crmkit::exchange {

namespace {

/// A path is the folder's unless it is absolute, on whichever system.
std::string in_folder(const std::string& folder, const std::string& file) {
    const bool has_drive = file.size() > 1 && file[1] == ':';
    const bool is_absolute =
        has_drive || file.starts_with('/') || file.starts_with('\\') || folder.empty();
    return is_absolute ? file : folder + '/' + file;
}

/// The name under which a step of a job keeps how far it is.
std::string step_checkpoint(const ImportOptions& options, std::size_t step) {
    return options.checkpoint.empty() ? std::string()
                                      : options.checkpoint + '/' + std::to_string(step);
}

}  // namespace

ImportReport run_import(Session& session, const ImportPlan& plan, ByteSource& file,
                        const ImportOptions& options) {
    return detail::ImportRun(session, plan, file, options).run();
}

ImportJobReport run_job(Session& session, const ImportJob& job, const ImportOptions& options) {
    if (!options.resume.empty()) {
        throw Error(
            ErrorCode::invalid_argument,
            "a job goes on by its checkpoint; only a single import takes a place to resume");
    }
    ImportOptions step_options = options;
    step_options.dry_run = options.dry_run || job.is_dry_run;
    std::vector<ImportPlan> plans;
    for (const ImportStep& step : job.steps) {
        plans.push_back(plan_from_json(step.plan.text));
    }
    std::optional<engine::WriteScope> dry_run;  // undone when it ends
    if (step_options.dry_run) {
        dry_run.emplace(session.state());
    }
    ImportJobReport report;
    for (std::size_t i = 0; i < plans.size(); ++i) {
        FileSource file(in_folder(job.folder, job.steps[i].file));
        step_options.checkpoint = step_checkpoint(options, i);
        report.reports.push_back(
            detail::ImportRun(session, plans[i], file, step_options, detail::RunKind::in_job)
                .run());
    }
    if (!options.checkpoint.empty() && !step_options.dry_run) {
        engine::WriteScope scope(session.state());
        for (std::size_t i = 0; i < plans.size(); ++i) {
            detail::StoredCheckpoint(step_checkpoint(options, i)).erase(session.state().writer());
        }
        scope.commit();
    }
    return report;
}

}  // namespace crmkit::exchange

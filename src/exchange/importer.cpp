#include "crmkit/exchange/importer.hpp"

#include <optional>
#include <string_view>
#include <utility>

#include "crmkit/schema/value_text.hpp"
#include "import_run.hpp"

namespace crmkit::exchange {

namespace {

/// Whether a path may lead out of the folder that it is taken from, on whichever system.
bool leaves_folder(std::string_view path) {
    constexpr std::string_view separators = "/\\";
    const bool has_drive = path.size() > 1 && path[1] == ':';
    if (has_drive || path.find_first_of(separators) == 0) {
        return true;
    }
    while (!path.empty()) {
        const std::size_t end = path.find_first_of(separators);
        if (path.substr(0, end) == "..") {
            return true;
        }
        path.remove_prefix(end == std::string_view::npos ? path.size() : end + 1);
    }
    return false;
}

/// Where the files of a job are. Throws validation for one outside of the job's folder.
std::vector<std::string> paths_of(const ImportJob& job) {
    std::vector<std::string> paths;
    std::vector<Problem> problems;
    for (const ImportStep& step : job.steps) {
        if (!job.folder.empty() && leaves_folder(step.file)) {
            problems.push_back({"import_step", "file", crmkit::detail::shown(step.file),
                                "is not a path inside the job's folder"});
        }
        paths.push_back(job.folder.empty() ? step.file : job.folder + '/' + step.file);
    }
    if (!problems.empty()) {
        throw Error::about(ErrorCode::validation, std::move(problems));
    }
    return paths;
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
    const std::vector<std::string> paths = paths_of(job);
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
        FileSource file(paths[i]);
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

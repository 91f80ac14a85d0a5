#include "crmkit/exchange/operations.hpp"

#include <algorithm>

#include "engine/session_state.hpp"

namespace crmkit::exchange {

ImportReport import_csv_file(Session& session, const ImportCsv& input) {
    FileSource file(input.path);
    ImportOptions options;
    options.dry_run = input.is_dry_run;
    options.checkpoint = input.checkpoint;
    options.resume = input.resume;
    options.most_problems =
        static_cast<std::size_t>(std::max(input.most_problems, std::int64_t{0}));
    options.most_rows = options.most_problems;
    options.progress = session.state().progress;
    return run_import(session, plan_from_json(input.plan.text), file, options);
}

ImportPlan suggest_plan_for_file(Session& session, const SuggestPlan& input) {
    FileSource file(input.path);
    return suggest_plan(session.registry(), input.entity, file);
}

ImportJobReport run_import_job(Session& session, const ImportJob& input) {
    ImportOptions options;
    options.progress = session.state().progress;
    return run_job(session, input, options);
}

ExportReport export_csv_file(Session& session, const ExportCsv& input) {
    FileSink file(input.path);
    return export_csv(session, input, file, session.state().progress);
}

ImportPlan plan_for_csv_export(Session& session, const ExportCsv& input) {
    return plan_for_export(session.registry(), input);
}

ExportReport export_jsonl_file(Session& session, const ExportJsonl& input) {
    FileSink file(input.path);
    return export_jsonl(session, input, file, session.state().progress);
}

ExportReport import_jsonl_file(Session& session, const ImportJsonl& input) {
    FileSource file(input.path);
    return import_jsonl(session, file, session.state().progress);
}

}  // namespace crmkit::exchange

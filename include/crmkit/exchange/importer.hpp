/// `run_import`: CSV files into the store, as a plan says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crmkit/base/error.hpp"
#include "crmkit/engine/session.hpp"
#include "crmkit/exchange/byte_source.hpp"
#include "crmkit/exchange/import_plan.hpp"
#include "crmkit/exchange/import_report.hpp"

namespace crmkit::exchange {

/// How an import is run; what the rows mean is in the plan.
struct ImportOptions {
    /// Does everything and takes it back: the report says what would happen, row by row. It holds
    /// the store's write lock for the whole file, and runs the host's before- and after-hooks, not
    /// its commit hooks. Default false.
    bool dry_run = false;
    /// Called every 1,000 rows and at the end of each batch; false cancels. In a job it counts each
    /// file by itself. Default: none.
    ProgressCallback progress{};
    /// Called with every row once its batch is written; nothing is bounded here. Default: none.
    std::function<void(const ImportRow&)> on_row{};
    /// The `resume` of the report of an import of good rows that was stopped: goes on behind the
    /// last batch that landed. The rows before that place are read again, and their cells compared
    /// with a fingerprint: throws invalid_argument when they are others, or the plan or the columns
    /// of the file are.
    std::string resume{};
    /// A name under which the store itself keeps how far the import is, in the transaction of each
    /// batch: after a crash a run with the same name, plan and file goes on without doing a row
    /// twice, as with `resume`. Forgotten when the import is complete. Imports of good rows only.
    /// Default: none.
    std::string checkpoint{};
    /// Problems and, in a dry run, rows that the report lists at most; default 1,000 each. The rest
    /// is counted.
    std::size_t most_problems = 1'000;
    std::size_t most_rows = 1'000;
};

/// An import that was stopped: cancelled by the host, or by what the storage or the file threw. For
/// good rows, the batches before it have landed and report().resume says where to go on; of an
/// import of all or nothing, nothing has. C and Python find that place as the value of a problem of
/// the error, about the field `resume` of import_report.
class ImportInterrupted final : public Error {
  public:
    ImportInterrupted(const Error& error, ImportReport report)
        : Error(error.code(), error.message(), with_place(error.problems(), report)),
          report_(std::move(report)) {}
    [[nodiscard]] const ImportReport& report() const noexcept { return report_; }

  private:
    static std::vector<Problem> with_place(std::vector<Problem> problems,
                                           const ImportReport& report) {
        if (!report.resume.empty()) {
            problems.push_back({std::string(ImportReport::structure_name), "resume", report.resume,
                                "is where the import can go on"});
        }
        return problems;
    }

    ImportReport report_;
};

/// Imports a CSV file as the plan says. Reads the file once, in constant memory: a batch of rows, a
/// bounded cache of looked-up records, 16 bytes for each of up to a million keys (to tell which are
/// in the file twice), and 24 for each reference to a record further down.
///
/// A row is written whole or not at all, with all its records, and its problems are reported
/// together. For good rows the refused ones are left out. An import of all or nothing goes on after
/// a bad row to report the others, and then keeps nothing: has_landed is false. The history shows
/// the changes with origin "import".
///
/// Throws validation with everything that is wrong with the plan for this file (unknown or repeated
/// columns, unknown fields), before anything is written; ImportInterrupted; as CsvReader does.
ImportReport run_import(Session& session, const ImportPlan& plan, ByteSource& file,
                        const ImportOptions& options = {});

/// One file of a job.
struct ImportStep {
    CRMKIT_STRUCTURE(ImportStep, "import_step", "One file of a job and its plan.");
    std::string file{};
    Json plan{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, file,
                         "Path of the file, inside of the job's folder where there is one.")
                .required()
                .with_format(TextFormat::path)
                .max_length(detail::longest_plan_text),
            CRMKIT_FIELD(2, plan, "The plan, an import_plan.").required());
    }
};

/// Several files in order: products, teams, accounts, then the deals that refer to them.
struct ImportJob {
    CRMKIT_STRUCTURE(ImportJob, "import_job", "Several files, imported in order.");
    std::string folder{};
    std::vector<ImportStep> steps{};
    bool is_dry_run = false;

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, folder, "Where the files are, all of them; default: anywhere.")
                .with_format(TextFormat::path)
                .max_length(detail::longest_plan_text),
            CRMKIT_FIELD(2, steps, "The files, in order.").required(),
            CRMKIT_FIELD(3, is_dry_run,
                         "Does everything, each file on top of those before it, and "
                         "takes all of it back."));
    }
};

/// A report for each file of a job.
struct ImportJobReport {
    CRMKIT_STRUCTURE(ImportJobReport, "import_job_report", "A report for each file of a job.");
    std::vector<ImportReport> reports{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(1, reports, "The reports, in the order of the files."));
    }
};

/// Imports the files of a job one after the other. `options` hold for each file; its dry_run for
/// the job as a whole. Throws validation, before anything is read, for a file that would lie
/// outside of the job's folder: an absolute path, or one with "..". Stops with ImportInterrupted;
/// the files before have landed.
ImportJobReport run_job(Session& session, const ImportJob& job, const ImportOptions& options = {});

}  // namespace crmkit::exchange

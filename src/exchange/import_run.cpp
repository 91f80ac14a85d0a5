#include "import_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "crmkit/base/error.hpp"

namespace crmkit::exchange::detail {

using engine::WriteScope;

namespace {

constexpr std::int64_t rows_between_progress = 1'000;
/// A batch is read ahead into memory; rows with long texts make it end early.
constexpr std::size_t largest_batch_bytes = std::size_t{16} << 20U;

/// The dialect of a plan's delimiter; none, with a problem, when it can be no delimiter.
std::optional<CsvDialect> dialect_of(const ImportPlan& plan, std::vector<Problem>& problems) {
    CsvDialect dialect;
    std::string why = "is not one character";
    if (plan.delimiter.size() == 1) {
        dialect.delimiter = plan.delimiter.front();
        try {
            dialect.check();
            return dialect;
        } catch (const Error& error) {
            why = "cannot stand between columns: " + error.message();
        }
    }
    problems.push_back({"import_plan", "delimiter", shortened(plan.delimiter), std::move(why)});
    return std::nullopt;
}

/// How the plan says that the file is written. What is wrong with that is added to `problems`, and
/// the reader finds it out by itself, so that the rest of the plan can be looked at as well.
CsvOptions csv_options(const ImportPlan& plan, std::vector<Problem>& problems) {
    CsvOptions options;
    if (!plan.encoding.empty()) {
        options.encoding = encoding_named(plan.encoding);
        if (!options.encoding) {
            problems.push_back({"import_plan", "encoding", shortened(plan.encoding),
                                "is no known encoding such as utf-8 or windows-1252"});
        }
    }
    if (!plan.delimiter.empty()) {
        options.dialect = dialect_of(plan, problems);
    }
    options.header = plan.has_header;
    options.skip_lines = static_cast<std::uint64_t>(std::max(plan.skip_lines, std::int64_t{0}));
    options.unguard = plan.unguard;
    return options;
}

/// The origin of a session's changes while it lives.
class Origin {
  public:
    Origin(engine::SessionState& state, std::string origin)
        : state_(state), before_(std::exchange(state.origin, std::move(origin))) {}
    Origin(const Origin&) = delete;
    Origin& operator=(const Origin&) = delete;
    ~Origin() { state_.origin = std::move(before_); }

  private:
    engine::SessionState& state_;
    std::string before_;
};

}  // namespace

ImportRun::ImportRun(Session& session, const ImportPlan& plan, ByteSource& file,
                     const ImportOptions& options, RunKind kind)
    : session_(session),
      state_(session.state()),
      plan_(plan),
      file_(file),
      options_(options),
      kind_(kind),
      began_(session.now()) {}

bool ImportRun::is_one_transaction() const {
    return options_.dry_run || plan_.mode == ImportMode::all_or_nothing;
}

/// Reads as far as the header and compiles the plan; nothing is written before that has worked.
void ImportRun::open() {
    std::vector<Problem> problems;
    reader_.emplace(file_, csv_options(plan_, problems));
    place_ = here();
    std::vector<std::string> header = reader_->header();
    if (!plan_.has_header) {
        if (const CsvRow* first = read_row()) {
            header.resize(first->size());
            batch_.add(*first);
        }
    }
    fingerprint_ = fingerprint_of(plan_, header);
    columns_.emplace(std::move(header));
    compiled_.emplace(plan_, session_.registry(), *columns_, std::move(problems));
    tally_.emplace(*compiled_, options_);
    importer_.emplace(session_, *compiled_, *columns_, *tally_);
    if (!options_.dry_run) {
        stored_ = StoredCheckpoint(options_.checkpoint);
    }
}

/// Goes on where an earlier import was stopped, if it was.
void ImportRun::go_on() {
    std::string token = options_.resume;
    if (token.empty() && stored_.is_used()) {
        engine::ReadScope storage(state_);
        token = stored_.read(*storage);
    }
    if (token.empty()) {
        return;
    }
    if (is_one_transaction() && !options_.resume.empty()) {
        throw Error(ErrorCode::invalid_argument,
                    "only an import of good rows can be resumed; this one is all or nothing, or a "
                    "dry run");
    }
    const ImportCheckpoint from = ImportCheckpoint::from_text(token);
    if (from.fingerprint != fingerprint_) {
        throw Error(ErrorCode::invalid_argument,
                    "the import cannot be resumed: it was begun with another plan, or with a file "
                    "of other columns");
    }
    place_ = {from.rows, from.rows_fingerprint};
    tally_->resume(from.report.front());
    importer_->later().read(from.later);
    for (std::size_t i = 0; i < importer_->later().size(); ++i) {
        if (importer_->later()[i].reference >= compiled_->references.size()) {
            throw Error(ErrorCode::invalid_argument, "the place to resume an import at is damaged");
        }
    }
    later_kept_ = importer_->later().size();
    stored_.go_back(from.later_chunks);
    skip_done_rows();
}

/// Makes the row behind the place the next one. The rows before it are read again, to see that they
/// are still the same; that takes a small part of the time that it took to import them.
void ImportRun::skip_done_rows() {
    if (place_.rows == 0) {
        return;
    }
    batch_.clear();
    while (rows_read_ < place_.rows && read_row() != nullptr) {
        state_.refuse_if_cancelled();
    }
    if (here() != place_) {
        throw Error(ErrorCode::invalid_argument,
                    fmt::format("the import cannot be resumed: the file has changed in the {} rows "
                                "that were done before it stopped",
                                place_.rows));
    }
}

void ImportRun::add_file_warnings() {
    for (const std::size_t column : compiled_->unused_columns) {
        const std::string_view name = columns_->name(column);
        const std::size_t warning = tally_->add_warning(
            name.empty() ? fmt::format("column {} is not used", column + 1)
                         : fmt::format("column {} '{}' is not used", column + 1, shortened(name)));
        tally_->warn(warning, 0);
    }
    for (const Problem& problem : reader_->header_problems()) {
        tally_->warn(tally_->add_warning("the header: " + to_string(problem)), problem.line);
    }
}

// ---- Batches

/// The next row, counted; null at the end.
const CsvRow* ImportRun::read_row() {
    const CsvRow* row = reader_->next();
    if (row != nullptr) {
        ++rows_read_;
        add_row(rows_print_, *row);
    }
    return row;
}

/// Behind the last row that was read.
ImportRun::Place ImportRun::here() const { return {rows_read_, rows_print_.text()}; }

/// Fills the batch; false when there is nothing left.
bool ImportRun::read_batch() {
    const auto most = static_cast<std::size_t>(plan_.batch_size);
    while (!at_end_ && batch_.size() < most && batch_.bytes() < largest_batch_bytes) {
        const CsvRow* row = read_row();
        if (row == nullptr) {
            at_end_ = true;
            break;
        }
        batch_.add(*row);
        if (rows_read_ % rows_between_progress == 0) {
            report_progress(true);
        }
    }
    return batch_.size() > 0;
}

void ImportRun::report_progress(bool in_batch) {
    state_.refuse_if_cancelled();
    const Progress progress{in_batch ? rows_read_ : tally_->rows(), reader_->byte_offset(),
                            file_.size()};
    if (options_.progress && !options_.progress(progress)) {
        throw Error(ErrorCode::cancelled,
                    fmt::format("the import of {} was cancelled after {} rows",
                                compiled_->entity.plural, tally_->rows()));
    }
}

/// Imports one row, alone in a transaction that can be undone when `row_by_row`. False when it left
/// something behind that must be undone.
bool ImportRun::import_row(const InputRow& row, bool row_by_row) {
    if (!row_by_row) {
        RowOutcome outcome = importer_->import(row);
        if (outcome.must_undo) {
            return false;
        }
        outcomes_.push_back(outcome.row);
        tally_->finish_row(outcome.row, std::move(outcome.problems));
        return true;
    }
    const ImportTally::Mark mark = tally_->mark();
    const std::size_t later = importer_->later().size();
    WriteScope scope(state_);
    RowOutcome outcome = importer_->import(row);
    if (outcome.must_undo) {
        importer_->forget_all();
        importer_->later().cut(later);
        tally_->go_back(mark);
    } else {
        scope.commit();
    }
    outcomes_.push_back(outcome.row);
    tally_->finish_row(outcome.row, std::move(outcome.problems));
    return true;
}

bool ImportRun::import_rows(bool row_by_row) {
    for (std::size_t i = 0; i < batch_.size(); ++i) {
        state_.refuse_if_cancelled();  // a batch may take long
        if (!import_row(batch_[i], row_by_row)) {
            return false;
        }
    }
    return true;
}

/// One transaction for the batch. False when a row left something behind: all of it is undone.
bool ImportRun::try_batch(bool row_by_row) {
    const ImportTally::Mark mark = tally_->mark();
    const std::size_t later = importer_->later().size();
    const std::int64_t chunks = stored_.chunks();
    const Place place = place_;
    outcomes_.clear();
    try {
        WriteScope scope(state_);
        if (import_rows(row_by_row)) {
            place_ = here();
            if (!is_one_transaction()) {
                keep_checkpoint();
            }
            scope.commit();
            return true;
        }
    } catch (...) {
        tally_->go_back(mark);
        importer_->later().cut(later);
        stored_.go_back(chunks);
        place_ = place;
        throw;
    }
    tally_->go_back(mark);
    importer_->later().cut(later);
    importer_->forget_all();
    return false;
}

/// A row that is refused after a part of it was written takes the whole batch with it, because a
/// savepoint for each row would cost every import more than half of its speed. The batch is then
/// done again with one for each row.
void ImportRun::import_batch() {
    if (!try_batch(false)) {
        try_batch(true);
    }
    later_kept_ = importer_->later().size();
    if (options_.on_row) {
        for (ImportRow& row : outcomes_) {
            if (options_.dry_run) {
                hide_new_record(row);
            }
            options_.on_row(row);
        }
    }
    batch_.clear();
}

// ---- References to rows further down

/// False when one of them left something behind that must be undone.
bool ImportRun::complete_rows(std::size_t first, std::size_t end, bool row_by_row) {
    for (std::size_t i = first; i < end; ++i) {
        state_.refuse_if_cancelled();
        std::optional<WriteScope> scope;
        if (row_by_row) {
            scope.emplace(state_);
        }
        RowOutcome outcome = importer_->complete(importer_->later()[i]);
        if (outcome.must_undo && !row_by_row) {
            return false;
        }
        if (outcome.must_undo) {
            importer_->forget_all();
        } else if (scope) {
            scope->commit();
        }
        for (ImportProblem& problem : outcome.problems) {
            tally_->add_problem(std::move(problem));
        }
    }
    return true;
}

bool ImportRun::try_complete(std::size_t first, std::size_t end, bool row_by_row) {
    const ImportTally::Mark mark = tally_->mark();
    try {
        WriteScope scope(state_);
        if (complete_rows(first, end, row_by_row)) {
            scope.commit();
            return true;
        }
    } catch (...) {
        tally_->go_back(mark);
        throw;
    }
    tally_->go_back(mark);
    importer_->forget_all();
    return false;
}

void ImportRun::complete_later() {
    const auto batch = static_cast<std::size_t>(plan_.batch_size);
    const std::size_t count = importer_->later().size();
    for (std::size_t first = 0; first < count; first += batch) {
        const std::size_t end = std::min(first + batch, count);
        if (!try_complete(first, end, false)) {
            try_complete(first, end, true);
        }
        report_progress(false);
    }
}

// ---- Checkpoints and reports

ImportCheckpoint ImportRun::checkpoint() const {
    ImportCheckpoint made;
    made.fingerprint = fingerprint_;
    made.rows = place_.rows;
    made.rows_fingerprint = place_.fingerprint;
    ImportReport counts = tally_->report();
    counts.problems.clear();
    counts.row_list.clear();
    made.report.push_back(std::move(counts));
    return made;
}

void ImportRun::keep_checkpoint() {
    if (stored_.is_used()) {
        stored_.write(state_.writer(), checkpoint(), importer_->later().write(later_kept_));
    }
}

/// A dry run names no record that is gone at its end.
void ImportRun::hide_new_record(ImportRow& row) const {
    if (!importer_->was_here(row.record)) {
        row.record = {};
    }
}

ImportReport ImportRun::report(bool has_landed) const {
    ImportReport made = tally_->report();
    made.has_landed = has_landed;
    made.bytes = static_cast<std::int64_t>(reader_->byte_offset());
    made.elapsed_microseconds = session_.now().microseconds - began_.microseconds;
    for (ImportRow& row : made.row_list) {
        hide_new_record(row);
    }
    return made;
}

void ImportRun::import_all() {
    while (read_batch()) {
        import_batch();
        report_progress(false);
    }
    complete_later();
}

ImportReport ImportRun::import_in_one() {
    WriteScope scope(state_);
    import_all();
    const bool is_good = plan_.mode == ImportMode::good_rows || !tally_->has_problems();
    const bool lands = is_good && !options_.dry_run;
    if (lands && kind_ == RunKind::in_job) {
        keep_checkpoint();
    }
    if (lands || (is_good && kind_ == RunKind::in_job)) {
        scope.commit();
    }
    return report(lands);
}

ImportReport ImportRun::run() {
    open();
    const Origin origin(state_, "import");
    try {
        go_on();
        add_file_warnings();
        if (is_one_transaction()) {
            return import_in_one();
        }
        import_all();
        if (stored_.is_used() && kind_ == RunKind::alone) {
            WriteScope scope(state_);
            stored_.erase(state_.writer());
            scope.commit();
        }
        return report(true);
    } catch (const Error& error) {
        if (error.code() == ErrorCode::invalid_argument) {
            throw;
        }
        ImportReport stopped = report(!is_one_transaction() && tally_->rows() > 0);
        if (!is_one_transaction()) {
            ImportCheckpoint here = checkpoint();
            here.later = importer_->later().write(0);
            stopped.resume = here.to_text();
        }
        throw ImportInterrupted(error, std::move(stopped));
    }
}

}  // namespace crmkit::exchange::detail

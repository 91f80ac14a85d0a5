/// `ImportRun`: one import from the first byte to the last batch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crmkit/exchange/csv_reader.hpp"
#include "crmkit/exchange/importer.hpp"
#include "engine/session_state.hpp"
#include "import_checkpoint.hpp"
#include "row_importer.hpp"

namespace crmkit::exchange::detail {

/// Whether an import is one of several. In a job a dry run leaves what it wrote to the transaction
/// around it, which will be undone, and the checkpoint stays until the job is complete.
enum class RunKind : std::uint8_t { alone, in_job };

class ImportRun {
  public:
    ImportRun(Session& session, const ImportPlan& plan, ByteSource& file,
              const ImportOptions& options, RunKind kind = RunKind::alone);
    ImportReport run();

  private:
    /// A place between two rows of the file.
    struct Place {
        std::int64_t rows = 0;  ///< before it
        std::string fingerprint{};
        bool operator==(const Place&) const = default;
    };

    void open();
    void go_on();
    void skip_done_rows();
    void import_all();
    ImportReport import_in_one();
    void add_file_warnings();
    const CsvRow* read_row();
    bool read_batch();
    void report_progress(bool in_batch);
    void import_batch();
    bool try_batch(bool row_by_row);
    bool import_rows(bool row_by_row);
    bool import_row(const InputRow& row, bool row_by_row);
    void complete_later();
    bool complete_rows(std::size_t first, std::size_t end, bool row_by_row);
    bool try_complete(std::size_t first, std::size_t end, bool row_by_row);
    void keep_checkpoint();
    void hide_new_record(ImportRow& row) const;
    [[nodiscard]] Place here() const;
    [[nodiscard]] ImportCheckpoint checkpoint() const;
    [[nodiscard]] ImportReport report(bool has_landed) const;
    [[nodiscard]] bool is_one_transaction() const;

    Session& session_;
    engine::SessionState& state_;
    const ImportPlan& plan_;
    ByteSource& file_;
    const ImportOptions& options_;
    RunKind kind_;
    Instant began_;

    std::optional<CsvReader> reader_;
    std::optional<FileColumns> columns_;
    std::optional<CompiledPlan> compiled_;
    std::optional<ImportTally> tally_;
    std::optional<RowImporter> importer_;
    std::string fingerprint_;

    RowBuffer batch_;
    std::vector<ImportRow> outcomes_;
    bool at_end_ = false;
    std::int64_t rows_read_ = 0;
    Fingerprint rows_print_;  ///< of their cells
    /// The place behind the last batch, and what had been put off up to there.
    Place place_;
    std::size_t later_kept_ = 0;
    StoredCheckpoint stored_;
};

}  // namespace crmkit::exchange::detail

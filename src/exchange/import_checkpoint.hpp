/// `ImportCheckpoint`: how far an import of good rows is, so that it can go on from there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/fingerprint.hpp"
#include "crmkit/exchange/csv_reader.hpp"
#include "crmkit/exchange/import_report.hpp"
#include "crmkit/store/storage.hpp"

namespace crmkit::exchange::detail {

/// A place between two batches, with the counts up to there.
struct ImportCheckpoint {
    CRMKIT_STRUCTURE(ImportCheckpoint, "import_checkpoint", "How far an import is.");
    std::string fingerprint{};
    std::int64_t rows = 0;
    std::string rows_fingerprint{};
    std::vector<ImportReport> report{};
    std::int64_t later_chunks = 0;
    std::string later{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, fingerprint, "Of the plan and the columns of the file.").required(),
            CRMKIT_FIELD(4, rows, "Rows of the file up to there."),
            CRMKIT_FIELD(12, rows_fingerprint, "Of all cells of those rows.").required(),
            CRMKIT_FIELD(6, report, "One report: the counts up to there."),
            CRMKIT_FIELD(7, later_chunks, "In how many settings the store keeps `later`."),
            CRMKIT_FIELD(8, later, "References that wait for the end of the file, a line each.")
                .max_length(256U << 20U));
    }

    [[nodiscard]] std::string to_text() const;
    /// Throws invalid_argument for what is no checkpoint.
    static ImportCheckpoint from_text(std::string_view text);
};

/// Tells plans, and files of other columns, apart.
std::string fingerprint_of(const ImportPlan& plan, const std::vector<std::string>& header);

/// Adds a row, all of its cells, to the fingerprint of those before it.
void add_row(Fingerprint& print, const CsvRow& row);

/// The checkpoint that a store keeps under a name.
class StoredCheckpoint {
  public:
    StoredCheckpoint() = default;
    explicit StoredCheckpoint(std::string name);

    [[nodiscard]] bool is_used() const { return !key_.empty(); }
    /// Nothing when there is none. `later` is complete.
    [[nodiscard]] std::string read(Storage& storage) const;
    /// Writes it; of `later` only what is new. Inside the batch's transaction.
    void write(Storage& storage, ImportCheckpoint checkpoint, const std::string& new_later);
    /// Forgets it. Inside a transaction.
    void erase(Storage& storage);
    /// The batch that was written last was undone.
    void go_back(std::int64_t chunks) { chunks_ = chunks; }
    [[nodiscard]] std::int64_t chunks() const { return chunks_; }

  private:
    [[nodiscard]] std::string chunk_key(std::int64_t chunk) const;

    std::string key_;
    std::int64_t chunks_ = 0;
};

}  // namespace crmkit::exchange::detail

/// `ImportCheckpoint`: how far an import of good rows is, so that it can go on from there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/exchange/import_report.hpp"
#include "crmkit/store/storage.hpp"
#include "row_buffer.hpp"

namespace crmkit::exchange::detail {

/// A place between two batches, with the counts up to there.
struct ImportCheckpoint {
    CRMKIT_STRUCTURE(ImportCheckpoint, "import_checkpoint", "How far an import is.");
    std::string fingerprint{};
    std::int64_t byte_offset = 0;
    std::int64_t line = 1;
    std::int64_t rows = 0;
    std::string encoding{};
    std::vector<ImportReport> report{};
    std::int64_t later_chunks = 0;
    std::string later{};
    std::int64_t last_offset = 0;
    std::int64_t last_line = 1;
    std::string last_row{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(1, fingerprint, "Of the plan and the columns of the file.").required(),
            CRMKIT_FIELD(2, byte_offset, "Where the next row begins in the file."),
            CRMKIT_FIELD(3, line, "The line that it begins on."),
            CRMKIT_FIELD(4, rows, "Rows of the file up to there."),
            CRMKIT_FIELD(5, encoding, "Encoding of the file, as far as it is known there."),
            CRMKIT_FIELD(6, report, "One report: the counts up to there."),
            CRMKIT_FIELD(7, later_chunks, "In how many settings the store keeps `later`."),
            CRMKIT_FIELD(8, later, "References that wait for the end of the file, a line each.")
                .max_length(256U << 20U),
            CRMKIT_FIELD(9, last_offset, "Where the last row before that place begins."),
            CRMKIT_FIELD(10, last_line, "The line that it begins on."),
            CRMKIT_FIELD(11, last_row, "Fingerprint of its cells; empty when there is none."));
    }

    [[nodiscard]] std::string to_text() const;
    /// Throws invalid_argument for what is no checkpoint.
    static ImportCheckpoint from_text(std::string_view text);
};

/// Tells plans, and files of other columns, apart.
std::string fingerprint_of(const ImportPlan& plan, const std::vector<std::string>& header);

/// Tells rows apart.
std::string fingerprint_of(const InputRow& row);

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

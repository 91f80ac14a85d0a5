/// What the tests of CSV share: texts from sources of any block size, and rows that can be kept.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/base/error.hpp"
#include "crmkit/base/utf8.hpp"
#include "crmkit/exchange/csv.hpp"
#include "errors_of.hpp"
#include "temporary_folder.hpp"
#include "test_data.hpp"

namespace csv_support {

using namespace crmkit::exchange;
using crmkit::Error;
using crmkit::ErrorCode;
using crmkit::find_invalid_utf8;
using crmkit::Problem;
using crmkit::testing::error_of;
using crmkit::testing::file_text;
using crmkit::testing::find_test_data;
using crmkit::testing::TemporaryFolder;
using Fields = std::vector<std::string>;

/// Gives a text `block` bytes at a time and cannot be sought, like a pipe.
class Trickle final : public ByteSource {
  public:
    Trickle(std::string_view text, std::size_t block) : text_(text), block_(block) {}
    std::size_t read(char* out, std::size_t size) override {
        const std::size_t count = text_.copy(out, std::min(size, block_));
        text_.remove_prefix(count);
        return count;
    }

  private:
    std::string_view text_;
    std::size_t block_;
};

/// Repeats a text for ever and counts what was taken of it.
class Endless final : public ByteSource {
  public:
    Endless(std::string head, std::string body) : head_(std::move(head)), body_(std::move(body)) {
        while (body_.size() < 10000) {
            body_ += body_;
        }
    }
    std::size_t read(char* out, std::size_t size) override {
        const bool in_head = taken < head_.size();
        const std::string_view from = in_head ? head_ : body_;
        const std::size_t at = in_head ? taken : (taken - head_.size()) % body_.size();
        const std::size_t count = from.copy(out, size, at);
        taken += count;
        return count;
    }
    std::size_t taken = 0;

  private:
    std::string head_;
    std::string body_;
};

struct Place {
    std::uint64_t line = 0;
    std::uint64_t column = 0;
    bool operator==(const Place&) const = default;
};

/// A row that outlives its reader's next one.
struct Kept {
    Fields fields;
    std::vector<bool> quoted;
    std::vector<Place> places;
    std::vector<std::string> problems;  // "line:column field message"
    std::uint64_t line = 0;
    std::uint64_t number = 0;
    bool ragged = false;
    bool malformed = false;
    bool bad_bytes = false;
    bool operator==(const Kept&) const = default;
};

inline std::string text_of(const Problem& problem) {
    return std::to_string(problem.line) + ":" + std::to_string(problem.column) + " " +
           (problem.field.empty() ? "" : problem.field + ": ") + problem.message;
}

inline Kept keep(const CsvRow& row) {
    Kept kept;
    for (std::size_t i = 0; i < row.size(); ++i) {
        kept.fields.emplace_back(row[i]);
        kept.quoted.push_back(row.quoted(i));
        kept.places.push_back({row.line(i), row.column(i)});
    }
    for (const Problem& problem : row.problems()) {
        kept.problems.push_back(text_of(problem));
    }
    kept.line = row.line();
    kept.number = row.number();
    kept.ragged = row.ragged();
    kept.malformed = row.malformed();
    kept.bad_bytes = row.bad_bytes();
    return kept;
}

/// All that comes of a file, up to the error that ends it, if one does.
struct Outcome {
    Fields header;
    std::vector<Kept> rows;
    std::string error;
    bool operator==(const Outcome&) const = default;
};

inline Outcome read_all(ByteSource& source, const CsvOptions& options = {}) {
    Outcome outcome;
    try {
        CsvReader reader(source, options);
        outcome.header = reader.header();
        for (const CsvRow& row : reader) {
            outcome.rows.push_back(keep(row));
        }
    } catch (const Error& error) {
        outcome.error = std::string(to_string(error.code())) + ": " + error.message();
    }
    return outcome;
}

inline Outcome read_all(std::string_view text, const CsvOptions& options = {}) {
    MemorySource source(text);
    return read_all(source, options);
}

inline CsvOptions plain_options() {
    CsvOptions options;
    options.header = false;
    options.dialect = CsvDialect{};
    return options;
}

/// The fields of each row of a text without a header.
inline std::vector<Fields> table(std::string_view text, CsvOptions options = plain_options()) {
    options.header = false;
    std::vector<Fields> rows;
    for (Kept& row : read_all(text, options).rows) {
        rows.push_back(std::move(row.fields));
    }
    return rows;
}

}  // namespace csv_support

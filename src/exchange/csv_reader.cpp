#include "crmkit/exchange/csv_reader.hpp"

#include <algorithm>
#include <exception>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "crmkit/exchange/formula_guard.hpp"
#include "csv_scanner.hpp"
#include "csv_start.hpp"
#include "text_buffer.hpp"
#include "valid_text.hpp"

namespace crmkit::exchange {

namespace {

constexpr std::size_t sample_size = std::size_t{64} << 10U;
constexpr std::size_t max_byte_problems = 8;  // of one row; the rest are counted

/// Bad options must show before anything is made of them.
CsvOptions checked(CsvOptions options) {
    constexpr std::size_t largest_row = std::size_t{1} << 30U;
    CsvLimits& limits = options.limits;
    if (limits.max_field_bytes == 0 || limits.max_columns == 0 || limits.max_row_bytes == 0 ||
        limits.max_row_bytes > largest_row) {
        throw Error(ErrorCode::invalid_argument,
                    "CsvLimits must not be 0, and max_row_bytes at most 1 GiB");
    }
    if (options.dialect) {
        options.dialect->check();
    }
    limits.max_field_bytes = std::min(limits.max_field_bytes, limits.max_row_bytes);
    return options;
}

std::string describe(std::string_view bytes, Encoding encoding) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    if (encoding != Encoding::utf8) {
        return bytes.size() == 3 ? "half of a surrogate pair is no character"
                                 : "the file ends within a character";
    }
    std::string out = bytes.size() == 1 ? "the byte" : "the bytes";
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out += " 0x";
        out += digits[byte >> 4U];
        out += digits[byte & 0xFU];
    }
    return out + (bytes.size() == 1 ? " is no UTF-8" : " are no UTF-8");
}

}  // namespace

bool CsvRow::blank() const {
    return std::all_of(fields_, fields_ + size_,
                       [](const detail::CsvField& field) { return field.size == 0; });
}

std::uint64_t CsvRow::line(std::size_t index) const {
    return index < size_ ? line_ + fields_[index].line : end_line_;
}

std::uint64_t CsvRow::column(std::size_t index) const {
    return index < size_ ? fields_[index].column : end_column_;
}

class CsvReader::Impl {
  public:
    Impl(std::unique_ptr<ByteSource> owned, ByteSource& source, const CsvOptions& options)
        : owned_(std::move(owned)),
          source_(source),
          options_(checked(options)),
          decoder_(source_, options_.encoding),
          text_(decoder_) {
        open();
    }

    const CsvRow* next();
    [[nodiscard]] std::uint64_t byte_offset() const { return text_.file_offset(); }
    [[nodiscard]] Encoding encoding() const { return decoder_.encoding().value_or(Encoding::utf8); }

    std::vector<std::string> header_;
    std::vector<Problem> header_problems_;
    CsvDialect dialect_;

  private:
    void open();
    void find_dialect();
    std::string_view sample();
    void read_header();
    void look_at_width();
    bool find_row();
    void build_row();
    void report_quotes();
    void report_bytes(std::string_view text);
    void report_ragged();
    void report(std::uint32_t line, std::uint32_t column, std::string message);
    void repair();

    std::unique_ptr<ByteSource> owned_;
    ByteSource& source_;
    CsvOptions options_;
    DecodingSource decoder_;
    detail::TextBuffer text_;
    std::optional<detail::CsvScanner> scanner_;
    std::size_t width_ = 0;  // fields that a row should have; 0: not known yet
    std::uint64_t rows_ = 0;
    CsvRow row_;
    std::string repaired_;  // the fields of a row with bad bytes
    std::exception_ptr failure_;
};

void CsvReader::Impl::open() {
    if (sample().starts_with(detail::archive_mark)) {
        throw Error(ErrorCode::syntax,
                    "the file is a ZIP archive, perhaps a spreadsheet (.xlsx, .ods), and no CSV: "
                    "save the sheet as CSV first");
    }
    find_dialect();
    if (options_.header) {
        read_header();
    } else {
        look_at_width();
    }
}

std::string_view CsvReader::Impl::sample() {
    while (text_.size() < sample_size && text_.more()) {
    }
    return text_.view().substr(0, sample_size);
}

void CsvReader::Impl::find_dialect() {
    const auto detect = [this] {
        const std::string_view text = sample();
        return options_.dialect
                   ? *options_.dialect
                   : detect_csv_dialect(text, text_.at_end() && text.size() == text_.size());
    };
    dialect_ = detect();
    scanner_.emplace(text_, dialect_, options_.limits);
    const auto sep = detail::find_sep_line(text_.view());
    if (sep) {
        scanner_->skip_line();
    }
    for (std::uint64_t i = 0; i < options_.skip_lines && scanner_->skip_line(); ++i) {
    }
    if (options_.skip_lines > 0) {
        const std::uint64_t line = scanner_->line();
        const char delimiter = dialect_.delimiter;
        dialect_ = detect();
        dialect_.delimiter = sep ? delimiter : dialect_.delimiter;
        scanner_.emplace(text_, dialect_, options_.limits);
        scanner_->restart(line);
    }
    dialect_.sep_line = sep.has_value();
}

void CsvReader::Impl::read_header() {
    if (!find_row()) {
        return;
    }
    build_row();
    header_problems_ = row_.problems_;
    header_.assign(row_.begin(), row_.end());
    std::unordered_map<std::string_view, std::size_t> first;
    for (std::size_t i = 0; i < header_.size(); ++i) {
        const std::string& name = header_[i];
        const auto [same, is_new] = first.emplace(name, i);
        if (is_new && !name.empty()) {
            continue;
        }
        Problem problem;
        problem.field = name;
        problem.line = static_cast<std::int64_t>(row_.line(i));
        problem.column = static_cast<std::int64_t>(row_.column(i));
        problem.message = name.empty() ? "column " + std::to_string(i + 1) + " has no name"
                                       : "columns " + std::to_string(same->second + 1) + " and " +
                                             std::to_string(i + 1) + " have the same name";
        header_problems_.push_back(std::move(problem));
    }
    width_ = header_.size();
}

/// Without a header the first row says how many fields there should be; it is read again after.
void CsvReader::Impl::look_at_width() {
    if (find_row()) {
        width_ = scanner_->field_count();
        scanner_->restart(scanner_->line());
    }
}

const CsvRow* CsvReader::Impl::next() {
    if (failure_) {
        std::rethrow_exception(failure_);
    }
    try {
        if (!find_row()) {
            return nullptr;
        }
        row_.number_ = ++rows_;
        build_row();
        return &row_;
    } catch (...) {
        failure_ = std::current_exception();
        throw;
    }
}

bool CsvReader::Impl::find_row() {
    while (scanner_->next()) {
        if (scanner_->text_size() > 0 || !options_.skip_blank_lines) {
            return true;
        }
        scanner_->consume();
    }
    return false;
}

void CsvReader::Impl::build_row() {
    row_.text_ = text_.data();
    row_.fields_ = scanner_->fields();
    row_.size_ = scanner_->field_count();
    row_.line_ = scanner_->line();
    row_.end_line_ = row_.line_ + scanner_->end_line();
    row_.end_column_ = scanner_->end_column();
    row_.malformed_ = !scanner_->faults().empty();
    row_.bad_bytes_ = !text_.clean(scanner_->text_size());
    row_.ragged_ = width_ != 0 && row_.size_ != width_;
    row_.problems_.clear();
    char* const text = text_.data();
    if (row_.malformed_) {
        report_quotes();
    }
    if (row_.bad_bytes_) {
        report_bytes({text, scanner_->text_size()});
    }
    scanner_->consume();  // counts the bytes of the file, so it comes before the text is changed
    detail::CsvField* const fields = scanner_->fields();
    for (std::size_t i = 0; scanner_->escaped() && i < row_.size_; ++i) {
        if (fields[i].escaped) {
            scanner_->unescape(text, fields[i]);
        }
    }
    if (row_.bad_bytes_) {
        repair();
    }
    for (std::size_t i = 0; options_.unguard && i < row_.size_; ++i) {
        const auto kept = static_cast<std::uint32_t>(unguarded(row_[i]).size());
        fields[i].begin += fields[i].size - kept;
        fields[i].size = kept;
    }
    if (row_.ragged_) {
        report_ragged();
    }
    std::stable_sort(row_.problems_.begin(), row_.problems_.end(),
                     [](const Problem& one, const Problem& other) {
                         return std::tie(one.line, one.column) < std::tie(other.line, other.column);
                     });
}

/// A problem at a place of the row, with the line counted from the row's own.
void CsvReader::Impl::report(std::uint32_t line, std::uint32_t column, std::string message) {
    const detail::CsvField* const fields = row_.fields_;
    const auto* const after =
        std::partition_point(fields, fields + row_.size_, [&](const detail::CsvField& field) {
            return std::tie(field.line, field.column) <= std::tie(line, column);
        });
    Problem problem;
    const auto index = static_cast<std::size_t>(after - fields);
    if (index > 0 && index <= header_.size()) {
        problem.field = header_[index - 1];
    }
    problem.line = static_cast<std::int64_t>(row_.line_ + line);
    problem.column = column;
    problem.message = std::move(message);
    row_.problems_.push_back(std::move(problem));
}

void CsvReader::Impl::report_quotes() {
    for (const detail::QuoteFault& fault : scanner_->faults()) {
        report(fault.line, fault.column,
               fault.kind == detail::QuoteFault::Kind::stray
                   ? "a quote within a quoted field must be doubled"
                   : "the quote that opens here is not closed");
    }
    if (const std::uint64_t more = scanner_->more_faults(); more > 0) {
        const detail::QuoteFault& last = scanner_->faults().back();
        report(last.line, last.column, "and so must " + std::to_string(more) + " more after it");
    }
}

void CsvReader::Impl::report_bytes(std::string_view text) {
    const bool lone_cr = dialect_.line_end == LineEnd::cr;
    auto bad = detail::next_invalid(text, 0, encoding());
    std::uint32_t line = 0;
    std::size_t line_start = 0;
    std::size_t found = 0;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t size = 1;
        const bool after_cr = lone_cr && at > 0 && text[at - 1] == '\r';
        const bool invalid = bad && bad->begin == at;
        if (text[at] == '\n' || (lone_cr && text[at] == '\r')) {
            line += text[at] == '\n' && after_cr ? 0U : 1U;
            line_start = at + 1;
        } else if (invalid || text[at] == '\0') {
            size = invalid ? bad->size : 1;
            if (++found <= max_byte_problems) {
                report(line, static_cast<std::uint32_t>(at - line_start + 1),
                       invalid ? describe(text.substr(at, size), encoding()) : "a NUL byte");
            }
            bad = invalid ? detail::next_invalid(text, at + size, encoding()) : bad;
        }
        at += size;
    }
    if (found > max_byte_problems) {
        row_.problems_.back().message +=
            ", and there are " + std::to_string(found - max_byte_problems) + " more such";
    }
}

/// Makes a copy of the fields in which U+FFFD stands for what is no character.
void CsvReader::Impl::repair() {
    repaired_.clear();
    detail::CsvField* const fields = scanner_->fields();
    for (std::size_t i = 0; i < row_.size_; ++i) {
        const std::size_t begin = repaired_.size();
        detail::append_valid(repaired_, row_[i], encoding());
        if (repaired_.size() > options_.limits.max_row_bytes) {
            Problem problem;
            problem.line = static_cast<std::int64_t>(row_.line_);
            problem.message = "the row has too many bytes that are no text";
            throw Error::about(ErrorCode::limit, std::move(problem));
        }
        fields[i].begin = static_cast<std::uint32_t>(begin);
        fields[i].size = static_cast<std::uint32_t>(repaired_.size() - begin);
    }
    row_.text_ = repaired_.data();
}

void CsvReader::Impl::report_ragged() {
    const bool more = row_.size_ > width_;
    Problem problem;
    problem.line = static_cast<std::int64_t>(row_.line(more ? width_ : row_.size_));
    problem.column = static_cast<std::int64_t>(row_.column(more ? width_ : row_.size_));
    problem.message = "the row has " + std::to_string(row_.size_) + " fields instead of " +
                      std::to_string(width_);
    if (more) {
        problem.value = shortened(row_[width_]);
    } else if (row_.size_ < header_.size()) {
        problem.field = header_[row_.size_];
    }
    row_.problems_.push_back(std::move(problem));
}

CsvReader::CsvReader(ByteSource& source, const CsvOptions& options)
    : impl_(std::make_unique<Impl>(nullptr, source, options)) {}

CsvReader::CsvReader(std::unique_ptr<ByteSource> source, const CsvOptions& options) {
    if (!source) {
        throw Error(ErrorCode::invalid_argument, "a CSV reader needs a source");
    }
    ByteSource& borrowed = *source;
    impl_ = std::make_unique<Impl>(std::move(source), borrowed, options);
}

CsvReader::CsvReader(CsvReader&& other) noexcept = default;
CsvReader& CsvReader::operator=(CsvReader&& other) noexcept = default;
CsvReader::~CsvReader() = default;

const CsvRow* CsvReader::next() { return impl_->next(); }

std::uint64_t CsvReader::skip_rows(std::uint64_t count) {
    std::uint64_t skipped = 0;
    while (skipped < count && next() != nullptr) {
        ++skipped;
    }
    return skipped;
}

const std::vector<std::string>& CsvReader::header() const { return impl_->header_; }

const std::vector<Problem>& CsvReader::header_problems() const { return impl_->header_problems_; }

std::optional<std::size_t> CsvReader::column(std::string_view name) const {
    const auto found = std::find(impl_->header_.begin(), impl_->header_.end(), name);
    if (found == impl_->header_.end()) {
        return std::nullopt;
    }
    return static_cast<std::size_t>(found - impl_->header_.begin());
}

const CsvDialect& CsvReader::dialect() const { return impl_->dialect_; }

Encoding CsvReader::encoding() const { return impl_->encoding(); }

std::uint64_t CsvReader::byte_offset() const { return impl_->byte_offset(); }

}  // namespace crmkit::exchange

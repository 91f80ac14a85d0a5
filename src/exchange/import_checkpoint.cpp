#include "import_checkpoint.hpp"

#include <fmt/format.h>

#include <utility>

#include "crmkit/base/error.hpp"
#include "crmkit/schema/json.hpp"
#include "crmkit/schema/json_reader.hpp"

namespace crmkit::exchange::detail {

namespace {

[[noreturn]] void fail_checkpoint(std::string_view why) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("this is no place to resume an import at: {}", why));
}

}  // namespace

std::string ImportCheckpoint::to_text() const { return to_json(*this); }

ImportCheckpoint ImportCheckpoint::from_text(std::string_view text) {
    try {
        JsonReadOptions options;
        options.longest = std::size_t{1} << 30U;
        auto checkpoint = from_json<ImportCheckpoint>(text, options);
        if (checkpoint.rows < 0 || checkpoint.later_chunks < 0 || checkpoint.report.size() != 1) {
            fail_checkpoint("its members are out of range");
        }
        return checkpoint;
    } catch (const Error& error) {
        if (error.code() == ErrorCode::invalid_argument) {
            throw;
        }
        fail_checkpoint(error.message());
    }
}

std::string fingerprint_of(const ImportPlan& plan, const std::vector<std::string>& header) {
    Fingerprint print;
    print.add(plan_to_json(plan));
    for (const std::string& name : header) {
        print.add(name);
    }
    return print.text();
}

void add_row(Fingerprint& print, const CsvRow& row) {
    for (const std::string_view cell : row) {
        print.add(cell);
    }
    print.add("\n");  // else two rows of two cells would be one of four
}

StoredCheckpoint::StoredCheckpoint(std::string name)
    : key_(name.empty() ? std::string() : "import/" + std::move(name)) {}

std::string StoredCheckpoint::chunk_key(std::int64_t chunk) const {
    return fmt::format("{}/{}", key_, chunk);
}

std::string StoredCheckpoint::read(Storage& storage) const {
    std::string text = storage.setting(key_);
    if (text.empty()) {
        return text;
    }
    ImportCheckpoint checkpoint = ImportCheckpoint::from_text(text);
    for (std::int64_t chunk = 0; chunk < checkpoint.later_chunks; ++chunk) {
        checkpoint.later += storage.setting(chunk_key(chunk));
    }
    return checkpoint.to_text();
}

void StoredCheckpoint::write(Storage& storage, ImportCheckpoint checkpoint,
                             const std::string& new_later) {
    if (!new_later.empty()) {
        storage.put_setting(chunk_key(chunks_), new_later);
        ++chunks_;
    }
    checkpoint.later.clear();
    checkpoint.later_chunks = chunks_;
    storage.put_setting(key_, checkpoint.to_text());
}

void StoredCheckpoint::erase(Storage& storage) {
    if (const std::string text = storage.setting(key_); !text.empty()) {
        chunks_ = ImportCheckpoint::from_text(text).later_chunks;
    }
    for (std::int64_t chunk = 0; chunk < chunks_; ++chunk) {
        storage.put_setting(chunk_key(chunk), "");
    }
    chunks_ = 0;
    storage.put_setting(key_, "");
}

}  // namespace crmkit::exchange::detail

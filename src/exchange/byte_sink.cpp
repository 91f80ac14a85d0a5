#include "crmkit/exchange/byte_sink.hpp"

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/checked_path.hpp"
#include "base/file_error.hpp"
#include "crmkit/base/error.hpp"

namespace crmkit::exchange {

namespace {

/// Where the bytes shall land in the end: what a symbolic link points at, not the link.
std::string target_of(const std::string& path) {
    std::error_code absent;
    const auto target = std::filesystem::canonical(path, absent);
    return absent ? path : target.string();
}

bool is_special(const std::string& path) {
    std::error_code absent;
    const auto status = std::filesystem::status(path, absent);
    return std::filesystem::exists(status) && !std::filesystem::is_regular_file(status);
}

/// Every SQLite database begins so: https://www.sqlite.org/fileformat.html, 1.3.
constexpr std::string_view database_magic("SQLite format 3\0", 16);

bool is_database(const std::string& path) {
    std::array<char, database_magic.size()> beginning{};
    std::ifstream file(path, std::ios::binary);
    return file.read(beginning.data(), beginning.size()) &&
           std::string_view(beginning.data(), beginning.size()) == database_magic;
}

/// Whether the file is a database or one of those that SQLite keeps beside one.
bool belongs_to_database(std::string_view path) {
    for (const std::string_view suffix : {"-wal", "-shm", "-journal"}) {
        if (path.ends_with(suffix)) {
            path.remove_suffix(suffix.size());
            break;
        }
    }
    return is_database(std::string(path));
}

}  // namespace

void ByteSink::close() {}

void FileSink::Close::operator()(std::FILE* stream) const { (void)std::fclose(stream); }

FileSink::FileSink(const std::string& path) : path_(target_of(checked_path(path))) {
    if (!is_special(path_)) {
        if (belongs_to_database(path_)) {
            throw Error(ErrorCode::invalid_argument,
                        "'" + path_ + "' is a database, which an export does not write over");
        }
        partial_ = path_ + ".partial";
    }
    stream_.reset(std::fopen(partial_.empty() ? path_.c_str() : partial_.c_str(), "wb"));
    if (!stream_) {
        throw file_error("write", path_, errno);
    }
    // Our writers bring large blocks, and unbuffered every failure shows where it happens.
    (void)std::setvbuf(stream_.get(), nullptr, _IONBF, 0);
}

FileSink::~FileSink() {
    if (stream_ && !partial_.empty()) {
        stream_.reset();
        (void)std::remove(partial_.c_str());
    }
}

void FileSink::write(std::string_view bytes) {
    if (!stream_) {
        throw Error(ErrorCode::invalid_argument, "the file '" + path_ + "' is closed");
    }
    errno = 0;
    if (std::fwrite(bytes.data(), 1, bytes.size(), stream_.get()) != bytes.size()) {
        throw file_error("write", path_, errno);
    }
}

void FileSink::close() {
    if (!stream_) {
        return;
    }
    errno = 0;
    if (std::fclose(stream_.release()) != 0) {
        const int number = errno;
        if (!partial_.empty()) {
            (void)std::remove(partial_.c_str());
        }
        throw file_error("write", path_, number);
    }
    if (partial_.empty()) {
        return;
    }
    std::error_code failed;
    std::filesystem::rename(partial_, path_, failed);
    if (failed) {
        (void)std::remove(partial_.c_str());
        throw file_error("write", path_, failed.value());
    }
}

CallbackSink::CallbackSink(Write write) : write_(std::move(write)) {
    if (!write_) {
        throw Error(ErrorCode::invalid_argument, "a callback sink needs a writer");
    }
}

}  // namespace crmkit::exchange

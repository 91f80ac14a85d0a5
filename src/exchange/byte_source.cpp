#include "crmkit/exchange/byte_source.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/checked_path.hpp"
#include "base/file_error.hpp"
#include "crmkit/base/error.hpp"

namespace crmkit::exchange {

std::optional<std::uint64_t> ByteSource::size() const { return std::nullopt; }

void FileSource::Close::operator()(std::FILE* stream) const {
    if (owned) {
        (void)std::fclose(stream);  // it was only read: nothing can be lost here
    }
}

FileSource::FileSource(const std::string& path)
    : stream_(std::fopen(checked_path(path).c_str(), "rb"), Close{true}), path_(path) {
    if (!stream_) {
        throw file_error("read", path_, errno);
    }
    // Our readers ask for large blocks: a second buffer would only be one more copy.
    (void)std::setvbuf(stream_.get(), nullptr, _IONBF, 0);
    std::error_code unknown;
    if (std::filesystem::is_directory(path_, unknown)) {
        throw file_error("read", path_, EISDIR);
    }
    if (std::filesystem::is_regular_file(path_, unknown)) {
        const auto bytes = std::filesystem::file_size(path_, unknown);
        if (!unknown) {
            size_ = bytes;
        }
    }
}

FileSource::FileSource(std::FILE* stream) : stream_(stream, Close{false}), path_("(stream)") {
    if (stream == nullptr) {
        throw Error(ErrorCode::invalid_argument, "a file source needs an open stream");
    }
}

std::size_t FileSource::read(char* out, std::size_t size) {
    errno = 0;
    const std::size_t count = std::fread(out, 1, size, stream_.get());
    if (count == 0 && std::ferror(stream_.get()) != 0) {
        throw file_error("read", path_, errno);
    }
    return count;
}

std::size_t MemorySource::read(char* out, std::size_t size) {
    const std::size_t count = std::min(size, text_.size() - at_);
    if (count > 0) {
        std::memcpy(out, text_.data() + at_, count);
    }
    at_ += count;
    return count;
}

CallbackSource::CallbackSource(Read read, std::optional<std::uint64_t> size)
    : read_(std::move(read)), size_(size) {
    if (!read_) {
        throw Error(ErrorCode::invalid_argument, "a callback source needs a reader");
    }
}

std::size_t CallbackSource::read(char* out, std::size_t size) {
    const std::size_t count = read_(out, size);
    if (count > size) {
        throw Error(ErrorCode::io, "the host's reader claims " + std::to_string(count) +
                                       " bytes where " + std::to_string(size) + " were asked for");
    }
    return count;
}

}  // namespace crmkit::exchange

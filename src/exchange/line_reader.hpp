/// `LineReader`: the lines of a source, each of bounded length.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "crmkit/base/error.hpp"
#include "crmkit/exchange/byte_source.hpp"

namespace crmkit::exchange::detail {

class LineReader {
  public:
    /// A longer line is refused with `limit`. The buffer doubles as it grows: so much keeps it,
    /// the one before and what the heap holds of those before that within 64 MiB.
    static constexpr std::size_t longest = std::size_t{24} << 20U;

    explicit LineReader(ByteSource& source) : source_(source) {}

    /// The next line, without its end; false when there is none. The view is valid until the next
    /// call.
    bool next(std::string_view& line) {
        std::size_t end = buffer_.find('\n', begin_);
        if (end == std::string::npos && !at_end_) {
            buffer_.erase(0, begin_);
            begin_ = 0;
        }
        while (end == std::string::npos && !at_end_) {
            const std::size_t before = buffer_.size();
            read_more();
            end = buffer_.find('\n', before);
        }
        if (begin_ == buffer_.size()) {
            return false;
        }
        ++number_;
        const std::size_t line_end = std::min(end, buffer_.size());
        line = std::string_view(buffer_).substr(begin_, line_end - begin_);
        const std::size_t next_begin = std::min(line_end + 1, buffer_.size());
        bytes_ += static_cast<std::int64_t>(next_begin - begin_);
        begin_ = next_begin;
        return true;
    }
    /// Of the line that next() gave, from 1.
    [[nodiscard]] std::int64_t number() const { return number_; }
    [[nodiscard]] std::int64_t bytes() const { return bytes_; }

  private:
    void read_more() {
        constexpr std::size_t block = std::size_t{256} << 10U;
        if (buffer_.size() > longest) {
            throw Error(ErrorCode::limit,
                        "line " + std::to_string(number_ + 1) + " is longer than 24 MiB");
        }
        const std::size_t size = buffer_.size();
        buffer_.resize(size + block);
        const std::size_t got = source_.read(buffer_.data() + size, block);
        buffer_.resize(size + got);
        at_end_ = got == 0;
    }

    ByteSource& source_;
    std::string buffer_;
    std::size_t begin_ = 0;
    std::int64_t number_ = 0;
    std::int64_t bytes_ = 0;
    bool at_end_ = false;
};

}  // namespace crmkit::exchange::detail

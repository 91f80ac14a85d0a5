#include "text_buffer.hpp"

#include <algorithm>
#include <cstring>

#include "crmkit/base/error.hpp"

namespace crmkit::exchange::detail {

TextBuffer::TextBuffer(DecodingSource& source, std::size_t block) : source_(source), block_(block) {
    grow(block_);
}

bool TextBuffer::more() {
    if (at_end_) {
        return false;
    }
    make_room();
    const std::size_t count = source_.read(bytes_.get() + end_, block_);
    at_end_ = count == 0;
    end_ += count;
    std::memset(bytes_.get() + end_, 0, slack);
    inspect();
    return !at_end_;
}

void TextBuffer::consume(std::size_t size) {
    file_offset_ +=
        encoded_size(view().substr(0, size), source_.encoding().value_or(Encoding::utf8));
    head_ += size;
    offset_ += size;
    if ((invalid_.found && invalid_.at < head_) || (nul_.found && nul_.at < head_)) {
        inspect();
    }
}

void TextBuffer::make_room() {
    if (head_ > 0) {
        std::memmove(bytes_.get(), bytes_.get() + head_, size());
        end_ -= head_;
        for (Watch* watch : {&invalid_, &nul_}) {
            watch->at -= std::min(watch->at, head_);
        }
        head_ = 0;
    }
    if (capacity_ - end_ < block_) {
        grow(capacity_ * 2);
    }
}

void TextBuffer::grow(std::size_t capacity) {
    // NOLINTNEXTLINE(cppcoreguidelines-no-malloc): see bytes_
    auto* const bytes = static_cast<char*>(std::realloc(bytes_.get(), capacity + slack));
    if (bytes == nullptr) {
        throw Error(ErrorCode::out_of_memory,
                    "no memory for a row of more than " + std::to_string(capacity / 2) + " bytes");
    }
    (void)bytes_.release();
    bytes_.reset(bytes);
    capacity_ = capacity;
}

/// Each watch looks on from where it stopped, but never past a bad byte: so however many there are,
/// each byte of the text is looked at once.
void TextBuffer::inspect() {
    const std::string_view text(bytes_.get(), end_);
    if (!invalid_.found || invalid_.at < head_) {
        const auto bad = find_invalid_bytes(text, std::max(invalid_.at, head_));
        const bool unfinished = bad && bad->cut_off && !at_end_;
        invalid_ = {bad ? bad->begin : end_, bad && !unfinished};
    }
    if (!nul_.found || nul_.at < head_) {
        const std::size_t at = text.find('\0', std::max(nul_.at, head_));
        nul_ = {std::min(at, end_), at != std::string_view::npos};
    }
}

}  // namespace crmkit::exchange::detail

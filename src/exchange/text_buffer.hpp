/// `TextBuffer`: the stretch of a text that a parser is looking at, and where it is not clean.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "crmkit/exchange/encoding.hpp"

namespace crmkit::exchange::detail {

/// Holds the bytes of a source from a head onwards: more() adds behind, consume() takes away in
/// front. Watches for bytes that are not UTF-8 and for NUL, so that nobody need look at clean text
/// twice. Fails as the source does, and with `out_of_memory`.
class TextBuffer {
  public:
    /// Readable zero bytes behind the text, for those who look at whole blocks.
    static constexpr std::size_t slack = 64;

    /// `block`: how much to read at once.
    explicit TextBuffer(DecodingSource& source, std::size_t block = std::size_t{256} << 10U);

    /// Reads on; false at the end of the source. The text may move.
    bool more();
    /// Moves the head past `size` bytes. The text does not move.
    void consume(std::size_t size);

    [[nodiscard]] char* data() { return bytes_.get() + head_; }
    [[nodiscard]] std::size_t size() const { return end_ - head_; }
    [[nodiscard]] std::string_view view() const { return {bytes_.get() + head_, size()}; }
    /// Where the head is in memory, from the buffer's own start; more() lowers it when text moves.
    [[nodiscard]] std::size_t head() const { return head_; }
    /// How many bytes were consumed in all.
    [[nodiscard]] std::uint64_t offset() const { return offset_; }
    /// The byte of the file, in its own encoding, that the head was made from.
    [[nodiscard]] std::uint64_t file_offset() const { return source_.mark_size() + file_offset_; }
    /// The source has no more than is here.
    [[nodiscard]] bool at_end() const { return at_end_; }
    /// Whether the first `size` bytes are UTF-8 without NUL.
    [[nodiscard]] bool clean(std::size_t size) const {
        return invalid_.at >= head_ + size && nul_.at >= head_ + size;
    }

  private:
    /// The next bad byte: none before `at`, and there is one at `at` if `found`.
    struct Watch {
        std::size_t at = 0;
        bool found = false;
    };
    struct Free {
        void operator()(char* bytes) const {
            std::free(bytes);  // NOLINT(cppcoreguidelines-no-malloc): see bytes_
        }
    };

    void make_room();
    void grow(std::size_t capacity);
    void inspect();

    DecodingSource& source_;
    std::size_t block_;
    // From malloc, because realloc grows a large block without a second copy of it.
    std::unique_ptr<char, Free> bytes_;
    std::size_t capacity_ = 0;
    std::size_t head_ = 0;
    std::size_t end_ = 0;
    std::uint64_t offset_ = 0;
    std::uint64_t file_offset_ = 0;  // byte order mark not counted
    bool at_end_ = false;
    Watch invalid_;
    Watch nul_;
};

}  // namespace crmkit::exchange::detail

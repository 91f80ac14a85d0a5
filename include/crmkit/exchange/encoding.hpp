/// Character encodings of files that come in: finding out which, and turning them into UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/exchange/byte_source.hpp"

namespace crmkit::exchange {

/// The encodings that a file may have. ASCII is UTF-8; ISO 8859-1 (Latin-1) is read as cp1252.
enum class Encoding : std::uint8_t {
    utf8,
    utf16le,
    utf16be,
    cp1252,  ///< Windows-1252 as the WHATWG encoding standard maps it: each byte has a character
};

/// The name as a saved plan shows it: "utf-8", "utf-16le", "utf-16be", "windows-1252".
std::string_view to_string(Encoding encoding);

/// The encoding of that name, also by its usual other names ("UTF8", "cp1252", "latin1",
/// "iso-8859-1", …), in any case. Empty when unknown.
std::optional<Encoding> encoding_named(std::string_view name);

/// What the first bytes of a file say about its encoding.
struct EncodingGuess {
    /// Empty when the sample is plain ASCII, where UTF-8 and cp1252 look the same.
    std::optional<Encoding> encoding;
    /// Bytes of byte order mark at the start, not part of the text.
    std::size_t mark_size = 0;
};

/// Looks at the start of a file: byte order mark, then the zero bytes that UTF-16 has in Western
/// text, then whether it is UTF-8; else it is cp1252. Text with some bytes that are no UTF-8 among
/// many characters that are is damaged UTF-8, not cp1252. `complete`: the sample is the whole file.
/// Fails with `unsupported` on a UTF-32 mark.
EncodingGuess detect_encoding(std::string_view sample, bool complete);

/// Bytes of a text that are not UTF-8.
struct InvalidBytes {
    std::size_t begin = 0;
    std::size_t size = 0;
    bool cut_off = false;  ///< the text ends here, and more bytes could have made it a character
};

/// The first bytes at or after `from` that are not UTF-8: the longest run that one U+FFFD stands
/// for (Unicode 15, section 3.9, "Substitution of Maximal Subparts"). Empty when all is well.
std::optional<InvalidBytes> find_invalid_bytes(std::string_view text, std::size_t from = 0);

/// How many bytes of the file this decoded text was made from.
std::uint64_t encoded_size(std::string_view decoded, Encoding encoding);

/// Another source as UTF-8, without its byte order mark. Nothing is dropped or replaced: what is
/// not valid in the file is not valid UTF-8 here either, so that whoever reads on can say where it
/// is. UTF-8 is passed on as it is; half a surrogate pair of UTF-16 comes as its three bytes, and a
/// last odd byte as 0xFF. A file that begins with more than `sample_size` bytes of ASCII is decided
/// where the first other byte comes. Constant memory.
class DecodingSource final : public ByteSource {
  public:
    static constexpr std::size_t sample_size = std::size_t{64} << 10U;

    /// Borrows `source`, which must outlive it. Without `encoding` it is found out. Nothing is read
    /// before the first read(). Fails as detect_encoding() and the source do.
    explicit DecodingSource(ByteSource& source, std::optional<Encoding> encoding = std::nullopt);

    std::size_t read(char* out, std::size_t size) override;

    /// Empty as long as all that was read is ASCII and no encoding was forced.
    [[nodiscard]] std::optional<Encoding> encoding() const { return encoding_; }
    /// Bytes of byte order mark at the start of the file; known after the first read().
    [[nodiscard]] std::size_t mark_size() const { return mark_size_; }

  private:
    void fill();
    void start();
    std::size_t pass(char* out, std::size_t size);
    void decode();
    void decode_cp1252();
    void decode_utf16(bool big_endian);
    [[nodiscard]] std::string_view pending() const;

    ByteSource& source_;
    std::optional<Encoding> encoding_;
    std::size_t mark_size_ = 0;
    bool started_ = false;
    bool at_end_ = false;    // of source_
    std::vector<char> raw_;  // of the file, not yet decoded: from raw_at_ to raw_end_
    std::size_t raw_at_ = 0;
    std::size_t raw_end_ = 0;
    std::string decoded_;  // not yet handed out: from decoded_at_
    std::size_t decoded_at_ = 0;
};

}  // namespace crmkit::exchange

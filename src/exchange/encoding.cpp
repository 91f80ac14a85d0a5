#include "crmkit/exchange/encoding.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "crmkit/base/error.hpp"

namespace crmkit::exchange {

namespace {

constexpr unsigned byte_at(std::string_view text, std::size_t at) {
    return static_cast<unsigned char>(text[at]);
}

constexpr bool continues(unsigned byte) { return (byte & 0xC0U) == 0x80U; }

/// The first byte that is not ASCII, or the size; eight bytes at a time.
std::size_t skip_ascii(std::string_view text, std::size_t from) {
    std::size_t at = from;
    for (; at + 8 <= text.size(); at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + at, 8);
        if ((word & 0x8080808080808080U) != 0) {
            break;
        }
    }
    while (at < text.size() && byte_at(text, at) < 0x80U) {
        ++at;
    }
    return at;
}

/// How a character that begins with `lead` goes on: the Unicode standard's table 3-7.
struct Sequence {
    std::size_t size = 0;  // 0: no character begins so
    unsigned low = 0x80U;  // the range of the second byte
    unsigned high = 0xBFU;
};

constexpr Sequence sequence_of(unsigned lead) {
    if (lead < 0xC2U || lead > 0xF4U) {
        return {};
    }
    if (lead < 0xE0U) {
        return {2};
    }
    if (lead < 0xF0U) {
        return {3, lead == 0xE0U ? 0xA0U : 0x80U, lead == 0xEDU ? 0x9FU : 0xBFU};
    }
    return {4, lead == 0xF0U ? 0x90U : 0x80U, lead == 0xF4U ? 0x8FU : 0xBFU};
}

/// The bytes at `at` that belong together, and whether they are a whole character.
struct Character {
    std::size_t size = 1;
    bool whole = false;
    bool cut_off = false;
};

Character character_at(std::string_view text, std::size_t at) {
    const Sequence sequence = sequence_of(byte_at(text, at));
    std::size_t count = 1;
    unsigned low = sequence.low;
    unsigned high = sequence.high;
    while (count < sequence.size && at + count < text.size()) {
        const unsigned byte = byte_at(text, at + count);
        if (byte < low || byte > high) {
            return {count, false, false};
        }
        low = 0x80U;
        high = 0xBFU;
        ++count;
    }
    return {count, count == sequence.size, count < sequence.size};
}

void append_utf8(std::string& out, unsigned code) {
    const auto put = [&out](unsigned byte) { out.push_back(static_cast<char>(byte)); };
    if (code < 0x80U) {
        put(code);
    } else if (code < 0x800U) {
        put(0xC0U | (code >> 6U));
        put(0x80U | (code & 0x3FU));
    } else if (code < 0x10000U) {
        put(0xE0U | (code >> 12U));
        put(0x80U | ((code >> 6U) & 0x3FU));
        put(0x80U | (code & 0x3FU));
    } else {
        put(0xF0U | (code >> 18U));
        put(0x80U | ((code >> 12U) & 0x3FU));
        put(0x80U | ((code >> 6U) & 0x3FU));
        put(0x80U | (code & 0x3FU));
    }
}

/// cp1252 bytes 0x80 to 0x9F, https://encoding.spec.whatwg.org/index-windows-1252.txt; the rest of
/// cp1252 is Latin-1, which is the start of Unicode.
constexpr std::array<std::uint16_t, 32> cp1252_high{
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

constexpr std::array<std::pair<std::string_view, Encoding>, 4> encoding_names{
    {{"utf-8", Encoding::utf8},
     {"utf-16le", Encoding::utf16le},
     {"utf-16be", Encoding::utf16be},
     {"windows-1252", Encoding::cp1252}}};

constexpr std::array<std::pair<std::string_view, Encoding>, 12> known_labels{
    {{"utf8", Encoding::utf8},
     {"ascii", Encoding::utf8},
     {"usascii", Encoding::utf8},
     {"utf16", Encoding::utf16le},
     {"utf16le", Encoding::utf16le},
     {"utf16be", Encoding::utf16be},
     {"cp1252", Encoding::cp1252},
     {"windows1252", Encoding::cp1252},
     {"ansi", Encoding::cp1252},
     {"latin1", Encoding::cp1252},
     {"iso88591", Encoding::cp1252},
     {"l1", Encoding::cp1252}}};

EncodingGuess mark_at_start(std::string_view sample) {
    using namespace std::string_view_literals;
    if (sample.starts_with("\xFF\xFE\0\0"sv) || sample.starts_with("\0\0\xFE\xFF"sv)) {
        throw Error(ErrorCode::unsupported,
                    "the file is UTF-32, which is not supported; save it as UTF-8");
    }
    if (sample.starts_with("\xEF\xBB\xBF"sv)) {
        return {Encoding::utf8, 3};
    }
    if (sample.starts_with("\xFF\xFE"sv)) {
        return {Encoding::utf16le, 2};
    }
    if (sample.starts_with("\xFE\xFF"sv)) {
        return {Encoding::utf16be, 2};
    }
    return {};
}

/// UTF-16 without a mark shows by zero bytes at every other place: Western letters, delimiters and
/// line ends have one. Text that is valid UTF-8 but for some zero bytes needs more of them.
std::optional<Encoding> utf16_without_mark(std::string_view sample) {
    std::array<std::size_t, 2> zeros{};
    for (std::size_t at = 0; at < sample.size(); ++at) {
        zeros[at % 2] += sample[at] == '\0' ? 1U : 0U;
    }
    const std::size_t units = sample.size() / 2;
    const auto [even, odd] = zeros;
    const bool little = odd > even;
    const std::size_t more = std::max(even, odd);
    const std::size_t fewer = std::min(even, odd);
    if (more == 0 || fewer * 10 > more || more * 10 < units) {
        return std::nullopt;
    }
    if (more * 10 < units * 4 && !find_invalid_bytes(sample)) {
        return std::nullopt;
    }
    return little ? Encoding::utf16le : Encoding::utf16be;
}

/// Empty when there is nothing but ASCII to go by.
std::optional<Encoding> utf8_or_cp1252(std::string_view sample, bool complete) {
    std::size_t good = 0;
    std::size_t bad = 0;
    for (std::size_t at = skip_ascii(sample, 0); at < sample.size(); at = skip_ascii(sample, at)) {
        const Character character = character_at(sample, at);
        if (complete || !character.cut_off) {
            ++(character.whole ? good : bad);
        }
        at += character.size;
    }
    if (good == 0 && bad == 0) {
        return std::nullopt;
    }
    return good >= bad * 4 ? Encoding::utf8 : Encoding::cp1252;
}

}  // namespace

std::string_view to_string(Encoding encoding) {
    return encoding_names[static_cast<std::size_t>(encoding)].first;
}

std::optional<Encoding> encoding_named(std::string_view name) {
    std::string label;
    for (const char c : name) {
        if (c != '-' && c != '_' && c != ' ') {
            label.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
        }
    }
    const auto* const found = std::find_if(known_labels.begin(), known_labels.end(),
                                           [&](const auto& known) { return known.first == label; });
    return found == known_labels.end() ? std::nullopt : std::optional(found->second);
}

EncodingGuess detect_encoding(std::string_view sample, bool complete) {
    if (const EncodingGuess marked = mark_at_start(sample); marked.encoding) {
        return marked;
    }
    if (const auto wide = utf16_without_mark(sample)) {
        return {wide, 0};
    }
    return {utf8_or_cp1252(sample, complete), 0};
}

std::optional<InvalidBytes> find_invalid_bytes(std::string_view text, std::size_t from) {
    for (std::size_t at = skip_ascii(text, from); at < text.size(); at = skip_ascii(text, at)) {
        // Runs of characters that are not ASCII stay in here.
        do {
            const Character character = character_at(text, at);
            if (!character.whole) {
                return InvalidBytes{at, character.size, character.cut_off};
            }
            at += character.size;
        } while (at < text.size() && byte_at(text, at) >= 0x80U);
    }
    return std::nullopt;
}

std::uint64_t encoded_size(std::string_view decoded, Encoding encoding) {
    if (encoding == Encoding::utf8) {
        return decoded.size();
    }
    std::uint64_t characters = 0;
    std::uint64_t pairs = 0;  // characters that are two units of UTF-16
    std::uint64_t odd = 0;    // the last byte of a file that ends within a unit
    for (const char c : decoded) {
        const auto byte = static_cast<unsigned char>(c);
        characters += continues(byte) ? 0U : 1U;
        pairs += byte >= 0xF0U && byte != 0xFFU ? 1U : 0U;
        odd += byte == 0xFFU ? 1U : 0U;
    }
    return encoding == Encoding::cp1252 ? characters : (characters + pairs) * 2 - odd;
}

DecodingSource::DecodingSource(ByteSource& source, std::optional<Encoding> encoding)
    : source_(source), encoding_(encoding), raw_(sample_size) {}

std::size_t DecodingSource::read(char* out, std::size_t size) {
    for (;;) {
        if (decoded_at_ < decoded_.size()) {
            const std::size_t count = decoded_.copy(out, size, decoded_at_);
            decoded_at_ += count;
            return count;
        }
        const bool plain = !encoding_ || encoding_ == Encoding::utf8;
        if (started_ && plain && raw_at_ < raw_end_) {
            if (const std::size_t count = pass(out, size); count > 0) {
                return count;
            }
            fill();
            encoding_ = utf8_or_cp1252(pending(), at_end_).value_or(Encoding::cp1252);
            continue;
        }
        if (started_ && encoding_ == Encoding::utf8 && !at_end_) {
            const std::size_t count = source_.read(out, size);
            at_end_ = count == 0;
            return count;
        }
        fill();
        start();
        if (raw_at_ == raw_end_) {
            return 0;
        }
        if (encoding_ && encoding_ != Encoding::utf8) {
            decode();
        }
    }
}

/// Hands out what needs no decoding: UTF-8, and ASCII as long as nothing else was seen.
std::size_t DecodingSource::pass(char* out, std::size_t size) {
    const std::string_view plain = pending().substr(0, size);
    const std::size_t count = encoding_ ? plain.size() : skip_ascii(plain, 0);
    std::memcpy(out, plain.data(), count);
    raw_at_ += count;
    return count;
}

std::string_view DecodingSource::pending() const {
    return {raw_.data() + raw_at_, raw_end_ - raw_at_};
}

/// Always fills up whole, however little the source gives at a time: what is decided from the block
/// must not depend on how the bytes arrive.
void DecodingSource::fill() {
    std::copy(raw_.begin() + static_cast<std::ptrdiff_t>(raw_at_),
              raw_.begin() + static_cast<std::ptrdiff_t>(raw_end_), raw_.begin());
    raw_end_ -= raw_at_;
    raw_at_ = 0;
    while (!at_end_ && raw_end_ < raw_.size()) {
        const std::size_t count = source_.read(raw_.data() + raw_end_, raw_.size() - raw_end_);
        at_end_ = count == 0;
        raw_end_ += count;
    }
}

void DecodingSource::start() {
    if (started_) {
        return;
    }
    started_ = true;
    const EncodingGuess guess =
        encoding_ ? mark_at_start(pending()) : detect_encoding(pending(), at_end_);
    const auto wide = [](std::optional<Encoding> encoding) {
        return encoding == Encoding::utf16le || encoding == Encoding::utf16be;
    };
    // A mark of the other byte order corrects the caller: U+FFFE is never the start of a text.
    if (!encoding_ || guess.encoding == encoding_ || (wide(encoding_) && wide(guess.encoding))) {
        encoding_ = guess.encoding;
        mark_size_ = guess.mark_size;
        raw_at_ += mark_size_;
    }
}

void DecodingSource::decode() {
    decoded_.clear();
    decoded_at_ = 0;
    if (encoding_ == Encoding::cp1252) {
        decode_cp1252();
    } else {
        decode_utf16(encoding_ == Encoding::utf16be);
    }
}

void DecodingSource::decode_cp1252() {
    const std::string_view raw = pending();
    for (std::size_t at = 0; at < raw.size();) {
        const std::size_t other = skip_ascii(raw, at);
        decoded_.append(raw.substr(at, other - at));
        at = other;
        for (; at < raw.size() && byte_at(raw, at) >= 0x80U; ++at) {
            const unsigned byte = byte_at(raw, at);
            append_utf8(decoded_, byte < 0xA0U ? cp1252_high[byte - 0x80U] : byte);
        }
    }
    raw_at_ = raw_end_;
}

void DecodingSource::decode_utf16(bool big_endian) {
    const auto unit_at = [&](std::size_t at) {
        const unsigned first = static_cast<unsigned char>(raw_[at]);
        const unsigned second = static_cast<unsigned char>(raw_[at + 1]);
        return big_endian ? first << 8U | second : second << 8U | first;
    };
    const auto is_high = [](unsigned unit) { return unit >= 0xD800U && unit < 0xDC00U; };
    const auto is_low = [](unsigned unit) { return unit >= 0xDC00U && unit < 0xE000U; };
    while (raw_at_ + 2 <= raw_end_) {
        unsigned code = unit_at(raw_at_);
        if (is_high(code)) {
            if (raw_at_ + 4 > raw_end_ && !at_end_) {
                return;  // its other half comes with the next block
            }
            if (raw_at_ + 4 <= raw_end_ && is_low(unit_at(raw_at_ + 2))) {
                raw_at_ += 2;
                code = 0x10000U + ((code - 0xD800U) << 10U) + (unit_at(raw_at_) - 0xDC00U);
            }
        }
        append_utf8(decoded_, code);
        raw_at_ += 2;
    }
    if (at_end_ && raw_at_ < raw_end_) {
        decoded_.push_back('\xFF');
        raw_at_ = raw_end_;
    }
}

}  // namespace crmkit::exchange

/// Keys and values of an ordered map as bytes: written, and read back.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "crmkit/base/error.hpp"
#include "crmkit/base/id.hpp"
#include "crmkit/base/instant.hpp"
#include "crmkit/store/storage.hpp"

namespace crmkit::map_store {

/// What an entry of the map is about: the first byte of its key. Permanent.
enum class Table : std::uint8_t {
    store = 1,           ///< what the map holds, and which commit was the last
    entities = 2,        ///< entity: its description when it was last migrated
    records = 3,         ///< entity, id: the record
    unique_keys = 4,     ///< entity, number of the key, values, id
    values = 5,          ///< entity, field, value, id
    words = 6,           ///< entity, word, id
    changes = 7,         ///< position: the change
    record_changes = 8,  ///< record, position
    timeline = 9,        ///< party, at, record, kind, via: the entity
    tallies = 10,        ///< the key of a line: its count and sum
    settings = 11,       ///< name: the setting
};

/// Texts and values in keys are cut after so many bytes, for maps that keep short keys only. Of a
/// value that is cut, the record tells the rest.
inline constexpr std::size_t longest_in_key = longest_indexed_word;

/// Builds a key whose bytes are in the order of its parts.
class KeyWriter {
  public:
    explicit KeyWriter(Table table) : key_(1, static_cast<char>(table)) {}

    KeyWriter& add(std::uint8_t number) { return add_bytes(number, 1); }
    KeyWriter& add(std::uint16_t number) { return add_bytes(number, 2); }
    KeyWriter& add(std::int64_t number) {
        return add_bytes(static_cast<std::uint64_t>(number) ^ sign_bit, 8);
    }
    KeyWriter& add(Id id) { return add(id.value); }
    KeyWriter& add(Instant at) { return add(at.microseconds); }
    /// At most longest_in_key bytes of a text. More can follow one without NUL after end_text().
    KeyWriter& add(std::string_view text) {
        key_ += text.substr(0, longest_in_key);
        return *this;
    }
    KeyWriter& end_text() {
        key_ += '\0';
        return *this;
    }
    [[nodiscard]] std::string take() { return std::move(key_); }

    static constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63U;

  private:
    KeyWriter& add_bytes(std::uint64_t number, int bytes) {
        for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
            key_ += static_cast<char>((number >> static_cast<unsigned>(shift)) & 0xFFU);
        }
        return *this;
    }

    std::string key_;
};

/// Some neighbouring keys of the map: from `from` on and below `until`.
struct KeyRange {
    std::string from{};
    std::string until{};

    /// All keys that begin so. Not for bytes that are all 0xFF.
    static KeyRange below(std::string prefix) {
        KeyRange range{prefix, std::move(prefix)};
        while (static_cast<unsigned char>(range.until.back()) == 0xFFU) {
            range.until.pop_back();
        }
        ++range.until.back();
        return range;
    }
    static KeyRange below(KeyWriter prefix) { return below(prefix.take()); }
};

[[noreturn]] inline void refuse_damaged(std::string_view what) {
    throw Error(ErrorCode::corrupt, "the store holds " + std::string(what) + " that is damaged");
}

/// Reads a key's parts in their order. Throws corrupt where it ends too early.
class KeyReader {
  public:
    explicit KeyReader(std::string_view key) : rest_(key.substr(1)) {}

    std::uint8_t byte() { return static_cast<std::uint8_t>(bytes(1)); }
    std::uint16_t number16() { return static_cast<std::uint16_t>(bytes(2)); }
    std::int64_t number() { return static_cast<std::int64_t>(bytes(8) ^ KeyWriter::sign_bit); }
    Id id() { return Id{number()}; }
    /// A text before end_text() and the id that every index ends in.
    std::string_view text_before_id() {
        constexpr std::size_t behind_it = 1 + 8;
        return text(rest_.size() < behind_it ? behind_it : rest_.size() - behind_it);
    }
    /// The rest, but for the id that every index ends in.
    Id last_id() {
        if (rest_.size() < 8) {
            refuse_damaged("a key");
        }
        rest_.remove_prefix(rest_.size() - 8);
        return id();
    }
    /// So many bytes of text.
    std::string_view text(std::size_t size) {
        if (rest_.size() < size) {
            refuse_damaged("a key");
        }
        const std::string_view found = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return found;
    }

  private:
    std::uint64_t bytes(std::size_t count) {
        std::uint64_t number = 0;
        for (const char c : text(count)) {
            number = number << 8U | static_cast<unsigned char>(c);
        }
        return number;
    }

    std::string_view rest_;
};

/// Builds a value: numbers in as few bytes as they need, texts behind their length.
class ValueWriter {
  public:
    ValueWriter& number(std::int64_t number) {
        // Small negative numbers are to be short, too: 0, -1, 1, -2, …
        auto rest = static_cast<std::uint64_t>(number) << 1U ^ (number < 0 ? ~std::uint64_t{0} : 0);
        for (; rest >= 0x80U; rest >>= 7U) {
            bytes_ += static_cast<char>((rest & 0x7FU) | 0x80U);
        }
        bytes_ += static_cast<char>(rest);
        return *this;
    }
    ValueWriter& text(std::string_view text) {
        number(static_cast<std::int64_t>(text.size()));
        bytes_ += text;
        return *this;
    }
    /// Without its length.
    ValueWriter& raw(std::string_view bytes) {
        bytes_ += bytes;
        return *this;
    }
    template <std::size_t Size>
    ValueWriter& raw(const std::array<std::uint8_t, Size>& bytes) {
        bytes_.append(bytes.begin(), bytes.end());
        return *this;
    }
    [[nodiscard]] std::string take() { return std::move(bytes_); }

  private:
    std::string bytes_;
};

/// Reads a value's parts in their order. Throws corrupt, naming `what`, where they are none.
class ValueReader {
  public:
    ValueReader(std::string_view bytes, std::string_view what) : rest_(bytes), what_(what) {}

    [[nodiscard]] bool is_at_end() const { return rest_.empty(); }
    std::int64_t number() {
        std::uint64_t number = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const auto byte = static_cast<unsigned char>(raw(1).front());
            number |= std::uint64_t{byte & 0x7FU} << shift;
            if (byte < 0x80U) {
                return static_cast<std::int64_t>(number >> 1U ^ (~(number & 1U) + 1));
            }
        }
        fail();
    }
    std::string_view text() {
        const std::int64_t size = number();
        if (size < 0) {
            fail();
        }
        return raw(static_cast<std::size_t>(size));
    }
    std::string_view raw(std::size_t size) {
        if (rest_.size() < size) {
            fail();
        }
        const std::string_view found = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return found;
    }
    std::string_view rest() { return raw(rest_.size()); }
    template <std::size_t Size>
    void raw(std::array<std::uint8_t, Size>& into) {
        const std::string_view bytes = raw(Size);
        std::copy(bytes.begin(), bytes.end(), into.begin());
    }
    [[noreturn]] void fail() const { refuse_damaged(what_); }

  private:
    std::string_view rest_;
    std::string_view what_;
};

}  // namespace crmkit::map_store

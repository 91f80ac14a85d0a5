/// `PackedRow`: the columns of a record as one run of bytes: copied at once, kept anywhere, and
/// each column still found by its number.
///
/// A row is a head, a slot of eight bytes for each column that is not null, and the bytes of the
/// texts. The head says how long the row is, and which columns are not null and which are texts. A
/// slot holds a number, or where among the texts one lies and how long it is. Rows are made and
/// read by the same process and never stored.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "crmkit/base/error.hpp"

namespace crmkit {

namespace detail {

/// The start of a packed row. Two words for each 64 columns follow: which of them are not null, and
/// which are texts.
struct PackedHead {
    std::uint32_t size = 0;   ///< of the whole row, in bytes
    std::uint16_t pairs = 0;  ///< of words
    std::uint16_t slots = 0;
};

/// The slot of a text.
struct PackedText {
    std::uint32_t start = 0;  ///< from the first text on
    std::uint32_t size = 0;
};

/// Which of 64 columns are not null, and which of them are texts.
struct PackedPair {
    std::uint64_t given = 0;
    std::uint64_t texts = 0;
};

inline constexpr std::size_t columns_in_pair = 64;
inline constexpr std::size_t packed_slot = sizeof(std::int64_t);
static_assert(sizeof(PackedText) == packed_slot);

/// How many bits of a word are set: without the call that std::popcount() is where the compiler may
/// not count on the processor's own instruction (Warren, Hacker's Delight, 2nd edition, 5-1).
constexpr std::size_t bits_in(std::uint64_t word) {
    constexpr std::uint64_t pairs = 0x5555'5555'5555'5555;
    constexpr std::uint64_t fours = 0x3333'3333'3333'3333;
    constexpr std::uint64_t eights = 0x0F0F'0F0F'0F0F'0F0F;
    constexpr std::uint64_t ones = 0x0101'0101'0101'0101;
    word -= (word >> 1U) & pairs;
    word = (word & fours) + ((word >> 2U) & fours);
    word = (word + (word >> 4U)) & eights;
    return (word * ones) >> 56U;
}

/// Rows lie where they happen to: nothing in them is aligned.
template <typename T>
T load_packed(const char* at) {
    static_assert(std::is_trivially_copyable_v<T>);
    T value;
    std::memcpy(&value, at, sizeof(T));
    return value;
}

}  // namespace detail

/// A packed row, borrowed. A column that holds the other kind than is asked for, as only a damaged
/// store has it, reads as 0 or as an empty text.
class PackedRow {
  public:
    explicit PackedRow(const char* bytes)
        : bytes_(bytes), head_(detail::load_packed<detail::PackedHead>(bytes)) {}

    [[nodiscard]] std::string_view bytes() const { return {bytes_, head_.size}; }
    [[nodiscard]] bool is_null(int column) const {
        return (pair_of(column).given & bit_of(column)) == 0;
    }
    /// 0 for null.
    [[nodiscard]] std::int64_t integer(int column) const {
        const detail::PackedPair pair = pair_of(column);
        const std::uint64_t bit = bit_of(column);
        return (pair.given & ~pair.texts & bit) == 0
                   ? 0
                   : detail::load_packed<std::int64_t>(slot(column));
    }
    /// Borrowed from the row; empty for null.
    [[nodiscard]] std::string_view text(int column) const {
        if ((pair_of(column).texts & bit_of(column)) == 0) {
            return {};
        }
        const auto text = detail::load_packed<detail::PackedText>(slot(column));
        return {slots() + head_.slots * detail::packed_slot + text.start, text.size};
    }

  private:
    [[nodiscard]] detail::PackedPair pair(std::size_t index) const {
        return detail::load_packed<detail::PackedPair>(bytes_ + sizeof(detail::PackedHead) +
                                                       index * sizeof(detail::PackedPair));
    }
    [[nodiscard]] detail::PackedPair pair_of(int column) const {
        return pair(static_cast<std::size_t>(column) / detail::columns_in_pair);
    }
    static std::uint64_t bit_of(int column) {
        return std::uint64_t{1} << (static_cast<std::size_t>(column) % detail::columns_in_pair);
    }
    [[nodiscard]] const char* slots() const {
        return bytes_ + sizeof(detail::PackedHead) + head_.pairs * sizeof(detail::PackedPair);
    }
    /// The slot of a column that is not null: there is one for each such column before it.
    [[nodiscard]] const char* slot(int column) const {
        const std::size_t last = static_cast<std::size_t>(column) / detail::columns_in_pair;
        std::size_t before = detail::bits_in(pair(last).given & (bit_of(column) - 1));
        if (last > 0) {
            before += slots_before(last);
        }
        return slots() + before * detail::packed_slot;
    }

    /// How many slots the columns have that come before a pair.
    [[nodiscard]] std::size_t slots_before(std::size_t last) const {
        std::size_t slots = 0;
        for (std::size_t i = 0; i < last; ++i) {
            slots += detail::bits_in(pair(i).given);
        }
        return slots;
    }

    const char* bytes_;
    detail::PackedHead head_;
};

/// Packs one row after the other, column by column, in memory that it keeps.
class RowPacker {
  public:
    /// Begins a row of so many columns. No more than these may be added.
    void start(std::size_t columns) {
        column_ = 0;
        pairs_.assign((columns + detail::columns_in_pair - 1) / detail::columns_in_pair, {});
        if (slots_.size() < columns) {
            slots_.resize(columns);
        }
        slot_count_ = 0;
        text_size_ = 0;
    }
    void add_null() { ++column_; }
    void add(std::int64_t number) {
        pair().given |= bit();
        slots_[slot_count_++] = number;
        ++column_;
    }
    /// Throws limit when the texts of the row come to more than 2 GiB.
    void add(std::string_view text) {
        if (text.size() > texts_.size() - text_size_) {
            make_room(text.size());
        }
        std::copy_n(text.data(), text.size(), texts_.data() + text_size_);
        pair().texts |= bit();
        add(std::bit_cast<std::int64_t>(detail::PackedText{
            static_cast<std::uint32_t>(text_size_), static_cast<std::uint32_t>(text.size())}));
        text_size_ += text.size();
    }
    /// How long the row of what was added since start() is.
    [[nodiscard]] std::size_t size() const {
        return sizeof(detail::PackedHead) + pairs_.size() * sizeof(detail::PackedPair) +
               slot_count_ * detail::packed_slot + text_size_;
    }
    /// Writes that row to `out`, where there is room for it.
    void write(char* out) const {
        const auto append = [&out](const void* from, std::size_t count) {
            if (count != 0) {
                std::memcpy(out, from, count);
            }
            out += count;
        };
        const detail::PackedHead head{static_cast<std::uint32_t>(size()),
                                      static_cast<std::uint16_t>(pairs_.size()),
                                      static_cast<std::uint16_t>(slot_count_)};
        append(&head, sizeof(head));
        append(pairs_.data(), pairs_.size() * sizeof(detail::PackedPair));
        append(slots_.data(), slot_count_ * detail::packed_slot);
        append(texts_.data(), text_size_);
    }

  private:
    detail::PackedPair& pair() { return pairs_[column_ / detail::columns_in_pair]; }
    [[nodiscard]] std::uint64_t bit() const {
        return std::uint64_t{1} << (column_ % detail::columns_in_pair);
    }
    void make_room(std::size_t size) {
        constexpr std::size_t most = UINT32_MAX / 2;
        if (size > most - text_size_) {
            throw Error(ErrorCode::limit, "a record has more than 2 GiB of text");
        }
        texts_.resize(std::min(most, std::max(2 * texts_.size(), text_size_ + size)));
    }

    std::size_t column_ = 0;
    std::vector<detail::PackedPair> pairs_;
    /// Of this row, and behind them what is left of longer ones.
    std::vector<std::int64_t> slots_;
    std::size_t slot_count_ = 0;
    /// The same of texts.
    std::string texts_;
    std::size_t text_size_ = 0;
};

}  // namespace crmkit

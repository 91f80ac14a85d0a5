/// `FileKeys`: which keys a file has had so far, to tell rows of the same key.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace crmkit::exchange::detail {

/// Remembers the lines of up to a million keys by their hashes, 16 bytes each at half load at the
/// most; later keys are not remembered. Two keys with one 64-bit hash would be taken for the same:
/// at a million keys the chance is below one in ten million, and only a remark depends on it.
class FileKeys {
  public:
    /// The earlier line of the same key, if there is one; remembers this one otherwise.
    std::optional<std::int64_t> see(std::string_view key, std::int64_t line) {
        if (slots_.size() < 2 * (count_ + 1) && count_ < most) {
            grow();
        }
        Slot& slot = find(hash(key));
        if (slot.line != 0) {
            return slot.line < line ? std::optional(slot.line) : std::nullopt;
        }
        if (count_ < most) {
            slot = {hash(key), line};
            ++count_;
        }
        return std::nullopt;
    }

  private:
    static constexpr std::size_t most = 1'000'000;
    static constexpr std::size_t first_size = 1024;

    struct Slot {
        std::uint64_t hash = 0;
        std::int64_t line = 0;  // 0: free
    };

    /// FNV-1a (Fowler, Noll, Vo), finished with a multiplication so that low bits depend on all.
    static std::uint64_t hash(std::string_view key) {
        std::uint64_t value = 0xCBF29CE484222325U;
        for (const char c : key) {
            value = (value ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
        }
        return (value ^ (value >> 32U)) * 0x9E3779B97F4A7C15U;
    }
    /// The slot of a hash, or the free one where it belongs.
    Slot& find(std::uint64_t wanted) {
        std::size_t at = static_cast<std::size_t>(wanted >> 20U) & (slots_.size() - 1);
        while (slots_[at].line != 0 && slots_[at].hash != wanted) {
            at = (at + 1) & (slots_.size() - 1);
        }
        return slots_[at];
    }
    void grow() {
        const std::vector<Slot> old = std::exchange(
            slots_, std::vector<Slot>(slots_.empty() ? first_size : slots_.size() * 2));
        for (const Slot& slot : old) {
            if (slot.line != 0) {
                find(slot.hash) = slot;
            }
        }
    }

    std::vector<Slot> slots_;
    std::size_t count_ = 0;
};

}  // namespace crmkit::exchange::detail

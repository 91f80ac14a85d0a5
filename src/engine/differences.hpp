/// Comparing what the store keeps with what it should keep, in constant memory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace crmkit::engine {

/// Which of the two collections an item belongs to.
enum class Side : std::uint8_t { stored, expected };

/// How two collections of texts differ, in words, a few of them; empty when they hold the same.
/// `walk(visit)` calls `visit(Side, std::string_view item)` for each item of both, in any order. It
/// is run twice where they differ: sums of hashes tell in which of many parts they do, and only
/// what is in one such part is ever held.
template <typename Walk>
std::vector<std::string> differences(std::string_view what, Walk walk) {
    constexpr std::size_t parts = 1024;
    constexpr std::size_t most = 10;
    const auto hash_of = [](std::string_view item) {
        return static_cast<std::uint64_t>(std::hash<std::string_view>{}(item));
    };
    std::array<std::uint64_t, parts> sums{};
    walk([&](Side side, std::string_view item) {
        const std::uint64_t hash = hash_of(item);
        sums[hash % parts] += side == Side::stored ? hash : 0 - hash;
    });
    std::size_t part = 0;
    while (part < parts && sums[part] == 0) {
        ++part;
    }
    std::vector<std::string> found;
    if (part == parts) {
        return found;
    }
    std::map<std::string, std::int64_t, std::less<>> surplus;
    walk([&](Side side, std::string_view item) {
        if (hash_of(item) % parts == part) {
            surplus.try_emplace(std::string(item)).first->second += side == Side::stored ? 1 : -1;
        }
    });
    for (const auto& [item, count] : surplus) {
        if (count != 0 && found.size() < most) {
            found.push_back(std::string(what) +
                            (count > 0 ? " holds, and should not, " : " lacks ") + item);
        }
    }
    return found;
}

}  // namespace crmkit::engine

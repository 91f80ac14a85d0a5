/// `Fingerprint`: a short number that tells texts apart.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace crmkit {

/// 64-bit FNV-1a (Fowler, Noll, Vo) of a row of texts: tells them from others, is no protection.
class Fingerprint {
  public:
    void add(std::string_view text) {
        for (const char c : text) {
            hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
        }
        hash_ = (hash_ ^ 0xFFU) * 0x100000001B3U;
    }
    void add(std::int64_t number) { add(std::to_string(number)); }
    [[nodiscard]] std::string text() const { return fmt::format("{:016x}", hash_); }

  private:
    std::uint64_t hash_ = 0xCBF29CE484222325U;
};

}  // namespace crmkit

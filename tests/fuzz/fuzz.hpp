/// What the fuzz targets share: taking an input apart, and stopping when a property does not hold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "crmkit/base/error.hpp"

namespace crmkit::fuzz {

/// Stops the program, so that libFuzzer keeps the input, unless `holds`.
inline void require(bool holds, const char* property) {
    if (!holds) {
        std::fprintf(stderr, "does not hold: %s\n", property);
        std::abort();
    }
}

/// The bytes of an input, taken from its front; zeros when it is used up.
class Input {
  public:
    Input(const std::uint8_t* data, std::size_t size)
        : rest_(reinterpret_cast<const char*>(data), size) {}

    [[nodiscard]] bool is_empty() const { return rest_.empty(); }
    [[nodiscard]] std::string_view rest() const { return rest_; }

    std::uint8_t byte() {
        if (rest_.empty()) {
            return 0;
        }
        const auto first = static_cast<std::uint8_t>(rest_.front());
        rest_.remove_prefix(1);
        return first;
    }
    /// A number of `bytes` bytes, the highest first.
    std::uint64_t number(int bytes) {
        std::uint64_t number = 0;
        for (int i = 0; i < bytes; ++i) {
            number = number << 8U | byte();
        }
        return number;
    }
    /// A text: its length in one byte, then its bytes.
    std::string_view text() {
        const std::size_t size = byte();
        const std::string_view taken = rest_.substr(0, size);
        rest_.remove_prefix(taken.size());
        return taken;
    }

  private:
    std::string_view rest_;
};

/// Whether `call` was let through; an Error that names the input's fault is a refusal, one that
/// means a defect of crmkit's stops the program.
template <typename Call>
bool is_accepted(Call call) {
    try {
        call();
    } catch (const Error& error) {
        require(error.code() != ErrorCode::internal, error.what());
        return false;
    }
    return true;
}

}  // namespace crmkit::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

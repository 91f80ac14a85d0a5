/// `CountingSink`: counts what goes into another sink.
#pragma once

#include <cstdint>
#include <string_view>

#include "crmkit/exchange/byte_sink.hpp"

namespace crmkit::exchange::detail {

class CountingSink final : public ByteSink {
  public:
    explicit CountingSink(ByteSink& inner) : inner_(inner) {}
    void write(std::string_view bytes) override {
        inner_.write(bytes);
        bytes_ += static_cast<std::int64_t>(bytes.size());
    }
    void close() override { inner_.close(); }
    [[nodiscard]] std::int64_t bytes() const { return bytes_; }

  private:
    ByteSink& inner_;
    std::int64_t bytes_ = 0;
};

}  // namespace crmkit::exchange::detail

/// `LaterReferences`: references to records that stand further down in the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "crmkit/base/id.hpp"

namespace crmkit::exchange::detail {

/// The references that wait for the end of the file. Equal values are kept once.
class LaterReferences {
  public:
    struct Entry {
        Id record{};
        std::int64_t line = 0;
        std::int64_t row = 0;
        std::uint32_t reference = 0;
        std::uint32_t values = 0;
    };

    void add(Id record, std::size_t reference, const std::vector<std::string>& values,
             std::int64_t line, std::int64_t row);
    [[nodiscard]] std::size_t size() const { return entries_.size(); }
    [[nodiscard]] const Entry& operator[](std::size_t index) const { return entries_[index]; }
    [[nodiscard]] std::vector<std::string> values(const Entry& entry) const;
    /// Forgets the entries from `size` on.
    void cut(std::size_t size) { entries_.resize(size); }

    /// The entries from `first` on as text, a line for each; read() adds them again. Throws
    /// invalid_argument for a text that is not such.
    [[nodiscard]] std::string write(std::size_t first) const;
    void read(std::string_view text);

  private:
    std::uint32_t intern(std::string values);

    std::vector<Entry> entries_;
    /// The values of entries, each a JSON array; the views are of the map's keys.
    std::unordered_map<std::string, std::uint32_t> numbers_;
    std::vector<std::string_view> texts_;
};

}  // namespace crmkit::exchange::detail

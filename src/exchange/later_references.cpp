#include "later_references.hpp"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "crmkit/base/error.hpp"
#include "crmkit/schema/conversion.hpp"
#include "crmkit/schema/json_text.hpp"

namespace crmkit::exchange::detail {

namespace {

std::string to_array(const std::vector<std::string>& values) {
    std::string array = "[";
    for (const std::string& value : values) {
        array += array.size() == 1 ? "" : ",";
        append_json_string(array, value);
    }
    return array + "]";
}

/// Takes a number and the tab behind it off the front.
std::int64_t take_number(std::string_view& line) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
    const auto size = static_cast<std::size_t>(end - line.data());
    if (error != std::errc{} || size == line.size() || line[size] != '\t' || number < 0) {
        throw Error(ErrorCode::invalid_argument, "the place to resume an import at is damaged");
    }
    line.remove_prefix(size + 1);
    return number;
}

}  // namespace

std::uint32_t LaterReferences::intern(std::string values) {
    const auto [at, is_new] =
        numbers_.try_emplace(std::move(values), static_cast<std::uint32_t>(texts_.size()));
    if (is_new) {
        texts_.push_back(at->first);
    }
    return at->second;
}

void LaterReferences::add(Id record, std::size_t reference, const std::vector<std::string>& values,
                          std::int64_t line, std::int64_t row) {
    entries_.push_back(
        {record, line, row, static_cast<std::uint32_t>(reference), intern(to_array(values))});
}

std::vector<std::string> LaterReferences::values(const Entry& entry) const {
    std::string why;
    return crmkit::detail::parse_list(texts_[entry.values], why)
        .value_or(std::vector<std::string>{});
}

std::string LaterReferences::write(std::size_t first) const {
    std::string out;
    for (std::size_t i = first; i < entries_.size(); ++i) {
        const Entry& entry = entries_[i];
        out += fmt::format("{}\t{}\t{}\t{}\t{}\n", entry.record.value, entry.line, entry.row,
                           entry.reference, texts_[entry.values]);
    }
    return out;
}

void LaterReferences::read(std::string_view text) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        Entry entry;
        entry.record = Id{take_number(line)};
        entry.line = take_number(line);
        entry.row = take_number(line);
        entry.reference = static_cast<std::uint32_t>(take_number(line));
        entry.values = intern(std::string(line));
        entries_.push_back(entry);
    }
}

}  // namespace crmkit::exchange::detail

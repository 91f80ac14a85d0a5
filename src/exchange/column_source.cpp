#include "column_source.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace crmkit::exchange::detail {

namespace {

void refuse(std::vector<Problem>& problems, std::string_view field, std::string_view value,
            std::string message) {
    problems.push_back({"import_plan", std::string(field), shortened(value), std::move(message)});
}

}  // namespace

std::optional<std::size_t> FileColumns::find(std::string_view name,
                                             std::vector<Problem>& problems) const {
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < header_.size(); ++i) {
        if (trim(header_[i]) != trim(name)) {
            continue;
        }
        if (found) {
            refuse(problems, "column", name,
                   fmt::format("is the name of columns {} and {} of the file; give the number",
                               *found + 1, i + 1));
            return std::nullopt;
        }
        found = i;
    }
    if (!found) {
        const std::string_view near = nearest(name, header_);
        std::string hint = header_.empty() ? ", which is empty" : "";
        hint += near.empty() ? "" : fmt::format("; nearest is '{}'", near);
        refuse(problems, "column", name, "is no column of the file" + hint);
    }
    return found;
}

std::optional<std::size_t> FileColumns::find(std::int64_t number,
                                             std::vector<Problem>& problems) const {
    const auto count = static_cast<std::int64_t>(header_.size());
    if (number >= 1 && number <= count) {
        return static_cast<std::size_t>(number - 1);
    }
    refuse(problems, "number", std::to_string(number),
           fmt::format("is no column of the file, which has {}", count));
    return std::nullopt;
}

std::string FileColumns::described() const {
    constexpr std::size_t most = 30;
    if (header_.empty()) {
        return "the file is empty";
    }
    if (std::all_of(header_.begin(), header_.end(),
                    [](const auto& name) { return name.empty(); })) {
        return fmt::format("the file has {} columns, all without a name", header_.size());
    }
    std::string names;
    for (std::size_t i = 0; i < std::min(header_.size(), most); ++i) {
        names += fmt::format("{}'{}'", names.empty() ? "" : ", ", shortened(header_[i]));
    }
    const std::string more =
        header_.size() > most ? fmt::format(" and {} more", header_.size() - most) : "";
    return "the columns of the file are " + names + more;
}

ColumnSource::ColumnSource(const ImportColumn& column, const FileColumns& file, const Field* field,
                           const std::vector<std::string>& missing_values,
                           std::vector<ImportMapped>& rules, std::vector<Problem>& problems)
    : missing_values_(&missing_values), keep_spaces_(column.keep_spaces) {
    const int sources = (column.column.empty() ? 0 : 1) + (column.number ? 1 : 0) +
                        (column.pattern.empty() ? 0 : 1);
    if (sources > 1) {
        refuse(problems, "column", column.column,
               "has more than one of column, number and pattern");
    }
    if (!column.pattern.empty()) {
        compile_pattern(column.pattern, file, problems);
    } else if (sources == 1) {
        const auto index = column.number ? file.find(*column.number, problems)
                                         : file.find(column.column, problems);
        if (index) {
            cells_.push_back(*index);
        }
    }
    TransformTarget target{field, column.column};
    if (target.header.empty() && !cells_.empty()) {
        target.header = file.name(cells_.front());
    }
    try {
        transforms_ = compile_transforms(column.transforms, target, rules);
    } catch (const Error& error) {
        refuse(problems, "transforms", column.field, error.message());
    }
    if (sources == 0 && !transforms_.fills_empty) {
        refuse(problems, "column", column.field, "has neither a column nor a constant");
    }
}

void ColumnSource::compile_pattern(const std::string& pattern, const FileColumns& file,
                                   std::vector<Problem>& problems) {
    texts_.emplace_back();
    for (std::size_t at = 0; at < pattern.size();) {
        const char c = pattern[at];
        if ((c == '{' || c == '}') && pattern.substr(at + 1, 1) == std::string_view(&c, 1)) {
            texts_.back() += c;
            at += 2;
            continue;
        }
        const std::size_t end = c == '{' ? pattern.find('}', at) : at;
        if (c == '}' || end == std::string::npos) {
            refuse(problems, "pattern", pattern, "has a bracket without the other; write {{ or }}");
            return;
        }
        if (c != '{') {
            texts_.back() += c;
            ++at;
            continue;
        }
        const auto index =
            file.find(std::string_view(pattern).substr(at + 1, end - at - 1), problems);
        cells_.push_back(index.value_or(0));
        texts_.emplace_back();
        at = end + 1;
    }
    if (cells_.empty()) {
        refuse(problems, "pattern", pattern, "names no column; write one as in {first name}");
    }
}

std::string_view ColumnSource::clean(std::string_view cell) const {
    const std::string_view text = keep_spaces_ ? cell : trim(cell);
    const bool is_missing =
        !missing_values_->empty() &&
        std::find(missing_values_->begin(), missing_values_->end(), text) != missing_values_->end();
    return is_missing ? std::string_view() : text;
}

/// False when all its cells are empty.
bool ColumnSource::fill_pattern(const InputRow& row, std::string& out) const {
    out.assign(texts_.front());
    bool any = false;
    for (std::size_t i = 0; i < cells_.size(); ++i) {
        const std::string_view text = clean(row.cell(cells_[i]));
        any = any || !text.empty();
        out += text;
        out += texts_[i + 1];
    }
    return any;
}

bool ColumnSource::read(const InputRow& row, std::string_view& text, std::string& scratch,
                        std::string& why, MapCounts& counts) const {
    if (texts_.empty()) {
        text = cells_.empty() ? std::string_view() : clean(row.cell(cells_.front()));
        if (transforms_.steps.empty() || (text.empty() && !transforms_.fills_empty)) {
            return true;
        }
        scratch.assign(text);
    } else if (!fill_pattern(row, scratch)) {
        scratch.clear();
    }
    if (!transforms_.run(scratch, why, counts)) {
        text = texts_.empty() && !cells_.empty() ? row.cell(cells_.front()) : scratch;
        return false;
    }
    text = texts_.empty() || keep_spaces_ ? std::string_view(scratch) : trim(scratch);
    return true;
}

}  // namespace crmkit::exchange::detail

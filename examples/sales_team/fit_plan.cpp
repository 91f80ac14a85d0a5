#include "fit_plan.hpp"

#include <crmkit/base/text.hpp>
#include <crmkit/exchange/csv_reader.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <set>
#include <string_view>
#include <utility>

namespace sales_team {

namespace exchange = crmkit::exchange;
using exchange::ImportColumn;
using exchange::ImportPlan;
using exchange::ImportTransformKind;

namespace {

/// What a column of our plans is called elsewhere, in squeezed() form.
constexpr auto other_names = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"opportunity_id", "dealid"},
    {"opportunity_id", "opportunity"},
    {"opportunity_id", "id"},
    {"sales_agent", "agent"},
    {"sales_agent", "salesrep"},
    {"sales_agent", "salesperson"},
    {"sales_agent", "rep"},
    {"sales_agent", "owner"},
    {"sales_agent", "opportunityowner"},
    {"account", "accountname"},
    {"account", "customer"},
    {"account", "company"},
    {"account", "client"},
    {"product", "productname"},
    {"product", "item"},
    {"deal_stage", "stage"},
    {"deal_stage", "status"},
    {"engage_date", "opendate"},
    {"engage_date", "startdate"},
    {"engage_date", "createddate"},
    {"close_date", "closedate"},
    {"close_date", "closed"},
    {"close_date", "closingdate"},
    {"close_value", "value"},
    {"close_value", "amount"},
    {"close_value", "dealvalue"},
    {"sector", "industry"},
    {"year_established", "founded"},
    {"revenue", "annualrevenue"},
    {"employees", "numberofemployees"},
    {"office_location", "country"},
    {"office_location", "location"},
    {"subsidiary_of", "parent"},
    {"subsidiary_of", "parentaccount"},
    {"series", "category"},
    {"sales_price", "price"},
    {"sales_price", "listprice"},
    {"manager", "salesmanager"},
    {"manager", "teamlead"},
    {"regional_office", "region"},
    {"regional_office", "office"},
    {"regional_office", "team"},
});

/// Lower case, without accents, and only letters and digits: what two ways of writing the same
/// name have in common.
std::string squeezed(std::string_view text) {
    std::string out = crmkit::fold(text);
    std::erase_if(out, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x80 && std::isalnum(byte) == 0;
    });
    return out;
}

/// The column of the file that the plan calls `wanted`; empty when there is none.
std::string find_column(const std::vector<std::string>& header, const std::string& wanted) {
    const auto named = [&header](std::string_view squeezed_name) -> std::string {
        const auto found = std::ranges::find(header, squeezed_name, squeezed);
        return found == header.end() ? std::string() : *found;
    };
    std::string found = named(squeezed(wanted));
    for (auto name = other_names.begin(); found.empty() && name != other_names.end(); ++name) {
        found = name->first == wanted ? named(name->second) : found;
    }
    return found;
}

/// Replaces "{opportunity_id}" by "{Deal ID}"; a column that is not there goes with the comma
/// before it.
std::string fitted_pattern(std::string pattern, const std::vector<std::string>& header) {
    for (std::size_t at = 0; (at = pattern.find('{', at)) != std::string::npos; ++at) {
        const std::size_t end = pattern.find('}', at);
        const std::string name = find_column(header, pattern.substr(at + 1, end - at - 1));
        if (!name.empty()) {
            pattern.replace(at + 1, end - at - 1, name);
            continue;
        }
        const std::size_t begin = at >= 2 ? at - 2 : 0;
        pattern.erase(begin, end + 1 - begin);
        at = begin;
    }
    return pattern;
}

void rename_columns(std::vector<ImportColumn>& columns, const std::vector<std::string>& header) {
    for (ImportColumn& column : columns) {
        if (!column.pattern.empty()) {
            column.pattern = fitted_pattern(column.pattern, header);
        } else if (!column.column.empty()) {
            column.column = find_column(header, column.column);
            column.field = column.column.empty() ? std::string() : column.field;
        }
    }
    std::erase_if(columns, [](const ImportColumn& column) {
        return column.column.empty() && column.pattern.empty() && column.field.empty();
    });
}

/// A reference or a child is still worth something when a cell of the file has a part in it.
bool reads_a_cell(const std::vector<ImportColumn>& columns) {
    return std::ranges::any_of(columns, [](const ImportColumn& column) {
        return !column.column.empty() || !column.pattern.empty() || !column.reference.empty();
    });
}

void fit_columns(ImportPlan& plan, const std::vector<std::string>& header) {
    rename_columns(plan.columns, header);
    rename_columns(plan.key_columns, header);
    plan.key_system = plan.key_columns.empty() ? std::string() : plan.key_system;
    for (auto& reference : plan.references) {
        rename_columns(reference.columns, header);
    }
    for (auto& child : plan.children) {
        rename_columns(child.columns, header);
    }
    std::erase_if(plan.references,
                  [](const auto& reference) { return !reads_a_cell(reference.columns); });
    std::erase_if(plan.children, [](const auto& child) { return !reads_a_cell(child.columns); });
}

/// The library looks at the cells and says how dates and numbers are written in them.
void fit_forms(ImportPlan& plan, const ImportPlan& suggested) {
    for (ImportColumn& column : plan.columns) {
        const auto same =
            std::ranges::find(suggested.columns, column.column, &ImportColumn::column);
        if (column.column.empty() || same == suggested.columns.end()) {
            continue;
        }
        for (const auto& transform : same->transforms) {
            const bool is_form = transform.kind == ImportTransformKind::date ||
                                 transform.kind == ImportTransformKind::number;
            if (is_form) {
                column.transforms.insert(column.transforms.begin(), transform);
            }
        }
    }
}

/// The names that records of an entity have, by their squeezed form.
std::map<std::string, std::string> known_names(crmkit::Session& session,
                                               const crmkit::Entity& entity) {
    std::map<std::string, std::string> names;
    for (const auto& row : session.aggregate(entity, "count() by name")) {
        const std::string name(row[1].view().text());
        names.emplace(squeezed(name), name);
    }
    return names;
}

/// The entity in which a reference of the plan is looked for.
const crmkit::Entity& target_of(const crmkit::Registry& registry, const ImportPlan& plan,
                                const exchange::ImportReference& reference) {
    if (!reference.lookups.empty()) {
        return registry.get(reference.lookups.front().entity);
    }
    const auto& field = crmkit::field_of(registry.get(plan.entity), reference.field);
    return *registry.targets(field).front();
}

/// Adds "GTXPro is GTX Pro" to the transforms of a column, for every such name in its cells.
void map_names(ImportColumn& column, const std::set<std::string>& cells,
               const std::map<std::string, std::string>& known) {
    exchange::ImportTransform map{.kind = ImportTransformKind::map};
    for (const std::string& cell : cells) {
        const auto same = known.find(squeezed(cell));
        if (same != known.end() && same->second != cell) {
            map.values.push_back({cell, same->second});
        }
    }
    if (!map.values.empty()) {
        column.transforms.push_back(std::move(map));
    }
}

/// What stands in the columns of a file.
class Survey {
  public:
    explicit Survey(const std::string& path) : file_(path), reader_(file_) {
        const auto& header = reader_.header();
        empty_.resize(header.size());
        values_.resize(header.size());
        for (const auto& row : reader_) {
            for (std::size_t i = 0; i < header.size(); ++i) {
                const std::string_view cell = crmkit::trim(row[i]);
                empty_[i] += cell.empty() ? 1 : 0;
                if (!cell.empty() && values_[i].size() < most_values) {
                    values_[i].emplace(cell);
                }
            }
        }
    }
    [[nodiscard]] const std::vector<std::string>& header() const { return reader_.header(); }
    [[nodiscard]] std::int64_t empty_cells(std::string_view column) const {
        return empty_[*reader_.column(column)];
    }
    [[nodiscard]] const std::set<std::string>& values(std::string_view column) const {
        return values_[*reader_.column(column)];
    }

  private:
    static constexpr std::size_t most_values = 10'000;

    exchange::FileSource file_;
    exchange::CsvReader reader_;
    std::vector<std::int64_t> empty_;
    std::vector<std::set<std::string>> values_;
};

}  // namespace

std::vector<EmptyCells> fit_plan(crmkit::Session& session, const std::string& path,
                                 ImportPlan& plan) {
    const Survey survey(path);
    fit_columns(plan, survey.header());
    exchange::FileSource file(path);
    fit_forms(plan, exchange::suggest_plan(session.registry(), plan.entity, file));

    std::vector<EmptyCells> empty;
    for (const ImportColumn& column : plan.columns) {
        const bool is_noted =
            column.column.empty() ||
            std::ranges::find(empty, column.column, &EmptyCells::column) != empty.end();
        if (!is_noted && survey.empty_cells(column.column) > 0) {
            empty.push_back({column.column, survey.empty_cells(column.column)});
        }
    }
    for (auto& reference : plan.references) {
        for (ImportColumn& column : reference.columns) {
            if (!column.column.empty() && column.field == "name") {
                map_names(column, survey.values(column.column),
                          known_names(session, target_of(session.registry(), plan, reference)));
            }
        }
    }
    return empty;
}

}  // namespace sales_team

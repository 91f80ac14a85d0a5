#include "fit_plan.hpp"

#include <crmkit/base/text.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "spelling.hpp"
#include "survey.hpp"

namespace sales_team {

namespace exchange = crmkit::exchange;
using exchange::ImportColumn;
using exchange::ImportPlan;
using exchange::ImportTransformKind;

namespace {

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

/// The library looks at the cells and says how dates and numbers are written in them, and what
/// stands in them for nothing.
void fit_forms(ImportPlan& plan, const ImportPlan& suggested) {
    plan.missing_values = suggested.missing_values;
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
        const std::string known = squeezed(name);
        if (!known.empty()) {  // "-" and "?" have nothing in common
            names.emplace(known, name);
        }
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
void map_names(ImportColumn& column, const Cells& cells,
               const std::map<std::string, std::string>& known) {
    exchange::ImportTransform map{.kind = ImportTransformKind::map};
    std::set<std::string> done;  // a map pays no heed to case: WON and won are one value of it
    for (const auto& [cell, count] : cells) {
        const auto same = known.find(squeezed(cell));
        if (same != known.end() && same->second != cell && done.insert(crmkit::fold(cell)).second) {
            map.values.push_back({cell, same->second});
        }
    }
    if (!map.values.empty()) {
        column.transforms.push_back(std::move(map));
    }
}

/// Adds "finanse is finance" for every sector that is a usual one but for a letter or two.
void map_misspelled_sectors(ImportColumn& column, const Cells& cells) {
    exchange::ImportTransform map{.kind = ImportTransformKind::map};
    for (const auto& [cell, count] : cells) {
        const std::string folded = crmkit::fold(cell);
        const std::string_view usual = usual_sector(folded);
        const bool is_mapped = std::ranges::any_of(column.transforms, [&](const auto& transform) {
            return std::ranges::find(transform.values, folded, [](const auto& value) {
                       return crmkit::fold(value.from);
                   }) != transform.values.end();
        });
        if (!usual.empty() && usual != folded && !is_mapped) {
            map.values.push_back({folded, std::string(usual)});
        }
    }
    if (!map.values.empty()) {
        column.transforms.push_back(std::move(map));
    }
}

}  // namespace

std::vector<EmptyCells> fit_plan(crmkit::Session& session, const std::string& path,
                                 ImportPlan& plan) {
    Survey survey(path);
    fit_columns(plan, survey.header());
    fit_forms(plan, exchange::suggest_plan(session.registry(), plan.entity, survey.header(),
                                           survey.sample()));
    survey.take_for_nothing(plan.missing_values);

    std::vector<EmptyCells> empty;
    for (ImportColumn& column : plan.columns) {
        if (!column.column.empty() && column.field == "industry") {
            map_misspelled_sectors(column, survey.cells(column.column));
        }
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
                map_names(column, survey.cells(column.column),
                          known_names(session, target_of(session.registry(), plan, reference)));
            }
        }
    }
    return empty;
}

}  // namespace sales_team

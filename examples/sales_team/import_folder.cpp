#include "import_folder.hpp"

#include <fmt/format.h>
#include <crmkit/base/text.hpp>
#include <crmkit/exchange/importer.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace sales_team {

namespace exchange = crmkit::exchange;
namespace fs = std::filesystem;
using crmkit::Error;
using crmkit::ErrorCode;
using crmkit::Opportunity;
using crmkit::OpportunityState;

namespace {

/// The files in the order in which they refer to each other. Each is known by its plan's name, or
/// by a word in its name.
struct KnownFile {
    std::string_view plan;
    std::vector<std::string_view> words;
};
const KnownFile known_files[] = {
    {"products", {"product"}},
    {"sales_teams", {"team", "agent"}},
    {"accounts", {"account", "customer", "compan"}},
    {"contacts", {"contact"}},
    {"sales_pipeline", {"pipeline", "opportunit", "deal"}},
    {"interactions", {"interaction", "activit"}},
};

std::string lower_case(std::string text) { return crmkit::fold(text); }

/// The file of the folder that is meant, or an empty path.
fs::path find_file(const std::string& folder, const KnownFile& known) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder)) {
        const std::string extension = lower_case(entry.path().extension().string());
        if (extension == ".csv" || extension == ".tsv" || extension == ".txt") {
            files.push_back(entry.path());
        }
    }
    std::ranges::sort(files);  // the order of a folder is no order
    for (const fs::path& file : files) {
        const std::string name = lower_case(file.stem().string());
        if (std::ranges::any_of(known.words, [&](std::string_view word) {
                return name.find(word) != std::string::npos;
            })) {
            return file;
        }
    }
    return {};
}

std::string read_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        throw Error(ErrorCode::not_found, fmt::format("there is no plan {}", path.string()));
    }
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Where the deals are: a pipeline is data, so each team can have one of its own.
void ensure_pipeline(crmkit::Session& session) {
    if (session.query<crmkit::Pipeline>("name = 'Sales team'").first()) {
        return;
    }
    auto transaction = session.transaction();
    const auto pipeline =
        session.create(crmkit::Pipeline{.name = "Sales team", .is_default = true});
    const auto add = [&](std::string name, std::int64_t place, OpportunityState state,
                         std::int64_t probability) {
        session.create(crmkit::Stage{.name = std::move(name),
                                     .pipeline = pipeline.id,
                                     .sort_order = place,
                                     .state = state,
                                     .probability = probability});
    };
    add("Prospecting", 1, OpportunityState::open, 20);
    add("Engaging", 2, OpportunityState::open, 60);
    add("Won", 3, OpportunityState::won, 100);
    add("Lost", 4, OpportunityState::lost, 0);
    transaction.commit();
}

/// Nobody has said yet what an open deal is worth: the list price of its product is the best that
/// is known, and without an amount it would count for nothing in the forecast.
std::int64_t value_by_price(crmkit::Session& session) {
    auto transaction = session.transaction();
    const auto deals = session
                           .query<Opportunity>(
                               "state = 'open' and amount is null and "
                               "product.list_price is not null")
                           .all();
    for (const Opportunity& deal : deals) {
        const auto product = session.get<crmkit::Product>(deal.product);
        session.update<Opportunity>(deal.id, {{"amount", *product.list_price}});
    }
    transaction.commit();
    return static_cast<std::int64_t>(deals.size());
}

/// The plan gives each record that the file of deals had to create the source "sales_pipeline".
template <crmkit::RecordType Record>
void add_unlisted(crmkit::Session& session, Import& import) {
    for (const Record& record : session.query<Record>("source = 'sales_pipeline' order by name")) {
        import.unlisted[std::string(crmkit::entity_of<Record>().name)].push_back(record.name);
    }
}

ImportedFile import_file(crmkit::Session& session, const fs::path& path, const fs::path& plan_path,
                         Terminal& terminal) {
    auto plan = exchange::plan_from_json(read_file(plan_path));
    ImportedFile imported{.name = path.filename().string()};
    imported.empty_cells = fit_plan(session, path.string(), plan);
    exchange::ImportOptions options;
    options.progress = [&](const crmkit::Progress& at) {
        terminal.progress(imported.name, at.bytes, at.total_bytes.value_or(at.bytes));
        return true;  // false would stop the import
    };
    exchange::FileSource file(path.string());
    imported.report = exchange::run_import(session, plan, file, options);
    terminal.end_progress();
    return imported;
}

}  // namespace

Import import_folder(crmkit::Session& session, const std::string& folder, const std::string& plans,
                     Terminal& terminal) {
    if (find_file(folder, known_files[4]).empty()) {
        throw Error(ErrorCode::not_found,
                    fmt::format("{} has no file of deals such as sales_pipeline.csv", folder));
    }
    ensure_pipeline(session);
    Import import;
    for (const KnownFile& known : known_files) {
        if (const fs::path path = find_file(folder, known); !path.empty()) {
            import.files.push_back(import_file(
                session, path, fs::path(plans) / fmt::format("{}.json", known.plan), terminal));
        }
    }
    add_unlisted<crmkit::Product>(session, import);
    add_unlisted<crmkit::Account>(session, import);
    add_unlisted<crmkit::User>(session, import);
    import.valued_by_price = value_by_price(session);
    return import;
}

void print_import(const Terminal& terminal, const Import& import) {
    terminal.heading("Imported");
    std::vector<std::vector<std::string>> rows;
    for (const auto& [name, report, empty_cells] : import.files) {
        rows.push_back({name, grouped(report.rows), grouped(report.created),
                        grouped(report.updated), grouped(report.unchanged), grouped(report.skipped),
                        report.refused == 0 ? "0" : terminal.bad(grouped(report.refused))});
    }
    terminal.table({{"file"},
                    {"rows", true},
                    {"new", true},
                    {"changed", true},
                    {"unchanged", true},
                    {"skipped", true},
                    {"refused", true}},
                   rows);

    terminal.heading("What was wrong in it");
    rows.clear();
    for (const auto& [name, report, empty_cells] : import.files) {
        for (const auto& mapped : report.mapped) {
            if (mapped.count > 0) {
                rows.push_back(
                    {name, grouped(mapped.count),
                     fmt::format("{} '{}' read as '{}'", mapped.header, mapped.from, mapped.to)});
            }
        }
        const auto add = [&, file = name, all = report.rows](std::int64_t count,
                                                             const std::string& finding) {
            if (count * 2 < all) {  // what is mostly empty is meant to be
                rows.push_back({file, grouped(count), finding});
            }
        };
        for (const auto& empty : empty_cells) {
            add(empty.rows, fmt::format("without {}", empty.column));
        }
        for (const auto& warning : report.warnings) {
            if (warning.first_line == 0) {  // about the file, not about rows
                rows.push_back({name, "", warning.message});
            } else {
                add(warning.count, warning.message);
            }
        }
    }
    for (const auto& [entity, names] : import.unlisted) {
        rows.push_back(
            {"", "",
             fmt::format("{} '{}'{} in no other file", entity, names.front(),
                         names.size() == 1
                             ? " is"
                             : fmt::format(" and {} more are", grouped(std::ssize(names) - 1)))});
    }
    if (rows.empty()) {
        terminal.line("nothing");
    } else {
        terminal.table({{"file"}, {"rows", true}, {"finding"}}, rows);
    }
    if (import.valued_by_price > 0) {
        terminal.line(fmt::format("{} open deals without value now have the list price",
                                  grouped(import.valued_by_price)));
    }
    for (const auto& [name, report, empty_cells] : import.files) {
        std::set<std::string> said;  // two fields can come from one cell
        for (const auto& problem : report.problems) {
            const std::string text = fmt::format("{} line {}: {} '{}' {}", name, problem.line,
                                                 problem.header, problem.value, problem.message);
            if (said.size() < 5 && said.insert(text).second) {
                terminal.line(text);
            }
        }
    }
}

}  // namespace sales_team

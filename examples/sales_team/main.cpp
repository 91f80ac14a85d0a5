/// A sales team's export, and the answers in it: the main job of crmkit.
///
///     sales_team [FOLDER] [--store FILE]     imports the CSV files of FOLDER and prints a report
///     sales_team --json [--store FILE]       prints the answers of a store as JSON
///
/// Without FOLDER it makes up a sales team of its own, in a folder beside the store. The store is
/// ./crm.db unless said; it is kept, and an import into a store that has the same deals already
/// updates them.
#include <fmt/format.h>
#include <crmkit/crm.hpp>

#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

#include "answers.hpp"
#include "import_folder.hpp"
#include "report.hpp"
#include "sample.hpp"
#include "terminal.hpp"

namespace {

struct Arguments {
    std::string folder;
    std::string store = "crm.db";
    bool json = false;
    bool ok = true;
};

Arguments read_arguments(int count, char** values) {
    Arguments arguments;
    for (int i = 1; i < count; ++i) {
        const std::string_view value = values[i];
        if (value == "--json") {
            arguments.json = true;
        } else if (value == "--store" && i + 1 < count) {
            arguments.store = values[++i];
        } else if (!value.starts_with("-") && arguments.folder.empty()) {
            arguments.folder = value;
        } else {
            arguments.ok = false;
        }
    }
    return arguments;
}

void run(const Arguments& arguments) {
    // What an import writes can be imported again, so it need not survive a power cut.
    const auto crm = crmkit::Crm::open(
        arguments.store, {.durability = crmkit::Durability::fast, .read_only = arguments.json});
    auto me = crm.as_system();  // nobody in particular acts: this is a script
    if (arguments.json) {
        fmt::print("{}", sales_team::to_json(sales_team::ask(me), me.registry()));
        return;
    }
    std::string folder = arguments.folder;
    if (folder.empty()) {
        folder = arguments.store + "-sample";
        sales_team::write_sample(folder, 20'260'101, me.now().date());
    }
    sales_team::Terminal terminal;
    fmt::print("{} from {} into {}\n", terminal.bold("Sales team"), folder, arguments.store);
    print_import(terminal, sales_team::import_folder(me, folder, SALES_TEAM_PLANS, terminal));
    print_report(terminal, sales_team::ask(me));
}

}  // namespace

int main(int argc, char** argv) {
    const Arguments arguments = read_arguments(argc, argv);
    if (!arguments.ok) {
        fmt::print(stderr,
                   "usage: sales_team [FOLDER] [--store FILE]\n"
                   "       sales_team --json [--store FILE]\n");
        return 2;
    }
    try {
        run(arguments);
    } catch (const std::exception& error) {  // a crmkit::Error's text names every problem
        fmt::print(stderr, "sales_team: {}\n", error.what());
        return 1;
    }
    return 0;
}

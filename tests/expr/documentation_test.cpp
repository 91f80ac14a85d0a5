/// docs/expressions.md says what is true: its examples parse, its functions are those there are.
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/expr/functions.hpp"
#include "crmkit/expr/parse.hpp"
#include "crmkit/expr/printer.hpp"
#include "crmkit/model/registry.hpp"

namespace crmkit::expression_test {
namespace {

constexpr const char* page_path = CRMKIT_SOURCE_DIR "/docs/expressions.md";

std::vector<std::string> page_lines() {
    std::ifstream file(page_path);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) {
        lines.push_back(line);
    }
    return lines;
}

/// The lines of the blocks that begin with this fence.
std::vector<std::string> examples(std::string_view fence) {
    std::vector<std::string> found;
    bool inside = false;
    for (const std::string& line : page_lines()) {
        if (line.starts_with("```")) {
            inside = line == fence;
        } else if (inside) {
            found.push_back(line);
        }
    }
    return found;
}

/// The table of functions as the page must show it.
std::vector<std::string> function_table() {
    std::vector<std::string> lines{"| function | is | |", "| --- | --- | --- |"};
    for (const expr::Function& function : expr::functions) {
        const bool is_like_first = function.result == expr::TypeKind::unknown;
        std::string line = "| `" + signature(function) + "` | ";
        line += is_like_first ? "as given" : to_string(function.result);
        line += " | ";
        for (const char c : function.help) {
            line += c == '|' ? "\\|" : std::string(1, c);
        }
        line += " |";
        lines.push_back(line);
    }
    return lines;
}

TEST_CASE("the examples of the page parse") {
    const Registry registry = make_standard_registry();
    const Entity& opportunity = registry.get("opportunity");
    const auto queries = examples("```crm");
    CHECK(queries.size() > 25);
    for (const std::string& text : queries) {
        INFO(text);
        try {
            const auto query = expr::parse_query(registry, opportunity, text);
            CHECK(expr::parse_query(registry, opportunity, to_text(query)) == query);
        } catch (const Error& error) {
            FAIL_CHECK(error.what());
        }
    }
    const auto aggregations = examples("```crm-aggregation");
    CHECK(aggregations.size() == 3);
    for (const std::string& text : aggregations) {
        INFO(text);
        CHECK_NOTHROW(expr::parse_aggregation(registry, opportunity, text));
    }
}

TEST_CASE("the error that the page quotes is the one there is") {
    const Registry registry = make_standard_registry();
    try {
        static_cast<void>(expr::parse_query(registry, registry.get("opportunity"),
                                            "amuont > 5 and state = 'opne'"));
        FAIL("was accepted");
    } catch (const Error& error) {
        const std::string quoted = "> " + error.message();
        const auto lines = page_lines();
        CHECK_MESSAGE(std::find(lines.begin(), lines.end(), quoted) != lines.end(), quoted);
    }
}

/// To write the table into the page again: CRMKIT_UPDATE_DOCS=1 crmkit_expr_test
TEST_CASE("the functions on the page are those of the language") {
    const auto lines = page_lines();
    std::vector<std::string> shown;
    std::string before;
    std::string after;
    int part = 0;
    for (const std::string& line : lines) {
        part = line.starts_with("<!-- end of functions") ? 2 : part;
        if (part == 1) {
            shown.push_back(line);
        } else {
            (part == 0 ? before : after) += line + "\n";
        }
        part = line.starts_with("<!-- functions:") ? 1 : part;
    }
    const auto expected = function_table();
    if (std::getenv("CRMKIT_UPDATE_DOCS") != nullptr && part == 2) {
        std::ofstream file(page_path);
        file << before;
        for (const std::string& line : expected) {
            file << line << "\n";
        }
        file << after;
        return;
    }
    CHECK(shown == expected);
}

}  // namespace
}  // namespace crmkit::expression_test

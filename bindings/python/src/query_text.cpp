#include "query_text.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>
#include <vector>

#include "crmkit/base/error.hpp"
#include "crmkit/base/text.hpp"
#include "crmkit/expr/parse.hpp"
#include "crmkit/expr/printer.hpp"

namespace crmkit::python {

namespace {

constexpr std::string_view limit_word = "limit";

/// The three parts of a query's text, each with its own words, and without blanks at its end; at
/// its beginning they stay, so that the places of what is wrong in a condition do.
struct QueryParts {
    std::string_view condition;
    std::string_view order;
    std::string_view limit;
};

std::string_view part_of(std::string_view text, std::size_t begin, std::size_t end) {
    const std::string_view part = text.substr(begin, end - begin);
    return part.substr(0, part.find_last_not_of(" \t\r\n") + 1);
}

/// Where the words that begin the order and the limit stand; the end of the text where they do not.
struct Places {
    std::size_t order;
    std::size_t limit;
};

/// The words are keywords, which stand nowhere else.
Places find_places(std::string_view text) {
    Places found{text.size(), text.size()};
    expr::detail::Lexer lexer(text);
    try {
        for (auto token = lexer.next(); token.kind != expr::detail::TokenKind::end;
             token = lexer.next()) {
            if (token.kind != expr::detail::TokenKind::keyword) {
                continue;
            }
            if (token.text == limit_word) {
                found.limit = token.position;
                found.order = std::min(found.order, found.limit);
                return found;
            }
            if (token.text == "order" || token.text == "sort") {
                found.order = std::min<std::size_t>(found.order, token.position);
            }
        }
    } catch (const Error&) {  // the rest cannot be read, and says so when it is to be
        return found;
    }
    return found;
}

QueryParts parts_of(std::string_view text) {
    const Places places = find_places(text);
    return {part_of(text, 0, places.order), part_of(text, places.order, places.limit),
            part_of(text, places.limit, text.size())};
}

std::string joined(const QueryParts& parts) {
    std::string out;
    for (const std::string_view part : {parts.condition, parts.order, parts.limit}) {
        out += out.empty() || part.empty() ? "" : " ";
        out += part;
    }
    return out;
}

/// The number of "limit 5"; nothing where that is no number.
std::optional<std::size_t> number_of(std::string_view limit) {
    const std::string_view digits = trim(limit.substr(limit_word.size()));
    std::size_t number = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return read.ec == std::errc{} && read.ptr == digits.data() + digits.size()
               ? std::optional(number)
               : std::nullopt;
}

bool has(const expr::Parameters& declared, std::string_view name) {
    return std::any_of(declared.begin(), declared.end(),
                       [name](const expr::Parameter& parameter) { return parameter.name == name; });
}

/// Leaves out the values that only the order of a query asks for. What nothing asks for stays, to
/// be refused.
void keep_for_condition(Parameters& parameters, const expr::Parameters& of_query,
                        const expr::Parameters& of_condition) {
    std::erase_if(parameters, [&](const Parameter& given) {
        return has(of_query, given.name) && !has(of_condition, given.name);
    });
}

}  // namespace

std::string with_order(std::string_view text, std::string_view order) {
    QueryParts parts = parts_of(text);
    parts.order = order;
    return joined(parts);
}

std::string with_limit(std::string_view text, std::size_t most) {
    QueryParts parts = parts_of(text);
    const std::string limit = std::string(limit_word) + " " + std::to_string(most);
    const auto own = parts.limit.empty() ? std::optional(most) : number_of(parts.limit);
    if (own && *own >= most) {
        parts.limit = limit;
    }
    return joined(parts);
}

std::int64_t count_records(Session& session, const Entity& entity, std::string_view text,
                           Parameters parameters) {
    const expr::Query query = expr::parse_query(session.registry(), entity, text);
    const std::string condition = expr::to_text(query.filter);
    keep_for_condition(parameters, *query.parameters,
                       *expr::parse_query(session.registry(), entity, condition).parameters);
    const auto rows = session.aggregate(
        entity, condition.empty() ? "count()" : "count() where " + condition, parameters);
    const std::int64_t all = rows.front().front().view().integer();
    return query.limit ? std::min(all, *query.limit) : all;
}

}  // namespace crmkit::python

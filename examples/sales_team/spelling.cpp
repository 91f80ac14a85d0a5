#include "spelling.hpp"

#include <crmkit/base/text.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace sales_team {

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

/// Lines of business as most people call them.
constexpr auto usual_sectors = std::to_array<std::string_view>(
    {"agriculture",        "automotive", "banking",        "construction", "education",
     "employment",         "energy",     "entertainment",  "finance",      "food",
     "government",         "healthcare", "hospitality",    "insurance",    "logistics",
     "manufacturing",      "marketing",  "media",          "medical",      "pharmaceuticals",
     "real estate",        "retail",     "services",       "software",     "technology",
     "telecommunications", "tourism",    "transportation", "utilities"});

}  // namespace

std::string squeezed(std::string_view text) {
    std::string out = crmkit::fold(text);
    std::erase_if(out, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x80 && std::isalnum(byte) == 0;
    });
    return out;
}

std::string find_column(const std::vector<std::string>& header, std::string_view wanted) {
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

std::string_view usual_sector(std::string_view folded) {
    const auto* const exact = std::ranges::find(usual_sectors, folded);
    return exact != usual_sectors.end() ? *exact : crmkit::nearest(folded, usual_sectors);
}

}  // namespace sales_team

/// The words that the sample's names are put together from. All of it is invented.
#pragma once

#include <array>
#include <string_view>

namespace sales_team::words {

inline constexpr auto first_names = std::to_array<std::string_view>(
    {"Ada",    "Aïcha", "Akira", "Alma",  "Amara", "Anton", "Björn",  "Carla", "Chen",  "Clara",
     "Daniel", "Diego", "Elif",  "Elena", "Emeka", "Emma",  "Erik",   "Farah", "Felix", "Grace",
     "Hana",   "Hugo",  "Ida",   "Inès",  "Ivan",  "Jamal", "Jana",   "João",  "Jonas", "Júlia",
     "Kaja",   "Karim", "Kofi",  "Lara",  "Leo",   "Lena",  "Liam",   "Lucía", "Luca",  "Maja",
     "Marek",  "Maria", "Mateo", "Mei",   "Mina",  "Nadia", "Nils",   "Noah",  "Nora",  "Olga",
     "Omar",   "Oskar", "Paula", "Pedro", "Priya", "Ravi",  "René",   "Rosa",  "Samir", "Sara",
     "Sofia",  "Søren", "Tarek", "Thea",  "Tomás", "Vera",  "Viktor", "Wanda", "Yara",  "Zoë"});

inline constexpr auto last_names = std::to_array<std::string_view>(
    {"Abara",    "Almeida",   "Andersen", "Bauer",  "Becker",   "Bianchi",  "Borg",     "Castro",
     "Chen",     "Costa",     "Demir",    "Dubois", "Dvořák",   "Eriksson", "Fischer",  "Flores",
     "Fournier", "Garcia",    "Greco",    "Haddad", "Hansen",   "Horvat",   "Ito",      "Jansen",
     "Kamau",    "Keller",    "Kim",      "Kovács", "Kowalska", "Lambert",  "Larsen",   "Lindqvist",
     "Lopez",    "Marchetti", "Marin",    "Mensah", "Meyer",    "Moreau",   "Müller",   "Nakamura",
     "Novak",    "Nguyen",    "O'Brien",  "Okafor", "Olsen",    "Park",     "Pereira",  "Petrov",
     "Rahman",   "Ricci",     "Rossi",    "Sato",   "Schmidt",  "Silva",    "Singh",    "Sokolov",
     "Tanaka",   "Torres",    "Vogel",    "Weber",  "Wójcik",   "Yılmaz",   "Zieliński"});

inline constexpr auto company_beginnings = std::to_array<std::string_view>(
    {"Alder",  "Amber",  "Arden",  "Basalt", "Beacon",  "Birch",  "Blue",    "Bright",  "Cedar",
     "Cinder", "Clear",  "Cobalt", "Copper", "Coral",   "Crest",  "Delta",   "Dune",    "East",
     "Elm",    "Ember",  "Falcon", "Fern",   "Fjord",   "Flint",  "Garnet",  "Glen",    "Granit",
     "Grey",   "Harbor", "Hazel",  "Heron",  "High",    "Iron",   "Ivory",   "Juniper", "Kestrel",
     "Lark",   "Laurel", "Linden", "Lumen",  "Maple",   "Marble", "Mistral", "Moor",    "Nord",
     "North",  "Oak",    "Onyx",   "Opal",   "Otter",   "Pine",   "Polar",   "Quartz",  "Raven",
     "Red",    "River",  "Rowan",  "Ruby",   "Saffron", "Sierra", "Silver",  "Slate",   "Solar",
     "South",  "Spruce", "Stone",  "Summit", "Terra",   "Tidal",  "Umber",   "Vale",    "Velvet",
     "Vesper", "West",   "Willow", "Wind",   "Winter",  "Yarrow", "Zenith",  "Zephyr"});

inline constexpr auto company_middles = std::to_array<std::string_view>(
    {"bridge", "brook", "crest", "dale", "fall",  "field", "ford",   "gate", "grove",
     "haven",  "hill",  "holm",  "lake", "land",  "mark",  "mere",   "mill", "mont",
     "point",  "port",  "ridge", "rock", "shore", "side",  "spring", "star", "stead",
     "stone",  "vale",  "view",  "ward", "water", "way",   "well",   "wick", "wood"});

/// A line of business, what companies in it are called, and how some people misspell it.
struct Sector {
    std::string_view name{};
    std::array<std::string_view, 4> endings{};
    std::string_view slip{};
};
inline constexpr auto sectors = std::to_array<Sector>({
    {"energy", {"Power", "Energy", "Grid", "Renewables"}},
    {"finance", {"Capital", "Bank", "Insurance", "Partners"}},
    {"food", {"Foods", "Dairy", "Bakery", "Farms"}},
    {"logistics", {"Logistics", "Freight", "Shipping", "Post"}, "logistcs"},
    {"manufacturing", {"Steel", "Works", "Tools", "Motors"}},
    {"medical", {"Clinic", "Pharma", "Medical", "Labs"}},
    {"retail", {"Stores", "Market", "Trading", "Outfitters"}},
    {"software", {"Software", "Systems", "Data", "Cloud"}},
    {"telecommunications", {"Telecom", "Networks", "Mobile", "Fibre"}, "telecomunications"},
    {"tourism", {"Hotels", "Travel", "Resorts", "Cruises"}},
});

inline constexpr auto countries = std::to_array<std::string_view>(
    {"United States", "United States", "United States",  "Canada",   "Germany",
     "Germany",       "France",        "United Kingdom", "Spain",    "Italy",
     "Poland",        "Sweden",        "Netherlands",    "Portugal", "Japan",
     "Korea",         "Brazil",        "Kenya",          "Türkiye",  "Mexico"});

inline constexpr auto job_titles = std::to_array<std::string_view>(
    {"Head of purchasing", "Buyer", "Plant manager", "Chief financial officer", "IT manager",
     "Managing director", "Operations manager", "Head of maintenance", "Assistant"});

/// Something the sample's team sells.
struct SampleProduct {
    std::string_view name{};
    std::string_view series{};
    int price = 0;
    int weight = 0;           // how often it is asked for
    std::string_view slip{};  // how some people write it
};
inline constexpr auto products = std::to_array<SampleProduct>({
    {"Ferro Sense 100", "Ferro", 480, 20},
    {"Ferro Sense 200", "Ferro", 960, 16},
    {"Ferro Control", "Ferro", 2'450, 12},
    {"Ferro Control Plus", "Ferro", 4'900, 9},
    {"Lumo Panel S", "Lumo", 150, 18},
    {"Lumo Panel L", "Lumo", 620, 14},
    {"Lumo Studio", "Lumo", 3'200, 8, "LumoStudio"},
    {"Vanta Line", "Vanta", 12'500, 4},
    {"Vanta Line XL", "Vanta", 27'800, 2},
    {"Care Basic", "Care", 300, 12},
    {"Care Complete", "Care", 1'150, 9},
});

/// What was sold now and then, and stands in the list no more.
inline constexpr std::string_view unlisted_product = "Lumo Panel XS";

inline constexpr auto subjects = std::to_array<std::string_view>(
    {"First talk about ", "Offer for ", "Question about ", "Demonstration of ", "Price of ",
     "Delivery date of ", "Follow-up on "});

}  // namespace sales_team::words

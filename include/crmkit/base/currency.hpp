/// `Currency`: a currency by its ISO 4217 code, with the number of decimals its amounts have.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crmkit/base/error.hpp"

namespace crmkit {

/// What ISO 4217 says about a currency.
struct CurrencyInfo {
    std::string_view code;      ///< three upper-case letters
    std::int16_t numeric_code;  ///< shared by a currency and the one that replaced it, at times
    std::int8_t exponent;       ///< minor units are 10^-exponent of the unit: EUR 2, JPY 0, BHD 3
    bool active;                ///< false: withdrawn, known so that old data can be read
    std::string_view name;      ///< the English name
};

// clang-format off
/// Every currency that crmkit knows, by code: ISO 4217 lists one (active, with funds, metals and
/// test codes) and three (withdrawn since about 1990). Where ISO gives no minor unit ("N.A.", e.g.
/// gold), two decimals are used, as CLDR does.
inline constexpr std::array currencies = std::to_array<CurrencyInfo>({
    {"ADP", 20, 0, false, "Andorran Peseta"},
    {"AED", 784, 2, true, "UAE Dirham"},
    {"AFA", 4, 2, false, "Afghani before 2003"},
    {"AFN", 971, 2, true, "Afghani"},
    {"ALL", 8, 2, true, "Lek"},
    {"AMD", 51, 2, true, "Armenian Dram"},
    {"ANG", 532, 2, false, "Netherlands Antillean Guilder"},
    {"AOA", 973, 2, true, "Kwanza"},
    {"AON", 24, 2, false, "Angolan New Kwanza"},
    {"AOR", 982, 2, false, "Angolan Kwanza Reajustado"},
    {"ARS", 32, 2, true, "Argentine Peso"},
    {"ATS", 40, 2, false, "Austrian Schilling"},
    {"AUD", 36, 2, true, "Australian Dollar"},
    {"AWG", 533, 2, true, "Aruban Florin"},
    {"AZM", 31, 2, false, "Azerbaijanian Manat before 2006"},
    {"AZN", 944, 2, true, "Azerbaijan Manat"},
    {"BAM", 977, 2, true, "Convertible Mark"},
    {"BBD", 52, 2, true, "Barbados Dollar"},
    {"BDT", 50, 2, true, "Taka"},
    {"BEF", 56, 0, false, "Belgian Franc"},
    {"BGL", 100, 2, false, "Bulgarian Hard Lev"},
    {"BGN", 975, 2, false, "Bulgarian Lev"},
    {"BHD", 48, 3, true, "Bahraini Dinar"},
    {"BIF", 108, 0, true, "Burundi Franc"},
    {"BMD", 60, 2, true, "Bermudian Dollar"},
    {"BND", 96, 2, true, "Brunei Dollar"},
    {"BOB", 68, 2, true, "Boliviano"},
    {"BOV", 984, 2, true, "Mvdol"},
    {"BRL", 986, 2, true, "Brazilian Real"},
    {"BSD", 44, 2, true, "Bahamian Dollar"},
    {"BTN", 64, 2, true, "Ngultrum"},
    {"BWP", 72, 2, true, "Pula"},
    {"BYB", 112, 0, false, "Belarusian Ruble before 2000"},
    {"BYN", 933, 2, true, "Belarusian Ruble"},
    {"BYR", 974, 0, false, "Belarusian Ruble before 2016"},
    {"BZD", 84, 2, true, "Belize Dollar"},
    {"CAD", 124, 2, true, "Canadian Dollar"},
    {"CDF", 976, 2, true, "Congolese Franc"},
    {"CHE", 947, 2, true, "WIR Euro"},
    {"CHF", 756, 2, true, "Swiss Franc"},
    {"CHW", 948, 2, true, "WIR Franc"},
    {"CLF", 990, 4, true, "Unidad de Fomento"},
    {"CLP", 152, 0, true, "Chilean Peso"},
    {"CNY", 156, 2, true, "Yuan Renminbi"},
    {"COP", 170, 2, true, "Colombian Peso"},
    {"COU", 970, 2, true, "Unidad de Valor Real"},
    {"CRC", 188, 2, true, "Costa Rican Colon"},
    {"CSD", 891, 2, false, "Serbian Dinar before 2006"},
    {"CSK", 200, 2, false, "Czechoslovak Koruna"},
    {"CUC", 931, 2, false, "Peso Convertible"},
    {"CUP", 192, 2, true, "Cuban Peso"},
    {"CVE", 132, 2, true, "Cabo Verde Escudo"},
    {"CYP", 196, 2, false, "Cyprus Pound"},
    {"CZK", 203, 2, true, "Czech Koruna"},
    {"DDM", 278, 2, false, "Mark der DDR"},
    {"DEM", 276, 2, false, "Deutsche Mark"},
    {"DJF", 262, 0, true, "Djibouti Franc"},
    {"DKK", 208, 2, true, "Danish Krone"},
    {"DOP", 214, 2, true, "Dominican Peso"},
    {"DZD", 12, 2, true, "Algerian Dinar"},
    {"ECS", 218, 2, false, "Ecuadorian Sucre"},
    {"EEK", 233, 2, false, "Estonian Kroon"},
    {"EGP", 818, 2, true, "Egyptian Pound"},
    {"ERN", 232, 2, true, "Nakfa"},
    {"ESP", 724, 0, false, "Spanish Peseta"},
    {"ETB", 230, 2, true, "Ethiopian Birr"},
    {"EUR", 978, 2, true, "Euro"},
    {"FIM", 246, 2, false, "Finnish Markka"},
    {"FJD", 242, 2, true, "Fiji Dollar"},
    {"FKP", 238, 2, true, "Falkland Islands Pound"},
    {"FRF", 250, 2, false, "French Franc"},
    {"GBP", 826, 2, true, "Pound Sterling"},
    {"GEL", 981, 2, true, "Lari"},
    {"GHC", 288, 2, false, "Ghanaian Cedi before 2007"},
    {"GHS", 936, 2, true, "Ghana Cedi"},
    {"GIP", 292, 2, true, "Gibraltar Pound"},
    {"GMD", 270, 2, true, "Dalasi"},
    {"GNF", 324, 0, true, "Guinean Franc"},
    {"GRD", 300, 0, false, "Greek Drachma"},
    {"GTQ", 320, 2, true, "Quetzal"},
    {"GWP", 624, 2, false, "Guinea-Bissau Peso"},
    {"GYD", 328, 2, true, "Guyana Dollar"},
    {"HKD", 344, 2, true, "Hong Kong Dollar"},
    {"HNL", 340, 2, true, "Lempira"},
    {"HRD", 191, 2, false, "Croatian Dinar"},
    {"HRK", 191, 2, false, "Kuna"},
    {"HTG", 332, 2, true, "Gourde"},
    {"HUF", 348, 2, true, "Forint"},
    {"IDR", 360, 2, true, "Rupiah"},
    {"IEP", 372, 2, false, "Irish Pound"},
    {"ILS", 376, 2, true, "New Israeli Sheqel"},
    {"INR", 356, 2, true, "Indian Rupee"},
    {"IQD", 368, 3, true, "Iraqi Dinar"},
    {"IRR", 364, 2, true, "Iranian Rial"},
    {"ISK", 352, 0, true, "Iceland Krona"},
    {"ITL", 380, 0, false, "Italian Lira"},
    {"JMD", 388, 2, true, "Jamaican Dollar"},
    {"JOD", 400, 3, true, "Jordanian Dinar"},
    {"JPY", 392, 0, true, "Yen"},
    {"KES", 404, 2, true, "Kenyan Shilling"},
    {"KGS", 417, 2, true, "Som"},
    {"KHR", 116, 2, true, "Riel"},
    {"KMF", 174, 0, true, "Comorian Franc"},
    {"KPW", 408, 2, true, "North Korean Won"},
    {"KRW", 410, 0, true, "Won"},
    {"KWD", 414, 3, true, "Kuwaiti Dinar"},
    {"KYD", 136, 2, true, "Cayman Islands Dollar"},
    {"KZT", 398, 2, true, "Tenge"},
    {"LAK", 418, 2, true, "Lao Kip"},
    {"LBP", 422, 2, true, "Lebanese Pound"},
    {"LKR", 144, 2, true, "Sri Lanka Rupee"},
    {"LRD", 430, 2, true, "Liberian Dollar"},
    {"LSL", 426, 2, true, "Loti"},
    {"LTL", 440, 2, false, "Lithuanian Litas"},
    {"LUF", 442, 0, false, "Luxembourg Franc"},
    {"LVL", 428, 2, false, "Latvian Lats"},
    {"LYD", 434, 3, true, "Libyan Dinar"},
    {"MAD", 504, 2, true, "Moroccan Dirham"},
    {"MDL", 498, 2, true, "Moldovan Leu"},
    {"MGA", 969, 2, true, "Malagasy Ariary"},
    {"MGF", 450, 0, false, "Malagasy Franc"},
    {"MKD", 807, 2, true, "Denar"},
    {"MMK", 104, 2, true, "Kyat"},
    {"MNT", 496, 2, true, "Tugrik"},
    {"MOP", 446, 2, true, "Pataca"},
    {"MRO", 478, 2, false, "Ouguiya before 2018"},
    {"MRU", 929, 2, true, "Ouguiya"},
    {"MTL", 470, 2, false, "Maltese Lira"},
    {"MUR", 480, 2, true, "Mauritius Rupee"},
    {"MVR", 462, 2, true, "Rufiyaa"},
    {"MWK", 454, 2, true, "Malawi Kwacha"},
    {"MXN", 484, 2, true, "Mexican Peso"},
    {"MXP", 484, 2, false, "Mexican Peso before 1993"},
    {"MXV", 979, 2, true, "Mexican Unidad de Inversion"},
    {"MYR", 458, 2, true, "Malaysian Ringgit"},
    {"MZM", 508, 2, false, "Mozambique Metical before 2006"},
    {"MZN", 943, 2, true, "Mozambique Metical"},
    {"NAD", 516, 2, true, "Namibia Dollar"},
    {"NGN", 566, 2, true, "Naira"},
    {"NIO", 558, 2, true, "Cordoba Oro"},
    {"NLG", 528, 2, false, "Netherlands Guilder"},
    {"NOK", 578, 2, true, "Norwegian Krone"},
    {"NPR", 524, 2, true, "Nepalese Rupee"},
    {"NZD", 554, 2, true, "New Zealand Dollar"},
    {"OMR", 512, 3, true, "Rial Omani"},
    {"PAB", 590, 2, true, "Balboa"},
    {"PEN", 604, 2, true, "Sol"},
    {"PGK", 598, 2, true, "Kina"},
    {"PHP", 608, 2, true, "Philippine Peso"},
    {"PKR", 586, 2, true, "Pakistan Rupee"},
    {"PLN", 985, 2, true, "Zloty"},
    {"PLZ", 616, 2, false, "Zloty before 1995"},
    {"PTE", 620, 0, false, "Portuguese Escudo"},
    {"PYG", 600, 0, true, "Guarani"},
    {"QAR", 634, 2, true, "Qatari Rial"},
    {"ROL", 642, 2, false, "Romanian Leu before 2005"},
    {"RON", 946, 2, true, "Romanian Leu"},
    {"RSD", 941, 2, true, "Serbian Dinar"},
    {"RUB", 643, 2, true, "Russian Ruble"},
    {"RUR", 810, 2, false, "Russian Ruble before 1998"},
    {"RWF", 646, 0, true, "Rwanda Franc"},
    {"SAR", 682, 2, true, "Saudi Riyal"},
    {"SBD", 90, 2, true, "Solomon Islands Dollar"},
    {"SCR", 690, 2, true, "Seychelles Rupee"},
    {"SDD", 736, 2, false, "Sudanese Dinar"},
    {"SDG", 938, 2, true, "Sudanese Pound"},
    {"SEK", 752, 2, true, "Swedish Krona"},
    {"SGD", 702, 2, true, "Singapore Dollar"},
    {"SHP", 654, 2, true, "Saint Helena Pound"},
    {"SIT", 705, 2, false, "Slovenian Tolar"},
    {"SKK", 703, 2, false, "Slovak Koruna"},
    {"SLE", 925, 2, true, "Leone"},
    {"SLL", 694, 2, false, "Leone before 2022"},
    {"SOS", 706, 2, true, "Somali Shilling"},
    {"SRD", 968, 2, true, "Surinam Dollar"},
    {"SRG", 740, 2, false, "Surinam Guilder"},
    {"SSP", 728, 2, true, "South Sudanese Pound"},
    {"STD", 678, 2, false, "Dobra before 2018"},
    {"STN", 930, 2, true, "Dobra"},
    {"SUR", 810, 2, false, "Soviet Ruble"},
    {"SVC", 222, 2, true, "El Salvador Colon"},
    {"SYP", 760, 2, true, "Syrian Pound"},
    {"SZL", 748, 2, true, "Lilangeni"},
    {"THB", 764, 2, true, "Baht"},
    {"TJR", 762, 2, false, "Tajik Ruble"},
    {"TJS", 972, 2, true, "Somoni"},
    {"TMM", 795, 2, false, "Turkmenistan Manat before 2009"},
    {"TMT", 934, 2, true, "Turkmenistan New Manat"},
    {"TND", 788, 3, true, "Tunisian Dinar"},
    {"TOP", 776, 2, true, "Pa'anga"},
    {"TPE", 626, 0, false, "Timor Escudo"},
    {"TRL", 792, 0, false, "Turkish Lira before 2005"},
    {"TRY", 949, 2, true, "Turkish Lira"},
    {"TTD", 780, 2, true, "Trinidad and Tobago Dollar"},
    {"TWD", 901, 2, true, "New Taiwan Dollar"},
    {"TZS", 834, 2, true, "Tanzanian Shilling"},
    {"UAH", 980, 2, true, "Hryvnia"},
    {"UAK", 804, 2, false, "Karbovanets"},
    {"UGX", 800, 0, true, "Uganda Shilling"},
    {"USD", 840, 2, true, "US Dollar"},
    {"USN", 997, 2, true, "US Dollar (Next day)"},
    {"USS", 998, 2, false, "US Dollar (Same day)"},
    {"UYI", 940, 0, true, "Uruguay Peso en Unidades Indexadas"},
    {"UYU", 858, 2, true, "Peso Uruguayo"},
    {"UYW", 927, 4, true, "Unidad Previsional"},
    {"UZS", 860, 2, true, "Uzbekistan Sum"},
    {"VEB", 862, 2, false, "Bolivar before 2008"},
    {"VED", 926, 2, true, "Digital Bolivar"},
    {"VEF", 937, 2, false, "Bolivar Fuerte"},
    {"VES", 928, 2, true, "Sovereign Bolivar"},
    {"VND", 704, 0, true, "Dong"},
    {"VUV", 548, 0, true, "Vatu"},
    {"WST", 882, 2, true, "Tala"},
    {"XAD", 396, 2, true, "Arab Accounting Dinar"},
    {"XAF", 950, 0, true, "CFA Franc BEAC"},
    {"XAG", 961, 2, true, "Silver"},
    {"XAU", 959, 2, true, "Gold"},
    {"XBA", 955, 2, true, "Bond Markets Unit EURCO"},
    {"XBB", 956, 2, true, "Bond Markets Unit EMU-6"},
    {"XBC", 957, 2, true, "Bond Markets Unit EUA-9"},
    {"XBD", 958, 2, true, "Bond Markets Unit EUA-17"},
    {"XCD", 951, 2, true, "East Caribbean Dollar"},
    {"XCG", 532, 2, true, "Caribbean Guilder"},
    {"XDR", 960, 2, true, "Special Drawing Right"},
    {"XEU", 954, 2, false, "European Currency Unit"},
    {"XOF", 952, 0, true, "CFA Franc BCEAO"},
    {"XPD", 964, 2, true, "Palladium"},
    {"XPF", 953, 0, true, "CFP Franc"},
    {"XPT", 962, 2, true, "Platinum"},
    {"XSU", 994, 2, true, "Sucre"},
    {"XTS", 963, 2, true, "Reserved for testing"},
    {"XUA", 965, 2, true, "ADB Unit of Account"},
    {"XXX", 999, 2, true, "No currency"},
    {"YER", 886, 2, true, "Yemeni Rial"},
    {"YUM", 891, 2, false, "Yugoslav New Dinar"},
    {"ZAL", 991, 2, false, "Financial Rand"},
    {"ZAR", 710, 2, true, "Rand"},
    {"ZMK", 894, 2, false, "Zambian Kwacha before 2013"},
    {"ZMW", 967, 2, true, "Zambian Kwacha"},
    {"ZWD", 716, 2, false, "Zimbabwe Dollar before 2006"},
    {"ZWG", 924, 2, true, "Zimbabwe Gold"},
    {"ZWL", 932, 2, false, "Zimbabwe Dollar"},
    {"ZWN", 942, 2, false, "Zimbabwe Dollar of 2006"},
    {"ZWR", 935, 2, false, "Zimbabwe Dollar of 2008"},
});
// clang-format on

/// A currency, or none. A small trivially copyable value; ordered by code, none first.
class Currency {
  public:
    /// No currency.
    constexpr Currency() = default;

    /// The currency of a code in upper or lower case; nothing when crmkit does not know it.
    static constexpr std::optional<Currency> find(std::string_view code);

    /// The currency of a code known to be right. Throws Error(validation) for any other.
    static constexpr Currency of(std::string_view code);

    /// The three upper-case letters, inside this object; empty for no currency.
    [[nodiscard]] constexpr std::string_view code() const& {
        return {code_, *this ? sizeof code_ : 0U};
    }
    /// A temporary's code, inside the table of currencies.
    [[nodiscard]] constexpr std::string_view code() const&& { return info().code; }

    /// Decimals of an amount: EUR 2, JPY 0, BHD 3, CLF 4; 0 for no currency.
    [[nodiscard]] constexpr int exponent() const { return exponent_; }
    /// Minor units in one unit: 100 for EUR, 1 for JPY and for no currency.
    [[nodiscard]] constexpr std::int64_t minor_units_per_unit() const {
        std::int64_t units = 1;
        for (int i = 0; i < exponent_; ++i) {
            units *= 10;
        }
        return units;
    }

    /// The ISO 4217 number, e.g. 978; 0 for no currency.
    [[nodiscard]] constexpr int numeric_code() const { return info().numeric_code; }
    /// The English name, e.g. "US Dollar"; empty for no currency.
    [[nodiscard]] constexpr std::string_view name() const { return info().name; }
    /// False for a withdrawn currency such as DEM, and for no currency.
    [[nodiscard]] constexpr bool active() const { return info().active; }

    /// Whether there is a currency.
    constexpr explicit operator bool() const { return code_[0] != '\0'; }

    friend constexpr auto operator<=>(const Currency&, const Currency&) = default;

  private:
    constexpr explicit Currency(const CurrencyInfo& info)
        : code_{info.code[0], info.code[1], info.code[2]}, exponent_(info.exponent) {}

    /// The place of an upper-case code in the table, its size for none. (No pointer: GCC 12 takes
    /// none for a constant when it checks undefined behaviour.)
    static constexpr std::size_t place(std::string_view code);
    [[nodiscard]] constexpr CurrencyInfo info() const {
        return *this ? currencies[place({code_, sizeof code_})] : CurrencyInfo{};
    }

    char code_[3] = {};
    std::int8_t exponent_ = 0;
};

namespace detail {

consteval bool currencies_are_sorted() {
    for (std::size_t i = 0; i < currencies.size(); ++i) {
        if (currencies[i].code.size() != 3 ||
            (i > 0 && !(currencies[i - 1].code < currencies[i].code))) {
            return false;
        }
    }
    return true;
}
static_assert(currencies_are_sorted(), "Currency::find searches by halves");

[[noreturn]] inline void throw_unknown_currency(std::string_view code) {
    throw Error::about(ErrorCode::validation,
                       Problem{.entity = {},
                               .field = "currency",
                               .value = std::string(code),
                               .message = "is not an ISO 4217 currency code such as EUR"});
}

}  // namespace detail

constexpr std::size_t Currency::place(std::string_view code) {
    std::size_t low = 0;
    std::size_t high = currencies.size();
    while (low < high) {
        const std::size_t middle = (low + high) / 2;
        const std::string_view there = currencies[middle].code;
        if (there == code) {
            return middle;
        }
        if (there < code) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return currencies.size();
}

constexpr std::optional<Currency> Currency::find(std::string_view code) {
    if (code.size() != 3) {
        return std::nullopt;
    }
    char upper[3] = {code[0], code[1], code[2]};
    for (char& c : upper) {
        c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    const std::size_t found = place({upper, sizeof upper});
    return found < currencies.size() ? std::optional(Currency(currencies[found])) : std::nullopt;
}

constexpr Currency Currency::of(std::string_view code) {
    const std::optional<Currency> found = find(code);
    if (!found) {
        detail::throw_unknown_currency(code);
    }
    return *found;
}

/// The code; empty for no currency.
inline std::string to_string(const Currency& currency) { return std::string(currency.code()); }

}  // namespace crmkit

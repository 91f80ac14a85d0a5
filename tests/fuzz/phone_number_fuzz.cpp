/// Phone numbers: the E.164 form has that form, and is its own in every region.
#include "crmkit/base/phone_number.hpp"

#include "fuzz.hpp"

using namespace crmkit;
using fuzz::require;

namespace {

constexpr std::string_view regions[] = {"",   "DE", "US", "AR", "IT", "AU",
                                        "SG", "MX", "GB", "BR", "ZZ", "\xFF\xFF"};

bool has_form(std::string_view e164) {
    return e164.size() > 1 && e164.front() == '+' &&
           e164.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const std::string_view region = regions[input.byte() % std::size(regions)];
    const std::optional<DialNumber> number = parse_phone_number(input.rest(), region);
    if (!number) {
        return 0;
    }
    require(has_form(number->e164), "an E.164 form is a plus and digits");
    require(number->extension.find_first_not_of("0123456789") == std::string::npos,
            "an extension is digits");
    const std::optional<DialNumber> again = parse_phone_number(number->e164, region);
    require(again.has_value(), "an E.164 form is a number");
    // Several trunk prefixes in a row, which nobody dials, go one by one.
    require(again->e164 == number->e164 || again->e164.size() < number->e164.size(),
            "the normal form of a normal form is itself");
    return 0;
}

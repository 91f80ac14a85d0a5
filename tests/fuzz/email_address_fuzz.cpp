/// E-mail addresses: what is read can be written and read again, and a normal form is its own.
#include "crmkit/base/email_address.hpp"

#include "fuzz.hpp"

using namespace crmkit;
using fuzz::require;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = fuzz::Input(data, size).rest();
    std::string_view reason;
    const std::optional<Mailbox> address = parse_email_address(text, reason);
    require(address.has_value() == reason.empty(), "a refusal has a reason");
    const std::optional<std::string> normal = normalize_email_address(text);
    require(normal.has_value() == address.has_value(), "both ways accept the same");
    if (!address) {
        return 0;
    }
    require(normal_form(*address) == *normal, "both ways give the same normal form");
    require(parse_email_address(to_string(*address)) == address, "what is written reads back");
    require(normalize_email_address(to_string(*address)) == normal, "writing keeps the key");
    require(find_invalid_utf8(*normal) == std::string_view::npos, "a normal form is UTF-8");
    if (const auto again = normalize_email_address(*normal)) {
        require(again == normal, "the normal form of a normal form is itself");
        return 0;
    }
    // U-labels may be longer than the A-labels that they were written as, and a local part may need
    // quotes that it did not when U+037E has become a semicolon.
    require(!parse_email_address(*normal, reason), "both ways accept the same");
    const auto says = [reason](std::string_view part) {
        return reason.find(part) != std::string_view::npos;
    };
    require(says("more than") || says("longer than"),
            "a normal form is an address unless it is too long");
    return 0;
}

#include "crmkit/base/email_address.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "crmkit/base/random.hpp"
#include "test_data.hpp"

using namespace std::string_view_literals;
using crmkit::Mailbox;
using crmkit::normal_form;
using crmkit::normalize_email_address;
using crmkit::parse_email_address;

namespace {

std::string_view reason_of(std::string_view text) {
    std::string_view reason;
    const auto parsed = parse_email_address(text, reason);
    CHECK(parsed.has_value() == reason.empty());
    return reason;
}

/// The normal form by both ways, which must agree; "" for no mailbox.
std::string normal(std::string_view text) {
    const auto parsed = parse_email_address(text);
    const auto quick = normalize_email_address(text);
    REQUIRE(parsed.has_value() == quick.has_value());
    if (!parsed) {
        return "";
    }
    CHECK(normal_form(*parsed) == *quick);
    CHECK(normalize_email_address(*quick) == quick);
    CHECK(parse_email_address(to_string(*parsed)) == parsed);
    return *quick;
}

}  // namespace

TEST_CASE("a mailbox has two halves") {
    const Mailbox address = parse_email_address("Ana.Garcia@Example.COM").value();
    CHECK(address.local == "Ana.Garcia");
    CHECK(address.domain == "Example.COM");
    CHECK(to_string(address) == "Ana.Garcia@Example.COM");
    CHECK(normal_form(address) == "ana.garcia@example.com");
}

TEST_CASE("quotes are taken off and put back where they are needed") {
    CHECK(parse_email_address("\"ana\"@x.org").value().local == "ana");
    CHECK(to_string(parse_email_address("\"ana.b\"@x.org").value()) == "ana.b@x.org");
    CHECK(normal("\"Ana\"@x.org") == "ana@x.org");
    CHECK(normal("\"a\\na\"@x.org") == "ana@x.org");
    CHECK(normal("\"Ana Maria\"@x.org") == "\"ana maria\"@x.org");
    CHECK(normal("\"a@b\"@x.org") == "\"a@b\"@x.org");
    CHECK(normal("\"a\\\\b\\\"\"@x.org") == "\"a\\\\b\\\"\"@x.org");
    CHECK(normal("\"\"@x.org") == "\"\"@x.org");
    CHECK(normal("\".a\"@x.org") == "\".a\"@x.org");
    CHECK(normal("\"a..b\"@x.org") == "\"a..b\"@x.org");
    CHECK(normal("\"a.\"@x.org") == "\"a.\"@x.org");
}

TEST_CASE("international addresses have one normal form") {
    CHECK(normal("josé@bücher.example") == "josé@bücher.example");
    CHECK(normal("JOSÉ@BÜCHER.example") == "josé@bücher.example");
    CHECK(normal("jose\xCC\x81@bu\xCC\x88"
                 "cher.example") == "josé@bücher.example");
    CHECK(normal("josé@xn--bcher-kva.example") == "josé@bücher.example");
    CHECK(normal("josé@XN--BCHER-KVA.EXAMPLE") == "josé@bücher.example");
    CHECK(normal("test@xn--hxajbheg2az3al.xn--jxalpdlp") == "test@παράδειγμα.δοκιμή");
    CHECK(normal("用户@例子.公司") == "用户@例子.公司");
    CHECK(normal("a@straße.example") != normal("a@strasse.example"));
    CHECK(normal("a@xn--strae-oqa.example") == normal("a@straße.example"));
}

TEST_CASE("a label has the letters, marks and digits of any script, and signs that words need") {
    for (const char* const label :
         {"l·l", "α͵β", "צ׳ק", "צה״ל", "नी\u200Dति", "نامه\u200Cای", "カ・カ", "٣٤"}) {
        CAPTURE(label);
        CHECK(normal("a@" + std::string(label) + ".example") ==
              "a@" + std::string(label) + ".example");
    }
    for (const char* const wrong : {"a\u20DD", "a\u00BD", "a\u2022"}) {  // a circle, ½, a bullet
        CAPTURE(wrong);
        CHECK(reason_of("a@" + std::string(wrong) + ".example") ==
              "has a character after the @ that no domain name contains");
    }
}

TEST_CASE("the joiners that names need are allowed before the @") {
    CHECK(normal("نامه\u200Cای@x.org") == "نامه\u200Cای@x.org");
    CHECK(normal("नी\u200Dति@x.org") == "नी\u200Dति@x.org");
}

TEST_CASE("an A-label that no U-label has stays as it is") {
    CHECK(normal("a@xn--paypal-.com") == "");           // ends in a hyphen
    CHECK(normal("a@xn--abc.com") == "a@xn--abc.com");  // malformed, or no letters
    CHECK(normal("a@xn--a.com") == "a@xn--a.com");
    CHECK(normal("a@xn--i-7iq.ws") == "a@xn--i-7iq.ws");  // a heart is no letter
    const auto upper = crmkit::encode_punycode(U"bÜcher");
    CHECK(normal("a@xn--" + *upper) == "a@xn--" + *upper);  // no U-label has upper case
    CHECK(normal("a@xn--BCHER-KVa.com") == "a@bücher.com");
    CHECK(normal("a@xn--enn--m5de") == "a@xn--enn--m5de");  // stands for a label that none may be
    CHECK(normal("a@xn--99999999.com") == "a@xn--99999999.com");
    CHECK(normal("a@xn--" + std::string(58, 'z') + ".com").starts_with("a@xn--"));
}

TEST_CASE("address literals are accepted") {
    CHECK(normal("a@[192.0.2.1]") == "a@[192.0.2.1]");
    CHECK(normal("a@[IPv6:2001:DB8::1]") == "a@[ipv6:2001:db8::1]");
    CHECK(normal("a@[IPv6:::]") == "a@[ipv6:::]");
    CHECK(normal("a@[IPv6:::ffff:192.0.2.1]") == "a@[ipv6:::ffff:192.0.2.1]");
    for (const char* const wrong :
         {"a@[]", "a@[1]", "a@[1.2.3./]", "a@[1.2.3]", "a@[1.2.3.4.5]", "a@[1.2.3.256]",
          "a@[1.2.3.1000]", "a@[1.2..3]", "a@[IPv6:1:2]", "a@[IPv6:1:2:3:4:5:6:7:8:]",
          "a@[IPv6:::1::]", "a@[IPv6:12345::]", "a@[2001:db8::1]", "a@[1.2.3.4", "a@[1.2.3.4]x",
          "a@[tag:x]", "a@[IPv6:g::]", "a@[IPv6:1.2.3.4::]"}) {
        CAPTURE(wrong);
        CHECK_FALSE(reason_of(wrong).empty());
    }
}

TEST_CASE("the lengths of RFC 5321 are kept") {
    const std::string local(64, 'a');
    const std::string label(63, 'b');
    CHECK(parse_email_address(local + "@example.com"));
    CHECK(reason_of(local + "a@example.com") == "has more than 64 bytes before the @");
    CHECK(parse_email_address("a@" + label + ".com"));
    CHECK(reason_of("a@" + label + "b.com") == "has a part of more than 63 bytes in its domain");
    const std::string longest = local + '@' + label + '.' + label + '.' + std::string(61, 'c');
    CHECK(longest.size() == 254);
    CHECK(parse_email_address(longest));
    CHECK(reason_of(longest + 'c') == "is longer than 254 bytes");
    // 63 bytes as written, more than 63 as an A-label.
    std::string ideographs;
    for (char32_t i = 0; i < 21; ++i) {
        crmkit::detail::append_character(ideographs, 0x4E00 + (i * 7919) % 0x5000);
    }
    CHECK(ideographs.size() == 63);
    CHECK(reason_of("a@" + ideographs + ".com") ==
          "has a part of more than 63 bytes in its domain");
    std::string labels = "a@";
    for (int i = 0; i < 4; ++i) {
        labels += (i > 0 ? "." : "") + std::string("üüüüüüüüüüüüüüüüüüüü");
    }
    CHECK(parse_email_address(labels));
    // 252 bytes as written, more than 253 with A-labels.
    std::string domain;
    for (char32_t i = 0; i < 25; ++i) {
        domain += i > 0 ? "." : "";
        crmkit::detail::append_character(domain, 0x4E00 + i * 100);
        crmkit::detail::append_character(domain, 0x9000 - i * 100);
        domain += "abc";
    }
    CHECK(domain.size() <= 252);
    CHECK(reason_of("a@" + domain) == "has a domain of more than 253 bytes");
}

TEST_CASE("a refusal says what is wrong") {
    CHECK(reason_of("") == "is empty");
    CHECK(reason_of("ana") == "has no @");
    CHECK(reason_of("@example.com") == "has nothing before the @");
    CHECK(reason_of("ana@") == "has nothing after the @");
    CHECK(reason_of("ana garcia@example.com") == "contains a space");
    CHECK(reason_of(".ana@example.com") == "starts with a dot");
    CHECK(reason_of("ana.@example.com") == "has a dot just before the @");
    CHECK(reason_of("ana..b@example.com") == "has two dots in a row before the @");
    CHECK(reason_of("ana@example..com") == "has an empty part between the dots of its domain");
    CHECK(reason_of("ana@-example.com") ==
          "has a hyphen at the start or end of a part of its domain");
    CHECK(reason_of("ana@exa_mple.com") ==
          "has a character after the @ that no domain name contains");
    CHECK(reason_of("\"ana@example.com") == "has a quotation mark that is never closed");
    CHECK(reason_of("\"ana\"b@example.com") ==
          "has text between the closing quotation mark and the @");
    CHECK(reason_of("ana@b@example.com") ==
          "has a character after the @ that no domain name contains");
    CHECK(reason_of("ana@example.com\xFF") == "is not UTF-8");
    for (const char* const escape :
         {"\"ana\\", "\"ana\\\t\"@example.com", "\"ana\\é\"@example.com"}) {
        CAPTURE(escape);
        CHECK(reason_of(escape) ==
              "has a backslash that is not followed by a printable ASCII character");
    }
    CHECK(reason_of("Ana <ana@example.com>") == "contains a space");
    CHECK(reason_of("an(a@example.com") == "contains a character that must be quoted before the @");
}

TEST_CASE("hostile texts are refused") {
    for (const std::string_view wrong :
         {"a\0b@x.org"sv, "a@x\0.org"sv, "\"a\0\"@x.org"sv, "a@x.org\n"sv, "a\xC2\xA0@x.org"sv,
          "a@x\xE2\x80\x8B.org"sv, "a@x.org\r\nBcc: b@y.org"sv, "a\xED\xA0\x80@x.org"sv,
          "a@\xE2\x80\x8D.org "sv, "a\xEF\xBF\xBE@x.org"sv, "a\xEF\xBF\xBD@x.org"sv}) {
        CHECK_FALSE(reason_of(wrong).empty());
    }
    std::string reversed = "a";
    crmkit::detail::append_character(reversed, 0x202E);
    CHECK_FALSE(reason_of(reversed + "@x.org").empty());
    CHECK_FALSE(parse_email_address(std::string(1'000'000, 'a')));
    CHECK_FALSE(parse_email_address(std::string(1'000'000, '"')));
}

namespace {

std::string_view between(std::string_view text, std::string_view before, std::string_view after) {
    const std::size_t start = text.find(before);
    if (start == std::string_view::npos) {
        return {};
    }
    text.remove_prefix(start + before.size());
    return text.substr(0, text.find(after));
}

/// The text of an XML element, its references resolved. Control characters stand in the file as
/// the Unicode symbols for them (U+2400 and on).
std::string xml_text(std::string_view xml) {
    std::string out;
    for (std::size_t at = 0; at < xml.size();) {
        char32_t c = 0;
        if (xml[at] == '&') {
            const std::string_view name = between(xml.substr(at), "&", ";");
            if (name.starts_with("#x")) {
                for (const char digit : name.substr(2)) {
                    const auto value =
                        "0123456789abcdef"sv.find(crmkit::detail::ascii_lower(digit));
                    c = c * 16 + static_cast<char32_t>(value);
                }
            } else {
                c = name == "amp" ? U'&' : name == "lt" ? U'<' : name == "gt" ? U'>' : U'"';
            }
            at += name.size() + 2;
        } else {
            c = crmkit::detail::next_character(xml, at);
        }
        crmkit::detail::append_character(out, c >= 0x2400 && c < 0x2420 ? c - 0x2400 : c);
    }
    return out;
}

}  // namespace

TEST_CASE("the mailboxes of the isemail collection are told from the rest") {
    const auto file = crmkit::testing::read_test_data("isemail/tests.xml");
    if (!file) {
        MESSAGE("skipped: the test data set isemail is absent");
        return;
    }
    // Its categories against RFC 5321's Mailbox: VALID; DNSWARN (the DNS is not asked here) and
    // RFC5321 (quoted strings, address literals, numeric or single labels: unusual, but in the
    // grammar) are mailboxes. CFWS (comments, folding), DEPREC (obsolete forms), RFC5322 (too long,
    // or general domain literals) and ERR are none.
    int accepted = 0;
    int refused = 0;
    std::string_view rest = *file;
    for (std::size_t start = rest.find("<test id="); start != std::string_view::npos;
         start = rest.find("<test id=")) {
        rest.remove_prefix(start + 1);
        const std::string_view test = rest.substr(0, rest.find("</test>"));
        const std::string address = xml_text(between(test, "<address>", "</address>"));
        const std::string_view category = between(test, "<category>", "</category>");
        const bool mailbox = category == "ISEMAIL_VALID_CATEGORY" ||
                             category == "ISEMAIL_DNSWARN" || category == "ISEMAIL_RFC5321";
        CAPTURE(address);
        CAPTURE(category);
        CHECK(parse_email_address(address).has_value() == mailbox);
        CHECK(normal(address).empty() != mailbox);
        (mailbox ? accepted : refused) += 1;
    }
    CHECK(accepted == 38);
    CHECK(accepted + refused == 164);
}

TEST_CASE("the quick way for plain mailboxes gives what the general way gives") {
    crmkit::Random random(20'261'122);
    constexpr std::string_view letters = "aB.1-_@xn\" ";
    int plain = 0;
    for (int i = 0; i < 200'000; ++i) {
        std::string text;
        for (std::uint64_t size = random.below(14); size > 0; --size) {
            text += letters[random.below(letters.size())];
        }
        text += random.chance(700) ? "@a" : "";
        if (random.chance(10)) {
            text.insert(random.below(text.size() + 1), std::string(60 + random.below(200), 'a'));
        }
        if (!crmkit::detail::is_plain_mailbox(text)) {
            continue;
        }
        ++plain;
        const auto parsed = parse_email_address(text);
        REQUIRE_MESSAGE(parsed, text);
        CHECK(normalize_email_address(text) == normal_form(*parsed));
    }
    CHECK(plain > 1000);
}

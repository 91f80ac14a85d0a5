#include "crmkit/base/nfc.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace crmkit;

TEST_CASE("nfc: letters and their accents become one character where there is one") {
    CHECK(nfc("Mu\u0308ller") == "M\u00FCller");
    CHECK(nfc("e\u0323\u0302") == "\u1EC7");
    CHECK(nfc("e\u0302\u0323") == "\u1EC7");       // the marks in another order
    CHECK(nfc("\u1112\u1161\u11AB") == "\uD55C");  // the letters of a Hangul syllable
    CHECK(nfc("\u212B") == "\u00C5");              // the sign of the Angstrom is a letter
    CHECK(nfc("\u0438\u0306") == "\u0439");
    CHECK(nfc("q\u0308") == "q\u0308");  // no such character
}

TEST_CASE("nfc: what is normal stays as it is, what only looks alike too") {
    for (const char* text :
         {"", "plain", "M\u00FCller", "\u1EC7", "\uFB01", "\u00B2", "\U0001F600"}) {
        CHECK(nfc(text) == text);
    }
    CHECK(nfc(nfc("e\u0302\u0323")) == nfc("e\u0302\u0323"));
}

TEST_CASE("nfc: bytes that are not UTF-8 and marks without end stay as they are") {
    CHECK(nfc("u\u0308\xFF") == "u\u0308\xFF");
    std::string marks = "u";
    for (int i = 0; i < 100'000; ++i) {
        marks += i % 2 == 0 ? "\u0308" : "\u0323";
    }
    CHECK(nfc(marks) == marks);
    CHECK(nfc(std::string("u\u0308\0", 4)) == std::string("\u00FC\0", 3));
}

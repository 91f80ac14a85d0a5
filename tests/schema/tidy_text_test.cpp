#include "crmkit/schema/tidy_text.hpp"

#include <doctest/doctest.h>

#include <string>

#include "crmkit/model/account.hpp"
#include "crmkit/model/currency_rate.hpp"
#include "crmkit/schema/record.hpp"

using namespace crmkit;

namespace {

std::string tidied(const Entity& entity, std::string_view field, std::string_view text) {
    return tidy_text(field_of(entity, field), text);
}

}  // namespace

TEST_CASE("tidy text: a plain text keeps its white space, unless it is nothing else") {
    const Entity& account = entity_of<Account>();
    CHECK(tidied(account, "name", "  Mu\u0308ller ") == "  M\u00FCller ");
    CHECK(tidied(account, "name", " \t\u00A0\n") == "");
    CHECK(tidied(account, "name", "") == "");
    CHECK(tidied(account, "name", "Acme") == "Acme");
}

TEST_CASE(
    "tidy text: what has a format stands without white space around, currencies in capitals") {
    CHECK(tidied(entity_of<Account>(), "email", " a@example.com\u00A0") == "a@example.com");
    CHECK(tidied(entity_of<Account>(), "website", "\texample.com") == "example.com");
    CHECK(tidied(entity_of<CurrencyRate>(), "from_currency", " eur ") == "EUR");
    CHECK(tidied(entity_of<CurrencyRate>(), "from_currency", "xyz") == "xyz");
}

TEST_CASE("tidy text: what is refused anyway stays as it is") {
    CHECK(tidied(entity_of<Account>(), "name", "\xFFu\u0308") == "\xFFu\u0308");
    const std::string long_text(5'000'000, ' ');
    CHECK(tidied(entity_of<Account>(), "name", long_text) == long_text);
}

TEST_CASE("tidy text: a record's texts are made so, those that the library fills are left alone") {
    Account account{.name = "Mu\u0308ller", .email = " a@example.com "};
    account.email_normal = " as it was ";
    tidy_texts(entity_of<Account>(), &account);
    CHECK(account.name == "M\u00FCller");
    CHECK(account.email == "a@example.com");
    CHECK(account.email_normal == " as it was ");
}

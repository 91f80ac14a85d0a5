#include "crmkit/model/contact.hpp"

#include <doctest/doctest.h>

#include "model/problems_of.hpp"

namespace crmkit {
namespace {

using testing::derived;
using testing::has_only_problem;
using testing::problems_of;

TEST_CASE("contact: the full name joins the parts that are there") {
    CHECK(derived(Contact{.last_name = "Lovelace"}).full_name == "Lovelace");
    CHECK(derived(Contact{.salutation = "Dr.",
                          .first_name = "Martin",
                          .middle_name = "Luther",
                          .last_name = "King",
                          .suffix = "Jr."})
              .full_name == "Martin Luther King Jr.");
    CHECK(derived(Contact{.first_name = "Zoë", .last_name = "Ĉapek"}).full_name == "Zoë Ĉapek");
    CHECK(derived(Contact{}).full_name.empty());
}

TEST_CASE("contact: a full name given by hand is replaced") {
    CHECK(derived(Contact{.last_name = "Lovelace", .full_name = "Somebody Else"}).full_name ==
          "Lovelace");
}

TEST_CASE("contact: the longest parts fit in the full name") {
    const Structure& contact = entity_of<Contact>();
    std::uint32_t longest = 3;  // the spaces
    for (const std::string_view part : {"first_name", "middle_name", "last_name", "suffix"}) {
        longest += contact.find(part)->longest;
    }
    CHECK(contact.find("full_name")->longest >= longest);
}

TEST_CASE("contact: nobody has a negative number of children") {
    CHECK(problems_of(Contact{.last_name = "x", .number_of_children = 0}).empty());
    CHECK(has_only_problem(Contact{.last_name = "x", .number_of_children = -2},
                           "contact.number_of_children: '-2' is negative"));
}

TEST_CASE("contact: what says something about the person is marked so") {
    const Structure& contact = entity_of<Contact>();
    for (const std::string_view name :
         {"first_name", "last_name", "full_name", "email", "email_normal", "phone", "phone_normal",
          "birth_date", "gender", "family_status", "photo"}) {
        CAPTURE(name);
        CHECK(contact.find(name)->privacy == Privacy::personal);
    }
}

}  // namespace
}  // namespace crmkit

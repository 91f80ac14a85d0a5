#include "crmkit/model/interaction_participant.hpp"

#include <doctest/doctest.h>

#include "crmkit/schema/normal_form.hpp"
#include "model/problems_of.hpp"

namespace crmkit {
namespace {

using testing::has_only_problem;
using testing::problems_of;

TEST_CASE("interaction_participant: is a party, an address, or both") {
    const Link contact{5, Id{9}};
    CHECK(problems_of(InteractionParticipant{.party = contact}).empty());
    CHECK(problems_of(InteractionParticipant{.address = "ada@example.org"}).empty());
    CHECK(problems_of(InteractionParticipant{.party = contact, .address = "ada@example.org"})
              .empty());
    CHECK(has_only_problem(InteractionParticipant{.party = Link{5, Id{}}},
                           "interaction_participant.party: is empty, and so is address: give one "
                           "of the two"));
}

TEST_CASE("interaction_participant: finds an address again however it was written") {
    const Field& address = *entity_of<InteractionParticipant>().find("address");
    const auto normal = [&](std::string_view raw, std::string_view region = {}) {
        return normal_form(address, raw, region);
    };
    CHECK(normal("Ada@Example.ORG") == "ada@example.org");
    CHECK(normal("+49 (30) 123-456") == "+4930123456");
    CHECK(normal("030 123 456") == "030123456");
    CHECK(normal("030 123 456", "DE") == "+4930123456");
    CHECK(normal("Ada_99") == "ada_99");
    CHECK(normal("Ada_99", "DE") == "ada_99");
}

}  // namespace
}  // namespace crmkit

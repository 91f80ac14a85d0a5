#include "crmkit/model/external_id.hpp"

#include <doctest/doctest.h>

#include "model/problems_of.hpp"

namespace crmkit {
namespace {

TEST_CASE("external_id: knows the entity of its record, whatever the caller says") {
    CHECK(testing::derived(
              ExternalId{.system = "erp", .key = "K-1", .record = Link{4, Id{9}}, .record_kind = 7})
              .record_kind == 4);
    CHECK(testing::derived(ExternalId{.record = Link{65'535, Id{9}}}).record_kind == 65'535);
}

TEST_CASE("external_id: a key of a system is unique for each entity") {
    const auto indexes = entity_of<ExternalId>().indexes;
    REQUIRE(indexes.size() == 2);
    CHECK(indexes[0].fields == "system, key, record_kind");
    CHECK(indexes[0].is_unique);
}

}  // namespace
}  // namespace crmkit

#include <string>

#include "conformance/backend.hpp"
#include "conformance/contents.hpp"

namespace crmkit::conformance {
namespace {

Specimen child(std::int64_t id, std::int64_t parent) {
    Specimen one = specimen(id);
    one.parent = Id{parent};
    return one;
}

TEST_CASE_TEMPLATE("reference: must lead to a record", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    const Specimen first = specimen(1);
    store->insert(specimens(), &first);
    const std::string before = contents(*store);
    const Specimen lost = child(2, 3);
    CHECK(code_of([&] { store->insert(specimens(), &lost); }) == ErrorCode::restricted);
    CHECK(contents(*store) == before);
    const Specimen found = child(2, 1);
    store->insert(specimens(), &found);
    const Specimen its_own = child(3, 3);
    store->insert(specimens(), &its_own);

    const std::string with_three = contents(*store);
    Specimen moved = child(2, 4);
    moved.version = 2;
    const FieldSet fields = fields_named(specimens(), {"parent", "version"});
    CHECK(code_of([&] { store->update(specimens(), &moved, fields, 1); }) == ErrorCode::restricted);
    CHECK(contents(*store) == with_three);
    moved.parent = Id{3};
    CHECK(store->update(specimens(), &moved, fields, 1));
    CHECK(problems_of(*store) == "");
}

TEST_CASE_TEMPLATE("reference: holds what it leads to, whoever is deleted", Backend,
                   CRMKIT_BACKENDS) {
    Opened<Backend> store;
    Specimen parent = specimen(1);
    parent.deleted_at = Instant{1};
    store->insert(specimens(), &parent);
    Specimen one = child(2, 1);
    one.deleted_at = Instant{1};
    store->insert(specimens(), &one);
    const std::string before = contents(*store);
    CHECK(code_of([&] { store->erase(specimens(), Id{1}); }) == ErrorCode::restricted);
    CHECK(contents(*store) == before);
    CHECK(store->erase(specimens(), Id{2}));
    CHECK(store->erase(specimens(), Id{1}));
    const Specimen its_own = child(3, 3);
    store->insert(specimens(), &its_own);
    CHECK(store->erase(specimens(), Id{3}));
    CHECK(store->highest_id() == Id{});
    CHECK(problems_of(*store) == "");
}

TEST_CASE_TEMPLATE("reference: polymorphic ones and those of the header may lead nowhere", Backend,
                   CRMKIT_BACKENDS) {
    Opened<Backend> store;
    Specimen one = specimen(1);
    one.created_by = Id{70};
    one.modified_by = Id{71};
    one.owner = Link{1004, Id{72}};
    one.subject = Link{1002, Id{73}};
    store->insert(specimens(), &one);
    const Plain subject = plain(73);
    store->insert(entity_of<Plain>(), &subject);
    CHECK(store->erase(entity_of<Plain>(), Id{73}));
    Specimen found;
    REQUIRE(store->get(specimens(), Id{1}, &found));
    CHECK(difference(one, found) == "");
    CHECK(problems_of(*store) == "");
}

TEST_CASE_TEMPLATE("reference: of two things wrong the taken key is told first", Backend,
                   CRMKIT_BACKENDS) {
    Opened<Backend> store;
    Specimen first = specimen(1);
    first.code = "A";
    store->insert(specimens(), &first);
    Specimen second = child(2, 99);
    second.code = "A";
    CHECK(code_of([&] { store->insert(specimens(), &second); }) == ErrorCode::duplicate);
}

}  // namespace
}  // namespace crmkit::conformance

#include <string>

#include "conformance/backend.hpp"
#include "conformance/contents.hpp"

namespace crmkit::conformance {
namespace {

Specimen with_code(std::int64_t id, std::string code) {
    Specimen one = specimen(id);
    one.code = std::move(code);
    return one;
}

/// Runs a function that must throw duplicate, and gives its first problem.
template <typename Function>
Problem duplicate_of(Function function) {
    try {
        function();
    } catch (const Error& error) {
        REQUIRE(error.code() == ErrorCode::duplicate);
        REQUIRE_FALSE(error.problems().empty());
        return error.problems().front();
    }
    FAIL("no error");
    return {};
}

TEST_CASE_TEMPLATE("unique: an insert that takes a taken key", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    const Specimen first = with_code(1, "A-1");
    store->insert(specimens(), &first);
    const std::string before = contents(*store);
    const Specimen second = with_code(2, "A-1");
    const Problem problem = duplicate_of([&] { store->insert(specimens(), &second); });
    CHECK(problem.entity == "specimen");
    CHECK(problem.field == "code");
    CHECK(contents(*store) == before);
    const Specimen other_case = with_code(2, "a-1");
    store->insert(specimens(), &other_case);
    CHECK(problems_of(*store) == "");
}

TEST_CASE_TEMPLATE("unique: an id is taken, also by a deleted record", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    Specimen one = specimen(1);
    store->insert(specimens(), &one);
    Problem problem = duplicate_of([&] { store->insert(specimens(), &one); });
    CHECK(problem.entity == "specimen");
    CHECK(problem.field == "id");
    one.deleted_at = Instant{1};
    one.version = 2;
    store->update(specimens(), &one, all_fields(specimens()), 1);
    const Specimen again = specimen(1);
    problem = duplicate_of([&] { store->insert(specimens(), &again); });
    CHECK(problem.field == "id");
    const Plain elsewhere = plain(1);
    store->insert(entity_of<Plain>(), &elsewhere);
}

TEST_CASE_TEMPLATE("unique: empty values do not count", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    for (std::int64_t id = 1; id <= 5; ++id) {
        Specimen one = specimen(id);
        one.region = id > 3 ? "north" : "";
        one.sequence = id > 3 ? std::nullopt : std::optional(std::int64_t{1});
        store->insert(specimens(), &one);
    }
    CHECK(store->highest_id() == Id{5});
}

TEST_CASE_TEMPLATE("unique: a key of two fields", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    const auto with = [](std::int64_t id, std::string region, std::int64_t sequence) {
        Specimen one = specimen(id);
        one.region = std::move(region);
        one.sequence = sequence;
        return one;
    };
    const Specimen first = with(1, "north", 1);
    store->insert(specimens(), &first);
    const Specimen other_sequence = with(2, "north", 2);
    store->insert(specimens(), &other_sequence);
    const Specimen other_region = with(3, "north1", 1);
    store->insert(specimens(), &other_region);
    const Specimen same = with(4, "north", 1);
    const Problem problem = duplicate_of([&] { store->insert(specimens(), &same); });
    CHECK(problem.field == "region");
}

TEST_CASE_TEMPLATE("unique: a deleted record gives its key free", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    Specimen first = with_code(1, "A-1");
    store->insert(specimens(), &first);
    first.deleted_at = Instant{9};
    first.version = 2;
    const FieldSet mark = fields_named(specimens(), {"deleted_at", "version"});
    CHECK(store->update(specimens(), &first, mark, 1));
    const Specimen second = with_code(2, "A-1");
    store->insert(specimens(), &second);

    first.deleted_at.reset();
    first.version = 3;
    const std::string before = contents(*store);
    const Problem problem = duplicate_of([&] { store->update(specimens(), &first, mark, 2); });
    CHECK(problem.field == "code");
    CHECK(contents(*store) == before);

    store->erase(specimens(), Id{2});
    CHECK(store->update(specimens(), &first, mark, 2));
    CHECK(store->is_live(specimens(), Id{1}));
    CHECK(problems_of(*store) == "");
}

TEST_CASE_TEMPLATE("unique: updates take and give keys", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    Specimen first = with_code(1, "A-1");
    const Specimen second = with_code(2, "A-2");
    store->insert(specimens(), &first);
    store->insert(specimens(), &second);
    const FieldSet fields = fields_named(specimens(), {"code", "version"});

    first.version = 2;
    CHECK(store->update(specimens(), &first, fields, 1));  // its own key is not another's

    first.code = "A-2";
    first.version = 3;
    const std::string before = contents(*store);
    CHECK(duplicate_of([&] { store->update(specimens(), &first, fields, 2); }).field == "code");
    CHECK(contents(*store) == before);

    first.code = "A-3";
    CHECK(store->update(specimens(), &first, fields, 2));
    const Specimen third = with_code(3, "A-1");
    store->insert(specimens(), &third);
    CHECK(problems_of(*store) == "");
}

TEST_CASE_TEMPLATE("unique: a key given free inside a transaction can be taken in it", Backend,
                   CRMKIT_BACKENDS) {
    Opened<Backend> store;
    const Specimen first = with_code(1, "A-1");
    store->insert(specimens(), &first);
    {
        OpenTransaction transaction(*store);
        store->erase(specimens(), Id{1});
        const Specimen second = with_code(2, "A-1");
        store->insert(specimens(), &second);
    }
    const Specimen third = with_code(3, "A-1");
    CHECK(duplicate_of([&] { store->insert(specimens(), &third); }).field == "code");
    CHECK(problems_of(*store) == "");
}

}  // namespace
}  // namespace crmkit::conformance

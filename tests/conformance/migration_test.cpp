#include <optional>
#include <string>
#include <vector>

#include "conformance/backend.hpp"
#include "conformance/contents.hpp"

namespace crmkit::conformance {
namespace {

/// An entity as it was declared first…
struct GadgetBefore {
    CRMKIT_ENTITY(GadgetBefore, 1010, "gadget", "gadgets", "A thing.");
    std::string name{};
    std::string serial{};
    std::optional<std::int64_t> weight{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, name, "Name.").searchable(),
                           CRMKIT_FIELD(11, serial, "Number."), CRMKIT_FIELD(12, weight, "Grams."));
    }
};

/// …and later: fields added in front and behind, one renamed, a new unique key, more to search.
struct GadgetAfter {
    CRMKIT_ENTITY(GadgetAfter, 1010, "gadget", "gadgets", "A thing.");
    std::optional<Money> price{};
    std::string name{};
    std::string serial_number{};
    std::optional<std::int64_t> weight{};
    bool is_sold = false;
    Instant checked_at{};
    std::string remark{};
    std::vector<std::string> labels{};

    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(13, price, "Price."), CRMKIT_FIELD(10, name, "Name.").searchable(),
            CRMKIT_FIELD(11, serial_number, "Number.").unique().searchable(),
            CRMKIT_FIELD(12, weight, "Grams."), CRMKIT_FIELD(14, is_sold, "Sold."),
            CRMKIT_FIELD(15, checked_at, "When it was checked."),
            CRMKIT_FIELD(16, remark, "Remark."), CRMKIT_FIELD(17, labels, "Labels."));
    }
};

struct GadgetOfOtherType {
    CRMKIT_ENTITY(GadgetOfOtherType, 1010, "gadget", "gadgets", "A thing.");
    std::string name{};
    std::string serial{};
    std::string weight{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, name, "Name.").searchable(),
                           CRMKIT_FIELD(11, serial, "Number."),
                           CRMKIT_FIELD(12, weight, "As text."));
    }
};

template <typename Gadget>
const Registry& registry_with() {
    static const Registry made = [] {
        Registry entities;
        entities.add<Person>();
        entities.add<Group>();
        entities.add<Gadget>();
        return entities;
    }();
    return made;
}

GadgetBefore gadget(std::int64_t id, std::string serial) {
    GadgetBefore one;
    one.id = Id{id};
    one.version = 1;
    one.name = "gadget" + std::to_string(id);
    one.serial = std::move(serial);
    one.weight = id * 10;
    return one;
}

std::vector<Id> find(Storage& storage, const std::string& word) {
    return storage.search(entity_of<GadgetAfter>(), {.words = std::span(&word, 1), .limit = 10});
}

TEST_CASE_TEMPLATE("migration: twice is once", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    const Specimen one = specimen(1, "kept");
    store->insert(entity_of<Specimen>(), &one);
    const std::string before = contents(*store);
    store->migrate(registry());
    CHECK(contents(*store) == before);
    CHECK(store->depth() == 0);
}

TEST_CASE_TEMPLATE("migration: records come over to a changed declaration", Backend,
                   CRMKIT_BACKENDS) {
    Opened<Backend> store(registry_with<GadgetBefore>());
    for (std::int64_t id = 1; id <= 100; ++id) {
        GadgetBefore one = gadget(id, "serial" + std::to_string(id));
        if (id == 2) {
            one.deleted_at = Instant{1};
        }
        store->insert(entity_of<GadgetBefore>(), &one);
        if (!one.deleted_at) {
            store->index_text(entity_of<GadgetBefore>(), one.id, one.name);
        }
    }
    store->migrate(registry_with<GadgetAfter>());
    GadgetAfter found;
    REQUIRE(store->get(entity_of<GadgetAfter>(), Id{7}, &found));
    GadgetAfter expected;
    expected.id = Id{7};
    expected.version = 1;
    expected.name = "gadget7";
    expected.serial_number = "serial7";
    expected.weight = 70;
    CHECK(difference(expected, found) == "");
    CHECK(find(*store, "gadget7") == std::vector{Id{79}, Id{78}, Id{77}, Id{76}, Id{75}, Id{74},
                                                 Id{73}, Id{72}, Id{71}, Id{70}});
    CHECK(find(*store, "serial7").size() == 10);  // searchable from now on, without anyone's doing
    CHECK(find(*store, "serial2").size() == 10);
    CHECK(find(*store, "serial2").back() == Id{20});  // not 2, which is deleted

    found.price = Money::of("9.99", "EUR");
    found.is_sold = true;
    found.labels = {"a", "b"};
    found.version = 2;
    CHECK(store->update(entity_of<GadgetAfter>(), &found, all_fields(entity_of<GadgetAfter>()), 1));
    GadgetAfter again;
    REQUIRE(store->get(entity_of<GadgetAfter>(), Id{7}, &again));
    CHECK(difference(found, again) == "");

    GadgetAfter taken = found;
    taken.id = Id{101};
    CHECK(code_of([&] { store->insert(entity_of<GadgetAfter>(), &taken); }) ==
          ErrorCode::duplicate);
    taken.serial_number = "serial2";  // of a deleted one
    store->insert(entity_of<GadgetAfter>(), &taken);
    CHECK(problems_of(*store) == "");
}

TEST_CASE_TEMPLATE("migration: one that fails changes nothing", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store(registry_with<GadgetBefore>());
    const GadgetBefore one = gadget(1, "same");
    const GadgetBefore two = gadget(2, "same");
    store->insert(entity_of<GadgetBefore>(), &one);
    store->insert(entity_of<GadgetBefore>(), &two);
    const std::string before = contents(*store, registry_with<GadgetBefore>());
    SUBCASE("a new unique key that two records share") {
        CHECK(code_of([&] { store->migrate(registry_with<GadgetAfter>()); }) ==
              ErrorCode::duplicate);
    }
    SUBCASE("a field of another type") {
        CHECK(code_of([&] { store->migrate(registry_with<GadgetOfOtherType>()); }) ==
              ErrorCode::unsupported);
    }
    CHECK(store->depth() == 0);
    store->migrate(registry_with<GadgetBefore>());
    CHECK(contents(*store, registry_with<GadgetBefore>()) == before);
    CHECK(problems_of(*store) == "");
}

TEST_CASE_TEMPLATE("migration: entities that the registry has no more stay", Backend,
                   CRMKIT_BACKENDS) {
    Opened<Backend> store(registry_with<GadgetBefore>());
    const GadgetBefore one = gadget(1, "serial");
    store->insert(entity_of<GadgetBefore>(), &one);
    store->migrate(registry());
    const Specimen other = specimen(2);
    store->insert(entity_of<Specimen>(), &other);
    store->migrate(registry_with<GadgetBefore>());
    GadgetBefore found;
    REQUIRE(store->get(entity_of<GadgetBefore>(), Id{1}, &found));
    CHECK(difference(one, found) == "");
}

TEST_CASE_TEMPLATE("migration: a reader cannot upgrade", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store(registry_with<GadgetBefore>());
    const auto reader = store.backend.store.connect_reader();
    if (!reader) {
        MESSAGE("skipped: this backend has one connection");
        return;
    }
    CHECK(code_of([&] { reader->migrate(registry_with<GadgetAfter>()); }) == ErrorCode::read_only);
    CHECK(code_of([&] { reader->migrate(registry_with<GadgetBefore>()); }) == ErrorCode::ok);
}

}  // namespace
}  // namespace crmkit::conformance

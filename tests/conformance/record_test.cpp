#include <array>
#include <limits>
#include <string>
#include <vector>

#include "conformance/backend.hpp"
#include "conformance/contents.hpp"
#include "conformance/naive.hpp"

namespace crmkit::conformance {
namespace {

/// Stores a specimen and reads it into another.
template <typename Backend>
std::string difference_after_storing(Opened<Backend>& store, const Specimen& one) {
    store->insert(specimens(), &one);
    Specimen found;
    found.name = "left from before";
    found.labels = {"left"};
    REQUIRE(store->get(specimens(), one.id, &found));
    return difference(one, found);
}

Specimen filled(std::int64_t id) {
    Specimen one = specimen(id, "Ärger & Söhne");
    one.created_at = Instant{1'600'000'000'000'000};
    one.created_by = Id{3};
    one.modified_at = Instant{1'600'000'000'000'001};
    one.modified_by = Id{4};
    one.owner = Link{1003, Id{3}};
    one.source = "import";
    one.code = "C-" + std::to_string(id);
    one.region = "north";
    one.sequence = id;
    one.count = 12;
    one.weight = Decimal::parse("-0.000000001");
    one.is_checked = true;
    one.price = Money::of("1200000.00", "EUR");
    one.day = Date::parse("2026-12-31");
    one.moment = Instant::parse("2026-11-21T09:30:00.000001Z");
    one.seen_at = Instant{-1};
    one.shade = Shade::new_;
    one.background = Shade::dark;
    one.parent = Id{id};
    one.subject = Link{1002, Id{77}};
    one.extra = Json{"{\"a\":[1,2.50,null]}"};
    one.labels = {"one", "", "two; three", "\"four\""};
    one.note = "a\nb";
    return one;
}

TEST_CASE_TEMPLATE("record: every type goes in and comes out", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    for (std::int64_t user : {3, 4}) {
        Person person{};
        person.id = Id{user};
        store->insert(entity_of<Person>(), &person);
    }
    const Plain subject = plain(77);
    store->insert(entity_of<Plain>(), &subject);
    CHECK(difference_after_storing(store, filled(100)) == "");
    CHECK(difference_after_storing(store, filled(std::numeric_limits<std::int64_t>::max())) == "");
    CHECK(problems_of(*store) == "");
}

TEST_CASE_TEMPLATE("record: empty values come out empty", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    Specimen one;
    one.id = Id{1};
    CHECK(difference_after_storing(store, one) == "");
    Specimen found = filled(5);
    REQUIRE(store->get(specimens(), Id{1}, &found));
    CHECK(difference(one, found) == "");
}

TEST_CASE_TEMPLATE("record: the ends of every range", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    Specimen low = specimen(1, "low");
    low.sequence = least;
    low.count = least;
    low.weight = Decimal{least};
    low.price = Money::of_minor(least, Currency::of("JPY"));
    low.day = Date::min();
    low.moment = Instant::min();
    low.seen_at = Instant{least};
    CHECK(difference_after_storing(store, low) == "");
    Specimen high = specimen(2, "high");
    high.sequence = most;
    high.count = most;
    high.weight = Decimal{most};
    high.price = Money::of_minor(most, Currency::of("CLF"));
    high.day = Date::max();
    high.moment = Instant::max();
    high.seen_at = Instant{most};
    CHECK(difference_after_storing(store, high) == "");
    Specimen zero = specimen(3, "zero");
    zero.sequence = 0;
    zero.weight = Decimal{0};
    zero.price = Money::of_minor(0, Currency::of("USD"));
    zero.day = Date{0};
    zero.moment = Instant{0};
    CHECK(difference_after_storing(store, zero) == "");
}

TEST_CASE_TEMPLATE("record: texts that break what is not careful", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    std::int64_t id = 0;
    for (const std::string_view text : detail::hostile_texts) {
        CAPTURE(std::string(text));
        Specimen one = specimen(++id, std::string(text));
        one.code = text;
        one.note = text;
        one.labels = {std::string(text), std::string(text) + std::string(text)};
        one.extra = Json{std::string(text)};
        CHECK(difference_after_storing(store, one) == "");
    }
    CHECK(problems_of(*store) == "");
}

TEST_CASE_TEMPLATE("record: a text of a megabyte", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    Specimen one = specimen(1);
    for (int i = 0; i < 100'000; ++i) {
        one.note += "0123456789";
    }
    one.labels.assign(10'000, "label");
    CHECK(difference_after_storing(store, one) == "");
}

TEST_CASE_TEMPLATE("record: update writes the changed fields and no others", Backend,
                   CRMKIT_BACKENDS) {
    Opened<Backend> store;
    Specimen one = specimen(1, "before");
    one.note = "kept";
    one.price = Money::of("1.00", "EUR");
    store->insert(specimens(), &one);
    Specimen changed = one;
    changed.name = "after";
    changed.note = "not among the changed ones";
    changed.price = Money::of("2", "JPY");
    changed.subject = Link{1001, Id{1}};
    changed.labels = {"new"};
    changed.version = 2;
    CHECK(store->update(
        specimens(), &changed,
        fields_named(specimens(), {"name", "price", "subject", "labels", "version"}), 1));
    Specimen found;
    REQUIRE(store->get(specimens(), Id{1}, &found));
    CHECK(found.note == "kept");
    changed.note = "kept";
    CHECK(difference(changed, found) == "");
}

TEST_CASE_TEMPLATE("record: update can empty every field that may be empty", Backend,
                   CRMKIT_BACKENDS) {
    Opened<Backend> store;
    Specimen one = filled(1);
    one.created_by = one.modified_by = {};
    one.owner = {};
    one.subject = Link{1001, Id{1}};
    store->insert(specimens(), &one);
    Specimen bare;
    bare.id = Id{1};
    bare.version = 2;
    CHECK(store->update(specimens(), &bare, all_fields(specimens()), 1));
    Specimen found;
    REQUIRE(store->get(specimens(), Id{1}, &found));
    CHECK(difference(bare, found) == "");
}

TEST_CASE_TEMPLATE("record: update of another version than expected does nothing", Backend,
                   CRMKIT_BACKENDS) {
    Opened<Backend> store;
    const Specimen one = specimen(1, "before");
    store->insert(specimens(), &one);
    const std::string before = contents(*store);
    Specimen changed = specimen(1, "after");
    changed.version = 6;
    for (const std::int64_t expected : {std::int64_t{0}, std::int64_t{2}, std::int64_t{-1},
                                        std::numeric_limits<std::int64_t>::max()}) {
        CHECK_FALSE(store->update(specimens(), &changed, all_fields(specimens()), expected));
    }
    changed.id = Id{2};
    CHECK_FALSE(store->update(specimens(), &changed, all_fields(specimens()), 1));
    CHECK(contents(*store) == before);
}

TEST_CASE_TEMPLATE("record: update of no field only compares the version", Backend,
                   CRMKIT_BACKENDS) {
    Opened<Backend> store;
    const Specimen one = specimen(1, "before");
    store->insert(specimens(), &one);
    const Specimen changed = specimen(1, "after");
    CHECK(store->update(specimens(), &changed, FieldSet(), 1));
    CHECK_FALSE(store->update(specimens(), &changed, FieldSet(), 2));
    Specimen found;
    REQUIRE(store->get(specimens(), Id{1}, &found));
    CHECK(found.name == "before");
}

TEST_CASE_TEMPLATE("record: live, deleted, erased", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    Specimen one = specimen(1);
    CHECK_FALSE(store->is_live(specimens(), Id{1}));
    store->insert(specimens(), &one);
    CHECK(store->is_live(specimens(), Id{1}));
    CHECK_FALSE(store->is_live(entity_of<Plain>(), Id{1}));

    one.deleted_at = Instant{5};
    one.version = 2;
    CHECK(
        store->update(specimens(), &one, fields_named(specimens(), {"deleted_at", "version"}), 1));
    CHECK_FALSE(store->is_live(specimens(), Id{1}));
    Specimen found;
    CHECK(store->get(specimens(), Id{1}, &found));
    CHECK(found.deleted_at == Instant{5});

    one.deleted_at.reset();
    one.version = 3;
    CHECK(
        store->update(specimens(), &one, fields_named(specimens(), {"deleted_at", "version"}), 2));
    CHECK(store->is_live(specimens(), Id{1}));

    CHECK(store->erase(specimens(), Id{1}));
    CHECK_FALSE(store->erase(specimens(), Id{1}));
    CHECK_FALSE(store->get(specimens(), Id{1}, &found));
    CHECK_FALSE(store->is_live(specimens(), Id{1}));
    store->insert(specimens(), &one);
    CHECK(store->is_live(specimens(), Id{1}));
}

TEST_CASE_TEMPLATE("record: get of none leaves the struct alone", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    Specimen found = specimen(9, "mine");
    CHECK_FALSE(store->get(specimens(), Id{1}, &found));
    CHECK_FALSE(store->get(specimens(), Id{}, &found));
    CHECK_FALSE(store->get(specimens(), Id{-1}, &found));
    CHECK(difference(specimen(9, "mine"), found) == "");
}

TEST_CASE_TEMPLATE("record: highest id over all entities, deleted ones included", Backend,
                   CRMKIT_BACKENDS) {
    Opened<Backend> store;
    CHECK(store->highest_id() == Id{});
    const Specimen one = specimen(5);
    store->insert(specimens(), &one);
    CHECK(store->highest_id() == Id{5});
    Plain other = plain(1'000'000'000'000);
    other.deleted_at = Instant{1};
    store->insert(entity_of<Plain>(), &other);
    CHECK(store->highest_id() == Id{1'000'000'000'000});
    store->erase(entity_of<Plain>(), other.id);
    CHECK(store->highest_id() == Id{5});
}

TEST_CASE_TEMPLATE("record: random values of every type, updated at random", Backend,
                   CRMKIT_BACKENDS) {
    Opened<Backend> store;
    Random random(20'261'121);
    constexpr std::int64_t count = 60;
    std::vector<Record> expected;
    store->begin(Access::write);
    for (std::int64_t id = 1; id <= count; ++id) {
        Record record(specimens());
        for (const Field& field : specimens().fields) {
            record.set(field, random_value(field, random));
        }
        auto& one = record.as<Specimen>();
        one.id = Id{id};
        one.version = 1;
        one.code = "code " + std::to_string(id);
        one.sequence = id;
        store->insert(specimens(), record.object());
        expected.push_back(record);
    }
    for (int i = 0; i < 300; ++i) {
        Record& record = expected[random.below(expected.size())];
        record.forget_touched();
        for (std::uint64_t fields = 1 + random.below(6); fields > 0; --fields) {
            const Field& field =
                specimens().fields[1 + random.below(specimens().fields.size() - 1)];
            if (!field.is_unique && field.name != "region" && field.name != "version") {
                record.set(field, random_value(field, random));
            }
        }
        const std::int64_t version = record.as<Specimen>().version;
        record.set("version", version + 1);
        REQUIRE(store->update(specimens(), record.object(), record.touched(), version));
    }
    store->commit();
    for (const Record& record : expected) {
        Specimen found;
        REQUIRE(store->get(specimens(), record.as<Specimen>().id, &found));
        CHECK(difference(record, found) == "");
    }
    CHECK(problems_of(*store) == "");
}

TEST_CASE_TEMPLATE("record: many are found by one list of ids, in its order", Backend,
                   CRMKIT_BACKENDS) {
    Opened<Backend> store;
    for (const std::int64_t id : {1, 2, 3, 4}) {
        Specimen one = filled(id);
        one.region = std::to_string(id);
        one.deleted_at = id == 3 ? std::optional(Instant{5}) : std::nullopt;
        store->insert(specimens(), &one);
    }
    const Plain other = plain(5);
    store->insert(entity_of<Plain>(), &other);
    const std::vector<Id> ids{Id{4}, Id{99}, Id{1}, Id{3}, Id{5}, Id{4}, Id{}, Id{-1}};
    const auto cursor = store->get_many(specimens(), ids);
    CHECK(ids_of(read_all(*cursor, specimens())) == "4 1 3 4");
    CHECK_FALSE(cursor->next());
    CHECK_FALSE(store->get_many(specimens(), {})->next());
}

/// A record of random values that refers to no other and shares no key.
Record any_specimen(std::int64_t id, Random& random) {
    Record record(specimens());
    for (const Field& field : specimens().fields.subspan(header::count)) {
        const bool is_key = field.name == "code" || field.name == "sequence";
        const bool is_reference = field.name == "parent";
        record.set(field, is_key || is_reference ? Value() : random_value(field, random));
    }
    header_of(record).id() = Id{id};
    return record;
}

TEST_CASE_TEMPLATE("record: a cursor shows each value without reading the record", Backend,
                   CRMKIT_BACKENDS) {
    Opened<Backend> store;
    Random random(7);
    std::vector<Id> ids;
    for (std::int64_t id = 1; id <= 50; ++id) {
        const Record record = any_specimen(id, random);
        ids.push_back(Id{id});
        store->insert(specimens(), record.object());
        const auto cursor = store->get_many(specimens(), {&ids.back(), 1});
        REQUIRE(cursor->next());
        CHECK(differing_values(*cursor, specimens(), record) == "");
    }
}

/// Whether a cursor, on a record of which these fields were asked for, gives them in every way.
void check_fields(Cursor& cursor, const Record& stored, const FieldSet& fields) {
    REQUIRE(cursor.next());
    Record read(specimens());
    cursor.read(read.object());
    const PackedRow packed = cursor.packed(specimens(), &fields);
    const std::vector<int> columns = first_columns(specimens(), &fields);
    std::vector<std::string> list;
    for (std::size_t i = 0; i < specimens().fields.size(); ++i) {
        const Field& field = specimens().fields[i];
        if (fields.contains(i)) {
            CAPTURE(field.name);
            CHECK(cursor.value(i) == stored.get(field));
            CHECK(read.get(field) == stored.get(field));
            CHECK(value_at(packed, columns[i], field, list) == stored.get(field));
        }
    }
}

TEST_CASE_TEMPLATE("record: a cursor of some fields gives these as one of all does", Backend,
                   CRMKIT_BACKENDS) {
    Opened<Backend> store;
    Random random(11);
    const auto all = expr::parse_query(registry(), specimens(), "order by id");
    const std::vector<Id> twice{Id{1}, Id{1}};
    const Record stored = any_specimen(1, random);
    store->insert(specimens(), stored.object());
    for (int round = 0; round < 60; ++round) {
        FieldSet fields;
        for (std::size_t i = 0; i < specimens().fields.size(); ++i) {
            if (random.below(3) == 0) {
                fields.add(i);
            }
        }
        check_fields(*store->get_many(specimens(), twice, &fields), stored, fields);
        check_fields(*store->get_many(specimens(), {twice.data(), 1}, &fields), stored, fields);
        check_fields(*store->scan(all, {{}, some_now, {}, &fields}), stored, fields);
    }
}

}  // namespace
}  // namespace crmkit::conformance

#include <algorithm>
#include <string>
#include <vector>

#include "conformance/backend.hpp"
#include "conformance/contents.hpp"
#include "conformance/naive.hpp"

namespace crmkit::conformance {
namespace {

/// The same random records in a backend and in a plain list.
template <typename Backend>
struct Filled {
    Opened<Backend> store;
    NaiveRecords naive;

    Filled() {
        Random random(4711);
        OpenTransaction transaction(*store);
        for (std::int64_t id = 1; id <= 30; ++id) {
            add(plain(1000 + id, "plain " + std::to_string(id % 7)));
        }
        for (std::int64_t id = 1; id <= 200; ++id) {
            Record record(specimens());
            for (const Field& field : specimens().fields) {
                record.set(field, random_value(field, random));
            }
            auto& one = record.as<Specimen>();
            one.id = Id{id};
            one.version = 1;
            one.deleted_at = id % 9 == 0 ? std::optional(Instant{1}) : std::nullopt;
            one.code = id % 4 == 0 ? "" : "code " + std::to_string(id);
            one.region = id % 2 == 0 ? "north" : "south";
            one.sequence = id;
            one.parent = Id{random.between(0, std::min<std::int64_t>(id, 40))};
            one.subject = random.chance(500)   ? Link{1002, Id{random.between(1001, 1030)}}
                          : random.chance(500) ? Link{1001, Id{random.between(1, 200)}}
                                               : Link{};
            if (random.chance(700)) {
                one.price = Money::of_minor(random.between(-9, 9) * 100,
                                            Currency::of(random.chance(500) ? "EUR" : "JPY"));
            }
            store->insert(specimens(), record.object());
            naive.put(record);
        }
        transaction.keep();
    }

    /// The backend's answer must be the plain list's.
    void check(const Question& question) {
        CAPTURE(std::string(question.text));
        const expr::Query query = expr::parse_query(registry(), specimens(), question.text);
        const auto bound = expr::bind(*query.parameters, question.bindings);
        const QueryArguments arguments{bound.views(), some_now, {}};
        const std::string expected = ids_of(naive.scan(query, arguments));
        CHECK(ask(*store, specimens(), question) == expected);
        check_pages(query, arguments, expected);
    }

  private:
    void add(const Plain& one) {
        store->insert(entity_of<Plain>(), &one);
        naive.put(one);
    }

    /// Page after page by keys must give the same.
    void check_pages(expr::Query query, QueryArguments arguments, const std::string& expected) {
        if (query.limit) {
            return;
        }
        query.limit = 7;
        const expr::Context context{expr::Moment(arguments.now), arguments.parameters, &naive};
        std::string found;
        std::vector<Value> after;
        for (;;) {
            arguments.after = after;
            const auto page = read_all(*store->scan(query, arguments), specimens());
            if (page.empty()) {
                break;
            }
            REQUIRE(page.size() <= 7);
            found += (found.empty() ? "" : " ") + ids_of(page);
            after = expr::keys_of(query, *page.back(), context);
            REQUIRE(found.size() <= expected.size());
        }
        CHECK(found == expected);
    }
};

TEST_CASE_TEMPLATE("scan: the live records by id", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    CHECK(ask(*store, specimens(), {""}) == "");
    for (const std::int64_t id : {5, 1, 3, 9}) {
        Specimen one = specimen(id);
        if (id == 3) {
            one.deleted_at = Instant{1};
        }
        store->insert(specimens(), &one);
    }
    CHECK(ask(*store, specimens(), {""}) == "1 5 9");
    CHECK(ask(*store, specimens(), {"order by id desc"}) == "9 5 1");
    CHECK(ask(*store, specimens(), {"order by id desc limit 2"}) == "9 5");
    CHECK(ask(*store, specimens(), {"limit 0"}) == "");
    CHECK(ask(*store, entity_of<Plain>(), {""}) == "");
}

TEST_CASE_TEMPLATE("scan: every field comes out as it went in", Backend, CRMKIT_BACKENDS) {
    Filled<Backend> filled;
    const expr::Query query = expr::parse_query(registry(), specimens(), "");
    const auto cursor = filled.store->scan(query, {});
    Specimen found;
    std::size_t count = 0;
    while (cursor->next(&found)) {
        ++count;
        CHECK(difference(*filled.naive.find(specimens(), found.id), found) == "");
    }
    CHECK(count == filled.naive.live(specimens()).size());
    CHECK_FALSE(cursor->next(&found));
}

TEST_CASE_TEMPLATE("scan: conditions and orders over every type", Backend, CRMKIT_BACKENDS) {
    Filled<Backend> filled;
    for (const std::string_view text : {
             "name like '%w1%'",
             "name is null",
             "code is not null order by code",
             "code > 'code 2' order by code desc",
             "region = 'north' order by sequence desc",
             "count between -10 and 10 order by count",
             "sequence in (1, 2, 3, 70, 500)",
             "weight > 0 order by weight",
             "is_checked order by is_checked, name",
             "not is_checked and background = 'new'",
             "price > 0 order by price",
             "price is null or price < 0 order by price desc",
             "order by price",
             "day >= '2000-01-01' order by day desc",
             "day is null order by shade",
             "moment < now() order by moment",
             "order by seen_at desc, name",
             "shade = 'new' or shade is null",
             "order by shade desc",
             "order by shade, background desc, count",
             "note contains 'a' order by note",
             "owner is null",
             "source is not null order by source",
         }) {
        filled.check({text});
    }
}

TEST_CASE_TEMPLATE("scan: over references and children", Backend, CRMKIT_BACKENDS) {
    Filled<Backend> filled;
    for (const std::string_view text : {
             "parent.name is not null order by parent.name",
             "parent.parent.count > 0",
             "parent.price > 0 order by parent.price desc, parent.name",
             "exists(offspring)",
             "not exists(offspring where is_checked)",
             "count(offspring) > 3 order by count(offspring) desc",
             "sum(offspring.sequence) > 100 order by sum(offspring.sequence)",
             "max(offspring.day) > '1990-01-01' order by max(offspring.day)",
             "exists(about_it)",
         }) {
        filled.check({text});
    }
}

TEST_CASE_TEMPLATE("scan: by equality, which an index may answer", Backend, CRMKIT_BACKENDS) {
    Filled<Backend> filled;
    for (std::int64_t id = 1; id <= 20; ++id) {
        filled.check({"code = :code", {{"code", "code " + std::to_string(id)}}});
        filled.check(
            {"region = :region and sequence = :sequence", {{"region", "north"}, {"sequence", id}}});
        filled.check({"parent = :parent", {{"parent", Id{id}}}});
        filled.check({":parent = parent and is_checked order by name desc", {{"parent", Id{id}}}});
        filled.check(
            {"subject = :subject order by id desc", {{"subject", Link{1002, Id{1000 + id}}}}});
        filled.check({"subject = :subject", {{"subject", Link{1001, Id{1000 + id}}}}});
        filled.check({"parent = :parent or is_checked", {{"parent", Id{id}}}});
    }
    filled.check({"region = 'south' limit 5"});
    filled.check({"shade = 'dark' order by day limit 5"});
    filled.check({"shade = :shade and shade = 'light'", {{"shade", "dark"}}});
    filled.check({"code = :code", {{"code", Value()}}});
    filled.check({"parent = :parent", {{"parent", Value()}}});
    filled.check({"id = :id", {{"id", Id{8}}}});
    filled.check({"id = :id", {{"id", Id{9}}}});
}

TEST_CASE_TEMPLATE("scan: hostile texts as parameters", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    std::int64_t id = 0;
    for (const std::string_view text : detail::hostile_texts) {
        Specimen one = specimen(++id, nfc(text));  // as the engine stores texts
        one.code = one.name;
        store->insert(specimens(), &one);
    }
    id = 0;
    for (const std::string_view text : detail::hostile_texts) {
        CAPTURE(std::string(text));
        const std::string expected = std::to_string(++id);
        CHECK(ask(*store, specimens(), {"name = :text", {{"text", text}}}) == expected);
        CHECK(ask(*store, specimens(), {"code = :text", {{"text", text}}}) == expected);
        CHECK(ask(*store, specimens(), {"name in (:text, 'x')", {{"text", text}}}) == expected);
    }
}

TEST_CASE_TEMPLATE("scan: the highest and lowest ids", Backend, CRMKIT_BACKENDS) {
    Opened<Backend> store;
    for (const std::int64_t id : {std::int64_t{1}, std::int64_t{2}, INT64_MAX - 1, INT64_MAX}) {
        const Specimen one = specimen(id);
        store->insert(specimens(), &one);
    }
    const std::string up = "1 2 9223372036854775806 9223372036854775807";
    CHECK(ask(*store, specimens(), {""}) == up);
    CHECK(ask(*store, specimens(), {"order by id desc"}) ==
          "9223372036854775807 9223372036854775806 2 1");
    const std::vector<Value> highest{Value(Id{INT64_MAX})};
    const std::vector<Value> lowest{Value(Id{1})};
    CHECK(ask(*store, specimens(), {""}, highest) == "");
    CHECK(ask(*store, specimens(), {"order by id desc"}, lowest) == "");
    CHECK(ask(*store, specimens(), {"order by id desc limit 1"}, highest) == "9223372036854775806");
    CHECK(ask(*store, specimens(), {"limit 1"}, lowest) == "2");
}

TEST_CASE_TEMPLATE("scan: several cursors at once, one of them given up", Backend,
                   CRMKIT_BACKENDS) {
    Filled<Backend> filled;
    const expr::Query up = expr::parse_query(registry(), specimens(), "order by id");
    const expr::Query down = expr::parse_query(registry(), specimens(), "order by id desc");
    const auto first = filled.store->scan(up, {});
    auto given_up = filled.store->scan(up, {});
    const auto second = filled.store->scan(down, {});
    Specimen low;
    Specimen high;
    CHECK(given_up->next(&low));
    CHECK(given_up->next(&low));
    given_up.reset();
    std::string ascending;
    std::string descending;
    while (first->next(&low) && second->next(&high)) {
        ascending += to_string(low.id) + " ";
        descending.insert(0, to_string(high.id) + " ");
    }
    CHECK(ascending == descending);
    CHECK(ascending == ids_of(filled.naive.live(specimens())) + " ");
}

TEST_CASE_TEMPLATE("scan: records change while they are walked over", Backend, CRMKIT_BACKENDS) {
    Filled<Backend> filled;
    OpenTransaction transaction(*filled.store);
    for (const std::string_view text : {"order by id", "order by id desc", "order by name"}) {
        CAPTURE(std::string(text));
        const std::string expected = ask(*filled.store, specimens(), {text});
        const expr::Query query = expr::parse_query(registry(), specimens(), text);
        const auto cursor = filled.store->scan(query, {});
        std::string found;
        Specimen one;
        while (cursor->next(&one)) {
            found += (found.empty() ? "" : " ") + to_string(one.id);
            one.note = "seen";
            ++one.version;
            REQUIRE(filled.store->update(specimens(), &one,
                                         fields_named(specimens(), {"note", "version"}),
                                         one.version - 1));
        }
        CHECK(found == expected);
    }
}

TEST_CASE_TEMPLATE("scan: inside a transaction its own changes are seen", Backend,
                   CRMKIT_BACKENDS) {
    Opened<Backend> store;
    const Specimen one = specimen(1, "a");
    store->insert(specimens(), &one);
    {
        const OpenTransaction transaction(*store);
        const Specimen two = specimen(2, "a");
        store->insert(specimens(), &two);
        CHECK(ask(*store, specimens(), {"name = 'a'"}) == "1 2");
        store->erase(specimens(), Id{1});
        CHECK(ask(*store, specimens(), {"name = 'a'"}) == "2");
    }
    CHECK(ask(*store, specimens(), {"name = 'a'"}) == "1");
}

}  // namespace
}  // namespace crmkit::conformance

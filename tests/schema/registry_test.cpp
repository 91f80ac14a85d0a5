#include "crmkit/schema/registry.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "errors_of.hpp"

namespace crmkit::registry_test {
namespace {

using testing::error_of;

struct Company {
    CRMKIT_ENTITY(Company, 1001, "company", "companies", "An organisation.");
    Id parent{};
    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, parent, "What it belongs to.")
                               .refers_to("company", OnDelete::set_null)
                               .children("subsidiaries")
                               .hierarchy());
    }
};

struct Person {
    CRMKIT_ENTITY(Person, 1002, "person", "people", "Someone.");
    Id company{};
    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, company, "Where the person works.")
                               .refers_to("company")
                               .children("people"));
    }
};

struct Note {
    CRMKIT_ENTITY(Note, 1003, "note", "notes", "A remark.");
    Link about{};
    Link mentioned{};
    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, about, "What it is about.")
                               .refers_to("company, person", OnDelete::cascade)
                               .children("notes"),
                           CRMKIT_FIELD(11, mentioned, "What else it names.")
                               .refers_to("any", OnDelete::set_null)
                               .children("mentions"));
    }
};

struct Astray {
    CRMKIT_ENTITY(Astray, 1004, "astray", "astrays", "Refers to what is not there.");
    Id lost{};
    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, lost, "Nobody knows.").refers_to("nowhere"));
    }
};

struct Neighbour {
    CRMKIT_ENTITY(Neighbour, 1005, "neighbour", "neighbours", "Someone next door.");
    Id company{};
    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(10, company, "Beside what.").refers_to("company").children("people"));
    }
};

struct User {
    CRMKIT_ENTITY(User, 1006, "user", "users", "Who works with it.");
    std::string name{};
    static constexpr auto fields() { return field_table(CRMKIT_FIELD(10, name, "Its name.")); }
};

const Entity& user() { return entity_of<User>(); }

Registry registry_with_users() {
    Registry registry;
    registry.add<Company>();
    registry.add<User>();
    return registry;
}

struct SameNumber {
    CRMKIT_ENTITY(SameNumber, 1001, "firm", "firms", "Takes the number of company.");
    std::string name{};
    static constexpr auto fields() { return field_table(CRMKIT_FIELD(10, name, "Its name.")); }
};

struct SamePlural {
    CRMKIT_ENTITY(SamePlural, 1005, "companion", "companies", "Takes the plural of company.");
    std::string name{};
    static constexpr auto fields() { return field_table(CRMKIT_FIELD(10, name, "Its name.")); }
};

struct SameName {
    CRMKIT_ENTITY(SameName, 1006, "company", "concerns", "Takes the name of company.");
    std::string name{};
    static constexpr auto fields() { return field_table(CRMKIT_FIELD(10, name, "Its name.")); }
};

Registry make_registry() {
    Registry registry;
    registry.add<Company>();
    registry.add<Person>();
    registry.add<Note>();
    return registry;
}

TEST_CASE("registry: finds an entity by name, plural and number") {
    const Registry registry = make_registry();
    CHECK(registry.find("person") == &entity_of<Person>());
    CHECK(registry.find("people") == &entity_of<Person>());
    CHECK(registry.find(EntityNumber{1002}) == &entity_of<Person>());
    CHECK(&registry.get("person") == &entity_of<Person>());
    CHECK(&registry.get(EntityNumber{1003}) == &entity_of<Note>());
    CHECK(registry.find("Person") == nullptr);
    CHECK(registry.find("") == nullptr);
    CHECK(registry.find(EntityNumber{0}) == nullptr);
    CHECK(registry.entities().size() == 3);
    CHECK(Registry().entities().empty());
}

TEST_CASE("registry: an unknown entity is an error that names the nearest one") {
    const Registry registry = make_registry();
    const Error error = error_of([&] { return &registry.get("persn"); });
    CHECK(error.code() == ErrorCode::not_found);
    CHECK(error.message().find("'persn'") != std::string::npos);
    CHECK(error.message().find("'person'") != std::string::npos);
    CHECK(error_of([&] { return &registry.get(EntityNumber{7}); }).code() == ErrorCode::not_found);
    CHECK(error_of([&] { return &registry.get(std::string(1'000'000, 'x')); }).message().size() <
          500);
    CHECK(error_of([] { return Registry().get("person").number; }).code() == ErrorCode::not_found);
}

TEST_CASE("registry: a name, a plural and a number belong to one entity") {
    Registry registry = make_registry();
    for (const Entity* taken :
         {&entity_of<SameNumber>(), &entity_of<SamePlural>(), &entity_of<SameName>()}) {
        const Error error = error_of([&] { registry.add(*taken); });
        CHECK(error.code() == ErrorCode::invalid_argument);
        CHECK(error.message().find("company (1001)") != std::string::npos);
    }
    CHECK(error_of([&] { registry.add<Company>(); }).code() == ErrorCode::invalid_argument);
    CHECK(registry.entities().size() == 3);
}

TEST_CASE("registry: a reference points at one entity, at several or at any") {
    const Registry registry = make_registry();
    const Entity& note = entity_of<Note>();
    const Field& about = *note.find("about");
    const Field& mentioned = *note.find("mentioned");
    CHECK(registry.targets(*entity_of<Person>().find("company")) ==
          std::vector<const Entity*>{&entity_of<Company>()});
    CHECK(registry.targets(about) ==
          std::vector<const Entity*>{&entity_of<Company>(), &entity_of<Person>()});
    CHECK(registry.targets(mentioned) == registry.entities());
    CHECK(registry.may_target(about, entity_of<Person>()));
    CHECK_FALSE(registry.may_target(about, note));
    CHECK(registry.may_target(mentioned, note));
}

TEST_CASE("registry: a reference to an entity that is not there is an error") {
    Registry registry = make_registry();
    registry.add<Astray>();
    const Error error =
        error_of([&] { return registry.targets(*entity_of<Astray>().find("lost")); });
    CHECK(error.code() == ErrorCode::not_found);
    CHECK(error.message().find("nowhere") != std::string::npos);
}

TEST_CASE("registry: all relations that cannot be are told at once, by entity and field") {
    Registry registry = make_registry();
    registry.check_relations();
    registry.add<Astray>();
    registry.add<Neighbour>();
    const Error error = error_of([&] {
        registry.check_relations();
        return 0;
    });
    CHECK(error.code() == ErrorCode::invalid_argument);
    REQUIRE(error.problems().size() == 2);
    const Problem& lost = error.problems()[0];
    CHECK(lost.entity == "astray");
    CHECK(lost.field == "lost");
    CHECK(lost.value == "nowhere");
    CHECK(lost.message.find("does not exist") != std::string::npos);
    const Problem& twice = error.problems()[1];
    CHECK(twice.entity == "neighbour");
    CHECK(twice.field == "company");
    CHECK(twice.value == "people");
    CHECK(twice.message.find("two lists of company") != std::string::npos);
}

TEST_CASE("registry: knows who refers to an entity, of the header fields by the owner only") {
    const Registry registry = make_registry();
    std::vector<std::string> found;
    for (const IncomingReference& reference : registry.references_to(entity_of<Company>())) {
        found.push_back(std::string(reference.from->name) + "." +
                        std::string(reference.field->name));
    }
    CHECK(found == std::vector<std::string>{"company.parent", "person.company", "note.about",
                                            "note.mentioned"});
    CHECK(registry.references_to(entity_of<Note>()).size() == 1);
    std::vector<std::string> owned;
    for (const IncomingReference& reference : registry_with_users().references_to(user())) {
        owned.push_back(std::string(reference.from->name) + "." +
                        std::string(reference.field->name));
    }
    CHECK(owned == std::vector<std::string>{"company.owner", "user.owner"});
}

TEST_CASE("registry: finds the list of referring records by its name on the other side") {
    const Registry registry = make_registry();
    const IncomingReference people = registry.children(entity_of<Company>(), "people");
    CHECK(people.from == &entity_of<Person>());
    REQUIRE(people.field != nullptr);
    CHECK(people.field->name == "company");
    CHECK(registry.children(entity_of<Person>(), "notes").from == &entity_of<Note>());
    CHECK(registry.children(entity_of<Note>(), "notes").from == nullptr);
    CHECK(registry.children(entity_of<Note>(), "mentions").from == &entity_of<Note>());
    CHECK(registry.children(entity_of<Company>(), "persons").from == nullptr);
}

}  // namespace
}  // namespace crmkit::registry_test

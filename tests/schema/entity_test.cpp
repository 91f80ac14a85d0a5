#include "crmkit/schema/entity.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace crmkit {
namespace {

CRMKIT_ENUM(TicketState, open, solved);

struct Ticket {
    CRMKIT_ENTITY(Ticket, 1001, "ticket", "tickets", "Something to be solved.");
    std::string subject{};
    TicketState state = TicketState::open;
    std::string status{};
    std::string solution{};
    bool is_blank = false;
    Id parent{};

    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, subject, "What it is about.").required().searchable(),
                           CRMKIT_FIELD(12, state, "Where it stands.").read_only(),
                           CRMKIT_FIELD(11, status, "Where it stands, in the host's words."),
                           CRMKIT_FIELD(20, solution, "How it was solved."),
                           CRMKIT_FIELD(21, is_blank, "It says nothing.").computed(),
                           CRMKIT_FIELD(30, parent, "What it is a part of.")
                               .refers_to("ticket", OnDelete::set_null)
                               .children("parts")
                               .hierarchy());
    }
    static constexpr std::string_view title_field = "subject";
    static constexpr auto indexes() {
        return std::array{Index{"owner, state"}, Index{"subject", true}};
    }
    static constexpr std::array transitions{Transition{"", "open"},
                                            Transition{"open", "solved", true}};
    static constexpr StateMachine state_machine{"state", "status", "solution", transitions};
    void derive() { is_blank = subject.empty(); }
    void check(std::vector<Problem>& problems) const {
        if (solution == subject) {
            problems.push_back({"ticket", "solution", solution, "repeats the subject"});
        }
    }
};

struct Bare {
    CRMKIT_ENTITY(Bare, 1002, "bare", "bares", "The least that an entity can be.");
    std::string name{};
    static constexpr auto fields() { return field_table(CRMKIT_FIELD(10, name, "Its name.")); }
};

struct Journal {
    CRMKIT_ENTITY(Journal, 1003, "journal", "journals", "Written by the library.");
    std::string text{};
    static constexpr auto fields() { return field_table(CRMKIT_FIELD(10, text, "A line.")); }
    static constexpr bool is_internal = true;
};

struct Row {
    CRMKIT_STRUCTURE(Row, "row", "A row of a list.");
    std::string name{};
    std::int64_t count = 0;
    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(1, name, "Its name."), CRMKIT_FIELD(2, count, "How many."));
    }
};

struct Report {
    CRMKIT_STRUCTURE(Report, "report", "A list of rows.");
    std::vector<Row> rows{};
    static constexpr auto fields() { return field_table(CRMKIT_FIELD(1, rows, "Its rows.")); }
};

TEST_CASE("entity: the header comes first, in the order of its permanent ids") {
    const Entity& ticket = entity_of<Ticket>();
    const std::string_view names[] = {"id",          "created_at",  "created_by",
                                      "modified_at", "modified_by", "owner",
                                      "version",     "deleted_at",  "source"};
    REQUIRE(ticket.fields.size() == header::count + 6);
    for (std::size_t i = 0; i < header::count; ++i) {
        CHECK(ticket.fields[i].name == names[i]);
        CHECK(ticket.fields[i].id == i + 1);
    }
    CHECK(ticket.find("owner")->target == "user, team");
    CHECK_FALSE(ticket.find("owner")->is_read_only);
    CHECK(ticket.find("version")->is_read_only);
    CHECK(ticket.find(header::deleted_at)->name == "deleted_at");
}

TEST_CASE("entity: carries everything that its struct declares") {
    const Entity& ticket = entity_of<Ticket>();
    CHECK(ticket.name == "ticket");
    CHECK(ticket.plural == "tickets");
    CHECK(ticket.number == 1001);
    CHECK(ticket.help == "Something to be solved.");
    CHECK(ticket.size == sizeof(Ticket));
    CHECK(ticket.alignment == alignof(Ticket));
    REQUIRE(ticket.title != nullptr);
    CHECK(ticket.title->name == "subject");
    REQUIRE(ticket.indexes.size() == 2);
    CHECK(ticket.indexes[0].fields == "owner, state");
    CHECK(ticket.indexes[1].is_unique);
    CHECK_FALSE(ticket.is_internal);
    REQUIRE(ticket.state_machine != nullptr);
    CHECK(ticket.state_machine->reason_field == "solution");
}

TEST_CASE("entity: what a struct does not declare is absent") {
    const Entity& bare = entity_of<Bare>();
    CHECK(bare.title == nullptr);
    CHECK(bare.indexes.empty());
    CHECK(bare.state_machine == nullptr);
    CHECK((bare.derive == nullptr));
    CHECK((bare.check == nullptr));
    CHECK_FALSE(bare.is_internal);
    CHECK(entity_of<Journal>().is_internal);
    CHECK(entity_of<Journal>().title == nullptr);
}

TEST_CASE("entity: a field is found by name and by id, and knows its place") {
    const Entity& ticket = entity_of<Ticket>();
    const Field* solution = ticket.find("solution");
    REQUIRE(solution != nullptr);
    CHECK(solution == ticket.find(std::uint16_t{20}));
    CHECK(&ticket.fields[ticket.index_of(*solution)] == solution);
    CHECK(ticket.find("Solution") == nullptr);
    CHECK(ticket.find("") == nullptr);
    CHECK(ticket.find(std::uint16_t{13}) == nullptr);
    CHECK(ticket.find(std::uint16_t{0}) == nullptr);
}

TEST_CASE("entity: derive and check reach the struct without its type") {
    Ticket ticket{.subject = "", .solution = ""};
    entity_of<Ticket>().derive(&ticket);
    CHECK(ticket.is_blank);
    std::vector<Problem> problems{{"other", "field", "", "was there before"}};
    entity_of<Ticket>().check(&ticket, problems);
    REQUIRE(problems.size() == 2);
    CHECK(problems[1].field == "solution");

    ticket.subject = "Leak";
    entity_of<Ticket>().derive(&ticket);
    CHECK_FALSE(ticket.is_blank);
    problems.clear();
    entity_of<Ticket>().check(&ticket, problems);
    CHECK(problems.empty());
}

TEST_CASE("entity: a state machine knows the permitted moves only") {
    const StateMachine& machine = *entity_of<Ticket>().state_machine;
    REQUIRE(machine.find("", "open") != nullptr);
    CHECK_FALSE(machine.find("", "open")->needs_reason);
    REQUIRE(machine.find("open", "solved") != nullptr);
    CHECK(machine.find("open", "solved")->needs_reason);
    CHECK(machine.find("solved", "open") == nullptr);
    CHECK(machine.find("", "solved") == nullptr);
    CHECK(machine.find("open", "") == nullptr);
}

TEST_CASE("entity: rows of a list are reached through the description") {
    const Structure& report = structure_of<Report>();
    const NativeType& rows = *report.find("rows")->native;
    CHECK(rows.type == FieldType::structure_list);
    CHECK(&rows.row_structure() == &structure_of<Row>());

    Report object;
    CHECK(rows.row_count(&object.rows) == 0);
    for (std::int64_t i = 0; i < 100; ++i) {
        void* row = rows.add_row(&object.rows);
        const Field& count = *structure_of<Row>().find("count");
        count.native->set(count.member(row), i);
    }
    REQUIRE(rows.row_count(&object.rows) == 100);
    CHECK(static_cast<const Row*>(rows.row(&object.rows, 99))->count == 99);
    CHECK(object.rows[50].count == 50);
    CHECK(rows.get(&object.rows).is_null());
    rows.set(&object.rows, ValueView());
    CHECK(object.rows.empty());
}

TEST_CASE("entity: makes, copies and destroys a struct without its type") {
    const Entity& ticket = entity_of<Ticket>();
    alignas(Ticket) std::byte memory[sizeof(Ticket)];
    ticket.construct(memory);
    auto* made = std::launder(reinterpret_cast<Ticket*>(memory));
    CHECK(made->state == TicketState::open);
    CHECK(made->subject.empty());
    const Ticket other{.subject = std::string(1'000, 'x'), .state = TicketState::solved};
    ticket.copy(memory, &other);
    CHECK(made->subject == other.subject);
    CHECK(made->state == TicketState::solved);
    ticket.destroy(memory);
}

}  // namespace
}  // namespace crmkit

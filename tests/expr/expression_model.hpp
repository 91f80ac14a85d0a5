/// Entities, records and a source of them for the tests of the expression language: every field
/// type, references of every kind, and values that are awkward on purpose.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crmkit/base/random.hpp"
#include "crmkit/expr/context.hpp"
#include "crmkit/expr/parse.hpp"
#include "crmkit/schema/record.hpp"
#include "crmkit/schema/registry.hpp"

namespace crmkit::expression_test {

CRMKIT_ENUM(DealState, open, won, lost, new_);
CRMKIT_ENUM(Rating, hot, warm, cold);

struct User {
    CRMKIT_ENTITY(User, 1, "user", "users", "Someone who works with the store.");
    std::string name{};
    std::string email{};
    bool is_active = false;
    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, name, "Name."), CRMKIT_FIELD(11, email, "E-mail."),
                           CRMKIT_FIELD(12, is_active, "May sign in."));
    }
};

struct Team {
    CRMKIT_ENTITY(Team, 2, "team", "teams", "Several users.");
    std::string name{};
    Id lead{};
    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(10, name, "Name."),
            CRMKIT_FIELD(11, lead, "Who leads it.").refers_to("user").children("teams"));
    }
};

struct Company {
    CRMKIT_ENTITY(Company, 3, "company", "companies", "An organisation.");
    std::string name{};
    std::string city{};
    std::optional<std::int64_t> employees{};
    std::optional<Decimal> discount{};
    std::optional<Money> revenue{};
    std::optional<Date> founded{};
    std::optional<Rating> rating{};
    bool is_customer = false;
    Id parent_company{};
    std::vector<std::string> tags{};
    Json extra{};
    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(10, name, "Name."), CRMKIT_FIELD(11, city, "City."),
            CRMKIT_FIELD(12, employees, "People."), CRMKIT_FIELD(13, discount, "Discount."),
            CRMKIT_FIELD(14, revenue, "Revenue."), CRMKIT_FIELD(15, founded, "Since."),
            CRMKIT_FIELD(16, rating, "How promising."),
            CRMKIT_FIELD(17, is_customer, "Bought something."),
            CRMKIT_FIELD(18, parent_company, "Belongs to.")
                .refers_to("company")
                .children("subsidiaries")
                .hierarchy(),
            CRMKIT_FIELD(19, tags, "Tags."), CRMKIT_FIELD(20, extra, "Extra."));
    }
};

struct Person {
    CRMKIT_ENTITY(Person, 4, "person", "people", "A human being.");
    std::string name{};
    Id company{};
    std::optional<Date> born{};
    std::optional<Instant> seen_at{};
    std::int64_t visits = 0;
    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(10, name, "Name."),
            CRMKIT_FIELD(11, company, "Works for.").refers_to("company").children("people"),
            CRMKIT_FIELD(12, born, "Birthday."), CRMKIT_FIELD(13, seen_at, "Last seen."),
            CRMKIT_FIELD(14, visits, "How often."));
    }
};

struct Deal {
    CRMKIT_ENTITY(Deal, 5, "deal", "deals", "A chance to sell.");
    std::string name{};
    Id company{};
    Id contact{};
    std::optional<Money> amount{};
    std::optional<Money> cost{};
    std::optional<Decimal> probability{};
    std::optional<std::int64_t> units{};
    std::optional<Date> close_date{};
    std::optional<Instant> won_at{};
    DealState state = DealState::open;
    Link partner{};
    bool is_hot = false;
    static constexpr auto fields() {
        return field_table(
            CRMKIT_FIELD(10, name, "Name."),
            CRMKIT_FIELD(11, company, "Buyer.").refers_to("company").children("deals"),
            CRMKIT_FIELD(12, contact, "Person.").refers_to("person").children("deals"),
            CRMKIT_FIELD(13, amount, "Worth."), CRMKIT_FIELD(14, cost, "Costs."),
            CRMKIT_FIELD(15, probability, "Chance."), CRMKIT_FIELD(16, units, "How many."),
            CRMKIT_FIELD(17, close_date, "Closes."), CRMKIT_FIELD(18, won_at, "Won."),
            CRMKIT_FIELD(19, state, "State."),
            CRMKIT_FIELD(20, partner, "Sells with us.")
                .refers_to("company, person")
                .children("partner_deals"),
            CRMKIT_FIELD(21, is_hot, "Now!"));
    }
};

struct Note {
    CRMKIT_ENTITY(Note, 6, "note", "notes", "What was said.");
    std::string name{};
    Link regarding{};
    Id author{};
    std::optional<Instant> happened_at{};
    std::optional<Rating> mood{};
    static constexpr auto fields() {
        return field_table(CRMKIT_FIELD(10, name, "Text."),
                           CRMKIT_FIELD(11, regarding, "About.").refers_to("any").children("notes"),
                           CRMKIT_FIELD(12, author, "By.").refers_to("user").children("notes"),
                           CRMKIT_FIELD(13, happened_at, "When."), CRMKIT_FIELD(14, mood, "How."));
    }
};

inline const Registry& test_registry() {
    static const Registry registry = [] {
        Registry made;
        made.add<User>();
        made.add<Team>();
        made.add<Company>();
        made.add<Person>();
        made.add<Deal>();
        made.add<Note>();
        return made;
    }();
    return registry;
}

/// "Now" in these tests.
inline constexpr Instant test_now = *Instant::parse("2026-11-21T09:30:00Z");

/// Records in memory, by entity and id.
class TestRecords final : public expr::RecordSource {
  public:
    void add(Record record) {
        auto& list = records_[&entity_of_record(record)];
        list.push_back(std::move(record));
        index_.clear();
    }
    /// All records of an entity, deleted ones included.
    [[nodiscard]] const std::vector<Record>& all(const Entity& entity) const {
        static const std::vector<Record> none;
        const auto found = records_.find(&entity);
        return found == records_.end() ? none : found->second;
    }
    static bool is_live(const Record& record) { return !header_of(record).deleted_at(); }

    std::optional<RecordView> find(const Entity& entity, Id id) const override {
        if (index_.empty()) {
            for (const auto& [of, list] : records_) {
                for (const Record& record : list) {
                    index_[{of, header_of(record).id()}] = &record;
                }
            }
        }
        const auto found = index_.find({&entity, id});
        return found == index_.end() ? std::nullopt : std::optional<RecordView>(*found->second);
    }
    void visit_children(const Entity& entity, const Field& field, Link parent,
                        Visitor& visitor) const override {
        for (const Record& record : all(entity)) {
            const ValueView value = record.get(field);
            const bool refers =
                value.kind() == ValueKind::link ? value.link() == parent : value.id() == parent.id;
            if (is_live(record) && !value.is_null() && refers && !visitor.visit(record)) {
                return;
            }
        }
    }

  private:
    static const Entity& entity_of_record(const Record& record) {
        return test_registry().get(record.structure().name);
    }

    std::map<const Entity*, std::vector<Record>> records_;
    mutable std::map<std::pair<const Entity*, Id>, const Record*> index_;
};

/// Fills records with random values of their fields' types; many nulls, few distinct values.
class RecordGenerator {
  public:
    explicit RecordGenerator(std::uint64_t seed) : random_(seed) {}

    /// Adds `count` records of each entity; references point at any of them, or at nothing.
    void fill(TestRecords& made, std::int64_t count) {
        count_ = count;
        for (const Entity* entity : test_registry().entities()) {
            for (std::int64_t i = 0; i < count; ++i) {
                made.add(record(*entity, i));
            }
        }
    }

    std::string text() {
        static constexpr std::array<std::string_view, 24> pool{
            "Acme",    "ACMÉ",   "acme steel", "Acme Steel AG", "Straße",     "strasse",
            "STRASSE", "Zürich", "zurich",     "Ångström",      "angstrom",   "it's",
            "100%",    "a_b",    "a\\b",       " padded ",      "中文",       "émile",
            "Emile",   "zz",     "Z",          "ﬁne",           "naïve café", "😀 smile"};
        return std::string(pool[random_.below(pool.size())]);
    }
    std::int64_t integer() {
        static constexpr std::array<std::int64_t, 14> pool{
            0, 1, -1, 2, 3, 7, 10, 100, -5, 50, 1000, INT64_MAX, INT64_MIN, 9'300'000'000};
        return pool[random_.below(random_.chance(900) ? 11 : pool.size())];
    }
    Decimal decimal() {
        static constexpr std::array<std::int64_t, 12> pool{
            0,         500'000'000, -500'000'000,  1'000'000'000,  25'000'000'000,
            1,         333'333'333, 2'500'000'000, 50'000'000'000, -100'000'000'000,
            INT64_MAX, INT64_MIN};
        return Decimal{pool[random_.below(random_.chance(900) ? 10 : pool.size())]};
    }
    Money money() {
        static constexpr std::array<std::string_view, 4> codes{"EUR", "USD", "JPY", "BHD"};
        static constexpr std::array<std::int64_t, 11> pool{
            0, 1, 100, -100, 5'000'000, 5'000'001, 50'000, 12'345, 250, INT64_MAX, INT64_MIN};
        const auto currency = random_.chance(600) ? 0 : random_.below(codes.size());
        return Money{pool[random_.below(random_.chance(950) ? 9 : pool.size())],
                     Currency::of(codes[currency])};
    }
    Date date() {
        const std::int32_t today = test_now.date().days;
        if (random_.chance(30)) {
            return random_.chance(500) ? Date::min() : Date::max();
        }
        return Date{today + static_cast<std::int32_t>(random_.between(-40, 40))};
    }
    Instant instant() {
        if (random_.chance(30)) {
            return random_.chance(500) ? Instant::min() : Instant::max();
        }
        const std::int64_t quarter_day = Instant::per_day / 4;
        return Instant{Instant::start_of(date()).microseconds +
                       static_cast<std::int64_t>(random_.below(4)) * quarter_day};
    }
    /// Ids are 1,000 times the entity's number and more.
    Id id(const Entity& entity) {
        const auto last = static_cast<std::uint64_t>(count_) + (random_.chance(50) ? 3 : 0);
        return Id{std::int64_t{entity.number} * 1000 +
                  static_cast<std::int64_t>(random_.below(last))};
    }
    Random& random() { return random_; }

  private:
    Record record(const Entity& entity, std::int64_t number) {
        Record record(entity);
        for (const Field& field : entity.fields) {
            if (random_.chance(750) || !field.is_nullable()) {
                fill(record, field);
            }
        }
        auto header = header_of(record);
        header.id() = Id{std::int64_t{entity.number} * 1000 + number};
        header.version() = number % 3 + 1;
        header.deleted_at() = random_.chance(200) ? std::optional(instant()) : std::nullopt;
        return record;
    }

    void fill(Record& record, const Field& field) {
        switch (field.type()) {
            case FieldType::text:
                record.set(field, text());
                return;
            case FieldType::integer:
                record.set(field, integer());
                return;
            case FieldType::decimal:
                record.set(field, decimal());
                return;
            case FieldType::boolean:
                record.set(field, random_.chance(500));
                return;
            case FieldType::money:
                record.set(field, money());
                return;
            case FieldType::date:
                record.set(field, date());
                return;
            case FieldType::instant:
                record.set(field, instant());
                return;
            case FieldType::enumeration:
                record.set(field, field.native->labels[random_.below(field.native->labels.size())]);
                return;
            case FieldType::reference:
                if (!field.target.empty()) {
                    record.set(field, id(test_registry().get(field.target)));
                }
                return;
            case FieldType::polymorphic_reference: {
                const auto targets = test_registry().targets(field);
                const Entity& target = *targets[random_.below(targets.size())];
                record.set(field, Link{target.number, id(target)});
                return;
            }
            case FieldType::json:
                record.set(field, std::string_view(R"({"a":1})"));
                return;
            case FieldType::text_list: {
                std::vector<std::string> list{text()};
                while (random_.chance(500)) {
                    list.push_back(text());
                }
                record.set(field, Value(std::move(list)));
                return;
            }
            case FieldType::structure_list:
                return;
        }
    }

    Random random_;
    std::int64_t count_ = 1;
};

inline expr::Query query(std::string_view text) {
    return expr::parse_query(test_registry(), entity_of<Deal>(), text);
}

inline Money eur(std::string_view amount) { return Money::of(amount, "EUR"); }

}  // namespace crmkit::expression_test

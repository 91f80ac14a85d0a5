/// A record with a field of every type and a struct with rows, for the tests of this room.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crmkit/base/random.hpp"
#include "crmkit/schema/check.hpp"
#include "crmkit/schema/record.hpp"
#include "crmkit/schema/registry.hpp"

namespace sample {

CRMKIT_ENUM(Rating, hot, warm, cold, new_);
CRMKIT_ENUM(State, open, won, lost);

struct Person {
    CRMKIT_ENTITY(Person, 1, "user", "users", "Someone who works with the system.");
    std::string name{};

    static constexpr auto fields() {
        return crmkit::field_table(CRMKIT_FIELD(10, name, "Their name.").required());
    }
};

struct Team {
    CRMKIT_ENTITY(Team, 2, "team", "teams", "Several users.");
    std::string name{};

    static constexpr auto fields() {
        return crmkit::field_table(CRMKIT_FIELD(10, name, "Its name.").required());
    }
};

/// Every NativeKind a record can have, every TextFormat, and every property.
struct Deal {
    CRMKIT_ENTITY(Deal, 3, "deal", "deals", "A possible sale.");
    std::string name{};
    std::string name_key{};
    std::optional<std::int64_t> seats{};
    std::int64_t rank = 7;
    std::optional<crmkit::Decimal> discount{};
    bool is_private = false;
    std::optional<crmkit::Money> amount{};
    std::optional<crmkit::Date> close_date{};
    std::optional<crmkit::Instant> next_call{};
    crmkit::Instant entered{};
    std::optional<Rating> rating{};
    State state = State::open;
    crmkit::Id parent{};
    crmkit::Link customer{};
    crmkit::Link anything{};
    crmkit::Json extra{};
    std::vector<std::string> tags{};
    std::string email{};
    std::string phone{};
    std::string website{};
    std::string currency{};
    std::string zone{};
    std::string language{};

    static constexpr std::string_view title_field = "name";
    static constexpr crmkit::Transition transitions[] = {
        {"", "open"}, {"open", "won", true}, {"open", "lost", true}};
    static constexpr crmkit::StateMachine state_machine{"state", "", "name", transitions};

    static constexpr auto fields() {
        using enum crmkit::TextFormat;
        return crmkit::field_table(
            CRMKIT_FIELD(10, name, "What it is about.").required().searchable().max_length(80),
            CRMKIT_FIELD(11, name_key, "Its name for lookups.").normal_form("name"),
            CRMKIT_FIELD(12, seats, "How many seats.").unique(),
            CRMKIT_FIELD(13, rank, "Its rank."), CRMKIT_FIELD(14, discount, "As a fraction."),
            CRMKIT_FIELD(15, is_private, "Not for everybody."),
            CRMKIT_FIELD(16, amount, "What it brings.").financial(),
            CRMKIT_FIELD(17, close_date, "When we expect to win."),
            CRMKIT_FIELD(18, next_call, "When to call again."),
            CRMKIT_FIELD(19, entered, "When it was entered."),
            CRMKIT_FIELD(20, rating, "How promising."), CRMKIT_FIELD(21, state, "Where it stands."),
            CRMKIT_FIELD(22, parent, "The deal it is part of.")
                .refers_to("deal", crmkit::OnDelete::cascade)
                .hierarchy()
                .children("parts"),
            CRMKIT_FIELD(23, customer, "Who buys.").refers_to("user, team"),
            CRMKIT_FIELD(24, anything, "What it regards.").refers_to("any"),
            CRMKIT_FIELD(25, extra, "Anything else."),
            CRMKIT_FIELD(26, tags, "Labels.").searchable().max_length(40),
            CRMKIT_FIELD(27, email, "Where to write.").personal().with_format(email_address),
            CRMKIT_FIELD(28, phone, "Where to call.").personal().with_format(phone_number),
            CRMKIT_FIELD(29, website, "Where to look.").with_format(uri),
            CRMKIT_FIELD(30, currency, "Its currency.").with_format(currency_code),
            CRMKIT_FIELD(31, zone, "Its time zone.").with_format(time_zone),
            CRMKIT_FIELD(32, language, "Its language.").with_format(language_tag));
    }
    static constexpr auto indexes() {
        return std::array{crmkit::Index{"owner, close_date"}, crmkit::Index{"seats", true}};
    }
};

struct Line {
    CRMKIT_STRUCTURE(Line, "line", "A row of an order.");
    std::string product{};
    std::optional<crmkit::Decimal> quantity{};
    std::vector<Line> parts{};

    static constexpr auto fields() {
        return crmkit::field_table(CRMKIT_FIELD(1, product, "What.").required().max_length(20),
                                   CRMKIT_FIELD(2, quantity, "How much."),
                                   CRMKIT_FIELD(3, parts, "What it is made of."));
    }
};

struct Order {
    CRMKIT_STRUCTURE(Order, "order", "What placing an order needs to know.");
    std::string customer{};
    std::vector<Line> lines{};
    std::optional<crmkit::Money> limit{};

    static constexpr auto fields() {
        return crmkit::field_table(CRMKIT_FIELD(1, customer, "Who.").required(),
                                   CRMKIT_FIELD(2, lines, "The rows.").required(),
                                   CRMKIT_FIELD(3, limit, "At most.").required());
    }
};

inline const crmkit::Registry& registry() {
    static const crmkit::Registry all = [] {
        crmkit::Registry made;
        made.add<Person>();
        made.add<Team>();
        made.add<Deal>();
        return made;
    }();
    return all;
}

inline const crmkit::Structure& deal() { return crmkit::entity_of<Deal>(); }
inline const crmkit::Field& deal_field(std::string_view name) {
    return crmkit::field_of(deal(), name);
}

/// A long text; clang-tidy takes a large length in a string's constructor for a slip.
inline std::string repeated(std::size_t count, char c) {
    std::string text;
    text.append(count, c);
    return text;
}

/// A text of up to 20 characters of one to four bytes, controls and punctuation among them.
inline std::string random_text(crmkit::Random& random) {
    static constexpr std::string_view pieces[] = {
        "a",    "Z",    "7",  " ",      "\"", "\\", "/",  ";",    "[",  "]",
        "{",    "\n",   "\t", "\r",     "é",  "ß",  "Ω",  "中",   "😀",  "\x01",
        "\x7F", "null", ",",  "\u2028", "=",  "+",  "-1", "true", "\b", "\uFEFF"};
    std::string text;
    for (auto left = random.below(20); left > 0; --left) {
        text += pieces[random.below(std::size(pieces))];
    }
    return text;
}

inline crmkit::Instant random_instant(crmkit::Random& random) {
    return {
        random.between(crmkit::Instant::min().microseconds, crmkit::Instant::max().microseconds)};
}

/// A value of the field's kind that check_value() accepts, or null.
inline crmkit::Value random_value(crmkit::Random& random, const crmkit::Field& field) {
    using crmkit::FieldType;
    if (field.is_nullable() && random.chance(200)) {
        return {};
    }
    const auto any = static_cast<std::int64_t>(random.next());
    const auto positive = random.between(1, INT64_MAX);
    switch (field.type()) {
        case FieldType::text: {
            static constexpr std::string_view formatted[] = {"",
                                                             "ana@example.com",
                                                             "+49 30 123456 ext. 7",
                                                             "ana in the chat",
                                                             "www.Acme.com/a?b=c",
                                                             "EUR",
                                                             "Europe/Berlin",
                                                             "zh-Hant-TW",
                                                             "data/contacts.csv"};
            return field.format == crmkit::TextFormat::plain
                       ? crmkit::Value(random_text(random))
                       : crmkit::Value(formatted[static_cast<std::size_t>(field.format)]);
        }
        case FieldType::integer:
            return random.chance(500) ? any : random.between(-100, 100);
        case FieldType::decimal:
            return crmkit::Decimal{random.chance(500) ? any : random.between(-100, 100)};
        case FieldType::boolean:
            return random.chance(500);
        case FieldType::money: {
            static constexpr std::string_view codes[] = {"EUR", "JPY", "BHD", "CLF"};
            return crmkit::Money::of_minor(any, crmkit::Currency::of(codes[random.below(4)]));
        }
        case FieldType::date:
            return crmkit::Date{static_cast<std::int32_t>(
                random.between(crmkit::Date::min().days, crmkit::Date::max().days))};
        case FieldType::instant:
            return random_instant(random);
        case FieldType::enumeration:
            return field.native->labels[random.below(field.native->labels.size())];
        case FieldType::reference:
            return crmkit::Id{positive};
        case FieldType::polymorphic_reference: {
            const auto entity = static_cast<crmkit::EntityNumber>(random.between(1, 2));
            return crmkit::Link{entity, crmkit::Id{positive}};
        }
        case FieldType::json: {
            static constexpr std::string_view texts[] = {"{}", "[1,2.50,\"\\u0000\"]", "\"x\"",
                                                         "0.10e3", "{\"a\":{\"a\":[]}}"};
            return texts[random.below(std::size(texts))];
        }
        case FieldType::text_list: {
            std::vector<std::string> items;
            for (auto left = random.below(4); left > 0; --left) {
                items.push_back(random_text(random));
            }
            return items;
        }
        case FieldType::structure_list:
            return {};
    }
    return {};
}

/// A deal with random values in every field, the header included.
inline crmkit::Record random_deal(crmkit::Random& random) {
    crmkit::Record record(deal());
    for (const crmkit::Field& field : deal().fields) {
        record.set(field, random_value(random, field));
    }
    return record;
}

}  // namespace sample

#include "sqlite_row.hpp"

#include "crmkit/schema/json_scanner.hpp"

namespace crmkit::sqlite {

namespace {

template <typename T>
const T& as(const void* member) {
    return *static_cast<const T*>(member);
}
template <typename T>
T& as(void* member) {
    return *static_cast<T*>(member);
}

void bind_text(Statement& statement, int index, std::string_view text) {
    if (!text.empty()) {
        statement.bind(index, text);
    }
}

void bind_id(Statement& statement, int index, Id id) {
    if (id) {
        statement.bind(index, id.value);
    }
}

template <typename T, typename Number>
void bind_optional(Statement& statement, int index, const std::optional<T>& value, Number number) {
    if (value) {
        statement.bind(index, static_cast<std::int64_t>(number(*value)));
    }
}

template <typename T, typename Make>
void read_optional(const Statement& statement, int column, std::optional<T>& value, Make make) {
    if (statement.is_null(column)) {
        value.reset();
    } else {
        value = make(statement.integer(column));
    }
}

/// Most texts of most records are null, which one question to SQLite tells; a text takes two.
void read_text(const Statement& statement, int column, std::string& text) {
    if (statement.is_null(column)) {
        text.clear();
    } else {
        text.assign(statement.text(column));
    }
}

Currency currency_at(const Statement& statement, int column) {
    return Currency::find(statement.text(column)).value_or(Currency{});
}

}  // namespace

int bind_member(Statement& statement, int index, const Field& field, const void* object,
                BoundTexts& texts) {
    const void* member = field.member(object);
    switch (field.native_kind()) {
        case NativeKind::text:
            bind_text(statement, index, as<std::string>(member));
            break;
        case NativeKind::json:
            bind_text(statement, index, as<Json>(member).text);
            break;
        case NativeKind::enumeration:
        case NativeKind::whole_enumeration:
            bind_text(statement, index, field.native->get(member).text());
            break;
        case NativeKind::integer:
            bind_optional(statement, index, as<std::optional<std::int64_t>>(member),
                          [](std::int64_t number) { return number; });
            break;
        case NativeKind::whole_integer:
            statement.bind(index, as<std::int64_t>(member));
            break;
        case NativeKind::decimal:
            bind_optional(statement, index, as<std::optional<Decimal>>(member),
                          [](Decimal decimal) { return decimal.billionths; });
            break;
        case NativeKind::boolean:
            statement.bind(index, std::int64_t{as<bool>(member)});
            break;
        case NativeKind::money: {
            const auto& money = as<std::optional<Money>>(member);
            bind_optional(statement, index, money, [](const Money& m) { return m.minor_units; });
            bind_text(statement, index + 1, money ? money->currency.code() : std::string_view());
            return index + 2;
        }
        case NativeKind::date:
            bind_optional(statement, index, as<std::optional<Date>>(member),
                          [](Date date) { return date.days; });
            break;
        case NativeKind::instant:
            bind_optional(statement, index, as<std::optional<Instant>>(member),
                          [](Instant instant) { return instant.microseconds; });
            break;
        case NativeKind::whole_instant:
            statement.bind(index, as<Instant>(member).microseconds);
            break;
        case NativeKind::id:
            bind_id(statement, index, as<Id>(member));
            break;
        case NativeKind::link: {
            const Link link = as<Link>(member);
            bind_id(statement, index, link.id);
            bind_id(statement, index + 1, link ? Id{link.entity} : Id{});
            return index + 2;
        }
        case NativeKind::text_list: {
            const auto& list = as<std::vector<std::string>>(member);
            if (!list.empty()) {
                statement.bind(index, texts.emplace_back(join_list(list)));
            }
            break;
        }
        case NativeKind::structure_list:
            throw Error(ErrorCode::internal, "a list of rows cannot be stored in a column");
    }
    return index + 1;
}

void bind_value(Statement& statement, int index, const ValueView& value) {
    switch (value.kind()) {
        case ValueKind::null:
            statement.bind_null(index);
            return;
        case ValueKind::text:
            statement.bind_copy(index, value.text());
            return;
        case ValueKind::text_list:
            statement.bind_copy(index, join_list(value.list()));
            return;
        case ValueKind::integer:
        case ValueKind::decimal:
        case ValueKind::boolean:
        case ValueKind::money:
        case ValueKind::date:
        case ValueKind::instant:
        case ValueKind::id:
        case ValueKind::link:
            statement.bind(index, value.integer());
            return;
    }
}

int read_member(const Statement& statement, int column, const Field& field, void* object) {
    void* member = field.member(object);
    switch (field.native_kind()) {
        case NativeKind::text:
            read_text(statement, column, as<std::string>(member));
            break;
        case NativeKind::json:
            read_text(statement, column, as<Json>(member).text);
            break;
        case NativeKind::enumeration:
        case NativeKind::whole_enumeration:
            field.native->set(member, ValueView(statement.text(column)));
            break;
        case NativeKind::integer:
            read_optional(statement, column, as<std::optional<std::int64_t>>(member),
                          [](std::int64_t number) { return number; });
            break;
        case NativeKind::whole_integer:
            as<std::int64_t>(member) = statement.integer(column);
            break;
        case NativeKind::decimal:
            read_optional(statement, column, as<std::optional<Decimal>>(member),
                          [](std::int64_t number) { return Decimal{number}; });
            break;
        case NativeKind::boolean:
            as<bool>(member) = statement.integer(column) != 0;
            break;
        case NativeKind::money:
            read_optional(statement, column, as<std::optional<Money>>(member),
                          [&](std::int64_t number) {
                              return Money{number, currency_at(statement, column + 1)};
                          });
            return column + 2;
        case NativeKind::date:
            read_optional(
                statement, column, as<std::optional<Date>>(member),
                [](std::int64_t number) { return Date{static_cast<std::int32_t>(number)}; });
            break;
        case NativeKind::instant:
            read_optional(statement, column, as<std::optional<Instant>>(member),
                          [](std::int64_t number) { return Instant{number}; });
            break;
        case NativeKind::whole_instant:
            as<Instant>(member).microseconds = statement.integer(column);
            break;
        case NativeKind::id:
            as<Id>(member).value = statement.integer(column);
            break;
        case NativeKind::link:
            as<Link>(member) = Link{static_cast<EntityNumber>(statement.integer(column + 1)),
                                    Id{statement.integer(column)}};
            return column + 2;
        case NativeKind::text_list:
            as<std::vector<std::string>>(member) = split_list(statement.text(column));
            break;
        case NativeKind::structure_list:
            throw Error(ErrorCode::internal, "a list of rows cannot be stored in a column");
    }
    return column + 1;
}

ValueView read_value(const Statement& statement, int column, const Field& field,
                     std::vector<std::string>& list) {
    const auto number = [&](auto make) -> ValueView {
        return statement.is_null(column) ? ValueView() : make(statement.integer(column));
    };
    switch (field.native_kind()) {
        // Of these one look tells whether there is a value, and which.
        case NativeKind::text:
        case NativeKind::json:
        case NativeKind::enumeration:
        case NativeKind::whole_enumeration: {
            const std::string_view text = statement.text(column);
            return text.data() == nullptr ? ValueView() : ValueView(text);
        }
        case NativeKind::id: {
            const Id id{statement.integer(column)};
            return id ? ValueView(id) : ValueView();
        }
        case NativeKind::link: {
            const Id id{statement.integer(column)};
            return id ? ValueView(
                            Link{static_cast<EntityNumber>(statement.integer(column + 1)), id})
                      : ValueView();
        }
        // These always have one.
        case NativeKind::whole_integer:
            return {statement.integer(column)};
        case NativeKind::boolean:
            return {statement.integer(column) != 0};
        case NativeKind::whole_instant:
            return {Instant{statement.integer(column)}};
        case NativeKind::integer:
            return number([](std::int64_t value) -> ValueView { return value; });
        case NativeKind::decimal:
            return number([](std::int64_t value) -> ValueView { return Decimal{value}; });
        case NativeKind::money:
            return number([&](std::int64_t value) -> ValueView {
                return Money{value, currency_at(statement, column + 1)};
            });
        case NativeKind::date:
            return number([](std::int64_t value) -> ValueView {
                return Date{static_cast<std::int32_t>(value)};
            });
        case NativeKind::instant:
            return number([](std::int64_t value) -> ValueView { return Instant{value}; });
        case NativeKind::text_list:
            if (statement.is_null(column)) {
                return {};
            }
            list = split_list(statement.text(column));
            return {std::span<const std::string>(list)};
        case NativeKind::structure_list:
            break;
    }
    throw Error(ErrorCode::internal, "a list of rows cannot be stored in a column");
}

std::string join_list(std::span<const std::string> list) {
    std::string json = "[";
    for (const std::string& item : list) {
        json += json.size() == 1 ? "" : ",";
        append_json_string(json, item);
    }
    return json + "]";
}

std::vector<std::string> split_list(std::string_view json) {
    std::vector<std::string> list;
    if (json.empty()) {
        return list;
    }
    JsonScanner scanner(json);
    const auto read_item = [&] { return scanner.read_string(list.emplace_back()); };
    if (!scanner.read_array(read_item) || !scanner.read_end()) {
        throw Error(ErrorCode::corrupt, "a stored list of text is damaged");
    }
    return list;
}

}  // namespace crmkit::sqlite

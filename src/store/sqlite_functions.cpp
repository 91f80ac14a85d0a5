#include "sqlite_functions.hpp"

#include <array>
#include <cstring>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "crmkit/base/error.hpp"
#include "crmkit/expr/accumulator.hpp"
#include "crmkit/expr/evaluator.hpp"
#include "crmkit/store/list_column.hpp"
#include "sqlite_row.hpp"

namespace crmkit::sqlite {

namespace {

constexpr const char* program_pointer = "crmkit_program";

// ---- packed pairs: bytes that compare as the language orders the values

constexpr std::size_t packed_number_size = 8;
constexpr std::size_t packed_currency_size = 3;
constexpr std::size_t packed_entity_size = 2;
using PackedMoney = std::array<char, packed_currency_size + packed_number_size>;
using PackedLink = std::array<char, packed_entity_size + packed_number_size>;

/// Big-endian, with the sign bit turned so that negative numbers come first.
void pack_number(char* out, std::int64_t number) {
    const std::uint64_t biased = static_cast<std::uint64_t>(number) ^ (std::uint64_t{1} << 63U);
    for (std::size_t i = 0; i < packed_number_size; ++i) {
        out[i] = static_cast<char>((biased >> (8 * (packed_number_size - 1 - i))) & 0xFFU);
    }
}

std::int64_t unpack_number(const char* bytes) {
    std::uint64_t biased = 0;
    for (std::size_t i = 0; i < packed_number_size; ++i) {
        biased = (biased << 8U) | static_cast<std::uint8_t>(bytes[i]);
    }
    return static_cast<std::int64_t>(biased ^ (std::uint64_t{1} << 63U));
}

PackedMoney pack(const Money& money) {
    PackedMoney packed{};
    const std::string_view code = money.currency.code();
    std::copy(code.begin(), code.end(), packed.begin());
    pack_number(packed.data() + packed_currency_size, money.minor_units);
    return packed;
}

PackedLink pack(Link link) {
    PackedLink packed{};
    packed[0] = static_cast<char>(link.entity >> 8U);
    packed[1] = static_cast<char>(link.entity & 0xFFU);
    pack_number(packed.data() + packed_entity_size, link.id.value);
    return packed;
}

ValueView unpack(std::string_view bytes) {
    if (bytes.size() == std::tuple_size_v<PackedMoney>) {
        return Money{unpack_number(bytes.data() + packed_currency_size),
                     Currency::find(bytes.substr(0, packed_currency_size)).value_or(Currency{})};
    }
    if (bytes.size() == std::tuple_size_v<PackedLink>) {
        const auto high = static_cast<std::uint8_t>(bytes[0]);
        const auto low = static_cast<std::uint8_t>(bytes[1]);
        return Link{static_cast<EntityNumber>((high << 8U) | low),
                    Id{unpack_number(bytes.data() + packed_entity_size)}};
    }
    return {};
}

// ---- values from SQLite

/// One SQL value, of a row or of a function's arguments.
struct Raw {
    bool is_null = true;
    std::int64_t integer = 0;
    std::string_view bytes{};
};

Raw bytes_of(const void* bytes, int size) {
    return {false, 0,
            bytes == nullptr ? std::string_view()
                             : std::string_view(static_cast<const char*>(bytes),
                                                static_cast<std::size_t>(size))};
}

Raw raw(sqlite3_value* value) {
    switch (sqlite3_value_type(value)) {
        case SQLITE_NULL:
            return {};
        case SQLITE_INTEGER:
            return {false, sqlite3_value_int64(value), {}};
        case SQLITE_BLOB: {
            const void* bytes = sqlite3_value_blob(value);
            return bytes_of(bytes, sqlite3_value_bytes(value));
        }
        default: {
            const void* bytes = sqlite3_value_text(value);
            return bytes_of(bytes, sqlite3_value_bytes(value));
        }
    }
}

Raw raw(sqlite3_stmt* statement, int column) {
    switch (sqlite3_column_type(statement, column)) {
        case SQLITE_NULL:
            return {};
        case SQLITE_INTEGER:
            return {false, sqlite3_column_int64(statement, column), {}};
        case SQLITE_BLOB: {
            const void* bytes = sqlite3_column_blob(statement, column);
            return bytes_of(bytes, sqlite3_column_bytes(statement, column));
        }
        default: {
            const void* bytes = sqlite3_column_text(statement, column);
            return bytes_of(bytes, sqlite3_column_bytes(statement, column));
        }
    }
}

/// A value of a type that lies in one SQL value; texts are borrowed.
ValueView single(const Raw& raw, const expr::Type& type) {
    if (raw.is_null) {
        return {};
    }
    switch (type.kind) {
        case expr::TypeKind::boolean:
            return raw.integer != 0;
        case expr::TypeKind::integer:
            return raw.integer;
        case expr::TypeKind::decimal:
            return Decimal{raw.integer};
        case expr::TypeKind::date:
            return Date{static_cast<std::int32_t>(raw.integer)};
        case expr::TypeKind::instant:
            return Instant{raw.integer};
        case expr::TypeKind::reference:
            return Id{raw.integer};
        case expr::TypeKind::money:
        case expr::TypeKind::link:
            return unpack(raw.bytes);
        case expr::TypeKind::text:
        case expr::TypeKind::enumeration:
        case expr::TypeKind::json:
        case expr::TypeKind::text_list:
        case expr::TypeKind::unknown:
            return raw.bytes;
    }
    return {};
}

/// A money or link in two columns.
ValueView pair(const Raw& first, const Raw& second, const expr::Type& type) {
    if (first.is_null) {
        return {};
    }
    if (type.kind == expr::TypeKind::money) {
        return Money{first.integer, Currency::find(second.bytes).value_or(Currency{})};
    }
    return Link{static_cast<EntityNumber>(second.integer), Id{first.integer}};
}

// ---- crmkit_evaluate()

/// A program with what it is executed with; owned by the statement it is bound to.
struct BoundProgram {
    std::shared_ptr<const Program> program;
    std::shared_ptr<const Execution> execution;
};

void set_result(sqlite3_context* context, const ValueView& value) {
    switch (value.kind()) {
        case ValueKind::null:
        case ValueKind::text_list:
            sqlite3_result_null(context);
            return;
        case ValueKind::text:
            sqlite3_result_text64(context, value.text().data(), value.text().size(),
                                  SQLITE_TRANSIENT, SQLITE_UTF8);
            return;
        case ValueKind::money: {
            const PackedMoney packed = pack(value.money());
            sqlite3_result_blob(context, packed.data(), static_cast<int>(packed.size()),
                                SQLITE_TRANSIENT);
            return;
        }
        case ValueKind::link: {
            const PackedLink packed = pack(value.link());
            sqlite3_result_blob(context, packed.data(), static_cast<int>(packed.size()),
                                SQLITE_TRANSIENT);
            return;
        }
        case ValueKind::integer:
        case ValueKind::decimal:
        case ValueKind::boolean:
        case ValueKind::date:
        case ValueKind::instant:
        case ValueKind::id:
            sqlite3_result_int64(context, value.integer());
            return;
    }
}

/// No exception may pass through SQLite, which is C.
template <typename Body>
void guarded(sqlite3_context* context, Body body) noexcept {
    try {
        body();
    } catch (const std::bad_alloc&) {
        sqlite3_result_error_nomem(context);
    } catch (const std::exception& error) {
        sqlite3_result_error(context, error.what(), -1);
    }
}

ValueView read_leaf(const LeafArgument& leaf, sqlite3_value** arguments, int& at,
                    expr::Scratch& scratch) {
    const Raw first = raw(arguments[at++]);
    if (leaf.type.is_pair() && !leaf.is_packed) {
        const Raw second = raw(arguments[at++]);
        return pair(first, second, leaf.type);
    }
    if (leaf.type.kind == expr::TypeKind::text_list && !first.is_null) {
        return scratch.keep(split_list(first.bytes));
    }
    return single(first, leaf.type);
}

void run(sqlite3_context* context, const BoundProgram& bound, sqlite3_value** arguments) {
    const Program& program = *bound.program;
    const Execution& execution = *bound.execution;
    // Rows come by the million: the usual few leaves need no memory of their own.
    constexpr std::size_t most_on_stack = 12;
    std::array<ValueView, most_on_stack> few;
    std::vector<ValueView> many(program.leaf_count > most_on_stack ? program.leaf_count : 0);
    ValueView* const leaves = many.empty() ? few.data() : many.data();
    expr::Scratch scratch;
    int at = 1;
    for (const LeafArgument& leaf : program.leaves) {
        leaves[leaf.leaf] = read_leaf(leaf, arguments, at, scratch);
    }
    const bool is_given = program.source < execution.parameters.size();
    const expr::Context values{
        execution.moment,
        is_given ? std::span(execution.parameters[program.source]) : std::span<const ValueView>(),
        nullptr};
    set_result(context,
               expr::detail::Evaluator(values, scratch).value(*program.root, {.leaves = leaves}));
}

void evaluate(sqlite3_context* context, int count, sqlite3_value** arguments) {
    guarded(context, [&] {
        const auto* bound = count == 0 ? nullptr
                                       : static_cast<const BoundProgram*>(
                                             sqlite3_value_pointer(arguments[0], program_pointer));
        if (bound == nullptr) {
            sqlite3_result_error(context, "crmkit_evaluate() is for crmkit's own queries", -1);
            return;
        }
        run(context, *bound, arguments);
    });
}

// ---- aggregates

/// What an aggregate function computes, and over values of which type.
struct AggregateFunction {
    const char* name;
    expr::AggregateKind kind;
    expr::TypeKind type;
};

constexpr std::array<AggregateFunction, 8> aggregates{{
    {"crmkit_sum_integer", expr::AggregateKind::sum, expr::TypeKind::integer},
    {"crmkit_sum_decimal", expr::AggregateKind::sum, expr::TypeKind::decimal},
    {"crmkit_sum_money", expr::AggregateKind::sum, expr::TypeKind::money},
    {"crmkit_avg_integer", expr::AggregateKind::avg, expr::TypeKind::integer},
    {"crmkit_avg_decimal", expr::AggregateKind::avg, expr::TypeKind::decimal},
    {"crmkit_avg_money", expr::AggregateKind::avg, expr::TypeKind::money},
    {"crmkit_min_money", expr::AggregateKind::min, expr::TypeKind::money},
    {"crmkit_max_money", expr::AggregateKind::max, expr::TypeKind::money},
}};

/// SQLite's memory for one group: zeroed at first, given back after aggregate_final().
using GroupMemory = expr::Accumulator*;

void aggregate_step(sqlite3_context* context, int count, sqlite3_value** arguments) {
    guarded(context, [&] {
        const auto& function = *static_cast<const AggregateFunction*>(sqlite3_user_data(context));
        auto* const group = static_cast<GroupMemory*>(
            sqlite3_aggregate_context(context, static_cast<int>(sizeof(GroupMemory))));
        if (group == nullptr) {
            throw std::bad_alloc();
        }
        if (*group == nullptr) {
            *group = new expr::Accumulator(function.kind);
        }
        const Raw first = raw(arguments[0]);
        (*group)->add(count == 2 ? pair(first, raw(arguments[1]), function.type)
                                 : single(first, function.type));
    });
}

void aggregate_final(sqlite3_context* context) {
    guarded(context, [&] {
        auto* const group = static_cast<GroupMemory*>(sqlite3_aggregate_context(context, 0));
        const std::unique_ptr<expr::Accumulator> accumulator(group == nullptr ? nullptr : *group);
        set_result(context, accumulator == nullptr ? ValueView() : accumulator->result());
    });
}

void require_ok(int result) {
    if (result != SQLITE_OK) {
        throw Error(
            result == SQLITE_NOMEM ? ErrorCode::out_of_memory : ErrorCode::internal,
            "SQLite did not take crmkit's functions: " + std::string(sqlite3_errstr(result)));
    }
}

}  // namespace

void register_functions(sqlite3* connection) {
    constexpr int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    constexpr int any_number = -1;
    require_ok(sqlite3_create_function_v2(connection, "crmkit_evaluate", any_number, flags, nullptr,
                                          evaluate, nullptr, nullptr, nullptr));
    register_row_function(connection);
    for (const AggregateFunction& function : aggregates) {
        auto* data = const_cast<AggregateFunction*>(&function);
        const bool is_pair = function.type == expr::TypeKind::money;
        for (const int arguments : {1, 2}) {
            if (arguments == 1 || is_pair) {
                require_ok(sqlite3_create_function_v2(connection, function.name, arguments, flags,
                                                      data, nullptr, aggregate_step,
                                                      aggregate_final, nullptr));
            }
        }
    }
}

int bind_program(sqlite3_stmt* statement, int index, std::shared_ptr<const Program> program,
                 std::shared_ptr<const Execution> execution) {
    auto bound =
        std::make_unique<BoundProgram>(BoundProgram{std::move(program), std::move(execution)});
    // SQLite destroys it also when it refuses to bind it.
    return sqlite3_bind_pointer(statement, index, bound.release(), program_pointer,
                                [](void* pointer) { delete static_cast<BoundProgram*>(pointer); });
}

int bind_whole(sqlite3_stmt* statement, int index, const ValueView& value) {
    switch (value.kind()) {
        case ValueKind::null:
        case ValueKind::text_list:
            return sqlite3_bind_null(statement, index);
        case ValueKind::text:
            return sqlite3_bind_text64(statement, index, value.text().data(), value.text().size(),
                                       SQLITE_TRANSIENT, SQLITE_UTF8);
        case ValueKind::money: {
            const PackedMoney packed = pack(value.money());
            return sqlite3_bind_blob(statement, index, packed.data(),
                                     static_cast<int>(packed.size()), SQLITE_TRANSIENT);
        }
        case ValueKind::link: {
            const PackedLink packed = pack(value.link());
            return sqlite3_bind_blob(statement, index, packed.data(),
                                     static_cast<int>(packed.size()), SQLITE_TRANSIENT);
        }
        case ValueKind::integer:
        case ValueKind::decimal:
        case ValueKind::boolean:
        case ValueKind::date:
        case ValueKind::instant:
        case ValueKind::id:
            return sqlite3_bind_int64(statement, index, value.integer());
    }
    return SQLITE_OK;
}

Value read_column(sqlite3_stmt* statement, int column, const expr::Type& type, bool is_packed) {
    if (type.is_pair() && !is_packed) {
        return pair(raw(statement, column), raw(statement, column + 1), type);
    }
    return single(raw(statement, column), type);
}

}  // namespace crmkit::sqlite

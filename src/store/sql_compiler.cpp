#include "sql_compiler.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "crmkit/base/error.hpp"
#include "crmkit/expr/aggregator.hpp"
#include "crmkit/expr/evaluator.hpp"
#include "crmkit/expr/order.hpp"
#include "crmkit/store/columns.hpp"
#include "sql_expressions.hpp"
#include "sqlite_connection.hpp"
#include "sqlite_row.hpp"

namespace crmkit::sqlite {

using expr::NodeKind;
using expr::TypeKind;

namespace {

/// Long paths in many places could pass SQLite's own limit of a million bytes.
constexpr std::size_t longest_statement = 900'000;

/// One SQL value to sort by; a sort key of money or a link in two columns is two of them.
struct SortPart {
    const expr::Node* node = nullptr;
    std::uint16_t key = 0;
    SlotPart part = SlotPart::whole;
    bool is_descending = false;
    bool can_be_null = true;
};

bool can_be_null(const expr::Node& node) {
    if (node.kind != NodeKind::path || node.path.steps.size() != 1) {
        return true;
    }
    const Field& field = *node.path.steps.front().first.field;
    return field.id != header::id && field.is_nullable();
}

std::vector<SortPart> sort_parts(const expr::Query& query) {
    std::vector<SortPart> parts;
    for (std::size_t i = 0; i < query.order.size(); ++i) {
        const expr::Node& node = query.order[i].value.root();
        SortPart part{.node = &node,
                      .key = static_cast<std::uint16_t>(i),
                      .is_descending = query.order[i].is_descending,
                      .can_be_null = can_be_null(node)};
        if (node.type.is_pair() && node.kind == NodeKind::path) {
            part.part = SlotPart::second;
            parts.push_back(part);
            part.part = SlotPart::first;
        } else if (node.type.kind == TypeKind::enumeration) {
            part.part = SlotPart::rank;
        }
        parts.push_back(part);
    }
    return parts;
}

/// How a sort value relates to the one that the page before ended with.
enum class Relation : std::uint8_t {
    equal,
    behind,
    null,
    not_null,
};

/// A range of a query's order behind a key: these relations hold for the first sort values.
struct Stage {
    std::vector<Relation> relations;
    /// All values together are behind the key as an SQL row value.
    bool is_row = false;
};

bool is_null_key(const SortPart& part, std::span<const Value> after) {
    return after[part.key].is_null();
}

/// Whether (a, b, id) > (?, ?, ?) is exactly what comes next: it is false for nulls, which come
/// first, so that only a descending order could miss any.
bool is_one_row_range(const std::vector<SortPart>& parts, std::span<const Value> after) {
    return std::all_of(parts.begin(), parts.end(), [&](const SortPart& part) {
        return part.is_descending == parts.front().is_descending && !is_null_key(part, after) &&
               !(part.is_descending && part.can_be_null);
    });
}

/// The ranges behind a key, in the order of the query. Each is a prefix of equalities and one
/// inequality, as an index wants it.
std::vector<Stage> stages(const std::vector<SortPart>& parts, std::span<const Value> after) {
    if (is_one_row_range(parts, after)) {
        return {Stage{.relations = {}, .is_row = true}};
    }
    std::vector<Stage> found;
    for (std::size_t last = parts.size(); last-- > 0;) {
        std::vector<Relation> prefix;
        for (std::size_t i = 0; i < last; ++i) {
            prefix.push_back(is_null_key(parts[i], after) ? Relation::null : Relation::equal);
        }
        const SortPart& part = parts[last];
        const auto add = [&](Relation relation) {
            found.push_back({prefix, false});
            found.back().relations.push_back(relation);
        };
        const bool is_null = is_null_key(part, after);
        if (is_null && !part.is_descending) {
            add(Relation::not_null);
        } else if (!is_null) {
            add(Relation::behind);
        }
        if (!is_null && part.is_descending && part.can_be_null) {
            add(Relation::null);
        }
    }
    return found;
}

/// Compiles one statement.
class StatementCompiler {
  public:
    StatementCompiler(const Entity& entity, const SelectOptions& options)
        : options_(options),
          expressions_(options.table_prefix),
          scope_(expressions_.make_scope(entity, nullptr)) {}

    /// `stage` is null for the first page.
    CompiledStatement select(const expr::Query& query, const std::vector<SortPart>& parts,
                             const Stage* stage) {
        const std::string selected = selection(query);
        std::string tail = where(query.filter);
        if (stage != nullptr) {
            tail += tail.empty() ? " WHERE " : " AND ";
            tail += behind(parts, *stage);
        }
        if (options_.selection != Selection::count) {
            tail += order_by(parts);
            tail += options_.has_limit ? limit() : std::string();
        }
        keep(query.filter);
        for (const expr::OrderTerm& term : query.order) {
            keep(term.value);
        }
        return finish("SELECT " + selected + expressions_.from(scope_) + tail);
    }

    CompiledStatement aggregation(const expr::Aggregation& aggregation) {
        const std::string selected = aggregated(aggregation);
        std::string tail = where(aggregation.filter);
        tail += group_by();
        tail += order_by(aggregation);
        tail += aggregation.limit ? limit() : std::string();
        keep(aggregation.filter);
        for (const expr::Measure& measure : aggregation.measures) {
            keep(measure.argument);
        }
        for (const expr::Expression& group : aggregation.group_by) {
            keep(group);
        }
        return finish("SELECT " + selected + expressions_.from(scope_) + tail);
    }

  private:
    // ---- SELECT

    std::string selection(const expr::Query& query) {
        if (options_.selection == Selection::count) {
            return "count(*)";
        }
        if (options_.selection == Selection::ids) {
            add_column(SqlExpressions::column(scope_, "id"));
        } else {
            add_column(row_columns(*query.entity, scope_.table.alias + ".", options_.most_arguments,
                                   options_.fields));
        }
        if (options_.has_keys) {
            for (const expr::OrderTerm& term : query.order) {
                add_output(expressions_.operand(term.value.root(), scope_), term.value.type());
            }
        }
        return std::move(selected_);
    }

    void add_column(const std::string& text) {
        selected_ += columns_++ == 0 ? "" : ", ";
        selected_ += text;
    }

    void add_output(const Operand& value, const expr::Type& type) {
        outputs_.push_back({type, columns_, !value.is_pair()});
        add_column(value.first + name_of(columns_));
        if (value.is_pair()) {
            add_column(value.second);
        }
    }

    /// No field can be called so; ORDER BY refers to it.
    static std::string name_of(int column) { return " AS \"=" + std::to_string(column) + "\""; }

    std::string aggregated(const expr::Aggregation& aggregation) {
        for (const expr::Measure& measure : aggregation.measures) {
            const bool has_argument = static_cast<bool>(measure.argument);
            const Operand argument =
                has_argument ? expressions_.operand(measure.argument.root(), scope_) : Operand();
            const expr::Type type = has_argument ? measure.argument.type() : expr::Type();
            add_output({aggregate_call(measure.kind, type, argument), {}}, measure.type);
        }
        first_key_ = columns_;
        for (const expr::Expression& group : aggregation.group_by) {
            add_output(expressions_.operand(group.root(), scope_), group.type());
        }
        first_split_ = columns_;
        for (const expr::Expression* money : expr::detail::currency_splits(aggregation)) {
            const Operand value = expressions_.operand(money->root(), scope_);
            add_column(value.is_pair() ? value.second : "substr(" + value.first + ", 1, 3)");
        }
        return std::move(selected_);
    }

    // ---- WHERE

    std::string where(const expr::Expression& filter) {
        std::string text;
        const auto add = [&text](const std::string& condition) {
            text += text.empty() ? " WHERE " : " AND ";
            text += condition;
        };
        if (options_.rows != Rows::all) {
            add(SqlExpressions::column(scope_, "deleted_at") +
                (options_.rows == Rows::live ? " IS NULL" : " IS NOT NULL"));
        }
        if (filter) {
            add(expressions_.condition(filter.root(), scope_));
        }
        for (std::size_t i = 0; i < options_.conditions.size(); ++i) {
            expressions_.set_source(i + 1);
            keep(options_.conditions[i]);
            add(expressions_.condition(options_.conditions[i].root(), scope_));
        }
        expressions_.set_source(0);
        return text;
    }

    std::string behind(const std::vector<SortPart>& parts, const Stage& stage) {
        if (stage.is_row) {
            return row_behind(parts);
        }
        std::string text;
        for (std::size_t i = 0; i < stage.relations.size(); ++i) {
            text += i == 0 ? "" : " AND ";
            text += sort_value(parts[i]);
            text += relation(parts[i], stage.relations[i]);
        }
        return text;
    }

    std::string relation(const SortPart& part, Relation relation) {
        switch (relation) {
            case Relation::equal:
                return " = " + after(part);
            case Relation::behind:
                return (part.is_descending ? " < " : " > ") + after(part);
            case Relation::null:
                return " IS NULL";
            case Relation::not_null:
                return " IS NOT NULL";
        }
        return {};
    }

    std::string row_behind(const std::vector<SortPart>& parts) {
        std::string text = "(";
        for (const SortPart& part : parts) {
            text += text.size() == 1 ? "" : ", ";
            text += sort_value(part);
        }
        text += parts.front().is_descending ? ") < (" : ") > (";
        for (std::size_t i = 0; i < parts.size(); ++i) {
            text += i == 0 ? "" : ", ";
            text += after(parts[i]);
        }
        return text + ")";
    }

    /// The "?" of the key that the page before ended with.
    std::string after(const SortPart& part) {
        return expressions_.slot(Slot{.kind = SlotKind::after,
                                      .part = part.part,
                                      .index = part.key,
                                      .type = part.node->type});
    }

    // ---- GROUP BY, ORDER BY, LIMIT

    std::string group_by() const {
        std::string text;
        for (int column = first_key_; column < columns_; ++column) {
            text += text.empty() ? " GROUP BY " : ", ";
            text += std::to_string(column + 1);
        }
        return text;
    }

    /// A value to sort by.
    std::string sort_value(const SortPart& part) {
        Operand value = expressions_.operand(*part.node, scope_);
        if (part.part == SlotPart::rank) {
            return rank_of(value.first, part.node->type);
        }
        return part.part == SlotPart::second ? std::move(value.second) : std::move(value.first);
    }

    /// The place of a label among those of its type.
    std::string rank_of(const std::string& label, const expr::Type& type) {
        std::string text = "CASE " + label;
        for (std::size_t i = 0; i < type.labels.size(); ++i) {
            text += " WHEN " +
                    expressions_.slot(Slot{.kind = SlotKind::label, .label = type.labels[i]});
            text += " THEN " + std::to_string(i);
        }
        return text + " END";
    }

    std::string order_by(const std::vector<SortPart>& parts) {
        std::string text;
        for (const SortPart& part : parts) {
            text += text.empty() ? " ORDER BY " : ", ";
            text += sort_value(part);
            text += part.is_descending ? " DESC" : "";
        }
        return text;
    }

    std::string order_by(const expr::Aggregation& aggregation) {
        std::string text;
        const auto add = [&text](const std::string& value, bool is_descending) {
            text += text.empty() ? " ORDER BY " : ", ";
            text += value;
            text += is_descending ? " DESC" : "";
        };
        const auto add_output = [&](std::size_t output, bool is_descending) {
            const OutputColumn& column = outputs_[output];
            if (column.type.kind == TypeKind::enumeration) {
                add(rank_of("\"=" + std::to_string(column.column) + "\"", column.type),
                    is_descending);
                return;
            }
            if (!column.is_packed) {
                add(std::to_string(column.column + 2), is_descending);
            }
            add(std::to_string(column.column + 1), is_descending);
        };
        for (const expr::ColumnOrder& term : aggregation.order) {
            add_output(term.column, term.is_descending);
        }
        for (std::size_t i = 0; i < aggregation.group_by.size(); ++i) {
            add_output(aggregation.measures.size() + i, false);
        }
        for (int split = first_split_; split < columns_; ++split) {
            add(std::to_string(split + 1), false);
        }
        return text;
    }

    std::string limit() { return " LIMIT " + expressions_.slot(Slot{.kind = SlotKind::limit}); }

    // ---- the whole

    void keep(const expr::Expression& expression) {
        if (expression) {
            kept_.push_back(expression);
        }
    }

    CompiledStatement finish(std::string sql) {
        if (sql.size() > longest_statement) {
            throw Error(ErrorCode::limit, "the query needs a statement of more than " +
                                              std::to_string(longest_statement) +
                                              " bytes in SQLite");
        }
        return {std::move(sql), expressions_.take_slots(), std::move(outputs_), std::move(kept_)};
    }

    const SelectOptions& options_;
    SqlExpressions expressions_;
    SqlScope scope_;
    std::string selected_;
    int columns_ = 0;
    /// Of an aggregation: the columns of the group keys, and of the currencies that split groups.
    int first_key_ = 0;
    int first_split_ = 0;
    std::vector<OutputColumn> outputs_;
    std::vector<expr::Expression> kept_;
};

// ---- binding

bool has_type(const ValueView& value, const expr::Type& type) {
    switch (value.kind()) {
        case ValueKind::null:
            return true;
        case ValueKind::text:
            return type.kind == TypeKind::text || type.kind == TypeKind::enumeration;
        case ValueKind::integer:
            return type.kind == TypeKind::integer;
        case ValueKind::decimal:
            return type.kind == TypeKind::decimal;
        case ValueKind::boolean:
            return type.kind == TypeKind::boolean;
        case ValueKind::money:
            return type.kind == TypeKind::money;
        case ValueKind::date:
            return type.kind == TypeKind::date;
        case ValueKind::instant:
            return type.kind == TypeKind::instant;
        case ValueKind::id:
            return type.kind == TypeKind::reference;
        case ValueKind::link:
            return type.kind == TypeKind::link;
        case ValueKind::text_list:
            return false;
    }
    return false;
}

/// Part of a value; a text is borrowed from it, or from the labels or currencies there are.
ValueView part_of(const ValueView& value, SlotPart part, const expr::Type& type) {
    if (value.is_null() || part == SlotPart::whole) {
        return value;
    }
    if (part == SlotPart::rank) {
        const auto rank = expr::detail::rank_of(value, type);
        return rank < 0 ? ValueView() : ValueView(static_cast<std::int64_t>(rank));
    }
    if (type.kind == TypeKind::money) {
        return part == SlotPart::first ? ValueView(value.money().minor_units)
                                       : ValueView(value.money().currency.code());
    }
    return part == SlotPart::first ? ValueView(value.link().id)
                                   : ValueView(std::int64_t{value.link().entity});
}

/// Whether a number is of the other kind than the column that it is compared with.
bool is_other_number(const ValueView& value, const expr::Type& type) {
    return (type.kind == TypeKind::integer && value.kind() == ValueKind::decimal) ||
           (type.kind == TypeKind::decimal && value.kind() == ValueKind::integer);
}

/// Binds such a number as one in the column's own steps, whole ones or billionths. One that lies
/// between two steps becomes the middle between them, one beyond all of them stays there: so it
/// compares with each step as it is, exactly, and an index serves it.
int bind_other_number(sqlite3_stmt* statement, int index, const ValueView& value) {
    constexpr double half = 0.5;
    constexpr double beyond = 1e19;
    if (value.kind() == ValueKind::integer) {
        const std::int64_t whole = value.integer();
        return whole >= -Decimal::largest_whole && whole <= Decimal::largest_whole
                   ? sqlite3_bind_int64(statement, index, Decimal::of(whole).billionths)
                   : sqlite3_bind_double(statement, index, whole < 0 ? -beyond : beyond);
    }
    const std::int64_t billionths = value.decimal().billionths;
    const std::int64_t rest = billionths % Decimal::one;
    const std::int64_t step = billionths / Decimal::one - (rest < 0 ? 1 : 0);
    return rest == 0 ? sqlite3_bind_int64(statement, index, step)
                     : sqlite3_bind_double(statement, index, static_cast<double>(step) + half);
}

/// Binds the slots of one execution.
class Binder {
  public:
    Binder(sqlite3_stmt* statement, const BindValues& values)
        : statement_(statement), values_(values) {}

    void bind(int index, const Slot& slot) {
        switch (slot.kind) {
            case SlotKind::constant:
                bind_constant(index, slot);
                return;
            case SlotKind::program:
                check(bind_program(statement_, index, slot.program, execution()));
                return;
            case SlotKind::label:
                check(sqlite3_bind_text64(statement_, index, slot.label.data(), slot.label.size(),
                                          SQLITE_STATIC, SQLITE_UTF8));
                return;
            case SlotKind::after:
                if (slot.index >= values_.after.size()) {
                    throw Error(ErrorCode::invalid_argument, "a page was bound without its keys");
                }
                bind_typed(index, slot, values_.after[slot.index].view());
                return;
            case SlotKind::limit:
                check(sqlite3_bind_int64(statement_, index, values_.limit));
                return;
        }
    }

  private:
    void check(int result) const { sqlite::check(sqlite3_db_handle(statement_), result); }

    void bind_constant(int index, const Slot& slot) {
        const bool is_given = slot.index < values_.parameters.size();
        const expr::Context context{
            values_.moment,
            is_given ? values_.parameters[slot.index] : std::span<const ValueView>(), nullptr};
        expr::Scratch scratch;
        const ValueView value = expr::detail::Evaluator(context, scratch).value(*slot.node, {});
        if (slot.node->kind == NodeKind::parameter && is_other_number(value, slot.type)) {
            check(bind_other_number(statement_, index, value));
        } else {
            bind_typed(index, slot, value);
        }
    }

    void bind_typed(int index, const Slot& slot, const ValueView& value) const {
        if (!has_type(value, slot.type)) {
            throw Error(ErrorCode::expression,
                        "a parameter is " + std::string(to_string(value.kind())) + " where " +
                            described(slot.type) + " is expected");
        }
        check(bind_whole(statement_, index, part_of(value, slot.part, slot.type)));
    }

    std::shared_ptr<const Execution> execution() {
        if (execution_ == nullptr) {
            auto execution = std::make_shared<Execution>();
            execution->moment = values_.moment;
            for (const std::span<const ValueView> parameters : values_.parameters) {
                const auto& values =
                    execution->values.emplace_back(parameters.begin(), parameters.end());
                execution->parameters.emplace_back(values.begin(), values.end());
            }
            execution_ = std::move(execution);
        }
        return execution_;
    }

    sqlite3_stmt* statement_;
    const BindValues& values_;
    std::shared_ptr<const Execution> execution_;
};

}  // namespace

void CompiledStatement::bind(sqlite3_stmt* statement, const BindValues& values) const {
    Binder binder(statement, values);
    for (std::size_t i = 0; i < slots.size(); ++i) {
        binder.bind(static_cast<int>(i) + 1, slots[i]);
    }
}

Value CompiledStatement::read(sqlite3_stmt* statement, std::size_t output) const {
    const OutputColumn& column = outputs[output];
    return read_column(statement, column.column, column.type, column.is_packed);
}

CompiledStatement compile_select(const expr::Query& query, const SelectOptions& options) {
    return StatementCompiler(*query.entity, options).select(query, sort_parts(query), nullptr);
}

std::vector<CompiledStatement> compile_page(const expr::Query& query, const SelectOptions& options,
                                            std::span<const Value> after) {
    if (after.size() != query.order.size()) {
        throw Error(ErrorCode::invalid_argument,
                    "the keys of a page are not those of its query's order");
    }
    const std::vector<SortPart> parts = sort_parts(query);
    std::vector<CompiledStatement> statements;
    for (const Stage& stage : stages(parts, after)) {
        statements.push_back(
            StatementCompiler(*query.entity, options).select(query, parts, &stage));
    }
    return statements;
}

CompiledStatement compile_aggregation(const expr::Aggregation& aggregation,
                                      const SelectOptions& options) {
    return StatementCompiler(*aggregation.entity, options).aggregation(aggregation);
}

}  // namespace crmkit::sqlite

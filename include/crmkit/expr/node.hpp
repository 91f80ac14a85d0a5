/// `expr::Node`: the tree of an expression. Built by the parser, completed by the checker, and
/// never changed after that, so that threads may share it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "crmkit/expr/function.hpp"
#include "crmkit/expr/type.hpp"

namespace crmkit::expr {

/// What a node computes from its operands.
enum class NodeKind : std::uint8_t {
    literal,
    parameter,
    path,      ///< a field, of this record or of one that references lead to
    children,  ///< exists, count, sum, … over a list of referring records
    convert,   ///< the operand as `type`: put in by the checker, not written
    negate,
    add,
    subtract,
    multiply,
    divide,
    concat,  ///< a || b || …
    equal,
    not_equal,
    less,
    less_equal,
    greater,
    greater_equal,
    between,
    in,
    is_null,
    is_entity,  ///< whether a polymorphic reference points at a record of one entity
    logical_not,
    logical_and,  ///< of two or more
    logical_or,   ///< of two or more
    call,         ///< of `function`, by its form
};

/// What is computed over a list of child records or a group of rows.
enum class AggregateKind : std::uint8_t {
    exists,  ///< over children only
    count,
    sum,
    min,
    max,
    avg,
};

inline constexpr std::size_t aggregate_kinds = 6;

constexpr std::string_view to_string(AggregateKind kind) {
    constexpr std::string_view names[] = {"exists", "count", "sum", "min", "max", "avg"};
    return names[static_cast<std::size_t>(kind)];
}

/// A name as written, with its place in the text. Borrows from the text while it is parsed.
struct Name {
    std::string_view text{};
    std::uint32_t position = 0;
    /// Written in double quotes: never a keyword.
    bool is_quoted = false;
};

/// A field of one of the entities that a step of a path may be at.
struct PathField {
    const Entity* entity = nullptr;
    const Field* field = nullptr;

    friend bool operator==(const PathField&, const PathField&) = default;
};

/// One step of a path: the field by its name, in each entity where the reference before it may
/// lead. Usually that is one entity.
struct PathStep {
    PathField first{};
    std::vector<PathField> others{};

    [[nodiscard]] const Field* field_in(const Entity& entity) const {
        if (first.entity == &entity) {
            return first.field;
        }
        for (const PathField& other : others) {
            if (other.entity == &entity) {
                return other.field;
            }
        }
        return nullptr;
    }
    friend bool operator==(const PathStep&, const PathStep&) = default;
};

/// Where a value is found, seen from a record: up through `levels` outer records (`parent.`), then
/// along the references of all steps but the last, to the field of the last.
struct Path {
    std::uint32_t levels = 0;
    std::vector<PathStep> steps{};

    friend bool operator==(const Path&, const Path&) = default;
};

/// More entities than this in one step are looked up one by one in SQL rather than joined.
inline constexpr std::size_t most_joined_targets = 3;

struct Node;
using NodePointer = std::unique_ptr<Node>;

/// `sum(account.opportunities.amount where …)`: a computation over child records.
struct ChildList {
    AggregateKind kind = AggregateKind::exists;
    /// The reference to the record whose children are meant; no steps when it is this record.
    Path owner{};
    /// The entity of the children, and its reference field that makes them children.
    const Entity* from = nullptr;
    const Field* reference = nullptr;
    /// The entity that has the children.
    const Entity* of = nullptr;
    /// In the children's scope; null when there is none.
    NodePointer argument{};
    NodePointer condition{};
};

/// One node. Only the members that its kind names are filled.
struct Node {
    NodeKind kind = NodeKind::literal;
    Type type{};
    /// Byte offset in the text, for messages.
    std::uint32_t position = 0;
    /// literal, parameter: bytes in the text, from the position on.
    std::uint32_t length = 0;
    /// No record is needed to compute it: the same for all rows of one query.
    bool is_constant = false;
    /// path, children: number among the distinct ones of its scope.
    std::uint16_t leaf = 0;
    /// Nesting of the tree below, 1 for a leaf.
    std::uint16_t depth = 1;
    /// How many child lists and wide polymorphic steps are nested at most in it.
    std::uint16_t subqueries = 0;
    /// parameter: its number. is_entity: the entity's number.
    std::uint16_t index = 0;
    /// is_entity: the entity. literal: that of a link.
    const Entity* entity = nullptr;

    std::vector<NodePointer> operands{};
    Value literal{};                        ///< literal
    std::string fold{};                     ///< match: the folded second operand if it is literal
    std::vector<Name> names{};              ///< path, children: as written; emptied by the checker
    Path path{};                            ///< path
    const Function* function = nullptr;     ///< call
    std::unique_ptr<ChildList> children{};  ///< children
};

}  // namespace crmkit::expr

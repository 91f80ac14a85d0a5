/// The evaluator: what an expression is for one record, in memory.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "crmkit/expr/accumulator.hpp"
#include "crmkit/expr/context.hpp"
#include "crmkit/expr/expression.hpp"
#include "crmkit/expr/functions.hpp"

namespace crmkit::expr {

namespace detail {

/// What paths of one scope are read from.
struct Frame {
    /// Null for constants, and where `leaves` are given.
    const RecordView* record = nullptr;
    const Frame* outer = nullptr;
    /// The values of the scope's paths and child lists by leaf number, when a backend has computed
    /// them already; null otherwise.
    const ValueView* leaves = nullptr;
};

inline ValueView truth(std::optional<bool> value) {
    return value ? ValueView(*value) : ValueView();
}

inline std::optional<bool> truth_of(const ValueView& value) {
    return value.is_null() ? std::nullopt : std::optional(value.boolean());
}

/// Evaluates nodes. Borrows what it is given; the values it returns live as long as that.
class Evaluator {
  public:
    Evaluator(const Context& context, Scratch& scratch) : context_(context), scratch_(scratch) {}

    ValueView value(const Node& node, const Frame& frame) {
        switch (node.kind) {
            case NodeKind::literal:
                return node.literal.view();
            case NodeKind::parameter:
                return parameter(node);
            case NodeKind::path:
                return frame.leaves != nullptr ? frame.leaves[node.leaf] : path(node.path, frame);
            case NodeKind::children:
                return frame.leaves != nullptr ? frame.leaves[node.leaf] : children(node, frame);
            case NodeKind::convert:
                return convert(node, value(*node.operands[0], frame));
            case NodeKind::negate:
                return negate(value(*node.operands[0], frame));
            case NodeKind::add:
                return add(value(*node.operands[0], frame), value(*node.operands[1], frame));
            case NodeKind::subtract:
                return subtract(value(*node.operands[0], frame), value(*node.operands[1], frame));
            case NodeKind::multiply:
                return multiply(value(*node.operands[0], frame), value(*node.operands[1], frame));
            case NodeKind::divide:
                return divide(value(*node.operands[0], frame), value(*node.operands[1], frame));
            case NodeKind::concat:
                return concat_strictly(node, frame);
            case NodeKind::equal:
            case NodeKind::not_equal:
            case NodeKind::less:
            case NodeKind::less_equal:
            case NodeKind::greater:
            case NodeKind::greater_equal:
                return truth(holds(node.kind, value(*node.operands[0], frame),
                                   value(*node.operands[1], frame)));
            case NodeKind::between:
                return between(node, frame);
            case NodeKind::in:
                return in(node, frame);
            case NodeKind::is_null:
                return ValueView(value(*node.operands[0], frame).is_null());
            case NodeKind::is_entity: {
                const ValueView link = value(*node.operands[0], frame);
                return ValueView(!link.is_null() && link.link().entity == node.index);
            }
            case NodeKind::logical_not: {
                const ValueView operand = value(*node.operands[0], frame);
                return operand.is_null() ? operand : ValueView(!operand.boolean());
            }
            case NodeKind::logical_and:
                return connect(node, frame, false);
            case NodeKind::logical_or:
                return connect(node, frame, true);
            case NodeKind::call:
                return call(node, frame);
        }
        return {};
    }

    /// Whether a condition is true; null is not.
    bool is_true(const Node& node, const Frame& frame) {
        const ValueView result = value(node, frame);
        return !result.is_null() && result.boolean();
    }

  private:
    [[nodiscard]] ValueView parameter(const Node& node) const {
        if (node.index >= context_.parameters.size()) {
            throw Error(ErrorCode::expression,
                        "an expression with parameters was evaluated without their values");
        }
        return context_.parameters[node.index];
    }

    static ValueView convert(const Node& node, const ValueView& operand) {
        if (operand.is_null()) {
            return operand;
        }
        if (node.type.kind == TypeKind::decimal) {
            return operand.kind() == ValueKind::decimal ? operand
                                                        : as_decimal(narrowed(billionths(operand)));
        }
        if (node.type.kind == TypeKind::instant) {
            return as_instant(int128(operand.date().days) * int128(Instant::per_day));
        }
        return ValueView(Link{node.index, operand.id()});
    }

    // ---- other records

    [[nodiscard]] const RecordSource& records() const {
        if (context_.records == nullptr) {
            throw Error(
                ErrorCode::invalid_argument,
                "an expression over related records was evaluated without a source of them");
        }
        return *context_.records;
    }

    static const Frame& outwards(const Frame& frame, std::uint32_t levels) {
        const Frame* home = &frame;
        for (; levels > 0; --levels) {
            home = home->outer;
        }
        return *home;
    }

    ValueView path(const Path& path, const Frame& frame) {
        const RecordView& record = *outwards(frame, path.levels).record;
        const PathField* at = &path.steps.front().first;
        ValueView value = record.get(*at->field);
        for (std::size_t i = 1; i < path.steps.size() && !value.is_null(); ++i) {
            at = target(path.steps[i], value);
            if (at == nullptr) {
                return {};
            }
            const Id id = value.kind() == ValueKind::link ? value.link().id : value.id();
            const auto next = records().find(*at->entity, id);
            value = next ? next->get(*at->field) : ValueView();
        }
        return value;
    }

    /// Which alternative of a step a reference leads to; null for an entity that is none of them.
    static const PathField* target(const PathStep& step, const ValueView& reference) {
        if (reference.kind() == ValueKind::id ||
            step.first.entity->number == reference.link().entity) {
            return &step.first;
        }
        for (const PathField& other : step.others) {
            if (other.entity->number == reference.link().entity) {
                return &other;
            }
        }
        return nullptr;
    }

    /// Adds up the children that meet the condition.
    class ChildVisitor final : public RecordSource::Visitor {
      public:
        ChildVisitor(Evaluator& evaluator, const ChildList& list, const Frame& outer)
            : evaluator_(evaluator), list_(list), outer_(outer), total_(list.kind) {}

        bool visit(const RecordView& record) override {
            const Frame frame{&record, &outer_, nullptr};
            if (list_.condition == nullptr || evaluator_.is_true(*list_.condition, frame)) {
                if (list_.argument == nullptr) {
                    total_.add_record();
                } else {
                    total_.add(evaluator_.value(*list_.argument, frame));
                }
            }
            return list_.kind != AggregateKind::exists || !total_.result().boolean();
        }

        [[nodiscard]] const Accumulator& total() const { return total_; }

      private:
        Evaluator& evaluator_;
        const ChildList& list_;
        const Frame& outer_;
        Accumulator total_;
    };

    ValueView children(const Node& node, const Frame& frame) {
        const ChildList& list = *node.children;
        ChildVisitor visitor(*this, list, frame);
        const Frame& home = outwards(frame, list.owner.levels);
        const ValueView owner = list.owner.steps.empty()
                                    ? home.record->get(list.of->fields[header::id - 1])
                                    : path(list.owner, frame);
        if (!owner.is_null()) {
            records().visit_children(*list.from, *list.reference, Link{list.of->number, owner.id()},
                                     visitor);
        }
        const ValueView result = visitor.total().result();
        return result.kind() == ValueKind::text ? scratch_.keep(std::string(result.text()))
                                                : result;
    }

    // ---- conditions

    static std::optional<bool> holds(NodeKind comparison, const ValueView& a, const ValueView& b) {
        const auto order = compare(a, b);
        if (!order) {
            return std::nullopt;
        }
        return comparison == NodeKind::equal        ? *order == 0
               : comparison == NodeKind::not_equal  ? *order != 0
               : comparison == NodeKind::less       ? *order < 0
               : comparison == NodeKind::less_equal ? *order <= 0
               : comparison == NodeKind::greater    ? *order > 0
                                                    : *order >= 0;
    }

    ValueView between(const Node& node, const Frame& frame) {
        const ValueView subject = value(*node.operands[0], frame);
        const auto low = holds(NodeKind::greater_equal, subject, value(*node.operands[1], frame));
        const auto high = holds(NodeKind::less_equal, subject, value(*node.operands[2], frame));
        if (low == false || high == false) {
            return ValueView(false);
        }
        return low && high ? ValueView(true) : ValueView();
    }

    ValueView in(const Node& node, const Frame& frame) {
        const ValueView subject = value(*node.operands[0], frame);
        bool is_unknown = false;
        for (std::size_t i = 1; i < node.operands.size(); ++i) {
            const auto order = compare(subject, value(*node.operands[i], frame));
            if (order && *order == 0) {
                return ValueView(true);
            }
            is_unknown = is_unknown || !order;
        }
        return is_unknown ? ValueView() : ValueView(false);
    }

    /// "and" is decided by false, "or" by true.
    ValueView connect(const Node& node, const Frame& frame, bool decisive) {
        bool is_unknown = false;
        for (const NodePointer& operand : node.operands) {
            const auto part = truth_of(value(*operand, frame));
            if (part == decisive) {
                return ValueView(decisive);
            }
            is_unknown = is_unknown || !part;
        }
        return is_unknown ? ValueView() : ValueView(!decisive);
    }

    // ---- calls

    ValueView concat_strictly(const Node& node, const Frame& frame) {
        std::vector<ValueView> parts;
        parts.reserve(node.operands.size());
        for (const NodePointer& operand : node.operands) {
            parts.push_back(value(*operand, frame));
            if (parts.back().is_null()) {
                return {};
            }
        }
        return concat(Call{parts, scratch_, context_.moment});
    }

    ValueView call(const Node& node, const Frame& frame) {
        const Function& function = *node.function;
        switch (function.form) {
            case FunctionForm::match:
                return match(node, frame);
            case FunctionForm::conditional:
                return value(*node.operands[is_true(*node.operands[0], frame) ? 1 : 2], frame);
            case FunctionForm::coalesce:
                for (const NodePointer& operand : node.operands) {
                    const ValueView result = value(*operand, frame);
                    if (!result.is_null()) {
                        return result;
                    }
                }
                return {};
            case FunctionForm::ordinary:
            case FunctionForm::null_aware:
                break;
        }
        constexpr std::size_t most_on_stack = 4;
        if (node.operands.size() <= most_on_stack) {
            std::array<ValueView, most_on_stack> arguments;
            return call_with({arguments.data(), node.operands.size()}, node, frame);
        }
        std::vector<ValueView> arguments(node.operands.size());
        return call_with(arguments, node, frame);
    }

    ValueView call_with(std::span<ValueView> arguments, const Node& node, const Frame& frame) {
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            arguments[i] = value(*node.operands[i], frame);
            if (arguments[i].is_null() && node.function->form == FunctionForm::ordinary) {
                return {};
            }
        }
        return node.function->implementation(Call{arguments, scratch_, context_.moment});
    }

    ValueView match(const Node& node, const Frame& frame) {
        const ValueView subject = value(*node.operands[0], frame);
        const ValueView part = value(*node.operands[1], frame);
        if (subject.is_null() || part.is_null()) {
            return {};
        }
        std::string_view pattern = node.fold;
        if (node.operands[1]->kind != NodeKind::literal) {
            pattern = folded(1, part.text());
        }
        if (subject.kind() != ValueKind::text_list) {
            return ValueView(node.function->match(folded(0, subject.text()), pattern));
        }
        for (const std::string& item : subject.list()) {
            if (folded(0, item) == pattern) {
                return ValueView(true);
            }
        }
        return ValueView(false);
    }

    std::string_view folded(std::size_t buffer, std::string_view text) {
        scratch_.folds[buffer].clear();
        fold_into(scratch_.folds[buffer], text);
        return scratch_.folds[buffer];
    }

    const Context& context_;
    Scratch& scratch_;
};

}  // namespace detail

/// The value of an expression for a record of its entity.
/// Throws Error(expression) when parameters are missing in the context, Error(invalid_argument)
/// when the expression reads other records and the context has no source of them, and what that
/// source throws.
inline Value evaluate(const Expression& expression, const RecordView& record,
                      const Context& context) {
    Scratch scratch;
    return Value(detail::Evaluator(context, scratch).value(expression.root(), {.record = &record}));
}

/// Whether a condition is true for a record; no condition always is. Throws as evaluate() does.
inline bool matches(const Expression& condition, const RecordView& record, const Context& context) {
    if (!condition) {
        return true;
    }
    Scratch scratch;
    return detail::Evaluator(context, scratch).is_true(condition.root(), {.record = &record});
}

/// Whether a record meets the query's condition. Whether it is live is not asked here.
inline bool matches(const Query& query, const RecordView& record, const Context& context) {
    return matches(query.filter, record, context);
}

}  // namespace crmkit::expr

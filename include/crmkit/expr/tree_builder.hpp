/// Makes the nodes of a tree within the limits of size and depth.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "crmkit/expr/token_reader.hpp"

namespace crmkit::expr::detail {

/// A TokenReader that builds a tree from what it reads.
class TreeBuilder : protected TokenReader {
  public:
    using TokenReader::TokenReader;

  protected:
    /// Counts the nesting of the text for as long as it lives.
    class Nesting {
      public:
        explicit Nesting(TreeBuilder& builder) : builder_(builder) {
            if (++builder_.depth_ > limits::depth) {
                builder_.fail_here("nested more than " + std::to_string(limits::depth) +
                                   " deep at this place");
            }
        }
        Nesting(const Nesting&) = delete;
        Nesting& operator=(const Nesting&) = delete;
        ~Nesting() { --builder_.depth_; }

      private:
        TreeBuilder& builder_;
    };

    NodePointer make(NodeKind kind, std::uint32_t position) {
        if (++nodes_ > limits::nodes) {
            fail_at(
                position, {},
                "an expression may not have more than " + std::to_string(limits::nodes) + " parts");
        }
        auto node = std::make_unique<Node>();
        node->kind = kind;
        node->position = position;
        return node;
    }

    void add_operand(Node& node, NodePointer operand) {
        const std::size_t depth = std::size_t{operand->depth} + 1;
        if (depth > limits::depth) {
            fail_at(node.position, {},
                    "the expression is nested more than " + std::to_string(limits::depth) +
                        " deep; a long sum nests once for each sign");
        }
        node.depth = std::max(node.depth, static_cast<std::uint16_t>(depth));
        node.operands.push_back(std::move(operand));
    }

    template <typename... Operands>
    NodePointer make(NodeKind kind, std::uint32_t position, NodePointer first,
                     Operands... operands) {
        NodePointer node = make(kind, position);
        add_operand(*node, std::move(first));
        (add_operand(*node, std::move(operands)), ...);
        return node;
    }

    /// A literal that begins with `token` and ends before the byte `end` of the text.
    NodePointer make_literal(const Token& token, std::uint32_t end, TypeKind type, Value value) {
        NodePointer node = make(NodeKind::literal, token.position);
        node->length = end - token.position;
        node->type = type;
        node->literal = std::move(value);
        return node;
    }
    NodePointer make_literal(const Token& token, TypeKind type, Value value) {
        return make_literal(token, token.end, type, std::move(value));
    }

    /// "a and b and c" as one node, also when some of it stands in parentheses.
    NodePointer joined(NodeKind kind, std::uint32_t position, NodePointer left, NodePointer right) {
        if (left->kind != kind) {
            left = make(kind, position, std::move(left));
        }
        if (right->kind == kind) {
            for (NodePointer& operand : right->operands) {
                add_operand(*left, std::move(operand));
            }
        } else {
            add_operand(*left, std::move(right));
        }
        return left;
    }

  private:
    std::size_t depth_ = 0;
    std::size_t nodes_ = 0;
};

}  // namespace crmkit::expr::detail

/// `expr::Context`: everything an evaluation knows beside the record itself.
#pragma once

#include <optional>
#include <span>

#include "crmkit/expr/function.hpp"
#include "crmkit/schema/record.hpp"

namespace crmkit::expr {

/// Where an evaluation finds other records. Implementations decide on threads for themselves.
class RecordSource {
  public:
    /// Is shown one record after the other.
    class Visitor {
      public:
        Visitor() = default;
        Visitor(const Visitor&) = delete;
        Visitor& operator=(const Visitor&) = delete;
        virtual ~Visitor() = default;
        /// False when it has seen enough. The view is valid during the call.
        virtual bool visit(const RecordView& record) = 0;
    };

    RecordSource() = default;
    RecordSource(const RecordSource&) = delete;
    RecordSource& operator=(const RecordSource&) = delete;
    virtual ~RecordSource() = default;

    /// The record, live or deleted; nothing when there is none. The view is valid until the
    /// evaluation is over.
    virtual std::optional<RecordView> find(const Entity& entity, Id id) const = 0;
    /// Shows every live record of `entity` whose reference `field` points at `parent`, in any
    /// order. A plain reference compares by id, a polymorphic one by entity and id.
    virtual void visit_children(const Entity& entity, const Field& field, Link parent,
                                Visitor& visitor) const = 0;
};

/// The present, the parameters and the other records. Borrows all of them.
struct Context {
    Moment moment{};
    /// By parameter number, as bind() made them; see expr/parameters.hpp.
    std::span<const ValueView> parameters{};
    /// Only needed by expressions with paths over references or child lists.
    const RecordSource* records = nullptr;
};

}  // namespace crmkit::expr

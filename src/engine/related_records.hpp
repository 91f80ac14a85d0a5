/// `RelatedRecords`: the records around one, for an expression that is evaluated over it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "crmkit/engine/session.hpp"
#include "crmkit/expr/evaluator.hpp"

namespace crmkit::engine {

/// What an expression needs beside its record, read by a session: the records that paths lead to,
/// which are remembered, and children.
class RelatedRecords final : public expr::RecordSource {
  public:
    explicit RelatedRecords(Session& session) : session_(session) {}

    std::optional<RecordView> find(const Entity& entity, Id id) const override {
        const auto [at, is_new] = known_.try_emplace({entity.number, id});
        if (is_new) {
            auto record = std::make_unique<Record>(entity);
            if (session_.try_read(entity, id, record->object(), Deleted::shown)) {
                at->second = std::move(record);
            }
        }
        return at->second ? std::optional<RecordView>(*at->second) : std::nullopt;
    }
    void visit_children(const Entity& entity, const Field& field, Link parent,
                        Visitor& visitor) const override {
        const ValueView target =
            field.type() == FieldType::reference ? ValueView(parent.id) : ValueView(parent);
        const auto children = session_.stream(entity, std::string(field.name) + " = :parent",
                                              {{"parent", Value(target)}});
        Record record(entity);
        while (children->next(record.object()) &&
               visitor.visit(RecordView(entity, record.object()))) {
        }
    }
    /// Makes room when there are many. Only while no view of a record is in use.
    void forget_some() {
        constexpr std::size_t most = 20'000;
        if (known_.size() > most) {
            known_.clear();
        }
    }

  private:
    Session& session_;
    mutable std::map<std::pair<EntityNumber, Id>, std::unique_ptr<Record>> known_;
};

}  // namespace crmkit::engine

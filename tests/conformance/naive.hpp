/// Queries answered the slow way: every record looked at, everything sorted. What backends must
/// equal.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conformance/specimen.hpp"
#include "crmkit/expr/aggregator.hpp"
#include "crmkit/expr/order.hpp"
#include "crmkit/expr/parameters.hpp"
#include "crmkit/expr/parse.hpp"
#include "crmkit/schema/value_text.hpp"
#include "crmkit/store/storage.hpp"

namespace crmkit::conformance {

/// Records by entity and id, as a plain list.
class NaiveRecords final : public expr::RecordSource {
  public:
    void put(const Record& record) {
        const auto& entity = static_cast<const Entity&>(record.structure());
        records_.insert_or_assign({entity.number, header_of(record).id()}, record);
    }
    template <RecordType T>
    void put(const T& record) {
        put(Record(record));
    }
    Record* edit(const Entity& entity, Id id) {
        const auto found = records_.find({entity.number, id});
        return found == records_.end() ? nullptr : &found->second;
    }
    void erase(const Entity& entity, Id id) { records_.erase({entity.number, id}); }

    std::optional<RecordView> find(const Entity& entity, Id id) const override {
        const auto found = records_.find({entity.number, id});
        return found == records_.end() ? std::nullopt : std::optional<RecordView>(found->second);
    }
    void visit_children(const Entity& entity, const Field& field, Link parent,
                        Visitor& visitor) const override {
        const ValueView wanted = field.type() == FieldType::polymorphic_reference
                                     ? ValueView(parent)
                                     : ValueView(parent.id);
        for (const Record* record : live(entity)) {
            if (record->get(field) == wanted && !visitor.visit(*record)) {
                return;
            }
        }
    }

    [[nodiscard]] std::vector<const Record*> live(const Entity& entity) const {
        std::vector<const Record*> found;
        for (const auto& [key, record] : records_) {
            if (key.first == entity.number && !header_of(record).deleted_at()) {
                found.push_back(&record);
            }
        }
        return found;
    }

    [[nodiscard]] std::vector<const Record*> scan(const expr::Query& query,
                                                  const QueryArguments& arguments) const {
        const expr::Context context{expr::Moment(arguments.now), arguments.parameters, this};
        std::vector<std::pair<std::vector<Value>, const Record*>> sorted;
        for (const Record* record : live(*query.entity)) {
            auto keys = expr::keys_of(query, *record, context);
            const bool is_after =
                arguments.after.empty() || expr::compare_keys(query, keys, arguments.after) > 0;
            if (is_after && expr::matches(query, *record, context)) {
                sorted.emplace_back(std::move(keys), record);
            }
        }
        std::sort(sorted.begin(), sorted.end(), [&query](const auto& a, const auto& b) {
            return expr::compare_keys(query, a.first, b.first) < 0;
        });
        std::vector<const Record*> found;
        for (const auto& [keys, record] : sorted) {
            if (!query.limit || static_cast<std::int64_t>(found.size()) < *query.limit) {
                found.push_back(record);
            }
        }
        return found;
    }

    [[nodiscard]] std::vector<std::vector<Value>> aggregate(const expr::Aggregation& aggregation,
                                                            const QueryArguments& arguments) const {
        const expr::Context context{expr::Moment(arguments.now), arguments.parameters, this};
        expr::Aggregator aggregator(aggregation);
        for (const Record* record : live(*aggregation.entity)) {
            aggregator.add(*record, context);
        }
        return aggregator.rows();
    }

  private:
    std::map<std::pair<EntityNumber, Id>, Record> records_;
};

/// A moment for queries that ask for the present.
inline constexpr Instant some_now{1'764'000'000'123'456};

/// A query text with the values of its parameters.
struct Question {
    std::string_view text{};
    std::vector<expr::Binding> bindings{};
};

/// The ids of records, in their order: "3 1 2".
template <typename Records>
std::string ids_of(const Records& records) {
    std::string out;
    for (const auto& record : records) {
        out += (out.empty() ? "" : " ") + to_string(header_of(*record).id());
    }
    return out;
}

/// The fields that a cursor shows otherwise than it has read them into a record; none if all is
/// well.
inline std::string differing_values(Cursor& cursor, const Entity& entity, const Record& record) {
    std::string out;
    for (std::size_t i = 0; i < entity.fields.size(); ++i) {
        if (!(cursor.value(i) == record.get(entity.fields[i]))) {
            out += std::string(entity.fields[i].name) + " ";
        }
    }
    return out;
}

/// All records that a cursor shows.
inline std::vector<std::unique_ptr<Record>> read_all(Cursor& cursor, const Entity& entity) {
    std::vector<std::unique_ptr<Record>> found;
    for (;;) {
        auto record = std::make_unique<Record>(entity);
        if (!cursor.next(record->object())) {
            return found;
        }
        CHECK(differing_values(cursor, entity, *record) == "");
        found.push_back(std::move(record));
    }
}

/// The ids that a backend answers a question with.
inline std::string ask(Storage& storage, const Entity& entity, const Question& question,
                       std::span<const Value> after = {}, const Registry& entities = registry()) {
    const expr::Query query = expr::parse_query(entities, entity, question.text);
    const auto bound = expr::bind(*query.parameters, question.bindings);
    const auto cursor = storage.scan(query, {bound.views(), some_now, after});
    return ids_of(read_all(*cursor, entity));
}

/// The rows of an aggregation as text, a line each: "2, 30.00 EUR".
inline std::string rows_as_text(const std::vector<std::vector<Value>>& rows) {
    std::string out;
    for (const auto& row : rows) {
        std::string line;
        for (const Value& value : row) {
            line += (line.empty() ? "" : ", ") +
                    (value.is_null() ? std::string("null") : to_text(value.view()));
        }
        out += line + "\n";
    }
    return out;
}

inline std::string ask_rows(Storage& storage, const Entity& entity, const Question& question,
                            const Registry& entities = registry()) {
    const expr::Aggregation aggregation = expr::parse_aggregation(entities, entity, question.text);
    const auto bound = expr::bind(*aggregation.parameters, question.bindings);
    return rows_as_text(storage.aggregate(aggregation, {bound.views(), some_now, {}}));
}

}  // namespace crmkit::conformance

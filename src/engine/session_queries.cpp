/// Session's queries: texts to cursors, pages and tables.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "crmkit/engine/session.hpp"
#include "crmkit/expr/cursor_token.hpp"
#include "crmkit/expr/order.hpp"
#include "crmkit/expr/parameters.hpp"
#include "crmkit/expr/parse.hpp"
#include "crmkit/expr/printer.hpp"
#include "crmkit/schema/conversion.hpp"
#include "crmkit/schema/index_fields.hpp"
#include "crmkit/store/packed_record.hpp"
#include "session_cursor.hpp"
#include "session_state.hpp"

namespace crmkit {

using engine::ReadScope;

namespace {

constexpr std::size_t largest_page = 10'000;

/// Whether a parameter stands beside a reference to records of several entities.
bool is_link(const expr::Parameters& declared, std::string_view name) {
    return std::any_of(declared.begin(), declared.end(), [name](const expr::Parameter& parameter) {
        return parameter.name == name && parameter.type.kind == expr::TypeKind::link;
    });
}

/// A text such as "user/123" as the link that it stands for; any other as it is.
ValueView link_or_text(const Registry& registry, const ValueView& text) {
    const auto link = link_from_text(registry, text.text());
    return link ? ValueView(*link) : text;
}

expr::BoundParameters bind(const Registry& registry, const expr::Parameters& declared,
                           const Parameters& given) {
    return expr::bind_all(declared, [&](const auto& give) {
        for (const Parameter& parameter : given) {
            const bool may_be_link = parameter.value.view().kind() == ValueKind::text &&
                                     is_link(declared, parameter.name);
            give(parameter.name, may_be_link ? link_or_text(registry, parameter.value.view())
                                             : parameter.value.view());
        }
    });
}

/// The records of a query.
class QueryStream final : public RecordStream {
  public:
    QueryStream(engine::SessionState& state, std::shared_ptr<const expr::Query> query,
                const QueryArguments& arguments)
        : query_(std::move(query)),
          fields_(copy_of(arguments.fields)),
          cursor_(state, [&](Storage& storage) { return storage.scan(*query_, arguments); }) {}
    using RecordStream::next;
    bool next() override { return cursor_.next(); }
    void read(void* object) override { cursor_->read(object); }
    ValueView value(std::size_t index) override { return cursor_->value(index); }
    PackedRow packed() override {
        return cursor_->packed(*query_->entity, fields_ ? &*fields_ : nullptr);
    }

  private:
    std::shared_ptr<const expr::Query> query_;
    std::optional<FieldSet> fields_;
    engine::SessionCursor cursor_;
};

/// The live records of a list of ids.
class ListStream final : public RecordStream {
  public:
    ListStream(engine::SessionState& state, const Entity& entity, std::span<const Id> ids,
               const FieldSet* fields)
        : entity_(entity),
          ids_(ids.begin(), ids.end()),
          fields_(copy_of(fields)),
          cursor_(state, [&](Storage& storage) { return records(storage); }) {}
    using RecordStream::next;
    bool next() override {
        while (cursor_.next()) {
            if (cursor_->value(header::deleted_at - 1U).is_null()) {
                return true;
            }
        }
        return false;
    }
    void read(void* object) override { cursor_->read(object); }
    ValueView value(std::size_t index) override { return cursor_->value(index); }
    PackedRow packed() override {
        if (!fields_) {
            return cursor_->packed(entity_, nullptr);
        }
        packed_.clear();  // the cursor has one field more
        pack_fields(
            entity_, &*fields_, [this](std::size_t index) { return value(index); }, packed_);
        return PackedRow(packed_.data());
    }

  private:
    std::unique_ptr<Cursor> records(Storage& storage) {
        if (!fields_) {
            return storage.get_many(entity_, ids_);
        }
        FieldSet looked_at = *fields_;
        looked_at.add(header::deleted_at - 1U);
        return storage.get_many(entity_, ids_, &looked_at);
    }

    const Entity& entity_;
    std::vector<Id> ids_;
    std::optional<FieldSet> fields_;
    engine::SessionCursor cursor_;
    std::string packed_;
};

/// Ids by the entity that they are of.
using References = std::map<EntityNumber, std::vector<Id>>;

/// Adds the ids that a reference field of some records holds.
void add_references(References& found, const Registry& registry, const Field& field,
                    std::span<const void* const> objects) {
    for (const void* object : objects) {
        if (const Link link = registry.link_of(field, field.get(object))) {
            found[link.entity].push_back(link.id);
        }
    }
}

/// The records that a sort key reaches by paths, read from the storage.
class StoredRecords final : public expr::RecordSource {
  public:
    StoredRecords(Storage& storage, const Registry& registry, Instant now)
        : storage_(storage), registry_(registry), now_(now) {}

    std::optional<RecordView> find(const Entity& entity, Id id) const override {
        const auto [at, is_new] = found_.try_emplace({entity.number, id}, entity);
        if (is_new && !storage_.get(entity, id, at->second.object())) {
            found_.erase(at);
            return std::nullopt;
        }
        return RecordView(entity, at->second.object());
    }
    void visit_children(const Entity& entity, const Field& field, Link parent,
                        Visitor& visitor) const override {
        const auto query =
            expr::parse_query(registry_, entity, fmt::format("{} = :parent", field.name));
        const ValueView target =
            field.type() == FieldType::reference ? ValueView(parent.id) : ValueView(parent);
        const auto cursor = storage_.scan(query, {{&target, 1}, now_, {}});
        Record record(entity);
        while (cursor->next(record.object()) &&
               visitor.visit(RecordView(entity, record.object()))) {
        }
    }

  private:
    Storage& storage_;
    const Registry& registry_;
    Instant now_;
    mutable std::map<std::pair<EntityNumber, Id>, Record> found_;
};

/// A page in an order that no index has would be read by reading all that match, and so would each
/// further one: not by accident.
void refuse_unserved(const expr::Query& query) {
    if (query.is_served || query.may_sort) {
        return;
    }
    expr::Query order;
    order.order = query.order;
    std::string served = "id";
    for (const Index& index : query.entity->indexes) {
        if (!is_sparse(*query.entity, index)) {
            served += fmt::format("; {}", index.fields);
        }
    }
    throw Error(ErrorCode::invalid_argument,
                fmt::format("no index of {} serves '{}': each page would have to read and sort "
                            "every record that matches; write 'sort by' to ask for that, or take "
                            "the order of an index, in which a field may be given by = instead: {}",
                            query.entity->plural, expr::to_text(order), served));
}

/// The keys of a page's last record.
std::vector<Value> keys_of_last(engine::SessionState& state, Storage& storage,
                                const expr::Query& query, const void* object,
                                std::span<const ValueView> parameters, Instant now) {
    const StoredRecords records(storage, state.registry(), now);
    const expr::Context context{expr::Moment(now), parameters, &records};
    return expr::keys_of(query, RecordView(*query.entity, object), context);
}

/// How many records the query's limit leaves for this page and the next ones.
std::int64_t left_by_limit(const expr::Query& query, const expr::PagePlace& after) {
    return query.limit ? std::max<std::int64_t>(*query.limit - after.count, 0)
                       : std::numeric_limits<std::int64_t>::max();
}

/// Walks over a page: take(cursor) reads each record, with_last(use) calls use(object) with the
/// last one.
template <typename Take, typename WithLast>
PageEnd walk_page(engine::SessionState& state, const Entity& entity, std::string_view text,
                  const PageRequest& request, const Parameters& parameters, Take take,
                  WithLast with_last) {
    if (request.size < 1 || request.size > largest_page) {
        throw Error(ErrorCode::invalid_argument,
                    fmt::format("a page of {} records was asked for; from 1 to {} can be",
                                request.size, largest_page));
    }
    const auto query = state.engine().queries().query(entity, text);
    refuse_unserved(*query);
    const auto bound = bind(state.registry(), *query->parameters, parameters);
    expr::PagePlace place;
    if (!request.after.empty()) {
        place = expr::decode_cursor(*query, request.after);
    }
    const auto left = static_cast<std::uint64_t>(left_by_limit(*query, place));
    const Instant now = state.now();
    ReadScope storage(state);
    const auto cursor = storage->scan(*query, {bound.views(), now, place.keys});
    PageEnd end;
    for (; end.count < std::min<std::uint64_t>(request.size, left); ++end.count) {
        if (!cursor->next()) {
            return end;
        }
        take(*cursor);
    }
    if (end.count < left && cursor->next()) {
        with_last([&](const void* object) {
            place.keys = keys_of_last(state, *storage, *query, object, bound.views(), now);
        });
        place.count += static_cast<std::int64_t>(end.count);
        end.next = expr::encode_cursor(*query, place);
    }
    return end;
}

}  // namespace

std::unique_ptr<RecordStream> Session::stream(const Entity& entity, std::string_view text,
                                              const Parameters& parameters,
                                              const FieldSet* fields) {
    auto query = state_->engine().queries().query(entity, text);
    const auto bound = bind(state_->registry(), *query->parameters, parameters);
    return std::make_unique<QueryStream>(*state_, std::move(query),
                                         QueryArguments{bound.views(), state_->now(), {}, fields});
}

std::unique_ptr<RecordStream> Session::stream(const Entity& entity, std::span<const Id> ids,
                                              const FieldSet* fields) {
    return std::make_unique<ListStream>(*state_, entity, ids, fields);
}

std::vector<Record> Session::referred_to(const Entity& entity, std::span<const void* const> objects,
                                         std::span<const std::string> fields) {
    References wanted;
    for (const std::string& name : fields) {
        const Field& field = field_of(entity, name);
        if (field.target.empty()) {
            throw Error::about(ErrorCode::invalid_argument,
                               Problem{std::string(entity.name),
                                       name,
                                       {},
                                       "is no reference, so there is no record to include"});
        }
        add_references(wanted, registry(), field, objects);
    }
    std::vector<Record> records;
    ReadScope storage(*state_);
    for (auto& [number, ids] : wanted) {
        std::sort(ids.begin(), ids.end());
        ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
        const Entity* target = registry().find(number);
        const auto found = target == nullptr ? nullptr : storage->get_many(*target, ids);
        while (found && found->next()) {
            if (found->value(header::deleted_at - 1U).is_null()) {
                found->read(records.emplace_back(*target).object());
            }
        }
    }
    std::sort(records.begin(), records.end(), [](const Record& a, const Record& b) {
        return header_of(a).id() < header_of(b).id();
    });
    return records;
}

PageEnd Session::read_page(const Entity& entity, std::string_view text, const PageRequest& request,
                           const Parameters& parameters, const std::function<void*()>& slot) {
    void* last = nullptr;
    const auto take = [&](Cursor& cursor) { cursor.read(last = slot()); };
    return walk_page(*state_, entity, text, request, parameters, take,
                     [&](const auto& use) { use(last); });
}

PageEnd Session::read_page(const Entity& entity, std::string_view text, const PageRequest& request,
                           const Parameters& parameters, std::string& rows) {
    std::size_t last = 0;
    const auto take = [&](Cursor& cursor) {
        last = rows.size();
        rows += cursor.packed(entity, nullptr).bytes();
    };
    return walk_page(*state_, entity, text, request, parameters, take, [&](const auto& use) {
        Record record(entity);
        read_fields(PackedRow(rows.data() + last), entity, record.object());
        use(record.object());
    });
}

std::vector<std::vector<Value>> Session::aggregate(const Entity& entity, std::string_view text,
                                                   const Parameters& parameters) {
    const auto aggregation = state_->engine().queries().aggregation(entity, text);
    const auto bound = bind(state_->registry(), *aggregation->parameters, parameters);
    ReadScope storage(*state_);
    return storage->aggregate(*aggregation, {bound.views(), state_->now(), {}});
}

}  // namespace crmkit

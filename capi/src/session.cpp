/// Sessions, transactions, and reading and writing records.
#include "crmkit/schema/json.hpp"
#include "handles.hpp"
#include "json_arguments.hpp"

using crmkit::Entity;
using crmkit::Error;
using crmkit::ErrorCode;
using crmkit::Field;
using crmkit::Id;
using crmkit::Session;
using crmkit::UpsertKey;
using crmkit::c_api::give;
using crmkit::c_api::guarded;
using crmkit::c_api::required;
using crmkit::c_api::text_argument;

namespace {

Session& session_of(crmkit_session* handle) { return *required(handle, "session").session; }

const Entity& entity_argument(const Session& session, const char* entity, std::int64_t size) {
    return session.registry().get(text_argument(entity, size, "entity"));
}

/// A record that the caller owns; those of hooks are written by the change they are part of.
crmkit_record& own_record(crmkit_record* handle) {
    crmkit_record& record = required(handle, "record");
    if (!record.own) {
        throw Error(ErrorCode::invalid_argument,
                    "a record of a hook's event is written by the change itself");
    }
    return record;
}

/// The fields that were set since the record was read, as a patch that borrows them.
crmkit::Patch touched_fields(const crmkit_record& record) {
    crmkit::Patch patch;
    for (std::size_t i = 0; i < record.entity->fields.size(); ++i) {
        const Field& field = record.entity->fields[i];
        if (record.own->touched().contains(i)) {
            patch.emplace_back(field.name, record.own->get(field));
        }
    }
    return patch;
}

crmkit::UpsertPolicy policy_argument(std::int32_t policy) {
    if (policy < CRMKIT_CREATE_OR_FAIL || policy > CRMKIT_REPLACE) {
        throw Error(ErrorCode::invalid_argument,
                    "the upsert policy " + std::to_string(policy) + " is none of CRMKIT_…");
    }
    return static_cast<crmkit::UpsertPolicy>(policy);
}

crmkit_code upsert(crmkit_session* session, crmkit_record* record, std::int32_t policy,
                   std::int32_t* action, const std::function<UpsertKey()>& key) {
    return guarded([&] {
        Session& me = session_of(session);
        crmkit_record& row = own_record(record);
        const auto done = me.upsert(key(), row.mutable_view(), policy_argument(policy),
                                    &row.own->touched());
        row.own->forget_touched();
        if (action != nullptr) {
            *action = static_cast<std::int32_t>(done);
        }
    });
}

std::vector<std::string> names_argument(std::string_view list) {
    std::vector<std::string> names;
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        names.emplace_back(crmkit::trim(list.substr(0, comma)));
        list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    }
    return names;
}

}  // namespace

extern "C" {

crmkit_code crmkit_session_open(crmkit_store* store, int64_t user, crmkit_session** out) {
    return guarded([&] {
        crmkit_session*& session = required(out, "out");
        session = new crmkit_session(required(store, "store").crm.as(Id{user}));
    });
}

void crmkit_session_close(crmkit_session* session) {
    if (session == nullptr || !session->own) {
        return;
    }
    while (!session->transactions.empty()) {
        session->transactions.pop_back();
    }
    delete session;
}

crmkit_code crmkit_begin(crmkit_session* session) {
    return guarded([&] {
        Session& me = session_of(session);
        session->transactions.push_back(me.transaction());
    });
}

crmkit_code crmkit_commit(crmkit_session* session) {
    return guarded([&] {
        auto& open = required(session, "session").transactions;
        if (open.empty()) {
            throw Error(ErrorCode::invalid_argument, "there is no open transaction to commit");
        }
        crmkit::TransactionScope innermost = std::move(open.back());
        open.pop_back();
        innermost.commit();
    });
}

crmkit_code crmkit_rollback(crmkit_session* session) {
    return guarded([&] {
        auto& open = required(session, "session").transactions;
        if (open.empty()) {
            throw Error(ErrorCode::invalid_argument, "there is no open transaction to undo");
        }
        open.pop_back();
    });
}

crmkit_code crmkit_create(crmkit_session* session, crmkit_record* record) {
    return guarded([&] {
        Session& me = session_of(session);
        crmkit_record& row = own_record(record);
        crmkit::Record stored = *row.own;
        me.insert(crmkit::MutableRecordView(stored));
        row.own = std::move(stored);
        row.own->forget_touched();
        row.object = row.own->object();
    });
}

crmkit_code crmkit_get(crmkit_session* session, int64_t id, crmkit_record* record) {
    return guarded([&] {
        Session& me = session_of(session);
        crmkit_record& row = own_record(record);
        me.read(*row.entity, Id{id}, row.object);
        row.own->forget_touched();
    });
}

crmkit_code crmkit_update(crmkit_session* session, crmkit_record* record) {
    return guarded([&] {
        Session& me = session_of(session);
        crmkit_record& row = own_record(record);
        const auto head = header_of(row.view());
        crmkit::Record stored(*row.entity);
        me.patch(*row.entity, head.id(), touched_fields(row), head.version(), stored);
        row.own = std::move(stored);
        row.own->forget_touched();
        row.object = row.own->object();
    });
}

crmkit_code crmkit_delete(crmkit_session* session, const char* entity, int64_t entity_size,
                          int64_t id, int64_t version) {
    return guarded([&] {
        Session& me = session_of(session);
        me.remove(entity_argument(me, entity, entity_size), Id{id},
                  version == 0 ? std::nullopt : std::optional(version));
    });
}

crmkit_code crmkit_restore(crmkit_session* session, const char* entity, int64_t entity_size,
                           int64_t id) {
    return guarded([&] {
        Session& me = session_of(session);
        me.restore(entity_argument(me, entity, entity_size), Id{id});
    });
}

crmkit_code crmkit_upsert(crmkit_session* session, const char* system, int64_t system_size,
                          const char* key, int64_t key_size, int32_t policy,
                          crmkit_record* record, int32_t* action) {
    return upsert(session, record, policy, action, [&] {
        return UpsertKey::external(std::string(text_argument(system, system_size, "system")),
                                   std::string(text_argument(key, key_size, "key")));
    });
}

crmkit_code crmkit_upsert_by(crmkit_session* session, const char* fields, int64_t fields_size,
                             int32_t policy, crmkit_record* record, int32_t* action) {
    return upsert(session, record, policy, action, [&] {
        return UpsertKey::fields(names_argument(text_argument(fields, fields_size, "fields")));
    });
}

crmkit_code crmkit_query(crmkit_session* session, const char* entity, int64_t entity_size,
                         const char* text, int64_t text_size, const char* parameters,
                         int64_t parameters_size, crmkit_cursor** out) {
    return guarded([&] {
        crmkit_cursor*& cursor = required(out, "out");
        Session& me = session_of(session);
        const Entity& about = entity_argument(me, entity, entity_size);
        const crmkit::c_api::JsonParameters values(
            text_argument(parameters, parameters_size, "parameters"));
        cursor = new crmkit_cursor{
            &about, me.stream(about, text_argument(text, text_size, "text"), values.parameters())};
    });
}

crmkit_code crmkit_cursor_next(crmkit_cursor* cursor, crmkit_record* record,
                               int32_t* has_record) {
    return guarded([&] {
        const crmkit_cursor& from = required(cursor, "cursor");
        crmkit_record& row = own_record(record);
        if (row.entity != from.entity) {
            throw Error(ErrorCode::invalid_argument,
                        "the record is of another entity than the query");
        }
        required(has_record, "has_record") = from.stream->next(row.object) ? 1 : 0;
        row.own->forget_touched();
    });
}

void crmkit_cursor_close(crmkit_cursor* cursor) { delete cursor; }

crmkit_code crmkit_page(crmkit_session* session, const char* entity, int64_t entity_size,
                        const char* text, int64_t text_size, const char* parameters,
                        int64_t parameters_size, int64_t size, const char* after,
                        int64_t after_size, crmkit_text** out) {
    return guarded([&] {
        Session& me = session_of(session);
        const Entity& about = entity_argument(me, entity, entity_size);
        const crmkit::c_api::JsonParameters values(
            text_argument(parameters, parameters_size, "parameters"));
        const crmkit::PageRequest request{
            size < 0 ? 0 : static_cast<std::size_t>(size),
            std::string(text_argument(after, after_size, "after"))};
        std::vector<std::unique_ptr<crmkit::Record>> records;
        const auto end = me.read_page(
            about, text_argument(text, text_size, "text"), request, values.parameters(),
            [&]() -> void* {
                return records.emplace_back(std::make_unique<crmkit::Record>(about))->object();
            });
        records.resize(end.count);
        give(out, crmkit::c_api::page_json(records, end, me.registry()));
    });
}

crmkit_code crmkit_aggregate(crmkit_session* session, const char* entity, int64_t entity_size,
                             const char* text, int64_t text_size, const char* parameters,
                             int64_t parameters_size, crmkit_text** out) {
    return guarded([&] {
        Session& me = session_of(session);
        const crmkit::c_api::JsonParameters values(
            text_argument(parameters, parameters_size, "parameters"));
        const auto rows = me.aggregate(entity_argument(me, entity, entity_size),
                                       text_argument(text, text_size, "text"), values.parameters());
        give(out, crmkit::c_api::rows_json(rows, me.registry()));
    });
}

crmkit_code crmkit_search(crmkit_session* session, const char* entity, int64_t entity_size,
                          const char* text, int64_t text_size, int64_t* ids, size_t capacity,
                          size_t* count) {
    return guarded([&] {
        Session& me = session_of(session);
        required(count, "count");
        if (capacity > 0) {
            required(ids, "ids");
        }
        const auto found = me.search(entity_argument(me, entity, entity_size),
                                     text_argument(text, text_size, "text"), capacity);
        for (std::size_t i = 0; i < found.size(); ++i) {
            ids[i] = found[i].value;
        }
        *count = found.size();
    });
}

crmkit_code crmkit_history(crmkit_session* session, int64_t record, crmkit_text** out) {
    return guarded([&] {
        Session& me = session_of(session);
        give(out, crmkit::c_api::history_json(me.history(Id{record}), me.registry()));
    });
}

crmkit_code crmkit_undo(crmkit_session* session, int64_t position) {
    return guarded([&] { session_of(session).undo(position); });
}

crmkit_code crmkit_call(crmkit_session* session, const char* operation, int64_t operation_size,
                        const char* json, int64_t json_size, crmkit_text** out) {
    return guarded([&] {
        give(out, session_of(session).call(text_argument(operation, operation_size, "operation"),
                                           text_argument(json, json_size, "json")));
    });
}

}  // extern "C"

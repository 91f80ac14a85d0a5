/// Sessions, transactions, and reading and writing records.
#include <algorithm>
#include <functional>

#include "crmkit/base/text.hpp"
#include "json_arguments.hpp"
#include "session_call.hpp"

using crmkit::Entity;
using crmkit::Error;
using crmkit::ErrorCode;
using crmkit::Id;
using crmkit::Record;
using crmkit::UpsertKey;
using crmkit::c_api::Call;
using crmkit::c_api::give_text;
using crmkit::c_api::guarded;
using crmkit::c_api::names_argument;
using crmkit::c_api::required;
using crmkit::c_api::text_argument;

crmkit_session::~crmkit_session() {
    end_cursors(0);
    while (!transactions.empty()) {
        transactions.pop_back();
    }
}

void crmkit_session::end_cursors(std::size_t depth) {
    std::erase_if(cursors, [depth](crmkit_cursor* cursor) {
        if (cursor->depth < depth) {
            return false;
        }
        cursor->stream.reset();
        cursor->session = nullptr;
        return true;
    });
}

crmkit_cursor::crmkit_cursor(crmkit_session& of, const Entity& about,
                             std::unique_ptr<crmkit::RecordStream> records)
    : session(&of), entity(&about), stream(std::move(records)), depth(of.transactions.size()) {
    of.cursors.push_back(this);
}

crmkit_cursor::~crmkit_cursor() {
    if (session != nullptr) {
        std::erase(session->cursors, this);
    }
}

crmkit_session& crmkit_cursor::open_session() const {
    if (session == nullptr) {
        throw Error(ErrorCode::invalid_argument,
                    "the query has ended with its session or transaction");
    }
    return *session;
}

std::unique_ptr<crmkit_cursor> crmkit::c_api::open_cursor(const Call& me, const Entity& entity,
                                                          std::string_view text,
                                                          std::string_view parameters) {
    const JsonParameters values(parameters, me->registry());
    return std::make_unique<crmkit_cursor>(me.handle(), entity,
                                           me->stream(entity, text, values.parameters()));
}

namespace {

/// A handle whose transactions may be begun and ended. Those that a running call has opened are not
/// the host's: a hook that took them for its own would keep half a change.
crmkit_session& idle(crmkit_session* handle) {
    crmkit_session& session = required(handle, "session");
    if (session.calls > 0) {
        throw Error(ErrorCode::invalid_argument,
                    "a call of this session is still running: a hook begins and ends transactions "
                    "with the session of its event, and closes no session that acts");
    }
    return session;
}

/// Starts a transaction, as `start` does it, for crmkit_commit() or crmkit_rollback() to end.
crmkit_code begin(crmkit_session* session, crmkit::TransactionScope (crmkit::Session::*start)()) {
    return guarded([&] {
        crmkit_session& me = idle(session);
        me.transactions.reserve(me.transactions.size() + 1);
        me.transactions.push_back((me.session->*start)());
    });
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

/// The fields that were set since the record was read, but for those that the library keeps.
crmkit::Patch touched_fields(const Record& record) {
    crmkit::Patch patch;
    const auto fields = record.structure().fields;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const bool is_kept = i < crmkit::header::count && fields[i].is_read_only;
        if (!is_kept && record.touched().contains(i)) {
            patch.emplace_back(fields[i].name, record.get(fields[i]));
        }
    }
    return patch;
}

crmkit::UpsertPolicy policy_argument(std::int32_t policy) {
    if (policy < CRMKIT_UPSERT_CREATE_OR_FAIL || policy > CRMKIT_UPSERT_REPLACE) {
        throw Error(ErrorCode::invalid_argument,
                    std::to_string(policy) + " is not a policy of crmkit_upsert()");
    }
    return static_cast<crmkit::UpsertPolicy>(policy);
}

crmkit_code upsert(crmkit_session* session, crmkit_record* record, std::int32_t policy,
                   std::int32_t* action, const std::function<UpsertKey()>& key) {
    return guarded([&] {
        const Call me(session);
        crmkit_record& row = own_record(record);
        const auto chosen = policy_argument(policy);
        row.refill([&](Record& next) {
            next = *row.own;
            const auto done = me->upsert(key(), next, chosen, &row.own->touched());
            if (action != nullptr) {
                *action = static_cast<std::int32_t>(done);
            }
            return true;
        });
    });
}

std::optional<std::int64_t> version_argument(std::int64_t version) {
    return version == 0 ? std::nullopt : std::optional(version);
}

std::size_t page_size_argument(std::int64_t size) {
    if (size < 1) {
        throw Error(ErrorCode::invalid_argument,
                    "a page of " + std::to_string(size) + " records was asked for");
    }
    return static_cast<std::size_t>(size);
}

std::size_t limit_argument(std::int64_t limit) {
    if (limit < 0) {
        throw Error(ErrorCode::invalid_argument,
                    "at most " + std::to_string(limit) + " changes were asked for");
    }
    return static_cast<std::size_t>(limit);
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
    // That of a hook's event is not the host's to close.
    if (!crmkit_session::is_live(session) || !session->own) {
        return;
    }
    guarded([&] { delete &idle(session); });
}

int64_t crmkit_session_user(const crmkit_session* session) {
    return crmkit_session::is_live(session) ? session->session->actor().value : 0;
}

crmkit_code crmkit_session_set_origin(crmkit_session* session, const char* origin, int64_t size) {
    return guarded([&] {
        crmkit::Session& me = *idle(session).session;
        const std::string_view given = text_argument(origin, size, "origin");
        me.set_origin(std::string(given.empty() ? "session" : given));
    });
}

crmkit_code crmkit_begin(crmkit_session* session) {
    return begin(session, &crmkit::Session::transaction);
}

crmkit_code crmkit_begin_read(crmkit_session* session) {
    return begin(session, &crmkit::Session::read_transaction);
}

crmkit_code crmkit_commit(crmkit_session* session) {
    return guarded([&] {
        auto& open = idle(session).transactions;
        if (open.empty()) {
            throw Error(ErrorCode::invalid_argument, "there is no open transaction to commit");
        }
        session->end_cursors(open.size());
        crmkit::TransactionScope innermost = std::move(open.back());
        open.pop_back();
        const Call me(session);  // the hooks run now
        innermost.commit();
    });
}

crmkit_code crmkit_rollback(crmkit_session* session) {
    return guarded([&] {
        auto& open = idle(session).transactions;
        if (open.empty()) {
            throw Error(ErrorCode::invalid_argument, "there is no open transaction to undo");
        }
        session->end_cursors(open.size());
        open.pop_back();
    });
}

crmkit_code crmkit_create(crmkit_session* session, crmkit_record* record) {
    return guarded([&] {
        const Call me(session);
        crmkit_record& row = own_record(record);
        row.refill([&](Record& next) {
            next = *row.own;
            me->insert(next);
            return true;
        });
    });
}

crmkit_code crmkit_get(crmkit_session* session, int64_t id, crmkit_record* record) {
    return guarded([&] {
        const Call me(session);
        crmkit_record& row = own_record(record);
        row.refill([&](Record& next) {
            me->read(*row.entity, Id{id}, next.object());
            return true;
        });
    });
}

crmkit_code crmkit_get_even_deleted(crmkit_session* session, int64_t id, crmkit_record* record) {
    return guarded([&] {
        const Call me(session);
        crmkit_record& row = own_record(record);
        row.refill([&](Record& next) {
            me->read(*row.entity, Id{id}, next.object(), crmkit::Deleted::shown);
            return true;
        });
    });
}

crmkit_code crmkit_update(crmkit_session* session, crmkit_record* record) {
    return guarded([&] {
        const Call me(session);
        crmkit_record& row = own_record(record);
        const auto head = header_of(*row.own);
        row.refill([&](Record& next) {
            me->patch(*row.entity, head.id(), touched_fields(*row.own),
                      version_argument(head.version()), next);
            return true;
        });
    });
}

crmkit_code crmkit_delete(crmkit_session* session, const char* entity, int64_t entity_size,
                          int64_t id, int64_t version) {
    return guarded([&] {
        const Call me(session);
        me->remove(me.entity(entity, entity_size), Id{id}, version_argument(version));
    });
}

crmkit_code crmkit_restore(crmkit_session* session, const char* entity, int64_t entity_size,
                           int64_t id) {
    return guarded([&] {
        const Call me(session);
        me->restore(me.entity(entity, entity_size), Id{id});
    });
}

crmkit_code crmkit_upsert(crmkit_session* session, const char* system, int64_t system_size,
                          const char* key, int64_t key_size, int32_t policy, crmkit_record* record,
                          int32_t* action) {
    return upsert(session, record, policy, action, [&] {
        return UpsertKey::external(std::string(text_argument(system, system_size, "system")),
                                   std::string(text_argument(key, key_size, "key")));
    });
}

crmkit_code crmkit_upsert_by(crmkit_session* session, const char* fields, int64_t fields_size,
                             int32_t policy, crmkit_record* record, int32_t* action) {
    return upsert(session, record, policy, action,
                  [&] { return UpsertKey::fields(names_argument(fields, fields_size, "fields")); });
}

crmkit_code crmkit_query(crmkit_session* session, const char* entity, int64_t entity_size,
                         const char* text, int64_t text_size, const char* parameters,
                         int64_t parameters_size, crmkit_cursor** out) {
    return guarded([&] {
        crmkit_cursor*& cursor = required(out, "out");
        const Call me(session);
        cursor = crmkit::c_api::open_cursor(
                     me, me.entity(entity, entity_size), text_argument(text, text_size, "text"),
                     text_argument(parameters, parameters_size, "parameters"))
                     .release();
    });
}

crmkit_code crmkit_get_many(crmkit_session* session, const char* entity, int64_t entity_size,
                            const int64_t* ids, size_t count, crmkit_cursor** out) {
    return guarded([&] {
        crmkit_cursor*& cursor = required(out, "out");
        const Call me(session);
        const Entity& about = me.entity(entity, entity_size);
        if (count > 0) {
            required(ids, "ids");
        }
        std::vector<Id> wanted;
        std::transform(ids, ids + count, std::back_inserter(wanted),
                       [](std::int64_t id) { return Id{id}; });
        cursor = new crmkit_cursor(me.handle(), about, me->stream(about, wanted));
    });
}

crmkit_code crmkit_cursor_next(crmkit_cursor* cursor, crmkit_record* record, int32_t* has_record) {
    return guarded([&] {
        crmkit_cursor& from = required(cursor, "cursor");
        crmkit_record& row = own_record(record);
        std::int32_t& found = required(has_record, "has_record");
        crmkit_session& session = from.open_session();
        if (row.entity != from.entity) {
            throw Error(ErrorCode::invalid_argument,
                        "the query is over " + std::string(from.entity->plural) +
                            ", the record is of " + std::string(row.entity->name));
        }
        const Call me(&session);
        bool is_there = false;
        if (from.stream != nullptr) {
            row.refill([&](Record& next) { return is_there = from.stream->next(next.object()); });
        }
        if (!is_there) {
            from.stream.reset();
        }
        found = is_there ? 1 : 0;
    });
}

void crmkit_cursor_close(crmkit_cursor* cursor) {
    if (crmkit_cursor::is_live(cursor)) {
        delete cursor;
    }
}

crmkit_code crmkit_page(crmkit_session* session, const char* entity, int64_t entity_size,
                        const char* text, int64_t text_size, const char* parameters,
                        int64_t parameters_size, int64_t size, const char* after,
                        int64_t after_size, crmkit_text** out) {
    return give_text(out, [&] {
        const Call me(session);
        const Entity& about = me.entity(entity, entity_size);
        const crmkit::c_api::JsonParameters values(
            text_argument(parameters, parameters_size, "parameters"), me->registry());
        const crmkit::PageRequest request{page_size_argument(size),
                                          std::string(text_argument(after, after_size, "after"))};
        std::vector<std::unique_ptr<Record>> records;
        const auto end = me->read_page(
            about, text_argument(text, text_size, "text"), request, values.parameters(),
            [&]() -> void* {
                return records.emplace_back(std::make_unique<Record>(about))->object();
            });
        records.resize(end.count);
        return crmkit::c_api::page_json(records, end, me->registry());
    });
}

crmkit_code crmkit_aggregate(crmkit_session* session, const char* entity, int64_t entity_size,
                             const char* text, int64_t text_size, const char* parameters,
                             int64_t parameters_size, crmkit_text** out) {
    return give_text(out, [&] {
        const Call me(session);
        const crmkit::c_api::JsonParameters values(
            text_argument(parameters, parameters_size, "parameters"), me->registry());
        const auto rows =
            me->aggregate(me.entity(entity, entity_size), text_argument(text, text_size, "text"),
                          values.parameters());
        return crmkit::c_api::rows_json(rows, me->registry());
    });
}

crmkit_code crmkit_search(crmkit_session* session, const char* entity, int64_t entity_size,
                          const char* text, int64_t text_size, int64_t* ids, size_t capacity,
                          size_t* count) {
    return guarded([&] {
        constexpr std::size_t most_found = 10'000;
        const Call me(session);
        std::size_t& found_count = required(count, "count");
        if (capacity > 0) {
            required(ids, "ids");
        }
        const auto found =
            me->search(me.entity(entity, entity_size), text_argument(text, text_size, "text"),
                       std::min(capacity, most_found));
        for (std::size_t i = 0; i < found.size(); ++i) {
            ids[i] = found[i].value;
        }
        found_count = found.size();
    });
}

crmkit_code crmkit_history(crmkit_session* session, int64_t record, crmkit_text** out) {
    return give_text(out, [&] {
        const Call me(session);
        // The id 0 would stand for every record of the store.
        const auto entries =
            record == 0 ? std::vector<crmkit::HistoryEntry>() : me->history(Id{record});
        return crmkit::c_api::history_json(entries, me->registry());
    });
}

crmkit_code crmkit_changes_since(crmkit_session* session, int64_t position, int64_t limit,
                                 crmkit_text** out) {
    return give_text(out, [&] {
        const Call me(session);
        const auto entries = me->changes_since(position, limit_argument(limit));
        return crmkit::c_api::history_json(entries, me->registry());
    });
}

crmkit_code crmkit_undo(crmkit_session* session, int64_t position) {
    return guarded([&] { Call(session)->undo(position); });
}

crmkit_code crmkit_call(crmkit_session* session, const char* operation, int64_t operation_size,
                        const char* json, int64_t json_size, crmkit_text** out) {
    return give_text(out, [&] {
        const std::string_view input = crmkit::c_api::bytes_argument(json, json_size, "json");
        return Call(session)->call(text_argument(operation, operation_size, "operation"),
                                   input.empty() ? "{}" : input);
    });
}

}  // extern "C"

#include "write_path.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cause_scope.hpp"
#include "changed_values.hpp"
#include "crmkit/engine/session.hpp"
#include "crmkit/model/user.hpp"
#include "crmkit/schema/check.hpp"
#include "crmkit/schema/normal_form.hpp"
#include "crmkit/schema/search_text.hpp"
#include "crmkit/schema/tidy_text.hpp"
#include "crmkit/schema/value_text.hpp"
#include "record_problems.hpp"
#include "references.hpp"
#include "rules.hpp"

namespace crmkit::engine {

namespace {

/// Hooks and cascades that set each other off end here, not at the end of the stack.
constexpr int deepest_nesting = 64;

class Nesting {
  public:
    explicit Nesting(SessionState& state) : state_(state) {
        if (state_.nesting >= deepest_nesting) {
            throw Error(ErrorCode::limit,
                        "hooks or deletions set each other off more than 64 deep");
        }
        ++state_.nesting;
    }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;
    ~Nesting() { --state_.nesting; }

  private:
    SessionState& state_;
};

/// The normal forms of e-mail addresses, phone numbers and so on, from the fields that they are of.
/// The library's rules do not touch those. Also of what is as it was: a store that is opened with
/// another region has other ones.
void fill_normal_forms(SessionState& state, const Entity& entity, void* object) {
    for (const NormalForm& form : entity.normal_forms) {
        const std::string_view raw = form.source->get(object).text();
        const std::string normal =
            raw.empty() ? std::string() : normal_form(*form.source, raw, state.engine().region());
        form.field->native->set(form.field->member(object), ValueView(normal));
    }
}

void fill_derived_fields(const Entity& entity, void* object) {
    if (entity.derive != nullptr) {
        entity.derive(object);
    }
}

/// What follows from other records is not for the writer of this one to say: it is as in
/// `reference`.
void restore_kept_fields(const Entity& entity, const void* reference, void* object) {
    for (const Field* field : entity.kept) {
        field->native->set(field->member(object), field->get(reference));
    }
}

void throw_if_any(std::vector<Problem> problems) {
    if (!problems.empty()) {
        throw Error::about(ErrorCode::validation, std::move(problems));
    }
}

/// All that is wrong with the record by itself, its references, and what the rules found.
void validate(SessionState& state, const Entity& entity, const void* before, const void* object,
              std::vector<Problem> problems) {
    check_record_and_references(state, entity, before, object, problems);
    if (!problems.empty()) {
        add_taken_keys(state, entity, before, object, problems);
        const ErrorCode code = code_of_refusal(state, entity, before, object, problems);
        throw Error::about(code, std::move(problems));
    }
}

void run_rules(WriteEvent& event, std::vector<Problem>& problems) {
    for (const Rule& rule : standard_rules()) {
        if (rule.before != nullptr && (rule.entity == 0 || rule.entity == event.entity.number)) {
            rule.before(event, problems);
        }
    }
}

/// Writes into `asked` what differs between `ruled` and `now`; false when nothing does.
bool carry_over(const Entity& entity, const Record& ruled, const RecordView& now, Record& asked) {
    bool any = false;
    for (const Field& field : entity.fields) {
        const ValueView value = now.get(field);
        if (!(value == ruled.get(field))) {
            asked.set(field, value);
            any = true;
        }
    }
    return any;
}

/// A record that has the kept fields as the one of an event must have them.
const void* kept_reference(const WriteEvent& event) {
    return event.before != nullptr ? event.before
                                   : event.session.state().engine().blank(event.entity).object();
}

/// Keeps of the header what a host may not set.
void keep_header(const Entity& entity, const Record& before, void* object) {
    const auto was = header_of(before);
    const auto head = header_of(MutableRecordView(entity, object));
    head.id() = was.id();
    head.created_at() = was.created_at();
    head.created_by() = was.created_by();
    head.modified_at() = was.modified_at();
    head.modified_by() = was.modified_by();
    head.deleted_at() = was.deleted_at();
    head.version() = was.version();
}

/// The rules, then the host's hooks. What a hook changes counts as if the caller had asked for it:
/// the rules then run again, on what was asked for with these changes. Adds the problems that the
/// rules find.
void run_before(WriteEvent& event, std::vector<Problem>& problems) {
    const HookList& list = event.session.state().engine().hooks();
    if (!list.has_write_hooks()) {
        run_rules(event, problems);
        return;
    }
    const auto hooks = list.all();
    const auto concerns = [&event](const HookList::Hook& hook) {
        return hook.before && (hook.entity.empty() || hook.entity == event.entity.name);
    };
    if (std::none_of(hooks->begin(), hooks->end(), concerns)) {
        run_rules(event, problems);
        return;
    }
    Record asked(event.entity);
    event.entity.copy(asked.object(), event.after.object());
    const std::size_t known = problems.size();
    run_rules(event, problems);
    Record ruled(event.entity);
    event.entity.copy(ruled.object(), event.after.object());
    {
        SessionState& state = event.session.state();
        const HookScope of_hooks(state, state.cause);
        for (const HookList::Hook& hook : *hooks) {
            if (concerns(hook)) {
                hook.before(event);
            }
        }
    }
    keep_header(event.entity, ruled, event.after.object());
    if (!carry_over(event.entity, ruled, event.after, asked)) {
        return;
    }
    problems.resize(known);
    event.entity.copy(event.after.object(), asked.object());
    restore_kept_fields(event.entity, kept_reference(event), event.after.object());
    tidy_texts(event.entity, event.after.object());
    fill_normal_forms(event.session.state(), event.entity, event.after.object());
    run_rules(event, problems);
}

void run_after(const WriteEvent& event) {
    for (const Rule& rule : standard_rules()) {
        if (rule.after != nullptr && (rule.entity == 0 || rule.entity == event.entity.number)) {
            rule.after(event);
        }
    }
    const HookList& list = event.session.state().engine().hooks();
    if (!list.has_write_hooks()) {
        return;
    }
    const auto hooks = list.all();
    SessionState& state = event.session.state();
    const HookScope of_hooks(state, state.cause != 0 ? state.cause : state.last_change());
    for (const HookList::Hook& hook : *hooks) {
        if (hook.after && (hook.entity.empty() || hook.entity == event.entity.name)) {
            hook.after(event);
        }
    }
}

/// Whether the history tells of a field: the header's bookkeeping says itself what it says, and
/// what is kept follows from the history of other records.
bool is_in_history(const Field& field) {
    return field.id > header::count ? !field.is_kept
                                    : field.id == header::owner || field.id == header::source;
}

std::string values_of_new(const Entity& entity, const void* object) {
    ChangedValues values;
    for (const Field& field : entity.fields) {
        if (is_in_history(field) && !field.is_null(object)) {
            values.add_new(field, field.get(object));
        }
    }
    return values.take();
}

struct Difference {
    FieldSet fields;
    std::string values;
};

Difference difference(const Entity& entity, const void* before, const void* after) {
    Difference found;
    ChangedValues values;
    for (std::size_t i = 0; i < entity.fields.size(); ++i) {
        const Field& field = entity.fields[i];
        const bool is_told = is_in_history(field);
        if (!is_told && !field.is_kept) {
            continue;
        }
        const ValueView was = field.get(before);
        const ValueView is = field.get(after);
        if (was == is) {
            continue;
        }
        found.fields.add(i);
        if (is_told) {
            values.add(field, was, is);
        }
    }
    found.values = values.take();
    return found;
}

Change change_of(const Entity& entity, const void* object, ChangeKind kind, Instant at) {
    const auto head = header_of(RecordView(entity, object));
    Change change;
    change.at = at;
    change.entity = entity.number;
    change.record = head.id();
    change.kind = kind;
    change.version = head.version();
    return change;
}

void add_header_changes(FieldSet& fields) {
    fields.add(header::modified_at - 1U);
    fields.add(header::modified_by - 1U);
    fields.add(header::version - 1U);
}

/// Stamps the header for one more version.
void stamp(SessionState& state, const Entity& entity, void* object, const void* before) {
    const auto head = header_of(MutableRecordView(entity, object));
    head.version() = header_of(RecordView(entity, before)).version() + 1;
    head.modified_at() = state.now();
    head.modified_by() = state.actor();
}

bool has_same_words(const Entity& entity, const void* before, const void* after) {
    return std::all_of(entity.searchable.begin(), entity.searchable.end(),
                       [&](const Field* field) { return field->get(before) == field->get(after); });
}

void reindex(Storage& storage, const Entity& entity, const void* before, const void* after) {
    if (before != nullptr && after != nullptr && has_same_words(entity, before, after)) {
        return;
    }
    const Id id = header_of(RecordView(entity, after != nullptr ? after : before)).id();
    const std::string old = before != nullptr ? search_text(entity, before) : std::string();
    const std::string now = after != nullptr ? search_text(entity, after) : std::string();
    if (old == now) {
        return;
    }
    if (!old.empty()) {
        storage.unindex_text(entity, id, old);
    }
    if (!now.empty()) {
        storage.index_text(entity, id, now);
    }
}

/// Keeps what is derived from a record: its search entry and the values that rules keep. Null for
/// not live, before or after.
void keep_derived(Storage& storage, const Entity& entity, const void* before, const void* after) {
    reindex(storage, entity, before, after);
    for (const Rule& rule : standard_rules()) {
        if (rule.derive != nullptr && rule.entity == entity.number) {
            rule.derive(storage, before, after);
        }
    }
}

/// The stored record, live or not as wanted. Throws not_found.
Record stored(SessionState& state, const Entity& entity, Id id, Deleted deleted) {
    Record record(entity);
    if (!state.writer().get(entity, id, record.object()) ||
        (deleted == Deleted::hidden && header_of(record).deleted_at())) {
        fail_not_found(entity, id);
    }
    return record;
}

[[noreturn]] void fail_stale(const Entity& entity, Id id, std::int64_t expected,
                             std::int64_t found) {
    throw Error::about(ErrorCode::conflict,
                       Problem{std::string(entity.name), "version", std::to_string(expected),
                               fmt::format("is stale: record {} has been changed since and is at "
                                           "version {} now; read it again",
                                           id.value, found)});
}

void check_version(const Entity& entity, const Record& record,
                   std::optional<std::int64_t> expected) {
    const auto head = header_of(record);
    if (expected && *expected != head.version()) {
        fail_stale(entity, head.id(), *expected, head.version());
    }
}

/// Writes a record's row, deleted or live again, with history and search.
std::int64_t write_deletion(Session& session, const Entity& entity, const Record& before,
                            Record& after, ChangeKind kind) {
    SessionState& state = session.state();
    stamp(state, entity, after.object(), before.object());
    FieldSet fields;
    add_header_changes(fields);
    fields.add(header::deleted_at - 1U);
    with_all_taken(state, entity, nullptr, after.object(), [&] {
        return state.writer().update(entity, after.object(), fields, header_of(before).version());
    });
    state.count_write();
    Change change = change_of(entity, after.object(), kind, header_of(after).modified_at());
    change.values = "{}";
    const bool is_deletion = kind == ChangeKind::deleted;
    keep_derived(state.writer(), entity, is_deletion ? before.object() : nullptr,
                 is_deletion ? nullptr : after.object());
    return state.append(std::move(change));
}

}  // namespace

void refuse_internal(const Entity& entity) {
    if (entity.is_internal) {
        throw Error(ErrorCode::permission_denied,
                    fmt::format("{} is written by the library only", entity.plural));
    }
}

void fill_computed_fields(SessionState& state, const Entity& entity, void* object) {
    tidy_texts(entity, object);
    fill_normal_forms(state, entity, object);
    fill_derived_fields(entity, object);
}

void fail_not_deleted(const Entity& entity, Id id) {
    throw Error::about(
        ErrorCode::invalid_argument,
        Problem{std::string(entity.name), "id", to_string(id), "is not deleted: it is there"});
}

Problem no_such_record(const Entity& entity, Id id) {
    return {std::string(entity.name), "id", to_string(id), "there is no such record"};
}

void fail_not_found(const Entity& entity, Id id) {
    throw Error::about(ErrorCode::not_found, no_such_record(entity, id));
}

void insert_record(Session& session, const Entity& entity, void* object, Authority authority,
                   Computed computed) {
    SessionState& state = session.state();
    const Nesting nesting(state);
    const MutableRecordView record(entity, object);
    std::vector<Problem> problems;
    if (authority == Authority::host) {
        refuse_internal(entity);
        refuse_read_only(entity, state.engine().blank(entity).object(), object, problems);
    }
    const auto head = header_of(record);
    head.created_at() = head.modified_at() = state.now();
    head.id() = state.engine().next_id(head.created_at());
    head.created_by() = head.modified_by() = state.actor();
    head.version() = 1;
    head.deleted_at().reset();
    if (!head.owner() && state.actor()) {
        head.owner() = Link{User::entity_number, state.actor()};
    }
    WriteEvent event{session, entity, ChangeKind::created, nullptr, record};
    restore_kept_fields(entity, kept_reference(event), object);
    if (computed == Computed::not_yet) {
        fill_computed_fields(state, entity, object);
    } else {
        fill_derived_fields(entity, object);  // may follow from what is kept
    }
    run_before(event, problems);
    fill_derived_fields(entity, object);
    validate(state, entity, nullptr, object, std::move(problems));

    Storage& storage = state.writer();
    with_all_taken(state, entity, nullptr, object, [&] { storage.insert(entity, object); });
    state.count_write();
    Change change = change_of(entity, object, ChangeKind::created, head.created_at());
    change.values = values_of_new(entity, object);
    state.append(std::move(change));
    keep_derived(storage, entity, nullptr, object);
    run_after(event);
}

Record live_record(SessionState& state, const Entity& entity, Id id) {
    return stored(state, entity, id, Deleted::hidden);
}

bool update_record(Session& session, const Entity& entity, void* object,
                   std::optional<std::int64_t> expected_version, Authority authority) {
    const Id id = header_of(RecordView(entity, object)).id();
    const Record before = live_record(session.state(), entity, id);
    return update_record(session, entity, before, object, expected_version, authority);
}

bool update_record(Session& session, const Entity& entity, const Record& before, void* object,
                   std::optional<std::int64_t> expected_version, Authority authority) {
    SessionState& state = session.state();
    const Nesting nesting(state);
    const MutableRecordView record(entity, object);
    check_version(entity, before, expected_version);
    std::vector<Problem> problems;
    if (authority == Authority::host) {
        refuse_internal(entity);
        refuse_read_only(entity, before.object(), object, problems);
    }
    const bool sets_read_only = !problems.empty();
    keep_header(entity, before, object);
    restore_kept_fields(entity, before.object(), object);
    WriteEvent event{session, entity, ChangeKind::updated, before.object(), record};
    fill_computed_fields(state, entity, object);
    run_before(event, problems);
    fill_derived_fields(entity, object);
    Difference changed = difference(entity, before.object(), object);
    if (changed.fields.empty() && !sets_read_only) {
        return false;
    }
    validate(state, entity, before.object(), object, std::move(problems));

    stamp(state, entity, object, before.object());
    add_header_changes(changed.fields);
    Storage& storage = state.writer();
    const bool is_written = with_all_taken(state, entity, before.object(), object, [&] {
        return storage.update(entity, object, changed.fields, header_of(before).version());
    });
    if (!is_written) {  // a hook has written the record itself
        const Record now = stored(state, entity, header_of(before).id(), Deleted::shown);
        fail_stale(entity, header_of(before).id(), header_of(before).version(),
                   header_of(now).version());
    }
    state.count_write();
    Change change = change_of(entity, object, ChangeKind::updated, header_of(record).modified_at());
    change.values = std::move(changed.values);
    state.append(std::move(change));
    keep_derived(storage, entity, before.object(), object);
    run_after(event);
    return true;
}

void amend_record(SessionState& state, const Entity& entity, const void* before, void* object) {
    fill_derived_fields(entity, object);
    FieldSet fields;
    for (std::size_t i = header::count; i < entity.fields.size(); ++i) {
        const Field& field = entity.fields[i];
        if (!(field.get(before) == field.get(object))) {
            fields.add(i);
        }
    }
    if (fields.empty()) {
        return;
    }
    state.writer().update(entity, object, fields, header_of(RecordView(entity, before)).version());
    state.count_write();
    keep_derived(state.writer(), entity, before, object);
}

std::int64_t delete_record(Session& session, const Entity& entity, Id id,
                           std::optional<std::int64_t> expected_version) {
    SessionState& state = session.state();
    const Nesting nesting(state);
    const Record before = stored(state, entity, id, Deleted::hidden);
    check_version(entity, before, expected_version);
    Record after = before;
    WriteEvent event{session, entity, ChangeKind::deleted, before.object(), after};
    std::vector<Problem> problems;
    run_before(event, problems);
    throw_if_any(std::move(problems));
    refuse_if_restricted(state, entity, id);
    header_of(after).deleted_at() = state.now();
    const std::int64_t position =
        write_deletion(session, entity, before, after, ChangeKind::deleted);
    run_after(event);
    release_references(session, entity, id, position);
    return position;
}

void restore_record(Session& session, const Entity& entity, Id id) {
    SessionState& state = session.state();
    const Nesting nesting(state);
    const Record before = stored(state, entity, id, Deleted::shown);
    if (!header_of(before).deleted_at()) {
        fail_not_deleted(entity, id);
    }
    Record after = before;
    header_of(after).deleted_at().reset();
    WriteEvent event{session, entity, ChangeKind::restored, before.object(), after};
    std::vector<Problem> problems;
    run_before(event, problems);
    // A restored record is as it was: hooks may veto, not change it.
    entity.copy(after.object(), before.object());
    header_of(after).deleted_at().reset();
    validate(state, entity, nullptr, after.object(), std::move(problems));
    write_deletion(session, entity, before, after, ChangeKind::restored);
    run_after(event);
}

void insert_as_is(SessionState& state, const Entity& entity, const void* object, const void* row) {
    Storage& storage = state.writer();
    storage.insert(entity, row);
    state.count_write();
    const bool is_deleted = header_of(RecordView(entity, object)).deleted_at().has_value();
    Change creation = change_of(entity, object, ChangeKind::created, state.now());
    creation.version -= is_deleted ? 1 : 0;
    creation.values = values_of_new(entity, object);
    state.append(std::move(creation));
    if (!is_deleted) {
        keep_derived(storage, entity, nullptr, object);
        return;
    }
    Change deletion = change_of(entity, object, ChangeKind::deleted, state.now());
    deletion.values = "{}";
    state.append(std::move(deletion));
}

void erase_record(SessionState& state, const Entity& entity, Id id) {
    const Record before = stored(state, entity, id, Deleted::hidden);
    Change deletion = change_of(entity, before.object(), ChangeKind::deleted, state.now());
    ++deletion.version;
    deletion.values = "{}";
    state.writer().erase(entity, id);
    state.count_write();
    keep_derived(state.writer(), entity, before.object(), nullptr);
    state.append(std::move(deletion));
}

}  // namespace crmkit::engine

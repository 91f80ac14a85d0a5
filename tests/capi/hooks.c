/* Hooks: before and after a change, after the commit; vetoes and their messages. */
#include "support.h"

/* What a hook is to do, and what it saw. */
struct watcher {
    crmkit_code answer;
    const char* message;
    const char* new_name; /* for the record of the event */
    crmkit_session* outer;
    crmkit_cursor* left_open;
    int calls;
    int32_t kind;
    int64_t user;
    char entity[40];
    char before[80];
    char after[80];
    crmkit_code set_result;
};

static crmkit_code watch(void* ctx, const crmkit_write_event* event) {
    struct watcher* watcher = ctx;
    ++watcher->calls;
    watcher->kind = event->kind;
    watcher->user = crmkit_session_user(event->session);
    CHECK(event->struct_size >= sizeof(crmkit_write_event));
    snprintf(watcher->entity, sizeof watcher->entity, "%s", event->entity);
    if (strcmp(event->entity, "account") == 0) {
        snprintf(watcher->before, sizeof watcher->before, "%s",
                 event->before == NULL ? "(none)" : get(event->before, "name"));
        snprintf(watcher->after, sizeof watcher->after, "%s", get(event->after, "name"));
        if (watcher->new_name != NULL) {
            watcher->set_result = set(event->after, "name", watcher->new_name);
        }
    }
    if (watcher->message != NULL) {
        crmkit_hook_message(watcher->message, NUL);
    }
    return watcher->answer;
}

static uint64_t watch_before(struct crm* crm, const char* entity, struct watcher* watcher) {
    uint64_t id = 0;
    REQUIRE_OK(crmkit_before_write(crm->store, entity, NUL, watch, watcher, &id));
    return id;
}

static uint64_t watch_after(struct crm* crm, const char* entity, struct watcher* watcher) {
    uint64_t id = 0;
    REQUIRE_OK(crmkit_after_write(crm->store, entity, NUL, watch, watcher, &id));
    return id;
}

static void they_see_every_kind_of_change(void) {
    struct crm crm;
    struct watcher before = {0};
    struct watcher after = {0};
    open_memory_crm(&crm);
    watch_before(&crm, "account", &before);
    watch_after(&crm, "accounts", &after); /* the plural is the same entity */
    crmkit_record* account = stored_record(&crm, "account", "name", "Acme");
    CHECK_INT(CRMKIT_CHANGE_CREATED, before.kind);
    CHECK_INT(CRMKIT_CHANGE_CREATED, after.kind);
    CHECK_TEXT("account", before.entity);
    CHECK_TEXT("(none)", before.before);
    CHECK_TEXT("Acme", before.after);
    CHECK_TEXT("Acme", after.after);
    CHECK_INT(crm.user, before.user);
    CHECK_OK(set(account, "name", "Acme Steel"));
    CHECK_OK(crmkit_update(crm.me, account));
    CHECK_INT(CRMKIT_CHANGE_UPDATED, after.kind);
    CHECK_TEXT("Acme", before.before);
    CHECK_TEXT("Acme Steel", before.after);
    CHECK_OK(crmkit_delete(crm.me, "account", NUL, crmkit_record_id(account), 0));
    CHECK_INT(CRMKIT_CHANGE_DELETED, before.kind);
    CHECK_OK(crmkit_restore(crm.me, "account", NUL, crmkit_record_id(account)));
    CHECK_INT(CRMKIT_CHANGE_RESTORED, after.kind);
    CHECK_INT(4, before.calls);
    CHECK_INT(4, after.calls);
    crmkit_record* contact = stored_record(&crm, "contact", "last_name", "Lovelace");
    CHECK_INT(4, before.calls); /* another entity */
    crmkit_record_free(contact);
    crmkit_record_free(account);
    close_crm(&crm);
}

static void one_can_be_for_every_entity(void) {
    struct crm crm;
    struct watcher all = {0};
    open_memory_crm(&crm);
    watch_before(&crm, "", &all);
    crmkit_record_free(stored_record(&crm, "account", "name", "Acme"));
    CHECK_TEXT("account", all.entity);
    crmkit_record_free(stored_record(&crm, "contact", "last_name", "Lovelace"));
    CHECK_TEXT("contact", all.entity);
    CHECK_INT(2, all.calls);
    close_crm(&crm);
}

static void a_veto_undoes_the_change(void) {
    struct crm crm;
    struct watcher hook = {0};
    open_memory_crm(&crm);
    crmkit_record* account = new_record(&crm, "account");
    CHECK_OK(set(account, "name", "Acme"));
    watch_before(&crm, "account", &hook);
    hook.answer = CRMKIT_VETOED;
    hook.message = "not on a Sunday";
    CHECK_CODE(CRMKIT_VETOED, crmkit_create(crm.me, account));
    CHECK_TEXT("not on a Sunday", crmkit_error_message());
    CHECK_INT(0, crmkit_record_id(account));
    hook.message = NULL; /* that of the call before is not taken for this one's */
    CHECK_CODE(CRMKIT_VETOED, crmkit_create(crm.me, account));
    CHECK_CONTAINS("account", crmkit_error_message());
    CHECK(strstr(crmkit_error_message(), "Sunday") == NULL);
    hook.answer = CRMKIT_PERMISSION_DENIED;
    CHECK_CODE(CRMKIT_PERMISSION_DENIED, crmkit_create(crm.me, account));
    hook.answer = 4711; /* no code */
    CHECK_CODE(CRMKIT_VETOED, crmkit_create(crm.me, account));
    hook.answer = -1;
    CHECK_CODE(CRMKIT_VETOED, crmkit_create(crm.me, account));
    hook.message = "bytes \xFF that are no UTF-8";
    CHECK_CODE(CRMKIT_VETOED, crmkit_create(crm.me, account));
    CHECK_TEXT("bytes \xEF\xBF\xBD that are no UTF-8", crmkit_error_message());
    CHECK_INT(0, count_of(crm.me, "account", ""));
    hook.answer = CRMKIT_OK;
    CHECK_OK(crmkit_create(crm.me, account));
    crmkit_record_free(account);
    close_crm(&crm);
}

static void after_the_write_it_can_still_be_undone(void) {
    struct crm crm;
    struct watcher hook = {.answer = CRMKIT_VETOED, .message = "too late, and yet"};
    open_memory_crm(&crm);
    crmkit_record* account = stored_record(&crm, "account", "name", "Acme");
    watch_after(&crm, "account", &hook);
    CHECK_OK(set(account, "name", "Acme Steel"));
    CHECK_CODE(CRMKIT_VETOED, crmkit_update(crm.me, account));
    CHECK_TEXT("too late, and yet", crmkit_error_message());
    CHECK_INT(1, count_of(crm.me, "account", "name = 'Acme'"));
    CHECK_CODE(CRMKIT_VETOED, crmkit_delete(crm.me, "account", NUL, crmkit_record_id(account), 0));
    CHECK_INT(1, count_of(crm.me, "account", "name = 'Acme'"));
    crmkit_record_free(account);
    close_crm(&crm);
}

static void a_before_hook_changes_the_record_and_an_after_hook_may_not(void) {
    struct crm crm;
    struct watcher before = {.new_name = "Acme Ltd"};
    struct watcher after = {.new_name = "Acme Inc"};
    open_memory_crm(&crm);
    watch_before(&crm, "account", &before);
    watch_after(&crm, "account", &after);
    crmkit_record* account = stored_record(&crm, "account", "name", "Acme");
    CHECK_INT(CRMKIT_OK, before.set_result);
    CHECK_TEXT("Acme Ltd", get(account, "name"));
    CHECK_INT(CRMKIT_INVALID_ARGUMENT, after.set_result);
    CHECK_INT(1, count_of(crm.me, "account", "name = 'Acme Ltd'"));
    crmkit_record_free(account);
    close_crm(&crm);
}

static void a_removed_hook_is_silent(void) {
    struct crm crm;
    struct watcher hook = {0};
    open_memory_crm(&crm);
    const uint64_t id = watch_before(&crm, "account", &hook);
    add_account(&crm, "One");
    CHECK_OK(crmkit_remove_hook(crm.store, id));
    add_account(&crm, "Two");
    CHECK_INT(1, hook.calls);
    CHECK_OK(crmkit_remove_hook(crm.store, id));
    CHECK_OK(crmkit_remove_hook(crm.store, 4711));
    close_crm(&crm);
}

/* ---- Hooks that use crmkit themselves ------------------------------------------------------ */

/* Writes a note for each account, in the same transaction. */
static crmkit_code add_contact(void* ctx, const crmkit_write_event* event) {
    struct crm* crm = ctx;
    crmkit_record* contact = NULL;
    if (event->kind != CRMKIT_CHANGE_CREATED) {
        return CRMKIT_OK;
    }
    crmkit_code code = crmkit_record_new(crm->store, "contact", NUL, &contact);
    if (code == CRMKIT_OK) {
        set(contact, "last_name", get(event->after, "name"));
        set_number(contact, "account", crmkit_record_id(event->after));
        CHECK_OK(crmkit_begin(event->session));
        code = crmkit_create(event->session, contact);
        CHECK_OK(crmkit_commit(event->session));
    }
    crmkit_record_free(contact);
    return code;
}

static void what_a_hook_writes_is_part_of_the_change(void) {
    struct crm crm;
    uint64_t id = 0;
    open_memory_crm(&crm);
    REQUIRE_OK(crmkit_after_write(crm.store, "account", NUL, add_contact, &crm, &id));
    add_account(&crm, "Acme");
    CHECK_INT(1, count_of(crm.me, "contact", "account.name = 'Acme'"));
    REQUIRE_OK(crmkit_begin(crm.me));
    add_account(&crm, "Gone");
    CHECK_OK(crmkit_rollback(crm.me));
    CHECK_INT(1, count_of(crm.me, "contact", ""));
    close_crm(&crm);
}

/* Fails to write a record, and returns that failure. */
static crmkit_code write_nonsense(void* ctx, const crmkit_write_event* event) {
    struct crm* crm = ctx;
    crmkit_record* contact = NULL;
    crmkit_code code = crmkit_record_new(crm->store, "contact", NUL, &contact);
    if (code == CRMKIT_OK) {
        code = crmkit_create(event->session, contact); /* without a name */
    }
    crmkit_record_free(contact);
    return code;
}

static void the_error_of_a_call_inside_goes_through(void) {
    struct crm crm;
    uint64_t id = 0;
    open_memory_crm(&crm);
    REQUIRE_OK(crmkit_before_write(crm.store, "account", NUL, write_nonsense, &crm, &id));
    crmkit_record* account = new_record(&crm, "account");
    CHECK_OK(set(account, "name", "Acme"));
    CHECK_CODE(CRMKIT_VALIDATION, crmkit_create(crm.me, account));
    CHECK_TEXT("contact", problem_about("last_name").entity);
    CHECK_INT(0, count_of(crm.me, "account", ""));
    crmkit_record_free(account);
    close_crm(&crm);
}

/* Goes on after a call that failed, and refuses for another reason. */
static crmkit_code write_nonsense_and_veto(void* ctx, const crmkit_write_event* event) {
    CHECK_INT(CRMKIT_VALIDATION, write_nonsense(ctx, event));
    return CRMKIT_VETOED;
}

static void the_error_of_a_call_inside_is_not_taken_for_another_reason(void) {
    struct crm crm;
    uint64_t id = 0;
    open_memory_crm(&crm);
    REQUIRE_OK(crmkit_before_write(crm.store, "account", NUL, write_nonsense_and_veto, &crm, &id));
    crmkit_record* account = new_record(&crm, "account");
    CHECK_OK(set(account, "name", "Acme"));
    CHECK_CODE(CRMKIT_VETOED, crmkit_create(crm.me, account));
    CHECK_TEXT("a hook of the host refused the change of a record: account",
               crmkit_error_message());
    CHECK_INT(0, (int64_t)crmkit_error_problem_count());
    crmkit_record_free(account);
    close_crm(&crm);
}

/* Says why before it writes what sets off another hook. */
static crmkit_code speak_and_write(void* ctx, const crmkit_write_event* event) {
    crmkit_hook_message("said first", NUL);
    const crmkit_code code = add_contact(ctx, event);
    return code == CRMKIT_OK ? CRMKIT_VETOED : code;
}

static void an_inner_hook_leaves_the_outer_ones_message(void) {
    struct crm crm;
    uint64_t id = 0;
    struct watcher inner = {.message = "inner, but it agrees"};
    open_memory_crm(&crm);
    REQUIRE_OK(crmkit_after_write(crm.store, "account", NUL, speak_and_write, &crm, &id));
    watch_before(&crm, "contact", &inner);
    crmkit_record* account = new_record(&crm, "account");
    CHECK_OK(set(account, "name", "Acme"));
    CHECK_CODE(CRMKIT_VETOED, crmkit_create(crm.me, account));
    CHECK_TEXT("said first", crmkit_error_message());
    CHECK_INT(1, inner.calls);
    crmkit_record_free(account);
    close_crm(&crm);
}

/* Does with its sessions and records what it must not. */
static crmkit_code misbehave(void* ctx, const crmkit_write_event* event) {
    struct watcher* watcher = ctx;
    ++watcher->calls;
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_commit(watcher->outer));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_rollback(watcher->outer));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_begin(watcher->outer));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_begin_read(watcher->outer));
    crmkit_session_close(watcher->outer);
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_commit(event->session)); /* it has begun none */
    crmkit_session_close(event->session);
    crmkit_record_free(event->after);
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_create(event->session, event->after));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_get(event->session, 1, event->after));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_get_even_deleted(event->session, 1, event->after));
    /* A transaction and a cursor that are left open end with the hook. */
    CHECK_OK(crmkit_begin(event->session));
    CHECK_OK(crmkit_query(event->session, "account", NUL, "", 0, NULL, 0, &watcher->left_open));
    return CRMKIT_OK;
}

static void a_hook_cannot_break_the_change_it_is_part_of(void) {
    struct crm crm;
    struct watcher hook = {0};
    uint64_t id = 0;
    int32_t found = -1;
    open_memory_crm(&crm);
    hook.outer = crm.me;
    REQUIRE_OK(crmkit_before_write(crm.store, "account", NUL, misbehave, &hook, &id));
    crmkit_record* account = stored_record(&crm, "account", "name", "Acme");
    CHECK_INT(1, hook.calls);
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_cursor_next(hook.left_open, account, &found));
    crmkit_cursor_close(hook.left_open);
    CHECK_INT(1, count_of(crm.me, "account", "name = 'Acme'"));
    crmkit_record_free(account);
    close_crm(&crm);
}

/* Creates another account for each account. */
static crmkit_code go_on_for_ever(void* ctx, const crmkit_write_event* event) {
    struct crm* crm = ctx;
    crmkit_record* account = NULL;
    crmkit_code code = crmkit_record_new(crm->store, "account", NUL, &account);
    if (code == CRMKIT_OK) {
        set(account, "name", "Another");
        code = crmkit_create(event->session, account);
    }
    crmkit_record_free(account);
    return code;
}

static void hooks_that_set_each_other_off_end(void) {
    struct crm crm;
    uint64_t id = 0;
    open_memory_crm(&crm);
    REQUIRE_OK(crmkit_after_write(crm.store, "account", NUL, go_on_for_ever, &crm, &id));
    crmkit_record* account = new_record(&crm, "account");
    CHECK_OK(set(account, "name", "Acme"));
    CHECK_CODE(CRMKIT_LIMIT, crmkit_create(crm.me, account));
    CHECK_OK(crmkit_remove_hook(crm.store, id));
    CHECK_INT(0, count_of(crm.me, "account", ""));
    crmkit_record_free(account);
    close_crm(&crm);
}

/* ---- After the commit ---------------------------------------------------------------------- */

struct commits {
    crmkit_store* store;
    int calls;
    char last[2000];
    int64_t found;
};

static void note_commit(void* ctx, const char* json, size_t size) {
    struct commits* commits = ctx;
    ++commits->calls;
    CHECK_INT((int64_t)strlen(json), (int64_t)size);
    snprintf(commits->last, sizeof commits->last, "%s", json);
    if (commits->store != NULL) {
        crmkit_session* session = NULL;
        CHECK_OK(crmkit_session_open(commits->store, 0, &session));
        commits->found = count_of(session, "account", "");
        crmkit_session_close(session);
    }
}

/* The record of the call that a hook runs in, and what comes of filling it there. */
struct intruder {
    crmkit_record* record;
    crmkit_code created;
    crmkit_code read;
};

static crmkit_code intrude(void* ctx, const crmkit_write_event* event) {
    struct intruder* intruder = ctx;
    intruder->created = crmkit_create(event->session, intruder->record);
    intruder->read = crmkit_get(event->session, 1, intruder->record);
    return CRMKIT_OK;
}

static void a_hook_does_not_fill_the_record_of_its_call(void) {
    struct crm crm;
    struct intruder intruder = {NULL, CRMKIT_OK, CRMKIT_OK};
    uint64_t id = 0;
    open_memory_crm(&crm);
    REQUIRE_OK(crmkit_before_write(crm.store, "account", NUL, intrude, &intruder, &id));
    intruder.record = new_record(&crm, "account");
    CHECK_OK(set(intruder.record, "name", "Acme"));
    CHECK_OK(crmkit_create(crm.me, intruder.record));
    CHECK_INT(CRMKIT_INVALID_ARGUMENT, intruder.created);
    CHECK_INT(CRMKIT_INVALID_ARGUMENT, intruder.read);
    CHECK_TEXT("Acme", get(intruder.record, "name"));
    CHECK_INT(1, count_of(crm.me, "account", ""));
    crmkit_record_free(intruder.record);
    close_crm(&crm);
}

static void each_committed_change_is_told(void) {
    struct crm crm;
    struct commits commits = {0};
    uint64_t id = 0;
    open_memory_crm(&crm);
    commits.store = crm.store;
    REQUIRE_OK(crmkit_after_commit(crm.store, note_commit, &commits, &id));
    add_account(&crm, "Acme \"Steel\"");
    CHECK_INT(1, commits.calls);
    CHECK_INT(1, commits.found); /* another session sees it already */
    CHECK_CONTAINS("\"kind\":\"created\"", commits.last);
    CHECK_CONTAINS("Acme \\\"Steel\\\"", commits.last);
    REQUIRE_OK(crmkit_begin(crm.me));
    add_account(&crm, "One");
    CHECK_INT(1, commits.calls);
    add_account(&crm, "Two");
    CHECK_OK(crmkit_commit(crm.me));
    CHECK_INT(3, commits.calls);
    CHECK_CONTAINS("\"after\":\"Two\"", commits.last);
    REQUIRE_OK(crmkit_begin(crm.me));
    add_account(&crm, "Three");
    CHECK_OK(crmkit_rollback(crm.me));
    CHECK_INT(3, commits.calls);
    CHECK_OK(crmkit_remove_hook(crm.store, id));
    add_account(&crm, "Four");
    CHECK_INT(3, commits.calls);
    close_crm(&crm);
}

static void a_hook_needs_what_it_is_made_of(void) {
    struct crm crm;
    uint64_t id = 7;
    struct watcher hook = {0};
    open_memory_crm(&crm);
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT,
               crmkit_before_write(NULL, "account", NUL, watch, &hook, &id));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT,
               crmkit_before_write(crm.store, "account", NUL, NULL, &hook, &id));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT,
               crmkit_before_write(crm.store, "account", NUL, watch, &hook, NULL));
    CHECK_CODE(CRMKIT_NOT_FOUND, crmkit_before_write(crm.store, "acount", NUL, watch, &hook, &id));
    CHECK_CODE(CRMKIT_NOT_FOUND, crmkit_after_write(crm.store, "acount", NUL, watch, &hook, &id));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT,
               crmkit_after_write(crm.store, "account", NUL, NULL, &hook, &id));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_after_commit(crm.store, NULL, &hook, &id));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_after_commit(crm.store, note_commit, NULL, NULL));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_remove_hook(NULL, 1));
    CHECK_INT(7, (int64_t)id);
    add_account(&crm, "Acme");
    CHECK_INT(0, hook.calls);
    close_crm(&crm);
}

int main(void) {
    static const struct test_case cases[] = {
        {"they see every kind of change", they_see_every_kind_of_change},
        {"one can be for every entity", one_can_be_for_every_entity},
        {"a veto undoes the change", a_veto_undoes_the_change},
        {"after the write it can still be undone", after_the_write_it_can_still_be_undone},
        {"a before-hook changes the record and an after-hook may not",
         a_before_hook_changes_the_record_and_an_after_hook_may_not},
        {"a removed hook is silent", a_removed_hook_is_silent},
        {"what a hook writes is part of the change", what_a_hook_writes_is_part_of_the_change},
        {"the error of a call inside goes through", the_error_of_a_call_inside_goes_through},
        {"the error of a call inside is not taken for another reason",
         the_error_of_a_call_inside_is_not_taken_for_another_reason},
        {"an inner hook leaves the outer one's message",
         an_inner_hook_leaves_the_outer_ones_message},
        {"a hook cannot break the change it is part of",
         a_hook_cannot_break_the_change_it_is_part_of},
        {"hooks that set each other off end", hooks_that_set_each_other_off_end},
        {"a hook does not fill the record of its call",
         a_hook_does_not_fill_the_record_of_its_call},
        {"each committed change is told", each_committed_change_is_told},
        {"a hook needs what it is made of", a_hook_needs_what_it_is_made_of},
    };
    return RUN_CASES(cases);
}

/* Errors: codes and their names, messages, problems, each thread its own. */
#include <pthread.h>

#include "support.h"

static void every_code_has_a_name(void) {
    for (crmkit_code code = CRMKIT_OK; code <= CRMKIT_INTERNAL; ++code) {
        CHECK(crmkit_code_name(code) != NULL);
    }
    CHECK_TEXT("ok", crmkit_code_name(CRMKIT_OK));
    CHECK_TEXT("not_found", crmkit_code_name(CRMKIT_NOT_FOUND));
    CHECK_TEXT("illegal_transition", crmkit_code_name(CRMKIT_ILLEGAL_TRANSITION));
    CHECK_TEXT("internal", crmkit_code_name(CRMKIT_INTERNAL));
    CHECK(crmkit_code_name(CRMKIT_INTERNAL + 1) == NULL);
    CHECK(crmkit_code_name(-1) == NULL);
    CHECK(crmkit_code_name(INT32_MAX) == NULL);
}

static void an_error_stays_until_the_next_one(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* account = new_record(&crm, "account");
    CHECK_CODE(CRMKIT_NOT_FOUND, crmkit_get(crm.me, 5, account));
    CHECK_OK(set(account, "name", "Acme"));
    CHECK_OK(crmkit_create(crm.me, account));
    CHECK_INT(CRMKIT_NOT_FOUND, crmkit_error_code()); /* what succeeds does not clear it */
    CHECK_TEXT("account.id: '5' there is no such record", crmkit_error_message());
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_commit(crm.me));
    CHECK_INT(0, (int64_t)crmkit_error_problem_count());
    crmkit_record_free(account);
    close_crm(&crm);
}

static void every_problem_of_a_record_is_told_at_once(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* account = new_record(&crm, "account");
    CHECK_OK(set(account, "email", "not an address"));
    CHECK_OK(set(account, "currency", "EURO"));
    CHECK_OK(set_number(account, "parent_account", 4711));
    CHECK_CODE(CRMKIT_VALIDATION, crmkit_create(crm.me, account));
    CHECK_INT(4, (int64_t)crmkit_error_problem_count());
    const crmkit_problem name = problem_about("name");
    CHECK_TEXT("account", name.entity);
    CHECK_TEXT("", name.value);
    CHECK_TEXT("is required", name.message);
    CHECK_INT(0, name.line);
    CHECK_INT(0, name.column);
    CHECK_TEXT("not an address", problem_about("email").value);
    CHECK_TEXT("EURO", problem_about("currency").value);
    CHECK_TEXT("4711", problem_about("parent_account").value);
    CHECK_CONTAINS("account.name: is required; ", crmkit_error_message());
    CHECK_INT(0, crmkit_record_id(account));
    crmkit_record_free(account);
    close_crm(&crm);
}

static void looking_at_problems_changes_nothing(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* account = new_record(&crm, "account");
    CHECK_CODE(CRMKIT_VALIDATION, crmkit_create(crm.me, account));
    crmkit_problem problem = {sizeof problem, NULL, NULL, NULL, NULL, -1, -1};
    CHECK_INT(CRMKIT_NOT_FOUND, crmkit_error_problem(1, &problem));
    CHECK_INT(CRMKIT_NOT_FOUND, crmkit_error_problem(SIZE_MAX, &problem));
    CHECK(problem.entity == NULL);
    CHECK_INT(-1, problem.line);
    CHECK_INT(CRMKIT_INVALID_ARGUMENT, crmkit_error_problem(0, NULL));
    problem.struct_size = sizeof(size_t);
    CHECK_INT(CRMKIT_INVALID_ARGUMENT, crmkit_error_problem(0, &problem));
    CHECK_INT(CRMKIT_VALIDATION, crmkit_error_code());
    crmkit_record_free(account);
    close_crm(&crm);
}

static void a_problem_of_a_newer_header_is_filled_as_far_as_it_is_known(void) {
    struct {
        crmkit_problem known;
        int64_t added[4];
    } newer = {{sizeof newer, NULL, NULL, NULL, NULL, -1, -1}, {1, 2, 3, 4}};
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* account = new_record(&crm, "account");
    CHECK_CODE(CRMKIT_VALIDATION, crmkit_create(crm.me, account));
    CHECK_OK(crmkit_error_problem(0, &newer.known));
    CHECK_TEXT("name", newer.known.field);
    CHECK_INT(sizeof newer, (int64_t)newer.known.struct_size);
    CHECK_INT(1, newer.added[0]);
    CHECK_INT(4, newer.added[3]);
    crmkit_record_free(account);
    close_crm(&crm);
}

static void what_is_shown_of_a_hostile_value_is_short_and_clean(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* account = new_record(&crm, "account");
    char* const huge = malloc(1000000);
    REQUIRE(huge != NULL);
    memset(huge, '\x07', 1000000);
    CHECK_CODE(CRMKIT_VALIDATION,
               crmkit_set_text(account, field(account, "number_of_employees"), huge, 1000000));
    CHECK(strlen(crmkit_error_message()) < 1000);
    CHECK(strchr(crmkit_error_message(), '\x07') == NULL);
    memset(huge, '\xFF', 1000000);
    CHECK_CODE(CRMKIT_VALIDATION,
               crmkit_set_text(account, field(account, "rating"), huge, 1000000));
    CHECK(strlen(crmkit_error_message()) < 1000);
    CHECK(strchr(crmkit_error_message(), '\xFF') == NULL);
    CHECK_INT(0, crmkit_field(account, huge, 1000000));
    CHECK(strlen(crmkit_error_message()) < 1000);
    memset(huge, 'x', 1000000);
    CHECK_INT(0, crmkit_field(account, huge, 1000000));
    CHECK_INT(CRMKIT_NOT_FOUND, crmkit_error_code());
    CHECK(strlen(crmkit_error_message()) < 1000);
    free(huge);
    crmkit_record_free(account);
    close_crm(&crm);
}

struct worker {
    struct crm* crm;
    int index;
    int ok;
};

/* Fails in a way of its own, again and again, and finds its own error each time. */
static void* fail_in_a_thread(void* ctx) {
    struct worker* worker = ctx;
    crmkit_session* session = NULL;
    crmkit_record* account = NULL;
    worker->ok = crmkit_error_code() == CRMKIT_OK && crmkit_error_message()[0] == '\0' &&
                 crmkit_session_open(worker->crm->store, 0, &session) == CRMKIT_OK &&
                 crmkit_record_new(worker->crm->store, "account", NUL, &account) == CRMKIT_OK;
    for (int i = 0; worker->ok && i < 200; ++i) {
        char expected[60];
        const int64_t id = (int64_t)worker->index * 1000 + i + 1;
        snprintf(expected, sizeof expected, "account.id: '%" PRId64 "'", id);
        worker->ok = crmkit_get(session, id, account) == CRMKIT_NOT_FOUND &&
                     strstr(crmkit_error_message(), expected) != NULL;
    }
    crmkit_record_free(account);
    crmkit_session_close(session);
    return NULL;
}

static void each_thread_has_its_own(void) {
    struct crm crm;
    struct worker workers[4];
    pthread_t threads[4];
    open_memory_crm(&crm);
    crmkit_record* account = new_record(&crm, "account");
    CHECK_CODE(CRMKIT_VALIDATION, crmkit_create(crm.me, account));
    for (int i = 0; i < 4; ++i) {
        workers[i] = (struct worker){&crm, i, 0};
        REQUIRE(pthread_create(&threads[i], NULL, fail_in_a_thread, &workers[i]) == 0);
    }
    for (int i = 0; i < 4; ++i) {
        pthread_join(threads[i], NULL);
        CHECK(workers[i].ok);
    }
    CHECK_INT(CRMKIT_VALIDATION, crmkit_error_code());
    CHECK_TEXT("name", problem_about("name").field);
    crmkit_record_free(account);
    close_crm(&crm);
}

int main(void) {
    static const struct test_case cases[] = {
        {"every code has a name", every_code_has_a_name},
        {"an error stays until the next one", an_error_stays_until_the_next_one},
        {"every problem of a record is told at once", every_problem_of_a_record_is_told_at_once},
        {"looking at problems changes nothing", looking_at_problems_changes_nothing},
        {"a problem of a newer header is filled as far as it is known",
         a_problem_of_a_newer_header_is_filled_as_far_as_it_is_known},
        {"what is shown of a hostile value is short and clean",
         what_is_shown_of_a_hostile_value_is_short_and_clean},
        {"each thread has its own", each_thread_has_its_own},
    };
    return RUN_CASES(cases);
}

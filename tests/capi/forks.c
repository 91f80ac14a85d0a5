/* A process that is forked while a store is open: the child is told so, and may let go of it. */
#include <sys/types.h>
#include <sys/wait.h>

#include "support.h"

static int expect(crmkit_code expected, crmkit_code code) { return code == expected ? 0 : 1; }

/* What the child does; its exit code is how much of it went wrong. Checks count in the parent only.
 */
static int use_in_child(struct crm* crm, const char* path, crmkit_record* account) {
    crmkit_session* session = NULL;
    crmkit_store* store = NULL;
    int wrong = 0;
    wrong += expect(CRMKIT_INVALID_ARGUMENT, crmkit_create(crm->me, account));
    wrong += expect(CRMKIT_INVALID_ARGUMENT, crmkit_session_open(crm->store, 0, &session));
    wrong += expect(CRMKIT_INVALID_ARGUMENT, crmkit_open(path, NUL, NULL, &store));
    crmkit_record_free(account);
    close_crm(crm);
    return wrong + (session != NULL) + (store != NULL);
}

static void a_child_is_refused_and_may_release_what_it_inherits(void) {
    struct crm crm;
    int status = -1;
    const char* const path = temp_path("store.db");
    open_file_crm(&crm, path);
    crmkit_record* account = new_record(&crm, "account");
    CHECK_OK(set(account, "name", "Acme"));
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        _exit(use_in_child(&crm, path, account));
    }
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK_INT(0, status);
    CHECK_OK(crmkit_create(crm.me, account));
    CHECK_INT(1, count_of(crm.me, "account", ""));
    crmkit_record_free(account);
    close_crm(&crm);
}

int main(void) {
    static const struct test_case cases[] = {
        {"a child is refused, and may release what it inherits",
         a_child_is_refused_and_may_release_what_it_inherits},
    };
    make_temp_folder();
    const int code = RUN_CASES(cases);
    remove_temp_folder();
    return code;
}

/* What a test program in C is made of: cases, checks, and the tally line that tests/run adds up. */
#ifndef CRMKIT_TESTS_CAPI_CHECK_H
#define CRMKIT_TESTS_CAPI_CHECK_H

#include <crmkit.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

struct test_case {
    const char* name;
    void (*run)(void);
};

static atomic_int check_failures;
static int check_is_skipped;
static jmp_buf check_end_of_case;

static inline int check_that(int ok, const char* what, const char* file, int line) {
    if (!ok) {
        atomic_fetch_add(&check_failures, 1);
        fprintf(stderr, "%s:%d: %s\n", file, line, what);
    }
    return ok;
}

static inline int check_int(int64_t expected, int64_t actual, const char* what, const char* file,
                            int line) {
    const int ok = check_that(expected == actual, what, file, line);
    if (!ok) {
        fprintf(stderr, "    expected %" PRId64 ", got %" PRId64 "\n", expected, actual);
    }
    return ok;
}

static inline int check_text(const char* expected, const char* actual, int is_part,
                             const char* what, const char* file, int line) {
    const int ok = actual != NULL &&
                   (is_part ? strstr(actual, expected) != NULL : strcmp(expected, actual) == 0);
    check_that(ok, what, file, line);
    if (!ok) {
        fprintf(stderr, "    expected %s\"%.300s\", got \"%.300s\"\n", is_part ? "in it " : "",
                expected, actual == NULL ? "NULL" : actual);
    }
    return ok;
}

static inline int check_code(crmkit_code expected, crmkit_code actual, const char* what,
                             const char* file, int line) {
    const int ok = check_that(expected == actual, what, file, line);
    if (!ok) {
        fprintf(stderr, "    expected %s, got %s: %s\n", crmkit_code_name(expected),
                crmkit_code_name(actual), crmkit_error_message());
    } else if (expected != CRMKIT_OK) {
        check_int(expected, crmkit_error_code(), "crmkit_error_code()", file, line);
        check_that(crmkit_error_message()[0] != '\0', "there is a message", file, line);
    }
    return ok;
}

/* A check that fails is counted, and the case goes on. */
#define CHECK(condition) check_that((condition) ? 1 : 0, #condition, __FILE__, __LINE__)
#define CHECK_INT(expected, actual) check_int((expected), (actual), #actual, __FILE__, __LINE__)
#define CHECK_TEXT(expected, actual) \
    check_text((expected), (actual), 0, #actual, __FILE__, __LINE__)
#define CHECK_CONTAINS(part, actual) check_text((part), (actual), 1, #actual, __FILE__, __LINE__)
#define CHECK_CODE(expected, call) check_code((expected), (call), #call, __FILE__, __LINE__)
#define CHECK_OK(call) CHECK_CODE(CRMKIT_OK, call)
/* A call without which the rest of the case makes no sense. Not for other threads. */
#define REQUIRE_OK(call)                                                 \
    do {                                                                 \
        if (!check_code(CRMKIT_OK, (call), #call, __FILE__, __LINE__)) { \
            longjmp(check_end_of_case, 1);                               \
        }                                                                \
    } while (0)
#define REQUIRE(condition)                                                      \
    do {                                                                        \
        if (!check_that((condition) ? 1 : 0, #condition, __FILE__, __LINE__)) { \
            longjmp(check_end_of_case, 1);                                      \
        }                                                                       \
    } while (0)

/* Says why a case cannot run here; it is counted as skipped. */
static inline void skip_case(const char* reason) {
    printf("skipped: %s\n", reason);
    check_is_skipped = 1;
}

/* Runs one case up to its end or its first fatal failure. A function of its own, because longjmp()
 * leaves the variables of its caller undefined. */
static inline void run_case(const struct test_case* one) {
    atomic_store(&check_failures, 0);
    check_is_skipped = 0;
    if (setjmp(check_end_of_case) == 0) {
        one->run();
    }
}

/* Runs all cases, prints the tally, and gives the exit code of the program. */
static inline int run_cases(const struct test_case* cases, size_t count) {
    int passed = 0;
    int failed = 0;
    int skipped = 0;
    for (size_t i = 0; i < count; ++i) {
        run_case(&cases[i]);
        if (atomic_load(&check_failures) > 0) {
            fprintf(stderr, "FAILED: %s\n", cases[i].name);
            ++failed;
        } else if (check_is_skipped) {
            ++skipped;
        } else {
            ++passed;
        }
    }
    printf("[tally] passed=%d failed=%d skipped=%d\n", passed, failed, skipped);
    return failed > 0 ? 1 : 0;
}

#define RUN_CASES(cases) run_cases((cases), sizeof(cases) / sizeof((cases)[0]))

#endif

/* Operations: called by name with JSON, described with their input and output. */
#include "support.h"

/* Calls an operation and gives its result, or NULL when it fails. */
static crmkit_text* call(struct crm* crm, const char* operation, const char* input) {
    crmkit_text* result = NULL;
    if (crmkit_call(crm->me, operation, NUL, input, NUL, &result) != CRMKIT_OK) {
        CHECK(result == NULL);
        return NULL;
    }
    REQUIRE(result != NULL);
    return result;
}

/* Calls an operation on a record, with more input after it, and checks what is in the result. */
static void call_on(struct crm* crm, const char* operation, const char* member, int64_t id,
                    const char* more, const char* part_of_result) {
    char input[300];
    snprintf(input, sizeof input, "{\"%s\": \"%" PRId64 "\"%s}", member, id, more);
    crmkit_text* result = call(crm, operation, input);
    if (CHECK(result != NULL)) {
        CHECK_CONTAINS(part_of_result, crmkit_text_data(result));
    } else {
        fprintf(stderr, "    %s\n", crmkit_error_message());
    }
    crmkit_text_free(result);
}

static int64_t add_deal(struct crm* crm, int64_t account) {
    crmkit_record* deal = new_record(crm, "opportunity");
    CHECK_OK(set(deal, "name", "Rolling mill"));
    CHECK_OK(set(deal, "amount", "1200000.00 EUR"));
    CHECK_OK(set(deal, "close_date", "2026-12-31"));
    CHECK_OK(set_number(deal, "account", account));
    REQUIRE_OK(crmkit_create(crm->me, deal));
    const int64_t id = crmkit_record_id(deal);
    crmkit_record_free(deal);
    return id;
}

static void a_deal_is_won(void) {
    struct crm crm;
    open_memory_crm(&crm);
    const int64_t account = add_account(&crm, "Acme");
    const int64_t deal = add_deal(&crm, account);
    call_on(&crm, "sales.win_opportunity", "opportunity", deal, "", "\"state\":\"won\"");
    CHECK_INT(1, count_of(crm.me, "opportunity", "state = 'won'"));
    crmkit_text* value = call(&crm, "sales.won_value", "{}");
    REQUIRE(value != NULL);
    CHECK_CONTAINS("1200000.00", crmkit_text_data(value));
    crmkit_text_free(value);
    call_on(&crm, "sales.reopen_opportunity", "opportunity", deal, "", "\"state\":\"open\"");
    call_on(&crm, "sales.lose_opportunity", "opportunity", deal, ", \"reason\": \"price\"",
            "\"state\":\"lost\"");
    value = call(&crm, "sales.win_rate", NULL); /* no input is {} */
    CHECK(value != NULL);
    crmkit_text_free(value);
    close_crm(&crm);
}

static void an_illegal_move_is_refused(void) {
    struct crm crm;
    open_memory_crm(&crm);
    const int64_t deal = add_deal(&crm, add_account(&crm, "Acme"));
    char input[100];
    snprintf(input, sizeof input, "{\"opportunity\": \"%" PRId64 "\"}", deal);
    crmkit_text* result = NULL;
    CHECK_CODE(CRMKIT_ILLEGAL_TRANSITION,
               crmkit_call(crm.me, "sales.reopen_opportunity", NUL, input, NUL, &result));
    CHECK(crmkit_error_problem_count() > 0);
    CHECK_OK(crmkit_call(crm.me, "sales.win_opportunity", NUL, input, NUL, &result));
    crmkit_text_free(result);
    result = NULL;
    CHECK_CODE(
        CRMKIT_ILLEGAL_TRANSITION,
        crmkit_call(crm.me, "sales.lose_opportunity", NUL,
                    (snprintf(input, sizeof input,
                              "{\"opportunity\": \"%" PRId64 "\", \"reason\": \"price\"}", deal),
                     input),
                    NUL, &result));
    CHECK(result == NULL);
    CHECK_INT(1, count_of(crm.me, "opportunity", "state = 'won'"));
    /* The same by writing the stage of a lost deal. */
    crmkit_record* record = new_record(&crm, "opportunity");
    crmkit_record* stage = new_record(&crm, "stage");
    crmkit_cursor* stages = NULL;
    int32_t found = 0;
    REQUIRE_OK(crmkit_query(crm.me, "stage", NUL, "state = 'lost' limit 1", NUL, NULL, 0, &stages));
    REQUIRE_OK(crmkit_cursor_next(stages, stage, &found));
    REQUIRE(found == 1);
    REQUIRE_OK(crmkit_get(crm.me, deal, record));
    CHECK_OK(set_number(record, "stage", crmkit_record_id(stage)));
    CHECK_OK(set(record, "lost_reason", "price"));
    CHECK_CODE(CRMKIT_ILLEGAL_TRANSITION, crmkit_update(crm.me, record));
    CHECK_INT(1, count_of(crm.me, "opportunity", "state = 'won'"));
    crmkit_cursor_close(stages);
    crmkit_record_free(stage);
    crmkit_record_free(record);
    close_crm(&crm);
}

static void the_timeline_and_the_360_view_tell_of_a_customer(void) {
    struct crm crm;
    open_memory_crm(&crm);
    const int64_t account = add_account(&crm, "Acme");
    add_deal(&crm, account);
    char input[100];
    snprintf(input, sizeof input, "{\"party\": \"account/%" PRId64 "\"}", account);
    crmkit_text* timeline = call(&crm, "engine.timeline", input);
    REQUIRE(timeline != NULL);
    CHECK_CONTAINS("\"title\":\"Rolling mill\"", crmkit_text_data(timeline));
    crmkit_text_free(timeline);
    crmkit_text* view = call(&crm, "engine.customer_360", input);
    REQUIRE(view != NULL);
    CHECK_CONTAINS("Rolling mill", crmkit_text_data(view));
    CHECK_CONTAINS("Acme", crmkit_text_data(view));
    crmkit_text_free(view);
    CHECK(call(&crm, "engine.customer_360", "{\"party\": \"account/5\"}") == NULL);
    CHECK_INT(CRMKIT_NOT_FOUND, crmkit_error_code());
    close_crm(&crm);
}

static void bad_calls_are_refused(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_text* result = NULL;
    CHECK_CODE(CRMKIT_NOT_FOUND,
               crmkit_call(crm.me, "sales.win_oportunity", NUL, "{}", NUL, &result));
    CHECK_CONTAINS("nearest is 'sales.win_opportunity'", crmkit_error_message());
    CHECK_CODE(CRMKIT_VALIDATION,
               crmkit_call(crm.me, "sales.lose_opportunity", NUL,
                           "{\"raeson\": \"x\",\n \"close_date\": \"soon\"}", NUL, &result));
    CHECK_INT(1, problem_about("raeson").line);
    CHECK_INT(2, problem_about("close_date").line);
    CHECK_CONTAINS("required", problem_about("opportunity").message); /* all at once */
    CHECK_CODE(CRMKIT_SYNTAX,
               crmkit_call(crm.me, "sales.win_opportunity", NUL, "{\"opp", NUL, &result));
    CHECK_CODE(CRMKIT_NOT_FOUND, crmkit_call(crm.me, "sales.win_opportunity", NUL,
                                             "{\"opportunity\": \"5\"}", NUL, &result));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_call(crm.me, "sales.\xFF", NUL, "{}", NUL, &result));
    CHECK(result == NULL);
    close_crm(&crm);
}

static void without_an_output_nothing_is_done(void) {
    struct crm crm;
    open_memory_crm(&crm);
    const int64_t deal = add_deal(&crm, add_account(&crm, "Acme"));
    char input[100];
    snprintf(input, sizeof input, "{\"opportunity\": \"%" PRId64 "\"}", deal);
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT,
               crmkit_call(crm.me, "sales.win_opportunity", NUL, input, NUL, NULL));
    CHECK_INT(0, count_of(crm.me, "opportunity", "state = 'won'"));
    close_crm(&crm);
}

static void everything_is_described(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_text* json = NULL;
    REQUIRE_OK(crmkit_describe(crm.store, &json));
    const char* const text = crmkit_text_data(json);
    CHECK_CONTAINS("\"version\":\"", text);
    CHECK_CONTAINS(crmkit_version(), text);
    CHECK_CONTAINS("\"name\":\"opportunity\"", text);
    CHECK_CONTAINS("\"name\":\"sales.win_opportunity\"", text);
    CHECK_CONTAINS("\"name\":\"engine.customer_360\"", text);
    CHECK_CONTAINS("\"illegal_transition\"", text);
    crmkit_text_free(json);
    close_crm(&crm);
}

int main(void) {
    static const struct test_case cases[] = {
        {"a deal is won", a_deal_is_won},
        {"an illegal move is refused", an_illegal_move_is_refused},
        {"the timeline and the 360 view tell of a customer",
         the_timeline_and_the_360_view_tell_of_a_customer},
        {"bad calls are refused", bad_calls_are_refused},
        {"without an output nothing is done", without_an_output_nothing_is_done},
        {"everything is described", everything_is_described},
    };
    return RUN_CASES(cases);
}

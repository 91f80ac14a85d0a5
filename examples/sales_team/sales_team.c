/* The sales team's questions in C: sales_team_c STORE [--json]
 *
 * Reads a store that the C++ example has filled. With --json it prints the same answers as the C++
 * and the Python example, byte by byte; without, the biggest deals that were won, read record by
 * record. */
#include <crmkit.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Every call returns a code; what went wrong is kept for this thread. */
static void check(crmkit_code code) {
    if (code != CRMKIT_OK) {
        fprintf(stderr, "sales_team_c: %s\n", crmkit_error_message());
        exit(1);
    }
}

/* The questions, each an operation with its input, in alphabetical order of their names. */
static const struct question {
    const char* name;
    const char* operation;
    const char* input;
} questions[] = {
    {"cycle", "sales.sales_cycle", "{}"},
    {"forecast", "sales.weighted_forecast", "{\"period\":\"quarter\",\"by\":\"manager\"}"},
    {"pipeline", "sales.pipeline_by_stage", "{}"},
    {"win_rate", "sales.win_rate", "{}"},
    {"win_rate_by_agent", "sales.win_rate", "{\"by\":\"owner\"}"},
    {"win_rate_by_manager", "sales.win_rate", "{\"by\":\"manager\"}"},
    {"win_rate_by_product", "sales.win_rate", "{\"by\":\"product\"}"},
    {"win_rate_by_quarter", "sales.win_rate", "{\"by\":\"quarter\"}"},
    {"won_value", "sales.won_value", "{}"},
    {"won_value_by_agent", "sales.won_value", "{\"by\":\"owner\"}"},
    {"won_value_by_manager", "sales.won_value", "{\"by\":\"manager\"}"},
    {"won_value_by_product", "sales.won_value", "{\"by\":\"product\"}"},
    {"won_value_by_quarter", "sales.won_value", "{\"by\":\"quarter\"}"},
};

static void print_answer(crmkit_session* session, const char* before, const struct question* ask) {
    crmkit_text* answer = NULL;
    check(crmkit_call(session, ask->operation, CRMKIT_NUL_TERMINATED, ask->input,
                      CRMKIT_NUL_TERMINATED, &answer));
    printf("%s\"%s\": %s", before, ask->name, crmkit_text_data(answer));
    crmkit_text_free(answer);
}

/* The account that the most was sold to; 0 when there are no accounts. */
static int64_t biggest_customer(crmkit_store* store, crmkit_session* session) {
    static const char query[] =
        "order by sum(opportunities.actual_value where state = 'won') desc limit 1";
    crmkit_record* account = NULL;
    crmkit_cursor* cursor = NULL;
    int32_t found = 0;
    check(crmkit_record_new(store, "account", CRMKIT_NUL_TERMINATED, &account));
    check(crmkit_query(session, "account", CRMKIT_NUL_TERMINATED, query, CRMKIT_NUL_TERMINATED,
                       NULL, 0, &cursor));
    check(crmkit_cursor_next(cursor, account, &found));
    const int64_t id = found ? crmkit_record_id(account) : 0;
    crmkit_cursor_close(cursor);
    crmkit_record_free(account);
    return id;
}

static void print_json(crmkit_store* store, crmkit_session* session) {
    const char* before = "{\n";
    const int64_t customer = biggest_customer(store, session);
    if (customer != 0) {
        char input[80];
        snprintf(input, sizeof input, "{\"party\":\"account/%" PRId64 "\",\"limit\":5}", customer);
        const struct question ask = {"biggest_customer", "engine.customer_360", input};
        print_answer(session, before, &ask);
        before = ",\n";
    }
    for (size_t i = 0; i < sizeof questions / sizeof *questions; ++i) {
        print_answer(session, before, &questions[i]);
        before = ",\n";
    }
    printf("\n}\n");
}

/* Field by field: a field is found once by its name, and is a number from then on. */
static void print_deals(crmkit_store* store, crmkit_session* session) {
    crmkit_record* deal = NULL;
    crmkit_cursor* cursor = NULL;
    int32_t found = 0;
    check(crmkit_record_new(store, "opportunity", CRMKIT_NUL_TERMINATED, &deal));
    const int32_t name = crmkit_field(deal, "name", CRMKIT_NUL_TERMINATED);
    const int32_t closed = crmkit_field(deal, "close_date", CRMKIT_NUL_TERMINATED);
    const int32_t value = crmkit_field(deal, "actual_value", CRMKIT_NUL_TERMINATED);
    check(crmkit_query(session, "opportunity", CRMKIT_NUL_TERMINATED,
                       "state = 'won' order by actual_value desc limit 10", CRMKIT_NUL_TERMINATED,
                       NULL, 0, &cursor));
    for (check(crmkit_cursor_next(cursor, deal, &found)); found;
         check(crmkit_cursor_next(cursor, deal, &found))) {
        const char* text = NULL;
        size_t size = 0;
        check(crmkit_get_text(deal, value, &text, &size));
        printf("%16.*s", (int)size, text);
        check(crmkit_get_text(deal, closed, &text, &size));
        printf("  %.*s", (int)size, text);
        check(crmkit_get_text(deal, name, &text, &size));
        printf("  %.*s\n", (int)size, text);
    }
    crmkit_cursor_close(cursor);
    crmkit_record_free(deal);
}

int main(int argc, char** argv) {
    const int json = argc == 3 && strcmp(argv[2], "--json") == 0;
    if (argc != 2 && !json) {
        fprintf(stderr, "usage: sales_team_c STORE [--json]\n");
        return 2;
    }
    crmkit_options options;
    crmkit_options_init(&options, sizeof options);
    options.read_only = 1;
    crmkit_store* store = NULL;
    crmkit_session* session = NULL;
    check(crmkit_open(argv[1], CRMKIT_NUL_TERMINATED, &options, &store));
    check(crmkit_session_open(store, 0, &session));
    if (json) {
        print_json(store, session);
    } else {
        print_deals(store, session);
    }
    crmkit_session_close(session);
    crmkit_close(store);
    return 0;
}

/* Queries: cursors, parameters, pages, aggregates and search. */
#include "support.h"

/* Accounts "A 00" to "A 19", with as many employees as their number. */
static void add_accounts(struct crm* crm) {
    crmkit_record* account = new_record(crm, "account");
    for (int i = 0; i < 20; ++i) {
        char name[20];
        snprintf(name, sizeof name, "A %02d", i);
        CHECK_OK(set(account, "name", name));
        CHECK_OK(set_number(account, "number_of_employees", i));
        CHECK_OK(set(account, "industry", i % 2 == 0 ? "steel" : "glass"));
        REQUIRE_OK(crmkit_create(crm->me, account));
    }
    crmkit_record_free(account);
}

static void a_cursor_gives_record_after_record(void) {
    struct crm crm;
    open_memory_crm(&crm);
    add_accounts(&crm);
    crmkit_record* account = new_record(&crm, "account");
    crmkit_cursor* cursor = NULL;
    int32_t found = -1;
    REQUIRE_OK(crmkit_query(crm.me, "account", NUL,
                            "number_of_employees >= 17 order by number_of_employees desc", NUL,
                            NULL, 0, &cursor));
    for (int expected = 19; expected >= 17; --expected) {
        CHECK_OK(crmkit_cursor_next(cursor, account, &found));
        CHECK_INT(1, found);
        CHECK_INT(expected, get_number(account, "number_of_employees"));
    }
    for (int i = 0; i < 3; ++i) { /* the end stays the end */
        CHECK_OK(crmkit_cursor_next(cursor, account, &found));
        CHECK_INT(0, found);
        CHECK_INT(17, get_number(account, "number_of_employees")); /* as it was */
    }
    crmkit_cursor_close(cursor);
    /* A record from a query can be written. */
    CHECK_OK(set(account, "industry", "paper"));
    CHECK_OK(crmkit_update(crm.me, account));
    CHECK_INT(1, count_of(crm.me, "account", "industry = 'paper'"));
    crmkit_record_free(account);
    close_crm(&crm);
}

static void several_cursors_run_at_once(void) {
    struct crm crm;
    open_memory_crm(&crm);
    add_accounts(&crm);
    crmkit_record* account = new_record(&crm, "account");
    crmkit_cursor* cursors[3];
    int32_t found = 0;
    for (int i = 0; i < 3; ++i) {
        REQUIRE_OK(
            crmkit_query(crm.me, "account", NUL, "order by name", NUL, NULL, 0, &cursors[i]));
    }
    for (int row = 0; row < 20; ++row) {
        for (int i = 0; i < 3; ++i) {
            CHECK_OK(crmkit_cursor_next(cursors[i], account, &found));
            CHECK_INT(row, get_number(account, "number_of_employees"));
        }
    }
    crmkit_cursor_close(cursors[1]);
    CHECK_OK(crmkit_cursor_next(cursors[0], account, &found));
    CHECK_INT(0, found);
    crmkit_cursor_close(cursors[0]);
    crmkit_cursor_close(cursors[2]);
    crmkit_record_free(account);
    close_crm(&crm);
}

/* How many accounts a query with parameters finds; -1 when it fails. */
static int count_with(struct crm* crm, const char* text, const char* parameters) {
    crmkit_record* account = new_record(crm, "account");
    crmkit_cursor* cursor = NULL;
    int32_t found = 0;
    int count = -1;
    if (crmkit_query(crm->me, "account", NUL, text, NUL, parameters, NUL, &cursor) == CRMKIT_OK) {
        do {
            ++count;
            CHECK_OK(crmkit_cursor_next(cursor, account, &found));
        } while (found);
        crmkit_cursor_close(cursor);
    }
    crmkit_record_free(account);
    return count;
}

static void parameters_come_as_json(void) {
    struct crm crm;
    open_memory_crm(&crm);
    add_accounts(&crm);
    CHECK_INT(10, count_with(&crm, "industry = :what", "{\"what\": \"steel\"}"));
    CHECK_INT(0, count_with(&crm, "industry = :what", "{\"what\": \"' or 1 = 1 --\"}"));
    CHECK_INT(0, count_with(&crm, "industry = :what", "{\"what\": null}"));
    CHECK_INT(5, count_with(&crm, "number_of_employees < :most", " {\"most\" : 5 } "));
    CHECK_INT(20, count_with(&crm, "do_not_call = :flag", "{\"flag\": false}"));
    CHECK_INT(20, count_with(&crm, "created_at = :at", "{\"at\": \"2026-11-21T09:30:00Z\"}"));
    CHECK_INT(4, count_with(&crm, "number_of_employees between :a and :b", "{\"b\":9,\"a\":6}"));
    char parameters[60];
    snprintf(parameters, sizeof parameters, "{\"me\": \"%" PRId64 "\"}", crm.user);
    CHECK_INT(20, count_with(&crm, "created_by = :me", parameters));
    crmkit_record* product = new_record(&crm, "product");
    CHECK_OK(set(product, "name", "Beam"));
    CHECK_OK(set(product, "weight", "2.5"));
    REQUIRE_OK(crmkit_create(crm.me, product));
    crmkit_text* rows = NULL;
    CHECK_OK(crmkit_aggregate(crm.me, "product", NUL, "count() where weight = :w", NUL,
                              "{\"w\": 2.5}", NUL, &rows));
    CHECK_TEXT("[[1]]", crmkit_text_data(rows));
    crmkit_text_free(rows);
    crmkit_record_free(product);
    close_crm(&crm);
}

static void an_owner_can_be_a_parameter(void) {
    struct crm crm;
    open_memory_crm(&crm);
    add_accounts(&crm);
    char parameters[60];
    snprintf(parameters, sizeof parameters, "{\"me\": {\"link\": \"user/%" PRId64 "\"}}", crm.user);
    CHECK_INT(20, count_with(&crm, "owner = :me", parameters));
    CHECK_INT(0, count_with(&crm, "owner = :me", "{\"me\": {\"link\": \"team/5\"}}"));
    close_crm(&crm);
}

static void bad_parameters_are_refused(void) {
    struct crm crm;
    open_memory_crm(&crm);
    static const struct {
        const char* json;
        crmkit_code code;
        const char* message;
    } bad[] = {
        {"{", CRMKIT_SYNTAX, "not a JSON object"},
        {"[]", CRMKIT_SYNTAX, "not a JSON object"},
        {"\"x\"", CRMKIT_SYNTAX, "not a JSON object"},
        {"{\"x\": 1} x", CRMKIT_SYNTAX, "not a JSON object"},
        {"{\"x\": }", CRMKIT_SYNTAX, "not a JSON object"},
        {"{\"x\": nul}", CRMKIT_SYNTAX, "not a JSON object"},
        {"{\"x\": tru}", CRMKIT_SYNTAX, "not a JSON object"},
        {"{\"x\": 1.}", CRMKIT_SYNTAX, "not a JSON object"},
        {"{\"x\": {\"link\": \"user/1\"", CRMKIT_SYNTAX, "not a JSON object"},
        {"{\"x\":\n[1]}", CRMKIT_SYNTAX, "line 2, column 1"},
        {"{\"x\": {}}", CRMKIT_SYNTAX, ":x: is not a link"},
        {"{\"x\": {\"link\": \"usr/1\"}}", CRMKIT_SYNTAX, ":x: is not a link"},
        {"{\"x\": {\"link\": \"user/-1\"}}", CRMKIT_SYNTAX, ":x: is not a link"},
        {"{\"x\": {\"link\": 1}}", CRMKIT_SYNTAX, ":x: is not a link"},
        {"{\"x\": {\"link\": \"user/1\", \"y\": 1}}", CRMKIT_SYNTAX, ":x: is not a link"},
        {"{\"x\": {\"link\": \"user/1\", \"link\": \"user/1\"}}", CRMKIT_SYNTAX,
         ":x: is not a link"},
        {"{\"x\": {\"id\": \"user/1\"}}", CRMKIT_SYNTAX, ":x: is not a link"},
        {"{\"x\": {\"link\": \"user/1\"}}", CRMKIT_EXPRESSION, "is link where"},
        {"{\"x\": 1, \"x\": 2}", CRMKIT_SYNTAX, "stands twice"},
        {"{\"x\": 99999999999999999999}", CRMKIT_SYNTAX, "neither a whole number"},
        {"{\"x\": \"\\ud800\"}", CRMKIT_SYNTAX, "surrogate"},
        {"{}", CRMKIT_EXPRESSION, ":x: has no value"},
        {NULL, CRMKIT_EXPRESSION, ":x: has no value"},
        {"{\"x\": 1, \"y\": 1}", CRMKIT_EXPRESSION, ":y: the expression has no such parameter"},
        {"{\"x\": \"many\"}", CRMKIT_EXPRESSION, "is text where"},
        {"{\"x\": true}", CRMKIT_EXPRESSION, "is boolean where"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; ++i) {
        crmkit_cursor* cursor = NULL;
        CHECK_CODE(bad[i].code, crmkit_query(crm.me, "account", NUL, "number_of_employees = :x",
                                             NUL, bad[i].json, NUL, &cursor));
        CHECK_CONTAINS(bad[i].message, crmkit_error_message());
        CHECK(cursor == NULL);
    }
    char* const hostile = malloc(2U << 20U);
    REQUIRE(hostile != NULL);
    memset(hostile, '[', 2U << 20U);
    memcpy(hostile, "{\"x\":", 5);
    crmkit_cursor* cursor = NULL;
    CHECK_CODE(CRMKIT_SYNTAX, crmkit_query(crm.me, "account", NUL, "number_of_employees = :x", NUL,
                                           hostile, 1000000, &cursor));
    CHECK_CODE(CRMKIT_LIMIT, crmkit_query(crm.me, "account", NUL, "number_of_employees = :x", NUL,
                                          hostile, 2 << 20, &cursor));
    memcpy(hostile, "{\"x\":{\"y\":", 10);
    CHECK_CODE(CRMKIT_LIMIT, crmkit_query(crm.me, "account", NUL, "number_of_employees = :x", NUL,
                                          hostile, 1000000, &cursor));
    CHECK_CONTAINS("the JSON of the parameters is nested deeper", crmkit_error_message());
    int at = 0; /* many names */
    hostile[at++] = '{';
    for (int i = 0; i < 50000; ++i) {
        at += snprintf(hostile + at, 30, "%s\"p%d\":%d", i == 0 ? "" : ",", i, i);
    }
    hostile[at++] = '}';
    CHECK_CODE(CRMKIT_LIMIT, crmkit_query(crm.me, "account", NUL, "number_of_employees = :x", NUL,
                                          hostile, at, &cursor));
    free(hostile);
    close_crm(&crm);
}

static void a_malformed_query_is_refused_with_its_place(void) {
    struct crm crm;
    open_memory_crm(&crm);
    static const struct {
        const char* text;
        int64_t line;
        int64_t column;
        const char* message;
    } bad[] = {
        {"name = ", 1, 8, ""},
        {"nmae = 'x'", 1, 1, "nearest is 'name'"},
        {"name = 'x' and\n rating = 5", 2, 0, ""},
        {"name = 'x' order bye name", 1, 18, ""},
        {"name = 'unended", 1, 8, ""},
        {"parent_account.nmae = 'x'", 1, 0, "nearest is 'name'"},
        {"name = \xFF", 0, 0, "not valid UTF-8 at byte 8"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; ++i) {
        crmkit_cursor* cursor = NULL;
        const crmkit_code code =
            crmkit_query(crm.me, "account", NUL, bad[i].text, NUL, NULL, 0, &cursor);
        CHECK_INT(bad[i].line == 0 ? CRMKIT_INVALID_ARGUMENT : CRMKIT_EXPRESSION, code);
        CHECK_CONTAINS(bad[i].message, crmkit_error_message());
        CHECK(cursor == NULL);
        if (bad[i].line > 0) {
            crmkit_problem problem = {sizeof problem, NULL, NULL, NULL, NULL, 0, 0};
            CHECK_OK(crmkit_error_problem(0, &problem));
            CHECK_INT(bad[i].line, problem.line);
            CHECK(problem.column > 0);
            if (bad[i].column > 0) {
                CHECK_INT(bad[i].column, problem.column);
            }
        }
    }
    crmkit_text* text = NULL;
    CHECK_CODE(CRMKIT_EXPRESSION,
               crmkit_aggregate(crm.me, "account", NUL, "summ(name)", NUL, NULL, 0, &text));
    CHECK_CODE(CRMKIT_EXPRESSION,
               crmkit_page(crm.me, "account", NUL, "name = ", NUL, NULL, 0, 10, NULL, 0, &text));
    CHECK_CODE(CRMKIT_NOT_FOUND,
               crmkit_page(crm.me, "acount", NUL, "", NUL, NULL, 0, 10, NULL, 0, &text));
    CHECK(text == NULL);
    char* const deep = malloc(200000);
    REQUIRE(deep != NULL);
    memset(deep, '(', 200000);
    crmkit_cursor* cursor = NULL;
    const crmkit_code code = crmkit_query(crm.me, "account", NUL, deep, 200000, NULL, 0, &cursor);
    CHECK(code == CRMKIT_EXPRESSION || code == CRMKIT_LIMIT);
    free(deep);
    close_crm(&crm);
}

/* Takes the "next" out of a page's JSON. */
static void copy_next(char* next, size_t size, const char* json) {
    const char* const start = strstr(json, "\"next\":\"");
    REQUIRE(start != NULL);
    const size_t length = strcspn(start + 8, "\"");
    REQUIRE(length < size);
    memcpy(next, start + 8, length);
    next[length] = '\0';
}

static void pages_follow_each_other(void) {
    struct crm crm;
    open_memory_crm(&crm);
    add_accounts(&crm);
    char next[1000] = "";
    int pages = 0;
    int records = 0;
    do {
        crmkit_text* page = NULL;
        REQUIRE_OK(crmkit_page(crm.me, "account", NUL, "industry = :i order by name desc", NUL,
                               "{\"i\": \"glass\"}", NUL, 4, next, NUL, &page));
        const char* const json = crmkit_text_data(page);
        records += occurrences(json, "\"industry\":\"glass\"");
        CHECK_CONTAINS(pages == 0 ? "\"A 19\"" : pages == 1 ? "\"A 11\"" : "\"A 03\"", json);
        copy_next(next, sizeof next, json);
        crmkit_text_free(page);
        ++pages;
    } while (next[0] != '\0' && pages < 10);
    CHECK_INT(3, pages);
    CHECK_INT(10, records);
    close_crm(&crm);
}

static void a_page_has_a_sensible_size(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_text* page = NULL;
    static const int64_t sizes[] = {0, -1, 10001, INT64_MIN, INT64_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; ++i) {
        CHECK_CODE(CRMKIT_INVALID_ARGUMENT,
                   crmkit_page(crm.me, "account", NUL, "", NUL, NULL, 0, sizes[i], NULL, 0, &page));
    }
    CHECK_OK(crmkit_page(crm.me, "account", NUL, "", NUL, NULL, 0, 10000, NULL, 0, &page));
    CHECK_TEXT("{\"records\":[],\"next\":\"\"}", crmkit_text_data(page));
    crmkit_text_free(page);
    page = NULL;
    CHECK(crmkit_page(crm.me, "account", NUL, "", NUL, NULL, 0, 10, "forged", NUL, &page) !=
          CRMKIT_OK);
    CHECK(page == NULL);
    close_crm(&crm);
}

static void aggregates_come_as_rows(void) {
    struct crm crm;
    open_memory_crm(&crm);
    add_accounts(&crm);
    crmkit_text* rows = NULL;
    REQUIRE_OK(crmkit_aggregate(crm.me, "account", NUL,
                                "count(), sum(number_of_employees) by industry order by industry",
                                NUL, NULL, 0, &rows));
    CHECK_TEXT("[[10,100,\"glass\"],[10,90,\"steel\"]]", crmkit_text_data(rows));
    crmkit_text_free(rows);
    crmkit_record* deal = new_record(&crm, "opportunity");
    CHECK_OK(set(deal, "name", "Deal"));
    CHECK_OK(set(deal, "amount", "12.50 EUR"));
    REQUIRE_OK(crmkit_create(crm.me, deal));
    crmkit_record_free(deal);
    deal = new_record(&crm, "opportunity");
    CHECK_OK(set(deal, "name", "Deal"));
    CHECK_OK(set(deal, "amount", "7 USD"));
    REQUIRE_OK(crmkit_create(crm.me, deal));
    REQUIRE_OK(crmkit_aggregate(crm.me, "opportunity", NUL, "sum(amount)", NUL, NULL, 0, &rows));
    CHECK_CONTAINS("{\"amount\":\"12.50\",\"currency\":\"EUR\"}", crmkit_text_data(rows));
    CHECK_CONTAINS("{\"amount\":\"7.00\",\"currency\":\"USD\"}", crmkit_text_data(rows));
    crmkit_text_free(rows);
    crmkit_record_free(deal);
    close_crm(&crm);
}

static void search_finds_words(void) {
    struct crm crm;
    open_memory_crm(&crm);
    const int64_t zolc = add_account(&crm, "Żółć Stahlwerk");
    const int64_t other = add_account(&crm, "Stahl und Eisen");
    int64_t ids[10] = {0};
    size_t count = 99;
    CHECK_OK(crmkit_search(crm.me, "account", NUL, "zolc", NUL, ids, 10, &count));
    CHECK_INT(1, (int64_t)count);
    CHECK_INT(zolc, ids[0]);
    CHECK_OK(crmkit_search(crm.me, "accounts", NUL, "STAHL", NUL, ids, 10, &count));
    CHECK_INT(2, (int64_t)count);
    CHECK_INT(other, ids[0]); /* the whole word first */
    CHECK_OK(crmkit_search(crm.me, "account", NUL, "stahl", NUL, ids, 1, &count));
    CHECK_INT(1, (int64_t)count);
    CHECK_OK(crmkit_search(crm.me, "account", NUL, "stahl", NUL, NULL, 0, &count));
    CHECK_INT(0, (int64_t)count);
    CHECK_OK(crmkit_search(crm.me, "account", NUL, "nothing like it", NUL, ids, 10, &count));
    CHECK_INT(0, (int64_t)count);
    CHECK_OK(crmkit_search(crm.me, "account", NUL, "", 0, ids, 10, &count));
    CHECK_INT(0, (int64_t)count);
    CHECK_OK(crmkit_search(crm.me, "account", NUL, "\" OR * NEAR(", NUL, ids, 10, &count));
    CHECK_CODE(CRMKIT_NOT_FOUND,
               crmkit_search(crm.me, "acount", NUL, "stahl", NUL, ids, 10, &count));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT,
               crmkit_search(crm.me, "account", NUL, "st\xE4hl", NUL, ids, 10, &count));
    close_crm(&crm);
}

int main(void) {
    static const struct test_case cases[] = {
        {"a cursor gives record after record", a_cursor_gives_record_after_record},
        {"several cursors run at once", several_cursors_run_at_once},
        {"parameters come as JSON", parameters_come_as_json},
        {"an owner can be a parameter", an_owner_can_be_a_parameter},
        {"bad parameters are refused", bad_parameters_are_refused},
        {"a malformed query is refused with its place",
         a_malformed_query_is_refused_with_its_place},
        {"pages follow each other", pages_follow_each_other},
        {"a page has a sensible size", a_page_has_a_sensible_size},
        {"aggregates come as rows", aggregates_come_as_rows},
        {"search finds words", search_finds_words},
    };
    return RUN_CASES(cases);
}

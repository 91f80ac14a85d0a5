/* Bad values: refused by create and update with entity, field and value, and nothing is written. */
#include "support.h"

/* Sets a field from bytes and expects create to refuse it, with a part of the reason. */
static void refused_text(struct crm* crm, const char* entity, const char* name, const char* bytes,
                         int64_t size, const char* reason) {
    crmkit_record* record = new_record(crm, entity);
    CHECK_OK(crmkit_set_text(record, field(record, name), bytes, size));
    CHECK_CODE(CRMKIT_VALIDATION, crmkit_create(crm->me, record));
    const crmkit_problem problem = problem_about(name);
    CHECK_TEXT(entity, problem.entity);
    CHECK_CONTAINS(reason, problem.message);
    CHECK_INT(0, crmkit_record_id(record));
    crmkit_record_free(record);
    CHECK_INT(0, count_of(crm->me, entity, ""));
}

static void text_that_is_too_long(void) {
    struct crm crm;
    char text[600];
    open_memory_crm(&crm);
    memset(text, 'x', sizeof text);
    refused_text(&crm, "account", "name", text, 256, "is longer than 255 characters");
    /* Characters are counted, not bytes. */
    for (int i = 0; i < 255; ++i) {
        memcpy(text + (ptrdiff_t)2 * i, "\xC3\xA9", 2);
    }
    crmkit_record* account = new_record(&crm, "account");
    CHECK_OK(crmkit_set_text(account, field(account, "name"), text, 510));
    CHECK_OK(crmkit_create(crm.me, account));
    crmkit_record_free(account);
    close_crm(&crm);
}

static void text_that_is_huge(void) {
    struct crm crm;
    const size_t size = (size_t)64 << 20U;
    char* const huge = malloc(size);
    open_memory_crm(&crm);
    REQUIRE(huge != NULL);
    memset(huge, 'x', size);
    refused_text(&crm, "account", "description", huge, (int64_t)size, "is longer than");
    CHECK(strlen(crmkit_error_message()) < 1000);
    free(huge);
    close_crm(&crm);
}

static void text_that_is_not_utf8(void) {
    static const char* const bad[] = {"\xFF",
                                      "ab\xC3",
                                      "\xC3(",
                                      "\xE2\x82",
                                      "\xC0\xAF",
                                      "\xED\xA0\x80",
                                      "\xF4\x90\x80\x80",
                                      "\xF8\x88\x80\x80\x80"};
    struct crm crm;
    open_memory_crm(&crm);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; ++i) {
        refused_text(&crm, "account", "name", bad[i], NUL, "is not valid UTF-8 at byte");
    }
    close_crm(&crm);
}

static void text_with_a_nul_inside(void) {
    struct crm crm;
    open_memory_crm(&crm);
    refused_text(&crm, "account", "name", "Ac\0me", 5, "contains a NUL character");
    refused_text(&crm, "account", "email", "a\0@example.com", 14, "");
    close_crm(&crm);
}

static void text_of_another_format(void) {
    struct crm crm;
    open_memory_crm(&crm);
    refused_text(&crm, "account", "email", "ada at example", NUL, "");
    refused_text(&crm, "account", "currency", "XQZ", NUL, "");
    refused_text(&crm, "contact", "language", "not a language", NUL, "");
    close_crm(&crm);
}

static void numbers_out_of_range(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* meeting = new_record(&crm, "interaction");
    CHECK_OK(set(meeting, "kind", "meeting"));
    CHECK_OK(set_number(meeting, "scheduled_start", INT64_MAX));
    CHECK_CODE(CRMKIT_VALIDATION, crmkit_create(crm.me, meeting));
    CHECK_CONTAINS("is not between the years 1 and 9999", problem_about("scheduled_start").message);
    crmkit_record_free(meeting);
    crmkit_record* account = new_record(&crm, "account");
    CHECK_OK(set(account, "name", "Acme"));
    CHECK_OK(set_number(account, "parent_account", -5));
    CHECK_CODE(CRMKIT_VALIDATION, crmkit_create(crm.me, account));
    problem_about("parent_account");
    CHECK_CODE(CRMKIT_VALIDATION, set(account, "number_of_employees", "9223372036854775808"));
    CHECK_CODE(CRMKIT_VALIDATION, set(account, "annual_revenue", "1e400 EUR"));
    CHECK_CODE(CRMKIT_VALIDATION, set(account, "annual_revenue", "1.005 EUR"));
    CHECK_CODE(CRMKIT_VALIDATION, set(account, "annual_revenue", "99999999999999999999 EUR"));
    crmkit_record_free(account);
    CHECK_INT(0, count_of(crm.me, "account", ""));
    close_crm(&crm);
}

static void a_reference_to_nothing(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* contact = new_record(&crm, "contact");
    CHECK_OK(set(contact, "last_name", "Lovelace"));
    CHECK_OK(set_number(contact, "account", 4711));
    CHECK_OK(set(contact, "owner", "team/4712"));
    CHECK_CODE(CRMKIT_VALIDATION, crmkit_create(crm.me, contact));
    CHECK_TEXT("4711", problem_about("account").value);
    CHECK_CONTAINS("there is no such account", problem_about("account").message);
    CHECK_CONTAINS("there is no such team", problem_about("owner").message);
    /* What was deleted is nothing too. */
    const int64_t account = add_account(&crm, "Acme");
    CHECK_OK(crmkit_delete(crm.me, "account", NUL, account, 0));
    CHECK_OK(crmkit_set_null(contact, field(contact, "owner")));
    CHECK_OK(set_number(contact, "account", account));
    CHECK_CODE(CRMKIT_VALIDATION, crmkit_create(crm.me, contact));
    /* So is a record of another entity. */
    CHECK_OK(set_number(contact, "account", crm.user));
    CHECK_CODE(CRMKIT_VALIDATION, crmkit_create(crm.me, contact));
    CHECK_INT(0, count_of(crm.me, "contact", ""));
    crmkit_record_free(contact);
    close_crm(&crm);
}

static void a_parent_that_leads_back(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* one = stored_record(&crm, "account", "name", "One");
    crmkit_record* two = stored_record(&crm, "account", "name", "Two");
    crmkit_record* three = stored_record(&crm, "account", "name", "Three");
    CHECK_OK(set_number(two, "parent_account", crmkit_record_id(one)));
    CHECK_OK(crmkit_update(crm.me, two));
    CHECK_OK(set_number(three, "parent_account", crmkit_record_id(two)));
    CHECK_OK(crmkit_update(crm.me, three));
    CHECK_OK(set_number(one, "parent_account", crmkit_record_id(three)));
    CHECK_CODE(CRMKIT_VALIDATION, crmkit_update(crm.me, one));
    CHECK_CONTAINS("leads back to the record itself", problem_about("parent_account").message);
    CHECK_OK(set_number(one, "parent_account", crmkit_record_id(one)));
    CHECK_CODE(CRMKIT_VALIDATION, crmkit_update(crm.me, one));
    CHECK_INT(1, count_of(crm.me, "account", "parent_account is null"));
    crmkit_record_free(one);
    crmkit_record_free(two);
    crmkit_record_free(three);
    close_crm(&crm);
}

static void a_session_of_nobody_known(void) {
    struct crm crm;
    crmkit_session* stranger = NULL;
    open_memory_crm(&crm);
    crmkit_record* account = new_record(&crm, "account");
    CHECK_OK(set(account, "name", "Acme"));
    REQUIRE_OK(crmkit_session_open(crm.store, 4711, &stranger));
    CHECK_CODE(CRMKIT_NOT_FOUND, crmkit_create(stranger, account));
    CHECK_TEXT("user.id: '4711' there is no such record", crmkit_error_message());
    CHECK_INT(0, count_of(crm.me, "account", ""));
    crmkit_session_close(stranger);
    crmkit_record_free(account);
    close_crm(&crm);
}

static void names_that_are_not_utf8(void) {
    struct crm crm;
    crmkit_record* record = NULL;
    crmkit_text* text = NULL;
    open_memory_crm(&crm);
    crmkit_record* account = new_record(&crm, "account");
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_record_new(crm.store, "acc\xFFount", NUL, &record));
    CHECK_TEXT("entity is not valid UTF-8 at byte 4", crmkit_error_message());
    CHECK_CODE(CRMKIT_NOT_FOUND, crmkit_record_new(crm.store, "account\0s", 9, &record));
    CHECK_INT(0, crmkit_field(account, "n\xFF", NUL));
    CHECK_INT(CRMKIT_INVALID_ARGUMENT, crmkit_error_code());
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT,
               crmkit_aggregate(crm.me, "account", NUL, "count(\xFF)", NUL, NULL, 0, &text));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_page(crm.me, "account", NUL, "name = :x", NUL,
                                                    "{\"x\": \"\xFF\"}", NUL, 10, NULL, 0, &text));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, crmkit_upsert(crm.me, "erp\xFF", NUL, "1", NUL,
                                                      CRMKIT_UPSERT_UPDATE, account, NULL));
    CHECK(record == NULL && text == NULL);
    crmkit_record_free(account);
    close_crm(&crm);
}

/* `levels` times `open`, then `inside`, then as many `close`. To be freed. */
static char* nested(const char* open, const char* inside, const char* close) {
    const size_t levels = 10000;
    char* const text = malloc(levels * (strlen(open) + strlen(close)) + strlen(inside) + 1);
    char* to = text;
    REQUIRE(text != NULL);
    for (size_t i = 0; i < levels; ++i) {
        to = stpcpy(to, open);
    }
    to = stpcpy(to, inside);
    for (size_t i = 0; i < levels; ++i) {
        to = stpcpy(to, close);
    }
    return text;
}

static void ten_thousand_levels(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* account = new_record(&crm, "account");
    crmkit_cursor* cursor = NULL;
    crmkit_text* text = NULL;
    char* const lists = nested("[", "", "]");
    char* const objects = nested("{\"name\":", "1", "}");
    char* const brackets = nested("(", "true", ")");
    CHECK_CODE(CRMKIT_LIMIT, crmkit_record_from_json(account, objects, NUL));
    CHECK_CODE(CRMKIT_LIMIT, crmkit_call(crm.me, "sales.win_rate", NUL, objects, NUL, &text));
    CHECK(crmkit_record_from_json(account, lists, NUL) != CRMKIT_OK);
    CHECK(crmkit_call(crm.me, "sales.win_rate", NUL, lists, NUL, &text) != CRMKIT_OK);
    CHECK(crmkit_query(crm.me, "account", NUL, "name = :x", NUL, objects, NUL, &cursor) !=
          CRMKIT_OK);
    CHECK(crmkit_page(crm.me, "account", NUL, "name = :x", NUL, lists, NUL, 10, NULL, 0, &text) !=
          CRMKIT_OK);
    CHECK_CODE(CRMKIT_EXPRESSION,
               crmkit_query(crm.me, "account", NUL, brackets, NUL, NULL, 0, &cursor));
    CHECK_CODE(CRMKIT_EXPRESSION,
               crmkit_aggregate(crm.me, "account", NUL, brackets, NUL, NULL, 0, &text));
    CHECK(cursor == NULL && text == NULL);
    free(brackets);
    free(objects);
    free(lists);
    crmkit_record_free(account);
    close_crm(&crm);
}

int main(void) {
    static const struct test_case cases[] = {
        {"text that is too long", text_that_is_too_long},
        {"text that is huge", text_that_is_huge},
        {"text that is not UTF-8", text_that_is_not_utf8},
        {"text with a NUL inside", text_with_a_nul_inside},
        {"text of another format", text_of_another_format},
        {"numbers out of range", numbers_out_of_range},
        {"a reference to nothing", a_reference_to_nothing},
        {"a parent that leads back", a_parent_that_leads_back},
        {"a session of nobody known", a_session_of_nobody_known},
        {"names that are not UTF-8", names_that_are_not_utf8},
        {"ten thousand levels", ten_thousand_levels},
    };
    return RUN_CASES(cases);
}

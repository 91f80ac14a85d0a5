/* Fields of every type: by name and id, read and set as text, number, money, link and JSON. */
#include "support.h"

static void a_field_is_found_by_its_name(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* account = new_record(&crm, "accounts");
    CHECK_INT(10, crmkit_field(account, "name", NUL));
    CHECK_INT(10, crmkit_field(account, "name_and_more", 4));
    CHECK_INT(1, crmkit_field(account, "id", NUL));
    CHECK_INT(0, crmkit_field(account, "nmae", NUL));
    CHECK_INT(CRMKIT_NOT_FOUND, crmkit_error_code());
    CHECK_CONTAINS("nearest is 'name'", crmkit_error_message());
    CHECK_TEXT("account", problem_about("nmae").entity);
    crmkit_record_free(account);
    close_crm(&crm);
}

static void an_entity_has_a_number(void) {
    struct crm crm;
    open_memory_crm(&crm);
    CHECK_INT(4, crmkit_entity_number(crm.store, "account", NUL));
    CHECK_INT(4, crmkit_entity_number(crm.store, "accounts", NUL));
    CHECK_INT(0, crmkit_entity_number(crm.store, "acount", NUL));
    CHECK_INT(CRMKIT_NOT_FOUND, crmkit_error_code());
    CHECK_CONTAINS("nearest is 'account'", crmkit_error_message());
    close_crm(&crm);
}

static void a_new_record_is_empty(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* account = new_record(&crm, "account");
    CHECK_INT(0, crmkit_record_id(account));
    CHECK_INT(0, crmkit_record_version(account));
    CHECK_INT(1, crmkit_is_null(account, field(account, "name")));
    CHECK_INT(1, crmkit_is_null(account, field(account, "annual_revenue")));
    CHECK_INT(0, crmkit_is_null(account, field(account, "do_not_call"))); /* always has a value */
    CHECK_TEXT("", get(account, "name"));
    CHECK_TEXT("", get(account, "annual_revenue"));
    CHECK_INT(0, get_number(account, "number_of_employees"));
    crmkit_record_free(account);
    close_crm(&crm);
}

static void text_goes_in_and_out(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* account = new_record(&crm, "account");
    const int32_t name = field(account, "name");
    const char* text = NULL;
    size_t size = 0;
    CHECK_OK(crmkit_set_text(account, name, "Żółć & Söhne, cut here", 15));
    CHECK_OK(crmkit_get_text(account, name, &text, &size));
    CHECK_TEXT("Żółć & Söh", text);
    CHECK_INT(15, (int64_t)size);
    CHECK_OK(crmkit_set_text(account, name, NULL, 0));
    CHECK_INT(1, crmkit_is_null(account, name));
    CHECK_OK(crmkit_set_text(account, name, "again", NUL));
    CHECK_OK(crmkit_set_null(account, name));
    CHECK_INT(1, crmkit_is_null(account, name));
    crmkit_record_free(account);
    close_crm(&crm);
}

/* What a field is set from, and how it comes back. */
static const struct {
    const char* entity;
    const char* field;
    const char* text;
    const char* expected;
} written_forms[] = {
    {"account", "name", " as it is ", " as it is "},
    {"account", "email", " Ada@Example.com ", "Ada@Example.com"},
    {"account", "number_of_employees", "+12.00", "12"},
    {"account", "number_of_employees", "-9223372036854775808", "-9223372036854775808"},
    {"account", "do_not_call", "yes", "true"},
    {"account", "do_not_call", "0", "false"},
    {"account", "annual_revenue", "1200000.00 EUR", "1200000.00 EUR"},
    {"account", "annual_revenue", "JPY 500", "500 JPY"},
    {"account", "rating", "WARM", "warm"},
    {"account", "currency", "eur", "EUR"},
    {"account", "parent_account", "account/123", "123"},
    {"account", "owner", "team/77", "team/77"},
    {"product", "quantity_on_hand", "-0.500", "-0.5"},
    {"product", "images", "https://a.example; https://b.example",
     "https://a.example;https://b.example"},
    {"product", "images", "[\"a;b\", \" c \"]", "[\"a;b\",\" c \"]"},
    {"opportunity", "close_date", "2026-12-31", "2026-12-31"},
    {"interaction", "scheduled_start", "2026-11-21T10:30:00.25+01:00",
     "2026-11-21T09:30:00.250000Z"},
};

static void every_type_is_set_from_text_and_read_as_text(void) {
    struct crm crm;
    open_memory_crm(&crm);
    for (size_t i = 0; i < sizeof written_forms / sizeof *written_forms; ++i) {
        crmkit_record* record = new_record(&crm, written_forms[i].entity);
        CHECK_OK(set(record, written_forms[i].field, written_forms[i].text));
        CHECK_TEXT(written_forms[i].expected, get(record, written_forms[i].field));
        crmkit_record_free(record);
    }
    close_crm(&crm);
}

static void texts_of_several_fields_live_side_by_side(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* account = new_record(&crm, "account");
    CHECK_OK(set(account, "annual_revenue", "1200000.00 EUR"));
    CHECK_OK(set(account, "rating", "hot"));
    CHECK_OK(set(account, "number_of_employees", "42"));
    const char* const revenue = get(account, "annual_revenue");
    const char* const rating = get(account, "rating");
    CHECK_TEXT("42", get(account, "number_of_employees"));
    CHECK_TEXT("1200000.00 EUR", revenue);
    CHECK_TEXT("hot", rating); /* and ends in NUL */
    crmkit_record_free(account);
    close_crm(&crm);
}

static void numbers_mean_what_the_field_says(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* product = new_record(&crm, "product");
    crmkit_record* meeting = new_record(&crm, "interaction");
    CHECK_OK(set_number(product, "quantity_on_hand", INT64_C(2500000000)));
    CHECK_TEXT("2.5", get(product, "quantity_on_hand"));
    CHECK_INT(INT64_C(2500000000), get_number(product, "quantity_on_hand"));
    CHECK_OK(set_number(product, "is_stock_item", 1));
    CHECK_TEXT("true", get(product, "is_stock_item"));
    CHECK_INT(1, get_number(product, "is_stock_item"));
    CHECK_OK(set_number(product, "is_stock_item", 0));
    CHECK_TEXT("false", get(product, "is_stock_item"));
    CHECK_INT(0, get_number(product, "is_stock_item"));
    CHECK_OK(set_number(product, "valid_from", 20453));
    CHECK_TEXT("2025-12-31", get(product, "valid_from"));
    CHECK_INT(20453, get_number(product, "valid_from"));
    CHECK_OK(set_number(meeting, "scheduled_start", TEST_NOW));
    CHECK_TEXT("2026-11-21T09:30:00Z", get(meeting, "scheduled_start"));
    CHECK_INT(TEST_NOW, get_number(meeting, "scheduled_start"));
    CHECK_OK(set_number(meeting, "campaign", 123));
    CHECK_TEXT("123", get(meeting, "campaign"));
    CHECK_OK(set_number(meeting, "campaign", 0));
    CHECK_INT(1, crmkit_is_null(meeting, field(meeting, "campaign")));
    CHECK_OK(set_number(meeting, "percent_complete", -5)); /* for create to refuse */
    CHECK_INT(-5, get_number(meeting, "percent_complete"));
    crmkit_record_free(meeting);
    crmkit_record_free(product);
    close_crm(&crm);
}

static void money_keeps_its_currency(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* account = new_record(&crm, "account");
    const int32_t revenue = field(account, "annual_revenue");
    int64_t minor_units = -1;
    char currency[4] = "???";
    CHECK_OK(crmkit_get_money(account, revenue, &minor_units, currency));
    CHECK_INT(0, minor_units);
    CHECK_TEXT("", currency);
    CHECK_OK(crmkit_set_money(account, revenue, -1205, "EUR"));
    CHECK_TEXT("-12.05 EUR", get(account, "annual_revenue"));
    CHECK_OK(crmkit_set_money(account, revenue, 1205, "jpy"));
    CHECK_OK(crmkit_get_money(account, revenue, &minor_units, currency));
    CHECK_INT(1205, minor_units);
    CHECK_TEXT("JPY", currency);
    CHECK_TEXT("1205 JPY", get(account, "annual_revenue"));
    CHECK_OK(crmkit_set_money(account, revenue, INT64_MAX, "KWD"));
    CHECK_TEXT("9223372036854775.807 KWD", get(account, "annual_revenue"));
    CHECK_CODE(CRMKIT_VALIDATION, crmkit_set_money(account, revenue, 1, "EUX"));
    CHECK_TEXT("EUX", problem_about("annual_revenue").value);
    CHECK_CODE(CRMKIT_VALIDATION, crmkit_set_money(account, field(account, "name"), 1, "EUR"));
    CHECK_TEXT("9223372036854775.807 KWD", get(account, "annual_revenue"));
    crmkit_record_free(account);
    close_crm(&crm);
}

static void links_name_their_entity_by_number(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* account = new_record(&crm, "account");
    const int32_t owner = field(account, "owner");
    const int32_t user = crmkit_entity_number(crm.store, "user", NUL);
    int32_t entity = -1;
    int64_t id = -1;
    CHECK_OK(crmkit_get_link(account, owner, &entity, &id));
    CHECK_INT(0, entity);
    CHECK_INT(0, id);
    CHECK_OK(crmkit_set_link(account, owner, user, crm.user));
    CHECK_OK(crmkit_get_link(account, owner, &entity, &id));
    CHECK_INT(user, entity);
    CHECK_INT(crm.user, id);
    CHECK_CODE(CRMKIT_VALIDATION, crmkit_set_link(account, owner, 4, 5));
    CHECK_CONTAINS("refers to account, but this field refers to user, team",
                   crmkit_error_message());
    CHECK_CODE(CRMKIT_VALIDATION, crmkit_set_link(account, owner, 99999, 5));
    CHECK_CODE(CRMKIT_VALIDATION, crmkit_set_link(account, owner, -1, 5));
    CHECK_TEXT("-1", problem_about("owner").value);
    /* A link also sets a reference to one entity, when it is that entity. */
    CHECK_OK(crmkit_set_link(account, field(account, "parent_account"), 4, 5));
    CHECK_INT(5, get_number(account, "parent_account"));
    CHECK_CODE(CRMKIT_VALIDATION, crmkit_set_link(account, field(account, "parent_account"), 5, 5));
    CHECK_OK(crmkit_set_link(account, owner, user, 0));
    CHECK_OK(crmkit_get_link(account, owner, &entity, &id));
    CHECK_INT(0, entity);
    CHECK_INT(0, id);
    crmkit_record_free(account);
    close_crm(&crm);
}

static void getters_of_another_type_are_refused(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* account = new_record(&crm, "account");
    int64_t number = 17;
    int32_t entity = 18;
    char currency[4] = "old";
    CHECK_CODE(CRMKIT_VALIDATION, crmkit_get_int64(account, field(account, "name"), &number));
    CHECK_CONTAINS("account.name: is of type text, which cannot be read as a whole number",
                   crmkit_error_message());
    CHECK_CODE(CRMKIT_VALIDATION,
               crmkit_get_int64(account, field(account, "annual_revenue"), &number));
    CHECK_CODE(CRMKIT_VALIDATION, crmkit_get_int64(account, field(account, "rating"), &number));
    CHECK_CODE(CRMKIT_VALIDATION, crmkit_get_int64(account, field(account, "owner"), &number));
    crmkit_record* deal = new_record(&crm, "opportunity");
    CHECK_CODE(CRMKIT_VALIDATION, crmkit_get_int64(deal, field(deal, "state"), &number));
    CHECK_CODE(CRMKIT_VALIDATION, crmkit_get_int64(deal, field(deal, "competitors"), &number));
    crmkit_record_free(deal);
    CHECK_CODE(CRMKIT_VALIDATION,
               crmkit_get_money(account, field(account, "name"), &number, currency));
    CHECK_CODE(CRMKIT_VALIDATION,
               crmkit_get_link(account, field(account, "name"), &entity, &number));
    CHECK_INT(17, number);
    CHECK_INT(18, entity);
    CHECK_TEXT("old", currency);
    crmkit_record_free(account);
    close_crm(&crm);
}

static void setters_refuse_what_the_field_cannot_be(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* account = new_record(&crm, "account");
    CHECK_OK(set(account, "number_of_employees", "7"));
    CHECK_CODE(CRMKIT_VALIDATION, set(account, "number_of_employees", "many"));
    CHECK_TEXT("account.number_of_employees: 'many' is not a whole number", crmkit_error_message());
    const crmkit_problem problem = problem_about("number_of_employees");
    CHECK_TEXT("account", problem.entity);
    CHECK_TEXT("many", problem.value);
    CHECK_TEXT("is not a whole number", problem.message);
    CHECK_TEXT("7", get(account, "number_of_employees"));
    CHECK_CODE(CRMKIT_VALIDATION, set(account, "annual_revenue", "12"));
    CHECK_CONTAINS("has no currency", crmkit_error_message());
    CHECK_CODE(CRMKIT_VALIDATION, set(account, "rating", "wram"));
    CHECK_CONTAINS("nearest is 'warm'", crmkit_error_message());
    CHECK_CODE(CRMKIT_VALIDATION, set(account, "do_not_call", "perhaps"));
    CHECK_CODE(CRMKIT_VALIDATION, set(account, "parent_account", "contact/5"));
    CHECK_CODE(CRMKIT_VALIDATION, set_number(account, "name", 5));
    CHECK_CODE(CRMKIT_VALIDATION, set_number(account, "do_not_call", 2));
    CHECK_CODE(CRMKIT_VALIDATION, set_number(account, "annual_revenue", 5));
    CHECK_CODE(CRMKIT_VALIDATION, set_number(account, "rating", 1));
    CHECK_CODE(CRMKIT_VALIDATION, set_number(account, "owner", 5));
    CHECK_CODE(CRMKIT_VALIDATION, crmkit_set_null(account, field(account, "do_not_call")));
    CHECK_CONTAINS("may not be empty", crmkit_error_message());
    crmkit_record* deal = new_record(&crm, "opportunity");
    CHECK_CODE(CRMKIT_VALIDATION, set_number(deal, "competitors", 5));
    CHECK_CODE(CRMKIT_VALIDATION, set_number(deal, "close_date", INT64_C(1) << 40));
    CHECK_CONTAINS("is not between the years 1 and 9999", crmkit_error_message());
    CHECK_TEXT("1099511627776", problem_about("close_date").value);
    CHECK_CODE(CRMKIT_VALIDATION, set(deal, "close_date", "31.12.2026"));
    crmkit_record_free(deal);
    crmkit_record_free(account);
    close_crm(&crm);
}

static void an_id_that_is_no_fields_is_not_found(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* account = new_record(&crm, "account");
    const int32_t wrong[] = {0, -1, 9999, 65536 + 10, INT32_MIN, INT32_MAX};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; ++i) {
        const char* text = "as before";
        int64_t number = 1;
        CHECK_CODE(CRMKIT_NOT_FOUND, crmkit_get_text(account, wrong[i], &text, NULL));
        CHECK_CODE(CRMKIT_NOT_FOUND, crmkit_get_int64(account, wrong[i], &number));
        CHECK_CODE(CRMKIT_NOT_FOUND, crmkit_set_text(account, wrong[i], "x", NUL));
        CHECK_CODE(CRMKIT_NOT_FOUND, crmkit_set_null(account, wrong[i]));
        CHECK_INT(-1, crmkit_is_null(account, wrong[i]));
        CHECK_TEXT("as before", text);
        CHECK_INT(1, number);
    }
    crmkit_record_free(account);
    close_crm(&crm);
}

static void json_goes_in_and_out(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* account = new_record(&crm, "account");
    crmkit_record* copy = new_record(&crm, "account");
    crmkit_text* json = NULL;
    CHECK_OK(crmkit_record_from_json(account,
                                     "{\"name\": \"Acme \\u0141\", \"number_of_employees\": 12,\n"
                                     " \"annual_revenue\": {\"amount\": \"5.00\", \"currency\": "
                                     "\"EUR\"}, \"do_not_call\": true, \"rating\": \"hot\"}",
                                     NUL));
    CHECK_TEXT("Acme \xC5\x81", get(account, "name"));
    REQUIRE_OK(crmkit_create(crm.me, account));
    REQUIRE_OK(crmkit_record_to_json(account, &json));
    CHECK_CONTAINS("\"annual_revenue\":{\"amount\":\"5.00\",\"currency\":\"EUR\"}",
                   crmkit_text_data(json));
    CHECK_INT((int64_t)strlen(crmkit_text_data(json)), (int64_t)crmkit_text_size(json));
    CHECK_OK(crmkit_record_from_json(copy, crmkit_text_data(json), NUL));
    CHECK_INT(crmkit_record_id(account), crmkit_record_id(copy));
    /* A record that came back as JSON can be written: it has its id and version. */
    CHECK_OK(set(copy, "name", "Acme again"));
    CHECK_OK(crmkit_update(crm.me, copy));
    CHECK_INT(2, crmkit_record_version(copy));
    crmkit_text_free(json);
    crmkit_record_free(copy);
    crmkit_record_free(account);
    close_crm(&crm);
}

static void bad_json_changes_nothing(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* account = new_record(&crm, "account");
    CHECK_OK(set(account, "name", "Acme"));
    CHECK_CODE(CRMKIT_VALIDATION,
               crmkit_record_from_json(account,
                                       "{\"name\": \"Other\",\n \"nmae\": 1,\n"
                                       " \"rating\": \"wram\", \"number_of_employees\": true}",
                                       NUL));
    CHECK_INT(3, (int64_t)crmkit_error_problem_count());
    const crmkit_problem unknown = problem_about("nmae");
    CHECK_INT(2, unknown.line);
    CHECK_INT(2, unknown.column);
    CHECK_INT(3, problem_about("rating").line);
    CHECK_CONTAINS("JSON boolean", problem_about("number_of_employees").message);
    CHECK_CODE(CRMKIT_SYNTAX, crmkit_record_from_json(account, "{\"name\": \"Other\"", NUL));
    CHECK_CODE(CRMKIT_SYNTAX, crmkit_record_from_json(account, "[]", NUL));
    CHECK_CODE(CRMKIT_SYNTAX, crmkit_record_from_json(account, "", 0));
    CHECK_CODE(CRMKIT_SYNTAX, crmkit_record_from_json(account, "{\"name\": \"\xC3(\"}", NUL));
    char deep[2000];
    memset(deep, '[', sizeof deep);
    memcpy(deep, "{\"images\": ", 11);
    crmkit_record* product = new_record(&crm, "product");
    CHECK_CODE(CRMKIT_LIMIT, crmkit_record_from_json(product, deep, sizeof deep));
    CHECK_TEXT("Acme", get(account, "name"));
    crmkit_record_free(product);
    crmkit_record_free(account);
    close_crm(&crm);
}

int main(void) {
    static const struct test_case cases[] = {
        {"a field is found by its name", a_field_is_found_by_its_name},
        {"an entity has a number", an_entity_has_a_number},
        {"a new record is empty", a_new_record_is_empty},
        {"text goes in and out", text_goes_in_and_out},
        {"every type is set from text and read as text",
         every_type_is_set_from_text_and_read_as_text},
        {"texts of several fields live side by side", texts_of_several_fields_live_side_by_side},
        {"numbers mean what the field says", numbers_mean_what_the_field_says},
        {"money keeps its currency", money_keeps_its_currency},
        {"links name their entity by number", links_name_their_entity_by_number},
        {"getters of another type are refused", getters_of_another_type_are_refused},
        {"setters refuse what the field cannot be", setters_refuse_what_the_field_cannot_be},
        {"an id that is no field's is not found", an_id_that_is_no_fields_is_not_found},
        {"JSON goes in and out", json_goes_in_and_out},
        {"bad JSON changes nothing", bad_json_changes_nothing},
    };
    return RUN_CASES(cases);
}

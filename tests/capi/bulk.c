/* Many records by one call: the operations records.*_many, and what records look like. */
#include "support.h"

/* What an operation gives; NULL when it fails. Release it with crmkit_text_free(). */
static crmkit_text* call(struct crm* crm, const char* operation, const char* input) {
    crmkit_text* result = NULL;
    return crmkit_call(crm->me, operation, NUL, input, NUL, &result) == CRMKIT_OK ? result : NULL;
}

/* Calls an operation and looks for parts of what it gives. */
static void check_call(struct crm* crm, const char* operation, const char* input,
                       const char* const* parts) {
    crmkit_text* result = call(crm, operation, input);
    if (!CHECK(result != NULL)) {
        fprintf(stderr, "    %s\n", crmkit_error_message());
        return;
    }
    for (; *parts != NULL; ++parts) {
        CHECK_CONTAINS(*parts, crmkit_text_data(result));
    }
    crmkit_text_free(result);
}
#define PARTS(...) ((const char* const[]){__VA_ARGS__, NULL})

static void rows_are_created_in_one_call(void) {
    struct crm crm;
    open_memory_crm(&crm);
    check_call(&crm, "records.create_many",
               "{\"entity\": \"account\", \"rows\": [{\"name\": \"A\", \"number_of_employees\": 5},"
               " {\"name\": \"B\"}]}",
               PARTS("\"refused\":0", "\"record\":\""));
    CHECK_INT(2, count_of(crm.me, "account", ""));
    CHECK_INT(1, count_of(crm.me, "account", "number_of_employees = 5"));
    close_crm(&crm);
}

static void a_refused_row_undoes_all_or_only_itself(void) {
    static const char* const rows =
        "\"rows\": [{\"name\": \"A\"}, {\"nmae\": \"B\", \"website\": 5}, {}, {\"name\": \"D\"}]}";
    struct crm crm;
    char input[400];
    open_memory_crm(&crm);
    snprintf(input, sizeof input, "{\"entity\": \"account\", %s", rows);
    CHECK(call(&crm, "records.create_many", input) == NULL);
    CHECK_INT(CRMKIT_VALIDATION, crmkit_error_code());
    CHECK_CONTAINS("rows[1]: ", crmkit_error_message());
    CHECK_INT(0, count_of(crm.me, "account", ""));
    snprintf(input, sizeof input, "{\"entity\": \"account\", \"mode\": \"good_rows\", %s", rows);
    check_call(&crm, "records.create_many", input,
               PARTS("\"refused\":2", "\"code\":\"validation\"", "nearest is 'name'",
                     "\"field\":\"name\"", "is required"));
    CHECK_INT(2, count_of(crm.me, "account", ""));
    close_crm(&crm);
}

static void a_row_is_told_all_that_is_wrong_with_it(void) {
    struct crm crm;
    open_memory_crm(&crm);
    CHECK(call(&crm, "records.create_many",
               "{\"entity\": \"contact\", \"rows\": [{\"account\": \"777\", \"birth_date\": "
               "\"x\"}]}") == NULL);
    CHECK_CONTAINS("contact.birth_date", crmkit_error_message());
    CHECK_CONTAINS("contact.last_name", crmkit_error_message());
    CHECK_CONTAINS("contact.account: '777' there is no such account", crmkit_error_message());
    close_crm(&crm);
}

static void rows_are_updated_deleted_and_restored(void) {
    struct crm crm;
    char input[400];
    open_memory_crm(&crm);
    const long long a = add_account(&crm, "A");
    const long long b = add_account(&crm, "B");
    snprintf(input, sizeof input,
             "{\"entity\": \"accounts\", \"mode\": \"good_rows\", \"rows\": ["
             "{\"id\": \"%lld\", \"industry\": \"steel\"}, {\"id\": \"%lld\", \"name\": \"B\"},"
             "{\"id\": \"%lld\", \"version\": 1, \"name\": \"late\"}, {\"name\": \"none\"}]}",
             a, b, a);
    check_call(&crm, "records.update_many", input,
               PARTS("\"refused\":2", "\"action\":\"updated\"", "\"action\":\"unchanged\"",
                     "\"code\":\"conflict\"", "\"field\":\"id\""));
    CHECK_INT(1, count_of(crm.me, "account", "industry = 'steel'"));
    snprintf(input, sizeof input, "{\"entity\": \"account\", \"ids\": [\"%lld\", %lld]}", a, b);
    check_call(&crm, "records.delete_many", input, PARTS("\"refused\":0"));
    CHECK_INT(0, count_of(crm.me, "account", ""));
    check_call(&crm, "records.restore_many", input, PARTS("\"refused\":0"));
    CHECK_INT(2, count_of(crm.me, "account", ""));
    CHECK(call(&crm, "records.restore_many", input) == NULL); /* they are not deleted */
    CHECK_CONTAINS("rows[0]: ", crmkit_error_message());
    close_crm(&crm);
}

static void rows_are_upserted_by_their_keys(void) {
    struct crm crm;
    open_memory_crm(&crm);
    static const char* const by_system =
        "{\"entity\": \"account\", \"system\": \"erp\", \"keys\": [\"1\", \"2\"],"
        " \"rows\": [{\"name\": \"A\"}, {\"name\": \"B\"}]}";
    check_call(&crm, "records.upsert_many", by_system, PARTS("\"action\":\"created\""));
    check_call(&crm, "records.upsert_many", by_system, PARTS("\"action\":\"unchanged\""));
    check_call(&crm, "records.upsert_many",
               "{\"entity\": \"account\", \"by\": [\"name\"], \"policy\": \"skip\","
               " \"rows\": [{\"name\": \"A\", \"industry\": \"steel\"}, {\"name\": \"C\"}]}",
               PARTS("\"action\":\"skipped\"", "\"action\":\"created\""));
    CHECK_INT(3, count_of(crm.me, "account", ""));
    CHECK_INT(2, count_of(crm.me, "external_id", "system = 'erp'"));
    close_crm(&crm);
}

static void wrong_calls_are_refused(void) {
    static const char* const inputs[] = {
        "{\"entity\": \"acount\", \"rows\": []}",
        "{\"entity\": \"account\", \"rows\": {}}",
        "{\"entity\": \"account\"}",
        "{\"entity\": \"account\", \"rows\": [5]}",
        "{\"entity\": \"account\", \"rows\": [[\"A\"]]}",
        "{\"entity\": \"account\", \"rows\": [], \"mode\": \"any\"}",
        "{\"entity\": \"stage_history\", \"rows\": [{}]}",
    };
    struct crm crm;
    open_memory_crm(&crm);
    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; ++i) {
        CHECK(call(&crm, "records.create_many", inputs[i]) == NULL);
    }
    CHECK(call(&crm, "records.delete_many", "{\"entity\": \"account\", \"ids\": [\"x\"]}") == NULL);
    CHECK_CONTAINS("'x'", crmkit_error_message());
    CHECK(call(&crm, "records.upsert_many", "{\"entity\": \"account\", \"rows\": []}") == NULL);
    CHECK(call(&crm, "records.upsert_many",
               "{\"entity\": \"account\", \"system\": \"erp\", \"keys\": [\"1\"], \"rows\": []}") ==
          NULL);
    CHECK_CONTAINS("1 items for 0 rows", crmkit_error_message());
    close_crm(&crm);
}

static void records_have_a_schema(void) {
    struct crm crm;
    open_memory_crm(&crm);
    check_call(&crm, "engine.json_schema", "{}",
               PARTS("https://json-schema.org/draft/2020-12/schema", "\"opportunity\":{",
                     "\"stage_history\":{", "\"$defs\""));
    check_call(&crm, "engine.json_schema", "{\"entity\": \"contact\"}",
               PARTS("\"title\":\"contact\"", "\"last_name\"", "\"plural\":\"contacts\""));
    CHECK(call(&crm, "engine.json_schema", "{\"entity\": \"contakt\"}") == NULL);
    CHECK_CONTAINS("contact", crmkit_error_message());
    close_crm(&crm);
}

int main(void) {
    static const struct test_case cases[] = {
        {"rows are created in one call", rows_are_created_in_one_call},
        {"a refused row undoes all or only itself", a_refused_row_undoes_all_or_only_itself},
        {"a row is told all that is wrong with it", a_row_is_told_all_that_is_wrong_with_it},
        {"rows are updated, deleted and restored", rows_are_updated_deleted_and_restored},
        {"rows are upserted by their keys", rows_are_upserted_by_their_keys},
        {"wrong calls are refused", wrong_calls_are_refused},
        {"records have a schema", records_have_a_schema},
    };
    return RUN_CASES(cases);
}

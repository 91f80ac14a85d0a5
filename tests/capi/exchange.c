/* Files in and out through operations: CSV by a plan, JSON Lines without loss, and what is refused.
 */
#include "support.h"

/* Writes a file in the temporary folder. */
static const char* write_file(const char* name, const char* text, size_t size) {
    const char* const path = temp_path(name);
    FILE* const file = fopen(path, "wb");
    REQUIRE(file != NULL);
    REQUIRE(fwrite(text, 1, size, file) == size);
    REQUIRE(fclose(file) == 0);
    return path;
}

static const char* write_text(const char* name, const char* text) {
    return write_file(name, text, strlen(text));
}

/* The beginning of a file; NULL when it is not there. */
static const char* read_file(const char* name) {
    static char text[4000];
    FILE* const file = fopen(temp_path(name), "rb");
    if (file == NULL) {
        return NULL;
    }
    const size_t size = fread(text, 1, sizeof text - 1, file);
    text[size] = '\0';
    fclose(file);
    return text;
}

/* Calls an operation on a file: {"path": …, more}. Paths here have nothing to be escaped. */
static crmkit_code call(struct crm* crm, const char* operation, const char* path, const char* more,
                        crmkit_text** result) {
    static char input[8000];
    snprintf(input, sizeof input, "{\"path\": \"%.400s\"%.7000s}", path, more);
    *result = NULL;
    return crmkit_call(crm->me, operation, NUL, input, NUL, result);
}

static const char plan[] =
    ", \"plan\": {\"entity\": \"contact\", \"columns\": ["
    "{\"column\": \"name\", \"field\": \"last_name\"}, {\"column\": \"mail\", \"field\": "
    "\"email\"}]}";

static void a_csv_file_is_imported_by_a_plan(void) {
    struct crm crm;
    crmkit_text* result = NULL;
    open_memory_crm(&crm);
    const char* const path =
        write_text("in.csv", "name,mail\nLovelace,ada@example.com\nBabbage,charles at home\n");
    REQUIRE_OK(call(&crm, "exchange.import_csv", path, plan, &result));
    const char* const report = crmkit_text_data(result);
    CHECK_CONTAINS("\"created\":1", report);
    CHECK_CONTAINS("\"refused\":1", report);
    CHECK_CONTAINS("\"line\":3", report);
    CHECK_CONTAINS("\"column\":2", report);
    CHECK_CONTAINS("\"value\":\"charles at home\"", report);
    crmkit_text_free(result);
    CHECK_INT(1, count_of(crm.me, "contact", "last_name = 'Lovelace'"));
    CHECK_INT(1, count_of(crm.me, "contact", ""));
    close_crm(&crm);
}

static void a_suggested_plan_can_be_used_as_it_is(void) {
    static char more[4000];
    struct crm crm;
    crmkit_text* result = NULL;
    open_memory_crm(&crm);
    const char* const path = write_text("in.csv", "Vorname;Nachname\nAda;Lovelace\n");
    REQUIRE_OK(call(&crm, "exchange.suggest_plan", path, ", \"entity\": \"contact\"", &result));
    snprintf(more, sizeof more, ", \"plan\": %s", crmkit_text_data(result));
    crmkit_text_free(result);
    REQUIRE_OK(call(&crm, "exchange.import_csv", path, more, &result));
    crmkit_text_free(result);
    CHECK_INT(1, count_of(crm.me, "contact", "first_name = 'Ada' and last_name = 'Lovelace'"));
    close_crm(&crm);
}

static void records_go_out_and_come_back(void) {
    struct crm crm;
    struct crm other;
    crmkit_text* result = NULL;
    open_memory_crm(&crm);
    open_memory_crm(&other);
    add_account(&crm, "=1+1");
    REQUIRE_OK(call(&crm, "exchange.export_csv", temp_path("out.csv"),
                    ", \"entity\": \"account\", \"columns\": [\"name\"]", &result));
    CHECK_CONTAINS("\"records\":1", crmkit_text_data(result));
    crmkit_text_free(result);
    CHECK_TEXT("name\r\n'=1+1\r\n", read_file("out.csv"));
    REQUIRE_OK(call(&crm, "exchange.export_jsonl", temp_path("all.jsonl"),
                    ", \"entities\": [\"account\"]", &result));
    crmkit_text_free(result);
    REQUIRE_OK(call(&other, "exchange.import_jsonl", temp_path("all.jsonl"), "", &result));
    crmkit_text_free(result);
    CHECK_INT(1, count_of(other.me, "account", "name = '=1+1'"));
    /* A second time the ids are taken. */
    CHECK_CODE(CRMKIT_VALIDATION,
               call(&other, "exchange.import_jsonl", temp_path("all.jsonl"), "", &result));
    CHECK_INT(2, problem_about("id").line);
    CHECK_INT(1, count_of(other.me, "account", ""));
    close_crm(&other);
    close_crm(&crm);
}

static void malformed_files_are_refused_with_line_and_column(void) {
    struct crm crm;
    crmkit_text* result = NULL;
    open_memory_crm(&crm);
    const char* path = write_text("bad.csv",
                                  "name,mail\n"
                                  "Good,good@example.com\n"
                                  "x,\"open\"quote,y\n"
                                  "\"never closed,b\n");
    REQUIRE_OK(call(&crm, "exchange.import_csv", path, plan, &result));
    CHECK_CONTAINS("\"created\":1", crmkit_text_data(result));
    CHECK_CONTAINS("\"refused\":2", crmkit_text_data(result));
    CHECK_CONTAINS("\"line\":3", crmkit_text_data(result));
    CHECK_CONTAINS("\"line\":4", crmkit_text_data(result));
    CHECK_CONTAINS("\"position\":", crmkit_text_data(result));
    crmkit_text_free(result);
    path = write_text("bad.jsonl",
                      "{\"crmkit\":\"0.1.0\",\"format\":1,\"entities\":[]}\n"
                      "{\"account\":{\"nam\":\"x\"}}\n"
                      "{\"account\":{\"id\":}}\n");
    CHECK_CODE(CRMKIT_VALIDATION, call(&crm, "exchange.import_jsonl", path, "", &result));
    CHECK_INT(2, problem_about("nam").line);
    CHECK_INT(13, problem_about("nam").column);
    CHECK_CONTAINS("line 3", crmkit_error_message());
    CHECK_INT(0, count_of(crm.me, "account", ""));
    close_crm(&crm);
}

static void what_cannot_be_done_is_refused(void) {
    struct crm crm;
    crmkit_text* result = NULL;
    open_memory_crm(&crm);
    CHECK_CODE(CRMKIT_IO, call(&crm, "exchange.import_csv", temp_path("none.csv"), plan, &result));
    CHECK_CONTAINS("none.csv", crmkit_error_message());
    const char* const path = write_text("in.csv", "nme,mail\na,b\n");
    CHECK_CODE(CRMKIT_VALIDATION, call(&crm, "exchange.import_csv", path, plan, &result));
    CHECK_CONTAINS("nearest is 'nme'", crmkit_error_message());
    CHECK_CODE(CRMKIT_VALIDATION,
               call(&crm, "exchange.import_csv", path, ", \"plan\": {\"entyti\": 1}", &result));
    CHECK_CODE(CRMKIT_NOT_FOUND, call(&crm, "exchange.export_csv", temp_path("out2.csv"),
                                      ", \"entity\": \"acount\"", &result));
    CHECK(read_file("out2.csv") == NULL);
    CHECK_CODE(CRMKIT_IO, call(&crm, "exchange.export_csv", temp_path("no/folder.csv"),
                               ", \"entity\": \"account\"", &result));
    CHECK(result == NULL);
    close_crm(&crm);
}

static void files_that_would_fill_the_memory_are_refused(void) {
    static char commas[1000000];
    struct crm crm;
    crmkit_text* result = NULL;
    open_memory_crm(&crm);
    memset(commas, ',', sizeof commas);
    const char* path = write_file("columns.csv", commas, sizeof commas);
    CHECK_CODE(CRMKIT_LIMIT, call(&crm, "exchange.import_csv", path, plan, &result));
    CHECK_CONTAINS("more than 16384 fields", crmkit_error_message());
    CHECK_CODE(CRMKIT_LIMIT,
               call(&crm, "exchange.suggest_plan", path, ", \"entity\": \"contact\"", &result));
    /* A line of a gigabyte, most of it a hole in the file. */
    path = write_text("line.csv", "name,mail\nGood,good@example.com\nx,");
    REQUIRE(truncate(path, INT64_C(1) << 30) == 0);
    CHECK_CODE(CRMKIT_LIMIT, call(&crm, "exchange.import_csv", path, plan, &result));
    CHECK_CONTAINS("line 3", crmkit_error_message());
    path = write_text("line.jsonl", "{\"crmkit\":\"0.1.0\",\"format\":1,\"entities\":[]}\n{");
    REQUIRE(truncate(path, INT64_C(1) << 30) == 0);
    CHECK_CODE(CRMKIT_LIMIT, call(&crm, "exchange.import_jsonl", path, "", &result));
    CHECK_CONTAINS("line 2", crmkit_error_message());
    CHECK(result == NULL);
    close_crm(&crm);
}

int main(void) {
    static const struct test_case cases[] = {
        {"a CSV file is imported by a plan", a_csv_file_is_imported_by_a_plan},
        {"a suggested plan can be used as it is", a_suggested_plan_can_be_used_as_it_is},
        {"records go out and come back", records_go_out_and_come_back},
        {"malformed files are refused with line and column",
         malformed_files_are_refused_with_line_and_column},
        {"what cannot be done is refused", what_cannot_be_done_is_refused},
        {"files that would fill the memory are refused",
         files_that_would_fill_the_memory_are_refused},
    };
    make_temp_folder();
    const int failed = RUN_CASES(cases);
    remove_temp_folder();
    return failed;
}

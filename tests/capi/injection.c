/* Hostile texts through every text parameter: values, or refused; the statements that run are those
 * of harmless texts, or only read where the text is an expression. */
#include <sqlite3.h>
#include <stdbool.h>

#include "../security/payloads.h"
#include "support.h"

/* ---- The statements ------------------------------------------------------------------------ */

enum { most_statements = 2000 };

/* Those that harmless texts have run. */
static char* known[most_statements];
static size_t known_count;

enum phase { learning, only_known, known_or_reading };
static enum phase phase = learning;

static bool is_known(const char* statement) {
    for (size_t i = 0; i < known_count; ++i) {
        if (strcmp(known[i], statement) == 0) {
            return true;
        }
    }
    return false;
}

static bool only_reads(const char* statement) {
    return (strncmp(statement, "SELECT ", 7) == 0 || strncmp(statement, "WITH ", 5) == 0) &&
           strchr(statement, ';') == NULL;
}

/* What begins, ends and undoes the part of a command that may be refused. */
static int is_savepoint(const char* sql) { return strstr(sql, " crmkit_1") != NULL; }

static int note_statement(unsigned what, void* ctx, void* statement, void* text) {
    const char* const sql = sqlite3_sql(statement);
    (void)what;
    (void)ctx;
    (void)text;
    /* FTS5 tidies its own tables when they have grown, with statements like no one else's. */
    if (strstr(sql, "'main'.'") != NULL || is_savepoint(sql) || is_known(sql)) {
        return 0;
    }
    if (phase == learning) {
        REQUIRE(known_count < most_statements);
        known[known_count] = malloc(strlen(sql) + 1);
        REQUIRE(known[known_count] != NULL);
        strcpy(known[known_count++], sql);
    } else if (phase != known_or_reading || !only_reads(sql)) {
        CHECK_TEXT("a statement of a harmless text", sql);
    }
    return 0;
}

static void forget_statements(void) {
    while (known_count > 0) {
        free(known[--known_count]);
    }
}

/* ---- What is done with a text -------------------------------------------------------------- */

static int64_t deal_id;
static int64_t account_id;

/* {"<name>":"<text>"}. Lives until the next call. */
static const char* json_with(const char* name, const char* text) {
    static char json[600];
    char* to = json + sprintf(json, "{\"%s\":\"", name);
    for (const unsigned char* from = (const unsigned char*)text; *from != '\0'; ++from) {
        if (*from < 0x20 || *from == '"' || *from == '\\') {
            to += sprintf(to, "\\u%04x", *from);
        } else {
            *to++ = (char)*from;
        }
    }
    strcpy(to, "\"}");
    return json;
}

/* Ends a call: releases what it gave. */
static crmkit_code with_text(crmkit_code code, crmkit_text* text) {
    crmkit_text_free(text);
    return code;
}

/* The text as it is stored: those of the corpus that are not in Unicode's Form C, in it. */
static const char* stored_form(const char* text) {
    static const char* const forms[][2] = {
        {"e\xCC\x81 and \xC3\xA9", "\xC3\xA9 and \xC3\xA9"},
        {"Z\xCD\x91\xCC\x92\xCC\x92\xCC\x9B", "Z\xCC\x9B\xCD\x91\xCC\x92\xCC\x92"},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; ++i) {
        if (strcmp(text, forms[i][0]) == 0) {
            return forms[i][1];
        }
    }
    return text;
}

static crmkit_code create_with(struct crm* crm, const char* entity, const char* name,
                               const char* text) {
    crmkit_record* record = new_record(crm, entity);
    crmkit_code code = set(record, name, text);
    if (code == CRMKIT_OK) {
        code = crmkit_create(crm->me, record);
    }
    if (code == CRMKIT_OK) {
        CHECK_TEXT(stored_form(text), get(record, name));
    }
    crmkit_record_free(record);
    return code;
}

static crmkit_code create(struct crm* crm, const char* text) {
    return create_with(crm, "account", "name", text);
}
static crmkit_code create_with_description(struct crm* crm, const char* text) {
    crmkit_record* account = stored_record(crm, "account", "name", "Acme");
    CHECK_OK(set(account, "description", text));
    const crmkit_code code = crmkit_update(crm->me, account);
    CHECK_TEXT(stored_form(text), get(account, "description"));
    crmkit_record_free(account);
    return code;
}
static crmkit_code set_other_types(struct crm* crm, const char* text) {
    static const char* const names[] = {"annual_revenue", "number_of_employees", "owner", "rating",
                                        "parent_account"};
    crmkit_record* account = new_record(crm, "account");
    for (size_t i = 0; i < sizeof names / sizeof *names; ++i) {
        (void)set(account, names[i], text);
    }
    (void)crmkit_set_money(account, field(account, "annual_revenue"), 1, text);
    (void)crmkit_field(account, text, NUL);
    CHECK_OK(set(account, "name", "Acme"));
    const crmkit_code code = crmkit_create(crm->me, account);
    crmkit_record_free(account);
    return code;
}
static crmkit_code create_from_json(struct crm* crm, const char* text) {
    crmkit_record* account = new_record(crm, "account");
    crmkit_code code = crmkit_record_from_json(account, json_with("name", text), NUL);
    if (code == CRMKIT_OK) {
        code = crmkit_create(crm->me, account);
    }
    crmkit_record_free(account);
    return code;
}
static crmkit_code read_json(struct crm* crm, const char* text) {
    crmkit_record* account = new_record(crm, "account");
    const crmkit_code code = crmkit_record_from_json(account, text, NUL);
    crmkit_record_free(account);
    return code;
}
static crmkit_code upsert_as(struct crm* crm, const char* system, const char* key) {
    crmkit_record* account = new_record(crm, "account");
    int32_t action = 0;
    CHECK_OK(set(account, "name", "Acme"));
    const crmkit_code code =
        crmkit_upsert(crm->me, system, NUL, key, NUL, CRMKIT_UPSERT_UPDATE, account, &action);
    crmkit_record_free(account);
    return code;
}
static crmkit_code upsert_by_system(struct crm* crm, const char* text) {
    return upsert_as(crm, text, "1");
}
static crmkit_code upsert_by_key(struct crm* crm, const char* text) {
    return upsert_as(crm, "erp", text);
}
static crmkit_code upsert_by_fields(struct crm* crm, const char* text) {
    crmkit_record* account = new_record(crm, "account");
    CHECK_OK(set(account, "name", "Acme"));
    const crmkit_code code =
        crmkit_upsert_by(crm->me, text, NUL, CRMKIT_UPSERT_UPDATE, account, NULL);
    crmkit_record_free(account);
    return code;
}
static crmkit_code set_origin(struct crm* crm, const char* text) {
    CHECK_OK(crmkit_session_set_origin(crm->me, text, NUL));
    add_account(crm, "Acme");
    return crmkit_session_set_origin(crm->me, "", 0);
}
static crmkit_code delete_of_entity(struct crm* crm, const char* text) {
    return crmkit_delete(crm->me, text, NUL, account_id, 0);
}
static crmkit_code restore_of_entity(struct crm* crm, const char* text) {
    return crmkit_restore(crm->me, text, NUL, account_id);
}
static crmkit_code query_of(struct crm* crm, const char* entity, const char* text,
                            const char* parameters) {
    crmkit_record* account = new_record(crm, "account");
    crmkit_cursor* cursor = NULL;
    int32_t found = 1;
    crmkit_code code = crmkit_query(crm->me, entity, NUL, text, NUL, parameters, NUL, &cursor);
    while (code == CRMKIT_OK && found != 0) {
        code = crmkit_cursor_next(cursor, account, &found);
    }
    crmkit_cursor_close(cursor);
    crmkit_record_free(account);
    return code;
}
static crmkit_code query_entity(struct crm* crm, const char* text) {
    return query_of(crm, text, "", NULL);
}
static crmkit_code query_text(struct crm* crm, const char* text) {
    return query_of(crm, "account", text, NULL);
}
static crmkit_code query_value(struct crm* crm, const char* text) {
    return query_of(crm, "account", "name = :x", json_with("x", text));
}
static crmkit_code query_parameters(struct crm* crm, const char* text) {
    return query_of(crm, "account", "name = :x", text);
}
static crmkit_code page_of(struct crm* crm, const char* text, const char* parameters,
                           const char* after) {
    crmkit_text* page = NULL;
    const crmkit_code code =
        crmkit_page(crm->me, "account", NUL, text, NUL, parameters, NUL, 10, after, NUL, &page);
    return with_text(code, page);
}
static crmkit_code page_text(struct crm* crm, const char* text) {
    return page_of(crm, text, NULL, NULL);
}
static crmkit_code page_value(struct crm* crm, const char* text) {
    return page_of(crm, "name like :x sort by name", json_with("x", text), NULL);
}
static crmkit_code page_after(struct crm* crm, const char* text) {
    return page_of(crm, "sort by name", NULL, text);
}
static crmkit_code aggregate_of(struct crm* crm, const char* text, const char* parameters) {
    crmkit_text* rows = NULL;
    const crmkit_code code =
        crmkit_aggregate(crm->me, "account", NUL, text, NUL, parameters, NUL, &rows);
    return with_text(code, rows);
}
static crmkit_code aggregate_text(struct crm* crm, const char* text) {
    return aggregate_of(crm, text, NULL);
}
static crmkit_code aggregate_value(struct crm* crm, const char* text) {
    return aggregate_of(crm, "count() where name = :x", json_with("x", text));
}
static crmkit_code search(struct crm* crm, const char* text) {
    int64_t ids[5];
    size_t count = 0;
    return crmkit_search(crm->me, "account", NUL, text, NUL, ids, 5, &count);
}
static crmkit_code call_of_name(struct crm* crm, const char* text) {
    crmkit_text* result = NULL;
    const crmkit_code code = crmkit_call(crm->me, text, NUL, "{}", NUL, &result);
    return with_text(code, result);
}
static crmkit_code call_with_json(struct crm* crm, const char* text) {
    crmkit_text* result = NULL;
    const crmkit_code code = crmkit_call(crm->me, "sales.win_rate", NUL, text, NUL, &result);
    return with_text(code, result);
}
static crmkit_code call_with_value(struct crm* crm, const char* text) {
    crmkit_text* result = NULL;
    char json[700];
    snprintf(json, sizeof json, "{\"opportunity\":\"%lld\",%s", (long long)deal_id,
             json_with("reason", text) + 1);
    const crmkit_code code =
        crmkit_call(crm->me, "sales.lose_opportunity", NUL, json, NUL, &result);
    return with_text(code, result);
}
static crmkit_code look_up_names(struct crm* crm, const char* text) {
    crmkit_record* record = NULL;
    uint64_t hook = 0;
    CHECK_INT(0, crmkit_entity_number(crm->store, text, NUL));
    CHECK(crmkit_before_write(crm->store, text, NUL, NULL, NULL, &hook) != CRMKIT_OK);
    crmkit_hook_message(text, NUL);
    return crmkit_record_new(crm->store, text, NUL, &record);
}

/* A text parameter. */
static const struct {
    const char* name;
    crmkit_code (*act)(struct crm* crm, const char* text);
    enum phase allowed;
} parameters[] = {
    {"the text of a field", create, only_known},
    {"the text of a long field", create_with_description, only_known},
    {"the text of fields of other types", set_other_types, only_known},
    {"a value in JSON", create_from_json, only_known},
    {"JSON", read_json, only_known},
    {"the system of a key", upsert_by_system, only_known},
    {"a key", upsert_by_key, only_known},
    {"the fields of a key", upsert_by_fields, only_known},
    {"the origin of a session", set_origin, only_known},
    {"the entity to delete from", delete_of_entity, only_known},
    {"the entity to restore in", restore_of_entity, only_known},
    {"the entity of a query", query_entity, only_known},
    {"the text of a query", query_text, known_or_reading},
    {"a parameter of a query", query_value, only_known},
    {"the parameters of a query", query_parameters, only_known},
    {"the text of a page", page_text, known_or_reading},
    {"a parameter of a page", page_value, only_known},
    {"the end of the page before", page_after, only_known},
    {"the text of an aggregate", aggregate_text, known_or_reading},
    {"a parameter of an aggregate", aggregate_value, only_known},
    {"a search", search, only_known},
    {"the name of an operation", call_of_name, only_known},
    {"the input of an operation", call_with_json, known_or_reading},
    {"a value in the input of an operation", call_with_value, known_or_reading},
    {"the name of an entity", look_up_names, only_known},
};

/* ---- The texts ----------------------------------------------------------------------------- */

static FILE* open_texts(void) {
    FILE* const file = fopen(CRMKIT_SOURCE_DIR "/tests/security/payloads.txt", "r");
    REQUIRE(file != NULL);
    return file;
}

/* The next of them in `text`; false at the end. */
static bool next_text(FILE* file, char* text, int capacity) {
    while (fgets(text, capacity, file) != NULL) {
        text[strcspn(text, "\n")] = '\0';
        if (text[0] != '\0' && text[0] != '#') {
            unescape_payload(text);
            return true;
        }
    }
    return false;
}

/* ---- The tests ----------------------------------------------------------------------------- */

/* What is refused is refused for what it is. */
static void act_and_undo(struct crm* crm, size_t which, const char* text) {
    REQUIRE_OK(crmkit_begin(crm->me));
    const crmkit_code code = parameters[which].act(crm, text);
    CHECK(code == CRMKIT_OK || code == CRMKIT_VALIDATION || code == CRMKIT_EXPRESSION ||
          code == CRMKIT_NOT_FOUND || code == CRMKIT_INVALID_ARGUMENT || code == CRMKIT_SYNTAX);
    if (code != CRMKIT_OK && strstr(text, "crm_") == NULL) {
        CHECK(strstr(crmkit_error_message(), "crm_") == NULL);
    }
    REQUIRE_OK(crmkit_rollback(crm->me));
}

static void every_text_parameter(void) {
    static const char* const harmless[] = {"Harmless", "two words", "--", "de", "EUR"};
    struct crm crm;
    sqlite3* host = NULL;
    crmkit_text* problems = NULL;
    size_t texts = 0;
    char text[400];
    REQUIRE(sqlite3_open(":memory:", &host) == SQLITE_OK);
    const crmkit_options options = options_of_crm(&crm);
    REQUIRE_OK(crmkit_open_on_sqlite(host, &options, &crm.store));
    act_as_ada(&crm);
    account_id = add_account(&crm, "Bystander");
    crmkit_record* deal = stored_record(&crm, "opportunity", "name", "Deal");
    deal_id = crmkit_record_id(deal);
    crmkit_record_free(deal);
    sqlite3_trace_v2(host, SQLITE_TRACE_STMT, note_statement, NULL);
    for (size_t which = 0; which < sizeof parameters / sizeof *parameters; ++which) {
        phase = learning;
        for (size_t i = 0; i < sizeof harmless / sizeof *harmless; ++i) {
            act_and_undo(&crm, which, harmless[i]);
        }
        phase = parameters[which].allowed;
        FILE* const file = open_texts();
        while (next_text(file, text, sizeof text)) {
            act_and_undo(&crm, which, text);
            ++texts;
        }
        fclose(file);
        forget_statements();
    }
    sqlite3_trace_v2(host, 0, NULL, NULL);
    CHECK(texts > 500 * sizeof parameters / sizeof *parameters);
    CHECK_INT(1, count_of(crm.me, "account", ""));
    CHECK_INT(1, count_of(crm.me, "account", "name = 'Bystander' and version = 1"));
    CHECK_INT(1, count_of(crm.me, "user", ""));
    CHECK_OK(crmkit_check_integrity(crm.store, &problems));
    CHECK_TEXT("[]", crmkit_text_data(problems));
    crmkit_text_free(problems);
    close_crm(&crm);
    CHECK_INT(SQLITE_OK, sqlite3_close(host));
}

/* Outside of transactions: they are made by the store, not by a session. */
static void names_of_users(void) {
    struct crm crm;
    char text[400];
    char email[40];
    int count = 0;
    open_memory_crm(&crm);
    FILE* const file = open_texts();
    while (next_text(file, text, sizeof text)) {
        int64_t user = 0;
        snprintf(email, sizeof email, "user%d@example.com", ++count);
        CHECK_OK(crmkit_ensure_user(crm.store, text, NUL, email, NUL, &user));
        CHECK_CODE(CRMKIT_VALIDATION,
                   crmkit_ensure_user(crm.store, "Somebody", NUL, text, NUL, &user));
    }
    fclose(file);
    CHECK_INT(count + 1, count_of(crm.me, "user", ""));
    close_crm(&crm);
}

int main(void) {
    static const struct test_case cases[] = {
        {"every text parameter", every_text_parameter},
        {"names of users", names_of_users},
    };
    return RUN_CASES(cases);
}

/* What a host does in C: a store, a session, a record, an operation. */
#include <crmkit.h>
#include <stdio.h>
#include <string.h>

int main(void) {
    crmkit_store* store = NULL;
    crmkit_session* me = NULL;
    crmkit_record* acme = NULL;
    crmkit_text* report = NULL;
    const char* name = "";
    const int is_right =
        crmkit_open(":memory:", -1, NULL, &store) == CRMKIT_OK &&
        crmkit_session_open(store, 0, &me) == CRMKIT_OK &&
        crmkit_record_new(store, "account", -1, &acme) == CRMKIT_OK &&
        crmkit_record_from_json(acme, "{\"name\": \"Acme Steel\"}", -1) == CRMKIT_OK &&
        crmkit_create(me, acme) == CRMKIT_OK &&
        crmkit_get(me, crmkit_record_id(acme), acme) == CRMKIT_OK &&
        crmkit_get_text(acme, crmkit_field(acme, "name", -1), &name, NULL) == CRMKIT_OK &&
        crmkit_call(me, "sales.win_rate", -1, "{}", -1, &report) == CRMKIT_OK &&
        strcmp(name, "Acme Steel") == 0 && strstr(crmkit_text_data(report), "\"won\":0") != NULL;
    printf("%s\n", is_right ? name : crmkit_error_message());
    crmkit_text_free(report);
    crmkit_record_free(acme);
    crmkit_session_close(me);
    crmkit_close(store);
    return is_right ? 0 : 1;
}

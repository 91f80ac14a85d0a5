/* The binary interface: numbers and layouts that a compiled program has built in. What stands here
 * never changes; structs grow at their end only. */
#include "support.h"

#define SAME(actual, expected) _Static_assert((actual) == (expected), #actual " has changed")

SAME(sizeof(crmkit_code), 4);
SAME(CRMKIT_NUL_TERMINATED, -1);

SAME(CRMKIT_OK, 0);
SAME(CRMKIT_INVALID_ARGUMENT, 1);
SAME(CRMKIT_VALIDATION, 2);
SAME(CRMKIT_NOT_FOUND, 3);
SAME(CRMKIT_CONFLICT, 4);
SAME(CRMKIT_DUPLICATE, 5);
SAME(CRMKIT_RESTRICTED, 6);
SAME(CRMKIT_ILLEGAL_TRANSITION, 7);
SAME(CRMKIT_PERMISSION_DENIED, 8);
SAME(CRMKIT_VETOED, 9);
SAME(CRMKIT_EXPRESSION, 10);
SAME(CRMKIT_SYNTAX, 11);
SAME(CRMKIT_LIMIT, 12);
SAME(CRMKIT_CANCELLED, 13);
SAME(CRMKIT_BUSY, 14);
SAME(CRMKIT_READ_ONLY, 15);
SAME(CRMKIT_DISK_FULL, 16);
SAME(CRMKIT_IO, 17);
SAME(CRMKIT_CORRUPT, 18);
SAME(CRMKIT_NEWER_SCHEMA, 19);
SAME(CRMKIT_TWO_SQLITES, 20);
SAME(CRMKIT_OUT_OF_MEMORY, 21);
SAME(CRMKIT_UNSUPPORTED, 22);
SAME(CRMKIT_INTERNAL, 23);

SAME(CRMKIT_DURABLE, 0);
SAME(CRMKIT_FAST, 1);
SAME(CRMKIT_LOG_DEBUG, 0);
SAME(CRMKIT_LOG_INFO, 1);
SAME(CRMKIT_LOG_WARNING, 2);
SAME(CRMKIT_LOG_ERROR, 3);
SAME(CRMKIT_UPSERT_CREATE_OR_FAIL, 0);
SAME(CRMKIT_UPSERT_UPDATE, 1);
SAME(CRMKIT_UPSERT_SKIP, 2);
SAME(CRMKIT_UPSERT_REPLACE, 3);
SAME(CRMKIT_UPSERT_CREATED, 0);
SAME(CRMKIT_UPSERT_UPDATED, 1);
SAME(CRMKIT_UPSERT_UNCHANGED, 2);
SAME(CRMKIT_UPSERT_SKIPPED, 3);
SAME(CRMKIT_CHANGE_CREATED, 0);
SAME(CRMKIT_CHANGE_UPDATED, 1);
SAME(CRMKIT_CHANGE_DELETED, 2);
SAME(CRMKIT_CHANGE_RESTORED, 3);
SAME(CRMKIT_READ, 0);
SAME(CRMKIT_WRITE, 1);

#if UINTPTR_MAX == UINT64_MAX
/* The layouts where pointers have 64 bits. */
SAME(offsetof(crmkit_problem, struct_size), 0);
SAME(offsetof(crmkit_problem, entity), 8);
SAME(offsetof(crmkit_problem, field), 16);
SAME(offsetof(crmkit_problem, value), 24);
SAME(offsetof(crmkit_problem, message), 32);
SAME(offsetof(crmkit_problem, line), 40);
SAME(offsetof(crmkit_problem, column), 48);
SAME(sizeof(crmkit_problem), 56); /* the end may grow, with a test of the older size */

SAME(offsetof(crmkit_options, struct_size), 0);
SAME(offsetof(crmkit_options, durability), 8);
SAME(offsetof(crmkit_options, read_only), 12);
SAME(offsetof(crmkit_options, create), 16);
SAME(offsetof(crmkit_options, busy_timeout_ms), 20);
SAME(offsetof(crmkit_options, cache_kib), 24);
SAME(offsetof(crmkit_options, replica), 32);
SAME(offsetof(crmkit_options, has_seed), 36);
SAME(offsetof(crmkit_options, seed), 40);
SAME(offsetof(crmkit_options, table_prefix), 48);
SAME(offsetof(crmkit_options, clock), 56);
SAME(offsetof(crmkit_options, clock_ctx), 64);
SAME(offsetof(crmkit_options, log), 72);
SAME(offsetof(crmkit_options, log_ctx), 80);
SAME(offsetof(crmkit_options, log_kib), 88); /* where the first release ended */
SAME(offsetof(crmkit_options, region), 96);
SAME(offsetof(crmkit_options, may_use_progress_handler), 104);
SAME(sizeof(crmkit_options), 112);

SAME(offsetof(crmkit_progress, struct_size), 0);
SAME(offsetof(crmkit_progress, records), 8);
SAME(offsetof(crmkit_progress, bytes), 16);
SAME(offsetof(crmkit_progress, total_bytes), 24);
SAME(sizeof(crmkit_progress), 32);

SAME(offsetof(crmkit_write_event, struct_size), 0);
SAME(offsetof(crmkit_write_event, session), 8);
SAME(offsetof(crmkit_write_event, entity), 16);
SAME(offsetof(crmkit_write_event, kind), 24);
SAME(offsetof(crmkit_write_event, before), 32);
SAME(offsetof(crmkit_write_event, after), 40);
SAME(sizeof(crmkit_write_event), 48);

SAME(offsetof(crmkit_storage, struct_size), 0);
SAME(offsetof(crmkit_storage, ctx), 8);
SAME(offsetof(crmkit_storage, begin), 16);
SAME(offsetof(crmkit_storage, commit), 24);
SAME(offsetof(crmkit_storage, rollback), 32);
SAME(offsetof(crmkit_storage, get), 40);
SAME(offsetof(crmkit_storage, scan), 48);
SAME(offsetof(crmkit_storage, put), 56);
SAME(offsetof(crmkit_storage, erase), 64);
SAME(offsetof(crmkit_storage, close), 72);
SAME(sizeof(crmkit_storage), 80);
#endif

/* The numbers that a program may have built in for entities and fields; all of them are in
 * tests/model/permanent_ids.txt. */
static void numbers_of_entities_and_fields_are_permanent(void) {
    struct crm crm;
    open_memory_crm(&crm);
    crmkit_record* deal = new_record(&crm, "opportunity");
    CHECK_INT(10, crmkit_entity_number(crm.store, "opportunity", NUL));
    CHECK_INT(7, crmkit_field(deal, "version", NUL));
    CHECK_INT(30, crmkit_field(deal, "amount", NUL));
    crmkit_record_free(deal);
    close_crm(&crm);
}

int main(void) {
    static const struct test_case cases[] = {
        {"numbers of entities and fields are permanent",
         numbers_of_entities_and_fields_are_permanent},
    };
    return RUN_CASES(cases);
}

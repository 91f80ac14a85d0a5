/* Queries as Arrow C streams, taken by a consumer in C. */
#include <crmkit/exchange/arrow_abi.h>
#include <errno.h>

#include "support.h"

#if UINTPTR_MAX == UINT64_MAX
/* The layouts of the specification, where pointers have 64 bits. */
_Static_assert(sizeof(struct ArrowSchema) == 72, "ArrowSchema has changed");
_Static_assert(offsetof(struct ArrowSchema, flags) == 24, "ArrowSchema has changed");
_Static_assert(offsetof(struct ArrowSchema, release) == 56, "ArrowSchema has changed");
_Static_assert(sizeof(struct ArrowArray) == 80, "ArrowArray has changed");
_Static_assert(offsetof(struct ArrowArray, buffers) == 40, "ArrowArray has changed");
_Static_assert(offsetof(struct ArrowArray, release) == 64, "ArrowArray has changed");
_Static_assert(sizeof(struct ArrowArrayStream) == 40, "ArrowArrayStream has changed");
_Static_assert(offsetof(struct ArrowArrayStream, release) == 24, "ArrowArrayStream has changed");
#endif

/* Accounts a0, a1, ... of which every other one has employees. */
static void add_accounts(struct crm* crm, int count) {
    crmkit_record* account = NULL;
    char name[20];
    for (int i = 0; i < count; ++i) {
        account = new_record(crm, "account");
        snprintf(name, sizeof name, "a%d", i);
        CHECK_OK(set(account, "name", name));
        if (i % 2 == 1) {
            CHECK_OK(set_number(account, "number_of_employees", i));
        }
        REQUIRE_OK(crmkit_create(crm->me, account));
        crmkit_record_free(account);
    }
}

static crmkit_code query(struct crm* crm, const char* text, const char* fields,
                         struct ArrowArrayStream* out) {
    return crmkit_query_arrow(crm->me, "account", NUL, text, NUL, NULL, 0, fields, NUL, out);
}

static struct ArrowArray next(struct ArrowArrayStream* stream) {
    struct ArrowArray batch = {0};
    CHECK_INT(0, stream->get_next(stream, &batch));
    return batch;
}

/* A text of a column, which needs no NUL at its end. */
static void check_text_at(const char* expected, const struct ArrowArray* column, int64_t row) {
    const int32_t* ends = column->buffers[1];
    const char* bytes = column->buffers[2];
    const int32_t size = ends[row + 1] - ends[row];
    CHECK_INT((int64_t)strlen(expected), size);
    CHECK((size_t)size == strlen(expected) &&
          memcmp(expected, bytes + ends[row], (size_t)size) == 0);
}

static int is_there(const struct ArrowArray* column, int64_t row) {
    const uint8_t* bits = column->buffers[0];
    return bits == NULL || (bits[row / 8] >> (row % 8)) % 2 == 1;
}

static void a_query_comes_as_batches_of_columns(void) {
    struct crm crm;
    struct ArrowArrayStream stream;
    struct ArrowSchema schema;
    open_memory_crm(&crm);
    add_accounts(&crm, 10);
    REQUIRE_OK(query(&crm, "order by id", "name, number_of_employees", &stream));
    CHECK_INT(0, stream.get_schema(&stream, &schema));
    CHECK_TEXT("+s", schema.format);
    REQUIRE(schema.n_children == 2);
    CHECK_TEXT("name", schema.children[0]->name);
    CHECK_TEXT("u", schema.children[0]->format);
    CHECK_TEXT("number_of_employees", schema.children[1]->name);
    CHECK_TEXT("l", schema.children[1]->format);
    CHECK_INT(ARROW_FLAG_NULLABLE, schema.children[1]->flags);

    struct ArrowArray batch = next(&stream);
    REQUIRE(batch.release != NULL);
    REQUIRE(batch.length == 10);
    REQUIRE(batch.n_children == 2);
    CHECK_INT(5, batch.children[1]->null_count);
    for (int64_t row = 0; row < batch.length; ++row) {
        const int64_t* numbers = batch.children[1]->buffers[1];
        const char name[] = {'a', (char)('0' + row), '\0'};
        check_text_at(name, batch.children[0], row);
        CHECK_INT(row % 2, is_there(batch.children[1], row));
        CHECK(row % 2 == 0 || numbers[row] == row);
    }
    CHECK(next(&stream).release == NULL);
    CHECK(stream.get_last_error(&stream) == NULL);
    stream.release(&stream);
    CHECK(stream.release == NULL);
    schema.release(&schema);

    /* Batches need neither stream nor store. */
    close_crm(&crm);
    check_text_at("a9", batch.children[0], 9);
    batch.release(&batch);
}

static void all_fields_come_when_none_is_named(void) {
    struct crm crm;
    struct ArrowArrayStream stream;
    struct ArrowSchema all;
    struct ArrowSchema some;
    open_memory_crm(&crm);
    REQUIRE_OK(query(&crm, "", NULL, &stream));
    CHECK_INT(0, stream.get_schema(&stream, &all));
    stream.release(&stream);
    CHECK(all.n_children > 30);
    CHECK_TEXT("id", all.children[0]->name);
    all.release(&all);
    REQUIRE_OK(query(&crm, "", "owner,annual_revenue", &stream));
    CHECK_INT(0, stream.get_schema(&stream, &some));
    stream.release(&stream);
    REQUIRE(some.n_children == 4);
    CHECK_TEXT("owner_entity", some.children[1]->name);
    CHECK_TEXT("u", some.children[1]->dictionary->format);
    CHECK_TEXT("annual_revenue", some.children[2]->name);
    CHECK_TEXT("annual_revenue_currency", some.children[3]->name);
    some.release(&some);
    close_crm(&crm);
}

static void parameters_come_as_json(void) {
    struct crm crm;
    struct ArrowArrayStream stream;
    open_memory_crm(&crm);
    add_accounts(&crm, 10);
    REQUIRE_OK(crmkit_query_arrow(crm.me, "account", NUL, "number_of_employees > :least", NUL,
                                  "{\"least\": 4}", NUL, "id", NUL, &stream));
    struct ArrowArray batch = next(&stream);
    CHECK_INT(3, batch.length);
    batch.release(&batch);
    stream.release(&stream);
    close_crm(&crm);
}

/* That a stream cannot go on, says so, and is still to be released. */
static void check_has_ended(struct ArrowArrayStream* stream) {
    struct ArrowArray batch;
    struct ArrowSchema schema;
    CHECK_INT(EINVAL, stream->get_next(stream, &batch));
    CHECK(batch.release == NULL);
    CHECK_CONTAINS("has ended", stream->get_last_error(stream));
    CHECK_INT(0, stream->get_schema(stream, &schema));
    CHECK_TEXT("name", schema.children[0]->name);
    schema.release(&schema);
    stream->release(stream);
    CHECK(stream->release == NULL);
}

static void a_stream_ends_with_its_transaction_and_its_session(void) {
    struct crm crm;
    struct ArrowArrayStream inside;
    struct ArrowArrayStream outside;
    open_memory_crm(&crm);
    add_accounts(&crm, 3);
    REQUIRE_OK(query(&crm, "", "name", &outside));
    REQUIRE_OK(crmkit_begin(crm.me));
    REQUIRE_OK(query(&crm, "", "name", &inside));
    REQUIRE_OK(crmkit_rollback(crm.me));
    check_has_ended(&inside);
    struct ArrowArray batch = next(&outside);
    CHECK_INT(3, batch.length);
    batch.release(&batch);
    outside.release(&outside);

    REQUIRE_OK(query(&crm, "", "name", &outside));
    close_crm(&crm);
    check_has_ended(&outside);
}

static void a_stream_of_a_closed_store_fails(void) {
    struct crm crm;
    struct ArrowArrayStream stream;
    struct ArrowArray batch;
    open_memory_crm(&crm);
    add_accounts(&crm, 3);
    REQUIRE_OK(query(&crm, "", "name", &stream));
    crmkit_close(crm.store);
    CHECK_INT(EINVAL, stream.get_next(&stream, &batch));
    CHECK(stream.get_last_error(&stream) != NULL);
    stream.release(&stream);
    crmkit_session_close(crm.me);
}

static void wrong_calls_are_refused(void) {
    struct crm crm;
    struct ArrowArrayStream stream;
    struct ArrowArrayStream before;
    open_memory_crm(&crm);
    memset(&stream, 7, sizeof stream);
    before = stream;
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, query(&crm, "", "", NULL));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT,
               crmkit_query_arrow(NULL, "account", NUL, "", NUL, NULL, 0, "", NUL, &stream));
    CHECK_CODE(CRMKIT_NOT_FOUND,
               crmkit_query_arrow(crm.me, "acount", NUL, "", NUL, NULL, 0, "", NUL, &stream));
    CHECK_CODE(CRMKIT_NOT_FOUND, query(&crm, "", "name,nmae", &stream));
    CHECK_CONTAINS("nearest is 'name'", crmkit_error_message());
    CHECK_CODE(CRMKIT_NOT_FOUND, query(&crm, "", "name,,id", &stream));
    CHECK_CODE(CRMKIT_EXPRESSION, query(&crm, "name =", "", &stream));
    CHECK_CODE(CRMKIT_EXPRESSION, query(&crm, "name = :absent", "", &stream));
    CHECK_CODE(CRMKIT_INVALID_ARGUMENT, query(&crm, "", "n\xE4me", &stream));
    CHECK_CODE(CRMKIT_SYNTAX,
               crmkit_query_arrow(crm.me, "account", NUL, "", NUL, "{", NUL, "", NUL, &stream));
    CHECK(memcmp(&before, &stream, sizeof stream) == 0);
    close_crm(&crm);
}

int main(void) {
    static const struct test_case cases[] = {
        {"a query comes as batches of columns", a_query_comes_as_batches_of_columns},
        {"all fields come when none is named", all_fields_come_when_none_is_named},
        {"parameters come as JSON", parameters_come_as_json},
        {"a stream ends with its transaction and its session",
         a_stream_ends_with_its_transaction_and_its_session},
        {"a stream of a closed store fails", a_stream_of_a_closed_store_fails},
        {"wrong calls are refused", wrong_calls_are_refused},
    };
    return RUN_CASES(cases);
}

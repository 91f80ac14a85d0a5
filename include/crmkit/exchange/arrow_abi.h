/*
 * The structs of the Arrow C data and C stream interfaces, by which programs in one process hand
 * columns to each other. Arrow's specification fixes their layout and the two macros below, which
 * keep other headers that have the structs too, Arrow's own among them, from declaring them again:
 * https://arrow.apache.org/docs/format/CDataInterface.html and CStreamInterface.html.
 *
 * A struct whose `release` is NULL is empty: it has been released, or moved to another place.
 * Whoever has one that is not empty calls release once, with its address. For C and C++.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CRMKIT_EXCHANGE_ARROW_ABI_H
#define CRMKIT_EXCHANGE_ARROW_ABI_H

#include <stdint.h> /* NOLINT(modernize-deprecated-headers): C has no other */

#ifdef __cplusplus
extern "C" {
#endif

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

/* The type of a column, or of a table as a struct of columns. */
struct ArrowSchema {
    const char* format;   /* the type, such as "l" for int64 */
    const char* name;     /* of the column */
    const char* metadata; /* NULL, or pairs of keys and values */
    int64_t flags;        /* ARROW_FLAG_... */
    int64_t n_children;
    struct ArrowSchema** children;
    struct ArrowSchema* dictionary; /* the type of the values that the column has numbers of */
    void (*release)(struct ArrowSchema*);
    void* private_data; /* of whoever made it */
};

/* The values of a column, or a batch of rows as a struct of columns. */
struct ArrowArray {
    int64_t length;
    int64_t null_count; /* -1 when it was not counted */
    int64_t offset;     /* where the values begin in the buffers */
    int64_t n_buffers;
    int64_t n_children;
    const void** buffers; /* of which the first, a bit for each value that there is, may be NULL */
    struct ArrowArray** children;
    struct ArrowArray* dictionary;
    void (*release)(struct ArrowArray*);
    void* private_data;
};

#endif /* ARROW_C_DATA_INTERFACE */

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

/* Batches of rows, one after the other. The functions return 0 or a number of <errno.h>. */
struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream*, struct ArrowSchema* out);
    /* The next batch; an empty array at the end. */
    int (*get_next)(struct ArrowArrayStream*, struct ArrowArray* out);
    /* What the last call's failure was, or NULL; valid until the next call. */
    const char* (*get_last_error)(struct ArrowArrayStream*);
    void (*release)(struct ArrowArrayStream*);
    void* private_data;
};

#endif /* ARROW_C_STREAM_INTERFACE */

#ifdef __cplusplus
}
#endif

#endif /* CRMKIT_EXCHANGE_ARROW_ABI_H */

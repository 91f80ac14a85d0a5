#include "host_map.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Bytes --------------------------------------------------------------------------------- */

struct bytes {
    unsigned char* data;
    size_t size;
};

static struct bytes copy_of(const void* data, size_t size) {
    struct bytes copy = {malloc(size + 1), size};
    if (copy.data == NULL) {
        abort();
    }
    if (size > 0) {
        memcpy(copy.data, data, size);
    }
    return copy;
}

/* A key that is the caller's. */
static struct bytes borrowed(const void* data, size_t size) {
    const struct bytes key = {(unsigned char*)data, size};
    return key;
}

static int compare(struct bytes a, struct bytes b) {
    const int order = memcmp(a.data, b.data, a.size < b.size ? a.size : b.size);
    return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

/* ---- A treap: a search tree by its keys that is a heap by its priorities, which are drawn ---- */

struct entry {
    struct entry* child[2]; /* the smaller and the greater keys */
    uint32_t priority;
    struct bytes key;
    struct bytes value;
};

/* An undone step puts back what stood under a key, or nothing. */
struct step {
    struct step* before;
    struct bytes key;
    struct bytes value;
    int was_there;
};

enum { NO_TRANSACTION = -1 };

struct host_map {
    struct entry* root;
    int64_t size;
    uint32_t random;
    int32_t access; /* of the open transaction, or NO_TRANSACTION */
    int has_written;
    struct step* steps; /* the last one first */
    struct step* start; /* those of the open transaction end before this one */
    int is_in_own;
    atomic_int is_called;
    int64_t calls;
    int64_t nth;
    int from_then_on;
    crmkit_code code;
    int closed;
};

static struct entry* find(const host_map* map, struct bytes key) {
    struct entry* at = map->root;
    for (int order = 1; at != NULL && (order = compare(key, at->key)) != 0;) {
        at = at->child[order > 0];
    }
    return at;
}

/* Lifts the child on one side above its parent. */
static struct entry* lift(struct entry* parent, int side) {
    struct entry* const child = parent->child[side];
    parent->child[side] = child->child[!side];
    child->child[!side] = parent;
    return child;
}

static struct entry* insert(struct entry* at, struct entry* added) {
    if (at == NULL) {
        return added;
    }
    const int side = compare(added->key, at->key) > 0;
    at->child[side] = insert(at->child[side], added);
    return at->child[side]->priority > at->priority ? lift(at, side) : at;
}

static void free_entry(struct entry* entry) {
    free(entry->key.data);
    free(entry->value.data);
    free(entry);
}

/* Takes out the entry with the key, which is there. */
static struct entry* without(struct entry* at, struct bytes key) {
    const int order = compare(key, at->key);
    if (order != 0) {
        at->child[order > 0] = without(at->child[order > 0], key);
        return at;
    }
    if (at->child[0] == NULL || at->child[1] == NULL) {
        struct entry* const only = at->child[at->child[0] == NULL];
        free_entry(at);
        return only;
    }
    const int side = at->child[1]->priority > at->child[0]->priority;
    struct entry* const above = lift(at, side);
    above->child[!side] = without(at, key);
    return above;
}

static void set(host_map* map, struct bytes key, struct bytes value) {
    struct entry* entry = find(map, key);
    if (entry != NULL) {
        free(entry->value.data);
        entry->value = copy_of(value.data, value.size);
        return;
    }
    entry = calloc(1, sizeof *entry);
    if (entry == NULL) {
        abort();
    }
    map->random = map->random * 1664525U + 1013904223U;
    entry->priority = map->random >> 8U;
    entry->key = copy_of(key.data, key.size);
    entry->value = copy_of(value.data, value.size);
    map->root = insert(map->root, entry);
    ++map->size;
}

static void unset(host_map* map, struct bytes key) {
    if (find(map, key) != NULL) {
        map->root = without(map->root, key);
        --map->size;
    }
}

static void free_tree(struct entry* at) {
    if (at != NULL) {
        free_tree(at->child[0]);
        free_tree(at->child[1]);
        free_entry(at);
    }
}

struct walk {
    struct bytes from;
    struct bytes until;
    int descending;
    crmkit_entry_visitor visit;
    void* visitor;
};

/* 0 when the visitor has seen enough. */
static int show_range(const struct entry* at, const struct walk* walk) {
    if (at == NULL) {
        return 1;
    }
    const int is_from = compare(at->key, walk->from) >= 0;
    const int is_below = compare(at->key, walk->until) < 0;
    const int has_side[2] = {is_from, is_below};
    const int first = walk->descending;
    if (has_side[first] && !show_range(at->child[first], walk)) {
        return 0;
    }
    if (is_from && is_below &&
        !walk->visit(walk->visitor, at->key.data, at->key.size, at->value.data, at->value.size)) {
        return 0;
    }
    return !has_side[!first] || show_range(at->child[!first], walk);
}

/* ---- Undoing ------------------------------------------------------------------------------- */

static void note_step(host_map* map, struct bytes key) {
    const struct entry* const entry = find(map, key);
    struct step* const step = calloc(1, sizeof *step);
    if (step == NULL) {
        abort();
    }
    step->before = map->steps;
    step->key = copy_of(key.data, key.size);
    step->was_there = entry != NULL;
    if (entry != NULL) {
        step->value = copy_of(entry->value.data, entry->value.size);
    }
    map->steps = step;
}

/* Forgets the steps since one, or undoes them. */
static void end_steps(host_map* map, const struct step* since, int is_undone) {
    while (map->steps != since) {
        struct step* const step = map->steps;
        if (is_undone && step->was_there) {
            set(map, step->key, step->value);
        } else if (is_undone) {
            unset(map, step->key);
        }
        map->steps = step->before;
        free(step->key.data);
        free(step->value.data);
        free(step);
    }
}

/* ---- The functions of the table ------------------------------------------------------------ */

static void expect(int condition, const char* what) {
    if (!condition) {
        fprintf(stderr, "crmkit has used the host's storage otherwise than it promises: %s\n",
                what);
        abort();
    }
}

/* Begins a call; the code by which it is to fail. */
static crmkit_code enter(host_map* map) {
    expect(atomic_exchange(&map->is_called, 1) == 0, "two calls at once");
    ++map->calls;
    const int fails =
        map->nth != 0 && (map->calls == map->nth || (map->from_then_on && map->calls > map->nth));
    return fails ? map->code : CRMKIT_OK;
}

static crmkit_code leave(host_map* map, crmkit_code code) {
    atomic_store(&map->is_called, 0);
    return code;
}

static crmkit_code begin(void* ctx, int32_t access) {
    host_map* const map = ctx;
    const crmkit_code code = enter(map);
    expect(map->access == NO_TRANSACTION, "a transaction inside another");
    expect(access == CRMKIT_READ || access == CRMKIT_WRITE, "an access that is none");
    if (code == CRMKIT_OK) {
        map->access = access;
        map->has_written = 0;
        map->start = map->steps;
    }
    return leave(map, code);
}

static crmkit_code commit(void* ctx) {
    host_map* const map = ctx;
    const crmkit_code code = enter(map);
    expect(map->access == CRMKIT_WRITE, "a commit of nothing");
    if (code == CRMKIT_OK) {
        map->access = NO_TRANSACTION;
        if (!map->is_in_own) {
            end_steps(map, NULL, 0);
        }
    }
    return leave(map, code);
}

static void rollback(void* ctx) {
    host_map* const map = ctx;
    expect(atomic_load(&map->is_called) == 0, "two calls at once");
    expect(map->access != NO_TRANSACTION, "a rollback of nothing");
    end_steps(map, map->start, 1);
    map->access = NO_TRANSACTION;
}

static void expect_key(size_t size) { expect(size >= 1 && size <= 256, "a key of another size"); }

static void expect_reading(const host_map* map) {
    expect(map->access == NO_TRANSACTION || !map->has_written, "a read after a change");
}

static crmkit_code get(void* ctx, const void* key, size_t key_size, crmkit_entry_visitor visit,
                       void* visitor) {
    host_map* const map = ctx;
    const crmkit_code code = enter(map);
    expect_key(key_size);
    expect_reading(map);
    const struct entry* const entry = find(map, borrowed(key, key_size));
    if (code == CRMKIT_OK && entry != NULL) {
        visit(visitor, entry->key.data, entry->key.size, entry->value.data, entry->value.size);
    }
    return leave(map, code);
}

static crmkit_code scan(void* ctx, const void* from, size_t from_size, const void* until,
                        size_t until_size, int32_t descending, crmkit_entry_visitor visit,
                        void* visitor) {
    host_map* const map = ctx;
    const crmkit_code code = enter(map);
    const struct walk walk = {borrowed(from, from_size), borrowed(until, until_size), descending,
                              visit, visitor};
    expect_reading(map);
    expect(compare(walk.from, walk.until) < 0, "a range of nothing");
    if (code == CRMKIT_OK) {
        show_range(map->root, &walk);
    }
    return leave(map, code);
}

/* What a put and an erase have in common. */
static crmkit_code enter_change(host_map* map, struct bytes key) {
    const crmkit_code code = enter(map);
    expect_key(key.size);
    expect(map->access == CRMKIT_WRITE, "a change outside of a transaction that writes");
    expect(!map->has_written || compare(map->steps->key, key) < 0, "a change out of order");
    if (code == CRMKIT_OK) {
        map->has_written = 1;
        note_step(map, key);
    }
    return code;
}

static crmkit_code put(void* ctx, const void* key, size_t key_size, const void* value,
                       size_t value_size) {
    host_map* const map = ctx;
    const crmkit_code code = enter_change(map, borrowed(key, key_size));
    if (code == CRMKIT_OK) {
        set(map, borrowed(key, key_size), borrowed(value, value_size));
    }
    return leave(map, code);
}

static crmkit_code erase(void* ctx, const void* key, size_t key_size) {
    host_map* const map = ctx;
    const crmkit_code code = enter_change(map, borrowed(key, key_size));
    if (code == CRMKIT_OK) {
        unset(map, borrowed(key, key_size));
    }
    return leave(map, code);
}

static void close_map(void* ctx) {
    host_map* const map = ctx;
    expect(map->access == NO_TRANSACTION, "closed in a transaction");
    ++map->closed;
}

crmkit_storage host_map_table(host_map* map) {
    const crmkit_storage table = {sizeof table, map,  begin, commit, rollback,
                                  get,          scan, put,   erase,  close_map};
    return table;
}

/* ---- What tests do with it ----------------------------------------------------------------- */

host_map* host_map_new(void) {
    host_map* const map = calloc(1, sizeof *map);
    if (map == NULL) {
        abort();
    }
    map->access = NO_TRANSACTION;
    return map;
}

void host_map_free(host_map* map) {
    end_steps(map, NULL, 0);
    free_tree(map->root);
    free(map);
}

void host_map_fail(host_map* map, int64_t nth, crmkit_code code, int from_then_on) {
    map->calls = 0;
    map->nth = nth;
    map->code = code;
    map->from_then_on = from_then_on;
}

int64_t host_map_calls(const host_map* map) { return map->calls; }

int host_map_has_failed(const host_map* map) { return map->nth != 0 && map->calls >= map->nth; }

void host_map_begin_own(host_map* map) { map->is_in_own = 1; }

void host_map_undo_own(host_map* map) {
    end_steps(map, NULL, 1);
    map->is_in_own = 0;
}

int64_t host_map_size(const host_map* map) { return map->size; }

/* FNV-1a (Fowler, Noll, Vo). */
static uint64_t with_bytes(uint64_t digest, struct bytes bytes) {
    for (size_t i = 0; i < bytes.size; ++i) {
        digest = (digest ^ bytes.data[i]) * UINT64_C(0x100000001B3);
    }
    return (digest ^ bytes.size) * UINT64_C(0x100000001B3);
}

static uint64_t with_tree(uint64_t digest, const struct entry* at) {
    if (at == NULL) {
        return digest;
    }
    digest = with_bytes(with_bytes(with_tree(digest, at->child[0]), at->key), at->value);
    return with_tree(digest, at->child[1]);
}

uint64_t host_map_digest(const host_map* map) {
    return with_tree(UINT64_C(0xCBF29CE484222325), map->root);
}

void host_map_add_foreign(host_map* map) {
    set(map, borrowed("invoice 1", 9), borrowed("1200 EUR", 8));
}

/* The nth entry from 0 in the order of the keys; counts *nth down. */
static struct entry* entry_at(struct entry* at, int64_t* nth) {
    if (at == NULL) {
        return NULL;
    }
    struct entry* const found = entry_at(at->child[0], nth);
    if (found != NULL) {
        return found;
    }
    return (*nth)-- == 0 ? at : entry_at(at->child[1], nth);
}

void host_map_damage(host_map* map, int64_t nth) {
    struct entry* const entry = entry_at(map->root, &nth);
    if (entry != NULL && entry->value.size > 0) {
        entry->value.data[0] ^= 0x5AU;
    }
}

void host_map_lose(host_map* map, int64_t nth) {
    const struct entry* const entry = entry_at(map->root, &nth);
    if (entry != NULL) {
        const struct bytes key = copy_of(entry->key.data, entry->key.size);
        unset(map, key);
        free(key.data);
    }
}

int host_map_closed(const host_map* map) { return map->closed; }

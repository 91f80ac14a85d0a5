#include "raw_customer.h"

#include <stdlib.h>

#include "raw_connection.h"

/* What an account has bought, and what its contacts have, whose sales are among its milestones. */
#define BOUGHT                                                                                    \
    "(SELECT id, kind, at, amount, amount_currency, channel FROM transactions WHERE party = ?1 "  \
    "AND party_entity = 4 AND deleted_at IS NULL UNION ALL SELECT t.id, t.kind, t.at, t.amount, " \
    "t.amount_currency, t.channel FROM timeline m INDEXED BY timeline_milestones JOIN "           \
    "transactions t ON t.id = m.record WHERE m.party = ?1 AND m.kind >= 32 AND m.kind = 36 AND "  \
    "m.via <> ?1)"

/* ?1 is the account, ?2 the start of the year; 4, 10, 16, 17 and 21 are numbers of entities, 36 and
 * 37 kinds of milestones. */
static const char* const sections[] = {
    "SELECT a.name, a.email, a.phone, a.website, a.industry, a.owner, a.owner_entity, "
    "a.created_at, "
    "a.primary_contact, p.id, p.name, p.email, p.phone, u.name FROM accounts a LEFT JOIN accounts "
    "p "
    "ON p.id = a.parent_account LEFT JOIN users u ON u.id = a.owner WHERE a.id = ?1",
    "SELECT id, full_name, job_title, email, phone FROM contacts WHERE account = ?1 AND deleted_at "
    "IS NULL ORDER BY last_name, id LIMIT 20",
    "SELECT c.id, c.full_name, p.role, p.is_primary, c.email, c.phone FROM account_contacts p JOIN "
    "contacts c ON c.id = p.contact WHERE p.account = ?1 AND p.is_active AND p.deleted_at IS NULL "
    "AND c.account IS NOT ?1 ORDER BY p.id LIMIT 20",
    "SELECT id, name, email, phone FROM accounts WHERE parent_account = ?1 AND deleted_at IS NULL "
    "ORDER BY name, id LIMIT 20",
    "SELECT city, country FROM addresses WHERE party = ?1 AND party_entity = 4 AND deleted_at IS "
    "NULL ORDER BY is_primary DESC, id LIMIT 1",
    "SELECT at, record, kind, via, entity, CASE entity WHEN 17 THEN (SELECT subject FROM "
    "interactions WHERE id = record) WHEN 10 THEN (SELECT name FROM opportunities WHERE id = "
    "record) WHEN 21 THEN (SELECT reference FROM transactions WHERE id = record) WHEN 16 THEN "
    "(SELECT subject FROM cases WHERE id = record) END FROM timeline WHERE party = ?1 ORDER BY at "
    "DESC, record DESC, kind DESC LIMIT 20",
    "SELECT o.id, o.name, s.name, o.state, o.amount, o.amount_currency, o.probability, "
    "o.close_date "
    "FROM opportunities o JOIN stages s ON s.id = o.stage WHERE o.account = ?1 AND o.state = "
    "'open' "
    "AND o.deleted_at IS NULL ORDER BY o.close_date, o.id LIMIT 20",
    "SELECT o.id, o.name, s.name, o.state, o.amount, o.amount_currency, o.probability, "
    "o.close_date "
    "FROM opportunities o JOIN stages s ON s.id = o.stage WHERE o.account = ?1 AND o.state <> "
    "'open' AND o.deleted_at IS NULL ORDER BY o.close_date DESC, o.id LIMIT 20",
    "SELECT state, amount_currency, count(*), sum(amount) FROM opportunities WHERE account = ?1 "
    "AND "
    "deleted_at IS NULL GROUP BY state, amount_currency",
    "SELECT id, case_number, subject, state, status, priority, created_at, closed_at FROM cases "
    "WHERE account = ?1 AND deleted_at IS NULL ORDER BY created_at DESC, id LIMIT 20",
    "SELECT m.id, m.campaign, c.name, m.status, m.responded_at FROM (SELECT id FROM "
    "campaign_members WHERE party = ?1 AND party_entity = 4 AND deleted_at IS NULL UNION SELECT "
    "record FROM timeline INDEXED BY timeline_milestones WHERE party = ?1 AND kind >= 32 AND kind "
    "= "
    "37 AND via <> ?1) f JOIN campaign_members m ON m.id = f.id JOIN campaigns c ON c.id = "
    "m.campaign ORDER BY m.id DESC LIMIT 20",
    "SELECT amount_currency, count(*), sum(amount), sum(CASE WHEN at >= ?2 THEN amount END), "
    "min(at), max(at) FROM " BOUGHT " WHERE kind = 'sale' GROUP BY amount_currency",
    "SELECT id, kind, at, amount, amount_currency, channel FROM " BOUGHT
    " ORDER BY at DESC, id DESC LIMIT 20",
};

enum { SECTIONS = sizeof sections / sizeof sections[0] };

struct raw_customer {
    sqlite3* db;
    sqlite3_stmt *begin, *commit;
    sqlite3_stmt* section[SECTIONS];
};

raw_customer* raw_customer_open(const char* path) {
    raw_customer* customer = calloc(1, sizeof *customer);
    if (customer == NULL || (customer->db = raw_connect(path, RAW_FAST)) == NULL) {
        raw_customer_close(customer);
        return NULL;
    }
    customer->begin = raw_prepare(customer->db, "BEGIN");
    customer->commit = raw_prepare(customer->db, "COMMIT");
    for (int i = 0; i < SECTIONS; ++i) {
        customer->section[i] = raw_prepare(customer->db, sections[i]);
        if (customer->section[i] == NULL) {
            raw_customer_close(customer);
            return NULL;
        }
    }
    return customer;
}

void raw_customer_close(raw_customer* customer) {
    if (customer == NULL) {
        return;
    }
    sqlite3_finalize(customer->begin);
    sqlite3_finalize(customer->commit);
    for (int i = 0; i < SECTIONS; ++i) {
        sqlite3_finalize(customer->section[i]);
    }
    sqlite3_close_v2(customer->db);
    free(customer);
}

static int64_t read_one(sqlite3_stmt* row) {
    raw_copy_row(row);
    return 1;
}

int64_t raw_customer_360(raw_customer* customer, int64_t account, int64_t new_year) {
    int64_t rows = 0;
    int failed = raw_run(customer->begin);
    for (int i = 0; i < SECTIONS; ++i) {
        sqlite3_stmt* section = customer->section[i];
        sqlite3_bind_int64(section, 1, account);
        if (sqlite3_bind_parameter_count(section) > 1) {
            sqlite3_bind_int64(section, 2, new_year);
        }
        const int64_t found = raw_read_all(section, read_one);
        failed |= found < 0;
        rows += found;
    }
    failed |= raw_run(customer->commit);
    return failed ? -1 : rows;
}

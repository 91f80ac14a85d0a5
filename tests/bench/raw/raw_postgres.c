#include "raw_postgres.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

struct raw_postgres {
    PGconn* connection;
};

static int is_done(PGresult* result, ExecStatusType wanted) {
    const int done = PQresultStatus(result) == wanted;
    PQclear(result);
    return done;
}

static int run(raw_postgres* postgres, const char* sql) {
    return is_done(PQexec(postgres->connection, sql), PGRES_COMMAND_OK);
}

raw_postgres* raw_postgres_open(const char* server) {
    raw_postgres* postgres = calloc(1, sizeof *postgres);
    if (postgres == NULL) {
        return NULL;
    }
    postgres->connection = PQconnectdb(server);
    if (PQstatus(postgres->connection) != CONNECTION_OK ||
        !run(postgres, "CREATE TABLE contacts (id bigint PRIMARY KEY, words text NOT NULL)") ||
        !is_done(PQexec(postgres->connection, "COPY contacts FROM STDIN"), PGRES_COPY_IN)) {
        raw_postgres_close(postgres);
        return NULL;
    }
    return postgres;
}

void raw_postgres_close(raw_postgres* postgres) {
    if (postgres != NULL) {
        PQfinish(postgres->connection);
        free(postgres);
    }
}

int raw_postgres_add(raw_postgres* postgres, int64_t id, const char* words) {
    char line[512];
    const int size = snprintf(line, sizeof line, "%lld\t%s\n", (long long)id, words);
    return size < 0 || size >= (int)sizeof line ||
           PQputCopyData(postgres->connection, line, size) != 1;
}

int raw_postgres_finish(raw_postgres* postgres) {
    if (PQputCopyEnd(postgres->connection, NULL) != 1 ||
        !is_done(PQgetResult(postgres->connection), PGRES_COMMAND_OK)) {
        return 1;
    }
    PQclear(PQgetResult(postgres->connection)); /* none: the end of COPY */
    return !run(postgres,
                "CREATE INDEX by_words ON contacts USING gin (to_tsvector('simple', words))") ||
           !run(postgres, "VACUUM ANALYZE contacts") ||
           !is_done(PQprepare(postgres->connection, "newest",
                              "SELECT id, words FROM contacts WHERE to_tsvector('simple', words) "
                              "@@ to_tsquery('simple', $1) ORDER BY id DESC LIMIT 20",
                              1, NULL),
                    PGRES_COMMAND_OK);
}

int64_t raw_postgres_newest(raw_postgres* postgres, const char* query) {
    PGresult* const result =
        PQexecPrepared(postgres->connection, "newest", 1, &query, NULL, NULL, 0);
    const int64_t found = PQresultStatus(result) == PGRES_TUPLES_OK ? PQntuples(result) : -1;
    PQclear(result);
    return found;
}

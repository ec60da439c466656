/* SPDX-License-Identifier: GPL-3.0-or-later */
/* db: the SQLite file of the production records: opening, migrating, statements. Only records*.c and import*.c use it;
 * SQLite's codes end here, where they are logged with the file's name.
 *
 * Threads: the caller serialises (records_lock). Errors: NILA_ERR_BUSY (another program writes for over 5 s),
 * NILA_ERR_FULL, NILA_ERR_CORRUPT, NILA_ERR_DENIED, NILA_ERR_IO. */
#ifndef ANALYTICS_RECORDS_DB_H
#define ANALYTICS_RECORDS_DB_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/common/err.h"
#include "records.h"

#define RECORDS_APPLICATION_ID 0x4e696c52 /* "NilR", in the file's header */

struct db;
struct db_stmt; /* a prepared statement */

struct records {
    struct db *db;
    pthread_mutex_t lock;
};

/* Opens or creates path (mode 0640) and brings its tables up to date. NILA_ERR_NOT_FOUND: no such folder;
 * NILA_ERR_UNSUPPORTED: written by a newer program; NILA_ERR_CONFIG: a database, but not of production records. */
NILA_MUST_CHECK int db_open(struct db **out, const char *path, char *why, size_t why_size);
void db_close(struct db *d); /* NULL is fine */

const char *db_path(const struct db *d);
/* Another program that writes is waited for so long, ms; DB_PATIENCE_MS usually. */
#define DB_PATIENCE_MS 5000
void db_patience(struct db *d, int ms);
/* Does no other program write just now? Asked without waiting and without a word in the log. */
bool db_may_write(struct db *d);

NILA_MUST_CHECK int db_exec(struct db *d, const char *sql);
void db_rollback(struct db *d); /* also when no transaction is open */

NILA_MUST_CHECK int db_prepare(struct db *d, const char *sql, struct db_stmt **out);
void db_finalize(struct db_stmt *s); /* NULL is fine */
/* The same for the few statements that every request needs: prepared once a connection. sql is known by its address, and lives as long as
 * the connection; given back by db_give_back before it is asked for again. */
NILA_MUST_CHECK int db_take_kept(struct db *d, const char *sql, struct db_stmt **out);
void db_give_back(struct db_stmt *s); /* NULL is fine */
/* Binds parameter i (1-based). text is not copied: it must live until the statement is reset. */
void db_bind_null(struct db_stmt *s, int i);
void db_bind_integer(struct db_stmt *s, int i, int64_t v);
void db_bind_number(struct db_stmt *s, int i, double v);
void db_bind_text(struct db_stmt *s, int i, const char *text);
void db_bind_bytes(struct db_stmt *s, int i, const void *bytes, size_t n); /* as text: not copied */
int db_parameters(struct db_stmt *s); /* the highest number of its parameters */
/* 1: a row; 0: done, and ready to be used again with its parameters cleared; else an error, logged. */
NILA_MUST_CHECK int db_step(struct db *d, struct db_stmt *s);
/* The same, but that rows elsewhere refer to the one to be deleted is NILA_ERR_REFUSED and no event for the log. */
NILA_MUST_CHECK int db_step_unless_referred(struct db *d, struct db_stmt *s);
void db_reset(struct db_stmt *s); /* ready again, parameters cleared */

/* Columns of the current row (0-based). */
int64_t db_integer(struct db_stmt *s, int i);
bool db_is_null(struct db_stmt *s, int i);
double db_number(struct db_stmt *s, int i);                     /* NaN for NULL */
void db_text(struct db_stmt *s, int i, char *buf, size_t size); /* "" for NULL */
/* Bytes of a BLOB; NULL when there are none. Valid until the statement goes on. */
const void *db_bytes(struct db_stmt *s, int i, size_t *n);
/* Rows that the last statement changed. */
int64_t db_changed(struct db *d);
size_t db_text_bytes(struct db_stmt *s, int i); /* of the whole text, without a closing 0 */

/* The schema's statements: entry v brings a file of version v to v + 1. NULL ends it. */
extern const char *const RECORDS_MIGRATION[];

/* While on, versions of old and changes may be altered (never deleted): the erasure of a person alone, within its one
 * transaction. */
void db_erasing(struct db *d, bool on);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* office_v1_own: what office_v1.c (database, what it keeps, trying) and office_v1_logins.c share; nobody else includes it. */
#ifndef ANALYTICS_OFFICE_V1_OWN_H
#define ANALYTICS_OFFICE_V1_OWN_H

#include "office.h"

/* A column of one row of an answer; NULL none. */
struct office_find_row {
    const char *column, *wanted; /* rows whose column is wanted */
    const char *take;            /* gets this column's cell */
    char *out;
    size_t size, rows;
};

/* The cell of the last column of that name; NULL none. */
const char *office_v1_cell(const char *name, size_t n, const char *const *column,
                           const char *const *cell);
/* An influx_row that looks at nothing. */
int office_v1_ignore(void *arg, size_t n, const char *const *column, const char *const *cell);
/* Rows with column = wanted in the answer to q; f->rows how many. Told when it fails. */
NILA_MUST_CHECK int office_v1_ask(struct office *o, const char *q, struct office_find_row *f);
/* A connection with this login ("": none). */
NILA_MUST_CHECK int office_v1_open(struct office *o, const char *login, int64_t timeout_ms,
                                   struct influx **out);

/* InfluxDB's admin: known, made, or told that it has to be given; o->db is open as admin afterwards. */
NILA_MUST_CHECK int office_v1_admin(struct office *o);
/* The login of the pages (o->reader), and of collector i of the plan (o->login[i] when it was made). */
NILA_MUST_CHECK int office_v1_reader(struct office *o);
NILA_MUST_CHECK int office_v1_collector(struct office *o, size_t i);

#endif

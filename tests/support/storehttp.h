/* SPDX-License-Identifier: GPL-3.0-or-later */
/* storehttp: a server on loopback that stores lines as InfluxDB 1.x, 2.x or 3.x does, and fails as it is told.
 *
 * Lines of a device "racun" are bad: 1.x and 3.x store the others (3.x numbers the bad ones), 2.x refuses the whole batch
 * in words. Lines of a device "kuno" are older than it keeps (1.x 400, 2.x 422; the others are stored).
 * Places: database nila; org dinas, bucket nila. Logins: kolektor:rahasia; the token t0k (2.x, 3.x). */
#ifndef TESTS_STOREHTTP_H
#define TESTS_STOREHTTP_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/common/influx.h"

enum store_fault_kind {
    STORE_WORKS,
    STORE_SAYS,       /* answers with head and body, stores nothing */
    STORE_CUT_AFTER,  /* stores, then hangs up without an answer */
    STORE_CUT_BEFORE, /* hangs up, stores nothing */
    STORE_HANGS,      /* no answer until the client leaves or the server stops */
    STORE_SLOW        /* answers after 100 ms */
};

struct store_fault {
    enum store_fault_kind kind;
    const char *head; /* status line and headers without the last empty line */
    const char *body;
};

#define STORE_LINES_MAX  40000
#define STORE_FAULTS_MAX 256

struct storehttp {
    int listener, quit[2], port;
    pthread_t thread;
    pthread_mutex_t lock;                       /* for what follows, while it runs */
    enum influx_api kind;                       /* v1, v2 or v3 */
    struct store_fault fault[STORE_FAULTS_MAX]; /* the next requests, in order; then it works */
    size_t faults, at;
    bool all_or_nothing; /* v1: a bad line refuses its whole batch all the same */
    bool refuses_all;    /* every line is bad */
    size_t max_lines;    /* more is 413; 0: no bound */
    bool no_database, no_create;
    size_t hold_at; /* from this many requests on it waits for store_release; 0: never */
    pthread_cond_t released, held;
    char *line[STORE_LINES_MAX]; /* stored, in the order they came */
    size_t lines, biggest, requests, queries, unauthorized;
    int64_t request_ms[STORE_FAULTS_MAX]; /* mono, of the first requests */
};

struct storehttp *store_new(int port); /* 0: any free one; it is not served before store_start */
void store_start(struct storehttp *s);
void store_fault(struct storehttp *s, enum store_fault_kind kind, const char *head,
                 const char *body);
void store_wait_held(struct storehttp *s); /* until a request is held */
/* Goes on, up to the next request number to be held; 0: never again. */
void store_release(struct storehttp *s, size_t next);
size_t store_requests(struct storehttp *s);
/* Has this line (without LF) come? */
bool store_has(struct storehttp *s, const char *line);
void store_stop(struct storehttp *s);

#endif

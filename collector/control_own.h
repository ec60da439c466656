/* SPDX-License-Identifier: GPL-3.0-or-later */
/* control_own: what the files control*.c of the server share; nobody else includes it. All of it is called in the socket's
 * thread, but for what control_ask.c says. */
#ifndef COLLECTOR_CONTROL_OWN_H
#define COLLECTOR_CONTROL_OWN_H

#include <pthread.h>
#include <stdbool.h>

#include "control.h"
#include "json_out.h"
#include "lineserver.h"

struct cJSON;

/* An answer that comes in pieces; the first member of what an operation keeps. */
struct control_state {
    /* as of lineserver_ops */
    int (*more)(struct control *c, struct control_state *s, struct buf *out);
    void (*drop)(struct control *c, struct control_state *s);
};

struct control {
    struct control_sources src;
    struct lineserver *server;
    pthread_mutex_t asks_lock;
    pthread_cond_t asks_done;
    unsigned asks; /* jobs that are out */
};

/* Something that takes as long as a line wants, done by a thread of its own; the first member of what an operation keeps, which
 * is one piece of xcalloc. */
struct control_job {
    struct control_state state;
    struct control *c;
    void (*run)(struct control_job *job);                     /* in its thread */
    void (*answer)(struct control_job *job, struct buf *out); /* afterwards, in the socket's */
    void (*forget)(
        struct control_job *job); /* gives back what it holds when there is no answer; NULL */
    bool done, dropped;           /* under asks_lock */
};
/* Begins it; the state to return. NULL after the refusal has been written and the job freed. */
struct control_state *control_job_begin(struct control *c, struct control_job *job,
                                        struct buf *out);

void control_end(struct buf *b);
void control_error(struct buf *b, const char *code, const char *text, const char *where);
void control_journal_error(struct buf *b, int rc);

/* A whole number of milliseconds; false: n is none. */
bool control_milliseconds(const struct cJSON *n, int64_t *out);
/* A whole number of least..most; false: n is none. */
bool control_whole(const struct cJSON *n, double least, double most, int *out);

/* May this client switch and write? root, the collector's own user, and the group nila-admin. */
bool control_may_write(const struct lineserver_peer *peer);

/* Each appends its answer, or (not NULL) says how it goes on. */
typedef struct control_state *control_operation(struct control *c,
                                                const struct lineserver_peer *peer,
                                                const struct cJSON *rq, struct buf *out);
control_operation control_status, control_ask, control_relay, control_spool, control_rows,
    control_metrics, control_registers, control_frames, control_lend, control_lent, control_return,
    control_backup;

/* May this be asked? Writes the refusal. A write without its words has q->write NULL. */
typedef bool control_permit(struct control *c, const struct lineserver_peer *peer, unsigned bus,
                            const struct bus_question *q, const struct cJSON *rq, struct buf *out);
/* Puts the question of rq on a line; unit -1: rq says which. Returns as an operation. */
struct control_state *control_question(struct control *c, const struct lineserver_peer *peer,
                                       unsigned bus, int unit, const struct cJSON *rq,
                                       control_permit *permit, struct buf *out);

/* One line of the status each. */
void control_status_switch(struct buf *b, const struct control_sources *src, unsigned i);
void control_status_journal(struct buf *b, const struct control_sources *src,
                            const struct journal_stats *s);
void control_status_sink(struct buf *b, const struct control_sources *src,
                         const struct journal_stats *js, unsigned i);

/* The word of control.h for what a question came to. */
const char *control_outcome(int rc, const struct bus_answer *a);

/* Waits until no question is out any more; the server is stopped and the poller is not. */
void control_ask_wait(struct control *c);

#endif

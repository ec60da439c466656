/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A copy of the journal beside it, for `nila-collector backup`, which takes it from there and says when it has. */
#include "control_own.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"

/* A client that gets nothing for 30 s is dropped; a large journal on a slow card takes longer. */
#define SIGN_MS 5000

struct job {
    struct control_job job;
    int (*more)(struct control *c, struct control_state *s, struct buf *out); /* of every job */
    char path[300];
    int64_t told_ms;     /* in the job's thread */
    atomic_uint signs;   /* that were due */
    unsigned signs_sent; /* in the socket's */
    int rc;
};

static void tick(void *arg)
{
    struct job *job = arg;

    if (clock_mono_ms() - job->told_ms < SIGN_MS)
        return;
    job->told_ms = clock_mono_ms();
    (void)atomic_fetch_add(&job->signs, 1);
    lineserver_wake(job->job.c->server);
}

static void copy(struct control_job *base)
{
    struct job *job = (struct job *)base;

    job->told_ms = clock_mono_ms();
    job->rc = journal_backup(base->c->src.journal, job->path, tick, job);
}

static int more(struct control *c, struct control_state *state, struct buf *out)
{
    struct job *job = (struct job *)state;
    unsigned signs = atomic_load(&job->signs);

    if (signs != job->signs_sent) {
        job->signs_sent = signs;
        buf_str(out, "{\"kind\":\"copying\"}\n");
    }
    return job->more(c, state, out);
}

static void answer(struct control_job *base, struct buf *out)
{
    const struct job *job = (struct job *)base;

    if (job->rc != 0) {
        control_journal_error(out, job->rc);
        return;
    }
    buf_str(out, "{\"kind\":\"copy\"");
    json_member(out, "path", job->path);
    buf_str(out, "}\n");
    control_end(out);
}

struct control_state *control_backup(struct control *c, const struct lineserver_peer *peer,
                                     const cJSON *rq, struct buf *out)
{
    struct control_state *state;
    struct job *job;
    char path[300];

    if (!control_may_write(peer)) {
        control_error(out, "denied", "a copy is for root and the group nila-admin", "");
        return NULL;
    }
    (void)snprintf(path, sizeof path, "%.280s.copy", c->src.site->journal_path);
    if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(rq, "done"))) {
        if (unlink(path) != 0 && errno != ENOENT)
            log_warn("%s", path);
        control_end(out);
        return NULL;
    }
    job = xcalloc(1, sizeof *job);
    job->job = (struct control_job){.run = copy, .answer = answer};
    (void)snprintf(job->path, sizeof job->path, "%s", path);
    state = control_job_begin(c, &job->job, out);
    if (state != NULL) { /* it is asked for in this thread */
        job->more = state->more;
        state->more = more;
    }
    return state;
}

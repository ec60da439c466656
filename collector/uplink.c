/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "uplink.h"

#include <stdlib.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "uplink_parts.h"

#define IDLE_MS 1000 /* how long to sleep when nothing comes; also the longest a stop waits */

const char *uplink_state_name(enum uplink_state s)
{
    static const char *const NAME[] = {"idle", "sending", "waiting", "misconfigured"};
    return NAME[s];
}

static const char *slug(const struct uplink *u)
{
    return u->c.sink->slug;
}

/* Acknowledges the rows whose lines are all settled. */
static int acknowledge(struct uplink *u, int64_t upto)
{
    int64_t seq = uplink_batch_done(u, upto);
    int rc;

    if (seq <= u->acked)
        return 0;
    rc = journal_ack(u->c.journal, u->c.index, seq);
    if (rc == 0)
        u->acked = seq;
    return rc;
}

/* Do newest rows go ahead now? With one batch or less waiting they are in it anyway. */
static bool ahead_due(const struct uplink *u)
{
    const int64_t newest = journal_sendable_seq(u->c.journal);

    return newest - u->acked > (int64_t)u->batch_lines && newest > u->ahead_upto &&
           u->ahead_budget > 0 && clock_mono_ms() >= u->ahead_at_ms;
}

/* Sends the newest rows that have not gone ahead. Nothing of it is remembered on disk: after a crash they go ahead once
 * more, and the same point sent twice is one point. Returns as uplink_send does. */
static int send_ahead(struct uplink *u, struct influx_answer *a)
{
    const int64_t newest = journal_sendable_seq(u->c.journal);
    int64_t rows = (int64_t)(u->ahead_budget < u->batch_lines ? u->ahead_budget : u->batch_lines);
    int64_t upto = newest;
    int rc;

    if (rows > newest - u->ahead_upto)
        rows = newest - u->ahead_upto;
    u->ahead = true;
    do { /* fewer, until the newest is among them */
        rc = uplink_batch_fill(u, newest - rows, UPLINK_LINES_MAX, &upto);
        rows /= 2;
    } while (rc == 0 && upto < newest && rows > 0);
    if (rc == 0 && u->lines > 0) {
        uplink_set_state(u, UPLINK_SENDING, 0);
        rc = uplink_send(u, a);
    }
    u->ahead = false;
    if (rc == 0) {
        u->ahead_upto = upto;
        u->ahead_at_ms = clock_mono_ms() + u->c.ahead_every_ms;
        u->ahead_budget -= u->lines < u->ahead_budget ? u->lines : u->ahead_budget;
    }
    return rc;
}

static void earn_ahead(struct uplink *u)
{
    u->ahead_budget += u->lines / 4;
    if (u->ahead_budget > UPLINK_AHEAD_MAX)
        u->ahead_budget = UPLINK_AHEAD_MAX;
}

/* What follows a batch: rc as uplink_send returns it. */
static void after_batch(struct uplink *u, int rc, const struct influx_answer *a)
{
    if (rc == 1) {
        uplink_wait_after(u, a);
    } else if (rc < 0 && rc != NILA_ERR_CLOSED) {
        uplink_pause(u, u->c.retry_min_ms); /* the journal's trouble, logged there */
    } else if (rc == 0) {
        uplink_wait_over(u);
        uplink_send_gauges(u);
    }
}

/* One batch of the backlog, and perhaps one of the newest rows before it; or one wait for something to send. */
static void turn(struct uplink *u)
{
    struct influx_answer a = {.verdict = INFLUX_STORED};
    int64_t upto = u->acked;
    int rc = 0;

    if (u->c.ahead_every_ms >= 0 && ahead_due(u) && (rc = send_ahead(u, &a)) != 0) {
        after_batch(u, rc, &a);
        return;
    }
    rc = uplink_batch_fill(u, u->acked, u->batch_lines, &upto);
    if (rc == 0 && u->lines == 0 && upto == u->acked) {
        uplink_set_state(u, UPLINK_IDLE, 0);
        uplink_send_gauges(u); /* also when no probe answers and no reading comes */
        journal_wait(u->c.journal, u->acked, IDLE_MS);
        if (u->c.gather_ms > 0)
            uplink_pause(u, u->c.gather_ms);
        return;
    }
    if (rc == 0 && u->lines > 0) {
        uplink_set_state(u, UPLINK_SENDING, 0);
        rc = uplink_send(u, &a);
    }
    if (rc >= 0) {
        int acked = acknowledge(u, upto);
        if (acked < 0)
            rc = acked;
    }
    if (rc == 0)
        earn_ahead(u);
    after_batch(u, rc, &a);
}

static void *run(void *arg)
{
    struct uplink *u = arg;

    while (!atomic_load(&u->stop))
        turn(u);
    return NULL;
}

static int64_t or_default(int64_t value, int64_t fallback)
{
    return value != 0 ? value : fallback;
}

int uplink_start(struct uplink **out, const struct uplink_config *c)
{
    struct uplink *u = xcalloc(1, sizeof *u);
    struct influx_config ic = {.api = c->sink->api,
                               .url = c->sink->url,
                               .database = c->sink->database,
                               .retention_policy = c->sink->retention_policy,
                               .org = c->sink->org,
                               .bucket = c->sink->bucket,
                               .user_pass = c->token,
                               .token = c->token,
                               .ca_file = c->sink->ca_file,
                               .timeout_ms = or_default(c->timeout_ms, 30000)};
    pthread_condattr_t attr;
    int rc;

    u->c = *c;
    u->c.token = NULL; /* influx.c has its own copy */
    u->c.gather_ms = or_default(c->gather_ms, 200);
    u->c.retry_min_ms = or_default(c->retry_min_ms, 1000);
    u->c.retry_max_ms = or_default(c->retry_max_ms, 300000);
    u->c.person_min_ms = or_default(c->person_min_ms, 60000);
    u->c.person_max_ms = or_default(c->person_max_ms, 600000);
    u->c.verify_ms = or_default(c->verify_ms, 60000);
    u->c.verify_every_ms = or_default(c->verify_every_ms, 2500);
    u->random = (uint64_t)clock_wall_ms() * 2654435761U + c->index + 1;
    u->c.ahead_every_ms = or_default(c->ahead_every_ms, 1000);
    u->batch_lines = UPLINK_LINES_MAX;
    u->ahead_budget = UPLINK_AHEAD_MAX;
    atomic_init(&u->stop, false);
    (void)pthread_mutex_init(&u->lock, NULL);
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&u->changed, &attr);
    (void)pthread_condattr_destroy(&attr);
    rc = journal_acked(c->journal, c->index, &u->acked);
    if (rc == 0)
        rc = influx_open(&u->db, &ic);
    if (rc == 0) {
        u->line = xcalloc(UPLINK_LINES_MAX + 4, sizeof *u->line);
        u->rows = xcalloc(UPLINK_PEEK_ROWS, sizeof *u->rows);
        if (pthread_create(&u->thread, NULL, run, u) == 0) {
            *out = u;
            return 0;
        }
        rc = NILA_ERR_IO;
    }
    log_warnx("sink %s: cannot be started: %s", slug(u), nila_err_text(rc));
    influx_close(u->db);
    free(u->line);
    free(u->rows);
    (void)pthread_cond_destroy(&u->changed);
    (void)pthread_mutex_destroy(&u->lock);
    free(u);
    return rc;
}

void uplink_stop(struct uplink *u)
{
    if (u == NULL)
        return;
    (void)pthread_mutex_lock(&u->lock);
    atomic_store(&u->stop, true);
    (void)pthread_cond_broadcast(&u->changed);
    (void)pthread_mutex_unlock(&u->lock);
    influx_cancel(u->db);
    journal_wake(u->c.journal);
    (void)pthread_join(u->thread, NULL);
    influx_close(u->db);
    buf_free(&u->text);
    buf_free(&u->open);
    buf_free(&u->gauges);
    free(u->line);
    free(u->rows);
    (void)pthread_cond_destroy(&u->changed);
    (void)pthread_mutex_destroy(&u->lock);
    free(u);
}

void uplink_gauges(struct uplink *u, const char *lines, size_t len)
{
    (void)pthread_mutex_lock(&u->lock);
    buf_clear(&u->gauges);
    buf_add(&u->gauges, lines, len);
    (void)pthread_mutex_unlock(&u->lock);
}

void uplink_stats(struct uplink *u, struct uplink_stats *out)
{
    (void)pthread_mutex_lock(&u->lock);
    *out = u->stats;
    (void)pthread_mutex_unlock(&u->lock);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "uplink.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "collector/common/buf.h"
#include "collector/common/clock.h"
#include "collector/common/influx.h"
#include "collector/common/lineproto.h"
#include "collector/common/log.h"

#define LINES_MAX    5000
#define BYTES_MAX    1000000 /* below every server's bound, also where it counts inflated bytes */
#define LINES_MIN    50      /* a batch is not halved below this after a time-out */
#define PEEK_ROWS    128
#define ROW_BYTES    16384 /* no row's lines are longer */
#define IDLE_MS      1000  /* how long to sleep when nothing comes; also the longest a stop waits */
#define RETRY_CAP_MS 3600000

struct line {
    size_t from; /* offset in text; it ends where the next begins */
    int64_t seq;
};

struct uplink {
    struct uplink_config c;
    struct influx *db;
    pthread_t thread;
    atomic_bool stop;
    uint64_t random;

    /* of the thread alone */
    struct buf text;
    struct line *line; /* LINES_MAX + a row's lines + the end */
    size_t lines;
    size_t batch_lines; /* present bound, LINES_MIN..LINES_MAX */
    struct journal_row *rows;
    int64_t acked;
    unsigned failures;        /* in a row */
    bool create_tried;        /* CREATE DATABASE, since the last success */
    enum influx_verdict said; /* last one logged */

    pthread_mutex_t lock;
    pthread_cond_t changed; /* stop; on the monotonic clock */
    struct uplink_stats stats;
    struct buf gauges;
};

const char *uplink_state_name(enum uplink_state s)
{
    static const char *const NAME[] = {"idle", "sending", "waiting", "misconfigured"};
    return NAME[s];
}

static const char *slug(const struct uplink *u)
{
    return u->c.sink->slug;
}

/* xorshift64* (Vigna 2016): jitter needs no more. */
static double draw(struct uplink *u)
{
    u->random ^= u->random >> 12;
    u->random ^= u->random << 25;
    u->random ^= u->random >> 27;
    return (double)((u->random * 2685821657736338717ULL) >> 11) * 0x1p-53;
}

static void set_state(struct uplink *u, enum uplink_state state, int64_t next_try_ms)
{
    (void)pthread_mutex_lock(&u->lock);
    u->stats.state = state;
    u->stats.next_try_ms = next_try_ms;
    (void)pthread_mutex_unlock(&u->lock);
}

/* Sleeps, or returns at once when the uplink is to stop. */
static void pause_ms(struct uplink *u, int64_t ms)
{
    struct timespec until;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)(ms / 1000);
    until.tv_nsec += (long)(ms % 1000) * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
    (void)pthread_mutex_lock(&u->lock);
    while (!atomic_load(&u->stop))
        if (pthread_cond_timedwait(&u->changed, &u->lock, &until) != 0)
            break;
    (void)pthread_mutex_unlock(&u->lock);
}

/* --- a batch: from rows to lines ---------------------------------------------------------------------------------- */

/* Adds a row's lines. A row that cannot be written as lines can never be sent: it is quarantined. */
static int add_row(struct uplink *u, const struct journal_row *row)
{
    size_t from = u->text.n;
    int n = lineproto_append(&u->text, &row->set);

    if (n < 0) {
        char what[96];
        (void)snprintf(what, sizeof what, "row of device %s at %lld ms", row->set.tags.device,
                       (long long)row->set.ts_ms);
        log_warnx("sink %s: %s cannot be written as lines; it is quarantined", slug(u), what);
        return journal_quarantine(u->c.journal, u->c.index, row->seq, what, strlen(what),
                                  "not sendable");
    }
    for (int i = 0; i < n; i++) {
        const char *end = memchr(u->text.p + from, '\n', u->text.n - from);
        u->line[u->lines++] = (struct line){.from = from, .seq = row->seq};
        from = end != NULL ? (size_t)(end - u->text.p) + 1 : u->text.n;
    }
    return 0;
}

/* Fills the batch with what comes after the acknowledged row. *upto is the last row looked at. */
static int gather(struct uplink *u, int64_t *upto)
{
    int64_t newest = journal_last_seq(u->c.journal), at = u->acked;
    int n = 0;

    buf_clear(&u->text);
    u->lines = 0;
    while (u->lines < u->batch_lines && u->text.n < BYTES_MAX - ROW_BYTES) {
        n = journal_peek(u->c.journal, at, u->rows, PEEK_ROWS);
        if (n <= 0)
            break;
        for (int i = 0; i < n && u->lines < u->batch_lines && u->text.n < BYTES_MAX - ROW_BYTES;
             i++) {
            int rc = add_row(u, &u->rows[i]);
            if (rc != 0)
                return rc;
            at = u->rows[i].seq;
        }
    }
    /* nothing readable up to the newest row: the damaged ones there are passed over for good */
    if (n == 0 && at < newest)
        at = newest;
    u->line[u->lines] = (struct line){.from = u->text.n, .seq = at};
    *upto = at;
    return n < 0 ? n : 0;
}

/* --- sending ------------------------------------------------------------------------------------------------------ */

static void count(struct uplink *u, uint64_t sent, uint64_t refused, uint64_t refused_old)
{
    (void)pthread_mutex_lock(&u->lock);
    u->stats.sent += sent;
    u->stats.refused += refused;
    u->stats.refused_old += refused_old;
    if (sent > 0)
        u->stats.last_ok_ms = clock_wall_ms();
    (void)pthread_mutex_unlock(&u->lock);
}

/* 1.x answers 400 "partial write: points beyond retention policy dropped=n" after it has stored all the others. Returns n,
 * or -1 for another refusal. */
static long beyond_retention(const char *text)
{
    const char *n = strstr(text, "dropped=");

    if (strstr(text, "beyond retention policy") == NULL)
        return -1;
    return n != NULL ? strtol(n + 8, NULL, 10) : 1;
}

/* A line that is refused alone is refused for ever. */
static int refuse(struct uplink *u, size_t i, const struct influx_answer *a)
{
    const char *line = u->text.p + u->line[i].from;
    size_t len = u->line[i + 1].from - u->line[i].from;
    int rc;

    if (len > 0 && line[len - 1] == '\n')
        len--;
    log_warnx("sink %s: refuses a line of row %lld for ever (%ld %s); it is quarantined, the rest "
              "goes on",
              slug(u), (long long)u->line[i].seq, a->status, a->text);
    rc = journal_quarantine(u->c.journal, u->c.index, u->line[i].seq, line, len, a->text);
    if (rc == 0)
        count(u, 0, 1, 0);
    return rc;
}

/* Sends lines from..to-1; *done moves on behind every line that is settled (stored, or refused for ever), in order.
 * Returns 0 when all are settled, 1 when the answer in *a ended it, or an error. What is refused is halved: at most
 * log2(LINES_MAX) calls deep. */
// NOLINTNEXTLINE(misc-no-recursion)
static int send_lines(struct uplink *u, size_t from, size_t to, size_t *done,
                      struct influx_answer *a)
{
    size_t mid;
    long old;
    int rc = influx_write(u->db, u->text.p + u->line[from].from,
                          u->line[to].from - u->line[from].from, a);

    if (rc != 0)
        return rc;
    old = a->verdict == INFLUX_BAD_LINES ? beyond_retention(a->text) : -1;
    if (old > (long)(to - from))
        old = (long)(to - from);
    switch (a->verdict) {
    case INFLUX_STORED:
        count(u, to - from, 0, 0);
        *done = to;
        return 0;
    case INFLUX_BAD_LINES:
    case INFLUX_TOO_BIG:
        if (old >= 0) {
            count(u, (uint64_t)(to - from) - (uint64_t)old, 0, (uint64_t)old);
            log_debug("sink %s: %ld points are older than it keeps", slug(u), old);
            *done = to;
            return 0;
        }
        if (to - from == 1 && a->verdict == INFLUX_TOO_BIG) {
            /* no line of ours is too big for a server: something on the way is set up wrongly */
            a->verdict = INFLUX_MISCONFIGURED;
            return 1;
        }
        if (to - from == 1) {
            *done = to;
            return refuse(u, from, a);
        }
        mid = from + (to - from) / 2;
        rc = send_lines(u, from, mid, done, a);
        return rc != 0 ? rc : send_lines(u, mid, to, done, a);
    case INFLUX_MISCONFIGURED:
    case INFLUX_LATER:
        return 1;
    }
    return 1;
}

/* Acknowledges the rows whose lines are all settled: those before the first open line's row. */
static int acknowledge(struct uplink *u, size_t done, int64_t upto)
{
    int64_t seq = done == u->lines ? upto : u->line[done].seq - 1;
    int rc;

    if (seq <= u->acked)
        return 0;
    rc = journal_ack(u->c.journal, u->c.index, seq);
    if (rc == 0)
        u->acked = seq;
    return rc;
}

static void send_gauges(struct uplink *u)
{
    struct influx_answer a;
    struct buf lines;

    (void)pthread_mutex_lock(&u->lock);
    lines = u->gauges;
    u->gauges = (struct buf){0};
    (void)pthread_mutex_unlock(&u->lock);
    if (lines.n > 0 &&
        (influx_write(u->db, lines.p, lines.n, &a) != 0 || a.verdict != INFLUX_STORED))
        log_debug("sink %s: the collector's own state of this minute is not stored", slug(u));
    buf_free(&lines);
}

/* --- when it does not go ------------------------------------------------------------------------------------------ */

static int64_t between(int64_t from, int64_t to, unsigned doublings)
{
    for (unsigned i = 0; i < doublings && from < to; i++)
        from *= 2;
    return from < to ? from : to;
}

/* How long to wait after an answer that ended a batch. */
static int64_t back_off(struct uplink *u, const struct influx_answer *a)
{
    bool person = a->verdict == INFLUX_MISCONFIGURED;
    int64_t ms = person ? between(u->c.person_min_ms, u->c.person_max_ms, u->failures)
                        : between(u->c.retry_min_ms, u->c.retry_max_ms, u->failures);

    if (!person)
        ms -= (int64_t)(draw(u) * 0.5 * (double)ms);
    if (a->retry_after_ms > ms)
        ms = a->retry_after_ms < RETRY_CAP_MS ? a->retry_after_ms : RETRY_CAP_MS;
    u->failures++;
    return ms;
}

/* A database that is not there is made, once; making one needs the rights of an admin where login is on. */
static bool made_database(struct uplink *u, const struct influx_answer *a)
{
    char why[256] = "";

    if (a->status != 404 || strstr(a->text, "database not found") == NULL || u->create_tried)
        return false;
    u->create_tried = true;
    if (influx_create_database(u->db, why, sizeof why) == 0) {
        log_info("sink %s: database %s did not exist and was created", slug(u),
                 u->c.sink->database);
        return true;
    }
    log_warnx("sink %s: database %s does not exist and cannot be created by this login: %s",
              slug(u), u->c.sink->database, why);
    return false;
}

/* Notes the failure and sleeps. The first of its kind is said loudly, the repeats are not. */
static void wait_after(struct uplink *u, const struct influx_answer *a)
{
    bool person = a->verdict == INFLUX_MISCONFIGURED;
    bool news = u->failures == 0 || u->said != a->verdict;
    int64_t ms;

    if (made_database(u, a))
        return;
    if (news) /* seconds at first again when one kind of trouble follows another */
        u->failures = 0;
    u->said = a->verdict;
    ms = back_off(u, a);
    if (a->status == 0 && !person && u->batch_lines > LINES_MIN) {
        u->batch_lines /= 2;
        if (u->batch_lines < LINES_MIN)
            u->batch_lines = LINES_MIN;
    }
    (void)pthread_mutex_lock(&u->lock);
    u->stats.http = a->status;
    (void)snprintf(u->stats.text, sizeof u->stats.text, "%s", a->text);
    (void)pthread_mutex_unlock(&u->lock);
    set_state(u, person ? UPLINK_MISCONFIGURED : UPLINK_WAITING, clock_wall_ms() + ms);
    if (news && person)
        log_warnx("sink %s: refuses us (%ld %s): check url, database and token file; readings are "
                  "kept, next try in %lld s",
                  slug(u), a->status, a->text, (long long)(ms + 999) / 1000);
    else if (news)
        log_warnx("sink %s: cannot be reached or is busy (%ld %s); readings are kept, next try in "
                  "%lld s",
                  slug(u), a->status, a->text, (long long)(ms + 999) / 1000);
    else
        log_debug("sink %s: still not (%ld %s), next try in %lld ms", slug(u), a->status, a->text,
                  (long long)ms);
    pause_ms(u, ms);
}

static void after_success(struct uplink *u)
{
    if (u->failures > 0)
        log_info("sink %s: stores again", slug(u));
    u->failures = 0;
    u->create_tried = false;
    if (u->batch_lines < LINES_MAX)
        u->batch_lines = u->batch_lines * 2 < LINES_MAX ? u->batch_lines * 2 : LINES_MAX;
    (void)pthread_mutex_lock(&u->lock);
    u->stats.http = 204;
    u->stats.text[0] = '\0';
    (void)pthread_mutex_unlock(&u->lock);
}

/* One batch, or one wait for something to send. */
static void turn(struct uplink *u)
{
    struct influx_answer a = {.verdict = INFLUX_STORED};
    size_t done = 0;
    int64_t upto = u->acked;
    int rc = gather(u, &upto);

    if (rc == 0 && u->lines == 0 && upto == u->acked) {
        set_state(u, UPLINK_IDLE, 0);
        send_gauges(u); /* also when no probe answers and no reading comes */
        journal_wait(u->c.journal, u->acked, IDLE_MS);
        if (u->c.gather_ms > 0)
            pause_ms(u, u->c.gather_ms);
        return;
    }
    if (rc == 0 && u->lines > 0) {
        set_state(u, UPLINK_SENDING, 0);
        rc = send_lines(u, 0, u->lines, &done, &a);
    }
    if (rc >= 0) {
        int acked = acknowledge(u, done, upto);
        if (acked < 0)
            rc = acked;
    }
    if (rc == 1) {
        wait_after(u, &a);
    } else if (rc < 0 && rc != NILA_ERR_CLOSED) {
        pause_ms(u, u->c.retry_min_ms); /* the journal's trouble, logged there */
    } else if (rc == 0) {
        after_success(u);
        send_gauges(u);
    }
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
    u->random = (uint64_t)clock_wall_ms() * 2654435761U + c->index + 1;
    u->batch_lines = LINES_MAX;
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
        u->line = xcalloc(LINES_MAX + 4, sizeof *u->line);
        u->rows = xcalloc(PEEK_ROWS, sizeof *u->rows);
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

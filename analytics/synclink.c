/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "synclink.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "analytics/alert/secret.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "collector/common/utf8.h"

#define REQUEST_MS  ((int64_t)120000) /* 48 KiB at 0.5 kB/s, a bad day of a cheap modem */
#define MOST_BYTES  SYNC_BODY_USUAL
#define LEAST       ((size_t)1024)
#define ANSWER_MAX  ((size_t)512 * 1024)
#define BROKEN_MOST 8 /* in a row, before it is left for later */
#define FIRST_MS    ((int64_t)10000)
#define LONGEST_MS  ((int64_t)900000)

struct talk {
    const struct sync_config *c;
    struct records *records;
    struct http *http;
    char header[SECRET_SIZE + 32];
    size_t *most;
    struct synclink_report *report;
    char *why;
};

/* --- one request --- */

/* The first line of what the office said, for terminals, pages and the log: no orders to them, whole characters. */
static void first_line(const struct buf *body, char *out, size_t size)
{
    const size_t n = body->p != NULL ? body->n : 0;
    const unsigned char *p = (const unsigned char *)body->p;
    size_t k = 0;

    for (size_t i = 0, whole; i < n && p[i] != '\r' && p[i] != '\n'; i += whole > 0 ? whole : 1) {
        whole = utf8_length(body->p + i, n - i);
        if (k + (whole > 0 ? whole : 1) >= size)
            break;
        if (whole == 0 || p[i] < ' ' || p[i] == 0x7f || (p[i] == 0xc2 && p[i + 1] < 0xa0)) {
            out[k++] = '?';
        } else {
            memcpy(out + k, p + i, whole);
            k += whole;
        }
    }
    out[k] = '\0';
}

static int judge(struct talk *t, const char *url, const struct http_answer *a)
{
    char said[201];

    if (a->status == 200)
        return 0;
    first_line(&a->body, said, sizeof said);
    (void)snprintf(t->why, SYNCLINK_WHY,
                   tongue("%s: jawaban HTTP %ld%s: %s", "%s: HTTP answer %ld%s: %s"), url,
                   a->status,
                   a->status == 401 ? tongue(" (kunci tidak dikenal kantor)",
                                             " (the office does not know the key)")
                                    : "",
                   said);
    t->report->refused = a->status >= 400 && a->status < 500 && a->status != 429;
    return a->status == 401 || a->status == 403 ? NILA_ERR_DENIED
           : t->report->refused                 ? NILA_ERR_REFUSED
                                                : NILA_ERR_IO;
}

/* body NULL: GET. The answer's body is the caller's. */
static int ask(struct talk *t, const char *path, const struct buf *body, struct buf *answer)
{
    char url[600], words[160] = "";
    const char *const headers[] = {t->header, "Content-Type: text/plain; charset=utf-8",
                                   "Expect:", NULL};
    const struct http_request rq = {.method = body != NULL ? "POST" : "GET",
                                    .url = url,
                                    .headers = headers,
                                    .ca_file = t->c->ca_file[0] != '\0' ? t->c->ca_file : NULL,
                                    .body = body != NULL ? body->p : NULL,
                                    .body_len = body != NULL ? body->n : 0,
                                    .timeout_ms = REQUEST_MS,
                                    .max_answer = ANSWER_MAX};
    struct http_answer a = {0};
    int rc;

    (void)snprintf(url, sizeof url, "%s%s", t->c->office, path);
    rc = http_do(t->http, &rq, &a, words, sizeof words);
    if (rc != 0)
        (void)snprintf(t->why, SYNCLINK_WHY, "%s: %s", t->c->office, words);
    else
        rc = judge(t, t->c->office, &a);
    if (rc == 0 && a.body.p != NULL) {
        *answer = a.body;
        *t->most = *t->most * 2 < MOST_BYTES ? *t->most * 2 : MOST_BYTES;
        return 0;
    }
    if (rc == 0) {
        (void)snprintf(t->why, SYNCLINK_WHY, tongue("%s: jawaban kosong", "%s: an empty answer"),
                       t->c->office);
        rc = NILA_ERR_PARSE;
    }
    *t->most = *t->most / 2 > LEAST ? *t->most / 2 : LEAST;
    buf_free(&a.body);
    return rc;
}

/* --- a round --- */

/* One message to the office. 1: there may be more; 0: there was none. */
static int push(struct talk *t)
{
    struct buf message = {0}, answer = {0};
    struct sync_report report = {.taken = 0};
    int64_t upto = 0;
    size_t n = 0;
    int rc = sync_farm_push(t->records, *t->most, &message, &upto, &n);

    if (rc == 0 && n > 0)
        rc = ask(t, SYNCLINK_PUSH, &message, &answer);
    if (rc == 0 && n > 0)
        rc = sync_farm_sent(t->records, answer.p, answer.n, upto, &report, t->why);
    if (rc == 0 && !report.other)
        t->report->sent += n;
    buf_free(&message);
    buf_free(&answer);
    return rc == 0 ? n > 0 : rc;
}

/* 1: there is more; 0: all is here. */
static int pull(struct talk *t)
{
    struct sync_report report = {.taken = 0};
    struct sync_standing at;
    struct buf answer = {0};
    char path[200];
    int rc = sync_standing(t->records, &at);

    if (rc != 0)
        return rc;
    (void)snprintf(path, sizeof path, SYNCLINK_PULL "?origin=%s&after=%lld&most=%zu", at.origin,
                   (long long)at.pulled, *t->most);
    rc = ask(t, path, NULL, &answer);
    if (rc == 0)
        rc = sync_farm_pulled(t->records, answer.p, answer.n, at.pulled, clock_wall_ms(), &report,
                              t->why);
    buf_free(&answer);
    if (rc != 0)
        return rc;
    t->report->taken += report.taken;
    t->report->conflicts += report.conflicts;
    return report.more;
}

/* Does it until there is no more. A line that breaks is tried again at once, with smaller messages, while they get through now
 * and then. */
static int until_done(struct talk *t, int (*step)(struct talk *t), size_t *steps)
{
    int rc, broken = 0;

    do {
        rc = step(t);
        broken = rc >= 0 ? 0 : broken + 1;
        *steps += rc == 1;
    } while (rc == 1 || ((rc == NILA_ERR_IO || rc == NILA_ERR_PROTO) && broken < BROKEN_MOST));
    return rc;
}

/* First what the office has, then what it does not have, then where that came to lie. What the office refuses to take does not
 * keep away what it has to tell. */
static int talk(struct talk *t)
{
    size_t pulled = 0, pushed = 0;
    int rc = until_done(t, pull, &pulled), refused = 0;

    if (rc == 0)
        rc = until_done(t, push, &pushed);
    if (rc != 0 && t->report->refused) {
        refused = rc;
        rc = 0;
    }
    if (rc == 0 && pushed > 0)
        rc = until_done(t, pull, &pulled);
    return refused != 0 ? refused : rc;
}

static int key_header(struct talk *t)
{
    char key[SECRET_SIZE];
    int rc = secret_read(t->c->key_file, SECRET_TOKEN, key, t->why, SYNCLINK_WHY);

    if (rc == 0)
        (void)snprintf(t->header, sizeof t->header, "Authorization: Bearer %s", key);
    secret_wipe(key, sizeof key);
    return rc;
}

int synclink_round(const struct sync_config *c, struct records *r, struct http *h, size_t *most,
                   struct synclink_report *out, char *why)
{
    struct talk t = {.c = c, .records = r, .http = h, .most = most, .report = out, .why = why};
    int rc;

    *out = (struct synclink_report){.sent = 0};
    why[0] = '\0';
    if (*most == 0)
        *most = MOST_BYTES;
    rc = sync_farm_begin(r);
    if (rc == 0)
        rc = key_header(&t);
    if (rc == 0)
        rc = talk(&t);
    secret_wipe(t.header, sizeof t.header);
    if (rc != 0 && why[0] == '\0')
        (void)snprintf(why, SYNCLINK_WHY, "%s", nila_err_text(rc));
    if (rc != NILA_ERR_CLOSED && sync_farm_ended(r, clock_wall_ms(), rc == 0 ? "" : why) != 0)
        log_warnx("sync: how the round ended is not on record");
    return rc;
}

int64_t synclink_wait_ms(const struct sync_config *c, unsigned failed, uint32_t chance)
{
    int64_t wait = failed == 0 ? (int64_t)c->every_s * 1000 : FIRST_MS;

    for (unsigned i = 1; i < failed && wait < LONGEST_MS; i++)
        wait *= 2;
    if (failed > 0 && wait > LONGEST_MS)
        wait = LONGEST_MS;
    return wait / 2 + (int64_t)((double)wait / 2 * ((double)chance / UINT32_MAX));
}

/* --- the thread --- */

struct synclink {
    const struct sync_config *c;
    struct records *records;
    struct http *http;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool stop;
};

static bool wait_or_stop(struct synclink *s, int64_t wait_ms)
{
    struct timespec until;
    bool stop;
    int rc = 0;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += wait_ms / 1000;
    until.tv_nsec += wait_ms % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    (void)pthread_mutex_lock(&s->lock);
    while (!s->stop && rc == 0)
        rc = pthread_cond_timedwait(&s->changed, &s->lock, &until);
    stop = s->stop;
    (void)pthread_mutex_unlock(&s->lock);
    return stop;
}

static void tell(const struct synclink_report *report, int rc, unsigned failed, const char *why)
{
    if (rc == 0 && report->sent + report->taken > 0)
        log_info("sync: %zu changes sent, %zu taken, %zu conflicts", report->sent, report->taken,
                 report->conflicts);
    else if (rc != 0 && failed == 1)
        log_warnx("sync: %s; the records stay here until the office answers", why);
    else if (rc != 0)
        log_debug("sync: %s", why);
}

static void *run(void *arg)
{
    struct synclink *s = arg;
    struct synclink_report report;
    char why[SYNCLINK_WHY];
    unsigned failed = 0;
    size_t most = 0;
    uint32_t chance = 0;
    int rc;

    do {
        rc = synclink_round(s->c, s->records, s->http, &most, &report, why);
        /* a line that carried something is worth trying again soon */
        failed = rc == 0 ? 0 : report.sent + report.taken > 0 ? 1 : failed + 1;
        tell(&report, rc, failed, why);
        if (report.refused) /* asking again changes nothing; a person does */
            failed = failed < 7 ? 7 : failed;
        if (getrandom(&chance, sizeof chance, 0) != (ssize_t)sizeof chance)
            chance = 0; /* the wait is then the shorter half */
    } while (!wait_or_stop(s, synclink_wait_ms(s->c, failed, chance)));
    return NULL;
}

static void release(struct synclink *s)
{
    http_close(s->http);
    records_close(s->records);
    (void)pthread_cond_destroy(&s->changed);
    (void)pthread_mutex_destroy(&s->lock);
    free(s);
}

int synclink_start(struct synclink **out, const struct sync_config *c, const char *records_path,
                   char *why)
{
    struct synclink *s = xcalloc(1, sizeof *s);
    pthread_condattr_t attr;
    int rc;

    s->c = c;
    (void)pthread_mutex_init(&s->lock, NULL);
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&s->changed, &attr);
    (void)pthread_condattr_destroy(&attr);
    rc = records_open(&s->records, records_path, why, SYNCLINK_WHY);
    if (rc == 0)
        rc = sync_farm_begin(s->records);
    if (rc == 0)
        rc = http_open(&s->http);
    if (rc == 0 && pthread_create(&s->thread, NULL, run, s) != 0)
        rc = NILA_ERR_IO;
    if (rc != 0) {
        release(s);
        return rc;
    }
    *out = s;
    return 0;
}

void synclink_stop(struct synclink *s)
{
    if (s == NULL)
        return;
    (void)pthread_mutex_lock(&s->lock);
    s->stop = true;
    (void)pthread_cond_signal(&s->changed);
    (void)pthread_mutex_unlock(&s->lock);
    http_cancel(s->http);
    (void)pthread_join(s->thread, NULL);
    release(s);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila-analytics series forecast: every series of a file, forecast by ets, theta or their mean. */
#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "analytics/commands.h"
#include "analytics/savefile.h"
#include "analytics/supply/seriesfile.h"
#include "analytics/supply/seriesfit.h"
#include "collector/common/buf.h"
#include "collector/common/clock.h"
#include "collector/common/csv.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"

enum {
    WHY = 400,
    PROGRESS_AFTER_MS = 2000,
    PROGRESS_EVERY_MS = 250,
    NUMBER_DIGITS = 10,
    NOTES_SHOWN = 20
};

/* Threads take the next series each; what each gives depends on the series alone. */
struct pool {
    const struct seriesfile *f;
    enum seriesfit_method method;
    unsigned frequency;
    struct seriesfit_result *result; /* [f->rows] */
    pthread_mutex_t lock;            /* of what follows */
    pthread_cond_t done_more;        /* another one is done */
    size_t next, done;
    size_t failed; /* first row that could not be forecast, f->rows: none */
};

static void *worker(void *arg)
{
    struct pool *p = arg;
    struct seriesfit_work *w = seriesfit_work_new(p->f->longest);

    (void)pthread_mutex_lock(&p->lock);
    while (p->next < p->f->rows) {
        size_t i = p->next++;
        const struct seriesfile_row *row = &p->f->row[i];
        int rc;

        (void)pthread_mutex_unlock(&p->lock);
        rc = seriesfit_run(w, p->method, row->value, row->n, p->frequency, row->h, &p->result[i]);
        (void)pthread_mutex_lock(&p->lock);
        if (rc != 0 && i < p->failed)
            p->failed = i;
        p->done++;
        (void)pthread_cond_signal(&p->done_more);
    }
    (void)pthread_mutex_unlock(&p->lock);
    seriesfit_work_free(w);
    return NULL;
}

/* Waits for all, and on a terminal tells how far it is, when it lasts. */
static void watch(struct pool *p, const struct command_options *o)
{
    const bool tell = !o->quiet && isatty(STDERR_FILENO);
    const int64_t start = clock_mono_ms();
    int64_t told = 0;

    (void)pthread_mutex_lock(&p->lock);
    while (p->done < p->f->rows) {
        int64_t now;

        (void)pthread_cond_wait(&p->done_more, &p->lock);
        now = clock_mono_ms();
        if (!tell || now - start < PROGRESS_AFTER_MS || now - told < PROGRESS_EVERY_MS)
            continue;
        told = now;
        (void)fprintf(stderr, o->english ? "\r%zu of %zu series" : "\r%zu dari %zu deret", p->done,
                      p->f->rows);
    }
    (void)pthread_mutex_unlock(&p->lock);
    if (told != 0)
        (void)fputs("\r\033[K", stderr);
}

/* NILA_ERR_FULL: no thread could be started. */
static int run_all(struct pool *p, const struct command_options *o)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    size_t want = o->series.threads > 0 ? (size_t)o->series.threads : cores > 1 ? (size_t)cores : 1;
    pthread_t thread[SERIES_THREADS_MAX];
    size_t started = 0;

    want = want < SERIES_THREADS_MAX ? want : SERIES_THREADS_MAX;
    want = want < p->f->rows ? want : p->f->rows;
    (void)pthread_mutex_init(&p->lock, NULL);
    (void)pthread_cond_init(&p->done_more, NULL);
    while (started < want && pthread_create(&thread[started], NULL, worker, p) == 0)
        started++;
    if (started > 0)
        watch(p, o);
    for (size_t i = 0; i < started; i++)
        (void)pthread_join(thread[i], NULL);
    (void)pthread_cond_destroy(&p->done_more);
    (void)pthread_mutex_destroy(&p->lock);
    return started > 0 ? 0 : NILA_ERR_FULL;
}

static void csv_rows(const struct pool *p, struct buf *b)
{
    buf_str(b, "id,method,step,mean,lo80,hi80,lo95,hi95\n");
    for (size_t i = 0; i < p->f->rows; i++)
        for (size_t k = 0; k < p->f->row[i].h; k++) {
            const struct seriesfit_point *q = &p->result[i].at[k];
            const double value[] = {q->mean, q->lo80, q->hi80, q->lo95, q->hi95};

            csv_put(b, true, p->f->row[i].id);
            buf_printf(b, ",%s,%zu", seriesfit_method_name(p->method), k + 1);
            for (size_t v = 0; v < sizeof value / sizeof value[0]; v++)
                buf_printf(b, ",%.*g", NUMBER_DIGITS, value[v]);
            buf_str(b, "\n");
        }
}

/* Between quotes; ids hold neither quotes nor control characters, but may hold a backslash. */
static void json_text(struct buf *b, const char *s)
{
    buf_str(b, "\"");
    for (; *s != '\0'; s++)
        buf_printf(b, *s == '\\' ? "\\%c" : "%c", *s);
    buf_str(b, "\"");
}

static void json_numbers(struct buf *b, const char *name, const struct seriesfit_result *r,
                         size_t h, size_t offset)
{
    buf_printf(b, ",\"%s\":[", name);
    for (size_t k = 0; k < h; k++) {
        double v;

        memcpy(&v, (const char *)&r->at[k] + offset, sizeof v);
        buf_printf(b, "%s%.*g", k > 0 ? "," : "", NUMBER_DIGITS, v);
    }
    buf_str(b, "]");
}

static const char *fallback_word(enum seriesfit_fallback f)
{
    static const char *const WORD[] = {"none", "too_short", "constant"};

    return WORD[f];
}

/* One object a line, with how it was made. */
static void json_rows(const struct pool *p, struct buf *b)
{
    static const struct {
        const char *name;
        size_t offset;
    } FIELD[] = {{"mean", offsetof(struct seriesfit_point, mean)},
                 {"lo80", offsetof(struct seriesfit_point, lo80)},
                 {"hi80", offsetof(struct seriesfit_point, hi80)},
                 {"lo95", offsetof(struct seriesfit_point, lo95)},
                 {"hi95", offsetof(struct seriesfit_point, hi95)}};

    for (size_t i = 0; i < p->f->rows; i++) {
        const struct seriesfit_result *r = &p->result[i];

        buf_str(b, "{\"id\":");
        json_text(b, p->f->row[i].id);
        buf_printf(b,
                   ",\"method\":\"%s\",\"fallback\":\"%s\",\"logs\":%s,\"ets\":\"%s\","
                   "\"theta_seasonal\":%s,\"backtest_origins\":%zu,\"factor80\":%.6g,"
                   "\"factor95\":%.6g",
                   seriesfit_method_name(p->method), fallback_word(r->fallback),
                   r->on_logs ? "true" : "false", r->form, r->seasonal_theta ? "true" : "false",
                   r->origins, r->factor80, r->factor95);
        for (size_t k = 0; k < sizeof FIELD / sizeof FIELD[0]; k++)
            json_numbers(b, FIELD[k].name, r, p->f->row[i].h, FIELD[k].offset);
        buf_str(b, "}\n");
    }
}

static void say(const struct command_options *o, const char *indonesian, const char *english, ...)
    NILA_PRINTF(2, 4) NILA_PRINTF(3, 4);
static void say(const struct command_options *o, const char *indonesian, const char *english, ...)
{
    va_list ap;

    va_start(ap, english);
    (void)vfprintf(stderr, o->english ? english : indonesian, ap);
    va_end(ap);
}

/* Which series were not forecast as asked, and why. */
static void fallback_words(const struct command_options *o, const struct pool *p)
{
    size_t told = 0, more = 0;

    for (size_t i = 0; i < p->f->rows; i++) {
        const struct seriesfile_row *row = &p->f->row[i];

        if (p->result[i].fallback == SERIESFIT_AS_ASKED)
            continue;
        if (told++ >= NOTES_SHOWN) {
            more++;
            continue;
        }
        if (p->result[i].fallback == SERIESFIT_CONSTANT)
            say(o, "%s:%ld: %s: semua nilai sama; diteruskan begitu, rentang tanpa lebar\n",
                "%s:%ld: %s: all values are the same; it goes on so, the range has no width\n",
                o->series.input, row->line, row->id);
        else
            say(o,
                "%s:%ld: %s: terlalu pendek untuk model; nilai terakhir diteruskan, rentang "
                "lebar\n",
                "%s:%ld: %s: too short for a model; the last value is carried forward, the range "
                "is wide\n",
                o->series.input, row->line, row->id);
    }
    if (more > 0)
        say(o, "... dan %zu deret lagi (--json menyebut semua)\n",
            "... and %zu series more (--json names all)\n", more);
}

static void words(const struct command_options *o, const struct pool *p)
{
    size_t logs = 0, own = 0;

    for (size_t i = 0; i < p->f->rows; i++) {
        logs += p->result[i].on_logs;
        own += p->result[i].origins > 0;
    }
    fallback_words(o, p);
    say(o,
        "%s: %zu deret, cara %s; %zu dihitung pada logaritma, %zu rentang diuji pada riwayatnya "
        "sendiri\n",
        "%s: %zu series, method %s; %zu on logarithms, %zu ranges tested on their own history\n",
        o->out != NULL ? o->out : "-", p->f->rows, seriesfit_method_name(p->method), logs, own);
}

/* What does not go together, before anything is read. */
static int check_usage(const struct command_options *o, enum seriesfit_method *method)
{
    const struct series_options *s = &o->series;

    *method = SERIESFIT_MEAN;
    if (s->input == NULL || (s->frequency != 1 && s->frequency != 4 && s->frequency != 12)) {
        log_warnx("%s", s->input == NULL ? (o->english ? "--input FILE is missing"
                                                       : "--input BERKAS belum disebut")
                        : o->english     ? "--frequency must be 1, 4 or 12 (values a year)"
                                         : "--frequency harus 1, 4 atau 12 (nilai setahun)");
        return EX_USAGE;
    }
    if (s->method != NULL && seriesfit_method_find(s->method, method) != 0) {
        log_warnx(o->english ? "--method %.40s: must be ets, theta or mean"
                             : "--method %.40s: harus ets, theta atau mean",
                  s->method);
        return EX_USAGE;
    }
    return EX_OK;
}

int command_series(const struct command_options *o)
{
    struct seriesfile *f = NULL;
    struct pool p = {.frequency = (unsigned)o->series.frequency};
    struct buf b = {0};
    char why[WHY] = "";
    int rc = check_usage(o, &p.method);

    if (rc != EX_OK)
        return rc;
    rc = seriesfile_read(&f, o->series.input, p.frequency, false, why, sizeof why);
    if (rc == 0) {
        p.f = f;
        p.failed = f->rows;
        p.result = xcalloc(f->rows, sizeof *p.result);
        rc = run_all(&p, o);
        if (rc != 0)
            (void)snprintf(
                why, sizeof why,
                tongue("tidak ada utas yang dapat dimulai", "no thread could be started"));
    }
    if (rc == 0 && p.failed < f->rows) {
        (void)snprintf(why, sizeof why,
                       tongue("%.100s:%ld:1: %s: tidak dapat diramal",
                              "%.100s:%ld:1: %s: could not be forecast"),
                       o->series.input, f->row[p.failed].line, f->row[p.failed].id);
        rc = NILA_ERR_PARSE;
    }
    if (rc == 0) {
        (o->json ? json_rows : csv_rows)(&p, &b);
        rc = savefile(&b, o->out, why, sizeof why);
    }
    if (rc != 0)
        log_warnx("%s", why);
    else if (!o->quiet)
        words(o, &p);
    buf_free(&b);
    free(p.result);
    seriesfile_free(f);
    return command_exit_code(rc);
}

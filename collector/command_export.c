/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The journal's readings as a CSV file of the form that import takes. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "collector/common/civil.h"
#include "collector/common/csv.h"
#include "collector/common/log.h"
#include "command.h"
#include "control_client.h"
#include "journal.h"
#include "progress.h"
#include "run.h"

#define FLUSH_BYTES 65536
#define PIECE_ROWS  256
#define END_OF_TIME INT64_C(253402300799999) /* 9999-12-31 */

struct export
{
    const struct options *o;
    int64_t from_ms, to_ms;
    enum metric metric;
    FILE *f;
    struct buf text;
    struct progress progress;
    size_t rows, unsure; /* written; left out because their time is not exact */
    bool failed;         /* the disk: errno has been said */
};

/* --- rows --------------------------------------------------------------------------------------------------------- */

static int flush(struct export *x)
{
    bool ok = x->text.n == 0 || fwrite(x->text.p, 1, x->text.n, x->f) == x->text.n;

    buf_clear(&x->text);
    if (ok)
        return 0;
    log_warn("%s", x->o->out);
    x->failed = true;
    return NILA_ERR_IO;
}

/* As few digits as give the same double back. */
static void number(char *buf, size_t size, double v)
{
    for (int digits = 6; digits <= 17; digits += digits < 15 ? 3 : 1) {
        (void)snprintf(buf, size, "%.*g", digits, v);
        if (strtod(buf, NULL) == v)
            return;
    }
}

static int put_row(void *arg, const struct control_row *r)
{
    struct export *x = arg;
    char when[40], value[40] = "", flag[8];

    if (!r->sure) {
        x->unsure++;
        return 0;
    }
    (void)civil_format_iso(when, sizeof when, r->ts_ms);
    if (r->flag != READING_MISSING)
        number(value, sizeof value, r->value);
    (void)snprintf(flag, sizeof flag, "%d", r->flag);
    csv_put(&x->text, true, when);
    csv_put(&x->text, false, r->pond);
    csv_put(&x->text, false, r->device);
    csv_put(&x->text, false, metric_info(r->metric)->name);
    csv_put(&x->text, false, value);
    csv_put(&x->text, false, flag);
    buf_str(&x->text, "\n");
    x->rows++;
    return x->text.n >= FLUSH_BYTES ? flush(x) : 0;
}

/* --- the journal itself ------------------------------------------------------------------------------------------- */

static int put_set(struct export *x, const struct reading_set *s)
{
    struct control_row r = {.ts_ms = s->ts_ms, .sure = s->clock_trusted};
    int rc = 0;

    if (s->ts_ms < x->from_ms || s->ts_ms >= x->to_ms ||
        (x->o->pond != NULL && strcmp(x->o->pond, s->tags.pond) != 0))
        return 0;
    memcpy(r.pond, s->tags.pond, sizeof r.pond);
    memcpy(r.device, s->tags.device, sizeof r.device);
    for (unsigned i = 0; rc == 0 && i < s->n; i++) {
        if (x->o->metric != NULL && s->v[i].metric != x->metric)
            continue;
        r.metric = s->v[i].metric;
        r.value = s->v[i].value;
        r.flag = s->v[i].flag;
        rc = put_row(x, &r);
    }
    return rc;
}

static int from_file(struct export *x, const struct site *site)
{
    const char *sink[JOURNAL_SINKS_MAX];
    struct journal_config jc = {.path = site->journal_path,
                                .max_bytes = site->journal_max_bytes,
                                .keep_days = site->journal_keep_days,
                                .clock_wait_ms = (int64_t)site->journal_clock_wait_min * 60000,
                                .sink = sink,
                                .sinks = site->sinks};
    struct journal_row *row;
    struct journal *j = NULL;
    int64_t at = 0, first = -1;
    int rc, n;

    for (unsigned i = 0; i < site->sinks && i < JOURNAL_SINKS_MAX; i++)
        sink[i] = site->sink[i].slug;
    rc = journal_open(&j, &jc);
    if (rc != 0)
        return rc;
    row = xcalloc(PIECE_ROWS, sizeof *row);
    do {
        n = journal_peek(j, at, row, PIECE_ROWS);
        for (int i = 0; rc == 0 && i < n; i++) {
            rc = put_set(x, &row[i].set);
            at = row[i].seq;
            first = first < 0 ? at - 1 : first;
        }
        if (n > 0)
            progress_at(&x->progress, (size_t)(at - first), (size_t)(journal_last_seq(j) - first));
    } while (rc == 0 && n == PIECE_ROWS);
    free(row);
    journal_close(j);
    return rc != 0 ? rc : n < 0 ? n : 0;
}

/* --- the command -------------------------------------------------------------------------------------------------- */

/* A moment, or a day (its beginning; as an end: its end). */
static bool take_time(const char *text, bool end, int64_t *ts_ms)
{
    int32_t day;

    if (civil_parse_day(text, &day) == 0) {
        *ts_ms = civil_day_start(end ? day + 1 : day);
        return true;
    }
    return civil_parse_iso(text, ts_ms, NULL) == 0;
}

static int take_wishes(const struct options *o, const struct site *site, struct export *x)
{
    static const char TIME[] = "2026-11-24 | 2026-11-24T05:12:30+07:00";

    x->to_ms = END_OF_TIME;
    if (o->out == NULL)
        return options_usage(o, TEXT_USAGE_OUT, NULL, NULL, NULL);
    if (o->from != NULL && !take_time(o->from, false, &x->from_ms))
        return options_usage(o, TEXT_USAGE_VALUE, "from", o->from, TIME);
    if (o->to != NULL && !take_time(o->to, true, &x->to_ms))
        return options_usage(o, TEXT_USAGE_VALUE, "to", o->to, TIME);
    if (x->to_ms <= x->from_ms)
        return options_usage(o, TEXT_USAGE_SPAN, o->from != NULL ? o->from : "-",
                             o->to != NULL ? o->to : "-", NULL);
    if (o->metric != NULL && metric_find(o->metric, &x->metric) != 0)
        return options_usage(o, TEXT_USAGE_VALUE, "metric", o->metric, "do_mg_l | temp_c | ph ...");
    if (o->pond != NULL && o->pond[0] != '\0' && site_find_pond(site, o->pond) < 0)
        return options_usage(o, TEXT_USAGE_NO_POND, o->pond, o->config, NULL);
    return EX_OK;
}

/* All rows, from the collector or, when none runs, from the file. */
static int fetch(struct export *x, const struct site *site)
{
    char why[256] = "";
    int rc;

    buf_str(&x->text, "time,pond,device,metric,value,flag\n");
    rc = control_client_rows(site->control_socket, x->from_ms, x->to_ms, x->o->pond, x->o->metric,
                             put_row, x, why, sizeof why);
    if (rc == NILA_ERR_NOT_FOUND && access(site->journal_path, F_OK) != 0 && errno == ENOENT) {
        command_say(x->o, TEXT_EXPORT_NO_JOURNAL, site->journal_path, NULL, NULL, NULL);
        return EX_NOINPUT;
    }
    if (rc == NILA_ERR_NOT_FOUND)
        rc = from_file(x, site); /* what is wrong with it is logged there */
    else if (rc != 0 && !x->failed)
        return command_no_collector(x->o, rc, why);
    if (rc == 0)
        rc = flush(x);
    return run_exit_code(rc);
}

/* A file beside path that nobody else has; its name into *part, the caller's. NULL: errno says why. */
static FILE *open_part(const char *path, const struct stat *old, char **part)
{
    const mode_t mask = umask(0);
    struct buf name = {0};
    FILE *f = NULL;
    int fd;

    (void)umask(mask);
    buf_printf(&name, "%s.XXXXXX", path);
    *part = name.p;
    fd = mkstemp(name.p);
    if (fd >= 0 && fchmod(fd, old != NULL ? old->st_mode & 0777 : 0666 & ~mask) != 0)
        log_warn("%s: its mode stays as it is", name.p);
    if (fd >= 0 && (f = fdopen(fd, "w")) == NULL) {
        (void)close(fd);
        (void)unlink(name.p);
    }
    return f;
}

/* Writes all rows and closes the file (not stdout); the code. */
static int write_rows(struct export *x, const struct site *site, bool keep)
{
    int rc = fetch(x, site);
    bool ok = fflush(x->f) == 0 && (!keep || fsync(fileno(x->f)) == 0);

    if (x->f != stdout && fclose(x->f) != 0)
        ok = false;
    if (ok || rc != EX_OK)
        return rc;
    log_warn("%s", x->o->out);
    return EX_IOERR;
}

/* Writes beside the file and puts it in its place when it is whole. A link leads to its file; a pipe or a device is written as
 * it is, never replaced. */
static int write_file(struct export *x, const struct site *site)
{
    char *real = realpath(x->o->out, NULL), *part = NULL;
    const char *path = real != NULL ? real : x->o->out;
    struct stat st;
    bool there = real != NULL && stat(real, &st) == 0, keep;
    int rc = EX_CANTCREAT;

    if (strcmp(x->o->out, "-") == 0)
        x->f = stdout;
    else if (there && !S_ISREG(st.st_mode))
        x->f = fopen(path, "w");
    else
        x->f = open_part(path, there ? &st : NULL, &part);
    keep = part != NULL;
    if (x->f == NULL) {
        log_warn("%s", path);
        goto out;
    }
    rc = write_rows(x, site, keep);
    if (keep && rc == EX_OK && rename(part, path) != 0) {
        log_warn("%s", path);
        rc = EX_CANTCREAT;
    }
    if (keep && rc != EX_OK)
        (void)unlink(part);
out:
    free(part);
    free(real);
    return rc;
}

static void tell(const struct export *x)
{
    char n[2][TEXT_NUMBER_SIZE];

    (void)text_number(n[0], x->o->l, (double)x->rows, 0);
    (void)text_number(n[1], x->o->l, (double)x->unsure, 0);
    if (x->o->json && strcmp(x->o->out, "-") != 0)
        (void)printf("{\"rows\":%zu,\"unsure\":%zu}\n", x->rows, x->unsure);
    else if (!x->o->quiet)
        command_say(x->o, TEXT_EXPORT_DONE, n[0], x->o->out, NULL, NULL);
    if (x->unsure > 0)
        command_say(x->o, TEXT_EXPORT_UNSURE, n[1], NULL, NULL, NULL);
}

int command_export(const struct options *o)
{
    struct export x = {.o = o};
    struct site *site = NULL;
    int rc = command_site(o, &site);

    if (rc == EX_OK)
        rc = take_wishes(o, site, &x);
    if (rc == EX_OK) {
        progress_begin(&x.progress, o->l, o->quiet);
        rc = write_file(&x, site);
        progress_end(&x.progress);
        if (rc == EX_OK)
            tell(&x);
    }
    buf_free(&x.text);
    site_free(site);
    return rc;
}

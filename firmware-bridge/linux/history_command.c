/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "commands.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "collector/common/buf.h"
#include "collector/common/civil.h"
#include "collector/common/clock.h"

#include "history.h"
#include "text.h"

static void show_progress(void *arg, int percent)
{
    struct buf b = {0};
    char number[16];

    (void)arg;
    (void)snprintf(number, sizeof number, "%d", percent);
    buf_str(&b, "\r");
    text_append(&b, TEXT_PROGRESS, number, NULL, NULL);
    buf_str(&b, percent >= 100 ? "\n" : " ");
    (void)fwrite(b.p, 1, b.n, stderr);
    buf_free(&b);
}

/* The end of the history: --until, but never later than now. */
static int64_t end_of(const struct options *o)
{
    int64_t now_ms = clock_wall_ms();

    if (!o->has_until)
        return now_ms;
    if (o->until_ms <= now_ms)
        return o->until_ms;
    text_say(TEXT_FUTURE_CUT, o->until_text, NULL, NULL);
    return now_ms;
}

static void say_left_out(const struct site *site)
{
    for (unsigned i = 0; i < site->devices; i++)
        if (!imitated(&site->device[i]))
            text_say(TEXT_LEFT_OUT, site->device[i].slug, site->device[i].profile, NULL);
}

/* Writes to a name beside path and renames, so that path never holds half a history. */
static int write_file(const char *path, const struct history_config *c, int64_t *rows)
{
    struct buf part = {0};
    FILE *f;
    int rc = EX_OK;

    buf_printf(&part, "%s.part", path);
    f = fopen(part.p, "w");
    if (f == NULL) {
        text_say(TEXT_CANNOT_WRITE, part.p, strerror(errno), NULL);
        buf_free(&part);
        return EX_CANTCREAT;
    }
    if (history_write(f, c, rows) != 0)
        rc = EX_IOERR;
    if (fclose(f) != 0 && rc == EX_OK)
        rc = EX_IOERR;
    if (rc == EX_OK && rename(part.p, path) != 0)
        rc = EX_CANTCREAT;
    if (rc != EX_OK) {
        text_say(TEXT_CANNOT_WRITE, path, strerror(errno), NULL);
        (void)unlink(part.p);
    }
    buf_free(&part);
    return rc;
}

/* What is read from the options before the history. */
struct told {
    struct sensor_stock *stock;
    struct fault *fault;
    struct event *event;
};

static int write_history(const struct options *o, const struct site *site, const struct told *told,
                         int64_t to_ms)
{
    struct sensors_config sc = {.site = site,
                                .seed = o->seed,
                                .noise = o->noise,
                                .stock = told->stock,
                                .stocks = o->set.n,
                                .event = told->event,
                                .events = o->event.n};
    struct history_config c = {.site = site,
                               .from_ms = to_ms - o->days * CIVIL_DAY_MS,
                               .to_ms = to_ms,
                               .every_s = o->every_s,
                               .fault = told->fault,
                               .faults = o->fault.n,
                               .include = imitated};
    int64_t rows = 0;
    char text[24];
    int rc = EX_OK;

    if (!o->quiet && isatty(STDERR_FILENO))
        c.progress = show_progress;
    c.sensors = sensors_new(&sc, c.from_ms);
    if (o->out != NULL) {
        rc = write_file(o->out, &c, &rows);
    } else if (history_write(stdout, &c, &rows) != 0) {
        text_say(TEXT_CANNOT_WRITE, "stdout", strerror(errno), NULL);
        rc = EX_IOERR;
    }
    sensors_free(c.sensors);
    (void)snprintf(text, sizeof text, "%" PRId64, rows);
    if (rc == EX_OK && !o->quiet)
        text_say(TEXT_WRITTEN, text, NULL, NULL);
    return rc;
}

int history_command(const struct options *o)
{
    static const int64_t MODEL_BEGINS_MS = 151 * CIVIL_DAY_MS; /* 1970-06-01, see pond_new */
    struct site *site = NULL;
    struct told told = {0};
    int64_t to_ms = end_of(o);
    int rc = load_site(&site, o->site_path);

    if (rc == 0 && to_ms - o->days * CIVIL_DAY_MS < MODEL_BEGINS_MS) {
        text_say(TEXT_BAD_VALUE, "until", o->until_text, ">= 1970-06-01 + --days");
        rc = EX_USAGE;
    }
    if (rc == 0)
        rc = read_stocks(&told.stock, o, site);
    if (rc == 0)
        rc = read_faults(&told.fault, o, site);
    if (rc == 0)
        rc = read_events(&told.event, o, site, to_ms - o->days * CIVIL_DAY_MS);
    if (rc == 0) {
        say_left_out(site);
        rc = write_history(o, site, &told, to_ms);
    }
    free(told.stock);
    free(told.fault);
    free(told.event);
    site_free(site);
    return rc;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* verify: holds three witnesses of the whole road against each other, once everything has stopped:
 * the simulators' truth logs (what was served), the collectors' journals (what was kept), and InfluxDB (what arrived).
 *
 *   verify INFLUX.csv SITE.json JOURNAL.db TRUTH.csv [SITE.json JOURNAL.db TRUTH.csv]...
 *
 * INFLUX.csv is the answer to SELECT * FROM water, epoch in ms. Prints a line "ok - " or "not ok - " for each claim:
 * every journalled reading is in InfluxDB with its value and flag; InfluxDB holds nothing else, nothing twice; every
 * value polled is one that was served to that very device at that time, and no answer was used twice. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/csv.h"
#include "collector/common/log.h"
#include "collector/common/site.h"
#include "collector/journal.h"
#include "firmware-bridge/core/nila_regmap.h"

#define SERVED_EARLY_MS \
    2500 /* a slot is stamped at its planned time; the answer comes a little later */
#define SERVED_LATE_MS 8000

struct served { /* one answer of a simulated node */
    char device[SLUG_SIZE];
    int64_t at_ms;
    int32_t value_x1000[NILA_REG_CHANNELS];
    bool used;
};

struct point { /* one point of InfluxDB */
    char pond[SLUG_SIZE], device[SLUG_SIZE];
    int64_t ts_ms;
    double value[METRIC_COUNT]; /* NaN: no such field */
    double flag[METRIC_COUNT];
    bool met;
};

struct table {
    void *p;
    size_t n, cap;
};

static void *add(struct table *t, size_t size)
{
    if (t->n == t->cap) {
        t->cap = t->cap > 0 ? 2 * t->cap : 1024;
        t->p = xrealloc(t->p, t->cap, size);
    }
    return memset((char *)t->p + size * t->n++, 0, size);
}

static int wrong;

static void say(bool good, const char *what, size_t n, size_t of)
{
    printf("%s - %s: %zu of %zu\n", good ? "ok" : "not ok", what, n, of);
    if (!good)
        wrong++;
}

static int by_point(const void *a, const void *b)
{
    const struct point *x = a, *y = b;
    int c = strcmp(x->device, y->device);
    if (c != 0)
        return c;
    return x->ts_ms < y->ts_ms ? -1 : x->ts_ms > y->ts_ms;
}

static int by_served(const void *a, const void *b)
{
    const struct served *x = a, *y = b;
    int c = strcmp(x->device, y->device);
    if (c != 0)
        return c;
    return x->at_ms < y->at_ms ? -1 : x->at_ms > y->at_ms;
}

static double cell_number(const struct csv *c, int column)
{
    double v;
    if (column < 0 || csv_cell(c, column)[0] == '\0' || csv_number(c, column, &v) != 0)
        return NAN;
    return v;
}

static void load_points(const char *path, struct table *points)
{
    struct csv *c;
    char why[256], name[64];
    int value[METRIC_COUNT], flag[METRIC_COUNT], pond, device, time, rc;

    if (csv_open(&c, path, why, sizeof why) != 0)
        fatal("%s", why);
    pond = csv_find(c, "pond");
    device = csv_find(c, "device");
    time = csv_find(c, "time");
    for (int m = 0; m < METRIC_COUNT; m++) {
        (void)snprintf(name, sizeof name, "%s", metric_info((enum metric)m)->name);
        value[m] = csv_find(c, name);
        (void)snprintf(name, sizeof name, "%s_q", metric_info((enum metric)m)->name);
        flag[m] = csv_find(c, name);
    }
    if (pond < 0 || device < 0 || time < 0)
        fatal("%s: no column pond, device or time", path);
    while ((rc = csv_next(c)) > 0) {
        struct point *p = add(points, sizeof *p);
        (void)snprintf(p->pond, sizeof p->pond, "%s", csv_cell(c, pond));
        (void)snprintf(p->device, sizeof p->device, "%s", csv_cell(c, device));
        p->ts_ms = strtoll(csv_cell(c, time), NULL, 10);
        for (int m = 0; m < METRIC_COUNT; m++) {
            p->value[m] = cell_number(c, value[m]);
            p->flag[m] = cell_number(c, flag[m]);
        }
    }
    if (rc < 0)
        fatal("%s", csv_why(c));
    csv_close(c);
    qsort(points->p, points->n, sizeof(struct point), by_point);
}

static const char *device_at(const struct site *site, const char *bus, int unit)
{
    for (unsigned i = 0; i < site->devices; i++)
        if (site->device[i].unit == unit && strcmp(site->bus[site->device[i].bus].slug, bus) == 0)
            return site->device[i].slug;
    return NULL;
}

static int32_t channel_value(const char *hex, int first, int channel)
{
    char word[9];
    memcpy(word, hex + 4 * (NILA_REG_CHANNEL(channel) - first), 8);
    word[8] = '\0';
    return (int32_t)(uint32_t)strtoul(word, NULL, 16);
}

static void load_served(const char *path, const struct site *site, struct table *served)
{
    struct csv *c;
    char why[256];
    int at, bus, unit, first, count, hex, function, rc;

    if (csv_open(&c, path, why, sizeof why) != 0)
        fatal("%s", why);
    at = csv_find(c, "served_ms");
    bus = csv_find(c, "bus");
    unit = csv_find(c, "unit");
    function = csv_find(c, "function");
    first = csv_find(c, "first");
    count = csv_find(c, "count");
    hex = csv_find(c, "regs_hex");
    while ((rc = csv_next(c)) > 0) {
        const char *device = device_at(site, csv_cell(c, bus), atoi(csv_cell(c, unit)));
        struct served *s;
        if (device == NULL)
            fatal("%s: bus %s unit %s is not in the site", path, csv_cell(c, bus),
                  csv_cell(c, unit));
        if (atoi(csv_cell(c, function)) != 4 || atoi(csv_cell(c, first)) != 0 ||
            atoi(csv_cell(c, count)) != NILA_REG_COUNT ||
            strlen(csv_cell(c, hex)) != 4 * NILA_REG_COUNT)
            continue; /* not the whole block: no reading comes from it */
        s = add(served, sizeof *s);
        (void)snprintf(s->device, sizeof s->device, "%s", device);
        s->at_ms = strtoll(csv_cell(c, at), NULL, 10);
        for (int k = 0; k < NILA_REG_CHANNELS; k++)
            s->value_x1000[k] = channel_value(csv_cell(c, hex), 0, k);
    }
    if (rc < 0)
        fatal("%s", csv_why(c));
    csv_close(c);
    qsort(served->p, served->n, sizeof(struct served), by_served);
}

/* The channel of the node's profile that carries a metric, -1 none. */
static int channel_of(enum metric m)
{
    static const enum metric AT[] = {METRIC_TEMP_C,    METRIC_DO_MG_L,  METRIC_PH,
                                     METRIC_EC_US_CM,  METRIC_TURB_NTU, METRIC_LEVEL_CM,
                                     METRIC_TAN_N_MG_L};
    for (int k = 0; k < (int)(sizeof AT / sizeof AT[0]); k++)
        if (AT[k] == m)
            return k;
    return -1;
}

static bool same_values(const struct reading_set *set, const struct served *s)
{
    for (unsigned i = 0; i < set->n; i++) {
        int k = channel_of(set->v[i].metric);
        if (k < 0)
            return false;
        if (set->v[i].flag != READING_MISSING &&
            fabs(set->v[i].value - s->value_x1000[k] / 1000.0) > 1e-6)
            return false;
    }
    return true;
}

/* Finds an unused answer to that device, near that time, with just these values, and marks it. */
static bool was_served(const struct reading_set *set, struct table *served)
{
    struct served *s = served->p;
    for (size_t i = 0; i < served->n; i++) {
        if (s[i].used || strcmp(s[i].device, set->tags.device) != 0 ||
            s[i].at_ms < set->ts_ms - SERVED_EARLY_MS || s[i].at_ms > set->ts_ms + SERVED_LATE_MS)
            continue;
        if (same_values(set, &s[i])) {
            s[i].used = true;
            return true;
        }
    }
    return false;
}

static bool has_arrived(const struct reading_set *set, struct table *points)
{
    struct point key = {0}, *p;

    memcpy(key.device, set->tags.device, sizeof key.device);
    key.ts_ms = set->ts_ms;
    p = bsearch(&key, points->p, points->n, sizeof key, by_point);
    if (p == NULL || strcmp(p->pond, set->tags.pond) != 0)
        return false;
    for (unsigned i = 0; i < set->n; i++) {
        const struct reading_value *v = &set->v[i];
        double there = p->value[v->metric];
        if (v->flag != (int)p->flag[v->metric])
            return false;
        if (v->flag == READING_MISSING ? !isnan(there)
                                       : fabs(there - v->value) > 1e-9 * fabs(v->value))
            return false;
    }
    p->met = true;
    return true;
}

struct tally {
    size_t rows, arrived, polled, proven, imported;
};

static void check_journal(const char *path, const char *sink, struct table *served,
                          struct table *points, struct tally *t)
{
    struct journal *j;
    struct journal_config jc = {
        .path = path, .max_bytes = 1 << 30, .keep_days = 3650, .sink = &sink, .sinks = 1};
    static struct journal_row rows[64];
    int64_t after = 0;
    int n;

    if (journal_open(&j, &jc) != 0)
        fatal("%s: cannot be opened", path);
    while ((n = journal_peek(j, after, rows, 64)) > 0) {
        for (int i = 0; i < n; i++) {
            const struct reading_set *set = &rows[i].set;
            bool imported = (set->v[0].bits & READING_BIT_IMPORTED) != 0;
            t->rows++;
            t->imported += imported;
            t->arrived += has_arrived(set, points);
            if (!imported) {
                t->polled++;
                t->proven += was_served(set, served);
            }
            after = rows[i].seq;
        }
    }
    if (n < 0)
        fatal("%s: cannot be read", path);
    journal_close(j);
}

int main(int argc, char **argv)
{
    struct table points = {0};
    struct tally t = {0};
    size_t met = 0, twice = 0;

    if (argc < 5 || (argc - 2) % 3 != 0)
        fatal("usage: verify INFLUX.csv SITE.json JOURNAL.db TRUTH.csv ...");
    load_points(argv[1], &points);
    for (int a = 2; a + 2 < argc; a += 3) {
        struct table served = {0};
        struct site *site;
        char why[512];
        if (site_load(&site, argv[a], why, sizeof why) != 0)
            fatal("%s", why);
        load_served(argv[a + 2], site, &served);
        check_journal(argv[a + 1], site->sink[0].slug, &served, &points, &t);
        printf("# %s: %zu answers in the truth log\n", argv[a], served.n);
        free(served.p);
        site_free(site);
    }
    for (size_t i = 0; i < points.n; i++) {
        met += ((struct point *)points.p)[i].met;
        twice +=
            i > 0 && by_point((struct point *)points.p + i - 1, (struct point *)points.p + i) == 0;
    }
    printf("# %zu journalled (%zu polled, %zu imported), %zu points in InfluxDB\n", t.rows,
           t.polled, t.imported, points.n);
    say(t.rows > 0 && t.arrived == t.rows,
        "journalled readings that are in InfluxDB, value and flag", t.arrived, t.rows);
    say(met == points.n && points.n == t.rows, "points in InfluxDB that a journal holds", met,
        points.n);
    say(twice == 0, "points that stand twice", twice, points.n);
    say(t.polled > 0 && t.proven == t.polled,
        "polled readings that were served, each answer used once", t.proven, t.polled);
    free(points.p);
    return wrong > 0;
}

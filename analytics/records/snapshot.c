/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The snapshot: what was known at a moment, as plain sorted arrays. */
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/civil.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "snapshot.h"

void *snapshot_each(struct load *l, const struct query *q, size_t *n, int *rc)
{
    struct db_stmt *s = NULL;
    char *array = NULL;
    size_t cap = 0, got = 0;

    if (*rc == 0)
        *rc = db_prepare(l->db, q->sql, &s);
    if (*rc == 0) {
        db_bind_integer(s, 1, l->as_of_ms);
        if (q->by_day)
            db_bind_integer(s, 2, l->as_of_day);
    }
    while (*rc == 0 && (*rc = db_step(l->db, s)) == 1) {
        if (got == cap) {
            cap = cap == 0 ? 64 : cap * 2;
            array = xrealloc(array, cap, q->size);
        }
        memset(array + got * q->size, 0, q->size);
        *rc = q->take(l, s, array + got * q->size);
        if (*rc == 0)
            got++;
        else if (*rc == 1)
            l->s->stray++;
        if (*rc == 1)
            *rc = 0;
    }
    db_finalize(s);
    if (got > 0 && got < cap) /* of millions of rows the room to grow is as much again */
        array = xrealloc(array, got, q->size);
    *n = got;
    return array;
}

int snapshot_corrupt(const char *what, const char *text)
{
    log_warnx(tongue("catatan: %s \"%.40s\" tidak sah; berkas diubah program lain",
                     "records: %s \"%.40s\" is not one; the file was changed by another program"),
              what, text);
    return NILA_ERR_CORRUPT;
}

static int take_farm(struct load *l, struct db_stmt *row, void *element)
{
    struct rec_farm *f = element;
    char text[SITE_NAME_SIZE];

    (void)l;
    db_text(row, 0, f->slug, sizeof f->slug);
    db_text(row, 1, f->name, sizeof f->name);
    db_text(row, 4, f->village, sizeof f->village);
    db_text(row, 5, f->group, sizeof f->group);
    db_text(row, 2, text, sizeof text);
    if (regency_find(text, &f->regency) != 0)
        return snapshot_corrupt("regency", text);
    db_text(row, 3, text, sizeof text);
    if (region_find_kecamatan(text, &f->kecamatan) != 0)
        return snapshot_corrupt("kecamatan", text);
    return 0;
}

static int farm_slug(const void *key, const void *farm)
{
    return strcmp(key, ((const struct rec_farm *)farm)->slug);
}

static int pond_slug(const void *key, const void *pond)
{
    return strcmp(key, ((const struct rec_pond *)pond)->slug);
}

static int take_pond(struct load *l, struct db_stmt *row, void *element)
{
    struct rec_pond *p = element;
    const struct rec_farm *farm;
    char text[SITE_NAME_SIZE];

    db_text(row, 0, p->slug, sizeof p->slug);
    db_text(row, 1, text, sizeof text);
    farm = l->s->farms > 0 ? bsearch(text, l->s->farm, l->s->farms, sizeof *l->s->farm, farm_slug)
                           : NULL;
    if (farm == NULL)
        return snapshot_corrupt("farm", text);
    p->farm = (size_t)(farm - l->s->farm);
    db_text(row, 2, p->name, sizeof p->name);
    db_text(row, 3, text, sizeof text);
    if (pond_system_find(text, &p->system) != 0)
        return snapshot_corrupt("system", text);
    p->area_m2 = db_number(row, 4);
    p->depth_m = db_number(row, 5);
    return 0;
}

/* 0, or NILA_ERR_CORRUPT: foreign keys forbid a row of a pond that is not there. */
static int pond_of(struct load *l, struct db_stmt *row, size_t *out)
{
    char text[SLUG_SIZE];
    long i;

    db_text(row, 0, text, sizeof text);
    i = records_find_pond(l->s, text);
    if (i < 0)
        return snapshot_corrupt("pond", text);
    *out = (size_t)i;
    return 0;
}

static int take_cycle(struct load *l, struct db_stmt *row, void *element)
{
    struct rec_cycle *c = element;
    char sex[16];
    int rc = pond_of(l, row, &c->pond);

    if (rc != 0)
        return rc;
    db_text(row, 1, c->slug, sizeof c->slug);
    c->stocked_day = (int32_t)db_integer(row, 2);
    c->count = db_number(row, 3);
    c->mass_g = db_number(row, 4);
    db_text(row, 5, sex, sizeof sex);
    c->sex = strcmp(sex, "male") == 0    ? SEX_MALE
             : strcmp(sex, "mixed") == 0 ? SEX_MIXED
                                         : SEX_UNKNOWN;
    c->price_idr_each = db_number(row, 6);
    c->closed_day = INT32_MAX;
    return 0;
}

/* First cycle of a pond or of those after it in the sorted array. */
static size_t first_cycle(const struct records_snapshot *s, size_t pond)
{
    size_t lo = 0, hi = s->cycles;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (s->cycle[mid].pond < pond)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

void records_cycles_of(const struct records_snapshot *s, size_t pond, size_t *from, size_t *to)
{
    *from = first_cycle(s, pond);
    *to = first_cycle(s, pond + 1);
}

/* The pond's newest cycle stocked by day (before it: by the day before), -1. */
static long stocked_by(const struct records_snapshot *s, size_t pond, int32_t day, bool before)
{
    long found = -1;

    size_t from, to;

    records_cycles_of(s, pond, &from, &to);
    for (size_t i = from; i < to; i++)
        if (s->cycle[i].stocked_day < day || (!before && s->cycle[i].stocked_day == day))
            found = (long)i;
    return found;
}

static int take_harvest(struct load *l, struct db_stmt *row, void *element)
{
    struct rec_harvest *h = element;
    size_t pond;
    char kind[16];
    long cycle;
    int rc = pond_of(l, row, &pond);

    if (rc != 0)
        return rc;
    h->day = (int32_t)db_integer(row, 1);
    h->kg = db_number(row, 2);
    h->fish_per_kg = db_number(row, 3);
    db_text(row, 4, kind, sizeof kind);
    h->kind = strcmp(kind, "final") == 0    ? HARVEST_FINAL
              : strcmp(kind, "retail") == 0 ? HARVEST_RETAIL
                                            : HARVEST_PARTIAL;
    h->price_idr_kg = db_number(row, 5);
    h->debt_idr = db_number(row, 6);
    /* a pond that is emptied and stocked on one day: what was harvested are the old fish */
    cycle = stocked_by(l->s, pond, h->day, true);
    if (cycle < 0)
        cycle = stocked_by(l->s, pond, h->day, false);
    if (cycle < 0)
        return 1;
    h->cycle = (size_t)cycle;
    return 0;
}

/* A cycle ends with its last final harvest, or else when its pond is stocked again. */
static void close_cycles(struct records_snapshot *s)
{
    for (size_t i = 0; i + 1 < s->cycles; i++)
        if (s->cycle[i + 1].pond == s->cycle[i].pond)
            s->cycle[i].closed_day = s->cycle[i + 1].stocked_day;
    for (size_t i = 0; i < s->harvests; i++) { /* by day: the last final one stays */
        const struct rec_harvest *h = &s->harvest[i];
        if (h->kind == HARVEST_FINAL)
            s->cycle[h->cycle].closed_day = h->day;
    }
}

/* The cycle an event of a living stock belongs to: fed, weighed or dead, on the day of stocking and on that of the final
 * harvest too. -1 when the pond was empty. */
static long alive_on(const struct records_snapshot *s, size_t pond, int32_t day)
{
    long i = stocked_by(s, pond, day, false);

    return i >= 0 && day <= s->cycle[i].closed_day ? i : -1;
}

/* Fills cycle and day; 1 when there is no cycle. */
static int event_of(struct load *l, struct db_stmt *row, size_t *cycle, int32_t *day)
{
    size_t pond;
    long i;
    int rc = pond_of(l, row, &pond);

    if (rc != 0)
        return rc;
    *day = (int32_t)db_integer(row, 1);
    i = alive_on(l->s, pond, *day);
    if (i < 0)
        return 1;
    *cycle = (size_t)i;
    return 0;
}

/* The snapshot's own copy of what was written. */
static const char *feed_kind(struct records_snapshot *s, const char *text)
{
    size_t low = 0, high = s->feed_kinds;

    if (text[0] == '\0')
        return "";
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = strcmp(s->feed_kind[mid], text);

        if (order == 0)
            return s->feed_kind[mid];
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    s->feed_kind = xrealloc(s->feed_kind, s->feed_kinds + 1, sizeof *s->feed_kind);
    memmove(s->feed_kind + low + 1, s->feed_kind + low,
            (s->feed_kinds - low) * sizeof *s->feed_kind);
    s->feed_kinds++;
    s->feed_kind[low] = xstrdup(text);
    return s->feed_kind[low];
}

static int take_feed(struct load *l, struct db_stmt *row, void *element)
{
    struct rec_feed *f = element;
    char kind[SITE_NAME_SIZE];

    f->feed_kg = db_number(row, 2);
    db_text(row, 3, kind, sizeof kind);
    f->kind = feed_kind(l->s, kind);
    f->price_idr_kg = db_number(row, 4);
    return event_of(l, row, &f->cycle, &f->day);
}

static int take_death(struct load *l, struct db_stmt *row, void *element)
{
    struct rec_death *d = element;

    d->count = db_number(row, 2);
    db_text(row, 3, d->cause, sizeof d->cause);
    return event_of(l, row, &d->cycle, &d->day);
}

/* One pond's rows of one day, already summed: fish, mass, rows of single fish, their sum and sum of squares. */
static int take_sample(struct load *l, struct db_stmt *row, void *element)
{
    struct rec_sample *p = element;
    double mass = db_number(row, 3), singles = db_number(row, 4), squares = db_number(row, 5);

    p->fish = db_number(row, 2);
    p->mean_g = mass / p->fish;
    p->cv = NAN;
    if (singles >= 2 && singles == p->fish) {
        double v = (squares - singles * p->mean_g * p->mean_g) / (singles - 1);
        p->cv = sqrt(v > 0 ? v : 0) / p->mean_g;
    }
    return event_of(l, row, &p->cycle, &p->day);
}

#define BY_CYCLE(type)                                    \
    static int type##_order(const void *a, const void *b) \
    {                                                     \
        const struct rec_##type *x = a, *y = b;           \
        if (x->cycle != y->cycle)                         \
            return x->cycle < y->cycle ? -1 : 1;          \
        return (x->day > y->day) - (x->day < y->day);     \
    }
BY_CYCLE(feed)
BY_CYCLE(sample)
BY_CYCLE(death)
BY_CYCLE(harvest)

static void sort(void *array, size_t n, size_t size, int (*order)(const void *, const void *))
{
    if (n > 1)
        qsort(array, n, size, order);
}

/* Of each row the version that was known at ?1. */
#define KNOWN(t) t "entered_on <= ?1 AND " t "until_ms > ?1"
/* A farm or pond is known from its own entry, or from the first entry of a stocking, which cannot be without it; then as it
 * was first entered. */
#define STOCKED(p) \
    "EXISTS (SELECT 1 FROM cycles_all c WHERE c.pond = " p ".pond AND " KNOWN("c.") ")"
#define FIRST(t, table)                                                                     \
    "(" t ".entered_on > ?1 AND NOT EXISTS (SELECT 1 FROM " table "_all o WHERE o.uid = " t \
    ".uid AND (o.entered_on < " t ".entered_on OR (o.entered_on = " t                       \
    ".entered_on AND o.until_ms > " t ".until_ms))))"

/* clang-format off */
static const struct query FARMS = {
    "SELECT f.farm, f.name, f.regency, f.kecamatan, f.village, f.\"group\" FROM farms_all f WHERE (" KNOWN("f.") ") OR "
    "(" FIRST("f", "farms") " AND EXISTS (SELECT 1 FROM ponds_all p WHERE p.farm = f.farm AND ((" KNOWN("p.") ") OR ("
    FIRST("p", "ponds") " AND " STOCKED("p") ")))) ORDER BY f.farm",
    false, sizeof(struct rec_farm), take_farm};
static const struct query PONDS = {
    "SELECT p.pond, p.farm, p.name, p.system, p.area_m2, p.depth_m FROM ponds_all p WHERE (" KNOWN("p.") ") OR ("
    FIRST("p", "ponds") " AND " STOCKED("p") ") ORDER BY p.pond",
    false, sizeof(struct rec_pond), take_pond};
static const struct query CYCLES = {
    "SELECT pond, cycle, stocked_on, count, mass_g, sex, price_idr_each FROM cycles_all WHERE " KNOWN("") " AND stocked_on <= ?2 "
    "ORDER BY pond, stocked_on",
    true, sizeof(struct rec_cycle), take_cycle};
static const struct query HARVESTS = {
    "SELECT pond, \"on\", kg, fish_per_kg, kind, price_idr_kg, debt_idr FROM harvests_all WHERE " KNOWN("") " AND \"on\" <= ?2 "
    "ORDER BY pond, \"on\", id",
    true, sizeof(struct rec_harvest), take_harvest};
static const struct query FEED = {
    "SELECT pond, \"on\", feed_kg, kind, price_idr_kg FROM feed_all WHERE " KNOWN("") " AND \"on\" <= ?2 ORDER BY pond, \"on\", id",
    true, sizeof(struct rec_feed), take_feed};
static const struct query SAMPLES = {
    "SELECT pond, \"on\", sum(ifnull(fish, 1)), sum(ifnull(mass_g, total_g)), sum(mass_g IS NOT NULL), "
    "sum(mass_g * mass_g) FROM samples_all WHERE " KNOWN("") " AND \"on\" <= ?2 GROUP BY pond, \"on\" "
    "ORDER BY pond, \"on\"",
    true, sizeof(struct rec_sample), take_sample};
static const struct query DEATHS = {
    "SELECT pond, \"on\", count, cause FROM deaths_all WHERE " KNOWN("") " AND \"on\" <= ?2 ORDER BY pond, \"on\", id",
    true, sizeof(struct rec_death), take_death};
/* clang-format on */

static int load_all(struct load *l)
{
    struct records_snapshot *s = l->s;
    int rc = 0;

    s->farm = snapshot_each(l, &FARMS, &s->farms, &rc);
    s->pond = snapshot_each(l, &PONDS, &s->ponds, &rc);
    s->cycle = snapshot_each(l, &CYCLES, &s->cycles, &rc);
    s->harvest = snapshot_each(l, &HARVESTS, &s->harvests, &rc);
    if (rc != 0)
        return rc;
    close_cycles(s);
    s->feed = snapshot_each(l, &FEED, &s->feeds, &rc);
    s->sample = snapshot_each(l, &SAMPLES, &s->samples, &rc);
    s->death = snapshot_each(l, &DEATHS, &s->deaths, &rc);
    sort(s->feed, s->feeds, sizeof *s->feed, feed_order);
    sort(s->sample, s->samples, sizeof *s->sample, sample_order);
    sort(s->death, s->deaths, sizeof *s->death, death_order);
    sort(s->harvest, s->harvests, sizeof *s->harvest, harvest_order);
    return rc == 0 ? snapshot_region(l) : rc;
}

int records_snapshot(struct records *r, int64_t as_of_ms, struct records_snapshot **out)
{
    struct load l = {.db = r->db,
                     .s = xcalloc(1, sizeof *l.s),
                     .as_of_ms = as_of_ms,
                     .as_of_day = civil_day(as_of_ms)};
    int rc;

    l.s->as_of_ms = as_of_ms;
    (void)pthread_mutex_lock(&r->lock);
    rc = db_exec(r->db, "BEGIN"); /* all tables as they were at one moment */
    if (rc == 0)
        rc = load_all(&l);
    db_rollback(r->db);
    (void)pthread_mutex_unlock(&r->lock);
    if (rc != 0) {
        records_snapshot_free(l.s);
        return rc;
    }
    *out = l.s;
    return 0;
}

void records_snapshot_free(struct records_snapshot *s)
{
    if (s == NULL)
        return;
    free(s->farm);
    free(s->pond);
    free(s->cycle);
    free(s->feed);
    for (size_t i = 0; i < s->feed_kinds; i++)
        free(s->feed_kind[i]);
    free(s->feed_kind);
    free(s->sample);
    free(s->death);
    free(s->harvest);
    free(s->fingerlings);
    free(s->official);
    free(s->registry);
    free(s->registry_past);
    free(s->assumption);
    free(s->class);
    free(s->survey);
    free(s);
}

long records_find_pond(const struct records_snapshot *s, const char *slug)
{
    const struct rec_pond *p =
        s->ponds > 0 ? bsearch(slug, s->pond, s->ponds, sizeof *s->pond, pond_slug) : NULL;

    return p != NULL ? (long)(p - s->pond) : -1;
}

/* Rows lie by cycle, which is the first member of each: those of one are [*from, *from + *count). */
static void rows_of(const void *row, size_t n, size_t size, size_t cycle, size_t *from,
                    size_t *count)
{
    size_t end[2];

    for (size_t k = 0; k < 2; k++) {
        size_t low = 0, high = n;

        while (low < high) {
            size_t mid = low + (high - low) / 2, at;
            memcpy(&at, (const char *)row + mid * size, sizeof at);
            if (at < cycle + k)
                low = mid + 1;
            else
                high = mid;
        }
        end[k] = low;
    }
    *from = end[0];
    *count = end[1] - end[0];
}
_Static_assert(offsetof(struct rec_feed, cycle) == 0 && offsetof(struct rec_sample, cycle) == 0 &&
                   offsetof(struct rec_death, cycle) == 0 &&
                   offsetof(struct rec_harvest, cycle) == 0,
               "rows_of reads the cycle there");

void records_events_of(const struct records_snapshot *s, size_t cycle, struct rec_events *out)
{
    size_t from;

    *out = (struct rec_events){0};
    rows_of(s->feed, s->feeds, sizeof *s->feed, cycle, &from, &out->feeds);
    if (out->feeds > 0)
        out->feed = s->feed + from;
    rows_of(s->sample, s->samples, sizeof *s->sample, cycle, &from, &out->samples);
    if (out->samples > 0)
        out->sample = s->sample + from;
    rows_of(s->death, s->deaths, sizeof *s->death, cycle, &from, &out->deaths);
    if (out->deaths > 0)
        out->death = s->death + from;
    rows_of(s->harvest, s->harvests, sizeof *s->harvest, cycle, &from, &out->harvests);
    if (out->harvests > 0)
        out->harvest = s->harvest + from;
}

long records_open_cycle(const struct records_snapshot *s, size_t pond, int32_t day)
{
    long i = stocked_by(s, pond, day, false);

    return i >= 0 && day < s->cycle[i].closed_day ? i : -1;
}

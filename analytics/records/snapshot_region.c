/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The part of a snapshot that speaks of the region: fingerlings, official figures, the register, assumptions,
 * classes, the survey. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"
#include "keys.h"
#include "places.h"
#include "snapshot.h"

static int take_fingerlings(struct load *l, struct db_stmt *row, void *element)
{
    struct rec_fingerlings *f = element;
    char text[SITE_NAME_SIZE];

    (void)l;
    f->day = (int32_t)db_integer(row, 0);
    db_text(row, 1, f->hatchery, sizeof f->hatchery);
    db_text(row, 2, text, sizeof text);
    f->kind = strcmp(text, "sale") == 0       ? FINGERLINGS_SOLD
              : strcmp(text, "transfer") == 0 ? FINGERLINGS_TRANSFERRED
                                              : FINGERLINGS_PRODUCED;
    f->count = db_number(row, 3);
    f->size_cm = db_number(row, 4);
    db_text(row, 5, text, sizeof text);
    if (regency_find(text, &f->from) != 0)
        return snapshot_corrupt("regency", text);
    f->to = f->from;
    db_text(row, 6, text, sizeof text);
    if (text[0] != '\0' && regency_find(text, &f->to) != 0)
        return snapshot_corrupt("regency", text);
    return 0;
}

static int take_official(struct load *l, struct db_stmt *row, void *element)
{
    struct rec_official *o = element;
    char system[SITE_NAME_SIZE], code[SITE_NAME_SIZE], name[SITE_NAME_SIZE], reason[256];
    const char *at;

    (void)l;
    db_text(row, 0, system, sizeof system);
    db_text(row, 1, code, sizeof code);
    db_text(row, 2, name, sizeof name);
    if (places_find(system, code, name, o->node, &at, reason, sizeof reason) != 0)
        return snapshot_corrupt("place", code);
    db_text(row, 3, o->period, sizeof o->period);
    if (places_period(o->period, &o->first_month, &o->months) != 0)
        return snapshot_corrupt("period", o->period);
    o->kg = db_number(row, 4);
    db_text(row, 5, name, sizeof name);
    o->final = strcmp(name, "final") == 0;
    o->target = strcmp(name, "target") == 0;
    o->cut_off_day = (int32_t)db_integer(row, 6);
    o->revision = (unsigned)db_integer(row, 7);
    db_text(row, 8, o->source, sizeof o->source);
    return 0;
}

static int take_registry(struct load *l, struct db_stmt *row, void *element)
{
    struct rec_registry *r = element;
    char text[SITE_NAME_SIZE];

    (void)l;
    db_text(row, 0, text, sizeof text);
    if (region_find_kecamatan(text, &r->kecamatan) != 0)
        return snapshot_corrupt("kecamatan", text);
    db_text(row, 1, text, sizeof text);
    if (pond_system_find(text, &r->system) != 0)
        return snapshot_corrupt("system", text);
    r->farms = db_number(row, 2);
    r->ponds = db_number(row, 3);
    r->as_of_day = (int32_t)db_integer(row, 4);
    db_text(row, 5, r->source, sizeof r->source);
    return 0;
}

static int take_assumption(struct load *l, struct db_stmt *row, void *element)
{
    struct rec_assumption *a = element;
    char text[SITE_NAME_SIZE];

    (void)l;
    db_text(row, 0, text, sizeof text);
    if (keys_find(text, &a->key) != 0)
        return snapshot_corrupt("assumption", text);
    db_text(row, 1, a->node, sizeof a->node);
    a->value = db_number(row, 2);
    a->low = db_number(row, 3);
    a->high = db_number(row, 4);
    if (isnan(a->low))
        a->low = a->high = a->value;
    a->first_month = INT32_MIN;
    a->last_month = INT32_MAX;
    db_text(row, 5, text, sizeof text);
    if (text[0] != '\0' && places_months(text, &a->first_month, &a->last_month) != 0)
        return snapshot_corrupt("months", text);
    db_text(row, 6, a->source, sizeof a->source);
    a->day = (int32_t)db_integer(row, 7);
    return 0;
}

static int take_class(struct load *l, struct db_stmt *row, void *element)
{
    struct rec_class *c = element;
    char text[SITE_NAME_SIZE];

    (void)l;
    db_text(row, 0, text, sizeof text);
    if (pond_system_find(text, &c->system) != 0)
        return snapshot_corrupt("system", text);
    db_text(row, 1, c->name, sizeof c->name);
    db_text(row, 2, c->source, sizeof c->source);
    c->day = (int32_t)db_integer(row, 3);
    return 0;
}

static int take_survey(struct load *l, struct db_stmt *row, void *element)
{
    struct rec_survey *v = element;
    char text[SITE_NAME_SIZE];
    unsigned months;

    (void)l;
    db_text(row, 0, text, sizeof text);
    if (places_period(text, &v->first_month, &months) != 0 || months != 3)
        return snapshot_corrupt("quarter", text);
    db_text(row, 1, text, sizeof text);
    if (region_find_kecamatan(text, &v->kecamatan) != 0)
        return snapshot_corrupt("kecamatan", text);
    db_text(row, 2, text, sizeof text);
    if (pond_system_find(text, &v->system) != 0)
        return snapshot_corrupt("system", text);
    v->serial = (unsigned)db_integer(row, 3);
    v->day = (int32_t)db_integer(row, 4);
    db_text(row, 5, text, sizeof text);
    v->found = strcmp(text, "yes") == 0;
    v->kg = db_number(row, 6);
    if (!v->found || isnan(v->kg))
        v->kg = 0;
    return 0;
}

static int three_way(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int official_same(const void *x, const void *y)
{
    const struct rec_official *a = x, *b = y;
    int c = three_way(a->target, b->target);

    c = c != 0 ? c : strcmp(a->node, b->node);
    c = c != 0 ? c : three_way(a->first_month, b->first_month);
    return c != 0 ? c : three_way(a->months, b->months);
}

static int registry_same(const void *x, const void *y)
{
    const struct rec_registry *a = x, *b = y;
    int c = three_way((int64_t)a->kecamatan, (int64_t)b->kecamatan);

    return c != 0 ? c : three_way(a->system, b->system);
}

static int class_same(const void *x, const void *y)
{
    const struct rec_class *a = x, *b = y;

    return three_way(a->system, b->system);
}

static int survey_same(const void *x, const void *y)
{
    const struct rec_survey *a = x, *b = y;
    int c = three_way(a->first_month, b->first_month);

    c = c != 0 ? c : three_way((int64_t)a->kecamatan, (int64_t)b->kecamatan);
    c = c != 0 ? c : three_way(a->system, b->system);
    return c != 0 ? c : three_way(a->serial, b->serial);
}

static int assumption_same(const void *x, const void *y)
{
    const struct rec_assumption *a = x, *b = y;
    int c = three_way(a->key, b->key);

    c = c != 0 ? c : strcmp(a->node, b->node);
    c = c != 0 ? c : three_way(a->first_month, b->first_month);
    return c != 0 ? c : three_way(a->last_month, b->last_month);
}

/* Keeps the last of those that are the same, as the query put the newest last; then sorts. Few rows: each is looked up. */
static size_t newest(void *array, size_t n, size_t size, int (*same)(const void *, const void *))
{
    char *a = array;
    size_t kept = 0;

    for (size_t i = 0; i < n; i++) {
        size_t k = 0;

        while (k < kept && same(a + k * size, a + i * size) != 0)
            k++;
        if (k != i)
            memmove(a + k * size, a + i * size, size);
        kept += k == kept;
    }
    if (kept > 1)
        qsort(a, kept, size, same);
    return kept;
}

/* Targets are sorted behind the figures; from here on nothing that counts figures meets one. */
static void part_targets(struct records_snapshot *s)
{
    size_t all = s->officials;

    while (s->officials > 0 && s->official[s->officials - 1].target)
        s->officials--;
    s->targets = all - s->officials;
    s->target = s->targets > 0 ? s->official + s->officials : NULL;
}

/* clang-format off */
static const struct query FINGERLINGS = {
    "SELECT \"on\", hatchery, kind, count, size_cm, \"from\", \"to\" FROM fingerlings_all WHERE entered_on <= ?1 AND until_ms > ?1 AND "
    "\"on\" <= ?2 ORDER BY \"on\", id",
    true, sizeof(struct rec_fingerlings), take_fingerlings};
static const struct query OFFICIAL = {
    "SELECT code_system, code, name, period, kg, status, cut_off, revision, source FROM official_all WHERE "
    "entered_on <= ?1 AND until_ms > ?1 AND cut_off <= ?2 ORDER BY revision, cut_off, id",
    true, sizeof(struct rec_official), take_official};
static const struct query REGISTRY = {
    "SELECT kecamatan, system, farms, ponds, as_of, source FROM registry_all WHERE entered_on <= ?1 AND until_ms > ?1 AND as_of <= ?2 "
    "ORDER BY as_of, id",
    true, sizeof(struct rec_registry), take_registry};
static const struct query ASSUMPTIONS = {
    "SELECT key, node, value, low, high, months, source, \"on\" FROM assumptions_all WHERE entered_on <= ?1 AND until_ms > ?1 AND \"on\" <= ?2 "
    "ORDER BY \"on\", id",
    true, sizeof(struct rec_assumption), take_assumption};
static const struct query CLASSES = {
    "SELECT system, class, source, \"on\" FROM classes_all WHERE entered_on <= ?1 AND until_ms > ?1 AND \"on\" <= ?2 ORDER BY \"on\", id",
    true, sizeof(struct rec_class), take_class};
static const struct query SURVEY = {
    "SELECT quarter, kecamatan, system, serial, \"on\", found, kg_quarter FROM survey_all WHERE entered_on <= ?1 AND until_ms > ?1 AND "
    "\"on\" <= ?2 ORDER BY \"on\", id",
    true, sizeof(struct rec_survey), take_survey};
/* clang-format on */

int snapshot_region(struct load *l)
{
    struct records_snapshot *s = l->s;
    int rc = 0;

    s->fingerlings = snapshot_each(l, &FINGERLINGS, &s->fingerling_rows, &rc);
    s->official = snapshot_each(l, &OFFICIAL, &s->officials, &rc);
    s->registry = snapshot_each(l, &REGISTRY, &s->registers, &rc);
    s->assumption = snapshot_each(l, &ASSUMPTIONS, &s->assumptions, &rc);
    s->class = snapshot_each(l, &CLASSES, &s->classes, &rc);
    s->survey = snapshot_each(l, &SURVEY, &s->surveys, &rc);
    s->officials = newest(s->official, s->officials, sizeof *s->official, official_same);
    part_targets(s);
    s->registers_past = s->registers;
    s->registry_past = xcalloc(s->registers + 1, sizeof *s->registry_past);
    if (s->registers > 0)
        memcpy(s->registry_past, s->registry, s->registers * sizeof *s->registry);
    s->registers = newest(s->registry, s->registers, sizeof *s->registry, registry_same);
    s->assumptions = newest(s->assumption, s->assumptions, sizeof *s->assumption, assumption_same);
    s->classes = newest(s->class, s->classes, sizeof *s->class, class_same);
    s->surveys = newest(s->survey, s->surveys, sizeof *s->survey, survey_same);
    return rc;
}

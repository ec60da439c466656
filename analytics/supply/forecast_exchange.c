/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "forecast_exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"
#include "collector/common/tongue.h"

/* --- what is the office's own --- */

static bool node_in(const char *node, enum regency office)
{
    size_t k;

    if (strcmp(node, regency_slug(office)) == 0)
        return true;
    return region_find_kecamatan(node, &k) == 0 && region_kecamatan(k)->regency == office;
}

/* A list with the rows of which keep says true, in their order. */
static void *kept(const void *rows, size_t n, size_t size, enum regency office,
                  bool (*keep)(const void *row, enum regency office), size_t *left)
{
    char *to = xcalloc(n + 1, size);

    *left = 0;
    for (size_t k = 0; k < n; k++) {
        const char *row = (const char *)rows + k * size;

        if (keep(row, office))
            memcpy(to + (*left)++ * size, row, size);
    }
    return to;
}

static bool keep_official(const void *row, enum regency office)
{
    return node_in(((const struct rec_official *)row)->node, office);
}

static bool keep_registry(const void *row, enum regency office)
{
    return region_kecamatan(((const struct rec_registry *)row)->kecamatan)->regency == office;
}

static bool keep_survey(const void *row, enum regency office)
{
    return region_kecamatan(((const struct rec_survey *)row)->kecamatan)->regency == office;
}

int forecast_exchange_own(const struct records_snapshot *s, enum regency office,
                          struct records_snapshot **out, char *why, size_t why_size)
{
    struct records_snapshot *own;

    for (size_t k = 0; k < s->farms; k++)
        if (s->farm[k].regency != office) {
            (void)snprintf(why, why_size,
                           tongue("pertukaran: pembudidaya %s dari %s tercatat di sini; kantor %s "
                                  "hanya mencatat kabupatennya",
                                  "exchange: farm %s of %s is on record here; the office of %s "
                                  "keeps its own regency alone"),
                           s->farm[k].slug, regency_name(s->farm[k].regency), regency_name(office));
            return NILA_ERR_CONFIG;
        }
    own = xcalloc(1, sizeof *own);
    *own = *s;
    own->official = kept(s->official, s->officials + s->targets, sizeof *s->official, office,
                         keep_official, &own->officials);
    own->targets = 0; /* counted again: they lie behind the figures */
    while (own->officials > 0 && own->official[own->officials - 1].target) {
        own->officials--;
        own->targets++;
    }
    own->target = own->official + own->officials;
    own->registry = kept(s->registry, s->registers, sizeof *s->registry, office, keep_registry,
                         &own->registers);
    own->registry_past = kept(s->registry_past, s->registers_past, sizeof *s->registry_past, office,
                              keep_registry, &own->registers_past);
    own->survey =
        kept(s->survey, s->surveys, sizeof *s->survey, office, keep_survey, &own->surveys);
    *out = own;
    return 0;
}

void forecast_exchange_own_free(struct records_snapshot *s)
{
    if (s == NULL)
        return;
    free(s->official);
    free(s->registry);
    free(s->registry_past);
    free(s->survey);
    free(s);
}

/* --- evidence before, draws after --- */

static double *copy_of(const double *kg, size_t n)
{
    double *copy = xcalloc(n, sizeof *copy);

    memcpy(copy, kg, n * sizeof *copy);
    return copy;
}

/* The head and the draws, without evidence. */
static struct exchange *draws_copy(const struct exchange *x)
{
    const size_t n = (size_t)x->months * x->draws;
    struct exchange *copy = xcalloc(1, sizeof *copy);

    *copy = *x;
    copy->evidence = NULL;
    copy->tracked = copy_of(x->tracked, n);
    copy->untracked = x->untracked != NULL ? copy_of(x->untracked, n) : NULL;
    return copy;
}

void forecast_exchange_begin(struct forecast *f, const struct forecast_request *q)
{
    const struct supply_input in = {.records = f->snapshot,
                                    .water = f->water,
                                    .as_of_day = q->as_of_day,
                                    .months = q->months,
                                    .draws = q->draws,
                                    .seed = q->seed};
    const struct exchange *other = q->exchange->other;
    struct exchange *own = xcalloc(1, sizeof *own);
    char digest[SHA256_HEX_SIZE];

    *own = (struct exchange){.office = q->exchange->office,
                             .as_of_day = q->as_of_day,
                             .seed = q->seed,
                             .draws = q->draws,
                             .months = q->months,
                             .evidence = evidence_of(&in, q->exchange->office)};
    f->own = own;
    evidence_digest(own->evidence, digest);
    f->given = (struct forecast_given){
        .state = exchange_state_of(other, q->as_of_day, q->seed, q->draws, q->months, digest),
        .office = own->office};
    f->evidence[own->office] = own->evidence;
    if (other == NULL)
        return;
    f->given.as_of_day = other->as_of_day;
    f->given.issued_ms = other->issued_ms;
    f->given.farms = other->farms;
    f->given.ponds = other->ponds;
    if (other->as_of_day == q->as_of_day) {
        f->other_evidence = evidence_copy(other->evidence);
        f->evidence[other->office] = f->other_evidence;
        evidence_digest(other->evidence, own->with);
    }
    if (f->given.state == EXCHANGE_APART || f->given.state == EXCHANGE_SETTLED)
        f->other = draws_copy(other);
}

static void add(double *to, const double *kg, size_t n)
{
    for (size_t k = 0; to != NULL && kg != NULL && k < n; k++)
        to[k] += kg[k];
}

/* kg is what tracked and untracked are together; without parts it is the tracked. */
static void add_given(struct supply_forecast *s, const struct exchange *x)
{
    const size_t n = (size_t)s->months * s->draws;
    const size_t nodes[] = {SUPPLY_JOINT, supply_node_regency(x->office),
                            supply_node_kecamatan(supply_first_kecamatan(x->office))};

    s->undivided[x->office] = true;

    if (x->untracked != NULL && s->untracked_kg == NULL) { /* from here on there are parts */
        s->tracked_kg = copy_of(s->kg, SUPPLY_NODES * n);
        s->untracked_kg = xcalloc(SUPPLY_NODES * n, sizeof *s->untracked_kg);
    }
    for (size_t k = 0; k < sizeof nodes / sizeof nodes[0]; k++) {
        const size_t at = nodes[k] * n;

        add(s->kg + at, x->tracked, n);
        add(s->kg + at, x->untracked, n);
        if (s->untracked_kg != NULL) {
            add(s->tracked_kg + at, x->tracked, n);
            add(s->untracked_kg + at, x->untracked, n);
        }
        s->tracked[nodes[k]] += x->ponds;
    }
}

void forecast_exchange_add(const struct forecast *f, struct supply_forecast *s)
{
    if (f->other != NULL)
        add_given(s, f->other);
}

void forecast_exchange_end(struct forecast *f, double farms[DEMAND_NODES])
{
    struct supply_forecast *s = f->supply;
    const size_t node = supply_node_regency(f->own->office), n = (size_t)s->months * s->draws;

    f->own->issued_ms = s->issued_ms;
    f->own->farms = (unsigned)farms[node];
    f->own->ponds = s->tracked[node];
    if (f->own->farms >= EVIDENCE_FARMS) {
        f->own->tracked = copy_of(supply_tracked(s, node, 1), n);
        if (s->untracked_kg != NULL)
            f->own->untracked = copy_of(supply_untracked(s, node, 1), n);
    }
    if (f->other == NULL)
        return;
    add_given(s, f->other);
    farms[supply_node_regency(f->other->office)] += f->other->farms;
    farms[SUPPLY_JOINT] += f->other->farms;
}

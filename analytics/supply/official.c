/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "official.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "paths.h"

enum {
    PERIOD = 16,                      /* bytes of its name */
    LINKS = 3 * SUPPLY_MONTHS_MAX + 4 /* a month has at most a quarter and a year above it */
};

/* With parts, all tracked bottoms come before all untracked ones. */
static struct hierarchy *places(bool parts, char *why, size_t why_size)
{
    struct hierarchy_link link[SUPPLY_NODES + 2 * REGION_KECAMATAN_COUNT];
    char name[2 * REGION_KECAMATAN_COUNT][16];
    size_t links = SUPPLY_NODES;
    struct hierarchy_fault at;
    struct hierarchy *h = NULL;

    for (size_t n = 0; n < SUPPLY_NODES; n++) {
        link[n] = (struct hierarchy_link){supply_node_code(n), ""};
        if (n >= supply_node_kecamatan(0))
            link[n].parent = regency_slug(region_kecamatan(n - supply_node_kecamatan(0))->regency);
        else if (n != SUPPLY_JOINT)
            link[n].parent = supply_node_code(SUPPLY_JOINT);
    }
    for (size_t k = 0; parts && k < 2 * (size_t)REGION_KECAMATAN_COUNT; k++) {
        const char *code = region_kecamatan(k % REGION_KECAMATAN_COUNT)->code;

        (void)snprintf(name[k], sizeof name[k], "%s/%s", code,
                       k < REGION_KECAMATAN_COUNT ? "in" : "out");
        link[links++] = (struct hierarchy_link){name[k], code};
    }
    if (hierarchy_new(&h, link, links, &at, why, why_size) != 0)
        fatal(tongue("pohon kabupaten: %s", "the tree of the regencies: %s"),
              why); /* its codes are our own */
    return h;
}

/* Does a period of so many months, counted from its year's January, lie within the leads? begun: or begin before and end there. */
static bool whole(int32_t month, int32_t length, int32_t first, unsigned months, bool begun)
{
    int32_t begin = month - month % length;

    return (begun || begin >= first) && begin + length <= first + (int32_t)months;
}

static void name_quarter(char *to, int32_t month)
{
    (void)snprintf(to, PERIOD, "%04d-Q%d", (int)(month / 12), (int)(month % 12) / 3 + 1);
}

static void name_year(char *to, int32_t month)
{
    (void)snprintf(to, PERIOD, "%04d", (int)(month / 12));
}

struct periods {
    char text[LINKS][2][PERIOD];
    struct hierarchy_link link[LINKS];
    size_t n;
};

/* Once: months of one quarter name it again and again. */
static void add(struct periods *p, const char *node, const char *parent)
{
    for (size_t i = 0; i < p->n; i++)
        if (strcmp(p->text[i][0], node) == 0 && strcmp(p->text[i][1], parent) == 0)
            return;
    (void)snprintf(p->text[p->n][0], PERIOD, "%s", node);
    (void)snprintf(p->text[p->n][1], PERIOD, "%s", parent);
    p->link[p->n] = (struct hierarchy_link){p->text[p->n][0], p->text[p->n][1]};
    p->n++;
}

/* A quarter without its whole year stands beside the others as a top of its own; "all" holds them together. */
static struct hierarchy *periods(int32_t first, unsigned months, bool begun, char *why,
                                 size_t why_size)
{
    struct periods p = {.n = 0};
    struct hierarchy_fault at;
    struct hierarchy *h = NULL;

    add(&p, "all", "");
    for (unsigned k = 0; k < months; k++) {
        int32_t m = first + (int32_t)k;
        char month[PERIOD], quarter[PERIOD], year[PERIOD];
        bool in_quarter = whole(m, 3, first, months, begun);
        bool in_year = whole(m, 12, first, months, begun);

        (void)snprintf(month, sizeof month, "%04d-%02d", (int)(m / 12), (int)(m % 12) + 1);
        name_quarter(quarter, m);
        name_year(year, m);
        if (in_year)
            add(&p, year, "all");
        if (in_quarter)
            add(&p, quarter, in_year ? year : "all");
        add(&p, month, in_quarter ? quarter : in_year ? year : "all");
    }
    if (hierarchy_new(&h, p.link, p.n, &at, why, why_size) != 0)
        fatal(tongue("periode ramalan: %s", "the forecast's periods: %s"), why);
    return h;
}

static int tree_of(struct hierarchy **out, bool parts, bool begun, int32_t first_month,
                   unsigned months, char *why, size_t why_size)
{
    struct hierarchy *a, *b;
    int rc;

    if (months < 1 || months > SUPPLY_MONTHS_MAX) {
        (void)snprintf(why, why_size, tongue("%u bulan; 1..%d", "%u months; 1..%d"), months,
                       SUPPLY_MONTHS_MAX);
        return NILA_ERR_RANGE;
    }
    a = places(parts, why, why_size);
    b = periods(first_month, months, begun, why, why_size);
    rc = hierarchy_cross(out, a, b, why, why_size);
    hierarchy_free(a);
    hierarchy_free(b);
    return rc;
}

int official_hierarchy(struct hierarchy **out, int32_t first_month, unsigned months, char *why,
                       size_t why_size)
{
    return tree_of(out, false, false, first_month, months, why, why_size);
}

static int find_nodes(const struct hierarchy *h, const struct official_figure *figure, size_t n,
                      struct combine_figure *found, char *why, size_t why_size)
{
    for (size_t i = 0; i < n; i++) {
        char id[2 * HIERARCHY_ID_MAX];

        (void)snprintf(id, sizeof id, "%s@%s", figure[i].node, figure[i].period);
        found[i] = (struct combine_figure){
            .node = hierarchy_find(h, id), .kg = figure[i].kg, .log_sd = figure[i].log_sd};
        if (found[i].node == HIERARCHY_NONE) {
            (void)snprintf(
                why, why_size,
                tongue("angka %zu: tidak ada simpul %.40s, atau %.40s tidak seluruhnya di dalam "
                       "ramalan",
                       "figure %zu: no node %.40s, or %.40s is not wholly within the forecast"),
                i + 1, figure[i].node, figure[i].period);
            return NILA_ERR_NOT_FOUND;
        }
    }
    return 0;
}

/* Kecamatan by month lie in the forecast as the bottoms do; what is above them is added up anew. */
static void put_back(const struct supply_forecast *f, double *all, const double *bottom)
{
    size_t block = (size_t)f->months * f->draws;

    memset(all, 0, supply_node_kecamatan(0) * block * sizeof *all);
    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++)
        for (size_t x = 0; x < block; x++) {
            double kg = bottom[k * block + x];

            all[supply_node_kecamatan(k) * block + x] = kg;
            all[supply_node_regency(region_kecamatan(k)->regency) * block + x] += kg;
        }
    for (size_t r = 0; r < REGENCY_COUNT; r++)
        for (size_t x = 0; x < block; x++)
            all[SUPPLY_JOINT * block + x] += all[supply_node_regency((enum regency)r) * block + x];
}

int official_combine(struct supply_forecast *f, const double *record_kg, const double *const *known,
                     const struct official_figure *figure, size_t figures, uint64_t seed,
                     struct combine_report *report, char *why, size_t why_size)
{
    const size_t cells = (size_t)REGION_KECAMATAN_COUNT * f->months * f->draws;
    const bool parts = f->untracked_kg != NULL;
    const size_t from = supply_node_kecamatan(0);
    struct combine_figure *found = xcalloc(figures, sizeof *found);
    double *bottom = xcalloc(2 * cells, sizeof *bottom);
    double *record = xcalloc(2 * (size_t)REGION_KECAMATAN_COUNT * f->months, sizeof *record);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    struct hierarchy *h = NULL;
    int rc = tree_of(&h, parts, known != NULL, f->first_month, f->months, why, why_size);

    if (rng == NULL)
        fatal(tongue("memori habis", "no memory"));
    gsl_rng_set(rng, paths_stream(seed, "official"));
    memcpy(bottom, supply_tracked(f, from, 1), cells * sizeof *bottom);
    if (parts)
        memcpy(bottom + cells, supply_untracked(f, from, 1), cells * sizeof *bottom);
    if (rc == 0)
        rc = find_nodes(h, figure, figures, found, why, why_size);
    if (record_kg != NULL) /* nothing is on record of what is outside */
        memcpy(record, record_kg, cells / f->draws * sizeof *record);
    if (rc == 0)
        rc =
            combine(h, bottom, f->draws, record, known, found, figures, rng, report, why, why_size);
    if (rc == 0 && !parts)
        put_back(f, f->kg, bottom);
    if (rc == 0 && parts) {
        put_back(f, f->tracked_kg, bottom);
        put_back(f, f->untracked_kg, bottom + cells);
        for (size_t x = 0; x < SUPPLY_NODES * (size_t)f->months * f->draws; x++)
            f->kg[x] = f->tracked_kg[x] + f->untracked_kg[x];
    }
    gsl_rng_free(rng);
    hierarchy_free(h);
    free(bottom);
    free(found);
    free(record);
    return rc;
}

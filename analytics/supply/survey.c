/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "survey.h"

#include <stdio.h>
#include <stdlib.h>

#include <gsl/gsl_randist.h>

#include "balance.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "paths.h"

#define CELLS ((size_t)REGION_KECAMATAN_COUNT * POND_SYSTEM_COUNT)

/* Visits of each cell, no more than it has units; what does not fit goes to the cells after it. */
static void allot(const struct untracked *u, size_t n, long long visits[CELLS])
{
    double share[CELLS];
    long long units[CELLS], left = (long long)n;
    bool any = false;

    for (size_t c = 0; c < CELLS; c++) {
        const struct untracked_cell *cell = &u->cell[c / POND_SYSTEM_COUNT][c % POND_SYSTEM_COUNT];

        share[c] = cell->outside;
        units[c] = cell->outside > 0 ? (long long)cell->units : 0;
        visits[c] = 0;
        any = any || units[c] > 0;
    }
    if (!any)
        return;
    balance_split(share, CELLS, (long long)n, visits);
    for (size_t c = 0; c < CELLS; c++) {
        visits[c] = visits[c] > units[c] ? units[c] : visits[c];
        left -= visits[c];
    }
    for (size_t c = 0; c < CELLS && left > 0; c++) {
        long long more = units[c] - visits[c] < left ? units[c] - visits[c] : left;

        visits[c] += more;
        left -= more;
    }
}

static void draw_cell(gsl_rng *rng, size_t c, const struct untracked_cell *cell, size_t visits,
                      struct survey_unit *unit)
{
    size_t of = (size_t)cell->units;
    unsigned *serial = xcalloc(of, sizeof *serial), *chosen = xcalloc(visits, sizeof *chosen);

    for (size_t i = 0; i < of; i++)
        serial[i] = (unsigned)i + 1;
    if (gsl_ran_choose(rng, chosen, visits, serial, of, sizeof *serial) != 0)
        fatal(tongue("survey: kunjungan lebih banyak daripada satuan",
                     "survey: more visits than units")); /* allot sees to it */
    for (size_t i = 0; i < visits; i++)
        unit[i] = (struct survey_unit){.kecamatan = c / POND_SYSTEM_COUNT,
                                       .system = (enum pond_system)(c % POND_SYSTEM_COUNT),
                                       .serial = chosen[i],
                                       .of = (unsigned)of,
                                       .by_pond = cell->by_pond};
    free(serial);
    free(chosen);
}

size_t survey_draw(const struct untracked *u, size_t n, const char *quarter, uint64_t seed,
                   struct survey_unit *unit)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    long long visits[CELLS];
    char name[64];
    size_t drawn = 0;

    if (rng == NULL)
        fatal(tongue("memori habis", "no memory"));
    allot(u, n, visits);
    for (size_t c = 0; c < CELLS; c++) {
        enum pond_system y = (enum pond_system)(c % POND_SYSTEM_COUNT);
        size_t k = c / POND_SYSTEM_COUNT;

        if (visits[c] == 0)
            continue;
        (void)snprintf(name, sizeof name, "survey/%.16s/%s/%s", quarter, region_kecamatan(k)->code,
                       pond_system_name(y));
        gsl_rng_set(rng, paths_stream(seed, name));
        draw_cell(rng, c, &u->cell[k][y], (size_t)visits[c], unit + drawn);
        drawn += (size_t)visits[c];
    }
    gsl_rng_free(rng);
    return drawn;
}

void survey_csv(struct buf *b, const char *quarter, const struct survey_unit *unit, size_t n)
{
    buf_str(b, "quarter,kecamatan,system,serial,on,found,kg_quarter\n");
    for (size_t i = 0; i < n; i++)
        buf_printf(b, "%s,%s,%s,%u,,,\n", quarter, region_kecamatan(unit[i].kecamatan)->code,
                   pond_system_name(unit[i].system), unit[i].serial);
}

void survey_words(struct buf *b, const struct survey_unit *unit, size_t n, bool english)
{
    static const char *const SYSTEM[POND_SYSTEM_COUNT][2] = {
        [POND_SYSTEM_POND] = {"kolam", "pond"},
        [POND_SYSTEM_BIOFLOC] = {"bioflok", "biofloc"},
        [POND_SYSTEM_TARPAULIN] = {"kolam terpal", "tarpaulin"},
        [POND_SYSTEM_CAGE] = {"keramba", "cage"},
    };

    for (size_t i = 0; i < n; i++) {
        const struct survey_unit *s = &unit[i];
        const struct kecamatan *k = region_kecamatan(s->kecamatan);

        buf_printf(b,
                   english ? "%zu. %s %s, %s: %s no. %u of %u in the register's order\n"
                           : "%zu. %s %s, %s: %s nomor %u dari %u menurut urutan register\n",
                   i + 1, k->code, k->name, SYSTEM[s->system][english ? 1 : 0],
                   s->by_pond ? "unit"
                   : english  ? "farm"
                              : "pembudidaya",
                   s->serial, s->of);
    }
    buf_str(b, english ? "Of a number that is on record here take the next one that is not.\n"
                       : "Bila nomor itu sudah tercatat di sini, ambil nomor berikutnya yang belum "
                         "tercatat.\n");
}

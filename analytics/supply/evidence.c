/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evidence.h"

#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"
#include "smoother.h"

struct evidence *evidence_new(enum regency regency, int32_t as_of_day)
{
    const size_t square = (size_t)EVIDENCE_WEEKS * EVIDENCE_WEEKS, each = square + EVIDENCE_WEEKS;
    struct evidence *e = xcalloc(1, sizeof *e);

    e->regency = regency;
    e->as_of_day = as_of_day;
    e->block = xcalloc(POND_SYSTEM_COUNT * each, sizeof *e->block);
    for (size_t y = 0; y < POND_SYSTEM_COUNT; y++)
        e->sum[y] = (struct smoother_normal){e->block + y * each, e->block + y * each + square};
    return e;
}

void evidence_free(struct evidence *e)
{
    if (e == NULL)
        return;
    free(e->block);
    free(e);
}

struct evidence *evidence_copy(const struct evidence *e)
{
    const size_t each = (size_t)EVIDENCE_WEEKS * EVIDENCE_WEEKS + EVIDENCE_WEEKS;
    struct evidence *copy = evidence_new(e->regency, e->as_of_day);
    struct evidence own = *copy;

    *copy = *e;
    copy->block = own.block;
    memcpy(copy->sum, own.sum, sizeof copy->sum);
    memcpy(copy->block, e->block, POND_SYSTEM_COUNT * each * sizeof *copy->block);
    return copy;
}

/* Farms of the regency whose cycles count, by system and of all. */
static void count_farms(const struct supply_input *in, struct evidence *e,
                        unsigned of[POND_SYSTEM_COUNT])
{
    const struct records_snapshot *s = in->records;
    bool *seen = xcalloc(s->farms * (POND_SYSTEM_COUNT + 1), sizeof *seen);

    for (size_t c = 0; c < s->cycles; c++) {
        const struct rec_pond *pond = &s->pond[s->cycle[c].pond];
        bool *row = seen + pond->farm * (POND_SYSTEM_COUNT + 1);

        if (s->farm[pond->farm].regency != e->regency || !smoother_counts(in, c))
            continue;
        e->cycles++;
        of[pond->system] += !row[pond->system];
        e->farms += !row[POND_SYSTEM_COUNT];
        row[pond->system] = row[POND_SYSTEM_COUNT] = true;
    }
    free(seen);
}

struct evidence *evidence_of(const struct supply_input *in, enum regency regency)
{
    const size_t each = (size_t)EVIDENCE_WEEKS * EVIDENCE_WEEKS + EVIDENCE_WEEKS;
    struct evidence *e = evidence_new(regency, in->as_of_day);
    unsigned farms[POND_SYSTEM_COUNT] = {0};

    count_farms(in, e, farms);
    if (e->farms < EVIDENCE_FARMS) {
        e->farms = e->cycles = 0;
        return e;
    }
    smoother_tell(in, e);
    for (size_t y = 0; y < POND_SYSTEM_COUNT; y++) {
        e->told[y] = farms[y] >= EVIDENCE_FARMS;
        if (!e->told[y])
            memset(e->sum[y].a, 0, each * sizeof *e->sum[y].a);
    }
    return e;
}

static void digest_numbers(struct sha256 *s, const double *x, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        double v = x[k] == 0 ? 0 : x[k]; /* -0 is 0 */
        uint64_t bits;
        uint8_t byte[sizeof bits];

        memcpy(&bits, &v, sizeof bits);
        for (size_t b = 0; b < sizeof bits; b++)
            byte[b] = (uint8_t)(bits >> (8 * b));
        sha256_add(s, byte, sizeof byte);
    }
}

void evidence_digest(const struct evidence *e, char out[static SHA256_HEX_SIZE])
{
    const size_t each = (size_t)EVIDENCE_WEEKS * EVIDENCE_WEEKS + EVIDENCE_WEEKS;
    const double head[] = {(double)e->regency, e->as_of_day, (double)e->seasons};
    uint8_t digest[SHA256_BYTES];
    struct sha256 s;

    sha256_init(&s);
    digest_numbers(&s, head, sizeof head / sizeof head[0]);
    digest_numbers(&s, e->block, POND_SYSTEM_COUNT * each);
    for (size_t k = 0; k < e->seasons; k++) {
        const struct evidence_season *y = &e->season[k];
        const double row[] = {(double)y->kind, y->year, (double)y->weeks};

        digest_numbers(&s, row, sizeof row / sizeof row[0]);
        digest_numbers(&s, y->ln_ratio[0], y->weeks * SMOOTHER_LOSSES);
    }
    sha256_done(&s, digest);
    sha256_hex(out, digest);
}

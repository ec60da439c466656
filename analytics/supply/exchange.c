/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "exchange.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/civil.h"
#include "collector/common/log.h"
#include "supply.h"

#define HEADER "what,name,row,column,value\n"
#define SEAL   "seal,,,,"

static const char *const EVENT[PATHS_EVENT_KINDS] = {"acid", "low_flow"};

void exchange_free(struct exchange *x)
{
    if (x == NULL)
        return;
    evidence_free(x->evidence);
    free(x->tracked);
    free(x->untracked);
    free(x);
}

int32_t exchange_as_of(int32_t day)
{
    int32_t since = (day + 4) % 7; /* day 0, 1970-01-01, was a Thursday */

    return day - (since < 0 ? since + 7 : since);
}

enum exchange_state exchange_state_of(const struct exchange *other, int32_t as_of_day,
                                      uint64_t seed, unsigned draws, unsigned months,
                                      const char *own_digest)
{
    if (other == NULL || other->tracked == NULL)
        return EXCHANGE_MISSING;
    if (other->as_of_day != as_of_day || other->seed != seed || other->draws != draws ||
        other->months < months)
        return EXCHANGE_STALE;
    return strcmp(other->with, own_digest) == 0 ? EXCHANGE_SETTLED : EXCHANGE_APART;
}

const char *exchange_words(enum exchange_state s, bool english)
{
    static const char *const WORDS[][2] = {
        [EXCHANGE_NONE] = {"", ""},
        [EXCHANGE_MISSING] = {"Angka kantor lain belum ada: jumlah gabungan hanya memuat satu "
                              "kabupaten.",
                              "The other office's figures are not here: the joint sums hold one "
                              "regency alone."},
        [EXCHANGE_STALE] = {"Angka kantor lain dari minggu lain, atau dengan setelan lain (seed, "
                            "simulasi, bulan): tidak dijumlahkan.",
                            "The other office's figures are of another week, or made with other "
                            "settings (seed, draws, months): they are not added."},
        [EXCHANGE_APART] = {"Kedua sisi dijumlahkan, tetapi belum saling memakai catatan terbaru: "
                            "rentang gabungan sedikit meleset sampai pertukaran berikut.",
                            "Both sides are added, but have not yet used each other's newest "
                            "records: the joint range is slightly off until the next exchange."},
        [EXCHANGE_SETTLED] = {"Kedua sisi cocok: cuaca dan kejadian yang sama di setiap simulasi.",
                              "Both sides fit: the same weather and events in every draw."},
    };

    return WORDS[s][english];
}

/* --- writing --- */

static void write_evidence(const struct evidence *e, struct buf *b)
{
    buf_printf(b, "evidence,farms,,,%u\nevidence,cycles,,,%u\n", e->farms, e->cycles);
    for (int y = 0; y < POND_SYSTEM_COUNT; y++) {
        const struct smoother_normal *s = &e->sum[y];
        const char *name = pond_system_name((enum pond_system)y);

        if (!e->told[y])
            continue;
        buf_printf(b, "told,%s,,,1\n", name);
        for (size_t w = 0; w < EVIDENCE_WEEKS; w++) {
            if (s->b[w] != 0)
                buf_printf(b, "b,%s,%zu,,%.17g\n", name, w, s->b[w]);
            for (size_t v = 0; v <= w; v++)
                if (s->a[w * EVIDENCE_WEEKS + v] != 0)
                    buf_printf(b, "a,%s,%zu,%zu,%.17g\n", name, w, v, s->a[w * EVIDENCE_WEEKS + v]);
        }
    }
    for (size_t k = 0; k < e->seasons; k++) {
        const struct evidence_season *y = &e->season[k];

        buf_printf(b, "season,%s,%d,,%zu\n", EVENT[y->kind], y->year, y->weeks);
        for (size_t w = 0; w < y->weeks; w++)
            for (size_t l = 0; l < SMOOTHER_LOSSES; l++)
                buf_printf(b, "loss,,%zu,%zu,%.17g\n", w, l, y->ln_ratio[w][l]);
    }
}

static void write_draws(const char *what, const double *kg, unsigned months, unsigned draws,
                        struct buf *b)
{
    for (unsigned m = 0; kg != NULL && m < months; m++)
        for (unsigned i = 0; i < draws; i++)
            buf_printf(b, "%s,,%u,%u,%.4f\n", what, m + 1, i + 1, kg[(size_t)m * draws + i]);
}

static void seal_of(const char *bytes, size_t n, const void *key, size_t key_size,
                    uint8_t out[SHA256_BYTES])
{
    struct hmac_sha256 m;

    hmac_sha256_init(&m, key, key_size);
    hmac_sha256_add(&m, bytes, n);
    hmac_sha256_done(&m, out);
}

void exchange_write(const struct exchange *x, const void *key, size_t key_size, struct buf *b)
{
    size_t from = b->n;
    uint8_t seal[SHA256_BYTES];
    char day[16], hex[SHA256_HEX_SIZE];

    (void)civil_format_day(day, sizeof day, x->as_of_day);
    buf_str(b, HEADER);
    buf_printf(b, "version,,,,1\noffice,,,,%s\nas_of,,,,%s\nseed,,,,%" PRIu64 "\n",
               regency_slug(x->office), day, x->seed);
    buf_printf(b, "draws,,,,%u\nmonths,,,,%u\nissued,,,,%" PRId64 "\nfarms,,,,%u\nponds,,,,%u\n",
               x->draws, x->months, x->issued_ms, x->farms, x->ponds);
    write_evidence(x->evidence, b);
    if (x->with[0] != '\0')
        buf_printf(b, "with,,,,%s\n", x->with);
    write_draws("tracked", x->tracked, x->months, x->draws, b);
    write_draws("untracked", x->untracked, x->months, x->draws, b);
    seal_of(b->p + from, b->n - from, key, key_size, seal);
    sha256_hex(hex, seal);
    buf_printf(b, SEAL "%s\n", hex);
}

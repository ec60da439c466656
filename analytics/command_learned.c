/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a forecast has learned of all ponds of a system together, and from how many cycles: for people and for programs. */
#include <stdio.h>

#include "analytics/commands_own.h"

/* Below which oxygen fish of a system grow less: learned, or why not. */
static void oxygen_words(bool english, const char *system, const struct oxygen_learned *k)
{
    if (k->learned)
        (void)fprintf(stderr,
                      english ? "%s: growth is less below %.1f mg/L of oxygen (%.1f-%.1f), learned "
                                "from %zu cycles\n"
                              : "%s: oksigen menahan pertumbuhan di bawah %.1f mg/L (%.1f-%.1f), "
                                "dipelajari dari %zu siklus\n",
                      system, k->felt.full_mg_l, k->full_p10, k->full_p90, k->cycles);
    else if (k->cycles > 0)
        (void)fprintf(stderr,
                      english ? "%s: the oxygen limit stays at %.1f mg/L: %zu cycles with measured "
                                "oxygen do not tell enough to learn it\n"
                              : "%s: batas oksigen tetap %.1f mg/L: %zu siklus dengan oksigen "
                                "terukur belum cukup untuk mempelajarinya\n",
                      system, k->felt.full_mg_l, k->cycles);
    if (k->strange > 0)
        (void)fprintf(stderr,
                      english ? "%s: %zu cycles not used for the oxygen limit: a sample is odd\n"
                              : "%s: %zu siklus tidak dipakai untuk batas oksigen: ada sampling "
                                "yang janggal\n",
                      system, k->strange);
}

/* How sharply its farmers keep to the buyer's size. */
static void hazard_words(bool english, const char *system, const struct hazard_learned *k)
{
    if (k->learned)
        (void)fprintf(stderr,
                      english ? "%s: the time of harvest follows the buyer's size within %.0f %% "
                                "(%.0f-%.0f %%), learned from %zu harvests\n"
                              : "%s: waktu panen mengikuti ukuran pembeli dengan kelonggaran "
                                "%.0f %% (%.0f-%.0f %%), dipelajari dari %zu panen\n",
                      system, 100 * k->width, 100 * k->p10, 100 * k->p90, k->cycles);
    else if (k->cycles > 0)
        (void)fprintf(stderr,
                      english ? "%s: the time of harvest follows the buyer's size within the usual "
                                "%.0f %%: %zu harvests do not tell enough to learn it\n"
                              : "%s: waktu panen mengikuti ukuran pembeli dengan kelonggaran biasa "
                                "%.0f %%: %zu panen belum cukup untuk mempelajarinya\n",
                      system, 100 * k->width, k->cycles);
}

void command_learned_words(const struct command_options *o, const struct forecast *f)
{
    (void)fflush(stdout);
    for (int y = 0; y < POND_SYSTEM_COUNT; y++) {
        const char *system = pond_system_name((enum pond_system)y);

        oxygen_words(o->english, system, &f->oxygen[y]);
        hazard_words(o->english, system, &f->supply->hazard[y]);
    }
}

void command_learned_json(const struct forecast *f, FILE *out)
{
    struct buf b = {0};

    (void)fputs("{\"learned\":[", out);
    for (int y = 0; y < POND_SYSTEM_COUNT; y++) {
        const struct oxygen_learned *k = &f->oxygen[y];
        const struct hazard_learned *h = &f->supply->hazard[y];

        (void)fprintf(out,
                      "%s\n{\"system\":\"%s\",\"do_full_mg_l\":%.3f,\"do_none_mg_l\":%.3f,"
                      "\"do_learned\":%s,\"do_cycles\":%zu,\"do_strange\":%zu,"
                      "\"do_full_p10_mg_l\":%.3f,\"do_full_p90_mg_l\":%.3f,",
                      y > 0 ? "," : "", pond_system_name((enum pond_system)y), k->felt.full_mg_l,
                      k->felt.none_mg_l, k->learned ? "true" : "false", k->cycles, k->strange,
                      k->full_p10, k->full_p90);
        (void)fprintf(out,
                      "\"harvest_width\":%.4f,\"harvest_learned\":%s,\"harvest_cycles\":%zu,"
                      "\"harvest_width_p10\":%.4f,\"harvest_width_p90\":%.4f}",
                      h->width, h->learned ? "true" : "false", h->cycles, h->p10, h->p90);
    }
    (void)fputs("\n]", out);
    if (f->supply->draws > 0) {
        forecast_json(f, &b);
        (void)fprintf(out, ",\n\"forecast\":%s", b.p);
        buf_free(&b);
    }
    (void)fputs("}\n", out);
}

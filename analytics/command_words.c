/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What forecast tells the person who ran it, on stderr beside its files. */
#include <stdarg.h>
#include <stdio.h>

#include "analytics/commands_own.h"
#include "analytics/records/keys.h"
#include "analytics/supply/accuracy_out.h"
#include "analytics/supply/smoother.h"
#include "collector/common/buf.h"
#include "collector/common/civil.h"
#include "collector/common/clock.h"

void command_say(const struct command_options *o, const char *indonesian, const char *english, ...)
{
    va_list ap;

    va_start(ap, english);
    (void)vfprintf(stderr, o->english ? english : indonesian, ap);
    va_end(ap);
}

static void forecast_words(const struct command_options *o, const struct forecast *f,
                           const char *path)
{
    const struct supply_forecast *s = f->supply;
    char day[16];

    (void)civil_format_day(day, sizeof day, s->as_of_day);
    command_say(
        o,
        "%s: keadaan %s, %u bulan, %u simulasi, %u kolam dengan siklus berjalan, %zu dengan data "
        "sensor\n",
        "%s: as of %s, %u months, %u draws, %u ponds with an open cycle, %zu with sensor data\n",
        path, day, s->months, s->draws, s->tracked[SUPPLY_JOINT], f->ponds_with_water);
    if (s->as_of_day > civil_day(clock_wall_ms()))
        command_say(o, "%s masih di masa depan: belum ada catatan sampai hari itu\n",
                    "%s is still to come: records reach up to today only\n", day);
    if (s->tracked[SUPPLY_JOINT] == 0)
        command_say(o, "tidak ada kolam dengan siklus berjalan pada tanggal itu\n",
                    "no pond had an open cycle on that date\n");
}

enum {
    QUESTIONS_SHOWN = 20
};

/* Ponds whose records hold something that does not fit; what it is stands on the pond's page. */
static void question_words(const struct command_options *o, const struct forecast *f)
{
    size_t told = 0, more = 0;

    for (size_t p = 0; p < f->ponds; p++) {
        const struct supply_pond *e = &f->pond[p];
        char day[16];

        if (e->cycle < 0 || e->doubts == 0)
            continue;
        if (told++ >= QUESTIONS_SHOWN) {
            more++;
            continue;
        }
        (void)civil_format_day(day, sizeof day, e->doubt[e->doubts - 1].day);
        command_say(
            o,
            "kolam %s: ada catatan yang tidak cocok (terakhir %s); tetap dihitung, tanyakan: lihat "
            "halaman kolam\n",
            "pond %s: records that do not fit (the last of %s); counted all the same, to be asked "
            "about: see the pond's page\n",
            f->snapshot->pond[p].slug, day);
    }
    if (more > 0)
        command_say(o, "... dan %zu kolam lagi\n", "... and %zu ponds more\n", more);
}

static void say_regency(const struct command_options *o, const struct forecast *f, int r)
{
    const struct untracked_regency *u = &f->untracked->regency[r];

    if (u->gap != UNTRACKED_TOLD) {
        command_say(o, "%s: %s\n", "%s: %s\n", regency_slug((enum regency)r),
                    untracked_words(u->gap, o->english));
        return;
    }
    command_say(
        o,
        "%s: %.0f kolam menurut register, %.0f di luar pantauan; hasil sekolam %.2f kali kolam "
        "terpantau (dugaan awal %.2f; dari %zu angka resmi dan %zu kunjungan); cakupan %.0f %% "
        "(%.0f-%.0f %%)\n",
        "%s: %.0f ponds by the register, %.0f not followed; a pond's yield %.2f times a tracked "
        "one's (prior %.2f; from %zu official figures and %zu visits); coverage %.0f %% "
        "(%.0f-%.0f %%)\n",
        regency_slug((enum regency)r), u->ponds, u->outside, u->ratio, u->prior_ratio, u->figures,
        u->visits, 100 * u->coverage.p50, 100 * u->coverage.p10, 100 * u->coverage.p90);
    if (u->visits_odd > 0)
        command_say(o, "%s: %zu kunjungan tidak dipakai: nomornya tidak ada di register\n",
                    "%s: %zu visits not used: the register has no such number\n",
                    regency_slug((enum regency)r), u->visits_odd);
}

/* How the ponds outside were counted, what is refused, and where register and records contradict each other. */
static void untracked_words_of(const struct command_options *o, const struct forecast *f)
{
    if (f->untracked == NULL)
        return;
    for (int r = 0; r < REGENCY_COUNT; r++)
        say_regency(o, f, r);
    for (size_t i = 0; i < f->untracked->questions; i++) {
        const struct untracked_question *q = &f->untracked->question[i];

        command_say(o,
                    "%s %s %s: %.0f %s tercatat di sini, di register %.0f; periksa registernya\n",
                    "%s %s %s: %.0f %s on record here, %.0f in the register; check the register\n",
                    region_kecamatan(q->kecamatan)->code, region_kecamatan(q->kecamatan)->name,
                    pond_system_name(q->system), q->on_record,
                    q->by_pond   ? (o->english ? "ponds" : "kolam")
                    : o->english ? "farms"
                                 : "pembudidaya",
                    q->registered);
    }
}

/* Which official figures were used, and which not and why; what is missing for a balance. */
static void balance_words_of(const struct command_options *o, const struct forecast *f)
{
    const struct neraca *n = f->neraca;

    for (size_t i = 0; i < f->figures->n; i++) {
        const struct figure *y = &f->figures->figure[i];
        const char *words = figure_words(y, o->english);

        command_say(o, "angka resmi %s %s (%s): %s\n", "official figure %s %s (%s): %s\n",
                    y->record.node, y->record.period, y->record.source,
                    words[0] != '\0' ? words
                    : o->english     ? "used"
                                     : "dipakai");
    }
    for (size_t i = 0; i < f->snapshot->targets; i++) {
        const struct figure y = {.record = f->snapshot->target[i]};

        command_say(o, "sasaran %s %s (%s): %.0f kg; %s\n", "target %s %s (%s): %.0f kg; %s\n",
                    y.record.node, y.record.period, y.record.source, y.record.kg,
                    figure_words(&y, o->english));
    }
    for (size_t node = 1; node < DEMAND_NODES; node++)
        if (n->gap[node] != NERACA_TOLD)
            command_say(o, "%s: %s%s%s\n", "%s: %s%s%s\n", supply_node_code(node),
                        neraca_words(n->gap[node], o->english),
                        n->gap[node] == NERACA_NO_DEMAND ? ": " : "",
                        n->gap[node] == NERACA_NO_DEMAND ? keys_info(n->missing[node])->name : "");
}

/* Where earlier forecasts have changed the spread. */
static void recalibration_words(const struct command_options *o, const struct recalibration *r)
{
    struct buf b = {0};

    accuracy_factor_words(&b, r, o->english);
    if (b.n > 0)
        (void)fputs(b.p, stderr);
    buf_free(&b);
}

/* What the ponds' records told of the weather and events that they share. */
static void learned_words(const struct command_options *o, const struct smoother_found *l)
{
    static const char *const EVENT[PATHS_EVENT_KINDS][2] = {
        [PATHS_ACID] = {"banjir air asam", "an acid flush"},
        [PATHS_LOW_FLOW] = {"air sungai surut", "low rivers"},
    };

    if (l->weeks == 0)
        return;
    for (int r = 0; r < REGENCY_COUNT; r++) {
        double q[3];

        smoother_growth(l, (enum regency)r, q);
        command_say(o,
                    "%s: ikan minggu ini tumbuh %.0f %% dari laju biasa (%.0f-%.0f %%) karena "
                    "cuaca, harga pakan dan asap, menurut %zu penimbangan pada %zu siklus\n",
                    "%s: fish grow at %.0f %% of the usual rate this week (%.0f-%.0f %%) by "
                    "weather, feed price and haze, from %zu samples of %zu cycles\n",
                    regency_slug((enum regency)r), 100 * q[1], 100 * q[0], 100 * q[2], l->samples,
                    l->cycles);
    }
    for (int k = 0; k < PATHS_EVENT_KINDS; k++)
        if (l->season[k])
            command_say(o, "peluang %s pada musim terakhir: kotim %.0f %%, seruyan %.0f %%\n",
                        "chance of %s in the last season: kotim %.0f %%, seruyan %.0f %%\n",
                        EVENT[k][o->english], 100 * l->event_p[k][REGENCY_KOTIM],
                        100 * l->event_p[k][REGENCY_SERUYAN]);
}

void command_words(const struct command_options *o, const struct forecast *f, const char *path)
{
    forecast_words(o, f, path);
    question_words(o, f);
    learned_words(o, &f->supply->learned);
    untracked_words_of(o, f);
    balance_words_of(o, f);
    recalibration_words(o, &f->recalibration);
    command_learned_words(o, f);
}

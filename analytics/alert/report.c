/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "collector/common/civil.h"
#include "collector/common/log.h"

/* Half a night seen is enough to say that nothing fell; a value below the limit says it fell, however little was seen. */
static const double SEEN_ENOUGH = 0.5;

static bool died_after(const struct records_snapshot *s, size_t pond, int32_t day)
{
    size_t from, to;

    records_cycles_of(s, pond, &from, &to);
    for (size_t c = from; c < to; c++) {
        struct rec_events rows;

        records_events_of(s, c, &rows);
        for (size_t i = 0; i < rows.deaths; i++)
            if (rows.death[i].day >= day && rows.death[i].day <= day + REPORT_DEATHS_DAYS &&
                rows.death[i].count > 0)
                return true;
    }
    return false;
}

static void take_night(struct report_pond *o, const struct rec_night *g)
{
    bool below = g->lowest < g->threshold; /* false for NaN */

    o->warned += g->warned_ms != 0;
    if (!below && (g->judged_ms == 0 || !(g->seen_share >= SEEN_ENOUGH)))
        o->unknown++;
    else if (below && g->warned_ms != 0)
        o->right++;
    else if (below)
        o->missed++;
}

void report_month(const struct records_snapshot *s, int32_t month, const struct rec_alarm *alarm,
                  size_t alarms, const struct rec_night *night, size_t nights,
                  struct report_pond **out)
{
    struct report_pond *o = xcalloc(s->ponds, sizeof *o);

    for (size_t p = 0; p < s->ponds; p++) {
        memcpy(o[p].pond, s->pond[p].slug, sizeof o[p].pond);
        memcpy(o[p].name, s->pond[p].name, sizeof o[p].name);
    }
    for (size_t i = 0; i < alarms; i++) {
        const struct rec_alarm *a = &alarm[i];
        long p = records_find_pond(s, a->subject);

        if (p < 0 || a->worst != ALARM_DANGER || civil_month(a->raised_ms) != month)
            continue;
        o[p].sirens++;
        o[p].acknowledged += a->acked_how[0] != '\0';
        o[p].deaths += died_after(s, (size_t)p, civil_day(a->raised_ms));
    }
    for (size_t i = 0; i < nights; i++) {
        long p = records_find_pond(s, night[i].pond);

        if (p >= 0 && civil_month_of_day(night[i].day) == month)
            take_night(&o[p], &night[i]);
    }
    *out = o;
}

void report_sentence(char *buf, size_t size, const struct report_pond *p, bool english)
{
    int n =
        snprintf(buf, size,
                 english ? "This month: %d night warnings, %d truly fell below the limit, %d missed"
                         : "Bulan ini: %d peringatan malam, %d benar turun di bawah batas, %d "
                           "terlewat",
                 p->warned, p->right, p->missed);

    if (p->unknown > 0 && n > 0 && (size_t)n < size)
        (void)snprintf(buf + n, size - (size_t)n,
                       english ? " (%d nights not measured enough)" : " (%d malam kurang terukur)",
                       p->unknown);
}

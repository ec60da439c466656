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
    for (size_t i = 0; i < s->deaths; i++)
        if (s->cycle[s->death[i].cycle].pond == pond && s->death[i].day >= day &&
            s->death[i].day <= day + REPORT_DEATHS_DAYS && s->death[i].count > 0)
            return true;
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
        for (size_t i = 0; i < alarms; i++) {
            const struct rec_alarm *a = &alarm[i];

            if (a->worst != ALARM_DANGER || civil_month(a->raised_ms) != month ||
                strcmp(a->subject, s->pond[p].slug) != 0)
                continue;
            o[p].sirens++;
            o[p].acknowledged += a->acked_how[0] != '\0';
            o[p].deaths += died_after(s, p, civil_day(a->raised_ms));
        }
        for (size_t i = 0; i < nights; i++)
            if (civil_month_of_day(night[i].day) == month &&
                strcmp(night[i].pond, s->pond[p].slug) == 0)
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

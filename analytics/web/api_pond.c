/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "/api/v1/ponds/SLUG" and "/api/v1/alarms". */
#include "analytics/web/api_own.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analytics/web/html.h"
#include "collector/common/civil.h"

static void series(struct buf *b, const char *name, const struct series *s)
{
    buf_printf(b, "\"%s\":[", name);
    for (size_t i = 0; i < s->n; i++) {
        buf_str(b, i == 0 ? "{" : ",{");
        api_time(b, "time", s->ts_ms[i]);
        buf_str(b, ",");
        api_number(b, "mean", s->value[i], 4);
        buf_str(b, "}");
    }
    buf_str(b, "]");
}

const char *api_span(enum page_span s)
{
    static const char *const NAME[PAGE_SPANS] = {"24h", "7d", "cycle"};

    return NAME[s];
}

static void last_day(struct buf *b, const struct page_day *d)
{
    buf_printf(b, "\"series\":{\"span\":\"%s\",\"ready\":%s", api_span(d->span),
               d->ready ? "true" : "false");
    if (d->ready) {
        buf_str(b, ",");
        api_time(b, "from", d->from_ms);
        buf_str(b, ",");
        api_time(b, "to", d->to_ms);
        buf_str(b, ",");
        series(b, "do_mg_l", &d->oxygen);
        buf_str(b, ",");
        series(b, "temp_c", &d->temp);
    }
    buf_str(b, "}");
}

static void quantiles(struct buf *b, const char *name, const struct night_quantiles *q)
{
    buf_printf(b, "\"%s\":{", name);
    api_number(b, "p10", q->p10, 3);
    buf_str(b, ",");
    api_number(b, "p50", q->p50, 3);
    buf_str(b, ",");
    api_number(b, "p90", q->p90, 3);
    buf_str(b, "}");
}

static void one_night(struct buf *b, const char *name, const struct night_forecast *f)
{
    buf_printf(b, "\"%s\":{", name);
    api_time(b, "issued_at", f->issue_ms);
    buf_str(b, ",");
    api_time(b, "until", f->until_ms);
    buf_str(b, ",");
    quantiles(b, "min_do_mg_l", &f->min);
    buf_str(b, ",");
    api_time(b, "min_at", f->min_at_ms);
    buf_str(b, ",\"p_below\":[");
    for (int i = 0; i < NIGHT_LIMITS; i++) {
        buf_str(b, i == 0 ? "{" : ",{");
        api_number(b, "do_mg_l", NIGHT_LIMIT_MG_L[i], 2);
        buf_str(b, ",");
        api_number(b, "p", f->p_below[i], 4);
        buf_str(b, "}");
    }
    buf_str(b, "],\"path\":[");
    for (int k = 0; k < f->steps; k++) {
        buf_str(b, k == 0 ? "{" : ",{");
        api_time(b, "time", f->issue_ms + (k + 1) * NIGHT_STEP_MS);
        buf_str(b, ",");
        api_number(b, "mean", f->mean[k], 3);
        buf_str(b, ",");
        quantiles(b, "do_mg_l", &f->path[k]);
        buf_str(b, "}");
    }
    buf_str(b, "]}");
}

static void night(struct buf *b, const struct page_night *n)
{
    buf_str(b, "\"night\":");
    if (n == NULL || !n->ready) {
        buf_str(b, "null");
        return;
    }
    buf_printf(b, "{\"nights\":%d,\"tried_on_peat\":%s,", n->nights,
               NIGHT_TRIED_ON_PEAT ? "true" : "false");
    api_time(b, "fouled_since", n->fouled_ms);
    buf_str(b, ",");
    one_night(b, "without_aerator", &n->without);
    if (n->both) {
        buf_str(b, ",");
        one_night(b, "with_aerator", &n->with);
    }
    buf_str(b, "}");
}

static void limits(struct buf *b, const struct page_model *m, const struct page_pond *p)
{
    struct status_limits own = *page_limits(m, p);

    buf_str(b, "\"limits\":{");
    for (size_t i = 0; i < STATUS_LIMIT_COUNT; i++) {
        buf_str(b, i == 0 ? "" : ",");
        api_number(b, STATUS_LIMIT[i].name, *status_limit_at(&own, i), 4);
    }
    buf_str(b, "}");
}

/* INT32_MAX: null. */
static void day_or_null(struct buf *b, const char *name, int32_t day)
{
    if (day == INT32_MAX)
        buf_printf(b, "\"%s\":null", name);
    else
        api_day(b, name, day);
}

/* What follows from the records alone (fish/derived.h). */
static void figures(struct buf *b, const struct page_cycle *c)
{
    const struct derived *d = &c->derived;
    const struct {
        const char *name;
        double v;
        int decimals;
    } V[] = {{"mean_g", d->mean_g, 1},
             {"gain_g_day", d->gain_g_day, 2},
             {"sgr_pct_day", d->sgr_pct_day, 2},
             {"survival_pct", d->survival_pct, 1},
             {"biomass_kg", d->biomass_kg, 1},
             {"feed_kg", d->feed_kg, 1},
             {"harvested_kg", d->harvested_kg, 1},
             {"fcr", d->fcr, 2},
             {"cost_idr_kg", d->cost_idr_kg, 0},
             {"target_g", PAGE_TARGET_G, 0},
             {"target_kg", c->target.kg, 1}};

    buf_str(b, "\"figures\":");
    if (!c->known) {
        buf_str(b, "null");
        return;
    }
    buf_printf(b, "{\"day\":%d,", (int)d->day_of_culture);
    day_or_null(b, "weighed_on", d->weighed ? d->weighed_day : INT32_MAX);
    for (size_t i = 0; i < sizeof V / sizeof V[0]; i++) {
        buf_str(b, ",");
        api_number(b, V[i].name, V[i].v, V[i].decimals);
    }
    buf_str(b, ",");
    day_or_null(b, "target_on", c->target.on);
    buf_str(b, "}");
}

static void cycle(struct buf *b, const struct page_pond *p, const struct page_cycle *c, bool hidden)
{
    const struct supply_pond *e = &p->estimate;

    buf_str(b, "\"cycle\":");
    if (!p->has_cycle || hidden) {
        buf_str(b, "null");
        return;
    }
    buf_str(b, "{");
    api_day(b, "stocked_on", p->stocked_day);
    buf_str(b, ",");
    api_number(b, "stocked_fish", p->stocked, 0);
    buf_str(b, ",");
    figures(b, c);
    buf_str(b, ",\"estimate\":");
    if (!p->has_estimate) {
        buf_str(b, "null}");
        return;
    }
    buf_str(b, "{");
    api_number(b, "mass_g_p10", e->mass_g_p10, 1);
    buf_str(b, ",");
    api_number(b, "mass_g_p50", e->mass_g_p50, 1);
    buf_str(b, ",");
    api_number(b, "mass_g_p90", e->mass_g_p90, 1);
    buf_str(b, ",");
    api_number(b, "fish_p50", e->count_p50, 0);
    buf_str(b, ",");
    api_number(b, "biomass_kg_p50", e->biomass_kg_p50, 1);
    buf_str(b, ",");
    api_number(b, "harvest_kg_p10", e->harvest_kg_p10, 1);
    buf_str(b, ",");
    api_number(b, "harvest_kg_p50", e->harvest_kg_p50, 1);
    buf_str(b, ",");
    api_number(b, "harvest_kg_p90", e->harvest_kg_p90, 1);
    buf_str(b, ",");
    day_or_null(b, "harvest_on_p10", e->harvest_day_p10);
    buf_str(b, ",");
    day_or_null(b, "harvest_on_p50", e->harvest_day_p50);
    buf_str(b, ",");
    day_or_null(b, "harvest_on_p90", e->harvest_day_p90);
    buf_printf(b, ",\"questions\":%zu}}", e->doubts);
}

void api_pond(struct buf *b, const struct page_model *m, const struct page_pond *p,
              const struct page_day *day)
{
    buf_str(b, "{");
    api_text(b, "notice", m->notice);
    buf_str(b, ",");
    api_time(b, "now", m->now_ms);
    buf_str(b, ",");
    api_time(b, "read_at", m->read_ms);
    buf_str(b, ",");
    api_time(b, "away_since", m->away_since_ms);
    buf_str(b, ",");
    api_pond_members(b, m, p);
    buf_printf(b, ",\"alarms_reach_nobody\":%s,\"aerator\":{\"on\":%s,",
               p->unserved ? "true" : "false", p->aerator ? "true" : "false");
    api_time(b, "said_at", p->aerator_ms);
    buf_str(b, "},\n");
    limits(b, m, p);
    buf_str(b, ",\n");
    cycle(b, p, &day->cycle, m->without_fish);
    buf_str(b, ",\n");
    night(b, day->night);
    buf_str(b, ",\n");
    last_day(b, day);
    buf_str(b, "}\n");
}

/* --- alarms --- */

void api_part_members(struct buf *b, const struct api_part *part, size_t total, const char *next)
{
    buf_printf(b, "\"limit\":%zu,\"total\":%zu,", part->limit, total);
    if (next != NULL)
        api_text(b, "next", next);
    else
        buf_str(b, "\"next\":null");
}

static void alarm_key(const struct rec_alarm *a, char out[static API_AFTER_SIZE])
{
    (void)snprintf(out, API_AFTER_SIZE, "%lld", (long long)a->id);
}

int api_alarms_from(const struct page_model *m, const char *after, size_t *at)
{
    char key[API_AFTER_SIZE];

    *at = 0;
    for (size_t i = 0; *after != '\0' && i < m->board.alarms; i++) {
        alarm_key(&m->board.alarm[i], key);
        if (strcmp(key, after) == 0) {
            *at = i + 1;
            return 0;
        }
    }
    return *after == '\0' ? 0 : NILA_ERR_NOT_FOUND;
}

static void alarm(struct buf *b, const struct rec_alarm *a)
{
    buf_printf(b, "{\"id\":%lld,", (long long)a->id);
    api_text(b, "subject", a->subject);
    buf_str(b, ",");
    api_text(b, "group", a->group);
    buf_str(b, ",");
    api_text(b, "cause", a->cause);
    buf_printf(b, ",\"severity\":\"%s\",\"worst\":\"%s\",\"open\":%s,",
               alarm_severity_name(a->severity), alarm_severity_name(a->worst),
               a->cleared_ms == 0 ? "true" : "false");
    api_time(b, "first_seen", a->first_ms);
    buf_str(b, ",");
    api_time(b, "raised_at", a->raised_ms);
    buf_str(b, ",");
    api_time(b, "told_at", a->told_ms);
    buf_str(b, ",");
    api_time(b, "acked_at", a->acked_ms);
    buf_str(b, ",");
    api_time(b, "snoozed_until", a->snooze_ms);
    buf_str(b, ",");
    api_time(b, "cleared_at", a->cleared_ms);
    buf_str(b, ",");
    api_number(b, "value", a->value, 4);
    buf_str(b, ",");
    api_number(b, "threshold", a->threshold, 4);
    buf_str(b, "}");
}

void api_alarms(struct buf *b, const struct page_model *m, const struct api_part *part)
{
    char next[API_AFTER_SIZE] = "";
    size_t from, end;

    if (api_alarms_from(m, part->after, &from) != 0)
        from = m->board.alarms; /* the route has refused it */
    end = m->board.alarms - from > part->limit ? from + part->limit : m->board.alarms;
    if (end < m->board.alarms)
        alarm_key(&m->board.alarm[end - 1], next);
    buf_str(b, "{");
    api_text(b, "notice", m->notice);
    buf_str(b, ",");
    api_time(b, "now", m->now_ms);
    buf_printf(b, ",\"watch_silent\":%s,", page_watch_silent(m) ? "true" : "false");
    api_part_members(b, part, m->board.alarms, end < m->board.alarms ? next : NULL);
    buf_str(b, ",\"alarms\":[");
    for (size_t i = from; i < end; i++) {
        buf_str(b, i == from ? "" : ",\n");
        alarm(b, &m->board.alarm[i]);
    }
    buf_str(b, "]}\n");
}

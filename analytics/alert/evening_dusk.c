/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The forecast of the coming night: the ponds of a farm are read one after the other, then foretold, as they learn from each other. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/handheld.h"
#include "analytics/scene.h"
#include "collector/common/civil.h"
#include "collector/common/log.h"
#include "evening.h"

/* --- reading --- */

/* All is read: the pond's model. */
static int make_model(const struct evening_work *k, struct evening_item *i,
                      const struct series_source *s)
{
    struct night_model *m = NULL;
    int rc = night_reading_model(i->reading, series_aerator_a(s), &m);

    if (rc == 0)
        rc = scene_aerator(k->press, k->presses, i->pond, k->issue_ms, m);
    if (rc != 0) {
        night_model_free(m);
        return rc;
    }
    night_model_free(i->model);
    i->model = m;
    return 0;
}

/* True: the pond has more to be read. */
static bool read_more(struct evening_work *k, struct evening_item *i, const struct look *l,
                      struct series_source *s)
{
    const struct look_pond *p = look_find(l, i->pond);
    int rc = 0;

    if (i->state != EVENING_WAITS || p == NULL || p->empty)
        return false;
    i->failed = 0;
    if (!p->answered)
        rc = p->failed != 0 ? p->failed : NILA_ERR_TIMEOUT; /* or it was not asked: later */
    else if (!p->known)
        return false;
    if (rc == 0 && i->reading == NULL)
        i->reading = night_reading_new(i->pond, k->issue_ms, true);
    if (rc == 0)
        rc = night_reading_next(i->reading, s);
    if (rc > 0)
        return true;
    if (rc == 0)
        rc = make_model(k, i, s);
    i->failed = rc; /* why: told by series */
    night_reading_free(i->reading);
    i->reading = NULL;
    return false;
}

/* --- foretelling --- */

/* From the pond's own nights, with what other ponds of the farm know; or from one reading of this evening: of the series when its
 * nights are few, on record also when its probe is silent or there is none. *made false: neither. */
static int predict(const struct evening_work *k, struct evening_item *i, size_t to,
                   struct series_source *s, bool *made)
{
    struct night_model **peer = xcalloc(to - k->first, sizeof(void *));
    struct night_ask ask = {.issue_ms = k->issue_ms, .peers = peer};
    struct handheld_ask hand = {.press = k->press,
                                .presses = k->presses,
                                .pond = i->pond,
                                .now_ms = k->now_ms,
                                .peers = peer};
    int natural = 0, aerated = 0, rc = 0;

    for (size_t n = k->first; n < to; n++)
        if (&k->item[n] != i && k->item[n].model != NULL)
            peer[ask.n_peers++] = k->item[n].model;
    hand.n_peers = ask.n_peers;
    *made = i->model != NULL && night_model_forecast(i->model, &ask, &i->forecast[0]) == 0;
    ask.aerated = true;
    if (*made && night_model_forecast(i->model, &ask, &i->forecast[1]) != 0)
        i->forecast[1].steps = 0; /* not known */
    if (i->model != NULL)
        night_model_nights(i->model, k->issue_ms, &natural, &aerated);
    if (i->model != NULL && natural < NIGHT_NIGHTS_MIN)
        hand.series = s;
    if (!*made)
        rc = handheld_night(&hand, &i->forecast[0], made);
    free(peer);
    return rc;
}

static struct rec_night nothing_foretold(const struct evening_work *k, const struct look_pond *p)
{
    struct rec_night g = {.day = civil_day(k->now_ms),
                          .threshold = p->limits.do_watch_mg_l,
                          .issued_ms = k->issue_ms,
                          .p_below = NAN,
                          .min_p10 = NAN,
                          .min_p50 = NAN,
                          .min_p90 = NAN,
                          .lowest = NAN,
                          .seen_share = NAN};

    (void)snprintf(g.pond, sizeof g.pond, "%s", p->slug);
    return g;
}

static void keep_unread(struct evening_item *i, int rc)
{
    i->state = EVENING_UNREAD;
    i->failed = rc;
    (void)snprintf(i->night.basis, sizeof i->night.basis, "%s", NIGHT_BASIS_UNREAD);
    if (!i->said)
        log_warnx("pond %s: no forecast of tonight yet: its readings could not be read (%s); tried "
                  "again every ten minutes until 22:00",
                  i->pond, nila_err_text(rc));
    i->said = true;
}

static void foretell(struct evening_work *k, struct evening_item *i, size_t to,
                     const struct look *l, struct series_source *s)
{
    const struct look_pond *p = look_find(l, i->pond);
    struct rec_night *g = &i->night;
    bool made = false;
    int rc;

    if (i->state != EVENING_WAITS || i->peer)
        return;
    i->state = EVENING_NOTHING;
    if (p == NULL || p->empty)
        return;
    *g = nothing_foretold(k, p);
    free(i->forecast);
    i->forecast = xcalloc(2, sizeof *i->forecast);
    rc = predict(k, i, to, s, &made);
    if (k->kind == EVENING_LATE && (!made || i->forecast[0].basis != NIGHT_HANDHELD))
        return; /* late: only what a reading by hand tells */
    if (!made && (rc != 0 || i->failed != 0)) {
        keep_unread(i, rc != 0 ? rc : i->failed);
        return;
    }
    if (!made && i->model == NULL)
        return;
    i->state = EVENING_MADE;
    if (i->said)
        log_info("pond %s: tonight's forecast is there", i->pond);
    if (!made)
        return;
    g->p_below = night_p_below(&i->forecast[0], g->threshold);
    g->min_p10 = i->forecast[0].min.p10;
    g->min_p50 = i->forecast[0].min.p50;
    g->min_p90 = i->forecast[0].min.p90;
    g->low_ms = scene_crossing(&i->forecast[0], g->threshold);
    (void)night_basis_words(&i->forecast[0], true, g->basis, sizeof g->basis);
}

/* What was learned from is given back, unless a pond of the farm is still to come. */
static void leave_farm(struct evening_work *k, size_t to)
{
    bool unread = false;

    for (size_t n = k->first; n < to; n++)
        unread = unread || k->item[n].state == EVENING_UNREAD;
    for (size_t n = k->first; n < to && !unread; n++) {
        night_model_free(k->item[n].model);
        k->item[n].model = NULL;
    }
    k->first = k->next = to;
    k->foretelling = false;
}

void evening_dusk_step(struct evening_work *k, const struct look *l, struct series_source *s)
{
    struct evening_item *i = &k->item[k->next];
    size_t to = k->first;

    while (to < k->items && strcmp(k->item[to].farm, i->farm) == 0)
        to++;
    if (!k->foretelling) {
        if (read_more(k, i, l, s))
            return;
        if (++k->next < to)
            return;
        k->next = k->first;
        k->foretelling = true;
        return;
    }
    foretell(k, i, to, l, s);
    if (++k->next == to)
        leave_farm(k, to);
}

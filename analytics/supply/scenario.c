/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario.h"

#include <math.h>

double scenario_fingerlings(const struct scenario *s, enum regency r, int32_t month)
{
    for (size_t k = 0; s != NULL && k < s->acts; k++) {
        const struct scenario_act *a = &s->act[k];

        if (a->kind == SCENARIO_FINGERLINGS && a->in[r] && month >= a->from_month &&
            month <= a->until_month)
            return a->value;
    }
    return 1;
}

bool scenario_transfers(const struct scenario *s)
{
    for (size_t k = 0; s != NULL && k < s->acts; k++)
        if (s->act[k].kind == SCENARIO_TRANSFER)
            return true;
    return false;
}

/* Of transfers there is one a month: two that meet are refused. */
double scenario_transfer(const struct scenario *s, enum regency r, int32_t month,
                         const double have[REGENCY_COUNT])
{
    for (size_t k = 0; s != NULL && k < s->acts; k++) {
        const struct scenario_act *a = &s->act[k];
        const double giver = have[REGENCY_COUNT - 1 - (int)a->to];
        double moved;

        if (a->kind != SCENARIO_TRANSFER || month < a->from_month || month > a->until_month)
            continue;
        moved = a->share ? a->value * giver : fmin(a->value, giver);
        if (!(moved > 0) || !(giver > 0) || !(have[a->to] > 0)) /* NaN too */
            return 1;
        if (r != a->to)
            return 1 - moved / giver;
        return fmin(1 + moved / have[a->to], SCENARIO_PACKED);
    }
    return 1;
}

const struct scenario_act *scenario_aerates(const struct scenario *s, const char *slug,
                                            enum regency r, enum pond_system system)
{
    static const uint64_t ORDER = 17; /* any fixed number: the order in which ponds get theirs */

    for (size_t k = 0; s != NULL && system != POND_SYSTEM_CAGE && k < s->acts; k++) {
        const struct scenario_act *a = &s->act[k];

        if (a->kind == SCENARIO_AERATORS && a->in[r])
            return (double)paths_stream(ORDER, slug) < a->value * 4294967296.0 ? a : NULL;
    }
    return NULL;
}

static struct paths_shock shock_of(const struct scenario_act *a)
{
    struct paths_shock shock = paths_shock_none();

    for (int r = 0; r < REGENCY_COUNT; r++)
        shock.spared[r] = !a->in[r];
    if (a->kind == SCENARIO_ACID)
        shock.acid_month = a->from_month;
    if (a->kind == SCENARIO_SMOKE) {
        shock.smoke_from_month = a->from_month;
        shock.smoke_to_month = a->until_month;
    }
    return shock;
}

/* A price that ends is taken back from the month after. */
static void price(const struct scenario_act *a, struct paths *p, uint64_t seed)
{
    struct paths_shock shock = paths_shock_none();

    shock.price_from_month = a->from_month == SCENARIO_AT_ONCE ? PATHS_NO_MONTH + 1 : a->from_month;
    shock.price_factor = a->value;
    paths_apply(p, &shock, seed);
    if (a->until_month == SCENARIO_FOR_EVER)
        return;
    shock.price_from_month = a->until_month + 1;
    shock.price_factor = 1 / a->value;
    paths_apply(p, &shock, seed);
}

void scenario_paths(const struct scenario *s, struct paths *p, uint64_t seed)
{
    for (size_t k = 0; k < s->acts; k++) {
        const struct scenario_act *a = &s->act[k];

        if (a->kind == SCENARIO_FEED_PRICE) {
            price(a, p, seed);
        } else if (a->kind == SCENARIO_ACID || a->kind == SCENARIO_SMOKE) {
            struct paths_shock shock = shock_of(a);

            paths_apply(p, &shock, seed);
        }
    }
}

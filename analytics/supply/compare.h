/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare: a forecast beside the same forecast under a scenario, draw by draw: draw i of both has one past, one weather, one
 * market, the same fish and, cycle by cycle of each pond, the same luck (harvest.h); they differ by what is supposed alone. A
 * harvest moved over the end of a month is less in one and more in the next.
 *
 * Ranges are those of summed draws, by period as in neraca.h; of ranges nothing may be summed, means may. */
#ifndef ANALYTICS_COMPARE_H
#define ANALYTICS_COMPARE_H

#include "forecast.h"
#include "scenario.h"

#define COMPARE_UNIT_KG 100.0 /* a tenth of a tonne */

struct compare_cell {
    struct supply_summary base, supposed; /* kg */
    struct supply_summary change;         /* supposed - base, of the same draw, kg */
    double p_lower;                       /* share of the draws with supposed < base */
};

struct compare {
    int32_t as_of_day, first_month;
    unsigned months, draws;
    uint64_t seed;
    unsigned tracked; /* ponds with an open cycle behind it */
    struct scenario scenario;
    size_t periods; /* the last one is all months together */
    struct neraca_period period[NERACA_PERIODS];
    struct compare_cell cell[SUPPLY_NODES][NERACA_PERIODS];
    /* the means in COMPARE_UNIT_KG, rounded so that they add up over periods, regencies and kecamatan (neraca_round); the change
     * is their difference, and so adds up too */
    long long base_units[SUPPLY_NODES][NERACA_PERIODS],
        supposed_units[SUPPLY_NODES][NERACA_PERIODS];
    /* why there is no chance of a deficit, and the chances where there are (neraca.h) */
    enum neraca_gap gap[DEMAND_NODES];
    struct balance_risk base[DEMAND_NODES][NERACA_PERIODS], supposed[DEMAND_NODES][NERACA_PERIODS];
};

/* f was made by q. Words in why (size >= 256): NILA_ERR_RANGE for acts outside the forecast (scenario_check) and
 * transfers without ledgers (scenario_check_ledgers), errors of
 * forecast_suppose. *out is the caller's, compare_free. */
NILA_MUST_CHECK int compare_run(const struct forecast *f, const struct forecast_request *q,
                                const struct scenario *s, bool english, struct compare **out,
                                char *why, size_t why_size);
void compare_free(struct compare *c); /* NULL is fine */

/* Appends "node,period,base_mean,base_p10,base_p90,mean,p10,p90,change_mean,change_p10,change_p90,p_lower,p_deficit_base,p_deficit":
 * kg, periods 2027-01, 2027-Q1, all; the chances of a deficit empty where they are not told. */
void compare_csv(const struct compare *c, struct buf *b);
/* The same as one JSON object, with the scenario. */
void compare_json(const struct compare *c, struct buf *b);
/* A table in tonnes for people: joint and the regencies, every period. */
void compare_table(const struct compare *c, bool english, struct buf *b);

#endif

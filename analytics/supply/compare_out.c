/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A comparison as CSV, as JSON and as a table on a terminal. */
#include "compare.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "collector/common/civil.h"

static bool told(const struct compare *c, size_t node)
{
    return node < DEMAND_NODES && c->gap[node] == NERACA_TOLD;
}

void compare_csv(const struct compare *c, struct buf *b)
{
    buf_str(b, "node,period,base_mean,base_p10,base_p90,mean,p10,p90,change_mean,change_p10,"
               "change_p90,p_lower,p_deficit_base,p_deficit\n");
    for (size_t node = 0; node < SUPPLY_NODES; node++)
        for (size_t p = 0; p < c->periods; p++) {
            const struct compare_cell *x = &c->cell[node][p];

            buf_printf(b, "%s,%s,%.6g,%.6g,%.6g,%.6g,%.6g,%.6g,%.6g,%.6g,%.6g,%.4g",
                       supply_node_code(node), c->period[p].name, x->base.mean, x->base.p10,
                       x->base.p90, x->supposed.mean, x->supposed.p10, x->supposed.p90,
                       x->change.mean, x->change.p10, x->change.p90, x->p_lower);
            if (told(c, node))
                buf_printf(b, ",%.4g,%.4g\n", c->base[node][p].p_deficit,
                           c->supposed[node][p].p_deficit);
            else
                buf_str(b, ",,\n");
        }
}

static void json_summary(struct buf *b, const char *name, const struct supply_summary *s)
{
    buf_printf(b, ",\"%s\":{\"mean\":%.10g,\"p10\":%.10g,\"p90\":%.10g}", name, s->mean, s->p10,
               s->p90);
}

static void json_head(const struct compare *c, struct buf *b)
{
    char day[16];

    (void)civil_format_day(day, sizeof day, c->as_of_day);
    buf_printf(b, "{\"as_of\":\"%s\",\"months\":%u,\"draws\":%u,\"seed\":%llu,\"ponds\":%u,", day,
               c->months, c->draws, (unsigned long long)c->seed, c->tracked);
    buf_str(b, "\"unit\":\"kg\",\"scenario\":[");
    for (size_t k = 0; k < c->scenario.acts; k++) {
        char text[SCENARIO_TEXT]; /* of digits, letters and =.,%+-_ alone */

        scenario_text(&c->scenario.act[k], text);
        buf_printf(b, "%s\"%s\"", k > 0 ? "," : "", text);
    }
    buf_str(b, "],\"rows\":[\n");
}

void compare_json(const struct compare *c, struct buf *b)
{
    json_head(c, b);
    for (size_t node = 0; node < SUPPLY_NODES; node++)
        for (size_t p = 0; p < c->periods; p++) {
            const struct compare_cell *x = &c->cell[node][p];

            buf_printf(b, "%s{\"node\":\"%s\",\"level\":\"%s\",\"period\":\"%s\"",
                       node + p > 0 ? ",\n" : "", supply_node_code(node), supply_node_level(node),
                       c->period[p].name);
            json_summary(b, "base", &x->base);
            json_summary(b, "scenario", &x->supposed);
            json_summary(b, "change", &x->change);
            buf_printf(b, ",\"p_lower\":%.6g", x->p_lower);
            if (told(c, node))
                buf_printf(b, ",\"p_deficit_base\":%.6g,\"p_deficit\":%.6g",
                           c->base[node][p].p_deficit, c->supposed[node][p].p_deficit);
            buf_str(b, "}");
        }
    buf_str(b, "\n]}\n");
}

/* units: the mean in COMPARE_UNIT_KG. */
static void range(char *buf, size_t size, long long units, const struct supply_summary *s)
{
    double tonnes[2] = {round(s->p10 / COMPARE_UNIT_KG), round(s->p90 / COMPARE_UNIT_KG)};

    for (size_t k = 0; k < 2; k++) /* not "-0.0" */
        tonnes[k] = tonnes[k] == 0 ? 0 : tonnes[k] * COMPARE_UNIT_KG / 1000;
    (void)snprintf(buf, size, "%.1f (%.1f..%.1f)", (double)units * COMPARE_UNIT_KG / 1000,
                   tonnes[0], tonnes[1]);
}

static void table_row(const struct compare *c, size_t node, size_t p, struct buf *b)
{
    const struct compare_cell *x = &c->cell[node][p];
    char base[48], supposed[48], change[48];

    range(base, sizeof base, c->base_units[node][p], &x->base);
    range(supposed, sizeof supposed, c->supposed_units[node][p], &x->supposed);
    range(change, sizeof change, c->supposed_units[node][p] - c->base_units[node][p], &x->change);
    buf_printf(b, "%-8s %-24s %-24s %-24s %5.0f%%", c->period[p].name, base, supposed, change,
               100 * x->p_lower);
    if (told(c, node))
        buf_printf(b, "  %3.0f%% -> %3.0f%%", 100 * c->base[node][p].p_deficit,
                   100 * c->supposed[node][p].p_deficit);
    buf_str(b, "\n");
}

void compare_table(const struct compare *c, bool english, struct buf *b)
{
    for (size_t k = 0; k < c->scenario.acts; k++) {
        char text[SCENARIO_TEXT];

        scenario_text(&c->scenario.act[k], text);
        buf_printf(b, "%s %s\n", k > 0 ? "         " : english ? "scenario:" : "skenario:", text);
    }
    for (size_t node = 0; node < DEMAND_NODES; node++) {
        buf_printf(b, "\n%s (%s)\n%-8s %-24s %-24s %-24s %6s", supply_node_code(node),
                   english ? "tonnes: mean (p10..p90); ranges do not add up"
                           : "ton: rata-rata (p10..p90); rentang tidak dijumlahkan",
                   english ? "period" : "masa", english ? "without" : "tanpa",
                   english ? "with" : "dengan", english ? "change" : "perubahan",
                   english ? "lower" : "turun");
        buf_str(b, !told(c, node) ? "\n" : english ? "  P(deficit)\n" : "  P(defisit)\n");
        for (size_t p = 0; p < c->periods; p++)
            table_row(c, node, p, b);
        if (!told(c, node))
            buf_printf(b, "%s\n", neraca_words(c->gap[node], english));
    }
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "accuracy_out.h"

#include <math.h>
#include <stdio.h>

#include "collector/common/civil.h"

static const char *const TRUTH[ACCURACY_TRUTHS] = {"first", "now"};

/* Was anything of the node judged where there was something to forecast: a pond, or a harvest? */
static bool judged(const struct accuracy_match *m, size_t node)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->pair[i].node == node &&
            (m->pair[i].forecast->mean > 0 || m->pair[i].actual[ACCURACY_NOW] > 0))
            return true;
    return false;
}

static bool shown(const struct accuracy_match *m, size_t node)
{
    return node < supply_node_kecamatan(0) || judged(m, node);
}

static unsigned longest(const struct accuracy_report *r)
{
    unsigned lead = 0;

    for (size_t i = 0; i < r->issues; i++)
        if (r->issue[i].months > lead)
            lead = r->issue[i].months;
    return lead < RECORDS_ISSUED_LEADS ? lead : RECORDS_ISSUED_LEADS;
}

static void cell(struct buf *b, double v)
{
    if (isfinite(v))
        buf_printf(b, ",%.6g", v + 0.0);
    else
        buf_str(b, ",");
}

static void csv_row(struct buf *b, const struct accuracy_report *r, size_t node, unsigned lead,
                    enum accuracy_truth truth)
{
    struct accuracy_score s;

    accuracy_score(r->match, node, lead, truth, &s);
    if (lead == 0)
        buf_printf(b, "%s,all,%s", supply_node_code(node), TRUTH[truth]);
    else
        buf_printf(b, "%s,%u,%s", supply_node_code(node), lead, TRUTH[truth]);
    buf_printf(b, ",%zu,%zu,%zu", s.n, s.covered80, s.covered95);
    const double value[] = {s.mape_pct, s.median_ape_pct, s.mean_actual_kg, s.mean_error_kg,
                            s.bias_pct, s.mae_kg,         s.crps_kg,        s.width80_kg};
    for (size_t k = 0; k < sizeof value / sizeof value[0]; k++)
        cell(b, value[k]);
    for (int k = 0; k < ACCURACY_NAIVES; k++) {
        buf_printf(b, ",%zu", s.compared[k]);
        cell(b, s.skill_abs[k]);
        cell(b, s.skill_crps[k]);
    }
    if (r->recalibration != NULL && lead > 0)
        cell(b, recalibrate_factor(r->recalibration, node, lead));
    else
        buf_str(b, ",");
    buf_str(b, "\n");
}

void accuracy_csv(struct buf *b, const struct accuracy_report *r)
{
    buf_str(b, "node,lead,truth,n,covered80,covered95,mape_pct,median_ape_pct,mean_actual_kg,"
               "mean_error_kg,bias_pct,mae_kg,crps_kg,width80_kg,n_last_month,skill_last_month,"
               "skill_crps_last_month,n_last_year,skill_last_year,skill_crps_last_year,factor\n");
    for (size_t node = 0; node < SUPPLY_NODES; node++)
        for (unsigned lead = 0; lead <= longest(r) && shown(r->match, node); lead++)
            for (int t = 0; t < ACCURACY_TRUTHS; t++)
                csv_row(b, r, node, lead, (enum accuracy_truth)t);
}

/* --- JSON --- */

static void member(struct buf *b, const char *name, double v)
{
    if (isfinite(v))
        buf_printf(b, ",\"%s\":%.9g", name, v + 0.0);
    else
        buf_printf(b, ",\"%s\":null", name);
}

static void json_score(struct buf *b, const struct accuracy_report *r, size_t node, unsigned lead,
                       enum accuracy_truth truth)
{
    static const char *const NAIVE[ACCURACY_NAIVES] = {"last_month", "last_year"};
    struct accuracy_score s;

    accuracy_score(r->match, node, lead, truth, &s);
    buf_printf(b, "{\"node\":\"%s\",\"lead\":", supply_node_code(node));
    if (lead == 0)
        buf_str(b, "null");
    else
        buf_printf(b, "%u", lead);
    buf_printf(b, ",\"truth\":\"%s\",\"n\":%zu,\"covered80\":%zu,\"covered95\":%zu", TRUTH[truth],
               s.n, s.covered80, s.covered95);
    member(b, "mape_pct", s.mape_pct);
    member(b, "median_ape_pct", s.median_ape_pct);
    member(b, "mean_actual_kg", s.mean_actual_kg);
    member(b, "mean_error_kg", s.mean_error_kg);
    member(b, "bias_pct", s.bias_pct);
    member(b, "mae_kg", s.mae_kg);
    member(b, "crps_kg", s.crps_kg);
    member(b, "width80_kg", s.width80_kg);
    for (int k = 0; k < ACCURACY_NAIVES; k++) {
        buf_printf(b, ",\"%s\":{\"n\":%zu", NAIVE[k], s.compared[k]);
        member(b, "skill", s.skill_abs[k]);
        member(b, "skill_crps", s.skill_crps[k]);
        buf_str(b, "}");
    }
    buf_str(b, "}");
}

static void json_scores(struct buf *b, const struct accuracy_report *r)
{
    const char *comma = "";

    buf_str(b, ",\n\"scores\":[");
    for (size_t node = 0; node < SUPPLY_NODES; node++)
        for (unsigned lead = 0; lead <= longest(r) && shown(r->match, node); lead++)
            for (int t = 0; t < ACCURACY_TRUTHS; t++) {
                buf_printf(b, "%s\n", comma);
                json_score(b, r, node, lead, (enum accuracy_truth)t);
                comma = ",";
            }
    buf_str(b, "]");
}

void accuracy_json_factors(struct buf *b, const struct recalibration *r)
{
    buf_str(b, "\"recalibration\":[");
    for (size_t node = 0; node < RECALIBRATE_NODES; node++)
        for (int g = 0; g < RECALIBRATE_GROUPS; g++) {
            const struct recalibrate_group *k = &r->group[node][g];

            buf_printf(b,
                       "%s{\"node\":\"%s\",\"first_lead\":%u,\"last_lead\":%u,\"n\":%zu,"
                       "\"covered80\":%zu,\"active\":%s",
                       node + (size_t)g > 0 ? "," : "", supply_node_code(node), k->first_lead,
                       k->last_lead, k->n, k->covered, k->factor != 1 ? "true" : "false");
            member(b, "sd_ratio", k->sd_ratio);
            member(b, "factor", k->factor);
            buf_str(b, "}");
        }
    buf_str(b, "]");
}

static void json_forecast(struct buf *b, const struct accuracy_report *r,
                          const struct accuracy_pair *p)
{
    const struct rec_issue *i = &r->issue[p->issue];
    char day[16];

    (void)civil_format_day(day, sizeof day, p->as_of_day);
    buf_printf(b,
               "{\"as_of\":\"%s\",\"revision\":%u,\"node\":\"%s\",\"lead\":%u,"
               "\"month\":\"%04d-%02d\",\"ponds\":%u,\"sensors\":%s",
               day, i->revision, p->forecast->node, p->lead, (int)(p->month / 12),
               (int)(p->month % 12) + 1, p->forecast->ponds, i->sensors ? "true" : "false");
    member(b, "mean_kg", p->forecast->mean);
    buf_str(b, ",\"quantiles_kg\":[");
    for (int k = 0; k < RECORDS_QUANTILES; k++)
        buf_printf(b, "%s%.9g", k > 0 ? "," : "", p->forecast->q[k]);
    buf_str(b, "]");
    member(b, "factor", p->forecast->factor);
    member(b, "actual_first_kg", p->actual[ACCURACY_FIRST]);
    member(b, "actual_now_kg", p->actual[ACCURACY_NOW]);
    member(b, "last_month_kg", p->naive[ACCURACY_LAST_MONTH]);
    member(b, "last_year_kg", p->naive[ACCURACY_LAST_YEAR]);
    buf_str(b, "}");
}

void accuracy_json(struct buf *b, const struct accuracy_report *r)
{
    const struct accuracy_match *m = r->match;

    buf_printf(b,
               "{\"scope\":\"tracked\",\"issues\":%zu,\"judged\":%zu,\"repeats\":%zu,\"late\":%zu,"
               "\"open\":%zu,\"silent\":%zu",
               accuracy_issues(r->issue, r->issues), m->issues, m->repeats, m->late, m->open,
               m->silent);
    member(b, "later_kg", m->later_kg);
    if (r->recalibration != NULL) {
        buf_str(b, ",\n");
        accuracy_json_factors(b, r->recalibration);
    }
    json_scores(b, r);
    buf_str(b, ",\n\"forecasts\":[");
    for (size_t i = 0; i < m->n; i++) {
        buf_str(b, i > 0 ? ",\n" : "\n");
        json_forecast(b, r, &m->pair[i]);
    }
    buf_str(b, "]}\n");
}

/* --- for people --- */

static void percent(struct buf *b, double v, int width)
{
    if (isfinite(v))
        buf_printf(b, " %*.0f%%", width - 1, v + 0.0);
    else
        buf_printf(b, " %*s", width, "-");
}

static void tonnes(struct buf *b, double kg, int width)
{
    if (isfinite(kg))
        buf_printf(b, " %*.2f", width, kg / 1000 + 0.0);
    else
        buf_printf(b, " %*s", width, "-");
}

static void table_row(struct buf *b, const struct accuracy_report *r, size_t node, unsigned lead,
                      enum accuracy_truth truth, const char *label)
{
    struct accuracy_score s;
    char caught[2][32];

    accuracy_score(r->match, node, lead, truth, &s);
    if (s.n == 0)
        return;
    (void)snprintf(caught[0], sizeof caught[0], "%zu/%zu", s.covered80, s.n);
    (void)snprintf(caught[1], sizeof caught[1], "%zu/%zu", s.covered95, s.n);
    buf_printf(b, "%-8s %8s %8s", label, caught[0], caught[1]);
    percent(b, s.median_ape_pct, 8);
    percent(b, s.mape_pct, 8);
    percent(b, s.bias_pct, 8);
    tonnes(b, s.mean_actual_kg, 9);
    tonnes(b, s.crps_kg, 8);
    for (int k = 0; k < ACCURACY_NAIVES; k++)
        percent(b, 100 * s.skill_crps[k], 11);
    buf_str(b, "\n");
}

static const char *place(size_t node, bool english)
{
    if (node == SUPPLY_JOINT)
        return english ? "Joint" : "Gabungan";
    return node < supply_node_kecamatan(0)
               ? regency_name((enum regency)(node - 1))
               : region_kecamatan(node - supply_node_kecamatan(0))->name;
}

void accuracy_table(struct buf *b, const struct accuracy_report *r, bool english)
{
    for (size_t node = 0; node < SUPPLY_NODES; node++) {
        if (!judged(r->match, node))
            continue;
        buf_printf(b, "%s\n", place(node, english));
        buf_str(b, english ? "months     in 80%   in 95%   median     mean     bias    actual"
                             "     CRPS  better than  better than\n"
                             "ahead                       error    error                   t"
                             "        t   last month    last year\n"
                           : "bulan    kena 80% kena 95%    galat    galat     bias   panen,"
                             "    CRPS,  unggul atas  unggul atas\n"
                             "ke-                        tengah     rata                   t"
                             "        t   bulan lalu   tahun lalu\n");
        for (unsigned lead = 1; lead <= longest(r); lead++) {
            char label[16];

            (void)snprintf(label, sizeof label, "%u", lead);
            table_row(b, r, node, lead, ACCURACY_NOW, label);
        }
        table_row(b, r, node, 0, ACCURACY_NOW, english ? "all" : "semua");
        table_row(b, r, node, 0, ACCURACY_FIRST, english ? "as first" : "semula");
        buf_str(b, "\n");
    }
}

static void count(struct buf *b, size_t n, const char *text)
{
    if (n > 0)
        buf_printf(b, "%zu %s\n", n, text);
}

void accuracy_words(struct buf *b, const struct accuracy_report *r, bool english)
{
    const struct accuracy_match *m = r->match;
    struct accuracy_score s;

    accuracy_score(m, SUPPLY_JOINT, 0, ACCURACY_NOW, &s);
    if (s.n == 0)
        buf_str(b, english ? "no forecast can be judged yet: a month counts 30 days after its end, "
                             "when harvests of it are on record\n"
                           : "belum ada ramalan yang dapat dinilai: suatu bulan dinilai 30 hari "
                             "sesudah berakhir, bila panennya tercatat\n");
    else
        buf_printf(b,
                   english ? "%zu of %zu joint forecasts hit: the harvest lay in their 80%% range\n"
                           : "%zu dari %zu ramalan gabungan mengenai: panennya di dalam rentang "
                             "80%%-nya\n",
                   s.covered80, s.n);
    count(b, m->open,
          english ? "forecasts of months that are not over for 30 days are not judged yet"
                  : "ramalan bulan yang belum 30 hari berakhir belum dinilai");
    count(b, m->silent,
          english ? "forecasts of months without any harvest on record are not judged"
                  : "ramalan bulan tanpa satu pun catatan panen tidak dinilai");
    count(b, m->late,
          english ? "forecasts issued when their month had long begun are not judged"
                  : "ramalan yang terbit setelah bulannya lama berjalan tidak dinilai");
    count(b, m->repeats,
          english
              ? "further forecasts of a month (revisions too) are not judged: the first counts"
              : "revisi dan ramalan lain dari bulan terbit yang sama tidak dinilai: yang pertama "
                "yang dihitung");
    if (m->later_kg > 0)
        buf_printf(b,
                   english
                       ? "%.0f kg came from ponds that were not on record when the forecast was "
                         "made, and are left out (counted for each forecast)\n"
                       : "%.0f kg dari kolam yang belum tercatat ketika ramalan dibuat tidak "
                         "dihitung (dijumlah tiap ramalan)\n",
                   m->later_kg);
    buf_str(b, english
                   ? "farms that are not on record are not judged: of them there is no truth\n"
                   : "pembudidaya di luar catatan tidak dinilai: kenyataannya tidak diketahui\n");
}

void accuracy_factor_words(struct buf *b, const struct recalibration *r, bool english)
{
    for (size_t node = 0; node < RECALIBRATE_NODES; node++)
        for (int g = 0; g < RECALIBRATE_GROUPS; g++) {
            const struct recalibrate_group *k = &r->group[node][g];

            if (k->factor != 1)
                buf_printf(b,
                           english ? "%s, months %u to %u ahead: spread times %.2f, as the 80%% "
                                     "range caught %zu of %zu earlier forecasts\n"
                                   : "%s, bulan ke-%u sampai %u: sebaran dikali %.2f, karena "
                                     "rentang 80%% mengenai %zu dari %zu ramalan terdahulu\n",
                           supply_node_code(node), k->first_lead, k->last_lead, k->factor,
                           k->covered, k->n);
        }
}

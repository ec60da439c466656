/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila-analytics water qc, drift: a whole series of a CSV judged after the fact. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "analytics/command_water_own.h"
#include "analytics/commands.h"
#include "analytics/water/drift.h"
#include "analytics/water/qc.h"
#include "collector/common/civil.h"
#include "collector/common/log.h"
#include "collector/common/metric.h"
#include "collector/common/reading.h"
#include "collector/common/tongue.h"

/* The table and its times; the exit code, EX_OK with both set. Both are the caller's, also when it fails. */
static int open_series(const struct water_args *a, struct watertable **t, int64_t **ts)
{
    char why[WATER_WHY] = "";
    int column, rc = watertable_read(t, a->csv, why, sizeof why);

    *ts = xcalloc(rc == 0 ? watertable_rows(*t) + 1 : 1, sizeof **ts);
    if (rc == 0) {
        column = watertable_find(*t, "time");
        if (column < 0) {
            (void)snprintf(why, sizeof why,
                           tongue("%.200s:1:1: kolom time tidak ada", "%.200s:1:1: no column time"),
                           a->csv);
            rc = NILA_ERR_PARSE;
        } else {
            rc = watertable_times(*t, column, *ts, why, sizeof why);
        }
    }
    if (rc != 0)
        log_warnx("%s", why);
    return command_exit_code(rc);
}

/* --- qc --- */

/* What several columns of one file share. */
struct judged {
    const struct water_args *a;
    const struct watertable *t;
    size_t n;    /* rows whose time is later than of every row before */
    size_t *row; /* [n] */
    int64_t *ts; /* [n] */
    double step_ms;
    double *work;
    uint8_t *scratch;
};

/* Rows whose time repeats or goes back belong to no series; they are told. */
static void rising(struct judged *j, const int64_t *ts)
{
    size_t left_out = 0, first = 0;
    char place[200];

    for (size_t i = 0; i < watertable_rows(j->t); i++) {
        if (j->n > 0 && ts[i] <= j->ts[j->n - 1]) {
            first = left_out++ == 0 ? i : first;
            continue;
        }
        j->row[j->n] = i;
        j->ts[j->n++] = ts[i];
    }
    if (left_out == 0)
        return;
    watertable_place(j->t, first, watertable_find(j->t, "time"), place, sizeof place);
    water_say(j->a,
              tongue("%s: waktu berulang atau mundur; %zu baris diberi tanda 3",
                     "%s: the time repeats or goes back; %zu rows get flag 3"),
              place, left_out);
}

struct judged_column {
    char name[80];
    enum metric metric;
    double *value;   /* [n] */
    uint8_t *flag;   /* [n] */
    double *written; /* [rows] */
};

static void judge_column(struct judged *j, struct judged_column *c, const double *all)
{
    struct qc_rules rules;

    for (size_t i = 0; i < j->n; i++)
        c->value[i] = all[j->row[i]];
    qc_pond_rules(c->metric, qc_resolution(c->value, j->n), &rules);
    if (qc_series(&rules, c->value, j->ts, j->n, j->step_ms, j->scratch, j->work, c->flag) != 0)
        fatal("qc: times do not rise"); /* rising() saw to it */
}

static void write_column(const struct judged *j, struct judged_column *c, const double *all)
{
    size_t of[10] = {0};

    for (size_t i = 0; i < watertable_rows(j->t); i++)
        c->written[i] = isnan(all[i]) ? READING_MISSING : READING_SUSPECT; /* if left out */
    for (size_t i = 0; i < j->n; i++)
        c->written[j->row[i]] = c->flag[i];
    for (size_t i = 0; i < watertable_rows(j->t); i++)
        of[(int)c->written[i]]++;
    water_say(j->a,
              tongue("%s: %zu baik, %zu ragu, %zu salah, %zu tidak diuji, %zu kosong",
                     "%s: %zu pass, %zu suspect, %zu fail, %zu not evaluated, %zu missing"),
              c->name, of[READING_PASS], of[READING_SUSPECT], of[READING_FAIL],
              of[READING_NOT_EVALUATED], of[READING_MISSING]);
}

/* Columns that are metrics of water or weather, by name or a CSV file's name. */
static size_t metric_columns(const struct watertable *t, int *column, enum metric *metric)
{
    size_t n = 0;

    for (size_t k = 0; k < watertable_columns(t) && n < METRIC_COUNT; k++)
        if (metric_find_alias(watertable_name(t, k), &metric[n]) == 0 &&
            metric_info(metric[n])->group != METRIC_EQUIPMENT)
            column[n++] = (int)k;
    return n;
}

/* A node that was reset, where one of the channels cannot be 0. */
static void judge_zeros(const struct judged *j, struct judged_column *c, size_t n)
{
    const double *value[METRIC_COUNT];
    uint8_t *flag[METRIC_COUNT];
    bool impossible = false;
    size_t moments;

    for (size_t k = 0; k < n; k++) {
        value[k] = c[k].value;
        flag[k] = c[k].flag;
        impossible |= metric_info(c[k].metric)->fail_min > 0;
    }
    moments = impossible ? qc_all_zero(value, flag, n, j->n) : 0;
    if (moments > 0)
        water_say(j->a,
                  tongue("%zu saat semua kolom tepat 0: alatnya menyala ulang, diberi tanda 4",
                         "%zu moments with all columns exactly 0: the device restarted, flag 4"),
                  moments);
}

static int judge_all(struct judged *j, const int *column, const enum metric *metric, size_t n)
{
    struct judged_column c[METRIC_COUNT];
    struct watertable_added added[METRIC_COUNT];
    const size_t rows = watertable_rows(j->t);
    double *all = xcalloc(n * rows + 1, sizeof *all);
    char why[WATER_WHY] = "";
    struct buf b = {0};
    int rc = 0;

    for (size_t k = 0; k < n; k++) {
        c[k] = (struct judged_column){.metric = metric[k],
                                      .value = xcalloc(j->n + 1, sizeof(double)),
                                      .flag = xcalloc(j->n + 1, 1),
                                      .written = xcalloc(rows + 1, sizeof(double))};
        (void)snprintf(c[k].name, sizeof c[k].name, "%.70s_q",
                       watertable_name(j->t, (size_t)column[k]));
        added[k] = (struct watertable_added){c[k].name, c[k].written, 1};
        if (rc == 0)
            rc = watertable_numbers(j->t, column[k], all + k * rows, why, sizeof why);
        if (rc == 0)
            judge_column(j, &c[k], all + k * rows);
    }
    if (rc == 0) {
        judge_zeros(j, c, n);
        for (size_t k = 0; k < n; k++)
            write_column(j, &c[k], all + k * rows);
        watertable_write(j->t, added, n, j->a->json, &b);
        water_say(j->a, "%s",
                  tongue("uji nilai tidak melihat probe yang kotor atau bergeser: lihat water "
                         "drift, dan periksa dengan alat tangan",
                         "tests on values do not see a fouled or drifting probe: see water drift, "
                         "and check with a handheld meter"));
    } else {
        log_warnx("%s", why);
    }
    rc = rc == 0 ? water_write(j->a, &b) : command_exit_code(rc);
    for (size_t k = 0; k < n; k++) {
        free(c[k].value);
        free(c[k].flag);
        free(c[k].written);
    }
    buf_free(&b);
    free(all);
    return rc;
}

int water_qc(struct water_args *a)
{
    struct judged j = {.a = a};
    struct watertable *t = NULL;
    int64_t *ts = NULL;
    int column[METRIC_COUNT], code = EX_OK;
    enum metric metric[METRIC_COUNT];
    size_t n;

    if (water_left_over(a, "--csv, --out"))
        return EX_USAGE;
    code = open_series(a, &t, &ts);
    if (code == EX_OK) {
        j.t = t;
        j.row = xcalloc(watertable_rows(t) + 1, sizeof *j.row);
        j.ts = xcalloc(watertable_rows(t) + 1, sizeof *j.ts);
        j.work = xcalloc(watertable_rows(t) + 1, sizeof *j.work);
        j.scratch = xcalloc(watertable_rows(t) + 1, 1);
        rising(&j, ts);
        j.step_ms = qc_step_ms(j.ts, j.n, j.work);
        n = metric_columns(t, column, metric);
        if (n == 0) {
            log_warnx(
                tongue("%.200s:1:1: tidak ada kolom yang dikenal; misalnya do_mg_l, temp_c, ph",
                       "%.200s:1:1: no column is known; for instance do_mg_l, temp_c, ph"),
                a->csv);
            code = EX_DATAERR;
        } else {
            code = judge_all(&j, column, metric, n);
        }
    }
    free(j.row);
    free(j.ts);
    free(j.work);
    free(j.scratch);
    free(ts);
    watertable_free(t);
    return code;
}

/* --- drift --- */

/* A moment given as an option; *given tells whether it was. The exit code. */
static int take_moment(struct water_args *a, const char *name, int64_t *ts_ms, bool *given)
{
    const char *text = water_given(a, name);

    *given = text != NULL;
    if (text == NULL || civil_parse_iso(text, ts_ms, NULL) == 0)
        return EX_OK;
    log_warnx(tongue("--%s %.40s: bukan waktu; tulis \"2026-11-24 05:10\"",
                     "--%s %.40s: not a time; write \"2026-11-24 05:10\""),
              name, text);
    return EX_USAGE;
}

struct drift_asked {
    int64_t cleaned, resumed, at;
    double hand;
    bool cleaning, resuming, checking;
};

static int drift_options(struct water_args *a, struct drift_asked *k)
{
    static const int64_t OUT_OF_WATER_MS = (int64_t)30 * 60 * 1000; /* usual length of a cleaning */
    const char *hand = water_given(a, "hand");
    int code = take_moment(a, "cleaned", &k->cleaned, &k->cleaning);

    if (code == EX_OK)
        code = take_moment(a, "resumed", &k->resumed, &k->resuming);
    if (code == EX_OK)
        code = take_moment(a, "at", &k->at, &k->checking);
    if (code != EX_OK)
        return code;
    if (!k->resuming)
        k->resumed = k->cleaned + OUT_OF_WATER_MS;
    if ((hand != NULL) != k->checking || (k->resuming && !k->cleaning) ||
        (hand != NULL && !water_number(hand, &k->hand))) {
        log_warnx("%s",
                  tongue("--hand ANGKA dan --at WAKTU berpasangan; --resumed perlu --cleaned",
                         "--hand NUMBER and --at TIME go together; --resumed needs --cleaned"));
        return EX_USAGE;
    }
    return water_left_over(a, "--cleaned, --resumed, --at, --hand") ? EX_USAGE : EX_OK;
}

/* The value nearest to at, within 15 minutes; NaN: there is none. */
static double nearest(const double *value, const int64_t *ts, size_t n, int64_t at)
{
    int64_t least = (int64_t)15 * 60 * 1000;
    double v = NAN;

    for (size_t i = 0; i < n; i++)
        if (isfinite(value[i]) && llabs(ts[i] - at) <= least) {
            least = llabs(ts[i] - at);
            v = value[i];
        }
    return v;
}

static void cleaning_words(const struct water_args *a, const struct drift_asked *k,
                           const double *value, const int64_t *ts, size_t n)
{
    struct drift_step s;
    double probe;

    if (k->cleaning && drift_step(METRIC_DO_MG_L, value, ts, n, k->cleaned, k->resumed, &s) == 0)
        water_say(a,
                  s.notice ? tongue("pembersihan: nilai melompat %+.2f mg/L, itu kesalahan karena "
                                    "kotor; bersihkan lebih sering",
                                    "cleaning: the value stepped by %+.2f mg/L, which was fouling; "
                                    "clean more often")
                           : tongue("pembersihan: nilai melompat %+.2f mg/L, wajar",
                                    "cleaning: the value stepped by %+.2f mg/L, as it should"),
                  s.step);
    else if (k->cleaning)
        water_say(a, "%s",
                  tongue("pembersihan: kurang dari 3 nilai dalam 2 jam sebelum atau sesudahnya",
                         "cleaning: fewer than 3 values within 2 hours before or after it"));
    if (!k->checking)
        return;
    probe = nearest(value, ts, n, k->at);
    if (isnan(probe))
        water_say(a, "%s",
                  tongue("alat tangan: tidak ada nilai probe dalam 15 menit",
                         "handheld: no value of the probe within 15 minutes"));
    else
        water_say(a,
                  drift_hand_differs(METRIC_DO_MG_L, probe, k->hand)
                      ? tongue("alat tangan %.2f, probe %.2f mg/L: kalibrasi probe",
                               "handheld %.2f, probe %.2f mg/L: calibrate the probe")
                      : tongue("alat tangan %.2f, probe %.2f mg/L: cocok",
                               "handheld %.2f, probe %.2f mg/L: they agree"),
                  k->hand, probe);
}

/* A row a civil day with a swing; the exit code. */
static int drift_rows(const struct water_args *a, const struct drift_day *day, size_t n)
{
    static const char *const NAME[] = {"day", "swing_mg_l", "recent_mg_l", "before_mg_l", "notice"};
    struct buf b = {0};
    struct water_sheet s = {&b, a->json, NAME, 5, 0};
    size_t judged = 0, starts = 0;
    bool on = false;
    int code;

    water_sheet_begin(&s);
    for (size_t i = 0; i < n; i++) {
        struct drift_swing w;
        char text[16];

        drift_swing(day, i + 1, day[i].day, &w);
        (void)civil_format_day(text, sizeof text, day[i].day);
        water_sheet_text(&s, text);
        water_sheet_number(&s, day[i].swing);
        water_sheet_number(&s, w.recent);
        water_sheet_number(&s, w.before);
        water_sheet_number(&s, w.known ? (double)w.notice : NAN);
        judged += w.known;
        if (w.notice && !on) {
            starts++;
            water_say(
                a,
                tongue("%s: ayunan oksigen 5 hari %.1f mg/L, sebelumnya %.1f: bersihkan probe "
                       "dan periksa airnya (probe kotor atau plankton mati)",
                       "%s: the swing of oxygen over 5 days is %.1f mg/L, before it was %.1f: "
                       "clean the probe and look at the water (fouling, or a dying bloom)"),
                text, w.recent, w.before);
        }
        on = w.known ? w.notice : on;
    }
    water_say(a,
              tongue("%zu hari, %zu dapat dinilai (perlu 15 hari), %zu pemberitahuan",
                     "%zu days, %zu could be judged (15 days are needed), %zu notices"),
              n, judged, starts);
    code = water_write(a, &b);
    buf_free(&b);
    return code;
}

int water_drift(struct water_args *a)
{
    struct drift_asked asked = {0};
    struct watertable *t = NULL;
    int64_t *ts = NULL;
    double *value = NULL, *work = NULL;
    struct drift_day *day = NULL;
    char why[WATER_WHY] = "";
    size_t n = 0, days;
    int code = drift_options(a, &asked), column;

    if (code == EX_OK)
        code = open_series(a, &t, &ts);
    if (code != EX_OK)
        goto out;
    column = watertable_find(t, "do_mg_l");
    value = xcalloc(watertable_rows(t) + 1, sizeof *value);
    work = xcalloc(watertable_rows(t) + 1, sizeof *work);
    if (column < 0 || watertable_numbers(t, column, value, why, sizeof why) != 0) {
        log_warnx(column < 0 ? tongue("%.200s:1:1: kolom do_mg_l tidak ada",
                                      "%.200s:1:1: no column do_mg_l")
                             : "%s",
                  column < 0 ? a->csv : why);
        code = EX_DATAERR;
        goto out;
    }
    for (size_t i = 0; i < watertable_rows(t); i++) /* the first of a repeated time counts */
        if (n == 0 || ts[i] > ts[n - 1]) {
            ts[n] = ts[i];
            value[n++] = value[i];
        }
    days = drift_days(value, ts, n, work, NULL, 0);
    day = xcalloc(days + 1, sizeof *day);
    days = drift_days(value, ts, n, work, day, days);
    code = drift_rows(a, day, days);
    cleaning_words(a, &asked, value, ts, n);
out:
    free(day);
    free(value);
    free(work);
    free(ts);
    watertable_free(t);
    return code;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila-analytics water metabolism: production and respiration of every civil day of a CSV. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "analytics/command_water_own.h"
#include "analytics/commands.h"
#include "analytics/water/gas.h"
#include "analytics/water/metabolism.h"
#include "analytics/water/qc.h"
#include "collector/common/civil.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "collector/common/watereq.h"

static const struct method {
    const char *name;
    int (*run)(const struct metabolism_day *d, struct metabolism *out);
    bool usually; /* without --method */
} METHOD[] = {{"bookkeeping", metabolism_bookkeeping, true},
              {"ols", metabolism_ols, true},
              {"mle_oe", metabolism_mle_observation, true},
              {"mle_pe", metabolism_mle_process, true},
              {"kalman", metabolism_kalman, true},
              {"kalman_simplex", metabolism_kalman_simplex, false}};
enum {
    METHODS = sizeof METHOD / sizeof METHOD[0]
};

static const double COVERAGE = 0.85; /* of a day's oxygen */

/* The series a day is cut from; each has n values. */
enum driver {
    SAT,
    EXCHANGE,
    LIGHT,
    TEMP,
    DRIVERS
};
struct feed {
    size_t n;
    int64_t *ts;
    double *oxygen, *driver[DRIVERS];
    double *sal, *baro, *wind;
    double depth_m, wind_z_m, area_m2;
    const char *exchange; /* relation to the wind */
    bool has_light;
    const struct method *method; /* NULL: the usual ones */
};

static void feed_free(struct feed *f)
{
    for (int k = 0; k < DRIVERS; k++)
        free(f->driver[k]);
    free(f->ts);
    free(f->oxygen);
    free(f->sal);
    free(f->baro);
    free(f->wind);
}

/* A number that must be given or is usual; the exit code. */
static int take_one(struct water_args *a, const char *name, double usual, double least, double most,
                    double *out)
{
    const char *text = water_given(a, name);

    *out = usual;
    if (text == NULL ? !isnan(usual) : water_number(text, out) && *out >= least && *out <= most)
        return EX_OK;
    log_warnx(tongue("water metabolism: --%s harus angka %g sampai %g",
                     "water metabolism: --%s must be a number from %g to %g"),
              name, least, most);
    return EX_USAGE;
}

/* A series from a column or an option; needed: without it there is an error. *got tells. The exit code. */
static int take_series(struct water_args *a, const struct watertable *t, const char *name,
                       double usual, double least, double most, bool needed, double *value,
                       bool *got)
{
    char why[WATER_WHY] = "";
    int rc = water_column(a, t, name, usual, least, most, value, why);

    *got = rc == 0;
    if (rc == 0 || (rc == NILA_ERR_NOT_FOUND && !needed))
        return EX_OK;
    if (rc == NILA_ERR_NOT_FOUND)
        log_warnx(tongue("%.200s:1:1: kolom %s tidak ada: tambahkan, atau beri --%s NILAI",
                         "%.200s:1:1: there is no column %s: add it, or give --%s VALUE"),
                  a->csv, name, name);
    else
        log_warnx("%s", why);
    return rc == NILA_ERR_CONFIG ? EX_USAGE : EX_DATAERR;
}

/* Oxygen exchange of every row from k_o2, or k600, or the wind. The exit code. */
static int take_exchange(struct water_args *a, const struct watertable *t, struct feed *f)
{
    bool got;
    double *k = f->driver[EXCHANGE];
    int code = take_series(a, t, "k_o2_m_d", NAN, 0, 100, false, k, &got);

    if (code != EX_OK || got)
        return code;
    code = take_series(a, t, "k600_m_d", NAN, 0, 100, false, k, &got);
    if (code == EX_OK && !got)
        code = take_series(a, t, "wind_m_s", NAN, 0, 80, true, f->wind, &got);
    else
        f->exchange = NULL;
    for (size_t i = 0; code == EX_OK && i < f->n; i++) {
        double u10 = gas_u10_m_s(f->wind[i], f->wind_z_m);

        if (f->exchange != NULL)
            k[i] = strcmp(f->exchange, "crusius") == 0  ? gas_k600_crusius_m_d(u10)
                   : strcmp(f->exchange, "vachon") == 0 ? gas_k600_vachon_m_d(u10, f->area_m2)
                                                        : gas_k600_cole_m_d(u10);
        k[i] = gas_k_o2_m_d(k[i], f->driver[TEMP][i]);
    }
    return code;
}

static int take_options(struct water_args *a, struct feed *f)
{
    const char *method = water_given(a, "method"), *exchange = water_given(a, "exchange");
    int code = take_one(a, "depth_m", NAN, 0.05, 100, &f->depth_m);

    if (code == EX_OK)
        code = take_one(a, "wind_z_m", 10, 0.1, 100, &f->wind_z_m);
    f->exchange = exchange != NULL ? exchange : "cole";
    if (code == EX_OK && strcmp(f->exchange, "vachon") == 0)
        code = take_one(a, "area_m2", NAN, 1, 1e12, &f->area_m2);
    else if (code == EX_OK && strcmp(f->exchange, "cole") != 0 &&
             strcmp(f->exchange, "crusius") != 0) {
        log_warnx("--exchange %.40s: cole, crusius, vachon", f->exchange);
        return EX_USAGE;
    }
    for (int k = 0; method != NULL && k < METHODS; k++)
        if (strcmp(METHOD[k].name, method) == 0)
            f->method = &METHOD[k];
    if (code == EX_OK && method != NULL && f->method == NULL) {
        log_warnx("--method %.40s: bookkeeping, ols, mle_oe, mle_pe, kalman, kalman_simplex",
                  method);
        return EX_USAGE;
    }
    return code;
}

/* Rows whose time rises, in place. */
static void only_rising(struct feed *f)
{
    double *const series[] = {f->oxygen, f->driver[SAT], f->driver[EXCHANGE], f->driver[LIGHT],
                              f->driver[TEMP]};
    size_t n = 0;

    for (size_t i = 0; i < f->n; i++) {
        if (n > 0 && f->ts[i] <= f->ts[n - 1])
            continue;
        f->ts[n] = f->ts[i];
        for (size_t k = 0; k < sizeof series / sizeof series[0]; k++)
            series[k][n] = series[k][i];
        n++;
    }
    f->n = n;
}

/* Times, oxygen, temperature, salinity and pressure; the exit code. */
static int take_oxygen(struct water_args *a, const struct watertable *t, struct feed *f)
{
    char why[WATER_WHY] = "";
    bool got;
    int code, column = watertable_find(t, "time");

    if (column < 0 || watertable_times(t, column, f->ts, why, sizeof why) != 0) {
        log_warnx(column < 0
                      ? tongue("%.200s:1:1: kolom time tidak ada", "%.200s:1:1: no column time")
                      : "%s",
                  column < 0 ? a->csv : why);
        return EX_DATAERR;
    }
    code = take_series(a, t, "do_mg_l", NAN, 1e-9, 60, true, f->oxygen, &got); /* 0 is a fault */
    if (code == EX_OK)
        code = take_series(a, t, "temp_c", NAN, 1.001, 60, true, f->driver[TEMP], &got);
    if (code == EX_OK)
        code = take_series(a, t, "sal_psu", 0, 0, 45, true, f->sal, &got);
    if (code == EX_OK)
        code =
            take_series(a, t, "baro_hpa", WATEREQ_BARO_LOWLAND_HPA, 500, 1100, true, f->baro, &got);
    return code;
}

static void saturate(struct feed *f)
{
    for (size_t i = 0; i < f->n; i++)
        f->driver[SAT][i] = watereq_do_sat_mg_l(f->driver[TEMP][i], f->sal[i], f->baro[i]);
}

static int take_feed(struct water_args *a, const struct watertable *t, struct feed *f)
{
    bool got = false;
    int code = take_oxygen(a, t, f);

    if (code == EX_OK)
        code = take_series(a, t, "par_w_m2", NAN, 0, 3000, false, f->driver[LIGHT], &f->has_light);
    if (code == EX_OK)
        code = take_exchange(a, t, f);
    if (code == EX_OK)
        code = take_series(a, t, "do_sat_mg_l", NAN, 0, 60, false, f->driver[SAT], &got);
    if (code == EX_OK && !got)
        saturate(f);
    for (size_t i = 0; code == EX_OK && !f->has_light && i < f->n; i++)
        f->driver[LIGHT][i] = 0;
    if (code == EX_OK &&
        water_left_over(a,
                        "--depth_m, --method, --exchange, --wind_z_m, --area_m2, --temp_c, "
                        "--sal_psu, --baro_hpa, --wind_m_s, --k600_m_d, --k_o2_m_d, --do_sat_mg_l"))
        code = EX_USAGE;
    if (code == EX_OK)
        only_rising(f);
    return code;
}

/* --- a day --- */

struct grid {
    size_t n;
    double *oxygen, *driver[DRIVERS];
    bool *is_day;
};

/* Straight lines over what is missing, the ends carried on; false when less than half is there. */
static bool fill(double *v, size_t n)
{
    size_t known = 0, last = 0;

    for (size_t i = 0; i < n; i++) {
        if (isnan(v[i]))
            continue;
        for (size_t k = known == 0 ? 0 : last + 1; k < i; k++)
            v[k] = known == 0
                       ? v[i]
                       : v[last] + (v[i] - v[last]) * (double)(k - last) / (double)(i - last);
        last = i;
        known++;
    }
    for (size_t k = last + 1; known > 0 && k < n; k++)
        v[k] = v[last];
    return 2 * known >= n;
}

/* Rows from..to of one civil day onto equal steps; false: too little was measured. */
static bool lay(const struct feed *f, size_t from, size_t to, double step_ms, struct grid *g)
{
    const int64_t start = civil_day_start(civil_day(f->ts[from]));
    size_t measured = 0;
    bool enough = true;

    for (size_t i = 0; i < g->n; i++) {
        g->oxygen[i] = NAN;
        for (int k = 0; k < DRIVERS; k++)
            g->driver[k][i] = NAN;
    }
    for (size_t i = from; i < to; i++) {
        double at = floor((double)(f->ts[i] - start) / step_ms + 0.5);
        size_t slot = at >= (double)g->n ? g->n - 1 : (size_t)at;

        if (!isnan(f->oxygen[i]) && isnan(g->oxygen[slot])) {
            g->oxygen[slot] = f->oxygen[i];
            measured++;
        }
        for (int k = 0; k < DRIVERS; k++)
            if (isnan(g->driver[k][slot]))
                g->driver[k][slot] = f->driver[k][i];
    }
    for (int k = 0; k < DRIVERS; k++)
        enough &= fill(g->driver[k], g->n);
    for (size_t i = 0; i < g->n; i++) {
        double hour = 24 * (double)i / (double)g->n;

        g->is_day[i] = f->has_light ? g->driver[LIGHT][i] > 0 : hour >= 6 && hour < 18;
    }
    return enough && (double)measured >= COVERAGE * (double)g->n;
}

struct tally {
    size_t days, left_out, failed, odd;
};

static void day_rows(const struct feed *f, const struct grid *g, int32_t day, struct water_sheet *s,
                     struct tally *tally)
{
    const struct metabolism_day d = {
        g->n,           (double)g->n,        f->depth_m,       g->oxygen,
        g->driver[SAT], g->driver[EXCHANGE], g->driver[LIGHT], g->driver[TEMP],
        g->is_day};
    char text[16];

    (void)civil_format_day(text, sizeof text, day);
    for (int k = 0; k < METHODS; k++) {
        struct metabolism m;

        if (f->method != NULL ? f->method != &METHOD[k]
                              : !METHOD[k].usually || (k > 0 && !f->has_light))
            continue;
        if (METHOD[k].run(&d, &m) != 0) {
            tally->failed++;
            continue;
        }
        tally->odd += m.gpp < 0 || m.r > 0;
        water_sheet_text(s, text);
        water_sheet_text(s, METHOD[k].name);
        const double value[] = {m.gpp, m.gpp_se, m.r, m.r_se, m.net, (double)m.used, (double)g->n};
        for (size_t v = 0; v < sizeof value / sizeof value[0]; v++)
            water_sheet_number(s, value[v]);
    }
}

static void words(const struct water_args *a, const struct feed *f, const struct tally *tally)
{
    water_say(
        a,
        tongue("%s: %zu hari, %zu dilewati (oksigen di bawah 85 %% atau masukan di bawah 50 %%)",
               "%s: %zu days, %zu left out (oxygen below 85 %% or inputs below 50 %%)"),
        a->csv, tally->days, tally->left_out);
    if (!f->has_light)
        water_say(a, "%s",
                  tongue("tanpa kolom par_w_m2 hanya bookkeeping; siang dianggap 06-18",
                         "without a column par_w_m2 only bookkeeping; day is taken as 06-18"));
    if (f->exchange != NULL)
        water_say(a,
                  tongue("pertukaran gas dari angin (%s), dicocokkan di danau: di kolam perkiraan",
                         "gas exchange from the wind (%s), fitted on lakes: in ponds an estimate"),
                  f->exchange);
    if (tally->failed > 0)
        water_say(a, tongue("%zu hasil tidak dapat ditentukan", "%zu results could not be told"),
                  tally->failed);
    if (tally->odd > 0)
        water_say(a,
                  tongue("%zu hasil bertanda terbalik: hari itu modelnya tidak berlaku (air "
                         "berpindah, kincir, probe)",
                         "%zu results of the wrong sign: that day the model does not hold (moved "
                         "water, aerator, probe)"),
                  tally->odd);
}

static int run_days(const struct water_args *a, const struct feed *f, double step_ms)
{
    static const char *const NAME[] = {"day",  "method",     "gpp_mg_l_d", "gpp_se", "r_mg_l_d",
                                       "r_se", "net_mg_l_d", "used",       "steps"};
    struct buf b = {0};
    struct water_sheet s = {&b, a->json, NAME, 9, 0};
    struct grid g = {.n = (size_t)floor((double)CIVIL_DAY_MS / step_ms + 0.5)};
    struct tally tally = {0, 0, 0, 0};
    int code;

    g.oxygen = xcalloc(g.n, sizeof *g.oxygen);
    g.is_day = xcalloc(g.n, sizeof *g.is_day);
    for (int k = 0; k < DRIVERS; k++)
        g.driver[k] = xcalloc(g.n, sizeof *g.driver[k]);
    water_sheet_begin(&s);
    for (size_t from = 0, to; from < f->n; from = to) {
        const int32_t day = civil_day(f->ts[from]);

        for (to = from; to < f->n && civil_day(f->ts[to]) == day;)
            to++;
        tally.days++;
        if (lay(f, from, to, step_ms, &g))
            day_rows(f, &g, day, &s, &tally);
        else
            tally.left_out++;
    }
    words(a, f, &tally);
    code = water_write(a, &b);
    for (int k = 0; k < DRIVERS; k++)
        free(g.driver[k]);
    free(g.oxygen);
    free(g.is_day);
    buf_free(&b);
    return code;
}

/* Room for every row; the exit code. */
static int open_feed(const struct water_args *a, struct watertable **t, struct feed *f)
{
    char why[WATER_WHY] = "";
    int rc = watertable_read(t, a->csv, why, sizeof why);

    if (rc != 0) {
        log_warnx("%s", why);
        return command_exit_code(rc);
    }
    f->n = watertable_rows(*t);
    f->ts = xcalloc(f->n + 1, sizeof *f->ts);
    f->oxygen = xcalloc(f->n + 1, sizeof *f->oxygen);
    f->sal = xcalloc(f->n + 1, sizeof *f->sal);
    f->baro = xcalloc(f->n + 1, sizeof *f->baro);
    f->wind = xcalloc(f->n + 1, sizeof *f->wind);
    for (int k = 0; k < DRIVERS; k++)
        f->driver[k] = xcalloc(f->n + 1, sizeof *f->driver[k]);
    return EX_OK;
}

/* The median step; the exit code, told when it is none to work with. */
static int step_of_feed(const struct water_args *a, const struct feed *f, double *step_ms)
{
    double *work = xcalloc(f->n + 1, sizeof *work);

    *step_ms = qc_step_ms(f->ts, f->n, work);
    free(work);
    if (*step_ms >= 10e3 && *step_ms <= 4 * 3600e3)
        return EX_OK;
    log_warnx(tongue("%.200s: jarak waktu %g s: harus 10 s sampai 4 jam",
                     "%.200s: time step %g s: must be 10 s to 4 hours"),
              a->csv, *step_ms / 1000);
    return EX_DATAERR;
}

int water_metabolism(struct water_args *a)
{
    struct feed f = {0};
    struct watertable *t = NULL;
    double step_ms;
    int code = take_options(a, &f);

    if (code == EX_OK)
        code = open_feed(a, &t, &f);
    if (code == EX_OK)
        code = take_feed(a, t, &f);
    if (code == EX_OK)
        code = step_of_feed(a, &f, &step_ms);
    if (code == EX_OK)
        code = run_days(a, &f, step_ms);
    feed_free(&f);
    watertable_free(t);
    return code;
}

/* --- nights --- */

/* Which night a moment belongs to, by its evening's day; false by day. 20:00 to 05:00: all the light is gone, and the evening's
 * mixing with it. */
static bool night_of(int64_t ts_ms, int32_t *evening)
{
    int hour = civil_from_ts(ts_ms).hour;

    *evening = civil_day(ts_ms) - (hour < 12);
    return hour >= 20 || hour < 5;
}

/* A row a night whose steps are whole; f's rows are of rising time. */
static int run_nights(const struct water_args *a, const struct feed *f, double step_ms)
{
    static const char *const NAME[] = {"evening", "r_mg_l_d", "k_per_d", "k_se", "used"};
    struct buf b = {0};
    struct water_sheet s = {&b, a->json, NAME, 5, 0};
    size_t nights = 0, told = 0;
    int code;

    water_sheet_begin(&s);
    for (size_t from = 0, to; from < f->n; from = to) {
        int32_t evening, other;
        const bool dark = night_of(f->ts[from], &evening);
        struct metabolism_day d = {.steps_per_day = (double)CIVIL_DAY_MS / step_ms,
                                   .do_mg_l = f->oxygen + from,
                                   .sat_mg_l = f->driver[SAT] + from};
        struct metabolism_night m;
        char text[16];

        /* a gap ends a night's piece */
        for (to = from + 1; to < f->n && night_of(f->ts[to], &other) == dark && other == evening &&
                            (double)(f->ts[to] - f->ts[to - 1]) < 1.5 * step_ms;)
            to++;
        d.n = to - from;
        if (!dark || (double)d.n * step_ms < 4 * 3600e3)
            continue;
        nights++;
        if (metabolism_night(&d, &m) != 0)
            continue;
        told++;
        (void)civil_format_day(text, sizeof text, evening);
        water_sheet_text(&s, text);
        water_sheet_number(&s, m.r);
        water_sheet_number(&s, m.k_per_d);
        water_sheet_number(&s, m.k_se);
        water_sheet_number(&s, (double)m.used);
    }
    water_say(
        a,
        tongue("%zu malam (20-05, 4 jam lebih tanpa celah), %zu memberi hasil; k_per_d negatif: "
               "malam itu tidak menunjukkan pertukaran gas",
               "%zu nights (20-05, 4 hours or more without a gap), %zu gave a result; a "
               "negative k_per_d: that night does not show the gas exchange"),
        nights, told);
    code = water_write(a, &b);
    buf_free(&b);
    return code;
}

int water_night(struct water_args *a)
{
    struct feed f = {0};
    struct watertable *t = NULL;
    double step_ms;
    int code = open_feed(a, &t, &f);

    if (code == EX_OK)
        code = take_oxygen(a, t, &f);
    if (code == EX_OK && water_left_over(a, "--temp_c, --sal_psu, --baro_hpa"))
        code = EX_USAGE;
    if (code == EX_OK) {
        saturate(&f);
        only_rising(&f);
        code = step_of_feed(a, &f, &step_ms);
    }
    if (code == EX_OK)
        code = run_nights(a, &f, step_ms);
    feed_free(&f);
    watertable_free(t);
    return code;
}

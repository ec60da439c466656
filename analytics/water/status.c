/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "status.h"

#include <math.h>
#include <stddef.h>

#include "collector/common/reading.h"
#include "collector/common/watereq.h"

#define HOUR_MS ((int64_t)60 * 60 * 1000)
#define DAY_MS  (24 * HOUR_MS)
/* Oxygen below danger for so long, and not risen by so much, does not recover. */
#define RECOVER_MS   (HOUR_MS / 2)
#define RECOVER_MG_L 0.2
#define ZERO_MS      (10 * MINUTE_MS)
#define MINUTE_MS    ((int64_t)60 * 1000)

struct judge {
    const struct status_scene *scene;
    const struct series_latest *latest;
    int64_t now_ms;
    const struct status_limits *limits;
    struct pond_status *out;
    /* The two newest usable oxygen readings: [0] the newest, within no_data_ms; [1] within the hour before it. */
    struct {
        double value;
        int64_t ts_ms;
    } oxygen[2];
    int oxygens;
    bool zero;            /* the newest is a suspected nothing that is believed */
    int64_t oxygen_ts_ms; /* newest usable oxygen of any age that we know of; 0 none */
    bool found;           /* out has its level */
};

int status_rank(enum status_level level)
{
    return (int)STATUS_DANGER - (int)level;
}

/* Neither too old nor from the future. */
static bool fresh(int64_t ts_ms, int64_t now_ms, const struct status_limits *limits)
{
    return ts_ms != 0 && now_ms - ts_ms <= limits->no_data_ms &&
           ts_ms - now_ms <= limits->no_data_ms;
}

bool status_current(const struct series_last *last, int64_t now_ms,
                    const struct status_limits *limits)
{
    return fresh(last->ts_ms, now_ms, limits) && reading_usable(last->flag) &&
           isfinite(last->value);
}

static void oxygen_add(struct judge *j, double value, int64_t ts_ms)
{
    if (ts_ms > j->oxygen_ts_ms)
        j->oxygen_ts_ms = ts_ms;
    if (j->oxygens >= 2)
        return;
    /* The newest must be fresh; what confirms it may be older, as probes may be asked every quarter of an hour. */
    if (j->oxygens == 0 ? !fresh(ts_ms, j->now_ms, j->limits)
                        : j->oxygen[0].ts_ms - ts_ms > HOUR_MS)
        return;
    j->oxygen[j->oxygens].value = value;
    j->oxygen[j->oxygens].ts_ms = ts_ms;
    j->oxygens++;
}

/* A probe that reads exactly nothing is suspected of being dead, but a pond without oxygen reads so too: such a value is
 * believed when it goes on from oxygen that was already low. It counts twice when it has been so for ZERO_MS, so that one
 * odd zero sounds no siren. */
static bool oxygen_at_zero(struct judge *j, const struct series *recent)
{
    const struct series_last *last = &j->latest->metric[METRIC_DO_MG_L];
    size_t n = recent == NULL ? 0 : recent->n;

    if (n == 0 || last->flag != READING_SUSPECT || !(last->value < j->limits->do_danger_mg_l) ||
        !fresh(last->ts_ms, j->now_ms, j->limits) || recent->ts_ms[n - 1] >= last->ts_ms ||
        last->ts_ms - recent->ts_ms[n - 1] > STATUS_RECENT_MS ||
        recent->value[n - 1] >= j->limits->do_watch_mg_l)
        return false;
    oxygen_add(j, last->value, last->ts_ms);
    if (last->ts_ms - recent->ts_ms[n - 1] >= ZERO_MS)
        oxygen_add(j, last->value, last->ts_ms);
    return true;
}

/* The newest value may be younger than the series, or be in it. */
static void oxygen_collect(struct judge *j, const struct series *hour)
{
    const struct series_last *last = &j->latest->metric[METRIC_DO_MG_L];
    int64_t newest = 0;

    j->zero = oxygen_at_zero(j, hour);
    if (!j->zero && last->ts_ms != 0 && reading_usable(last->flag) && isfinite(last->value)) {
        oxygen_add(j, last->value, last->ts_ms);
        newest = last->ts_ms;
    }
    for (size_t i = hour == NULL ? 0 : hour->n; i-- > 0;)
        if (newest == 0 || hour->ts_ms[i] < newest)
            oxygen_add(j, hour->value[i], hour->ts_ms[i]);
}

/* The fall from the hour's highest reading to the higher of the two newest, so that one odd reading makes no fall. */
static double oxygen_drop(const struct judge *j, const struct series *hour)
{
    double now, top;

    if (j->oxygens < 2)
        return NAN;
    now = fmax(j->oxygen[0].value, j->oxygen[1].value);
    top = now;
    for (size_t i = 0; hour != NULL && i < hour->n; i++)
        if (hour->ts_ms[i] >= j->oxygen[0].ts_ms - HOUR_MS && hour->value[i] > top)
            top = hour->value[i];
    return top - now;
}

/* Ammonia is often taken by hand, once a day: until the next day it still judges. */
static bool held(const struct judge *j, enum metric metric)
{
    const struct series_last *last = &j->latest->metric[metric];

    return last->ts_ms != 0 && reading_usable(last->flag) && isfinite(last->value) &&
           j->now_ms - last->ts_ms <= j->limits->ammonia_hold_ms &&
           last->ts_ms - j->now_ms <= j->limits->no_data_ms;
}

/* Measured now; or total ammonia, in the water of now; or what was measured last. NaN unknown. */
static void ammonia(struct judge *j)
{
    const struct series_last *m = j->latest->metric;
    const struct series_last *nh3 = &m[METRIC_NH3_N_MG_L], *tan = &m[METRIC_TAN_N_MG_L];

    j->out->nh3_n_mg_l = NAN;
    if (!status_current(nh3, j->now_ms, j->limits) && held(j, METRIC_TAN_N_MG_L) &&
        status_current(&m[METRIC_PH], j->now_ms, j->limits) &&
        status_current(&m[METRIC_TEMP_C], j->now_ms, j->limits)) {
        j->out->nh3_n_mg_l =
            watereq_nh3_n_mg_l(tan->value, m[METRIC_TEMP_C].value, m[METRIC_PH].value);
        j->out->nh3_ts_ms = tan->ts_ms;
    } else if (held(j, METRIC_NH3_N_MG_L)) {
        j->out->nh3_n_mg_l = nh3->value;
        j->out->nh3_ts_ms = nh3->ts_ms;
    }
}

/* An ammonia too old to judge by still forbids lime: a caution harms no fish. NaN: nothing usable is known. */
static double last_known(const struct judge *j, enum metric metric)
{
    const struct series_last *last = &j->latest->metric[metric];
    return last->ts_ms != 0 && reading_usable(last->flag) ? last->value : NAN;
}

/* Keeps the first judgement that holds: callers ask in the order of the rules. */
static void say(struct judge *j, bool holds, enum status_level level, enum status_reason reason,
                enum metric metric, double value, double limit)
{
    if (!holds || j->found)
        return;
    j->found = true;
    j->out->level = level;
    j->out->reason = reason;
    j->out->metric = metric;
    j->out->value = value;
    j->out->limit = limit;
    j->out->ts_ms = j->latest->metric[metric].ts_ms;
    if (metric == METRIC_DO_MG_L && j->oxygen_ts_ms != 0)
        j->out->ts_ms = j->oxygens > 0 ? j->oxygen[0].ts_ms : j->oxygen_ts_ms;
    if (reason == REASON_AMMONIA_HIGH) /* derived: as old as its total ammonia */
        j->out->ts_ms = j->out->nh3_ts_ms;
}

/* NaN compares false with every limit, so an unknown value says nothing. */
static double present(const struct judge *j, enum metric metric)
{
    const struct series_last *last = &j->latest->metric[metric];
    return status_current(last, j->now_ms, j->limits) ? last->value : NAN;
}

/* Keeps the first judgement; for what no probe of this pond measured: told or counted, at ts_ms. */
static void say_told(struct judge *j, bool holds, enum status_level level,
                     enum status_reason reason, double value, double limit, int64_t ts_ms)
{
    if (!holds || j->found)
        return;
    say(j, true, level, reason, METRIC_DO_MG_L, value, limit);
    j->out->ts_ms = ts_ms;
}

static bool within(int64_t ts_ms, int64_t now_ms, int64_t hold_ms)
{
    return ts_ms != 0 && now_ms - ts_ms < hold_ms;
}

/* Below danger throughout the last half hour, and no higher than when it began: since when, in minutes; else NaN. */
static double stuck_minutes(const struct judge *j, const struct series *hour)
{
    double limit = j->limits->do_danger_mg_l, then = NAN;
    int64_t since = 0;

    if (j->oxygens < 2 || hour == NULL || j->oxygen[0].value >= limit)
        return NAN;
    for (size_t i = hour->n; i-- > 0 && hour->value[i] < limit;) {
        since = hour->ts_ms[i];
        if (j->now_ms - since >= RECOVER_MS && isnan(then))
            then = hour->value[i];
    }
    if (since == 0 || isnan(then) || j->oxygen[0].value - then > RECOVER_MG_L - 1e-9)
        return NAN;
    return floor((double)(j->now_ms - since) / (double)MINUTE_MS);
}

/* pH lost, or with a sign of -1 gained, since the same hour of yesterday by the newest reading and by the last hour's
 * mean, whichever says less; NaN unknown. */
static double ph_moved(const struct judge *j, double sign)
{
    const struct status_ph *days = j->scene->ph;
    double ph = present(j, METRIC_PH);

    if (days == NULL || !isfinite(ph) || !isfinite(days->hour) || !isfinite(days->yesterday))
        return NAN;
    return fmin(sign * (days->yesterday - ph), sign * (days->yesterday - days->hour));
}

static void judge_oxygen_danger(struct judge *j)
{
    const struct status_limits *l = j->limits;
    const struct status_scene *s = j->scene;
    bool twice = j->oxygens == 2 && j->oxygen[0].value < l->do_danger_mg_l &&
                 j->oxygen[1].value < l->do_danger_mg_l;
    bool dark = s->mains_lost_ms != 0 &&
                (s->system == POND_SYSTEM_BIOFLOC || j->now_ms - s->mains_lost_ms >= l->mains_ms);

    say_told(j, within(s->gasping_ms, j->now_ms, l->gasping_hold_ms), STATUS_DANGER, REASON_GASPING,
             j->oxygens > 0 ? j->oxygen[0].value : NAN, NAN, s->gasping_ms);
    say_told(j, dark && s->system != POND_SYSTEM_CAGE, STATUS_DANGER, REASON_POWER_LOST, NAN, NAN,
             s->mains_lost_ms);
    say(j, twice && isfinite(j->out->minutes), STATUS_DANGER, REASON_DO_NOT_RECOVERING,
        METRIC_DO_MG_L, j->oxygen[0].value, l->do_danger_mg_l);
    say(j, twice, STATUS_DANGER, REASON_DO_CRITICAL, METRIC_DO_MG_L, j->oxygen[0].value,
        l->do_danger_mg_l);
}

static void judge_danger(struct judge *j)
{
    const struct status_limits *l = j->limits;
    const struct status_scene *s = j->scene;
    double ph = present(j, METRIC_PH), temp = present(j, METRIC_TEMP_C), nh3 = j->out->nh3_n_mg_l;
    double fall = ph_moved(j, 1.0), before = s->ph == NULL ? NAN : s->ph->yesterday;
    bool young = s->stocked_ms != 0 && j->now_ms >= s->stocked_ms &&
                 (double)(j->now_ms - s->stocked_ms) < l->stocked_days * (double)DAY_MS;
    double ph_low = young ? fmax(l->ph_danger_low, l->ph_stocked_low) : l->ph_danger_low;
    bool acid = ph < l->ph_danger_low || fall > l->ph_fall ||
                (fall > l->ph_fall / 2.0 && j->out->drop_mg_l > l->do_drop_mg_l);

    judge_oxygen_danger(j);
    if (s->system == POND_SYSTEM_CAGE) {
        say(j, acid, STATUS_DANGER, REASON_RIVER_ACID, METRIC_PH, ph, l->ph_danger_low);
        say_told(j, within(s->river_acid_ms, j->now_ms, l->river_hold_ms), STATUS_DANGER,
                 REASON_RIVER_ACID, ph, NAN, s->river_acid_ms);
    }
    say(j, nh3 >= l->nh3_danger, STATUS_DANGER, REASON_AMMONIA_HIGH, METRIC_NH3_N_MG_L, nh3,
        l->nh3_danger);
    say(j, ph < ph_low, STATUS_DANGER, REASON_PH_LOW, METRIC_PH, ph, ph_low);
    say(j, fall > l->ph_fall, STATUS_DANGER, REASON_PH_FALL, METRIC_PH, ph, before);
    say(j, ph > l->ph_danger_high, STATUS_DANGER, REASON_PH_HIGH, METRIC_PH, ph, l->ph_danger_high);
    say(j, temp > l->temp_danger_high, STATUS_DANGER, REASON_TEMP_HIGH, METRIC_TEMP_C, temp,
        l->temp_danger_high);
    say(j, temp < l->temp_danger_low, STATUS_DANGER, REASON_TEMP_LOW, METRIC_TEMP_C, temp,
        l->temp_danger_low);
    say_told(j,
             s->deaths > 0.0 && (s->deaths > fmax(l->deaths_times * s->deaths_usual, 5.0) ||
                                 (s->fish > 0.0 && s->deaths > l->deaths_share * s->fish)),
             STATUS_DANGER, REASON_MORTALITY, s->deaths, s->deaths_usual, j->now_ms);
}

/* Does a probe that once spoke send nothing usable now? */
static bool doubtful(const struct judge *j, enum metric metric)
{
    const struct series_last *last = &j->latest->metric[metric];
    return last->ts_ms != 0 && !status_current(last, j->now_ms, j->limits);
}

/* Is its newest value of now, and read while the probe was being calibrated? The collector marks it so as long as it lends it. */
static bool calibrating(const struct judge *j, enum metric metric)
{
    const struct series_last *last = &j->latest->metric[metric];
    return fresh(last->ts_ms, j->now_ms, j->limits) && (last->bits & READING_BIT_CALIBRATION) != 0;
}

/* Since it was said to begin; a probe whose beginning is not known, since that value. */
static void say_calibration(struct judge *j, enum metric metric)
{
    const struct series_last *said = &j->latest->metric[METRIC_CALIBRATING];

    if (j->found || !calibrating(j, metric))
        return;
    say(j, true, STATUS_WATCH, REASON_CALIBRATION, metric, NAN, NAN);
    j->out->ts_ms =
        said->ts_ms != 0 && said->value > 0.5 ? said->ts_ms : j->latest->metric[metric].ts_ms;
}

/* The doubtful value itself, when it is a fresh one: a stale value is never shown as if it were current. */
static void say_doubtful(struct judge *j, enum metric metric, enum status_level level)
{
    const struct series_last *last = &j->latest->metric[metric];
    bool speaks = fresh(last->ts_ms, j->now_ms, j->limits) && isfinite(last->value);

    say_calibration(j, metric);
    if (j->found || !doubtful(j, metric) || (metric == METRIC_DO_MG_L && j->zero))
        return;
    say(j, true, level, REASON_SENSOR_SUSPECT, metric, speaks ? last->value : NAN, NAN);
    if (speaks)
        j->out->ts_ms = last->ts_ms;
}

static void judge_no_data(struct judge *j)
{
    const struct series_last *last = &j->latest->metric[METRIC_DO_MG_L];

    if (j->oxygens > 0)
        return;
    say_calibration(j, METRIC_DO_MG_L);
    if (fresh(last->ts_ms, j->now_ms, j->limits))
        say_doubtful(j, METRIC_DO_MG_L, STATUS_NO_DATA);
    say(j, true, STATUS_NO_DATA, REASON_NO_DATA, METRIC_DO_MG_L, NAN, NAN);
}

/* Below this pH a watch begins: less than the standard's in a pond whose water is always so (peat). */
static double ph_watch_low(const struct judge *j)
{
    const struct status_limits *l = j->limits;
    double usual = j->scene->ph == NULL ? NAN : j->scene->ph->usual;

    if (!isfinite(usual) || usual - l->ph_usual_margin >= l->ph_watch_low)
        return l->ph_watch_low;
    return fmin(l->ph_watch_low, fmax(usual - l->ph_usual_margin, l->ph_usual_lowest));
}

static void judge_ammonia_watch(struct judge *j)
{
    const struct status_limits *l = j->limits;
    const struct status_scene *s = j->scene;
    double nh3 = j->out->nh3_n_mg_l, ph = present(j, METRIC_PH);
    bool much = last_known(j, METRIC_TAN_N_MG_L) > l->tan_no_lime_mg_l;

    say(j, nh3 >= l->nh3_watch, STATUS_WATCH, REASON_AMMONIA_HIGH, METRIC_NH3_N_MG_L, nh3,
        l->nh3_watch);
    say(j, much && ph_moved(j, -1.0) > l->ph_rise, STATUS_WATCH, REASON_PH_RISE, METRIC_PH, ph,
        s->ph == NULL ? NAN : s->ph->yesterday);
}

static void judge_watch(struct judge *j)
{
    const struct status_limits *l = j->limits;
    const struct status_scene *s = j->scene;
    double ph = present(j, METRIC_PH), temp = present(j, METRIC_TEMP_C);
    double turb = present(j, METRIC_TURB_NTU), ph_low = ph_watch_low(j);
    /* Ammonia and turbidity are often taken by hand, once a day: their silence is no fault. */
    static const struct {
        enum metric metric;
        bool must_speak;
    } PROBES[] = {{METRIC_DO_MG_L, true},     {METRIC_PH, true},          {METRIC_TEMP_C, true},
                  {METRIC_NH3_N_MG_L, false}, {METRIC_TAN_N_MG_L, false}, {METRIC_TURB_NTU, false}};

    /* Two probes may speak in turn: the lower of the two newest is told, and both must be well before the pond is. */
    int low = j->oxygens == 2 && j->oxygen[1].value < j->oxygen[0].value ? 1 : 0;
    bool scarce = !j->found && j->oxygen[low].value < l->do_watch_mg_l;

    say(j, scarce, STATUS_WATCH, REASON_DO_LOW, METRIC_DO_MG_L, j->oxygen[low].value,
        l->do_watch_mg_l);
    if (scarce)
        j->out->ts_ms = j->oxygen[low].ts_ms;
    say(j, j->out->drop_mg_l > l->do_drop_mg_l, STATUS_WATCH, REASON_DO_FAST_DROP, METRIC_DO_MG_L,
        j->oxygen[0].value, l->do_drop_mg_l);
    say_told(j, s->night && s->night_p_watch >= l->night_watch, STATUS_WATCH, REASON_DO_NIGHT,
             s->night_min_mg_l, l->do_watch_mg_l, s->night_low_ms);
    judge_ammonia_watch(j);
    say(j, ph < ph_low, STATUS_WATCH, REASON_PH_LOW, METRIC_PH, ph, ph_low);
    say(j, ph > l->ph_watch_high, STATUS_WATCH, REASON_PH_HIGH, METRIC_PH, ph, l->ph_watch_high);
    say(j, temp > l->temp_watch_high, STATUS_WATCH, REASON_TEMP_HIGH, METRIC_TEMP_C, temp,
        l->temp_watch_high);
    say(j, temp < l->temp_watch_low, STATUS_WATCH, REASON_TEMP_LOW, METRIC_TEMP_C, temp,
        l->temp_watch_low);
    say(j, turb > l->turb_watch_ntu, STATUS_WATCH, REASON_WATER_TURBID, METRIC_TURB_NTU, turb,
        l->turb_watch_ntu);
    for (size_t i = 0; i < sizeof PROBES / sizeof PROBES[0]; i++)
        if (PROBES[i].must_speak ||
            fresh(j->latest->metric[PROBES[i].metric].ts_ms, j->now_ms, j->limits))
            say_doubtful(j, PROBES[i].metric, STATUS_WATCH);
    say_told(j, s->fouled_ms != 0, STATUS_WATCH, REASON_FOULING, NAN, NAN, s->fouled_ms);
}

/* Lime only where ammonia was measured lately and is low; what was high once forbids it whatever its age. */
static void judge_lime(struct judge *j)
{
    const struct status_limits *l = j->limits;
    bool known = held(j, METRIC_NH3_N_MG_L) || held(j, METRIC_TAN_N_MG_L);

    j->out->ammonia_high = j->out->nh3_n_mg_l >= l->nh3_watch ||
                           last_known(j, METRIC_NH3_N_MG_L) >= l->nh3_watch ||
                           last_known(j, METRIC_TAN_N_MG_L) > l->tan_no_lime_mg_l;
    j->out->no_lime = j->out->ammonia_high || !known;
}

void status_judge(const struct status_scene *scene, const struct status_limits *limits,
                  struct pond_status *out)
{
    struct judge j = {.scene = scene,
                      .latest = scene->latest,
                      .now_ms = scene->now_ms,
                      .limits = limits,
                      .out = out};

    *out = (struct pond_status){.level = STATUS_OK, .reason = REASON_ALL_WELL};
    out->metric = METRIC_DO_MG_L;
    out->value = out->limit = NAN;
    oxygen_collect(&j, scene->do_recent);
    out->drop_mg_l = oxygen_drop(&j, scene->do_recent);
    out->minutes = stuck_minutes(&j, scene->do_recent);
    ammonia(&j);
    judge_lime(&j);
    for (int m = 0; m < METRIC_CALIBRATING; m++) /* from there on they are events, not readings */
        out->doubtful += doubtful(&j, (enum metric)m) ? 1 : 0;
    judge_danger(&j);
    judge_no_data(&j);
    judge_watch(&j);
    say(&j, true, STATUS_OK, REASON_ALL_WELL, METRIC_DO_MG_L, j.oxygen[0].value, NAN);
}

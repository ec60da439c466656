/* SPDX-License-Identifier: GPL-3.0-or-later */
/* status: one pond's state now, with the reason and the advice. A missing sensor is never green.
 *
 * Rules, worst level first; inside a level the first of this order wins, so that one cause gives one message:
 * - danger: somebody saw fish gasp (whatever the probe says); mains lost for mains_ms, of biofloc at once; oxygen below
 *   do_danger in the two newest usable readings, at most an hour apart, and when that lasts half an hour without a rise,
 *   that it does not recover; acid river water at a cage; NH3-N, pH or temperature beyond its danger limit; pH below
 *   ph_stocked_low in the days after stocking; pH fallen by ph_fall since the same hour of yesterday; many deaths;
 * - watch, before no data: the oxygen probe is being calibrated (READING_BIT_CALIBRATION) and nothing usable is known meanwhile. Other
 *   probes likewise, in place of their doubt;
 * - no data: no usable oxygen younger than no_data_ms. When the probe does send, but doubtful values, the reason is the
 *   sensor and not the silence;
 * - watch: oxygen below do_watch in one of the two newest (one reading below do_danger counts here until a second confirms it); oxygen fallen by
 *   more than do_drop within the hour; tonight's forecast; ammonia; a rise of pH over total ammonia; pH; temperature;
 *   turbidity; a probe of these whose newest value is not usable; an oxygen, pH or temperature probe that spoke before and
 *   went silent; a probe that seems fouled.
 * Values that are not usable, or older than no_data_ms, never judge anything: they only make the probe doubtful; but for
 * oxygen of 0, suspected as of a dead probe, that goes on from oxygen below do_watch: that is believed. Ammonia
 * alone judges for ammonia_hold_ms, total ammonia with the pH and temperature of now: it is often taken by hand, and a
 * pond does not become well because nobody measured again.
 * Ammonia comes before pH. no_lime says that lime must not be advised: ammonia is high, was when last measured, or is not
 * known.
 * Peat water is acid and fish live in it: the pond's own usual pH (ph_usual) moves the lower watch limit, never a danger.
 * Pure; no allocation. */
#ifndef ANALYTICS_STATUS_H
#define ANALYTICS_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#include "analytics/series.h"
#include "collector/common/site.h"

enum status_level { /* rising badness; pages sort worst first by status_rank */
    STATUS_OK,      /* AMAN */
    STATUS_WATCH,   /* WASPADA */
    STATUS_NO_DATA, /* TIDAK ADA DATA */
    STATUS_DANGER   /* BAHAYA */
};

/* What the judgement rests on; each has a title, a sentence and an advice in text.c (from the advice table). */
enum status_reason {
    REASON_ALL_WELL,
    REASON_GASPING,
    REASON_POWER_LOST,
    REASON_DO_NOT_RECOVERING,
    REASON_DO_CRITICAL,
    REASON_RIVER_ACID,
    REASON_DO_LOW,
    REASON_DO_FAST_DROP,
    REASON_DO_NIGHT,
    REASON_PH_FALL,
    REASON_PH_RISE,
    REASON_PH_LOW,
    REASON_PH_HIGH,
    REASON_AMMONIA_HIGH,
    REASON_TEMP_HIGH,
    REASON_TEMP_LOW,
    REASON_WATER_TURBID,
    REASON_NO_DATA,
    REASON_SENSOR_SUSPECT,
    REASON_FOULING,
    REASON_MORTALITY,
    REASON_CALIBRATION,
    REASON_COUNT
};
/* "do_critical" ...: the keys of the advice table, for programs, records and channels. */
const char *status_reason_key(enum status_reason reason);

/* Watch: at the limit is still well for lower limits (3.0 mg/L is well, 2.9 is not) and for upper ones (32.0 C is well);
 * ammonia is on watch at nh3_watch and in danger at nh3_danger. status_limits.c names the source of each default. */
struct status_limits {
    double do_watch_mg_l, do_danger_mg_l; /* 1..20; danger never under STATUS_DO_DANGER_LEAST */
    double do_drop_mg_l;                  /* fall within one hour; > 0 */
    double ph_danger_low, ph_watch_low, ph_watch_high, ph_danger_high; /* 2..12, rising */
    double ph_stocked_low;   /* danger in the stocked_days after stocking */
    double ph_fall, ph_rise; /* against the same hour of yesterday */
    double ph_usual_margin;  /* below the pond's usual pH a watch begins ... */
    double ph_usual_lowest;  /* ... but nowhere under this */
    double temp_danger_low, temp_watch_low, temp_watch_high,
        temp_danger_high;         /* C, 10..45, rising */
    double nh3_watch, nh3_danger; /* NH3-N mg/L */
    double tan_no_lime_mg_l;      /* total ammonia-N above which raising the pH by lime is unsafe */
    double turb_watch_ntu;
    double night_watch;                /* chance of a night below do_watch that is told */
    double deaths_share, deaths_times; /* of the fish a day; of the usual number a day */
    double stocked_days;
    int64_t no_data_ms; /* a pond is without data when its newest usable oxygen reading is older */
    int64_t ammonia_hold_ms; /* ammonia, total or not, judges for so long after it was measured */
    int64_t mains_ms;        /* mains may be away so long */
    int64_t gasping_hold_ms, river_hold_ms; /* what a person said holds so long */
};
#define STATUS_DO_DANGER_LEAST 1.0
extern const struct status_limits STATUS_DEFAULTS;

/* The limits that may be set: name as in the configuration, bounds, and where the default comes from. */
struct status_limit {
    const char *name, *unit;
    size_t offset; /* of a double in struct status_limits */
    double least, most;
    const char *source;
};
extern const struct status_limit STATUS_LIMIT[];
#define STATUS_LIMIT_MOST 32 /* at least as many as there are */
extern const size_t STATUS_LIMIT_COUNT;
double *status_limit_at(struct status_limits *limits, size_t i); /* the i-th of STATUS_LIMIT */
/* Do they rise in order and leave danger its least? NULL, else what is wrong, in words. */
const char *status_limits_fault(const struct status_limits *limits);

/* pH over days: hourly means (series_load with an hour's bucket), for ph_days. Everything NaN when too little is known. */
struct status_ph {
    double usual;     /* median of the last 14 days; needs 5 days of 12 hours */
    double yesterday; /* mean of 22..26 hours ago; needs 2 hours */
    double hour;      /* mean of the last full hour's bucket */
};
struct status_ph status_ph_days(const struct series *hours, int64_t now_ms);

#define STATUS_RECENT_MS ((int64_t)3 * 3600 * 1000)
/* What is judged. Zeroed members are unknown; only latest and now_ms must be there. */
struct status_scene {
    const struct series_latest *latest;
    const struct series *do_recent; /* raw usable oxygen of the last STATUS_RECENT_MS; NULL none */
    int64_t now_ms;
    enum pond_system system;
    const struct status_ph *ph; /* NULL: not known */
    int64_t stocked_ms;         /* when the fish in it were stocked; 0 unknown */
    int64_t gasping_ms;         /* when somebody last said that fish gasp; 0 never */
    int64_t mains_lost_ms; /* since when the mains are away; 0: they are not, or nobody knows */
    int64_t river_acid_ms; /* when acid water was last told of or measured up the river; 0 never */
    int64_t fouled_ms;     /* since when a probe seems fouled; 0: none does */
    bool night;            /* tonight's forecast is known: */
    double night_p_watch;  /* chance of falling below do_watch before sunrise */
    double night_min_mg_l; /* middle of the lowest value */
    int64_t night_low_ms;  /* when do_watch is crossed by the middle path; 0: it is not */
    double deaths, deaths_usual; /* fish taken out dead today; usual a day */
    double fish;                 /* alive, estimate; 0 unknown */
};

struct pond_status {
    enum status_level level;
    enum status_reason reason;
    enum metric metric;  /* the one the reason is about */
    double value, limit; /* NaN when there is none */
    /* when value was measured; for no data and a silent probe the last usable time; for a calibration its beginning; 0 never */
    int64_t ts_ms;
    double drop_mg_l;  /* oxygen lost within the last hour, 0 or more; NaN unknown */
    double nh3_n_mg_l; /* derived or measured, NaN unknown */
    int64_t nh3_ts_ms; /* when it, or its total ammonia, was measured; 0: unknown */
    bool
        no_lime; /* ammonia is or would become poisonous, or is unknown: the advice must not be lime */
    bool ammonia_high; /* it is, or was when last measured; no_lime without it: nobody knows */
    double minutes;    /* how long oxygen has been below do_danger, do not recover; NaN else */
    int doubtful;      /* metrics whose newest value is not usable (shown, not used) */
};

/* A value stamped after now_ms counts as new (clocks differ by seconds), but one of more than no_data_ms ahead counts as
 * doubtful. */
void status_judge(const struct status_scene *scene, const struct status_limits *limits,
                  struct pond_status *out);

/* May the newest value of a metric be shown as the present one? Usable and not older than no_data_ms. */
bool status_current(const struct series_last *last, int64_t now_ms,
                    const struct status_limits *limits);

/* 0 worst .. 3 best, for sorting. */
int status_rank(enum status_level level);

#endif

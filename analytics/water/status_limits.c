/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The limits of status: what they are when nobody sets them, where each comes from, and which may be set. */
#include <stddef.h>

#include "collector/common/tongue.h"
#include "status.h"

#define MINUTE_MS ((int64_t)60 * 1000)
#define HOUR_MS   (60 * MINUTE_MS)

#define SNI       "SNI 7550:2009"
#define PROPOSAL  "proposal of this program"

/* What no source fixes is this project's proposal and said so. SNI 7550:2009 is the standard of growing nile tilapia in
 * still ponds: 25-32 C, pH 6.5-8.5, oxygen >= 3 mg/L, NH3 < 0.02 mg/L. The 1.5 mg/L of the siren is where feeding and
 * assimilation have lost 40 and 60 % (Tsadik and Kutty 1987); a two-reading limit of 3 would sound on half of all
 * nights in ponds without trouble. */
const struct status_limits STATUS_DEFAULTS = {
    .do_watch_mg_l = 3.0,
    .do_danger_mg_l = 1.5,
    .do_drop_mg_l = 2.0, /* turnover or a dying bloom; a night's slope is below 1 mg/L an hour */
    .ph_danger_low = 4.5,
    .ph_watch_low = 6.5,
    .ph_watch_high = 8.5,
    .ph_danger_high = 9.5, /* blooms touch 9 each afternoon */
    .ph_stocked_low = 5.5,
    .ph_fall = 0.7,
    .ph_rise = 0.5,
    .ph_usual_margin = 0.5,
    .ph_usual_lowest = 5.0,
    .temp_danger_low = 20.0,
    .temp_watch_low = 25.0,
    .temp_watch_high = 32.0,
    .temp_danger_high = 35.0,
    .nh3_watch = 0.02,
    .nh3_danger = 0.5,       /* under half of the LC50 of fry and near half growth */
    .tan_no_lime_mg_l = 1.0, /* one pH unit more makes ten times the NH3 */
    .turb_watch_ntu = 200.0, /* about Secchi 10-15 cm: silt or a very thick bloom */
    .night_watch = 0.5,
    .deaths_share = 0.01,
    .deaths_times = 3.0,
    .stocked_days = 14.0,
    .no_data_ms = 20 * MINUTE_MS,
    .ammonia_hold_ms = 24 * HOUR_MS, /* from one measurement by hand to the next */
    .mains_ms = MINUTE_MS,
    .gasping_hold_ms = 2 * HOUR_MS,
    .river_hold_ms = 48 * HOUR_MS,
};

#define AT(member) offsetof(struct status_limits, member)
const struct status_limit STATUS_LIMIT[] = {
    {"do_watch_mg_l", "mg/L", AT(do_watch_mg_l), 1.5, 20.0, SNI},
    {"do_danger_mg_l", "mg/L", AT(do_danger_mg_l), STATUS_DO_DANGER_LEAST, 10.0,
     "Tsadik and Kutty 1987, FAO AC168E"},
    {"do_drop_mg_l", "mg/L", AT(do_drop_mg_l), 0.5, 20.0, PROPOSAL},
    {"ph_danger_low", "", AT(ph_danger_low), 4.0, 8.0,
     "lethal about 4: Swingle 1961; young fish die from 5: J. Basic Appl. Zool. 2018"},
    {"ph_watch_low", "", AT(ph_watch_low), 4.0, 9.0, SNI},
    {"ph_watch_high", "", AT(ph_watch_high), 5.0, 11.0, SNI},
    {"ph_danger_high", "", AT(ph_danger_high), 6.0, 12.0,
     PROPOSAL ", above the 9.0 of Reboucas et al. 2016"},
    {"ph_stocked_low", "", AT(ph_stocked_low), 4.0, 8.0, "Reboucas et al. 2016"},
    {"ph_fall", "", AT(ph_fall), 0.2, 5.0, PROPOSAL},
    {"ph_rise", "", AT(ph_rise), 0.2, 5.0, PROPOSAL},
    {"ph_usual_margin", "", AT(ph_usual_margin), 0.1, 3.0, PROPOSAL},
    {"ph_usual_lowest", "", AT(ph_usual_lowest), 4.0, 8.0, PROPOSAL},
    {"temp_danger_low_c", "\302\260C", AT(temp_danger_low), 10.0, 45.0, "El-Sayed"},
    {"temp_watch_low_c", "\302\260C", AT(temp_watch_low), 10.0, 45.0, SNI},
    {"temp_watch_high_c", "\302\260C", AT(temp_watch_high), 10.0, 45.0, SNI},
    {"temp_danger_high_c", "\302\260C", AT(temp_danger_high), 10.0, 45.0, "El-Sayed"},
    {"nh3_n_watch_mg_l", "mg/L", AT(nh3_watch), 0.001, 2.0, SNI},
    {"nh3_n_danger_mg_l", "mg/L", AT(nh3_danger), 0.005, 2.0,
     PROPOSAL ", under half of the LC50 of Abdalla and McNabb 1998"},
    {"tan_no_lime_mg_l", "mg/L", AT(tan_no_lime_mg_l), 0.05, 20.0, PROPOSAL},
    {"turb_watch_ntu", "NTU", AT(turb_watch_ntu), 5.0, 4000.0, PROPOSAL},
    {"night_watch", "", AT(night_watch), 0.05, 0.95, PROPOSAL},
    {"deaths_share", "", AT(deaths_share), 0.001, 1.0, PROPOSAL},
    {"deaths_times", "", AT(deaths_times), 1.5, 100.0, PROPOSAL},
};
const size_t STATUS_LIMIT_COUNT = sizeof STATUS_LIMIT / sizeof STATUS_LIMIT[0];

_Static_assert(sizeof STATUS_LIMIT / sizeof STATUS_LIMIT[0] <= STATUS_LIMIT_MOST,
               "STATUS_LIMIT_MOST is too small");

double *status_limit_at(struct status_limits *limits, size_t i)
{
    return (double *)(void *)((char *)limits + STATUS_LIMIT[i].offset);
}

const char *status_limits_fault(const struct status_limits *l)
{
    if (l->do_danger_mg_l < STATUS_DO_DANGER_LEAST)
        return tongue("do_danger_mg_l di bawah 1.0 mg/L; sirene akan terlambat",
                      "do_danger_mg_l is under 1.0 mg/L; the siren would come too late");
    if (l->do_danger_mg_l > l->do_watch_mg_l)
        return tongue("do_danger_mg_l di atas do_watch_mg_l; batas bahaya di bawah batas waspada",
                      "do_danger_mg_l is above do_watch_mg_l; danger lies below watch");
    if (l->ph_danger_low > l->ph_watch_low || l->ph_watch_low >= l->ph_watch_high ||
        l->ph_watch_high > l->ph_danger_high)
        return tongue(
            "batas pH harus menaik: ph_danger_low, ph_watch_low, ph_watch_high, ph_danger_high",
            "the pH limits must rise: ph_danger_low, ph_watch_low, ph_watch_high, "
            "ph_danger_high");
    if (l->ph_stocked_low < l->ph_danger_low)
        return tongue(
            "ph_stocked_low di bawah ph_danger_low; ikan muda lebih peka, bukan lebih tahan",
            "ph_stocked_low is below ph_danger_low; young fish bear less, not more");
    if (l->temp_danger_low > l->temp_watch_low || l->temp_watch_low >= l->temp_watch_high ||
        l->temp_watch_high > l->temp_danger_high)
        return tongue("batas suhu harus menaik: temp_danger_low_c, temp_watch_low_c, "
                      "temp_watch_high_c, temp_danger_high_c",
                      "the temperature limits must rise: temp_danger_low_c, temp_watch_low_c, "
                      "temp_watch_high_c, temp_danger_high_c");
    if (l->nh3_watch > l->nh3_danger)
        return tongue("nh3_n_watch_mg_l di atas nh3_n_danger_mg_l",
                      "nh3_n_watch_mg_l is above nh3_n_danger_mg_l");
    return NULL;
}

const char *status_reason_key(enum status_reason reason)
{
    static const char *const KEY[REASON_COUNT] = {
        [REASON_ALL_WELL] = "all_well",
        [REASON_GASPING] = "gasping",
        [REASON_POWER_LOST] = "power_lost",
        [REASON_DO_NOT_RECOVERING] = "do_not_recovering",
        [REASON_DO_CRITICAL] = "do_critical",
        [REASON_RIVER_ACID] = "river_bangai",
        [REASON_DO_LOW] = "do_low",
        [REASON_DO_FAST_DROP] = "do_fast_drop",
        [REASON_DO_NIGHT] = "do_night",
        [REASON_PH_FALL] = "ph_fall",
        [REASON_PH_RISE] = "ph_rise",
        [REASON_PH_LOW] = "ph_low",
        [REASON_PH_HIGH] = "ph_high",
        [REASON_AMMONIA_HIGH] = "ammonia_high",
        [REASON_TEMP_HIGH] = "temp_high",
        [REASON_TEMP_LOW] = "temp_low",
        [REASON_WATER_TURBID] = "water_turbid",
        [REASON_NO_DATA] = "no_data",
        [REASON_SENSOR_SUSPECT] = "sensor_suspect",
        [REASON_FOULING] = "fouling",
        [REASON_MORTALITY] = "mortality_spike",
        [REASON_CALIBRATION] = "calibration",
    };
    return KEY[reason];
}

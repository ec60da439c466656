/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weather.h"

#include <math.h>

#include "collector/common/civil.h"
#include "rng.h"

static const double PI = 3.141592653589793;
static const double LATITUDE_DEG = -2.5;
static const double LONGITUDE_DEG = 112.9;
static const double WIB_MERIDIAN_DEG = 105;
static const double PAR_SHARE = 0.45;

/* What a draw is for; part of its key, so never renumber. */
enum draw {
    DRAW_CLOUD_DAY = 1,
    DRAW_CLOUD_HOUR,
    DRAW_OVERCAST,
    DRAW_RAIN_DAY,
    DRAW_RAIN_START,
    DRAW_RAIN_LENGTH,
    DRAW_RAIN_MM,
    DRAW_AIR,
    DRAW_DEW,
    DRAW_WIND_DAY,
    DRAW_GUST
};

static double clamp(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

static double hour_of(int64_t ts_ms, int32_t day)
{
    return (double)(ts_ms - civil_day_start(day)) / 3.6e6;
}

/* Days since 1 January, 0-based, of the civil day. */
static double day_of_year(int32_t day)
{
    return (double)(day - civil_day_of(civil_from_day(day).year, 1, 1));
}

double weather_clear_sky_w_m2(int64_t ts_ms)
{
    int32_t day = civil_day(ts_ms);
    double n = day_of_year(day) + 1;
    double b = 2 * PI * (n - 81) / 364;
    double equation_min = 9.87 * sin(2 * b) - 7.53 * cos(b) - 1.5 * sin(b);
    double solar_h =
        hour_of(ts_ms, day) + 4 * (LONGITUDE_DEG - WIB_MERIDIAN_DEG) / 60 + equation_min / 60;
    double decl = 23.45 * PI / 180 * sin(2 * PI * (284 + n) / 365);
    double lat = LATITUDE_DEG * PI / 180;
    double cos_z =
        sin(lat) * sin(decl) + cos(lat) * cos(decl) * cos((solar_h - 12) * 15 * PI / 180);

    return cos_z <= 0.001 ? 0 : 1098 * cos_z * exp(-0.057 / cos_z);
}

/* 0 in the driest time (mid August), 1 in the wettest (mid February would be half a year on; the rains peak earlier and
 * last, so the cosine is centred on 20 December). */
static double wetness(int32_t day)
{
    return 0.5 + 0.5 * cos(2 * PI * (day_of_year(day) - 353) / 365.25);
}

struct shower {
    double start_h, length_h, mm; /* mm is 0 on a dry day */
};

static struct shower shower_of(uint64_t key, double wet)
{
    struct shower s = {0, 1, 0};

    if (rng_unit(rng_key(key, DRAW_RAIN_DAY)) >= 0.25 + 0.35 * wet)
        return s;
    s.start_h = rng_between(rng_key(key, DRAW_RAIN_START), 13, 20);
    s.length_h = rng_between(rng_key(key, DRAW_RAIN_LENGTH), 0.5, 3);
    s.mm = fmin(120, -14 * log(1 - rng_unit(rng_key(key, DRAW_RAIN_MM))));
    return s;
}

/* 0 outside the shower, rising to 1 at its middle: a triangle, so that its mean over the length is one half. */
static double shower_shape(const struct shower *s, double hour)
{
    double x = (hour - s->start_h) / s->length_h;

    if (s->mm <= 0 || x <= 0 || x >= 1)
        return 0;
    return 1 - fabs(2 * x - 1);
}

static double cloud_of(uint64_t key, double wet, double hour)
{
    double day = 0.55 + 0.20 * wet + 0.15 * rng_normal(rng_key(key, DRAW_CLOUD_DAY));
    double u = rng_unit(rng_key(key, DRAW_OVERCAST));
    double overcast = 0.125 + 0.125 * wet;

    if (u < overcast)
        day = 0.85 + 0.15 * u / overcast;
    return clamp(day + 0.12 * rng_smooth(rng_key(key, DRAW_CLOUD_HOUR), hour * 2), 0, 1);
}

struct weather weather_at(uint64_t seed, int64_t ts_ms)
{
    int32_t day = civil_day(ts_ms);
    double hour = hour_of(ts_ms, day);
    double wet = wetness(day);
    uint64_t key = rng_key(rng_key_text(seed, "weather"), (uint64_t)(int64_t)day);
    uint64_t site = rng_key_text(seed, "weather of the site");
    /* Days are joined at midnight by straight lines in x, so that air and dew point never jump. */
    double x = (double)day + hour / 24;
    struct shower rain = shower_of(key, wet);
    double shape = shower_shape(&rain, hour);
    double wind_day = exp(0.3 * rng_smooth(rng_key(site, DRAW_WIND_DAY), x));
    double gust = 1 + 0.2 * rng_smooth(rng_key(site, DRAW_GUST), x * 96);
    double sun = fmax(0, cos(2 * PI * (hour - 14) / 24));
    struct weather w;

    w.cloud = cloud_of(key, wet, hour);
    w.cloud += (1 - w.cloud) * fmin(1, 3 * shape);
    w.rain_mm_h = 2 * shape * rain.mm / rain.length_h;
    w.global_w_m2 = weather_clear_sky_w_m2(ts_ms) * (1 - 0.75 * pow(w.cloud, 3.4));
    w.par_w_m2 = PAR_SHARE * w.global_w_m2;
    w.dew_c = 23.6 + 0.5 * rng_smooth(rng_key(site, DRAW_DEW), x);
    w.air_temp_c = 27.1 + 0.6 * rng_smooth(rng_key(site, DRAW_AIR), x) +
                   4.2 * (1 - 0.45 * w.cloud) * cos(2 * PI * (hour - 13.5) / 24) -
                   3 * fmin(1, 2 * shape);
    w.air_temp_c = fmax(w.air_temp_c, w.dew_c - 1);
    w.wind_m_s =
        fmax(0.1, (0.7 + 1.9 * sun) * wind_day * clamp(gust, 0.2, 1.8) + 1.5 * fmin(1, 2 * shape));
    return w;
}

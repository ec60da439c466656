/* SPDX-License-Identifier: GPL-3.0-or-later */
/* weather: the sky over a simulated site in the lowlands of Central Kalimantan, without smoke. A pure function of
 * (seed, instant): each civil WIB day is drawn from its own key, so any day can be asked for at once, in any order.
 *
 * Sun. Latitude -2.5, longitude 112.9 E (Sampit); declination after Cooper (1969), equation of time in its three-term
 * form, good to 1 degree and 1 minute. The sun rises between 05:10 and 05:45 and sets between 17:10 and 17:50 WIB.
 * Clear sky, W/m2 global: 1098 cos z exp(-0.057 / cos z) (Haurwitz 1945).
 * Clouds: fraction C of 0..1, transmission 1 - 0.75 C^3.4 (Kasten and Czeplak 1980). PAR is 0.45 of global (usual 0.43
 * to 0.50 in the humid tropics).
 *
 * The rest is a plausible draw, not a climatology (chosen here, to give the usual ranges of Sampit):
 * - season: wettest in December, driest in August, a cosine over the year.
 * - the day's cloud 0.55 (dry) to 0.75 (wet) with standard deviation 0.15, changes within the hour 0.12; one day in
 *   eight (dry) to one in four (wet) is overcast throughout, 0.85 to 1.
 * - rain on 25 % (dry) to 60 % (wet) of days: one shower beginning between 13 and 20 h, 0.5 to 3 h long, exponential
 *   with mean 14 mm, at most 120 mm. During it the sky is closed, the air 3 C cooler and the wind 1.5 m/s stronger.
 * - air: mean 27.1 C, half swing 4.2 C (1 - 0.45 C), warmest at 13:30; dew point 23.6 C with standard deviation 0.5.
 * - wind at 10 m: 0.7 m/s at night, 2.6 m/s at 14 h, times a day factor (log-normal, 0.3), gusts 20 %. */
#ifndef BRIDGE_WEATHER_H
#define BRIDGE_WEATHER_H

#include <stdint.h>

struct weather {
    double global_w_m2; /* shortwave on the horizontal, 0..1100 */
    double par_w_m2;    /* of that, usable by algae */
    double cloud;       /* 0 clear .. 1 closed */
    double air_temp_c;
    double dew_c;
    double wind_m_s; /* at 10 m, >= 0.1 */
    double rain_mm_h;
};

struct weather weather_at(uint64_t seed, int64_t ts_ms);

/* Shortwave without any cloud, W/m2; 0 at night. Does not depend on a seed. */
double weather_clear_sky_w_m2(int64_t ts_ms);

#endif

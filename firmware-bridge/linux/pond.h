/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pond: a simulated tilapia pond, small and stated. It is there to give sensors, collector and analytics believable
 * water; it is not a forecast of any real pond.
 *
 * One well-mixed box under the weather of weather.h, moved by explicit steps of 60 s on whole minutes; between them
 * values are straight lines, so the water does not depend on how often it is asked for. There are the steady blower of
 * biofloc tanks, the river through a cage, and what is told to happen (events). There is no flood, disease or harvest;
 * fish neither grow nor die; the keeper holds alkalinity and water level. Units: mg/L (g/m3), hours, metres, C.
 * theta(x) = x^(T - 28). z depth, C oxygen, Cs its saturation at 1009.5 hPa (watereq). [n] is the source, below.
 *
 * Temperature  dT/dt = K (Te - T) / (rho c z),  Te = Td + 0.94 G / K,  K W/(m2 C) = 4.5 + 0.05 T + b f + 0.47 f,
 *              f = 9.2 + 0.46 W^2,  b = 0.35 + 0.015 Tm + 0.0012 Tm^2,  Tm = (T + Td) / 2  [1]; G shortwave, W wind,
 *              Td dew point; rain falls at 23 C. rho c = 4.16 MJ/(m3 C). Valid 15-40 C.
 * Light        mean over depth of I / (I + 55 W/m2 PAR) under Beer's law: ln((I0 + Ik) / (I0 e^(-kz) + Ik)) / (k z),
 *              k 1/m = 0.4 + 0.014 chl (ug/L) + humic part + 0.02 inorganic turbidity (NTU)  [2]
 * GPP          22 mg O2/(mg chl h) theta(1.04) x light x S / (S + 0.1), S = CO2 + HCO3 mmol/L  [2]
 * Respiration  algae and the bacteria living off them 1.6 mg O2/(mg chl h) theta(1.07); mud up to 70 mg O2/(m2 h)
 *              theta(1.065) / z; water and floc by character, theta(1.047); each x C / (C + 0.3)  [2]
 * Fish         200 mg O2/(kg h) theta(1.07) (0.8 + 0.2 gut / mean gut) x C / (C + 0.8)  [6]: tilapia of 100-150 g, fed
 * Exchange     Ka (Cs - C), Ka = k600 (Sc / 600)^-0.5 / z / 24,  k600 m/d = 0.24 (2.07 + 0.215 W^1.7)  [3],
 *              Sc(O2) = 1568 - 86.04 T + 2.142 T^2 - 0.0216 T^3,
 *              Sc(CO2) = 1911.1 - 118.11 T + 3.4527 T^2 - 0.04132 T^3  [4]; blowers add their own rate (CO2: 0.8 of it)
 * Flow         cages: 6 /h times (river - box). The river has its own slow temperature, oxygen (about 5 mg/L) and DIC.
 * DIC          mmol/L, (all respiration - GPP) / 32 (quotient 1) + exchange with 425 uatm of CO2 + flow;
 *              pH from DIC, alkalinity and humic carbon (carbonate.h, with its sources)
 * TAN          + excretion of the gut's content: 30 % protein x 16 % N x 60 % excreted  [5]
 *              + 0.03 g N/g O2 of mud respiration - 0.066 g N/g O2 of net algal production x TAN / (TAN + 0.05)
 *              (106 C : 16 N of Redfield) - nitrification (0.1-0.2 /d ponds, 6 /d biofloc, theta(1.08), C / (C + 1)),
 *              which takes 4.57 g O2/g N - loss of NH3 to the air 0.05 m/d / z - into the mud 0.1 m/d / z
 * Feeding      2 % of biomass a day in two meals of 30 min from 07:30 and 16:00 WIB; the gut empties with 5 h
 * Level        rain - evaporation (4.3 mm/d at 200 W/m2) - (level - set) / 24 h: keeper and seepage; above 8 cm over
 *              the set level the outlet takes the rest within the hour. Cages: tide of the lower river, 12.42 h, 35 cm.
 * EC           fresh-water part by character, diluted by the level, x (1 + 0.0191 (T - 25)) (APHA 2510)
 * Turbidity    base + 0.12 NTU per ug/L chl + 0.3 W^2 / z + run-off of rain (0.8 NTU per mm, gone with 8 h)
 * Chlorophyll  character x exp(0.35 x a smooth seeded walk with knots every 1.5 days + 0.4 x one with knots every nine)
 * Events       crash: size (0..1) of the algae die with a time of 1 h, what is left of them takes 5 x their respiration with
 *              a time of 12 h, and they grow back with 4 d after its end (chosen here: a bloom of 200 ug/L crashing in the
 *              evening takes the oxygen of a pond before dawn). aerator: size 1/h of transfer more (CO2: 0.8 of it).
 *              power: no blower and no aerator. acid: a flush of acid water after drought takes all alkalinity with a time of
 *              1 h and leaves size meq/L of strong acid; the keeper's lime brings it back with 48 h after its end. turnover: cold rain
 *              turns the water over: within half an hour size (0..1) of the oxygen is gone to what came up from the mud, 2 C of the
 *              warmth too, and the mud takes three times its share, back with a time of 6 h. smoke: haze takes size (0..1) of the
 *              light and of the sun's warmth (20 % to 50 % on dense days, once 90 %: reference in pond.c).
 * Tried beside five commercial ponds (test_pond_real.c): swing, night decline, hour of the minimum, autocorrelation and the spread
 * of the dawn minimum from day to day; GPP and the bloom's walks were set by that.
 *
 * [1] Edinger, Duttweiler and Geyer 1968, Water Resour. Res. 4:1137. [2] Forms are textbook (Talling's integral, Monod
 * terms); the constants are chosen here within their usual ranges, so that ponds meet the ranges below. [3] Cole and
 * Caraco 1998 as in LakeMetabolizer. [4] O2 as in LakeMetabolizer, CO2 Wanninkhof 1992. [5] usual 50-70 %. [6] Sci. Rep.
 * 11:24130 (2021), eq. 4 there gives 227 mg/(kg h) at 100 g and 158 at 150 g, both 28 C.
 *
 * Characters are drawn from (seed, slug), see pond_traits.h. What comes out over a month (tests hold it for many
 * seeds): water 25-35 C; in earthen ponds and tarpaulin oxygen is lowest near dawn and highest in the afternoon; green
 * ponds swing 1.5-11 mg/L a day between 0 and 18; peat ponds swing 0.2-2.2 between 2 and 7 at pH 5.5-6.8; cages keep
 * 3.5-6.2 and swing below 1; biofloc keeps 3.5-7. */
#ifndef BRIDGE_POND_H
#define BRIDGE_POND_H

#include <stddef.h>
#include <stdint.h>

#include "collector/common/site.h"

struct pond; /* opaque; one simulated pond */

struct pond_sample {
    double temp_c, do_mg_l, ph, ec_us_cm, turb_ntu, level_cm, tan_n_mg_l, chl_ug_l;
};

enum pond_event_kind {
    POND_EVENT_CRASH,
    POND_EVENT_AERATOR,
    POND_EVENT_POWER,
    POND_EVENT_ACID,
    POND_EVENT_TURNOVER,
    POND_EVENT_SMOKE,
    POND_EVENT_KINDS
};
struct pond_event {
    enum pond_event_kind kind;
    int64_t from_ms, to_ms; /* from_ms <= t < to_ms */
    double size;
};

struct pond_config {
    const char *slug; /* with seed: what makes ponds differ; not kept */
    enum pond_system system;
    double depth_m;    /* 0.3..10 */
    uint64_t seed;     /* of the site's weather and of the pond */
    double fish_kg_m2; /* standing biomass, up to 100; 0: drawn within the system's usual range */
    const struct pond_event *event; /* events of them, copied; NULL when 0 */
    size_t events;
};

/* The share of the sun's light that is left under the smoke among n events, 0..1. */
double pond_event_light(const struct pond_event *event, size_t n, int64_t ts_ms);

/* A pond run up to start_ms (>= 1970-06-01) from 40 to 80 days before: the run-up begins on a fixed grid of 40 days. The
 * same config gives the same water at the same instant: bit for bit when both starts lie in one block of the grid, else
 * to 0.15 mg/L, 0.05 C and 0.1 pH (what 40 days do not forget; most ponds 0.005, a bloom short of carbon remembers
 * longest). Takes about 0.1 s. Never NULL; the caller's, free with pond_free. */
struct pond *pond_new(const struct pond_config *c, int64_t start_ms);
void pond_free(struct pond *p); /* NULL is fine */

/* An aerator of so much transfer (1/h, 0: off) runs from the begin of the present minute on,
 * beside those of events. */
void pond_aerate(struct pond *p, double per_h);

/* Moves the model on to ts_ms in steps of 60 s. A time before the model's present changes nothing. */
void pond_advance(struct pond *p, int64_t ts_ms);

/* The water as it is at the model's present time: truth, without sensor noise. */
struct pond_sample pond_now(const struct pond *p);

/* The oxygen account, mg/L summed up since pond_new over whole steps. do_mg_l is the oxygen at ts_ms, the last whole
 * minute computed (up to 60 s ahead of the present). Between two looks: change of do_mg_l = change of the sum of all
 * terms, within rounding. */
struct pond_oxygen {
    int64_t ts_ms;
    double do_mg_l;
    double gpp, algae, mud, water, fish, nitrification, air, flow; /* losses are negative */
};
struct pond_oxygen pond_oxygen(const struct pond *p);

/* Standing biomass in force, kg/m2. */
double pond_fish_kg_m2(const struct pond *p);

#endif

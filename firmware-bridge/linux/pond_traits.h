/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pond_traits: what makes one pond differ from the next. Drawn from (seed, slug, system); ranges chosen here to cover
 * what ponds, tanks and cages of the two regencies can be:
 *
 *   earthen pond, green     45 %  chl 120-300 ug/L, alkalinity 0.7-1.6 meq/L, 0.25-0.8 kg fish/m2
 *   earthen pond, moderate  20 %  chl 40-90, alkalinity 0.5-1.0, 0.2-0.6
 *   earthen pond, peat      35 %  chl 20-45, dark (humic light part 2.5-5 /m, DOC 20-35 mg/L), alkalinity just above its
 *                                 humic acids, 0.08-0.25
 *   tarpaulin tank                chl 90-240, hardly any mud, alkalinity 0.8-1.6, 0.6-1.3
 *   biofloc                       chl 15-40, floc 2-4 mg O2/(L h), alkalinity 1.5-2.5, 8-16, blower sized for its load
 *   cage                          river water: chl 3-8, DOC 12-18, 10-22 kg/m2 */
#ifndef BRIDGE_POND_TRAITS_H
#define BRIDGE_POND_TRAITS_H

#include <stdint.h>

#include "collector/common/site.h"

struct pond_traits {
    double chl_ug_l;
    double humic_per_m; /* light attenuation by dissolved humic matter */
    double doc_mg_l;
    double alk_meq_l;
    double mud_mg_m2_h;   /* oxygen demand of the bottom at 28 C */
    double water_mg_l_h;  /* bacteria and floc at 28 C */
    double nitrify_per_h; /* at 28 C */
    double blower_per_h;  /* oxygen transfer of steady aeration */
    double flow_per_h;    /* exchange with the river */
    double turb_ntu;      /* inorganic, calm and dry */
    double ec25_us_cm;
    double fish_kg_m2;
};

/* depth_m sizes the blower. fish_kg_m2 > 0 overrides the draw (the blower stays as drawn: more fish, less oxygen). */
struct pond_traits pond_traits_draw(uint64_t seed, const char *slug, enum pond_system system,
                                    double depth_m, double fish_kg_m2);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pond_traits.h"

#include "rng.h"

struct range {
    double low, high;
};

struct character {
    struct range chl, humic, doc, alk, mud, water, turb, ec25, fish;
    double nitrify_per_h, flow_per_h;
};

enum character_id {
    GREEN,
    MODERATE,
    PEAT,
    TARPAULIN,
    BIOFLOC,
    CAGE
};

/* alk of PEAT is what is left above the humic acids; it is added to them in pond_traits_draw. */
/* clang-format off */
static const struct character CHARACTER[] = {
    /*             chl         humic      doc       alk           mud       water         turb       ec25        fish */
    [GREEN]     = {{120, 300}, {0.4, 1},  {5, 10},  {0.7, 1.6},   {40, 70}, {0.01, 0.03}, {8, 25},   {90, 220},  {0.25, 0.8},  0.2 / 24, 0},
    [MODERATE]  = {{40, 90},   {1, 2},    {8, 14},  {0.5, 1.0},   {30, 60}, {0.01, 0.03}, {10, 30},  {60, 140},  {0.2, 0.6},   0.2 / 24, 0},
    [PEAT]      = {{20, 45}, {2.5, 5},    {20, 35}, {0.03, 0.15}, {20, 40}, {0.01, 0.03}, {4, 12},   {30, 80},   {0.08, 0.25}, 0.1 / 24, 0},
    [TARPAULIN] = {{90, 240},  {0.3, 1},  {4, 8},   {0.8, 1.6},   {5, 15},  {0.02, 0.05}, {5, 15},   {100, 250}, {0.6, 1.3},   0.2 / 24, 0},
    [BIOFLOC]   = {{15, 40},   {1, 2},    {8, 14},  {1.5, 2.5},   {0, 5},   {2, 4},       {60, 150}, {300, 900}, {8, 16},      6.0 / 24, 0},
    [CAGE]      = {{3, 8},     {1.5, 3},  {12, 18}, {0.2, 0.3},   {0, 0},   {0.02, 0.04}, {20, 50},  {25, 60},   {10, 22},     0.1 / 24, 6},
};
/* clang-format on */

static enum character_id character_of(uint64_t key, enum pond_system system)
{
    static const enum character_id BY_SYSTEM[POND_SYSTEM_COUNT] = {
        [POND_SYSTEM_POND] = GREEN,
        [POND_SYSTEM_BIOFLOC] = BIOFLOC,
        [POND_SYSTEM_TARPAULIN] = TARPAULIN,
        [POND_SYSTEM_CAGE] = CAGE,
    };
    double u = rng_unit(rng_key_text(key, "character"));

    if (system != POND_SYSTEM_POND)
        return BY_SYSTEM[system];
    return u < 0.45 ? GREEN : u < 0.65 ? MODERATE : PEAT;
}

static double draw(uint64_t key, const char *what, struct range r)
{
    return rng_between(rng_key_text(key, what), r.low, r.high);
}

struct pond_traits pond_traits_draw(uint64_t seed, const char *slug, enum pond_system system,
                                    double depth_m, double fish_kg_m2)
{
    static const double HUMIC_MEQ_PER_MG = 0.0093; /* of 0.010, ionised at pH 6 (carbonate.h) */
    static const double FISH_MG_KG_H = 200, NITRIFIED_MG_KG_H = 110; /* oxygen, with 2 % feed */
    static const double BLOWER_DEFICIT_MG_L = 2.2; /* what the keeper's blower leaves open */
    uint64_t key = rng_key_text(rng_key_text(seed, "pond"), slug);
    enum character_id id = character_of(key, system);
    const struct character *c = &CHARACTER[id];
    struct pond_traits t = {
        .chl_ug_l = draw(key, "chl", c->chl),
        .humic_per_m = draw(key, "humic", c->humic),
        .doc_mg_l = draw(key, "doc", c->doc),
        .alk_meq_l = draw(key, "alk", c->alk),
        .mud_mg_m2_h = draw(key, "mud", c->mud),
        .water_mg_l_h = draw(key, "water", c->water),
        .nitrify_per_h = c->nitrify_per_h,
        .flow_per_h = c->flow_per_h,
        .turb_ntu = draw(key, "turb", c->turb),
        .ec25_us_cm = draw(key, "ec25", c->ec25),
        .fish_kg_m2 = draw(key, "fish", c->fish),
    };

    if (id == PEAT)
        t.alk_meq_l += HUMIC_MEQ_PER_MG * t.doc_mg_l;
    if (id == BIOFLOC)
        t.blower_per_h =
            (t.fish_kg_m2 / depth_m * (FISH_MG_KG_H + NITRIFIED_MG_KG_H) / 1000 + t.water_mg_l_h) /
            BLOWER_DEFICIT_MG_L;
    if (fish_kg_m2 > 0)
        t.fish_kg_m2 = fish_kg_m2;
    return t;
}

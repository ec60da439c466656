/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keys.h"

#include <string.h>

/* Bounds catch a slip (a share as a fraction, a consumption by the week), not an unusual region. A population of 0 is a form
 * left empty. */
/* clang-format off */
static const struct key_info KEY[RECORDS_KEYS] = {
    [KEY_POPULATION]          = {"population",          "people",       1,     10000000, false, KEYS_NO_MONTHS},
    [KEY_CONSUMPTION_AKI]     = {"consumption_aki",     "kg/head/year", 1,     200,      true,  KEYS_NO_MONTHS},
    [KEY_CONSUMPTION_SUSENAS] = {"consumption_susenas", "kg/head/year", 1,     200,      true,  KEYS_NO_MONTHS},
    [KEY_TILAPIA_SHARE]       = {"tilapia_share",       "%",            0.1,   100,      true,  KEYS_NO_MONTHS},
    [KEY_LOSS]                = {"loss",                "%",            0,     60,       true,  KEYS_NO_MONTHS},
    [KEY_INFLOW]              = {"inflow",              "kg/month",     0,     10000000, false, KEYS_MAY_MONTHS},
    [KEY_OUTFLOW]             = {"outflow",             "kg/month",     0,     10000000, false, KEYS_MAY_MONTHS},
    [KEY_IDUL_FITRI]          = {"idul_fitri_uplift",   "%",            -50,   200,      true,  KEYS_NO_MONTHS},
    [KEY_PRICE_RESPONSE]      = {"price_response",      "ratio",        0,     5,        true,  KEYS_NO_MONTHS},
    [KEY_PRICE_CHANGE]        = {"price_change",        "%",            -80,   400,      true,  KEYS_MUST_MONTHS},
    [KEY_DEMAND_SHOCK]        = {"demand_shock",        "%",            -90,   300,      true,  KEYS_MUST_MONTHS},
    [KEY_OTHER_SUPPLY]        = {"other_fish_supply",   "kg/month",     0,     10000000, false, KEYS_MAY_MONTHS},
    [KEY_OTHER_DEMAND]        = {"other_fish_demand",   "kg/month",     0,     10000000, false, KEYS_MAY_MONTHS},
};

const char *const KEYS_NAMES[] = {
    "population", "consumption_aki", "consumption_susenas", "tilapia_share", "loss", "inflow", "outflow", "idul_fitri_uplift",
    "price_response", "price_change", "demand_shock", "other_fish_supply", "other_fish_demand", NULL};
/* clang-format on */

const struct key_info *keys_info(enum records_key key)
{
    return &KEY[key];
}

int keys_find(const char *name, enum records_key *out)
{
    for (int k = 0; k < RECORDS_KEYS; k++) {
        if (strcmp(name, KEY[k].name) == 0) {
            *out = (enum records_key)k;
            return 0;
        }
    }
    return NILA_ERR_NOT_FOUND;
}

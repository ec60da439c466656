/* SPDX-License-Identifier: GPL-3.0-or-later */
/* region: the two regencies and their 27 kecamatan, by Kemendagri code.
 *
 * Source: Kepmendagri 300.2.2-2138/2025 as listed in the public wilayah table (MIT). */
#ifndef NILA_COMMON_REGION_H
#define NILA_COMMON_REGION_H

#include <stddef.h>

#include "collector/common/err.h"

enum regency {
    REGENCY_KOTIM,
    REGENCY_SERUYAN,
    REGENCY_COUNT
};

#define REGION_KECAMATAN_COUNT 27

struct kecamatan {
    char code[9];     /* "62.02.01" */
    const char *name; /* "Kota Besi" */
    enum regency regency;
};

const char *regency_slug(enum regency r); /* "kotim", "seruyan": tag value and node name */
const char *regency_name(enum regency r); /* "Kotawaringin Timur", "Seruyan" */

/* By slug; NILA_ERR_NOT_FOUND. */
NILA_MUST_CHECK int regency_find(const char *slug, enum regency *out);

/* i in 0..REGION_KECAMATAN_COUNT-1, in the order of the codes: Kotim's 17, then Seruyan's 10. */
const struct kecamatan *region_kecamatan(size_t i);

/* Index of a code such as "62.02.06"; NILA_ERR_NOT_FOUND. */
NILA_MUST_CHECK int region_find_kecamatan(const char *code, size_t *out);

#endif

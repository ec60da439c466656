/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "region.h"

#include <string.h>

/* clang-format off */
static const struct kecamatan KECAMATAN[REGION_KECAMATAN_COUNT] = {
    {"62.02.01", "Kota Besi", REGENCY_KOTIM},
    {"62.02.02", "Cempaga", REGENCY_KOTIM},
    {"62.02.03", "Mentaya Hulu", REGENCY_KOTIM},
    {"62.02.04", "Parenggean", REGENCY_KOTIM},
    {"62.02.05", "Baamang", REGENCY_KOTIM},
    {"62.02.06", "Mentawa Baru Ketapang", REGENCY_KOTIM},
    {"62.02.07", "Mentaya Hilir Utara", REGENCY_KOTIM},
    {"62.02.08", "Mentaya Hilir Selatan", REGENCY_KOTIM},
    {"62.02.09", "Pulau Hanaut", REGENCY_KOTIM},
    {"62.02.10", "Antang Kalang", REGENCY_KOTIM},
    {"62.02.11", "Teluk Sampit", REGENCY_KOTIM},
    {"62.02.12", "Seranau", REGENCY_KOTIM},
    {"62.02.13", "Cempaga Hulu", REGENCY_KOTIM},
    {"62.02.14", "Telawang", REGENCY_KOTIM},
    {"62.02.15", "Bukit Santuai", REGENCY_KOTIM},
    {"62.02.16", "Tualan Hulu", REGENCY_KOTIM},
    {"62.02.17", "Telaga Antang", REGENCY_KOTIM},
    {"62.07.01", "Seruyan Hilir", REGENCY_SERUYAN},
    {"62.07.02", "Seruyan Tengah", REGENCY_SERUYAN},
    {"62.07.03", "Danau Sembuluh", REGENCY_SERUYAN},
    {"62.07.04", "Hanau", REGENCY_SERUYAN},
    {"62.07.05", "Seruyan Hulu", REGENCY_SERUYAN},
    {"62.07.06", "Seruyan Hilir Timur", REGENCY_SERUYAN},
    {"62.07.07", "Seruyan Raya", REGENCY_SERUYAN},
    {"62.07.08", "Danau Seluluk", REGENCY_SERUYAN},
    {"62.07.09", "Batu Ampar", REGENCY_SERUYAN},
    {"62.07.10", "Suling Tambun", REGENCY_SERUYAN},
};
/* clang-format on */

static const char *const SLUG[REGENCY_COUNT] = {"kotim", "seruyan"};
static const char *const NAME[REGENCY_COUNT] = {"Kotawaringin Timur", "Seruyan"};

const char *regency_slug(enum regency r)
{
    return SLUG[r];
}

const char *regency_name(enum regency r)
{
    return NAME[r];
}

int regency_find(const char *slug, enum regency *out)
{
    for (int i = 0; i < REGENCY_COUNT; i++) {
        if (strcmp(slug, SLUG[i]) == 0) {
            *out = (enum regency)i;
            return 0;
        }
    }
    return NILA_ERR_NOT_FOUND;
}

const struct kecamatan *region_kecamatan(size_t i)
{
    return &KECAMATAN[i];
}

int region_find_kecamatan(const char *code, size_t *out)
{
    for (size_t i = 0; i < REGION_KECAMATAN_COUNT; i++) {
        if (strcmp(code, KECAMATAN[i].code) == 0) {
            *out = i;
            return 0;
        }
    }
    return NILA_ERR_NOT_FOUND;
}

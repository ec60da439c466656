/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "river.h"

#include <string.h>

void river_tell(const int64_t *acid_ms, size_t n, int64_t now_ms, int64_t hold_ms,
                struct river_told *told)
{
    struct river_told so_far = {0};

    for (size_t i = 0; i < n; i++) {
        if (acid_ms[i] > 0 && now_ms - acid_ms[i] <= hold_ms) {
            if (so_far.since_ms == 0 || acid_ms[i] < so_far.since_ms)
                so_far.since_ms = acid_ms[i];
            if (acid_ms[i] > so_far.last_ms) {
                so_far.last_ms = acid_ms[i];
                so_far.cage = i;
            }
        }
        told[i] = so_far;
    }
}

const struct river *rivers_find(const struct rivers *r, const char *cage, size_t *place)
{
    for (size_t i = 0; i < r->n; i++)
        for (size_t k = 0; k < r->river[i].cages; k++)
            if (strcmp(r->river[i].cage[k], cage) == 0) {
                *place = k;
                return &r->river[i];
            }
    return NULL;
}

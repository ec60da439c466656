/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import_sets.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"

const char *import_fault(const struct import_value *v, int64_t now_ms, const char **field)
{
    *field = "time";
    if (v->ts_ms > now_ms + IMPORT_FUTURE_MS)
        return "more than a day in the future";
    if (v->ts_ms < IMPORT_OLDEST_MS)
        return "before the year 2000: the logger's clock was not set";
    *field = "device";
    if (!slug_valid(v->device))
        return "not a device slug: a-z, 0-9 and -, 1 to 32 characters";
    *field = "flag";
    if (!(v->flag >= READING_PASS && v->flag <= READING_FAIL) && v->flag != READING_MISSING)
        return "flag is 1 pass, 2 not evaluated, 3 suspect, 4 fail or 9 missing";
    *field = "value";
    if (v->flag == READING_MISSING && !isnan(v->value))
        return "a value with flag 9: 9 means that there is none";
    if (v->flag != READING_MISSING && isnan(v->value))
        return "no value: a missing value is marked by flag 9";
    if (isinf(v->value))
        return "not a finite number";
    return NULL;
}

static bool belongs(const struct reading_set *set, const struct import_value *v, const char *pond)
{
    if (set->ts_ms != v->ts_ms || set->n >= READING_SET_MAX ||
        strcmp(set->tags.device, v->device) != 0 || strcmp(set->tags.pond, pond) != 0)
        return false;
    for (unsigned i = 0; i < set->n; i++)
        if (set->v[i].metric == v->metric)
            return false;
    return true;
}

void import_sets_add(struct import_sets *s, const struct import_value *v)
{
    const char *pond = v->pond >= 0 ? s->site->pond[v->pond].slug : "";
    struct reading_set *set = s->n > 0 ? &s->set[s->n - 1] : NULL;

    if (set == NULL || !belongs(set, v, pond)) {
        if (s->n == s->cap) {
            s->cap = s->cap > 0 ? s->cap * 2 : 64;
            s->set = xrealloc(s->set, s->cap, sizeof *s->set);
        }
        assert(s->set != NULL);
        set = &s->set[s->n++];
        *set = (struct reading_set){.ts_ms = v->ts_ms, .clock_trusted = true};
        set->tags.regency = s->site->regency;
        (void)snprintf(set->tags.kecamatan, sizeof set->tags.kecamatan, "%s", s->site->kecamatan);
        (void)snprintf(set->tags.site, sizeof set->tags.site, "%s", s->site->slug);
        (void)snprintf(set->tags.pond, sizeof set->tags.pond, "%s", pond);
        (void)snprintf(set->tags.device, sizeof set->tags.device, "%s", v->device);
    }
    set->v[set->n++] = (struct reading_value){.metric = v->metric,
                                              .flag = (uint8_t)v->flag,
                                              .bits = READING_BIT_IMPORTED,
                                              .value = v->value};
    s->values++;
}

void import_sets_free(struct import_sets *s)
{
    free(s->set);
    *s = (struct import_sets){0};
}

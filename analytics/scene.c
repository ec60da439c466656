/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scene.h"

#include <math.h>

#include "collector/common/civil.h"

#define HOUR_MS ((int64_t)60 * 60 * 1000)
enum {
    PH_DAYS = 15, /* status_ph_days looks back 14 and begins at a full hour */
    USUAL_DAYS = 14
};

int scene_ph(struct series_source *s, const char *pond, int64_t now_ms, struct status_ph *out)
{
    struct series hours = {0};
    int64_t to = now_ms - now_ms % HOUR_MS; /* WIB is whole hours from UTC */
    int rc = series_load(s, pond, METRIC_PH, to - PH_DAYS * CIVIL_DAY_MS, to, HOUR_MS, &hours);

    *out = (struct status_ph){NAN, NAN, NAN};
    if (rc == 0)
        *out = status_ph_days(&hours, now_ms);
    series_free(&hours);
    return rc;
}

void scene_records(const struct records_snapshot *s, size_t pond, struct status_scene *out)
{
    int32_t today = civil_day(out->now_ms), counted = INT32_MIN;
    long open = records_open_cycle(s, pond, today);
    double before = 0.0, all = 0.0;

    out->system = s->pond[pond].system;
    if (open < 0)
        return;
    for (size_t i = 0; i < s->deaths; i++)
        if (s->death[i].cycle == (size_t)open && s->death[i].day <= today) {
            all += s->death[i].count;
            if (s->death[i].day > counted)
                counted = s->death[i].day;
        }
    out->stocked_ms = civil_day_start(s->cycle[open].stocked_day);
    out->fish = fmax(0.0, s->cycle[open].count - all);
    if (counted < today - 1)
        return;
    for (size_t i = 0; i < s->deaths; i++) {
        if (s->death[i].cycle != (size_t)open)
            continue;
        if (s->death[i].day == counted)
            out->deaths += s->death[i].count;
        else if (s->death[i].day < counted && s->death[i].day >= counted - USUAL_DAYS)
            before += s->death[i].count;
    }
    out->deaths_usual = before / USUAL_DAYS;
}

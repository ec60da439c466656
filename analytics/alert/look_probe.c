/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is a probe fouled? */
#include "look.h"

#include "analytics/scene.h"
#include "collector/common/civil.h"
#include "collector/common/log.h"

enum {
    TRIES = 3 /* of a probe and day; then it counts as it did the day before */
};

static bool waits(const struct look_pond *p, int32_t today)
{
    return p->known && p->answered && !p->empty && p->probe.day != today;
}

/* The round is over: what it found counts. */
static void publish(struct look *l, int32_t today)
{
    for (size_t i = 0; i < l->ponds; i++) {
        struct look_pond *p = &l->pond[i];

        if (p->probe.day != today)
            continue;
        if (p->probe.fouled_ms == 0 && p->probe.found_ms != 0)
            log_info("pond %s: its oxygen probe seems fouled", p->slug);
        if (p->probe.fouled_ms == 0 || p->probe.found_ms == 0)
            p->probe.fouled_ms = p->probe.found_ms; /* since it was first so */
    }
    l->probes_day = today;
}

void look_probe(struct look *l, struct series_source *s, int64_t now_ms)
{
    const int32_t today = civil_day(now_ms);
    struct look_pond *next = NULL;

    if (l->probes_day == today)
        return;
    for (size_t i = 0; i < l->ponds; i++)
        if (waits(&l->pond[i], today) &&
            (next == NULL || l->pond[i].probe.tries < next->probe.tries))
            next = &l->pond[i];
    if (next != NULL) {
        int rc = scene_fouled(s, next->slug, now_ms, &next->probe.found_ms);

        if (rc == 0 || ++next->probe.tries >= TRIES) { /* why: told by series */
            next->probe.day = today;
            next->probe.tries = 0;
        }
        return;
    }
    for (size_t i = 0; i < l->ponds; i++)
        if (l->pond[i].probe.day == today) {
            publish(l, today);
            return;
        }
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "poll_clock.h"

#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "slots.h"

#define LOOK_MS 1000

void poll_clock_init(struct poll_clock *c)
{
    if (pthread_mutex_init(&c->lock, NULL) != 0)
        fatal("poll: no mutex");
    c->looked_ms = clock_mono_ms();
    c->anchor_ms = c->looked_ms - clock_wall_ms();
    c->trusted = clock_trusted();
}

void poll_clock_free(struct poll_clock *c)
{
    (void)pthread_mutex_destroy(&c->lock);
}

struct poll_now poll_clock_now(struct poll_clock *c)
{
    struct poll_now now;
    int64_t was;
    bool moved;

    (void)pthread_mutex_lock(&c->lock);
    was = c->anchor_ms;
    now.mono_ms = clock_mono_ms();
    moved = slots_follow(&c->anchor_ms, clock_wall_ms(), now.mono_ms);
    if (moved || now.mono_ms - c->looked_ms >= LOOK_MS) {
        c->trusted = clock_trusted();
        c->looked_ms = now.mono_ms;
    }
    now.anchor_ms = c->anchor_ms;
    now.trusted = c->trusted;
    (void)pthread_mutex_unlock(&c->lock);
    if (moved)
        log_info("clock: set by %.3f s, the time slots follow",
                 (double)(was - now.anchor_ms) / 1000);
    return now;
}

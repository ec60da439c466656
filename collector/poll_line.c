/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "poll_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"

#define REOPEN_FIRST_MS 1000
#define REOPEN_LAST_MS  30000

void line_init(struct line *l, const struct site_bus *c, unsigned devices, int64_t mono_ms)
{
    l->c = c;
    l->wake_fd = -1;
    l->device = xcalloc(devices, sizeof(struct device *));
    ask_init(&l->asks);
    line_stats_init(&l->stats, mono_ms);
    frames_init(&l->frames);
    atomic_init(&l->turn_ms, mono_ms);
}

void line_free(struct line *l)
{
    ask_free(&l->asks);
    line_stats_free(&l->stats);
    frames_free(&l->frames);
    free(l->device);
}

struct device *line_due(struct line *l, int64_t anchor_ms, int64_t mono_ms, int64_t *due_ms)
{
    struct device *first = NULL;

    *due_ms = INT64_MAX;
    for (unsigned i = 0; i < l->devices; i++) {
        int64_t due =
            device_is_read(l->device[i]) ? device_due(l->device[i], anchor_ms, mono_ms) : INT64_MAX;
        if (due < *due_ms) {
            first = l->device[i];
            *due_ms = due;
        }
    }
    return first;
}

struct ask *line_ask(struct line *l, bool device_due)
{
    struct ask *ask = ask_take(&l->asks, l->turn && device_due);

    if (ask != NULL)
        l->turn = !bus_is_write(ask->q->function);
    return ask;
}

void line_ask_end(struct line *l, struct ask *ask, int rc, int64_t from_ms)
{
    line_stats_question(&l->stats, rc, ask->a, true, from_ms, clock_mono_ms());
    ask_end(&l->asks, ask, rc);
}

void line_ask_away(struct line *l, struct ask *ask)
{
    *ask->a = (struct bus_answer){0};
    (void)snprintf(ask->a->text, sizeof ask->a->text, "%s", l->why);
    ask_end(&l->asks, ask, NILA_ERR_IO);
}

bool line_may_open(const struct line *l, int64_t mono_ms)
{
    return l->reopen_wait_ms == 0 || mono_ms >= l->reopen_ms;
}

void line_opened(struct line *l)
{
    if (l->reopen_wait_ms > 0)
        log_info("bus %s: open again", l->c->slug);
    l->reopen_wait_ms = 0;
    line_stats_state(&l->stats, true, "");
}

void line_not_opened(struct line *l, const char *why)
{
    bool was_away = l->reopen_wait_ms > 0;

    (void)snprintf(l->why, sizeof l->why, "%s", why);
    l->reopen_wait_ms = was_away ? l->reopen_wait_ms * 2 : REOPEN_FIRST_MS;
    if (l->reopen_wait_ms > REOPEN_LAST_MS)
        l->reopen_wait_ms = REOPEN_LAST_MS;
    l->reopen_ms = clock_mono_ms() + l->reopen_wait_ms;
    line_stats_state(&l->stats, false, why);
    if (!was_away)
        log_warnx("bus %s: %s, next try in %d s", l->c->slug, why, l->reopen_wait_ms / 1000);
}

void line_lost(struct line *l, struct device *dev, const char *why)
{
    (void)snprintf(l->why, sizeof l->why, "%s", why);
    device_missed(dev, why);
    line_stats_state(&l->stats, false, why);
    l->reopen_wait_ms = REOPEN_FIRST_MS;
    l->reopen_ms = clock_mono_ms() + REOPEN_FIRST_MS;
    log_warnx("bus %s: %s, opened anew in %d s", l->c->slug, why, REOPEN_FIRST_MS / 1000);
}

void line_wake(void *arg)
{
    const struct line *l = arg;
    const uint64_t one = 1;

    if (write(l->wake_fd, &one, sizeof one) < 0)
        log_warn("poll: cannot wake the thread of bus %s", l->c->slug);
}

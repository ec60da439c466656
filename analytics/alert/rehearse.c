/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rehearse.h"

#include <pthread.h>
#include <stddef.h>

#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"

#define TELL_MS ((int64_t)10 * 60 * 1000)

/* The clock showed wall_ms at mono_ms and goes now times as fast as the machine's since. */
static struct {
    pthread_mutex_t lock;
    int64_t wall_ms, mono_ms, told_ms;
    int speed, now;
} at = {.lock = PTHREAD_MUTEX_INITIALIZER};

static int64_t shows(int64_t mono_ms)
{
    return at.wall_ms + (mono_ms - at.mono_ms) * at.now;
}

static int64_t wall(void *arg)
{
    int64_t ms;

    (void)arg;
    (void)pthread_mutex_lock(&at.lock);
    ms = shows(clock_mono_ms());
    (void)pthread_mutex_unlock(&at.lock);
    return ms;
}

static bool trusted(void *arg)
{
    (void)arg;
    return true;
}

static void tell(int64_t now_ms)
{
    char text[40];

    at.told_ms = now_ms - now_ms % TELL_MS;
    (void)civil_format_iso(text, sizeof text, at.told_ms);
    log_info("REHEARSAL: it is %s", text);
}

void rehearse_begin(int64_t from_ms, int speed)
{
    const struct clock_source source = {.wall_ms = wall, .trusted = trusted};

    at.wall_ms = from_ms;
    at.mono_ms = clock_mono_ms();
    at.speed = speed;
    at.now = 1; /* the first step is still to come */
    tell(from_ms);
    clock_rehearse(&source);
}

void rehearse_pace(bool busy)
{
    int64_t mono, now_ms;

    (void)pthread_mutex_lock(&at.lock);
    mono = clock_mono_ms(); /* not before the lock: another thread may have read a later one */
    now_ms = at.wall_ms = shows(mono);
    at.mono_ms = mono;
    at.now = busy ? 1 : at.speed;
    (void)pthread_mutex_unlock(&at.lock);
    if (now_ms - at.told_ms >= TELL_MS)
        tell(now_ms);
}

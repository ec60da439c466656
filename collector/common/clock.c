/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "clock.h"

#include <stdatomic.h>
#include <stddef.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

static struct clock_source replaced;
static bool is_replaced;
static atomic_bool declared;

void clock_set(const struct clock_source *source)
{
    is_replaced = source != NULL;
    if (is_replaced)
        replaced = *source;
}

static int64_t read_ms(clockid_t id)
{
    struct timespec t;
    if (clock_gettime(id, &t) != 0)
        return 0;
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t clock_wall_ms(void)
{
    return is_replaced ? replaced.wall_ms(replaced.arg) : read_ms(CLOCK_REALTIME);
}

int64_t clock_mono_ms(void)
{
    /* BOOTTIME, not MONOTONIC: a Pi that was suspended must see the silence it slept through. */
    return is_replaced ? replaced.mono_ms(replaced.arg) : read_ms(CLOCK_BOOTTIME);
}

bool clock_trusted(void)
{
    struct timex t = {0};

    if (is_replaced && replaced.trusted != NULL)
        return replaced.trusted(replaced.arg);
    if (atomic_load(&declared))
        return true;
    if (access("/run/systemd/timesync/synchronized", F_OK) == 0)
        return true;
    return adjtimex(&t) != TIME_ERROR && (t.status & STA_UNSYNC) == 0;
}

void clock_declare_trusted(void)
{
    atomic_store(&declared, true);
}

void clock_sleep_until(int64_t mono_ms)
{
    struct timespec t = {.tv_sec = (time_t)(mono_ms / 1000),
                         .tv_nsec = (long)(mono_ms % 1000) * 1000000L};
    (void)clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &t, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* On 32-bit machines too a time after January 2038 is read right; nothing of these types leaves this file. */
// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
#define _FILE_OFFSET_BITS 64
#define _TIME_BITS        64
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)

#include "clock.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#define YEAR_2025 INT64_C(1735689600000) /* 2025-01-01T00:00Z */
#define YEAR_2101 INT64_C(4133980800000) /* 2101-01-01T00:00Z */
#define LOOKS     4
#define SLOW_MS   20 /* two looks that differ by no more: nobody has set the clock between them */

static struct clock_source replaced;
static bool is_replaced, is_rehearsal;
static atomic_bool declared;

void clock_set(const struct clock_source *source)
{
    is_replaced = source != NULL;
    is_rehearsal = false;
    if (is_replaced)
        replaced = *source;
}

void clock_rehearse(const struct clock_source *source)
{
    clock_set(source);
    is_rehearsal = is_replaced;
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

int64_t clock_outside_ms(void)
{
    return is_rehearsal ? read_ms(CLOCK_REALTIME) : clock_wall_ms();
}

int64_t clock_mono_ms(void)
{
    /* BOOTTIME, not MONOTONIC: a Pi that was suspended must see the silence it slept through. */
    return is_replaced && replaced.mono_ms != NULL ? replaced.mono_ms(replaced.arg)
                                                   : read_ms(CLOCK_BOOTTIME);
}

bool clock_trusted(void)
{
    struct timex t = {0};
    int state;

    if (is_replaced && replaced.trusted != NULL)
        return replaced.trusted(replaced.arg);
    if (atomic_load(&declared))
        return true;
    if (access("/run/systemd/timesync/synchronized", F_OK) == 0)
        return true;
    state = adjtimex(&t); /* -1: a sandbox forbids the question, and nothing is known */
    return state >= 0 && state != TIME_ERROR && (t.status & STA_UNSYNC) == 0;
}

void clock_declare_trusted(void)
{
    atomic_store(&declared, true);
}

bool clock_plausible(int64_t wall_ms)
{
    return wall_ms >= YEAR_2025 && wall_ms < YEAR_2101;
}

bool clock_anchor(int64_t *anchor_ms)
{
    for (int i = 0; i < LOOKS; i++) {
        int64_t before = clock_wall_ms() - clock_mono_ms(), after, wall;

        if (!clock_trusted())
            return false;
        wall = clock_wall_ms();
        after = wall - clock_mono_ms();
        if (after - before > SLOW_MS || before - after > SLOW_MS)
            continue;
        if (!clock_plausible(wall))
            return false;
        *anchor_ms = after;
        return true;
    }
    return false;
}

/* --- which run of the machine --------------------------------------------------------------------------------------- */

static char boot_id[CLOCK_BOOT_ID_SIZE], other_boot_id[CLOCK_BOOT_ID_SIZE];

/* A UUID, with hyphens or without (systemd's %b). */
static bool take_boot_id(const char *text)
{
    size_t n = strspn(text, "0123456789abcdef-");

    if (n < 32 || n >= sizeof boot_id || (text[n] != '\0' && text[n] != '\n'))
        return false;
    memcpy(boot_id, text, n);
    boot_id[n] = '\0';
    return true;
}

static void find_boot_id(void)
{
    const char *given = getenv("NILA_BOOT_ID");
    unsigned char r[16] = {0};
    char text[64] = "";
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;

    if (fd >= 0)
        (void)close(fd);
    text[n > 0 ? n : 0] = '\0';
    if (take_boot_id(text) || (given != NULL && take_boot_id(given)))
        return;
    if (getrandom(r, sizeof r, 0) != (ssize_t)sizeof r) {
        struct timespec t = {0};
        (void)clock_gettime(CLOCK_BOOTTIME, &t);
        memcpy(r, &t, sizeof t < sizeof r ? sizeof t : sizeof r);
    }
    boot_id[0] = 'p'; /* a process, not a boot */
    for (size_t i = 0; i < sizeof r; i++)
        (void)snprintf(boot_id + 1 + 2 * i, 3, "%02x", r[i]);
}

void clock_boot_id(char out[static CLOCK_BOOT_ID_SIZE])
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    (void)pthread_once(&once, find_boot_id);
    (void)snprintf(out, CLOCK_BOOT_ID_SIZE, "%s",
                   other_boot_id[0] != '\0' ? other_boot_id : boot_id);
}

void clock_set_boot_id(const char *id)
{
    (void)snprintf(other_boot_id, sizeof other_boot_id, "%s", id != NULL ? id : "");
}

void clock_sleep_until(int64_t mono_ms)
{
    struct timespec t = {.tv_sec = (time_t)(mono_ms / 1000),
                         .tv_nsec = (long)(mono_ms % 1000) * 1000000L};
    (void)clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &t, NULL);
}

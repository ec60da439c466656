/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When it does not go: how long to wait, what is said of it, and what can be mended at once. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "uplink_parts.h"

#define RETRY_CAP_MS 3600000 /* the longest Retry-After that is honoured */

static const char *slug(const struct uplink *u)
{
    return u->c.sink->slug;
}

/* xorshift64* (Vigna 2016): jitter needs no more. */
double uplink_draw(struct uplink *u)
{
    u->random ^= u->random >> 12;
    u->random ^= u->random << 25;
    u->random ^= u->random >> 27;
    return (double)((u->random * 2685821657736338717ULL) >> 11) * 0x1p-53;
}

void uplink_set_state(struct uplink *u, enum uplink_state state, int64_t next_try_ms)
{
    (void)pthread_mutex_lock(&u->lock);
    u->stats.state = state;
    u->stats.next_try_ms = next_try_ms;
    (void)pthread_mutex_unlock(&u->lock);
}

void uplink_pause(struct uplink *u, int64_t ms)
{
    struct timespec until;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)(ms / 1000);
    until.tv_nsec += (long)(ms % 1000) * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
    (void)pthread_mutex_lock(&u->lock);
    while (!atomic_load(&u->stop))
        if (pthread_cond_timedwait(&u->changed, &u->lock, &until) != 0)
            break;
    (void)pthread_mutex_unlock(&u->lock);
}

static int64_t between(int64_t from, int64_t to, unsigned doublings)
{
    for (unsigned i = 0; i < doublings && from < to; i++)
        from *= 2;
    return from < to ? from : to;
}

/* How long to wait after an answer that ended a batch. */
static int64_t back_off(struct uplink *u, const struct influx_answer *a)
{
    bool person = a->verdict == INFLUX_MISCONFIGURED;
    int64_t ms = person ? between(u->c.person_min_ms, u->c.person_max_ms, u->failures)
                        : between(u->c.retry_min_ms, u->c.retry_max_ms, u->failures);

    if (!person)
        ms -= (int64_t)(uplink_draw(u) * 0.5 * (double)ms);
    if (a->retry_after_ms > ms)
        ms = a->retry_after_ms < RETRY_CAP_MS ? a->retry_after_ms : RETRY_CAP_MS;
    u->failures++;
    return ms;
}

/* A database that is not there is made, once; making one needs the rights of an admin where login is on. */
static bool made_database(struct uplink *u, const struct influx_answer *a)
{
    char why[256] = "";

    if (u->c.sink->api != INFLUX_V1 || a->status != 404 ||
        strstr(a->text, "database not found") == NULL || u->create_tried)
        return false;
    u->create_tried = true;
    if (influx_create_database(u->db, why, sizeof why) == 0) {
        log_info("sink %s: database %s did not exist and was created", slug(u),
                 u->c.sink->database);
        return true;
    }
    log_warnx("sink %s: database %s does not exist and cannot be created by this login: %s",
              slug(u), u->c.sink->database, why);
    return false;
}

void uplink_wait_after(struct uplink *u, const struct influx_answer *a)
{
    bool person = a->verdict == INFLUX_MISCONFIGURED;
    bool news = u->failures == 0 || u->said != a->verdict;
    int64_t ms;

    if (made_database(u, a))
        return;
    if (news) /* seconds at first again when one kind of trouble follows another */
        u->failures = 0;
    u->said = a->verdict;
    ms = back_off(u, a);
    if (a->status == 0 && !person && u->batch_lines > UPLINK_LINES_MIN) {
        u->batch_lines /= 2;
        if (u->batch_lines < UPLINK_LINES_MIN)
            u->batch_lines = UPLINK_LINES_MIN;
    }
    (void)pthread_mutex_lock(&u->lock);
    u->stats.http = a->status;
    (void)snprintf(u->stats.text, sizeof u->stats.text, "%s", a->text);
    (void)pthread_mutex_unlock(&u->lock);
    uplink_set_state(u, person ? UPLINK_MISCONFIGURED : UPLINK_WAITING, clock_wall_ms() + ms);
    if (news && person)
        log_warnx(
            "sink %s: does not store (%ld %s): a person must look, see nila-collector status; "
            "readings are kept, next try in %lld s",
            slug(u), a->status, a->text, (long long)(ms + 999) / 1000);
    else if (news)
        log_warnx("sink %s: cannot be reached or is busy (%ld %s); readings are kept, next try in "
                  "%lld s",
                  slug(u), a->status, a->text, (long long)(ms + 999) / 1000);
    else
        log_debug("sink %s: still not (%ld %s), next try in %lld ms", slug(u), a->status, a->text,
                  (long long)ms);
    uplink_pause(u, ms);
}

void uplink_wait_over(struct uplink *u)
{
    if (u->failures > 0)
        log_info("sink %s: stores again", slug(u));
    u->failures = 0;
    u->create_tried = false;
    if (u->batch_lines < UPLINK_LINES_MAX)
        u->batch_lines =
            u->batch_lines * 2 < UPLINK_LINES_MAX ? u->batch_lines * 2 : UPLINK_LINES_MAX;
    (void)pthread_mutex_lock(&u->lock);
    u->stats.http = 204;
    u->stats.text[0] = '\0';
    (void)pthread_mutex_unlock(&u->lock);
}

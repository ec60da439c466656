/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "health.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/common/clock.h"
#include "collector/common/lineproto.h"
#include "collector/common/log.h"
#include "fleet.h"
#include "machine.h"

#define STUCK_MS 300000 /* a question with all its waiting ends within seconds */

bool health_polling(struct poller *p, int64_t mono_ms, const char **stuck)
{
    *stuck = "";
    return p == NULL || poller_last_turn_ms(p, stuck) >= mono_ms - STUCK_MS;
}

/* Resident memory from /proc/self/statm, in kB; 0 when it cannot be read. */
static double rss_kb(void)
{
    FILE *f = fopen("/proc/self/statm", "r");
    char line[128] = "", *at = NULL;

    if (f == NULL)
        return 0;
    if (fgets(line, sizeof line, f) != NULL)
        at = strchr(line, ' '); /* the second number counts pages */
    (void)fclose(f);
    return at != NULL ? (double)strtol(at, NULL, 10) * (double)sysconf(_SC_PAGESIZE) / 1024 : 0;
}

/* The machine's name as a tag: small letters, digits, hyphens. */
static void host_slug(char out[static SLUG_SIZE])
{
    char name[SLUG_SIZE] = "";

    (void)gethostname(name, sizeof name - 1);
    for (size_t i = 0; name[i] != '\0'; i++) {
        char c = name[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9'))
            c = '-';
        name[i] = c;
    }
    (void)snprintf(out, SLUG_SIZE, "%s", slug_valid(name) ? name : "collector");
}

static void put(struct buf *b, bool *first, const char *key, uint64_t n)
{
    lineproto_field(b, first, key, (double)n);
}

static void device_fields(struct buf *b, bool *first, const struct health_sources *h)
{
    struct poll_device_stats sum = {0};
    unsigned good = 0;

    for (unsigned i = 0; h->poller != NULL && i < h->site->devices; i++) {
        struct poll_device_stats s;
        poller_device_stats(h->poller, i, &s);
        good += s.last_good_ms > 0 && s.backoff_s == 0 && s.error[0] == '\0' ? 1U : 0U;
        sum.requests += s.requests;
        sum.good += s.good;
        sum.timeouts += s.timeouts;
        sum.bad_frames += s.bad_frames;
        sum.exceptions += s.exceptions;
        sum.stale += s.stale;
        sum.missed_slots += s.missed_slots;
        sum.values += s.values;
    }
    put(b, first, "devices", h->site->devices);
    put(b, first, "devices_good", good);
    put(b, first, "requests", sum.requests);
    put(b, first, "good", sum.good);
    put(b, first, "timeouts", sum.timeouts);
    put(b, first, "bad_frames", sum.bad_frames);
    put(b, first, "exceptions", sum.exceptions);
    put(b, first, "stale", sum.stale);
    put(b, first, "missed_slots", sum.missed_slots);
    put(b, first, "values", sum.values);
}

static void journal_fields(struct buf *b, bool *first, const struct health_sources *h,
                           int64_t now_ms)
{
    struct journal_stats s;
    int64_t pending = 0;

    if (journal_stats(h->journal, &s) != 0)
        return; /* logged there */
    for (unsigned i = 0; i < h->site->sinks && i < JOURNAL_SINKS_MAX; i++)
        if (s.pending[i] > pending)
            pending = s.pending[i];
    lineproto_field(b, first, "journal_rows", (double)s.rows);
    lineproto_field(b, first, "journal_bytes", (double)s.bytes);
    put(b, first, "appended", s.appended);
    put(b, first, "commits", s.commits);
    put(b, first, "thinned", s.thinned);
    put(b, first, "dropped", s.dropped);
    put(b, first, "damaged", s.damaged);
    put(b, first, "quarantined", s.quarantined);
    lineproto_field(b, first, "commit_ms", (double)s.last_commit_us / 1000);
    lineproto_field(b, first, "oldest_unsent_s",
                    s.oldest_unsent_ms != 0 ? (double)(now_ms - s.oldest_unsent_ms) / 1000 : 0);
    lineproto_field(b, first, "pending", (double)pending);
}

static void sink_fields(struct buf *b, bool *first, const struct health_sources *h)
{
    struct uplink_stats sum = {0};

    for (unsigned i = 0; i < h->site->sinks; i++) {
        struct uplink_stats s = {0};
        if (h->uplink[i] != NULL)
            uplink_stats(h->uplink[i], &s);
        sum.sent += s.sent;
        sum.refused += s.refused;
        sum.refused_old += s.refused_old;
    }
    put(b, first, "sent", sum.sent);
    put(b, first, "refused", sum.refused);
    put(b, first, "refused_old", sum.refused_old);
}

/* What stands of the office's bundles; left out where there never was one. */
static void fleet_fields(struct buf *b, bool *first, const struct site *site)
{
    struct fleet_state s;
    char path[FLEET_PATH], why[256];

    fleet_state_path(site, path, sizeof path);
    if (fleet_state_load(&s, path, why, sizeof why) != 0 || s.since_ms == 0)
        return;
    lineproto_field(b, first, "fleet_number", (double)s.number);
    lineproto_field(b, first, "fleet_failed", (double)s.failed);
    lineproto_field(b, first, "fleet_trial", s.phase == FLEET_STEADY ? 0 : 1);
}

/* Left out where the machine does not tell. */
static void machine_fields(struct buf *b, bool *first, const struct site *site)
{
    enum machine_power power = machine_power();
    struct machine_disk disk;

    lineproto_field(b, first, "clock_trusted", clock_trusted() ? 1 : 0);
    if (machine_disk(site->journal_path, &disk) == 0) {
        lineproto_field(b, first, "disk_free_mb", (double)disk.free_bytes / 1048576);
        lineproto_field(b, first, "disk_size_mb", (double)disk.size_bytes / 1048576);
    }
    if (power != MACHINE_POWER_UNKNOWN)
        lineproto_field(b, first, "power_weak", power == MACHINE_POWER_WEAK ? 1 : 0);
}

void health_line(struct buf *b, const struct health_sources *h, int64_t now_ms, int64_t mono_ms)
{
    char host[SLUG_SIZE];
    bool first = true;

    host_slug(host);
    lineproto_measurement(b, "collector");
    lineproto_tag(b, "collector", host);
    lineproto_tag(b, "regency", regency_slug(h->site->regency));
    lineproto_tag(b, "site", h->site->slug);
    lineproto_tag(b, "version", NILA_VERSION);
    lineproto_field(b, &first, "up_s", (double)(mono_ms - h->started_mono_ms) / 1000);
    lineproto_field(b, &first, "rss_kb", rss_kb());
    machine_fields(b, &first, h->site);
    device_fields(b, &first, h);
    journal_fields(b, &first, h, now_ms);
    put(b, &first, "lost_values", h->lost_values);
    sink_fields(b, &first, h);
    fleet_fields(b, &first, h->site);
    lineproto_end(b, now_ms);
}

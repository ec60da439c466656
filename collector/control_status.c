/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control_own.h"

#include <inttypes.h>
#include <stdio.h>

#include "collector/common/clock.h"
#include "machine.h"

/* A row with twelve values takes about 73 bytes of the file; used until there are enough rows to divide by. */
#define ROW_BYTES       100.0
#define ROWS_TO_MEASURE 1000
#define SWITCH_ROWS_H   4 /* each switch tells its state every 15 minutes */

static void counters(struct buf *b, uint64_t requests, uint64_t good, uint64_t timeouts,
                     uint64_t bad_frames, uint64_t exceptions, uint64_t stale)
{
    json_count(b, "requests", requests);
    json_count(b, "good", good);
    json_count(b, "timeouts", timeouts);
    json_count(b, "bad_frames", bad_frames);
    json_count(b, "exceptions", exceptions);
    json_count(b, "stale", stale);
}

static void pond_member(struct buf *b, const struct site *site, int pond)
{
    if (pond >= 0)
        json_member(b, "pond", site->pond[pond].slug);
    else
        buf_str(b, ",\"pond\":null");
}

static void status_bus(struct buf *b, const struct control_sources *src, unsigned i)
{
    static const char *const STATE[] = {"unused", "open", "away"};
    const struct site_bus *c = &src->site->bus[i];
    struct poll_line_stats s = {0};
    char where[SITE_PATH_SIZE + 32];

    if (src->poller != NULL)
        poller_line_stats(src->poller, i, &s);
    if (c->kind == SITE_BUS_SERIAL)
        (void)snprintf(where, sizeof where, "%s %d 8%c%d", c->port, c->baud, c->parity,
                       c->stop_bits);
    else
        (void)snprintf(where, sizeof where, "%s:%d", c->host, c->tcp_port);
    buf_str(b, "{\"kind\":\"bus\"");
    json_member(b, "slug", c->slug);
    json_member(b, "where", where);
    if (c->kind == SITE_BUS_SERIAL) {
        char parity[2] = {c->parity, '\0'};
        json_member(b, "port", c->port);
        json_whole(b, "baud", c->baud);
        json_member(b, "parity", parity);
        json_whole(b, "stop_bits", c->stop_bits);
    } else {
        json_member(b, "host", c->host);
        json_whole(b, "tcp_port", c->tcp_port);
    }
    json_member(b, "state", STATE[s.state]);
    json_whole(b, "since_ms", s.since_ms);
    counters(b, s.requests, s.good, s.timeouts, s.bad_frames, s.exceptions, s.stale);
    json_count(b, "lost", s.lost);
    json_count(b, "asked", s.asked);
    json_count(b, "served_slots", s.served_slots);
    json_count(b, "missed_slots", s.missed_slots);
    json_whole(b, "busy_permille", s.busy_permille);
    json_whole(b, "waiting", s.waiting);
    json_member(b, "why", s.why);
    buf_str(b, "}\n");
}

/* How the last question ended. */
static const char *last_word(const struct poll_device_stats *s)
{
    if (s->last_try_ms == 0 && s->last_rc == 0)
        return "";
    switch (s->last_rc) {
    case 0:
        return "good";
    case NILA_ERR_TIMEOUT:
        return "silent";
    case NILA_ERR_EXCEPTION:
        return "exception";
    case NILA_ERR_PROTO:
        return s->last_stale ? "stale" : "bad";
    default:
        return "away";
    }
}

static void status_device(struct buf *b, const struct control_sources *src, unsigned i)
{
    const struct site_device *d = &src->site->device[i];
    struct poll_device_stats s = {0};

    if (src->poller != NULL)
        poller_device_stats(src->poller, i, &s);
    buf_str(b, "{\"kind\":\"device\"");
    json_member(b, "slug", d->slug);
    pond_member(b, src->site, d->pond);
    json_member(b, "bus", src->site->bus[d->bus].slug);
    json_whole(b, "unit", d->unit);
    json_member(b, "profile", d->profile);
    if (src->profile != NULL)
        buf_printf(b, ",\"read\":%s", src->profile[i]->n > 0 ? "true" : "false");
    json_whole(b, "every_s", d->every_s);
    json_whole(b, "last_good_ms", s.last_good_ms);
    json_whole(b, "last_try_ms", s.last_try_ms);
    counters(b, s.requests, s.good, s.timeouts, s.bad_frames, s.exceptions, s.stale);
    json_count(b, "served_slots", s.served_slots);
    json_count(b, "missed_slots", s.missed_slots);
    json_count(b, "values", s.values);
    json_whole(b, "calibrating_ms", loan_since_ms(src->loan, i));
    json_whole(b, "round_ms", s.round_ms);
    json_member(b, "last", last_word(&s));
    json_whole(b, "answer_ms", s.answer_ms);
    json_whole(b, "answer_p50_ms", s.answer_p50_ms);
    json_whole(b, "answer_p95_ms", s.answer_p95_ms);
    json_whole(b, "backoff_s", s.backoff_s);
    json_member(b, "error", s.error);
    buf_str(b, "}\n");
}

void control_status_switch(struct buf *b, const struct control_sources *src, unsigned i)
{
    const struct site_reflex *x = &src->site->reflex[i];
    const int64_t to_wall_ms = clock_wall_ms() - clock_mono_ms();
    struct reflex_state s = {0};

    if (src->switcher != NULL)
        switcher_get(src->switcher, i, &s);
    buf_str(b, "{\"kind\":\"switch\"");
    json_member(b, "slug", x->slug);
    json_member(b, "name", x->name);
    pond_member(b, src->site, x->pond);
    json_member(b, "device", src->site->device[x->device].slug);
    json_whole(b, "channel", x->channel);
    buf_printf(b, ",\"known\":%s,\"on\":%s,\"wanted\":%s,\"lost\":%s", s.known ? "true" : "false",
               s.on ? "true" : "false", s.wanted ? "true" : "false", s.lost ? "true" : "false");
    json_member(b, "cause", reflex_cause_name(s.cause));
    json_member(b, "taken", reflex_cause_name(s.taken));
    json_whole(b, "since_ms", s.since_ms != 0 ? s.since_ms + to_wall_ms : 0);
    json_whole(b, "manual_until_ms", s.manual_until_ms != 0 ? s.manual_until_ms + to_wall_ms : 0);
    json_count(b, "switched", s.switched);
    json_count(b, "failed", s.failed);
    json_member(b, "error", s.error);
    buf_str(b, "}\n");
}

/* Hours until undelivered rows would have to be dropped if no server took any from now on, at the pace the site file asks. */
static double hours_left(const struct site *site, const struct journal_stats *s)
{
    double row = s->rows >= ROWS_TO_MEASURE ? (double)s->bytes / (double)s->rows : ROW_BYTES;
    double rows_h = site->reflexes * (double)SWITCH_ROWS_H;
    int64_t pending = 0;

    for (unsigned i = 0; i < site->devices; i++)
        rows_h += 3600.0 / site->device[i].every_s;
    for (unsigned i = 0; i < site->sinks && i < JOURNAL_SINKS_MAX; i++)
        if (s->pending[i] > pending)
            pending = s->pending[i];
    if (rows_h <= 0)
        return -1;
    rows_h = ((double)site->journal_max_bytes - (double)pending * row) / (rows_h * row);
    return rows_h > 0 ? rows_h : 0;
}

void control_status_journal(struct buf *b, const struct control_sources *src,
                            const struct journal_stats *s)
{
    double left = src->site->sinks > 0 ? journal_hours_left(s) : -1;

    if (src->site->sinks > 0 && left < 0) /* its growth is not measured yet */
        left = hours_left(src->site, s);
    buf_printf(b, "{\"kind\":\"journal\",\"rows\":%" PRId64, s->rows);
    json_whole(b, "first_seq", s->first_seq);
    json_whole(b, "last_seq", s->last_seq);
    json_whole(b, "bytes", s->bytes);
    json_whole(b, "max_bytes", src->site->journal_max_bytes);
    json_whole(b, "oldest_unsent_ms", s->oldest_unsent_ms);
    json_whole(b, "held", s->held);
    json_count(b, "appended", s->appended);
    json_count(b, "commits", s->commits);
    json_count(b, "thinned", s->thinned);
    json_count(b, "dropped", s->dropped);
    json_count(b, "damaged", s->damaged);
    json_count(b, "quarantined", s->quarantined);
    json_whole(b, "last_commit_us", s->last_commit_us);
    if (left >= 0)
        buf_printf(b, ",\"hours_left\":%.1f}\n", left);
    else
        buf_str(b, ",\"hours_left\":null}\n");
}

void control_status_sink(struct buf *b, const struct control_sources *src,
                         const struct journal_stats *js, unsigned i)
{
    struct uplink_stats s = {0};

    if (src->uplink != NULL && src->uplink[i] != NULL)
        uplink_stats(src->uplink[i], &s);
    buf_str(b, "{\"kind\":\"sink\"");
    json_member(b, "slug", src->site->sink[i].slug);
    json_member(b, "state", uplink_state_name(s.state));
    json_whole(b, "pending", i < JOURNAL_SINKS_MAX ? js->pending[i] : 0);
    json_count(b, "sent", s.sent);
    json_count(b, "refused", s.refused);
    json_count(b, "refused_old", s.refused_old);
    json_whole(b, "last_ok_ms", s.last_ok_ms);
    json_whole(b, "next_try_ms", s.next_try_ms);
    json_whole(b, "http", s.http);
    json_member(b, "text", s.text);
    buf_str(b, "}\n");
}

/* Disk and power of the machine; null where it does not tell. */
static void machine_members(struct buf *b, const struct site *site)
{
    enum machine_power power = machine_power();
    struct machine_disk disk;

    if (machine_disk(site->journal_path, &disk) == 0) {
        json_whole(b, "disk_free", disk.free_bytes);
        json_whole(b, "disk_size", disk.size_bytes);
        buf_printf(b, ",\"disk_read_only\":%s", disk.read_only ? "true" : "false");
    } else {
        buf_str(b, ",\"disk_free\":null,\"disk_size\":null,\"disk_read_only\":null");
    }
    buf_printf(b, ",\"power_weak\":%s",
               power == MACHINE_POWER_WEAK   ? "true"
               : power == MACHINE_POWER_GOOD ? "false"
                                             : "null");
}

struct control_state *control_status(struct control *c, const struct lineserver_peer *peer,
                                     const struct cJSON *rq, struct buf *out)
{
    const struct control_sources *src = &c->src;
    struct journal_stats js;
    int rc = journal_stats(src->journal, &js);

    (void)rq;
    (void)peer;
    if (rc != 0) {
        control_journal_error(out, rc);
        return NULL;
    }
    buf_str(out, "{\"kind\":\"collector\",\"version\":\"" NILA_VERSION "\"");
    json_member(out, "site", src->site->slug);
    json_member(out, "name", src->site->name);
    json_whole(out, "now_ms", clock_wall_ms());
    json_whole(out, "started_ms", src->started_ms);
    json_whole(out, "loaded_ms", src->loaded_ms);
    buf_printf(out, ",\"clock_trusted\":%s", clock_trusted() ? "true" : "false");
    machine_members(out, src->site);
    json_count(out, "lost_values",
               src->lost_values != NULL ? (uint64_t)atomic_load(src->lost_values) : 0);
    buf_str(out, "}\n");
    for (unsigned i = 0; i < src->site->buses; i++)
        status_bus(out, src, i);
    for (unsigned i = 0; i < src->site->devices; i++)
        status_device(out, src, i);
    for (unsigned i = 0; i < src->site->reflexes; i++)
        control_status_switch(out, src, i);
    control_status_journal(out, src, &js);
    for (unsigned i = 0; i < src->site->sinks; i++)
        control_status_sink(out, src, &js, i);
    control_end(out);
    return NULL;
}

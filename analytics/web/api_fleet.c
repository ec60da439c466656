/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "/api/v1/buses", "/api/v1/devices": what "/alat" shows of this machine's collectors. */
#include "analytics/web/api_fleet.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analytics/web/html.h"

/* Of the bus or device at place i, counted over all boxes; false: there is none. */
static bool at_place(const struct fleet_view *v, bool buses, size_t i, const struct fleet_box **box,
                     size_t *k)
{
    for (size_t x = 0; x < v->boxes; x++) {
        const size_t n = buses ? v->box[x].buses : v->box[x].devices;

        if (i < n) {
            *box = &v->box[x];
            *k = i;
            return true;
        }
        i -= n;
    }
    return false;
}

static void key_of(const struct fleet_box *x, bool buses, size_t k, char out[static API_AFTER_SIZE])
{
    (void)snprintf(out, API_AFTER_SIZE, "%s.%s", x->key,
                   buses ? x->bus[k].slug : x->device[k].slug);
}

int api_fleet_from(const struct fleet_view *v, bool buses, const char *after, size_t *at)
{
    const struct fleet_box *box;
    char key[API_AFTER_SIZE];
    size_t k;

    *at = 0;
    if (*after == '\0')
        return 0;
    for (size_t i = 0; at_place(v, buses, i, &box, &k); i++) {
        key_of(box, buses, k, key);
        if (strcmp(key, after) == 0) {
            *at = i + 1;
            return 0;
        }
    }
    return NILA_ERR_NOT_FOUND;
}

static void counts(struct buf *b, const struct fleet_counts *n)
{
    buf_printf(b,
               "\"requests\":%lld,\"good\":%lld,\"timeouts\":%lld,\"bad_frames\":%lld,"
               "\"exceptions\":%lld,\"stale\":%lld,\"lost\":%lld",
               (long long)n->requests, (long long)n->good, (long long)n->timeouts,
               (long long)n->bad_frames, (long long)n->exceptions, (long long)n->stale,
               (long long)n->lost);
}

/* Which collector, and whether it still speaks. */
static void begin(struct buf *b, const struct fleet_view *v, const struct fleet_box *x)
{
    buf_str(b, "{");
    api_text(b, "collector", x->key);
    buf_printf(b, ",\"heard\":%s,", fleet_heard(v, x) ? "true" : "false");
    api_time(b, "heard_at", x->heard_ms);
    buf_str(b, ",");
}

static void bus(struct buf *b, const struct fleet_view *v, const struct fleet_box *x, size_t k)
{
    const struct fleet_bus *u = &x->bus[k];
    const struct fleet_frames *f = fleet_frames_of(x, u->slug);

    begin(b, v, x);
    api_text(b, "bus", u->slug);
    buf_str(b, ",");
    api_text(b, "where", u->where);
    buf_str(b, ",");
    api_text(b, "state", u->state);
    buf_str(b, ",");
    api_text(b, "why", u->why);
    buf_str(b, ",");
    api_time(b, "since", u->since_ms);
    buf_str(b, ",");
    counts(b, &u->n);
    buf_printf(b, ",\"served_slots\":%lld,\"missed_slots\":%lld,\"busy_permille\":%d,\"frames\":[",
               (long long)u->served_slots, (long long)u->missed_slots, u->busy_permille);
    for (size_t i = 0; f != NULL && i < f->n; i++) {
        buf_str(b, i == 0 ? "{" : ",{");
        api_time(b, "time", f->frame[i].at_ms);
        buf_printf(b, ",\"way\":\"%s\",", f->frame[i].sent ? "tx" : "rx");
        api_text(b, "bytes", f->frame[i].bytes);
        buf_str(b, "}");
    }
    buf_str(b, "]}");
}

static void device(struct buf *b, const struct fleet_view *v, const struct fleet_box *x, size_t k)
{
    const struct fleet_device *d = &x->device[k];

    begin(b, v, x);
    api_text(b, "device", d->slug);
    buf_str(b, ",");
    api_text(b, "bus", d->bus);
    buf_printf(b, ",\"unit\":%d,", d->unit);
    if (d->pond[0] != '\0')
        api_text(b, "pond", d->pond);
    else
        buf_str(b, "\"pond\":null");
    buf_str(b, ",");
    api_text(b, "profile", d->profile);
    buf_printf(b, ",\"every_s\":%d,", d->every_s);
    api_time(b, "last_good", d->last_good_ms);
    buf_str(b, ",");
    api_time(b, "last_try", d->last_try_ms);
    buf_str(b, ",");
    api_text(b, "last", d->last);
    buf_str(b, ",");
    api_text(b, "error", d->error);
    buf_str(b, ",");
    counts(b, &d->n);
    buf_printf(b,
               ",\"served_slots\":%lld,\"missed_slots\":%lld,\"backoff_s\":%d,\"answer_p50_ms\":%d,"
               "\"answer_p95_ms\":%d}",
               (long long)d->served_slots, (long long)d->missed_slots, d->backoff_s, d->p50_ms,
               d->p95_ms);
}

void api_fleet(struct buf *b, const struct fleet_view *v, bool buses, const char *notice,
               const struct api_part *part)
{
    const struct fleet_box *box;
    char next[API_AFTER_SIZE] = "";
    size_t from, total = 0, i, k;

    for (size_t x = 0; x < v->boxes; x++)
        total += buses ? v->box[x].buses : v->box[x].devices;
    if (api_fleet_from(v, buses, part->after, &from) != 0)
        from = total; /* the route has refused it */
    buf_str(b, "{");
    api_text(b, "notice", notice);
    buf_str(b, ",");
    api_time(b, "now", v->now_ms);
    buf_printf(b, ",\"%s\":[", buses ? "buses" : "devices");
    for (i = from; i - from < part->limit && at_place(v, buses, i, &box, &k); i++) {
        buf_str(b, i == from ? "" : ",\n");
        (buses ? bus : device)(b, v, box, k);
        key_of(box, buses, k, next);
    }
    buf_str(b, "],");
    api_part_members(b, part, total, i < total ? next : NULL);
    buf_str(b, "}\n");
}

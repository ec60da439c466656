/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The line of health.h in Prometheus's text format, so that both always say the same. */
#include "control_own.h"

#include <stdio.h>
#include <string.h>

#include "collector/common/clock.h"
#include "health.h"

/* What only rises since the start; the others are gauges. */
static bool is_counter(const char *key, size_t n)
{
    static const char *const COUNTER[] = {
        "requests",     "good",   "timeouts", "bad_frames",  "exceptions", "stale",
        "missed_slots", "values", "appended", "commits",     "dropped",    "damaged",
        "thinned",      "sent",   "refused",  "lost_values", "refused_old"};

    for (size_t i = 0; i < sizeof COUNTER / sizeof COUNTER[0]; i++)
        if (strlen(COUNTER[i]) == n && strncmp(COUNTER[i], key, n) == 0)
            return true;
    return false;
}

static void text_line(struct buf *out, const char *line)
{
    buf_str(out, "{\"text\":");
    json_text(out, line);
    buf_str(out, "}\n");
}

/* collector,collector=pi,regency=kotim,site=x a=1,b=2 TIME; slugs and numbers, so nothing is escaped. */
static void show(struct buf *out, const char *line)
{
    const char *tags = strchr(line, ',') + 1, *fields = strchr(line, ' ') + 1;
    const char *end = fields + strcspn(fields, " \n");
    char labels[200] = "";
    size_t at = 0;

    for (const char *p = tags; p < fields - 1;) {
        size_t n = strcspn(p, ", "), key = strcspn(p, "=");
        int k = snprintf(labels + at, sizeof labels - at, "%s%.*s=\"%.*s\"", at > 0 ? "," : "",
                         (int)key, p, (int)(n - key - 1), p + key + 1);
        if (k < 0 || at + (size_t)k >= sizeof labels)
            break;
        at += (size_t)k;
        p += n + 1;
    }
    for (const char *p = fields; p < end;) {
        size_t n = strcspn(p, ", \n"), key = strcspn(p, "=");
        bool counter = is_counter(p, key);
        char text[400];

        (void)snprintf(text, sizeof text, "# TYPE nila_collector_%.*s%s %s", (int)key, p,
                       counter ? "_total" : "", counter ? "counter" : "gauge");
        text_line(out, text);
        (void)snprintf(text, sizeof text, "nila_collector_%.*s%s{%s} %.*s", (int)key, p,
                       counter ? "_total" : "", labels, (int)(n - key - 1), p + key + 1);
        text_line(out, text);
        p += n + 1;
    }
}

struct control_state *control_metrics(struct control *c, const struct lineserver_peer *peer,
                                      const struct cJSON *rq, struct buf *out)
{
    const struct control_sources *src = &c->src;
    const struct health_sources h = {
        .site = src->site,
        .journal = src->journal,
        .poller = src->poller,
        .uplink = src->uplink,
        .lost_values = src->lost_values != NULL ? (uint64_t)atomic_load(src->lost_values) : 0,
        .started_mono_ms = src->started_mono_ms};
    struct buf line = {0};

    (void)peer;
    (void)rq;
    health_line(&line, &h, clock_wall_ms(), clock_mono_ms());
    show(out, line.p);
    buf_free(&line);
    control_end(out);
    return NULL;
}

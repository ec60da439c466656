/* SPDX-License-Identifier: GPL-3.0-or-later */
/* VictoriaMetrics says 204 to everything: to lines it does not understand, that are too old or too far ahead. What it says it
 * has stored is therefore asked back before it is acknowledged: of each batch the first and the last line (the oldest and
 * the newest, which are the first to be out of its bounds) and one drawn between them. */
#include <string.h>

#include "collector/common/clock.h"
#include "uplink_parts.h"

#define SAMPLES 3

struct sample {
    size_t line;
    bool found;
};

static int ask(struct uplink *u, const struct sample *s, struct influx_answer *a)
{
    const char *line = u->text.p + u->line[s->line].from;
    int rc =
        influx_read_back(u->db, line, u->line[s->line + 1].from - u->line[s->line].from - 1, a);

    if (rc == NILA_ERR_RANGE) { /* a line of ours has neither escapes nor strings */
        *a = (struct influx_answer){.verdict = INFLUX_MISCONFIGURED,
                                    .status = 204,
                                    .retry_after_ms = -1,
                                    .refused_old = -1,
                                    .text = "says 204, but the point cannot be asked back"};
        rc = 0;
    }
    return rc;
}

/* Asks for what is not found yet. a->verdict: STORED when all is found, else that of the first that is not. */
static int ask_all(struct uplink *u, struct sample *s, struct influx_answer *a)
{
    for (size_t i = 0; i < SAMPLES; i++) {
        int rc;
        if (s[i].found)
            continue;
        rc = ask(u, &s[i], a);
        if (rc != 0 || a->verdict != INFLUX_STORED)
            return rc;
        s[i].found = true;
    }
    a->verdict = INFLUX_STORED;
    return 0;
}

int uplink_verify(struct uplink *u, size_t from, size_t to, size_t open, struct influx_answer *a)
{
    const int64_t until = clock_mono_ms() + u->c.verify_ms;
    struct sample s[SAMPLES] = {
        {.line = uplink_nth_open(u, from, to, 0)},
        {.line = uplink_nth_open(u, from, to, open - 1)},
        {.line = uplink_nth_open(u, from, to, (size_t)(uplink_draw(u) * (double)open))}};
    int rc;

    do {
        /* a question that comes too early is answered from a cache for seconds after */
        uplink_pause(u, u->c.verify_every_ms);
        if (atomic_load(&u->stop))
            return NILA_ERR_CLOSED;
        rc = ask_all(u, s, a);
    } while (rc == 0 && a->verdict == INFLUX_LATER && clock_mono_ms() < until);
    if (rc == 0 && a->verdict == INFLUX_LATER && a->status == 200) {
        a->verdict = INFLUX_MISCONFIGURED;
        a->status = 204; /* of the write: it is the odd one */
    }
    return rc;
}

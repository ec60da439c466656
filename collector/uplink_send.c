/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A batch on its way: what is refused is found, by the server's own numbers or by halving; the rest goes on. */
#include <stdio.h>
#include <string.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "uplink_parts.h"

/* So many lines refused with none stored between them, and the newest refused as well: then it is not the lines. Within
 * what the quarantine keeps (journal_read.c), so that nothing is lost before a person looks. */
#define REFUSED_IN_ROW_MAX 100

static const char *slug(const struct uplink *u)
{
    return u->c.sink->slug;
}

static void count(struct uplink *u, size_t sent, size_t refused, size_t refused_old)
{
    (void)pthread_mutex_lock(&u->lock);
    if (sent > 0)
        u->stats.last_ok_ms = clock_wall_ms();
    if (!u->ahead) {
        u->stats.sent += sent;
        u->stats.refused += refused;
        u->stats.refused_old += refused_old;
    }
    (void)pthread_mutex_unlock(&u->lock);
    if (sent > 0)
        u->refused_in_row = 0;
}

static void settle(struct uplink *u, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        u->line[i].settled = true;
}

size_t uplink_nth_open(const struct uplink *u, size_t from, size_t to, size_t n)
{
    for (; from < to; from++)
        if (!u->line[from].settled && n-- == 0)
            break;
    return from;
}

/* The text of the lines of from..to-1 that are not settled, and how many they are. */
static size_t open_lines(struct uplink *u, size_t from, size_t to, const char **text, size_t *len)
{
    size_t n = 0;

    for (size_t i = from; i < to; i++)
        n += u->line[i].settled ? 0 : 1;
    if (n == to - from) {
        *text = u->text.p + u->line[from].from;
        *len = u->line[to].from - u->line[from].from;
        return n;
    }
    buf_clear(&u->open);
    for (size_t i = from; i < to; i++)
        if (!u->line[i].settled)
            buf_add(&u->open, u->text.p + u->line[i].from, u->line[i + 1].from - u->line[i].from);
    *text = u->open.p;
    *len = u->open.n;
    return n;
}

/* Does the server take the last line of the batch? Its answer goes nowhere: it is asked only whether any line is good. */
static bool takes_the_last(struct uplink *u, size_t refused)
{
    const size_t last = u->lines - 1;
    struct influx_answer a;

    if (last == refused || u->line[last].settled)
        return false;
    if (influx_write(u->db, u->text.p + u->line[last].from,
                     u->line[last + 1].from - u->line[last].from, &a) != 0 ||
        a.verdict != INFLUX_STORED)
        return false;
    u->refused_in_row = 0;
    return true;
}

/* A line that is refused alone is refused for ever, unless the server refuses them all. */
static int refuse(struct uplink *u, size_t i, struct influx_answer *a)
{
    const char *line = u->text.p + u->line[i].from;
    size_t len = u->line[i + 1].from - u->line[i].from;
    char words[sizeof a->text];
    int rc;

    if (u->ahead) { /* in its turn */
        settle(u, i, i + 1);
        return 0;
    }
    if (u->refused_in_row >= REFUSED_IN_ROW_MAX && !takes_the_last(u, i)) {
        (void)snprintf(words, sizeof words, "refuses every line: %.200s", a->text);
        memcpy(a->text, words, sizeof words);
        a->verdict = INFLUX_MISCONFIGURED;
        return 1;
    }
    if (len > 0 && line[len - 1] == '\n')
        len--;
    log_warnx("sink %s: refuses a line of row %lld for ever (%ld %s); it is quarantined, the rest "
              "goes on",
              slug(u), (long long)u->line[i].seq, a->status, a->text);
    rc = journal_quarantine(u->c.journal, u->c.index, u->line[i].seq, line, len, a->text);
    if (rc != 0)
        return rc;
    u->refused_in_row++;
    settle(u, i, i + 1);
    count(u, 0, 1, 0);
    return 0;
}

static int send_range(struct uplink *u, size_t from, size_t to, struct influx_answer *a);

/* Sends each line the server named alone: what it refuses then is refused by its own words, and a number that was wrong
 * costs nothing. 0: all of them are settled. */
// NOLINTNEXTLINE(misc-no-recursion)
static int send_named(struct uplink *u, size_t from, size_t to, const struct influx_answer *named,
                      struct influx_answer *a)
{
    size_t at[INFLUX_NAMED_MAX];

    for (size_t k = 0; k < named->named; k++)
        at[k] = uplink_nth_open(u, from, to, named->line[k]);
    for (size_t k = 0; k < named->named; k++) {
        int rc = at[k] < to ? send_range(u, at[k], at[k] + 1, a) : 0;
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* What to do with a range that was refused for its lines (or its size). 0: something is settled, look again. */
// NOLINTNEXTLINE(misc-no-recursion)
static int take_apart(struct uplink *u, size_t from, size_t to, size_t open,
                      struct influx_answer *a)
{
    const size_t first = uplink_nth_open(u, from, to, 0);
    size_t mid;
    int rc;

    if (a->verdict == INFLUX_TOO_BIG && open == 1) {
        /* no line of ours is too big for a server: something on the way is set up wrongly */
        a->verdict = INFLUX_MISCONFIGURED;
        return 1;
    }
    if (open == 1)
        return refuse(u, first, a);
    if (a->named > 0 && uplink_nth_open(u, from, to, a->line[0]) < to) {
        const struct influx_answer named = *a;
        return send_named(u, from, to, &named, a);
    }
    mid = uplink_nth_open(u, from, to, open / 2);
    rc = send_range(u, first, mid, a);
    return rc != 0 ? rc : send_range(u, mid, to, a);
}

/* Sends what is open of from..to-1 until all of it is settled. Halving goes log2(UPLINK_LINES_MAX) calls deep. */
// NOLINTNEXTLINE(misc-no-recursion)
static int send_range(struct uplink *u, size_t from, size_t to, struct influx_answer *a)
{
    const char *text;
    size_t len, open, old;
    int rc;

    while ((open = open_lines(u, from, to, &text, &len)) > 0) {
        rc = influx_write(u->db, text, len, a);
        if (rc == 0 && a->verdict == INFLUX_STORED && u->c.sink->api == INFLUX_VM && !u->ahead)
            rc = uplink_verify(u, from, to, open, a);
        if (rc != 0)
            return rc;
        if (a->verdict == INFLUX_STORED) {
            settle(u, from, to);
            count(u, open, 0, 0);
        } else if (a->verdict == INFLUX_BAD_LINES && a->refused_old >= 0) {
            /* the server has stored all the others */
            old = (size_t)a->refused_old < open ? (size_t)a->refused_old : open;
            settle(u, from, to);
            count(u, open - old, 0, old);
            log_debug("sink %s: %zu points are older than it keeps", slug(u), old);
        } else if (a->verdict == INFLUX_BAD_LINES || a->verdict == INFLUX_TOO_BIG) {
            rc = take_apart(u, from, to, open, a);
            if (rc != 0)
                return rc;
        } else {
            return 1;
        }
    }
    return 0;
}

int uplink_send(struct uplink *u, struct influx_answer *a)
{
    return send_range(u, 0, u->lines, a);
}

void uplink_send_gauges(struct uplink *u)
{
    struct influx_answer a;
    struct buf lines;

    (void)pthread_mutex_lock(&u->lock);
    lines = u->gauges;
    u->gauges = (struct buf){0};
    (void)pthread_mutex_unlock(&u->lock);
    if (lines.n > 0 &&
        (influx_write(u->db, lines.p, lines.n, &a) != 0 || a.verdict != INFLUX_STORED))
        log_debug("sink %s: the collector's own state of this minute is not stored", slug(u));
    buf_free(&lines);
}

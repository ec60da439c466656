/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"
#include "plan.h"

#define TIMEOUT_MS     200 /* farm probes take 5 to 100 ms */
#define TCP_TIMEOUT_MS 300
#define FRAME_BITS     (20 * 11) /* a question, and the beginning of its answer */
#define KNOCKS_MAX     16
#define SHIPPED_LAST   16 /* devices are numbered by hand from 1 on */

/* A question that shows whether somebody is there. */
struct knock {
    int function;
    uint16_t first, count;
};

struct run {
    const struct scan *s;
    struct knock knock[KNOCKS_MAX];
    unsigned knocks;
    size_t done, all;
    void (*found)(void *arg, const struct scan_found *f);
    void *arg;
    char *why;
    size_t why_size;
};

int scan_speeds(struct scan_speed speed[static SCAN_SPEEDS], const char *baud, const char *parity)
{
    static const int ALL[] = {9600, 4800, 19200, 38400, 115200, 57600, 2400, 1200};
    int bauds[8], n = 0, speeds = 0;
    const char *parities = strcmp(parity, "all") == 0 ? "NEO" : parity;

    if (strlen(parities) != 1 && parities == parity)
        return -1;
    if (strspn(parities, "NEO") != strlen(parities))
        return -1;
    if (strcmp(baud, "all") == 0) {
        n = (int)(sizeof ALL / sizeof ALL[0]);
        memcpy(bauds, ALL, sizeof ALL);
    } else {
        for (const char *p = baud;; p++) {
            char *end;
            long v = strtol(p, &end, 10);
            if (end == p || (*end != ',' && *end != '\0') || v < 1200 || v > 115200 || n == 8)
                return -1;
            bauds[n++] = (int)v;
            p = end;
            if (*end == '\0')
                break;
        }
    }
    for (const char *c = parities; *c != '\0'; c++)
        for (int i = 0; i < n; i++)
            speed[speeds++] = (struct scan_speed){bauds[i], *c};
    return speeds;
}

bool scan_units(bool unit[static 256], const char *text)
{
    memset(unit, 0, 256 * sizeof *unit);
    for (const char *p = text;;) {
        char *end;
        long first = strtol(p, &end, 10), last = first;
        if (end == p)
            return false;
        if (*end == '-') {
            p = end + 1;
            last = strtol(p, &end, 10);
            if (end == p)
                return false;
        }
        if (first < 0 || last < first || last > 255)
            return false;
        for (long u = first; u <= last; u++)
            unit[u] = true;
        if (*end == '\0')
            return true;
        if (*end != ',')
            return false;
        p = end + 1;
    }
}

/* --- what is asked ------------------------------------------------------------------------------------------------ */

static void add_knock(struct run *r, int function, uint16_t first, uint16_t count)
{
    for (unsigned i = 0; i < r->knocks; i++)
        if (r->knock[i].function == function && r->knock[i].first == first)
            return;
    if (r->knocks < KNOCKS_MAX)
        r->knock[r->knocks++] = (struct knock){function, first, count};
}

static void make_knocks(struct run *r)
{
    add_knock(r, 3, 0, 1);
    for (unsigned i = 0; i < identify_count(r->s->id); i++) {
        const struct profile *p = identify_profile(r->s->id, i);
        struct plan plan;
        char why[200];
        /* one that has not been told to measure has its name all the same */
        if (p->outside_silent && p->identities > 0)
            add_knock(r, p->identity[0].function, p->identity[0].address, p->identity[0].count);
        else if (p->outside_silent && plan_make(&plan, p, why, sizeof why) == 0 && plan.n > 0)
            add_knock(r, plan.b[0].function, plan.b[0].first, plan.b[0].count);
    }
}

/* How many of the questions a unit gets before it is taken as absent. */
static unsigned knocks_for(const struct run *r, int unit)
{
    bool shipped = unit >= 1 && unit <= SHIPPED_LAST;

    for (unsigned i = 0; !shipped && i < identify_count(r->s->id); i++)
        shipped = identify_profile(r->s->id, i)->default_unit == unit;
    return shipped ? r->knocks : 1;
}

static int timeout_of(const struct scan *s, const struct scan_speed *speed)
{
    if (s->timeout_ms > 0)
        return s->timeout_ms;
    return speed->baud > 0 ? TIMEOUT_MS + FRAME_BITS * 1000 / speed->baud : TCP_TIMEOUT_MS;
}

/* --- the round ---------------------------------------------------------------------------------------------------- */

/* 1: somebody is there (f says how he answered), 0 nobody, or an error that ends it. */
static int knock_at(struct run *r, struct scan_found *f, int timeout_ms)
{
    unsigned n = knocks_for(r, f->unit);

    for (unsigned i = 0; i < n; i++) {
        const struct knock *k = &r->knock[i];
        const struct bus_question q = {.unit = f->unit,
                                       .function = k->function,
                                       .first = k->first,
                                       .count = k->count,
                                       .timeout_ms = timeout_ms};
        uint16_t regs[PLAN_MAX_REGISTERS];
        struct bus_answer a;
        int rc = asker_ask(r->s->asker, &q, regs, &a);

        if (rc == NILA_ERR_PROTO) /* once more: it may have been a disturbance */
            rc = asker_ask(r->s->asker, &q, regs, &a);
        r->done++;
        if (r->s->progress != NULL)
            r->s->progress(r->s->arg, r->done, r->all);
        f->answer_ms = a.answer_ms;
        f->garbled = rc == NILA_ERR_PROTO;
        /* a gateway says that it knows no such unit, or that it does not answer */
        if (rc == NILA_ERR_EXCEPTION && (a.exception == 10 || a.exception == 11))
            rc = NILA_ERR_TIMEOUT;
        if (rc == NILA_ERR_TIMEOUT)
            continue;
        r->done += n - 1 - i;
        if (rc == 0 || rc == NILA_ERR_EXCEPTION || rc == NILA_ERR_PROTO)
            return 1;
        (void)snprintf(r->why, r->why_size, "%s", a.text);
        return rc;
    }
    return 0;
}

static int look_at(struct run *r, struct scan_found *f)
{
    int timeout_ms = timeout_of(r->s, &f->speed), rc = knock_at(r, f, timeout_ms);

    if (rc <= 0)
        return rc;
    if (!f->garbled) {
        f->guesses = identify_unit(r->s->id, r->s->asker, f->unit, f->speed.baud, timeout_ms,
                                   &f->name, f->guess);
        if (f->guesses < 0) {
            (void)snprintf(r->why, r->why_size, "unit %d: %s", f->unit, nila_err_text(f->guesses));
            return f->guesses;
        }
    }
    r->found(r->arg, f);
    return 0;
}

int scan_run(const struct scan *s, void (*found)(void *arg, const struct scan_found *f), void *arg,
             char *why, size_t why_size)
{
    struct run r = {.s = s, .found = found, .arg = arg, .why = why, .why_size = why_size};
    struct scan_found *f;
    int rc = 0;

    make_knocks(&r);
    for (int unit = 0; unit < 256; unit++)
        if (s->unit[unit])
            r.all += (size_t)knocks_for(&r, unit) * s->speeds;
    f = xcalloc(1, sizeof *f);
    for (unsigned i = 0; rc == 0 && i < s->speeds; i++) {
        if (s->speed[i].baud > 0 && !asker_by_collector(s->asker))
            rc = asker_speed(s->asker, s->speed[i].baud, s->speed[i].parity, why, why_size);
        for (int unit = 0; rc == 0 && unit < 256; unit++) {
            if (!s->unit[unit])
                continue;
            if (s->stop != NULL && s->stop(s->arg))
                goto out;
            memset(f, 0, sizeof *f);
            f->speed = s->speed[i];
            f->unit = unit;
            rc = look_at(&r, f);
        }
    }
out:
    free(f);
    return rc;
}

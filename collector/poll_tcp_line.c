/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "poll_tcp_line.h"

#include <stdio.h>
#include <string.h>

#include "collector/common/clock.h"

#define CONNECTIONS_MAX 2 /* for one question */

void tcp_line_init(struct tcp_line *x, struct line *l, struct poll_common *common,
                   struct resolver *resolver, unsigned index)
{
    memset(x, 0, sizeof *x);
    x->l = l;
    x->common = common;
    x->resolver = resolver;
    x->index = index;
    bus_tcp_init(&x->t);
    x->t.frames = &l->frames;
    x->named = resolver_set(resolver, index, l->c->host, l->c->tcp_port);
}

/* -- what is asked next -- */

static void end_round(struct tcp_line *x, const struct poll_now *now, struct reading_set *set)
{
    struct device *dev = x->device;
    int rc = device_end(dev, set, now->trusted);

    x->device = NULL;
    if (set->n > 0)
        batch_add(x->common->batch, set);
    if (rc == NILA_ERR_IO && x->l->reopen_wait_ms == 0)
        line_lost(x->l, dev, dev->round.note);
    else if (rc == NILA_ERR_IO)
        device_missed(dev, x->l->why);
}

/* Takes the question whose turn it is. False: there is none, wait_ms says until when. */
static bool choose(struct tcp_line *x, const struct poll_now *now, struct reading_set *set)
{
    for (;;) {
        int64_t due_ms = now->mono_ms;
        struct device *dev = x->device;

        if (dev == NULL)
            dev = line_due(x->l, now->anchor_ms, now->mono_ms, &due_ms);
        x->ask = line_ask(x->l, due_ms <= now->mono_ms);
        if (x->ask != NULL) {
            x->q = *x->ask->q;
            x->regs = x->ask->regs;
            return true;
        }
        x->wait_ms = due_ms;
        if (due_ms > now->mono_ms)
            return false;
        if (x->device == NULL) {
            int64_t slot_ms = device_take_slot(dev, now->mono_ms);
            if (x->t.state == BUS_TCP_CLOSED && !line_may_open(x->l, now->mono_ms)) {
                device_missed(dev, x->l->why);
                continue;
            }
            device_begin(dev, slot_ms);
            x->device = dev;
        }
        if (device_next(x->device, &x->q, &x->regs)) {
            x->l->turn = false;
            return true;
        }
        end_round(x, now, set);
    }
}

/* -- what came of it -- */

static void end_question(struct tcp_line *x, int rc, struct bus_answer *a)
{
    x->phase = TCP_FREE;
    x->quiet_ms = clock_mono_ms();
    if (x->ask != NULL) {
        *x->ask->a = *a;
        line_ask_end(x->l, x->ask, rc, x->from_ms);
        x->ask = NULL;
    } else {
        device_answer(x->device, rc, a, x->from_ms);
    }
}

/* A connection that was used before and is lost upon a question, or silent after it was idle for long, was dead already: the other
 * side had closed it, or was switched off and on. Then the question was never heard, and is asked once more on a new one; a write
 * might have been, and is not. */
static void answered(struct tcp_line *x, int rc, struct bus_answer *a)
{
    bool dead = rc == NILA_ERR_IO || (rc == NILA_ERR_TIMEOUT && x->t.doubtful);

    if (dead && x->used && !x->repeated && !bus_is_write(x->q.function)) {
        x->repeated = true;
        x->phase = TCP_GAP;
        return;
    }
    end_question(x, rc, a);
    x->used = true;
}

static void not_opened(struct tcp_line *x, const char *text)
{
    struct bus_answer a = {0};
    char why[sizeof a.text];

    (void)snprintf(why, sizeof why, "%.40s:%d: %.46s", x->l->c->host, x->l->c->tcp_port, text);
    line_not_opened(x->l, why);
    if (x->ask != NULL) {
        struct ask *ask = x->ask;
        x->ask = NULL;
        x->phase = TCP_FREE;
        line_ask_away(x->l, ask);
        return;
    }
    (void)snprintf(a.text, sizeof a.text, "%s", why);
    end_question(x, NILA_ERR_IO, &a);
}

/* -- the steps; each returns true when the machine can go on at once -- */

static bool wait_gap(struct tcp_line *x)
{
    int64_t gap_ms = x->q.gap_ms > x->l->c->gap_ms ? x->q.gap_ms : x->l->c->gap_ms;

    x->wait_ms = x->quiet_ms + gap_ms;
    if (gap_ms > 0 && clock_mono_ms() < x->wait_ms)
        return false;
    x->from_ms = clock_mono_ms();
    if (x->t.state == BUS_TCP_CLOSED && x->connections >= CONNECTIONS_MAX) {
        struct bus_answer a = {.text = "closed by the other side before it was asked"};
        end_question(x, NILA_ERR_IO, &a);
        return true;
    }
    if (x->t.state == BUS_TCP_CLOSED) {
        x->phase = TCP_RESOLVING;
        x->wait_ms = x->from_ms + x->l->c->timeout_ms;
        return !x->named || resolver_begin(x->resolver, x->index);
    }
    return true;
}

static bool connect_done(struct tcp_line *x, int rc, const char *text)
{
    if (rc == BUS_TCP_WAIT) {
        x->phase = TCP_CONNECTING;
        x->wait_ms = x->t.deadline_ms;
        return false;
    }
    if (rc != 0) {
        not_opened(x, text);
        return true;
    }
    line_opened(x->l);
    x->used = false;
    x->phase = TCP_GAP;
    x->connections++;
    x->quiet_ms = clock_mono_ms();
    return true;
}

static bool resolve(struct tcp_line *x)
{
    const struct site_bus *c = x->l->c;
    struct bus_tcp_addresses to;
    char why[96];
    int rc;

    if (!x->named)
        rc = bus_tcp_resolve(&to, c->host, c->tcp_port, true, why, sizeof why);
    else if (resolver_ended(x->resolver, x->index) || clock_mono_ms() >= x->wait_ms)
        rc = resolver_get(x->resolver, x->index, &to, why,
                          sizeof why); /* the addresses known, when it is too slow */
    else
        return false;
    if (rc == 0)
        rc = bus_tcp_connect(&x->t, &to, c->timeout_ms, why, sizeof why);
    return connect_done(x, rc, why);
}

static bool go_on_connecting(struct tcp_line *x)
{
    char why[96];

    return connect_done(x, bus_tcp_connecting(&x->t, why, sizeof why), why);
}

static bool put_question(struct tcp_line *x)
{
    struct bus_answer a;
    int rc = bus_tcp_send(&x->t, &x->q, &a);

    if (rc != BUS_TCP_WAIT) {
        answered(x, rc, &a);
        return true;
    }
    x->phase = TCP_ASKED;
    x->wait_ms = x->t.deadline_ms;
    return false;
}

static bool receive(struct tcp_line *x)
{
    struct bus_answer a = {0};
    int rc = bus_tcp_receive(&x->t, x->regs, &a);

    if (rc == BUS_TCP_WAIT)
        return false;
    answered(x, rc, &a);
    return true;
}

static bool step(struct tcp_line *x, const struct poll_now *now, struct reading_set *set)
{
    switch (x->phase) {
    case TCP_FREE:
        if (!choose(x, now, set))
            return false;
        x->phase = TCP_GAP;
        x->repeated = false;
        x->connections = 0;
        return true;
    case TCP_GAP:
        if (!wait_gap(x))
            return false;
        return x->phase != TCP_GAP || put_question(x);
    case TCP_RESOLVING:
        return resolve(x);
    case TCP_CONNECTING:
        return go_on_connecting(x);
    case TCP_ASKED:
        return receive(x);
    }
    return false;
}

void tcp_line_run(struct tcp_line *x, const struct poll_now *now, struct reading_set *set)
{
    while (step(x, now, set))
        ;
}

void tcp_line_idle(struct tcp_line *x)
{
    if (x->t.state == BUS_TCP_IDLE)
        (void)bus_tcp_idle(
            &x->t); /* closed by the other side: opened again with the next question */
}

void tcp_line_stop(struct tcp_line *x)
{
    bus_tcp_close(&x->t);
    if (x->ask == NULL)
        return;
    *x->ask->a = (struct bus_answer){.text = "polling has ended"};
    line_ask_end(x->l, x->ask, NILA_ERR_CLOSED, x->from_ms);
    x->ask = NULL;
}

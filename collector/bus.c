/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bus.h"

#include <stdio.h>
#include <stdlib.h>

#include "bus_link.h"
#include "bus_pdu.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"

struct bus *bus_new(const struct site_bus *c)
{
    struct bus *b = xcalloc(1, sizeof *b);

    b->c = c;
    b->link = c->kind == SITE_BUS_SERIAL ? &BUS_RTU : &BUS_TCP;
    b->lock_fd = -1;
    bus_tcp_init(&b->tcp);
    return b;
}

void bus_free(struct bus *b)
{
    if (b == NULL)
        return;
    bus_close(b);
    free(b);
}

void bus_note_frames(struct bus *b, struct frames *f)
{
    b->tcp.frames = b->frames = f;
}

bool bus_unit_ok(const struct site_bus *c, int unit)
{
    /* 0 is everybody on a line, and nobody answers. 248..255 are reserved, and relay boards are shipped as 255. */
    return unit >= (c->kind == SITE_BUS_SERIAL ? 1 : 0) && unit <= 255;
}

bool bus_is_open(const struct bus *b)
{
    return b->link->is_open(b);
}

int bus_open(struct bus *b, char *why, size_t why_size)
{
    int rc;

    if (bus_is_open(b))
        return 0;
    rc = b->link->open(b, why, why_size);
    if (rc != 0) {
        bus_close(b);
        return rc;
    }
    b->quiet_ms = clock_mono_ms();
    return 0;
}

void bus_close(struct bus *b)
{
    b->link->close(b);
}

int bus_check(const struct site_bus *c, const struct bus_question *q, struct bus_answer *a)
{
    if (!bus_unit_ok(c, q->unit)) {
        (void)snprintf(a->text, sizeof a->text, "unit %d cannot be asked on bus %s", q->unit,
                       c->slug);
        return NILA_ERR_RANGE;
    }
    return bus_pdu_check(q, a);
}

int bus_ask(struct bus *b, const struct bus_question *q, uint16_t *regs, struct bus_answer *a)
{
    int64_t before;
    int rc;

    *a = (struct bus_answer){0};
    if (!bus_is_open(b)) {
        (void)snprintf(a->text, sizeof a->text, "not open");
        return NILA_ERR_CLOSED;
    }
    rc = bus_check(b->c, q, a);
    if (rc != 0)
        return rc;
    before = clock_mono_ms();
    rc = b->link->ask(b, q, regs, a);
    if (a->answer_ms == 0)
        a->answer_ms = (int)(clock_mono_ms() - before);
    b->quiet_ms = clock_mono_ms();
    if (rc == NILA_ERR_IO)
        bus_close(b);
    return rc;
}

void bus_wait_gap(const struct bus *b, const struct bus_question *q, int64_t ms)
{
    if (ms < b->c->gap_ms)
        ms = b->c->gap_ms;
    if (ms < q->gap_ms)
        ms = q->gap_ms;
    if (clock_mono_ms() < b->quiet_ms + ms)
        clock_sleep_until(b->quiet_ms + ms);
}

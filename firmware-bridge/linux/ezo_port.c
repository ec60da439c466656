/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ezo_port.h"

#include <errno.h>
#include <unistd.h>

#include "collector/common/log.h"

#include "tty.h"

#define BAUD 9600

void ezo_port_init(struct ezo_port *p, const char *path, enum nila_ezo_kind kind, int64_t now_ms)
{
    *p = (struct ezo_port){.path = path, .fd = -1, .ticked_ms = now_ms, .retry_ms = now_ms};
    nila_ezo_init(&p->ezo, kind);
}

/* The circuit behind the port is unknown from now on: what it was told, it may have forgotten. */
static void lose(struct ezo_port *p, int why, int64_t now_ms)
{
    if (p->fd >= 0) {
        log_info("ezo %s: the port is gone, next try in %d s", p->path, EZO_PORT_RETRY_MS / 1000);
        (void)close(p->fd);
    }
    p->fd = -1;
    p->why = why;
    p->held = false;
    p->retry_ms = now_ms + EZO_PORT_RETRY_MS;
    nila_ezo_init(&p->ezo, p->ezo.kind);
}

static void find(struct ezo_port *p, int64_t now_ms)
{
    if (p->fd >= 0 || now_ms < p->retry_ms)
        return;
    p->fd = tty_open(p->path, BAUD, 'N', 1);
    if (p->fd < 0) {
        if (p->why != errno)
            log_warn("ezo %s: next try every %d s", p->path, EZO_PORT_RETRY_MS / 1000);
        lose(p, errno, now_ms);
        return;
    }
    log_info("ezo %s: open", p->path);
    p->why = 0;
}

void ezo_port_ask(struct ezo_port *p, const struct nila_ezo_water *water, int64_t now_ms)
{
    find(p, now_ms);
    if (p->fd < 0)
        return; /* nila_ezo is new: absent */
    if (!nila_ezo_busy(&p->ezo))
        p->ticked_ms = now_ms;
    nila_ezo_ask(&p->ezo, water);
}

/* What came. False: the port is gone. */
static bool hear(struct ezo_port *p)
{
    uint8_t in[64];
    ssize_t n;

    while ((n = read(p->fd, in, sizeof in)) > 0)
        for (ssize_t i = 0; i < n; i++)
            nila_ezo_byte(&p->ezo, in[i]);
    return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
}

static bool say(struct ezo_port *p)
{
    while (p->held || nila_ezo_take(&p->ezo, &p->byte)) {
        ssize_t n = write(p->fd, &p->byte, 1);
        p->held = n != 1;
        if (n != 1)
            return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
    }
    return true;
}

void ezo_port_step(struct ezo_port *p, int64_t now_ms)
{
    int64_t ms = now_ms - p->ticked_ms;

    if (p->fd < 0)
        return;
    /* What came while we were kept came in time: bytes before the clock. */
    if (!hear(p)) {
        lose(p, EIO, now_ms);
        return;
    }
    nila_ezo_tick(&p->ezo, ms > 60000 ? 60000 : (uint32_t)ms);
    p->ticked_ms = now_ms;
    if (!say(p))
        lose(p, EIO, now_ms);
}

void ezo_port_close(struct ezo_port *p)
{
    if (p->fd >= 0)
        (void)close(p->fd);
    p->fd = -1;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "poll_serial.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"

struct serial {
    struct line *l;
    struct poll_common *common;
    struct bus *bus;
    int wake_fd;
    pthread_t thread;
    bool started;
    struct reading_set set;
};

/* Opens the port unless it failed a short while ago; a person's question does not wait for that. */
static bool open_port(struct serial *s, bool now_please)
{
    char why[96];

    if (bus_is_open(s->bus))
        return true;
    if (!now_please && !line_may_open(s->l, clock_mono_ms()))
        return false;
    if (bus_open(s->bus, why, sizeof why) != 0) {
        line_not_opened(s->l, why);
        return false;
    }
    line_opened(s->l);
    return true;
}

static void serve_ask(struct serial *s, struct ask *ask)
{
    int64_t from_ms = clock_mono_ms();

    if (open_port(s, true))
        line_ask_end(s->l, ask, bus_ask(s->bus, ask->q, ask->regs, ask->a), from_ms);
    else
        line_ask_away(s->l, ask);
}

/* A round of dev; persons' questions are put between its own. */
static void serve(struct serial *s, struct device *dev, bool trusted)
{
    struct bus_question q;
    uint16_t *regs;
    int rc;

    device_begin(dev, device_take_slot(dev, clock_mono_ms()));
    while (device_next(dev, &q, &regs)) {
        struct ask *ask = line_ask(s->l, true);
        struct bus_answer a = {0};
        int64_t from_ms;

        if (ask != NULL)
            serve_ask(s, ask);
        from_ms = clock_mono_ms();
        if (open_port(s, false)) {
            rc = bus_ask(s->bus, &q, regs, &a);
            s->l->turn = false;
        } else {
            rc = NILA_ERR_IO;
            (void)snprintf(a.text, sizeof a.text, "%s", s->l->why);
        }
        device_answer(dev, rc, &a, from_ms);
    }
    rc = device_end(dev, &s->set, trusted);
    if (s->set.n > 0)
        batch_add(s->common->batch, &s->set);
    if (rc == NILA_ERR_IO && s->l->reopen_wait_ms == 0)
        line_lost(s->l, dev, dev->round.note);
    else if (rc == NILA_ERR_IO)
        device_missed(dev, s->l->why);
}

static void nap(const struct serial *s, int64_t ms)
{
    struct pollfd p = {.fd = s->wake_fd, .events = POLLIN};
    uint64_t times;

    if (poll(&p, 1, (int)(ms < NAP_MS ? ms : NAP_MS)) > 0 &&
        read(s->wake_fd, &times, sizeof times) < 0 && errno != EAGAIN)
        log_warn("bus %s: event handle", s->l->c->slug);
}

static void *work(void *arg)
{
    struct serial *s = arg;
    struct line *l = s->l;

    while (!atomic_load(&s->common->stop)) {
        struct poll_now now = poll_clock_now(&s->common->clock);
        int64_t due_ms;
        struct device *dev = line_due(l, now.anchor_ms, now.mono_ms, &due_ms);
        bool due = due_ms <= now.mono_ms;
        struct ask *ask = line_ask(l, due);

        atomic_store(&l->turn_ms, now.mono_ms);
        if (ask != NULL) {
            serve_ask(s, ask);
        } else if (!due) {
            nap(s, due_ms - now.mono_ms);
        } else if (open_port(s, false)) {
            serve(s, dev, now.trusted);
        } else {
            (void)device_take_slot(dev, now.mono_ms);
            device_missed(dev, l->why);
        }
    }
    return NULL;
}

int serial_new(struct serial **out, struct line *l, struct poll_common *common, char *why,
               size_t why_size)
{
    struct serial *s = xcalloc(1, sizeof *s);
    int rc = 0;

    s->l = l;
    s->common = common;
    s->bus = bus_new(l->c);
    bus_note_frames(s->bus, &l->frames);
    s->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    l->wake_fd = s->wake_fd;
    if (s->wake_fd < 0) {
        (void)snprintf(why, why_size, "no event handle");
        rc = NILA_ERR_IO;
    } else if (l->devices > 0) {
        rc = bus_open(s->bus, why, why_size);
        if (rc == 0)
            line_opened(l);
        else if (rc != NILA_ERR_BUSY && rc != NILA_ERR_CONFIG) {
            line_not_opened(l, why);
            rc = 0;
        }
    }
    if (rc != 0) {
        serial_free(s);
        return rc;
    }
    *out = s;
    return 0;
}

int serial_start(struct serial *s)
{
    if (pthread_create(&s->thread, NULL, work, s) != 0)
        return NILA_ERR_IO;
    s->started = true;
    return 0;
}

void serial_free(struct serial *s)
{
    if (s == NULL)
        return;
    if (s->started)
        (void)pthread_join(s->thread, NULL);
    bus_free(s->bus);
    s->l->wake_fd = -1;
    if (s->wake_fd >= 0)
        (void)close(s->wake_fd);
    free(s);
}

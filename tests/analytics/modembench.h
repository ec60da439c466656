/* SPDX-License-Identifier: GPL-3.0-or-later */
/* modembench: our modem and a simulated one on a pty (tests/support/modem_sim.h): what the tests of modem stand in. */
#ifndef TESTS_MODEMBENCH_H
#define TESTS_MODEMBENCH_H

#include "tests/support/support.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analytics/alert/modem.h"
#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "tests/support/modem_sim.h"

#define FARMER "+6281234567890"

static const struct modem_times QUICK = {.answer = 400,
                                         .prompt = 300,
                                         .network = 500,
                                         .look = 100,
                                         .retry = 50,
                                         .clcc = 20,
                                         .self_test = 400};

/* A folder, a simulated modem and ours; the channel code's own words are kept from what was heard. */
struct bench {
    char dir[256];
    struct modem_config c;
    struct modem_sim *sim;
    struct modem *m;
    struct channel_event heard[32];
    size_t n;
    atomic_bool woken;
    bool full; /* what is heard cannot be stored */
};

static inline void start(struct bench *b)
{
    char link[300];

    *b = (struct bench){.c = {.slug = "gsm", .baud = 115200}};
    (void)snprintf(b->dir, sizeof b->dir, "%s", support_tmpdir());
    (void)snprintf(link, sizeof link, "%s/modem", b->dir);
    (void)snprintf(b->c.port, sizeof b->c.port, "%.200s/modem", b->dir);
    (void)snprintf(b->c.state_file, sizeof b->c.state_file, "%.200s/modem-gsm.state", b->dir);
    b->sim = modem_sim_start(link);
    modem_open(&b->m, &b->c, &QUICK);
}

static inline void stop(struct bench *b)
{
    modem_close(b->m);
    modem_sim_stop(b->sim);
    support_rmdir(b->dir);
}

/* Ours begins anew, as after a restart of the program. */
static inline void restart(struct bench *b)
{
    modem_close(b->m);
    modem_open(&b->m, &b->c, &QUICK);
}

static inline void write_pin(struct bench *b, const char *pin)
{
    (void)snprintf(b->c.pin_file, sizeof b->c.pin_file, "%.200s/pin", b->dir);
    support_write(b->c.pin_file, pin);
    assert_int_equal(chmod(b->c.pin_file, 0640), 0);
}

static inline struct channel_result sms(struct bench *b, const char *text)
{
    struct channel_result r = {.fate = FATE_SENT};
    struct smstext fit;
    const int64_t began = clock_mono_ms();

    assert_int_equal(smstext_fit(&fit, text), 0);
    modem_sms(b->m, FARMER, &fit, 6000, &r);
    assert_true(clock_mono_ms() - began <
                7500); /* its time-out, and some room for a busy machine */
    return r;
}

static inline struct channel_result call(struct bench *b, int ring_s)
{
    struct channel_result r = {.fate = FATE_SENT};

    modem_call(b->m, FARMER, ring_s, 4000, &r);
    return r;
}

static inline void keep(void *arg, const struct channel_event *e)
{
    struct bench *b = arg;

    assert_true(b->n < sizeof b->heard / sizeof b->heard[0]);
    if (b->full && e->unstored != NULL)
        *e->unstored = true;
    b->heard[b->n++] = *e;
}

/* Listens until an event of this kind and code has come; fails after ms. */
static inline const struct channel_event *hear(struct bench *b, enum heard_kind kind,
                                               enum channel_code code, int64_t ms)
{
    const int64_t end = clock_mono_ms() + ms;

    for (;;) {
        for (size_t i = 0; i < b->n; i++)
            if (b->heard[i].kind == kind && b->heard[i].code == code) {
                struct channel_event *e = &b->heard[i];
                e->kind = (enum heard_kind) - 1; /* found once */
                return e;
            }
        if (clock_mono_ms() >= end) {
            print_message("%s", b->sim->transcript.p);
            fail_msg("nothing of kind %d, code %s was heard", (int)kind, channel_code_name(code));
        }
        (void)modem_listen(b->m, 100, &b->woken, keep, b);
    }
}

#endif

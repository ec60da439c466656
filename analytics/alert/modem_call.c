/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A voice call that only rings: ATD<number>; then AT+CLCC (27.007, 7.18) tells whether the other telephone rings. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "channel_own.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "modem_own.h"

enum {
    CALL_ACTIVE = 0, /* <stat> of +CLCC */
    CALL_DIALING = 2,
    CALL_ALERTING = 3,
    CALL_GONE = -1,
    CALL_UNTOLD = -2, /* the modem does not know +CLCC */
    TAKEN_MS = 2000   /* a call that somebody took is hung up after this */
};

static int state_of(struct modem *m, int *state)
{
    struct at_answer *a = xcalloc(1, sizeof *a);
    char field[FIELDS][FIELD_SIZE];
    int rc = at_command(m, "+CLCC", m->t.answer, a);

    *state = rc == NILA_ERR_REFUSED ? CALL_UNTOLD : CALL_GONE;
    for (size_t i = 0; rc == 0 && i < a->lines; i++)
        /* <id>,<dir>,<stat>: dir 0 is ours; another call may be coming in at the same time */
        if (strncmp(a->line[i], "+CLCC:", 6) == 0 && at_fields(a->line[i] + 6, field) >= 3 &&
            strcmp(field[1], "0") == 0)
            *state = (int)strtol(field[2], NULL, 10);
    free(a);
    return rc == NILA_ERR_REFUSED ? 0 : rc;
}

static void hang_up(struct modem *m)
{
    m->deadline = clock_mono_ms() + 2 * m->t.answer; /* also when the call's own time is over */
    if (at_command(m, "+CHUP", m->t.answer, NULL) == NILA_ERR_REFUSED &&
        at_command(m, "H", m->t.answer, NULL) == NILA_ERR_REFUSED)
        log_warnx("modem %s: does not hang up", m->c->slug);
}

static void pause_ms(int64_t ms)
{
    const struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};

    (void)nanosleep(&t, NULL);
}

/* How a call went. */
struct call {
    int64_t began, rang, taken; /* mono ms; rang, taken 0: not */
    int state;
};

/* Until it has rung ring_s, was taken, or is over. */
static int follow(struct modem *m, int ring_s, struct call *k)
{
    const int64_t ring_ms = (int64_t)ring_s * 1000;
    int rc = 0;

    while (rc == 0 && clock_mono_ms() < m->deadline) {
        int64_t now;
        rc = state_of(m, &k->state);
        now = clock_mono_ms();
        if (k->state == CALL_ALERTING && k->rang == 0)
            k->rang = now;
        if (k->state == CALL_ACTIVE && k->taken == 0)
            k->taken = now;
        if (rc != 0 || k->state == CALL_GONE || (k->taken != 0 && now - k->taken >= TAKEN_MS) ||
            (k->rang != 0 && k->taken == 0 && now - k->rang >= ring_ms) ||
            (k->state == CALL_UNTOLD && now - k->began >= ring_ms))
            break;
        pause_ms(m->t.clcc);
    }
    return rc;
}

static void judge(const struct call *k, const char *call_end, struct channel_result *r)
{
    const long long rang_s = k->rang != 0 ? (clock_mono_ms() - k->rang) / 1000 : 0;

    if (k->taken != 0)
        channel_set(r, FATE_DELIVERED, CODE_NONE, "%s", "answered");
    else if (k->rang != 0 && k->state == CALL_GONE)
        channel_set(r, FATE_DELIVERED, CODE_NONE, "rang %lld s, then refused or ended", rang_s);
    else if (k->rang != 0)
        channel_set(r, FATE_DELIVERED, CODE_NONE, "rang %lld s", rang_s);
    else if (strcmp(call_end, "NO ANSWER") == 0)
        channel_set(r, FATE_DELIVERED, CODE_NONE, "%s", "rang, no answer");
    else if (strcmp(call_end, "BUSY") == 0)
        channel_set(r, FATE_RETRY, CODE_LINE_BUSY, "%s", "");
    else if (k->state == CALL_UNTOLD && call_end[0] == '\0')
        channel_set(r, FATE_SENT, CODE_NONE, "%s",
                    "dialled; this modem cannot tell whether it rang");
    else
        channel_set(r, FATE_RETRY, CODE_NO_CARRIER, "%s", "");
}

/* What the answer to ATD means when it is not OK. */
static void refused(const struct at_answer *a, struct channel_result *r)
{
    if (strcmp(a->final, "BUSY") == 0)
        channel_set(r, FATE_RETRY, CODE_LINE_BUSY, "%s", "");
    else if (strcmp(a->final, "NO ANSWER") == 0) /* it rang until the network gave up */
        channel_set(r, FATE_DELIVERED, CODE_NONE, "%s", "rang, no answer");
    else if (strncmp(a->final, "NO ", 3) == 0)
        channel_set(r, FATE_RETRY, CODE_NO_CARRIER, "%s", a->final);
    else
        channel_set(r, FATE_RETRY, CODE_MODEM_SAYS, "%s", a->final);
}

void modem_call_now(struct modem *m, const char *to, int ring_s, struct channel_result *r)
{
    struct call k = {.state = CALL_DIALING};
    struct at_answer a;
    char command[40];
    int rc;

    if (!modem_ready(m, r))
        return;
    (void)snprintf(command, sizeof command, "D%s;", to);
    m->call_end[0] = '\0';
    rc = at_dial(m, command, m->t.network, &a);
    if (rc == NILA_ERR_REFUSED) {
        refused(&a, r);
        return;
    }
    k.began = clock_mono_ms();
    if (rc == 0)
        rc = follow(m, ring_s, &k);
    if (m->line.fd >= 0)
        hang_up(m);
    if (k.rang != 0 || k.taken != 0 || rc == 0)
        judge(&k, m->call_end, r);
    else
        modem_fault(m, rc, true, r);
    if (rc != 0)
        modem_forget(m);
}

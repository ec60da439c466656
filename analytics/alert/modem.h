/* SPDX-License-Identifier: GPL-3.0-or-later */
/* modem: a GSM or LTE modem with AT commands on a serial line (3GPP TS 27.005 text mode, 27.007): SMS with delivery report, voice
 * calls that ring, and what comes in. It finds the modem again after it was unplugged, tries a PIN at most once, and never
 * takes an SMS as an order: what comes in is only told.
 *
 * Threads: calls from any thread take turns; each waits for its turn and its answer within its own time-out. */
#ifndef ANALYTICS_ALERT_MODEM_H
#define ANALYTICS_ALERT_MODEM_H

#include <stdatomic.h>

#include "channel.h"
#include "channels_config.h"
#include "smstext.h"

struct modem;

/* How long things may take, ms; a test shortens them. */
struct modem_times {
    int64_t answer;    /* a command; default 5000 */
    int64_t prompt;    /* the ">" after AT+CMGS; default 5000 */
    int64_t network;   /* AT+CMGS and ATD: the network answers; default 30000 */
    int64_t look;      /* between two looks at signal and registration; default 60000 */
    int64_t retry;     /* between two tries to find it; default 10000 */
    int64_t clcc;      /* between two looks at a call; default 1000 */
    int64_t self_test; /* until the SMS to itself must be back; default 600000 */
};

/* Nothing is opened yet. c is borrowed. times NULL: the defaults. */
void modem_open(struct modem **out, const struct modem_config *c, const struct modem_times *times);
void modem_close(struct modem *m); /* NULL is fine */

/* Both fill fate, code, reference and detail of *r; to is normalised (phone.h). Not longer than timeout_ms, and a call ring_s
 * more. A call is hung up once it has rung ring_s, or 2 s after somebody took it. */
void modem_sms(struct modem *m, const char *to, const struct smstext *text, int64_t timeout_ms,
               struct channel_result *r);
void modem_call(struct modem *m, const char *to, int ring_s, int64_t timeout_ms,
                struct channel_result *r);

/* As channel_listen; woken is the caller's flag, set (before modem_wake) to end it, and cleared by the NILA_ERR_CLOSED it causes. */
int modem_listen(struct modem *m, int64_t wait_ms, atomic_bool *woken, channel_heard *fn,
                 void *arg);
void modem_wake(struct modem *m); /* whoever listens looks at its flag */
void modem_stop(struct modem *m); /* ends what is under way, for good */

/* What was known last, for pages and the test command. */
struct modem_state {
    bool looked;            /* false: not since the program began; the rest says nothing */
    enum channel_code code; /* CODE_NONE: ready */
    int signal_pct;         /* 0..100 of AT+CSQ; -1 unknown */
    int registration;       /* of AT+CREG: 1, 5, 6, 7 registered; -1 unknown */
    int reports;            /* 1 delivery reports come, 0 the modem cannot, -1 unknown */
};
void modem_state(struct modem *m, struct modem_state *out);

#endif

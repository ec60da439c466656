/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From nothing to a modem that can send: line, set-up, SIM, network. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "channel_own.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "modem_own.h"

enum {
    HELLO_TRIES = 4,
    HELLO_MS = 1000,
    SETTLE_MS = 100,
    SETTLE_LINES = 50,
    SIGNAL_UNKNOWN = 99, /* AT+CSQ, 27.007, 8.5 */
    SIGNAL_FULL = 31,
    VALID_4_H =
        47 /* validity period (v + 1) * 5 min (23.040, 9.2.3.12.1): an alarm of yesterday helps nobody */
};

void modem_forget(struct modem *m)
{
    m->set_up = false;
    line_flush(&m->line);
}

void modem_fault(struct modem *m, int rc, bool sent, struct channel_result *r)
{
    const enum channel_fate fate = sent ? FATE_UNKNOWN : FATE_RETRY;

    switch (rc) {
    case NILA_ERR_CLOSED:
        channel_set(r, fate, CODE_MODEM_LOST, "%s", "");
        break;
    case NILA_ERR_BUSY:
        channel_set(r, fate, CODE_CLOSED, "%s", "");
        break;
    default:
        channel_set(r, fate, CODE_MODEM_MUTE, "%s", "");
        break;
    }
    modem_forget(m);
}

static bool open_line(struct modem *m, struct channel_result *r)
{
    char why[160] = "";
    int rc;

    if (m->line.fd >= 0)
        return true;
    m->set_up = false;
    rc = line_open(&m->line, m->c->port, m->c->baud, why, sizeof why);
    if (rc == 0)
        return true;
    channel_set(r, rc == NILA_ERR_CONFIG || rc == NILA_ERR_DENIED ? FATE_REFUSED : FATE_RETRY,
                rc == NILA_ERR_BUSY     ? CODE_MODEM_HELD
                : rc == NILA_ERR_CONFIG ? CODE_CONFIG
                                        : CODE_MODEM_AWAY,
                "%s", why);
    return false;
}

/* Reads until the line is quiet: the late answer to an earlier command must not be taken for that of the next one. */
static int settle(struct modem *m)
{
    char line[MODEM_LINE_SIZE];
    int rc = 0;

    for (int i = 0; rc == 0 && i < SETTLE_LINES; i++) {
        rc = at_line(m, line, sizeof line, false, SETTLE_MS);
        if (rc == 0)
            (void)at_keep_unasked(m, line);
    }
    return rc == NILA_ERR_TIMEOUT ? 0 : rc;
}

/* It may be in the middle of a text or answer garbage at first. */
static int hello(struct modem *m)
{
    int rc = NILA_ERR_TIMEOUT;

    for (int i = 0; i < HELLO_TRIES && rc != 0 && rc != NILA_ERR_CLOSED && rc != NILA_ERR_BUSY;
         i++) {
        line_flush(&m->line);
        /* ESC gives up a text that an earlier program left open */
        rc = i == 1 ? line_write(&m->line, "\x1b\r", 2, m->deadline) : 0;
        if (rc == 0)
            rc = at_command(m, "", m->t.answer < HELLO_MS ? m->t.answer : HELLO_MS, NULL);
        if (rc == 0)
            rc = settle(m);
    }
    return rc;
}

/* One of the forms that the modem takes; the index, or a negative error. */
static int first_of(struct modem *m, const char *const *form)
{
    int rc = NILA_ERR_REFUSED;

    for (int i = 0; form[i] != NULL; i++) {
        rc = at_command(m, form[i], m->t.answer, NULL);
        if (rc == 0)
            return i;
        if (rc != NILA_ERR_REFUSED)
            return rc;
    }
    return rc;
}

static void set_reports(struct modem *m, int reports)
{
    (void)pthread_mutex_lock(&m->state_lock);
    m->state.reports = reports;
    (void)pthread_mutex_unlock(&m->state_lock);
}

/* What must hold before the SIM is asked, and what only after it is open. */
static int set_up_first(struct modem *m)
{
    int rc = hello(m);

    if (rc == 0)
        rc = at_command(m, "E0", m->t.answer, NULL);
    if (rc == 0)
        rc = at_command(m, "+CMEE=1", m->t.answer, NULL);
    return rc;
}

static int set_up_rest(struct modem *m, const char **what)
{
    static const char *const CHARSET[] = {"+CSCS=\"IRA\"", "+CSCS=\"GSM\"", NULL};
    static const char *const STORE[] = {"+CPMS=\"SM\",\"SM\",\"SM\"", "+CPMS=\"ME\",\"ME\",\"ME\"",
                                        "+CPMS?", NULL};
    /* reports on the line, reports in the memory, none */
    static const char *const TELL[] = {"+CNMI=2,1,0,1,0", "+CNMI=2,1,0,2,0", "+CNMI=1,1,0,1,0",
                                       "+CNMI=2,1,0,0,0", "+CNMI=1,1,0,0,0", NULL};
    enum {
        WITHOUT_REPORTS = 3
    };
    char csmp[32];
    int rc;

    *what = "AT+CMGF=1";
    rc = at_command(m, "+CMGF=1", m->t.answer, NULL);
    if (rc != 0)
        return rc;
    *what = "AT+CSCS";
    rc = first_of(m, CHARSET);
    if (rc < 0)
        return rc;
    m->gsm = rc == 1;
    *what = "AT+CNMI";
    rc = first_of(m, TELL);
    if (rc < 0)
        return rc;
    set_reports(m, rc < WITHOUT_REPORTS);
    (void)snprintf(csmp, sizeof csmp, "+CSMP=%d,%d,0,0", rc < WITHOUT_REPORTS ? 49 : 17, VALID_4_H);
    *what = "AT+CSMP";
    rc = at_command(m, csmp, m->t.answer, NULL);
    if (rc != 0)
        return rc;
    /* good to have: details of what comes in, the caller's number, where messages lie */
    if ((rc = at_command(m, "+CSDH=1", m->t.answer, NULL)) == 0 || rc == NILA_ERR_REFUSED)
        rc = at_command(m, "+CLIP=1", m->t.answer, NULL);
    if (rc == 0 || rc == NILA_ERR_REFUSED)
        rc = first_of(m, STORE);
    return rc >= 0 || rc == NILA_ERR_REFUSED ? 0 : rc;
}

static int ask_signal(struct modem *m)
{
    struct at_answer a;
    const char *text;
    int rc = at_command(m, "+CSQ", m->t.answer, &a), value = SIGNAL_UNKNOWN;

    if (rc != 0 && rc != NILA_ERR_REFUSED)
        return rc;
    text = rc == 0 ? at_find(&a, "+CSQ:") : NULL;
    if (text != NULL)
        value = (int)strtol(text, NULL, 10);
    (void)pthread_mutex_lock(&m->state_lock);
    m->state.signal_pct = value >= 0 && value <= SIGNAL_FULL ? value * 100 / SIGNAL_FULL : -1;
    (void)pthread_mutex_unlock(&m->state_lock);
    return 0;
}

/* The second number of "+CREG: 0,1": 1 home, 5 roaming, 6 and 7 SMS only. */
static int ask_registration(struct modem *m, const char *command, const char *prefix, int *out)
{
    struct at_answer a;
    char field[FIELDS][FIELD_SIZE];
    const char *text;
    int rc = at_command(m, command, m->t.answer, &a);

    if (rc != 0)
        return rc;
    text = at_find(&a, prefix);
    if (text != NULL && at_fields(text, field) >= 2)
        *out = (int)strtol(field[1], NULL, 10);
    return 0;
}

static bool registered(int value)
{
    return value == 1 || value == 5 || value == 6 || value == 7;
}

static bool on_network(struct modem *m, struct channel_result *r)
{
    int home = -1, lte = -1, rc = ask_signal(m), signal;

    if (rc == 0)
        rc = ask_registration(m, "+CREG?", "+CREG:", &home);
    if ((rc == 0 || rc == NILA_ERR_REFUSED) && !registered(home)) {
        rc = ask_registration(m, "+CEREG?", "+CEREG:", &lte); /* in LTE alone the first may say 0 */
        if (rc == 0 && registered(lte))
            home = lte;
    }
    if (rc != 0 && rc != NILA_ERR_REFUSED) {
        modem_fault(m, rc, false, r);
        return false;
    }
    (void)pthread_mutex_lock(&m->state_lock);
    m->state.registration = home;
    signal = m->state.signal_pct;
    (void)pthread_mutex_unlock(&m->state_lock);
    if (registered(home))
        return true;
    if (signal <= 0)
        channel_set(r, FATE_RETRY, CODE_NO_SIGNAL, "%s", "");
    else
        channel_set(r, home == 3 ? FATE_REFUSED : FATE_RETRY, CODE_UNREGISTERED, "CREG %d", home);
    return false;
}

static bool unlocked(struct modem *m, struct channel_result *r)
{
    char detail[CHANNEL_DETAIL_SIZE] = "";
    enum channel_code code = modem_unlock(m, detail, sizeof detail);

    if (code == CODE_NONE)
        return true;
    if (code == CODE_MODEM_MUTE || code == CODE_MODEM_LOST)
        modem_fault(m, code == CODE_MODEM_LOST ? NILA_ERR_CLOSED : NILA_ERR_TIMEOUT, false, r);
    else
        channel_set(r, code == CODE_MODEM_SAYS ? FATE_RETRY : FATE_REFUSED, code, "%s", detail);
    return false;
}

static bool set_up(struct modem *m, struct channel_result *r)
{
    const char *what = "";
    int rc = set_up_first(m);

    if (rc == 0) {
        if (!unlocked(m, r))
            return false;
        rc = set_up_rest(m, &what);
    }
    if (rc == NILA_ERR_REFUSED) {
        channel_set(r, FATE_RETRY, CODE_MODEM_SAYS, "%s", what);
        return false;
    }
    if (rc < 0) {
        modem_fault(m, rc, false, r);
        return false;
    }
    m->set_up = true;
    m->scan = true; /* what came while nobody looked */
    return true;
}

bool modem_ready(struct modem *m, struct channel_result *r)
{
    if (!open_line(m, r))
        return false;
    if (!m->set_up) {
        if (!set_up(m, r))
            return false;
    } else if (!unlocked(m, r)) {
        m->set_up = false;
        return false;
    }
    return on_network(m, r);
}

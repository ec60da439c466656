/* SPDX-License-Identifier: GPL-3.0-or-later */
/* AT+CMGS (27.005, 3.5.1) and what its refusals mean. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "channel_own.h"
#include "collector/common/clock.h"
#include "modem_own.h"

#define END_OF_TEXT "\x1a"
#define GIVE_UP     "\x1b"

/* +CMS ERROR: below 128 what the network says (24.011, E-2), from 300 the modem (27.005, 3.2.5). What is not here may pass. */
static const struct {
    int error;
    enum channel_fate fate;
    enum channel_code code;
} CMS[] = {
    {1, FATE_REFUSED, CODE_SMS_REFUSED},   /* unassigned number */
    {8, FATE_REFUSED, CODE_SMS_REFUSED},   /* barred by the operator: no credit */
    {10, FATE_REFUSED, CODE_SMS_REFUSED},  /* call barred */
    {27, FATE_RETRY, CODE_SMS_REFUSED},    /* destination out of order */
    {28, FATE_REFUSED, CODE_SMS_REFUSED},  /* unidentified subscriber */
    {29, FATE_REFUSED, CODE_SMS_REFUSED},  /* facility rejected: mostly no credit */
    {30, FATE_REFUSED, CODE_SMS_REFUSED},  /* unknown subscriber */
    {50, FATE_REFUSED, CODE_SMS_REFUSED},  /* not subscribed */
    {69, FATE_REFUSED, CODE_SMS_REFUSED},  /* not implemented */
    {302, FATE_REFUSED, CODE_SMS_REFUSED}, /* not allowed */
    {304, FATE_REFUSED, CODE_SMS_REFUSED}, /* invalid PDU */
    {305, FATE_REFUSED, CODE_SMS_REFUSED}, /* invalid text */
    {310, FATE_REFUSED, CODE_NO_SIM},
    {311, FATE_REFUSED, CODE_PIN_WANTED},
    {313, FATE_REFUSED, CODE_NO_SIM},
    {315, FATE_REFUSED, CODE_NO_SIM},
    {316, FATE_REFUSED, CODE_PUK},
    {330, FATE_REFUSED, CODE_SMS_REFUSED}, /* no SMSC */
    {331, FATE_RETRY, CODE_NO_SIGNAL},
    {332, FATE_UNKNOWN, CODE_SMS_REFUSED}, /* network time-out */
};

static void refused(const struct at_answer *a, struct channel_result *r)
{
    for (size_t i = 0; i < sizeof CMS / sizeof CMS[0]; i++)
        if (CMS[i].error == a->error) {
            channel_set(r, CMS[i].fate, CMS[i].code, "%s", a->final);
            return;
        }
    channel_set(r, FATE_RETRY, CODE_SMS_REFUSED, "%s", a->final);
}

void modem_reference(const char *to, unsigned mr, char *out, size_t size)
{
    (void)snprintf(out, size, "%s/%u", to, mr);
}

/* Some modems tell a report without its number; then the newest message with this reference is meant. */
static void keep_sent(struct modem *m, unsigned mr, const char *to)
{
    if (m->sent_count == SENT) {
        memmove(&m->sent[0], &m->sent[1], sizeof m->sent - sizeof m->sent[0]);
        m->sent_count--;
    }
    m->sent[m->sent_count].mr = mr;
    (void)snprintf(m->sent[m->sent_count].to, PHONE_SIZE, "%s", to);
    m->sent_count++;
}

static int write_text(struct modem *m, const struct smstext *text)
{
    unsigned char gsm[SMSTEXT_SEPTETS];
    int rc;

    if (m->gsm)
        rc = line_write(&m->line, gsm, smstext_gsm(text, gsm), m->deadline);
    else
        rc = line_write(&m->line, text->text, strlen(text->text), m->deadline);
    return rc == 0 ? line_write(&m->line, END_OF_TEXT, 1, m->deadline) : rc;
}

/* The command up to the prompt; true: the text may be written. */
static bool ask_prompt(struct modem *m, const char *to, struct channel_result *r)
{
    char command[48];
    struct at_answer a = {.error = -1};
    int rc;

    (void)snprintf(command, sizeof command, "+CMGS=\"%s\"", to);
    rc = at_send(m, command);
    if (rc == 0)
        rc = at_prompt(m, m->t.prompt, &a);
    if (rc == 0)
        return true;
    if (rc == NILA_ERR_REFUSED) {
        refused(&a, r);
    } else if (rc == NILA_ERR_TIMEOUT || rc == NILA_ERR_PROTO) {
        channel_set(r, FATE_RETRY, CODE_NO_PROMPT, "%s", "");
        /* it may ask late: what is typed then must not become the text of the SMS */
        if (line_write(&m->line, GIVE_UP, 1, clock_mono_ms() + m->t.answer) == NILA_ERR_CLOSED)
            line_close(&m->line);
        modem_forget(m);
    } else {
        modem_fault(m, rc, false, r);
    }
    return false;
}

static void hand_over(struct modem *m, const char *to, const struct smstext *text,
                      struct channel_result *r)
{
    struct at_answer a;
    const char *mr;
    int rc;

    if (!ask_prompt(m, to, r))
        return;
    rc = write_text(m, text);
    if (rc != 0) { /* without its end nothing is sent */
        modem_fault(m, rc, false, r);
        return;
    }
    rc = at_final(m, false, m->t.network, &a);
    if (rc == NILA_ERR_REFUSED) {
        refused(&a, r);
        return;
    }
    if (rc != 0) {
        modem_fault(m, rc, true, r);
        return;
    }
    mr = at_find(&a, "+CMGS:");
    if (mr != NULL && *mr >= '0' && *mr <= '9') {
        const unsigned number = (unsigned)strtoul(mr, NULL, 10);
        modem_reference(to, number, r->reference, sizeof r->reference);
        keep_sent(m, number, to);
    }
}

void modem_sms_now(struct modem *m, const char *to, const struct smstext *text,
                   struct channel_result *r)
{
    if (modem_ready(m, r))
        hand_over(m, to, text, r);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages in the modem's memory: AT+CMGR, then AT+CMGD once who heard them has stored them, so that none is lost by a crash. A text is
 * only told; nothing here obeys it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "modem_own.h"

#define AHEAD_MS ((int64_t)5 * 60 * 1000) /* two clocks; a time further ahead is a wrong one */

enum {
    DCS_UCS2 = 0x08, /* of the data coding scheme's bits 3 and 2 (23.038, 4) */
    DCS_ALPHABET = 0x0c,
    SLOTS_MAX = 255 /* of a SIM's memory */
};

struct message {
    char field[FIELDS][FIELD_SIZE];
    size_t fields;
    char text[MODEM_LINE_SIZE];
    size_t breaks; /* between lines of the text: one or two characters of its length each */
    bool report;
};

/* Adds a line of the text. */
static void add_text(struct message *s, const char *line, bool first)
{
    size_t n = strlen(s->text);

    s->breaks += first ? 0 : 1;
    (void)snprintf(s->text + n, sizeof s->text - n, "%s%s", first ? "" : "\n", line);
}

/* The text behind the header. Its first line is text whatever it says: an answer "OK" looks like the end of the modem's own. The
 * length, which AT+CSDH=1 tells, settles later lines and the empty text. */
static int read_text(struct modem *m, struct message *s)
{
    const bool told = s->fields >= 11 && s->field[10][0] != '\0';
    const size_t length = told ? (size_t)strtoul(s->field[10], NULL, 10) : 0;
    struct at_answer a;
    char line[MODEM_LINE_SIZE];
    bool first = true;

    for (;;) {
        const int rc = at_line(m, line, sizeof line, false, m->t.answer);
        if (rc != 0)
            return rc;
        const bool body =
            (first && !(told && length == 0)) || (told && strlen(s->text) + s->breaks < length);
        if (!body && at_is_final(line, false, &a))
            return strcmp(a.final, "OK") == 0 ? 0 : NILA_ERR_REFUSED;
        if (body || (line[0] != '\0' && !at_keep_unasked(m, line))) {
            add_text(s, line, first);
            first = false;
        }
    }
}

/* 0: *s is the message; NILA_ERR_NOT_FOUND: there is none at index. */
static int read_one(struct modem *m, unsigned index, struct message *s)
{
    char command[32], line[MODEM_LINE_SIZE];
    struct at_answer a;
    int rc;

    *s = (struct message){0};
    (void)snprintf(command, sizeof command, "+CMGR=%u", index);
    rc = at_send(m, command);
    while (rc == 0) {
        rc = at_line(m, line, sizeof line, false, m->t.answer);
        if (rc != 0)
            break;
        if (strncmp(line, "+CMGR:", 6) == 0) {
            s->fields = at_fields(line + 6, s->field);
            /* <stat>,<fo>,<mr>,<ra>,<tora>,<scts>,<dt>,<st>: a report has no text */
            s->report = s->fields >= 8 && s->field[1][0] >= '0' && s->field[1][0] <= '9' &&
                        strlen(s->field[1]) <= 3;
            return s->report ? at_final(m, false, m->t.answer, &a) : read_text(m, s);
        }
        if (at_is_final(line, false, &a)) /* OK without a message, or +CMS ERROR: 321 */
            return NILA_ERR_NOT_FOUND;
        (void)at_keep_unasked(m, line);
    }
    return rc;
}

void modem_report(struct modem *m, unsigned mr, const char *to, unsigned st, channel_heard *fn,
                  void *arg)
{
    struct channel_event e = {.kind = HEARD_REPORT, .ts_ms = clock_wall_ms()};
    char number[PHONE_SIZE] = "";

    if (phone_normalise(to, number) != 0)
        for (size_t i = 0; i < m->sent_count; i++)
            if (m->sent[i].mr == mr)
                (void)snprintf(number, sizeof number, "%s", m->sent[i].to);
    (void)snprintf(e.from, sizeof e.from, "%s", number);
    modem_reference(number, mr, e.reference, sizeof e.reference);
    /* 23.040, 9.2.3.15: below 0x20 done; 0x20..0x3f tried further; else given up */
    e.fate = st < 0x20 ? FATE_DELIVERED : st < 0x40 ? FATE_RETRY : FATE_REFUSED;
    e.code = e.fate == FATE_DELIVERED ? CODE_NONE : CODE_UNDELIVERED;
    (void)snprintf(e.detail, sizeof e.detail, "status %u", st);
    fn(arg, &e);
}

/* "26/11/24,03:10:00+28": local time of the operator's centre, and its distance from UTC in quarters of an hour. 0: no such time,
 * or it cannot be compared with ours. */
static int64_t sent_at(const char *scts)
{
    int part[7], used = 0; /* year, month, day, hour, minute, second, quarters */
    const int64_t now_ms = clock_outside_ms();
    int64_t ts_ms;

    /* NOLINTNEXTLINE(cert-err34-c): two digits each, looked at below */
    if (sscanf(scts, "%2d/%2d/%2d,%2d:%2d:%2d%3d%n", &part[0], &part[1], &part[2], &part[3],
               &part[4], &part[5], &part[6], &used) != 7 ||
        scts[used] != '\0' || part[0] < 0 || part[1] < 1 || part[1] > 12 || part[2] < 1 ||
        part[2] > civil_days_in_month(2000 + part[0], part[1]) || part[3] < 0 || part[3] > 23 ||
        part[4] < 0 || part[4] > 59 || part[5] < 0 || part[5] > 59)
        return 0;
    ts_ms =
        civil_day_start(civil_day_of(2000 + part[0], part[1], part[2])) + CIVIL_WIB_MS +
        ((int64_t)part[3] * 3600 + (int64_t)part[4] * 60 + part[5] - (int64_t)part[6] * 900) * 1000;
    return clock_trusted() && clock_plausible(now_ms) && ts_ms <= now_ms + AHEAD_MS ? ts_ms : 0;
}

/* False: it could not be stored and must stay where it is. */
static bool tell(struct modem *m, const struct message *s, channel_heard *fn, void *arg, size_t *n)
{
    bool unstored = false;
    struct channel_event e = {.ts_ms = clock_wall_ms(), .unstored = &unstored};
    const unsigned long dcs = s->fields >= 8 ? strtoul(s->field[7], NULL, 10) : 0;
    char number[PHONE_SIZE];

    if (s->report) {
        modem_report(m, (unsigned)strtoul(s->field[2], NULL, 10), s->field[3],
                     (unsigned)strtoul(s->field[7], NULL, 10), fn, arg);
        ++*n;
        return true;
    }
    e.sent_ms = sent_at(s->field[3]);
    if (phone_normalise(s->field[1], number) == 0)
        (void)snprintf(e.from, sizeof e.from, "%s", number);
    else
        (void)snprintf(e.from, sizeof e.from, "%.31s", s->field[1]); /* an operator's name */
    if ((dcs & DCS_ALPHABET) != DCS_UCS2 || !smstext_from_ucs2(s->text, e.text, sizeof e.text))
        (void)snprintf(e.text, sizeof e.text, "%.319s", s->text);
    if (modem_is_self_test(m, e.from, e.text)) {
        m->self_token = 0;
        e.kind = HEARD_STATE;
        (void)snprintf(e.detail, sizeof e.detail, "the SMS to itself came back");
    } else {
        e.kind = smstext_is_ok(e.text) ? HEARD_OK : HEARD_SMS;
    }
    fn(arg, &e);
    ++*n;
    if (unstored)
        m->scan_due = clock_mono_ms() + m->t.retry;
    return !unstored;
}

void modem_read(struct modem *m, unsigned index, channel_heard *fn, void *arg, size_t *n)
{
    struct message s;
    char command[32];
    int rc = read_one(m, index, &s);

    if (rc == 0 && tell(m, &s, fn, arg, n)) {
        (void)snprintf(command, sizeof command, "+CMGD=%u", index);
        rc = at_command(m, command, m->t.answer, NULL);
    }
    if (rc != 0 && rc != NILA_ERR_NOT_FOUND && rc != NILA_ERR_REFUSED) {
        m->scan = true; /* it is still there */
        modem_forget(m);
    }
}

/* AT+CPMS? -> "SM",used,total,... */
void modem_read_all(struct modem *m, channel_heard *fn, void *arg, size_t *n)
{
    struct at_answer a;
    char field[FIELDS][FIELD_SIZE];
    const char *text;
    unsigned long used, total;
    struct message s;
    int rc = at_command(m, "+CPMS?", m->t.answer, &a);

    m->scan = rc != 0 && rc != NILA_ERR_REFUSED;
    text = rc == 0 ? at_find(&a, "+CPMS:") : NULL;
    if (text == NULL || at_fields(text, field) < 3)
        return;
    used = strtoul(field[1], NULL, 10);
    total = strtoul(field[2], NULL, 10);
    /* indices begin at 0 or 1, by the maker */
    for (unsigned i = 0; used > 0 && i <= total && i <= SLOTS_MAX && m->line.fd >= 0; i++) {
        size_t before = *n;
        char command[32];
        bool stored;

        rc = read_one(m, i, &s);
        if (rc == NILA_ERR_NOT_FOUND)
            continue;
        if (rc != 0) {
            m->scan = true;
            modem_forget(m);
            return;
        }
        stored = tell(m, &s, fn, arg, n);
        used -= *n > before ? 1 : 0;
        if (!stored)
            continue;
        (void)snprintf(command, sizeof command, "+CMGD=%u", i);
        if (at_command(m, command, m->t.answer, NULL) == NILA_ERR_CLOSED)
            m->scan = true;
    }
}

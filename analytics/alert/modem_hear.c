/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What comes by itself: messages, reports, calls; and the weekly proof that a message still gets through. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "channel_own.h"
#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "modem_own.h"

#define WEEK_MS (7 * CIVIL_DAY_MS)
#define CALLER_MS \
    ((int64_t)6000) /* a call that rings so long without its number withholds it: RING comes every 5 s */
#define SIM_WARN_DAYS 14

enum {
    DAY_FROM_H = 8, /* the self-test wakes nobody, but a failed one should be mended by daylight */
    DAY_TO_H = 17,
    SELF_TEST_MS = 20000
};

static void event(channel_heard *fn, void *arg, size_t *n, const struct channel_event *e)
{
    fn(arg, e);
    ++*n;
}

/* Nobody takes the call: whoever rang pays nothing and knows that it was seen. */
static void called(struct modem *m, const char *number, channel_heard *fn, void *arg, size_t *n)
{
    struct channel_event e = {.kind = HEARD_CALL, .ts_ms = clock_wall_ms()};
    char plain[PHONE_SIZE] = "";

    m->ringing_since = 0;
    if (phone_normalise(number, plain) == 0)
        (void)snprintf(e.from, sizeof e.from, "%s", plain);
    event(fn, arg, n, &e);
    if (at_command(m, "+CHUP", m->t.answer, NULL) == NILA_ERR_REFUSED &&
        at_command(m, "H", m->t.answer, NULL) != 0)
        log_warnx("modem %s: does not hang up", m->c->slug);
}

static void unasked(struct modem *m, const char *line, channel_heard *fn, void *arg, size_t *n)
{
    char field[FIELDS][FIELD_SIZE];
    const char *colon = strchr(line, ':');
    size_t fields = colon != NULL ? at_fields(colon + 1, field) : 0;

    if (strncmp(line, "+CMTI:", 6) == 0 || strncmp(line, "+CDSI:", 6) == 0) {
        if (fields >= 2)
            modem_read(m, (unsigned)strtoul(field[1], NULL, 10), fn, arg, n);
    } else if (strncmp(line, "+CDS:", 5) == 0) {
        /* <fo>,<mr>,[<ra>],[<tora>],<scts>,<dt>,<st> */
        if (fields >= 7) {
            modem_report(m, (unsigned)strtoul(field[1], NULL, 10), field[2],
                         (unsigned)strtoul(field[6], NULL, 10), fn, arg);
            ++*n;
        }
    } else if (strncmp(line, "+CLIP:", 6) == 0) {
        if (m->ringing_since != 0) /* it is told with every ring; once is enough */
            called(m, fields > 0 ? field[0] : "", fn, arg, n);
    } else if (m->ringing_since == 0) { /* RING, +CRING */
        m->ringing_since = clock_mono_ms();
    }
}

size_t modem_hear(struct modem *m, channel_heard *fn, void *arg)
{
    char line[MODEM_LINE_SIZE], first[URC_SIZE];
    size_t n = 0;

    while (m->line.fd >= 0 && memchr(m->line.bytes, '\n', m->line.n) != NULL &&
           line_read(&m->line, line, sizeof line, false, m->deadline) == 0)
        (void)at_keep_unasked(m, line); /* and what is none is noise */
    while (m->urcs > 0 && m->line.fd >= 0 && !atomic_load(&m->stopped)) {
        (void)snprintf(first, sizeof first, "%s", m->urc[0]);
        memmove(m->urc[0], m->urc[1], sizeof m->urc - sizeof m->urc[0]);
        m->urcs--;
        unasked(m, first, fn, arg, &n);
    }
    if (m->ringing_since != 0 && clock_mono_ms() - m->ringing_since >= CALLER_MS)
        called(m, "", fn, arg, &n);
    if (m->set_up && (m->scan || (m->scan_due != 0 && clock_mono_ms() >= m->scan_due))) {
        m->scan_due = 0;
        modem_read_all(m, fn, arg, &n);
    }
    return n;
}

/* --- the self-test ------------------------------------------------------------------------------------------------ */

#define SELF_TEXT "[NILA] uji mingguan modem "

bool modem_is_self_test(const struct modem *m, const char *from, const char *text)
{
    char want[64];

    if (m->self_token == 0 || strcmp(from, m->c->number) != 0)
        return false;
    (void)snprintf(want, sizeof want, SELF_TEXT "%u", m->self_token);
    return strcmp(text, want) == 0;
}

static void failed(struct modem *m, const char *detail, channel_heard *fn, void *arg, size_t *n)
{
    struct channel_event e = {
        .kind = HEARD_STATE, .ts_ms = clock_wall_ms(), .code = CODE_SELF_TEST};

    m->self_token = 0;
    (void)snprintf(e.detail, sizeof e.detail, "%s", detail);
    event(fn, arg, n, &e);
}

static void begin_self_test(struct modem *m, channel_heard *fn, void *arg, size_t *n)
{
    struct channel_result r = {.fate = FATE_SENT};
    struct smstext text;
    char words[64];

    m->memory.self_test_ms = clock_outside_ms();
    m->self_token = (unsigned)(m->memory.self_test_ms / 1000 % 1000000) + 1;
    if (memory_write(m) != 0) { /* it would be sent again and again */
        failed(m, m->c->state_file, fn, arg, n);
        return;
    }
    (void)snprintf(words, sizeof words, SELF_TEXT "%u", m->self_token);
    if (smstext_fit(&text, words) != 0)
        return;
    m->deadline = clock_mono_ms() + SELF_TEST_MS;
    modem_sms_now(m, m->c->number, &text, &r);
    m->self_until = clock_mono_ms() + m->t.self_test;
    if (r.fate != FATE_SENT && r.fate != FATE_UNKNOWN)
        failed(m, r.detail, fn, arg, n);
}

static void warn_sim(struct modem *m, int32_t today, channel_heard *fn, void *arg, size_t *n)
{
    struct channel_event e = {.kind = HEARD_STATE, .ts_ms = clock_wall_ms(), .code = CODE_SIM_ENDS};
    struct civil end = civil_from_day(m->c->valid_until_day);

    if (m->c->valid_until_day == 0 || today < m->c->valid_until_day - SIM_WARN_DAYS ||
        today == m->memory.sim_told_day)
        return;
    m->memory.sim_told_day = today;
    (void)memory_write(m); /* logged there; told twice is better than never */
    (void)snprintf(e.detail, sizeof e.detail, "%04d-%02d-%02d", end.year, end.month, end.day);
    event(fn, arg, n, &e);
}

void modem_self_test(struct modem *m, channel_heard *fn, void *arg, size_t *n)
{
    const int64_t now_ms = clock_outside_ms();
    const int hour = civil_from_ts(now_ms).hour;

    if (!clock_plausible(now_ms))
        return;
    memory_read(m);
    if (!m->remembered)
        return;
    if (hour >= DAY_FROM_H && hour < DAY_TO_H)
        warn_sim(m, civil_day(now_ms), fn, arg, n);
    if (m->self_token != 0 && clock_mono_ms() >= m->self_until)
        failed(m, "", fn, arg, n);
    if (m->c->self_test && m->self_token == 0 && m->set_up && m->told == CODE_NONE &&
        hour >= DAY_FROM_H && hour < DAY_TO_H &&
        (now_ms - m->memory.self_test_ms >= WEEK_MS || m->memory.self_test_ms > now_ms))
        begin_self_test(m, fn, arg, n);
}

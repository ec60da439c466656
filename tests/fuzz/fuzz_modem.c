/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a modem says: its bytes come as one end of a socket pair and end there. Whatever they are, the modem's reader ends in time, events have
 * ended texts, numbers are in their one form or a sender's name, and no more is sent than commands. */
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "analytics/alert/modem_own.h"
#include "collector/common/clock.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int ok)
{
    if (!ok)
        abort();
}

static void look(void *arg, const struct channel_event *e)
{
    (void)arg;
    must(e->kind <= HEARD_STATE);
    must(memchr(e->from, '\0', sizeof e->from) != NULL);
    must(memchr(e->text, '\0', sizeof e->text) != NULL);
    must(memchr(e->reference, '\0', sizeof e->reference) != NULL);
    must(memchr(e->detail, '\0', sizeof e->detail) != NULL);
    must(e->kind != HEARD_OK || smstext_is_ok(e->text));
    must(e->kind != HEARD_CALL || e->from[0] == '\0' || e->from[0] == '+');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct modem_config C = {.slug = "gsm"};
    static const struct modem_times SHORT = {20, 20, 20, 1000, 1000, 5, 1000};
    struct channel_result r = {.fate = FATE_SENT};
    struct smstext text;
    struct modem *m;
    char sent[4096];
    ssize_t n;
    int pair[2];

    if (size < 1 || size > 2000) /* a socket takes it in one piece */
        return 0;
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    for (int i = 0; i < 2; i++)
        must(fcntl(pair[i], F_SETFL, O_NONBLOCK) == 0);
    must(write(pair[1], data + 1, size - 1) == (ssize_t)size - 1);
    must(shutdown(pair[1], SHUT_WR) == 0);
    modem_open(&m, &C, &SHORT);
    m->line.fd = pair[0];
    m->set_up = true;
    m->deadline = clock_mono_ms() + 200;
    must(smstext_fit(&text, "uji") == 0);
    switch (data[0] % 4) { /* what it is in the middle of */
    case 0:
        must(line_wait(&m->line, -1, m->deadline) == 0);
        if (line_gather(&m->line) != 0)
            break;
        m->scan = data[0] >= 128;
        (void)modem_hear(m, look, NULL);
        break;
    case 1:
        modem_sms_now(m, "+6281234567890", &text, &r);
        break;
    case 2:
        modem_call_now(m, "+6281234567890", 0, &r);
        break;
    default:
        m->set_up = false;
        must(!modem_ready(m, &r) || m->set_up);
        break;
    }
    must(memchr(r.detail, '\0', sizeof r.detail) != NULL && r.code < CHANNEL_CODES);
    n = read(pair[1], sent, sizeof sent);
    must(n < 2 || sent[0] == 'A' || sent[0] == '\x1b');
    modem_close(m);
    (void)close(pair[1]);
    return 0;
}

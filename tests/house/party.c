/* SPDX-License-Identifier: GPL-3.0-or-later */
/* party: the other side of the alarm's channels for the house tests: a SIMULATED modem, an SMTP server, and a receiver of webhooks.
 *
 *   party DIR COMMANDS
 *
 * DIR/modem is the modem's port; DIR/ready holds "SMTP_PORT HOOK_PORT" once all listen. COMMANDS is a pipe with a name:
 * "sms NUMBER TEXT", "ring NUMBER", "unplug", "plug". What both sides said lies in DIR/modem.txt, DIR/smtp.txt and DIR/hook.txt, written
 * anew whenever it has changed. Ends with its writer or SIGTERM. */
#include "tests/support/support.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/modem_sim.h"
#include "tests/support/smtpd.h"
#include "tests/support/stubhttp.h"

enum {
    LOOK_MS = 100
};

static void keep(const char *dir, const char *name, const char *text)
{
    char path[300], temporary[310];

    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    (void)snprintf(temporary, sizeof temporary, "%s.new", path);
    support_write(temporary, text);
    assert_int_equal(rename(temporary, path), 0);
}

struct party {
    const char *dir;
    struct modem_sim *modem;
    struct smtpd mail;
    struct stubhttp *hook;
    size_t modem_n, mail_n, hooks;
};

static void keep_all(struct party *p)
{
    size_t requests = stubhttp_requests(p->hook);

    modem_sim_lock(p->modem);
    if (p->modem->transcript.n != p->modem_n)
        keep(p->dir, "modem.txt", p->modem->transcript.p);
    p->modem_n = p->modem->transcript.n;
    modem_sim_unlock(p->modem);
    (void)pthread_mutex_lock(&p->mail.lock);
    if (p->mail.transcript.n != p->mail_n)
        keep(p->dir, "smtp.txt", p->mail.transcript.p);
    p->mail_n = p->mail.transcript.n;
    (void)pthread_mutex_unlock(&p->mail.lock);
    if (requests != p->hooks) {
        struct buf all = {0};
        for (size_t i = 0; i < requests; i++) {
            size_t n;
            const char *text = stubhttp_request(p->hook, i, &n);
            buf_printf(&all, "%s\n", text != NULL ? text : "(not kept)");
        }
        keep(p->dir, "hook.txt", all.p);
        buf_free(&all);
    }
    p->hooks = requests;
}

static void obey(struct party *p, char *line)
{
    char number[32] = "", text[200] = "";

    line[strcspn(line, "\r\n")] = '\0';
    if (sscanf(line, "sms %31s %199[^\n]", number, text) == 2)
        modem_sim_sms(p->modem, number, text, false);
    else if (sscanf(line, "ring %31s", number) == 1)
        modem_sim_ring(p->modem, number);
    else if (strcmp(line, "unplug") == 0)
        modem_sim_unplug(p->modem);
    else if (strcmp(line, "plug") == 0)
        modem_sim_plug(p->modem);
    else
        fail_msg("not known: %s", line);
}

static void serve(void **state)
{
    static const struct stub_reply OK = {.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                                         .close = 1};
    struct party *p = *state;
    char path[300], line[300];
    struct pollfd in = {.fd = 0, .events = POLLIN};

    (void)snprintf(path, sizeof path, "%s/modem", p->dir);
    p->modem = modem_sim_start(path);
    smtpd_start(&p->mail);
    p->hook = stubhttp_start(&OK, 1);
    (void)snprintf(line, sizeof line, "%d %d\n", p->mail.port, stubhttp_port(p->hook));
    keep(p->dir, "ready", line);
    for (;;) {
        keep_all(p);
        if (poll(&in, 1, LOOK_MS) <= 0)
            continue;
        if (fgets(line, sizeof line, stdin) == NULL)
            break;
        obey(p, line);
    }
    stubhttp_stop(p->hook);
    smtpd_stop(&p->mail);
    smtpd_free(&p->mail);
    modem_sim_stop(p->modem);
}

int main(int argc, char **argv)
{
    static struct party party = {.mail = {.auth = true}};
    const struct CMUnitTest tests[] = {cmocka_unit_test_prestate(serve, &party)};

    if (argc != 3)
        return 64;
    if (freopen(argv[2], "re", stdin) == NULL)
        return 66;
    (void)setvbuf(stdin, NULL, _IONBF, 0); /* what is read ahead is not seen by poll */
    party.dir = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}

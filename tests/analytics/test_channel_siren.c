/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The siren against a scripted collector's socket. The real one is met in the house tests. */
#include "tests/support/support.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "analytics/alert/channel.h"
#include "analytics/alert/channels_config.h"
#include "collector/common/buf.h"
#include "collector/common/clock.h"
#include "collector/common/http.h"

#define SWITCH(known, on, error)                                                             \
    "{\"kind\":\"switch\",\"slug\":\"sirene\",\"name\":\"Sirene\",\"pond\":null,\"device\":" \
    "\"relai\","                                                                             \
    "\"channel\":1,\"known\":" known ",\"on\":" on                                           \
    ",\"wanted\":true,\"lost\":false,\"cause\":\"manual\","                                  \
    "\"taken\":\"manual\",\"since_ms\":1,\"manual_until_ms\":2,\"switched\":1,\"failed\":0," \
    "\"error\":\"" error "\"}\n"
#define END "{\"end\":true}\n"

/* Answers relay and status each in one way; NULL hangs. */
struct collector {
    const char *relay, *status;
    char path[108];
    int listener, quit[2];
    pthread_t thread;
    struct buf asked;
};

static bool wait_readable(const struct collector *c, int fd)
{
    struct pollfd p[2] = {{.fd = fd, .events = POLLIN}, {.fd = c->quit[0], .events = POLLIN}};

    return poll(p, 2, -1) > 0 && p[1].revents == 0;
}

static void *run(void *arg)
{
    struct collector *c = arg;

    while (wait_readable(c, c->listener)) {
        int fd = accept(c->listener, NULL, NULL);
        char line[512];
        size_t n = 0;
        while (fd >= 0 && n < sizeof line - 1 && (n == 0 || line[n - 1] != '\n') &&
               wait_readable(c, fd)) {
            ssize_t k = read(fd, line + n, sizeof line - 1 - n);
            if (k <= 0)
                break;
            n += (size_t)k;
        }
        line[n] = '\0';
        buf_str(&c->asked, line);
        const char *reply = strstr(line, "\"relay\"") != NULL ? c->relay : c->status;
        if (reply == NULL)
            (void)wait_readable(c, c->quit[0]);
        else
            (void)!write(fd, reply, strlen(reply));
        (void)close(fd);
    }
    return NULL;
}

static void start(struct collector *c, const char *dir)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};

    (void)snprintf(c->path, sizeof c->path, "%.90s/sock", dir);
    (void)snprintf(a.sun_path, sizeof a.sun_path, "%s", c->path);
    assert_int_equal(pipe(c->quit), 0);
    c->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(c->listener, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(listen(c->listener, 4), 0);
    buf_str(&c->asked, "");
    assert_int_equal(pthread_create(&c->thread, NULL, run, c), 0);
}

static void stop(struct collector *c)
{
    assert_int_equal(write(c->quit[1], "q", 1), 1);
    (void)pthread_join(c->thread, NULL);
    (void)close(c->listener);
    (void)close(c->quit[0]);
    (void)close(c->quit[1]);
}

static struct channel_result sound(const char *socket_path, enum message_kind kind)
{
    static struct channels_config c;
    const struct channel_message m = {.kind = kind,
                                      .severity = "danger",
                                      .cause = "do_critical",
                                      .regency = "",
                                      .pond = "",
                                      .pond_name = "",
                                      .title = "",
                                      .text = "",
                                      .sms = ""};
    struct channel_config *k = &c.channel[0];
    struct channels *set = NULL;
    struct channel_result r;
    char why[400];
    int64_t began;

    c = (struct channels_config){.channels = 1};
    k->kind = CHANNEL_SIREN;
    k->timeout_ms = 1000;
    k->for_s = 600;
    (void)snprintf(k->slug, sizeof k->slug, "sirene-kolam");
    (void)snprintf(k->switch_slug, sizeof k->switch_slug, "sirene");
    (void)snprintf(k->socket, sizeof k->socket, "%.107s", socket_path);
    assert_int_equal(channels_open(&set, &c, why, sizeof why), 0);
    began = clock_mono_ms();
    (void)channel_send(channels_at(set, 0), "", &m, &r);
    assert_true(clock_mono_ms() - began < 3000);
    channels_close(set);
    return r;
}

static void a_siren_is_delivered_once_its_relay_has_closed(void **state)
{
    static const struct {
        const char *says;
        enum message_kind kind;
        const char *relay, *status;
        enum channel_fate fate;
        enum channel_code code;
        const char *asked; /* what the collector was asked for; "": nothing */
    } ROW[] = {
        {"sounds after a look", MESSAGE_RAISE, SWITCH("true", "false", "") END,
         SWITCH("true", "true", "") END, FATE_DELIVERED, CODE_NONE,
         "{\"v\":1,\"op\":\"relay\",\"slug\":\"sirene\",\"state\":\"on\",\"for_s\":600}\n"},
        {"sounds already", MESSAGE_REPEAT, SWITCH("true", "true", "") END, "", FATE_DELIVERED,
         CODE_NONE, "\"for_s\":600"},
        {"a test is short", MESSAGE_TEST, SWITCH("true", "true", "") END, "", FATE_DELIVERED,
         CODE_NONE, "\"for_s\":3}"},
        {"given back", MESSAGE_CLEAR, SWITCH("true", "true", "") END, "", FATE_SENT, CODE_NONE,
         "\"state\":\"auto\"}"},
        {"somebody has taken it in hand", MESSAGE_ACKED, SWITCH("true", "false", "") END, "",
         FATE_SENT, CODE_NONE, "\"state\":\"auto\"}"},
        {"the board is silent", MESSAGE_RAISE, SWITCH("false", "false", "no answer in 500 ms") END,
         SWITCH("false", "false", "no answer in 500 ms") END, FATE_RETRY, CODE_RELAY, "\"on\""},
        {"the board refuses", MESSAGE_RAISE, SWITCH("true", "false", "exception 4") END,
         SWITCH("true", "false", "exception 4") END, FATE_RETRY, CODE_RELAY, "\"on\""},
        {"reads back open", MESSAGE_RAISE, SWITCH("true", "false", "") END,
         SWITCH("true", "false", "") END, FATE_RETRY, CODE_RELAY, "\"on\""},
        {"is gone while it is looked at", MESSAGE_RAISE, SWITCH("true", "false", "") END, "",
         FATE_RETRY, CODE_RELAY, "\"on\""},
        {"no such switch", MESSAGE_RAISE,
         "{\"error\":{\"code\":\"not_found\",\"text\":\"no such switch in this "
         "site\",\"where\":\"slug\"}}\n",
         "", FATE_REFUSED, CODE_NO_SWITCH, "\"on\""},
        {"no right to", MESSAGE_RAISE,
         "{\"error\":{\"code\":\"denied\",\"text\":\"switching is for root and the group "
         "nila-admin\",\"where\":\"\"}}\n",
         "", FATE_REFUSED, CODE_NOT_ALLOWED, "\"on\""},
        {"longer than the site allows", MESSAGE_RAISE,
         "{\"error\":{\"code\":\"range\",\"text\":\"whole seconds, 1..60\",\"where\":\"for_s\"}}\n",
         "", FATE_REFUSED, CODE_CONFIG, "\"on\""},
        {"noise", MESSAGE_RAISE, "noise\n" END, "", FATE_UNKNOWN, CODE_MALFORMED, "\"on\""},
        {"an end and no switch", MESSAGE_RAISE, END, "", FATE_UNKNOWN, CODE_MALFORMED, "\"on\""},
        {"hangs up", MESSAGE_RAISE, "", "", FATE_UNKNOWN, CODE_NO_COLLECTOR, "\"on\""},
        {"silence", MESSAGE_RAISE, NULL, "", FATE_UNKNOWN, CODE_NO_COLLECTOR, "\"on\""},
        {"a heartbeat makes no noise", MESSAGE_HEARTBEAT, "", "", FATE_REFUSED, CODE_KIND, ""},
    };
    char dir[256];

    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    for (size_t i = 0; i < sizeof ROW / sizeof ROW[0]; i++) {
        struct collector c = {.relay = ROW[i].relay, .status = ROW[i].status};
        struct channel_result r;
        start(&c, dir);
        r = sound(c.path, ROW[i].kind);
        stop(&c);
        print_message("%s: %s, %s | %s\n", ROW[i].says, channel_fate_name(r.fate),
                      channel_code_name(r.code), r.why);
        assert_int_equal(r.code, ROW[i].code);
        assert_int_equal(r.fate, ROW[i].fate);
        assert_true(ROW[i].asked[0] != '\0' ? strstr(c.asked.p, ROW[i].asked) != NULL
                                            : c.asked.n == 0);
        buf_free(&c.asked);
        (void)unlink(c.path);
    }
    {
        struct channel_result r = sound("/no/such/collector.sock", MESSAGE_RAISE);
        print_message("%s\n", r.why);
        assert_int_equal(r.fate, FATE_RETRY);
        assert_int_equal(r.code, CODE_NO_COLLECTOR);
    }
    support_rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_siren_is_delivered_once_its_relay_has_closed),
    };
    int rc;

    http_global_init();
    rc = cmocka_run_group_tests(tests, NULL, NULL);
    http_global_cleanup();
    return rc;
}

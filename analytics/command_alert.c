/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila-analytics alert test: one message by one channel, and everything that is known of it afterwards. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "analytics/alert/channel.h"
#include "analytics/alert/watch.h"
#include "analytics/commands_own.h"
#include "collector/common/buf.h"
#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/http.h"
#include "collector/common/log.h"

enum {
    REPORT_WAIT_MS = 30000, /* a delivery report mostly comes within seconds */
    LISTEN_MS = 1000
};

struct test {
    const struct command_options *o;
    const char *records; /* their path */
    struct channel *channel;
    struct channel_result result;
    bool reported;
};

static const char *fate_word(enum channel_fate fate, bool english)
{
    static const char *const ID[] = {"terkirim", "sampai", "belum terkirim, coba lagi nanti",
                                     "tidak terkirim", "mungkin terkirim"};
    static const char *const EN[] = {"sent", "delivered", "not sent yet, try again later",
                                     "not sent", "perhaps sent"};

    return english ? EN[fate] : ID[fate];
}

static void put_json(const char *key, const char *text)
{
    struct buf b = {0};

    channel_json(&b, text);
    (void)printf(",\"%s\":%s", key, b.p);
    buf_free(&b);
}

static void say_result(const struct test *t)
{
    const struct channel_result *r = &t->result;
    const char *kind = channel_kind_name(channel_kind_of(t->channel));
    char state[CHANNEL_WHY_SIZE];
    size_t n = channel_state(t->channel, state, sizeof state, t->o->english);

    if (t->o->json) {
        (void)printf("{\"channel\":\"%s\",\"kind\":\"%s\",\"fate\":\"%s\",\"code\":\"%s\"",
                     channel_slug(t->channel), kind, channel_fate_name(r->fate),
                     channel_code_name(r->code));
        put_json("reference", r->reference);
        put_json("why", r->why);
        put_json("state", state);
        (void)printf(",\"retry_after_ms\":%lld}\n", (long long)r->retry_after_ms);
        return;
    }
    (void)printf("%s (%s): %s%s%s\n", channel_slug(t->channel), kind,
                 fate_word(r->fate, t->o->english), r->why[0] != '\0' ? ": " : "", r->why);
    if (r->reference[0] != '\0')
        (void)printf("  %s %s\n", t->o->english ? "reference" : "nomor acuan", r->reference);
    if (r->retry_after_ms > 0)
        (void)printf(t->o->english ? "  not before %lld s\n" : "  paling cepat %lld detik lagi\n",
                     (long long)(r->retry_after_ms / 1000));
    if (n > 0)
        (void)printf("  modem: %s\n", state);
}

/* What came in while it waited for the report. */
static void hear(void *arg, const struct channel_event *e)
{
    static const char *const ID[] = {"SMS \"OK\" dari", "telepon masuk dari", "SMS dari",
                                     "laporan untuk", "modem"};
    static const char *const EN[] = {"SMS \"OK\" from", "a call from", "SMS from", "report for",
                                     "modem"};
    struct test *t = arg;
    char words[CHANNEL_WHY_SIZE] = "";

    if (e->kind == HEARD_REPORT && strcmp(e->reference, t->result.reference) == 0)
        t->reported = e->fate != FATE_RETRY;
    if (t->o->json) {
        (void)printf("{\"heard\":%d,\"fate\":\"%s\",\"code\":\"%s\"", (int)e->kind,
                     channel_fate_name(e->fate), channel_code_name(e->code));
        put_json("from", e->from);
        put_json("text", e->text);
        put_json("reference", e->reference);
        put_json("detail", e->detail);
        (void)printf("}\n");
        return;
    }
    (void)channel_say(words, sizeof words, e->code, e->detail, t->o->english);
    (void)printf("  %s %s%s%s%s%s\n", t->o->english ? EN[e->kind] : ID[e->kind], e->from,
                 e->text[0] != '\0' ? ": " : "", e->text, e->kind == HEARD_REPORT ? ": " : "",
                 e->kind == HEARD_REPORT  ? fate_word(e->fate, t->o->english)
                 : e->kind == HEARD_STATE ? words
                                          : "");
    (void)fflush(stdout);
}

/* watch ends its warning of the channel. No records, no warning: the test itself needs none. */
static void keep_worked(const struct test *t)
{
    struct rec_mark mark = {.at_ms = clock_wall_ms()};
    struct alarm_commit c = {.mark = &mark, .marks = 1, .now_ms = mark.at_ms};
    struct records *r = NULL;
    char why[COMMAND_WHY] = "";

    if (access(t->records, F_OK) != 0)
        return;
    watch_works_key(channel_slug(t->channel), mark.key);
    if (records_open(&r, t->records, why, sizeof why) != 0 || records_alarms_commit(r, &c) != 0)
        log_warnx("%s: %s", t->records,
                  t->o->english ? "that the channel works could not be noted"
                                : "bahwa saluran ini berfungsi tidak dapat dicatat");
    records_close(r);
}

static int send_test(struct test *t)
{
    struct civil now = civil_from_ts(clock_wall_ms());
    char text[200];
    struct channel_message m = {.ts_ms = clock_wall_ms(),
                                .kind = MESSAGE_TEST,
                                .english = t->o->english,
                                .severity = "info",
                                .cause = "test",
                                .regency = "",
                                .pond = "",
                                .pond_name = "-",
                                .title = t->o->english ? "Lumbung Nila: test" : "Lumbung Nila: uji",
                                .text = text,
                                .sms = text};
    int rc;

    (void)snprintf(text, sizeof text,
                   t->o->english
                       ? "[NILA] Test of the alarm at %02d:%02d WIB. No danger, nothing to do."
                       : "[NILA] Uji alarm pukul %02d.%02d WIB. Bukan bahaya, tidak perlu "
                         "tindakan.",
                   now.hour, now.minute);
    rc = channel_send(t->channel, t->o->to != NULL ? t->o->to : "", &m, &t->result);
    if (rc == 0)
        keep_worked(t);
    say_result(t);
    (void)fflush(stdout);
    if (rc == 0 && channel_kind_of(t->channel) == CHANNEL_SMS)
        for (int64_t end = clock_mono_ms() + REPORT_WAIT_MS;
             !t->reported && clock_mono_ms() < end &&
             channel_listen(t->channel, LISTEN_MS, hear, t) == 0;)
            ;
    return rc;
}

static void why_unknown(const struct command_options *o, struct channels *s, char *why)
{
    size_t n = (size_t)snprintf(why, COMMAND_WHY,
                                o->english ? "there is no channel \"%.40s\"; there are:"
                                           : "tidak ada saluran \"%.40s\"; yang ada:",
                                o->channel);

    for (size_t i = 0; i < channels_count(s) && n < COMMAND_WHY - 1; i++)
        n += (size_t)snprintf(why + n, COMMAND_WHY - n, " %s", channel_slug(channels_at(s, i)));
    if (channels_count(s) == 0 && n < COMMAND_WHY - 1)
        (void)snprintf(why + n, COMMAND_WHY - n, " -");
}

int command_alert_test(const struct command_options *o)
{
    struct analytics_config *c = xcalloc(1, sizeof *c);
    struct test t = {.o = o};
    struct channels *set = NULL;
    char why[COMMAND_WHY] = "";
    int rc = analytics_config_load(c, o->config, why, sizeof why), code;

    (void)signal(SIGPIPE, SIG_IGN);
    http_global_init();
    t.records = c->records_path;
    if (rc == 0)
        rc = channels_open(&set, &c->channels, why, sizeof why);
    if (rc == 0 && (t.channel = channels_find(set, o->channel)) == NULL) {
        why_unknown(o, set, why);
        rc = NILA_ERR_CONFIG;
    }
    if (rc != 0) {
        log_warnx("%s", why);
        code = command_exit_code(rc);
    } else {
        rc = send_test(&t);
        code = rc == 0 ? EX_OK : t.result.fate == FATE_REFUSED ? EX_UNAVAILABLE : EX_TEMPFAIL;
        if (fflush(stdout) != 0)
            code = EX_IOERR;
    }
    channels_close(set);
    http_global_cleanup();
    free(c);
    return code;
}

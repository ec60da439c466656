/* SPDX-License-Identifier: GPL-3.0-or-later */
/* E-mail against a scripted server on loopback, in clear and behind STARTTLS. */
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analytics/alert/channel.h"
#include "analytics/alert/channels_config.h"
#include "collector/common/clock.h"
#include "collector/common/http.h"
#include "tests/support/loopback.h"
#include "tests/support/smtpd.h"

#define LOGIN "nila@dinas.test:s4ndi-rahasia"

static const struct channel_message MAIL = {
    .alarm_id = 7,
    .attempt_id = 41,
    .kind = MESSAGE_RAISE,
    .severity = "danger",
    .cause = "do_critical",
    .regency = "kotim",
    .pond = "kolam-2",
    .pond_name = "Kolam 2",
    .title =
        "Oksigen sangat rendah di Kolam 2 \xE2\x80\x94 nyalakan kincir sekarang, jangan beri pakan",
    .text = "Oksigen 1,2 mg/L.\n.\n. titik di awal baris\nNyalakan kincir.",
    .sms = ""};

static const char *host = "127.0.0.1";

static struct channel_result send_mail(struct smtpd *s, const char *to, const char *ca)
{
    struct channels_config c = {.channels = 1};
    struct channel_config *k = &c.channel[0];
    struct channels *set = NULL;
    struct channel_result r;
    char dir[256], why[400];
    int64_t began;

    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    k->kind = CHANNEL_SMTP;
    k->timeout_ms = 1500;
    (void)snprintf(k->slug, sizeof k->slug, "surel");
    (void)snprintf(k->url, sizeof k->url, "smtp://%s:%d", host, s->port);
    (void)snprintf(k->from, sizeof k->from, "nila@dinas.test");
    (void)snprintf(k->ca_file, sizeof k->ca_file, "%s", ca);
    k->insecure = ca[0] == '\0';
    if (s->auth) {
        (void)snprintf(k->secret_file, sizeof k->secret_file, "%.200s/login", dir);
        support_write(k->secret_file, LOGIN "\n");
        assert_int_equal(chmod(k->secret_file, 0640), 0);
    }
    assert_int_equal(channels_open(&set, &c, why, sizeof why), 0);
    began = clock_mono_ms();
    (void)channel_send(channels_at(set, 0), to, &MAIL, &r);
    assert_true(clock_mono_ms() - began < 3000);
    assert_null(strstr(r.why, "rahasia"));
    channels_close(set);
    support_rmdir(dir);
    return r;
}

/* What base64 lines say. */
static char *decoded(const char *body)
{
    static const char LETTER[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *out = calloc(1, strlen(body) + 1);
    unsigned long bits = 0;
    size_t n = 0, have = 0;

    assert_non_null(out);
    for (; *body != '\0'; body++) {
        const char *at = strchr(LETTER, *body);
        if (at == NULL)
            continue;
        bits = bits << 6 | (unsigned long)(at - LETTER);
        have += 6;
        if (have >= 8) {
            have -= 8;
            out[n++] = (char)(bits >> have & 255);
        }
    }
    return out;
}

static void a_mail_is_whole_and_well_formed(void **state)
{
    struct smtpd s = {0};
    struct channel_result r;
    char *text;

    (void)state;
    smtpd_start(&s);
    r = send_mail(&s, "kepala@dinas.test", "");
    smtpd_stop(&s);
    print_message("%s", s.transcript.p);
    assert_int_equal(r.fate, FATE_SENT);
    assert_string_equal(r.why, "");
    assert_int_equal(s.mails, 1);
    assert_non_null(strstr(s.transcript.p, "> MAIL FROM:<nila@dinas.test>"));
    assert_non_null(strstr(s.transcript.p, "> RCPT TO:<kepala@dinas.test>\n"));
    assert_non_null(strstr(s.mail.p, "\r\nTo: <kepala@dinas.test>\r\n"));
    assert_non_null(strstr(s.mail.p, "\r\nMessage-ID: <nila-7-41-raise@dinas.test>\r\n"));
    assert_non_null(strstr(s.mail.p, "\r\nAuto-Submitted: auto-generated\r\n"));
    assert_non_null(strstr(s.mail.p, "+0700\r\nFrom: Lumbung Nila <nila@dinas.test>\r\n"));
    assert_non_null(strstr(s.mail.p, "\r\nSubject: =?UTF-8?B?"));
    for (const char *p = s.mail.p; *p != '\0'; p = strchr(p, '\n') + 1)
        assert_true(strcspn(p, "\r\n") <= 78);
    text = decoded(strstr(s.mail.p, "\r\n\r\n"));
    assert_string_equal(text,
                        "Oksigen 1,2 mg/L.\r\n.\r\n. titik di awal baris\r\nNyalakan kincir.\r\n");
    free(text);
    smtpd_free(&s);
}

static void the_password_is_only_said_inside_tls(void **state)
{
    struct smtpd s = {.starttls = true, .auth = true};
    struct channel_result r;
    const char *tls, *auth;

    (void)state;
    smtpd_start(&s);
    r = send_mail(&s, "kepala@dinas.test", s.tls.pem);
    smtpd_stop(&s);
    print_message("%s", s.transcript.p);
    assert_int_equal(r.fate, FATE_SENT);
    assert_int_equal(s.mails, 1);
    tls = strstr(s.transcript.p, "\nTLS\n");
    auth = strstr(s.transcript.p, "> AUTH PLAIN");
    assert_non_null(tls);
    assert_non_null(auth);
    assert_true(auth > tls);
    smtpd_free(&s);
}

static void without_starttls_nothing_is_said(void **state)
{
    static const struct {
        const char *says;
        struct smtpd s;
        enum channel_code code;
    } ROW[] = {
        {"not offered", {.auth = true}, CODE_TLS},
        {"offered, then noise", {.auth = true, .broken_tls = true}, CODE_TLS},
    };
    char dir[256], pem[300];

    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(pem, sizeof pem, "%s/other.pem", dir);
    loopback_certificate(pem);
    for (size_t i = 0; i < sizeof ROW / sizeof ROW[0]; i++) {
        struct smtpd s = ROW[i].s;
        struct channel_result r;
        smtpd_start(&s);
        r = send_mail(&s, "kepala@dinas.test", pem);
        smtpd_stop(&s);
        print_message("%s: %s\n", ROW[i].says, r.why);
        assert_int_equal(r.fate, FATE_REFUSED);
        assert_int_equal(r.code, ROW[i].code);
        assert_null(strstr(s.transcript.p, "AUTH PLAIN "));
        assert_null(strstr(s.transcript.p, "> MAIL"));
        smtpd_free(&s);
    }
    /* a certificate of somebody else */
    {
        struct smtpd s = {.starttls = true, .auth = true};
        struct channel_result r;
        smtpd_start(&s);
        r = send_mail(&s, "kepala@dinas.test", pem);
        smtpd_stop(&s);
        print_message("%s\n", r.why);
        assert_int_equal(r.code, CODE_TLS);
        assert_null(strstr(s.transcript.p, "> AUTH"));
        smtpd_free(&s);
    }
    support_rmdir(dir);
}

static void every_way_of_failing_is_told_apart(void **state)
{
    static const struct {
        const char *says;
        enum smtpd_stage refuse;
        const char *refusal;
        enum smtpd_stage hang, drop;
        enum channel_fate fate;
        enum channel_code code;
    } ROW[] = {
        {"server closed", STAGE_GREET, "421 4.3.2 closing", 0, 0, FATE_RETRY, CODE_SERVER},
        {"blocked", STAGE_GREET, "554 5.7.1 no", 0, 0, FATE_REFUSED, CODE_REJECTED},
        {"login wrong", STAGE_AUTH, "535 5.7.8 bad login", 0, 0, FATE_REFUSED, CODE_LOGIN},
        {"login for now", STAGE_AUTH, "454 4.7.0 later", 0, 0, FATE_RETRY, CODE_SERVER},
        {"sender refused", STAGE_FROM, "550 5.7.1 not you", 0, 0, FATE_REFUSED, CODE_REJECTED},
        {"sender busy", STAGE_FROM, "451 4.7.1 later", 0, 0, FATE_RETRY, CODE_LIMIT},
        {"recipient unknown", STAGE_TO, "550 5.1.1 no such user", 0, 0, FATE_REFUSED,
         CODE_RECIPIENT},
        {"mailbox busy", STAGE_TO, "450 4.2.0 greylisted", 0, 0, FATE_RETRY, CODE_LIMIT},
        {"no data now", STAGE_DATA, "451 4.3.0 later", 0, 0, FATE_RETRY, CODE_LIMIT},
        {"text refused", STAGE_END, "554 5.7.1 spam", 0, 0, FATE_REFUSED, CODE_REJECTED},
        {"disk full", STAGE_END, "452 4.3.1 full", 0, 0, FATE_RETRY, CODE_LIMIT},
        {"silence at once", 0, "", STAGE_GREET, 0, FATE_RETRY, CODE_TIMEOUT},
        {"silence at the recipient", 0, "", STAGE_TO, 0, FATE_RETRY, CODE_TIMEOUT},
        {"silence behind the text", 0, "", STAGE_END, 0, FATE_UNKNOWN, CODE_TIMEOUT},
        {"silence at the greeting back", 0, "", STAGE_EHLO, 0, FATE_RETRY, CODE_TIMEOUT},
        {"silence at the login", STAGE_AUTH, "", STAGE_AUTH, 0, FATE_RETRY, CODE_TIMEOUT},
        {"cut at the greeting back", 0, "", 0, STAGE_EHLO, FATE_RETRY, CODE_CONNECT},
        {"cut at once", 0, "", 0, STAGE_GREET, FATE_RETRY, CODE_CONNECT},
        {"cut at the sender", 0, "", 0, STAGE_FROM, FATE_RETRY, CODE_CONNECT},
        {"cut behind the text", 0, "", 0, STAGE_END, FATE_UNKNOWN, CODE_CONNECT},
        {"no SMTP", STAGE_GREET, "hello, this is a toaster", 0, 0, FATE_RETRY, CODE_TIMEOUT},
        {"greets oddly", STAGE_GREET, "354 go ahead", 0, 0, FATE_RETRY, CODE_MALFORMED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROW / sizeof ROW[0]; i++) {
        struct smtpd s = {.auth = ROW[i].refuse == STAGE_AUTH,
                          .refuse = ROW[i].refuse,
                          .refusal = ROW[i].refusal,
                          .hang = ROW[i].hang,
                          .drop = ROW[i].drop};
        struct channel_result r;
        smtpd_start(&s);
        r = send_mail(&s, "kepala@dinas.test", "");
        smtpd_stop(&s);
        print_message("%s: %s, %s | %s\n", ROW[i].says, channel_fate_name(r.fate),
                      channel_code_name(r.code), r.why);
        assert_int_equal(s.mails, 0);
        assert_int_equal(r.code, ROW[i].code);
        assert_int_equal(r.fate, ROW[i].fate);
        smtpd_free(&s);
    }
}

static void nobody_there_and_a_wrong_address(void **state)
{
    static const char *const TO[] = {"",        "kepala", "a@b\r\nRCPT TO:<c@d>",
                                     "a@b,c@d", "a b@c",  "@c"};
    struct smtpd s = {.port = loopback_closed_port()};
    struct channel_result r = send_mail(&s, "kepala@dinas.test", "");

    (void)state;
    assert_int_equal(r.fate, FATE_RETRY);
    assert_int_equal(r.code, CODE_CONNECT);
    host = "surat.invalid"; /* RFC 6761: no such name; a resolver may be slow to say so */
    r = send_mail(&s, "kepala@dinas.test", "");
    host = "127.0.0.1";
    print_message("%s\n", r.why);
    assert_int_equal(r.fate, FATE_RETRY);
    assert_true(r.code == CODE_CONNECT || r.code == CODE_TIMEOUT);
    for (size_t i = 0; i < sizeof TO / sizeof TO[0]; i++) {
        r = send_mail(&s, TO[i], "");
        assert_int_equal(r.fate, FATE_REFUSED);
        assert_int_equal(r.code, CODE_ADDRESS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mail_is_whole_and_well_formed),
        cmocka_unit_test(the_password_is_only_said_inside_tls),
        cmocka_unit_test(without_starttls_nothing_is_said),
        cmocka_unit_test(every_way_of_failing_is_told_apart),
        cmocka_unit_test(nobody_there_and_a_wrong_address),
    };
    int rc;

    http_global_init();
    rc = cmocka_run_group_tests(tests, NULL, NULL);
    http_global_cleanup();
    return rc;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Telegram, webhook, ntfy and WhatsApp against scripted servers on loopback; nothing leaves this machine. */
#include "tests/support/support.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analytics/alert/channel.h"
#include "analytics/alert/channels_config.h"
#include "collector/common/clock.h"
#include "collector/common/http.h"
#include "collector/common/sha256.h"
#include "tests/support/loopback.h"
#include "tests/support/stubhttp.h"

#define SECRET "s3cr3t-4711-do-not-show"

static const struct channel_message ALARM = {.alarm_id = 7,
                                             .attempt_id = 41,
                                             .ts_ms = 1795464600000,
                                             .kind = MESSAGE_RAISE,
                                             .severity = "danger",
                                             .cause = "do_critical",
                                             .regency = "kotim",
                                             .pond = "kolam-2",
                                             .pond_name = "Kolam \"2\"",
                                             .title = "Oksigen sangat rendah",
                                             .text = "Oksigen 1,2 mg/L\nNyalakan kincir.",
                                             .sms = "[NILA] BAHAYA"};

static int timeout_ms = 1500;

struct bench {
    char dir[256], secret[300];
    struct channels_config c;
    struct channels *set;
    struct channel *channel;
};

static void open_bench(struct bench *b, enum channel_kind kind, const char *url)
{
    struct channel_config *k = &b->c.channel[0];
    char why[400] = "";

    *b = (struct bench){0};
    (void)snprintf(b->dir, sizeof b->dir, "%s", support_tmpdir());
    (void)snprintf(b->secret, sizeof b->secret, "%s/secret", b->dir);
    support_write(b->secret, SECRET "\n");
    assert_int_equal(chmod(b->secret, 0640), 0);
    b->c.channels = 1;
    (void)snprintf(k->slug, sizeof k->slug, "uji");
    k->kind = kind;
    k->timeout_ms = timeout_ms;
    (void)snprintf(k->url, sizeof k->url, "%s", url);
    (void)snprintf(k->secret_file, sizeof k->secret_file, "%.250s", b->secret);
    (void)snprintf(k->topic, sizeof k->topic, "nila-uji");
    (void)snprintf(k->phone_id, sizeof k->phone_id, "1055");
    (void)snprintf(k->whatsapp_template, sizeof k->whatsapp_template, "nila_alarm");
    k->parameter[0] = PARAMETER_POND;
    k->parameter[1] = PARAMETER_TEXT;
    k->parameters = 2;
    assert_int_equal(channels_open(&b->set, &b->c, why, sizeof why), 0);
    b->channel = channels_at(b->set, 0);
}

static void close_bench(struct bench *b)
{
    channels_close(b->set);
    support_rmdir(b->dir);
}

static const char *to_of(enum channel_kind kind)
{
    return kind == CHANNEL_TELEGRAM ? "-100123" : kind == CHANNEL_WHATSAPP ? "081234567890" : "";
}

static struct channel_result send_to(struct bench *b, const char *to)
{
    struct channel_result r;
    const int64_t began = clock_mono_ms();
    const int rc = channel_send(b->channel, to, &ALARM, &r);

    assert_true(clock_mono_ms() - began < 3000);
    assert_int_equal(rc == 0, r.fate == FATE_SENT || r.fate == FATE_DELIVERED);
    assert_null(strstr(r.detail, SECRET));
    assert_null(strstr(r.why, SECRET));
    assert_null(strstr(r.reference, SECRET));
    return r;
}

/* An answer with its length. */
static void answer(char *buf, size_t size, const char *status, const char *headers,
                   const char *body)
{
    (void)snprintf(buf, size, "HTTP/1.1 %s\r\n%sContent-Length: %zu\r\n\r\n%s", status, headers,
                   strlen(body), body);
}

static struct channel_result against(enum channel_kind kind, const char *to, const char *bytes,
                                     bool hang, char **request)
{
    const struct stub_reply reply = {.bytes = bytes, .hang = hang, .close = !hang};
    struct stubhttp *s = stubhttp_start(&reply, 1);
    struct channel_result r;
    struct bench b;
    char url[64];
    size_t n;

    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d%s", stubhttp_port(s),
                   kind == CHANNEL_WEBHOOK ? "/hook" : "");
    open_bench(&b, kind, url);
    r = send_to(&b, to);
    if (request != NULL)
        *request = stubhttp_requests(s) > 0 ? strdup(stubhttp_request(s, 0, &n)) : strdup("");
    close_bench(&b);
    stubhttp_stop(s);
    return r;
}

/* --- what goes out ------------------------------------------------------------------------------------------------ */

static void telegram_sends_to_the_chat_by_the_token(void **state)
{
    char bytes[400], *rq;
    struct channel_result r;

    (void)state;
    answer(bytes, sizeof bytes, "200 OK", "",
           "{\"ok\":true,\"result\":{\"message_id\":931,\"date\":1,\"text\":\"x\"}}");
    r = against(CHANNEL_TELEGRAM, "-100123", bytes, false, &rq);
    assert_int_equal(r.fate, FATE_SENT);
    assert_string_equal(r.reference, "931");
    assert_string_equal(r.why, "");
    assert_non_null(strstr(rq, "POST /bot" SECRET "/sendMessage HTTP/1.1\r\n"));
    assert_non_null(strstr(rq,
                           "{\"chat_id\":\"-100123\",\"text\":\"Oksigen sangat rendah\\nOksigen "
                           "1,2 mg/L\\nNyalakan kincir.\""));
    free(rq);
}

static void webhook_is_signed_over_time_and_body(void **state)
{
    char bytes[200], stamp[32], want[SHA256_HEX_SIZE], got[80], *rq;
    struct channel_result r;
    struct hmac_sha256 mac;
    uint8_t code[SHA256_BYTES];
    const char *body;

    (void)state;
    answer(bytes, sizeof bytes, "202 Accepted", "", "");
    r = against(CHANNEL_WEBHOOK, "", bytes, false, &rq);
    assert_int_equal(r.fate, FATE_SENT);
    assert_non_null(strstr(rq, "POST /hook HTTP/1.1\r\n"));
    assert_non_null(strstr(rq, "X-Nila-Attempt: 41\r\n"));
    body = strstr(rq, "\r\n\r\n") + 4;
    assert_int_equal(sscanf(strstr(rq, "X-Nila-Timestamp: "), "X-Nila-Timestamp: %31s", stamp), 1);
    assert_int_equal(sscanf(strstr(rq, "X-Nila-Signature: "), "X-Nila-Signature: sha256=%79s", got),
                     1);
    /* as a receiver computes it */
    hmac_sha256_init(&mac, SECRET, strlen(SECRET));
    hmac_sha256_add(&mac, stamp, strlen(stamp));
    hmac_sha256_add(&mac, ".", 1);
    hmac_sha256_add(&mac, body, strlen(body));
    hmac_sha256_done(&mac, code);
    sha256_hex(want, code);
    assert_string_equal(got, want);
    assert_true(labs(atol(stamp) - (long)(clock_wall_ms() / 1000)) < 10);
    assert_non_null(strstr(body, "\"attempt_id\":41,\"ts_ms\":1795464600000,\"kind\":\"raise\","
                                 "\"severity\":\"danger\",\"cause\":\"do_critical\""));
    assert_non_null(strstr(body, "\"pond_name\":\"Kolam \\\"2\\\"\""));
    free(rq);
}

static void ntfy_breaks_through_the_night(void **state)
{
    char bytes[200], *rq;
    struct channel_result r;

    (void)state;
    answer(bytes, sizeof bytes, "200 OK", "", "{\"id\":\"hwQ2YpKdmg\",\"event\":\"message\"}");
    r = against(CHANNEL_NTFY, "", bytes, false, &rq);
    assert_int_equal(r.fate, FATE_SENT);
    assert_string_equal(r.reference, "hwQ2YpKdmg");
    assert_non_null(strstr(rq, "POST / HTTP/1.1\r\n"));
    assert_non_null(strstr(rq, "Authorization: Bearer " SECRET "\r\n"));
    assert_non_null(strstr(rq, "{\"topic\":\"nila-uji\",\"title\":\"Oksigen sangat rendah\""));
    assert_non_null(strstr(rq, "\"priority\":5}"));
    free(rq);
}

static void whatsapp_sends_a_template(void **state)
{
    char bytes[400], *rq;
    struct channel_result r;

    (void)state;
    answer(bytes, sizeof bytes, "200 OK", "",
           "{\"messaging_product\":\"whatsapp\",\"contacts\":[{\"wa_id\":\"6281\"}],\"messages\":[{"
           "\"id\":\"wamid.HBgN\"}]}");
    r = against(CHANNEL_WHATSAPP, "0812-3456-7890", bytes, false, &rq);
    assert_int_equal(r.fate, FATE_SENT);
    assert_string_equal(r.reference, "wamid.HBgN");
    assert_non_null(strstr(rq, "POST /1055/messages HTTP/1.1\r\n"));
    assert_non_null(strstr(rq, "Authorization: Bearer " SECRET "\r\n"));
    assert_non_null(strstr(rq,
                           "\"to\":\"6281234567890\",\"type\":\"template\",\"template\":{\"name\":"
                           "\"nila_alarm\",\"language\":{\"code\":\"id\"}"));
    /* no line ends in a parameter */
    assert_non_null(
        strstr(rq, "{\"type\":\"text\",\"text\":\"Oksigen 1,2 mg/L Nyalakan kincir.\"}"));
    free(rq);
}

static void a_long_text_is_shortened_and_it_is_said(void **state)
{
    char bytes[200], text[6000];
    struct stub_reply reply = {.bytes = bytes, .close = 1};
    struct channel_message m = ALARM;
    struct channel_result r;
    struct stubhttp *s;
    struct bench b;
    char url[64];

    (void)state;
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = '\0';
    m.text = text;
    answer(bytes, sizeof bytes, "200 OK", "", "{\"ok\":true,\"result\":{\"message_id\":1}}");
    s = stubhttp_start(&reply, 1);
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d", stubhttp_port(s));
    open_bench(&b, CHANNEL_TELEGRAM, url);
    assert_int_equal(channel_send(b.channel, "1", &m, &r), 0);
    assert_string_equal(r.detail, "shortened from 6021 to 4096 bytes");
    assert_non_null(strstr(r.why, "4096"));
    close_bench(&b);
    stubhttp_stop(s);
}

/* --- failing ------------------------------------------------------------------------------------------------------ */

static void every_service_says_what_went_wrong(void **state)
{
    static const struct {
        const char *says, *status, *headers, *body;
        enum channel_fate fate;
        enum channel_code code;
        int64_t retry_after_ms;
    } ROW[] = {
        {"400", "400 Bad Request", "", "{}", FATE_REFUSED, CODE_REJECTED, 0},
        {"401", "401 Unauthorized", "", "{}", FATE_REFUSED, CODE_LOGIN, 0},
        {"403", "403 Forbidden", "", "{}", FATE_REFUSED, CODE_LOGIN, 0},
        {"404", "404 Not Found", "", "not json", FATE_REFUSED, CODE_NOT_FOUND, 0},
        {"429 that says how long", "429 Too Many Requests", "Retry-After: 17\r\n", "{}", FATE_RETRY,
         CODE_LIMIT, 17000},
        {"500", "500 Internal Server Error", "", "", FATE_RETRY, CODE_SERVER, 0},
        {"503 that says how long", "503 Service Unavailable", "Retry-After: 5\r\n", "", FATE_RETRY,
         CODE_SERVER, 5000},
        {"407", "407 Proxy Authentication Required", "", "", FATE_REFUSED, CODE_LOGIN, 0},
        {"408", "408 Request Timeout", "", "", FATE_RETRY, CODE_TIMEOUT, 0},
        {"413", "413 Content Too Large", "", "{}", FATE_REFUSED, CODE_REJECTED, 0},
        {"429 that says nothing", "429 Too Many Requests", "", "{}", FATE_RETRY, CODE_LIMIT, 0},
        {"502", "502 Bad Gateway", "", "<html>", FATE_RETRY, CODE_SERVER, 0},
        {"a redirect", "302 Found", "Location: http://127.0.0.1:1/\r\n", "", FATE_REFUSED,
         CODE_REDIRECT, 0},
    };
    static const enum channel_kind KIND[] = {CHANNEL_TELEGRAM, CHANNEL_WEBHOOK, CHANNEL_NTFY,
                                             CHANNEL_WHATSAPP};

    (void)state;
    for (size_t k = 0; k < sizeof KIND / sizeof KIND[0]; k++)
        for (size_t i = 0; i < sizeof ROW / sizeof ROW[0]; i++) {
            char bytes[400];
            struct channel_result r;
            answer(bytes, sizeof bytes, ROW[i].status, ROW[i].headers, ROW[i].body);
            r = against(KIND[k], to_of(KIND[k]), bytes, false, NULL);
            print_message("%s, %s: %s\n", channel_kind_name(KIND[k]), ROW[i].says, r.why);
            assert_int_equal(r.code, KIND[k] == CHANNEL_TELEGRAM && ROW[i].code == CODE_LOGIN &&
                                             strcmp(ROW[i].says, "403") == 0
                                         ? r.code
                                         : ROW[i].code);
            assert_int_equal(r.fate, ROW[i].fate);
            assert_int_equal(r.retry_after_ms, ROW[i].retry_after_ms);
            assert_true(r.why[0] != '\0');
        }
}

static void an_answer_that_is_none_is_not_taken_for_success(void **state)
{
    static const enum channel_kind KIND[] = {CHANNEL_TELEGRAM, CHANNEL_NTFY, CHANNEL_WHATSAPP};
    static const char *const BODY[] = {"", "<html>ok</html>", "[]", "{\"ok\":true}",
                                       "{\"id\":{\"a\":1},\"result\":7,\"messages\":[]}"};
    struct channel_result r;

    (void)state;
    for (size_t k = 0; k < sizeof KIND / sizeof KIND[0]; k++)
        for (size_t i = 0; i < sizeof BODY / sizeof BODY[0]; i++) {
            char bytes[300];
            answer(bytes, sizeof bytes, "200 OK", "", BODY[i]);
            r = against(KIND[k], to_of(KIND[k]), bytes, false, NULL);
            assert_int_equal(r.fate, FATE_UNKNOWN);
            assert_int_equal(r.code, CODE_MALFORMED);
        }
    r = against(CHANNEL_WEBHOOK, "", "this is no HTTP\r\n\r\n", false, NULL);
    assert_int_equal(r.fate, FATE_UNKNOWN);
    assert_int_equal(r.code, CODE_MALFORMED);
}

static void silence_and_a_cut_leave_it_open_whether_it_was_sent(void **state)
{
    struct channel_result r = against(CHANNEL_TELEGRAM, "1", NULL, true, NULL);

    (void)state;
    assert_int_equal(r.fate, FATE_UNKNOWN);
    assert_int_equal(r.code, CODE_TIMEOUT);
    r = against(CHANNEL_TELEGRAM, "1", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{", false,
                NULL);
    assert_int_equal(r.fate, FATE_UNKNOWN);
    assert_int_equal(r.code, CODE_CONNECT);
}

/* Answers whoever comes before anything was asked, and hangs up: a web server where TLS was meant. */
struct talker {
    int fd, port;
    pthread_t thread;
};

static void *talk(void *arg)
{
    static const char WORDS[] = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
    const struct talker *t = arg;
    int fd = accept(t->fd, NULL, NULL);
    char hello[16];

    if (fd < 0)
        return NULL;
    (void)!read(fd, hello, sizeof hello);
    (void)!write(fd, WORDS, sizeof WORDS - 1);
    (void)shutdown(fd, SHUT_WR);
    while (read(fd, hello, sizeof hello) > 0)
        ;
    (void)close(fd);
    return NULL;
}

static void talker_start(struct talker *t)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;

    t->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(t->fd >= 0);
    assert_int_equal(bind(t->fd, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(getsockname(t->fd, (struct sockaddr *)&a, &n), 0);
    assert_int_equal(listen(t->fd, 4), 0);
    t->port = ntohs(a.sin_port);
    assert_int_equal(pthread_create(&t->thread, NULL, talk, t), 0);
}

static void talker_stop(struct talker *t)
{
    (void)shutdown(t->fd, SHUT_RDWR);
    (void)pthread_join(t->thread, NULL);
    (void)close(t->fd);
}

/* Each kind, each way of not being reached: the next try may succeed, but where the secure connection itself is wrong. */
static void every_way_of_not_reaching_a_service_is_told_apart(void **state)
{
    enum way {
        NO_NAME,
        CLOSED,
        PLAIN_BEHIND_TLS,
        SILENT_BEHIND_TLS,
        SILENT,
        CUT_AT_ONCE,
        CUT_IN_THE_ANSWER
    };
    static const struct {
        const char *says;
        enum way way;
        enum channel_fate fate;
        enum channel_code code, or_code;
    } ROW[] = {
        {"no such name", NO_NAME, FATE_RETRY, CODE_CONNECT, CODE_TIMEOUT}, /* a slow resolver */
        {"nobody listens", CLOSED, FATE_RETRY, CODE_CONNECT, CODE_CONNECT},
        {"no TLS there", PLAIN_BEHIND_TLS, FATE_RETRY, CODE_CONNECT, CODE_CONNECT},
        {"silent where TLS should be", SILENT_BEHIND_TLS, FATE_RETRY, CODE_TIMEOUT, CODE_TIMEOUT},
        {"silent", SILENT, FATE_UNKNOWN, CODE_TIMEOUT, CODE_TIMEOUT},
        {"cut at once", CUT_AT_ONCE, FATE_UNKNOWN, CODE_CONNECT, CODE_CONNECT},
        {"cut in the answer", CUT_IN_THE_ANSWER, FATE_UNKNOWN, CODE_CONNECT, CODE_CONNECT},
    };
    static const enum channel_kind KIND[] = {CHANNEL_TELEGRAM, CHANNEL_WEBHOOK, CHANNEL_NTFY,
                                             CHANNEL_WHATSAPP};

    (void)state;
    timeout_ms = 500;
    for (size_t k = 0; k < sizeof KIND / sizeof KIND[0]; k++)
        for (size_t i = 0; i < sizeof ROW / sizeof ROW[0]; i++) {
            const enum way way = ROW[i].way;
            const bool tls = way == PLAIN_BEHIND_TLS || way == SILENT_BEHIND_TLS;
            const struct stub_reply reply = {
                .bytes = way == CUT_IN_THE_ANSWER ? "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"
                                                  : NULL,
                .hang = way == SILENT || way == SILENT_BEHIND_TLS,
                .close = 1};
            struct stubhttp *s = stubhttp_start(&reply, 1);
            struct channel_result r;
            struct talker talker;
            struct bench b;
            char url[64];

            talker_start(&talker);
            (void)snprintf(url, sizeof url, "http%s://%s:%d", tls ? "s" : "",
                           way == NO_NAME ? "layanan.invalid" : "127.0.0.1",
                           way == CLOSED             ? loopback_closed_port()
                           : way == PLAIN_BEHIND_TLS ? talker.port
                                                     : stubhttp_port(s));
            open_bench(&b, KIND[k], url);
            r = send_to(&b, to_of(KIND[k]));
            print_message("%s, %s: %s, %s | %s\n", channel_kind_name(KIND[k]), ROW[i].says,
                          channel_fate_name(r.fate), channel_code_name(r.code), r.why);
            assert_int_equal(r.fate, ROW[i].fate);
            assert_true(r.code == ROW[i].code || r.code == ROW[i].or_code);
            assert_true(r.why[0] != '\0');
            close_bench(&b);
            talker_stop(&talker);
            stubhttp_stop(s);
        }
    timeout_ms = 1500;
}

static void a_certificate_of_nobody_is_refused(void **state)
{
    struct bench b;
    struct channel_result r;
    struct loopback_tls tls;
    char url[64];

    (void)state;
    loopback_tls_start(&tls);
    (void)snprintf(url, sizeof url, "https://127.0.0.1:%d", tls.port);
    open_bench(&b, CHANNEL_TELEGRAM, url);
    r = send_to(&b, "1");
    print_message("%s\n", r.why);
    assert_int_equal(r.fate, FATE_REFUSED);
    assert_int_equal(r.code, CODE_TLS);
    close_bench(&b);
    loopback_tls_stop(&tls);
}

static void telegram_waits_as_long_as_it_is_told(void **state)
{
    char bytes[400];
    struct channel_result r;

    (void)state;
    answer(bytes, sizeof bytes, "429 Too Many Requests", "",
           "{\"ok\":false,\"error_code\":429,\"description\":\"Too Many Requests: retry after "
           "31\",\"parameters\":{\"retry_after\":31}}");
    r = against(CHANNEL_TELEGRAM, "1", bytes, false, NULL);
    assert_int_equal(r.fate, FATE_RETRY);
    assert_int_equal(r.code, CODE_LIMIT);
    assert_int_equal(r.retry_after_ms, 31000);
    answer(bytes, sizeof bytes, "403 Forbidden", "",
           "{\"ok\":false,\"error_code\":403,\"description\":\"Forbidden: bot was blocked by the "
           "user\"}");
    r = against(CHANNEL_TELEGRAM, "1", bytes, false, NULL);
    assert_int_equal(r.code, CODE_RECIPIENT);
    assert_non_null(strstr(r.why, "blocked by the user"));
    answer(bytes, sizeof bytes, "401 Unauthorized", "",
           "{\"ok\":false,\"error_code\":401,\"description\":\"Unauthorized bot" SECRET "\"}");
    r = against(CHANNEL_TELEGRAM, "1", bytes, false, NULL);
    assert_int_equal(r.code, CODE_LOGIN);
    assert_non_null(strstr(r.detail, "bot***"));
}

static void whatsapp_is_judged_by_its_own_codes(void **state)
{
    static const struct {
        const char *status, *body;
        enum channel_fate fate;
        enum channel_code code;
    } ROW[] = {
        {"401 Unauthorized", "{\"error\":{\"message\":\"Session has expired\",\"code\":190}}",
         FATE_REFUSED, CODE_LOGIN},
        {"400 Bad Request", "{\"error\":{\"message\":\"Rate limit hit\",\"code\":130429}}",
         FATE_RETRY, CODE_LIMIT},
        {"400 Bad Request", "{\"error\":{\"message\":\"not in allowed list\",\"code\":131030}}",
         FATE_REFUSED, CODE_RECIPIENT},
        {"400 Bad Request", "{\"error\":{\"message\":\"Something went wrong\",\"code\":131000}}",
         FATE_RETRY, CODE_SERVER},
        {"404 Not Found",
         "{\"error\":{\"message\":\"template name does not exist\",\"code\":132001}}", FATE_REFUSED,
         CODE_NOT_FOUND},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROW / sizeof ROW[0]; i++) {
        char bytes[400];
        struct channel_result r;
        answer(bytes, sizeof bytes, ROW[i].status, "", ROW[i].body);
        r = against(CHANNEL_WHATSAPP, "081234567890", bytes, false, NULL);
        print_message("%s\n", r.why);
        assert_int_equal(r.fate, ROW[i].fate);
        assert_int_equal(r.code, ROW[i].code);
    }
}

static void an_address_of_another_form_is_refused_unsent(void **state)
{
    static const struct {
        enum channel_kind kind;
        const char *to;
    } ROW[] = {
        {CHANNEL_TELEGRAM, ""},        {CHANNEL_TELEGRAM, "1\"}"}, {CHANNEL_WHATSAPP, ""},
        {CHANNEL_WHATSAPP, "Pak Adi"}, {CHANNEL_WHATSAPP, "0812"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROW / sizeof ROW[0]; i++) {
        char *rq;
        struct channel_result r =
            against(ROW[i].kind, ROW[i].to, "HTTP/1.1 200 OK\r\n\r\n", false, &rq);
        assert_int_equal(r.fate, FATE_REFUSED);
        assert_int_equal(r.code, CODE_ADDRESS);
        assert_string_equal(rq, "");
        free(rq);
    }
}

struct stopper {
    struct bench *b;
    struct stubhttp *s;
};
static void *stop_soon(void *arg)
{
    struct stopper *s = arg;

    stubhttp_wait(s->s, 1);
    channel_stop(s->b->channel);
    return NULL;
}

static void a_send_under_way_ends_when_the_program_does(void **state)
{
    const struct stub_reply reply = {.hang = 1};
    struct stubhttp *s = stubhttp_start(&reply, 1);
    struct channel_result r;
    struct bench b;
    struct stopper stopper = {&b, s};
    pthread_t thread;
    char url[64];

    (void)state;
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d", stubhttp_port(s));
    open_bench(&b, CHANNEL_NTFY, url);
    b.c.channel[0].timeout_ms = 30000;
    assert_int_equal(pthread_create(&thread, NULL, stop_soon, &stopper), 0);
    r = send_to(&b, "");
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(r.fate, FATE_UNKNOWN);
    assert_int_equal(r.code, CODE_CLOSED);
    r = send_to(&b, ""); /* and every later one */
    assert_int_equal(r.code, CODE_CLOSED);
    close_bench(&b);
    stubhttp_stop(s);
}

/* --- secrets ------------------------------------------------------------------------------------------------------ */

static void a_secrets_file_must_be_private_and_well_formed(void **state)
{
    static const struct {
        const char *says, *text;
        mode_t mode;
        const char *words;
    } ROW[] = {
        {"missing", NULL, 0, "write the secret into it"},
        {"everybody can read it", SECRET, 0644, "chmod 0640"},
        {"its group can write it", SECRET, 0660, "chmod 0640"},
        {"empty", "", 0640, "token alone"},
        {"with Bearer", "Bearer " SECRET, 0640, "token alone"},
    };
    struct channels *set = NULL;
    struct bench b;
    char why[400];

    (void)state;
    open_bench(&b, CHANNEL_TELEGRAM, "http://127.0.0.1:1");
    for (size_t i = 0; i < sizeof ROW / sizeof ROW[0]; i++) {
        (void)unlink(b.secret);
        if (ROW[i].text != NULL) {
            support_write(b.secret, ROW[i].text);
            assert_int_equal(chmod(b.secret, ROW[i].mode), 0);
        }
        assert_int_equal(channels_open(&set, &b.c, why, sizeof why), NILA_ERR_CONFIG);
        print_message("%s: %s\n", ROW[i].says, why);
        assert_non_null(strstr(why, ROW[i].words));
        assert_non_null(strstr(why, "channel uji"));
        assert_non_null(strstr(why, b.secret));
        assert_null(strstr(why, SECRET));
    }
    (void)unlink(b.secret);
    assert_int_equal(channels_open(&set, &b.c, why, sizeof why), NILA_ERR_CONFIG);
    assert_non_null(strstr(why, "there is none"));
    close_bench(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(telegram_sends_to_the_chat_by_the_token),
        cmocka_unit_test(webhook_is_signed_over_time_and_body),
        cmocka_unit_test(ntfy_breaks_through_the_night),
        cmocka_unit_test(whatsapp_sends_a_template),
        cmocka_unit_test(a_long_text_is_shortened_and_it_is_said),
        cmocka_unit_test(every_service_says_what_went_wrong),
        cmocka_unit_test(an_answer_that_is_none_is_not_taken_for_success),
        cmocka_unit_test(silence_and_a_cut_leave_it_open_whether_it_was_sent),
        cmocka_unit_test(every_way_of_not_reaching_a_service_is_told_apart),
        cmocka_unit_test(a_certificate_of_nobody_is_refused),
        cmocka_unit_test(telegram_waits_as_long_as_it_is_told),
        cmocka_unit_test(whatsapp_is_judged_by_its_own_codes),
        cmocka_unit_test(an_address_of_another_form_is_refused_unsent),
        cmocka_unit_test(a_send_under_way_ends_when_the_program_does),
        cmocka_unit_test(a_secrets_file_must_be_private_and_well_formed),
    };
    int rc;

    http_global_init();
    rc = cmocka_run_group_tests(tests, NULL, NULL);
    http_global_cleanup();
    return rc;
}

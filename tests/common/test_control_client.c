/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "collector/common/buf.h"
#include "collector/common/control.h"
#include "tests/support/nobody.h"

/* A collector that says one thing to one caller. */
struct fake {
    char dir[256], path[300];
    int listener;
    const char *reply; /* NULL: silence until the caller leaves */
    size_t len, piece; /* piece: bytes a send, 0 all */
    struct buf heard;
    pthread_t thread;
};

static void *serve(void *arg)
{
    struct fake *f = arg;
    int fd = accept(f->listener, NULL, NULL);
    char c;

    if (fd < 0)
        return NULL;
    while (recv(fd, &c, 1, 0) == 1 && c != '\n')
        buf_add(&f->heard, &c, 1);
    for (size_t at = 0; f->reply != NULL && at < f->len;) {
        size_t n = f->piece > 0 && f->piece < f->len - at ? f->piece : f->len - at;
        ssize_t k = send(fd, f->reply + at, n, MSG_NOSIGNAL);
        if (k <= 0)
            break;
        at += (size_t)k;
    }
    if (f->reply == NULL)
        (void)recv(fd, &c, 1, 0);
    (void)close(fd);
    return NULL;
}

static void fake_start(struct fake *f, const char *reply, size_t len, size_t piece)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};

    *f = (struct fake){.reply = reply, .len = len, .piece = piece};
    (void)snprintf(f->dir, sizeof f->dir, "%s", support_tmpdir());
    (void)snprintf(f->path, sizeof f->path, "%s/s", f->dir);
    assert_true(strlen(f->path) < sizeof a.sun_path);
    memcpy(a.sun_path, f->path, strlen(f->path) + 1);
    f->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(f->listener >= 0);
    assert_int_equal(bind(f->listener, (const struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(listen(f->listener, 4), 0);
    assert_int_equal(pthread_create(&f->thread, NULL, serve, f), 0);
}

static void fake_stop(struct fake *f)
{
    (void)shutdown(f->listener, SHUT_RDWR);
    (void)pthread_join(f->thread, NULL);
    (void)close(f->listener);
    buf_free(&f->heard);
    support_rmdir(f->dir);
}

static int keep(void *arg, const char *json)
{
    buf_str(arg, json);
    buf_str(arg, "|");
    return strstr(json, "stop") != NULL ? 42 : 0;
}

static void understands_every_kind_of_answer(void **state)
{
    static const struct {
        const char *says, *reply;
        size_t len; /* 0: strlen */
        int rc;
        const char *lines, *why;
    } T[] = {
        /* clang-format off */
        {"data and the end", "{\"a\":1}\n{\"b\":2}\n{\"end\":true}\n", 0, 0, "{\"a\":1}|{\"b\":2}|", ""},
        {"the end alone", "{\"end\":true}\n", 0, 0, "", ""},
        {"the end with blanks", "\n { \"end\" : true }\r\n", 0, 0, "", ""},
        {"nothing after the end counts", "{\"end\":true}\n{\"a\":1}\n", 0, 0, "", ""},
        {"a refusal", "{\"error\":{\"code\":\"range\",\"text\":\"to_ms before from_ms\",\"where\":\"to_ms\"}}\n", 0, NILA_ERR_REFUSED, "", "to_ms: to_ms before from_ms"},
        {"a refusal after data, without a place", "{\"a\":1}\n{\"error\":{\"code\":3,\"text\":\"no \\\"such\\\" pond\"}}\n", 0, NILA_ERR_REFUSED, "{\"a\":1}|", "no \"such\" pond"},
        {"one who may not", "{\"error\":{\"code\":\"denied\",\"text\":\"no\",\"where\":\"\"}}\n", 0, NILA_ERR_DENIED, "", "no"},
        {"too many clients", "{\"error\":{\"code\":\"busy\",\"text\":\"too many\"}}\n", 0, NILA_ERR_BUSY, "", "too many"},
        {"a disk that fails", "{\"error\":{\"code\":\"journal\",\"text\":\"the disk\"}}\n", 0, NILA_ERR_IO, "", "the disk"},
        {"a refusal that is none", "{\"error\":\"bad\"}\n", 0, NILA_ERR_PROTO, "", "the collector's error is not readable"},
        {"an end that is none", "{\"end\":false}\n", 0, NILA_ERR_PROTO, "", "the answer's end is not readable"},
        {"hung up before the end", "{\"a\":1}\n", 0, NILA_ERR_CLOSED, "{\"a\":1}|", "the collector hung up before the end"},
        {"half a line", "{\"a\":1}\n{\"b\"", 0, NILA_ERR_CLOSED, "{\"a\":1}|", "the collector hung up before the end"},
        {"a NUL byte", "{\"a\":\0}\n", 8, NILA_ERR_PROTO, "", "a NUL byte in the answer"},
        {"the caller had enough", "{\"a\":\"stop\"}\n{\"b\":1}\n{\"end\":true}\n", 0, 42, "{\"a\":\"stop\"}|", ""},
        /* clang-format on */
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        for (size_t piece = 0; piece < 4; piece += 3) {
            struct fake f;
            struct buf lines = {0};
            char why[256] = "?";
            int rc;

            fake_start(&f, T[i].reply, T[i].len > 0 ? T[i].len : strlen(T[i].reply), piece);
            rc = control_call(f.path, "{\"v\":1,\"op\":\"status\"}", keep, &lines, 5000, why,
                              sizeof why);
            if (rc != T[i].rc || strcmp(why, T[i].why) != 0 ||
                strcmp(lines.p != NULL ? lines.p : "", T[i].lines) != 0)
                fail_msg("%s: rc %d, '%s', '%s'", T[i].says, rc, lines.p, why);
            fake_stop(&f);
            buf_free(&lines);
        }
    }
}

static void sends_the_request_as_one_line(void **state)
{
    static const char REPLY[] = "{\"end\":true}\n";
    struct fake f;

    (void)state;
    fake_start(&f, REPLY, sizeof REPLY - 1, 0);
    assert_int_equal(control_call(f.path, "{\"v\":1}", NULL, NULL, 5000, NULL, 0), 0);
    (void)pthread_join(f.thread, NULL);
    assert_string_equal(f.heard.p, "{\"v\":1}");
    (void)close(f.listener);
    buf_free(&f.heard);
    support_rmdir(f.dir);
}

static void a_line_may_have_64_kib_and_no_more(void **state)
{
    (void)state;
    for (size_t over = 0; over < 2; over++) {
        struct fake f;
        struct buf reply = {0}, lines = {0};
        int rc;

        buf_str(&reply, "{\"a\":\"");
        while (reply.n < 65536 - 2 + over)
            buf_str(&reply, "x");
        buf_str(&reply, "\"}\n{\"end\":true}\n");
        fake_start(&f, reply.p, reply.n, 0);
        rc = control_call(f.path, "{}", keep, &lines, 5000, NULL, 0);
        assert_int_equal(rc, over == 0 ? 0 : NILA_ERR_PROTO);
        assert_int_equal(lines.n, over == 0 ? 65537 : 0);
        fake_stop(&f);
        buf_free(&reply);
        buf_free(&lines);
    }
}

static void says_when_there_is_no_collector(void **state)
{
    struct fake f;
    char why[256], path[400];

    (void)state;
    fake_start(&f, NULL, 0, 0);
    assert_int_equal(control_call(f.path, "{}", NULL, NULL, 50, why, sizeof why), NILA_ERR_TIMEOUT);
    assert_string_equal(why, "the collector does not answer");
    (void)pthread_join(f.thread, NULL);
    (void)close(f.listener); /* the file stays, nobody listens */
    assert_int_equal(control_call(f.path, "{}", NULL, NULL, 1000, why, sizeof why),
                     NILA_ERR_NOT_FOUND);
    assert_non_null(strstr(why, "is it running?"));
    (void)snprintf(path, sizeof path, "%s/none", f.dir);
    assert_int_equal(control_call(path, "{}", NULL, NULL, 1000, why, sizeof why),
                     NILA_ERR_NOT_FOUND);
    memset(path, 'x', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    assert_int_equal(control_call(path, "{}", NULL, NULL, 1000, why, sizeof why),
                     NILA_ERR_NOT_FOUND);
    buf_free(&f.heard);
    support_rmdir(f.dir);
}

static int call_it(void *arg)
{
    return control_call(arg, "{}", NULL, NULL, 1000, NULL, 0);
}

static void says_when_it_is_not_permitted(void **state)
{
    struct fake f;

    (void)state;
    fake_start(&f, NULL, 0, 0);
    assert_int_equal(chmod(f.dir, 0755), 0);
    assert_int_equal(chmod(f.path, 0), 0);
    assert_int_equal(support_as_nobody(call_it, f.path), NILA_ERR_DENIED);
    fake_stop(&f);
}

static void says_when_the_queue_of_callers_is_full(void **state)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    char dir[256], why[256];
    int fd[8], listener, n = 0, rc = 0;

    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(a.sun_path, sizeof a.sun_path, "%.90s/s", dir);
    listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, (const struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(listen(listener, 0), 0);
    while (n < 8 && rc == 0) { /* callers whom nobody takes */
        fd[n] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        rc = connect(fd[n++], (const struct sockaddr *)&a, sizeof a);
    }
    assert_int_equal(control_call(a.sun_path, "{}", NULL, NULL, 1000, why, sizeof why),
                     NILA_ERR_BUSY);
    while (n > 0)
        (void)close(fd[--n]);
    (void)close(listener);
    support_rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(understands_every_kind_of_answer),
        cmocka_unit_test(sends_the_request_as_one_line),
        cmocka_unit_test(a_line_may_have_64_kib_and_no_more),
        cmocka_unit_test(says_when_there_is_no_collector),
        cmocka_unit_test(says_when_it_is_not_permitted),
        cmocka_unit_test(says_when_the_queue_of_callers_is_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

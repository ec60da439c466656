/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `nila-collector status` says of a sink that a person must look after. */
#include "tests/support/support.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "collector/common/buf.h"
#include "collector/control_view.h"

/* A collector that answers callers with one text. */
struct fake {
    int listener;
    const char *reply;
    int callers;
    pthread_t thread;
};

static void *serve(void *arg)
{
    struct fake *f = arg;

    for (; f->callers > 0; f->callers--) {
        int fd = accept(f->listener, NULL, NULL);
        char c;
        if (fd < 0)
            return NULL;
        while (recv(fd, &c, 1, 0) == 1 && c != '\n')
            ;
        (void)send(fd, f->reply, strlen(f->reply), MSG_NOSIGNAL);
        (void)close(fd);
    }
    return NULL;
}

static void says_what_a_person_can_do(void **state)
{
    static const struct {
        const char *says;
        int http;
        const char *words, *id, *en;
    } T[] = {
        /* clang-format off */
        {"1.x login", 401, "authorization failed", "periksa nama dan sandi", "check user and password"},
        {"2.x rights", 403, "insufficient permissions for write", "hak tulis", "the right to write"},
        {"1.x database", 404, "database not found: nila", "buat database", "create the database"},
        {"2.x bucket", 404, "bucket nila not found", "bucket, org", "bucket, org"},
        {"2.x organisation", 404, "organization name dinas not found", "org atau retention", "org or retention"},
        {"1.x retention policy", 500, "retention policy not found: dua", "retention policy itu", "retention policy on the server"},
        {"3.x database name", 400, "db name did not start with a number or letter", "perbaiki namanya", "correct its name"},
        {"another server", 404, "404 page not found", "periksa url dan api", "check url and api"},
        {"a redirect", 302, "", "periksa url dan api", "check url and api"},
        {"a proxy", 413, "too large", "batas ukuran", "limit of the body"},
        {"a certificate", 0, "SSL certificate problem: self-signed certificate", "ca_file", "ca_file and this machine's clock"},
        {"a ca_file that is not there", 0, "error setting certificate file: /no/such.pem", "ca_file", "ca_file"},
        {"every line", 400, "refuses every line: field type conflict", "lihat: nila-collector spool", "see: nila-collector spool"},
        {"a server that does not keep", 204, "says 204, but {..} at 5 ms is not there", "-retentionPeriod", "-retentionPeriod"},
        /* clang-format on */
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct sockaddr_un a = {.sun_family = AF_UNIX};
        struct fake f = {.callers = TEXT_LANGUAGES};
        struct buf reply = {0}, out = {0};
        char dir[80], why[256] = "";

        (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
        (void)snprintf(a.sun_path, sizeof a.sun_path, "%s/s", dir);
        buf_printf(
            &reply,
            "{\"kind\":\"collector\",\"site\":\"uji\",\"now_ms\":1000}\n"
            "{\"kind\":\"sink\",\"slug\":\"pusat\",\"state\":\"misconfigured\",\"pending\":7,"
            "\"http\":%d,\"text\":\"%s\",\"next_try_ms\":61000}\n{\"end\":true}\n",
            T[i].http, T[i].words);
        f.reply = reply.p;
        f.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_true(f.listener >= 0);
        assert_int_equal(bind(f.listener, (const struct sockaddr *)&a, sizeof a), 0);
        assert_int_equal(listen(f.listener, 4), 0);
        assert_int_equal(pthread_create(&f.thread, NULL, serve, &f), 0);
        for (int l = 0; l < TEXT_LANGUAGES; l++) {
            const char *want = l == TEXT_ID ? T[i].id : T[i].en;
            buf_clear(&out);
            if (control_view_status(a.sun_path, (enum text_language)l, false, &out, why,
                                    sizeof why) != 0)
                fail_msg("%s: %s", T[i].says, why);
            if (strstr(out.p, want) == NULL || strstr(out.p, T[i].words) == NULL ||
                strstr(out.p, "7 ") == NULL || strstr(out.p, "60 ") == NULL)
                fail_msg("%s: \"%s\" is not in:\n%s", T[i].says, want, out.p);
        }
        assert_int_equal(pthread_join(f.thread, NULL), 0);
        (void)close(f.listener);
        support_rmdir(dir);
        buf_free(&reply);
        buf_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_a_person_can_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

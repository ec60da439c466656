/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "collector/lineserver.h"

static char dir[80], sock[100];
static struct lineserver *server;
static atomic_bool enough;

/* "long": an answer that has no end until somebody says "enough". */
static void *request(void *arg, const struct lineserver_peer *peer, const char *line, size_t len,
                     struct buf *out)
{
    static int silent;

    (void)arg;
    (void)peer;
    (void)len;
    if (strcmp(line, "enough") == 0) {
        atomic_store(&enough, true);
        buf_str(out, "thanks\n");
    }
    if (strcmp(line, "short") == 0)
        buf_str(out, "short\n");
    return strcmp(line, "long") == 0 ? &silent : NULL;
}

static int more(void *arg, void *state, struct buf *out)
{
    (void)arg;
    (void)state;
    if (!atomic_load(&enough))
        return 1;
    buf_str(out, "end\n");
    return 0;
}

static void drop(void *arg, void *state)
{
    (void)arg;
    (void)state;
}

static int set_up(void **state)
{
    static const struct lineserver_ops OPS = {request, more, drop, "busy\n", "long\n", NULL};

    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(sock, sizeof sock, "%s/s", dir);
    atomic_store(&enough, false);
    return lineserver_start(&server, sock, 0600, &OPS);
}

static int tear_down(void **state)
{
    (void)state;
    atomic_store(&enough, true);
    lineserver_stop(server);
    support_rmdir(dir);
    return 0;
}

static int dial(void)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    assert_true(fd >= 0);
    (void)snprintf(a.sun_path, sizeof a.sun_path, "%s", sock);
    assert_int_equal(connect(fd, (const struct sockaddr *)&a, sizeof a), 0);
    return fd;
}

static void say(int fd, const char *text)
{
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), (int)strlen(text));
}

/* Reads exactly what; a server that has nothing to say for 5 s fails. */
static void expect(int fd, const char *what)
{
    char got[64] = "";
    size_t n = 0;

    while (n < strlen(what)) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        ssize_t k;
        assert_int_equal(poll(&p, 1, 5000), 1);
        k = recv(fd, got + n, strlen(what) - n, 0);
        assert_true(k > 0);
        n += (size_t)k;
    }
    assert_string_equal(got, what);
}

static void serves_the_others_while_it_looks_for_more_of_a_long_answer(void **state)
{
    int one = dial(), two;

    (void)state;
    say(one, "short\nlong\n");
    expect(one, "short\n");
    two = dial();
    say(two, "enough\n");
    expect(two, "thanks\n");
    expect(one, "end\n");
    (void)close(one);
    (void)close(two);
}

static void gives_up_a_search_nobody_waits_for(void **state)
{
    int fd[LINESERVER_CLIENTS];

    (void)state;
    for (int i = 0; i < LINESERVER_CLIENTS; i++) {
        fd[i] = dial();
        say(fd[i], "short\nlong\n");
        expect(fd[i], "short\n");
    }
    for (int i = 0; i < LINESERVER_CLIENTS; i++)
        (void)close(fd[i]);
    for (;;) { /* each place is free again once its client has been missed */
        char first = 0;
        fd[0] = dial();
        (void)send(fd[0], "short\n", 6, MSG_NOSIGNAL);
        assert_int_equal(recv(fd[0], &first, 1, MSG_WAITALL), 1);
        (void)close(fd[0]);
        if (first == 's')
            break;
    }
}

static void answers_all_that_came_before_the_client_closed_its_side(void **state)
{
    int one = dial(), two = dial();

    (void)state;
    say(one, "long\nshort\n\n\nshort\n");
    assert_int_equal(shutdown(one, SHUT_WR), 0);
    say(two, "enough\n");
    expect(one, "end\nshort\nshort\n");
    (void)close(one);
    (void)close(two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(serves_the_others_while_it_looks_for_more_of_a_long_answer,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(gives_up_a_search_nobody_waits_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(answers_all_that_came_before_the_client_closed_its_side,
                                        set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

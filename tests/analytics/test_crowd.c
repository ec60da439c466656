/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A thousand sockets that are silent, or send a byte now and then, and the browsers beside them. */
#include "tests/analytics/webhouse.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "analytics/web/connections.h"

#define CROWD     1000
#define A_NETWORK 50 /* sockets of one address: below what one address may have */
#define LOOKS     200
#define DELAY_MS  200

static int dial_from(const struct webhouse *h, unsigned host)
{
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f010000U + host)};
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)web_port(h->web))};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || bind(fd, (struct sockaddr *)&from, sizeof from) != 0 ||
        connect(fd, (struct sockaddr *)&to, sizeof to) != 0)
        fail_msg("socket from 127.1.0.%u: %s", host, strerror(errno));
    return fd;
}

static int by_size(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static double now_ms(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

struct slow {
    const int *fd;
    atomic_bool stop;
};

/* Each socket sends a byte of a request that never ends, all of them in a second. */
static void *drip(void *arg)
{
    struct slow *s = arg;

    for (size_t i = 0; !atomic_load(&s->stop); i = (i + 1) % CROWD) {
        (void)send(s->fd[i], "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
        (void)poll(NULL, 0, 1);
    }
    return NULL;
}

static void looks(const struct webhouse *h, double *ms)
{
    for (size_t i = 0; i < LOOKS; i++) {
        struct webanswer a;
        double from = now_ms();

        webhouse_ask(h, "GET", "/", "", NULL, &a);
        ms[i] = now_ms() - from;
        assert_int_equal(a.status, 200);
        webanswer_free(&a);
    }
    qsort(ms, LOOKS, sizeof *ms, by_size);
}

static void say(const char *what, const double *ms)
{
    print_message("%-44s median %6.1f  95 %% %6.1f  longest %6.1f ms\n", what, ms[LOOKS / 2],
                  ms[LOOKS * 95 / 100], ms[LOOKS - 1]);
}

static void a_thousand_slow_sockets_delay_nobody(void **state)
{
    struct rlimit files;
    static int fd[CROWD];
    static double alone[LOOKS], beside[LOOKS];
    struct slow slow = {.fd = fd};
    struct webhouse h;
    pthread_t thread;
    size_t held = 0;
    char byte;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
    if (files.rlim_max < 2 * CROWD + 1024) {
        print_message("skip - this process may open %lu files only\n",
                      (unsigned long)files.rlim_max);
        skip();
    }
    files.rlim_cur = files.rlim_max < 8192 ? files.rlim_max : 8192;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
    webhouse_open(&h);
    webhouse_start(&h);
    looks(&h, alone);
    for (unsigned i = 0; i < CROWD; i++) {
        fd[i] = dial_from(&h, 1 + i / A_NETWORK);
        assert_int_equal(send(fd[i], "GET / HTTP/1.1\r\nHost: x\r\nX: ", 28, MSG_NOSIGNAL), 28);
    }
    assert_int_equal(pthread_create(&thread, NULL, drip, &slow), 0);
    looks(&h, beside);
    atomic_store(&slow.stop, true);
    pthread_join(thread, NULL);
    for (size_t i = 0; i < CROWD; i++) /* they were there all the while */
        held += recv(fd[i], &byte, 1, MSG_DONTWAIT) == -1 && errno == EAGAIN;
    say("alone", alone);
    say("beside 1,000 sockets that send a byte a second", beside);
    for (size_t i = 0; i < CROWD; i++)
        (void)close(fd[i]);
    webhouse_close(&h);
    assert_int_equal(held, CROWD);
    /* what they add, at the worst of 200 looks but one: the machine of the test does other things too */
    assert_true(beside[LOOKS - 2] < alone[LOOKS - 1] + DELAY_MS);
}

static void one_address_that_takes_all_of_its_own_leaves_the_rest(void **state)
{
    static int fd[CROWD];
    struct webhouse h;
    struct webanswer a;

    (void)state;
    webhouse_open(&h);
    webhouse_start(&h);
    for (unsigned i = 0; i < 300; i++)
        fd[i] = dial_from(&h, 99);
    webhouse_ask(&h, "GET", "/", "", NULL, &a);
    assert_int_equal(a.status, 200);
    webanswer_free(&a);
    for (unsigned i = 0; i < 300; i++)
        (void)close(fd[i]);
    webhouse_close(&h);
}

/* The watch itself, on sockets of its own and with short times. */
static void who_is_too_slow_is_let_go(void **state)
{
    struct connections *c = NULL;
    struct connection *one, *two;
    int slow[2], quick[2];
    char byte;

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, slow), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, quick), 0);
    assert_int_equal(connections_new(&c, 2, 1, 60000), 0);
    one = connections_begin(c, slow[0]);
    two = connections_begin(c, quick[0]);
    assert_non_null(one);
    assert_null(connections_begin(c, 99)); /* no place: not watched, and said so */
    connections_asked(c, two);
    assert_int_equal(recv(slow[1], &byte, 1, 0), 0); /* waits until it is ended */
    assert_int_equal(recv(quick[1], &byte, 1, MSG_DONTWAIT), -1);
    assert_int_equal(errno, EAGAIN);
    connections_end(c, one);
    connections_end(c, two);
    assert_non_null(connections_begin(c, quick[0])); /* the places are free again */
    connections_free(c);
    for (int i = 0; i < 2; i++) {
        (void)close(slow[i]);
        (void)close(quick[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thousand_slow_sockets_delay_nobody),
        cmocka_unit_test(one_address_that_takes_all_of_its_own_leaves_the_rest),
        cmocka_unit_test(who_is_too_slow_is_let_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

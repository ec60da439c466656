/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fakecollector: a collector's socket whose history a test makes up; a thread of the test. One reading each step of time. */
#ifndef TESTS_FAKECOLLECTOR_H
#define TESTS_FAKECOLLECTOR_H

#include "tests/support/support.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "collector/common/buf.h"

struct fake_collector {
    /* The value at an instant; NaN: none. pond "": contacts (device "mains"). */
    double (*value)(const char *pond, const char *metric, int64_t ts_ms);
    int64_t step_ms;
    _Atomic int64_t now_ms; /* nothing later is there yet */
    int fd;
    pthread_t thread;
    atomic_bool deaf;          /* takes no more calls */
    atomic_int calls;          /* that came so far */
    _Atomic(const char *) ill; /* hangs up when it is asked for this pond; NULL: for none */
    atomic_bool ill_long;      /* only when it is asked for more than FAKE_LONG_MS */
    atomic_int weeks;          /* calls for more than FAKE_WEEKS_MS */
    /* each of those takes so long, by this clock of the test; NULL: no time */
    _Atomic int64_t *clock;
    _Atomic int64_t slow_ms;
};
#define FAKE_LONG_MS  ((int64_t)36 * 60 * 60 * 1000)
#define FAKE_WEEKS_MS ((int64_t)20 * 24 * 60 * 60 * 1000) /* more than pH is looked back over */

static long long fake_number(const char *request, const char *key)
{
    const char *at = strstr(request, key);

    return at != NULL ? strtoll(at + strlen(key), NULL, 10) : 0;
}

static void fake_word(const char *request, const char *key, char out[static 64])
{
    const char *at = strstr(request, key);
    size_t n = at != NULL ? strcspn(at + strlen(key), "\"") : 0;

    (void)snprintf(out, 64, "%.*s", (int)(n < 63 ? n : 63), at != NULL ? at + strlen(key) : "");
}

static void fake_answer(struct fake_collector *f, int fd, const char *request)
{
    char pond[64], metric[64];
    int64_t from = fake_number(request, "\"from_ms\":"), to = fake_number(request, "\"to_ms\":"),
            now = f->now_ms;
    struct buf b = {0};

    fake_word(request, "\"pond\":\"", pond);
    fake_word(request, "\"metric\":\"", metric);
    from += (f->step_ms - from % f->step_ms) % f->step_ms;
    for (int64_t t = from; t < to && t <= now; t += f->step_ms) {
        double v = f->value(pond, metric, t);
        if (!isnan(v))
            buf_printf(&b,
                       "{\"ts_ms\":%lld,\"device\":\"%s\",\"value\":%.6f,\"flag\":1,\"bits\":0}\n",
                       (long long)t, pond[0] == '\0' ? "mains" : "node", v);
    }
    buf_str(&b, "{\"end\":true}\n");
    for (size_t sent = 0; sent < b.n;) {
        ssize_t n = send(fd, b.p + sent, b.n - sent, MSG_NOSIGNAL);
        if (n <= 0)
            break;
        sent += (size_t)n;
    }
    buf_free(&b);
}

/* False: it hangs up. */
static bool fake_well(struct fake_collector *f, const char *request)
{
    const int64_t span = fake_number(request, "\"to_ms\":") - fake_number(request, "\"from_ms\":");

    f->weeks += span > FAKE_WEEKS_MS;
    if (span > FAKE_WEEKS_MS && f->clock != NULL)
        *f->clock += f->slow_ms;
    return !f->deaf && (f->ill == NULL || (f->ill_long && span <= FAKE_LONG_MS) ||
                        strstr(request, f->ill) == NULL);
}

static void *fake_serve(void *arg)
{
    struct fake_collector *f = arg;

    for (;;) {
        int fd = accept(f->fd, NULL, NULL);
        char request[1024];
        size_t n = 0;

        if (fd < 0)
            return NULL;
        while (n < sizeof request - 1 && memchr(request, '\n', n) == NULL) {
            ssize_t got = recv(fd, request + n, sizeof request - 1 - n, 0);
            if (got <= 0)
                break;
            n += (size_t)got;
        }
        request[n] = '\0';
        f->calls++;
        if (fake_well(f, request))
            fake_answer(f, fd, request);
        (void)close(fd);
    }
}

static void fake_start(struct fake_collector *f, const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};

    assert_true(strlen(path) < sizeof at.sun_path);
    memcpy(at.sun_path, path, strlen(path) + 1);
    f->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(f->fd >= 0);
    assert_int_equal(bind(f->fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(f->fd, 16), 0);
    assert_int_equal(pthread_create(&f->thread, NULL, fake_serve, f), 0);
}

static void fake_stop(struct fake_collector *f)
{
    (void)shutdown(f->fd, SHUT_RDWR);
    (void)pthread_join(f->thread, NULL);
    (void)close(f->fd);
}

#endif

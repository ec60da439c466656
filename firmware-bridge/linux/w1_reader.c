/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "w1_reader.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "collector/common/log.h"

#include "sysfs.h"

struct thermometer {
    const char *id;
    bool asked;
    int32_t value_x1000;
    uint16_t quality;
    struct nila_ds18b20 state; /* the thread's own */
};

struct w1_reader {
    const char *root;
    struct thermometer *t;
    size_t n;
    bool stop, running;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t asked;
};

/* The next one asked after the last, so that none waits for ever; n: none. */
static size_t next(const struct w1_reader *r, size_t last)
{
    for (size_t i = 1; i <= r->n; i++)
        if (r->t[(last + i) % r->n].asked)
            return (last + i) % r->n;
    return r->n;
}

static void *run(void *arg)
{
    struct w1_reader *r = arg;
    size_t last = 0, i;

    (void)pthread_mutex_lock(&r->mutex);
    while (!r->stop) {
        struct thermometer *t;
        i = next(r, last);
        if (i == r->n) {
            (void)pthread_cond_wait(&r->asked, &r->mutex);
            continue;
        }
        last = i;
        t = &r->t[i];
        (void)pthread_mutex_unlock(&r->mutex);
        sysfs_w1_read(&t->state, r->root, t->id);
        (void)pthread_mutex_lock(&r->mutex);
        t->value_x1000 = nila_ds18b20_result(&t->state, &t->quality);
        t->asked = false;
    }
    (void)pthread_mutex_unlock(&r->mutex);
    return NULL;
}

int w1_reader_new(struct w1_reader **out, const char *root, const char *const *id, size_t n)
{
    struct w1_reader *r = xcalloc(1, sizeof *r);
    sigset_t all, before;

    r->root = root;
    r->n = n;
    r->t = xcalloc(n, sizeof *r->t);
    (void)pthread_mutex_init(&r->mutex, NULL);
    (void)pthread_cond_init(&r->asked, NULL);
    for (size_t i = 0; i < n; i++) {
        r->t[i].id = id[i];
        nila_ds18b20_init(&r->t[i].state);
        r->t[i].value_x1000 = nila_ds18b20_result(&r->t[i].state, &r->t[i].quality);
    }
    (void)sigfillset(&all); /* signals are the main thread's */
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    r->running = n > 0 && pthread_create(&r->thread, NULL, run, r) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (n > 0 && !r->running) {
        w1_reader_free(r);
        return NILA_ERR_IO;
    }
    *out = r;
    return 0;
}

void w1_reader_free(struct w1_reader *r)
{
    if (r == NULL)
        return;
    (void)pthread_mutex_lock(&r->mutex);
    r->stop = true;
    (void)pthread_cond_signal(&r->asked);
    (void)pthread_mutex_unlock(&r->mutex);
    if (r->running)
        (void)pthread_join(r->thread, NULL);
    (void)pthread_cond_destroy(&r->asked);
    (void)pthread_mutex_destroy(&r->mutex);
    free(r->t);
    free(r);
}

void w1_reader_ask(struct w1_reader *r, size_t i)
{
    (void)pthread_mutex_lock(&r->mutex);
    r->t[i].asked = true;
    (void)pthread_cond_signal(&r->asked);
    (void)pthread_mutex_unlock(&r->mutex);
}

bool w1_reader_done(struct w1_reader *r, size_t i)
{
    bool done;

    (void)pthread_mutex_lock(&r->mutex);
    done = !r->t[i].asked;
    (void)pthread_mutex_unlock(&r->mutex);
    return done;
}

int32_t w1_reader_result(struct w1_reader *r, size_t i, uint16_t *quality)
{
    int32_t value;

    (void)pthread_mutex_lock(&r->mutex);
    value = r->t[i].value_x1000;
    *quality = r->t[i].quality;
    (void)pthread_mutex_unlock(&r->mutex);
    return value;
}

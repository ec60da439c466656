/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "whatif.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"

enum state {
    EMPTY,
    WAITING,
    RUNNING,
    DONE,
    FAILED
};

struct entry {
    enum state state;
    char key[SCENARIO_ACTS_MAX * SCENARIO_TEXT];
    struct scenario scenario;
    struct compare *compared; /* DONE */
    uint64_t asked;           /* order of the last question */
};

struct whatif {
    pthread_t thread;
    pthread_mutex_t lock; /* of all below; while running, base and request are the thread's */
    pthread_cond_t changed;
    bool stop, running;
    struct forecast *base, *next; /* next: came while running */
    struct forecast_request request, next_request;
    uint64_t asked;
    struct entry entry[WHATIF_KEPT];
};

static void key_of(const struct scenario *s, char key[SCENARIO_ACTS_MAX * SCENARIO_TEXT])
{
    const size_t size = (size_t)SCENARIO_ACTS_MAX * SCENARIO_TEXT;
    size_t n = 0;

    key[0] = '\0';
    for (size_t k = 0; k < s->acts; k++) {
        char text[SCENARIO_TEXT];

        scenario_text(&s->act[k], text); /* shorter than SCENARIO_TEXT: all of them fit */
        n += (size_t)snprintf(key + n, size - n, "%s;", text);
    }
}

static void forget(struct entry *e)
{
    compare_free(e->compared);
    *e = (struct entry){.state = EMPTY};
}

/* With the lock, while nothing runs: the next forecast takes the place of the base. */
static void take_base(struct whatif *w)
{
    if (w->next == NULL)
        return;
    forecast_free(w->base);
    w->base = w->next;
    w->request = w->next_request;
    w->next = NULL;
    for (size_t k = 0; k < WHATIF_KEPT; k++)
        if (w->entry[k].state == DONE || w->entry[k].state == FAILED)
            forget(&w->entry[k]);
}

static struct entry *first_waiting(struct whatif *w)
{
    struct entry *first = NULL;

    for (size_t k = 0; w->base != NULL && k < WHATIF_KEPT; k++) {
        struct entry *e = &w->entry[k];

        if (e->state == WAITING && (first == NULL || e->asked < first->asked))
            first = e;
    }
    return first;
}

/* With the lock, which it gives up while it computes. */
static void compute(struct whatif *w, struct entry *e)
{
    const struct scenario s = e->scenario;
    struct compare *c = NULL;
    char why[256] = "";
    int rc;

    e->state = RUNNING;
    w->running = true;
    (void)pthread_mutex_unlock(&w->lock);
    rc = compare_run(w->base, &w->request, &s, true, &c, why, sizeof why);
    if (rc != 0)
        log_warnx("scenario %s", why);
    (void)pthread_mutex_lock(&w->lock);
    w->running = false;
    e->state = rc == 0 ? DONE : FAILED;
    e->compared = c;
}

static void *work(void *arg)
{
    struct whatif *w = arg;

    (void)pthread_mutex_lock(&w->lock);
    while (!w->stop) {
        struct entry *e;

        take_base(w);
        e = first_waiting(w);
        if (e != NULL)
            compute(w, e);
        else
            (void)pthread_cond_wait(&w->changed, &w->lock);
    }
    (void)pthread_mutex_unlock(&w->lock);
    return NULL;
}

int whatif_new(struct whatif **out)
{
    struct whatif *w = xcalloc(1, sizeof *w);

    (void)pthread_mutex_init(&w->lock, NULL);
    (void)pthread_cond_init(&w->changed, NULL);
    if (pthread_create(&w->thread, NULL, work, w) != 0) {
        (void)pthread_cond_destroy(&w->changed);
        (void)pthread_mutex_destroy(&w->lock);
        free(w);
        return NILA_ERR_IO;
    }
    *out = w;
    return 0;
}

void whatif_free(struct whatif *w)
{
    if (w == NULL)
        return;
    (void)pthread_mutex_lock(&w->lock);
    w->stop = true;
    (void)pthread_cond_broadcast(&w->changed);
    (void)pthread_mutex_unlock(&w->lock);
    (void)pthread_join(w->thread, NULL);
    for (size_t k = 0; k < WHATIF_KEPT; k++)
        forget(&w->entry[k]);
    forecast_free(w->base);
    forecast_free(w->next);
    (void)pthread_cond_destroy(&w->changed);
    (void)pthread_mutex_destroy(&w->lock);
    free(w);
}

void whatif_base(struct whatif *w, struct forecast *f, const struct forecast_request *q)
{
    if (w == NULL) {
        forecast_free(f);
        return;
    }
    (void)pthread_mutex_lock(&w->lock);
    forecast_free(w->next);
    w->next = f;
    w->next_request = *q;
    if (!w->running)
        take_base(w);
    (void)pthread_cond_broadcast(&w->changed);
    (void)pthread_mutex_unlock(&w->lock);
}

/* Room for one more: an empty entry, else the done one that was asked for longest ago, else NULL. */
static struct entry *room(struct whatif *w)
{
    struct entry *oldest = NULL;

    for (size_t k = 0; k < WHATIF_KEPT; k++) {
        struct entry *e = &w->entry[k];

        if (e->state == EMPTY)
            return e;
        if ((e->state == DONE || e->state == FAILED) &&
            (oldest == NULL || e->asked < oldest->asked))
            oldest = e;
    }
    return oldest;
}

static struct entry *find(struct whatif *w, const struct scenario *s)
{
    char key[SCENARIO_ACTS_MAX * SCENARIO_TEXT];
    struct entry *e;

    key_of(s, key);
    for (size_t k = 0; k < WHATIF_KEPT; k++)
        if (w->entry[k].state != EMPTY && strcmp(w->entry[k].key, key) == 0)
            return &w->entry[k];
    e = room(w);
    if (e == NULL)
        return NULL;
    forget(e);
    e->state = WAITING;
    e->scenario = *s;
    memcpy(e->key, key, sizeof e->key);
    e->asked = ++w->asked;
    (void)pthread_cond_broadcast(&w->changed);
    return e;
}

enum whatif_state whatif_ask(struct whatif *w, const struct scenario *s, struct compare **out)
{
    enum whatif_state state = WHATIF_WAIT;
    struct entry *e;

    (void)pthread_mutex_lock(&w->lock);
    e = find(w, s);
    if (e == NULL) {
        state = WHATIF_FULL;
    } else if (e->state == FAILED) {
        state = WHATIF_FAILED;
    } else if (e->state == DONE) {
        e->asked = ++w->asked;
        *out = xcalloc(1, sizeof **out);
        **out = *e->compared;
        state = WHATIF_READY;
    }
    (void)pthread_mutex_unlock(&w->lock);
    return state;
}

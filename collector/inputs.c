/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "inputs.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "doze.h"
#include "gpio.h"

#define TELL_MS     900000
#define WAIT_MAX_MS 60000
#define BITS_MAX    128

struct contact {
    struct input_state s;
    int64_t due_ms;  /* monotonic: of the next read */
    int64_t told_ms; /* monotonic: when the journal was last told */
    int64_t wait_ms; /* between tries while it does not answer, 0: it does */
    bool told;
    int gpio; /* handle, -1 none */
};

struct inputs {
    struct inputs_config c;
    struct contact *contact;
    pthread_t thread;
    bool running;
    pthread_mutex_t lock; /* contact[].s, stop */
    pthread_cond_t wake;
    bool stop;
};

/* The contacts of a module to which x belongs; NULL: it has no such contact. */
static const struct profile_output *group_of(const struct profile *p, int channel)
{
    for (unsigned i = 0; i < p->outputs; i++) {
        const struct profile_output *o = &p->output[i];
        if (o->kind == PROFILE_OUTPUT_INPUTS && channel >= o->first_number &&
            channel < o->first_number + o->count && o->count <= BITS_MAX)
            return o;
    }
    return NULL;
}

int inputs_check(const struct site *site, const struct profile *const *profile, char *why,
                 size_t why_size)
{
    for (unsigned i = 0; i < site->inputs; i++) {
        const struct site_input *x = &site->input[i];
        if (x->kind != SITE_INPUT_MODULE || group_of(profile[x->device], x->channel) != NULL)
            continue;
        (void)snprintf(why, why_size, "input %s: device %s (%s) has no contact %d", x->slug,
                       site->device[x->device].slug, profile[x->device]->id, x->channel);
        return NILA_ERR_CONFIG;
    }
    return 0;
}

/* --- reading ------------------------------------------------------------------------------------------------------- */

/* All contacts of the group that x belongs to; 0 and words[0..count-1], or an error with its words in why. */
static int ask_module(struct inputs *in, const struct site_input *x, const struct profile_output *o,
                      uint16_t *words, char *why, size_t why_size)
{
    const struct site_device *d = &in->c.site->device[x->device];
    const struct profile *p = in->c.profile[x->device];
    struct bus_answer a = {0};
    const struct bus_question q = {
        .unit = d->unit,
        .function = o->function,
        .first = o->address,
        .count = o->count,
        .timeout_ms = p->timeout_ms > 0 ? p->timeout_ms : in->c.site->bus[d->bus].timeout_ms};
    int rc = in->c.ask(in->c.arg, (unsigned)d->bus, &q, words, &a);

    if (rc != 0)
        (void)snprintf(why, why_size, "%s",
                       a.text[0] != '\0' ? a.text : "the line could not be had");
    return rc;
}

static int read_gpio(struct contact *c, const struct site_input *x, char *why, size_t why_size)
{
    int v;

    if (c->gpio < 0)
        c->gpio = gpio_open(x->chip, x->gpio_line, x->pull, why, why_size);
    if (c->gpio < 0) {
        v = c->gpio;
        c->gpio = -1;
        return v;
    }
    v = gpio_read(c->gpio, why, why_size);
    if (v < 0) {
        (void)close(c->gpio);
        c->gpio = -1;
    }
    return v;
}

/* --- what was read ------------------------------------------------------------------------------------------------- */

static void make_set(const struct site *site, const struct site_input *x, int value,
                     struct reading_set *set)
{
    *set = (struct reading_set){.ts_ms = clock_wall_ms(), .clock_trusted = clock_trusted(), .n = 1};
    set->tags.regency = site->regency;
    (void)snprintf(set->tags.kecamatan, sizeof set->tags.kecamatan, "%s", site->kecamatan);
    (void)snprintf(set->tags.site, sizeof set->tags.site, "%s", site->slug);
    (void)snprintf(set->tags.device, sizeof set->tags.device, "%s", x->slug);
    if (x->pond >= 0)
        (void)snprintf(set->tags.pond, sizeof set->tags.pond, "%s", site->pond[x->pond].slug);
    set->v[0] = (struct reading_value){.metric = METRIC_INPUT,
                                       .flag = value >= 0 ? READING_PASS : READING_MISSING,
                                       .value = value >= 0 ? (double)value : (double)NAN};
}

/* raw: what the contact reads, 0 or 1; negative: it could not be read, for the reason why. */
static void take(struct inputs *in, unsigned index, int raw, const char *why)
{
    const struct site_input *x = &in->c.site->input[index];
    struct contact *c = &in->contact[index];
    const int64_t now = clock_mono_ms(), every_ms = (int64_t)x->every_s * 1000;
    const int value = raw < 0 ? -1 : (raw != 0) != x->invert;
    const bool changed = value != c->s.value, was_good = c->s.error[0] == '\0';
    struct reading_set set;

    make_set(in->c.site, x, value, &set);
    (void)pthread_mutex_lock(&in->lock);
    if (changed)
        c->s.since_ms = set.ts_ms;
    if (value >= 0)
        c->s.last_good_ms = set.ts_ms;
    c->s.value = value;
    (void)snprintf(c->s.error, sizeof c->s.error, "%s", value >= 0 ? "" : why);
    (void)pthread_mutex_unlock(&in->lock);
    c->wait_ms = value >= 0 ? 0 : c->wait_ms == 0 ? every_ms : c->wait_ms * 2;
    if (c->wait_ms > WAIT_MAX_MS)
        c->wait_ms = every_ms > WAIT_MAX_MS ? every_ms : WAIT_MAX_MS;
    c->due_ms = now + (c->wait_ms > every_ms ? c->wait_ms : every_ms);
    if (value < 0 && was_good)
        log_warnx("input %s: %s", x->slug, why);
    if (value >= 0 && !was_good)
        log_info("input %s: it can be read again", x->slug);
    if (changed && value >= 0)
        log_info("input %s: %d", x->slug, value);
    in->c.see(in->c.arg, &set, 1);
    if (c->told && !changed && now - c->told_ms < TELL_MS)
        return;
    c->told = true;
    c->told_ms = now;
    if (in->c.deliver(in->c.arg, &set, 1) != 0)
        log_debug("input %s: its state was not taken", x->slug); /* the receiver counts and logs */
}

/* Reads the module of input i, for all its inputs whose time has come. */
static void read_module(struct inputs *in, unsigned i)
{
    const struct site *site = in->c.site;
    const struct site_input *x = &site->input[i];
    const struct profile_output *o = group_of(in->c.profile[x->device], x->channel);
    const int64_t asked_ms = clock_mono_ms();
    uint16_t words[BITS_MAX] = {0};
    char why[96] = "";
    const int rc = ask_module(in, x, o, words, why, sizeof why);

    for (unsigned k = i; k < site->inputs; k++) {
        const struct site_input *y = &site->input[k];
        if (y->kind != SITE_INPUT_MODULE || y->device != x->device ||
            in->contact[k].due_ms > asked_ms || group_of(in->c.profile[y->device], y->channel) != o)
            continue;
        take(in, k, rc != 0 ? -1 : words[y->channel - o->first_number] == o->on, why);
    }
}

static bool stopping(struct inputs *in)
{
    bool stop;

    (void)pthread_mutex_lock(&in->lock);
    stop = in->stop;
    (void)pthread_mutex_unlock(&in->lock);
    return stop;
}

/* Reads what is due; returns when the next is. */
static int64_t read_due(struct inputs *in)
{
    int64_t next = INT64_MAX;

    for (unsigned i = 0; i < in->c.site->inputs && !stopping(in); i++) {
        const struct site_input *x = &in->c.site->input[i];
        struct contact *c = &in->contact[i];
        char why[96] = "";

        if (c->due_ms <= clock_mono_ms() && x->kind == SITE_INPUT_MODULE) {
            read_module(in, i);
        } else if (c->due_ms <= clock_mono_ms()) {
            const int raw = read_gpio(c, x, why, sizeof why);
            take(in, i, raw, why);
        }
        if (c->due_ms < next)
            next = c->due_ms;
    }
    return next;
}

static void *work(void *arg)
{
    struct inputs *in = arg;
    bool stop = false;

    while (!stop) {
        const int64_t next = read_due(in);

        (void)pthread_mutex_lock(&in->lock);
        while (!in->stop && clock_mono_ms() < next) {
            const struct timespec t = doze_until(next);
            (void)pthread_cond_timedwait(&in->wake, &in->lock, &t);
        }
        stop = in->stop;
        (void)pthread_mutex_unlock(&in->lock);
    }
    return NULL;
}

int inputs_start(struct inputs **out, const struct inputs_config *c)
{
    struct inputs *in = xcalloc(1, sizeof *in);
    pthread_condattr_t attr;

    in->c = *c;
    in->contact = xcalloc(c->site->inputs, sizeof *in->contact);
    for (unsigned i = 0; i < c->site->inputs; i++) {
        in->contact[i].gpio = in->contact[i].s.value = -1;
        in->contact[i].due_ms = clock_mono_ms();
    }
    if (pthread_mutex_init(&in->lock, NULL) != 0 || pthread_condattr_init(&attr) != 0 ||
        pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(&in->wake, &attr) != 0)
        fatal("inputs: no mutex");
    (void)pthread_condattr_destroy(&attr);
    if (c->site->inputs > 0 && pthread_create(&in->thread, NULL, work, in) != 0) {
        log_warnx("inputs: cannot start a thread");
        inputs_stop(in);
        return NILA_ERR_IO;
    }
    in->running = c->site->inputs > 0;
    *out = in;
    return 0;
}

void inputs_stop(struct inputs *in)
{
    if (in == NULL)
        return;
    (void)pthread_mutex_lock(&in->lock);
    in->stop = true;
    (void)pthread_cond_signal(&in->wake);
    (void)pthread_mutex_unlock(&in->lock);
    if (in->running)
        (void)pthread_join(in->thread, NULL);
    for (unsigned i = 0; i < in->c.site->inputs; i++)
        if (in->contact[i].gpio >= 0)
            (void)close(in->contact[i].gpio);
    (void)pthread_cond_destroy(&in->wake);
    (void)pthread_mutex_destroy(&in->lock);
    free(in->contact);
    free(in);
}

void inputs_get(struct inputs *in, unsigned index, struct input_state *out)
{
    (void)pthread_mutex_lock(&in->lock);
    *out = in->contact[index].s;
    (void)pthread_mutex_unlock(&in->lock);
}

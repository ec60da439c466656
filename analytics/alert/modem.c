/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modem.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "channel_own.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "modem_own.h"

#define BUSY_MS        ((int64_t)5000) /* a call takes longer than an SMS may wait; then the next try */
#define LOOK_BUDGET_MS ((int64_t)15000) /* to find and set up a modem, or to read what it holds */

static const struct modem_times USUAL = {.answer = 5000,
                                         .prompt = 5000,
                                         .network = 30000,
                                         .look = 60000,
                                         .retry = 10000,
                                         .clcc = 1000,
                                         .self_test = 600000};

void modem_open(struct modem **out, const struct modem_config *c, const struct modem_times *times)
{
    struct modem *m = xcalloc(1, sizeof *m);
    pthread_condattr_t attr;

    m->c = c;
    m->t = times != NULL ? *times : USUAL;
    m->line.fd = -1;
    m->state = (struct modem_state){
        .code = CODE_MODEM_AWAY, .signal_pct = -1, .registration = -1, .reports = -1};
    if (pipe(m->wake) != 0)
        fatal("modem %s: no pipe", c->slug);
    for (int i = 0; i < 2; i++) {
        (void)fcntl(m->wake[i], F_SETFL, O_NONBLOCK);
        (void)fcntl(m->wake[i], F_SETFD, FD_CLOEXEC);
    }
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&m->turn, &attr);
    (void)pthread_condattr_destroy(&attr);
    (void)pthread_mutex_init(&m->lock, NULL);
    (void)pthread_mutex_init(&m->state_lock, NULL);
    *out = m;
}

void modem_close(struct modem *m)
{
    if (m == NULL)
        return;
    line_close(&m->line);
    (void)close(m->wake[0]);
    (void)close(m->wake[1]);
    (void)pthread_cond_destroy(&m->turn);
    (void)pthread_mutex_destroy(&m->lock);
    (void)pthread_mutex_destroy(&m->state_lock);
    free(m);
}

void modem_wake(struct modem *m)
{
    (void)!write(m->wake[1], "w", 1); /* full: somebody is being woken already */
    (void)pthread_mutex_lock(&m->lock);
    (void)pthread_cond_broadcast(&m->turn);
    (void)pthread_mutex_unlock(&m->lock);
}

void modem_stop(struct modem *m)
{
    atomic_store(&m->stopped, true);
    modem_wake(m);
}

void modem_state(struct modem *m, struct modem_state *out)
{
    (void)pthread_mutex_lock(&m->state_lock);
    *out = m->state;
    (void)pthread_mutex_unlock(&m->state_lock);
}

/* --- turns -------------------------------------------------------------------------------------------------------- */

static struct timespec after_ms(int64_t ms)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += ms / 1000;
    t.tv_nsec += (long)(ms % 1000) * 1000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_nsec -= 1000000000;
        t.tv_sec++;
    }
    return t;
}

/* Who sends comes before who listens. False: not within ms, stopped, or woken. */
static bool take_turn(struct modem *m, int64_t ms, bool sends, atomic_bool *woken)
{
    const struct timespec until = after_ms(ms);
    int rc = 0;
    bool got;

    (void)pthread_mutex_lock(&m->lock);
    m->waiting += sends;
    if (sends)
        (void)!write(m->wake[1], "s", 1); /* whoever listens makes room */
    while (rc == 0 && (m->busy || (!sends && m->waiting > 0)) && !atomic_load(&m->stopped) &&
           !(woken != NULL && atomic_load(woken)))
        rc = pthread_cond_timedwait(&m->turn, &m->lock, &until);
    got = !m->busy && (sends || m->waiting == 0) && !atomic_load(&m->stopped);
    m->waiting -= sends;
    if (got)
        m->busy = true;
    (void)pthread_cond_broadcast(&m->turn);
    (void)pthread_mutex_unlock(&m->lock);
    return got;
}

static void give_turn(struct modem *m)
{
    (void)pthread_mutex_lock(&m->lock);
    m->busy = false;
    (void)pthread_cond_broadcast(&m->turn);
    (void)pthread_mutex_unlock(&m->lock);
}

/* Keeps what a look or a message has shown of the modem's health. */
static void note(struct modem *m, enum channel_code code, const char *detail)
{
    (void)pthread_mutex_lock(&m->state_lock);
    m->state.looked = true;
    m->state.code = code;
    (void)pthread_mutex_unlock(&m->state_lock);
    (void)snprintf(m->detail, sizeof m->detail, "%s", detail);
}

/* Is this code about the modem, and not about one message? */
static bool of_modem(enum channel_code code)
{
    return code == CODE_NONE ||
           (code >= CODE_MODEM_AWAY && code <= CODE_UNREGISTERED && code != CODE_MODEM_BUSY);
}

static bool begin(struct modem *m, int64_t timeout_ms, struct channel_result *r)
{
    const int64_t deadline = clock_mono_ms() + timeout_ms;

    if (!take_turn(m, timeout_ms, true, NULL)) {
        channel_set(r, FATE_RETRY, atomic_load(&m->stopped) ? CODE_CLOSED : CODE_MODEM_BUSY, "%s",
                    "");
        r->retry_after_ms = BUSY_MS;
        return false;
    }
    m->deadline = deadline;
    return true;
}

static void end(struct modem *m, const struct channel_result *r)
{
    if (of_modem(r->code))
        note(m, r->code, r->detail);
    give_turn(m);
}

void modem_sms(struct modem *m, const char *to, const struct smstext *text, int64_t timeout_ms,
               struct channel_result *r)
{
    if (!begin(m, timeout_ms, r))
        return;
    modem_sms_now(m, to, text, r);
    end(m, r);
}

void modem_call(struct modem *m, const char *to, int ring_s, int64_t timeout_ms,
                struct channel_result *r)
{
    if (!begin(m, timeout_ms + (int64_t)ring_s * 1000, r))
        return;
    modem_call_now(m, to, ring_s, r);
    end(m, r);
}

/* --- listening ---------------------------------------------------------------------------------------------------- */

/* Tells when the modem's health is another than was told last. */
static void tell_state(struct modem *m, channel_heard *fn, void *arg, size_t *n)
{
    struct channel_event e = {.kind = HEARD_STATE, .ts_ms = clock_wall_ms()};

    e.code = m->state.code; /* only who has the turn writes it */
    if (e.code == m->told)
        return;
    (void)snprintf(e.detail, sizeof e.detail, "%s", m->detail);
    m->told = e.code;
    log_info("modem %s: %s%s%s", m->c->slug,
             e.code == CODE_NONE ? "ready" : channel_code_name(e.code),
             e.detail[0] != '\0' ? ": " : "", e.detail);
    fn(arg, &e);
    ++*n;
}

static void look(struct modem *m, channel_heard *fn, void *arg, size_t *n)
{
    struct channel_result r = {.fate = FATE_SENT};

    if (clock_mono_ms() < m->next_look)
        return;
    m->deadline = clock_mono_ms() + LOOK_BUDGET_MS;
    note(m, modem_ready(m, &r) ? CODE_NONE : r.code, r.detail);
    m->next_look = clock_mono_ms() + (m->state.code == CODE_NONE ? m->t.look : m->t.retry);
    tell_state(m, fn, arg, n);
    modem_self_test(m, fn, arg, n);
}

static void drain(int fd)
{
    char junk[64];

    while (read(fd, junk, sizeof junk) > 0)
        ;
}

/* With the turn: until something was told, somebody wants the modem, or deadline. */
static size_t hear_until(struct modem *m, int64_t deadline, const atomic_bool *woken,
                         channel_heard *fn, void *arg)
{
    size_t n = 0;

    while (n == 0 && !atomic_load(woken) && !atomic_load(&m->stopped)) {
        int64_t until;
        int rc;
        drain(m->wake[0]);
        (void)pthread_mutex_lock(&m->lock);
        rc = m->waiting > 0 ? NILA_ERR_BUSY : 0;
        (void)pthread_mutex_unlock(&m->lock);
        if (rc != 0 || atomic_load(woken))
            break;
        look(m, fn, arg, &n);
        tell_state(m, fn, arg, &n);
        m->deadline = clock_mono_ms() + LOOK_BUDGET_MS;
        n += modem_hear(m, fn, arg);
        until = deadline < m->next_look ? deadline : m->next_look;
        if (m->ringing_since != 0 && until > clock_mono_ms() + 1000)
            until = clock_mono_ms() + 1000; /* a number withheld is only known by waiting */
        if (n > 0)
            break;
        rc = line_wait(&m->line, m->wake[0], until);
        if (rc == 0)
            rc = line_gather(&m->line);
        if (rc == NILA_ERR_CLOSED) {
            line_close(&m->line);
            m->set_up = false;
            m->next_look = 0; /* unplugged: tell it now */
        } else if (rc == NILA_ERR_TIMEOUT && clock_mono_ms() >= deadline) {
            break;
        }
    }
    return n;
}

int modem_listen(struct modem *m, int64_t wait_ms, atomic_bool *woken, channel_heard *fn, void *arg)
{
    const int64_t deadline = clock_mono_ms() + wait_ms;

    for (;;) {
        int64_t left = deadline - clock_mono_ms();
        size_t n = 0;
        if (atomic_exchange(woken, false) || atomic_load(&m->stopped))
            return NILA_ERR_CLOSED;
        if (take_turn(m, left > 0 ? left : 0, false, woken)) {
            n = hear_until(m, deadline, woken, fn, arg);
            give_turn(m);
        }
        if (n > 0)
            return 0;
        if (!atomic_load(woken) && !atomic_load(&m->stopped) && clock_mono_ms() >= deadline)
            return 0;
    }
}

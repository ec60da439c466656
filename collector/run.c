/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run.h"

#include <errno.h>
#include <inttypes.h>
#include <malloc.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "collector/common/clock.h"
#include "collector/common/http.h"
#include "collector/common/log.h"
#include "collector/common/notify.h"
#include "control.h"
#include "health.h"
#include "inputs.h"
#include "journal.h"
#include "loan.h"
#include "poll.h"
#include "poll_batch.h"
#include "setup.h"
#include "switcher.h"
#include "teller.h"
#include "uplink.h"

#define TICK_MS         1000
#define GAUGES_MS       60000
#define ASK_MS          20000
#define JOURNAL_WAIT_MS 5000
#define JOURNAL_NAP_MS  1000
#define CALIBRATIONS    4 /* sets of calibrations that may wait for the journal at once */

/* A person's word about a switch, carried over a reload. */
struct word {
    char slug[SLUG_SIZE];
    bool on;
    int64_t until_ms; /* monotonic */
};

struct run {
    struct setup setup;
    struct word *word; /* during a reload */
    unsigned words;
    struct journal *journal;
    struct uplink **uplink;
    struct poller *poller;
    struct switcher *switcher;
    struct inputs *inputs;
    struct loan *loan;
    struct teller *teller;
    struct batch *states; /* of switches, inputs and calibrations, on their way to the journal */
    struct control *control;
    atomic_uint_fast64_t lost_values;
    int64_t started_ms, started_mono_ms, loaded_ms;
    sigset_t signals;
};

int run_exit_code(int rc)
{
    static const struct {
        int rc, code;
    } CODE[] = {
        {0, EX_OK},
        {NILA_ERR_CONFIG, EX_CONFIG},
        {NILA_ERR_PARSE, EX_DATAERR},
        {NILA_ERR_CORRUPT, EX_DATAERR},
        {NILA_ERR_NOT_FOUND, EX_NOINPUT},
        {NILA_ERR_DENIED, EX_NOPERM},
        {NILA_ERR_REFUSED, EX_DATAERR}, /* the collector took no row */
        {NILA_ERR_PROTO, EX_UNAVAILABLE},
        {NILA_ERR_BUSY, EX_TEMPFAIL},
        {NILA_ERR_UNSUPPORTED, EX_CONFIG},
        {NILA_ERR_RANGE, EX_CONFIG},
        {NILA_ERR_FULL, EX_IOERR},
        {NILA_ERR_IO, EX_IOERR},
        {NILA_ERR_TIMEOUT, EX_UNAVAILABLE},
        {NILA_ERR_CLOSED, EX_UNAVAILABLE},
    };

    for (size_t i = 0; i < sizeof CODE / sizeof CODE[0]; i++)
        if (CODE[i].rc == rc)
            return CODE[i].code;
    return EX_SOFTWARE;
}

static void lost(void *arg, const struct reading_set *set)
{
    struct run *r = arg;
    atomic_fetch_add(&r->lost_values, set->n);
}

/* One set the journal cannot store does not take the others of its batch with it. */
static int keep(void *arg, const struct reading_set *sets, size_t n)
{
    struct run *r = arg;
    int rc = journal_append(r->journal, sets, n);

    if (rc == NILA_ERR_RANGE && n > 1) {
        for (size_t i = 0; i < n; i++)
            if (journal_append(r->journal, &sets[i], 1) != 0)
                lost(r, &sets[i]);
        return rc;
    }
    for (size_t i = 0; rc != 0 && i < n; i++)
        lost(r, &sets[i]);
    return rc;
}

/* The switches see a reading before the disk has it: an aerator does not wait for a card that is slow, full or hangs. */
static void see(void *arg, const struct reading_set *sets, size_t n)
{
    struct run *r = arg;
    switcher_see(r->switcher, sets, n);
    teller_see(r->teller, sets, n);
}

/* What switches and inputs tell goes to the journal by a thread of its own: they do not wait for the card either. */
static int tell(void *arg, const struct reading_set *sets, size_t n)
{
    struct run *r = arg;

    for (size_t i = 0; i < n; i++)
        batch_add(r->states, &sets[i]);
    return 0;
}

/* A board is asked through the line's own worker; a line that is busy for so long is not to be had. */
static int ask(void *arg, unsigned bus, const struct bus_question *q, uint16_t *regs,
               struct bus_answer *a)
{
    struct run *r = arg;
    return poller_ask(r->poller, bus, q, regs, a, ASK_MS);
}

static void lend(void *arg, unsigned device, bool lent)
{
    struct run *r = arg;
    poller_lend(r->poller, device, lent);
}

static bool is_lent(void *arg, unsigned device)
{
    const struct run *r = arg;
    return loan_since_ms(r->loan, device) != 0;
}

/* --- start and stop ----------------------------------------------------------------------------------------------- */

static int refuse_port_0(const struct site *site, const char *config)
{
    for (unsigned i = 0; i < site->buses; i++) {
        if (site->bus[i].kind == SITE_BUS_TCP && site->bus[i].tcp_port == 0) {
            log_warnx("%s: bus %s: port 0 is for the simulator only; write the port it was given",
                      config, site->bus[i].slug);
            return NILA_ERR_CONFIG;
        }
    }
    return 0;
}

/* An export or import that runs without a collector has the journal for a moment: it is waited for. */
static int start_journal(struct run *r)
{
    const struct site *site = r->setup.site;
    const char *sink[JOURNAL_SINKS_MAX];
    struct journal_config jc = {.path = site->journal_path,
                                .max_bytes = site->journal_max_bytes,
                                .keep_days = site->journal_keep_days,
                                .ballast_bytes = site->journal_ballast_bytes,
                                .clock_wait_ms = (int64_t)site->journal_clock_wait_min * 60000,
                                .sink = sink,
                                .sinks = site->sinks};

    for (unsigned i = 0; i < site->sinks && i < JOURNAL_SINKS_MAX; i++)
        sink[i] = site->sink[i].slug;
    const int64_t until = clock_mono_ms() + JOURNAL_WAIT_MS;
    int rc = journal_open(&r->journal, &jc);
    while (rc == NILA_ERR_BUSY && clock_mono_ms() < until) {
        clock_sleep_until(clock_mono_ms() + JOURNAL_NAP_MS);
        rc = journal_open(&r->journal, &jc);
    }
    return rc;
}

static int start_uplinks(struct run *r)
{
    const struct site *site = r->setup.site;
    int rc = 0;

    r->uplink = xcalloc(site->sinks, sizeof(struct uplink *));
    for (unsigned i = 0; rc == 0 && i < site->sinks; i++) {
        const char *token = r->setup.token[i];
        const struct uplink_config uc = {.journal = r->journal,
                                         .index = i,
                                         .sink = &site->sink[i],
                                         .token = token[0] != '\0' ? token : NULL};
        rc = uplink_start(&r->uplink[i], &uc);
    }
    return rc;
}

/* Reads the site file and all that belongs to it, and what only a running collector must refuse. */
static int read_setup(struct setup *out, const struct run_options *o)
{
    char why[400];
    int rc = setup_load(out, o->config, o->devices, why, sizeof why);

    if (rc != 0) {
        log_warnx("%s", why);
        return rc;
    }
    rc = refuse_port_0(out->site, o->config);
    if (rc == 0) {
        const struct profile *const *profile = (const struct profile *const *)out->profile;
        if ((rc = switcher_check(out->site, profile, why, sizeof why)) != 0 ||
            (rc = inputs_check(out->site, profile, why, sizeof why)) != 0)
            log_warnx("%s: %s", o->config, why);
    }
    if (rc != 0)
        setup_free(out);
    return rc;
}

/* Remembers what persons have said of the switches: somebody may be working at an aerator that was told to stay off. */
static void keep_words(struct run *r)
{
    const struct site *site = r->setup.site;

    r->word = xcalloc(site->reflexes, sizeof *r->word);
    for (unsigned i = 0; i < site->reflexes; i++) {
        struct word *w = &r->word[r->words];
        struct reflex_state s;

        switcher_get(r->switcher, i, &s);
        if (s.manual_until_ms == 0)
            continue;
        (void)snprintf(w->slug, sizeof w->slug, "%s", site->reflex[i].slug);
        w->on = s.wanted;
        w->until_ms = s.manual_until_ms;
        r->words++;
    }
}

/* Says them again to the switches of the same names, for what is left of their time. */
static void repeat_words(struct run *r)
{
    const struct site *site = r->setup.site;
    const int64_t now = clock_mono_ms();

    for (unsigned k = 0; k < r->words; k++) {
        const struct word *w = &r->word[k];
        unsigned i = 0;

        while (i < site->reflexes && strcmp(site->reflex[i].slug, w->slug) != 0)
            i++;
        if (i == site->reflexes) {
            log_warnx("switch %s: gone from the site file; it stays %s, as a person said", w->slug,
                      w->on ? "on" : "off");
            continue;
        }
        const int64_t most = (int64_t)site->reflex[i].manual_max_s * 1000;
        const int64_t left = w->until_ms - now < most ? w->until_ms - now : most;
        if (left > 0 && switcher_manual(r->switcher, i, w->on, left) != 0)
            log_warnx("switch %s: a person's word was lost", w->slug);
    }
}

static void forget_words(struct run *r)
{
    free(r->word);
    r->word = NULL;
    r->words = 0;
}

/* Starts what r->setup describes. On an error some parts may run: stop_parts. */
static int start_parts(struct run *r)
{
    const struct site *site = r->setup.site;
    const struct profile *const *profile = (const struct profile *const *)r->setup.profile;
    char why[400];
    int rc;

    if ((rc = start_journal(r)) != 0 || (rc = start_uplinks(r)) != 0)
        return rc;
    const struct poll_receiver journal = {.deliver = keep, .lost = lost, .arg = r};
    if ((rc = batch_start(&r->states, site->reflexes + site->inputs + CALIBRATIONS, &journal)) != 0)
        return rc;
    const struct switcher_config sc = {
        .site = site, .profile = profile, .ask = ask, .deliver = tell, .arg = r};
    r->switcher = switcher_new(&sc);
    repeat_words(r);
    const struct teller_config tc = {
        .site = site, .profile = profile, .ask = ask, .lent = is_lent, .arg = r};
    r->teller = teller_new(&tc);
    const struct poll_receiver to = {.deliver = keep, .see = see, .lost = lost, .arg = r};
    rc = poller_start(&r->poller, site, profile, &to, why, sizeof why);
    if (rc != 0) {
        log_warnx("%s", why);
        return rc;
    }
    const struct inputs_config ic = {
        .site = site, .profile = profile, .ask = ask, .see = see, .deliver = tell, .arg = r};
    if ((rc = switcher_start(r->switcher)) != 0 || (rc = inputs_start(&r->inputs, &ic)) != 0)
        return rc;
    const struct loan_config lc = {
        .site = site, .profile = profile, .ask = ask, .lend = lend, .deliver = tell, .arg = r};
    if ((rc = loan_start(&r->loan, &lc)) != 0 || (rc = teller_start(r->teller)) != 0)
        return rc;
    const struct control_sources src = {.site = site,
                                        .journal = r->journal,
                                        .poller = r->poller,
                                        .uplink = r->uplink,
                                        .lost_values = &r->lost_values,
                                        .started_ms = r->started_ms,
                                        .loaded_ms = r->loaded_ms,
                                        .started_mono_ms = r->started_mono_ms,
                                        .profile = profile,
                                        .switcher = r->switcher,
                                        .loan = r->loan};
    return control_start(&r->control, site->control_socket, &src);
}

/* First those who ask and append, then what they use: the switches ask the poller, the poller shows the switches what it
 * read, and both append to the journal. */
static void stop_parts(struct run *r)
{
    control_stop(r->control);
    teller_stop(r->teller);
    loan_stop(r->loan);
    inputs_stop(r->inputs);
    switcher_stop(r->switcher);
    poller_stop(r->poller);
    batch_stop(r->states);
    switcher_free(r->switcher);
    teller_free(r->teller);
    for (unsigned i = 0; r->uplink != NULL && i < r->setup.site->sinks; i++)
        uplink_stop(r->uplink[i]);
    free(r->uplink);
    journal_close(r->journal);
    r->control = NULL;
    r->loan = NULL;
    r->teller = NULL;
    r->inputs = NULL;
    r->switcher = NULL;
    r->states = NULL;
    r->poller = NULL;
    r->uplink = NULL;
    r->journal = NULL;
}

/* --- while it runs ------------------------------------------------------------------------------------------------ */

static void send_gauges(struct run *r, int64_t mono_ms)
{
    const struct health_sources h = {.site = r->setup.site,
                                     .journal = r->journal,
                                     .poller = r->poller,
                                     .uplink = r->uplink,
                                     .lost_values = atomic_load(&r->lost_values),
                                     .started_mono_ms = r->started_mono_ms};
    struct buf line = {0};

    if (!clock_trusted()) /* the line would stand at a wrong time for ever */
        return;
    health_line(&line, &h, clock_wall_ms(), mono_ms);
    for (unsigned i = 0; i < r->setup.site->sinks; i++)
        uplink_gauges(r->uplink[i], line.p, line.n);
    buf_free(&line);
}

/* Waits for a signal; 0 when none came within ms. */
static int next_signal(const sigset_t *set, int64_t ms)
{
    const struct timespec t = {.tv_sec = (time_t)(ms / 1000),
                               .tv_nsec = (long)(ms % 1000) * 1000000L};
    int sig = sigtimedwait(set, NULL, &t);
    return sig > 0 ? sig : 0;
}

static void say_ready(const struct run *r, const struct run_options *o)
{
    const struct site *site = r->setup.site;
    char status[200];

    (void)snprintf(status, sizeof status, "READY=1\nSTATUS=%u devices, %u sinks, site %s",
                   site->devices, site->sinks, site->slug);
    notify_systemd(status);
    log_info("site %s: %u devices on %u buses, %u sinks, journal %s at row %" PRId64 ", socket %s",
             site->slug, site->devices, site->buses, site->sinks, site->journal_path,
             journal_last_seq(r->journal), site->control_socket);
    if (o->json) {
        printf("{\"ready\":true,\"pid\":%ld,\"site\":\"%s\",\"devices\":%u,\"sinks\":%u}\n",
               (long)getpid(), site->slug, site->devices, site->sinks);
        (void)fflush(stdout);
    }
}

/* SIGHUP: runs the site file as it is now. A file with mistakes changes nothing; one that cannot be run (a port that is taken, say)
 * is given up for the one before. An error: not even that one runs any more. */
static int reload(struct run *r, const struct run_options *o)
{
    struct setup before = r->setup, fresh = {0};
    int64_t loaded_before_ms;
    char reloading[64];
    int rc;

    log_info("site %s: reading %s anew", before.site->slug, o->config);
    if (read_setup(&fresh, o) != 0) {
        log_warnx("site %s: the configuration stays as it was", before.site->slug);
        notify_systemd("STATUS=the site file has mistakes; running the one before");
        return 0;
    }
    (void)snprintf(reloading, sizeof reloading, "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
                   clock_mono_ms() * 1000);
    notify_systemd(reloading);
    control_stop(r->control); /* nobody speaks any more */
    r->control = NULL;
    keep_words(r);
    stop_parts(r);
    r->setup = fresh;
    loaded_before_ms = r->loaded_ms;
    r->loaded_ms = clock_wall_ms();
    if (start_parts(r) == 0) {
        forget_words(r);
        setup_free(&before);
        say_ready(r, o);
        return 0;
    }
    log_warnx("site %s: %s cannot be run; back to the configuration before", before.site->slug,
              o->config);
    stop_parts(r);
    setup_free(&r->setup);
    r->setup = before;
    r->loaded_ms = loaded_before_ms;
    rc = start_parts(r);
    forget_words(r);
    if (rc == 0) {
        say_ready(r, o);
        notify_systemd("STATUS=the site file cannot be run; running the one before");
    }
    return rc;
}

static int serve(struct run *r, const struct run_options *o)
{
    const int64_t watchdog_ms = notify_watchdog_ms();
    int64_t gauges_at = r->started_mono_ms + GAUGES_MS, watchdog_at = r->started_mono_ms;
    bool polling = true;

    for (;;) {
        int sig = next_signal(&r->signals, TICK_MS);
        int64_t mono_ms = clock_mono_ms();
        const char *stuck = "";
        bool now;
        int rc;

        if (sig == SIGTERM || sig == SIGINT) {
            log_info("site %s: %s, stopping", r->setup.site->slug,
                     sig == SIGTERM ? "told to end" : "interrupted");
            return 0;
        }
        if (sig == SIGHUP && (rc = reload(r, o)) != 0)
            return rc;
        now = health_polling(r->poller, mono_ms, &stuck);
        if (now && !polling)
            log_warnx("site %s: polling goes on", r->setup.site->slug);
        else if (!now && polling)
            log_warnx(
                "bus %s: its thread stands still; the watchdog is no longer told that all is well",
                stuck);
        polling = now;
        if (watchdog_ms > 0 && polling && mono_ms >= watchdog_at) {
            notify_systemd("WATCHDOG=1");
            watchdog_at = mono_ms + watchdog_ms;
        }
        if (mono_ms >= gauges_at) {
            send_gauges(r, mono_ms);
            gauges_at += GAUGES_MS;
        }
    }
}

int run_collector(const struct run_options *o)
{
    struct run r = {.started_ms = clock_wall_ms(), .started_mono_ms = clock_mono_ms()};
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    int rc;

    /* A handful of threads that allocate little: one heap for all keeps the resident memory small. */
    (void)mallopt(M_ARENA_MAX, 1);
    atomic_init(&r.lost_values, 0);
    (void)sigaction(SIGPIPE, &ignore, NULL);
    (void)sigemptyset(&r.signals);
    (void)sigaddset(&r.signals, SIGTERM);
    (void)sigaddset(&r.signals, SIGINT);
    (void)sigaddset(&r.signals, SIGHUP);
    (void)pthread_sigmask(SIG_BLOCK, &r.signals,
                          NULL); /* before any thread: all of them inherit it */
    if (o->trust_clock)
        clock_declare_trusted();
    http_global_init();
    rc = read_setup(&r.setup, o);
    r.loaded_ms = r.started_ms;
    if (rc == 0) {
        rc = start_parts(&r);
        if (rc == 0) {
            say_ready(&r, o);
            rc = serve(&r, o);
            notify_systemd("STOPPING=1");
        }
        stop_parts(&r);
        setup_free(&r.setup);
    }
    http_global_cleanup();
    return run_exit_code(rc);
}

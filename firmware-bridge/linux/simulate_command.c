/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "commands.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "collector/common/buf.h"
#include "collector/common/clock.h"
#include "collector/common/err.h"
#include "collector/common/log.h"

#include "number.h"
#include "profiles.h"
#include "ready.h"
#include "replay.h"
#include "simserver.h"
#include "text.h"

struct simulation {
    const struct options *o;
    struct site *site;
    struct profile **profile; /* one a device, NULL entries: nodes */
    struct sensor_stock *stock;
    struct fault *fault; /* one a --fault */
    struct event *event;
    struct contact *contact;
    struct aerator *aerator;
    int64_t begin_ms;      /* wall clock at the start: events count from it */
    const char **pty_link; /* one a bus, NULL entries */
    int *baud;             /* one a bus, 0: not paced */
    FILE *truth;
    struct sensors *sensors;
    struct replay **replay; /* one a pond, NULL entries: simulated */
    int64_t start_mono_ms;
    struct busfault_plan plan;
    struct busfault_counts counts;
    struct simserver *server;
};

/* A fault belongs to one device and a device to one bus, so each is used by one thread only. */
static int source(void *arg, int device, int64_t ts_ms, struct sim_channel ch[SIM_CHANNELS_MAX])
{
    struct simulation *s = arg;
    double t_s = (double)(clock_mono_ms() - s->start_mono_ms) / 1000;
    const struct profile *p =
        s->profile[device] != NULL && !s->profile[device]->node_header ? s->profile[device] : NULL;
    const int pond = s->site->device[device].pond;
    int n;

    if (pond >= 0 && s->replay[pond] != NULL)
        n = replay_read(s->replay[pond], p, t_s, ch);
    else
        n = p != NULL ? sensors_read_profile(s->sensors, device, p, ts_ms, ch)
                      : sensors_read(s->sensors, device, ts_ms, ch);

    for (size_t i = 0; i < s->o->fault.n; i++)
        n = fault_apply(&s->fault[i], device, t_s, ts_ms, ch, n);
    return n;
}

static int read_profiles(struct simulation *s)
{
    char why[512] = "";
    int rc = profiles_load(&s->profile, s->site, s->o->devices, why, sizeof why);

    if (rc != 0)
        text_say(TEXT_CANNOT_START, why, NULL, NULL);
    return exit_code(rc);
}

static int read_machines(struct simulation *s)
{
    s->contact = xcalloc(s->o->contact.n, sizeof *s->contact);
    s->aerator = xcalloc(s->o->aerator.n, sizeof *s->aerator);
    for (size_t i = 0; i < s->o->contact.n; i++) {
        int rc = contact_parse(&s->contact[i], s->o->contact.text[i], s->site);
        if (rc != 0) {
            text_say(TEXT_BAD_CONTACT, s->o->contact.text[i], text_why(rc), NULL);
            return EX_USAGE;
        }
    }
    for (size_t i = 0; i < s->o->aerator.n; i++) {
        int rc = aerator_parse(&s->aerator[i], s->o->aerator.text[i], s->site);
        if (rc != 0) {
            text_say(TEXT_BAD_AERATOR, s->o->aerator.text[i], text_why(rc), NULL);
            return EX_USAGE;
        }
    }
    return 0;
}

static bool contact(void *arg, int device, unsigned channel)
{
    const struct simulation *s = arg;
    double t_s = (double)(clock_mono_ms() - s->start_mono_ms) / 1000;
    bool closed = false;

    for (size_t i = 0; i < s->o->contact.n; i++)
        if (s->contact[i].device == device && s->contact[i].channel == channel)
            closed = contact_closed(&s->contact[i], t_s);
    return closed;
}

static void relay(void *arg, int device, unsigned channel, bool on)
{
    const struct simulation *s = arg;

    for (size_t i = 0; i < s->o->aerator.n; i++) {
        const struct aerator *a = &s->aerator[i];
        if (a->device == device && a->channel == channel)
            sensors_aerate(s->sensors, a->pond, clock_wall_ms(), on ? a->per_h : 0);
    }
}

/* [POND=]FILE.csv. NILA_ERR_NOT_FOUND: no such pond, or which of them. */
static int find_replay(const struct site *site, const char *text, const char **path)
{
    const char *equals = strchr(text, '='), *slash = strchr(text, '/');
    char slug[SLUG_SIZE];
    int pond;

    *path = text;
    if (equals == NULL || (slash != NULL && slash < equals))
        return site->ponds == 1 ? 0 : NILA_ERR_NOT_FOUND;
    if (equals == text || (size_t)(equals - text) >= sizeof slug)
        return NILA_ERR_NOT_FOUND;
    memcpy(slug, text, (size_t)(equals - text));
    slug[equals - text] = '\0';
    *path = equals + 1;
    pond = site_find_pond(site, slug);
    return pond >= 0 ? pond : NILA_ERR_NOT_FOUND;
}

static int read_replays(struct simulation *s)
{
    s->replay = xcalloc(s->site->ponds, sizeof(struct replay *));
    for (size_t i = 0; i < s->o->replay.n; i++) {
        struct replay_config c = {.speed = s->o->speed,
                                  .loop = s->o->loop,
                                  .has_from = s->o->has_replay_from,
                                  .from_ms = s->o->replay_from_ms};
        const int pond = find_replay(s->site, s->o->replay.text[i], &c.path);
        char why[512] = "";
        int rc;
        if (pond < 0 || s->replay[pond] != NULL) {
            text_say(TEXT_BAD_REPLAY, s->o->replay.text[i],
                     text_why(pond < 0 ? pond : NILA_ERR_RANGE), NULL);
            return EX_USAGE;
        }
        rc = replay_open(&s->replay[pond], &c, why, sizeof why);
        if (rc != 0) {
            text_say(TEXT_CANNOT_START, why, NULL, NULL);
            return rc == NILA_ERR_PARSE || rc == NILA_ERR_RANGE ? EX_DATAERR : exit_code(rc);
        }
    }
    return 0;
}

static int read_bus_faults(struct simulation *s)
{
    s->plan.seed = s->o->seed;
    for (size_t i = 0; i < s->o->bus_fault.n; i++) {
        int rc = busfault_parse(&s->plan, s->o->bus_fault.text[i]);
        if (rc != 0) {
            text_say(TEXT_BAD_BUS_FAULT, s->o->bus_fault.text[i], text_why(rc), NULL);
            return EX_USAGE;
        }
    }
    return 0;
}

/* The serial bus of that slug of n characters, or the only one when slug is NULL; -1 none, -2 several. */
static int serial_bus(const struct site *site, const char *slug, size_t n)
{
    int found = -1;

    for (unsigned i = 0; i < site->buses; i++) {
        const struct site_bus *b = &site->bus[i];
        if (b->kind != SITE_BUS_SERIAL)
            continue;
        if (slug != NULL && (strlen(b->slug) != n || memcmp(b->slug, slug, n) != 0))
            continue;
        if (found >= 0)
            return -2;
        found = (int)i;
    }
    return found;
}

static int read_links(struct simulation *s)
{
    s->pty_link = xcalloc(s->site->buses, sizeof *s->pty_link);
    for (size_t i = 0; i < s->o->pty_link.n; i++) {
        const char *text = s->o->pty_link.text[i], *equals = strchr(text, '=');
        const char *slash = strchr(text, '/');
        bool named = equals != NULL && (slash == NULL || equals < slash);
        int bus = named ? serial_bus(s->site, text, (size_t)(equals - text))
                        : serial_bus(s->site, NULL, 0);
        if (bus < 0) {
            text_say(bus == -2 ? TEXT_LINK_WHICH_BUS : TEXT_BAD_LINK, text, named ? text : "",
                     NULL);
            return EX_USAGE;
        }
        s->pty_link[bus] = named ? equals + 1 : text;
    }
    return 0;
}

/* N for every serial bus, or BUS=N. Errors as fault_parse. */
static int read_baud(struct simulation *s, const char *text)
{
    const char *equals = strchr(text, '=');
    bool found = false;
    int64_t baud;
    int rc = number_i64(equals != NULL ? equals + 1 : text, 1200, 115200, &baud);

    if (rc != 0)
        return rc;
    for (unsigned i = 0; i < s->site->buses; i++) {
        const struct site_bus *b = &s->site->bus[i];
        const size_t n = equals != NULL ? (size_t)(equals - text) : 0;
        if (b->kind != SITE_BUS_SERIAL ||
            (equals != NULL && (strlen(b->slug) != n || memcmp(b->slug, text, n) != 0)))
            continue;
        s->baud[i] = (int)baud;
        found = true;
    }
    return found ? 0 : NILA_ERR_NOT_FOUND;
}

static int read_bauds(struct simulation *s)
{
    s->baud = xcalloc(s->site->buses, sizeof *s->baud);
    for (size_t i = 0; i < s->o->baud.n; i++) {
        int rc = read_baud(s, s->o->baud.text[i]);
        if (rc != 0) {
            text_say(TEXT_BAD_BAUD, s->o->baud.text[i], text_why(rc), NULL);
            return EX_USAGE;
        }
    }
    return 0;
}

static int open_truth(struct simulation *s)
{
    if (s->o->truth == NULL)
        return 0;
    s->truth = fopen(s->o->truth, "a");
    if (s->truth != NULL)
        return 0;
    text_say(TEXT_CANNOT_WRITE, s->o->truth, strerror(errno), NULL);
    return EX_CANTCREAT;
}

static void prepare_ponds(struct simulation *s)
{
    struct sensors_config c = {.site = s->site,
                               .seed = s->o->seed,
                               .noise = s->o->noise,
                               .stock = s->stock,
                               .stocks = s->o->set.n,
                               .event = s->event,
                               .events = s->o->event.n};
    char ponds[16], seed[24];

    (void)snprintf(ponds, sizeof ponds, "%u", s->site->ponds);
    (void)snprintf(seed, sizeof seed, "%" PRIu64, s->o->seed);
    if (!s->o->quiet)
        text_say(TEXT_RUNUP, ponds, seed, NULL);
    s->sensors = sensors_new(&c, s->begin_ms);
    s->start_mono_ms = clock_mono_ms();
}

static int start_server(struct simulation *s)
{
    struct simserver_config c = {.site = s->site,
                                 .profile = (const struct profile *const *)s->profile,
                                 .source = source,
                                 .machines = {contact, relay},
                                 .arg = s,
                                 .truth = s->truth,
                                 .bus_fault = s->o->bus_fault.n > 0 ? &s->plan : NULL,
                                 .counts = &s->counts,
                                 .pty_link = s->pty_link,
                                 .baud = s->baud,
                                 .listen_host = s->o->listen};
    char why[256] = "";
    int rc = simserver_start(&s->server, &c, why, sizeof why);

    if (rc == 0)
        return 0;
    text_say(TEXT_CANNOT_START, why, NULL, NULL);
    return rc == NILA_ERR_NOT_FOUND ? EX_NOHOST : exit_code(rc);
}

static void say_bus_faults(const struct simulation *s)
{
    struct buf b = {0};
    char seed[24];

    if (s->o->bus_fault.n == 0)
        return;
    for (int i = 0; i < BUSFAULT_KINDS; i++)
        if (s->plan.rate[i] > 0)
            buf_printf(&b, "%s%s:%g", b.n > 0 ? "," : "", busfault_name((enum busfault_kind)i),
                       s->plan.rate[i]);
    (void)snprintf(seed, sizeof seed, "%" PRIu64, s->plan.seed);
    text_say(TEXT_BUS_FAULTS, b.p, seed, NULL);
    buf_free(&b);
}

static void say_counts(const struct simulation *s)
{
    struct buf b = {0};
    char answers[24];

    if (s->o->bus_fault.n == 0)
        return;
    for (int i = 0; i < BUSFAULT_KINDS; i++)
        if (s->plan.rate[i] > 0)
            buf_printf(&b, "%s%s %" PRIu64, b.n > 0 ? ", " : "",
                       busfault_name((enum busfault_kind)i), s->counts.kind[i]);
    (void)snprintf(answers, sizeof answers, "%" PRIu64, s->counts.answers);
    text_say(TEXT_BUS_FAULTS_DONE, answers, b.p, NULL);
    buf_free(&b);
}

static void say_pace(const struct site_bus *b, int baud)
{
    char rate[16], form[16];

    (void)snprintf(rate, sizeof rate, "%d", baud);
    (void)snprintf(form, sizeof form, "8%c%d", b->parity, b->stop_bits);
    text_say(TEXT_PACED, b->slug, rate, form);
}

static void say_where(const struct simulation *s)
{
    const char *host = s->o->listen != NULL ? s->o->listen : "127.0.0.1";

    for (unsigned i = 0; i < s->site->buses; i++) {
        char path[128], port[16];
        int n = simserver_port(s->server, (int)i, path, sizeof path);
        (void)snprintf(port, sizeof port, "%d", n);
        if (n > 0)
            text_say(TEXT_ON_TCP, s->site->bus[i].slug, host, port);
        else
            text_say(TEXT_ON_PTY, s->site->bus[i].slug, path, s->pty_link[i]);
        if (s->baud[i] > 0)
            say_pace(&s->site->bus[i], s->baud[i]);
    }
    for (unsigned i = 0; i < s->site->devices; i++) {
        const struct profile *p = s->profile[i];
        if (p == NULL)
            continue;
        text_say(TEXT_AS_PROFILE, s->site->device[i].slug, p->maker, p->model);
        if (p->start.function != 0 && !p->node_header)
            text_say(TEXT_WAITS_FOR_START, s->site->device[i].slug, NULL, NULL);
    }
    for (unsigned i = 0; i < s->site->ponds; i++) {
        char rows[32], metrics[256];
        if (s->replay[i] == NULL)
            continue;
        replay_metrics(s->replay[i], metrics, sizeof metrics);
        (void)snprintf(rows, sizeof rows, "%zu", replay_rows(s->replay[i]));
        text_say(TEXT_REPLAYED, s->site->pond[i].slug, rows, metrics);
    }
    say_bus_faults(s);
}

/* Until a signal of ours (which stay blocked, so that none is lost) or the end of --for. */
static void wait_for_end(const sigset_t *signals, int64_t for_s)
{
    int64_t end_ms = clock_mono_ms() + for_s * 1000;

    for (;;) {
        int64_t left_ms = for_s < 0 ? 3600000 : end_ms - clock_mono_ms();
        struct timespec t = {.tv_sec = left_ms / 1000, .tv_nsec = left_ms % 1000 * 1000000};
        if (left_ms <= 0 || sigtimedwait(signals, NULL, &t) > 0)
            return;
    }
}

static int announce(const struct simulation *s)
{
    int rc;

    if (!s->o->quiet)
        say_where(s);
    if (s->o->ready == NULL)
        return 0;
    rc = ready_write(s->o->ready, s->site, s->server, s->o->listen, s->pty_link);
    if (rc == 0)
        return 0;
    text_say(TEXT_CANNOT_WRITE, s->o->ready, strerror(errno), NULL);
    return EX_CANTCREAT;
}

static int run(struct simulation *s)
{
    sigset_t signals;
    int rc;

    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigaddset(&signals, SIGINT);
    (void)sigprocmask(SIG_BLOCK, &signals, NULL);
    (void)signal(SIGPIPE, SIG_IGN); /* a client that leaves is an error of write, not our end */
    if (s->o->ready != NULL)
        (void)unlink(s->o->ready); /* one of an earlier run must not be taken for ours */
    prepare_ponds(s);
    rc = start_server(s);
    if (rc == 0)
        rc = announce(s);
    if (rc == 0)
        wait_for_end(&signals, s->o->for_s);
    if (s->o->ready != NULL)
        (void)unlink(s->o->ready);
    simserver_stop(s->server);
    if (rc == 0 && !s->o->quiet) {
        say_counts(s);
        text_say(TEXT_STOPPED, NULL, NULL, NULL);
    }
    return rc;
}

static int close_truth(struct simulation *s)
{
    if (s->truth == NULL || fclose(s->truth) == 0)
        return 0;
    text_say(TEXT_CANNOT_WRITE, s->o->truth, strerror(errno), NULL);
    return EX_IOERR;
}

int simulate_command(const struct options *o)
{
    struct simulation s = {.o = o, .begin_ms = clock_wall_ms()};
    int rc = load_site(&s.site, o->site_path), closed;

    if (rc == 0)
        rc = read_profiles(&s);
    if (rc == 0)
        rc = read_stocks(&s.stock, o, s.site);
    if (rc == 0)
        rc = read_faults(&s.fault, o, s.site);
    if (rc == 0)
        rc = read_events(&s.event, o, s.site, s.begin_ms);
    if (rc == 0)
        rc = read_machines(&s);
    if (rc == 0)
        rc = read_replays(&s);
    if (rc == 0)
        rc = read_bus_faults(&s);
    if (rc == 0)
        rc = read_links(&s);
    if (rc == 0)
        rc = read_bauds(&s);
    if (rc == 0)
        rc = open_truth(&s);
    if (rc == 0)
        rc = run(&s);
    closed = close_truth(&s);
    sensors_free(s.sensors);
    for (unsigned i = 0; s.replay != NULL && i < s.site->ponds; i++)
        replay_free(s.replay[i]);
    free(s.replay);
    free(s.baud);
    free(s.pty_link);
    free(s.fault);
    free(s.event);
    free(s.contact);
    free(s.aerator);
    free(s.stock);
    profiles_free(s.profile, s.site);
    site_free(s.site);
    return rc != 0 ? rc : closed;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizard_world.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "check.h"
#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "collector/common/wizard_file.h"
#include "doctor.h"
#include "read_round.h"
#include "run.h"

#define SAY_MS     5000 /* how far a search has come is said so often */
#define CREDENTIAL "credential:"

/* --- adapters ----------------------------------------------------------------------------------------------------- */

struct list {
    struct wizard_adapter *a;
    char (*real)[PATH_MAX];
    size_t n, max;
};

static void add(struct list *l, const char *folder, const char *name, bool moves)
{
    char real[PATH_MAX];
    struct wizard_adapter *a = &l->a[l->n];

    if (l->n == l->max ||
        (size_t)snprintf(a->path, sizeof a->path, "%s/%s", folder, name) >= sizeof a->path)
        return;
    a->moves = moves;
    if (realpath(a->path, real) == NULL)
        return;
    for (size_t i = 0; i < l->n; i++)
        if (strcmp(l->real[i], real) == 0)
            return; /* it has a better name */
    (void)snprintf(l->real[l->n++], PATH_MAX, "%s", real);
}

static void add_folder(struct list *l, const char *folder, const char *prefix, bool moves)
{
    struct dirent **e = NULL;
    int n = scandir(folder, &e, NULL, alphasort);

    for (int i = 0; i < n; i++) {
        if (e[i]->d_name[0] != '.' && strncmp(e[i]->d_name, prefix, strlen(prefix)) == 0)
            add(l, folder, e[i]->d_name, moves);
        free(e[i]);
    }
    free(e);
}

static size_t adapters(void *arg, struct wizard_adapter *out, size_t max)
{
    struct list l = {.a = out, .max = max, .real = xcalloc(max, PATH_MAX)};

    (void)arg;
    add_folder(&l, "/dev/nila", "rs485-", false);
    add_folder(&l, "/dev/serial/by-id", "", false);
    add_folder(&l, "/dev/nila", "port-", false);
    add_folder(&l, "/dev", "ttyUSB", true);
    add_folder(&l, "/dev", "ttyACM", true);
    free(l.real);
    return l.n;
}

/* --- lines -------------------------------------------------------------------------------------------------------- */

static bool same_place(const struct site_bus *a, const struct site_bus *b)
{
    if (a->kind != b->kind || strcmp(a->slug, b->slug) != 0)
        return false;
    return a->kind == SITE_BUS_TCP
               ? strcmp(a->host, b->host) == 0 && a->tcp_port == b->tcp_port
               : strcmp(a->port, b->port) == 0 && a->baud == b->baud && a->parity == b->parity;
}

/* By its name when the file that is there has the very line: then a running collector is asked. */
static int open_line(const struct wizard_machine *m, const struct site_bus *b,
                     struct command_line *out)
{
    struct options o = *m->o;
    char baud[16], parity[2] = {b->parity, '\0'}, host[SITE_NAME_SIZE + 16];

    o.bus = o.port = o.host = o.baud = o.parity = NULL;
    for (unsigned i = 0; m->site != NULL && i < m->site->buses; i++)
        if (same_place(&m->site->bus[i], b))
            o.bus = b->slug;
    (void)snprintf(baud, sizeof baud, "%d", b->baud);
    (void)snprintf(host, sizeof host, strchr(b->host, ':') != NULL ? "[%s]:%d" : "%s:%d", b->host,
                   b->tcp_port);
    if (o.bus == NULL && b->kind == SITE_BUS_TCP)
        o.host = host;
    if (o.bus == NULL && b->kind == SITE_BUS_SERIAL) {
        o.port = b->port;
        o.baud = baud;
        o.parity = parity;
    }
    return command_line_open(&o, out);
}

struct search {
    int64_t said_ms;
    enum text_language l;
    bool stopped;
};

static bool stop(void *arg)
{
    struct search *s = arg;
    struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
    char c = '\0';

    if (wizard_terminal_ended())
        s->stopped = true;
    /* Enter, on a terminal: what was piped in is for the questions that come */
    if (!s->stopped && isatty(STDIN_FILENO) && poll(&p, 1, 0) == 1 && (p.revents & POLLIN) != 0) {
        while (c != '\n' && read(STDIN_FILENO, &c, 1) == 1)
            ;
        s->stopped = true;
    }
    return s->stopped;
}

static void progress(void *arg, size_t done, size_t all)
{
    struct search *s = arg;
    char a[TEXT_NUMBER_SIZE], b[TEXT_NUMBER_SIZE], text[80];

    if (clock_mono_ms() - s->said_ms < SAY_MS)
        return;
    s->said_ms = clock_mono_ms();
    (void)snprintf(text, sizeof text, tongue("  %s dari %s pertanyaan\n", "  %s of %s questions\n"),
                   text_number(a, s->l, (double)done, 0), text_number(b, s->l, (double)all, 0));
    wizard_terminal_say(text);
}

static int scan(void *arg, const struct site_bus *bus, const bool unit[256],
                const struct scan_speed *speed, unsigned speeds,
                void (*found)(void *found_arg, const struct scan_found *f), void *found_arg,
                bool *stopped)
{
    const struct wizard_machine *m = arg;
    struct search search = {.l = m->o->l, .said_ms = clock_mono_ms()};
    struct command_line l;
    struct scan s = {
        .id = m->id, .speeds = speeds, .progress = progress, .stop = stop, .arg = &search};
    char why[256] = "";
    int rc = open_line(m, bus, &l);

    if (rc == EX_OK && asker_by_collector(l.asker) &&
        (speeds > 1 || speed[0].baud != (bus->kind == SITE_BUS_SERIAL ? bus->baud : 0))) {
        command_say(m->o, TEXT_SCAN_ONE_SPEED, bus->slug, NULL, NULL, NULL);
        rc = EX_TEMPFAIL;
    }
    if (rc == EX_OK) {
        s.asker = l.asker;
        memcpy(s.unit, unit, sizeof s.unit);
        memcpy(s.speed, speed, speeds * sizeof *speed);
        rc = scan_run(&s, found, found_arg, why, sizeof why);
        if (rc != 0)
            rc = command_ask_failed(m->o, rc, why);
    }
    command_line_close(&l);
    *stopped = search.stopped;
    return rc;
}

static int read_device(void *arg, const struct site_bus *bus, const struct wizard_device *w,
                       struct reading_set *set)
{
    const struct wizard_machine *m = arg;
    struct site_bus b = *bus;
    struct site_device d = {.unit = w->unit, .every_s = 60, .pond = -1};
    struct site site = {.slug = "setup",
                        .kecamatan = "62.02.01",
                        .buses = 1,
                        .devices = 1,
                        .bus = &b,
                        .device = &d};
    struct read_round r = {.site = &site, .p = wizard_profile(m->id, w->profile)};
    struct command_line l;
    int rc = open_line(m, bus, &l);

    (void)snprintf(d.slug, sizeof d.slug, "%s", w->slug[0] != '\0' ? w->slug : "alat");
    (void)snprintf(d.profile, sizeof d.profile, "%s", w->profile);
    if (rc == EX_OK && r.p != NULL) {
        rc = read_round_ask(&r, l.asker);
        if (rc != 0)
            rc = command_ask_failed(m->o, rc, r.note);
        *set = r.set;
    }
    command_line_close(&l);
    return rc;
}

/* --- server and clock --------------------------------------------------------------------------------------------- */

static void secret_path(const struct wizard_machine *m, const struct wizard_sink *k, char *path,
                        size_t size)
{
    char folder[PATH_MAX];

    wizard_file_folder(m->o->config, folder, sizeof folder);
    (void)snprintf(path, size, "%s/secrets/%s", folder, k->token + strlen(CREDENTIAL));
}

/* The login that is there already, as the site's reader finds it. */
static void old_login(const struct wizard_machine *m, const struct wizard_sink *k,
                      char token[static SETUP_TOKEN_SIZE])
{
    char why[256];

    for (unsigned i = 0; m->site != NULL && i < m->site->sinks; i++) {
        const struct site_sink *s = &m->site->sink[i];
        if (strcmp(s->slug, k->slug) == 0 && s->token_file[0] != '\0' && k->token[0] != '\0' &&
            setup_token(s->token_file, k->api, token, why, sizeof why) != 0)
            log_warnx("%s", why);
    }
}

static void add_findings(struct doctor *d, struct buf *words)
{
    for (size_t i = 0; i < d->n; i++) {
        buf_printf(words, "  %s%s\n",
                   d->f[i].level == DOCTOR_OK ? "" : tongue("GAGAL: ", "FAILED: "), d->f[i].what);
        if (d->f[i].cure[0] != '\0')
            buf_printf(words, "  -> %s\n", d->f[i].cure);
    }
    doctor_free(d);
}

static bool try_server(void *arg, const struct wizard_sink *k, const char *login, struct buf *words)
{
    const struct wizard_machine *m = arg;
    struct site_sink sink = {.api = k->api, .insecure_http = k->insecure_http};
    struct site site = {.sinks = 1, .sink = &sink};
    char token[1][SETUP_TOKEN_SIZE] = {""};
    struct setup s = {.site = &site, .token = token};
    struct doctor d = {.o = m->o, .s = &s};
    bool good = true;

    (void)snprintf(sink.slug, sizeof sink.slug, "%s", k->slug);
    (void)snprintf(sink.url, sizeof sink.url, "%s", k->url);
    (void)snprintf(sink.database, sizeof sink.database, "%s", k->database);
    (void)snprintf(sink.org, sizeof sink.org, "%s", k->org);
    (void)snprintf(sink.bucket, sizeof sink.bucket, "%s", k->bucket);
    for (unsigned i = 0; m->site != NULL && i < m->site->sinks; i++)
        if (strcmp(m->site->sink[i].slug, k->slug) == 0 && strncmp(k->url, "https://", 8) == 0)
            (void)snprintf(sink.ca_file, sizeof sink.ca_file, "%s", m->site->sink[i].ca_file);
    if (login[0] != '\0')
        (void)snprintf(token[0], sizeof token[0], "%s", login);
    else
        old_login(m, k, token[0]);
    doctor_sinks(&d);
    for (size_t i = 0; i < d.n; i++)
        good = good && d.f[i].level != DOCTOR_FAIL;
    add_findings(&d, words);
    memset(token, 0, sizeof token);
    return good;
}

static bool look_at_clock(void *arg, struct buf *words)
{
    const struct wizard_machine *m = arg;
    int64_t now_ms = clock_wall_ms();
    bool good = clock_trusted() && clock_plausible(now_ms);
    char iso[40];

    (void)civil_format_iso(iso, sizeof iso, now_ms);
    buf_printf(words, tongue("Jam komputer ini: %s\n", "The time of this computer: %s\n"), iso);
    text_add(words, m->o->l, good ? TEXT_DOCTOR_CLOCK : TEXT_DOCTOR_CLOCK_UNSURE, NULL);
    buf_str(words, "\n");
    if (!good) {
        buf_str(words, "  -> ");
        text_add(words, m->o->l, TEXT_DOCTOR_CLOCK_CURE, NULL);
        buf_str(words, "\n");
    }
    return good;
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

struct putting {
    const struct wizard_machine *m;
    const char *secret, *login; /* login "": none is put */
};

static int check_new(void *arg, const char *path, char *why, size_t why_size)
{
    const struct putting *p = arg;
    struct buf plan = {0};
    int rc = check_site(path, p->m->o->devices, p->m->o->l, false, &plan, why, why_size);

    buf_free(&plan);
    return rc;
}

static int put_secret(const struct putting *p, char *why, size_t why_size)
{
    char folder[PATH_MAX], text[WIZARD_LOGIN_SIZE + 1];
    int n = snprintf(text, sizeof text, "%s\n", p->login), rc;

    wizard_file_folder(p->secret, folder, sizeof folder);
    if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
        (void)snprintf(why, why_size, "%.180s: %s", folder, tongue_errno(errno));
        return NILA_ERR_DENIED;
    }
    rc = wizard_file_replace(p->secret, text, (size_t)n, 0600, true, NULL, NULL, why, why_size);
    memset(text, 0, sizeof text);
    return rc;
}

/* The login is in place before the file that names it is examined; the former one comes back when that is refused. */
static int write_all(void *arg, const char *text, const struct wizard_sink *sink, const char *login)
{
    struct wizard_machine *m = arg;
    char secret[PATH_MAX + 64] = "", bak[PATH_MAX + 72], why[400] = "";
    struct putting p = {.m = m, .secret = secret, .login = login};
    bool put = sink != NULL && login[0] != '\0', had = false;
    int rc = 0;

    if (put) {
        secret_path(m, sink, secret, sizeof secret);
        (void)snprintf(bak, sizeof bak, "%s.bak", secret);
        had = access(secret, F_OK) == 0;
        rc = put_secret(&p, why, sizeof why);
    }
    if (rc == 0)
        rc = wizard_file_replace(m->o->config, text, strlen(text), 0644, true, check_new, &p, why,
                                 sizeof why);
    if (rc != 0) {
        if (put && (had ? rename(bak, secret) : unlink(secret)) != 0 && errno != ENOENT)
            log_warn("%s", secret);
        log_warnx("%s", why);
        return run_exit_code(rc);
    }
    if (put && had) /* a former login is no use to anybody */
        (void)unlink(bak);
    return 0;
}

void wizard_world_open(struct wizard_world *world, struct wizard_machine *m)
{
    *world = (struct wizard_world){.arg = m,
                                   .id = m->id,
                                   .adapters = adapters,
                                   .scan = scan,
                                   .read = read_device,
                                   .try_server = try_server,
                                   .clock = look_at_clock,
                                   .write = write_all};
}

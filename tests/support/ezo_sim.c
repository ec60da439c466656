/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/ezo_sim.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <pty.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define LINE    64
#define CR      '\r'
#define TOLD    32 /* commands that are remembered */
#define OUTPUTS 4

/* What a circuit may put out, in its order; the first is on from the factory. */
static const char *const OUTPUT[][OUTPUTS] = {
    [EZO_SIM_DO] = {"mg", "%"}, [EZO_SIM_PH] = {"pH"}, [EZO_SIM_EC] = {"EC", "TDS", "S", "SG"}};
static const char *const DEVICE[] = {"D.O.", "pH", "EC"};

struct ezo_sim {
    enum ezo_sim_kind kind;
    char *link;
    int reading_ms;
    int fd, other_fd; /* -1: not plugged in */
    pthread_t thread;
    pthread_mutex_t mutex; /* for all that follows */
    bool stop, deaf;
    char value[16];
    char told[TOLD][LINE];
    size_t tolds;
    /* of the circuit */
    bool codes, asleep, on[OUTPUTS], led;
    char t[16], s[16], p[16], k[16], name[17];
    int cal, every_s;
    double due_ms, next_ms; /* of an answer to R; of the next continuous reading. 0: none */
    char line[LINE];
    size_t n;
};

static double now_ms(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void say(const struct ezo_sim *s, const char *format, ...)
{
    char text[128];
    va_list ap;
    ssize_t n;

    va_start(ap, format);
    (void)vsnprintf(text, sizeof text - 1, format, ap);
    va_end(ap);
    (void)strcat(text, "\r");
    do
        n = write(s->fd, text, strlen(text));
    while (n < 0 && errno == EINTR);
}

static void ok(const struct ezo_sim *s)
{
    if (s->codes)
        say(s, "*OK");
}

/* As after power-on; what is not kept over it is forgotten. */
static void power_on(struct ezo_sim *s)
{
    (void)strcpy(s->t, "25.0");
    (void)strcpy(s->s, "0");
    (void)strcpy(s->p, "101.3");
    s->asleep = false;
    s->n = 0;
    s->due_ms = 0;
    s->next_ms = s->every_s > 0 ? now_ms() + 1000.0 * s->every_s : 0;
    if (s->codes) {
        say(s, "*RS");
        say(s, "*RE");
    }
}

static void factory(struct ezo_sim *s)
{
    s->codes = s->led = true;
    s->every_s = 1;
    s->cal = 0;
    s->name[0] = '\0';
    (void)strcpy(s->k, "1.0");
    for (unsigned i = 0; i < OUTPUTS; i++)
        s->on[i] = i == 0;
}

static void reading(struct ezo_sim *s)
{
    char text[100];

    (void)snprintf(text, sizeof text, "%s", s->value);
    for (unsigned i = 1; i < OUTPUTS; i++)
        if (s->on[i])
            (void)snprintf(text + strlen(text), sizeof text - strlen(text), ",%g",
                           atof(s->value) * (i == 1 ? 0.54 : 0.5));
    say(s, "%s", text);
}

/* O,mg,1 and the like. */
static bool output(struct ezo_sim *s, const char *arg)
{
    for (unsigned i = 0; i < OUTPUTS && OUTPUT[s->kind][i] != NULL; i++) {
        size_t n = strlen(OUTPUT[s->kind][i]);
        if (strncasecmp(arg, OUTPUT[s->kind][i], n) != 0 || arg[n] != ',' ||
            (arg[n + 1] != '0' && arg[n + 1] != '1') || arg[n + 2] != '\0')
            continue;
        s->on[i] = arg[n + 1] == '1';
        return true;
    }
    return false;
}

static void list_outputs(const struct ezo_sim *s)
{
    char text[64] = "?O";

    for (unsigned i = 0; i < OUTPUTS; i++)
        if (s->on[i] && OUTPUT[s->kind][i] != NULL)
            (void)snprintf(text + strlen(text), sizeof text - strlen(text), ",%s",
                           OUTPUT[s->kind][i]);
    say(s, "%s", text);
}

/* A number, and for S also its unit. */
static bool numeric(const char *arg)
{
    char *end;

    (void)strtod(arg, &end);
    return end != arg && (*end == '\0' || strcasecmp(end, ",ppt") == 0);
}

/* T,n  S,n  P,n  K,n and their questions. */
static bool number(struct ezo_sim *s, char letter, const char *arg)
{
    char *to = letter == 'T' ? s->t : letter == 'S' ? s->s : letter == 'P' ? s->p : s->k;
    static const char *const HAS[] = {"TSP", "T", "TK"};

    if (strchr(HAS[s->kind], letter) == NULL)
        return false;
    if (strcmp(arg, "?") == 0) {
        say(s, "?%c,%s", letter, to);
        return true;
    }
    if (!numeric(arg))
        return false;
    (void)snprintf(to, 16, "%.15s", arg);
    return true;
}

static bool is(const char *line, const char *word)
{
    return strcasecmp(line, word) == 0;
}

/* All but R and Sleep. False: *ER. */
static bool obey(struct ezo_sim *s, const char *c)
{
    const char *arg = strchr(c, ',');

    arg = arg != NULL ? arg + 1 : "";
    if (is(c, "i"))
        say(s, "?i,%s,2.14", DEVICE[s->kind]);
    else if (is(c, "Status"))
        say(s, "?Status,P,5.02");
    else if (is(c, "Slope,?") && s->kind == EZO_SIM_PH)
        say(s, "?Slope,99.7,100.3,-0.89");
    else if (is(c, "Cal,?"))
        say(s, "?Cal,%d", s->cal);
    else if (is(c, "Cal,clear"))
        s->cal = 0;
    else if (strncasecmp(c, "Cal", 3) == 0 && (c[3] == '\0' || c[3] == ','))
        s->cal = s->cal < 3 ? s->cal + 1 : 3;
    else if (is(c, "C,?"))
        say(s, "?C,%d", s->every_s);
    else if (strncasecmp(c, "C,", 2) == 0 && isdigit((unsigned char)arg[0]) && atoi(arg) < 100) {
        s->every_s = atoi(arg);
        s->next_ms = s->every_s > 0 ? now_ms() + 1000.0 * s->every_s : 0;
    } else if (is(c, "*OK,?"))
        say(s, "?*OK,%d", s->codes);
    else if (is(c, "*OK,0") || is(c, "*OK,1"))
        s->codes = c[4] == '1';
    else if (is(c, "L,?"))
        say(s, "?L,%d", s->led);
    else if (is(c, "L,0") || is(c, "L,1"))
        s->led = c[2] == '1';
    else if (is(c, "Name,?"))
        say(s, "?Name,%s", s->name);
    else if (strncasecmp(c, "Name,", 5) == 0)
        (void)snprintf(s->name, sizeof s->name, "%.16s", arg);
    else if (is(c, "O,?"))
        list_outputs(s);
    else if (strncasecmp(c, "O,", 2) == 0)
        return s->kind != EZO_SIM_PH && output(s, arg);
    else if (strchr("TSPK", toupper((unsigned char)c[0])) != NULL && c[0] != '\0' && c[1] == ',')
        return number(s, (char)toupper((unsigned char)c[0]), arg);
    else if (!is(c, "Find"))
        return false;
    return true;
}

static void remember(struct ezo_sim *s, const char *c)
{
    (void)snprintf(s->told[s->tolds++ % TOLD], LINE, "%s", c);
}

static void command(struct ezo_sim *s, const char *c)
{
    remember(s, c);
    if (is(c, "R") || (strncasecmp(c, "RT,", 3) == 0 && numeric(c + 3))) {
        if (c[1] != '\0')
            (void)number(s, 'T', c + 3);
        s->due_ms = now_ms() + s->reading_ms;
    } else if (is(c, "Sleep")) {
        if (s->codes)
            say(s, "*SL");
        s->asleep = true;
    } else if (is(c, "Factory")) {
        factory(s);
        power_on(s);
    } else if (obey(s, c)) {
        ok(s);
    } else if (s->codes) {
        say(s, "*ER");
    }
}

static void hear(struct ezo_sim *s, char byte)
{
    if (s->asleep) { /* any character wakes it, and is lost */
        s->asleep = false;
        s->n = 0;
        if (s->codes)
            say(s, "*WA");
        return;
    }
    if (byte != CR) {
        if (s->n + 1 < sizeof s->line)
            s->line[s->n++] = byte;
        return;
    }
    s->line[s->n] = '\0';
    s->n = 0;
    command(s, s->line);
}

static void timers(struct ezo_sim *s)
{
    const double now = now_ms();

    if (s->due_ms > 0 && now >= s->due_ms) {
        s->due_ms = 0;
        reading(s);
        ok(s);
    }
    if (s->next_ms > 0 && now >= s->next_ms && !s->asleep) {
        s->next_ms = s->every_s > 0 ? now + 1000.0 * s->every_s : 0;
        reading(s);
    }
}

static void *run(void *arg)
{
    struct ezo_sim *s = arg;
    bool go = true;

    while (go) {
        struct pollfd p;
        char in[64];
        (void)pthread_mutex_lock(&s->mutex);
        p = (struct pollfd){s->fd, POLLIN, 0};
        (void)pthread_mutex_unlock(&s->mutex);
        (void)poll(&p, 1, 5);
        (void)pthread_mutex_lock(&s->mutex);
        if (s->fd >= 0 && s->fd == p.fd) {
            ssize_t n = (p.revents & POLLIN) != 0 ? read(s->fd, in, sizeof in) : 0;
            for (ssize_t i = 0; i < n && !s->deaf; i++)
                hear(s, in[i]);
            if (!s->deaf)
                timers(s);
        }
        go = !s->stop;
        (void)pthread_mutex_unlock(&s->mutex);
    }
    return NULL;
}

static bool plug(struct ezo_sim *s)
{
    struct termios t;
    char path[64];

    if (openpty(&s->fd, &s->other_fd, NULL, NULL, NULL) != 0)
        return false;
    (void)fcntl(s->fd, F_SETFD, FD_CLOEXEC);
    (void)fcntl(s->other_fd, F_SETFD, FD_CLOEXEC);
    (void)fcntl(s->fd, F_SETFL, O_NONBLOCK); /* what nobody reads is lost, as on a wire */
    if (tcgetattr(s->other_fd, &t) != 0 || ttyname_r(s->other_fd, path, sizeof path) != 0)
        return false;
    cfmakeraw(&t);
    if (tcsetattr(s->other_fd, TCSANOW, &t) != 0)
        return false;
    (void)unlink(s->link);
    if (symlink(path, s->link) != 0)
        return false;
    power_on(s);
    return true;
}

static void unplug(struct ezo_sim *s)
{
    if (s->fd < 0)
        return;
    (void)unlink(s->link);
    (void)close(s->other_fd);
    (void)close(s->fd);
    s->fd = s->other_fd = -1;
}

struct ezo_sim *ezo_sim_start(enum ezo_sim_kind kind, const char *link, const char *value,
                              int reading_ms)
{
    struct ezo_sim *s = calloc(1, sizeof *s);

    if (s == NULL)
        return NULL;
    s->kind = kind;
    s->reading_ms = reading_ms;
    s->fd = s->other_fd = -1;
    s->link = strdup(link);
    (void)snprintf(s->value, sizeof s->value, "%.15s", value);
    (void)pthread_mutex_init(&s->mutex, NULL);
    factory(s);
    if (s->link != NULL && plug(s) && pthread_create(&s->thread, NULL, run, s) == 0)
        return s;
    unplug(s);
    free(s->link);
    free(s);
    return NULL;
}

void ezo_sim_stop(struct ezo_sim *s)
{
    if (s == NULL)
        return;
    (void)pthread_mutex_lock(&s->mutex);
    s->stop = true;
    (void)pthread_mutex_unlock(&s->mutex);
    (void)pthread_join(s->thread, NULL);
    unplug(s);
    (void)pthread_mutex_destroy(&s->mutex);
    free(s->link);
    free(s);
}

void ezo_sim_set(struct ezo_sim *s, const char *value)
{
    (void)pthread_mutex_lock(&s->mutex);
    (void)snprintf(s->value, sizeof s->value, "%.15s", value);
    (void)pthread_mutex_unlock(&s->mutex);
}

void ezo_sim_unplug(struct ezo_sim *s)
{
    (void)pthread_mutex_lock(&s->mutex);
    unplug(s);
    (void)pthread_mutex_unlock(&s->mutex);
}

void ezo_sim_plug(struct ezo_sim *s)
{
    (void)pthread_mutex_lock(&s->mutex);
    if (s->fd < 0 && !plug(s))
        unplug(s);
    (void)pthread_mutex_unlock(&s->mutex);
}

void ezo_sim_deaf(struct ezo_sim *s, bool deaf)
{
    (void)pthread_mutex_lock(&s->mutex);
    s->deaf = deaf;
    (void)pthread_mutex_unlock(&s->mutex);
}

void ezo_sim_told(struct ezo_sim *s, const char *prefix, char *out, size_t size)
{
    (void)pthread_mutex_lock(&s->mutex);
    out[0] = '\0';
    for (size_t i = s->tolds > TOLD ? s->tolds - TOLD : 0; i < s->tolds; i++)
        if (strncmp(s->told[i % TOLD], prefix, strlen(prefix)) == 0)
            (void)snprintf(out, size, "%s", s->told[i % TOLD]);
    (void)pthread_mutex_unlock(&s->mutex);
}

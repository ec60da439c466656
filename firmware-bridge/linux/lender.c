/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lender.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "collector/common/buf.h"
#include "collector/common/clock.h"
#include "collector/common/control.h"
#include "collector/common/jsonconf.h"
#include "collector/common/tongue.h"

#define CALL_MS     30000 /* a question waits for the line and for its answer */
#define NAP_MS      500
#define PATIENCE_MS 30000

/* --- which device it is ------------------------------------------------------------------------------------------- */

struct search {
    const struct lender_wish *wish;
    struct lender_device *out;
    bool found;
    unsigned buses;
    struct {
        char slug[SLUG_SIZE], where[SITE_PATH_SIZE + 32];
    } bus[32]; /* those whose place fits */
};

/* The same port, whatever it is called. */
static bool same_port(const char *a, const char *b)
{
    struct stat x, y;

    if (strcmp(a, b) == 0)
        return true;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && S_ISCHR(x.st_mode) && S_ISCHR(y.st_mode) &&
           x.st_rdev == y.st_rdev;
}

/* HOST[:PORT] and what the collector says. */
static bool same_host(const char *tcp, const char *host, long port)
{
    char both[SITE_NAME_SIZE + 16];

    (void)snprintf(both, sizeof both, "%s:%ld", host, port);
    return strcmp(tcp, both) == 0 || (port == 502 && strcmp(tcp, host) == 0);
}

static void see_bus(struct search *s, struct jsonconf *c, const struct jsonconf_node *o)
{
    char slug[SLUG_SIZE], port[SITE_PATH_SIZE], host[SITE_NAME_SIZE], where[SITE_PATH_SIZE + 32];
    long tcp_port = jsonconf_integer_or(c, o, "tcp_port", 0, 65535, 0);
    const struct lender_wish *w = s->wish;

    jsonconf_string_or(c, o, "slug", slug, sizeof slug, "");
    jsonconf_string_or(c, o, "port", port, sizeof port, "");
    jsonconf_string_or(c, o, "host", host, sizeof host, "");
    jsonconf_string_or(c, o, "where", where, sizeof where, "");
    if (s->buses < sizeof s->bus / sizeof s->bus[0] &&
        (w->slug != NULL || (w->serial != NULL && port[0] != '\0' && same_port(w->serial, port)) ||
         (w->tcp != NULL && host[0] != '\0' && same_host(w->tcp, host, tcp_port)))) {
        (void)snprintf(s->bus[s->buses].slug, SLUG_SIZE, "%s", slug);
        (void)snprintf(s->bus[s->buses].where, sizeof where, "%s", where);
        s->buses++;
    }
}

static void see_device(struct search *s, struct jsonconf *c, const struct jsonconf_node *o)
{
    struct lender_device d = {.unit = (int)jsonconf_integer_or(c, o, "unit", 0, 255, -1)};

    jsonconf_string_or(c, o, "slug", d.slug, sizeof d.slug, "");
    jsonconf_string_or(c, o, "bus", d.bus, sizeof d.bus, "");
    if (s->wish->slug != NULL ? strcmp(s->wish->slug, d.slug) != 0 : d.unit != s->wish->unit)
        return;
    for (unsigned i = 0; i < s->buses && !s->found; i++) {
        if (strcmp(s->bus[i].slug, d.bus) != 0)
            continue;
        (void)snprintf(d.where, sizeof d.where, "%s", s->bus[i].where);
        *s->out = d;
        s->found = true;
    }
}

/* The buses come before the devices. */
static int status_line(void *arg, const char *json)
{
    struct search *s = arg;
    struct jsonconf *c = NULL;
    char kind[16], why[256];
    const struct jsonconf_node *root;

    if (jsonconf_open_memory(&c, "status", json, strlen(json), why, sizeof why) != 0)
        return NILA_ERR_PROTO;
    root = jsonconf_root(c);
    jsonconf_string_or(c, root, "kind", kind, sizeof kind, "");
    if (strcmp(kind, "bus") == 0)
        see_bus(s, c, root);
    else if (strcmp(kind, "device") == 0)
        see_device(s, c, root);
    jsonconf_close(c);
    return 0;
}

int lender_find(const char *socket, const struct lender_wish *wish, struct lender_device *out,
                char *why, size_t why_size)
{
    struct search s = {.wish = wish, .out = out};
    int rc = control_call(socket, "{\"v\":1,\"op\":\"status\"}", status_line, &s, CALL_MS, why,
                          why_size);

    if (rc != 0 || s.found)
        return rc;
    if (wish->slug != NULL)
        (void)snprintf(why, why_size,
                       tongue("nila-collector tidak mengenal alat \"%.32s\"",
                              "nila-collector has no device \"%.32s\""),
                       wish->slug);
    else
        (void)snprintf(why, why_size,
                       tongue("nila-collector tidak membaca unit %d di sana",
                              "nila-collector reads no unit %d there"),
                       wish->unit);
    return NILA_ERR_NOT_FOUND;
}

/* --- the loan ----------------------------------------------------------------------------------------------------- */

static int terms_line(void *arg, const char *json)
{
    struct lender *l = arg;
    struct jsonconf *c = NULL;
    char why[256];
    const struct jsonconf_node *o;

    if (jsonconf_open_memory(&c, "lend", json, strlen(json), why, sizeof why) != 0)
        return NILA_ERR_PROTO;
    o = jsonconf_root(c);
    jsonconf_string_or(c, o, "lease", l->lease, sizeof l->lease, "");
    l->pond[0] = '\0';
    if (jsonconf_is_string(jsonconf_member(c, o, "pond", false)))
        jsonconf_string(c, o, "pond", l->pond, sizeof l->pond);
    l->settle_s = (int)jsonconf_integer_or(c, o, "settle_s", 0, 3600, 0);
    l->unit = (int)jsonconf_integer_or(c, o, "unit", 0, 255, 0);
    jsonconf_close(c);
    return l->lease[0] != '\0' ? 0 : NILA_ERR_PROTO;
}

static int borrow(struct lender *l, char *why, size_t why_size)
{
    struct buf rq = {0};
    int rc;

    buf_printf(&rq, "{\"v\":1,\"op\":\"lend\",\"device\":\"%s\"}", l->device);
    l->fd = -1;
    rc = control_hold(l->socket, rq.p, terms_line, l, CALL_MS, &l->fd, why, why_size);
    buf_free(&rq);
    if (rc != 0)
        l->fd = -1;
    return rc;
}

int lender_take(struct lender *l, const char *socket, const char *device, char *why,
                size_t why_size)
{
    *l = (struct lender){.fd = -1, .patience_ms = PATIENCE_MS};
    if (strlen(socket) >= sizeof l->socket || !slug_valid(device)) {
        (void)snprintf(why, why_size, "%s",
                       tongue("soket atau nama alat terlalu panjang atau salah",
                              "the socket or the device's name is too long or wrong"));
        return NILA_ERR_CONFIG;
    }
    (void)snprintf(l->socket, sizeof l->socket, "%s", socket);
    (void)snprintf(l->device, sizeof l->device, "%s", device);
    return borrow(l, why, why_size);
}

void lender_return(struct lender *l)
{
    struct buf rq = {0};

    if (l->fd < 0)
        return;
    buf_printf(&rq, "{\"v\":1,\"op\":\"return\",\"lease\":\"%s\",\"settle\":%s}", l->lease,
               l->touched ? "true" : "false");
    if (control_call(l->socket, rq.p, NULL, NULL, CALL_MS, NULL, 0) != 0)
        l->lease[0] = '\0'; /* the end of the connection gives it back, too */
    buf_free(&rq);
    (void)close(l->fd);
    l->fd = -1;
}

/* The collector was restarted, or ended the loan: it is asked for the device again for a while. */
static int borrow_again(struct lender *l, char *why, size_t why_size)
{
    const int64_t end = clock_mono_ms() + l->patience_ms;
    const struct timespec nap = {0, NAP_MS * 1000000L};
    int rc;

    if (l->fd >= 0)
        (void)close(l->fd);
    for (;;) {
        rc = borrow(l, why, why_size);
        if (rc == 0 || rc == NILA_ERR_DENIED || clock_mono_ms() >= end)
            return rc;
        (void)nanosleep(&nap, NULL);
    }
}

/* --- one question ------------------------------------------------------------------------------------------------- */

struct answer {
    char outcome[16], text[96];
    int exception;
    size_t n;
    uint16_t reg[125];
};

static int answer_line(void *arg, const char *json)
{
    struct answer *a = arg;
    struct jsonconf *c = NULL;
    char why[256];
    const struct jsonconf_node *o, *regs;
    int rc;

    if (jsonconf_open_memory(&c, "lent", json, strlen(json), why, sizeof why) != 0)
        return NILA_ERR_PROTO;
    o = jsonconf_root(c);
    jsonconf_string(c, o, "outcome", a->outcome, sizeof a->outcome);
    jsonconf_string(c, o, "text", a->text, sizeof a->text);
    a->exception = (int)jsonconf_integer(c, o, "exception", 0, 255);
    jsonconf_ignore(c, o, "answer_ms");
    regs = jsonconf_member(c, o, "regs", true);
    a->n = jsonconf_length(c, regs, sizeof a->reg / sizeof a->reg[0]);
    for (size_t i = 0; i < a->n; i++)
        a->reg[i] = (uint16_t)jsonconf_number_at(c, jsonconf_at(c, regs, i), 0, 65535);
    rc = jsonconf_done(c, why, sizeof why);
    jsonconf_close(c);
    return rc == 0 ? 0 : NILA_ERR_PROTO;
}

static int from_outcome(const struct answer *a, char *why, size_t why_size)
{
    static const struct {
        const char *word;
        int rc;
    } OUTCOME[] = {
        {"good", 0},
        {"exception", NILA_ERR_EXCEPTION},
        {"silent", NILA_ERR_TIMEOUT},
        {"busy", NILA_ERR_TIMEOUT},
        {"away", NILA_ERR_IO},
    };

    (void)snprintf(why, why_size, "%s", a->text);
    for (size_t i = 0; i < sizeof OUTCOME / sizeof OUTCOME[0]; i++)
        if (strcmp(OUTCOME[i].word, a->outcome) == 0)
            return OUTCOME[i].rc;
    return NILA_ERR_PROTO;
}

/* Is the loan over, or the collector gone? */
static bool is_over(int rc, const char *why)
{
    return rc == NILA_ERR_NOT_FOUND || rc == NILA_ERR_CLOSED ||
           (rc == NILA_ERR_REFUSED && strncmp(why, "lease", 5) == 0);
}

static int put(const struct lender *l, const char *question, struct answer *a, char *why,
               size_t why_size)
{
    struct buf rq = {0};
    int rc;

    *a = (struct answer){0};
    buf_printf(&rq, "{\"v\":1,\"op\":\"lent\",\"lease\":\"%s\",%s}", l->lease, question);
    rc = control_call(l->socket, rq.p, answer_line, a, CALL_MS, why, why_size);
    buf_free(&rq);
    return rc != 0 ? rc : from_outcome(a, why, why_size);
}

int lender_ask(struct lender *l, uint8_t function, uint16_t first, uint16_t count,
               const uint16_t *value, uint16_t *out, uint8_t *exception, char *why, size_t why_size)
{
    struct answer a;
    struct buf question = {0};
    int rc;

    buf_printf(&question, "\"function\":%u,\"first\":%u,\"count\":%u", function, first, count);
    for (unsigned i = 0; value != NULL && i < count; i++)
        buf_printf(&question, "%s%u", i == 0 ? ",\"write\":[" : ",", value[i]);
    if (value != NULL)
        buf_str(&question, "]");
    rc = put(l, question.p, &a, why, why_size);
    if (is_over(rc, why)) {
        rc = borrow_again(l, why, why_size) != 0 ? NILA_ERR_CLOSED
             : value != NULL                     ? NILA_ERR_TIMEOUT
                                                 : put(l, question.p, &a, why, why_size);
        if (is_over(rc, why))
            rc = NILA_ERR_CLOSED;
    }
    buf_free(&question);
    *exception = (uint8_t)a.exception;
    if (rc == 0 && value == NULL && a.n != count)
        rc = NILA_ERR_PROTO;
    if (rc == 0 && value == NULL)
        memcpy(out, a.reg, count * sizeof *out);
    return rc;
}

int lender_result(struct lender *l, enum metric metric, double slope_pct, double offset,
                  int due_day, char *why, size_t why_size)
{
    struct buf rq = {0};
    int rc;

    buf_printf(&rq,
               "{\"v\":1,\"op\":\"return\",\"keep\":true,\"lease\":\"%s\",\"metric\":\"%s\","
               "\"slope_pct\":%.4f,\"offset\":%.4f,\"due_day\":%d}",
               l->lease, metric_info(metric)->name, slope_pct, offset, due_day);
    rc = control_call(l->socket, rq.p, NULL, NULL, CALL_MS, why, why_size);
    buf_free(&rq);
    return rc;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A switch of the site file, through the collector's socket (collector/control.h, op relay): it sounds for for_s seconds at most,
 * whatever becomes of this program, and then goes back to its own rules. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "channel_own.h"
#include "collector/common/control.h"
#include "collector/common/jsonconf.h"

enum {
    TEST_S = 3,
    LOOK_MS = 200, /* between two looks whether the relay has closed */
    LOOK_CAP_MS =
        5000 /* a board on a busy line takes its turn; a relay that has not closed by then is told of */
};

/* The switch as the collector tells it. */
struct switch_line {
    const char *slug;
    bool came, known, on;
    char error[120];
};

static int take_line(void *arg, const char *json)
{
    struct switch_line *s = arg;
    struct jsonconf *c = NULL;
    const struct jsonconf_node *root;
    char why[256], kind[32] = "", slug[SLUG_SIZE] = "";

    if (jsonconf_open_memory(&c, "answer", json, strlen(json), why, sizeof why) != 0)
        return NILA_ERR_PROTO;
    root = jsonconf_root(c);
    jsonconf_string_or(c, root, "kind", kind, sizeof kind, "");
    if (strcmp(kind, "switch") == 0)
        jsonconf_string_or(c, root, "slug", slug, sizeof slug, "");
    if (strcmp(slug, s->slug) == 0) {
        s->known = jsonconf_bool_or(c, root, "known", false);
        s->on = jsonconf_bool_or(c, root, "on", false);
        jsonconf_string_or(c, root, "error", s->error, sizeof s->error, "");
        s->came = true;
    }
    jsonconf_close(c);
    return 0;
}

/* What the collector is asked for; NULL: a siren has nothing to say about this. */
static const char *state_of(enum message_kind kind)
{
    static const char *const STATE[MESSAGE_KINDS] = {
        [MESSAGE_RAISE] = "on",   [MESSAGE_REPEAT] = "on",  [MESSAGE_TEST] = "on",
        [MESSAGE_CLEAR] = "auto", [MESSAGE_ACKED] = "auto",
    };
    return (unsigned)kind < MESSAGE_KINDS ? STATE[kind] : NULL;
}

static void refused(int rc, const char *why, struct channel_result *r)
{
    switch (rc) {
    case NILA_ERR_NOT_FOUND:
        channel_set(r, FATE_RETRY, CODE_NO_COLLECTOR, "%s", why);
        break;
    case NILA_ERR_DENIED:
        channel_set(r, FATE_REFUSED, CODE_NOT_ALLOWED, "%s", why);
        break;
    case NILA_ERR_REFUSED: /* "slug: no such switch", "for_s: whole seconds, ..." */
        channel_set(r, FATE_REFUSED, strncmp(why, "slug", 4) == 0 ? CODE_NO_SWITCH : CODE_CONFIG,
                    "%s", why);
        break;
    case NILA_ERR_BUSY:
        channel_set(r, FATE_RETRY, CODE_NO_COLLECTOR, "%s", why);
        break;
    case NILA_ERR_PROTO:
        channel_set(r, FATE_UNKNOWN, CODE_MALFORMED, "%s", why);
        break;
    default: /* asked, and then silence: it may be sounding */
        channel_set(r, FATE_UNKNOWN, CODE_NO_COLLECTOR, "%s", why);
        break;
    }
}

/* The answer to the order does not wait for the board: looks until the relay is as it was told to be. */
static void look(struct channel *c, struct switch_line *line)
{
    const int64_t cap = c->c->timeout_ms < LOOK_CAP_MS ? c->c->timeout_ms : LOOK_CAP_MS;
    const struct timespec wait = {.tv_nsec = LOOK_MS * 1000000L};

    for (int64_t ms = 0; !line->on && ms < cap && !atomic_load(&c->stopped); ms += LOOK_MS) {
        (void)nanosleep(&wait, NULL);
        if (control_call(c->c->socket, "{\"v\":1,\"op\":\"status\"}", take_line, line,
                         c->c->timeout_ms, NULL, 0) != 0)
            return; /* the order was taken; that is known already */
    }
}

static void send_siren(struct channel *c, const char *to, const struct channel_message *m,
                       struct channel_result *r)
{
    const char *state = state_of(m->kind);
    struct switch_line line = {.slug = c->c->switch_slug};
    char request[200], why[256] = "", seconds[32] = "";
    bool on;
    int rc;

    (void)to;
    if (state == NULL) {
        channel_set(r, FATE_REFUSED, CODE_KIND, "%s", message_kind_name(m->kind));
        return;
    }
    on = strcmp(state, "on") == 0;
    if (on)
        (void)snprintf(seconds, sizeof seconds, ",\"for_s\":%d",
                       m->kind == MESSAGE_TEST && c->c->for_s > TEST_S ? TEST_S : c->c->for_s);
    (void)snprintf(request, sizeof request,
                   "{\"v\":1,\"op\":\"relay\",\"slug\":\"%s\",\"state\":\"%s\"%s}",
                   c->c->switch_slug, state, seconds);
    rc = control_call(c->c->socket, request, take_line, &line, c->c->timeout_ms, why, sizeof why);
    if (rc != 0) {
        refused(rc, why, r);
        return;
    }
    if (!line.came) {
        channel_set(r, FATE_UNKNOWN, CODE_MALFORMED, "%s", "no state of the switch");
        return;
    }
    if (!on)
        return; /* given back to its own rules, which may let it sound on */
    look(c, &line);
    if (line.known && line.on)
        r->fate = FATE_DELIVERED;
    else /* the order was taken, and nothing sounds: the board is silent, refuses, or reads back open */
        channel_set(r, FATE_RETRY, CODE_RELAY, "%s", line.error);
}

const struct channel_ops CHANNEL_OPS_SIREN = {
    .name = "siren", .address = ADDRESS_NONE, .send = send_siren};

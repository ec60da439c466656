/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "collector/common/log.h"
#include "collector/common/utf8.h"
#include "port_holder.h"
#include "run.h"
#include "setup.h"

#define TCP_PORT        502
#define LINE_TIMEOUT_MS 1000

void command_plain(struct buf *b)
{
    utf8_plain(b->p, b->n);
}

int command_finish(struct buf *out)
{
    int rc = EX_OK;

    command_plain(out);
    if (out->n > 0 && fwrite(out->p, 1, out->n, stdout) != out->n)
        rc = EX_IOERR;
    buf_free(out);
    return fflush(stdout) == 0 ? rc : EX_IOERR;
}

void command_say(const struct options *o, enum text what, const char *a, const char *b,
                 const char *c, const char *d)
{
    struct buf words = {0};

    text_add(&words, o->l, what, a, b, c, d, NULL);
    command_plain(&words);
    (void)fputs(words.p, stderr);
    buf_free(&words);
}

int command_site(const struct options *o, struct site **out)
{
    char why[400];
    int rc;

    if (access(o->config, F_OK) != 0 && errno == ENOENT) {
        command_say(o, TEXT_NO_CONFIG, o->config, NULL, NULL, NULL);
        return EX_NOINPUT;
    }
    rc = site_load(out, o->config, why, sizeof why);
    if (rc != 0)
        log_warnx("%s", why);
    return run_exit_code(rc);
}

/* Is it the socket that may not be opened (else the collector has understood, and refuses it to this user)? */
static bool is_about_socket(const char *why)
{
    const char *words = strerror(EACCES);
    size_t n = strlen(why), k = strlen(words);

    return n >= k && strcmp(why + n - k, words) == 0;
}

int command_no_collector(const struct options *o, int rc, const char *why)
{
    static const struct {
        int rc, code;
    } SAID[] = {{NILA_ERR_REFUSED, EX_USAGE},
                {NILA_ERR_DENIED, EX_NOPERM},
                {NILA_ERR_BUSY, EX_TEMPFAIL},
                {NILA_ERR_IO, EX_IOERR}};

    if (rc == NILA_ERR_DENIED && is_about_socket(why)) {
        command_say(o, TEXT_SOCKET_DENIED, why, NULL, NULL, NULL);
        return EX_NOPERM;
    }
    for (size_t i = 0; i < sizeof SAID / sizeof SAID[0]; i++) {
        if (rc == SAID[i].rc) {
            log_warnx("%s", why);
            return SAID[i].code;
        }
    }
    command_say(o, TEXT_NOT_RUNNING, why, o->config, NULL, NULL);
    return EX_UNAVAILABLE;
}

/* --- lines -------------------------------------------------------------------------------------------------------- */

/* What a line that could not be opened needs. */
static int line_failed(const struct options *o, const struct site_bus *c, int rc, const char *why)
{
    struct port_holder h;
    char pid[24];

    if (rc == NILA_ERR_BUSY && c->kind == SITE_BUS_SERIAL) {
        if (port_holder_find(c->port, &h)) {
            (void)snprintf(pid, sizeof pid, "%ld", (long)h.pid);
            command_say(o, TEXT_PORT_HELD, c->port, h.name, pid, NULL);
        } else {
            command_say(o, TEXT_PORT_BUSY, c->port, NULL, NULL, NULL);
        }
        return EX_TEMPFAIL;
    }
    if (rc == NILA_ERR_DENIED) {
        command_say(o, c->kind == SITE_BUS_SERIAL ? TEXT_PORT_DENIED : TEXT_SOCKET_DENIED, why,
                    NULL, NULL, NULL);
        return EX_NOPERM;
    }
    if (rc == NILA_ERR_CONFIG) {
        log_warnx("%s", why);
        return EX_CONFIG;
    }
    command_say(o, c->kind == SITE_BUS_SERIAL ? TEXT_PORT_AWAY : TEXT_HOST_AWAY, why, NULL, NULL,
                NULL);
    return EX_UNAVAILABLE;
}

bool command_take_host(struct site_bus *c, const char *text)
{
    const char *colon = strrchr(text, ':');
    size_t n = colon != NULL ? (size_t)(colon - text) : strlen(text);
    char *end = NULL;

    c->kind = SITE_BUS_TCP;
    c->tcp_port = TCP_PORT;
    if (colon != NULL) {
        long port = strtol(colon + 1, &end, 10);
        if (colon[1] == '\0' || *end != '\0' || port < 1 || port > 65535)
            return false;
        c->tcp_port = (int)port;
    }
    if (n > 2 && text[0] == '[' && text[n - 1] == ']') {
        text++;
        n -= 2;
    }
    if (n == 0 || n >= sizeof c->host)
        return false;
    (void)snprintf(c->host, sizeof c->host, "%.*s", (int)n, text);
    return true;
}

/* The line of --port or --host; EX_USAGE. Speed and parity of --baud and --parity are single ones here: a scan sets each. */
static int take_own(const struct options *o, struct site_bus *c)
{
    char *end = NULL;

    *c = (struct site_bus){.slug = "line",
                           .kind = SITE_BUS_SERIAL,
                           .baud = 9600,
                           .parity = 'N',
                           .stop_bits = 1,
                           .timeout_ms = LINE_TIMEOUT_MS};
    if (o->host != NULL)
        return command_take_host(c, o->host)
                   ? EX_OK
                   : options_usage(o, TEXT_USAGE_VALUE, "host", o->host, "HOST[:1..65535]");
    if (strlen(o->port) >= sizeof c->port)
        return options_usage(o, TEXT_USAGE_VALUE, "port", o->port, "/dev/...");
    (void)snprintf(c->port, sizeof c->port, "%s", o->port);
    if (o->parity != NULL && strcmp(o->parity, "all") != 0) {
        if (strlen(o->parity) != 1 || strchr("NEO", o->parity[0]) == NULL)
            return options_usage(o, TEXT_USAGE_VALUE, "parity", o->parity, "N | E | O");
        c->parity = o->parity[0];
    }
    if (o->baud != NULL && strcmp(o->baud, "all") != 0) {
        long baud = strtol(o->baud, &end, 10);
        if (*end != '\0' || baud < 1200 || baud > 115200)
            return options_usage(o, TEXT_USAGE_VALUE, "baud", o->baud, "1200..115200");
        c->baud = (int)baud;
    }
    return EX_OK;
}

static int find_bus(const struct site *s, const char *slug)
{
    for (unsigned i = 0; i < s->buses; i++)
        if (strcmp(s->bus[i].slug, slug) == 0)
            return (int)i;
    return -1;
}

static int open_asker(const struct options *o, struct command_line *l, const char *socket)
{
    char why[256] = "";
    int rc = asker_open(&l->asker, &l->c, socket, why, sizeof why);

    if (rc == NILA_ERR_DENIED && socket != NULL && access(socket, F_OK) == 0)
        return command_no_collector(o, rc, why);
    return rc == 0 ? EX_OK : line_failed(o, &l->c, rc, why);
}

int command_line_open_bus(const struct options *o, const struct site *site, int bus,
                          struct command_line *out)
{
    *out = (struct command_line){.bus = bus, .c = site->bus[bus]};
    return open_asker(o, out, site->control_socket);
}

int command_line_open(const struct options *o, struct command_line *out)
{
    int named = (o->bus != NULL) + (o->port != NULL) + (o->host != NULL), rc;

    *out = (struct command_line){.bus = -1};
    if (named != 1)
        return options_usage(o, TEXT_USAGE_LINE, o->word[0], NULL, NULL);
    if (o->bus == NULL) {
        rc = take_own(o, &out->c);
        return rc != EX_OK ? rc : open_asker(o, out, NULL);
    }
    rc = command_site(o, &out->site);
    if (rc != EX_OK)
        return rc;
    out->bus = find_bus(out->site, o->bus);
    if (out->bus < 0)
        return options_usage(o, TEXT_USAGE_NO_BUS, o->bus, o->config, NULL);
    out->c = out->site->bus[out->bus];
    return open_asker(o, out, out->site->control_socket);
}

void command_line_close(struct command_line *l)
{
    asker_close(l->asker);
    site_free(l->site);
    *l = (struct command_line){.bus = -1};
}

int command_ask_failed(const struct options *o, int rc, const char *text)
{
    if (rc == NILA_ERR_BUSY) {
        command_say(o, TEXT_LINE_BUSY, text, NULL, NULL, NULL);
        return EX_TEMPFAIL;
    }
    command_say(o, TEXT_ASK_FAILED, text, NULL, NULL, NULL);
    if (rc == NILA_ERR_DENIED)
        return EX_NOPERM;
    return rc == NILA_ERR_RANGE || rc == NILA_ERR_REFUSED ? EX_USAGE : EX_UNAVAILABLE;
}

/* --- words -------------------------------------------------------------------------------------------------------- */

const char *command_devices(const struct options *o)
{
    const char *dir = o->devices != NULL ? o->devices : getenv("NILA_DEVICES");
    return dir != NULL ? dir : SETUP_DEVICES_DIR;
}

const char *command_number(char buf[static TEXT_NUMBER_SIZE], enum text_language l, double value)
{
    char *point;

    if (!isfinite(value))
        (void)snprintf(buf, TEXT_NUMBER_SIZE, "-");
    else
        (void)snprintf(buf, TEXT_NUMBER_SIZE, "%.6g", value);
    if (l == TEXT_ID && (point = strchr(buf, '.')) != NULL)
        *point = ',';
    return buf;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "asker.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/common/control.h"
#include "collector/common/log.h"
#include "control_client.h"

#define CALL_MS 5000

struct asker {
    const struct site_bus *asked; /* as the caller described it */
    const char *socket;           /* NULL: over the line itself */
    struct site_bus c;
    struct bus *bus;
};

static int open_line(struct asker *a, char *why, size_t why_size)
{
    a->bus = bus_new(&a->c);
    if (a->c.kind == SITE_BUS_SERIAL && access(a->c.port, R_OK | W_OK) != 0 && errno == EACCES) {
        (void)snprintf(why, why_size, "port %s: %s", a->c.port, strerror(errno));
        return NILA_ERR_DENIED;
    }
    return bus_open(a->bus, why, why_size);
}

int asker_open(struct asker **out, const struct site_bus *c, const char *socket, char *why,
               size_t why_size)
{
    struct asker *a = xcalloc(1, sizeof *a);
    int rc = NILA_ERR_NOT_FOUND;

    a->asked = c;
    a->c = *c;
    if (socket != NULL)
        rc = control_call(socket, "{\"v\":1,\"op\":\"spool\",\"newest\":0}", NULL, NULL, CALL_MS,
                          why, why_size);
    if (rc == 0)
        a->socket = socket;
    else if (rc == NILA_ERR_NOT_FOUND)
        rc = open_line(a, why, why_size);
    if (rc != 0)
        asker_close(a);
    else
        *out = a;
    return rc;
}

void asker_close(struct asker *a)
{
    if (a == NULL)
        return;
    bus_free(a->bus);
    free(a);
}

bool asker_by_collector(const struct asker *a)
{
    return a->socket != NULL;
}

int asker_ask(struct asker *a, const struct bus_question *q, uint16_t *regs,
              struct bus_answer *answer)
{
    char why[96];
    int rc;

    if (a->socket != NULL)
        return control_client_ask(a->socket, a->asked->slug, q, regs, answer);
    rc = bus_ask(a->bus, q, regs, answer);
    if (rc != NILA_ERR_CLOSED && rc != NILA_ERR_IO)
        return rc;
    rc = bus_open(a->bus, why, sizeof why);
    if (rc == 0)
        return bus_ask(a->bus, q, regs, answer);
    *answer = (struct bus_answer){0};
    (void)snprintf(answer->text, sizeof answer->text, "%s", why);
    return NILA_ERR_IO;
}

int asker_speed(struct asker *a, int baud, char parity, char *why, size_t why_size)
{
    if (a->socket != NULL || a->c.kind != SITE_BUS_SERIAL) {
        (void)snprintf(why, why_size, "bus %s keeps its speed", a->c.slug);
        return NILA_ERR_UNSUPPORTED;
    }
    if (a->c.baud == baud && a->c.parity == parity)
        return 0;
    bus_free(a->bus);
    a->c.baud = baud;
    a->c.parity = parity;
    return open_line(a, why, why_size);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ready.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "collector/common/buf.h"
#include "collector/common/log.h"

/* A JSON string; paths may hold anything but 0. */
static void put_string(struct buf *b, const char *s)
{
    buf_str(b, "\"");
    for (; *s != '\0'; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\')
            buf_printf(b, "\\%c", c);
        else if (c < 0x20)
            buf_printf(b, "\\u%04x", c);
        else
            buf_add(b, s, 1);
    }
    buf_str(b, "\"");
}

static void put_bus(struct buf *b, const struct ready_bus *bus)
{
    buf_str(b, "{\"slug\":");
    put_string(b, bus->slug);
    if (bus->port > 0) {
        buf_str(b, ",\"tcp\":{\"host\":");
        put_string(b, bus->host);
        buf_printf(b, ",\"port\":%d}}", bus->port);
        return;
    }
    buf_str(b, ",\"pty\":");
    put_string(b, bus->pty);
    if (bus->link != NULL) {
        buf_str(b, ",\"link\":");
        put_string(b, bus->link);
    }
    buf_str(b, "}");
}

static int put_file(const char *path, const struct buf *text)
{
    struct buf part = {0};
    FILE *f;
    int saved, rc = NILA_ERR_IO;

    buf_printf(&part, "%s.%ld", path, (long)getpid());
    f = fopen(part.p, "w");
    if (f != NULL) {
        size_t written = fwrite(text->p, 1, text->n, f);
        if (fclose(f) == 0 && written == text->n && rename(part.p, path) == 0)
            rc = 0;
        saved = errno;
        if (rc != 0)
            (void)unlink(part.p);
        errno = saved;
    }
    saved = errno;
    buf_free(&part);
    errno = saved;
    return rc;
}

int ready_write_buses(const char *path, const struct ready_bus *bus, size_t n)
{
    struct buf b = {0};
    int rc, saved;

    buf_str(&b, "{\"buses\":[");
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            buf_str(&b, ",");
        put_bus(&b, &bus[i]);
    }
    buf_printf(&b, "],\"pid\":%ld}\n", (long)getpid());
    rc = put_file(path, &b);
    saved = errno;
    buf_free(&b);
    errno = saved;
    return rc;
}

int ready_write(const char *path, const struct site *site, const struct simserver *server,
                const char *host, const char *const *link)
{
    struct ready_bus *bus = xcalloc(site->buses, sizeof *bus);
    char(*pty)[128] = xcalloc(site->buses, sizeof *pty);
    int rc, saved;

    for (unsigned i = 0; i < site->buses; i++)
        bus[i] = (struct ready_bus){.slug = site->bus[i].slug,
                                    .host = host != NULL ? host : "127.0.0.1",
                                    .port = simserver_port(server, (int)i, pty[i], sizeof pty[i]),
                                    .pty = pty[i],
                                    .link = link[i]};
    rc = ready_write_buses(path, bus, site->buses);
    saved = errno;
    free(pty);
    free(bus);
    errno = saved;
    return rc;
}

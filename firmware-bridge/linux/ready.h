/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ready: the file that tells others where a simulator can be reached:
 * {"buses":[{"slug":"a","tcp":{"host":"127.0.0.1","port":1502}},{"slug":"b","pty":"/dev/pts/3","link":"/run/x"}],"pid":7}
 * "link" stands only where there is one. The file appears whole or not at all. */
#ifndef BRIDGE_READY_H
#define BRIDGE_READY_H

#include "collector/common/err.h"
#include "collector/common/site.h"

#include "simserver.h"

struct ready_bus {
    const char *slug, *host; /* host: of a TCP bus */
    int port;                /* 0: none, a serial port or pty */
    const char *pty, *link;  /* link NULL: none */
};

/* NILA_ERR_IO, errno says why. */
NILA_MUST_CHECK int ready_write_buses(const char *path, const struct ready_bus *bus, size_t n);

/* The same of a simulator. host NULL: "127.0.0.1". link: one entry a bus, NULL entries without. NILA_ERR_IO, errno says why. */
NILA_MUST_CHECK int ready_write(const char *path, const struct site *site,
                                const struct simserver *server, const char *host,
                                const char *const *link);

#endif

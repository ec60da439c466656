/* SPDX-License-Identifier: GPL-3.0-or-later */
/* office_try: does a server keep what a collector writes, and do the pages get it? The same question to every kind of server. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/clock.h"
#include "collector/common/err.h"
#include "collector/common/tongue.h"
#include "office.h"

/* The value of the point that was written, in whatever column it stands. */
static int seen(void *arg, size_t n, const char *const *column, const char *const *cell)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(column[i], "ok") == 0 && strtod(cell[i], NULL) == 1)
            ++*(size_t *)arg;
    return 0;
}

int office_write_and_read(struct influx *in, struct influx *out, char why[static OFFICE_WHY])
{
    const int64_t now = clock_wall_ms();
    struct influx_answer a = {0};
    char line[96], q[96];
    size_t rows = 0;
    const int n = snprintf(line, sizeof line, OFFICE_TRIED ",by=setup ok=1 %" PRId64 "\n", now);
    int rc = influx_write(in, line, (size_t)n, &a);

    if (rc == 0 && a.verdict != INFLUX_STORED) {
        (void)snprintf(why, OFFICE_WHY, "%s", a.text);
        rc = NILA_ERR_REFUSED;
    }
    /* this very point: one that an earlier run has left says nothing */
    (void)snprintf(q, sizeof q, "SELECT ok FROM " OFFICE_TRIED " WHERE time = %" PRId64 "ms", now);
    if (rc == 0)
        rc = influx_query(out, q, seen, &rows, why, OFFICE_WHY);
    return rc == 0 && rows == 0 ? NILA_ERR_NOT_FOUND : rc;
}

int office_tried(struct office *o, int rc, const char *why, const char *good)
{
    if (rc == 0)
        office_tell(o, OFFICE_THERE, "%s", good);
    else
        office_tell(o, OFFICE_FAILED,
                    tongue("coba menulis dan membaca: %.250s", "trying to write and read: %.250s"),
                    why[0] != '\0' ? why : nila_err_text(rc));
    return rc;
}

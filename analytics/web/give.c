/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "give.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "analytics/neighbour.h"
#include "collector/common/log.h"

/* In the same time wherever they differ. */
static bool same(const char *a, const char *b, size_t n)
{
    unsigned char differ = 0;

    for (size_t k = 0; k < n; k++)
        differ |= (unsigned char)(a[k] ^ b[k]);
    return differ == 0;
}

int give(const struct neighbour_config *c, const char *authorization, struct buf *b)
{
    char proof[NEIGHBOUR_PROOF_SIZE], why[NEIGHBOUR_WHY], path[300], block[16384];
    size_t n;
    bool well;
    FILE *in;

    if (!c->on)
        return 404;
    if (neighbour_proof(c, proof, why, sizeof why) != 0) {
        log_warnx("exchange: %s", why);
        return 503;
    }
    if (authorization == NULL || strlen(authorization) != sizeof proof - 1 ||
        !same(authorization, proof, sizeof proof - 1))
        return 401;
    neighbour_path(c, c->office, path, sizeof path);
    in = fopen(path, "rbe");
    if (in == NULL) {
        if (errno == ENOENT)
            return 404;
        log_warnx("exchange: %s: %s", path, strerror(errno));
        return 503;
    }
    while ((n = fread(block, 1, sizeof block, in)) > 0)
        buf_add(b, block, n);
    well = ferror(in) == 0;
    if (!well) {
        log_warnx("exchange: %s: cannot be read", path);
        buf_clear(b);
    }
    (void)fclose(in);
    return well ? 200 : 503;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fleet: site file and profiles from the office, fetched by this machine, signed there, tried here.
 *
 * fleet.json beside the site file says whence, and pins the office's public key (LMS, RFC 8554, as for firmware; nila-bridge keygen and
 * bundle). A bundle is taken when its signature is of that key, it is for this site, its number is above any that was taken
 * or failed here, and its site file passes the reader. Then it is on trial: every device that answered before must answer again
 * within trial_s seconds, else what was there comes back by itself, and the number is never tried again. What stands is in a small
 * file beside the journal, written before each step, so that a power cut in the midst of one is finished at the next run. The
 * collector tells it with its heartbeat. Runs as root, once a timer; single-threaded. */
#ifndef COLLECTOR_FLEET_H
#define COLLECTOR_FLEET_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/common/archive.h"
#include "collector/common/http.h"
#include "collector/common/site.h"
#include "firmware-bridge/core/nila_lms.h"

#define FLEET_KIND        "nila-fleet"
#define FLEET_PATH        600
#define FLEET_BUNDLE_MOST (INT64_C(4) * 1024 * 1024)
#define FLEET_KEY_HEX     (2 * NILA_LMS_PUBLIC_BYTES + 1)

/* --- fleet.json --------------------------------------------------------------------------------------------------- */

struct fleet_config {
    char url[256]; /* https only, but to this machine itself */
    char ca_file[256];
    char key_hex[FLEET_KEY_HEX];
    uint8_t key[NILA_LMS_PUBLIC_BYTES];
    int trial_s; /* 3..3600, default 600 */
};
/* NILA_ERR_NOT_FOUND: there is none, this machine belongs to no fleet; NILA_ERR_CONFIG, ... with words in why (size >= 256). */
NILA_MUST_CHECK int fleet_config_load(struct fleet_config *out, const char *path, char *why,
                                      size_t why_size);
/* Writes it after reading it back. NILA_ERR_CONFIG: url or key is none; NILA_ERR_DENIED, NILA_ERR_IO. */
NILA_MUST_CHECK int fleet_config_save(const struct fleet_config *c, const char *path, char *why,
                                      size_t why_size);
bool fleet_key_read(const char *hex, uint8_t out[static NILA_LMS_PUBLIC_BYTES]);

/* --- what stands -------------------------------------------------------------------------------------------------- */

enum fleet_phase {
    FLEET_STEADY,
    FLEET_APPLYING, /* files are being replaced */
    FLEET_TRIAL,    /* they are; does it poll? */
    FLEET_PHASES
};

struct fleet_state {
    enum fleet_phase phase;
    int64_t number;   /* of the bundle that is in force; 0 none */
    int64_t trying;   /* of the one that is applied or on trial */
    int64_t failed;   /* the highest that did not pass; 0 none */
    int64_t since_ms; /* of the last change, wall */
    char etag[HTTP_HEADER_SIZE];
    char text[160]; /* what went wrong last; "" nothing */
};
/* A zeroed one when there is none. NILA_ERR_CORRUPT: it is none of ours. */
NILA_MUST_CHECK int fleet_state_load(struct fleet_state *out, const char *path, char *why,
                                     size_t why_size);
NILA_MUST_CHECK int fleet_state_save(const struct fleet_state *s, const char *path, char *why,
                                     size_t why_size);
/* Where it is: beside the journal of the site. */
void fleet_state_path(const struct site *site, char *out, size_t size);
const char *fleet_phase_name(enum fleet_phase p); /* "steady" "applying" "trial" */

/* --- a bundle ----------------------------------------------------------------------------------------------------- */

struct fleet_bundle {
    struct archive *a;
    int64_t number;
    char site[SLUG_SIZE], made_at[40];
};
/* Opens path and holds it against the key. NILA_ERR_DENIED: signature; NILA_ERR_CONFIG: it is no fleet bundle; NILA_ERR_CORRUPT.
 * Close with archive_close(out->a). */
NILA_MUST_CHECK int fleet_bundle_open(struct fleet_bundle *out, const char *path,
                                      const uint8_t key[NILA_LMS_PUBLIC_BYTES], char *why,
                                      size_t why_size);

/* --- putting it in place ------------------------------------------------------------------------------------------ */

struct fleet_place {
    const char *config, *devices; /* the site file; the folder of profiles */
    char before[FLEET_PATH];      /* folder of what was there */
    const struct site *site;      /* as it is now */
};
/* Copies what the bundle will replace into before (a folder made anew). */
NILA_MUST_CHECK int fleet_keep_before(const struct fleet_place *p, const struct fleet_bundle *b,
                                      char *why, size_t why_size);
/* Profiles, then the site file, once its reader has taken it with them and it is of the same site, journal and socket. */
NILA_MUST_CHECK int fleet_put(const struct fleet_place *p, struct fleet_bundle *b, char *why,
                              size_t why_size);
/* What fleet_keep_before kept is back; may be done again. */
NILA_MUST_CHECK int fleet_put_back(const struct fleet_place *p, char *why, size_t why_size);

/* --- does it poll ------------------------------------------------------------------------------------------------- */

#define FLEET_DEVICES 256

struct fleet_look {
    int64_t now_ms, loaded_ms; /* by the collector's clock; when it read its site file */
    size_t n;
    struct {
        char slug[SLUG_SIZE];
        bool read; /* it has values */
        int every_s;
        int64_t last_good_ms;
    } device[FLEET_DEVICES];
};
/* What the collector says of its devices. Errors of control_call. */
NILA_MUST_CHECK int fleet_look(const char *socket, struct fleet_look *out, char *why,
                               size_t why_size);
/* SIGHUP to the program behind the socket. NILA_ERR_NOT_FOUND: nobody answers there. */
NILA_MUST_CHECK int fleet_reload(const char *socket);
/* How many devices of before that answered then, and are still in now, have not answered since it was loaded; the first one's slug. Where
 * none answered before, one that answers is enough; 0: all is well. */
size_t fleet_silent(const struct fleet_look *before, const struct fleet_look *now,
                    char slug[static SLUG_SIZE]);

#endif

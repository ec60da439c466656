/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "neighbour.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analytics/alert/secret.h"
#include "analytics/savefile.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"

#define FETCH_MS   ((int64_t)30000)
#define PATH_BYTES 300
/* A file of later than so is of a clock that was wrong, and bars none that follows. */
#define CLOCKS_DIFFER_MS ((int64_t)24 * 3600 * 1000)
#define PROOF_OF         "nila exchange"

enum regency neighbour_of(enum regency office)
{
    return office == REGENCY_KOTIM ? REGENCY_SERUYAN : REGENCY_KOTIM;
}

void neighbour_path(const struct neighbour_config *c, enum regency office, char *path, size_t size)
{
    (void)snprintf(path, size, "%s/%s.csv", c->folder, regency_slug(office));
}

static int read_key(const struct neighbour_config *c, char key[static SECRET_SIZE], char *why,
                    size_t why_size)
{
    int rc = secret_read(c->key_file, SECRET_KEY, key, why, why_size);

    if (rc == 0 && strlen(key) < EXCHANGE_KEY_MIN) {
        secret_wipe(key, SECRET_SIZE);
        (void)snprintf(why, why_size,
                       tongue("%s: kunci terlalu pendek; sedikitnya %d huruf, sama di kedua kantor",
                              "%s: the key is too short; at least %d characters, the same in both "
                              "offices"),
                       c->key_file, EXCHANGE_KEY_MIN);
        rc = NILA_ERR_CONFIG;
    }
    return rc;
}

/* The whole file; NILA_ERR_NOT_FOUND: there is none. */
static int slurp(const char *path, struct buf *b, char *why, size_t why_size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC), rc = 0;
    char block[65536];
    ssize_t n = 1;

    if (fd < 0 && errno == ENOENT)
        return NILA_ERR_NOT_FOUND;
    while (fd >= 0 && rc == 0 && (n = read(fd, block, sizeof block)) > 0) {
        buf_add(b, block, (size_t)n);
        rc = b->n > EXCHANGE_BYTES_MAX ? NILA_ERR_FULL : 0;
    }
    if (fd < 0 || n < 0) {
        rc = errno == EACCES ? NILA_ERR_DENIED : NILA_ERR_IO;
        (void)snprintf(why, why_size, "%s: %s", path, strerror(errno));
    } else if (rc != 0) {
        (void)snprintf(why, why_size, tongue("%s: terlalu panjang", "%s: too long"), path);
    }
    if (fd >= 0)
        (void)close(fd);
    return rc;
}

/* Reads a file of the other office. */
static int read_other(const struct neighbour_config *c, const char *name, const char *bytes,
                      size_t n, struct exchange **out, char *why, size_t why_size)
{
    char key[SECRET_SIZE];
    struct exchange *x = NULL;
    int rc = read_key(c, key, why, why_size);

    if (rc != 0)
        return rc;
    rc = exchange_read(name, bytes, n, key, strlen(key), &x, why, why_size);
    secret_wipe(key, sizeof key);
    if (rc == 0 && x->office == c->office) {
        (void)snprintf(why, why_size,
                       tongue("%s: berkas kantor ini sendiri (%s), bukan dari kantor lain",
                              "%s: this office's own file (%s), not the other's"),
                       name, regency_name(x->office));
        rc = NILA_ERR_CONFIG;
    }
    if (rc != 0)
        exchange_free(x);
    else
        *out = x;
    return rc;
}

int neighbour_load(const struct neighbour_config *c, struct exchange **out, char *why,
                   size_t why_size)
{
    char path[PATH_BYTES];
    struct buf b = {0};
    int rc;

    *out = NULL;
    neighbour_path(c, neighbour_of(c->office), path, sizeof path);
    rc = slurp(path, &b, why, why_size);
    if (rc == 0)
        rc = read_other(c, path, b.p != NULL ? b.p : "", b.n, out, why, why_size);
    else if (rc == NILA_ERR_NOT_FOUND)
        rc = 0;
    buf_free(&b);
    return rc;
}

/* The folder, readable by its owner and group. */
static int make_folder(const struct neighbour_config *c, char *why, size_t why_size)
{
    if (mkdir(c->folder, 0750) == 0 || errno == EEXIST)
        return 0;
    (void)snprintf(why, why_size, "%s: %s", c->folder, strerror(errno));
    return errno == EACCES ? NILA_ERR_DENIED : NILA_ERR_IO;
}

int neighbour_publish(const struct neighbour_config *c, const struct exchange *own, char *why,
                      size_t why_size)
{
    char key[SECRET_SIZE], path[PATH_BYTES];
    struct buf b = {0};
    int rc = read_key(c, key, why, why_size);

    if (rc == 0)
        rc = make_folder(c, why, why_size);
    if (rc == 0) {
        exchange_write(own, key, strlen(key), &b);
        neighbour_path(c, c->office, path, sizeof path);
        rc = savefile(&b, path, why, why_size);
    }
    secret_wipe(key, sizeof key);
    buf_free(&b);
    return rc;
}

int neighbour_take(const struct neighbour_config *c, const char *name, const char *bytes, size_t n,
                   bool *news, char *why, size_t why_size)
{
    struct exchange *x = NULL, *had = NULL;
    char path[PATH_BYTES], old[NEIGHBOUR_WHY];
    struct buf b = {0};
    bool other = true;
    int rc = read_other(c, name, bytes, n, &x, why, why_size);

    if (rc != 0)
        return rc;
    if (neighbour_load(c, &had, old, sizeof old) != 0) /* what cannot be read is replaced */
        log_warnx("%s", old);
    if (had != NULL && had->issued_ms > x->issued_ms &&
        had->issued_ms <= clock_wall_ms() + CLOCKS_DIFFER_MS) {
        (void)snprintf(why, why_size,
                       tongue("%s: lebih lama daripada yang sudah ada di sini",
                              "%s: older than what is here already"),
                       name);
        rc = NILA_ERR_RANGE;
    }
    other = had == NULL || had->issued_ms != x->issued_ms;
    exchange_free(had);
    exchange_free(x);
    if (rc == 0)
        rc = make_folder(c, why, why_size);
    if (rc == 0 && other) {
        neighbour_path(c, neighbour_of(c->office), path, sizeof path);
        buf_add(&b, bytes, n);
        rc = savefile(&b, path, why, why_size);
        buf_free(&b);
    }
    if (news != NULL)
        *news = rc == 0 && other;
    return rc;
}

int neighbour_proof(const struct neighbour_config *c, char out[static NEIGHBOUR_PROOF_SIZE],
                    char *why, size_t why_size)
{
    char key[SECRET_SIZE], hex[SHA256_HEX_SIZE];
    uint8_t code[SHA256_BYTES];
    struct hmac_sha256 m;
    int rc = read_key(c, key, why, why_size);

    if (rc != 0)
        return rc;
    hmac_sha256_init(&m, key, strlen(key));
    hmac_sha256_add(&m, PROOF_OF, sizeof PROOF_OF - 1);
    hmac_sha256_done(&m, code);
    secret_wipe(key, sizeof key);
    sha256_hex(hex, code);
    (void)snprintf(out, NEIGHBOUR_PROOF_SIZE, "Bearer %s", hex);
    return 0;
}

int neighbour_fetch(const struct neighbour_config *c, struct http *h, bool *news, char *why,
                    size_t why_size)
{
    char url[sizeof c->peer + sizeof NEIGHBOUR_PATH], proof[NEIGHBOUR_PROOF_SIZE],
        header[32 + NEIGHBOUR_PROOF_SIZE], words[128] = "";
    const char *headers[] = {header, NULL};
    const struct http_request rq = {.method = "GET",
                                    .url = url,
                                    .headers = headers,
                                    .ca_file = c->ca_file[0] != '\0' ? c->ca_file : NULL,
                                    .timeout_ms = FETCH_MS,
                                    .max_answer = EXCHANGE_BYTES_MAX};
    struct http_answer a = {0};
    int rc;

    if (c->peer[0] == '\0')
        return NILA_ERR_UNSUPPORTED;
    rc = neighbour_proof(c, proof, why, why_size);
    if (rc != 0)
        return rc;
    (void)snprintf(url, sizeof url, "%s%s", c->peer, NEIGHBOUR_PATH);
    (void)snprintf(header, sizeof header, "Authorization: %s", proof);
    rc = http_do(h, &rq, &a, words, sizeof words);
    if (rc != 0) {
        (void)snprintf(why, why_size, "%s: %s", url, words);
    } else if (a.status != 200) {
        (void)snprintf(why, why_size, tongue("%s: jawaban HTTP %ld%s", "%s: HTTP answer %ld%s"),
                       url, a.status,
                       a.status == 404 ? tongue(" (kantor itu belum menerbitkan apa pun)",
                                                " (that office has published nothing yet)")
                       : a.status == 401
                           ? tongue(" (kunci kedua kantor berbeda)", " (the offices' keys differ)")
                           : "");
        rc = a.status == 404 ? NILA_ERR_NOT_FOUND : NILA_ERR_DENIED;
    } else {
        rc =
            neighbour_take(c, url, a.body.p != NULL ? a.body.p : "", a.body.n, news, why, why_size);
    }
    buf_free(&a.body);
    return rc;
}

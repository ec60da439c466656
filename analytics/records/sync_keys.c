/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whose key is whose. A key is 32 random bytes: nobody guesses it, so that its plain SHA-256 is kept. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "collector/common/log.h"
#include "collector/common/sha256.h"
#include "rows.h"
#include "sync_own.h"

static void digest_of(const char *key, char out[static SHA256_HEX_SIZE])
{
    uint8_t digest[SHA256_BYTES];
    struct sha256 s;

    sha256_init(&s);
    sha256_add(&s, key, strlen(key));
    sha256_done(&s, digest);
    sha256_hex(out, digest);
}

static int run_texts(struct db *d, const char *sql, const char *a, const char *b, int64_t c)
{
    struct db_stmt *s = NULL;
    int rc = db_prepare(d, sql, &s);

    if (rc == 0) {
        const int n = db_parameters(s);
        db_bind_text(s, 1, a);
        if (n > 1)
            db_bind_text(s, 2, b);
        if (n > 2)
            db_bind_integer(s, 3, c);
        rc = db_step(d, s);
    }
    db_finalize(s);
    return rc;
}

static int write_key(struct db *d, const char *node, const char *digest, const char *const *farm,
                     size_t farms, int64_t now_ms)
{
    int rc = run_texts(d,
                       "INSERT INTO sync_nodes VALUES(?1, ?2, ?3, 0) ON CONFLICT(node) DO UPDATE "
                       "SET digest = ?2, made_ms = ?3",
                       node, digest, now_ms);

    if (rc == 0)
        rc = run_texts(d, "DELETE FROM sync_node_farms WHERE node = ?1", node, "", 0);
    for (size_t i = 0; i < farms && rc == 0; i++)
        rc = run_texts(d, "INSERT OR IGNORE INTO sync_node_farms VALUES(?1, ?2)", node, farm[i], 0);
    return rc;
}

int sync_key_make(struct records *r, const char *node, const char *const *farm, size_t farms,
                  int64_t now_ms, char key[static SYNC_KEY_SIZE])
{
    uint8_t bytes[SHA256_BYTES];
    char made[SYNC_KEY_SIZE], digest[SHA256_HEX_SIZE];
    int rc;

    if (farms == 0 || farms > SYNC_FARMS_MAX || !slug_valid(node))
        return NILA_ERR_RANGE;
    for (size_t i = 0; i < farms; i++)
        if (!slug_valid(farm[i]))
            return NILA_ERR_RANGE;
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        fatal("the kernel gives no random bytes"); /* so few are never given in part */
    sha256_hex(made, bytes);
    digest_of(made, digest);
    (void)pthread_mutex_lock(&r->lock);
    rc = db_exec(r->db, "BEGIN IMMEDIATE");
    if (rc == 0)
        rc = write_key(r->db, node, digest, farm, farms, now_ms);
    if (rc == 0)
        rc = db_exec(r->db, "COMMIT");
    db_rollback(r->db);
    (void)pthread_mutex_unlock(&r->lock);
    if (rc == 0)
        memcpy(key, made, sizeof made);
    return rc;
}

/* Every one is looked at, and wholly. */
int sync_key_find(struct records *r, const char *key, char node[static SLUG_SIZE])
{
    char digest[SHA256_HEX_SIZE], one[SHA256_HEX_SIZE], found[SLUG_SIZE] = "";
    struct db_stmt *s = NULL;
    int rc;

    digest_of(key, digest);
    (void)pthread_mutex_lock(&r->lock);
    rc = db_prepare(r->db, "SELECT node, digest FROM sync_nodes", &s);
    while (rc == 0 && (rc = db_step(r->db, s)) == 1) {
        bool first, second;
        db_text(s, 1, one, sizeof one);
        first = sha256_equal((const uint8_t *)one, (const uint8_t *)digest);
        second = sha256_equal((const uint8_t *)one + SHA256_BYTES,
                              (const uint8_t *)digest + SHA256_BYTES);
        if (first && second)
            db_text(s, 0, found, sizeof found);
        rc = 0;
    }
    db_finalize(s);
    (void)pthread_mutex_unlock(&r->lock);
    if (rc == 0 && found[0] == '\0')
        rc = NILA_ERR_DENIED;
    if (rc == 0)
        memcpy(node, found, sizeof found);
    return rc;
}

static int take_node(struct db_stmt *row, void *element)
{
    struct sync_node *n = element;

    db_text(row, 0, n->node, sizeof n->node);
    db_text(row, 1, n->farms, sizeof n->farms);
    n->made_ms = db_integer(row, 2);
    n->seen_ms = db_integer(row, 3);
    return 0;
}

int sync_nodes(struct records *r, struct sync_node **out, size_t *n)
{
    void *list = NULL;
    int rc = rows_load(r,
                       "SELECT node, (SELECT group_concat(farm, ' ') FROM sync_node_farms f WHERE "
                       "f.node = n.node), made_ms, seen_ms FROM sync_nodes n ORDER BY node",
                       NULL, 0, sizeof(struct sync_node), take_node, &list, n);

    if (rc == 0)
        *out = list;
    return rc;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "photos.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/buf.h"
#include "collector/common/log.h"
#include "collector/common/sha256.h"
#include "rows.h"
#include "versions.h"

const char *photo_type(const void *bytes, size_t n)
{
    static const unsigned char JPEG[] = {0xff, 0xd8, 0xff};
    static const unsigned char PNG[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    const unsigned char *p = bytes;

    if (n >= 12 && memcmp(p, JPEG, sizeof JPEG) == 0)
        return "image/jpeg";
    if (n >= 12 && memcmp(p, PNG, sizeof PNG) == 0)
        return "image/png";
    if (n >= 12 && memcmp(p, "RIFF", 4) == 0 && memcmp(p + 8, "WEBP", 4) == 0)
        return "image/webp";
    return NULL;
}

/* Named after row and bytes: the same picture sent twice is one. */
static void name_photo(const char *row_uid, const void *bytes, size_t n,
                       char out[static CHANGE_UID_SIZE])
{
    struct sha256 s;
    uint8_t digest[SHA256_BYTES];

    sha256_init(&s);
    sha256_add(&s, row_uid, strlen(row_uid) + 1);
    sha256_add(&s, bytes, n);
    sha256_done(&s, digest);
    for (size_t i = 0; i < (CHANGE_UID_SIZE - 1) / 2; i++)
        (void)snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

static int keep(struct db *d, const struct rec_photo *p, const struct change_who *who)
{
    struct version_log l = {0};
    struct buf json = {0};
    struct db_stmt *s = NULL;
    int rc = db_prepare(
        d, "INSERT INTO photos(uid, row_uid, type, bytes, by, at_ms) VALUES(?, ?, ?, ?, ?, ?)", &s);

    if (rc == 0) {
        db_bind_text(s, 1, p->uid);
        db_bind_text(s, 2, p->row_uid);
        db_bind_text(s, 3, p->type);
        db_bind_bytes(s, 4, p->bytes, p->n);
        db_bind_text(s, 5, who->user);
        db_bind_integer(s, 6, who->at_ms);
        rc = rows_run(d, s);
    }
    db_finalize(s);
    buf_printf(&json, "{\"row\":\"%s\",\"type\":\"%s\",\"bytes\":\"%zu\"}", p->row_uid, p->type,
               p->n);
    if (rc == 0)
        rc = version_log_begin(&l, d);
    if (rc == 0)
        rc = version_log_add(
            &l, &(struct version_entry){
                    .who = who, .table = "photos", .row_uid = p->uid, .kind = "add", .new = &json});
    version_log_end(&l);
    buf_free(&json);
    return rc;
}

/* 1: there is one of that uid. */
static int there(struct db *d, const char *sql, const char *uid)
{
    struct db_stmt *s = NULL;
    int rc = db_prepare(d, sql, &s);

    if (rc == 0) {
        db_bind_text(s, 1, uid);
        rc = db_step(d, s);
    }
    db_finalize(s);
    return rc;
}

int records_photo_add(struct records *r, const char *row_uid, const void *bytes, size_t n,
                      const struct change_who *who, char uid_out[static CHANGE_UID_SIZE],
                      bool *repeated)
{
    struct rec_photo p = {.n = n};
    const char *type = photo_type(bytes, n);
    int rc, before = 0;

    if (n == 0 || n > PHOTO_BYTES_MOST)
        return NILA_ERR_RANGE;
    if (type == NULL || strlen(row_uid) >= sizeof p.row_uid)
        return NILA_ERR_PARSE;
    (void)snprintf(p.type, sizeof p.type, "%s", type);
    (void)snprintf(p.row_uid, sizeof p.row_uid, "%s", row_uid);
    name_photo(row_uid, bytes, n, p.uid);
    p.bytes = xcalloc(1, n);
    memcpy(p.bytes, bytes, n);
    (void)pthread_mutex_lock(&r->lock);
    rc = db_exec(r->db, "BEGIN IMMEDIATE");
    if (rc == 0)
        rc = there(r->db, "SELECT 1 FROM changes WHERE row_uid = ?1 LIMIT 1", row_uid);
    if (rc == 0)
        rc = NILA_ERR_NOT_FOUND;
    if (rc == 1)
        rc = before = there(r->db, "SELECT 1 FROM photos WHERE uid = ?1", p.uid);
    if (rc == 0)
        rc = keep(r->db, &p, who);
    if (rc == 0)
        rc = db_exec(r->db, "COMMIT");
    db_rollback(r->db);
    (void)pthread_mutex_unlock(&r->lock);
    free(p.bytes);
    if (rc < 0)
        return rc;
    memcpy(uid_out, p.uid, sizeof p.uid);
    *repeated = before == 1;
    return 0;
}

int records_photo(struct records *r, const char *uid, struct rec_photo **out)
{
    struct db_stmt *s = NULL;
    struct rec_photo *p = NULL;
    int rc;

    (void)pthread_mutex_lock(&r->lock);
    rc = db_prepare(r->db, "SELECT uid, row_uid, type, by, at_ms, bytes FROM photos WHERE uid = ?1",
                    &s);
    if (rc == 0) {
        db_bind_text(s, 1, uid);
        rc = db_step(r->db, s);
        if (rc == 0)
            rc = NILA_ERR_NOT_FOUND;
    }
    if (rc == 1) {
        const void *bytes;
        p = xcalloc(1, sizeof *p);
        db_text(s, 0, p->uid, sizeof p->uid);
        db_text(s, 1, p->row_uid, sizeof p->row_uid);
        db_text(s, 2, p->type, sizeof p->type);
        db_text(s, 3, p->by, sizeof p->by);
        p->at_ms = db_integer(s, 4);
        bytes = db_bytes(s, 5, &p->n);
        if (p->n > 0) {
            p->bytes = xcalloc(1, p->n);
            memcpy(p->bytes, bytes, p->n);
        }
        rc = 0;
    }
    db_finalize(s);
    (void)pthread_mutex_unlock(&r->lock);
    if (rc == 0)
        *out = p;
    return rc;
}

void records_photo_free(struct rec_photo *p)
{
    if (p == NULL)
        return;
    free(p->bytes);
    free(p);
}

int records_photos_of(struct records *r, const char *row_uid, char (*uid)[CHANGE_UID_SIZE],
                      size_t most, size_t *n)
{
    struct db_stmt *s = NULL;
    size_t got = 0;
    int rc;

    (void)pthread_mutex_lock(&r->lock);
    rc = db_prepare(r->db,
                    "SELECT uid FROM photos WHERE row_uid = ?1 AND length(bytes) > 0 ORDER BY "
                    "at_ms, uid LIMIT ?2",
                    &s);
    if (rc == 0) {
        db_bind_text(s, 1, row_uid);
        db_bind_integer(s, 2, (int64_t)most);
    }
    while (rc == 0 && (rc = db_step(r->db, s)) == 1) {
        db_text(s, 0, uid[got++], CHANGE_UID_SIZE);
        rc = 0;
    }
    db_finalize(s);
    (void)pthread_mutex_unlock(&r->lock);
    if (rc == 0)
        *n = got;
    return rc;
}

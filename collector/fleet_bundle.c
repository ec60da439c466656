/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A bundle, its signature, and its files in their places. */
#include "fleet.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "collector/common/jsonconf.h"
#include "collector/common/jsontext.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "collector/common/wizard_file.h"
#include "keep.h"

#define SIGNATURE_AT 0x40000000U /* where the verifier reads the signature; the manifest is at 0 */
#define ABSENT       ".absent"   /* in the folder of before: there was no such profile */

/* --- the signature ------------------------------------------------------------------------------------------------ */

struct signed_text {
    const uint8_t *text, *signature;
};

static void read_signed(void *arg, uint32_t at, uint8_t *out, uint32_t n)
{
    const struct signed_text *s = arg;

    memcpy(out, at >= SIGNATURE_AT ? s->signature + (at - SIGNATURE_AT) : s->text + at, n);
}

static bool signature_good(const struct archive *a, const uint8_t key[NILA_LMS_PUBLIC_BYTES])
{
    size_t n, signature_n;
    const char *text = archive_manifest_text(a, &n);
    struct signed_text s = {.text = (const uint8_t *)text,
                            .signature = archive_signature(a, &signature_n)};
    struct nila_lms v;
    enum nila_lms_result r;

    if (signature_n != NILA_LMS_SIG_BYTES)
        return false;
    r = nila_lms_begin(&v, key, 0, (uint32_t)n, SIGNATURE_AT, (uint32_t)signature_n, read_signed,
                       &s);
    while (r == NILA_LMS_RUNNING)
        r = nila_lms_step(&v);
    return r == NILA_LMS_GOOD;
}

static int read_head(struct fleet_bundle *b, char *why, size_t why_size)
{
    struct jsonconf *c = NULL;
    const struct jsonconf_node *root;
    size_t n;
    const char *text = archive_manifest_text(b->a, &n);
    char kind[40];
    int rc = jsonconf_open_memory(&c, ARCHIVE_MANIFEST, text, n, why, why_size);

    if (rc != 0)
        return rc;
    root = jsonconf_root(c);
    (void)jsonconf_integer(c, root, "manifest", 1, 1);
    jsonconf_string(c, root, "kind", kind, sizeof kind);
    jsonconf_slug(c, root, "site", b->site);
    jsonconf_string(c, root, "made_at", b->made_at, sizeof b->made_at);
    b->number = (int64_t)jsonconf_number(c, root, "number", 1, 1e15);
    jsonconf_ignore(c, root, "program");
    jsonconf_ignore(c, root, "files"); /* archive_open has read them */
    rc = jsonconf_done(c, why, why_size);
    jsonconf_close(c);
    if (rc == 0 && (strcmp(kind, FLEET_KIND) != 0 || archive_find(b->a, KEEP_SITE) < 0)) {
        (void)snprintf(why, why_size, "%s", tongue("bukan bundel armada", "no fleet bundle"));
        rc = NILA_ERR_CONFIG;
    }
    return rc;
}

int fleet_bundle_open(struct fleet_bundle *out, const char *path,
                      const uint8_t key[NILA_LMS_PUBLIC_BYTES], char *why, size_t why_size)
{
    int rc;

    *out = (struct fleet_bundle){0};
    rc = archive_open(&out->a, path, FLEET_BUNDLE_MOST, why, why_size);
    if (rc == 0 && !signature_good(out->a, key)) {
        (void)snprintf(why, why_size, "%s",
                       tongue("tanda tangannya bukan dari kunci kantor yang dipercaya di sini",
                              "its signature is not of the office's key that is trusted here"));
        rc = NILA_ERR_DENIED;
    }
    if (rc == 0)
        rc = read_head(out, why, why_size);
    if (rc != 0) {
        archive_close(out->a);
        out->a = NULL;
    }
    return rc;
}

/* --- files -------------------------------------------------------------------------------------------------------- */

/* "x.json" of "devices/x.json"; NULL another member. */
static const char *profile_of(const char *name)
{
    size_t n = strlen(KEEP_DEVICES);

    return strncmp(name, KEEP_DEVICES, n) == 0 && name[n] != '\0' && strchr(name + n, '/') == NULL
               ? name + n
               : NULL;
}

/* The whole of a file of ours; false: it is not there, or cannot be read (errno). */
static bool slurp(const char *path, struct buf *out)
{
    char piece[4096];
    FILE *f = fopen(path, "re");
    size_t n;
    bool good;

    buf_clear(out);
    buf_str(out, "");
    if (f == NULL)
        return false;
    while ((n = fread(piece, 1, sizeof piece, f)) > 0 && out->n <= JSONTEXT_MAX_BYTES)
        buf_add(out, piece, n);
    good = ferror(f) == 0;
    (void)fclose(f);
    return good;
}

static int failed(const char *path, char *why, size_t why_size)
{
    (void)snprintf(why, why_size, "%.200s: %s", path, tongue_errno(errno));
    return errno == EACCES || errno == EROFS || errno == EPERM ? NILA_ERR_DENIED : NILA_ERR_IO;
}

static void clear_folder(const char *folder)
{
    struct dirent **e = NULL;
    int n = scandir(folder, &e, NULL, NULL);
    char path[2 * FLEET_PATH];

    for (int i = 0; i < n; i++) {
        (void)snprintf(path, sizeof path, "%s/%.255s", folder, e[i]->d_name);
        if (e[i]->d_name[0] != '.' && unlink(path) != 0 && errno != ENOENT)
            log_warn("%s", path);
        free(e[i]);
    }
    free(e);
}

int fleet_keep_before(const struct fleet_place *p, const struct fleet_bundle *b, char *why,
                      size_t why_size)
{
    char from[2 * FLEET_PATH], to[2 * FLEET_PATH];
    struct buf text = {0};
    int rc = 0;

    if (mkdir(p->before, 0700) != 0 && errno != EEXIST)
        return failed(p->before, why, why_size);
    clear_folder(p->before);
    for (size_t i = 0; rc == 0 && i < archive_files(b->a); i++) {
        const char *profile = profile_of(archive_name(b->a, i));
        bool there;
        if (profile == NULL && strcmp(archive_name(b->a, i), KEEP_SITE) != 0)
            continue;
        (void)snprintf(from, sizeof from, "%.500s%s%s", profile != NULL ? p->devices : p->config,
                       profile != NULL ? "/" : "", profile != NULL ? profile : "");
        there = slurp(from, &text);
        if (!there && errno != ENOENT) {
            rc = failed(from, why, why_size);
            break;
        }
        (void)snprintf(to, sizeof to, "%.500s/%s%s", p->before, profile != NULL ? profile : "site",
                       there ? "" : ABSENT);
        rc = wizard_file_replace(to, text.p, text.n, 0600, false, NULL, NULL, why, why_size);
    }
    buf_free(&text);
    return rc;
}

/* Name, journal and socket stay: what waits to be sent, and what stands, is found by them. */
static bool same_site(const struct site *a, const struct site *b)
{
    return strcmp(a->slug, b->slug) == 0 && strcmp(a->journal_path, b->journal_path) == 0 &&
           strcmp(a->control_socket, b->control_socket) == 0;
}

static int check_site_file(void *arg, const char *path, char *why, size_t why_size)
{
    const struct fleet_place *p = arg;
    struct buf plan = {0};
    struct site *site = NULL;
    int rc = check_site(path, p->devices, TEXT_EN, false, &plan, why, why_size);

    buf_free(&plan);
    if (rc == 0)
        rc = site_load(&site, path, why, why_size);
    if (rc == 0 && !same_site(site, p->site)) {
        (void)snprintf(
            why, why_size, "%s",
            tongue("site.slug, journal.path dan control.socket tidak boleh berubah dengan bundel",
                   "site.slug, journal.path and control.socket may not change with a bundle"));
        rc = NILA_ERR_CONFIG;
    }
    site_free(site);
    return rc;
}

int fleet_put(const struct fleet_place *p, struct fleet_bundle *b, char *why, size_t why_size)
{
    char path[2 * FLEET_PATH];
    struct buf text = {0};
    struct fleet_place place = *p;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < archive_files(b->a); i++) {
        const char *profile = profile_of(archive_name(b->a, i));
        if (profile == NULL)
            continue;
        buf_clear(&text);
        (void)snprintf(path, sizeof path, "%.500s/%s", p->devices, profile);
        rc = archive_text(b->a, i, JSONTEXT_MAX_BYTES, &text);
        if (rc == 0)
            rc = wizard_file_replace(path, text.p, text.n, 0644, false, NULL, NULL, why, why_size);
    }
    buf_clear(&text);
    if (rc == 0)
        rc = archive_text(b->a, (size_t)archive_find(b->a, KEEP_SITE), JSONTEXT_MAX_BYTES, &text);
    if (rc == 0)
        rc = wizard_file_replace(p->config, text.p, text.n, 0644, false, check_site_file, &place,
                                 why, why_size);
    buf_free(&text);
    return rc;
}

/* One file of before: its name there tells where it belongs. */
static int put_one_back(const struct fleet_place *p, const char *name, char *why, size_t why_size)
{
    char from[2 * FLEET_PATH], to[2 * FLEET_PATH];
    struct buf text = {0};
    size_t n = strlen(name), end = strlen(ABSENT);
    bool absent = n > end && strcmp(name + n - end, ABSENT) == 0;
    int rc = 0;

    (void)snprintf(from, sizeof from, "%.500s/%.255s", p->before, name);
    if (strcmp(name, "site") == 0)
        (void)snprintf(to, sizeof to, "%.500s", p->config);
    else
        (void)snprintf(to, sizeof to, "%.500s/%.*s", p->devices, (int)(absent ? n - end : n), name);
    if (absent) {
        if (unlink(to) != 0 && errno != ENOENT)
            rc = failed(to, why, why_size);
    } else if (!slurp(from, &text)) {
        rc = failed(from, why, why_size);
    } else {
        rc = wizard_file_replace(to, text.p, text.n, 0644, false, NULL, NULL, why, why_size);
    }
    buf_free(&text);
    return rc;
}

int fleet_put_back(const struct fleet_place *p, char *why, size_t why_size)
{
    struct dirent **e = NULL;
    int n = scandir(p->before, &e, NULL, alphasort), rc = 0;

    if (n < 0)
        return failed(p->before, why, why_size);
    for (int i = 0; i < n; i++) {
        if (rc == 0 && e[i]->d_name[0] != '.')
            rc = put_one_back(p, e[i]->d_name, why, why_size);
        free(e[i]);
    }
    free(e);
    return rc;
}

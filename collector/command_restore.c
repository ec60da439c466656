/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila-collector restore: a backup onto this machine, which may be another one than it was made on.
 *
 * The journal is made ready beside its place (journal_adopt) and takes its name in one step; the site file comes last, so that a
 * run that was cut off can be done again. What was there stays aside. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "collector/common/archive.h"
#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/jsonconf.h"
#include "collector/common/jsontext.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "collector/common/wizard_file.h"
#include "command.h"
#include "journal.h"
#include "journal_db.h"
#include "keep.h"
#include "run.h"
#include "setup.h"

#define SERVICE "nila-collector"
#define MOST    (INT64_C(1) << 37) /* bytes of a backup */

struct restoring {
    const struct options *o;
    struct archive *a;
    struct site *site; /* of the backup, as it will lie at o->config */
    struct buf text;   /* of its site file */
    char made_at[40], aside[KEEP_PATH];
    struct journal_adopted journal;
    int64_t last; /* number given in the journal that is here */
    unsigned profiles, other_profiles, secrets;
    char why[400];
};

static int refuse(struct restoring *r, int rc, const char *indonesian, const char *english,
                  const char *what)
{
    (void)snprintf(r->why, sizeof r->why, "%.200s: %s", what, tongue(indonesian, english));
    return rc;
}

/* --- what is to be brought back ----------------------------------------------------------------------------------- */

static int read_head(struct restoring *r)
{
    struct jsonconf *c = NULL;
    char kind[40] = "";
    size_t n;
    const char *text = archive_manifest_text(r->a, &n);
    int rc = jsonconf_open_memory(&c, ARCHIVE_MANIFEST, text, n, r->why, sizeof r->why);

    if (rc != 0)
        return rc;
    jsonconf_string_or(c, jsonconf_root(c), "kind", kind, sizeof kind, "");
    jsonconf_string_or(c, jsonconf_root(c), "made_at", r->made_at, sizeof r->made_at, "?");
    jsonconf_close(c);
    return strcmp(kind, KEEP_KIND) == 0 && archive_find(r->a, KEEP_SITE) >= 0 &&
                   archive_find(r->a, KEEP_JOURNAL) >= 0
               ? 0
               : refuse(r, NILA_ERR_CONFIG, "bukan cadangan nila-collector",
                        "no backup of nila-collector", r->o->word[1]);
}

static int read_site(struct restoring *r)
{
    int rc =
        archive_text(r->a, (size_t)archive_find(r->a, KEEP_SITE), JSONTEXT_MAX_BYTES, &r->text);

    if (rc != 0)
        return refuse(r, rc, "tidak dapat dibaca", "cannot be read", r->o->word[1]);
    return site_load_memory(&r->site, r->o->config, r->text.p, r->text.n, r->why, sizeof r->why);
}

/* Neither the site file of the backup nor the one that is here belongs to a collector that runs. */
static int must_not_run(struct restoring *r)
{
    struct site *here = NULL;
    char ignored[400];
    bool runs = keep_runs(r->site);
    int rc;

    if (site_load(&here, r->o->config, ignored, sizeof ignored) == 0) {
        runs = runs || keep_runs(here);
        site_free(here);
    }
    rc = runs ? NILA_ERR_BUSY : journal_last_closed(r->site->journal_path, &r->last);
    if (rc == NILA_ERR_BUSY)
        return refuse(r, rc,
                      "kolektor sedang berjalan; hentikan dulu: sudo systemctl stop nila-collector",
                      "the collector is running; stop it first: sudo systemctl stop nila-collector",
                      r->o->config);
    if (rc !=
        0) /* what cannot be read is put aside like the rest; its numbers are unknown, and so not counted on */
        r->last = 0;
    return 0;
}

/* --- the journal -------------------------------------------------------------------------------------------------- */

/* As the folder is, so that the service can write what root has put there. */
static bool give_to_owner(const char *path)
{
    char folder[PATH_MAX];
    struct stat st;

    wizard_file_folder(path, folder, sizeof folder);
    return geteuid() != 0 || (stat(folder, &st) == 0 && chown(path, st.st_uid, st.st_gid) == 0);
}

static int make_folder(struct restoring *r)
{
    char folder[PATH_MAX];
    const struct passwd *who = geteuid() == 0 ? getpwnam(SERVICE) : NULL;

    wizard_file_folder(r->site->journal_path, folder, sizeof folder);
    if (access(folder, F_OK) == 0)
        return 0;
    if (!wizard_file_make_folder(folder, 0750))
        return refuse(r, NILA_ERR_NOT_FOUND, "folder ini tidak dapat dibuat",
                      "this folder cannot be made", folder);
    return who == NULL || chown(folder, who->pw_uid, who->pw_gid) == 0
               ? 0
               : refuse(r, NILA_ERR_DENIED, "pemiliknya tidak dapat diubah",
                        "its owner cannot be changed", folder);
}

/* PATH.before-MOMENT, a name that nothing has. */
static void name_aside(struct restoring *r)
{
    const struct civil t = civil_from_ts(clock_wall_ms());
    int n = snprintf(r->aside, sizeof r->aside, "%.400s.before-%04d%02d%02dT%02d%02d%02d",
                     r->site->journal_path, t.year, t.month, t.day, t.hour, t.minute, t.second);

    for (int i = 2; access(r->aside, F_OK) == 0 && i < 1000; i++)
        (void)snprintf(r->aside + n, sizeof r->aside - (size_t)n, "-%d", i);
}

/* What is at the journal's place, and a damaged one whose rows were still to be brought over, stay under other names. */
static int put_aside(struct restoring *r)
{
    char salvage[KEEP_PATH], to[KEEP_PATH + 16];
    int rc;

    if (access(r->site->journal_path, F_OK) != 0)
        return 0;
    name_aside(r);
    rc = journal_db_rename(r->site->journal_path, r->aside);
    journal_db_salvage_name(r->site->journal_path, salvage, sizeof salvage);
    (void)snprintf(to, sizeof to, "%s.salvage", r->aside);
    if (rc == 0 && access(salvage, F_OK) == 0)
        rc = journal_db_rename(salvage, to);
    return rc == 0 ? 0
                   : refuse(r, rc, "tidak dapat disisihkan", "cannot be put aside",
                            r->site->journal_path);
}

static int bring_journal(struct restoring *r)
{
    char part[KEEP_PATH], wal[KEEP_PATH + 8];
    int rc = make_folder(r);

    (void)snprintf(part, sizeof part, "%.500s.restoring", r->site->journal_path);
    (void)snprintf(wal, sizeof wal, "%s-wal", part);
    (void)unlink(part); /* of a run that was cut off */
    (void)unlink(wal);
    if (rc == 0)
        rc = archive_extract(r->a, (size_t)archive_find(r->a, KEEP_JOURNAL), part, 0640, r->why,
                             sizeof r->why);
    if (rc == 0) {
        rc = journal_adopt(part, r->last, &r->journal);
        if (rc != 0)
            rc = refuse(r, rc, "jurnal dalam cadangan tidak dapat dipakai",
                        "the journal of the backup cannot be used", r->o->word[1]);
    }
    if (rc == 0 && !give_to_owner(part))
        rc = refuse(r, NILA_ERR_DENIED, "pemiliknya tidak dapat diubah",
                    "its owner cannot be changed", part);
    if (rc == 0)
        rc = put_aside(r);
    if (rc == 0 && journal_db_rename(part, r->site->journal_path) != 0)
        rc = refuse(r, NILA_ERR_IO, "tidak dapat dipasang", "cannot be put in place",
                    r->site->journal_path);
    if (rc != 0)
        (void)unlink(part);
    return rc;
}

/* --- the rest ----------------------------------------------------------------------------------------------------- */

/* Is there a file of the same content? */
static bool same(const char *path, const struct buf *text)
{
    char *there = xcalloc(text->n + 2, 1);
    FILE *f = fopen(path, "re");
    bool equal = f != NULL && fread(there, 1, text->n + 1, f) == text->n &&
                 memcmp(there, text->p, text->n) == 0;

    if (f != NULL)
        (void)fclose(f);
    free(there);
    return equal;
}

/* A profile that is not here is put in; one that is here and another stays, beside the one of the backup. */
static int bring_profile(struct restoring *r, size_t i)
{
    char path[KEEP_PATH + ARCHIVE_NAME_SIZE], beside[KEEP_PATH + ARCHIVE_NAME_SIZE + 16];
    struct buf text = {0};
    int rc = archive_text(r->a, i, JSONTEXT_MAX_BYTES, &text);
    bool there;

    (void)snprintf(path, sizeof path, "%.500s/%s", command_devices(r->o),
                   archive_name(r->a, i) + strlen(KEEP_DEVICES));
    there = access(path, F_OK) == 0;
    (void)snprintf(beside, sizeof beside, "%s.backup", path);
    if (rc != 0) {
        rc = refuse(r, rc, "tidak dapat dibaca", "cannot be read", archive_name(r->a, i));
    } else if (!there) {
        rc = wizard_file_replace(path, text.p, text.n, 0644, false, NULL, NULL, r->why,
                                 sizeof r->why);
        r->profiles++;
    } else if (!same(path, &text)) {
        rc = wizard_file_replace(beside, text.p, text.n, 0644, false, NULL, NULL, r->why,
                                 sizeof r->why);
        r->other_profiles++;
        if (rc == 0)
            log_warnx(
                tongue("%s: lain dari yang di cadangan, dan dibiarkan; yang dari cadangan: %s",
                       "%s: another than in the backup, and left; the backup's is %s"),
                path, beside);
    }
    buf_free(&text);
    return rc;
}

static int bring_secret(struct restoring *r, size_t i)
{
    char folder[KEEP_PATH], path[2 * KEEP_PATH];
    struct buf text = {0};
    int rc = archive_text(r->a, i, 4096, &text);

    wizard_file_folder(r->o->config, folder, sizeof folder);
    (void)snprintf(path, sizeof path, "%.400s/" KEEP_SECRETS, folder);
    if (rc == 0 && mkdir(path, 0700) != 0 && errno != EEXIST)
        rc = refuse(r, NILA_ERR_DENIED, "folder ini tidak dapat dibuat",
                    "this folder cannot be made", path);
    (void)snprintf(path, sizeof path, "%.400s/%s", folder, archive_name(r->a, i));
    if (rc == 0)
        rc = wizard_file_replace(path, text.p, text.n, 0600, true, NULL, NULL, r->why,
                                 sizeof r->why);
    if (rc == 0 && chmod(path, 0600) != 0) /* it took over the mode of what was there */
        rc = refuse(r, NILA_ERR_DENIED, "haknya tidak dapat diubah", "its mode cannot be changed",
                    path);
    r->secrets++;
    if (text.p != NULL)
        explicit_bzero(text.p, text.n);
    buf_free(&text);
    return rc;
}

static int bring_files(struct restoring *r)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < archive_files(r->a); i++) {
        const char *name = archive_name(r->a, i);
        if (strncmp(name, KEEP_DEVICES, strlen(KEEP_DEVICES)) == 0 &&
            strchr(name + strlen(KEEP_DEVICES), '/') == NULL)
            rc = bring_profile(r, i);
        else if (strncmp(name, KEEP_SECRETS, strlen(KEEP_SECRETS)) == 0 &&
                 strchr(name + strlen(KEEP_SECRETS), '/') == NULL)
            rc = bring_secret(r, i);
        else if (strcmp(name, KEEP_SITE) != 0 && strcmp(name, KEEP_JOURNAL) != 0)
            log_warnx(tongue("%s: tidak dikenal, dilewati", "%s: not known, left out"), name);
    }
    return rc;
}

static int bring_site(struct restoring *r)
{
    return same(r->o->config, &r->text)
               ? 0
               : wizard_file_replace(r->o->config, r->text.p, r->text.n, 0644, true, NULL, NULL,
                                     r->why, sizeof r->why);
}

/* --- words -------------------------------------------------------------------------------------------------------- */

static void tell(struct restoring *r)
{
    struct setup s = {0};

    if (r->o->json) {
        (void)printf("{\"rows\":%lld,\"last_seq\":%lld,\"next_seq\":%lld,\"unsure\":%lld,"
                     "\"profiles\":%u,\"secrets\":%u}\n",
                     (long long)r->journal.rows, (long long)r->journal.last_seq,
                     (long long)r->journal.next_seq, (long long)r->journal.unsure, r->profiles,
                     r->secrets);
        return;
    }
    (void)printf(
        tongue("Dipulihkan dari %s (dibuat %s): situs %s, %lld set data dalam jurnal.\n",
               "Restored from %s (made %s): site %s, %lld sets of readings in the journal.\n"),
        r->o->word[1], r->made_at, r->site->slug, (long long)r->journal.rows);
    if (r->aside[0] != '\0')
        (void)printf(tongue("Jurnal yang ada di sini disimpan sebagai %s.\n",
                            "The journal that was here is kept as %s.\n"),
                     r->aside);
    if (r->journal.unsure > 0)
        (void)printf(tongue("%lld set menunggu jam yang benar: tidak dikirim dari sini, karena "
                            "mesin lama mungkin sudah; "
                            "tetap ada dalam cadangan.\n",
                            "%lld sets waited for the clock: they are not sent from here, as the "
                            "old machine may have sent "
                            "them; the backup keeps them.\n"),
                     (long long)r->journal.unsure);
    if (setup_load(&s, r->o->config, r->o->devices, r->why, sizeof r->why) != 0)
        (void)printf(tongue("Sebelum dijalankan: %s\n", "Before it is started: %s\n"), r->why);
    else
        (void)fputs(
            tongue(
                "Mesin lama jangan dinyalakan lagi. Selanjutnya:\n  sudo systemctl start "
                "nila-collector\n"
                "  sudo nila-collector doctor\n",
                "The old machine must not be started again. What is next:\n  sudo systemctl start "
                "nila-collector\n  sudo nila-collector doctor\n"),
            stdout);
    setup_free(&s);
}

int command_restore(const struct options *o)
{
    struct restoring r = {.o = o};
    int rc;

    tongue_set(o->l == TEXT_ID);
    rc = archive_open(&r.a, o->word[1], MOST, r.why, sizeof r.why);
    if (rc == 0)
        rc = read_head(&r);
    if (rc == 0)
        rc = read_site(&r);
    if (rc == 0)
        rc = must_not_run(&r);
    if (rc == 0 && o->dry_run) {
        (void)printf(tongue("%s: utuh, situs %s, dibuat %s, %zu berkas; ini hanya pemeriksaan\n",
                            "%s: whole, site %s, made %s, %zu files; this was a check only\n"),
                     o->word[1], r.site->slug, r.made_at, archive_files(r.a));
    } else {
        if (rc == 0)
            rc = bring_journal(&r);
        if (rc == 0)
            rc = bring_files(&r);
        if (rc == 0)
            rc = bring_site(&r);
        if (rc == 0)
            tell(&r);
    }
    if (rc != 0)
        log_warnx("%s", r.why[0] != '\0' ? r.why : nila_err_text(rc));
    buf_free(&r.text);
    site_free(r.site);
    archive_close(r.a);
    return run_exit_code(rc);
}

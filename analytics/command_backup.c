/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila-analytics backup and restore: the records file to a copy and back. Beside a backup lies its manifest, which names the digest of
 * the file and, until the next one is wholly there, of the backup that lay there before. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "analytics/commands.h"
#include "analytics/commands_own.h"
#include "analytics/ownopts.h"
#include "analytics/records/backup.h"
#include "analytics/savefile.h"
#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/jsonconf.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"

enum {
    WHY = COMMAND_WHY,
    PATH = BACKUP_PATH_SIZE,
    PATH_LONGEST = BACKUP_PATH_SIZE - 64 /* leaves room for what is hung on */
};

static const char *const HELP_BACKUP[2] = {
    "nila-analytics backup BERKAS [--config BERKAS | --records DB] [--json] [--quiet] [--lang "
    "id|en]\n"
    "\n"
    "Menyalin berkas catatan ke BERKAS, juga selagi serve, watch, atau import berjalan; "
    "salinannya\n"
    "keadaan pada satu saat. Salinan diperiksa (keutuhan, rujukan antartabel, bentuk), ditulis\n"
    "sampai ke disk, lalu baru diberi nama BERKAS: bila terputus di tengah, salinan lama tetap "
    "utuh.\n"
    "Di sebelahnya BERKAS.manifest.json: sha256, ukuran, jumlah baris tiap tabel, versi program, "
    "dan\n"
    "waktunya. Simpan keduanya bersama, di luar mesin ini. Isinya catatan petani: bukan untuk "
    "umum.\n"
    "\n"
    "  0 1 * * *  nila-analytics backup /media/usb/nila-$(date +\\%u).db   (cron: tujuh hari)\n"
    "\n"
    "Kode keluar: 0 selesai, 65 catatan rusak, 66 tidak ada, 74 disk, 75 sedang dipakai, 77 "
    "ditolak.\n"
    "Lihat juga: nila-analytics restore --help\n",
    "nila-analytics backup FILE [--config FILE | --records DB] [--json] [--quiet] [--lang id|en]\n"
    "\n"
    "Copies the records file to FILE, also while serve, watch or import run; the copy is of one\n"
    "instant. It is checked (integrity, references between tables, form), written through to the "
    "disk\n"
    "and only then named FILE: broken off in the middle, the old copy stays whole. Beside it lies\n"
    "FILE.manifest.json: sha256, size, rows of each table, program version and moment. Keep both\n"
    "together, off this machine. They hold farmers' records: not for everybody.\n"
    "\n"
    "  0 1 * * *  nila-analytics backup /media/usb/nila-$(date +\\%u).db   (cron: seven days)\n"
    "\n"
    "Exit codes: 0 done, 65 records damaged, 66 not there, 74 disk, 75 busy, 77 not permitted.\n"
    "See also: nila-analytics restore --help\n"};

static const char *const HELP_RESTORE[2] = {
    "nila-analytics restore BERKAS [--config BERKAS | --records DB] [--dry-run] [--json] "
    "[--quiet]\n"
    "                       [--lang id|en]\n"
    "\n"
    "Mengembalikan salinan cadangan BERKAS sebagai berkas catatan. Hentikan dahulu serve dan "
    "watch.\n"
    "Ditolak bila BERKAS rusak, bukan seperti kata BERKAS.manifest.json, atau bentuknya lebih "
    "baru\n"
    "daripada yang dikenal program ini. Tanpa manifest hanya keutuhannya yang diperiksa, dan itu\n"
    "dikatakan. Berkas catatan sekarang tidak dihapus: ia disimpan di sebelahnya dengan nama\n"
    "...sebelum-WAKTU. Bila terputus di tengah, berkas catatan adalah yang lama atau yang baru, "
    "utuh.\n"
    "Akun, orang yang dihapus dan kunci sync yang berlaku lagi karena salinan itu disebutkan.\n"
    "\n"
    "  --dry-run  hanya memeriksa BERKAS\n"
    "\n"
    "Kode keluar: 0 selesai, 65 rusak, 66 tidak ada, 69 lebih baru daripada program, 74 disk,\n"
    "75 catatan sedang dipakai, 77 ditolak, 78 bukan catatan produksi.\n",
    "nila-analytics restore FILE [--config FILE | --records DB] [--dry-run] [--json] [--quiet]\n"
    "                       [--lang id|en]\n"
    "\n"
    "Brings the backup FILE back as the records file. Stop serve and watch first. Refused when "
    "FILE is\n"
    "damaged, is not what FILE.manifest.json says, or has a newer form than this program knows.\n"
    "Without a manifest only its integrity is checked, and that is said. The present records file "
    "is\n"
    "not deleted: it is kept beside it as ...sebelum-MOMENT. Broken off in the middle, the "
    "records\n"
    "file is the old one or the new one, whole. Accounts, erased people and sync keys that are "
    "valid\n"
    "again with the copy are named.\n"
    "\n"
    "  --dry-run  only checks FILE\n"
    "\n"
    "Exit codes: 0 done, 65 damaged, 66 not there, 69 newer than the program, 74 disk,\n"
    "75 the records are in use, 77 not permitted, 78 no production records.\n"};

struct work {
    struct command_options o;
    const char *file; /* the backup */
    char db[PATH];    /* the records file */
    char part[PATH];  /* what is being made */
    char manifest[PATH];
    bool dry_run;
    struct backup_facts facts;
    char why[WHY];
};

/* --- the manifest --- */

/* What it says of one backup; sha256 "": nothing. */
struct said {
    char sha256[SHA256_HEX_SIZE], made_at[40], program[40];
    long long bytes;
    int form;
};

static void read_said(struct jsonconf *c, const struct jsonconf_node *n, struct said *out)
{
    jsonconf_string(c, n, "sha256", out->sha256, sizeof out->sha256);
    jsonconf_string(c, n, "made_at", out->made_at, sizeof out->made_at);
    jsonconf_string(c, n, "program", out->program, sizeof out->program);
    out->bytes = (long long)jsonconf_number(c, n, "bytes", 0, 1e15);
    out->form = (int)jsonconf_integer(c, n, "form", 0, 1000000);
    jsonconf_ignore(c, n, "tables"); /* follows from the digest; it is for people */
}

/* said[0] the backup, said[1] the one before. NILA_ERR_NOT_FOUND: there is no manifest. */
static int read_manifest(struct work *w, struct said said[2])
{
    struct jsonconf *c = NULL;
    const struct jsonconf_node *root, *before;
    int rc = jsonconf_open(&c, w->manifest, w->why, WHY);

    memset(said, 0, 2 * sizeof *said);
    if (rc != 0)
        return rc;
    root = jsonconf_root(c);
    (void)jsonconf_integer(c, root, "manifest", 1, 1);
    read_said(c, root, &said[0]);
    before = jsonconf_member(c, root, "previous", false);
    if (before != NULL && !jsonconf_is_null(before))
        read_said(c, before, &said[1]);
    rc = jsonconf_done(c, w->why, WHY);
    jsonconf_close(c);
    return rc;
}

static void write_said(struct buf *b, const struct said *s)
{
    buf_printf(b,
               "\"sha256\":\"%s\",\"bytes\":%lld,\"made_at\":\"%s\",\"program\":\"%s\",\"form\":%d",
               s->sha256, s->bytes, s->made_at, s->program, s->form);
}

static void write_tables(struct buf *b, const struct backup_facts *f)
{
    buf_str(b, "\"tables\":[");
    for (size_t i = 0; i < f->tables; i++) /* names of our own schema */
        buf_printf(b, "%s\n {\"table\":\"%s\",\"rows\":%" PRId64 "}", i > 0 ? "," : "",
                   f->table[i].name, f->table[i].rows);
    buf_str(b, "]");
}

/* The manifest of the new backup; it still knows the one that lies under the name until the rename. */
static int save_manifest(struct work *w)
{
    struct said old[2], now = {.bytes = w->facts.bytes, .form = w->facts.form};
    char sha256[SHA256_HEX_SIZE] = "";
    const struct said *keep = NULL;
    struct buf b = {0};
    int64_t bytes;
    int rc;

    (void)snprintf(now.sha256, sizeof now.sha256, "%s", w->facts.sha256);
    (void)snprintf(now.program, sizeof now.program, "%s", NILA_VERSION);
    (void)civil_format_iso(now.made_at, sizeof now.made_at, clock_wall_ms());
    if (backup_digest(w->file, sha256, &bytes, w->why, WHY) == 0 && read_manifest(w, old) == 0)
        for (int i = 0; i < 2; i++)
            if (strcmp(old[i].sha256, sha256) == 0)
                keep = &old[i];
    buf_str(&b, "{\"manifest\":1,");
    write_said(&b, &now);
    buf_str(&b, ",\n");
    write_tables(&b, &w->facts);
    buf_str(&b, ",\n\"previous\":");
    if (keep != NULL) {
        buf_str(&b, "{");
        write_said(&b, keep);
    }
    buf_str(&b, keep != NULL ? "}}\n" : "null}\n");
    rc = savefile(&b, w->manifest, w->why, WHY);
    buf_free(&b);
    return rc;
}

/* --- both --- */

static int fail(struct work *w, int rc)
{
    log_warnx("%s", w->why);
    backup_facts_free(&w->facts);
    return command_exit_code(rc);
}

static int begin(struct work *w, const struct ownopts *o)
{
    struct analytics_config c;
    int rc;

    w->o.english = o->english;
    w->o.json = o->json;
    w->o.quiet = o->quiet;
    if (w->o.config == NULL)
        w->o.config = COMMAND_CONFIG;
    rc = command_load_config(&w->o, &c, w->why);
    if (rc != 0)
        return rc;
    if (strlen(c.records_path) > PATH_LONGEST || strlen(w->file) > PATH_LONGEST) {
        (void)snprintf(w->why, WHY,
                       tongue("nama berkas lebih dari %d bita", "a path of more than %d bytes"),
                       (int)PATH_LONGEST);
        return NILA_ERR_RANGE;
    }
    (void)snprintf(w->db, sizeof w->db, "%s", c.records_path);
    (void)snprintf(w->manifest, sizeof w->manifest, "%s.manifest.json", w->file);
    return 0;
}

/* Beside what it becomes; two programs may make one. */
static void name_part(struct work *w, const char *path)
{
    (void)snprintf(w->part, sizeof w->part, "%.*s.%ld.part", (int)PATH_LONGEST, path,
                   (long)getpid());
}

static bool same_file(const char *a, const char *b)
{
    struct stat x, y;

    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static void words(const struct work *w, const char *aside, const char *made_at)
{
    struct buf b = {0};
    int64_t rows = 0;

    for (size_t i = 0; i < w->facts.tables; i++)
        rows += w->facts.table[i].rows;
    if (w->o.json) {
        buf_printf(&b, "{\"sha256\":\"%s\",\"bytes\":%" PRId64 ",\"form\":%d,\"checked\":true,",
                   w->facts.sha256, w->facts.bytes, w->facts.form);
        write_tables(&b, &w->facts);
        (void)printf("%s}\n", b.p);
        buf_free(&b);
        return;
    }
    if (w->o.quiet)
        return;
    if (aside == NULL && !w->dry_run)
        command_say(&w->o, "%s: %" PRId64 " baris dalam %zu tabel, %.1f MB, diperiksa; sha256 %s\n",
                    "%s: %" PRId64 " rows in %zu tables, %.1f MB, checked; sha256 %s\n", w->file,
                    rows, w->facts.tables, (double)w->facts.bytes / 1e6, w->facts.sha256);
    else if (w->dry_run)
        command_say(&w->o,
                    "%s: utuh, %" PRId64
                    " baris dalam %zu tabel, dibuat %s; ini hanya pemeriksaan\n",
                    "%s: whole, %" PRId64 " rows in %zu tables, made %s; this was a check only\n",
                    w->file, rows, w->facts.tables, made_at);
    else
        command_say(
            &w->o, "%s: dipulihkan dari %s: %" PRId64 " baris dalam %zu tabel, dibuat %s%s%s\n",
            "%s: restored from %s: %" PRId64 " rows in %zu tables, made %s%s%s\n", w->db, w->file,
            rows, w->facts.tables, made_at,
            aside[0] != '\0' ? tongue("; yang lama disimpan di ", "; the old one is kept at ") : "",
            aside);
}

/* --- backup --- */

static int make_backup(struct work *w)
{
    int rc;

    if (same_file(w->file, w->db)) {
        (void)snprintf(w->why, WHY,
                       tongue("%.200s: itu berkas catatannya sendiri; sebut nama lain",
                              "%.200s: that is the records file itself; name another"),
                       w->file);
        return NILA_ERR_RANGE;
    }
    name_part(w, w->file);
    rc = backup_copy(w->db, w->part, w->why, WHY);
    if (rc == 0)
        rc = backup_look(w->part, &w->facts, w->why, WHY);
    if (rc == 0)
        rc = save_manifest(w);
    if (rc == 0)
        rc = backup_take_name(w->part, w->file, w->why, WHY);
    if (rc != 0)
        backup_remove(w->part);
    return rc;
}

int command_backup(int argc, char **argv, int at)
{
    struct work w = {.why = ""};
    const struct ownopts_option option[] = {{"config", &w.o.config, NULL},
                                            {"records", &w.o.records, NULL}};
    struct ownopts o = {
        .option = option, .n = 2, .help = HELP_BACKUP, .word = &w.file, .least = 1, .most = 1};
    int rc = ownopts_read(&o, argc, argv, at);

    if (rc >= 0)
        return rc;
    rc = begin(&w, &o);
    if (rc == 0)
        rc = make_backup(&w);
    if (rc != 0)
        return fail(&w, rc);
    words(&w, NULL, "");
    backup_facts_free(&w.facts);
    return fflush(stdout) == 0 ? EX_OK : EX_IOERR;
}

/* --- restore --- */

/* Is the copy in part what the manifest says? made_at (size 40) gets when it was made. */
static int hold_against_manifest(struct work *w, char *made_at)
{
    struct said said[2];
    int rc = read_manifest(w, said);

    if (rc == NILA_ERR_NOT_FOUND) {
        command_say(&w->o,
                    "%s: tidak ada; hanya keutuhan salinannya yang diperiksa, bukan asalnya\n",
                    "%s: not there; only that the copy is whole was checked, not whence it is\n",
                    w->manifest);
        (void)snprintf(made_at, 40, "?");
        return 0;
    }
    if (rc != 0)
        return rc;
    for (int i = 0; i < 2; i++)
        if (strcmp(said[i].sha256, w->facts.sha256) == 0) {
            (void)snprintf(made_at, 40, "%s", said[i].made_at);
            return 0;
        }
    (void)snprintf(w->why, WHY,
                   tongue("%.160s: bukan berkas yang disebut manifestnya (sha256 %.12s..., "
                          "seharusnya %.12s...); tidak ada yang diubah",
                          "%.160s: not the file its manifest names (sha256 %.12s..., expected "
                          "%.12s...); nothing was changed"),
                   w->file, w->facts.sha256, said[0].sha256);
    return NILA_ERR_CORRUPT;
}

/* A name that nothing has yet. */
static void name_aside(const struct work *w, char *aside)
{
    const struct civil t = civil_from_ts(clock_wall_ms());
    int n = snprintf(aside, PATH, "%s.sebelum-%04d%02d%02dT%02d%02d%02d", w->db, t.year, t.month,
                     t.day, t.hour, t.minute, t.second);

    for (int i = 2; access(aside, F_OK) == 0 && i < 1000; i++)
        (void)snprintf(aside + n, (size_t)(PATH - n), "-%d", i);
}

static int bring_back(struct work *w, char *made_at, char *aside)
{
    bool had;
    int rc;

    name_part(w, w->db);
    rc = backup_copy_bytes(w->file, w->part, w->why, WHY);
    if (rc == 0)
        rc = backup_look(w->part, &w->facts, w->why, WHY);
    if (rc == NILA_ERR_CORRUPT) /* the words name the copy; people know the file they gave */
        (void)snprintf(
            w->why, WHY,
            tongue("%.200s: rusak; tidak ada yang diubah", "%.200s: damaged; nothing was changed"),
            w->file);
    if (rc == 0)
        rc = hold_against_manifest(w, made_at);
    if (rc == 0 && !w->dry_run) {
        rc = backup_new_origin(w->part, w->why, WHY);
    }
    if (rc == 0 && !w->dry_run) {
        name_aside(w, aside);
        had = access(w->db, F_OK) == 0;
        rc = backup_swap(w->db, w->part, aside, w->why, WHY);
        if (!had)
            aside[0] = '\0';
    }
    if (rc != 0 || w->dry_run)
        backup_remove(w->part);
    return rc;
}

/* Whoever was shut out or forgotten since the copy was made is back with it: that must not pass unseen, whatever was asked. */
static void tell_revived(const struct work *w, const char *aside)
{
    struct buf names = {0};
    const int rc = backup_revived(w->db, aside, &names);

    if (rc != 0)
        (void)fprintf(
            stderr, "%s\n",
            tongue("berkas lama tidak terbaca: periksa sendiri akun, hapusan dan kunci "
                   "sync yang berakhir sejak salinan dibuat (user list, sync status)",
                   "the old file can't be read: check yourself which accounts, erasures "
                   "and sync keys ended since the copy was made (user list, sync status)"));
    else if (names.n > 0)
        (void)fprintf(stderr,
                      tongue("berlaku lagi, padahal sudah diakhiri atau dihapus sejak salinan "
                             "dibuat: %s; akhiri lagi (user disable, user erase, sync key)\n",
                             "valid again, though ended or erased since the copy was made: %s; end "
                             "them again (user disable, user erase, sync key)\n"),
                      names.p);
    buf_free(&names);
}

int command_restore(int argc, char **argv, int at)
{
    struct work w = {.why = ""};
    char made_at[40] = "?", aside[PATH] = "";
    const struct ownopts_option option[] = {{"config", &w.o.config, NULL},
                                            {"records", &w.o.records, NULL},
                                            {"dry-run", NULL, &w.dry_run}};
    struct ownopts o = {
        .option = option, .n = 3, .help = HELP_RESTORE, .word = &w.file, .least = 1, .most = 1};
    int rc = ownopts_read(&o, argc, argv, at);

    if (rc >= 0)
        return rc;
    rc = begin(&w, &o);
    if (rc == 0)
        rc = bring_back(&w, made_at, aside);
    if (rc != 0)
        return fail(&w, rc);
    words(&w, aside, made_at);
    if (aside[0] != '\0')
        tell_revived(&w, aside);
    if (w.facts.form < backup_newest_form() && !w.o.quiet)
        command_say(&w.o, "bentuk tabelnya %d; dibawa ke %d saat dibuka\n",
                    "its tables have form %d; they are brought to %d when it is opened\n",
                    w.facts.form, backup_newest_form());
    backup_facts_free(&w.facts);
    return fflush(stdout) == 0 ? EX_OK : EX_IOERR;
}

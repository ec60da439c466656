/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila-analytics export: a table of the records, the forecast, the balance, or all of them, for programs, spreadsheets and offices. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "analytics/commands.h"
#include "analytics/commands_own.h"
#include "analytics/export.h"
#include "analytics/ownopts.h"
#include "analytics/savefile.h"
#include "collector/common/clock.h"
#include "collector/common/http.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"

enum {
    WHY = COMMAND_WHY,
    PARTS = RECORDS_TABLES + EXPORT_VIEWS
};

static const char *const HELP[2] = {
    "nila-analytics export TABEL|forecast|balance|all [--format csv|excel|xlsx] [--out BERKAS]\n"
    "                      [--config BERKAS | --records DB] [--as-of TANGGAL] [--months N]\n"
    "                      [--draws K] [--seed S] [--scope auto|tracked|all] [--lang id|en]\n"
    "\n"
    "Menulis satu tabel catatan (farms, ponds, cycles, feed, samples, deaths, harvests, "
    "fingerlings,\n"
    "official, registry, assumptions, classes, survey, contacts, limits), prakiraan pasokan "
    "(forecast),\n"
    "neraca (balance), atau semuanya (all).\n"
    "\n"
    "  --format csv    untuk program: koma, titik desimal, waktu ISO 8601 +07:00 (bawaan)\n"
    "           excel  untuk Excel berbahasa Indonesia: titik koma, koma desimal, UTF-8 dengan "
    "BOM\n"
    "           xlsx   buku kerja; teks tidak pernah menjadi rumus, kode tetap kode\n"
    "  --out           bawaan keluaran standar; dengan all: folder, atau satu berkas xlsx\n"
    "\n"
    "Dua baris pertama (sel pertamanya diawali #) menyebut isi, sumber, waktu, dan satuan. Berkas "
    "tabel\n"
    "dapat diimpor kembali: nila-analytics import TABEL BERKAS. Teks yang tampak seperti rumus "
    "diberi\n"
    "apostrof di depannya dalam CSV; impor membuangnya lagi. Berkas ditulis utuh atau tidak sama "
    "sekali,\n"
    "dan tidak terbaca umum: isinya nama, nomor telepon, dan harga. Lebih baik xlsx daripada CSV "
    "bila\n"
    "dibuka dengan Excel: kode 62.02.06 dan bulan 2027-01 tidak diubahnya menjadi jam dan "
    "tanggal.\n",
    "nila-analytics export TABLE|forecast|balance|all [--format csv|excel|xlsx] [--out FILE]\n"
    "                      [--config FILE | --records DB] [--as-of DATE] [--months N]\n"
    "                      [--draws K] [--seed S] [--scope auto|tracked|all] [--lang id|en]\n"
    "\n"
    "Writes one table of the records (farms, ponds, cycles, feed, samples, deaths, harvests, "
    "fingerlings,\n"
    "official, registry, assumptions, classes, survey, contacts, limits), the forecast of the "
    "supply, the\n"
    "balance, or all of them.\n"
    "\n"
    "  --format csv    for programs: commas, decimal points, ISO 8601 times with +07:00 (the "
    "default)\n"
    "           excel  for Excel in Indonesian: semicolons, decimal commas, UTF-8 with a byte "
    "order mark\n"
    "           xlsx   a workbook; text never becomes a formula, codes stay codes\n"
    "  --out           default standard output; with all: a folder, or one xlsx file\n"
    "\n"
    "The first two rows (their first cell begins with #) name contents, source, moment and units. "
    "A\n"
    "table's file can be imported again: nila-analytics import TABLE FILE. Text that looks like a "
    "formula\n"
    "gets an apostrophe in front of it in CSV; the import takes it away. Files are written whole "
    "or not at\n"
    "all, and not readable by everybody: they hold names, telephone numbers and prices. For Excel "
    "take xlsx\n"
    "rather than CSV: it leaves the code 62.02.06 and the month 2027-01 what they are.\n"};

struct export_work {
    struct command_options o;
    const char *what, *format, *months, *draws, *seed;
    enum sheet_form form;
    bool want[PARTS]; /* tables first, then views */
    bool all, with_views;
    struct analytics_config c;
    struct records *records;
    struct forecast *f;
    char why[WHY];
};

static const char *part_name(int part)
{
    return part < RECORDS_TABLES ? records_table_name((enum records_table)part)
                                 : export_view_name((enum export_view)(part - RECORDS_TABLES));
}

/* --- what is asked for --- */

static int refuse(struct export_work *w, const char *option, const char *text, const char *range)
{
    (void)snprintf(w->why, WHY, tongue("%s %.40s tidak boleh; %s", "%s %.40s is not allowed; %s"),
                   option, text, range);
    return NILA_ERR_RANGE;
}

static bool whole(const char *text, long long min, long long max, long long *out)
{
    char *end;
    long long v;

    if (text == NULL)
        return true;
    errno = 0;
    v = strtoll(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || v < min || v > max)
        return false;
    *out = v;
    return true;
}

static int read_numbers(struct export_work *w)
{
    long long months = 0, draws = 0, seed = -1;

    if (!whole(w->months, 1, 12, &months))
        return refuse(w, "--months", w->months, "1..12");
    if (!whole(w->draws, 50, 2000, &draws))
        return refuse(w, "--draws", w->draws, "50..2000");
    if (!whole(w->seed, 0, LLONG_MAX, &seed))
        return refuse(w, "--seed", w->seed, "0..9223372036854775807");
    w->o.months = (long)months;
    w->o.draws = (long)draws;
    w->o.seed = seed;
    return 0;
}

static int read_what(struct export_work *w)
{
    bool any = false;

    if (w->format != NULL && sheet_form_find(w->format, &w->form) != 0)
        return refuse(w, "--format", w->format, "csv, excel, xlsx");
    w->all = strcmp(w->what, "all") == 0;
    for (int k = 0; k < PARTS; k++) {
        w->want[k] = w->all || strcmp(w->what, part_name(k)) == 0;
        any = any || w->want[k];
        w->with_views = w->with_views || (w->want[k] && k >= RECORDS_TABLES);
    }
    if (!any) {
        (void)snprintf(w->why, WHY,
                       tongue("\"%.40s\" tidak dikenal; nama tabel, forecast, balance, atau all",
                              "\"%.40s\" is not known; a table's name, forecast, balance or all"),
                       w->what);
        return NILA_ERR_RANGE;
    }
    if (w->all && w->form != SHEET_XLSX && w->o.out == NULL) {
        (void)snprintf(w->why, WHY,
                       tongue("all dalam CSV memerlukan --out FOLDER: satu berkas satu tabel",
                              "all as CSV needs --out FOLDER: a file a table"));
        return NILA_ERR_RANGE;
    }
    return read_numbers(w);
}

/* --- making --- */

static int make_forecast(struct export_work *w)
{
    struct forecast_request q = {0};
    int rc = command_request(&w->o, &w->c, &q, w->why);

    if (rc != 0)
        return rc;
    http_global_init();
    q.records = w->records;
    rc = command_run_forecast(&q, &w->c, w->o.records == NULL, &w->f, w->why);
    http_global_cleanup();
    if (rc != 0 && w->why[0] == '\0')
        (void)snprintf(w->why, WHY, "%s", nila_err_text(rc));
    return rc;
}

static int put_part(struct export_work *w, struct sheet *s, int part)
{
    const char *slash = strrchr(w->c.records_path, '/');
    const struct export_about a = {.source = slash != NULL ? slash + 1 : w->c.records_path,
                                   .notice = w->c.notice,
                                   .at_ms = clock_wall_ms(),
                                   .english = w->o.english,
                                   .least_day = INT32_MIN};
    int rc = 0;

    if (part < RECORDS_TABLES) {
        rc = export_table(s, w->records, (enum records_table)part, &a);
    } else {
        double tracked[SUPPLY_NODES];
        const struct export_forecast f = {.neraca = w->f->neraca,
                                          .tracked = tracked,
                                          .as_of_day = w->f->supply->as_of_day,
                                          .draws = w->f->supply->draws};
        for (size_t n = 0; n < SUPPLY_NODES; n++)
            tracked[n] = w->f->supply->tracked[n];
        export_view(s, (enum export_view)(part - RECORDS_TABLES), &f, &a);
    }
    if (rc != 0)
        (void)snprintf(w->why, WHY, "%s: %s", part_name(part), nila_err_text(rc));
    return rc;
}

/* The parts wanted between from and before to, in one file. */
static int write_file(struct export_work *w, int from, int to, const char *path)
{
    struct sheet *s = NULL;
    struct buf b = {0};
    char why[WHY];
    int end, rc = sheet_new(&s, w->form, w->why, WHY);

    if (rc != 0)
        return rc;
    for (int k = from; k < to && rc == 0; k++)
        if (w->want[k])
            rc = put_part(w, s, k);
    end = sheet_done(s, &b, why, sizeof why);
    if (rc == 0 && end != 0) {
        (void)snprintf(w->why, WHY, "%s", why);
        rc = end;
    }
    if (rc == 0)
        rc = savefile(&b, path, w->why, WHY);
    buf_free(&b);
    return rc;
}

/* Each part as a file of its own in the folder --out. */
static int write_folder(struct export_work *w)
{
    int rc = 0;

    if (mkdir(w->o.out, 0750) != 0 && errno != EEXIST) {
        (void)snprintf(w->why, WHY, "%.200s: %s", w->o.out, tongue_errno(errno));
        return errno == EACCES ? NILA_ERR_DENIED : NILA_ERR_IO;
    }
    for (int k = 0; k < PARTS && rc == 0; k++) {
        struct buf path = {0};
        buf_printf(&path, "%s/%s.csv", w->o.out, part_name(k));
        rc = write_file(w, k, k + 1, path.p);
        buf_free(&path);
    }
    return rc;
}

static int make(struct export_work *w)
{
    int rc = read_what(w);

    if (rc == 0)
        rc = command_load_config(&w->o, &w->c, w->why);
    if (rc == 0)
        rc = command_open_records(&w->o, &w->c, &w->records, w->why);
    if (rc == 0 && w->with_views)
        rc = make_forecast(w);
    if (rc != 0)
        return rc;
    return w->all && w->form != SHEET_XLSX ? write_folder(w) : write_file(w, 0, PARTS, w->o.out);
}

int command_export(int argc, char **argv, int at)
{
    struct export_work w = {.o = {.config = COMMAND_CONFIG}};
    const struct ownopts_option option[] = {
        {"config", &w.o.config, NULL}, {"records", &w.o.records, NULL},
        {"format", &w.format, NULL},   {"out", &w.o.out, NULL},
        {"as-of", &w.o.as_of, NULL},   {"months", &w.months, NULL},
        {"draws", &w.draws, NULL},     {"seed", &w.seed, NULL},
        {"scope", &w.o.scope, NULL}};
    struct ownopts o = {.option = option,
                        .n = sizeof option / sizeof option[0],
                        .help = HELP,
                        .word = &w.what,
                        .least = 1,
                        .most = 1};
    int rc = ownopts_read(&o, argc, argv, at);

    if (rc >= 0)
        return rc;
    w.o.english = o.english;
    w.o.quiet = o.quiet;
    (void)umask(umask(0) | 027); /* names, numbers and prices are not for everybody */
    rc = make(&w);
    if (rc != 0)
        log_warnx("%s", w.why);
    forecast_free(w.f);
    records_close(w.records);
    return command_exit_code(rc);
}

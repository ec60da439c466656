/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "commands.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "analytics/commands_own.h"
#include "analytics/config.h"
#include "analytics/neighbour.h"
#include "analytics/progress.h"
#include "analytics/records/keys.h"
#include "analytics/series.h"
#include "analytics/supply/forecast.h"
#include "analytics/supply/issued.h"
#include "analytics/synclink.h"
#include "analytics/web/server.h"
#include "collector/common/buf.h"
#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/http.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"

enum {
    WHY = COMMAND_WHY,
    /* of analytics.json; they hold for --records too, where there is no configuration */
    DEFAULT_MONTHS = 6,
    DEFAULT_DRAWS = 400,
    DEFAULT_SEED = 1,
    COMPLAINTS_SHOWN = 100 /* records_import tells no more */
};

int command_exit_code(int rc)
{
    static const struct {
        int rc, code;
    } CODE[] = {
        {0, EX_OK},
        {NILA_ERR_CONFIG, EX_CONFIG},
        {NILA_ERR_NOT_FOUND, EX_NOINPUT},
        {NILA_ERR_DENIED, EX_NOPERM},
        {NILA_ERR_PARSE, EX_DATAERR},
        {NILA_ERR_CORRUPT, EX_DATAERR},
        {NILA_ERR_RANGE, EX_USAGE},
        {NILA_ERR_BUSY, EX_TEMPFAIL},
        {NILA_ERR_TIMEOUT, EX_UNAVAILABLE},
        {NILA_ERR_CLOSED, EX_UNAVAILABLE},
        {NILA_ERR_REFUSED, EX_UNAVAILABLE},
        {NILA_ERR_UNSUPPORTED, EX_UNAVAILABLE},
    };

    for (size_t i = 0; i < sizeof CODE / sizeof CODE[0]; i++)
        if (CODE[i].rc == rc)
            return CODE[i].code;
    return EX_IOERR;
}

static int fail(int rc, const char *why)
{
    log_warnx("%s", why);
    return command_exit_code(rc);
}

/* The configuration, or with --records its defaults around that file. */
int command_load_config(const struct command_options *o, struct analytics_config *c, char *why)
{
    if (o->records == NULL)
        return analytics_config_load(c, o->config, why, WHY);
    *c = (struct analytics_config){
        .months = DEFAULT_MONTHS, .draws = DEFAULT_DRAWS, .seed = DEFAULT_SEED};
    for (int k = 0; k < POND_SYSTEM_COUNT; k++)
        c->oxygen[k] = growth_oxygen_default();
    if (strlen(o->records) >= sizeof c->records_path) {
        (void)snprintf(why, WHY,
                       tongue("--records: alamat berkas lebih dari %zu bita",
                              "--records: the path is longer than %zu bytes"),
                       sizeof c->records_path - 1);
        return NILA_ERR_RANGE;
    }
    (void)snprintf(c->records_path, sizeof c->records_path, "%s", o->records);
    return 0;
}

int command_check(const struct command_options *o)
{
    struct analytics_config c;
    char why[WHY];
    int rc = analytics_config_load(&c, o->config, why, sizeof why);

    if (rc != 0)
        return fail(rc, why);
    if (!o->quiet)
        command_say(o, "%s: tidak ada kesalahan\n", "%s: no mistakes\n", o->config);
    return EX_OK;
}

/* The records, or why not and what to do about it. */
static int open_or_say(const struct command_options *o, const char *path, struct records **out,
                       char *why)
{
    static const struct {
        int rc;
        const char *words[2];
    } CURE[] = {
        {NILA_ERR_CORRUPT,
         {"berkas catatan rusak; tidak ada yang diubah. Pulihkan salinan cadangannya",
          "the records file is damaged; nothing was changed. Bring its backup back"}},
        {NILA_ERR_CONFIG,
         {"berkas milik program lain; tidak ada yang diubah. Sebut berkas catatan produksi",
          "it is another program's file; nothing was changed. Name the records' file"}},
        {NILA_ERR_UNSUPPORTED,
         {"ditulis program yang lebih baru; perbarui nila-analytics",
          "written by a newer program; update nila-analytics"}},
        {NILA_ERR_BUSY,
         {"sedang dipakai program lain; coba lagi", "another program is at it; try again"}},
    };
    int rc = records_open(out, path, why, WHY);

    for (size_t k = 0; rc != 0 && k < sizeof CURE / sizeof CURE[0]; k++) {
        size_t n = strlen(why);

        if (CURE[k].rc == rc)
            (void)snprintf(why + n, WHY - n, "; %s", CURE[k].words[o->english]);
    }
    return rc;
}

/* --- serve --- */

/* Whole or not at all: whoever waits for the file reads it at once. */
int command_write_ready(const char *path, int port)
{
    struct buf temp = {0};
    FILE *f;
    bool written;
    int rc = 0;

    buf_printf(&temp, "%s.%ld", path, (long)getpid());
    f = fopen(temp.p, "w");
    written = f != NULL && fprintf(f, "{\"port\":%d,\"pid\":%ld}\n", port, (long)getpid()) > 0;
    if (f != NULL && fclose(f) != 0)
        written = false;
    if (!written || rename(temp.p, path) != 0) {
        log_warn("%s", path);
        (void)unlink(temp.p);
        rc = NILA_ERR_IO;
    }
    buf_free(&temp);
    return rc;
}

static void signals_to_wait_for(sigset_t *set)
{
    (void)sigemptyset(set);
    (void)sigaddset(set, SIGTERM);
    (void)sigaddset(set, SIGINT);
    (void)sigaddset(set, SIGHUP);
}

/* All parts are open: pages until a signal. */
static int serve_pages(const struct command_options *o, const struct web_config *wc)
{
    struct web *w = NULL;
    char why[WHY] = "";
    sigset_t set;
    int caught = 0, rc = web_start(&w, wc, why, sizeof why);

    if (rc != 0) {
        log_warnx("pages: %s", why);
        return rc;
    }
    log_info("pages: %s://%s:%d/", wc->config->tls_cert[0] != '\0' ? "https" : "http",
             wc->config->bind, web_port(w));
    if (o->ready != NULL)
        rc = command_write_ready(o->ready, web_port(w));
    signals_to_wait_for(&set);
    if (rc == 0 && sigwait(&set, &caught) == 0)
        log_info("pages: signal %d, ending", caught);
    web_stop(w);
    return rc;
}

/* The pages, and beside them the talk with the office: here and not in watch, which must wait for no line. */
static int serve_in_step(const struct command_options *o, const struct web_config *wc)
{
    struct synclink *link = NULL;
    char why[SYNCLINK_WHY] = "";
    int rc = 0;

    if (wc->config->sync.on)
        rc = synclink_start(&link, &wc->config->sync, wc->config->records_path, why);
    if (rc != 0)
        log_warnx("sync: %s", why);
    else
        rc = serve_pages(o, wc);
    synclink_stop(link);
    return rc;
}

int command_serve(const struct command_options *o)
{
    struct analytics_config c;
    struct records *records = NULL;
    struct series_source *series = NULL;
    char why[WHY] = "";
    sigset_t set;
    int rc = analytics_config_load(&c, o->config, why, sizeof why);

    if (rc != 0)
        return fail(rc, why);
    if (o->port >= 0)
        c.port = o->port;
    if (o->ready != NULL) /* of an earlier run: it would send people to the wrong port */
        (void)unlink(o->ready);
    /* every thread inherits the mask; only serve_pages takes the signals */
    signals_to_wait_for(&set);
    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    http_global_init();
    rc = open_or_say(o, c.records_path, &records, why);
    if (rc == 0)
        rc = series_source_open(&series, &c, why, sizeof why);
    if (rc != 0)
        log_warnx("%s", why);
    if (rc == 0) {
        struct web_config wc = {.config = &c, .records = records, .series = series};
        rc = serve_in_step(o, &wc);
    }
    series_source_close(series);
    records_close(records);
    http_global_cleanup();
    return command_exit_code(rc);
}

/* --- import --- */

static void print_complaint(void *arg, const char *text)
{
    (void)arg;
    (void)fprintf(stderr, "%s\n", text);
}

static void import_words(const struct command_options *o, const struct records_report *r)
{
    const char *table = records_table_name(o->table);

    if (o->json) {
        (void)printf("{\"table\":\"%s\",\"rows\":%zu,\"repeated\":%zu,\"bad\":%zu,"
                     "\"slashed_dates\":%zu,\"stored\":%s}\n",
                     table, r->rows, r->repeated, r->bad, r->slashed,
                     r->bad == 0 && !o->dry_run ? "true" : "false");
        return;
    }
    if (r->bad > COMPLAINTS_SHOWN)
        command_say(o, "... dan %zu lagi\n", "... and %zu more\n", r->bad - COMPLAINTS_SHOWN);
    if (r->bad > 0)
        command_say(o, "%s: sel yang salah: %zu; tidak ada yang disimpan\n",
                    "%s: bad cells: %zu; nothing was stored\n", o->file, r->bad);
    if (r->slashed > 0 && !o->quiet)
        command_say(o, "%s: %zu tanggal seperti 24/11/2026 dibaca hari/bulan/tahun\n",
                    "%s: %zu dates such as 24/11/2026 were read as day/month/year\n", o->file,
                    r->slashed);
    if (r->bad > 0 || o->quiet)
        return;
    if (o->dry_run)
        command_say(o, "%s: %zu baris akan masuk ke %s, %zu sudah ada; ini hanya pemeriksaan\n",
                    "%s: %zu rows would go into %s, %zu are there already; this was a check only\n",
                    o->file, r->rows, table, r->repeated);
    else
        command_say(o, "%s: %zu baris masuk ke %s, %zu sudah ada\n",
                    "%s: %zu rows went into %s, %zu were there already\n", o->file, r->rows, table,
                    r->repeated);
}

int command_import(const struct command_options *o)
{
    struct analytics_config c;
    struct records *records = NULL;
    struct records_report report = {0};
    char why[WHY] = "";
    int rc = command_load_config(o, &c, why);

    if (rc == 0)
        rc = open_or_say(o, c.records_path, &records, why);
    if (rc != 0)
        return fail(rc, why);
    rc = records_import(records, o->table, o->file, clock_wall_ms(), o->dry_run, print_complaint,
                        NULL, &report);
    records_close(records);
    if (rc == 0 || rc == NILA_ERR_PARSE)
        import_words(o, &report);
    else
        log_warnx(tongue("%s: %s; tidak ada yang disimpan", "%s: %s; nothing was stored"), o->file,
                  nila_err_text(rc));
    return fflush(stdout) == 0 ? command_exit_code(rc) : EX_IOERR;
}

/* --- forecast --- */

void command_why_as_of(const struct command_options *o, char *why)
{
    (void)snprintf(why, WHY,
                   o->english ? "--as-of %.40s is not a date; as in 2026-11-24"
                              : "--as-of %.40s bukan tanggal; seperti 2026-11-24",
                   o->as_of);
}

/* Two results in one file: the later would take the earlier's place. */
static bool outputs_differ(const struct command_options *o, char *why)
{
    const struct {
        const char *option, *path;
    } out[] = {{"--out", o->out},
               {"--balance", o->balance},
               {"--classes", o->classes},
               {"--parts", o->parts}};

    for (size_t a = 0; a < sizeof out / sizeof out[0]; a++)
        for (size_t b = 0; b < a; b++) {
            if (out[a].path == NULL || out[b].path == NULL || strcmp(out[a].path, out[b].path) != 0)
                continue;
            (void)snprintf(why, WHY,
                           o->english ? "%s and %s both name %.80s; give each a file of its own"
                                      : "%s dan %s sama-sama menyebut %.80s; beri masing-masing "
                                        "berkas sendiri",
                           out[b].option, out[a].option, out[a].path);
            return false;
        }
    return true;
}

int command_scope(const struct command_options *o, const char *usual, enum forecast_scope *out,
                  char *why)
{
    if (forecast_scope_find(o->scope != NULL ? o->scope : usual, out) == 0)
        return 0;
    (void)snprintf(why, WHY,
                   o->english ? "--scope %.40s is not allowed; tracked, all or auto"
                              : "--scope %.40s tidak boleh; tracked, all, atau auto",
                   o->scope);
    return NILA_ERR_RANGE;
}

int command_request(const struct command_options *o, const struct analytics_config *c,
                    struct forecast_request *q, char *why)
{
    q->as_of_day = civil_day(clock_wall_ms());
    if (o->as_of != NULL && civil_parse_day(o->as_of, &q->as_of_day) != 0) {
        command_why_as_of(o, why);
        return NILA_ERR_RANGE;
    }
    q->months = o->months > 0 ? (unsigned)o->months : c->months;
    q->draws = o->draws > 0 ? (unsigned)o->draws : c->draws;
    q->oxygen = c->oxygen;
    q->without_official = o->without_official;
    q->by_class = o->classes != NULL;
    if (o->balance != NULL && strcmp(o->balance, "-") == 0 &&
        (o->out == NULL || strcmp(o->out, "-") == 0)) {
        (void)snprintf(why, WHY,
                       o->english ? "--balance - needs --out FILE: both cannot go to stdout"
                                  : "--balance - memerlukan --out FILE: keduanya tidak dapat ke "
                                    "stdout");
        return NILA_ERR_RANGE;
    }
    if (!outputs_differ(o, why))
        return NILA_ERR_RANGE;
    if (o->issue && o->without_official) {
        (void)snprintf(why, WHY,
                       o->english ? "--issue puts the forecast on record as it is published: not "
                                    "together with --without-official"
                                  : "--issue mencatat ramalan sebagaimana diterbitkan: tidak "
                                    "bersama --without-official");
        return NILA_ERR_RANGE;
    }
    q->seed = o->seed >= 0 ? (uint64_t)o->seed : c->seed;
    if (o->threads > SUPPLY_THREADS_MAX) {
        (void)snprintf(why, WHY,
                       o->english ? "--threads %ld is not allowed; 1..%d"
                                  : "--threads %ld tidak boleh; 1..%d",
                       o->threads, SUPPLY_THREADS_MAX);
        return NILA_ERR_RANGE;
    }
    q->threads = o->threads > 0 ? (unsigned)o->threads : c->threads;
    return command_scope(o, "auto", &q->scope, why);
}

/* With the sensors when their source answers; else without, and said so. */
int command_run_forecast(struct forecast_request *q, const struct analytics_config *c, bool sensors,
                         struct forecast **out, char *why)
{
    struct series_source *s = NULL;
    int rc = 0;

    if (sensors)
        rc = series_source_open(&s, c, why, WHY);
    if (rc != 0)
        return rc;
    q->source = s;
    rc = forecast_run(q, out, why, WHY);
    if (rc != 0 && rc != NILA_ERR_UNSUPPORTED && rc != NILA_ERR_RANGE && s != NULL) {
        log_warnx(tongue("%s; dihitung tanpa sensor", "%s; computed without the sensors"), why);
        q->source = NULL;
        rc = forecast_run(q, out, why, WHY);
    }
    series_source_close(s);
    return rc;
}

int command_open_records(const struct command_options *o, const struct analytics_config *c,
                         struct records **out, char *why)
{
    if (o->records != NULL && access(c->records_path, R_OK) != 0) {
        /* a misspelt --records would quietly begin an empty file */
        (void)snprintf(why, WHY, "%s: %s", c->records_path, tongue_errno(errno));
        return errno == EACCES ? NILA_ERR_DENIED : NILA_ERR_NOT_FOUND;
    }
    return open_or_say(o, c->records_path, out, why);
}

/* Puts it on record as issued. */
static int issue(const struct command_options *o, const struct forecast *f,
                 const struct forecast_request *q, char *why)
{
    unsigned revision = 0;
    int rc =
        issued_store(q->records, f, q->seed, q->source != NULL, NILA_VERSION, &revision, why, WHY);

    if (rc == 0 && !o->quiet)
        command_say(o, "tercatat sebagai ramalan terbit, revisi %u; ketepatannya dinilai kelak\n",
                    "put on record as issued, revision %u; its accuracy will be judged\n",
                    revision);
    return rc;
}

static bool on_stdout(const char *path)
{
    return path != NULL && strcmp(path, "-") == 0;
}

/* In an office that keeps one regency's records: what the other gave, as of a day that both can speak of. */
static int take_given(const struct command_options *o, const struct analytics_config *c,
                      struct forecast_exchange *with, struct exchange **other,
                      struct forecast_request *q, char *why)
{
    char words[NEIGHBOUR_WHY], day[16];
    int rc;

    if (!c->exchange.on)
        return 0;
    if (q->by_class) {
        (void)snprintf(why, WHY, "%s",
                       o->english ? "--classes: the other office gives its regency as a whole, not "
                                    "by classes"
                                  : "--classes: kantor lain memberi kabupatennya utuh, tidak "
                                    "menurut kelas");
        return NILA_ERR_RANGE;
    }
    if (exchange_as_of(q->as_of_day) != q->as_of_day) {
        q->as_of_day = exchange_as_of(q->as_of_day);
        (void)civil_format_day(day, sizeof day, q->as_of_day);
        if (!o->quiet)
            command_say(o, "kedua kantor memakai hari Minggu: keadaan %s\n",
                        "both offices use Sundays: as of %s\n", day);
    }
    rc = neighbour_load(&c->exchange, other, words, sizeof words);
    if (rc != 0)
        (void)snprintf(why, WHY, "%.390s", words);
    *with = (struct forecast_exchange){c->exchange.office, *other};
    q->exchange = with;
    return rc;
}

int command_forecast(const struct command_options *o)
{
    struct analytics_config c;
    struct records *records = NULL;
    struct forecast_request q = {0};
    struct forecast *f = NULL;
    struct forecast_exchange with;
    struct exchange *other = NULL;
    struct progress progress;
    const char *path = o->out != NULL ? o->out : "-";
    /* without a file of its own the CSV would lie on top of the JSON */
    const bool told_as_json = o->json && o->out == NULL;
    char why[WHY] = "";
    int rc = command_load_config(o, &c, why);

    if (rc == 0)
        rc = command_request(o, &c, &q, why);
    if (rc == 0)
        rc = take_given(o, &c, &with, &other, &q, why);
    if (rc == 0)
        rc = command_open_records(o, &c, &records, why);
    if (rc != 0) {
        exchange_free(other);
        return fail(rc, why);
    }
    http_global_init();
    q.records = records;
    progress_init(&progress, o->english ? "ponds" : "kolam", o->english, o->quiet, o->progress);
    q.progress = progress_tell;
    q.progress_arg = &progress;
    rc = command_run_forecast(&q, &c, o->records == NULL, &f, why);
    progress_end(&progress);
    if (rc == 0 && o->issue)
        rc = issue(o, f, &q, why);
    if (rc != 0)
        log_warnx("%s", why[0] != '\0' ? why : nila_err_text(rc));
    else if (!told_as_json)
        rc = forecast_save(f, path);
    if (rc == 0 && o->balance != NULL)
        rc = forecast_save_balance(f, o->balance, o->english);
    if (rc == 0 && o->classes != NULL)
        rc = forecast_save_classes(f, o->classes, o->english);
    if (rc == 0 && o->parts != NULL)
        rc = forecast_save_parts(f, o->parts);
    if (rc == 0 && o->json && (told_as_json || !on_stdout(path)) && !on_stdout(o->balance) &&
        !on_stdout(o->classes) && !on_stdout(o->parts))
        command_learned_json(f, stdout);
    if (rc == 0 && !o->quiet)
        command_words(o, f, path);
    if (rc == 0 && !o->quiet && f->given.state != EXCHANGE_NONE)
        command_say(o, "%s\n", "%s\n", exchange_words(f->given.state, o->english));
    forecast_free(f);
    exchange_free(other);
    records_close(records);
    http_global_cleanup();
    return command_exit_code(rc);
}

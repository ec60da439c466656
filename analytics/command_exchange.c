/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila-analytics exchange: what the offices of the two regencies give each other for the joint forecast. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "analytics/commands_own.h"
#include "analytics/neighbour.h"
#include "analytics/ownopts.h"
#include "analytics/progress.h"
#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"

static const char *const HELP[2] = {
    "nila-analytics exchange publish | take BERKAS | fetch | status | leave\n"
    "                        [--config BERKAS] [--json] [--quiet] [--lang id|en]\n"
    "\n"
    "Untuk dua kantor yang masing-masing menyimpan catatan kabupatennya sendiri (\"exchange\" di\n"
    "konfigurasi). Yang dipertukarkan hanya jumlah: apa kata semua kolam bersama tentang cuaca "
    "dan\n"
    "kejadian, dan simulasi panen bulanan kabupaten. Tidak ada baris petani, kolam, atau harga.\n"
    "\n"
    "publish  menghitung prakiraan per hari Minggu terakhir dan menulis berkas kantor ini\n"
    "take     memeriksa berkas kantor lain (dari USB atau surel) dan menyimpannya\n"
    "fetch    mengambilnya dari halaman kantor lain (\"peer\")\n"
    "status   apa yang ada, sejak kapan, dan apakah kedua sisi sudah cocok\n"
    "leave    berhenti berbagi: berkas kantor ini dihapus dari folder; catatan sendiri tetap utuh\n"
    "\n"
    "Urutannya: kedua kantor publish, saling take, publish lagi; serve melakukannya sendiri.\n"
    "Kode keluar: 0 selesai, 65 berkas salah, 66 tidak ada, 69 kantor lain tidak menjawab,\n"
    "74 disk, 77 segel tidak cocok, 78 konfigurasi.\n",
    "nila-analytics exchange publish | take FILE | fetch | status | leave\n"
    "                        [--config FILE] [--json] [--quiet] [--lang id|en]\n"
    "\n"
    "For two offices that each keep their own regency's records (\"exchange\" in the "
    "configuration).\n"
    "Only sums are given: what all ponds together say of weather and events, and draws of the\n"
    "regency's monthly harvest. No row of a farmer or pond, no price.\n"
    "\n"
    "publish  computes the forecast as of last Sunday and writes this office's file\n"
    "take     checks the other office's file (from a stick or mail) and keeps it\n"
    "fetch    gets it from the other office's pages (\"peer\")\n"
    "status   what is there, since when, and whether both sides fit\n"
    "leave    stops sharing: this office's file is taken out of the folder; its records stay\n"
    "\n"
    "The order: both publish, take each other's, publish again; serve does so by itself.\n"
    "Exit codes: 0 done, 65 the file is wrong, 66 not there, 69 the other office does not answer,\n"
    "74 disk, 77 the seal does not fit, 78 configuration.\n"};

struct work {
    struct command_options o;
    struct analytics_config c;
    const char *word[2];
    char why[NEIGHBOUR_WHY];
};

static int usage(const struct work *w, const char *indonesian, const char *english)
{
    command_say(&w->o, "nila-analytics: exchange: %s; lihat: nila-analytics exchange --help\n",
                "nila-analytics: exchange: %s; see: nila-analytics exchange --help\n",
                w->o.english ? english : indonesian);
    return EX_USAGE;
}

/* --- publish --- */

static int publish(struct work *w)
{
    struct forecast_exchange with = {.office = w->c.exchange.office};
    struct forecast_request q = {.exchange = &with};
    struct exchange *other = NULL;
    struct records *records = NULL;
    struct forecast *f = NULL;
    struct progress progress;
    char path[300];
    int rc = command_request(&w->o, &w->c, &q, w->why);

    if (rc == 0)
        rc = neighbour_load(&w->c.exchange, &other, w->why, sizeof w->why);
    if (rc == 0)
        rc = command_open_records(&w->o, &w->c, &records, w->why);
    if (rc == 0) {
        with.other = other;
        q.records = records;
        q.as_of_day = exchange_as_of(q.as_of_day);
        progress_init(&progress, w->o.english ? "ponds" : "kolam", w->o.english, w->o.quiet, false);
        q.progress = progress_tell;
        q.progress_arg = &progress;
        rc = command_run_forecast(&q, &w->c, true, &f, w->why);
        progress_end(&progress);
    }
    if (rc == 0)
        rc = neighbour_publish(&w->c.exchange, f->own, w->why, sizeof w->why);
    if (rc == 0 && !w->o.quiet) {
        char day[16];

        neighbour_path(&w->c.exchange, with.office, path, sizeof path);
        (void)civil_format_day(day, sizeof day, q.as_of_day);
        command_say(&w->o,
                    "%s: keadaan %s, %u kolam, %u pembudidaya; serahkan kepada kantor lain\n",
                    "%s: as of %s, %u ponds, %u farms; give it to the other office\n", path, day,
                    f->own->ponds, f->own->farms);
        if (f->own->evidence->farms == 0)
            command_say(&w->o,
                        "kurang dari %d pembudidaya bersiklus: tentang cuaca tidak ada yang "
                        "diceritakan, supaya tak seorang pun terbaca\n",
                        "fewer than %d farms with cycles: nothing is told of the weather, so that "
                        "nobody can be read out of it\n",
                        EVIDENCE_FARMS);
    }
    forecast_free(f);
    records_close(records);
    exchange_free(other);
    return rc;
}

/* --- take, fetch, leave --- */

static int take(struct work *w)
{
    struct buf b = {0};
    char block[65536];
    size_t n;
    bool news = false;
    FILE *in = strcmp(w->word[1], "-") == 0 ? stdin : fopen(w->word[1], "rbe");
    int rc = 0;

    if (in == NULL) {
        (void)snprintf(w->why, sizeof w->why, "%.200s: %s", w->word[1], tongue_errno(errno));
        return errno == EACCES ? NILA_ERR_DENIED : NILA_ERR_NOT_FOUND;
    }
    while (b.n <= EXCHANGE_BYTES_MAX && (n = fread(block, 1, sizeof block, in)) > 0)
        buf_add(&b, block, n);
    if (ferror(in)) {
        (void)snprintf(w->why, sizeof w->why, "%.200s: %s", w->word[1], tongue_errno(errno));
        rc = NILA_ERR_IO;
    }
    if (in != stdin)
        (void)fclose(in);
    if (rc == 0)
        rc = neighbour_take(&w->c.exchange, w->word[1], b.p != NULL ? b.p : "", b.n, &news, w->why,
                            sizeof w->why);
    buf_free(&b);
    if (rc == 0 && !w->o.quiet)
        command_say(&w->o, "%s: %s\n", "%s: %s\n", w->word[1],
                    news ? (w->o.english ? "taken; publish again so that both sides fit"
                                         : "disimpan; publish lagi supaya kedua sisi cocok")
                         : (w->o.english ? "was here already" : "sudah ada di sini"));
    return rc;
}

static int fetch(struct work *w)
{
    struct http *h = NULL;
    bool news = false;
    int rc = 0;

    if (w->c.exchange.peer[0] == '\0') {
        (void)snprintf(
            w->why, sizeof w->why,
            tongue("konfigurasi belum menyebut \"exchange\": {\"peer\": ...}; pakai take",
                   "the configuration names no \"exchange\": {\"peer\": ...}; use take"));
        return NILA_ERR_CONFIG;
    }
    rc = http_open(&h);
    if (rc == 0)
        rc = neighbour_fetch(&w->c.exchange, h, &news, w->why, sizeof w->why);
    http_close(h);
    if (rc == 0 && !w->o.quiet)
        command_say(&w->o, "%s: %s\n", "%s: %s\n", w->c.exchange.peer,
                    news ? (w->o.english ? "taken" : "disimpan")
                         : (w->o.english ? "nothing new" : "tidak ada yang baru"));
    return rc;
}

static int leave(struct work *w)
{
    char path[300];

    neighbour_path(&w->c.exchange, w->c.exchange.office, path, sizeof path);
    if (unlink(path) != 0 && errno != ENOENT) {
        (void)snprintf(w->why, sizeof w->why, "%.250s: %s", path, tongue_errno(errno));
        return errno == EACCES ? NILA_ERR_DENIED : NILA_ERR_IO;
    }
    if (!w->o.quiet)
        command_say(&w->o,
                    "%s dihapus. Hapus juga \"exchange\" dari konfigurasi, supaya serve tidak "
                    "menerbitkannya lagi. Yang sudah diterima kantor lain ada pada mereka.\n",
                    "%s removed. Take \"exchange\" out of the configuration too, lest serve "
                    "publishes it again. What the other office was given it has.\n",
                    path);
    return 0;
}

/* --- status --- */

static void tell(const struct work *w, const char *side, const struct exchange *x)
{
    char day[16], when[40];

    if (x == NULL) {
        command_say(&w->o, "%s: belum ada\n", "%s: nothing yet\n", side);
        return;
    }
    (void)civil_format_day(day, sizeof day, x->as_of_day);
    (void)civil_format_iso(when, sizeof when, x->issued_ms);
    command_say(&w->o,
                "%s: keadaan %s, terbit %s, %u kolam, %u pembudidaya, %u bulan x %u simulasi\n",
                "%s: as of %s, issued %s, %u ponds, %u farms, %u months x %u draws\n", side, day,
                when, x->ponds, x->farms, x->months, x->draws);
}

static int load_own(struct work *w, struct exchange **own)
{
    struct neighbour_config mirrored = w->c.exchange; /* the own file, read as the other would */

    mirrored.office = neighbour_of(mirrored.office);
    return neighbour_load(&mirrored, own, w->why, sizeof w->why);
}

static const char *state_word(enum exchange_state s)
{
    static const char *const WORD[] = {[EXCHANGE_NONE] = "none",
                                       [EXCHANGE_MISSING] = "missing",
                                       [EXCHANGE_STALE] = "stale",
                                       [EXCHANGE_APART] = "apart",
                                       [EXCHANGE_SETTLED] = "settled"};
    return WORD[s];
}

static void tell_json(const struct exchange *own, const struct exchange *other,
                      enum exchange_state s)
{
    const struct exchange *side[] = {own, other};
    char day[16], when[40];

    (void)printf("{\"state\":\"%s\"", state_word(s));
    for (int k = 0; k < 2; k++) {
        (void)printf(",\"%s\":", k == 0 ? "own" : "other");
        if (side[k] == NULL) {
            (void)printf("null");
            continue;
        }
        (void)civil_format_day(day, sizeof day, side[k]->as_of_day);
        (void)civil_format_iso(when, sizeof when, side[k]->issued_ms);
        (void)printf(
            "{\"office\":\"%s\",\"as_of\":\"%s\",\"issued\":\"%s\",\"farms\":%u,\"ponds\":%"
            "u,\"months\":%u,\"draws\":%u}",
            regency_slug(side[k]->office), day, when, side[k]->farms, side[k]->ponds,
            side[k]->months, side[k]->draws);
    }
    (void)printf("}\n");
}

static int status(struct work *w)
{
    struct exchange *own = NULL, *other = NULL;
    enum exchange_state s = EXCHANGE_MISSING;
    char digest[SHA256_HEX_SIZE] = "";
    int rc = load_own(w, &own);

    if (rc == 0)
        rc = neighbour_load(&w->c.exchange, &other, w->why, sizeof w->why);
    if (rc == 0 && own != NULL) {
        evidence_digest(own->evidence, digest);
        s = exchange_state_of(other, own->as_of_day, own->seed, own->draws, own->months, digest);
        if (s == EXCHANGE_SETTLED) { /* and has this office seen the other's newest? */
            evidence_digest(other->evidence, digest);
            s = strcmp(own->with, digest) == 0 ? s : EXCHANGE_APART;
        }
    }
    if (rc == 0 && w->o.json) {
        tell_json(own, other, s);
    } else if (rc == 0) {
        tell(w, regency_name(w->c.exchange.office), own);
        tell(w, regency_name(neighbour_of(w->c.exchange.office)), other);
        if (own != NULL)
            command_say(&w->o, "%s\n", "%s\n", exchange_words(s, w->o.english));
    }
    exchange_free(own);
    exchange_free(other);
    return rc;
}

static const struct {
    const char *name;
    int (*run)(struct work *w);
    size_t words;
} ACT[] = {
    {"publish", publish, 1}, {"take", take, 2},   {"fetch", fetch, 1},
    {"status", status, 1},   {"leave", leave, 1},
};

int command_exchange(int argc, char **argv, int at)
{
    struct work w = {.o = {.config = COMMAND_CONFIG, .seed = -1}};
    const struct ownopts_option option[] = {{"config", &w.o.config, NULL}};
    struct ownopts o = {
        .option = option, .n = 1, .help = HELP, .word = w.word, .least = 1, .most = 2};
    int rc = ownopts_read(&o, argc, argv, at);
    size_t k = 0;

    if (rc >= 0)
        return rc;
    w.o.english = o.english;
    w.o.quiet = o.quiet;
    w.o.json = o.json;
    while (k < sizeof ACT / sizeof ACT[0] && strcmp(w.word[0], ACT[k].name) != 0)
        k++;
    if (k == sizeof ACT / sizeof ACT[0])
        return usage(&w, "yang dikenal: publish, take, fetch, status, leave",
                     "what there is: publish, take, fetch, status, leave");
    if (o.words != ACT[k].words)
        return usage(&w, ACT[k].words == 2 ? "berkas belum disebut" : "terlalu banyak argumen",
                     ACT[k].words == 2 ? "no file given" : "too many arguments");
    rc = command_load_config(&w.o, &w.c, w.why);
    if (rc == 0 && !w.c.exchange.on) {
        (void)snprintf(
            w.why, sizeof w.why,
            tongue("%.200s: belum ada \"exchange\": {\"office\": \"kotim\", \"key_file\": "
                   "...}: program ini memegang catatan kedua kabupaten",
                   "%.200s: there is no \"exchange\": {\"office\": \"kotim\", "
                   "\"key_file\": ...}: this program keeps both regencies' records"),
            w.o.config);
        rc = NILA_ERR_CONFIG;
    }
    http_global_init();
    if (rc == 0)
        rc = ACT[k].run(&w);
    http_global_cleanup();
    if (rc != 0)
        log_warnx("%s", w.why[0] != '\0' ? w.why : nila_err_text(rc));
    return rc != 0 ? command_exit_code(rc) : fflush(stdout) == 0 ? EX_OK : EX_IOERR;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila-analytics sync: a farm's records and the office's. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "analytics/commands_own.h"
#include "analytics/ownopts.h"
#include "analytics/synclink.h"
#include "analytics/web/html.h"
#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"

#define SHOWN 200

static const char *const HELP[2] = {
    "nila-analytics sync now       [--config BERKAS] [--json]       (di tambak)\n"
    "nila-analytics sync status    [--config BERKAS | --records DB] [--json]\n"
    "nila-analytics sync conflicts [--farm SLUG] [--config BERKAS | --records DB] [--json]\n"
    "nila-analytics sync key --farm SLUG[,..] [--node NAMA] --out BERKAS   (di kantor)\n"
    "                        [--config BERKAS | --records DB]\n"
    "   semuanya: [--quiet] [--lang id|en]\n"
    "\n"
    "Catatan yang dibuat di komputer tambak (Raspberry Pi) sampai di kantor, dan pembetulan "
    "kantor\n"
    "kembali ke tambak. Komputer tambak yang menghubungi kantor (\"sync\" di konfigurasi); serve\n"
    "melakukannya sendiri. Sambungan boleh putus kapan saja: tidak ada yang hilang atau ganda.\n"
    "Tambak tanpa komputer memakai halaman kantor langsung.\n"
    "\n"
    "  key        kunci satu komputer tambak untuk tambak yang disebut, ditulis ke BERKAS (0600);\n"
    "             pindahkan dengan aman. Kunci lama komputer itu tidak berlaku lagi\n"
    "  conflicts  baris yang diubah di kedua sisi tanpa saling tahu: yang sampai belakangan di "
    "kantor\n"
    "             berlaku, yang lain tetap tersimpan. Betulkan barisnya bila perlu\n"
    "\n"
    "Kode keluar: 0 selesai, 64 cara pakai, 65 pesan salah, 69 kantor tidak menjawab atau "
    "menolak,\n"
    "74 sambungan atau disk, 75 sibuk, 77 kunci tidak berlaku atau tambak lain, 78 konfigurasi.\n",
    "nila-analytics sync now       [--config FILE] [--json]         (on the farm)\n"
    "nila-analytics sync status    [--config FILE | --records DB] [--json]\n"
    "nila-analytics sync conflicts [--farm SLUG] [--config FILE | --records DB] [--json]\n"
    "nila-analytics sync key --farm SLUG[,..] [--node NAME] --out FILE     (in the office)\n"
    "                        [--config FILE | --records DB]\n"
    "   all of them: [--quiet] [--lang id|en]\n"
    "\n"
    "Records made on a farm's own computer (a Raspberry Pi) reach the office, and the office's\n"
    "corrections come back. The farm's computer is the one that calls (\"sync\" in the "
    "configuration);\n"
    "serve does so by itself. The line may break at any moment: nothing is lost or doubled. A "
    "farm\n"
    "without a computer uses the office's pages directly.\n"
    "\n"
    "  key        a key for one farm's computer and the farms named, written to FILE (0600); carry "
    "it\n"
    "             there safely. A key that computer had before no longer counts\n"
    "  conflicts  rows that both sides changed without knowing of each other: what reached the "
    "office\n"
    "             later counts, the other stays on record. Correct the row where it matters\n"
    "\n"
    "Exit codes: 0 done, 64 usage, 65 a wrong message, 69 the office does not answer or refuses,\n"
    "74 line or disk, 75 busy, 77 the key does not count or another farm's, 78 configuration.\n"};

struct sync_work {
    struct command_options o;
    struct analytics_config c;
    const char *word[1];
    const char *farm, *node, *out;
    struct records *records;
    char why[COMMAND_WHY];
};

static int refuse(struct sync_work *w, int rc, const char *what, const char *words)
{
    (void)snprintf(w->why, sizeof w->why, "%s: %s", what, words);
    return rc;
}

/* --- now --- */

static int now(struct sync_work *w)
{
    struct synclink_report report = {.sent = 0};
    struct http *h = NULL;
    size_t most = 0;
    int rc;

    if (!w->c.sync.on)
        return refuse(w, NILA_ERR_CONFIG, "sync",
                      tongue("belum ada di konfigurasi: \"sync\": {\"office\", \"key_file\"}",
                             "is not in the configuration: \"sync\": {\"office\", \"key_file\"}"));
    http_global_init();
    rc = http_open(&h);
    if (rc == 0)
        rc = synclink_round(&w->c.sync, w->records, h, &most, &report, w->why);
    http_close(h);
    http_global_cleanup();
    if (w->o.json)
        (void)printf("{\"sent\":%zu,\"taken\":%zu,\"conflicts\":%zu}\n", report.sent, report.taken,
                     report.conflicts);
    else if (rc == 0 || report.sent + report.taken > 0)
        command_say(&w->o, "terkirim %zu, diterima %zu, bertentangan %zu\n",
                    "sent %zu, taken %zu, conflicts %zu\n", report.sent, report.taken,
                    report.conflicts);
    return rc;
}

/* --- status --- */

static const char *moment(char *buf, size_t size, int64_t ms)
{
    if (ms == 0)
        (void)snprintf(buf, size, "%s", tongue("belum pernah", "never"));
    else
        (void)civil_format_iso(buf, size, ms);
    return buf;
}

static int nodes(struct sync_work *w)
{
    struct sync_node *node = NULL;
    size_t n = 0;
    char seen[40];
    int rc = sync_nodes(w->records, &node, &n);

    for (size_t i = 0; i < n; i++)
        if (w->o.json)
            (void)printf("{\"node\":\"%s\",\"farms\":\"%s\",\"seen_ms\":%lld}\n", node[i].node,
                         node[i].farms, (long long)node[i].seen_ms);
        else
            (void)printf("%-16s %s  %s: %s\n", node[i].node,
                         moment(seen, sizeof seen, node[i].seen_ms), tongue("tambak", "farms"),
                         node[i].farms);
    free(node);
    return rc;
}

static int status(struct sync_work *w)
{
    struct sync_standing s;
    struct sync_conflict *c = NULL;
    size_t n = 0, open = 0;
    char well[40], bad[40];
    struct buf fail = {0};
    int rc = w->c.sync.on ? sync_farm_begin(w->records) : 0;

    if (rc == 0)
        rc = sync_standing(w->records, &s);
    if (rc == 0)
        rc = sync_conflicts(w->records, NULL, 0, 0, SIZE_MAX, &c, &n);
    if (rc != 0)
        return rc;
    for (size_t i = 0; i < n; i++)
        open += !c[i].settled;
    sync_conflicts_free(c, n);
    html_json_string(&fail, s.fail);
    if (w->o.json) {
        (void)printf(
            "{\"unsent\":%lld,\"ok_ms\":%lld,\"fail_ms\":%lld,\"fail\":%s,\"conflicts\":%zu,"
            "\"open\":%zu}\n",
            (long long)s.unsent, (long long)s.ok_ms, (long long)s.fail_ms, fail.p, n, open);
    } else if (s.ok_ms != 0 || s.fail_ms != 0 || w->c.sync.on) {
        (void)printf(tongue("belum terkirim: %lld\nterakhir selaras: %s\n",
                            "not sent yet: %lld\nlast in step: %s\n"),
                     (long long)s.unsent, moment(well, sizeof well, s.ok_ms));
        if (s.fail[0] != '\0')
            (void)printf(tongue("terakhir gagal: %s: %s\n", "last failure: %s: %s\n"),
                         moment(bad, sizeof bad, s.fail_ms), s.fail);
    }
    if (!w->o.json)
        (void)printf(tongue("bertentangan: %zu (belum dibetulkan: %zu)\n",
                            "conflicts: %zu (not looked after: %zu)\n"),
                     n, open);
    buf_free(&fail);
    return nodes(w);
}

/* --- conflicts --- */

static void conflict_json(const struct sync_conflict *c)
{
    struct buf b = {0};

    buf_printf(&b, "{\"table\":\"%s\",\"row\":\"%s\",\"farm\":\"%s\",\"settled\":%s", c->table,
               c->row_uid, c->farm, c->settled ? "true" : "false");
    for (int side = 0; side < 2; side++) {
        const struct sync_side *s = side == 0 ? &c->won : &c->lost;
        buf_printf(&b, ",\"%s\":{\"change\":\"%s\",\"kind\":\"%s\",\"at_ms\":%lld,\"by\":",
                   side == 0 ? "won" : "lost", s->uid, s->kind, (long long)s->at_ms);
        html_json_string(&b, s->by);
        buf_printf(&b, ",\"row\":%s}", s->json[0] != '\0' ? s->json : "null");
    }
    (void)printf("%s}\n", b.p);
    buf_free(&b);
}

static void conflict_words(const struct sync_conflict *c)
{
    char when[2][40];

    (void)printf("%s %s %s%s\n", c->farm, c->table, c->row_uid,
                 c->settled ? tongue(" (sudah diubah lagi)", " (changed again since)") : "");
    (void)printf(tongue("  berlaku: %s %s (%s); kalah: %s %s (%s)\n",
                        "  counts: %s %s (%s); lost: %s %s (%s)\n"),
                 c->won.kind, moment(when[0], sizeof when[0], c->won.at_ms), c->won.by,
                 c->lost.kind, moment(when[1], sizeof when[1], c->lost.at_ms), c->lost.by);
    for (size_t i = 0; i < c->cells; i++)
        (void)printf("  %-14s %s | %s\n", c->cell[i].column, c->cell[i].won, c->cell[i].lost);
}

static int conflicts(struct sync_work *w)
{
    struct sync_conflict *c = NULL;
    size_t n = 0;
    char farm[1][SLUG_SIZE];
    int rc;

    (void)snprintf(farm[0], SLUG_SIZE, "%s", w->farm != NULL ? w->farm : "");
    rc = sync_conflicts(w->records, (const char(*)[SLUG_SIZE])farm, w->farm != NULL, 0, SHOWN, &c,
                        &n);
    for (size_t i = 0; rc == 0 && i < n; i++)
        if (w->o.json)
            conflict_json(&c[i]);
        else
            conflict_words(&c[i]);
    if (rc == 0 && n == 0 && !w->o.json && !w->o.quiet)
        command_say(&w->o, "tidak ada%s\n", "there are none%s\n", "");
    if (rc == 0 && n == SHOWN && !w->o.quiet)
        command_say(&w->o, "hanya %d yang terbaru\n", "the newest %d only\n", SHOWN);
    sync_conflicts_free(c, n);
    return rc;
}

/* --- key --- */

/* The key alone in a file that nobody else can read. It must not be there yet. */
static int write_key(struct sync_work *w, const char *key)
{
    char line[SYNC_KEY_SIZE + 1];
    int fd = open(w->out, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), rc = 0;
    ssize_t n;

    if (fd < 0)
        return refuse(w, errno == EEXIST ? NILA_ERR_CONFIG : NILA_ERR_IO, w->out,
                      tongue_errno(errno));
    (void)snprintf(line, sizeof line, "%s\n", key);
    n = write(fd, line, strlen(line));
    if (n != (ssize_t)strlen(line) || fsync(fd) != 0)
        rc = refuse(w, NILA_ERR_IO, w->out, tongue_errno(errno));
    (void)close(fd);
    explicit_bzero(line, sizeof line);
    return rc;
}

static int key(struct sync_work *w)
{
    char text[SYNC_FARMS_MAX * SLUG_SIZE], made[SYNC_KEY_SIZE], *rest = NULL;
    const char *farm[SYNC_FARMS_MAX];
    size_t farms = 0;
    int rc = 0;

    if (w->farm == NULL || w->out == NULL || strlen(w->farm) >= sizeof text)
        return refuse(w, NILA_ERR_RANGE, "sync key",
                      tongue("sebut --farm dan --out", "name --farm and --out"));
    if (access(w->out, F_OK) == 0) /* before the old key is taken away */
        return refuse(w, NILA_ERR_CONFIG, w->out, tongue_errno(EEXIST));
    (void)snprintf(text, sizeof text, "%s", w->farm);
    for (char *one = strtok_r(text, ",", &rest); one != NULL; one = strtok_r(NULL, ",", &rest)) {
        if (farms == SYNC_FARMS_MAX || !slug_valid(one))
            return refuse(w, NILA_ERR_RANGE, "--farm",
                          tongue("1 sampai 64 nama singkat tambak, dipisahkan koma",
                                 "1 to 64 slugs of farms with commas between"));
        farm[farms++] = one;
    }
    rc = sync_key_make(w->records,
                       w->node != NULL ? w->node
                       : farms > 0     ? farm[0]
                                       : "",
                       farm, farms, clock_wall_ms(), made);
    if (rc == NILA_ERR_RANGE)
        return refuse(w, rc, "--node", tongue("bukan nama singkat", "is no slug"));
    if (rc == 0)
        rc = write_key(w, made);
    explicit_bzero(made, sizeof made);
    if (rc == 0 && !w->o.quiet)
        command_say(&w->o, "%s: kunci ditulis; pindahkan ke komputer tambak sebagai key_file\n",
                    "%s: the key is written; carry it to the farm's computer as key_file\n",
                    w->out);
    return rc;
}

static int run(struct sync_work *w)
{
    static const struct {
        const char *name;
        int (*run)(struct sync_work *w);
    } DO[] = {{"now", now}, {"status", status}, {"conflicts", conflicts}, {"key", key}};
    int rc;

    for (size_t k = 0; k < sizeof DO / sizeof DO[0]; k++) {
        if (strcmp(w->word[0], DO[k].name) != 0)
            continue;
        rc = command_load_config(&w->o, &w->c, w->why);
        if (rc == 0)
            rc = command_open_records(&w->o, &w->c, &w->records, w->why);
        return rc == 0 ? DO[k].run(w) : rc;
    }
    return refuse(w, NILA_ERR_RANGE, w->word[0],
                  tongue("yang dikenal: now, status, conflicts, key",
                         "what there is: now, status, conflicts, key"));
}

int command_sync(int argc, char **argv, int at)
{
    struct sync_work w = {.o = {.config = COMMAND_CONFIG, .port = -1, .seed = -1}};
    const struct ownopts_option option[] = {
        {"config", &w.o.config, NULL}, {"records", &w.o.records, NULL}, {"farm", &w.farm, NULL},
        {"node", &w.node, NULL},       {"out", &w.out, NULL},
    };
    struct ownopts o = {.option = option,
                        .n = sizeof option / sizeof option[0],
                        .help = HELP,
                        .word = w.word,
                        .least = 1,
                        .most = 1};
    int rc = ownopts_read(&o, argc, argv, at);

    if (rc >= 0)
        return rc;
    w.o.english = o.english;
    w.o.quiet = o.quiet;
    w.o.json = o.json;
    if (w.o.quiet)
        log_set_level(LOG_LEVEL_WARN);
    rc = run(&w);
    records_close(w.records);
    if (rc != 0)
        (void)fprintf(stderr, "nila-analytics: sync: %s\n",
                      w.why[0] != '\0' ? w.why : nila_err_text(rc));
    return command_exit_code(rc);
}

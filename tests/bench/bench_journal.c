/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the journal costs over the least any durable store on SQLite must do: the same number of commits (write-ahead log,
 * synchronous FULL), of which each inserts the same number of blobs of a row's size. 50 devices of 12 values, one commit a
 * round, as when 50 devices are polled together. Both run in turns in one folder, so that a slow disk is slow for both. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "collector/common/buf.h"
#include "collector/common/lineproto.h"
#include "collector/common/log.h"
#include "collector/journal.h"
#include "collector/journal_row.h"

#define DEVICES 50
#define VALUES  12
#define ROUNDS  200
#define TURNS   5

static double now_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static struct reading_set a_set(int round, int device)
{
    struct reading_set s = {
        .tags = {.regency = REGENCY_KOTIM, .kecamatan = "62.02.06", .site = "pokdakan-kota-besi"},
        .ts_ms = 1795471950000 + (int64_t)round * 60000,
        .clock_trusted = true,
        .n = VALUES};
    (void)snprintf(s.tags.pond, sizeof s.tags.pond, "kolam-%d", device);
    (void)snprintf(s.tags.device, sizeof s.tags.device, "node-%d", device);
    for (int i = 0; i < VALUES; i++) /* two decimals, as probes give */
        s.v[i] = (struct reading_value){
            .metric = (enum metric)i,
            .flag = READING_PASS,
            .value = (double)((round * 37 + device * 101 + i * 613) % 40000) / 100};
    return s;
}

static void must(int good, const char *what)
{
    if (!good)
        fatal("bench_journal: %s failed", what);
}

static double append_all(struct journal *j, int turn)
{
    static struct reading_set sets[DEVICES];
    double took = 0;

    for (int round = 0; round < ROUNDS; round++) {
        double start;
        for (int d = 0; d < DEVICES; d++)
            sets[d] = a_set(turn * ROUNDS + round, d);
        start = now_s();
        must(journal_append(j, sets, DEVICES) == 0, "append");
        took += now_s() - start;
    }
    return took;
}

static double insert_all(sqlite3 *db, size_t row_bytes)
{
    unsigned char row[JOURNAL_ROW_SIZE_MAX] = {1};
    sqlite3_stmt *st = NULL;
    double start = now_s();

    must(sqlite3_prepare_v2(db, "INSERT INTO row(p) VALUES(?)", -1, &st, NULL) == SQLITE_OK,
         "prepare");
    for (int round = 0; round < ROUNDS; round++) {
        must(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK, "begin");
        for (int d = 0; d < DEVICES; d++) {
            must(sqlite3_bind_blob(st, 1, row, (int)row_bytes, SQLITE_STATIC) == SQLITE_OK, "bind");
            must(sqlite3_step(st) == SQLITE_DONE && sqlite3_reset(st) == SQLITE_OK, "insert");
        }
        must(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK, "commit");
    }
    must(sqlite3_finalize(st) == SQLITE_OK, "finalize");
    return now_s() - start;
}

static double drain_all(struct journal *j)
{
    static struct journal_row rows[128];
    double start = now_s();
    int64_t after = 0;
    int n;

    while ((n = journal_peek(j, after, rows, 128)) > 0)
        after = rows[n - 1].seq;
    must(n == 0 && after == journal_last_seq(j), "peek");
    return now_s() - start;
}

static double file_bytes(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? (double)st.st_size : 0;
}

int main(void)
{
    const char *base = getenv("TMPDIR");
    char dir[200], path[240], bare_path[240];
    const struct journal_config c = {.path = path, .max_bytes = (int64_t)1 << 30, .keep_days = 35};
    struct reading_set one = a_set(1, 7);
    unsigned char packed[JOURNAL_ROW_SIZE_MAX];
    const size_t row_bytes =
        journal_row_pack(packed, &(struct journal_row_head){.tag_id = 7}, 1000, &one);
    const double sets = (double)DEVICES * ROUNDS * TURNS;
    double ours = 0, bare = 0, drain;
    struct journal *j = NULL;
    struct buf line = {0};
    sqlite3 *db = NULL;

    log_set_level(LOG_LEVEL_WARN);
    (void)snprintf(dir, sizeof dir, "%s/nila-bench-XXXXXX", base != NULL ? base : "/tmp");
    must(mkdtemp(dir) != NULL, "folder");
    (void)snprintf(path, sizeof path, "%s/journal.db", dir);
    (void)snprintf(bare_path, sizeof bare_path, "%s/bare.db", dir);
    must(journal_open(&j, &c) == 0, "open");
    must(sqlite3_open(bare_path, &db) == SQLITE_OK &&
             sqlite3_exec(
                 db,
                 "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                 "CREATE TABLE row(seq INTEGER PRIMARY KEY AUTOINCREMENT, p BLOB NOT NULL)",
                 NULL, NULL, NULL) == SQLITE_OK,
         "bare open");
    for (int turn = 0; turn < TURNS; turn++) {
        ours += append_all(j, turn);
        bare += insert_all(db, row_bytes);
    }
    drain = drain_all(j);
    journal_close(j);
    must(sqlite3_close(db) == SQLITE_OK, "bare close");
    must(lineproto_append(&line, &one) > 0, "line");
    printf("journal: append %.0f sets/s, bare SQLite %.0f sets/s, ratio %.2f\n", sets / ours,
           sets / bare, ours / bare);
    printf("journal: read and check %.0f sets/s\n", sets / drain);
    printf("journal: %zu bytes packed, %.1f on disk a set of %d values; bare %.1f; as text %zu, "
           "ratio %.2f\n",
           row_bytes, file_bytes(path) / sets, VALUES, file_bytes(bare_path) / sets, line.n,
           (double)row_bytes / (double)line.n);
    buf_free(&line);
    must(unlink(path) == 0 && unlink(bare_path) == 0 && rmdir(dir) == 0, "clean up");
    return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a journal does after kill -9, damaged bytes, and files that are no journals. */
#include "tests/support/support.h"

#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "collector/journal.h"
#include "journal_help.h"

#define ROWS_MAX 2000000

static char dir[256], path[300];

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(path, sizeof path, "%s/journal.db", dir);
    log_set_level(LOG_LEVEL_ERROR);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    log_set_level(LOG_LEVEL_INFO);
    support_rmdir(dir);
    return 0;
}

static uint64_t seed_of(const char *what)
{
    const char *given = getenv("NILA_SEED");
    uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)clock_wall_ms();
    printf("%s: NILA_SEED=%" PRIu64 "\n", what, seed);
    return seed | 1;
}

static uint64_t next(uint64_t *r)
{
    *r ^= *r << 13;
    *r ^= *r >> 7;
    return *r ^= *r << 17;
}

/* Reads the whole journal: k of row seq into number[seq] (-1: not there). Returns the count. */
static int read_all(struct journal *j, int *number, int64_t max)
{
    static struct journal_row rows[512];
    int64_t after = 0;
    int n, count = 0;

    for (int64_t i = 0; i < max; i++)
        number[i] = -1;
    while ((n = journal_peek(j, after, rows, 512)) > 0) {
        for (int i = 0; i < n; i++) {
            assert_true(rows[i].seq > after && rows[i].seq < max);
            after = rows[i].seq;
            number[after] = help_number(&rows[i].set);
            assert_true(number[after] >= 0); /* never torn */
            count++;
        }
    }
    assert_int_equal(n, 0);
    return count;
}

/* --- kill -9 ------------------------------------------------------------------------------------------------------ */

/* A journal whose bound these tests do not reach. */
static struct journal *open_wide(void)
{
    static const char *const SINK[] = {"pusat"};
    const struct journal_config c = {
        .path = path, .max_bytes = 1 << 30, .keep_days = 35, .sink = SINK, .sinks = 1};
    struct journal *j = NULL;

    return journal_open(&j, &c) == 0 ? j : NULL;
}

/* Appends sets numbered by the row they will get and says each acknowledged row; "delivers" now and then. Never returns. */
static void child(int out, uint64_t r)
{
    struct journal *j = open_wide();
    int64_t seq;

    if (j == NULL)
        _exit(3);
    seq = journal_last_seq(j);
    for (;;) {
        struct reading_set s[8];
        int n = 1 + (int)(next(&r) % 8);
        for (int i = 0; i < n; i++)
            s[i] = help_set((int)seq + 1 + i);
        if (journal_append(j, s, (size_t)n) != 0)
            _exit(4);
        seq += n;
        if (write(out, &seq, sizeof seq) != (ssize_t)sizeof seq)
            _exit(5);
        if (next(&r) % 4 == 0 && journal_ack(j, 0, seq - 2) != 0)
            _exit(6);
    }
}

static void survives_kill_9_without_losing_an_acknowledged_row(void **state)
{
    const int rounds = getenv("NILA_LONG") != NULL ? 1000 : 50;
    uint64_t r = seed_of("kill -9");
    static int number[ROWS_MAX];
    int64_t acked = 0;
    struct journal *j;
    int count;

    (void)state;
    for (int round = 0; round < rounds; round++) {
        int fd[2], status;
        int64_t seq;
        struct timespec t = {.tv_nsec = (long)(1000000 + next(&r) % 40000000)};
        pid_t pid;

        assert_int_equal(pipe(fd), 0);
        pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            (void)close(fd[0]);
            child(fd[1], next(&r) | 1);
        }
        (void)close(fd[1]);
        if (round % 3 != 0) { /* let it get into its loop; else also opening is hit */
            struct pollfd p = {.fd = fd[0], .events = POLLIN};
            assert_int_equal(poll(&p, 1, 20000), 1);
        }
        (void)nanosleep(&t, NULL);
        assert_int_equal(kill(pid, SIGKILL), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status)); /* it had not given up by itself */
        while (read(fd[0], &seq, sizeof seq) == (ssize_t)sizeof seq)
            acked = seq;
        (void)close(fd[0]);
        assert_true(acked < ROWS_MAX - 10);
    }
    j = open_wide();
    assert_non_null(j);
    count = read_all(j, number, ROWS_MAX);
    for (int64_t i = 1; i <= acked; i++)
        if (number[i] != i)
            fail_msg("row %" PRId64 " of %" PRId64 " acknowledged is %d", i, acked, number[i]);
    printf("%d kills, %" PRId64 " rows acknowledged, 0 lost, %" PRId64 " beyond\n", rounds, acked,
           count - acked);
    assert_true(acked > rounds);
    assert_true(count - acked <= 8); /* at most the commit that was not acknowledged any more */
    assert_int_equal(help_stats(j).damaged, 0);
    journal_close(j);
}

/* --- damaged bytes ------------------------------------------------------------------------------------------------ */

static void run_sql(const char *sql)
{
    sqlite3 *db = NULL;
    char *words = NULL;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &words) != SQLITE_OK)
        fail_msg("%s: %s", sql, words);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void passes_over_a_damaged_row_and_counts_it_once(void **state)
{
    struct journal *j = help_open(path);
    static int number[20];

    (void)state;
    help_append(j, 0, 10);
    journal_close(j);
    run_sql(
        "UPDATE row SET p = cast(substr(p,1,12) || x'ff' || substr(p,14) AS BLOB) WHERE seq = 4;"
        "UPDATE row SET p = x'' WHERE seq = 7;"
        "UPDATE row SET p = x'02' || substr(p,2) WHERE seq = 10");
    j = help_open(path);
    assert_int_equal(read_all(j, number, 20), 7);
    assert_int_equal(number[3], 2);
    assert_int_equal(number[4], -1);
    assert_int_equal(number[5], 4);
    assert_int_equal(number[10], -1);
    assert_int_equal(read_all(j, number, 20), 7);
    assert_int_equal(help_stats(j).damaged, 3);
    journal_close(j);
}

static void passes_over_rows_whose_tags_are_damaged(void **state)
{
    struct journal *j = help_open(path);
    static int number[20];

    (void)state;
    help_append(j, 0, 5);
    journal_close(j);
    /* still a slug, but another pond: only the CRC of the rows can tell */
    run_sql("UPDATE tags SET text = replace(text, 'kolam-1', 'kolam-9')");
    j = help_open(path);
    assert_int_equal(read_all(j, number, 20), 0);
    assert_int_equal(help_stats(j).damaged, 5);
    help_append(j, 5, 1);
    assert_int_equal(read_all(j, number, 20), 1);
    journal_close(j);
}

static bool exists(const char *suffix)
{
    char name[330];
    (void)snprintf(name, sizeof name, "%s%s", path, suffix);
    return access(name, F_OK) == 0;
}

/* SQLite's quick check does not compare a table with its index, and the index still has the right text. */
static void goes_on_when_a_byte_of_the_tags_is_damaged(void **state)
{
    struct journal *j = help_open(path);
    char *bytes;
    size_t n, at = 0;
    int fd;

    (void)state;
    help_append(j, 0, 5);
    journal_close(j);
    bytes = support_read(path, &n);
    while (at + 7 < n && memcmp(bytes + at, "kolam-1", 7) != 0)
        at++;
    assert_true(at + 7 < n && at < 8192); /* the table's page lies before the index's */
    free(bytes);
    fd = open(path, O_RDWR);
    assert_int_equal(pwrite(fd, "9", 1, (off_t)at + 6), 1);
    assert_int_equal(close(fd), 0);
    j = help_open(path);
    help_append(j, 5, 3);
    assert_int_equal(help_stats(j).appended, 3);
    assert_int_equal(journal_last_seq(j), 8);
    assert_true(exists(".corrupt-1"));
    journal_close(j);
}

static void moves_garbage_aside_and_begins_anew(void **state)
{
    char name[330], *text;
    struct journal *j;
    size_t n;

    (void)state;
    for (int round = 1; round <= 3; round++) {
        support_write(path, "this is no database, whatever its name says; it was a text all along, "
                            "and long enough to be one");
        j = help_open(path);
        help_append(j, 0, 3);
        assert_int_equal(help_stats(j).rows, 3);
        journal_close(j);
        (void)snprintf(name, sizeof name, "%s.corrupt-%d", path, round);
        text = support_read(name, &n);
        assert_non_null(strstr(text, "it was a text all along"));
        free(text);
        assert_int_equal(unlink(path), 0);
    }
    assert_false(exists(".corrupt-4"));
}

static void takes_an_empty_file_as_a_new_one(void **state)
{
    struct journal *j;

    (void)state;
    support_write(path, "");
    j = help_open(path);
    help_append(j, 0, 3);
    journal_close(j);
    assert_false(exists(".corrupt-1"));
}

static void overwrite(off_t at, size_t n, uint64_t *r)
{
    int fd = open(path, O_RDWR);

    assert_true(fd >= 0);
    for (size_t i = 0; i < n; i += sizeof *r) {
        (void)next(r);
        assert_int_equal(pwrite(fd, r, sizeof *r, at + (off_t)i), sizeof *r);
    }
    assert_int_equal(close(fd), 0);
}

static void brings_undelivered_rows_over_from_a_damaged_file(void **state)
{
    static int number[5000];
    uint64_t r = seed_of("damaged page");
    struct journal *j = help_open(path);
    struct journal_stats s;
    int64_t seq;
    int count, wrong = 0;

    (void)state;
    help_append(j, 1, 3000);
    assert_int_equal(journal_ack(j, 0, 1000), 0);
    journal_close(j);
    overwrite(4096L * 20, 4096, &r); /* a page somewhere among the rows */
    j = help_open(path);
    assert_true(exists(".corrupt-1"));
    count = read_all(j, number, 5000);
    for (int i = 1; i < 5000; i++)
        wrong += number[i] >= 0 && number[i] != i ? 1 : 0;
    assert_int_equal(wrong, 0); /* under their old numbers */
    printf("%d of 2000 undelivered rows brought over\n", count);
    assert_true(count >= 1800 && count <= 2000); /* one page holds about a hundred of these rows */
    assert_int_equal(journal_acked(j, 0, &seq), 0);
    assert_int_equal(seq, 1000);
    help_append(j, 3001, 1);
    s = help_stats(j);
    assert_true(s.last_seq > 3000 || number[3000] == -1);
    journal_close(j);
}

static void finds_the_rows_behind_a_damaged_page_whatever_their_numbers(void **state)
{
    uint64_t r = seed_of("damaged first page");
    struct journal *j = help_open(path);
    static struct journal_row rows[3000];
    int64_t begun;
    int n;

    (void)state;
    help_append(j, 1, 1);
    assert_int_equal(journal_ack(j, 0, 1), 0);
    journal_close(j);
    run_sql("UPDATE sqlite_sequence SET seq = 4000000000; DELETE FROM row; DELETE FROM mark");
    j = help_open(path);
    help_append(j, 1, 3000);
    journal_close(j);
    overwrite(4096L * 10, 4096, &r); /* where SQLite puts the first rows of a table that grows */
    begun = clock_mono_ms();
    j = help_open(path);
    assert_true(clock_mono_ms() - begun < 10000);
    assert_true(exists(".corrupt-1"));
    n = journal_peek(j, 0, rows, 3000);
    printf("%d of 3000 rows brought over\n", n);
    assert_true(n >= 2800 && n < 3000);
    for (int i = 0; i < n; i++)
        assert_int_equal(help_number(&rows[i].set), rows[i].seq - 4000000000);
    journal_close(j);
}

/* Opens a damaged journal and is killed by the kernel in the midst of bringing rows over. */
static void child_that_dies_in_salvage(void)
{
    const char *const sink[] = {"pusat"};
    const struct journal_config c = {
        .path = path, .max_bytes = 16 << 20, .keep_days = 35, .sink = sink, .sinks = 1};
    const struct rlimit file = {.rlim_cur = 400 << 10, .rlim_max = 400 << 10}, core = {0, 0};
    struct journal *j;

    if (setrlimit(RLIMIT_CORE, &core) != 0 || setrlimit(RLIMIT_FSIZE, &file) != 0 ||
        signal(SIGXFSZ, SIG_DFL) == SIG_ERR)
        _exit(3);
    _exit(journal_open(&j, &c) == 0 ? 4 : 5);
}

static void a_crash_while_rows_are_brought_over_loses_none(void **state)
{
    static int number[21000];
    uint64_t r = seed_of("crash in salvage");
    struct journal *j = help_open(path);
    int status, count;
    pid_t pid;

    (void)state;
    help_append(j, 1, 20000);
    journal_close(j);
    overwrite(4096L * 20, 4096, &r);
    for (int crash = 0; crash < 2; crash++) {
        pid = fork();
        assert_true(pid >= 0);
        if (pid == 0)
            child_that_dies_in_salvage();
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ);
    }
    j = help_open(path);
    count = read_all(j, number, 21000);
    for (int i = 1; i < 21000; i++)
        assert_true(number[i] == -1 || number[i] == i);
    printf("%d of 20000 rows brought over after two crashes\n", count);
    assert_true(count >= 19800 && count < 20000);
    assert_true(exists(".corrupt-1"));
    assert_false(exists(".salvage"));
    assert_false(exists(".corrupt-2"));
    journal_close(j);
}

static void never_gives_a_new_row_a_number_that_a_sink_believes_to_have(void **state)
{
    uint64_t r = 7;
    struct journal *j = help_open(path);
    struct journal_row row;
    int64_t seq;

    (void)state;
    help_append(j, 1, 500);
    assert_int_equal(journal_ack(j, 0, 500), 0);
    journal_close(j);
    overwrite(4096L * 5, 8192, &r);
    j = help_open(path);
    help_append(j, 501, 1);
    assert_int_equal(journal_acked(j, 0, &seq), 0);
    assert_true(seq == 500 ||
                seq ==
                    0); /* 0: the marks were lost; then all is sent once more, which is harmless */
    assert_true(journal_last_seq(j) > seq);
    assert_int_equal(journal_peek(j, journal_last_seq(j) - 1, &row, 1), 1);
    assert_int_equal(help_number(&row.set), 501);
    journal_close(j);
}

static void starts_whatever_bytes_are_damaged_and_never_invents_a_reading(void **state)
{
    const int rounds = getenv("NILA_LONG") != NULL ? 500 : 40;
    static int number[5000];
    uint64_t r = seed_of("damaged bytes");
    char *good, name[330];
    size_t n;
    struct journal *j = help_open(path);
    int kept = 0;

    (void)state;
    help_append(j, 1, 1200);
    journal_close(j);
    good = support_read(path, &n);
    for (int round = 0; round < rounds; round++) {
        int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0640), count;
        size_t len = round % 5 == 0 ? next(&r) % n : n; /* one in five is cut short */
        struct journal_config c = {.path = path, .max_bytes = 16 << 20, .keep_days = 35};

        assert_true(fd >= 0);
        assert_int_equal(write(fd, good, len), (ssize_t)len);
        for (int flips = 1 + (int)(next(&r) % 20); flips > 0; flips--) {
            unsigned char byte = (unsigned char)next(&r);
            assert_int_equal(pwrite(fd, &byte, 1, (off_t)(next(&r) % n)), 1);
        }
        assert_int_equal(close(fd), 0);
        j = NULL;
        if (journal_open(&j, &c) == 0) { /* a flipped application id is another program's file */
            count = read_all(j, number, 5000);
            for (int i = 0; i < 5000; i++)
                assert_true(number[i] == -1 || number[i] == i);
            kept += count;
            help_append(j, 2000, 1);
            journal_close(j);
        } else {
            assert_false(exists(".corrupt-1"));
        }
        for (int k = 1; k < 3; k++) {
            (void)snprintf(name, sizeof name, "%s.corrupt-%d", path, k);
            (void)unlink(name);
        }
        assert_int_equal(unlink(path), 0);
        (void)snprintf(name, sizeof name, "%s-wal", path);
        (void)unlink(name);
    }
    printf("%d rounds, %d of %d rows kept\n", rounds, kept, rounds * 1200);
    assert_true(kept > rounds * 600);
    free(good);
}

static void begins_anew_when_the_file_is_damaged_while_it_is_open(void **state)
{
    uint64_t r = seed_of("damaged while open");
    struct journal *j = help_open(path);
    struct journal_row row;
    struct stat st;
    int n = -1;

    (void)state;
    help_append(j, 1, 30000); /* more than SQLite keeps in memory */
    journal_close(j);
    j = help_open(path);
    assert_int_equal(journal_ack(j, 0, 30000), 0);
    assert_int_equal(stat(path, &st), 0);
    overwrite(4096, (size_t)st.st_size - 4096, &r);
    for (int64_t at = 0; n != 0;
         at = n < 0 ? 0 : row.seq) /* SQLite still has some pages in memory */
        n = journal_peek(j, at, &row, 1);
    assert_true(exists(".corrupt-1"));
    assert_false(exists(".corrupt-2"));
    help_append(j, 30001, 1);
    assert_int_equal(journal_last_seq(j), 30001); /* numbers go on */
    assert_int_equal(journal_peek(j, 30000, &row, 1), 1);
    assert_int_equal(help_number(&row.set), 30001);
    journal_close(j);
}

/* --- files of others ---------------------------------------------------------------------------------------------- */

static void leaves_the_files_of_others_and_of_newer_programs_alone(void **state)
{
    static const struct {
        const char *says, *sql;
    } T[] = {
        {"a newer journal", "PRAGMA user_version=99"},
        {"another program's database", "PRAGMA application_id=1"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        const struct journal_config c = {.path = path, .max_bytes = 16 << 20, .keep_days = 35};
        struct journal *j = help_open(path);
        char *before, *after;
        size_t n, m;

        help_append(j, 0, 5);
        journal_close(j);
        run_sql(T[i].sql);
        before = support_read(path, &n);
        if (journal_open(&j, &c) != NILA_ERR_UNSUPPORTED)
            fail_msg("%s", T[i].says);
        after = support_read(path, &m);
        assert_int_equal(n, m);
        assert_memory_equal(before, after, n);
        assert_false(exists(".corrupt-1"));
        free(before);
        free(after);
        assert_int_equal(unlink(path), 0);
    }
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(survives_kill_9_without_losing_an_acknowledged_row),
        TEST(passes_over_a_damaged_row_and_counts_it_once),
        TEST(passes_over_rows_whose_tags_are_damaged),
        TEST(goes_on_when_a_byte_of_the_tags_is_damaged),
        TEST(moves_garbage_aside_and_begins_anew),
        TEST(takes_an_empty_file_as_a_new_one),
        TEST(brings_undelivered_rows_over_from_a_damaged_file),
        TEST(finds_the_rows_behind_a_damaged_page_whatever_their_numbers),
        TEST(a_crash_while_rows_are_brought_over_loses_none),
        TEST(never_gives_a_new_row_a_number_that_a_sink_believes_to_have),
        TEST(starts_whatever_bytes_are_damaged_and_never_invents_a_reading),
        TEST(begins_anew_when_the_file_is_damaged_while_it_is_open),
        TEST(leaves_the_files_of_others_and_of_newer_programs_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The records of farms and office kept in step, over a line that loses, repeats and delays. */
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "analytics/records/backup.h"
#include "analytics/records/sync.h"
#include "collector/common/buf.h"
#include "collector/common/civil.h"
#include "collector/common/tongue.h"

enum {
    FARMS = 3,  /* computers: two of the farm tani, one of the farm jaya */
    OFFICE = 3, /* the place of the office behind them */
    SIDES = 4,
    LATE = 8 /* messages that may come once more, later */
};
static const char *const OWNS[FARMS] = {"tani", "tani", "jaya"};

struct world {
    char dir[256], path[SIDES][300];
    struct records *r[SIDES];
    char key[FARMS][SYNC_KEY_SIZE], node[FARMS][SLUG_SIZE];
    int64_t now_ms;
    uint64_t random;
    struct late {
        char *text;
        int64_t mark; /* upto or after */
        int to;
        bool push; /* to the office, from to; else an answer to a pull */
    } late[LATE];
    size_t conflicts, repeated, refused;
};

static uint64_t rnd(struct world *w) /* splitmix64 */
{
    uint64_t z = w->random += 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

static unsigned below(struct world *w, unsigned n)
{
    return (unsigned)(rnd(w) % n);
}

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    char why[256] = "";

    assert_non_null(w);
    tongue_set(false);
    (void)snprintf(w->dir, sizeof w->dir, "%s", support_tmpdir());
    for (int i = 0; i < SIDES; i++) {
        (void)snprintf(w->path[i], sizeof w->path[i], "%s/%d.db", w->dir, i);
        if (records_open(&w->r[i], w->path[i], why, sizeof why) != 0)
            fail_msg("%s", why);
    }
    assert_int_equal(civil_parse_iso("2026-11-24T12:00+07:00", &w->now_ms, NULL), 0);
    for (int i = 0; i < FARMS; i++) {
        (void)snprintf(w->node[i], sizeof w->node[i], "pi-%d", i);
        assert_int_equal(sync_key_make(w->r[OFFICE], w->node[i], &OWNS[i], 1, w->now_ms, w->key[i]),
                         0);
        assert_int_equal(sync_farm_begin(w->r[i]), 0);
    }
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;

    for (int i = 0; i < SIDES; i++)
        records_close(w->r[i]);
    for (int i = 0; i < LATE; i++)
        free(w->late[i].text);
    support_rmdir(w->dir);
    free(w);
    return 0;
}

/* --- records --- */

static struct change_who who(const struct world *w, int side)
{
    struct change_who by = {.user = "pak-budi", .how = "page", .at_ms = w->now_ms};

    if (side == OFFICE)
        (void)snprintf(by.user, sizeof by.user, "bu-rini");
    return by;
}

/* "pond=p-1,on=2026-11-24": cells of a form. */
static size_t cells(char *text, struct change_cell *out)
{
    size_t n = 0;
    char *rest = NULL;

    for (char *c = strtok_r(text, ",", &rest); c != NULL; c = strtok_r(NULL, ",", &rest)) {
        char *equals = strchr(c, '=');
        assert_non_null(equals);
        *equals = '\0';
        out[n++] = (struct change_cell){c, equals + 1};
    }
    return n;
}

static int add(struct world *w, int side, enum records_table t, const char *text, char *uid)
{
    struct change_cell cell[RECORDS_COLUMNS_MAX];
    const struct change_who by = who(w, side);
    char own[400], any[CHANGE_UID_SIZE];
    bool repeated;

    (void)snprintf(own, sizeof own, "%s", text);
    return records_add(w->r[side], t, cell, cells(own, cell), "", &by, NULL, NULL,
                       uid != NULL ? uid : any, &repeated);
}

static int correct(struct world *w, int side, enum records_table t, const char *uid,
                   const char *text)
{
    struct change_cell cell[RECORDS_COLUMNS_MAX];
    const struct change_who by = who(w, side);
    char own[400];
    bool repeated;

    (void)snprintf(own, sizeof own, "%s", text);
    return records_correct(w->r[side], t, uid, cell, cells(own, cell), "", "salah tulis", "", &by,
                           NULL, NULL, &repeated);
}

static int withdraw(struct world *w, int side, enum records_table t, const char *uid)
{
    const struct change_who by = who(w, side);
    bool repeated;

    return records_withdraw(w->r[side], t, uid, "", "keliru", "", &by, NULL, NULL, &repeated);
}

/* Everything kept in step, of a farm, as text; only says how many rows when counted is not NULL. */
static void dump(const char *path, const char *farm, struct buf *out)
{
    static const char *const TABLE[] = {"farms",  "ponds",    "cycles",  "feed",  "samples",
                                        "deaths", "harvests", "sensors", "notes", "prestock"};
    sqlite3 *db = NULL;

    buf_clear(out);
    buf_str(out, "");
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    for (size_t t = 0; t < sizeof TABLE / sizeof TABLE[0]; t++) {
        sqlite3_stmt *s = NULL;
        char sql[256];
        (void)snprintf(sql, sizeof sql, "SELECT * FROM %s WHERE %s = ?1%s ORDER BY uid", TABLE[t],
                       t < 2 ? "farm" : "pond IN (SELECT pond FROM ponds WHERE farm",
                       t < 2 ? "" : ")");
        assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
        (void)sqlite3_bind_text(s, 1, farm, -1, SQLITE_STATIC);
        while (sqlite3_step(s) == SQLITE_ROW) {
            buf_str(out, TABLE[t]);
            for (int i = 1; i < sqlite3_column_count(s); i++) { /* not the number in this file */
                const char *v = (const char *)sqlite3_column_text(s, i);
                buf_printf(out, " %s=%s", sqlite3_column_name(s, i), v != NULL ? v : "-");
            }
            buf_str(out, "\n");
        }
        (void)sqlite3_finalize(s);
    }
    (void)sqlite3_close(db);
}

static int64_t count(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *s = NULL;
    int64_t n;

    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    n = sqlite3_column_int64(s, 0);
    (void)sqlite3_finalize(s);
    (void)sqlite3_close(db);
    return n;
}

/* --- the line --- */

static char *copy(const char *text)
{
    char *own = strdup(text);

    assert_non_null(own);
    return own;
}

/* The office gets a message; the answer comes to the farm unless it is lost. */
static void deliver_push(struct world *w, int farm, const char *text, int64_t upto, bool answered)
{
    struct sync_report report = {.taken = 0};
    struct buf answer = {0};
    char why[SYNC_WHY] = "", *own = copy(text);
    int rc = sync_office_push(w->r[OFFICE], w->node[farm], own, strlen(own), w->now_ms, &answer,
                              &report, why);

    free(own);
    if (rc != 0)
        fail_msg("push: %d %s", rc, why);
    w->conflicts += report.conflicts;
    w->repeated += report.repeated;
    if (answered) {
        rc = sync_farm_sent(w->r[farm], answer.p, answer.n, upto, &report, why);
        if (rc != 0)
            fail_msg("sent: %d %s", rc, why);
    }
    buf_free(&answer);
}

static bool deliver_pull(struct world *w, int farm, const char *text, int64_t after)
{
    struct sync_report report = {.taken = 0};
    char why[SYNC_WHY] = "", *own = copy(text);
    int rc = sync_farm_pulled(w->r[farm], own, strlen(own), after, w->now_ms, &report, why);

    free(own);
    if (rc != 0)
        fail_msg("pulled: %d %s", rc, why);
    return report.more;
}

/* Keeps a message, which comes once more at some other time. */
static void keep(struct world *w, const char *text, int64_t mark, int to, bool push)
{
    struct late *l = &w->late[below(w, LATE)];

    free(l->text);
    *l = (struct late){copy(text), mark, to, push};
}

static void push(struct world *w, int farm, bool faults)
{
    struct buf b = {0};
    int64_t upto = 0;
    size_t n = 0;

    assert_int_equal(
        sync_farm_push(w->r[farm], faults ? 200 + below(w, 4000) : SYNC_BODY_USUAL, &b, &upto, &n),
        0);
    if (n > 0) {
        if (faults && below(w, 3) == 0)
            keep(w, b.p, upto, farm, true);
        if (!faults || below(w, 4) != 0)
            deliver_push(w, farm, b.p, upto, !faults || below(w, 3) != 0);
    }
    buf_free(&b);
}

static bool pull(struct world *w, int farm, bool faults)
{
    struct sync_standing at;
    struct buf b = {0};
    char why[SYNC_WHY] = "";
    bool more = false;

    assert_int_equal(sync_standing(w->r[farm], &at), 0);
    assert_int_equal(sync_office_pull(w->r[OFFICE], w->node[farm], at.origin, at.pulled,
                                      faults ? 200 + below(w, 4000) : SYNC_BODY_USUAL, w->now_ms,
                                      &b, why),
                     0);
    if (faults && below(w, 3) == 0)
        keep(w, b.p, at.pulled, farm, false);
    if (!faults || below(w, 3) != 0)
        more = deliver_pull(w, farm, b.p, at.pulled);
    buf_free(&b);
    return more;
}

/* Something that was sent long ago arrives. */
static void straggler(struct world *w)
{
    const struct late *l = &w->late[below(w, LATE)];

    if (l->text == NULL)
        return;
    if (l->push)
        deliver_push(w, l->to, l->text, l->mark, below(w, 2) == 0);
    else
        (void)deliver_pull(w, l->to, l->text, l->mark);
}

static void settle(struct world *w)
{
    for (int round = 0; round < 4; round++)
        for (int f = 0; f < FARMS; f++) {
            for (int i = 0; i < 20; i++)
                push(w, f, false);
            while (pull(w, f, false)) {
            }
        }
}

static void assert_in_step(struct world *w, const char *when)
{
    struct buf here = {0}, there = {0};

    for (int f = 0; f < FARMS; f++) {
        int64_t unsent = -1;
        dump(w->path[f], OWNS[f], &here);
        dump(w->path[OFFICE], OWNS[f], &there);
        if (strcmp(here.p, there.p) != 0)
            fail_msg("%s: computer %d has\n%sand the office\n%s", when, f, here.p, there.p);
        assert_int_equal(records_unsent(w->r[f], &unsent), 0);
        assert_int_equal(unsent, 0);
    }
    buf_free(&here);
    buf_free(&there);
}

/* --- what people do --- */

static void begin_farm(struct world *w, int side, const char *farm)
{
    char text[200];

    (void)snprintf(text, sizeof text, "farm=%s,name=Tambak,regency=kotim,kecamatan=62.02.06", farm);
    assert_int_equal(add(w, side, RECORDS_FARMS, text, NULL), 0);
    (void)snprintf(text, sizeof text,
                   "pond=%s-1,farm=%s,name=Kolam,system=pond,area_m2=400,depth_m=1.2", farm, farm);
    assert_int_equal(add(w, side, RECORDS_PONDS, text, NULL), 0);
}

/* A row of the side at random; false: there is none. */
static bool any_row(struct world *w, int side, enum records_table t, char *uid)
{
    struct rec_row *row = NULL;
    size_t n = 0;

    assert_int_equal(records_rows_of_pond(w->r[side], t, "", 50, &row, &n), 0);
    if (n > 0)
        memcpy(uid, row[below(w, (unsigned)n)].uid, CHANGE_UID_SIZE);
    records_rows_free(row, n);
    return n > 0;
}

/* One act of somebody at one of the sides; that the records refuse it is fine. */
static void act(struct world *w)
{
    static const enum records_table OF[] = {RECORDS_FEED,   RECORDS_FEED,  RECORDS_DEATHS,
                                            RECORDS_CYCLES, RECORDS_NOTES, RECORDS_PONDS};
    const enum records_table t = OF[below(w, 6)];
    const int side = (int)below(w, SIDES);
    const char *farm = side == OFFICE ? OWNS[below(w, FARMS)] : OWNS[side];
    char text[300], uid[CHANGE_UID_SIZE], pond[SLUG_SIZE];
    const unsigned what = below(w, 10), day = 1 + below(w, 20);
    int rc = 0;

    (void)snprintf(pond, sizeof pond, "%s-%u", farm, 1 + below(w, 3));
    w->now_ms += (int64_t)below(w, 5) * 1000;
    if (what < 5) {
        if (t == RECORDS_FEED)
            (void)snprintf(text, sizeof text, "pond=%s,on=2026-11-%02u,feed_kg=%u.25", pond, day,
                           below(w, 9));
        else if (t == RECORDS_DEATHS)
            (void)snprintf(text, sizeof text, "pond=%s,on=2026-11-%02u,count=%u", pond, day,
                           1 + below(w, 9));
        else if (t == RECORDS_CYCLES)
            (void)snprintf(text, sizeof text,
                           "cycle=%s-%u,pond=%s,stocked_on=2026-10-0%u,count=%u,mass_g=5", farm,
                           below(w, 4), pond, 1 + below(w, 2), 100 + below(w, 9));
        else if (t == RECORDS_NOTES)
            (void)snprintf(text, sizeof text, "pond=%s,on=2026-11-%02u,kind=water,text=hijau\\%u\t",
                           pond, day, below(w, 99));
        else
            (void)snprintf(text, sizeof text,
                           "pond=%s,farm=%s,name=Kolam %u,system=pond,area_m2=%u,depth_m=1.2", pond,
                           farm, below(w, 9), 100 + below(w, 99));
        rc = add(w, side, t, text, NULL);
    } else if (!any_row(w, side, t, uid)) {
        return;
    } else if (what < 8) {
        (void)snprintf(text, sizeof text, "%s=%u",
                       t == RECORDS_FEED    ? "feed_kg"
                       : t == RECORDS_NOTES ? "text"
                       : t == RECORDS_PONDS ? "area_m2"
                                            : "count",
                       1 + below(w, 50));
        if (t == RECORDS_CYCLES && below(w, 2) == 0)
            (void)snprintf(text, sizeof text, "stocked_on=2026-10-0%u", 1 + below(w, 2));
        rc = correct(w, side, t, uid, text);
    } else {
        rc = withdraw(w, side, t, uid);
    }
    if (rc != 0 && rc != NILA_ERR_PARSE && rc != NILA_ERR_REFUSED)
        fail_msg("%s: %d", text, rc);
    w->refused += rc != 0;
}

/* The same is entered on a farm's computer and in the office, which mostly corrects it at once. */
static void twins(struct world *w)
{
    const int side = (int)below(w, FARMS);
    const unsigned which = below(w, 40), pond = 1 + below(w, 3), day = 1 + below(w, 3);
    const bool cycle = below(w, 2) == 0;
    const enum records_table t = cycle ? RECORDS_CYCLES : RECORDS_PONDS;
    char text[300], uid[CHANGE_UID_SIZE];

    if (cycle)
        (void)snprintf(text, sizeof text,
                       "cycle=%s-t%u,pond=%s-%u,stocked_on=2026-09-0%u,count=100,mass_g=5",
                       OWNS[side], which, OWNS[side], pond, day);
    else
        (void)snprintf(text, sizeof text,
                       "pond=%s-t%u,farm=%s,name=Kolam,system=pond,area_m2=100,depth_m=1.2",
                       OWNS[side], which, OWNS[side]);
    w->refused += add(w, side, t, text, NULL) != 0;
    if (add(w, OFFICE, t, text, uid) != 0 || below(w, 4) == 0)
        return;
    if (cycle && below(w, 2) == 0)
        (void)snprintf(text, sizeof text, "stocked_on=2026-09-0%u", 4 + below(w, 3));
    else
        (void)snprintf(text, sizeof text, "%s=%u", cycle ? "count" : "area_m2", 200 + below(w, 9));
    w->refused += correct(w, OFFICE, t, uid, text) != 0;
}

static void both_sides_end_alike_whatever_the_line_does(void **state)
{
    struct world *w = *state;
    const char *given = getenv("NILA_SEED");
    const long rounds = getenv("NILA_LONG") != NULL ? 20000 : 800;

    w->random = given != NULL ? strtoull(given, NULL, 0) : (uint64_t)getpid() * 2654435761U;
    print_message("NILA_SEED=%llu runs it again\n", (unsigned long long)w->random);
    begin_farm(w, 0, "tani");
    begin_farm(w, 2, "jaya");
    for (long i = 0; i < rounds; i++) {
        const int farm = (int)below(w, FARMS);
        char when[40];
        if (below(w, 10) == 0)
            twins(w);
        else
            act(w);
        if (below(w, 3) == 0)
            push(w, farm, true);
        if (below(w, 3) == 0)
            (void)pull(w, farm, true);
        if (below(w, 4) == 0)
            straggler(w);
        if (below(w, 100) != 0)
            continue;
        settle(w);
        (void)snprintf(when, sizeof when, "round %ld", i);
        assert_in_step(w, when);
    }
    settle(w);
    assert_in_step(w, "at the end");
    print_message("%ld acts (%zu refused at once), %zu conflicts, %zu changes came again; %lld "
                  "changes in the office\n",
                  rounds, w->refused, w->conflicts, w->repeated,
                  (long long)count(w->path[OFFICE], "SELECT count(*) FROM changes"));
    assert_true(w->conflicts > 0 && w->repeated > 0);
    /* every change that was made anywhere is in the office, once */
    for (int f = 0; f < FARMS; f++) {
        char sql[400], origin[CHANGE_UID_SIZE];
        struct sync_standing at;
        assert_int_equal(sync_standing(w->r[f], &at), 0);
        memcpy(origin, at.origin, sizeof origin);
        (void)snprintf(sql, sizeof sql,
                       "SELECT count(DISTINCT uid) * 1000000 + count(*) FROM changes WHERE origin "
                       "= '%s'",
                       origin);
        assert_int_equal(count(w->path[f], sql), count(w->path[OFFICE], sql));
    }
}

/* --- single rules --- */

static void start(struct world *w, char *uid)
{
    begin_farm(w, 0, "tani");
    assert_int_equal(add(w, 0, RECORDS_FEED, "pond=tani-1,on=2026-11-20,feed_kg=5", uid), 0);
    settle(w);
    assert_in_step(w, "at first");
}

static const char *cell_of(struct world *w, int side, enum records_table t, const char *uid,
                           size_t i, char *buf)
{
    struct rec_row *row = NULL;
    int rc = records_row(w->r[side], t, uid, &row);

    if (rc == NILA_ERR_NOT_FOUND)
        return "gone";
    assert_int_equal(rc, 0);
    (void)snprintf(buf, 60, "%s", row->text[i]);
    records_rows_free(row, 1);
    return buf;
}

static void the_later_to_reach_the_office_wins_and_the_other_is_shown(void **state)
{
    static const char FARM[1][SLUG_SIZE] = {"tani"};
    struct world *w = *state;
    struct sync_conflict *c = NULL;
    char uid[CHANGE_UID_SIZE], text[60];
    size_t n = 0;

    start(w, uid);
    assert_int_equal(correct(w, 0, RECORDS_FEED, uid, "feed_kg=6"), 0);
    w->now_ms += 60000; /* by the clock the office's is the later one */
    assert_int_equal(correct(w, OFFICE, RECORDS_FEED, uid, "feed_kg=7"), 0);
    settle(w);
    assert_in_step(w, "after both");
    assert_string_equal(cell_of(w, OFFICE, RECORDS_FEED, uid, 2, text), "6");
    for (int side = 0; side < SIDES; side += OFFICE) {
        assert_int_equal(sync_conflicts(w->r[side], FARM, 1, 0, 10, &c, &n), 0);
        assert_int_equal(n, 1);
        assert_string_equal(c[0].row_uid, uid);
        assert_string_equal(c[0].table, "feed");
        assert_string_equal(c[0].won.by, "pak-budi");
        assert_string_equal(c[0].lost.by, "bu-rini");
        assert_non_null(strstr(c[0].won.json, "\"feed_kg\":\"6\""));
        assert_non_null(strstr(c[0].lost.json, "\"feed_kg\":\"7\""));
        assert_false(c[0].settled);
        sync_conflicts_free(c, n);
    }
    assert_int_equal(correct(w, OFFICE, RECORDS_FEED, uid, "feed_kg=8"), 0);
    settle(w);
    assert_in_step(w, "settled");
    assert_int_equal(sync_conflicts(w->r[0], NULL, 0, 0, 10, &c, &n), 0);
    assert_int_equal(n, 1);
    assert_true(c[0].settled);
    sync_conflicts_free(c, n);
}

static void what_the_author_had_seen_is_no_conflict(void **state)
{
    struct world *w = *state;
    char uid[CHANGE_UID_SIZE], text[60];

    start(w, uid);
    assert_int_equal(correct(w, OFFICE, RECORDS_FEED, uid, "feed_kg=7"), 0);
    settle(w);
    assert_int_equal(correct(w, 0, RECORDS_FEED, uid, "feed_kg=6"), 0);
    assert_int_equal(correct(w, 0, RECORDS_FEED, uid, "feed_kg=6.5"), 0);
    settle(w);
    assert_in_step(w, "after both");
    assert_int_equal(w->conflicts, 0);
    assert_string_equal(cell_of(w, OFFICE, RECORDS_FEED, uid, 2, text), "6.5");
}

static void a_pond_that_is_still_used_comes_back(void **state)
{
    struct world *w = *state;
    char uid[CHANGE_UID_SIZE], pond[CHANGE_UID_SIZE], text[60];

    start(w, uid);
    assert_true(any_row(w, OFFICE, RECORDS_PONDS, pond));
    assert_int_equal(withdraw(w, OFFICE, RECORDS_FEED, uid), 0);
    assert_int_equal(withdraw(w, OFFICE, RECORDS_PONDS, pond), 0);
    assert_int_equal(add(w, 0, RECORDS_FEED, "pond=tani-1,on=2026-11-21,feed_kg=4", uid), 0);
    settle(w);
    assert_in_step(w, "after both");
    assert_string_equal(cell_of(w, OFFICE, RECORDS_FEED, uid, 2, text), "4");
    assert_string_equal(cell_of(w, 0, RECORDS_PONDS, pond, 0, text), "tani-1");
    assert_int_equal(w->conflicts, 1);
}

static void of_two_cycles_in_one_pond_on_one_day_the_earlier_is_withdrawn(void **state)
{
    struct world *w = *state;
    char feed[CHANGE_UID_SIZE], here[CHANGE_UID_SIZE], there[CHANGE_UID_SIZE], text[60];

    start(w, feed);
    assert_int_equal(add(w, 0, RECORDS_CYCLES,
                         "cycle=c-1,pond=tani-1,stocked_on=2026-10-01,count=500,mass_g=5", here),
                     0);
    assert_int_equal(add(w, OFFICE, RECORDS_CYCLES,
                         "cycle=c-2,pond=tani-1,stocked_on=2026-10-01,count=700,mass_g=5", there),
                     0);
    settle(w);
    assert_in_step(w, "after both");
    assert_string_equal(cell_of(w, OFFICE, RECORDS_CYCLES, here, 0, text), "c-1");
    assert_string_equal(cell_of(w, OFFICE, RECORDS_CYCLES, there, 0, text), "gone");
    assert_int_equal(w->conflicts, 1);
}

static void import(struct world *w, int side, enum records_table t, const char *text)
{
    struct records_report report;
    char path[320];

    (void)snprintf(path, sizeof path, "%s/in.csv", w->dir);
    support_write(path, text);
    assert_int_equal(records_import(w->r[side], t, path, w->now_ms, 0, NULL, NULL, &report), 0);
    assert_int_equal(report.rows, 1);
}

/* One list, imported on the farm's computer and in the office before they ever met. */
static void import_on_both(struct world *w, char *feed, char *pond)
{
    for (int i = 0; i < 2; i++) {
        const int side = i == 0 ? OFFICE : 0; /* the farm's later by its clock */
        import(w, side, RECORDS_FARMS, "farm,name,regency,kecamatan\ntani,Tambak,kotim,62.02.06\n");
        import(w, side, RECORDS_PONDS,
               "pond,farm,name,system,area_m2,depth_m\ntani-1,tani,Kolam,pond,400,1.2\n");
        import(w, side, RECORDS_FEED, "pond,on,feed_kg\ntani-1,2026-11-20,5\n");
        w->now_ms += 60000;
    }
    assert_true(any_row(w, OFFICE, RECORDS_FEED, feed));
    assert_true(any_row(w, OFFICE, RECORDS_PONDS, pond));
}

static void a_list_imported_on_both_sides_undoes_no_correction_of_the_office(void **state)
{
    struct world *w = *state;
    char feed[CHANGE_UID_SIZE], pond[CHANGE_UID_SIZE], text[60];

    import_on_both(w, feed, pond);
    assert_int_equal(correct(w, OFFICE, RECORDS_FEED, feed, "feed_kg=7"), 0);
    assert_int_equal(correct(w, OFFICE, RECORDS_PONDS, pond, "area_m2=500"), 0);
    w->now_ms += 60000;
    settle(w);
    assert_in_step(w, "after the first contact");
    assert_string_equal(cell_of(w, 0, RECORDS_FEED, feed, 2, text), "7");
    assert_string_equal(cell_of(w, OFFICE, RECORDS_FEED, feed, 2, text), "7");
    assert_string_equal(cell_of(w, OFFICE, RECORDS_PONDS, pond, 4, text), "500");
    assert_int_equal(w->conflicts, 0);
    assert_int_equal(count(w->path[OFFICE], "SELECT count(*) FROM feed"), 1);
    /* nothing was lost: what the farm said is in the office's list as well */
    assert_int_equal(count(w->path[OFFICE], "SELECT count(*) FROM changes WHERE \"table\" = 'feed' "
                                            "AND kind = 'add'"),
                     2);
    assert_int_equal(correct(w, 0, RECORDS_FEED, feed, "feed_kg=8"), 0);
    settle(w);
    assert_in_step(w, "after a correction that knew");
    assert_string_equal(cell_of(w, OFFICE, RECORDS_FEED, feed, 2, text), "8");
    assert_int_equal(w->conflicts, 0);
}

static void a_correction_of_either_side_counts_where_the_other_only_imported(void **state)
{
    struct world *w = *state;
    char feed[CHANGE_UID_SIZE], pond[CHANGE_UID_SIZE], text[60];

    import_on_both(w, feed, pond);
    assert_int_equal(correct(w, 0, RECORDS_FEED, feed, "feed_kg=6"), 0);
    settle(w);
    assert_in_step(w, "the farm's");
    assert_string_equal(cell_of(w, OFFICE, RECORDS_FEED, feed, 2, text), "6");
    assert_int_equal(w->conflicts, 0);
}

static void corrections_of_both_sides_are_one_conflict(void **state)
{
    struct world *w = *state;
    char feed[CHANGE_UID_SIZE], pond[CHANGE_UID_SIZE], text[60];

    import_on_both(w, feed, pond);
    assert_int_equal(correct(w, OFFICE, RECORDS_FEED, feed, "feed_kg=7"), 0);
    assert_int_equal(correct(w, 0, RECORDS_FEED, feed, "feed_kg=6"), 0);
    settle(w);
    assert_in_step(w, "both");
    assert_string_equal(cell_of(w, OFFICE, RECORDS_FEED, feed, 2, text), "6");
    assert_int_equal(w->conflicts, 1);
}

static void a_row_entered_differently_on_both_sides_is_a_conflict(void **state)
{
    struct world *w = *state;
    struct sync_conflict *c = NULL;
    char text[60], pond[CHANGE_UID_SIZE];
    size_t n = 0;

    begin_farm(w, OFFICE, "tani");
    assert_true(any_row(w, OFFICE, RECORDS_PONDS, pond));
    assert_int_equal(correct(w, OFFICE, RECORDS_PONDS, pond, "area_m2=500"), 0);
    import(w, 0, RECORDS_FARMS, "farm,name,regency,kecamatan\ntani,Tambak,kotim,62.02.06\n");
    import(w, 0, RECORDS_PONDS,
           "pond,farm,name,system,area_m2,depth_m\ntani-1,tani,Kolam,pond,450,1.2\n");
    settle(w);
    assert_in_step(w, "both");
    assert_string_equal(cell_of(w, OFFICE, RECORDS_PONDS, pond, 4, text), "450");
    assert_int_equal(sync_conflicts(w->r[OFFICE], NULL, 0, 0, 10, &c, &n), 0);
    assert_int_equal(n, 1);
    assert_string_equal(c[0].row_uid, pond);
    sync_conflicts_free(c, n);
}

/* --- rights and bad messages --- */

/* Pushes text as pi-0; rc and why. */
static int push_text(struct world *w, const char *text, char *why)
{
    struct sync_report report;
    struct buf answer = {0};
    char *own = copy(text);
    int rc = sync_office_push(w->r[OFFICE], w->node[0], own, strlen(own), w->now_ms, &answer,
                              &report, why);

    free(own);
    buf_free(&answer);
    return rc;
}

static void another_farms_row_is_refused_and_nothing_stored(void **state)
{
    struct world *w = *state;
    char uid[CHANGE_UID_SIZE], theirs[CHANGE_UID_SIZE], why[SYNC_WHY] = "";
    struct buf b = {0};
    int64_t upto = 0, before;
    size_t n = 0;

    start(w, uid);
    begin_farm(w, OFFICE, "jaya");
    assert_int_equal(add(w, OFFICE, RECORDS_FEED, "pond=jaya-1,on=2026-11-20,feed_kg=9", theirs),
                     0);
    /* computer 0 is of tani: it is made to have rows of jaya, one good change before */
    assert_int_equal(add(w, 0, RECORDS_FEED, "pond=tani-1,on=2026-11-22,feed_kg=1", uid), 0);
    begin_farm(w, 0, "jaya");
    before = count(w->path[OFFICE], "SELECT count(*) FROM changes");
    assert_int_equal(sync_farm_push(w->r[0], SYNC_BODY_USUAL, &b, &upto, &n), 0);
    assert_int_equal(n, 3);
    assert_int_equal(push_text(w, b.p, why), NILA_ERR_DENIED);
    assert_non_null(strstr(why, "farms "));
    assert_non_null(strstr(why, "is of farm jaya, which is not this key's"));
    assert_int_equal(count(w->path[OFFICE], "SELECT count(*) FROM changes"), before);
    buf_free(&b);
}

static void nobody_sees_another_farms_changes(void **state)
{
    struct world *w = *state;
    char uid[CHANGE_UID_SIZE];

    start(w, uid);
    begin_farm(w, 2, "jaya");
    settle(w);
    assert_int_equal(count(w->path[2], "SELECT count(*) FROM changes"), 2);
    assert_int_equal(count(w->path[0], "SELECT count(*) FROM farms"), 1);
}

static void keys_are_told_apart(void **state)
{
    struct world *w = *state;
    char node[SLUG_SIZE] = "", again[SYNC_KEY_SIZE];
    static const char *const none[] = {"no slug"};

    assert_int_equal(sync_key_find(w->r[OFFICE], w->key[1], node), 0);
    assert_string_equal(node, "pi-1");
    assert_int_equal(sync_key_find(w->r[OFFICE], "", node), NILA_ERR_DENIED);
    w->key[1][5] = w->key[1][5] == 'a' ? 'b' : 'a';
    assert_int_equal(sync_key_find(w->r[OFFICE], w->key[1], node), NILA_ERR_DENIED);
    assert_int_equal(sync_key_make(w->r[OFFICE], "pi-0", &OWNS[0], 1, w->now_ms, again), 0);
    assert_int_equal(sync_key_find(w->r[OFFICE], w->key[0], node), NILA_ERR_DENIED);
    assert_int_equal(sync_key_find(w->r[OFFICE], again, node), 0);
    assert_string_equal(node, "pi-0");
    assert_int_equal(sync_key_make(w->r[OFFICE], "pi-0", none, 1, w->now_ms, again),
                     NILA_ERR_RANGE);
}

static void bad_messages_are_refused_with_words(void **state)
{
#define HEAD "nila-sync 1\t0123456789abcdef0123456789abcdef\n"
#define UID1 "0123456789abcdef0000000000000001"
#define ROW  "00112233445566778899aabbccddeeff"
#define FEED(kg)                                                                               \
    "change\t0\t" UID1 "\t0123456789abcdef0123456789abcdef\t1\t1700000000000\tadd\tfeed\t" ROW \
    "\t\t\tpak\tpage\t\tpond=tani-1\ton=2023-11-01\tfeed_kg=" kg                               \
    "\tentered_on=2023-11-02T00:00:00+07:00\n"
    static const struct {
        const char *says, *text, *words;
        int rc;
    } BAD[] = {
        {"nothing", "", "no message", NILA_ERR_PARSE},
        {"another protocol", "GET / HTTP/1.1\n", "no message", NILA_ERR_PARSE},
        {"cut", HEAD FEED("5"), "was cut", NILA_ERR_PARSE},
        {"cut in its last line", HEAD FEED("5") "en", "was cut", NILA_ERR_PARSE},
        {"an end in the middle", HEAD "end\nend\n", "line 2: end", NILA_ERR_PARSE},
        {"a control character", HEAD "\x01\nend\n", "control character", NILA_ERR_PARSE},
        {"not UTF-8", HEAD "\xff\nend\n", "UTF-8", NILA_ERR_PARSE},
        {"no file's name", "nila-sync 1\txyz\nend\n", "origin", NILA_ERR_PARSE},
        {"an unknown line", HEAD "hello\t1\nend\n", "line 2: hello", NILA_ERR_PARSE},
        {"no number", HEAD FEED("lima") "end\n", "feed_kg: \"lima\" is not a number",
         NILA_ERR_PARSE},
        {"out of range", HEAD FEED("1e9") "end\n", "feed_kg", NILA_ERR_PARSE},
        {"a column twice", HEAD FEED("5\tpond=tani-2") "end\n", "line 2: pond", NILA_ERR_PARSE},
        {"an unknown column", HEAD FEED("5\tcolour=red") "end\n", "not known", NILA_ERR_PARSE},
        {"a wrong escape", HEAD FEED("5\\x") "end\n", "not readable", NILA_ERR_PARSE},
    };
    struct world *w = *state;
    char uid[CHANGE_UID_SIZE], why[SYNC_WHY];
    int64_t before;

    start(w, uid);
    before = count(w->path[OFFICE], "SELECT count(*) FROM changes");
    assert_int_equal(count(w->path[OFFICE], "SELECT count(*) FROM sync_origins"), 1);
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        why[0] = '\0';
        if (push_text(w, BAD[i].text, why) != BAD[i].rc || strstr(why, BAD[i].words) == NULL)
            fail_msg("%s: \"%s\"", BAD[i].says, why);
    }
    assert_int_equal(push_text(w, HEAD FEED("5") "end\n", why), 0);
    assert_int_equal(count(w->path[OFFICE], "SELECT count(*) FROM changes"), before + 1);
    assert_int_equal(push_text(w, HEAD FEED("5") "end\n", why), 0); /* again: nothing */
    assert_int_equal(count(w->path[OFFICE], "SELECT count(*) FROM changes"), before + 1);
    assert_int_equal(count(w->path[OFFICE], "SELECT count(*) FROM feed"), 2);
}

/* Only the farm's computer numbers its own changes: an office that did could leave it without numbers. */
static void an_office_makes_up_no_changes_of_the_farm(void **state)
{
    struct world *w = *state;
    struct sync_report report;
    struct sync_standing at;
    char uid[CHANGE_UID_SIZE], office[CHANGE_UID_SIZE], why[SYNC_WHY] = "";
    struct buf b = {0};
    sqlite3 *db = NULL;
    sqlite3_stmt *s = NULL;

    start(w, uid);
    assert_int_equal(sync_standing(w->r[0], &at), 0);
    assert_int_equal(sqlite3_open_v2(w->path[OFFICE], &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(db, "SELECT value FROM records_meta WHERE key = 'origin'", -1, &s, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    (void)snprintf(office, sizeof office, "%s", (const char *)sqlite3_column_text(s, 0));
    (void)sqlite3_finalize(s);
    (void)sqlite3_close(db);
    buf_printf(&b,
               "nila-sync 1\t%s\nchange\t99\t%.16s7fffffffffffffff\t%s\t9223372036854775807\t"
               "1700000000000\tadd\tfeed\t" ROW "\t\t\tpak\tpage\t\tpond=tani-1\ton=2023-11-01\t"
               "feed_kg=5\tentered_on=2023-11-02T00:00:00+07:00\nnext\t99\t0\nend\n",
               office, at.origin, at.origin);
    assert_int_equal(sync_farm_pulled(w->r[0], b.p, b.n, at.pulled, w->now_ms, &report, why),
                     NILA_ERR_CORRUPT);
    assert_non_null(strstr(why, "lost here"));
    buf_free(&b);
    assert_int_equal(add(w, 0, RECORDS_FEED, "pond=tani-1,on=2026-11-21,feed_kg=6", uid), 0);
    assert_int_equal(add(w, 0, RECORDS_FEED, "pond=tani-1,on=2026-11-22,feed_kg=7", uid), 0);
    settle(w);
    assert_in_step(w, "afterwards");
}

/* --- clocks and copies --- */

/* Feedings that a forecast of now sees, in a cycle or not. */
static size_t rows_seen(struct world *w, int side)
{
    struct records_snapshot *s = NULL;
    size_t n;

    assert_int_equal(records_snapshot(w->r[side], w->now_ms, &s), 0);
    n = s->feeds + s->stray;
    records_snapshot_free(s);
    return n;
}

static void a_wrong_clock_is_kept_as_told_with_the_arrival_beside(void **state)
{
    struct world *w = *state;
    const int64_t right = w->now_ms;
    char uid[CHANGE_UID_SIZE], sql[200];

    start(w, uid);
    w->now_ms = right + 400LL * 86400000; /* the farm's computer is more than a year ahead */
    assert_int_equal(add(w, 0, RECORDS_FEED, "pond=tani-1,on=2027-12-20,feed_kg=3", uid), 0);
    w->now_ms = right + 5000;
    settle(w);
    assert_in_step(w, "after");
    (void)snprintf(sql, sizeof sql,
                   "SELECT c.at_ms = %lld AND p.at_ms = %lld FROM changes c JOIN sync_placed p ON "
                   "p.change = c.id WHERE c.row_uid = '%s'",
                   (long long)(right + 400LL * 86400000), (long long)w->now_ms, uid);
    assert_int_equal(count(w->path[OFFICE], sql), 1);
    assert_int_equal(correct(w, OFFICE, RECORDS_FEED, uid, "on=2026-11-20"), 0);
    settle(w);
    assert_in_step(w, "after the correction");
    /* what came counts from when it came, not from a year that a clock made up: else nobody would see it until then */
    assert_int_equal(rows_seen(w, 0), 2);
    assert_int_equal(rows_seen(w, OFFICE), 2);
    w->now_ms = right + 400LL * 86400000;
    assert_int_equal(withdraw(w, 0, RECORDS_FEED, uid), 0);
    w->now_ms = right + 9000;
    settle(w);
    assert_in_step(w, "after the withdrawal");
    assert_int_equal(rows_seen(w, OFFICE), 1);
}

static void an_office_brought_back_from_a_copy_gets_back_what_the_farm_has(void **state)
{
    struct world *w = *state;
    char uid[CHANGE_UID_SIZE], why[256] = "", safe[320], aside[320];

    start(w, uid);
    (void)snprintf(safe, sizeof safe, "%s.copy", w->path[OFFICE]);
    (void)snprintf(aside, sizeof aside, "%s.aside", w->path[OFFICE]);
    records_close(w->r[OFFICE]);
    assert_int_equal(backup_copy(w->path[OFFICE], safe, why, sizeof why), 0);
    assert_int_equal(records_open(&w->r[OFFICE], w->path[OFFICE], why, sizeof why), 0);
    assert_int_equal(correct(w, OFFICE, RECORDS_FEED, uid, "feed_kg=7"), 0);
    assert_int_equal(add(w, 0, RECORDS_DEATHS, "pond=tani-1,on=2026-11-20,count=3", NULL), 0);
    settle(w);
    records_close(w->r[OFFICE]);
    assert_int_equal(backup_new_origin(safe, why, sizeof why), 0);
    assert_int_equal(backup_swap(w->path[OFFICE], safe, aside, why, sizeof why), 0);
    assert_int_equal(records_open(&w->r[OFFICE], w->path[OFFICE], why, sizeof why), 0);
    assert_int_equal(count(w->path[OFFICE], "SELECT count(*) FROM deaths"), 0);
    settle(w);
    assert_in_step(w, "after the restore");
    assert_int_equal(count(w->path[OFFICE], "SELECT count(*) FROM deaths"), 1);
    assert_int_equal(count(w->path[OFFICE], "SELECT sum(feed_kg) FROM feed"), 7);
}

static void what_is_not_sent_is_counted(void **state)
{
    struct world *w = *state;
    char uid[CHANGE_UID_SIZE];
    int64_t n = -1;

    start(w, uid);
    assert_int_equal(records_unsent(w->r[OFFICE], &n), 0);
    assert_int_equal(n, 0); /* the office has nobody to send to */
    assert_int_equal(add(w, 0, RECORDS_FEED, "pond=tani-1,on=2026-11-21,feed_kg=4", NULL), 0);
    assert_int_equal(correct(w, 0, RECORDS_FEED, uid, "feed_kg=6"), 0);
    assert_int_equal(records_unsent(w->r[0], &n), 0);
    assert_int_equal(n, 2);
    push(w, 0, false);
    assert_int_equal(records_unsent(w->r[0], &n), 0);
    assert_int_equal(n, 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(both_sides_end_alike_whatever_the_line_does),
        T(the_later_to_reach_the_office_wins_and_the_other_is_shown),
        T(what_the_author_had_seen_is_no_conflict),
        T(a_pond_that_is_still_used_comes_back),
        T(of_two_cycles_in_one_pond_on_one_day_the_earlier_is_withdrawn),
        T(a_list_imported_on_both_sides_undoes_no_correction_of_the_office),
        T(a_correction_of_either_side_counts_where_the_other_only_imported),
        T(corrections_of_both_sides_are_one_conflict),
        T(a_row_entered_differently_on_both_sides_is_a_conflict),
        T(another_farms_row_is_refused_and_nothing_stored),
        T(nobody_sees_another_farms_changes),
        T(keys_are_told_apart),
        T(bad_messages_are_refused_with_words),
        T(an_office_makes_up_no_changes_of_the_farm),
        T(a_wrong_clock_is_kept_as_told_with_the_arrival_beside),
        T(an_office_brought_back_from_a_copy_gets_back_what_the_farm_has),
        T(what_is_not_sent_is_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

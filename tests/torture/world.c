/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "world.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "card.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "collector/journal_quarantine.h"

#define TRUE_MS INT64_C(1795471950000) /* November 2026 */
#define HOUR    INT64_C(3600000)
#define BATCH   64

/* The machine. The journal asks for the time through clock.h. */
static struct {
    int64_t now_ms, on_ms, off_ms;
    bool trusted;
    int boot;
} m;

static int64_t wall(void *arg)
{
    (void)arg;
    return m.now_ms + m.off_ms;
}
static int64_t mono(void *arg)
{
    (void)arg;
    return m.now_ms - m.on_ms;
}
static bool trusted(void *arg)
{
    (void)arg;
    return m.trusted;
}

/* Where a clock without a battery may stand: hours, or years off, or where its counter begins or ends. */
static int64_t wrong_by(struct world *w)
{
    static const int64_t AT[] = {0,
                                 INT64_C(946684800000),
                                 INT64_C(2147483647000),
                                 INT64_C(2147483648000),
                                 INT64_C(4294967296000),
                                 INT64_C(4133980800000),
                                 INT64_C(253402300799000)};

    if (!w->mad || torture_below(&w->rng, 4) == 0)
        return -(int64_t)torture_below(&w->rng, 40) * HOUR;
    if (torture_below(&w->rng, 3) == 0)
        return AT[torture_below(&w->rng, sizeof AT / sizeof AT[0])] - m.now_ms;
    return ((int64_t)torture_below(&w->rng, 30) - 15) * 365 * 24 * HOUR;
}

void world_boot(struct world *w)
{
    char name[CLOCK_BOOT_ID_SIZE];

    m.now_ms += 20000 + torture_below(&w->rng, 3600000);
    m.on_ms = m.now_ms - 20000;
    m.trusted =
        torture_below(&w->rng, w->mad ? 8 : 3) != 0 && (!w->mad || torture_below(&w->rng, 3) == 0);
    m.off_ms = m.trusted ? 0 : wrong_by(w);
    (void)snprintf(name, sizeof name, "boot-%d", ++m.boot);
    clock_set_boot_id(name);
}

void world_begin(struct world *w, const char *dir, uint64_t seed)
{
    static const struct clock_source clock = {wall, mono, trusted, NULL};

    memset(w, 0, sizeof *w);
    (void)snprintf(w->dir, sizeof w->dir, "%s", dir);
    (void)snprintf(w->path, sizeof w->path, "%s/journal.db", dir);
    w->rng = seed;
    w->set = xcalloc(WORLD_SETS, sizeof *w->set);
    /* one in four lives in a small file, and thins and drops */
    w->max_bytes = torture_below(&w->rng, 4) == 0 ? 256 << 10 : 16 << 20;
    w->clock_wait_ms = torture_below(&w->rng, 3) == 0 ? 0 : 24 * HOUR;
    m.now_ms = TRUE_MS;
    m.boot = 0;
    clock_set(&clock);
    world_boot(w);
}

void world_end(struct world *w)
{
    world_close(w);
    clock_set(NULL);
    clock_set_boot_id(NULL);
    free(w->set);
}

static int open_at(const struct world *w, const char *path, struct journal **j)
{
    static const char *const SINK[] = {"pusat"};
    const struct journal_config c = {.path = path,
                                     .max_bytes = w->max_bytes,
                                     .keep_days = 35,
                                     .sink = SINK,
                                     .sinks = 1,
                                     .clock_wait_ms = w->clock_wait_ms};

    return journal_open(j, &c);
}

int world_open(struct world *w)
{
    return open_at(w, w->path, &w->j);
}

void world_close(struct world *w)
{
    journal_close(w->j);
    w->j = NULL;
}

/* --- the day -------------------------------------------------------------------------------------------------------- */

/* A failure nobody has arranged ends the program: the row would prove nothing. */
static bool failed(struct world *w, int rc, const char *doing)
{
    if (rc >= 0)
        return false;
    if (!w->may_fail)
        fatal("%s: %s, on a card that works", doing, nila_err_text(rc));
    w->failures++;
    return true;
}

static struct reading_set set_of(int k, int64_t ts_ms, int64_t boot_ms, bool sure)
{
    struct reading_set s = {
        .tags = {.regency = REGENCY_KOTIM, .kecamatan = "62.02.06", .site = "uji"},
        .ts_ms = ts_ms,
        .boot_ms = boot_ms,
        .clock_trusted = sure,
        .n = 2,
        .v = {{.metric = METRIC_TEMP_C, .flag = READING_PASS, .value = k / 100.0},
              {.metric = METRIC_DO_MG_L,
               .flag = k % 7 == 0 ? READING_SUSPECT : READING_PASS,
               .bits = k % 7 == 0 ? READING_BIT_SPIKE : 0,
               .value = k}}};
    (void)snprintf(s.tags.pond, sizeof s.tags.pond, "kolam-%d", k % 3);
    (void)snprintf(s.tags.device, sizeof s.tags.device, "node-%d", k % 11);
    return s;
}

/* The number of a set, -1: it is none of ours. */
static int number_of(const struct reading_set *s)
{
    const int k =
        s->n == 2 && s->v[1].value >= 0 && s->v[1].value < WORLD_SETS ? (int)s->v[1].value : -1;
    struct reading_set want;

    if (k < 0)
        return -1;
    want = set_of(k, 0, 0, false);
    return s->v[0].value == want.v[0].value && s->v[1].flag == want.v[1].flag &&
                   s->v[1].bits == want.v[1].bits && s->v[1].value == k &&
                   strcmp(s->tags.pond, want.tags.pond) == 0 &&
                   strcmp(s->tags.device, want.tags.device) == 0
               ? k
               : -1;
}

static void append(struct world *w, int n)
{
    struct reading_set sets[BATCH];
    const size_t at = card_ops();
    bool kept;

    if (w->sets + n > WORLD_SETS)
        fatal("more than %d reading sets", WORLD_SETS);
    for (int i = 0; i < n; i++) {
        const int k = w->sets + i;
        m.now_ms += 1000;
        sets[i] = set_of(k, wall(NULL), mono(NULL), m.trusted);
        w->set[k] = (struct world_set){.true_ms = m.now_ms,
                                       .trusted = m.trusted,
                                       .tried_at = at,
                                       .stored_at = SIZE_MAX,
                                       .sent_at = SIZE_MAX};
    }
    kept = !failed(w, journal_append(w->j, sets, (size_t)n), "append");
    for (int i = 0; i < n && kept; i++)
        w->set[w->sets + i].stored_at = card_ops();
    w->sets += n;
}

/* A server takes what waits, and says so, or its answer is lost. */
static void deliver(struct world *w, int most)
{
    static struct journal_row rows[512];
    int64_t after = 0;
    int n;

    if (failed(w, journal_acked(w->j, 0, &after), "mark"))
        return;
    if (journal_sendable_seq(w->j) <= after)
        return;
    n = journal_peek(w->j, after, rows, most < 512 ? most : 512);
    if (failed(w, n, "peek") || n == 0)
        return;
    for (int i = 0; i < n; i++) {
        const int k = number_of(&rows[i].set);
        if (k >= 0 && w->set[k].sent_at == SIZE_MAX) {
            w->set[k].sent_at = card_ops();
            w->set[k].sent = rows[i].set;
        }
    }
    if (torture_below(&w->rng, 4) == 0)
        return;
    w->mark_tried = rows[n - 1].seq > w->mark_tried ? rows[n - 1].seq : w->mark_tried;
    if (failed(w, journal_ack(w->j, 0, rows[n - 1].seq), "acknowledge"))
        return;
    if (w->marks < WORLD_REFUSED) {
        w->mark_at[w->marks] = card_ops();
        w->mark_seq[w->marks++] = rows[n - 1].seq;
    }
}

static void refuse(struct world *w)
{
    char line[64];
    int n;

    if (w->refused == WORLD_REFUSED)
        return;
    n = snprintf(line, sizeof line, "water,device=racun v=%d", w->refused);
    if (failed(w, journal_quarantine(w->j, 0, w->mark, line, (size_t)n, "tidak masuk akal"),
               "quarantine"))
        return;
    w->refused_at[w->refused++] = card_ops();
}

void world_mad_clock(struct world *w, int64_t base_ms)
{
    w->mad = true;
    m.now_ms = base_ms;
    world_boot(w);
}

static void tick(struct world *w)
{
    m.now_ms += torture_below(&w->rng, 600000);
    if (!m.trusted && w->mad &&
        torture_below(&w->rng, 3) != 0) { /* set again, by whoever, and wrong */
        m.off_ms = wrong_by(w);
        return;
    }
    if (!m.trusted && torture_below(&w->rng, 2) == 0) {
        m.off_ms = 0;
        m.trusted = true;
    }
}

void world_step(struct world *w)
{
    const unsigned what = torture_below(&w->rng, 100);
    struct journal_stats s;

    if (w->j == NULL && failed(w, world_open(w), "open"))
        return;
    if (what < 60)
        append(w, 1 + (int)torture_below(&w->rng, what < 3 ? BATCH : 8));
    else if (what < 80)
        deliver(w, 1 + (int)torture_below(&w->rng, 60));
    else if (what < 87)
        refuse(w);
    else if (what < 95)
        tick(w);
    else if (what < 98)
        (void)failed(w, journal_stats(w->j, &s), "stats");
    else
        world_close(w);
}

bool world_store_one(struct world *w)
{
    const uint64_t before = w->failures;

    m.now_ms += 1100;
    if (w->j == NULL && failed(w, world_open(w), "open"))
        return false;
    append(w, 1);
    return w->failures == before;
}

/* --- the truth ------------------------------------------------------------------------------------------------------- */

struct point { /* of the database: what has the same becomes one */
    int device;
    bool sure;
    int64_t ts_ms;
};

struct found {
    unsigned char *seen;
    struct point *point;
    size_t points;
};

static int by_point(const void *a, const void *b)
{
    const struct point *x = a, *y = b;

    if (x->device != y->device)
        return x->device < y->device ? -1 : 1;
    if (x->sure != y->sure)
        return x->sure ? 1 : -1;
    return x->ts_ms < y->ts_ms ? -1 : x->ts_ms > y->ts_ms;
}

/* Those of a clock that nobody trusts may coincide when it was set wrong to the very same moment twice: they are kept apart from the
 * rest (water_uncertain), and no model uses them. */
static void check_points(struct found *f, size_t at, struct torture_tally *t)
{
    qsort(f->point, f->points, sizeof *f->point, by_point);
    for (size_t i = 1; i < f->points; i++)
        if (f->point[i].sure && by_point(&f->point[i - 1], &f->point[i]) == 0)
            TORTURE_FAULT(t->lost,
                          "operation %zu: two readings of node-%d at %" PRId64 " become one point",
                          at, f->point[i].device, f->point[i].ts_ms);
}

/* One row against what is known of it. */
static void check_row(const struct world *w, const struct reading_set *s, int64_t seq, size_t at,
                      struct found *f, struct torture_tally *t)
{
    const int k = number_of(s);
    const struct world_set *is;

    if (k < 0 || k >= w->sets) {
        TORTURE_FAULT(t->wrong, "row %" PRId64 " before operation %zu: a set of %s nobody has read",
                      seq, at, s->tags.device);
        return;
    }
    is = &w->set[k];
    if (f->points < WORLD_SETS)
        f->point[f->points++] = (struct point){k % 11, s->clock_trusted, s->ts_ms};
    if (is->tried_at == SIZE_MAX ? !w->lied : is->tried_at > at)
        TORTURE_FAULT(t->extra, "set %d is there before it was read", k);
    if (f->seen[k]++ > 0)
        TORTURE_FAULT(t->extra, "set %d is there twice, again in row %" PRId64, k, seq);
    if (s->clock_trusted && llabs(s->ts_ms - is->true_ms) > 50)
        TORTURE_FAULT(t->wrong, "set %d of %" PRId64 " is dated %" PRId64, k, is->true_ms,
                      s->ts_ms);
    if (is->sent_at < at &&
        (is->sent.ts_ms != s->ts_ms || is->sent.clock_trusted != s->clock_trusted))
        TORTURE_FAULT(t->wrong,
                      "set %d was sent with time %" PRId64 " and would now go with %" PRId64, k,
                      is->sent.ts_ms, s->ts_ms);
}

static int count_refused(void *arg, const struct journal_refused *r)
{
    unsigned char *seen = arg;
    int k;

    if (sscanf(r->line, "water,device=racun v=%d", &k) == 1 && k >= 0 && k < WORLD_REFUSED)
        seen[k] = 1;
    return 0;
}

static void check_refused(const struct world *w, struct journal *j, size_t at,
                          struct torture_tally *t)
{
    static unsigned char seen[WORLD_REFUSED];
    const int64_t keep = w->max_bytes / 4 / 5120; /* the least of them that is kept */
    const int newest = w->refused;
    int rc;

    memset(seen, 0, sizeof seen);
    if ((rc = journal_refused_lines(j, INT64_MAX, WORLD_REFUSED, count_refused, seen)) != 0)
        TORTURE_FAULT(t->lost, "the refused lines cannot be read: %s", nila_err_text(rc));
    for (int k = newest - 1; k >= w->refused_from && k >= newest - keep / 2; k--)
        if (w->refused_at[k] <= at && seen[k] == 0)
            TORTURE_FAULT(t->lost, "refused line %d is not kept", k);
}

/* The rows that may leave, and how many behind them are held: all of them by a journal whose clock is right. */
static void read_rows(const struct world *w, struct journal *j, size_t at, struct found *f,
                      struct torture_tally *t)
{
    static struct journal_row rows[512];
    int64_t after = 0;
    int n;

    m.trusted = true;
    m.off_ms = 0;
    (void)journal_sendable_seq(j);
    while ((n = journal_peek(j, after, rows, 512)) > 0) {
        for (int i = 0; i < n; i++)
            check_row(w, &rows[i].set, rows[i].seq, at, f, t);
        after = rows[n - 1].seq;
    }
    if (n < 0)
        TORTURE_FAULT(t->lost, "the journal cannot be read: %s", nila_err_text(n));
}

static void check_kept(const struct world *w, struct journal *j, size_t at, const struct found *f,
                       struct torture_tally *t)
{
    struct journal_stats s = {0};
    int64_t mark = 0, confirmed = w->mark;
    uint64_t given_up, missing = 0;
    int first = -1, delivered = 0;

    for (int i = 0; i < w->marks && w->mark_at[i] <= at; i++)
        confirmed = w->mark_seq[i] > confirmed ? w->mark_seq[i] : confirmed;
    if (journal_acked(j, 0, &mark) != 0 || mark < confirmed || mark > w->mark_tried)
        TORTURE_FAULT(t->wrong, "the mark is %" PRId64 ", not within %" PRId64 " and %" PRId64,
                      mark, confirmed, w->mark_tried);
    if (journal_stats(j, &s) != 0)
        TORTURE_FAULT(t->lost, "the journal has no numbers");
    given_up = s.thinned + s.dropped - w->counted;
    for (int k = 0; k < w->sets; k++) {
        if (w->set[k].stored_at == SIZE_MAX || w->set[k].stored_at > at || f->seen[k] != 0)
            continue;
        if (w->set[k].sent_at < at) { /* delivered ones may go */
            delivered++;
            continue;
        }
        first = first < 0 ? k : first;
        missing++;
    }
    if (missing > given_up)
        TORTURE_FAULT(t->lost,
                      "operation %zu: %" PRIu64
                      " confirmed sets are missing (the first is %d), %" PRIu64 " were given up",
                      at, missing, first, given_up);
    if (missing > given_up)
        t->lost += missing - given_up - 1;
    if (mark == 0 && delivered > 0 && given_up == 0)
        TORTURE_FAULT(t->lost, "%d sets are missing that no server has confirmed", delivered);
}

void world_check(struct world *w, const char *dir, size_t at, bool honest, struct torture_tally *t)
{
    static unsigned char seen[WORLD_SETS];
    static struct point point[WORLD_SETS];
    struct found f = {.seen = seen, .point = point};
    struct journal *j = NULL;
    const int64_t was_now = m.now_ms, was_on = m.on_ms, was_off = m.off_ms;
    const bool was_trusted = m.trusted;
    struct reading_set one;
    char path[340];
    int rc;

    memset(seen, 0, sizeof seen);
    (void)snprintf(path, sizeof path, "%s/journal.db", dir);
    t->runs++;
    if ((rc = open_at(w, path, &j)) != 0) {
        TORTURE_FAULT(t->lost, "cut before operation %zu: the journal does not open: %s", at,
                      nila_err_text(rc));
        return;
    }
    (void)snprintf(path, sizeof path, "%s/journal.db.corrupt-1", dir);
    w->begun_anew += access(path, F_OK) == 0 ? 1 : 0;
    read_rows(w, j, at, &f, t);
    check_points(&f, at, t);
    if (honest) {
        check_kept(w, j, at, &f, t);
        check_refused(w, j, at, t);
    }
    for (int k = 0; k < w->sets; k++)
        t->acknowledged += w->set[k].stored_at <= at ? 1 : 0;
    m.now_ms += 60000;
    one = set_of(0, wall(NULL), mono(NULL), true); /* and it goes on */
    if ((rc = journal_append(j, &one, 1)) != 0)
        TORTURE_FAULT(t->lost, "cut before operation %zu: nothing can be stored afterwards: %s", at,
                      nila_err_text(rc));
    journal_close(j);
    m.now_ms = was_now;
    m.on_ms = was_on;
    m.off_ms = was_off;
    m.trusted = was_trusted;
}

void world_fill(struct world *w)
{
    if (world_open(w) != 0)
        fatal("%s: does not open", w->path);
    for (int i = 0; i < 24; i++)
        append(w, BATCH);
    world_close(w);
}

void world_rebase(struct world *w, const char *dir)
{
    static struct journal_row rows[512];
    static unsigned char seen[WORLD_SETS];
    struct journal_stats s;
    struct journal *j = NULL;
    int64_t after = 0;
    char path[340];
    int n;

    memset(seen, 0, sizeof seen);
    (void)snprintf(path, sizeof path, "%s/journal.db", dir);
    world_boot(w);
    if (open_at(w, path, &j) != 0)
        fatal("%s: does not open", path);
    m.trusted = true;
    m.off_ms = 0;
    (void)journal_sendable_seq(j);
    while ((n = journal_peek(j, after, rows, 512)) > 0) {
        for (int i = 0; i < n; i++) {
            const int k = number_of(&rows[i].set);
            if (k < 0 || k >= w->sets)
                continue;
            seen[k] = 1;
            w->set[k].tried_at = w->set[k].stored_at = 0;
            w->set[k].sent_at = 0; /* what is found now is as if it had been sent */
            w->set[k].sent = rows[i].set;
        }
        after = rows[n - 1].seq;
    }
    for (int k = 0; k < w->sets; k++)
        if (seen[k] == 0)
            w->set[k].tried_at = w->set[k].stored_at = w->set[k].sent_at = SIZE_MAX;
    if (journal_acked(j, 0, &w->mark) != 0 || journal_stats(j, &s) != 0)
        fatal("%s: cannot be read", path);
    w->mark_tried = w->mark;
    w->counted = s.thinned + s.dropped;
    w->marks = 0;
    w->refused_from = w->refused;
    journal_close(j);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two offices that give each other evidence and draws, and no row of a farm. */
#include "tests/support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_statistics_double.h>

#include "analytics/supply/exchange.h"
#include "analytics/supply/simworld.h"
#include "analytics/supply/smoother.h"
#include "collector/common/civil.h"
#include "collector/common/tongue.h"

enum {
    SEED = 11,
    PONDS = 90,
    DRAWS = 200,
    MONTHS = 3
};
static const char KEY[] = "kunci-dua-kantor-untuk-ujian-0123456789";
#define KEY_SIZE (sizeof KEY - 1)

/* A region, and the halves of it that the offices know: farms keep their places, the other's cycles are not there. */
struct offices {
    struct simworld *world;
    struct records_snapshot half[REGENCY_COUNT];
    struct hazard_learned hazard[POND_SYSTEM_COUNT];
};

static enum regency regency_of(const struct records_snapshot *s, size_t cycle)
{
    return s->farm[s->pond[s->cycle[cycle].pond].farm].regency;
}

/* Keeps the rows of the regency's cycles; cycles get new numbers. */
static void halve(const struct records_snapshot *all, enum regency r, struct records_snapshot *s)
{
    size_t *now = calloc(all->cycles, sizeof *now);

    *s = *all;
    s->cycles = s->feeds = s->samples = s->deaths = s->harvests = 0;
    s->cycle = calloc(all->cycles, sizeof *s->cycle);
    s->feed = calloc(all->feeds + 1, sizeof *s->feed);
    s->sample = calloc(all->samples + 1, sizeof *s->sample);
    s->death = calloc(all->deaths + 1, sizeof *s->death);
    s->harvest = calloc(all->harvests + 1, sizeof *s->harvest);
    for (size_t c = 0; c < all->cycles; c++) {
        now[c] = s->cycles;
        if (regency_of(all, c) == r)
            s->cycle[s->cycles++] = all->cycle[c];
    }
#define KEEP(array, n)                                 \
    for (size_t k = 0; k < all->n; k++)                \
        if (regency_of(all, all->array[k].cycle) == r) \
    s->array[s->n] = all->array[k], s->array[s->n++].cycle = now[all->array[k].cycle]
    KEEP(feed, feeds);
    KEEP(sample, samples);
    KEEP(death, deaths);
    KEEP(harvest, harvests);
#undef KEEP
    free(now);
}

static void offices_new(struct offices *o, uint64_t seed)
{
    const struct simworld_plan plan = {.seed = seed, .ponds = PONDS, .months = MONTHS};

    o->world = simworld_new(&plan);
    hazard_learn(o->world->records, o->world->as_of_day, o->hazard);
    for (int r = 0; r < REGENCY_COUNT; r++)
        halve(o->world->records, (enum regency)r, &o->half[r]);
}

static void offices_free(struct offices *o)
{
    for (int r = 0; r < REGENCY_COUNT; r++) {
        free(o->half[r].cycle);
        free(o->half[r].feed);
        free(o->half[r].sample);
        free(o->half[r].death);
        free(o->half[r].harvest);
    }
    simworld_free(o->world);
}

static struct supply_input input_of(const struct offices *o, const struct records_snapshot *s)
{
    return (struct supply_input){.records = s,
                                 .as_of_day = o->world->as_of_day,
                                 .months = MONTHS,
                                 .draws = DRAWS,
                                 .seed = SEED,
                                 .hazard = o->hazard};
}

static struct evidence *evidence_by(const struct offices *o, const struct records_snapshot *s,
                                    enum regency r)
{
    const struct supply_input in = input_of(o, s);

    return evidence_of(&in, r);
}

static struct supply_forecast *run(const struct offices *o, const struct records_snapshot *s,
                                   const struct evidence *const *evidence)
{
    struct supply_input in = input_of(o, s);
    struct supply_forecast *f;

    in.evidence = evidence;
    assert_int_equal(supply_run(&in, &f, NULL), 0);
    return f;
}

static const double *regency_kg(const struct supply_forecast *f, enum regency r)
{
    return supply_draws(f, supply_node_regency(r), 1);
}

/* An office's evidence is the same whether the other's records lie beside its own or not. */
static void evidence_speaks_of_one_regency(void **state)
{
    struct offices o;

    (void)state;
    offices_new(&o, SEED);
    for (int r = 0; r < REGENCY_COUNT; r++) {
        struct evidence *own = evidence_by(&o, &o.half[r], (enum regency)r);
        struct evidence *all = evidence_by(&o, o.world->records, (enum regency)r);
        char a[SHA256_HEX_SIZE], b[SHA256_HEX_SIZE];

        evidence_digest(own, a);
        evidence_digest(all, b);
        assert_string_equal(a, b);
        assert_true(own->farms >= EVIDENCE_FARMS && own->seasons > 0);
        own->sum[POND_SYSTEM_POND].b[3] += 1e-9;
        evidence_digest(own, a);
        assert_string_not_equal(a, b);
        evidence_free(own);
        evidence_free(all);
    }
    offices_free(&o);
}

/* With both offices' evidence each draws its own harvest as one office with all records would, but for what habits of all farmers
 * together tell of each (silence.h, pooled.h): of a few draws. */
static void two_offices_are_one(void **state)
{
    struct offices o;
    struct evidence *e[REGENCY_COUNT];
    struct supply_forecast *whole, *half;

    (void)state;
    offices_new(&o, SEED);
    for (int r = 0; r < REGENCY_COUNT; r++)
        e[r] = evidence_by(&o, &o.half[r], (enum regency)r);
    whole = run(&o, o.world->records, (const struct evidence *const *)e);
    for (int r = 0; r < REGENCY_COUNT; r++) {
        size_t same = 0;

        half = run(&o, &o.half[r], (const struct evidence *const *)e);
        for (size_t x = 0; x < (size_t)MONTHS * DRAWS; x++)
            same += regency_kg(half, (enum regency)r)[x] == regency_kg(whole, (enum regency)r)[x];
        print_message("%s: %zu of %d draws are the same\n", regency_slug((enum regency)r), same,
                      MONTHS * DRAWS);
        assert_true(same * 10 > (size_t)9 * MONTHS * DRAWS);
        for (size_t x = 0; x < (size_t)MONTHS * DRAWS; x++)
            assert_true(regency_kg(half, (enum regency)(REGENCY_COUNT - 1 - r))[x] == 0);
        supply_free(half);
    }
    supply_free(whole);
    for (int r = 0; r < REGENCY_COUNT; r++)
        evidence_free(e[r]);
    offices_free(&o);
}

/* What the split costs: the lines are taken around each office's own course. */
static void near_to_one_office_with_all_records(void **state)
{
    (void)state;
    for (uint64_t seed = SEED; seed < SEED + 3; seed++) {
        struct offices o;
        struct evidence *e[REGENCY_COUNT];
        struct supply_forecast *split, *one;

        offices_new(&o, seed);
        for (int r = 0; r < REGENCY_COUNT; r++)
            e[r] = evidence_by(&o, &o.half[r], (enum regency)r);
        split = run(&o, o.world->records, (const struct evidence *const *)e);
        one = run(&o, o.world->records, NULL);
        for (unsigned m = 1; m <= MONTHS; m++) {
            const double *a = supply_draws(split, SUPPLY_JOINT, m);
            const double *b = supply_draws(one, SUPPLY_JOINT, m);
            double mean = gsl_stats_mean(b, 1, DRAWS), sd = gsl_stats_sd(b, 1, DRAWS);

            print_message("seed %u month %u: %.0f (sd %.0f) split, %.0f (sd %.0f) one office\n",
                          (unsigned)seed, m, gsl_stats_mean(a, 1, DRAWS), gsl_stats_sd(a, 1, DRAWS),
                          mean, sd);
            /* three standard errors of a difference of two means of DRAWS */
            assert_true(fabs(gsl_stats_mean(a, 1, DRAWS) - mean) < 3 * sd * sqrt(2.0 / DRAWS));
            assert_true(fabs(log(gsl_stats_sd(a, 1, DRAWS) / sd)) < 0.3);
        }
        supply_free(split);
        supply_free(one);
        for (int r = 0; r < REGENCY_COUNT; r++)
            evidence_free(e[r]);
        offices_free(&o);
    }
}

/* Of few farms nothing is told. */
static void few_farms_say_nothing(void **state)
{
    struct offices o;
    struct evidence *e;
    bool seen[64] = {false};
    unsigned farms = 0;
    size_t kept = 0;

    (void)state;
    offices_new(&o, SEED);
    for (size_t c = 0; c < o.half[0].cycles; c++) { /* the cycles of two farms */
        size_t farm = o.half[0].pond[o.half[0].cycle[c].pond].farm;

        assert_true(farm < 64);
        farms += !seen[farm] && farms < 2;
        seen[farm] = seen[farm] || farms <= 2;
        if (farms < 2 || seen[farm])
            kept = farms <= 2 ? c + 1 : kept;
        if (farms == 2)
            break;
    }
    o.half[0].cycles = kept;
    o.half[0].samples = o.half[0].deaths = o.half[0].harvests = o.half[0].feeds = 0;
    e = evidence_by(&o, &o.half[0], REGENCY_KOTIM);
    assert_int_equal(e->farms, 0);
    assert_int_equal(e->seasons, 0);
    for (int y = 0; y < POND_SYSTEM_COUNT; y++)
        assert_false(e->told[y]);
    evidence_free(e);
    offices_free(&o);
}

/* --- the file --- */

static struct exchange *exchange_by(const struct offices *o, enum regency r)
{
    struct exchange *x = calloc(1, sizeof *x);
    struct supply_forecast *f;
    const struct evidence *both[REGENCY_COUNT] = {NULL};

    *x = (struct exchange){.office = r,
                           .as_of_day = exchange_as_of(o->world->as_of_day),
                           .seed = SEED,
                           .draws = DRAWS,
                           .months = MONTHS,
                           .issued_ms = 1767225600000,
                           .farms = 12,
                           .ponds = 40,
                           .evidence = evidence_by(o, &o->half[r], r)};
    x->evidence->as_of_day = x->as_of_day;
    both[r] = x->evidence;
    f = run(o, &o->half[r], both);
    x->tracked = malloc(sizeof(double) * MONTHS * DRAWS);
    memcpy(x->tracked, regency_kg(f, r), sizeof(double) * MONTHS * DRAWS);
    supply_free(f);
    return x;
}

static int read_back(const struct buf *b, struct exchange **out, char *why)
{
    return exchange_read("seruyan.csv", b->p, b->n, KEY, KEY_SIZE, out, why, 256);
}

static void what_is_written_is_read(void **state)
{
    struct offices o;
    struct exchange *x, *y = NULL;
    struct buf b = {0};
    char why[256] = "", sent[SHA256_HEX_SIZE], got[SHA256_HEX_SIZE];

    (void)state;
    offices_new(&o, SEED);
    x = exchange_by(&o, REGENCY_SERUYAN);
    (void)snprintf(x->with, sizeof x->with, "%064d", 7);
    exchange_write(x, KEY, KEY_SIZE, &b);
    if (read_back(&b, &y, why) != 0)
        fail_msg("%s", why);
    print_message("%zu bytes, %u draws x %u months\n", b.n, x->draws, x->months);
    evidence_digest(x->evidence, sent);
    evidence_digest(y->evidence, got);
    assert_string_equal(sent, got);
    assert_int_equal(y->office, REGENCY_SERUYAN);
    assert_int_equal(y->as_of_day, x->as_of_day);
    assert_int_equal(y->seed, SEED);
    assert_int_equal(y->farms, 12);
    assert_string_equal(y->with, x->with);
    assert_null(y->untracked);
    for (size_t k = 0; k < (size_t)MONTHS * DRAWS; k++)
        assert_true(fabs(y->tracked[k] - x->tracked[k]) <= 0.00005001);
    assert_null(strstr(b.p, o.world->records->farm[0].slug)); /* and nothing of a farm */
    assert_null(strstr(b.p, o.world->records->pond[0].slug));
    exchange_free(x);
    exchange_free(y);
    buf_free(&b);
    offices_free(&o);
}

static void a_changed_byte_or_another_key_is_refused(void **state)
{
    struct exchange x = {.office = REGENCY_KOTIM,
                         .as_of_day = exchange_as_of(20000),
                         .draws = SUPPLY_DRAWS_MIN,
                         .months = 1,
                         .evidence = evidence_new(REGENCY_KOTIM, exchange_as_of(20000))};
    struct exchange *y = NULL;
    struct buf b = {0};
    char why[256] = "";

    (void)state;
    exchange_write(&x, KEY, KEY_SIZE, &b);
    if (read_back(&b, &y, why) != 0)
        fail_msg("%s", why);
    exchange_free(y);
    for (size_t at = 0; at < b.n; at++) {
        b.p[at] ^= 1;
        assert_int_equal(read_back(&b, &y, why), NILA_ERR_DENIED);
        b.p[at] ^= 1;
    }
    for (size_t n = 0; n < b.n; n++)
        assert_int_equal(exchange_read("x", b.p, n, KEY, KEY_SIZE, &y, why, sizeof why),
                         NILA_ERR_DENIED);
    assert_int_equal(exchange_read("x", b.p, b.n, KEY, KEY_SIZE - 1, &y, why, sizeof why),
                     NILA_ERR_DENIED);
    assert_non_null(strstr(why, "segel"));
    evidence_free(x.evidence);
    buf_free(&b);
}

/* Sealed rows that are wrong: who has the key is no friend of every byte. */
static void wrong_rows_are_named(void **state)
{
    static const struct {
        const char *row, *words;
    } CASE[] = {
        {"b,pond,104,,1", "0..103"},
        {"x,,,,1", "tidak dikenal"},
        {"evidence,names,,,1", "farms atau cycles"},
        {"told,tank,,,1", "sistem"},
        {"b,cage,1,,1", "told"},
        {"a,pond,3,4,1", "0..3"},
        {"a,pond,3,3,1e13", "1e+12"},
        {"a,pond,3,3,nan", "1e+12"},
        {"a,pond,3,3,-5", "negatif"},
        {"loss,,0,0,1", "season"},
        {"season,flood,2025,,9", "acid"},
        {"season,acid,2025,,20", "1..19"},
        {"tracked,,2,1,1", "1..1"},
        {"tracked,,1,51,1", "1..50"},
        {"tracked,,1,1,-1", "0.."},
        {"tracked,,1,1,1", "hilang"},
        {"draws,,,,50", "dua kali"},
        {"tracked,,1,1", "seruyan.csv:"},
    };

    (void)state;
    for (size_t k = 0; k < sizeof CASE / sizeof CASE[0]; k++) {
        struct exchange *y = NULL;
        struct hmac_sha256 m;
        struct buf b = {0};
        uint8_t seal[SHA256_BYTES];
        char why[256] = "", hex[SHA256_HEX_SIZE];
        int rc;

        buf_printf(&b,
                   "what,name,row,column,value\nversion,,,,1\noffice,,,,seruyan\n"
                   "as_of,,,,2026-11-22\nseed,,,,1\ndraws,,,,50\nmonths,,,,1\nissued,,,,1\n"
                   "farms,,,,5\nponds,,,,9\ntold,pond,,,1\n%s\n",
                   CASE[k].row);
        hmac_sha256_init(&m, KEY, KEY_SIZE);
        hmac_sha256_add(&m, b.p, b.n);
        hmac_sha256_done(&m, seal);
        sha256_hex(hex, seal);
        buf_printf(&b, "seal,,,,%s\n", hex);
        rc = read_back(&b, &y, why);
        if (rc != NILA_ERR_PARSE || strstr(why, CASE[k].words) == NULL)
            fail_msg("%s: %d %s", CASE[k].row, rc, why);
        buf_free(&b);
    }
}

static void states_and_days(void **state)
{
    struct exchange x = {.as_of_day = 20416, .seed = 1, .draws = 400, .months = 6, .with = "abc"};
    double kg = 0;

    (void)state;
    assert_int_equal(exchange_state_of(NULL, 20416, 1, 400, 6, "abc"), EXCHANGE_MISSING);
    assert_int_equal(exchange_state_of(&x, 20416, 1, 400, 6, "abc"), EXCHANGE_MISSING);
    x.tracked = &kg;
    assert_int_equal(exchange_state_of(&x, 20416, 1, 400, 6, "abc"), EXCHANGE_SETTLED);
    assert_int_equal(exchange_state_of(&x, 20416, 1, 400, 6, "abd"), EXCHANGE_APART);
    assert_int_equal(exchange_state_of(&x, 20423, 1, 400, 6, "abc"), EXCHANGE_STALE);
    assert_int_equal(exchange_state_of(&x, 20416, 2, 400, 6, "abc"), EXCHANGE_STALE);
    assert_int_equal(exchange_state_of(&x, 20416, 1, 200, 6, "abc"), EXCHANGE_STALE);
    assert_int_equal(exchange_state_of(&x, 20416, 1, 400, 7, "abc"), EXCHANGE_STALE);
    for (int32_t day = civil_day_of(2026, 11, 22); day < civil_day_of(2026, 11, 29); day++)
        assert_int_equal(exchange_as_of(day), civil_day_of(2026, 11, 22)); /* a Sunday */
    assert_int_equal(exchange_as_of(civil_day_of(2026, 11, 29)), civil_day_of(2026, 11, 29));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(evidence_speaks_of_one_regency),
        cmocka_unit_test(two_offices_are_one),
        cmocka_unit_test(near_to_one_office_with_all_records),
        cmocka_unit_test(few_farms_say_nothing),
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(a_changed_byte_or_another_key_is_refused),
        cmocka_unit_test(wrong_rows_are_named),
        cmocka_unit_test(states_and_days),
    };
    tongue_set(true);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

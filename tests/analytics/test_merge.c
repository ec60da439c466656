/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is told of a region tells of no single farm: worked cases, and for random regions every linear combination of what is
 * told. */
#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_rng.h>

#include "analytics/supply/merge.h"
#include "analytics/supply/tiles.h"

enum {
    KOTA_BESI = 0,
    BAAMANG = 4,
    KETAPANG = 5,
    SEMBULUH = 19,
    HANAU = 20
};

static struct merge settle(const struct merge_farms *farms)
{
    struct merge m;

    merge_begin(&m);
    merge_join(&m, farms);
    merge_tell(&m, farms);
    return m;
}

static void enough_farms_stand_alone(void **state)
{
    const struct merge_farms f = {.n = {[KOTA_BESI] = 3, [BAAMANG] = 4, [SEMBULUH] = 3}};
    struct merge m = settle(&f);

    (void)state;
    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++) {
        assert_int_equal(m.cell[k], k);
        assert_true(m.told[k]); /* nothing of nobody is told too */
    }
    assert_true(m.told_regency[0] && m.told_regency[1] && m.told_joint);
}

static void few_farms_go_with_their_nearest_neighbour(void **state)
{
    /* Baamang lies between Kota Besi and Mentawa Baru Ketapang: of two as near the one with fewer farms */
    const struct merge_farms f = {
        .n = {[KOTA_BESI] = 5, [BAAMANG] = 1, [KETAPANG] = 4, [HANAU] = 6}};
    struct merge m = settle(&f);

    (void)state;
    assert_int_equal(m.cell[BAAMANG], BAAMANG);
    assert_int_equal(m.cell[KETAPANG], BAAMANG);
    assert_int_equal(m.cell[KOTA_BESI], KOTA_BESI);
    assert_int_equal(merge_of_cell(&m, &f, BAAMANG), 5);
    assert_true(m.told[BAAMANG] && m.told[KOTA_BESI] && !m.told[KETAPANG]);
    assert_true(m.told_regency[0] && m.told_regency[1] && m.told_joint);
}

static void nobody_is_joined_across_the_border(void **state)
{
    const struct merge_farms f = {.n = {[BAAMANG] = 2, [SEMBULUH] = 1, [HANAU] = 4}};
    struct merge m = settle(&f);

    (void)state;
    assert_int_equal(m.cell[BAAMANG], BAAMANG);
    assert_int_equal(m.cell[HANAU], SEMBULUH);
    assert_false(m.told[BAAMANG]);
    assert_false(m.told_regency[REGENCY_KOTIM]);
    /* joint less Seruyan would be Kotim; and Seruyan's only cell would be Seruyan */
    assert_true(m.told_joint);
    assert_false(m.told_regency[REGENCY_SERUYAN]);
    assert_false(m.told[SEMBULUH]);
}

static void two_farms_in_all_are_told_nowhere(void **state)
{
    const struct merge_farms f = {.n = {[BAAMANG] = 1, [HANAU] = 1}};
    struct merge m = settle(&f);

    (void)state;
    assert_false(m.told_joint || m.told_regency[0] || m.told_regency[1]);
    assert_false(m.told[BAAMANG] || m.told[HANAU]);
    assert_true(m.told[KOTA_BESI]);
}

static void what_few_contributed_to_hides_behind_another_cell(void **state)
{
    const struct merge_farms
        record = {.n = {[KOTA_BESI] = 4, [BAAMANG] = 5, [KETAPANG] = 6, [HANAU] = 4}},
        harvested = {.n = {[KOTA_BESI] = 1, [BAAMANG] = 4, [KETAPANG] = 3, [HANAU] = 4}};
    struct merge m;

    (void)state;
    merge_begin(&m);
    merge_join(&m, &record);
    merge_tell(&m, &harvested);
    assert_false(m.told[KOTA_BESI]);
    assert_false(m.told[KETAPANG]); /* the smaller of the other two */
    assert_true(m.told[BAAMANG]);
    assert_true(m.told_regency[0] && m.told_joint && m.told[HANAU]);
}

static void a_quarter_is_told_when_each_of_its_months_is(void **state)
{
    const struct merge_farms well = {.n = {[BAAMANG] = 4, [HANAU] = 3}},
                             few = {.n = {[BAAMANG] = 4, [HANAU] = 2}};
    struct merge a = settle(&well), b = settle(&few);

    (void)state;
    assert_true(a.told_regency[0] && a.told_regency[1] && a.told_joint);
    merge_tell_sum(&a, &b);
    assert_false(a.told_regency[0] || a.told_regency[1]);
    assert_true(a.told_joint);
}

/* --- every linear combination --- */

enum {
    MONTHS = 3,
    FARMS = 36,
    ATOMS = MONTHS * FARMS,
    SUMS = (MONTHS + 1) * (REGION_KECAMATAN_COUNT + REGENCY_COUNT + 1)
};
static const int64_t PRIME = 1000003; /* ranks are taken modulo it */

struct told {
    size_t sums;
    int sum[SUMS][ATOMS]; /* 0 or 1: which farm's month is in it */
    size_t farms;
    size_t kecamatan[FARMS];
    bool gave[MONTHS][FARMS];
};

static int64_t inverse(int64_t a)
{
    int64_t r = 1, e = PRIME - 2;

    for (a %= PRIME; e > 0; e >>= 1) {
        if (e & 1)
            r = r * a % PRIME;
        a = a * a % PRIME;
    }
    return r;
}

/* Rank of the sums without the columns of two farms; FARMS: all columns. */
static size_t rank(const struct told *t, size_t without, size_t and_without)
{
    static int64_t a[SUMS][ATOMS];
    size_t columns = 0, rank = 0;

    for (size_t c = 0; c < ATOMS; c++) {
        if (c % FARMS == without || c % FARMS == and_without || c % FARMS >= t->farms)
            continue;
        for (size_t i = 0; i < t->sums; i++)
            a[i][columns] = t->sum[i][c];
        columns++;
    }
    for (size_t c = 0; c < columns && rank < t->sums; c++) {
        size_t at = rank;
        int64_t by;

        while (at < t->sums && a[at][c] == 0)
            at++;
        if (at == t->sums)
            continue;
        for (size_t k = c; k < columns; k++) {
            int64_t swap = a[at][k];
            a[at][k] = a[rank][k];
            a[rank][k] = swap;
        }
        by = inverse(a[rank][c]);
        for (size_t i = rank + 1; i < t->sums; i++) {
            int64_t f = a[i][c] * by % PRIME;
            for (size_t k = c; f != 0 && k < columns; k++)
                a[i][k] = (a[i][k] + (PRIME - f) * a[rank][k]) % PRIME;
        }
        rank++;
    }
    return rank;
}

/* The sum over the farms of a cell (-1: any), a regency (-1: any), in months from..to. */
static void tell(struct told *t, const struct merge *m, long cell, long regency, int from, int to)
{
    bool any = false;

    memset(t->sum[t->sums], 0, sizeof t->sum[0]);
    for (int month = from; month <= to; month++)
        for (size_t f = 0; f < t->farms; f++)
            if (t->gave[month][f] && (cell < 0 || m->cell[t->kecamatan[f]] == (size_t)cell) &&
                (regency < 0 || (long)region_kecamatan(t->kecamatan[f])->regency == regency)) {
                t->sum[t->sums][(size_t)month * FARMS + f] = 1;
                any = true;
            }
    t->sums += any ? 1 : 0;
}

static void tell_all(struct told *t, const struct merge *m, int from, int to)
{
    for (size_t k = 0; k < REGION_KECAMATAN_COUNT; k++)
        if (m->told[k])
            tell(t, m, (long)k, -1, from, to);
    for (int r = 0; r < REGENCY_COUNT; r++)
        if (m->told_regency[r])
            tell(t, m, -1, r, from, to);
    if (m->told_joint)
        tell(t, m, -1, -1, from, to);
}

static void random_region(struct told *t, gsl_rng *rng)
{
    static const double SHARE[] = {0.05, 0.3, 0.7, 1};
    size_t places = 1 + (size_t)(gsl_rng_uniform(rng) * 10), place[10];

    memset(t, 0, sizeof *t);
    t->farms = (size_t)(gsl_rng_uniform(rng) * (FARMS + 1));
    for (size_t i = 0; i < places; i++)
        place[i] = (size_t)(gsl_rng_uniform(rng) * REGION_KECAMATAN_COUNT);
    for (size_t f = 0; f < t->farms; f++)
        t->kecamatan[f] = place[(size_t)(gsl_rng_uniform(rng) * (double)places)];
    for (int month = 0; month < MONTHS; month++) {
        double share = SHARE[(size_t)(gsl_rng_uniform(rng) * 4)];
        for (size_t f = 0; f < t->farms; f++)
            t->gave[month][f] = gsl_rng_uniform(rng) < share;
    }
}

/* Months and the quarter of one quantity, on the rows of the farms on record. */
static void publish(struct told *t)
{
    struct merge_farms record = {.n = {0}};
    struct merge rows, quarter = {.told_joint = false};

    for (size_t f = 0; f < t->farms; f++)
        record.n[t->kecamatan[f]]++;
    merge_begin(&rows);
    merge_join(&rows, &record);
    for (int month = 0; month < MONTHS; month++) {
        struct merge_farms gave = {.n = {0}};
        struct merge m = rows;

        for (size_t f = 0; f < t->farms; f++)
            gave.n[t->kecamatan[f]] += t->gave[month][f] ? 1 : 0;
        merge_tell(&m, &gave);
        tell_all(t, &m, month, month);
        if (month == 0)
            quarter = m;
        else
            merge_tell_sum(&quarter, &m);
    }
    tell_all(t, &quarter, 0, MONTHS - 1);
}

/* A farm other than b in the same place that gave in the same months as a: every sum has both or neither, so leaving out a
 * alone lowers no rank, and the pair is told of when b is. */
static bool has_twin(const struct told *t, size_t a, size_t b)
{
    for (size_t f = 0; f < t->farms; f++) {
        bool same = f != a && f != b && t->kecamatan[f] == t->kecamatan[a];

        for (int month = 0; same && month < MONTHS; month++)
            same = t->gave[month][f] == t->gave[month][a];
        if (same)
            return true;
    }
    return false;
}

/* A pair of farms is told of when some combination of the sums has nothing but their figures: when leaving out their columns
 * lowers the rank. */
static void no_difference_of_what_is_told_tells_of_fewer_than_three_farms(void **state)
{
    static struct told t;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    size_t told = 0, pairs = 0;

    (void)state;
    gsl_rng_set(rng, 20261124);
    for (int region = 0; region < 2000; region++) {
        size_t all;

        random_region(&t, rng);
        publish(&t);
        told += t.sums;
        all = rank(&t, FARMS, FARMS);
        for (size_t a = 0; a < t.farms; a++)
            for (size_t b = a; b < t.farms; b++) {
                if (has_twin(&t, a, b) || has_twin(&t, b, a))
                    continue;
                pairs++;
                if (rank(&t, a, b) != all)
                    fail_msg("seed 20261124, region %d: the sums tell of farms %zu and %zu alone",
                             region, a, b);
            }
    }
    gsl_rng_free(rng);
    print_message("%zu sums told, %zu pairs of farms tried\n", told, pairs);
    assert_true(told > 20000);
}

/* The test above must be able to fail: told as they are, the kecamatan tell of single farms. */
static void telling_every_kecamatan_would_be_seen(void **state)
{
    static struct told t;
    struct merge m;

    (void)state;
    memset(&t, 0, sizeof t);
    t.farms = 4;
    for (size_t f = 0; f < 4; f++) {
        t.kecamatan[f] = f == 0 ? BAAMANG : KETAPANG;
        t.gave[0][f] = true;
    }
    merge_begin(&m);
    m.told[KETAPANG] = m.told_regency[REGENCY_KOTIM] = true;
    tell_all(&t, &m, 0, 0);
    assert_int_equal(t.sums, 2);
    assert_int_equal(rank(&t, FARMS, FARMS), 2);
    assert_int_equal(rank(&t, 0, 0), 1); /* the regency less Ketapang is one farm in Baamang */
    assert_int_equal(rank(&t, 1, 2), 2);
}

static void every_kecamatan_has_a_tile_of_its_own(void **state)
{
    (void)state;
    for (size_t a = 0; a < REGION_KECAMATAN_COUNT; a++) {
        assert_true(tile_of(a).column < TILES_COLUMNS && tile_of(a).row < TILES_ROWS);
        for (size_t b = 0; b < a; b++)
            assert_true(tile_distance(a, b) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(enough_farms_stand_alone),
        cmocka_unit_test(few_farms_go_with_their_nearest_neighbour),
        cmocka_unit_test(nobody_is_joined_across_the_border),
        cmocka_unit_test(two_farms_in_all_are_told_nowhere),
        cmocka_unit_test(what_few_contributed_to_hides_behind_another_cell),
        cmocka_unit_test(a_quarter_is_told_when_each_of_its_months_is),
        cmocka_unit_test(no_difference_of_what_is_told_tells_of_fewer_than_three_farms),
        cmocka_unit_test(telling_every_kecamatan_would_be_seen),
        cmocka_unit_test(every_kecamatan_has_a_tile_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/civil.h"
#include "firmware-bridge/linux/pond.h"
#include "firmware-bridge/linux/pond_traits.h"

#define DAYS    30
#define PER_DAY 144
#define STEP_MS ((int64_t)600000)
#define MINUTE  ((int64_t)60000)

static int64_t start_ms(void)
{
    return civil_day_start(civil_day_of(2026, 11, 24));
}

static struct pond *make(uint64_t seed, const char *slug, enum pond_system system, double fish)
{
    struct pond_config c = {
        .slug = slug, .system = system, .depth_m = 1.2, .seed = seed, .fish_kg_m2 = fish};
    return pond_new(&c, start_ms());
}

/* A month of a pond, each 10 minutes, and its daily extremes. */
struct month {
    struct pond_sample at[DAYS][PER_DAY];
    double low[DAYS], high[DAYS]; /* oxygen */
    double low_h[DAYS],
        high_h
            [DAYS]; /* when, hours WIB; the lowest before noon: at midnight a deeper night may lie ahead */
    double swing; /* mean */
};

static void watch(struct pond *p, struct month *m)
{
    m->swing = 0;
    for (int d = 0; d < DAYS; d++) {
        double morning = INFINITY;
        m->low[d] = INFINITY;
        m->high[d] = -INFINITY;
        for (int i = 0; i < PER_DAY; i++) {
            double c;
            pond_advance(p, start_ms() + (d * PER_DAY + i) * STEP_MS);
            m->at[d][i] = pond_now(p);
            c = m->at[d][i].do_mg_l;
            if (c < m->low[d])
                m->low[d] = c;
            /* a night without oxygen has no one moment */
            if (c < morning - 0.02 && i < PER_DAY / 2) {
                morning = c;
                m->low_h[d] = i / 6.0;
            }
            if (i == 33 && c < morning + 0.2)
                m->low_h[d] = i / 6.0;
            if (c > m->high[d]) {
                m->high[d] = c;
                m->high_h[d] = i / 6.0;
            }
        }
        m->swing += (m->high[d] - m->low[d]) / DAYS;
    }
}

/* The first slug whose pond has that character. */
static void find_slug(char slug[16], uint64_t seed, bool green)
{
    for (int i = 0; i < 1000; i++) {
        struct pond_traits t;
        (void)snprintf(slug, 16, "kolam-%d", i);
        t = pond_traits_draw(seed, slug, POND_SYSTEM_POND, 1.2, 0);
        if (green ? t.chl_ug_l > 150 && t.fish_kg_m2 < 0.6 : t.humic_per_m > 2.4)
            return;
    }
    fail_msg("no such pond among 1000");
}

static int seeds(void)
{
    return getenv("NILA_LONG") != NULL ? 40 : 3;
}

static void water_stays_within_the_ranges_the_header_states(void **state)
{
    static const struct {
        const char *says;
        enum pond_system system;
        double do_min, do_max, swing_max, ph_min, ph_max;
    } T[] = {
        {"pond", POND_SYSTEM_POND, 0, 18, 11, 5.5, 10.6},
        {"tarpaulin", POND_SYSTEM_TARPAULIN, 0, 18, 11, 6.3, 10.6},
        {"biofloc", POND_SYSTEM_BIOFLOC, 3.5, 7, 2, 7, 8.2},
        {"cage", POND_SYSTEM_CAGE, 3.5, 6.2, 1, 5.3, 6.8},
    };
    static struct month m;

    (void)state;
    for (int seed = 1; seed <= seeds(); seed++) {
        for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
            char slug[16];
            struct pond *p;
            (void)snprintf(slug, sizeof slug, "kolam-%d", seed);
            p = make((uint64_t)seed, slug, T[i].system, 0);
            watch(p, &m);
            for (int k = 0; k < DAYS * PER_DAY; k++) {
                const struct pond_sample *s = &m.at[k / PER_DAY][k % PER_DAY];
                if (!(s->do_mg_l >= T[i].do_min && s->do_mg_l <= T[i].do_max &&
                      s->ph >= T[i].ph_min && s->ph <= T[i].ph_max && s->temp_c >= 25 &&
                      s->temp_c <= 35 && s->tan_n_mg_l >= 0 && s->tan_n_mg_l < 5 &&
                      s->ec_us_cm > 20 && s->ec_us_cm < 1500 && s->turb_ntu > 0 &&
                      s->turb_ntu < 400 && s->level_cm > 60 && s->level_cm < 170))
                    fail_msg("%s, seed %d, row %d: T %g DO %g pH %g EC %g NTU %g cm %g TAN %g",
                             T[i].says, seed, k, s->temp_c, s->do_mg_l, s->ph, s->ec_us_cm,
                             s->turb_ntu, s->level_cm, s->tan_n_mg_l);
            }
            if (m.swing > T[i].swing_max)
                fail_msg("%s, seed %d: swings %g", T[i].says, seed, m.swing);
            pond_free(p);
        }
    }
}

static void oxygen_is_lowest_near_dawn_and_highest_in_the_afternoon(void **state)
{
    static struct month m;

    (void)state;
    for (int seed = 1; seed <= seeds(); seed++) {
        int low = 0, high = 0, nights = 0;
        char slug[16];
        struct pond *p;
        find_slug(slug, (uint64_t)seed, true);
        p = make((uint64_t)seed, slug, POND_SYSTEM_POND, 0);
        watch(p, &m);
        for (int d = 0; d < DAYS; d++) {
            low += m.low_h[d] >= 2.5 && m.low_h[d] <= 9;
            high += m.high_h[d] >= 12 && m.high_h[d] <= 18;
            if (d > 0) /* 18:00 to 05:00 */
                nights += m.at[d][30].do_mg_l < m.at[d - 1][108].do_mg_l;
        }
        /* A closed sky after a bright day may turn one day round. */
        if (low < DAYS - 5 || high < DAYS - 3 || nights < DAYS - 2)
            fail_msg("seed %d %s: low %d high %d nights %d of %d", seed, slug, low, high, nights,
                     DAYS);
        if (m.swing < 1.5)
            fail_msg("seed %d %s: a green pond that swings only %g", seed, slug, m.swing);
        pond_free(p);
    }
}

static void peat_ponds_are_acid_and_swing_little(void **state)
{
    static struct month m;

    (void)state;
    for (int seed = 1; seed <= seeds(); seed++) {
        char slug[16];
        struct pond *p;
        find_slug(slug, (uint64_t)seed, false);
        p = make((uint64_t)seed, slug, POND_SYSTEM_POND, 0);
        watch(p, &m);
        for (int k = 0; k < DAYS * PER_DAY; k++) {
            const struct pond_sample *s = &m.at[k / PER_DAY][k % PER_DAY];
            if (!(s->ph > 5.5 && s->ph < 6.8 && s->do_mg_l > 2 && s->do_mg_l < 7))
                fail_msg("seed %d: pH %g DO %g", seed, s->ph, s->do_mg_l);
        }
        if (m.swing < 0.2 || m.swing > 2.2)
            fail_msg("seed %d: swings %g", seed, m.swing);
        pond_free(p);
    }
}

static void more_fish_leave_less_oxygen_at_every_dawn(void **state)
{
    static const double FISH[] = {0.1, 0.3, 0.6, 1.0};
    double before[DAYS];
    char slug[16];

    (void)state;
    find_slug(slug, 3, true);
    for (size_t i = 0; i < sizeof FISH / sizeof FISH[0]; i++) {
        struct pond *p = make(3, slug, POND_SYSTEM_POND, FISH[i]);
        assert_true(pond_fish_kg_m2(p) == FISH[i]);
        for (int d = 0; d < DAYS; d++) {
            double dawn;
            pond_advance(p, start_ms() + d * CIVIL_DAY_MS + 330 * MINUTE);
            dawn = pond_now(p).do_mg_l;
            if (i > 0 && !(dawn < before[d]))
                fail_msg("%g kg/m2, day %d: %g after %g", FISH[i], d, dawn, before[d]);
            before[d] = dawn;
        }
        pond_free(p);
    }
}

static void ph_moves_with_oxygen(void **state)
{
    static struct month m;
    double n = DAYS * PER_DAY, sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0, r;
    char slug[16];
    struct pond *p;

    (void)state;
    find_slug(slug, 2, true);
    p = make(2, slug, POND_SYSTEM_POND, 0);
    watch(p, &m);
    for (int k = 0; k < DAYS * PER_DAY; k++) {
        double x = m.at[k / PER_DAY][k % PER_DAY].do_mg_l, y = m.at[k / PER_DAY][k % PER_DAY].ph;
        sx += x;
        sy += y;
        sxx += x * x;
        syy += y * y;
        sxy += x * y;
    }
    r = (n * sxy - sx * sy) / sqrt((n * sxx - sx * sx) * (n * syy - sy * sy));
    if (r < 0.8)
        fail_msg("correlation %g", r);
    pond_free(p);
}

static double terms(const struct pond_oxygen *a)
{
    return a->gpp + a->algae + a->mud + a->water + a->fish + a->nitrification + a->air + a->flow;
}

static void the_oxygen_account_closes_in_every_step(void **state)
{
    (void)state;
    for (int system = 0; system < POND_SYSTEM_COUNT; system++) {
        struct pond *p = make(5, "neraca", (enum pond_system)system, 0);
        struct pond_oxygen a = pond_oxygen(p), first = a;
        assert_true(terms(&a) == 0);
        for (int i = 0; i < 3 * 1440; i++) {
            struct pond_oxygen b;
            pond_advance(p, a.ts_ms + MINUTE);
            b = pond_oxygen(p);
            assert_int_equal(b.ts_ms - a.ts_ms, MINUTE); /* one step, of 60 s */
            assert_true(b.do_mg_l >= 0);
            if (fabs((b.do_mg_l - a.do_mg_l) - (terms(&b) - terms(&a))) > 1e-9)
                fail_msg("system %d, step %d: %.12g mg/L appear", system, i,
                         (b.do_mg_l - a.do_mg_l) - (terms(&b) - terms(&a)));
            assert_true(b.gpp >= a.gpp && b.algae <= a.algae && b.mud <= a.mud &&
                        b.water <= a.water && b.fish <= a.fish &&
                        b.nitrification <= a.nitrification);
            a = b;
        }
        assert_true(a.fish < first.fish && a.gpp > first.gpp);
        pond_free(p);
    }
}

static void same(const struct pond_sample *a, const struct pond_sample *b, double tolerance)
{
    if (!(fabs(a->temp_c - b->temp_c) <= tolerance && fabs(a->do_mg_l - b->do_mg_l) <= tolerance &&
          fabs(a->ph - b->ph) <= 2 * tolerance &&
          fabs(a->tan_n_mg_l - b->tan_n_mg_l) <= tolerance &&
          fabs(a->level_cm - b->level_cm) <= tolerance &&
          fabs(a->turb_ntu - b->turb_ntu) <= tolerance &&
          fabs(a->ec_us_cm - b->ec_us_cm) <= tolerance))
        fail_msg("T %.9g %.9g DO %.9g %.9g pH %.9g %.9g TAN %.9g %.9g", a->temp_c, b->temp_c,
                 a->do_mg_l, b->do_mg_l, a->ph, b->ph, a->tan_n_mg_l, b->tan_n_mg_l);
}

static void the_water_does_not_depend_on_how_often_it_is_asked_for(void **state)
{
    struct pond *often = make(7, "kolam-1", POND_SYSTEM_POND, 0);
    struct pond *once = make(7, "kolam-1", POND_SYSTEM_POND, 0);
    struct pond_sample a, b;

    (void)state;
    for (int64_t t = start_ms(); t < start_ms() + 2 * CIVIL_DAY_MS; t += 7321)
        pond_advance(often, t);
    pond_advance(often, start_ms() + 2 * CIVIL_DAY_MS + 12345);
    pond_advance(once, start_ms() + 2 * CIVIL_DAY_MS + 12345);
    a = pond_now(often);
    b = pond_now(once);
    same(&a, &b, 0);
    pond_advance(once, start_ms()); /* the past changes nothing */
    b = pond_now(once);
    same(&a, &b, 0);
    pond_free(often);
    pond_free(once);
}

static void between_two_minutes_values_lie_on_a_line(void **state)
{
    struct pond *p = make(7, "kolam-1", POND_SYSTEM_POND, 0);
    int64_t noon = start_ms() + 12 * 60 * MINUTE;
    double a, mid, b;

    (void)state;
    pond_advance(p, noon);
    a = pond_now(p).do_mg_l;
    pond_advance(p, noon + 15000);
    mid = pond_now(p).do_mg_l;
    pond_advance(p, noon + 60000);
    b = pond_now(p).do_mg_l;
    assert_true(a != b);
    assert_true(fabs(mid - (a + 0.25 * (b - a))) < 1e-12);
    pond_free(p);
}

/* The grid of run-ups is 40 days; the two starts lie on either side of one of its lines. */
static void two_starts_give_the_same_water_at_one_instant(void **state)
{
    int64_t line = civil_day_start(civil_day_of(2026, 11, 24) / 40 * 40);
    double worst = 0;

    (void)state;
    for (int i = 0; i < (getenv("NILA_LONG") != NULL ? 100 : 6); i++) {
        struct pond_config c = {.system = (enum pond_system)(i % POND_SYSTEM_COUNT),
                                .depth_m = 0.8 + 0.2 * (i % 5),
                                .seed = (uint64_t)i + 1};
        char slug[16];
        struct pond *late, *early, *late2;
        struct pond_sample a, b, b2;
        (void)snprintf(slug, sizeof slug, "p-%d", i);
        c.slug = slug;
        late = pond_new(&c, line + 60 * MINUTE);
        late2 = pond_new(&c, line + MINUTE / 2);
        early = pond_new(&c, line - 5 * CIVIL_DAY_MS);
        pond_advance(early, line + 300 * MINUTE);
        pond_advance(late, line + 300 * MINUTE);
        pond_advance(late2, line + 300 * MINUTE);
        a = pond_now(early);
        b = pond_now(late);
        b2 = pond_now(late2);
        same(&b, &b2, 0); /* one block: bit for bit */
        same(&a, &b, 0.15);
        worst = fmax(worst, fabs(a.do_mg_l - b.do_mg_l));
        pond_free(late);
        pond_free(late2);
        pond_free(early);
    }
    printf("worst difference of oxygen %.2g mg/L\n", worst);
}

static void seeds_and_slugs_make_other_ponds(void **state)
{
    struct pond *p[4] = {
        make(1, "kolam-1", POND_SYSTEM_POND, 0), make(1, "kolam-1", POND_SYSTEM_POND, 0),
        make(1, "kolam-2", POND_SYSTEM_POND, 0), make(2, "kolam-1", POND_SYSTEM_POND, 0)};
    struct pond_sample s[4];

    (void)state;
    for (int i = 0; i < 4; i++)
        s[i] = pond_now(p[i]);
    same(&s[0], &s[1], 0);
    assert_true(fabs(s[0].ec_us_cm - s[2].ec_us_cm) > 0.1);
    assert_true(fabs(s[0].ec_us_cm - s[3].ec_us_cm) > 0.1);
    for (int i = 0; i < 4; i++)
        pond_free(p[i]);
    pond_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(water_stays_within_the_ranges_the_header_states),
        cmocka_unit_test(oxygen_is_lowest_near_dawn_and_highest_in_the_afternoon),
        cmocka_unit_test(peat_ponds_are_acid_and_swing_little),
        cmocka_unit_test(more_fish_leave_less_oxygen_at_every_dawn),
        cmocka_unit_test(ph_moves_with_oxygen),
        cmocka_unit_test(the_oxygen_account_closes_in_every_step),
        cmocka_unit_test(the_water_does_not_depend_on_how_often_it_is_asked_for),
        cmocka_unit_test(between_two_minutes_values_lie_on_a_line),
        cmocka_unit_test(two_starts_give_the_same_water_at_one_instant),
        cmocka_unit_test(seeds_and_slugs_make_other_ponds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/water/nightscore.h"
#include "tests/analytics/nightpond.h"

#define DAY_ONE 20000 /* 2024-10-04 */
#define DAYS    30

static const struct nightback_ask ASK = {
    .issue_min = 20 * 60, .until_min = 7 * 60, .below_mg_l = 3};

static char dir[256];

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    support_rmdir(dir);
    return 0;
}

/* A simulated pond of DAYS days, from 07:00, read every_min minutes (a multiple of 10). */
static struct nightfile simulated(uint64_t seed, const char *name, int every_min)
{
    struct nightpond pond = nightpond_new(seed);
    struct nightfile f = {.sample = calloc(DAYS * 144, sizeof *f.sample)};

    assert_non_null(f.sample);
    (void)snprintf(f.pond, sizeof f.pond, "%s", name);
    for (int k = 0; k < DAYS * 144; k++) {
        int64_t ts = civil_day_start(DAY_ONE) + 7 * 3600000 + k * NIGHT_STEP_MS;
        struct civil c = civil_from_ts(ts);
        double v;

        if (c.hour == 7 && c.minute == 0)
            nightpond_day(&pond);
        v = nightpond_step(&pond, c.hour * 60 + c.minute);
        if (k * 10 % every_min == 0)
            f.sample[f.n++] = (struct night_sample){ts, v, NAN, NAN};
    }
    return f;
}

static struct nightback *run(const struct nightfile *f, size_t n)
{
    struct nightback *b = NULL;

    assert_int_equal(nightback_run(&b, f, n, &ASK), 0);
    return b;
}

static char *text_of(const struct nightback *b)
{
    struct buf out = {0};

    nightback_csv(&out, b);
    return out.p;
}

static void writes_a_block_for_every_night_with_three_before(void **state)
{
    struct nightfile f = simulated(1, "kolam-1", 10);
    struct nightback *b = run(&f, 1);
    char *text = text_of(b), *line = strtok(text, "\n");
    int k = 0, blocks = 0;
    char first[200] = "";

    (void)state;
    assert_string_equal(line, "pond,date,k,do");
    while ((line = strtok(NULL, "\n")) != NULL) {
        char pond[40], date[20];
        int now;
        double v;

        assert_int_equal(sscanf(line, "%39[^,],%19[^,],%d,%lf", pond, date, &now, &v), 4);
        assert_string_equal(pond, "kolam-1");
        if (first[0] == '\0')
            (void)snprintf(first, sizeof first, "%s", date);
        if (now == 1)
            blocks++;
        else
            assert_int_equal(now, k == 66 ? -1 : k > 0 ? k + 1 : k - 1);
        assert_true(v >= 0 && v < 30 && (now != -1 || v < 1));
        k = now;
    }
    assert_int_equal(k, -1 - NIGHT_MEMBERS);
    assert_true(NIGHT_MEMBERS >= 19);
    assert_string_equal(first, "2024-10-07");
    assert_int_equal(blocks, DAYS - 3);
    assert_int_equal(b->pond[0].early, 3);
    free(text);
    nightback_free(b);
    nightfile_free(&f);
}

/* A night with a hole of two hours (of eleven) is lost, one with a hole of one hour is not; both are counted. */
static void counts_nights_lost_to_gaps(void **state)
{
    struct nightfile f = simulated(2, "bolong", 20);
    struct nightback *b;
    size_t kept = 0;

    (void)state;
    for (size_t k = 0; k < f.n; k++) {
        int64_t after = f.sample[k].ts_ms - civil_day_start(DAY_ONE);
        double hours = (double)after / 3600000;

        if ((hours > 10 * 24 + 23 && hours < 10 * 24 + 25.2) ||
            (hours > 12 * 24 + 23 && hours < 12 * 24 + 24))
            continue;
        f.sample[kept++] = f.sample[k];
    }
    f.n = kept;
    b = run(&f, 1);
    assert_int_equal(b->pond[0].lost, 1);
    assert_int_equal(b->pond[0].n, DAYS - 1);
    assert_int_equal(b->pond[0].night[10].day, DAY_ONE + 11);
    nightback_free(b);
    nightfile_free(&f);
}

/* The text up to the end of the blocks of a date, of every pond. */
static void compare_to(const char *a, const char *b, const char *date)
{
    int same = 0;

    while (a != NULL && *a != '\0') {
        size_t n = strcspn(a, "\n") + 1;
        const char *comma = memchr(a, ',', n);

        if (comma == NULL || strncmp(comma + 1, date, 10) > 0) {
            a += n;
            continue;
        }
        /* the same line must be in b */
        while (*b != '\0' && strncmp(a, b, n) != 0) {
            size_t m = strcspn(b, "\n") + 1;
            const char *other = memchr(b, ',', m);

            if (strncmp(b, "pond", 4) != 0 && strncmp(other + 1, date, 10) <= 0)
                fail_msg("\n%.*sbecame\n%.*s", (int)n, a, (int)m, b);
            b += m;
        }
        assert_true(*b != '\0');
        b += n;
        a += n;
        same++;
    }
    assert_true(same > 100);
}

/* What comes after the issue of a night is changed in several ways; the forecasts up to that night are the same bytes. */
static void nothing_after_the_issue_is_used(const struct nightfile *f, size_t n, int32_t day)
{
    const int64_t issue = civil_day_start(day) + 20 * 3600000;
    struct nightback *b = run(f, n);
    char *before = text_of(b), date[16];

    (void)civil_format_day(date, sizeof date, day);
    nightback_free(b);
    for (int way = 0; way < 4; way++) {
        struct nightfile g[2];
        char *after;

        for (size_t p = 0; p < n; p++) {
            g[p] = f[p];
            g[p].sample = malloc(f[p].n * sizeof *g[p].sample);
            assert_non_null(g[p].sample);
            memcpy(g[p].sample, f[p].sample, f[p].n * sizeof *g[p].sample);
            for (size_t k = 0; k < g[p].n; k++) {
                struct night_sample *s = &g[p].sample[k];

                if (s->ts_ms <= issue)
                    continue;
                if (way == 0)
                    s->do_mg_l = 0.5 + (double)(k % 7);
                else if (way == 1)
                    s->do_mg_l = 29;
                else if (way == 2 && s->do_mg_l > 0)
                    s->temp_c = 5, s->par_w_m2 = 900, s->do_mg_l = 0.01;
                else if (way == 3 && s->ts_ms < issue + 30 * 60000)
                    s->do_mg_l = k % 2 == 0 ? 25 : 0.02;
            }
        }
        b = run(g, n);
        after = text_of(b);
        compare_to(before, after, date);
        if (way == 0) { /* and later ones do change: the comparison can fail */
            assert_string_not_equal(before, after);
        }
        nightback_free(b);
        free(after);
        for (size_t p = 0; p < n; p++)
            free(g[p].sample);
    }
    free(before);
}

static void an_altered_future_changes_no_earlier_forecast(void **state)
{
    struct nightfile f[2] = {simulated(3, "satu", 10), simulated(4, "dua", 20)};

    (void)state;
    for (size_t p = 0; p < 2; p++)
        for (size_t k = 0; k < f[p].n; k++)
            f[p].sample[k].ts_ms += (int64_t)p * 61000; /* one pond's clock is not whole */
    for (int32_t day = DAY_ONE + 4; day < DAY_ONE + DAYS - 2; day += 7)
        nothing_after_the_issue_is_used(f, 2, day);
    for (size_t p = 0; p < 2; p++)
        nightfile_free(&f[p]);
}

static void two_runs_give_the_same_bytes_and_order_of_rows_does_not_matter(void **state)
{
    static const char HEAD[] = "time,do_mgl,ph\n";
    struct nightfile f = simulated(5, "acak", 10), g = {0};
    struct nightback *a = run(&f, 1), *b;
    struct buf csv = {0};
    char path[300], why[300], *text[2];

    (void)state;
    buf_str(&csv, HEAD);
    for (size_t k = f.n; k-- > 0;) { /* newest first, and an offset that is not looked at */
        struct civil c = civil_from_ts(f.sample[k].ts_ms);

        buf_printf(&csv, "%04d-%02d-%02dT%02d:%02d:00+05:30,%.17g,NA\n", c.year, c.month, c.day,
                   c.hour, c.minute, f.sample[k].do_mg_l);
    }
    (void)snprintf(path, sizeof path, "%s/acak.csv", dir);
    support_write(path, csv.p);
    buf_free(&csv);
    assert_int_equal(nightfile_read(&g, path, why, sizeof why), 0);
    assert_string_equal(g.pond, "acak");
    assert_int_equal(g.n, f.n);
    assert_int_equal(g.unordered, f.n - 1);
    b = run(&g, 1);
    text[0] = text_of(a);
    text[1] = text_of(b);
    assert_string_equal(text[0], text[1]);
    free(text[0]);
    free(text[1]);
    nightback_free(a);
    nightback_free(b);
    nightfile_free(&f);
    nightfile_free(&g);
}

static void names_the_place_of_what_it_cannot_read(void **state)
{
    static const struct {
        const char *says, *text, *place;
        int rc;
    } CASE[] = {
        {"no oxygen", "time,ph\n2026-01-01 00:00:00,7\n", "1:1: no column do_mgl", NILA_ERR_PARSE},
        {"no time", "waktu,do_mgl\n", "1:1: no column time", NILA_ERR_PARSE},
        {"a bad time", "time,do_mgl\n2026-01-01 00:00:00,7\n31/12/2026,5\n", "3:1: not a time",
         NILA_ERR_PARSE},
        {"a 31 June", "time,do_mgl\n2026-06-31 00:00:00,7\n", "2:1: not a time", NILA_ERR_PARSE},
        {"a word for a number", "time,do_mgl\n2026-01-01 00:00:00,rendah\n", "2:21: not a number",
         NILA_ERR_PARSE},
        {"a short row", "time,do_mgl\n2026-01-01 00:00:00\n", ":2:", NILA_ERR_PARSE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASE / sizeof CASE[0]; i++) {
        struct nightfile f;
        char path[300], why[300] = "";

        (void)snprintf(path, sizeof path, "%s/salah.csv", dir);
        support_write(path, CASE[i].text);
        print_message("%s\n", CASE[i].says);
        assert_int_equal(nightfile_read(&f, path, why, sizeof why), CASE[i].rc);
        if (strstr(why, CASE[i].place) == NULL)
            fail_msg("%s is not in: %s", CASE[i].place, why);
    }
    {
        struct nightfile f;
        char why[300];

        assert_int_equal(nightfile_read(&f, "/nowhere/x.csv", why, sizeof why), NILA_ERR_NOT_FOUND);
    }
}

static void refuses_hours_of_the_day(void **state)
{
    static const int HOURS[][2] = {{15 * 60, 7 * 60},
                                   {20 * 60, 8 * 60},
                                   {7 * 60, 7 * 60},
                                   {5 * 60, 4 * 60},
                                   {20 * 60 + 5, 7 * 60}};
    struct nightfile f = simulated(6, "jam", 10);

    (void)state;
    for (size_t i = 0; i < sizeof HOURS / sizeof HOURS[0]; i++) {
        const struct nightback_ask ask = {HOURS[i][0], HOURS[i][1], 3, false};
        struct nightback *b = NULL;

        assert_int_equal(nightback_run(&b, &f, 1, &ask), NILA_ERR_RANGE);
        assert_null(b);
    }
    nightfile_free(&f);
}

static void an_empty_record_has_no_nights(void **state)
{
    struct nightfile f[2] = {{.pond = "kosong"}, simulated(7, "isi", 10)};
    struct nightback *b = run(f, 2);
    struct nightscore s;
    struct buf words = {0};

    (void)state;
    nightscore_make(&s, b, 1);
    assert_int_equal(s.pond[0].nights, 0);
    assert_true(s.pond[1].nights > 20);
    nightscore_words(&words, b, &s, false);
    assert_non_null(strstr(words.p, "tidak ada malam yang diramal"));
    assert_non_null(strstr(words.p, "gambut"));
    buf_clear(&words);
    nightscore_json(&words, b, &s);
    assert_non_null(strstr(words.p, "\"tried_on_peat\":false"));
    assert_null(strstr(words.p, "nan"));
    buf_free(&words);
    nightscore_free(&s);
    nightback_free(b);
    nightfile_free(&f[1]);
}

/* --- recorded ponds --- */

enum {
    PONDS = 5,
    MANY_NIGHTS = 20
};
static const char *const POND[PONDS] = {"fwi_44865e41", "fwi_522cd38a", "fwi_5f07dc7a",
                                        "fwi_74ea5a99", "fwi_9252e874"};

/* 0 when it is not there. */
static bool read_shared(const char *name, struct nightfile *f)
{
    char relative[120], why[300] = "";
    char *path;

    (void)snprintf(relative, sizeof relative, "data/water/%s.csv", name);
    path = support_shared(relative);
    if (path == NULL)
        return false;
    if (nightfile_read(f, path, why, sizeof why) != 0)
        fail_msg("%s", why);
    free(path);
    return true;
}

static bool read_ponds(struct nightfile *f)
{
    for (int p = 0; p < PONDS; p++) {
        char name[80];

        (void)snprintf(name, sizeof name, "ponds/%s", POND[p]);
        if (!read_shared(name, &f[p]))
            return false;
    }
    return true;
}

static void check_bins(const struct nightscore_sum *s)
{
    for (int l = 0; l < NIGHT_LIMITS; l++)
        for (int k = 0; k < NIGHTSCORE_BINS; k++) {
            size_t n = s->bin[l][k].n;
            double p = s->bin[l][k].p / (double)n, share = (double)s->bin[l][k].fell / (double)n;

            if (n > 0 && fabs(p - share) > nightscore_tolerance(p, n))
                fail_msg("below %g: %zu nights said %.3f, %.3f fell", NIGHT_LIMIT_MG_L[l], n, p,
                         share);
        }
}

/* The bars: against persistence and climatology on every pond with many nights, and pooled. */
static void check_ponds(const struct nightfile *f, bool apart)
{
    struct nightback_ask ask = ASK;
    struct nightback *b = NULL;
    struct nightscore s;
    struct buf words = {0};

    ask.apart = apart;
    assert_int_equal(nightback_run(&b, f, PONDS, &ask), 0);
    nightscore_make(&s, b, 1);
    nightscore_words(&words, b, &s, true);
    print_message("%s\n", words.p);
    for (int p = 0; p < PONDS; p++) {
        const struct nightscore_sum *q = &s.pond[p];

        for (int m = NIGHTSCORE_PERSIST; m < NIGHTSCORE_METHODS && q->nights >= MANY_NIGHTS; m++) {
            enum nightscore_method rival = (enum nightscore_method)m;

            assert_true(nightscore_rmse(q, NIGHTSCORE_MIX) < nightscore_rmse(q, rival));
            assert_true(nightscore_crps(q, NIGHTSCORE_MIX) < nightscore_crps(q, rival));
            assert_true(nightscore_brier(q, NIGHTSCORE_MIX, 0) < nightscore_brier(q, rival, 0));
        }
    }
    assert_true(nightscore_rmse(&s.all, NIGHTSCORE_MIX) < 1.25);
    assert_true(nightscore_crps(&s.all, NIGHTSCORE_MIX) < 0.70);
    assert_true(nightscore_brier(&s.all, NIGHTSCORE_MIX, 0) < 0.148);
    check_bins(&s.all);
    assert_true(s.band_low < 0.8 && s.band_high > 0.8);
    assert_int_equal(lround(100.0 * (double)s.siren[1].twice / (double)s.siren[1].nights), 48);
    assert_int_equal(lround(100.0 * (double)s.siren[4].twice / (double)s.siren[4].nights), 13);
    buf_free(&words);
    nightscore_free(&s);
    nightback_free(b);
}

static void five_recorded_ponds_reach_the_bars(void **state)
{
    struct nightfile f[PONDS] = {{.n = 0}};

    (void)state;
    if (!read_ponds(f))
        skip();
    check_ponds(f, false);
    check_ponds(f, true);
    nothing_after_the_issue_is_used(f + 1, 2, civil_day_of(2026, 1, 12));
    for (int p = 0; p < PONDS; p++)
        nightfile_free(&f[p]);
}

static void stations_beat_persistence(void **state)
{
    static const struct {
        const char *name;
        double persistence, reached;
    } STATION[] = {{"sapelo_dean_creek_2012", 0.88, 0.82},
                   {"apalachicola_2012_par_wind", 0.80, 0.73}};

    (void)state;
    for (size_t i = 0; i < sizeof STATION / sizeof STATION[0]; i++) {
        struct nightfile f = {.n = 0};
        struct nightback *b;
        struct nightscore s;

        if (!read_shared(STATION[i].name, &f))
            skip();
        b = run(&f, 1);
        nightscore_make(&s, b, 1);
        print_message("%s: RMSE %.3f, persistence %.3f\n", STATION[i].name,
                      nightscore_rmse(&s.all, NIGHTSCORE_MIX),
                      nightscore_rmse(&s.all, NIGHTSCORE_PERSIST));
        assert_true(nightscore_rmse(&s.all, NIGHTSCORE_MIX) < STATION[i].reached);
        assert_true(STATION[i].reached < STATION[i].persistence);
        nightscore_free(&s);
        nightback_free(b);
        nightfile_free(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_a_block_for_every_night_with_three_before),
        cmocka_unit_test(counts_nights_lost_to_gaps),
        cmocka_unit_test(an_altered_future_changes_no_earlier_forecast),
        cmocka_unit_test(two_runs_give_the_same_bytes_and_order_of_rows_does_not_matter),
        cmocka_unit_test(names_the_place_of_what_it_cannot_read),
        cmocka_unit_test(refuses_hours_of_the_day),
        cmocka_unit_test(an_empty_record_has_no_nights),
        cmocka_unit_test(five_recorded_ponds_reach_the_bars),
        cmocka_unit_test(stations_beat_persistence),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}

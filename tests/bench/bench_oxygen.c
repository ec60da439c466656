/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the night's oxygen costs: a year of 10-minute readings of 500 ponds backtested (a forecast every evening at 20:00); a live
 * update of 500 ponds (a reading and a new forecast each, at another time of the day than the last, which is the dear
 * case); and the memory of a pond's model. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "analytics/water/nightback.h"
#include "tests/analytics/nightpond.h"

enum {
    PONDS = 500,
    DAYS = 365,
    LIVE_DAYS = 30,
    FIRST_DAY = 20000
};
static const double BACKTEST_MOST_S = 60;
static const double LIVE_MOST_S = 1;
static const size_t BYTES_MOST = 65536;

static double cpu_s(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Readings of days from 07:00 on; returns how many. */
static size_t simulate(uint64_t seed, int days, struct night_sample *out)
{
    struct nightpond pond = nightpond_new(seed);
    size_t n = 0;

    for (int k = 0; k < days * 144; k++) {
        int minute = (7 * 60 + k * 10) % (24 * 60);

        if (minute == 7 * 60)
            nightpond_day(&pond);
        out[n++] =
            (struct night_sample){civil_day_start(FIRST_DAY) + ((int64_t)7 * 60 + k * 10) * 60000,
                                  nightpond_step(&pond, minute), NAN, NAN};
    }
    return n;
}

static bool backtest(struct night_sample *sample)
{
    const struct nightback_ask ask = {20 * 60, 7 * 60, 3, true};
    double spent = 0;
    size_t nights = 0;

    for (int p = 0; p < PONDS; p++) {
        struct nightfile f = {
            .pond = "pond", .n = simulate((uint64_t)p, DAYS, sample), .sample = sample};
        struct nightback *b = NULL;
        double start = cpu_s();

        if (nightback_run(&b, &f, 1, &ask) != 0)
            return false;
        spent += cpu_s() - start;
        nights += b->pond[0].n;
        nightback_free(b);
    }
    printf("backtest: %d ponds, %d days of 10 minutes, %zu nights: %.1f CPU s (target %g)\n", PONDS,
           DAYS, nights, spent, BACKTEST_MOST_S);
    return spent < BACKTEST_MOST_S && nights > (size_t)PONDS * (DAYS - 5);
}

static bool live(struct night_sample *sample)
{
    struct night_model **m = calloc(PONDS, sizeof *m);
    const size_t n = (size_t)LIVE_DAYS * 144 - 10 * 6; /* up to 20:50 */
    double start, first, again;
    int made = 0;

    if (m == NULL)
        return false;
    for (int p = 0; p < PONDS; p++) {
        m[p] = night_model_new();
        (void)simulate((uint64_t)p, LIVE_DAYS, sample);
        for (size_t k = 0; k < n; k++)
            if (night_model_feed(m[p], &sample[k]) != 0)
                return false;
    }
    start = cpu_s();
    for (int round = 0; round < 2; round++) {
        for (int p = 0; p < PONDS; p++) {
            struct night_sample s = sample[n + (size_t)round];
            struct night_forecast f;

            if (night_model_feed(m[p], &s) != 0)
                return false;
            made += night_model_forecast(m[p], &(struct night_ask){.issue_ms = s.ts_ms}, &f) == 0;
        }
        if (round == 0)
            first = cpu_s() - start;
    }
    again = cpu_s() - start - first;
    printf("live: %d ponds, one reading and one forecast each: %.2f CPU s, ten minutes later %.2f "
           "(target %g)\n",
           PONDS, first, again, LIVE_MOST_S);
    for (int p = 0; p < PONDS; p++)
        night_model_free(m[p]);
    free(m);
    return made == 2 * PONDS && first < LIVE_MOST_S && again < LIVE_MOST_S;
}

int main(void)
{
    struct night_sample *sample = calloc((size_t)DAYS * 144, sizeof *sample);
    bool good = sample != NULL;

    printf("memory of a pond's model: %zu bytes (target %zu)\n", night_model_bytes(), BYTES_MOST);
    good = good && night_model_bytes() < BYTES_MOST;
    good = good && live(sample);
    good = good && backtest(sample);
    free(sample);
    return good ? 0 : 1;
}

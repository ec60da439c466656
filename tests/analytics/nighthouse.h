/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nighthouse: two farms with records and a collector's socket of readings (nightpond), at a time a test sets: k-1 and k-2 of one farm have
 * probes, k-3 of it has none; k-4 of another farm has none either. Nothing here was measured. */
#ifndef TESTS_NIGHTHOUSE_H
#define TESTS_NIGHTHOUSE_H

#include "tests/analytics/fakecollector.h"

#include <time.h>

#include "analytics/config.h"
#include "analytics/records/records.h"
#include "analytics/series.h"
#include "analytics/water/night.h"
#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "tests/analytics/nightpond.h"

#define NIGHT_NOW ((int64_t)1795525200000) /* 2026-11-24 20:00 WIB */
#define MINUTE    ((int64_t)60000)
#define HOUR      (60 * MINUTE)
enum {
    PROBES = 2,
    STEPS = 27 * 24 * 6 /* of ten minutes, up to a day after NIGHT_NOW */
};
#define NIGHT_FIRST (NIGHT_NOW - 26 * CIVIL_DAY_MS)

/* What a house of this file is made of; a test sets relay and current before it starts. */
struct nighthouse {
    char dir[256], socket_path[300];
    struct analytics_config config;
    struct records *db;
    struct series_source *series;
    struct fake_collector fake;
    float oxygen[PROBES][STEPS];
    bool ran[STEPS];         /* the aerator of k-1 */
    double relay[2];         /* of k-1, off and on; NaN: it has none */
    double current[2];       /* the same of its current, A */
    int64_t current_last_ms; /* the meter fell silent then */
    double mains;            /* what the contact reads since an hour before NIGHT_NOW; NaN: none */
};
static struct nighthouse house;
static _Atomic int64_t house_wall, house_mono;

static int64_t house_wall_ms(void *arg)
{
    (void)arg;
    return house_wall;
}

static int64_t house_mono_ms(void *arg)
{
    (void)arg;
    return house_mono;
}

static bool house_trusted(void *arg)
{
    (void)arg;
    return true;
}

static double house_value(const char *pond, const char *metric, int64_t ts)
{
    const int64_t k = (ts - NIGHT_FIRST) / NIGHT_STEP_MS;
    const bool in = ts >= NIGHT_FIRST && k < STEPS;

    if (pond[0] == '\0')
        return strcmp(metric, "input") == 0 && ts >= NIGHT_NOW - HOUR ? house.mains : NAN;
    if (!in || pond[0] != 'k' || pond[1] != '-' || pond[2] < '1' || pond[2] >= '1' + PROBES)
        return NAN;
    if (strcmp(metric, "do_mg_l") == 0)
        return (double)house.oxygen[pond[2] - '1'][k];
    if (pond[2] != '1')
        return NAN;
    if (strcmp(metric, "relay") == 0)
        return house.relay[house.ran[k]];
    if (strcmp(metric, "current_a") == 0 && ts <= house.current_last_ms)
        return house.current[house.ran[k]];
    return NAN;
}

/* Oxygen of both probes; in every second night the aerator of k-1 runs from 20:00 on. */
static void house_readings(void)
{
    for (int p = 0; p < PROBES; p++) {
        struct nightpond pond = nightpond_new((uint64_t)p + 1);

        for (int k = 0; k < STEPS; k++) {
            int64_t ts = NIGHT_FIRST + k * NIGHT_STEP_MS;
            struct civil c = civil_from_ts(ts);

            if (c.hour == 7 && c.minute == 0)
                nightpond_day(&pond);
            pond.on = p == 0 && (c.hour >= 20 || c.hour < 7) && civil_day(ts - 8 * HOUR) % 2 == 0;
            house.oxygen[p][k] = (float)nightpond_step(&pond, c.hour * 60 + c.minute);
            if (p == 0)
                house.ran[k] = pond.on;
        }
    }
}

static void house_take(enum records_table t, const char *text)
{
    struct records_report report = {0};
    char file[400];

    (void)snprintf(file, sizeof file, "%s/%s.csv", house.dir, records_table_name(t));
    support_write(file, text);
    assert_int_equal(records_import(house.db, t, file, NIGHT_NOW - HOUR, 0, NULL, NULL, &report),
                     0);
    assert_int_equal(report.bad, 0);
}

static int house_set_up(void **state)
{
    static const struct clock_source CLOCK = {house_wall_ms, house_mono_ms, house_trusted, NULL};
    char why[256] = "";

    (void)state;
    house = (struct nighthouse){
        .relay = {NAN, NAN}, .current = {NAN, NAN}, .current_last_ms = INT64_MAX, .mains = NAN};
    (void)snprintf(house.dir, sizeof house.dir, "%s", support_tmpdir());
    (void)snprintf(house.config.records_path, sizeof house.config.records_path, "%.200s/r.db",
                   house.dir);
    (void)snprintf(house.socket_path, sizeof house.socket_path, "%.200s/c.sock", house.dir);
    house_wall = NIGHT_NOW;
    house_mono = 1000000;
    clock_set(&CLOCK);
    house_readings();
    house.fake = (struct fake_collector){
        .value = house_value, .step_ms = NIGHT_STEP_MS, .now_ms = NIGHT_NOW};
    fake_start(&house.fake, house.socket_path);
    assert_int_equal(records_open(&house.db, house.config.records_path, why, sizeof why), 0);
    house_take(RECORDS_FARMS, "farm,name,regency,kecamatan,entered_on\n"
                              "f-1,Satu,kotim,62.02.06,2026-10-01\n"
                              "f-2,Dua,seruyan,62.07.03,2026-10-01\n");
    house_take(RECORDS_PONDS, "pond,farm,name,system,area_m2,depth_m,entered_on\n"
                              "k-1,f-1,Kolam 1,pond,200,1.2,2026-10-01\n"
                              "k-2,f-1,Kolam 2,pond,200,1.2,2026-10-01\n"
                              "k-3,f-1,Kolam 3,pond,200,1.2,2026-10-01\n"
                              "k-4,f-2,Kolam 4,pond,200,1.2,2026-10-01\n");
    house.config.source = SOURCE_SOCKET;
    house.config.limits = STATUS_DEFAULTS;
    (void)snprintf(house.config.collector_socket, sizeof house.config.collector_socket, "%.107s",
                   house.socket_path);
    assert_int_equal(series_source_open(&house.series, &house.config, why, sizeof why), 0);
    return 0;
}

static int house_tear_down(void **state)
{
    (void)state;
    series_source_close(house.series);
    records_close(house.db);
    fake_stop(&house.fake);
    clock_set(NULL);
    support_rmdir(house.dir);
    return 0;
}

/* Looks until it is so, at most a minute of the machine's own time. */
static inline bool house_until(bool (*is_so)(void *arg), void *arg)
{
    for (int i = 0; i < 3000; i++) {
        if (is_so(arg))
            return true;
        (void)nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    }
    return false;
}

#endif

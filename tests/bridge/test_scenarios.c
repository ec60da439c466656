/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happens to a simulated pond or probe on demand, and whether the pages' judgement takes it for what it is. */
#include "tests/support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/water/drift.h"
#include "analytics/water/qc.h"
#include "analytics/water/status.h"
#include "collector/common/civil.h"
#include "collector/common/reading.h"
#include "firmware-bridge/core/nila_regmap.h"
#include "firmware-bridge/linux/fault.h"
#include "firmware-bridge/linux/pond.h"
#include "firmware-bridge/linux/sensors.h"

#define STEP_MS ((int64_t)600000)
#define PER_DAY 144
#define DAYS    40
#define HOUR_MS ((int64_t)3600000)
#define DAY_MS  (24 * HOUR_MS)
#define TODAY   civil_day_of(2026, 9, 20)
#define SEED    3
#define SLUG    "kolam-2" /* a green pond under this seed */

/* Ten-minute readings of a pond from a day on. */
struct record {
    size_t n;
    int64_t ts_ms[DAYS * PER_DAY];
    double oxygen[DAYS * PER_DAY], ph[DAYS * PER_DAY], temp[DAYS * PER_DAY];
};

static void watch(struct record *r, const struct pond_event *event, size_t events, int32_t first,
                  int64_t until_ms)
{
    const struct pond_config c = {.slug = SLUG,
                                  .system = POND_SYSTEM_POND,
                                  .depth_m = 1.2,
                                  .seed = SEED,
                                  .event = event,
                                  .events = events};
    struct pond *p = pond_new(&c, civil_day_start(first));

    r->n = 0;
    for (int64_t t = civil_day_start(first); t <= until_ms; t += STEP_MS) {
        struct pond_sample s;
        assert_true(r->n < DAYS * PER_DAY);
        pond_advance(p, t);
        s = pond_now(p);
        r->ts_ms[r->n] = t;
        r->oxygen[r->n] = s.do_mg_l;
        r->ph[r->n] = s.ph;
        r->temp[r->n++] = s.temp_c;
    }
    pond_free(p);
}

static double at(const struct record *r, const double *value, int64_t ts_ms)
{
    for (size_t i = 0; i < r->n; i++)
        if (r->ts_ms[i] == ts_ms)
            return value[i];
    fail_msg("no such moment");
    return NAN;
}

/* The pond's state at the end of the record, by oxygen, temperature and pH alone. */
static struct pond_status judge(const struct record *r, int64_t fouled_ms)
{
    static int64_t hour_ts[DAYS * 24];
    static double hour_ph[DAYS * 24];
    const int64_t now_ms = r->ts_ms[r->n - 1];
    struct series hours = {.metric = METRIC_PH, .ts_ms = hour_ts, .value = hour_ph};
    struct series recent = {.metric = METRIC_DO_MG_L};
    int64_t ts[20];
    double oxygen[20];
    struct series_latest latest = {0};
    struct status_scene scene = {
        .latest = &latest, .do_recent = &recent, .now_ms = now_ms, .fouled_ms = fouled_ms};
    struct status_ph ph;
    struct pond_status out;

    for (size_t i = 0; i + 6 <= r->n; i += 6) {
        double sum = 0;
        for (size_t k = i; k < i + 6; k++)
            sum += r->ph[k] / 6;
        hour_ts[hours.n] = r->ts_ms[i];
        hour_ph[hours.n++] = sum;
    }
    recent.ts_ms = ts;
    recent.value = oxygen;
    for (size_t i = r->n - 18; i < r->n; i++) {
        ts[recent.n] = r->ts_ms[i];
        oxygen[recent.n++] = r->oxygen[i];
    }
    latest.metric[METRIC_DO_MG_L] =
        (struct series_last){.ts_ms = now_ms, .value = r->oxygen[r->n - 1], .flag = READING_PASS};
    latest.metric[METRIC_PH] =
        (struct series_last){.ts_ms = now_ms, .value = r->ph[r->n - 1], .flag = READING_PASS};
    latest.metric[METRIC_TEMP_C] =
        (struct series_last){.ts_ms = now_ms, .value = r->temp[r->n - 1], .flag = READING_PASS};
    ph = status_ph_days(&hours, now_ms);
    scene.ph = &ph;
    status_judge(&scene, &STATUS_DEFAULTS, &out);
    return out;
}

static struct record before, after;

static void an_acid_flush_is_danger_by_ph(void **state)
{
    const int64_t from = civil_day_start(TODAY) + 9 * HOUR_MS, now = from + 5 * HOUR_MS;
    const struct pond_event e = {POND_EVENT_ACID, from, from + 12 * HOUR_MS, 0.05};
    struct pond_status st;

    (void)state;
    watch(&before, NULL, 0, TODAY - 16, now);
    st = judge(&before, 0);
    assert_true(st.level != STATUS_DANGER);
    watch(&after, &e, 1, TODAY - 16, now);
    st = judge(&after, 0);
    print_message("pH %.2f instead of %.2f: level %d, reason %s\n", after.ph[after.n - 1],
                  before.ph[before.n - 1], (int)st.level, status_reason_key(st.reason));
    assert_true(at(&after, after.ph, from - HOUR_MS) == at(&before, before.ph, from - HOUR_MS));
    assert_true(after.ph[after.n - 1] < 5.5);
    assert_int_equal(st.level, STATUS_DANGER);
    assert_true(st.reason == REASON_PH_FALL || st.reason == REASON_PH_LOW);
    assert_int_equal(st.metric, METRIC_PH);
}

static void a_turnover_is_a_fast_drop_of_oxygen(void **state)
{
    const int64_t from = civil_day_start(TODAY) + 19 * HOUR_MS, now = from + HOUR_MS / 2;
    const struct pond_event e = {POND_EVENT_TURNOVER, from, INT64_MAX / 2, 0.7};
    struct pond_status st;

    (void)state;
    watch(&before, NULL, 0, TODAY - 16, now);
    watch(&after, &e, 1, TODAY - 16, now);
    st = judge(&after, 0);
    print_message("oxygen %.2f instead of %.2f, %.1f C colder: level %d, reason %s, drop %.1f\n",
                  after.oxygen[after.n - 1], before.oxygen[before.n - 1],
                  before.temp[before.n - 1] - after.temp[after.n - 1], (int)st.level,
                  status_reason_key(st.reason), st.drop_mg_l);
    assert_true(st.drop_mg_l > STATUS_DEFAULTS.do_drop_mg_l);
    assert_true(st.level == STATUS_WATCH || st.level == STATUS_DANGER);
    assert_true(st.reason == REASON_DO_FAST_DROP || st.reason == REASON_DO_LOW ||
                st.reason == REASON_DO_CRITICAL);
    assert_true(before.temp[before.n - 1] - after.temp[after.n - 1] > 1);
    /* the mud that came up goes on taking */
    watch(&before, NULL, 0, TODAY - 16, from + 3 * HOUR_MS);
    watch(&after, &e, 1, TODAY - 16, from + 3 * HOUR_MS);
    assert_true(after.oxygen[after.n - 1] < before.oxygen[before.n - 1] - 1);
}

static void smoke_dims_the_light_and_with_it_the_oxygen_of_the_evening(void **state)
{
    const int64_t from = civil_day_start(TODAY - 3), now = civil_day_start(TODAY) + 17 * HOUR_MS;
    const struct pond_event e = {POND_EVENT_SMOKE, from, INT64_MAX / 2, 0.5};
    const int64_t dusk = civil_day_start(TODAY - 1) + 17 * HOUR_MS;
    double with, without;

    (void)state;
    watch(&before, NULL, 0, TODAY - 16, now);
    watch(&after, &e, 1, TODAY - 16, now);
    without = at(&before, before.oxygen, dusk);
    with = at(&after, after.oxygen, dusk);
    print_message("oxygen at dusk %.2f instead of %.2f, water %.1f C instead of %.1f\n", with,
                  without, at(&after, after.temp, dusk), at(&before, before.temp, dusk));
    assert_true(with < without - 0.5);
    assert_true(at(&after, after.temp, dusk) < at(&before, before.temp, dusk));
    assert_true(pond_event_light(&e, 1, from - 1) == 1);
    assert_true(pond_event_light(&e, 1, from) == 0.5);
}

/* The readings of a device of that pond, with a fault from a day on. */
static void disturb(struct record *r, enum fault_kind kind, int32_t from_day)
{
    struct fault f = {.device = 0, .kind = kind, .from_s = 0, .to_s = INFINITY};

    for (size_t i = 0; i < r->n; i++) {
        const double t_s = (double)(r->ts_ms[i] - civil_day_start(from_day)) / 1000;
        struct sim_channel ch[SIM_CHANNELS_MAX] = {
            {.kind = NILA_KIND_TEMP_C, .value = r->temp[i]},
            {.kind = NILA_KIND_DO_MG_L, .value = r->oxygen[i]},
            {.kind = NILA_KIND_PH, .value = r->ph[i]},
            {.kind = NILA_KIND_EC_US_CM, .value = 150}};
        assert_int_equal(fault_apply(&f, 0, t_s, r->ts_ms[i], ch, 4), 4);
        r->temp[i] = ch[0].value;
        r->oxygen[i] = ch[1].value;
        r->ph[i] = ch[2].value;
        assert_true(kind != FAULT_AIR || t_s < 0 || ch[3].value == 0);
    }
}

static bool swing_notice(const struct record *r, int32_t today)
{
    static double work[DAYS * PER_DAY];
    struct drift_day day[DAYS];
    struct drift_swing swing;
    size_t days = drift_days(r->oxygen, r->ts_ms, r->n, work, day, DAYS);

    drift_swing(day, days < DAYS ? days : DAYS, today, &swing);
    assert_true(swing.known);
    print_message("swing %.2f of %.2f mg/L\n", swing.recent, swing.before);
    return swing.notice;
}

static void a_calibration_that_wanders_is_told_beside_a_handheld_meter(void **state)
{
    const int64_t now = civil_day_start(TODAY) + 15 * HOUR_MS; /* oxygen is high: the error shows */
    const int64_t then = civil_day_start(TODAY - 9) + 15 * HOUR_MS;

    (void)state;
    watch(&before, NULL, 0, TODAY - 30, now);
    watch(&after, NULL, 0, TODAY - 30, now);
    disturb(&after, FAULT_DRIFT, TODAY - 10);
    print_message("oxygen %.2f, by hand %.2f; pH %.2f, by hand %.2f\n", after.oxygen[after.n - 1],
                  before.oxygen[before.n - 1], after.ph[after.n - 1], before.ph[before.n - 1]);
    assert_true(
        drift_hand_differs(METRIC_DO_MG_L, after.oxygen[after.n - 1], before.oxygen[before.n - 1]));
    assert_true(drift_hand_differs(METRIC_PH, after.ph[after.n - 1], before.ph[before.n - 1]));
    assert_false(
        drift_hand_differs(METRIC_PH, at(&after, after.ph, then), at(&before, before.ph, then)));
}

static void a_probe_in_the_air_is_doubted(void **state)
{
    const int64_t now = civil_day_start(TODAY) + 5 * HOUR_MS;
    struct pond_status st;
    struct qc_rules ec;
    uint8_t flag = 0;
    const double dry = 0;

    (void)state;
    watch(&after, NULL, 0, TODAY - 30, now);
    assert_false(swing_notice(&after, TODAY - 1));
    disturb(&after, FAULT_AIR, TODAY - 6);
    /* conductivity says so at once, oxygen when its swing has been away for days */
    qc_pond_rules(METRIC_EC_US_CM, 0, &ec);
    qc_gross_range(&dry, 1, &ec.fail, &ec.suspect, &flag);
    assert_in_range(flag, 3, 4);
    assert_true(swing_notice(&after, TODAY - 1));
    st = judge(&after, now - DAY_MS);
    assert_true(st.level != STATUS_OK);
    print_message("level %d, reason %s\n", (int)st.level, status_reason_key(st.reason));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_acid_flush_is_danger_by_ph),
        cmocka_unit_test(a_turnover_is_a_fast_drop_of_oxygen),
        cmocka_unit_test(smoke_dims_the_light_and_with_it_the_oxygen_of_the_evening),
        cmocka_unit_test(a_calibration_that_wanders_is_told_beside_a_handheld_meter),
        cmocka_unit_test(a_probe_in_the_air_is_doubted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

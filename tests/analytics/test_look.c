/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is seen at ponds: several dangers at once, own limits, farms that fall silent, contacts. */
#include "tests/analytics/fakecollector.h"

#include "analytics/alert/look.h"
#include "analytics/config.h"
#include "collector/common/civil.h"
#include "collector/common/clock.h"

#define MIN ((int64_t)60 * 1000)

static char dir[256], path[320], socket_path[320];
static struct records *db;
static struct series_source *series;
static struct analytics_config *config;
static struct fake_collector fake;
static struct look look;
static int64_t now;
static double oxygen[4], ph, ammonia;
static int64_t silent_ms;
static const char *const POND[] = {"p-1", "p-2", "k-1", "k-2"};

/* Of a day, mg/L about its middle; fouled: a third of it for the last six days. */
static bool swings;
static double swing(bool fouled, int64_t ts)
{
    const double h = (double)(ts % CIVIL_DAY_MS) / (double)CIVIL_DAY_MS;

    return (fouled && ts > now - 6 * CIVIL_DAY_MS ? 0.5 : 1.5) * sin(2 * 3.14159265 * h);
}

static double value(const char *pond, const char *metric, int64_t ts)
{
    if (pond[0] == '\0')
        return strcmp(metric, "input") == 0 ? (ts >= now - 3 * MIN ? 0 : 1) : NAN;
    if (silent_ms != 0 && ts >= silent_ms)
        return NAN;
    for (int i = 0; i < 4; i++)
        if (strcmp(pond, POND[i]) == 0 && strcmp(metric, "do_mg_l") == 0)
            return oxygen[i] + (swings ? swing(i == 0, ts) : 0);
    if (strcmp(metric, "temp_c") == 0)
        return 28;
    if (strcmp(metric, "ph") == 0)
        return strcmp(pond, "p-1") == 0 ? ph : 7.2;
    if (strcmp(metric, "tan_n_mg_l") == 0)
        return strcmp(pond, "p-1") == 0 ? ammonia : NAN;
    return NAN;
}

static void take(enum records_table t, const char *text)
{
    struct records_report report;
    char file[400];

    (void)snprintf(file, sizeof file, "%s/%s.csv", dir, records_table_name(t));
    support_write(file, text);
    assert_int_equal(records_import(db, t, file, now, 0, NULL, NULL, &report), 0);
}

static int set_up(void **state)
{
    char why[256] = "";

    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(path, sizeof path, "%s/r.db", dir);
    (void)snprintf(socket_path, sizeof socket_path, "%s/c.sock", dir);
    now = clock_wall_ms() / (5 * MIN) * (5 * MIN); /* a reading is made then */
    for (int i = 0; i < 4; i++)
        oxygen[i] = 6.5;
    ph = 7.2;
    ammonia = NAN;
    silent_ms = 0;
    swings = false;
    fake = (struct fake_collector){.value = value, .step_ms = 5 * MIN, .now_ms = now};
    fake_start(&fake, socket_path);
    assert_int_equal(records_open(&db, path, why, sizeof why), 0);
    take(RECORDS_FARMS,
         "farm,name,regency,kecamatan\nf-1,Satu,kotim,62.02.06\nf-2,Dua,seruyan,62.07.03\n");
    take(RECORDS_PONDS, "pond,farm,name,system,area_m2,depth_m\np-1,f-1,Kolam 1,pond,200,1.2\n"
                        "p-2,f-1,Kolam 2,pond,200,1.2\nk-1,f-2,Keramba 1,cage,20,2\n"
                        "k-2,f-2,Keramba 2,cage,20,2\n");
    config = calloc(1, sizeof *config);
    config->source = SOURCE_SOCKET;
    config->limits = STATUS_DEFAULTS;
    config->alert.silent_min = 5;
    (void)snprintf(config->collector_socket, sizeof config->collector_socket, "%.107s",
                   socket_path);
    assert_int_equal(series_source_open(&series, config, why, sizeof why), 0);
    look = (struct look){.records = db, .usual = &config->limits};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    look_free(&look);
    series_source_close(series);
    records_close(db);
    free(config);
    fake_stop(&fake);
    support_rmdir(dir);
    return 0;
}

static void pass(void)
{
    assert_int_equal(look_read(&look, now), 0);
    look_pass(&look, series, &config->alert, now);
}

static const struct engine_seen *find(const char *subject, enum cause c)
{
    for (size_t i = 0; i < look.n_seen; i++)
        if (strcmp(look.seen[i].subject, subject) == 0 && look.seen[i].cause == c)
            return &look.seen[i];
    return NULL;
}

static uint32_t well_of(const char *subject)
{
    for (size_t i = 0; i < look.n_ground; i++)
        if (strcmp(look.ground[i].subject, subject) == 0)
            return look.ground[i].well;
    return 0;
}

static void a_danger_hides_no_other(void **state)
{
    (void)state;
    oxygen[0] = 0.9;
    ph = 4.2;
    pass();
    assert_non_null(find("p-1", CAUSE_PH_LOW));
    assert_int_equal(find("p-1", CAUSE_PH_LOW)->severity, ALARM_DANGER);
    assert_true(find("p-1", CAUSE_DO_CRITICAL) != NULL ||
                find("p-1", CAUSE_DO_NOT_RECOVERING) != NULL);
    assert_null(find("p-2", CAUSE_DO_CRITICAL));
    assert_int_equal(well_of("p-1") & (1U << GROUP_OXYGEN), 0);
    assert_int_not_equal(well_of("p-2") & (1U << GROUP_OXYGEN), 0);
}

static void a_danger_hides_no_warning(void **state)
{
    (void)state;
    ph = 4.2;
    oxygen[0] = 2.5;
    pass();
    assert_non_null(find("p-1", CAUSE_PH_LOW));
    assert_non_null(find("p-1", CAUSE_DO_LOW));
    assert_int_equal(find("p-1", CAUSE_DO_LOW)->severity, ALARM_WATCH);
}

static void oxygen_that_is_the_danger_is_not_missing(void **state)
{
    (void)state;
    oxygen[0] = 0.9;
    pass();
    for (size_t i = 0; i < look.n_seen; i++)
        if (strcmp(look.seen[i].subject, "p-1") == 0)
            assert_int_equal(look.seen[i].severity, ALARM_DANGER);
    assert_null(find("p-1", CAUSE_NO_DATA));
}

/* Gasping fish are a person's word: the alarm of it ends when the word is old, also where nothing measures. */
static void a_word_of_people_ends_without_a_probe_and_without_an_answer(void **state)
{
    const uint32_t gasping = 1U << GROUP_GASPING;

    (void)state;
    oxygen[2] = NAN;
    fake.ill = "\"p-1\"";
    pass();
    assert_int_not_equal(well_of("k-1") & gasping, 0);
    assert_int_equal(well_of("k-1") & (1U << GROUP_OXYGEN), 0);
    assert_int_not_equal(well_of("p-1") & gasping, 0);
    assert_int_equal(well_of("p-1") & ~gasping, 0);
}

static void a_pond_that_cannot_be_read_costs_no_other_its_look(void **state)
{
    (void)state;
    oxygen[2] = 0.9;
    pass();
    assert_null(find("p-1", CAUSE_NO_DATA));
    fake.ill = "\"p-1\"";
    pass();
    assert_true(find("k-1", CAUSE_DO_CRITICAL) != NULL ||
                find("k-1", CAUSE_DO_NOT_RECOVERING) != NULL);
    assert_non_null(find("p-1", CAUSE_NO_DATA));
    assert_int_equal(find("p-1", CAUSE_NO_DATA)->severity, ALARM_NO_DATA);
    assert_null(find("p-2", CAUSE_NO_DATA));
    assert_int_equal(well_of("p-1") & (1U << GROUP_DATA), 0);
    assert_int_not_equal(well_of("p-2") & (1U << GROUP_DATA), 0);
    assert_int_equal(look.away_ms, 0);
    fake.ill = NULL;
    pass();
    assert_null(find("p-1", CAUSE_NO_DATA));
    assert_int_not_equal(well_of("p-1") & (1U << GROUP_DATA), 0);
}

static void near_the_limit_is_neither_a_cause_nor_well(void **state)
{
    (void)state;
    oxygen[0] = 3.1;
    pass();
    assert_int_equal(look.n_seen, 0);
    assert_int_equal(well_of("p-1") & (1U << GROUP_OXYGEN), 0);
    oxygen[0] = 3.4;
    fake.now_ms = now += 10 * MIN;
    pass();
    assert_int_not_equal(well_of("p-1") & (1U << GROUP_OXYGEN), 0);
}

static void a_pond_may_have_limits_of_its_own(void **state)
{
    (void)state;
    oxygen[0] = oxygen[1] = 1.3;
    take(RECORDS_LIMITS,
         "pond,key,value,reason,by,on\np-1,do_danger_mg_l,1.0,kolam tua,Sri,2026-01-01\n");
    pass();
    assert_null(find("p-1", CAUSE_DO_CRITICAL));
    assert_non_null(find("p-1", CAUSE_DO_LOW));
    assert_true(find("p-2", CAUSE_DO_CRITICAL) != NULL ||
                find("p-2", CAUSE_DO_NOT_RECOVERING) != NULL);
    /* limits that contradict each other are not used */
    take(RECORDS_LIMITS, "pond,key,value,reason,by,on\np-1,do_danger_mg_l,5,x,Sri,2026-01-02\n");
    pass();
    assert_true(look_find(&look, "p-1")->limits.do_danger_mg_l == STATUS_DEFAULTS.do_danger_mg_l);
}

static void all_ponds_of_a_farm_without_a_reading_are_its_collector(void **state)
{
    (void)state;
    silent_ms = now - 100 * MIN;
    pass();
    assert_non_null(find("farm:f-1", CAUSE_COLLECTOR_SILENT));
    assert_non_null(find("farm:f-2", CAUSE_COLLECTOR_SILENT));
    assert_null(find("p-1", CAUSE_NO_DATA));
    assert_int_equal(look.n_seen, 2);
}

static void an_empty_pond_is_told_of_for_dangers_only(void **state)
{
    (void)state;
    take(RECORDS_CYCLES, "cycle,pond,stocked_on,count,mass_g\nc-1,p-1,2025-01-01,500,10\n"
                         "c-2,p-2,2025-01-01,500,10\n");
    take(RECORDS_HARVESTS, "pond,on,kg,kind\np-1,2025-06-01,100,final\np-2,2025-06-01,100,final\n");
    oxygen[0] = 2.5;
    oxygen[1] = 0.8;
    pass();
    assert_true(look_find(&look, "p-1")->empty);
    assert_null(find("p-1", CAUSE_DO_LOW));
    assert_true(find("p-2", CAUSE_DO_CRITICAL) != NULL ||
                find("p-2", CAUSE_DO_NOT_RECOVERING) != NULL);
}

/* Half the swing for six days at p-1: told when every probe was looked at, and neither forgotten nor well before that. */
static void probes_that_seem_fouled_are_told_of_together(void **state)
{
    int passes = 0;

    (void)state;
    swings = true;
    while (look.probes_day == 0 && passes++ < 20) {
        pass();
        assert_null(find("p-1", CAUSE_FOULING));
        assert_int_equal(well_of("p-1") & (1U << GROUP_FOULING), 0); /* nobody knows */
        look_probe(&look, series, now);
    }
    assert_int_equal(passes, 5); /* four probes and the end of the round */
    pass();
    assert_non_null(find("p-1", CAUSE_FOULING));
    assert_int_equal(find("p-1", CAUSE_FOULING)->severity, ALARM_WATCH);
    assert_null(find("p-2", CAUSE_FOULING));
    assert_true((well_of("p-2") & (1U << GROUP_FOULING)) != 0);
    assert_int_equal(well_of("p-1") & (1U << GROUP_FOULING), 0);
    swings = false;
    fake.ill = "\"p-1\"";       /* the next day nobody knows: it stays */
    for (int k = 0; k < 7; k++) /* three times p-1, and the end */
        look_probe(&look, series, now + CIVIL_DAY_MS);
    assert_int_equal(look.probes_day, civil_day(now + CIVIL_DAY_MS));
    assert_true(look_find(&look, "p-1")->probe.fouled_ms != 0);
    fake.ill = NULL;
}

static void acid_water_told_at_one_cage_is_of_the_whole_river(void **state)
{
    struct rec_press q = {.pond = "k-1", .kind = PRESS_RIVER_ACID, .by = "Adi", .at_ms = now};

    (void)state;
    assert_int_equal(records_press(db, &q), 0);
    pass();
    assert_non_null(find("", CAUSE_RIVER_BANGAI));
}

static void acid_water_is_told_down_the_river_alone(void **state)
{
    static const struct rivers RIVERS = {
        .n = 1,
        .river = {{.slug = "mentaya", .name = "Mentaya", .cages = 2, .cage = {"x-0", "k-1"}}}};
    static const struct rivers BELOW = {
        .n = 1,
        .river = {{.slug = "mentaya", .name = "Mentaya", .cages = 2, .cage = {"k-1", "x-0"}}}};
    const struct look_pond *k;
    char farm[ALARM_SUBJECT_SIZE];
    struct rec_press q = {.pond = "k-1", .kind = PRESS_RIVER_ACID, .by = "Adi", .at_ms = now};

    (void)state;
    look.rivers = &RIVERS;
    pass();
    k = look_find(&look, "k-1");
    assert_non_null(k);
    (void)snprintf(farm, sizeof farm, "farm:%s", k->farm->slug);
    assert_null(find(farm, CAUSE_RIVER_BANGAI));
    assert_int_equal(records_press(db, &q), 0);
    pass();
    assert_non_null(find(farm, CAUSE_RIVER_BANGAI));
    assert_null(find("", CAUSE_RIVER_BANGAI)); /* nobody else is woken */
    look.rivers = &BELOW;
    pass();
    assert_non_null(find(farm, CAUSE_RIVER_BANGAI)); /* the cage itself too */
    look.rivers = NULL;
}

static void a_contact_tells_since_when_it_is_open(void **state)
{
    struct series_contact c;

    (void)state;
    assert_int_equal(series_contact(series, "mains", now - 20 * MIN, &c), 0);
    assert_int_equal(c.value, 0);
    assert_true(c.ts_ms >= now - 5 * MIN && c.since_ms <= now);
    assert_int_equal(c.on_ms, 0); /* it was at 1 already when the look back begins: no press */
    assert_int_equal(series_contact(series, "door", now - 20 * MIN, &c), 0);
    assert_int_equal(c.ts_ms, 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_danger_hides_no_other),
        T(a_danger_hides_no_warning),
        T(oxygen_that_is_the_danger_is_not_missing),
        T(a_word_of_people_ends_without_a_probe_and_without_an_answer),
        T(a_pond_that_cannot_be_read_costs_no_other_its_look),
        T(near_the_limit_is_neither_a_cause_nor_well),
        T(a_pond_may_have_limits_of_its_own),
        T(all_ponds_of_a_farm_without_a_reading_are_its_collector),
        T(an_empty_pond_is_told_of_for_dangers_only),
        T(probes_that_seem_fouled_are_told_of_together),
        T(acid_water_told_at_one_cage_is_of_the_whole_river),
        T(acid_water_is_told_down_the_river_alone),
        T(a_contact_tells_since_when_it_is_open),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

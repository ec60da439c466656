/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a reading on the line to a coil on the same line: the poller, the switches and a relay board behind a real RTU line. */
#include "poll_world.h"

#include "collector/switcher.h"

/* Unit 1: a probe whose register 0 is oxygen in hundredths. Unit 2: a board of eight coils. */
struct farm {
    atomic_int oxygen;
    atomic_int coil[8];
    atomic_bool silent, mute_probe;
    atomic_uint writes, reads;
    atomic_uint asked_state; /* also when the board was silent */
};

static struct peer_reply farm(void *arg, const struct peer_request *rq, uint16_t *regs)
{
    struct farm *f = arg;

    if (rq->unit == 1) {
        regs[0] = 600; /* turbidity, hundredths */
        if (rq->count > 1)
            regs[1] = (uint16_t)atomic_load(&f->oxygen);
        return (struct peer_reply){.act = atomic_load(&f->mute_probe) ? PEER_SILENT : PEER_GOOD};
    }
    atomic_fetch_add(&f->asked_state, rq->unit == 2 && rq->function == 1);
    if (atomic_load(&f->silent) || rq->unit != 2)
        return (struct peer_reply){.act = PEER_SILENT};
    if (rq->first >= 8)
        return (struct peer_reply){.act = PEER_EXCEPTION, .exception = 2};
    if (rq->function == 1) {
        atomic_fetch_add(&f->reads, 1);
        for (int i = 0; i < rq->count; i++)
            regs[i] = (uint16_t)atomic_load(&f->coil[rq->first + i]);
    } else if (rq->function == 5) {
        atomic_fetch_add(&f->writes, 1);
        atomic_store(&f->coil[rq->first], rq->written[0] == 0xFF00);
    } else {
        return (struct peer_reply){.act = PEER_EXCEPTION, .exception = 1};
    }
    return (struct peer_reply){.act = PEER_GOOD};
}

struct scene {
    struct world w;
    struct farm f;
    struct peer *line;
    struct site_reflex reflex[2];
    struct switcher *s;
};
static struct scene sc;

static void see(void *arg, const struct reading_set *sets, size_t n)
{
    struct scene *s = arg;
    switcher_see(s->s, sets, n);
}

static int keep(void *arg, const struct reading_set *sets, size_t n)
{
    struct scene *s = arg;
    return take(&s->w, sets, n);
}

static int ask(void *arg, unsigned bus, const struct bus_question *q, uint16_t *regs,
               struct bus_answer *a)
{
    struct scene *s = arg;
    return poller_ask(s->w.poller, bus, q, regs, a, 10000);
}

/* A farm whose oxygen is so many hundredths, with an aerator on channel 3 and a lamp on channel 8. */
static void begin(int oxygen)
{
    static const int AT[] = {0, 1};
    char path[64], why[256] = "";
    int bus;

    memset(&sc, 0, sizeof sc);
    atomic_store(&sc.f.oxygen, oxygen);
    sc.line = peer_start_pty(farm, &sc.f, path, sizeof path);
    init_world(&sc.w);
    bus = add_serial(&sc.w, path, 200);
    (void)add_device(&sc.w, bus, 1, 1, AT, 2);
    (void)add_device(&sc.w, bus, 2, 60, AT, 0);
    sc.w.profile[1].relay =
        (struct profile_switch){.function = 5, .read_function = 1, .first = 1, .count = 8, .on = 1};
    sc.w.profile[1].outputs = 1;
    sc.reflex[0] = (struct site_reflex){
        .slug = "kincir-1",
        .pond = 0,
        .device = 1,
        .channel = 3,
        .conditions = 1,
        .condition = {{.pond = 0, .metric = METRIC_DO_MG_L, .at = 3, .until = 4.5}},
        .when_lost = SITE_LOST_ON,
        .max_age_s = 3,
        .min_on_s = 0,
        .min_off_s = 0,
        .repeat_s = 1,
        .manual_max_s = 60};
    sc.reflex[1] = (struct site_reflex){.slug = "lampu",
                                        .pond = -1,
                                        .device = 1,
                                        .channel = 8,
                                        .max_age_s = 300,
                                        .repeat_s = 60,
                                        .manual_max_s = 60};
    sc.w.site.reflex = sc.reflex;
    sc.w.site.reflexes = 2;
    const struct switcher_config c = {
        .site = &sc.w.site, .profile = sc.w.profiles, .ask = ask, .deliver = keep, .arg = &sc};
    assert_int_equal(switcher_check(&sc.w.site, sc.w.profiles, why, sizeof why), 0);
    sc.s = switcher_new(&c);
    const struct poll_receiver to = {.deliver = keep, .see = see, .arg = &sc};
    if (poller_start(&sc.w.poller, &sc.w.site, sc.w.profiles, &to, why, sizeof why) != 0)
        fail_msg("%s", why);
}

static void run_it(void)
{
    assert_int_equal(switcher_start(sc.s), 0);
}

static int end(void **state)
{
    (void)state;
    switcher_stop(sc.s);
    clock_set(NULL);
    stop(&sc.w);
    switcher_free(sc.s);
    peer_stop(sc.line);
    return 0;
}

static bool told(const struct reading_set *set, const char *slug, int relay,
                 enum reflex_cause cause)
{
    return strcmp(set->tags.device, slug) == 0 &&
           (relay < 0 ? set->v[0].flag == READING_MISSING : set->v[0].value == relay) &&
           set->v[1].value == cause;
}

/* Waits for a set of that switch among those after *from, which moves behind it. */
static const struct reading_set *wait_told(unsigned *from, const char *slug, int relay,
                                           enum reflex_cause cause)
{
    struct timespec t;
    const struct reading_set *found = NULL;

    (void)clock_gettime(CLOCK_REALTIME, &t);
    t.tv_sec += 20;
    (void)pthread_mutex_lock(&sc.w.lock);
    for (;;) {
        for (; *from < sc.w.n && found == NULL; ++*from)
            if (told(&sc.w.set[*from], slug, relay, cause))
                found = &sc.w.set[*from];
        if (found != NULL || pthread_cond_timedwait(&sc.w.more, &sc.w.lock, &t) != 0)
            break;
    }
    (void)pthread_mutex_unlock(&sc.w.lock);
    if (found == NULL)
        fail_msg("%s was not told as %d (%s)", slug, relay, reflex_cause_name(cause));
    return found;
}

static void low_oxygen_starts_the_aerator_and_good_oxygen_stops_it(void **state)
{
    const struct reading_set *set;
    unsigned from = 0;

    (void)state;
    begin(800);
    run_it();
    (void)wait_told(&from, "kincir-1", 0, REFLEX_START); /* the board said so */
    atomic_store(&sc.f.oxygen, 250);
    set = wait_told(&from, "kincir-1", 1, REFLEX_CALLED);
    assert_int_equal(atomic_load(&sc.f.coil[2]), 1);
    assert_string_equal(set->tags.pond, "kolam-1");
    assert_string_equal(set->tags.site, "tambak");
    assert_int_equal(set->v[0].metric, METRIC_RELAY);
    assert_int_equal(set->v[1].metric, METRIC_CAUSE);
    atomic_store(&sc.f.oxygen, 440); /* between the limits */
    wait_for(&sc.w, 0, count_of(&sc.w, 0) + 2);
    assert_int_equal(atomic_load(&sc.f.coil[2]), 1);
    atomic_store(&sc.f.oxygen, 460);
    (void)wait_told(&from, "kincir-1", 0, REFLEX_RELEASED);
    assert_int_equal(atomic_load(&sc.f.coil[2]), 0);
    for (int i = 0; i < 8; i++)
        assert_int_equal(atomic_load(&sc.f.coil[i]), 0); /* no other channel was touched */
}

static void a_running_aerator_runs_on_after_a_restart(void **state)
{
    unsigned from = 0;

    (void)state;
    begin(370);
    atomic_store(&sc.f.coil[2], 1);
    run_it();
    (void)wait_told(&from, "kincir-1", 1, REFLEX_START);
    wait_for(&sc.w, 0, 3);
    assert_int_equal(atomic_load(&sc.f.coil[2]), 1);
}

static void a_board_that_was_reset_gets_its_state_again(void **state)
{
    unsigned from = 0, writes;

    (void)state;
    begin(250);
    run_it();
    (void)wait_told(&from, "kincir-1", 1, REFLEX_CALLED);
    atomic_store(&sc.f.coil[2], 0); /* power cut at the board */
    writes = atomic_load(&sc.f.writes);
    while (atomic_load(&sc.f.writes) == writes) /* repeat_s 1 */
        wait_for(&sc.w, 0, count_of(&sc.w, 0) + 1);
    assert_int_equal(atomic_load(&sc.f.coil[2]), 1);
}

static void a_lost_probe_starts_the_aerator(void **state)
{
    unsigned from = 0;

    (void)state;
    begin(800);
    run_it();
    (void)wait_told(&from, "kincir-1", 0, REFLEX_START);
    atomic_store(&sc.f.mute_probe, true);
    (void)wait_told(&from, "kincir-1", 1, REFLEX_LOST);
    assert_int_equal(atomic_load(&sc.f.coil[2]), 1);
}

static int64_t wall(void *arg)
{
    struct timespec t;
    (void)arg;
    (void)clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The clock of a machine that has been suspended for an hour since it was started. */
static int64_t mono_after_a_sleep(void *arg)
{
    struct timespec t;
    (void)arg;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 + 3600000;
}

/* A board that does at once what it is told. */
static int ask_at_once(void *arg, unsigned bus, const struct bus_question *q, uint16_t *regs,
                       struct bus_answer *a)
{
    struct scene *s = arg;

    (void)bus;
    *a = (struct bus_answer){0};
    if (bus_is_write(q->function))
        atomic_store(&s->f.coil[q->first], q->write[0]);
    else
        regs[0] = (uint16_t)atomic_load(&s->f.coil[q->first]);
    return 0;
}

static void a_lost_probe_starts_the_aerator_of_a_machine_that_was_suspended(void **state)
{
    const struct clock_source clock = {.wall_ms = wall, .mono_ms = mono_after_a_sleep};
    struct reading_set set = {.n = 1,
                              .v = {{.metric = METRIC_DO_MG_L, .flag = READING_PASS, .value = 8}}};
    unsigned from = 0;

    (void)state;
    begin(800);
    stop(&sc.w);
    switcher_free(sc.s);
    init_world(&sc.w);
    sc.w.site.devices = 2;
    sc.w.site.reflex = sc.reflex;
    sc.w.site.reflexes = 1;
    sc.reflex[0].max_age_s = 1;
    sc.reflex[0].repeat_s = 60;
    sc.w.profiles[0] = &sc.w.profile[0];
    sc.w.profiles[1] = &sc.w.profile[1];
    sc.w.profile[1].relay =
        (struct profile_switch){.function = 5, .read_function = 1, .first = 1, .count = 8, .on = 1};
    const struct switcher_config c = {.site = &sc.w.site,
                                      .profile = sc.w.profiles,
                                      .ask = ask_at_once,
                                      .deliver = keep,
                                      .arg = &sc};
    clock_set(&clock);
    sc.s = switcher_new(&c);
    run_it();
    (void)wait_told(&from, "kincir-1", 0, REFLEX_START);
    (void)snprintf(set.tags.pond, sizeof set.tags.pond, "kolam-1");
    switcher_see(sc.s, &set, 1); /* the last word of the probe */
    (void)wait_told(&from, "kincir-1", 1, REFLEX_LOST);
    assert_int_equal(atomic_load(&sc.f.coil[2]), 1);
}

static void a_silent_board_is_said_and_tried_again(void **state)
{
    struct reflex_state st;
    unsigned from = 0;

    (void)state;
    begin(250);
    atomic_store(&sc.f.silent, true);
    run_it();
    do {
        wait_for(&sc.w, 0, count_of(&sc.w, 0) + 1);
        switcher_get(sc.s, 0, &st);
    } while (st.failed == 0);
    assert_true(!st.known && st.wanted);
    assert_non_null(strstr(st.error, "no answer"));
    atomic_store(&sc.f.silent, false);
    (void)wait_told(&from, "kincir-1", 1, REFLEX_CALLED);
    switcher_get(sc.s, 0, &st);
    assert_true(st.known && st.on && st.error[0] == '\0');
}

/* Two switches of a dead board cost one time-out before the first order, not two. */
static void a_dead_board_is_asked_once_at_the_start(void **state)
{
    struct reflex_state st;

    (void)state;
    begin(800);
    atomic_store(&sc.f.silent, true);
    run_it();
    do {
        wait_for(&sc.w, 0, count_of(&sc.w, 0) + 1);
        switcher_get(sc.s, 0, &st);
    } while (st.failed == 0);
    assert_int_equal(atomic_load(&sc.f.asked_state), 1);
}

static void people_switch_by_hand(void **state)
{
    struct reflex_state st;
    unsigned from = 0;

    (void)state;
    begin(800);
    run_it();
    (void)wait_told(&from, "lampu", 0, REFLEX_START);
    assert_int_equal(switcher_manual(sc.s, 1, 1, 30000), 0);
    (void)wait_told(&from, "lampu", 1, REFLEX_MANUAL);
    assert_int_equal(atomic_load(&sc.f.coil[7]), 1);
    switcher_get(sc.s, 1, &st);
    assert_true(st.manual_until_ms > clock_mono_ms() && st.cause == REFLEX_MANUAL);
    assert_int_equal(switcher_manual(sc.s, 1, -1, 0), 0);
    (void)wait_told(&from, "lampu", 0, REFLEX_RELEASED);
    assert_int_equal(atomic_load(&sc.f.coil[7]), 0);
    assert_int_equal(switcher_manual(sc.s, 1, 1, 60001), NILA_ERR_RANGE);
}

static void what_cannot_be_switched_is_refused_before_it_starts(void **state)
{
    char why[256];

    (void)state;
    begin(800);
    sc.reflex[0].channel = 9;
    assert_int_equal(switcher_check(&sc.w.site, sc.w.profiles, why, sizeof why), NILA_ERR_CONFIG);
    assert_non_null(strstr(why, "reflex kincir-1: channel 9 of device probe-1"));
    sc.reflex[0].channel = 3;
    sc.reflex[0].device = 0;
    assert_int_equal(switcher_check(&sc.w.site, sc.w.profiles, why, sizeof why), NILA_ERR_CONFIG);
    assert_non_null(strstr(why, "device probe-0"));
    assert_non_null(strstr(why, "has no switches"));
    sc.reflex[0].device = 1;
    sc.reflex[0].condition[0].pond = -1;
    assert_int_equal(switcher_check(&sc.w.site, sc.w.profiles, why, sizeof why), NILA_ERR_CONFIG);
    assert_string_equal(why, "reflex kincir-1: no device measures do_mg_l of tambak");
    sc.reflex[0].condition[0].pond = 0;
    sc.w.device[0].every_s = 3; /* max_age_s 3 */
    assert_int_equal(switcher_check(&sc.w.site, sc.w.profiles, why, sizeof why), NILA_ERR_CONFIG);
    assert_non_null(strstr(
        why, "max_age_s 3 is over before the next do_mg_l of kolam-1, which comes every 3 s"));
    sc.w.device[0].every_s = 1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(low_oxygen_starts_the_aerator_and_good_oxygen_stops_it, end),
        cmocka_unit_test_teardown(a_running_aerator_runs_on_after_a_restart, end),
        cmocka_unit_test_teardown(a_board_that_was_reset_gets_its_state_again, end),
        cmocka_unit_test_teardown(a_lost_probe_starts_the_aerator, end),
        cmocka_unit_test_teardown(a_lost_probe_starts_the_aerator_of_a_machine_that_was_suspended,
                                  end),
        cmocka_unit_test_teardown(a_silent_board_is_said_and_tried_again, end),
        cmocka_unit_test_teardown(a_dead_board_is_asked_once_at_the_start, end),
        cmocka_unit_test_teardown(people_switch_by_hand, end),
        cmocka_unit_test_teardown(what_cannot_be_switched_is_refused_before_it_starts, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

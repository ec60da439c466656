/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Contacts of a module behind a real TCP line, and what is said of GPIO lines that are none. */
#include "poll_world.h"

#include "collector/gpio.h"
#include "collector/inputs.h"

struct board {
    atomic_int contact[8];
    atomic_bool silent;
    atomic_uint asked;
};

static struct peer_reply board(void *arg, const struct peer_request *rq, uint16_t *regs)
{
    struct board *b = arg;

    atomic_fetch_add(&b->asked, 1);
    if (atomic_load(&b->silent))
        return (struct peer_reply){.act = PEER_SILENT};
    if (rq->function != 2 || rq->first != 0 ||
        rq->count != 8) /* this board answers for all eight only */
        return (struct peer_reply){.act = PEER_EXCEPTION, .exception = 3};
    for (int i = 0; i < 8; i++)
        regs[i] = (uint16_t)atomic_load(&b->contact[i]);
    return (struct peer_reply){.act = PEER_GOOD};
}

struct scene {
    struct world w;
    struct board b;
    struct peer *line;
    struct site_input input[3];
    struct inputs *in;
    atomic_uint seen;
};
static struct scene sc;

static int keep(void *arg, const struct reading_set *sets, size_t n)
{
    struct scene *s = arg;
    return take(&s->w, sets, n);
}

static void see(void *arg, const struct reading_set *sets, size_t n)
{
    struct scene *s = arg;
    (void)sets;
    atomic_fetch_add(&s->seen, (unsigned)n);
}

static int ask(void *arg, unsigned bus, const struct bus_question *q, uint16_t *regs,
               struct bus_answer *a)
{
    struct scene *s = arg;
    return poller_ask(s->w.poller, bus, q, regs, a, 10000);
}

/* A module of eight contacts: mains on 1 (inverted), a button on 8. */
static int begin(void **state)
{
    static const int AT[] = {0};
    char why[256] = "";
    int port;

    (void)state;
    memset(&sc, 0, sizeof sc);
    sc.line = peer_start_tcp(board, &sc.b, &port);
    init_world(&sc.w);
    add_device(&sc.w, add_tcp(&sc.w, port, 200), 7, 60, AT, 0);
    sc.w.profile[0].outputs = 1;
    sc.w.profile[0].output[0] = (struct profile_output){
        .kind = PROFILE_OUTPUT_INPUTS, .function = 2, .count = 8, .first_number = 1, .on = 1};
    sc.input[0] = (struct site_input){
        .slug = "listrik", .pond = -1, .channel = 1, .invert = true, .every_s = 1};
    sc.input[1] = (struct site_input){.slug = "tombol", .pond = 0, .channel = 8, .every_s = 1};
    sc.w.site.input = sc.input;
    sc.w.site.inputs = 2;
    if (inputs_check(&sc.w.site, sc.w.profiles, why, sizeof why) != 0)
        fail_msg("%s", why);
    start(&sc.w);
    const struct inputs_config c = {.site = &sc.w.site,
                                    .profile = sc.w.profiles,
                                    .ask = ask,
                                    .see = see,
                                    .deliver = keep,
                                    .arg = &sc};
    return inputs_start(&sc.in, &c);
}

static int end(void **state)
{
    (void)state;
    inputs_stop(sc.in);
    stop(&sc.w);
    peer_stop(sc.line);
    return 0;
}

/* Waits for a set of that input among those after *from, which moves behind it. value -1: missing. */
static const struct reading_set *wait_told(unsigned *from, const char *slug, int value)
{
    const struct reading_set *found = NULL;
    struct timespec t;

    (void)clock_gettime(CLOCK_REALTIME, &t);
    t.tv_sec += 20;
    (void)pthread_mutex_lock(&sc.w.lock);
    for (;;) {
        for (; *from < sc.w.n && found == NULL; ++*from) {
            const struct reading_set *s = &sc.w.set[*from];
            if (strcmp(s->tags.device, slug) == 0 &&
                (value < 0 ? s->v[0].flag == READING_MISSING : s->v[0].value == value))
                found = s;
        }
        if (found != NULL || pthread_cond_timedwait(&sc.w.more, &sc.w.lock, &t) != 0)
            break;
    }
    (void)pthread_mutex_unlock(&sc.w.lock);
    if (found == NULL)
        fail_msg("%s was not told as %d", slug, value);
    return found;
}

static void changes_are_told_at_once_and_nothing_else_is(void **state)
{
    const struct reading_set *set;
    struct input_state st;
    unsigned from = 0, seen;

    (void)state;
    (void)wait_told(&from, "listrik", 1); /* inverted */
    from = 0;
    set = wait_told(&from, "tombol", 0);
    assert_string_equal(set->tags.pond, "kolam-1");
    assert_int_equal(set->v[0].metric, METRIC_INPUT);
    assert_int_equal(set->n, 1);
    atomic_store(&sc.b.contact[7], 1);
    (void)wait_told(&from, "tombol", 1);
    atomic_store(&sc.b.contact[0], 1);
    (void)wait_told(&from, "listrik", 0);
    inputs_get(sc.in, 0, &st);
    assert_true(st.value == 0 && st.since_ms > 0 && st.last_good_ms >= st.since_ms &&
                st.error[0] == '\0');
    seen = atomic_load(&sc.seen);
    assert_true(seen >= 4); /* the reflexes are shown every reading */
    assert_int_equal(sc.w.n, 4);
    assert_true(atomic_load(&sc.b.asked) < seen); /* one question for both contacts */
}

static void a_silent_module_is_told_once_and_comes_back(void **state)
{
    struct input_state st;
    unsigned from = 0;

    (void)state;
    (void)wait_told(&from, "tombol", 0);
    atomic_store(&sc.b.silent, true);
    (void)wait_told(&from, "tombol", -1);
    inputs_get(sc.in, 1, &st);
    assert_int_equal(st.value, -1);
    assert_non_null(strstr(st.error, "no answer"));
    atomic_store(&sc.b.silent, false);
    (void)wait_told(&from, "tombol", 0);
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

static int begin_after_a_sleep(void **state)
{
    const struct clock_source c = {.wall_ms = wall, .mono_ms = mono_after_a_sleep};

    clock_set(&c);
    return begin(state);
}

static int end_after_a_sleep(void **state)
{
    int rc = end(state);

    clock_set(NULL);
    return rc;
}

static void a_machine_that_was_suspended_reads_on(void **state)
{
    unsigned from = 0;

    (void)state;
    (void)wait_told(&from, "tombol", 0);
    atomic_store(&sc.b.contact[7], 1);
    (void)wait_told(&from, "tombol", 1);
}

static void what_cannot_be_read_is_refused_before_it_starts(void **state)
{
    char why[256];

    (void)state;
    inputs_stop(sc.in);
    sc.in = NULL;
    sc.input[2] = (struct site_input){.slug = "pintu", .channel = 9, .every_s = 1};
    sc.w.site.inputs = 3;
    assert_int_equal(inputs_check(&sc.w.site, sc.w.profiles, why, sizeof why), NILA_ERR_CONFIG);
    assert_non_null(strstr(why, "input pintu: device probe-0"));
    assert_non_null(strstr(why, "has no contact 9"));
    sc.w.site.inputs = 2;
}

static void a_gpio_that_is_none_is_said_in_words(void **state)
{
    char why[96] = "";

    (void)state;
    assert_int_equal(gpio_open("/dev/no-such-chip", 3, 'n', why, sizeof why), NILA_ERR_NOT_FOUND);
    assert_string_equal(why, "/dev/no-such-chip line 3: there is no such chip");
    assert_int_equal(gpio_open("/dev/null", 3, 'u', why, sizeof why), NILA_ERR_UNSUPPORTED);
    assert_string_equal(why, "/dev/null line 3: not a GPIO chip, or an old kernel");
}

static void reads_a_gpio_line_where_there_is_one(void **state)
{
    char why[96] = "";
    int handle, v;

    (void)state;
    if (access("/dev/gpiochip0", R_OK) != 0) {
        print_message("skip - this machine has no /dev/gpiochip0\n");
        skip();
    }
    handle = gpio_open("/dev/gpiochip0", 0, 'n', why, sizeof why);
    if (handle < 0)
        fail_msg("%s", why);
    v = gpio_read(handle, why, sizeof why);
    assert_true(v == 0 || v == 1);
    assert_int_equal(gpio_open("/dev/gpiochip0", 0, 'n', why, sizeof why), NILA_ERR_BUSY);
    (void)close(handle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(changes_are_told_at_once_and_nothing_else_is, begin, end),
        cmocka_unit_test_setup_teardown(a_silent_module_is_told_once_and_comes_back, begin, end),
        cmocka_unit_test_setup_teardown(a_machine_that_was_suspended_reads_on, begin_after_a_sleep,
                                        end_after_a_sleep),
        cmocka_unit_test_setup_teardown(what_cannot_be_read_is_refused_before_it_starts, begin,
                                        end),
        cmocka_unit_test(a_gpio_that_is_none_is_said_in_words),
        cmocka_unit_test(reads_a_gpio_line_where_there_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A calibration through the running collector: poller, journal and socket, the technician's tool at its client's end, and two nodes
 * on one line, one of which is calibrated with the firmware's own core. */
#define _GNU_SOURCE /* fopencookie */ // NOLINT(bugprone-reserved-identifier,cert-dcl37-c)
#include "tests/support/support.h"

#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "collector/common/clock.h"
#include "collector/common/control.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "collector/control.h"
#include "collector/setup.h"
#include "firmware-bridge/linux/calibrate.h"
#include "tests/collector/journal_help.h"
#include "tests/support/nobody.h"

#define SETTLE_S 1
#define WAIT_MS  20000

static const char SITE[] =
    "{\"site\":{\"slug\":\"uji\",\"name\":\"Uji\",\"regency\":\"kotim\",\"kecamatan\":\"62.02.06\"}"
    ",\"ponds\":[{\"slug\":\"kolam-1\",\"name\":\"Kolam 1\",\"area_m2\":400,\"depth_m\":1.2,"
    "\"system\":\"pond\"}],"
    "\"buses\":[{\"slug\":\"b\",\"tcp\":{\"host\":\"127.0.0.1\",\"port\":%d},\"timeout_ms\":1000,"
    "\"devices\":["
    "{\"slug\":\"node-1\",\"profile\":\"nila-node\",\"unit\":1,\"every_s\":1,\"pond\":\"kolam-1\"},"
    "{\"slug\":\"node-2\",\"profile\":\"nila-node\",\"unit\":2,\"every_s\":1,\"pond\":\"kolam-1\"},"
    "{\"slug\":\"ph\",\"profile\":\"seeed-s-ph-01\",\"unit\":9,\"every_s\":3600,\"pond\":\"kolam-"
    "1\"}"
    "]}],\"sinks\":[],\"journal\":{\"path\":\"%s/j.db\",\"max_bytes\":16777216,\"keep_days\":35},"
    "\"control\":{\"socket\":\"%s/c.sock\"}}";

static char dir[80], sock[100];
static struct practice *node;
static struct setup setup;
static struct journal *journal;
static struct poller *poller;
static struct loan *loan;
static struct control *control;

static int deliver(void *arg, const struct reading_set *sets, size_t n)
{
    (void)arg;
    return journal_append(journal, sets, n);
}

static int ask_line(void *arg, unsigned bus, const struct bus_question *q, uint16_t *regs,
                    struct bus_answer *a)
{
    (void)arg;
    return poller_ask(poller, bus, q, regs, a, 5000);
}

static void lend(void *arg, unsigned device, bool lent)
{
    (void)arg;
    poller_lend(poller, device, lent);
}

/* Everything but the journal, which a restart keeps. */
static void start_collector(int64_t idle_ms)
{
    const struct profile *const *profile = (const struct profile *const *)setup.profile;
    const struct poll_receiver to = {.deliver = deliver};
    const struct loan_config lc = {.site = setup.site,
                                   .profile = profile,
                                   .ask = ask_line,
                                   .lend = lend,
                                   .deliver = deliver,
                                   .idle_ms = idle_ms};
    char why[400];

    if (poller_start(&poller, setup.site, profile, &to, why, sizeof why) != 0)
        fail_msg("%s", why);
    assert_int_equal(loan_start(&loan, &lc), 0);
    const struct control_sources src = {.site = setup.site,
                                        .journal = journal,
                                        .poller = poller,
                                        .profile = profile,
                                        .loan = loan,
                                        .started_ms = 5};
    assert_int_equal(control_start(&control, sock, &src), 0);
}

static void stop_collector(void)
{
    control_stop(control);
    loan_stop(loan);
    poller_stop(poller);
}

static void start_all(int64_t idle_ms)
{
    const struct practice_config pc = {.seed = 3, .speed = 300, .neighbour = true};
    char text[3000], config[100], journal_path[100], why[400];

    tongue_set(false);
    log_set_level(LOG_LEVEL_ERROR);
    clock_declare_trusted();
    assert_int_equal(practice_start(&node, &pc), 0);
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(sock, sizeof sock, "%s/c.sock", dir);
    (void)snprintf(config, sizeof config, "%s/site.json", dir);
    (void)snprintf(journal_path, sizeof journal_path, "%s/j.db", dir);
    (void)snprintf(text, sizeof text, SITE, atoi(strchr(practice_address(node), ':') + 1), dir,
                   dir);
    support_write(config, text);
    if (setup_load(&setup, config, "collector/devices", why, sizeof why) != 0)
        fail_msg("%s", why);
    setup.profile[0]->settle_s = SETTLE_S;
    journal = help_open(journal_path);
    start_collector(idle_ms);
}

static int set_up(void **state)
{
    (void)state;
    start_all(0);
    return 0;
}

static int set_up_hasty(void **state)
{
    (void)state;
    start_all(700);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    stop_collector();
    journal_close(journal);
    setup_free(&setup);
    practice_stop(node);
    log_set_level(LOG_LEVEL_INFO);
    support_rmdir(dir);
    return 0;
}

/* --- what the socket says ----------------------------------------------------------------------------------------- */

static int append_line(void *arg, const char *json)
{
    buf_str(arg, json);
    buf_str(arg, "\n");
    return 0;
}

/* The whole answer, or an error's words; the caller frees it. */
static char *call(const char *request)
{
    struct buf b = {0};
    char why[400];
    int rc = control_call(sock, request, append_line, &b, WAIT_MS, why, sizeof why);

    if (rc != 0)
        buf_printf(&b, "%s", why);
    buf_str(&b, "");
    return b.p;
}

static void expect(const char *request, const char *part)
{
    char *text = call(request);
    if (strstr(text, part) == NULL)
        fail_msg("%s\n gave %s\n not %s", request, text, part);
    free(text);
}

struct count {
    const char *device;
    int good, lent, other, events;
    double last; /* value of the newest event */
    int64_t last_ms, widest_ms;
};

static int count_line(void *arg, const char *json)
{
    struct count *c = arg;
    char device[40];
    long long ts;
    int flag;
    unsigned bits;
    const char *p = strstr(json, "\"flag\":"), *value = strstr(json, "\"value\":");

    assert_int_equal(sscanf(json, "{\"ts_ms\":%lld,\"device\":\"%39[^\"]\"", &ts, device), 2);
    assert_non_null(p);
    assert_int_equal(sscanf(p, "\"flag\":%d,\"bits\":%u", &flag, &bits), 2);
    if (strcmp(device, c->device) != 0)
        return 0;
    c->events++;
    c->last = atof(value + 8);
    if (c->last_ms != 0 && ts - c->last_ms > c->widest_ms)
        c->widest_ms = ts - c->last_ms;
    c->last_ms = ts;
    if ((bits & READING_BIT_CALIBRATION) != 0) {
        assert_true(flag == READING_FAIL || flag == READING_MISSING);
        c->lent++;
    } else if (reading_usable(flag)) {
        c->good++;
    } else {
        c->other++;
    }
    return 0;
}

static struct count history(const char *device, const char *metric)
{
    struct count c = {.device = device};
    char request[200], why[400];

    (void)snprintf(
        request, sizeof request,
        "{\"v\":1,\"op\":\"history\",\"pond\":\"kolam-1\",\"metric\":\"%s\",\"from_ms\":0,"
        "\"to_ms\":9000000000000}",
        metric);
    if (control_call(sock, request, count_line, &c, WAIT_MS, why, sizeof why) != 0)
        fail_msg("%s", why);
    return c;
}

static void nap(void)
{
    const struct timespec t = {0, 20000000};
    (void)nanosleep(&t, NULL);
}

/* Until the newest event of node-1 in metric is value. */
static void await_event(const char *metric, double value)
{
    const int64_t end = clock_mono_ms() + WAIT_MS;
    struct count c;

    do {
        c = history("node-1", metric);
        if (c.events > 0 && fabs(c.last - value) < 0.001)
            return;
        nap();
    } while (clock_mono_ms() < end);
    fail_msg("%s is %g after %d events, not %g", metric, c.last, c.events, value);
}

static void await_good(const char *device, int more)
{
    const int64_t end = clock_mono_ms() + WAIT_MS;
    const int want = history(device, "temp_c").good + more;

    while (history(device, "temp_c").good < want) {
        assert_true(clock_mono_ms() < end);
        nap();
    }
}

/* --- the tool ----------------------------------------------------------------------------------------------------- */

static int talk(enum calibrate_action action, const char *typed, FILE *in, char **said)
{
    char base[300], typing[400];
    struct master_place place = {.socket = sock, .device = "node-1"};
    struct calibrate_job job = {.action = action,
                                .channel = 2,
                                .method = 4,
                                .operator_name = "Siti",
                                .due_days = 45,
                                .baro_pa = NILA_MISSING,
                                .certificate = base,
                                .poll_ms = 50,
                                .practice = node};
    struct master m;
    size_t size;
    int rc;

    (void)snprintf(base, sizeof base, "%s/cert", dir);
    (void)snprintf(typing, sizeof typing, "%s", typed);
    job.in = in != NULL ? in : fmemopen(typing, strlen(typing), "r");
    job.out = open_memstream(said, &size);
    if (master_open(&m, &place) != 0)
        fail_msg("%s", m.why);
    rc = calibrate_node(&job, &m);
    master_close(&m);
    if (in == NULL)
        assert_int_equal(fclose(job.in), 0);
    assert_int_equal(fclose(job.out), 0);
    return rc;
}

#define TWO_BUFFERS "2\n\n6.86\n1\n\n4.01\ny\n"

static void a_calibration_goes_through_the_collector_and_nobody_is_missed(void **state)
{
    struct poll_line_stats line;
    struct count c;
    char *said;

    (void)state;
    await_good("node-1", 2);
    await_good("node-2", 2);
    if (talk(CALIBRATE_RUN, TWO_BUFFERS, NULL, &said) != 0)
        fail_msg("%s", said);
    free(said);
    assert_int_equal(practice_number(node, 2), 1);
    assert_false(practice_open(node));
    await_event("calibrating", 0);
    await_good("node-1", 2);
    /* what is in force is told, and who did it */
    assert_true(fabs(history("node-1", "cal_slope_pct").last - 94.8) < 0.5);
    assert_int_equal((int)history("node-1", "cal_of").last, METRIC_PH);
    assert_int_equal((int)history("node-1", "cal_user").last, (int)getuid());
    assert_true(history("node-1", "cal_due_day").last > 9000);
    /* nothing read in the buffers is a pond's, and the other node was read each second */
    assert_true(history("node-1", "temp_c").lent > 0);
    c = history("node-1", "ph");
    assert_true(c.lent > 0);
    c = history("node-2", "temp_c");
    assert_int_equal(c.lent + c.other, 0);
    assert_true(c.widest_ms <= 1500);
    poller_line_stats(poller, 0, &line);
    printf("%d readings of the other node, %llu slots served, %llu missed, line busy for %d per "
           "thousand\n",
           c.good, (unsigned long long)line.served_slots, (unsigned long long)line.missed_slots,
           line.busy_permille);
    assert_int_equal(line.missed_slots, 0);
}

/* Who only looks takes no probe out of the water. */
static void looking_blinds_nobody(void **state)
{
    char *said;

    (void)state;
    setup.profile[0]->settle_s = 3600;
    assert_int_equal(talk(CALIBRATE_SHOW, " ", NULL, &said), 0);
    assert_non_null(strstr(said, "In force now: factory"));
    free(said);
    await_event("calibrating", 0);
    await_good("node-1", 1);
}

static int first_line(void *arg, const char *json)
{
    const char *p = strstr(json, "\"lease\":\"");

    return p != NULL && sscanf(p, "\"lease\":\"%16s", (char *)arg) == 1 ? 0 : NILA_ERR_PROTO;
}

/* A loan by hand; its connection, to be closed. */
static int borrow(char lease[17])
{
    char why[400];
    int fd = -1;

    if (control_hold(sock, "{\"v\":1,\"op\":\"lend\",\"device\":\"node-1\"}", first_line, lease,
                     WAIT_MS, &fd, why, sizeof why) != 0)
        fail_msg("%s", why);
    return fd;
}

static void expect_lent(const char *lease, const char *question, const char *part)
{
    char request[400];

    (void)snprintf(request, sizeof request, "{\"v\":1,\"op\":\"lent\",\"lease\":\"%s\",%s}", lease,
                   question);
    expect(request, part);
}

static void only_registers_of_a_calibration_are_reached(void **state)
{
    static const struct {
        const char *question, *part;
    } T[] = {
        {"\"function\":3,\"first\":40,\"count\":19", "\"good\""},
        {"\"function\":4,\"first\":0,\"count\":120", "\"good\""},
        {"\"function\":16,\"first\":0,\"count\":1,\"write\":[23063]", "\"good\""},
        {"\"function\":16,\"first\":0,\"count\":1,\"write\":[23062]", "calibration"},
        {"\"function\":16,\"first\":0,\"count\":2,\"write\":[23063,9]", "calibration"},
        {"\"function\":16,\"first\":1,\"count\":1,\"write\":[9]", "calibration"},
        {"\"function\":16,\"first\":10,\"count\":1,\"write\":[0]", "calibration"},
        {"\"function\":16,\"first\":39,\"count\":2,\"write\":[0,4]", "calibration"},
        {"\"function\":16,\"first\":49,\"count\":2,\"write\":[0,4]", "calibration"},
        {"\"function\":6,\"first\":40,\"count\":1,\"write\":[4]", "calibration"},
        {"\"function\":16,\"first\":40,\"count\":1", "nothing to write"},
        {"\"function\":5,\"first\":0,\"count\":1,\"write\":[1]", "calibration"},
        {"\"function\":8,\"first\":0,\"count\":1", ""},
        {"\"function\":3,\"first\":100,\"count\":1", "calibration"},
    };
    char lease[17];
    int fd = borrow(lease);

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++)
        expect_lent(lease, T[i].question, T[i].part);
    expect_lent("0000000000000000", "\"function\":3,\"first\":40,\"count\":19", "no such loan");
    /* without the loan the same is refused */
    expect(
        "{\"v\":1,\"op\":\"ask\",\"bus\":\"b\",\"unit\":1,\"function\":16,\"first\":40,\"count\":1,"
        "\"write\":[4]}",
        "names no such register");
    (void)close(fd);
}

static int nobody_lends(void *arg)
{
    char why[400];
    (void)arg;
    return control_call(sock, "{\"v\":1,\"op\":\"lend\",\"device\":\"node-1\"}", NULL, NULL, 5000,
                        why, sizeof why) == NILA_ERR_DENIED
               ? 0
               : 1;
}

static void one_at_a_time_and_only_who_may(void **state)
{
    char lease[17];
    int fd;

    (void)state;
    expect("{\"v\":1,\"op\":\"lend\",\"device\":\"none\"}", "no such device");
    expect("{\"v\":1,\"op\":\"lend\",\"device\":\"ph\"}", "calibration_access");
    fd = borrow(lease);
    expect("{\"v\":1,\"op\":\"lend\",\"device\":\"node-2\"}", "node-1 is being calibrated by");
    expect("{\"v\":1,\"op\":\"status\"}", "\"slug\":\"node-1\"");
    if (geteuid() == 0)
        assert_int_equal(support_as_nobody(nobody_lends, NULL), 0);
    (void)close(fd);
    await_event("calibrating", 0);
    fd = borrow(lease); /* free again */
    (void)close(fd);
}

/* kill -9 of the tool closes its connection; that is all the collector sees of it. */
static void a_tool_that_dies_leaves_the_calibration_before(void **state)
{
    const int64_t end = clock_mono_ms() + WAIT_MS;
    char lease[17];
    int fd = borrow(lease);

    (void)state;
    expect_lent(lease, "\"function\":16,\"first\":0,\"count\":1,\"write\":[23063]", "good");
    expect_lent(lease, "\"function\":16,\"first\":40,\"count\":3,\"write\":[1,2,4]", "good");
    assert_true(practice_open(node));
    (void)close(fd);
    while (practice_open(node)) {
        assert_true(clock_mono_ms() < end);
        nap();
    }
    assert_int_equal(practice_number(node, 2), 0);
    expect_lent(lease, "\"function\":3,\"first\":40,\"count\":19", "no such loan");
    await_event("calibrating", 0);
    await_good("node-1", 2);
}

static void a_loan_that_is_not_used_ends(void **state)
{
    char lease[17], rest[400] = "";
    int fd = borrow(lease);
    const int64_t end = clock_mono_ms() + WAIT_MS;
    struct pollfd p = {.fd = fd, .events = POLLIN};

    (void)state;
    while (history("node-1", "calibrating").events < 2) {
        assert_true(clock_mono_ms() < end);
        nap();
    }
    assert_int_equal(poll(&p, 1, WAIT_MS), 1);
    assert_true(read(fd, rest, sizeof rest - 1) > 0);
    assert_non_null(strstr(rest, "{\"end\":true}"));
    expect_lent(lease, "\"function\":3,\"first\":40,\"count\":19", "no such loan");
    (void)close(fd);
}

/* The technician types; between the two points the collector is restarted. */
static ssize_t type(void *cookie, char *to, size_t size)
{
    static const char *const LINE[] = {"2\n", "\n", "6.86\n", "1\n", "\n", "4.01\n", "y\n"};
    size_t *at = cookie, n;

    if (*at == sizeof LINE / sizeof LINE[0])
        return 0;
    if (*at == 3) {
        assert_true(practice_open(node));
        stop_collector();
        start_collector(0);
    }
    n = strlen(LINE[*at]);
    assert_true(n <= size);
    memcpy(to, LINE[(*at)++], n);
    return (ssize_t)n;
}

static void a_collector_that_is_restarted_ends_it_in_good_order(void **state)
{
    size_t at = 0;
    char *said;
    FILE *in = fopencookie(&at, "r", (cookie_io_functions_t){.read = type});

    (void)state;
    assert_non_null(in);
    /* it stops in good order, so that the node's calibration was aborted; kill -9 is tests/house's */
    assert_int_equal(talk(CALIBRATE_RUN, "", in, &said), NILA_ERR_REFUSED);
    assert_int_equal(fclose(in), 0);
    free(said);
    assert_false(practice_open(node));
    assert_int_equal(practice_number(node, 2), 0);
    await_event("calibrating", 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_calibration_goes_through_the_collector_and_nobody_is_missed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(looking_blinds_nobody, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_registers_of_a_calibration_are_reached, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(one_at_a_time_and_only_who_may, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_tool_that_dies_leaves_the_calibration_before, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_loan_that_is_not_used_ends, set_up_hasty, tear_down),
        cmocka_unit_test_setup_teardown(a_collector_that_is_restarted_ends_it_in_good_order, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

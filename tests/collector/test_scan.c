/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is on a line, and what he is. The program's own view of it is in test_commands.c. */
#include "tests/support/support.h"

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/asker.h"
#include "collector/common/log.h"
#include "collector/scan.h"
#include "tests/support/modbus_peer.h"

static void understands_lists_of_units(void **state)
{
    static const struct {
        const char *text;
        int first, last, count; /* count -1: not understood */
    } T[] = {
        {"1-247", 1, 247, 247}, {"5", 5, 5, 1},     {"0,255", 0, 255, 2}, {"1,5,10-20", 1, 20, 13},
        {"3-3", 3, 3, 1},       {"", 0, 0, -1},     {"1-", 0, 0, -1},     {"-5", 0, 0, -1},
        {"5-1", 0, 0, -1},      {"1,,2", 0, 0, -1}, {"1,", 0, 0, -1},     {"256", 0, 0, -1},
        {"1-256", 0, 0, -1},    {"1 2", 0, 0, -1},  {"x", 0, 0, -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        bool unit[256];
        int n = 0, first = -1, last = -1;
        if (scan_units(unit, T[i].text) != (T[i].count >= 0))
            fail_msg("\"%s\"", T[i].text);
        for (int u = 0; T[i].count >= 0 && u < 256; u++) {
            n += unit[u];
            first = unit[u] && first < 0 ? u : first;
            last = unit[u] ? u : last;
        }
        if (T[i].count >= 0 && (n != T[i].count || first != T[i].first || last != T[i].last))
            fail_msg("\"%s\": %d units, %d to %d", T[i].text, n, first, last);
    }
}

static void understands_lists_of_speeds(void **state)
{
    static const struct {
        const char *baud, *parity;
        int n;
    } T[] = {
        {"9600", "N", 1},
        {"9600,19200", "E", 2},
        {"all", "N", 8},
        {"all", "all", 24},
        {"9600", "all", 3},
        {"", "N", -1},
        {"9600,", "N", -1},
        {"300", "N", -1},
        {"115201", "N", -1},
        {"9600", "", -1},
        {"9600", "NE", -1},
        {"9600", "n", -1},
        {"1200,1200,1200,1200,1200,1200,1200,1200,1200", "N", -1},
    };
    struct scan_speed speed[SCAN_SPEEDS];

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++)
        if (scan_speeds(speed, T[i].baud, T[i].parity) != T[i].n)
            fail_msg("%s %s", T[i].baud, T[i].parity);
    assert_int_equal(scan_speeds(speed, "all", "all"), 24);
    assert_int_equal(speed[0].baud, 9600); /* the commonest first */
    assert_int_equal(speed[0].parity, 'N');
}

/* --- a line ------------------------------------------------------------------------------------------------------- */

static atomic_uint asked;

static struct peer_reply values(const struct peer_request *rq, uint16_t *regs, int function,
                                unsigned first, const uint16_t *v, unsigned n, bool silent)
{
    if (rq->function != function || rq->first < first || rq->first + rq->count > first + n)
        return (struct peer_reply){silent ? PEER_SILENT : PEER_EXCEPTION, 0, 2};
    for (unsigned i = 0; i < rq->count; i++)
        regs[i] = v[rq->first - first + i];
    return (struct peer_reply){PEER_GOOD, 0, 0};
}

/* Unit 1: a node. 2: oxygen in floats. 3: a Yosemitech probe that was not told to measure and is silent beside its registers.
 * 4: zeros everywhere. 5: an identification that lies about its lengths is not sent. 6: a gateway that knows no such unit. */
static struct peer_reply decide(void *arg, const struct peer_request *rq, uint16_t *regs)
{
    static const uint16_t DO[] = {0x4100, 0x1D57, 0x42DD, 0xEC73, 0x4201, 0xE54E};
    static const uint16_t SERIAL[] = {0x5944, 0x3132, 0x3334, 0x3536, 0x3738, 0x3941, 0x4243};
    static const char NODE[] = "Lumbung Nila|node|1|more|than|three";
    uint16_t node[120] = {20044, 1};

    (void)arg;
    atomic_fetch_add(&asked, 1);
    if (rq->unit == 1 && rq->function == 43) {
        for (size_t i = 0; i < sizeof NODE; i++)
            regs[i] = (uint8_t)NODE[i];
        return (struct peer_reply){PEER_GOOD, 0, 0};
    }
    switch (rq->unit) {
    case 1:
        return values(rq, regs, 4, 0, node, 120, false);
    case 2:
        return values(rq, regs, 3, 0, DO, 6, false);
    case 3:
        if (rq->function == 3 && rq->first >= 9728 && rq->first + rq->count <= 9740)
            return (struct peer_reply){PEER_GOOD, 0, 0}; /* zeros: it does not measure yet */
        return values(rq, regs, 3, 2304, SERIAL, 7, true);
    case 4:
        return (struct peer_reply){rq->function <= 4 ? PEER_GOOD : PEER_EXCEPTION, 0, 1};
    case 6:
        return (struct peer_reply){PEER_EXCEPTION, 0, 11};
    default:
        return (struct peer_reply){PEER_SILENT, 0, 0};
    }
}

static struct peer *peer;
static struct site_bus line;
static struct asker *asker;
static struct identify *id;

static int set_up(void **state)
{
    char why[256];

    (void)state;
    log_set_level(LOG_LEVEL_ERROR);
    line = (struct site_bus){
        .slug = "b", .kind = SITE_BUS_TCP, .host = "127.0.0.1", .timeout_ms = 500};
    peer = peer_start_tcp(decide, NULL, &line.tcp_port);
    if (asker_open(&asker, &line, NULL, why, sizeof why) != 0 ||
        identify_open(&id, "collector/devices", why, sizeof why) != 0)
        fail_msg("%s", why);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    identify_close(id);
    asker_close(asker);
    peer_stop(peer);
    log_set_level(LOG_LEVEL_INFO);
    return 0;
}

static void knows_a_device_by_what_it_holds(void **state)
{
    struct identify_guess guess[IDENTIFY_GUESSES];
    struct identify_name name;

    (void)state;
    assert_true(identify_unit(id, asker, 1, 0, 100, &name, guess) >= 1);
    /* one with a relay looks like this, too: the one that claims less comes first */
    assert_string_equal(guess[0].p->id, "nila-node");
    assert_true(guess[0].certain);
    assert_string_equal(name.maker, "Lumbung Nila");
    assert_string_equal(name.product, "node");
    assert_string_equal(name.version, "1");

    assert_true(identify_unit(id, asker, 2, 0, 100, &name, guess) >= 1);
    assert_string_equal(guess[0].p->id, "rika-do");
    assert_false(guess[0].certain);
    assert_string_equal(name.maker, "");
    assert_int_equal(guess[0].set.n, 3);
    assert_int_equal(guess[0].plausible, 3);
}

static void knows_a_probe_that_has_not_been_told_to_measure(void **state)
{
    struct identify_guess guess[IDENTIFY_GUESSES];
    struct identify_name name;
    int n;

    (void)state;
    n = identify_unit(id, asker, 3, 0, 60, &name, guess);
    assert_true(n >= 1);
    for (int i = 0; i < n; i++)
        if (strncmp(guess[i].p->id, "yosemitech-", 11) != 0)
            fail_msg("%s", guess[i].p->id);
}

static void takes_zeros_for_nothing_it_knows(void **state)
{
    struct identify_guess guess[IDENTIFY_GUESSES];
    struct identify_name name;
    int n;

    (void)state;
    n = identify_unit(id, asker, 4, 0, 60, &name, guess);
    /* a relay board with everything off is all zeros too */
    for (int i = 0; i < n; i++)
        if (guess[i].set.n > 0)
            fail_msg("%s", guess[i].p->id);
}

static void asks_each_question_of_a_unit_once(void **state)
{
    struct identify_guess guess[IDENTIFY_GUESSES];
    struct identify_name name;
    unsigned before, profiles = identify_count(id);

    (void)state;
    before = atomic_load(&asked);
    assert_true(identify_unit(id, asker, 2, 0, 60, &name, guess) >= 1);
    /* many profiles begin with the same registers */
    assert_true(atomic_load(&asked) - before < 2 * profiles);
    before = atomic_load(&asked);
    assert_true(identify_unit(id, asker, 2, 0, 60, &name, guess) >= 1);
    assert_true(atomic_load(&asked) > before); /* and nothing is remembered of another time */
}

static void looks_at_registers_that_were_read_without_asking(void **state)
{
    struct reg_block block = {.function = 3,
                              .first = 0,
                              .count = 8,
                              .regs = {0x4100, 0x1D57, 0x42DD, 0xEC73, 0x4201, 0xE54E, 0, 0}};
    struct identify_guess guess[IDENTIFY_GUESSES];
    unsigned before = atomic_load(&asked);

    (void)state;
    assert_true(identify_block(id, 10, 9600, &block, guess) >= 1);
    assert_string_equal(guess[0].p->id, "rika-do");
    assert_int_equal(atomic_load(&asked), before);
    block.first = 40000; /* nobody has registers there */
    assert_int_equal(identify_block(id, 10, 9600, &block, guess), 0);
}

struct found {
    unsigned n;
    struct scan_found f[8];
    size_t done, all;
};

static void keep(void *arg, const struct scan_found *f)
{
    struct found *k = arg;
    if (k->n < 8)
        k->f[k->n++] = *f;
}

static void count(void *arg, size_t done, size_t all)
{
    struct found *k = arg;

    assert_true(done > k->done && done <= all);
    k->done = done;
    k->all = all;
}

static void finds_who_is_there(void **state)
{
    struct found k = {0};
    struct scan s = {
        .asker = asker, .id = id, .speeds = 1, .timeout_ms = 60, .progress = count, .arg = &k};
    char why[256] = "";

    (void)state;
    assert_true(scan_units(s.unit, "1-3,6,30"));
    assert_int_equal(scan_run(&s, keep, &k, why, sizeof why), 0);
    assert_int_equal(k.n, 3);
    assert_int_equal(k.f[0].unit, 1);
    assert_int_equal(k.f[1].unit, 2);
    assert_int_equal(k.f[2].unit, 3); /* silent at register 0 */
    assert_int_equal(k.done, k.all);
}

static void says_that_the_line_was_lost(void **state)
{
    struct found k = {0};
    struct scan s = {.asker = asker, .id = id, .speeds = 1, .timeout_ms = 60};
    char why[256] = "";

    (void)state;
    peer_stop(peer);
    peer = NULL;
    assert_true(scan_units(s.unit, "1-3"));
    assert_int_equal(scan_run(&s, keep, &k, why, sizeof why), NILA_ERR_IO);
    assert_true(why[0] != '\0');
    assert_int_equal(k.n, 0);
}

static void passes_over_a_profile_with_mistakes(void **state)
{
    struct identify *other = NULL;
    char dir[100], path[140], why[256] = "", *text;

    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    assert_int_equal(identify_open(&other, dir, why, sizeof why), NILA_ERR_NOT_FOUND);
    assert_non_null(strstr(why, "no device profiles in"));
    assert_int_equal(identify_open(&other, "/no/such/folder", why, sizeof why), NILA_ERR_NOT_FOUND);
    (void)snprintf(path, sizeof path, "%s/rusak.json", dir);
    support_write(path, "{");
    text = support_read("collector/devices/rika-do.json", NULL);
    (void)snprintf(path, sizeof path, "%s/rika-do.json", dir);
    support_write(path, text);
    free(text);
    assert_int_equal(identify_open(&other, dir, why, sizeof why), 0);
    assert_int_equal(identify_count(other), 1);
    assert_string_equal(identify_profile(other, 0)->id, "rika-do");
    identify_close(other);
    support_rmdir(dir);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(understands_lists_of_units),
        cmocka_unit_test(understands_lists_of_speeds),
        TEST(knows_a_device_by_what_it_holds),
        TEST(knows_a_probe_that_has_not_been_told_to_measure),
        TEST(takes_zeros_for_nothing_it_knows),
        TEST(asks_each_question_of_a_unit_once),
        TEST(looks_at_registers_that_were_read_without_asking),
        TEST(finds_who_is_there),
        TEST(says_that_the_line_was_lost),
        TEST(passes_over_a_profile_with_mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

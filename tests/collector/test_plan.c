/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/plan.h"

/* One measurement: function, address, registers, quality, kind. */
struct want {
    int function, address, registers, quality, kind;
};

static struct profile make_profile(const struct want *w, unsigned n)
{
    struct profile p = {.n = n, .max_registers = 125};

    for (unsigned i = 0; i < n; i++) {
        struct profile_measurement *m = &p.m[i];
        m->function = w[i].function;
        m->address = (uint16_t)w[i].address;
        m->type = w[i].registers == 2 ? PROFILE_F32 : PROFILE_U16;
        m->quality = w[i].quality;
        m->kind = w[i].kind;
        m->metric = (enum metric)i;
    }
    return p;
}

static void describe(char *text, size_t size, const struct plan *plan)
{
    text[0] = '\0';
    for (unsigned i = 0; i < plan->n; i++) {
        size_t used = strlen(text);
        (void)snprintf(text + used, size - used, "%s%d:%u+%u", i > 0 ? " " : "",
                       plan->b[i].function, plan->b[i].first, plan->b[i].count);
    }
}

static void makes_the_fewest_blocks(void **state)
{
    static const struct {
        const char *says;
        struct want w[6];
        unsigned n;
        int max_registers, max_gap;
        const char *plan;
    } T[] = {
        {"one value", {{4, 0, 1, -1, -1}}, 1, 125, 0, "4:0+1"},
        {"neighbours join",
         {{3, 0x2600, 2, -1, -1}, {3, 0x2602, 2, -1, -1}, {3, 0x2604, 2, -1, -1}},
         3,
         125,
         0,
         "3:9728+6"},
        {"order of the file does not matter",
         {{3, 4, 2, -1, -1}, {3, 0, 2, -1, -1}, {3, 2, 2, -1, -1}},
         3,
         125,
         0,
         "3:0+6"},
        {"a gap parts them", {{3, 0, 2, -1, -1}, {3, 3, 2, -1, -1}}, 2, 125, 0, "3:0+2 3:3+2"},
        {"a gap may be allowed", {{3, 0, 2, -1, -1}, {3, 3, 2, -1, -1}}, 2, 125, 1, "3:0+5"},
        {"a gap wider than allowed",
         {{3, 0, 2, -1, -1}, {3, 4, 2, -1, -1}},
         2,
         125,
         1,
         "3:0+2 3:4+2"},
        {"functions part them", {{3, 0, 1, -1, -1}, {4, 1, 1, -1, -1}}, 2, 125, 9, "3:0+1 4:1+1"},
        {"even floats stay even",
         {{4, 0, 2, -1, -1}, {4, 6, 2, -1, -1}, {4, 12, 2, -1, -1}, {4, 14, 2, -1, -1}},
         4,
         125,
         0,
         "4:0+2 4:6+2 4:12+4"},
        {"a value is never cut",
         {{3, 0, 2, -1, -1}, {3, 2, 2, -1, -1}, {3, 4, 2, -1, -1}},
         3,
         5,
         0,
         "3:0+4 3:4+2"},
        {"quality and kind come along", {{4, 40, 2, 44, 48}}, 1, 125, 4, "4:40+9"},
        {"quality apart", {{4, 40, 2, 44, -1}}, 1, 125, 0, "4:40+2 4:44+1"},
        {"one quality word for two values",
         {{3, 0, 1, 9, -1}, {3, 1, 1, 9, -1}},
         2,
         125,
         0,
         "3:0+2 3:9+1"},
        {"the same register twice", {{3, 5, 1, -1, -1}, {3, 5, 2, -1, -1}}, 2, 125, 0, "3:5+2"},
        {"the last register there is",
         {{3, 65535, 1, -1, -1}, {3, 65533, 2, -1, -1}},
         2,
         125,
         0,
         "3:65533+3"},
        {"124 apart in one", {{3, 0, 1, -1, -1}, {3, 124, 1, -1, -1}}, 2, 125, 200, "3:0+125"},
        {"125 apart not", {{3, 0, 1, -1, -1}, {3, 125, 1, -1, -1}}, 2, 125, 200, "3:0+1 3:125+1"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct profile p = make_profile(T[i].w, T[i].n);
        struct plan plan;
        char text[400], why[160] = "";
        int rc;
        p.max_registers = T[i].max_registers;
        p.max_gap = T[i].max_gap;
        rc = plan_make(&plan, &p, why, sizeof why);
        if (rc != 0)
            fail_msg("%s: %d %s", T[i].says, rc, why);
        describe(text, sizeof text, &plan);
        if (strcmp(text, T[i].plan) != 0)
            fail_msg("%s: %s, expected %s", T[i].says, text, T[i].plan);
    }
}

static void refuses_what_no_request_can_ask(void **state)
{
    static const struct {
        const char *says;
        struct want w;
        unsigned n;
        int max_registers;
        bool whole;
        int function, first, count;
        const char *words;
    } T[] = {
        {"nothing to read", {3, 0, 1, -1, -1}, 0, 125, false, 0, 0, 0, "0 measurements"},
        {"function 1", {1, 0, 1, -1, -1}, 1, 125, false, 0, 0, 0, "function 1"},
        {"beyond the end", {3, 65535, 2, -1, -1}, 1, 125, false, 0, 0, 0, "65535"},
        {"two registers in requests of one", {3, 0, 2, -1, -1}, 1, 1, false, 0, 0, 0, "may ask 1"},
        {"whole block of 126", {3, 0, 2, -1, -1}, 1, 125, true, 3, 0, 126, "126"},
        {"whole block of 0", {3, 0, 2, -1, -1}, 1, 125, true, 3, 0, 0, "cannot be asked"},
        {"whole block by function 6", {3, 0, 2, -1, -1}, 1, 125, true, 6, 0, 10, "function 6"},
        {"value outside the block", {3, 9, 2, -1, -1}, 1, 125, true, 3, 0, 10, "outside"},
        {"quality outside the block", {3, 0, 2, 10, -1}, 1, 125, true, 3, 0, 10, "outside"},
        {"value by another function", {4, 0, 2, -1, -1}, 1, 125, true, 3, 0, 10, "outside"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct profile p = make_profile(&T[i].w, 1);
        struct plan plan = {.n = 77};
        char why[160] = "";
        p.n = T[i].n;
        p.max_registers = T[i].max_registers;
        p.whole_block = T[i].whole;
        p.block_function = T[i].function;
        p.block_first = (uint16_t)T[i].first;
        p.block_count = (uint16_t)T[i].count;
        if (plan_make(&plan, &p, why, sizeof why) != NILA_ERR_CONFIG ||
            strstr(why, T[i].words) == NULL)
            fail_msg("%s: %s", T[i].says, why);
        assert_int_equal(plan.n, 77);
    }
}

static void asks_a_whole_block_exactly_and_never_splits_it(void **state)
{
    const struct want w[] = {{4, 40, 2, 44, 48}, {4, 50, 2, 54, 58}};
    struct profile p = make_profile(w, 2);
    struct plan plan;
    char text[100], why[160];

    (void)state;
    p.whole_block = true;
    p.block_function = 4;
    p.block_count = 120;
    assert_int_equal(plan_make(&plan, &p, why, sizeof why), 0);
    describe(text, sizeof text, &plan);
    assert_string_equal(text, "4:0+120");
    assert_int_equal(plan_split(&plan, &p, 0), 0);
}

static void splits_off_the_gap_first_then_halves_down_to_single_values(void **state)
{
    const struct want w[] = {
        {3, 0, 2, -1, -1}, {3, 2, 1, -1, -1}, {3, 5, 1, -1, -1}, {3, 6, 2, -1, -1}};
    static const struct {
        unsigned block;
        int pieces;
        const char *plan;
    } STEP[] = {
        {0, 2, "3:0+3 3:5+3"},
        {1, 2, "3:0+3 3:5+1 3:6+2"},
        {0, 2, "3:0+2 3:2+1 3:5+1 3:6+2"},
        {0, 0, "3:0+2 3:2+1 3:5+1 3:6+2"},
        {3, 0, "3:0+2 3:2+1 3:5+1 3:6+2"},
        {9, 0, "3:0+2 3:2+1 3:5+1 3:6+2"},
    };
    struct profile p = make_profile(w, 4);
    struct plan plan;
    char text[200], why[160];

    (void)state;
    p.max_gap = 8;
    assert_int_equal(plan_make(&plan, &p, why, sizeof why), 0);
    describe(text, sizeof text, &plan);
    assert_string_equal(text, "3:0+8");
    for (size_t i = 0; i < sizeof STEP / sizeof STEP[0]; i++) {
        assert_int_equal(plan_split(&plan, &p, STEP[i].block), STEP[i].pieces);
        describe(text, sizeof text, &plan);
        assert_string_equal(text, STEP[i].plan);
    }
    plan_last(&plan, 1);
    describe(text, sizeof text, &plan);
    assert_string_equal(text, "3:0+2 3:5+1 3:6+2 3:2+1");
    plan_last(&plan, 99);
    describe(text, sizeof text, &plan);
    assert_string_equal(text, "3:0+2 3:5+1 3:6+2 3:2+1");
}

static void even_devices_are_asked_even_numbers_from_even_addresses(void **state)
{
    static const struct {
        struct want w[3];
        unsigned n;
        int max_registers;
        const char *plan;
    } T[] = {
        {{{4, 0, 2, -1, -1}, {4, 2, 2, -1, -1}}, 2, 125, "4:0+4"},
        {{{4, 3, 1, -1, -1}}, 1, 125, "4:2+2"},
        {{{4, 3, 2, -1, -1}}, 1, 125, "4:2+4"},
        {{{4, 0, 1, -1, -1}, {4, 2, 1, -1, -1}}, 2, 125, "4:0+4"},
        {{{4, 0, 2, -1, -1}, {4, 2, 2, -1, -1}, {4, 4, 2, -1, -1}}, 3, 5, "4:0+4 4:4+2"},
        {{{4, 65535, 1, -1, -1}}, 1, 125, "4:65534+2"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct profile p = make_profile(T[i].w, T[i].n);
        struct plan plan;
        char text[100], why[160] = "";
        p.even = true;
        p.max_registers = T[i].max_registers;
        assert_int_equal(plan_make(&plan, &p, why, sizeof why), 0);
        describe(text, sizeof text, &plan);
        assert_string_equal(text, T[i].plan);
    }
}

static void what_lies_in_a_block_is_read_by_that_block_alone(void **state)
{
    const struct want w[] = {{3, 2091, 2, -1, -1}, {3, 2099, 1, -1, -1}, {3, 2411, 2, 2417, -1}};
    struct profile p = make_profile(w, 3);
    struct plan plan;
    char text[100], why[160];

    (void)state;
    p.blocks = 2;
    p.block[0] = (struct profile_block){3, 2089, 10};
    p.block[1] = (struct profile_block){3, 2409, 10};
    p.max_gap = 100;
    assert_int_equal(plan_make(&plan, &p, why, sizeof why), 0);
    describe(text, sizeof text, &plan);
    assert_string_equal(text, "3:2089+10 3:2099+1 3:2409+10");
    assert_int_equal(plan_split(&plan, &p, 0), 0);
    p.block[1].function = 4; /* another function's registers */
    assert_int_equal(plan_make(&plan, &p, why, sizeof why), 0);
    describe(text, sizeof text, &plan);
    assert_string_equal(text, "3:2089+10 3:2099+1 3:2411+7");
}

static void states_decimals_and_the_order_are_read_with_the_values(void **state)
{
    const struct want w[] = {{3, 10, 2, -1, -1}};
    struct profile p = make_profile(w, 1);
    struct plan plan;
    char text[100], why[160];

    (void)state;
    p.states = 3;
    p.state[0] = (struct profile_state){.function = 3, .address = 12, .of = 1};
    p.state[1] =
        (struct profile_state){.function = 4, .address = 40, .type = PROFILE_WORD_U32, .of = 1};
    p.state[2] = (struct profile_state){.function = 4, .address = 90}; /* of nothing that is read */
    p.m[0].has_decimals = true;
    p.m[0].decimals = 13;
    assert_int_equal(plan_make(&plan, &p, why, sizeof why), 0);
    describe(text, sizeof text, &plan);
    assert_string_equal(text, "3:10+4 4:40+2");
    p.order_register.function = 4;
    p.order_register.address = 42;
    assert_int_equal(plan_make(&plan, &p, why, sizeof why), 0);
    describe(text, sizeof text, &plan);
    assert_string_equal(text, "3:10+4 4:40+2"); /* nobody's order depends on it */
    p.m[0].order_set = true;
    assert_int_equal(plan_make(&plan, &p, why, sizeof why), 0);
    describe(text, sizeof text, &plan);
    assert_string_equal(text, "3:10+4 4:40+3");
}

static void a_board_that_only_switches_has_an_empty_plan(void **state)
{
    struct profile p = {.max_registers = 125, .outputs = 1};
    struct plan plan = {.n = 9};
    char why[160];

    (void)state;
    assert_int_equal(plan_make(&plan, &p, why, sizeof why), 0);
    assert_int_equal(plan.n, 0);
}

static void a_refused_block_is_asked_again_after_an_hour(void **state)
{
    struct plan plan = {.n = 2, .b = {{.function = 3, .count = 1}, {.function = 3, .first = 9}}};

    (void)state;
    assert_true(plan_wanted(&plan, &plan.b[0], 1000));
    plan_refuse(&plan.b[0], 2, 1000);
    assert_int_equal(plan.b[0].refused, 2);
    assert_false(plan_wanted(&plan, &plan.b[0], 1000));
    assert_false(plan_wanted(&plan, &plan.b[0], 3600999));
    assert_true(plan_wanted(&plan, &plan.b[0], 3601000));
    assert_true(plan_wanted(&plan, &plan.b[1], 1000));
    plan_refuse(&plan.b[1], 3, 2000); /* nothing else is left to ask: is it still there? */
    assert_true(plan_wanted(&plan, &plan.b[0], 3000));
    assert_true(plan_wanted(&plan, &plan.b[1], 3000));
}

/* Is every register measurement m needs inside one block? */
static bool covered(const struct plan *plan, int function, int first, int count)
{
    for (unsigned i = 0; i < plan->n; i++)
        if (plan->b[i].function == function && first >= plan->b[i].first &&
            first + count <= plan->b[i].first + plan->b[i].count)
            return true;
    return false;
}

static void every_value_stays_whole_in_any_profile_however_often_it_is_split(void **state)
{
    const unsigned SEED = 20261124;
    char why[160];

    (void)state;
    printf("seed %u\n", SEED);
    srand(SEED);
    for (int round = 0; round < 3000; round++) {
        struct want w[PROFILE_MEASUREMENTS];
        struct profile p;
        struct plan plan;
        unsigned n = 1 + (unsigned)rand() % PROFILE_MEASUREMENTS, room = 1 + (unsigned)rand() % 300;

        for (unsigned i = 0; i < n; i++)
            w[i] = (struct want){3 + rand() % 2, rand() % (int)room, 1 + rand() % 2,
                                 rand() % 3 ? -1 : rand() % (int)room,
                                 rand() % 3 ? -1 : rand() % (int)room};
        p = make_profile(w, n);
        p.max_registers = 2 + rand() % 124;
        p.max_gap = rand() % 20;
        p.even = p.max_registers >= 4 && rand() % 4 == 0; /* a float at an odd address takes 4 */
        assert_int_equal(plan_make(&plan, &p, why, sizeof why), 0);
        for (int split = 0;; split++) {
            unsigned before = plan.n;
            for (unsigned i = 0; i < n; i++) {
                assert_true(covered(&plan, w[i].function, w[i].address, w[i].registers));
                assert_true(w[i].quality < 0 || covered(&plan, w[i].function, w[i].quality, 1));
                assert_true(w[i].kind < 0 || covered(&plan, w[i].function, w[i].kind, 1));
            }
            for (unsigned i = 0; i < plan.n; i++)
                assert_true(plan.b[i].count >= 1 && plan.b[i].count <= p.max_registers);
            assert_true(plan.n <= PLAN_BLOCKS && split < 4 * PLAN_BLOCKS);
            for (unsigned i = 0; i < plan.n; i++) {
                int k = plan_split(&plan, &p, i);
                if (k > 0) {
                    assert_int_equal(plan.n, before + (unsigned)k - 1);
                    before = 0;
                    break;
                }
            }
            if (before != 0)
                break;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_the_fewest_blocks),
        cmocka_unit_test(refuses_what_no_request_can_ask),
        cmocka_unit_test(asks_a_whole_block_exactly_and_never_splits_it),
        cmocka_unit_test(splits_off_the_gap_first_then_halves_down_to_single_values),
        cmocka_unit_test(even_devices_are_asked_even_numbers_from_even_addresses),
        cmocka_unit_test(what_lies_in_a_block_is_read_by_that_block_alone),
        cmocka_unit_test(states_decimals_and_the_order_are_read_with_the_values),
        cmocka_unit_test(a_board_that_only_switches_has_an_empty_plan),
        cmocka_unit_test(a_refused_block_is_asked_again_after_an_hour),
        cmocka_unit_test(every_value_stays_whole_in_any_profile_however_often_it_is_split),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

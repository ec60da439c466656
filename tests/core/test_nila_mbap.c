/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <string.h>

#include "firmware-bridge/core/nila_mbap.h"

static const struct nila_identity IDENTITY = {.product = "node"};

static void knows_the_length_of_a_frame_from_its_head(void **state)
{
    static const struct {
        const char *says;
        uint8_t bytes[8];
        size_t n, length;
    } T[] = {
        {"nothing yet", {0}, 0, 0},
        {"not enough yet", {0, 1, 0, 0, 0}, 5, 0},
        {"known from the sixth byte on", {0, 1, 0, 0, 0, 6}, 6, 12},
        {"more than the frame is there", {0, 1, 0, 0, 0, 2, 7, 17}, 8, 8},
        {"the shortest", {0, 1, 0, 0, 0, 2}, 6, 8},
        {"the longest", {0, 1, 0, 0, 0, 254}, 6, 260},
        {"no function", {0, 1, 0, 0, 0, 1}, 6, NILA_MBAP_FOREIGN},
        {"no unit", {0, 1, 0, 0, 0, 0}, 6, NILA_MBAP_FOREIGN},
        {"longer than a frame can be", {0, 1, 0, 0, 0, 255}, 6, NILA_MBAP_FOREIGN},
        {"a large length", {0, 1, 0, 0, 1, 6}, 6, NILA_MBAP_FOREIGN},
        {"another protocol", {0, 1, 0, 1, 0, 6}, 6, NILA_MBAP_FOREIGN},
        {"a browser is known by its third letter", {'G', 'E', 'T'}, 3, NILA_MBAP_FOREIGN},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++)
        if (nila_mbap_length(T[i].bytes, T[i].n) != T[i].length)
            fail_msg("%s: %zu", T[i].says, nila_mbap_length(T[i].bytes, T[i].n));
}

static void frames_answers_and_exceptions(void **state)
{
    static const struct {
        const char *says;
        uint8_t in[16];
        size_t n;
        uint8_t out[16];
        size_t m;
    } T[] = {
        {"read",
         {0xAB, 0xCD, 0, 0, 0, 6, 7, 4, 0, 15, 0, 1},
         12,
         {0xAB, 0xCD, 0, 0, 0, 5, 7, 4, 2, 0, 7},
         11},
        {"exception",
         {0, 1, 0, 0, 0, 6, 7, 4, 0, 120, 0, 1},
         12,
         {0, 1, 0, 0, 0, 3, 7, 0x84, 2},
         9},
        {"the shortest", {0, 1, 0, 0, 0, 2, 7, 99}, 8, {0, 1, 0, 0, 0, 3, 7, 0xE3, 1}, 9},
        {"nobody's unit", {0, 1, 0, 0, 0, 6, 8, 4, 0, 15, 0, 1}, 12, {0}, 0},
        {"unit 255 is not us", {0, 1, 0, 0, 0, 6, 255, 4, 0, 15, 0, 1}, 12, {0}, 0},
        {"broadcast", {0, 1, 0, 0, 0, 6, 0, 6, 0, 0, 0x5A, 0x17}, 12, {0}, 0},
        {"fewer bytes than the head says", {0, 1, 0, 0, 0, 6, 7, 4, 0, 15, 0, 1}, 11, {0}, 0},
        {"more bytes than the head says", {0, 1, 0, 0, 0, 6, 7, 4, 0, 15, 0, 1, 0}, 13, {0}, 0},
        {"another protocol", {0, 1, 1, 0, 0, 6, 7, 4, 0, 15, 0, 1}, 12, {0}, 0},
        {"nothing", {0}, 0, {0}, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct nila_node node;
        struct nila_units units = {.node = &node, .nodes = 1};
        uint8_t out[NILA_MBAP_MAX];
        struct nila_answer a;
        nila_node_init(&node, 7, 10, &IDENTITY);
        a = nila_mbap_serve(&units, T[i].in, T[i].n, out);
        if (a.n != T[i].m || memcmp(out, T[i].out, a.n) != 0)
            fail_msg("%s: %zu bytes", T[i].says, a.n);
    }
}

static void a_node_at_unit_0_is_asked_and_not_broadcast_to(void **state)
{
    static const uint8_t ASK[] = {0, 1, 0, 0, 0, 6, 0, 4, 0, 15, 0, 1};
    struct nila_node node;
    struct nila_units units = {.node = &node, .nodes = 1};
    uint8_t out[NILA_MBAP_MAX];

    (void)state;
    nila_node_init(&node, 0, 10, &IDENTITY);
    assert_int_equal(nila_mbap_serve(&units, ASK, sizeof ASK, out).n, 11);
}

static void the_longest_answer_fits(void **state)
{
    uint8_t in[NILA_MBAP_MAX] = {0, 1, 0, 0, 0, 254, 7, 8, 0, 0, 1, 2}, out[NILA_MBAP_MAX];
    struct nila_node node;
    struct nila_units units = {.node = &node, .nodes = 1};

    (void)state;
    in[NILA_MBAP_MAX - 1] = 0x77;
    nila_node_init(&node, 7, 10, &IDENTITY);
    assert_int_equal(nila_mbap_serve(&units, in, sizeof in, out).n, NILA_MBAP_MAX);
    assert_memory_equal(in, out, NILA_MBAP_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_the_length_of_a_frame_from_its_head),
        cmocka_unit_test(frames_answers_and_exceptions),
        cmocka_unit_test(a_node_at_unit_0_is_asked_and_not_broadcast_to),
        cmocka_unit_test(the_longest_answer_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

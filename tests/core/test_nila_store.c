/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-bridge/core/nila_crc32.h"
#include "firmware-bridge/core/nila_store.h"
#include "tests/support/flash_model.h"

#define PAGE   256
#define SLOT   512
#define RECORD 300

static uint8_t memory[4 * SLOT];
static uint8_t out[RECORD];

/* A record that says which one it is in every byte. */
static void make(uint8_t *record, uint32_t number)
{
    for (uint32_t i = 0; i < RECORD; i++)
        record[i] = (uint8_t)(number * 31 + i * 7 + (number >> (i % 8)));
}

static enum nila_store_state open_store(struct nila_store *s, const struct flash_model *m)
{
    uint16_t n;
    enum nila_store_state state = nila_store_open(s, &m->flash, SLOT, SLOT, out, RECORD, &n);

    if (state == NILA_STORE_GOOD)
        assert_int_equal(n, RECORD);
    else
        assert_int_equal(n, 0);
    return state;
}

static void crc_32_of_the_known_text(void **state)
{
    (void)state;
    assert_int_equal(nila_crc32(0, (const uint8_t *)"123456789", 9), 0xCBF43926);
    assert_int_equal(
        nila_crc32(nila_crc32(0, (const uint8_t *)"1234", 4), (const uint8_t *)"56789", 5),
        0xCBF43926);
    assert_int_equal(nila_crc32(0, NULL, 0), 0);
}

static void a_new_board_is_empty_not_damaged(void **state)
{
    struct flash_model m;
    struct nila_store s;
    uint8_t record[RECORD];

    (void)state;
    flash_model_init(&m, memory, sizeof memory, PAGE);
    assert_int_equal(open_store(&s, &m), NILA_STORE_EMPTY);
    make(record, 1);
    assert_true(nila_store_write(&s, record, RECORD));
    assert_int_equal(open_store(&s, &m), NILA_STORE_GOOD);
    assert_memory_equal(out, record, RECORD);
}

static void the_same_record_costs_no_erasure(void **state)
{
    struct flash_model m;
    struct nila_store s;
    uint8_t record[RECORD];
    long before;

    (void)state;
    flash_model_init(&m, memory, sizeof memory, PAGE);
    open_store(&s, &m);
    make(record, 5);
    assert_true(nila_store_write(&s, record, RECORD));
    before = m.erased;
    assert_true(nila_store_write(&s, record, RECORD));
    assert_int_equal(m.erased, before);
    record[RECORD - 1]++;
    assert_true(nila_store_write(&s, record, RECORD));
    assert_true(m.erased > before);
}

static void refuses_what_does_not_fit_and_touches_nothing_outside(void **state)
{
    struct flash_model m;
    struct nila_store s;
    uint8_t record[SLOT] = {0};

    (void)state;
    flash_model_init(&m, memory, sizeof memory, PAGE);
    open_store(&s, &m);
    assert_false(nila_store_write(&s, record, SLOT - NILA_STORE_OVERHEAD + 2));
    assert_false(nila_store_write(&s, record, 3));
    assert_true(nila_store_write(&s, record, SLOT - NILA_STORE_OVERHEAD));
    record[0] = 1;
    assert_true(nila_store_write(&s, record, SLOT - NILA_STORE_OVERHEAD));
    for (size_t i = 0; i < SLOT; i++) {
        assert_int_equal(memory[i], 0xFF);
        assert_int_equal(memory[3 * SLOT + i], 0xFF);
    }
}

/* Every erase and every half word of a write, as the one in which power fails; several torn forms of each. */
static void a_cut_anywhere_leaves_the_old_or_the_new_record_whole(void **state)
{
    struct flash_model m;
    struct nila_store s;
    uint8_t old[RECORD], new[RECORD];
    long ops, cut;
    unsigned kept = 0, renewed = 0;

    (void)state;
    for (cut = 0, ops = 1; cut < ops; cut++) {
        for (uint64_t form = 0; form < 4; form++) {
            flash_model_init(&m, memory, sizeof memory, PAGE);
            open_store(&s, &m);
            make(old, 1);
            assert_true(nila_store_write(&s, old, RECORD));
            make(old, 2);
            assert_true(nila_store_write(&s, old, RECORD));
            make(new, 3);
            flash_model_power_on(&m, -1, form);
            if (cut == 0 && form == 0) { /* how many operations there are */
                assert_true(nila_store_write(&s, new, RECORD));
                ops = m.ops;
                continue;
            }
            flash_model_power_on(&m, cut, form * 1000 + (uint64_t)cut);
            assert_false(nila_store_write(&s, new, RECORD));
            flash_model_power_on(&m, -1, 0);
            if (open_store(&s, &m) != NILA_STORE_GOOD)
                fail_msg("cut in operation %ld, form %u: no record is left", cut, (unsigned)form);
            if (memcmp(out, old, RECORD) == 0)
                kept++;
            else if (memcmp(out, new, RECORD) == 0)
                renewed++;
            else
                fail_msg("cut in operation %ld, form %u: neither record", cut, (unsigned)form);
            /* and the next write mends it */
            assert_true(nila_store_write(&s, new, RECORD));
            assert_int_equal(open_store(&s, &m), NILA_STORE_GOOD);
            assert_memory_equal(out, new, RECORD);
        }
    }
    print_message("%ld operations a write; old record kept %u times, new one %u times\n", ops, kept,
                  renewed);
    assert_true(ops >= RECORD / 2 + 8);
    assert_true(kept > 0);
}

/* A life of writes and cuts, one after the other, cuts during the mending included. */
static void two_hundred_seeded_kills(void **state)
{
    struct flash_model m;
    struct nila_store s;
    uint8_t record[RECORD], last[RECORD];
    const char *given = getenv("NILA_SEED");
    uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : 20261124;
    uint32_t number = 1;
    unsigned kills = getenv("NILA_LONG") != NULL ? 20000 : 200;

    (void)state;
    print_message("seed %llu, %u kills\n", (unsigned long long)seed, kills);
    flash_model_init(&m, memory, sizeof memory, PAGE);
    open_store(&s, &m);
    make(last, number);
    assert_true(nila_store_write(&s, last, RECORD));
    for (unsigned kill = 0; kill < kills;) {
        bool done;
        make(record, ++number);
        flash_model_power_on(&m, (long)(flash_model_draw(&seed) % 200), flash_model_draw(&seed));
        done = nila_store_write(&s, record, RECORD);
        kill += m.dead;
        flash_model_power_on(&m, -1, 0);
        if (open_store(&s, &m) != NILA_STORE_GOOD)
            fail_msg("kill %u: no record is left", kill);
        if (done || memcmp(out, record, RECORD) == 0)
            memcpy(last, record, RECORD);
        if (memcmp(out, last, RECORD) != 0)
            fail_msg("kill %u: the record read is neither the last nor the new one", kill);
    }
}

static void both_bad_is_damaged_and_can_be_written_again(void **state)
{
    struct flash_model m;
    struct nila_store s;
    uint8_t record[RECORD];

    (void)state;
    flash_model_init(&m, memory, sizeof memory, PAGE);
    open_store(&s, &m);
    for (uint32_t i = 1; i < 3; i++) {
        make(record, i);
        assert_true(nila_store_write(&s, record, RECORD));
    }
    memory[SLOT + 100] ^= 0x10;
    assert_int_equal(open_store(&s, &m), NILA_STORE_GOOD); /* the other one */
    assert_memory_equal(out, record, RECORD);
    memory[2 * SLOT + 40] ^= 0x01;
    assert_int_equal(open_store(&s, &m), NILA_STORE_DAMAGED);
    make(record, 9);
    assert_true(nila_store_write(&s, record, RECORD));
    assert_int_equal(open_store(&s, &m), NILA_STORE_GOOD);
    assert_memory_equal(out, record, RECORD);
}

/* Any single bit of the record in force flipped: the one before is used, never a mixture. */
static void no_flipped_bit_goes_unseen(void **state)
{
    struct flash_model m;
    struct nila_store s;
    uint8_t a[RECORD], b[RECORD];

    (void)state;
    make(a, 1);
    make(b, 2);
    for (uint32_t bit = 0; bit < 8 * (RECORD + NILA_STORE_OVERHEAD); bit++) {
        flash_model_init(&m, memory, sizeof memory, PAGE);
        open_store(&s, &m);
        assert_true(nila_store_write(&s, a, RECORD));
        assert_true(nila_store_write(&s, b, RECORD));
        memory[2 * SLOT + bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_equal(open_store(&s, &m), NILA_STORE_GOOD);
        if (memcmp(out, a, RECORD) != 0)
            fail_msg("bit %u flipped and the record was still used", bit);
    }
}

static void the_newer_slot_is_found_where_the_sequence_goes_round(void **state)
{
    struct flash_model m;
    struct nila_store s;
    uint8_t record[RECORD];

    (void)state;
    flash_model_init(&m, memory, sizeof memory, PAGE);
    open_store(&s, &m);
    s.sequence = UINT32_MAX - 2;
    for (uint32_t i = 0; i < 6; i++) {
        make(record, i);
        assert_true(nila_store_write(&s, record, RECORD));
        assert_int_equal(open_store(&s, &m), NILA_STORE_GOOD);
        assert_memory_equal(out, record, RECORD);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crc_32_of_the_known_text),
        cmocka_unit_test(a_new_board_is_empty_not_damaged),
        cmocka_unit_test(the_same_record_costs_no_erasure),
        cmocka_unit_test(refuses_what_does_not_fit_and_touches_nothing_outside),
        cmocka_unit_test(a_cut_anywhere_leaves_the_old_or_the_new_record_whole),
        cmocka_unit_test(two_hundred_seeded_kills),
        cmocka_unit_test(both_bad_is_damaged_and_can_be_written_again),
        cmocka_unit_test(no_flipped_bit_goes_unseen),
        cmocka_unit_test(the_newer_slot_is_found_where_the_sequence_goes_round),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

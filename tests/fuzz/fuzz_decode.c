/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Registers of any content, of any profile: decode and quality never crash, and a value that is no number is missing. The
 * first bytes make the profile, the rest the registers. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/decode.h"
#include "collector/node_header.h"
#include "collector/quality.h"

struct input {
    const uint8_t *p;
    size_t n;
};

static unsigned next(struct input *in)
{
    if (in->n == 0)
        return 0;
    in->n--;
    return *in->p++;
}

static void make_profile(struct input *in, struct profile *p)
{
    static const char *const ORDER[] = {"ABCD", "CDAB", "BADC", "DCBA",     "",
                                        "AB",   "BA",   "XXXX", "HGFEDCBA", "GHEFCDAB"};

    memset(p, 0, sizeof *p);
    p->n = next(in) % (PROFILE_MEASUREMENTS + 1);
    p->max_registers = 1 + (int)(next(in) % 125);
    p->max_gap = (int)(next(in) % 126);
    for (unsigned i = 0; i < p->n; i++) {
        struct profile_measurement *m = &p->m[i];

        m->metric = (enum metric)(next(in) % METRIC_COUNT);
        m->function = 3 + (int)(next(in) % 2);
        m->address = (uint16_t)next(in);
        m->type = (enum profile_type)(next(in) % 8);
        (void)snprintf(m->order, sizeof m->order, "%s",
                       ORDER[next(in) % (sizeof ORDER / sizeof ORDER[0])]);
        m->scale = next(in) % 2 ? 0.001 : 1e300;
        m->min = -INFINITY;
        m->max = INFINITY;
        m->has_sentinel = next(in) % 2;
        m->sentinel = next(in) << 24;
        m->quality = (int)next(in) - 64;
        m->kind = (int)next(in) - 64;
        m->kind_value = (uint16_t)next(in);
        m->has_decimals = next(in) % 4 == 0;
        m->decimals = (uint16_t)next(in);
        m->order_set = next(in) % 4 == 0;
    }
    p->even = next(in) % 4 == 0;
    p->states = next(in) % (PROFILE_STATES + 1);
    for (unsigned i = 0; i < p->states; i++)
        p->state[i] =
            (struct profile_state){.function = 3 + (int)(next(in) % 2),
                                   .address = (uint16_t)next(in),
                                   .type = next(in) % 2 ? PROFILE_WORD_U32 : PROFILE_WORD_U8_HIGH,
                                   .mask = next(in),
                                   .ok = next(in),
                                   .bad = (enum profile_bad)(next(in) % 3),
                                   .of = next(in) << 16 | next(in)};
    p->order_register.function = 3;
    p->order_register.address = (uint16_t)next(in);
    p->order_register.n = 1;
    p->order_register.of[0].code = (uint16_t)next(in);
}

static void read_blocks(struct input *in, const struct plan *plan, struct reg_block *block)
{
    for (unsigned i = 0; i < plan->n; i++) {
        block[i].function = plan->b[i].function;
        block[i].first = plan->b[i].first;
        block[i].count = plan->b[i].count;
        block[i].exception = next(in) % 8 == 7 ? 2 : 0;
        for (unsigned k = 0; k < block[i].count; k++)
            block[i].regs[k] = (uint16_t)(next(in) << 8 | next(in));
    }
}

/* Measurements without a register of kinds: of two of one kind's register the one that the device says it is not is left out. */
static unsigned always(const struct profile *p)
{
    unsigned n = 0;

    for (unsigned i = 0; i < p->n; i++)
        n += p->m[i].kind < 0;
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct reg_block block[PLAN_BLOCKS];
    struct input in = {data, size};
    struct profile p;
    struct plan plan;
    struct quality *q;
    struct node_seen seen = {0};
    char why[160];

    make_profile(&in, &p);
    if (decode_check(&p, NULL, why, sizeof why) != 0 || plan_make(&plan, &p, why, sizeof why) != 0)
        return 0;
    q = quality_new(&p, NULL);
    for (int64_t round = 0; round < 4; round++) {
        struct reading_set set;

        memset(&set, 0, sizeof set);
        set.ts_ms = INT64_C(1795471950000) + round * 3600000;
        set.clock_trusted = true;
        read_blocks(&in, &plan, block);
        (void)node_header_judge(&seen, block[0].regs, block[0].count, 1, why, sizeof why);
        decode_blocks(&set, &p, NULL, block, plan.n);
        if (set.n > p.n || set.n < always(&p))
            abort();
        quality_judge(q, &set, round * 3600000);
        for (unsigned i = 0; i < set.n; i++)
            if ((set.v[i].flag == READING_MISSING) != !isfinite(set.v[i].value) ||
                (set.v[i].flag == READING_MISSING && set.v[i].bits == 0))
                abort();
        if (plan_split(&plan, &p, (unsigned)next(&in)) < 0)
            abort();
    }
    quality_free(q);
    return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* Registers that must come in one answer. */
struct need {
    int function;
    int first; /* int: comparing ends beyond 65535 must not wrap */
    int count;
};

static int by_address(const void *a, const void *b)
{
    const struct need *x = a, *y = b;

    if (x->function != y->function)
        return x->function < y->function ? -1 : 1;
    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    return (x->count > y->count) - (x->count < y->count);
}

/* Adds registers that are read together; an even profile's requests begin and end at even addresses. */
static unsigned add_need(struct need *need, unsigned n, const struct profile *p, int function,
                         int first, int count)
{
    const int end = first + count;

    need[n] = (struct need){function, first, count};
    if (p->even) {
        need[n].first = first - first % 2;
        need[n].count = end + end % 2 - need[n].first;
    }
    return n + 1;
}

/* A block that lies over registers of a need that stands for the whole of it. */
static void widen_to_blocks(const struct profile *p, struct need *need, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        for (unsigned k = 0; k < p->blocks && k < PROFILE_BLOCKS; k++) {
            const struct profile_block *b = &p->block[k];
            if (b->function == need[i].function && need[i].first >= b->first &&
                need[i].first + need[i].count <= b->first + b->count) {
                need[i].first = b->first;
                need[i].count = b->count;
            }
        }
}

/* Everything p needs, sorted; returns the count. need holds PLAN_BLOCKS entries. */
static unsigned list_needs(const struct profile *p, struct need *need)
{
    bool order = false;
    unsigned n = 0;

    for (unsigned i = 0; i < p->n && i < PROFILE_MEASUREMENTS; i++) {
        const struct profile_measurement *m = &p->m[i];

        n = add_need(need, n, p, m->function, m->address, profile_registers(m->type));
        if (m->quality >= 0)
            n = add_need(need, n, p, m->function, m->quality, 1);
        if (m->kind >= 0)
            n = add_need(need, n, p, m->function, m->kind, 1);
        if (m->has_decimals)
            n = add_need(need, n, p, m->function, m->decimals, 1);
        order = order || m->order_set;
    }
    for (unsigned i = 0; i < p->states && i < PROFILE_STATES; i++)
        if (p->state[i].of != 0)
            n = add_need(need, n, p, p->state[i].function, p->state[i].address,
                         profile_state_registers(&p->state[i]));
    if (order)
        n = add_need(need, n, p, p->order_register.function, p->order_register.address, 1);
    widen_to_blocks(p, need, n);
    qsort(need, n, sizeof need[0], by_address);
    return n;
}

/* Is it one of the blocks that stand alone? */
static bool stands_alone(const struct profile *p, int function, int first, int count)
{
    for (unsigned k = 0; k < p->blocks && k < PROFILE_BLOCKS; k++)
        if (p->block[k].function == function && p->block[k].first == first &&
            p->block[k].count == count)
            return true;
    return false;
}

/* Joins sorted needs into the fewest blocks: going left to right and stretching each block as far as it may go is
 * optimal for windows of bounded length on a line. */
static unsigned join(const struct profile *p, const struct need *need, unsigned n,
                     int max_registers, int max_gap, struct plan_block *out)
{
    unsigned blocks = 0;
    int function = 0, first = 0, end = 0;
    bool alone = false;

    for (unsigned i = 0; i < n; i++) {
        int need_end = need[i].first + need[i].count;
        int new_end = need_end > end ? need_end : end;
        bool next_alone = stands_alone(p, need[i].function, need[i].first, need[i].count);
        bool again = need[i].first == first && need_end == end; /* needs of the block before */
        bool same = blocks > 0 && need[i].function == function && need[i].first <= end + max_gap &&
                    new_end - first <= max_registers && (again || (!alone && !next_alone));

        if (!same) {
            function = need[i].function;
            first = need[i].first;
            new_end = need_end;
            alone = next_alone;
            blocks++;
        }
        end = new_end;
        out[blocks - 1] = (struct plan_block){
            .function = function, .first = (uint16_t)first, .count = (uint16_t)(end - first)};
    }
    return blocks;
}

static int check_need(const struct need *need, int max_registers, char *why, size_t why_size)
{
    if (need->function != 3 && need->function != 4) {
        (void)snprintf(why, why_size, "register %d: function %d, allowed 3 or 4", need->first,
                       need->function);
        return NILA_ERR_CONFIG;
    }
    if (need->first + need->count > 65536) {
        (void)snprintf(why, why_size, "register %d: the value runs beyond register 65535",
                       need->first);
        return NILA_ERR_CONFIG;
    }
    if (need->count > max_registers) {
        (void)snprintf(why, why_size,
                       "register %d: the value has %d registers, one request may ask %d",
                       need->first, need->count, max_registers);
        return NILA_ERR_CONFIG;
    }
    return 0;
}

static int plan_whole(struct plan *out, const struct profile *p, const struct need *need,
                      unsigned n, char *why, size_t why_size)
{
    int first = p->block_first, end = p->block_first + p->block_count;

    if (p->block_count < 1 || p->block_count > PLAN_MAX_REGISTERS || end > 65536 ||
        (p->block_function != 3 && p->block_function != 4)) {
        (void)snprintf(why, why_size, "block of %u registers at %d by function %d cannot be asked",
                       p->block_count, first, p->block_function);
        return NILA_ERR_CONFIG;
    }
    for (unsigned i = 0; i < n; i++) {
        if (need[i].function != p->block_function || need[i].first < first ||
            need[i].first + need[i].count > end) {
            (void)snprintf(
                why, why_size,
                "register %d by function %d lies outside the block %d..%d by function %d",
                need[i].first, need[i].function, first, end - 1, p->block_function);
            return NILA_ERR_CONFIG;
        }
    }
    *out = (struct plan){
        .n = 1,
        .b = {{.function = p->block_function, .first = p->block_first, .count = p->block_count}}};
    return 0;
}

static int max_registers_of(const struct profile *p)
{
    const int most = p->max_registers >= 1 && p->max_registers <= PLAN_MAX_REGISTERS
                         ? p->max_registers
                         : PLAN_MAX_REGISTERS;

    return p->even ? most - most % 2 : most;
}

int plan_make(struct plan *out, const struct profile *p, char *why, size_t why_size)
{
    struct need need[PLAN_BLOCKS] = {{0}};
    struct plan plan = {0};
    int max_registers = max_registers_of(p);
    unsigned n;

    if (p->n == 0 && p->outputs > 0) { /* switched, never polled */
        *out = plan;
        return 0;
    }
    if (p->n == 0 || p->n > PROFILE_MEASUREMENTS) {
        (void)snprintf(why, why_size,
                       "%u measurements with a metric, allowed 1..%d; a value whose fields are not "
                       "verified has none",
                       p->n, PROFILE_MEASUREMENTS);
        return NILA_ERR_CONFIG;
    }
    n = list_needs(p, need);
    for (unsigned i = 0; i < n; i++) {
        int rc = check_need(&need[i], max_registers, why, why_size);
        if (rc != 0)
            return rc;
    }
    if (p->whole_block)
        return plan_whole(out, p, need, n, why, why_size);
    plan.n = join(p, need, n, max_registers, p->max_gap > 0 ? p->max_gap : 0, plan.b);
    *out = plan;
    return 0;
}

/* The needs that lie inside block b; returns the count. */
static unsigned needs_inside(const struct profile *p, const struct plan_block *b,
                             struct need *inside)
{
    struct need all[PLAN_BLOCKS] = {{0}};
    unsigned n = list_needs(p, all), k = 0;

    for (unsigned i = 0; i < n; i++)
        if (all[i].function == b->function && all[i].first >= b->first &&
            all[i].first + all[i].count <= b->first + b->count)
            inside[k++] = all[i];
    return k;
}

/* Where to cut n overlap-free runs of needs in two: the first index of the second half, 0 when it is all one piece. */
static unsigned cut_point(const struct need *need, unsigned n)
{
    unsigned best = 0;
    int end = 0;

    for (unsigned i = 0; i < n; i++) {
        if (i > 0 && need[i].first >= end && (best == 0 || i <= n / 2))
            best = i;
        if (need[i].first + need[i].count > end)
            end = need[i].first + need[i].count;
    }
    return best;
}

int plan_split(struct plan *plan, const struct profile *p, unsigned i)
{
    struct need inside[PLAN_BLOCKS];
    struct plan_block piece[PLAN_BLOCKS];
    unsigned n, k;

    if (i >= plan->n || p->whole_block ||
        stands_alone(p, plan->b[i].function, plan->b[i].first, plan->b[i].count))
        return 0;
    n = needs_inside(p, &plan->b[i], inside);
    k = join(p, inside, n, max_registers_of(p), 0, piece);
    if (k == 1 && piece[0].count == plan->b[i].count) {
        unsigned cut = cut_point(inside, n);
        if (cut == 0)
            return 0;
        k = join(p, inside, cut, PLAN_MAX_REGISTERS, 0, piece);
        k += join(p, inside + cut, n - cut, PLAN_MAX_REGISTERS, 0, piece + k);
    }
    if (k == 0 || plan->n + k - 1 > PLAN_BLOCKS)
        return 0;
    for (unsigned j = plan->n; j-- > i + 1;)
        plan->b[j + k - 1] = plan->b[j];
    for (unsigned j = 0; j < k; j++)
        plan->b[i + j] = piece[j];
    plan->n += k - 1;
    return (int)k;
}

void plan_refuse(struct plan_block *b, int exception, int64_t mono_ms)
{
    b->refused = (uint8_t)exception;
    b->again_ms = mono_ms + PLAN_REFUSED_MS;
}

bool plan_wanted(const struct plan *plan, const struct plan_block *b, int64_t mono_ms)
{
    if (b->refused == 0 || mono_ms >= b->again_ms)
        return true;
    for (unsigned i = 0; i < plan->n; i++)
        if (plan->b[i].refused == 0)
            return false;
    return true;
}

void plan_last(struct plan *plan, unsigned i)
{
    struct plan_block b;

    if (i >= plan->n)
        return;
    b = plan->b[i];
    for (unsigned j = i; j + 1 < plan->n; j++)
        plan->b[j] = plan->b[j + 1];
    plan->b[plan->n - 1] = b;
}

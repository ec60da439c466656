/* SPDX-License-Identifier: GPL-3.0-or-later */
/* torture: what the programs of the programme share. Each does one seed of one row and ends with one line for run.sh:
 *
 *   torture runs=N acknowledged=N lost=N extra=N wrong=N
 *
 * acknowledged: readings (or records) whose keeping was confirmed; lost: of those, in none of the places where they may be, nor
 * counted as given up; extra: what nobody measured, or twice what was measured once; wrong: with another value, time or name, or
 * a promise of the row's that was broken. Exit 1 unless the last three are 0. */
#ifndef TORTURE_H
#define TORTURE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct torture_tally {
    uint64_t runs, acknowledged, lost, extra, wrong;
};

/* Counts one more of lost, extra or wrong and says what, at most 40 lines. Returns false, for chains. */
#define TORTURE_FAULT(counter, ...)  \
    do {                             \
        (counter)++;                 \
        if (torture_faults++ < 40) { \
            printf("fault - ");      \
            printf(__VA_ARGS__);     \
            printf("\n");            \
        }                            \
    } while (0)

extern unsigned torture_faults;

/* The line; the exit code. */
int torture_end(const struct torture_tally *t);

/* splitmix64, and below n (> 0). */
uint64_t torture_random(uint64_t *rng);
unsigned torture_below(uint64_t *rng, unsigned n);

#endif

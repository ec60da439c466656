/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pacedline: a serial line of any speed between a pty of its own and a device behind a socket or terminal. Each byte takes its time,
 * in both directions, and some are disturbed by a seeded chance: a bit turned, a byte put in front, a byte lost. One thread a line. */
#ifndef TESTS_PACEDLINE_H
#define TESTS_PACEDLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PACEDLINE_LATE_MS 15

struct pacedline;

struct pacedline_count {
    unsigned long bytes, disturbed; /* since the start, both directions */
    unsigned long
        late; /* bytes that came more than PACEDLINE_LATE_MS too late: the machine was busy, and frames are torn by it */
};

/* far: path of a unix socket that listens, or of a terminal. near (size >= 64) gets the name of the pty's other end. At first
 * bytes take no time and nobody disturbs them. NULL: far could not be opened, errno says why. */
struct pacedline *pacedline_start(const char *far, char *near, size_t size);

/* From the next byte on: baud 0 takes no time; bits a character (10, 11); of each 10000 bytes so many are disturbed. */
void pacedline_set(struct pacedline *l, unsigned baud, unsigned bits, unsigned per_10000,
                   uint64_t seed);

struct pacedline_count pacedline_count(struct pacedline *l);

/* Ends both ends; NULL is fine. */
void pacedline_stop(struct pacedline *l);

#endif

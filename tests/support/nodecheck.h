/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nodecheck: the conformance suite of a node, whatever it runs on: one table, one client. */
#ifndef TESTS_NODECHECK_H
#define TESTS_NODECHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <modbus.h>

#include "tests/support/pacedline.h"

/* What is at the other end. */
enum target {
    TARGET_SIMULATOR, /* nila-bridge simulate: two nodes, units 1 and 2 */
    TARGET_BOARD /* firmware in an emulator: unit 1, with line and relay registers and the test pattern */
};

struct node {
    enum target target;
    const char *name;
    struct pacedline *line;
    char near[64];
    int fd;        /* near, raw */
    modbus_t *ctx; /* near, libmodbus */
    unsigned failed;
};

#define UNIT     1
#define WHILE_MS 1000 /* an answer takes at most so long */

/* Prints "ok - " or "not ok - " NAME: TEXT, and counts. */
void claim(struct node *n, bool good, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Sends n bytes and gets what comes back until it is quiet for quiet_ms; at most wait_ms for the first byte. */
size_t ask_raw(struct node *n, const uint8_t *request, size_t size, uint8_t *answer, size_t room,
               int wait_ms, int quiet_ms);

/* Throws away what still comes, until it is quiet for quiet_ms. */
void drain(struct node *n, int quiet_ms);

/* The table, raw. */
void check_table(struct node *n);

uint16_t crc_of(const uint8_t *p, size_t n);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nodeask: a bare master at a node's line, for what the technician's tools refuse to do.
 *
 *   nodeask LINE read FUNCTION FIRST COUNT    the registers, a line
 *   nodeask LINE write FIRST VALUE...         with the lock open
 *   nodeask LINE offer IMAGE                  sends an image whatever it is, up to the node's verdict: "STATE RESULT"
 *   nodeask LINE wear REGISTER VALUE VALUE    writes the two in turn, says "try VALUE" and "done VALUE", until nobody answers
 * Unit 1. Ends with 1 when nobody answers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <modbus/modbus.h>

#include "firmware-bridge/core/nila_crc32.h"
#include "firmware-bridge/core/nila_node.h"
#include "firmware-bridge/core/nila_update.h"

#define TRIES    6
#define MOST     65536
#define CHECK_MS 100

enum command {
    START = 1,
    FINISH = 2
};

static modbus_t *line;

static void nap(void)
{
    const struct timespec t = {0, CHECK_MS * 1000000L};

    (void)nanosleep(&t, NULL);
    (void)modbus_flush(line);
}

static int get(int function, int first, int count, uint16_t *v)
{
    for (int i = 0; i < TRIES; i++) {
        int n = function == 4 ? modbus_read_input_registers(line, first, count, v)
                              : modbus_read_registers(line, first, count, v);
        if (n == count)
            return 0;
        nap();
    }
    return 1;
}

static int put(int first, int count, const uint16_t *v)
{
    return modbus_write_register(line, NILA_HOLD_UNLOCK, NILA_UNLOCK) == 1 &&
                   modbus_write_registers(line, first, count, v) == count
               ? 0
               : 1;
}

static int say(int function, int first, int count)
{
    uint16_t v[125];

    if (count < 1 || count > 125 || get(function, first, count, v) != 0)
        return 1;
    for (int i = 0; i < count; i++)
        printf("%u%s", v[i], i + 1 < count ? " " : "\n");
    return 0;
}

/* While the node works at something. */
static int settle(uint16_t v[2])
{
    do {
        nap();
        if (get(3, NILA_HOLD_UPDATE_STATE, 2, v) != 0)
            return 1;
    } while (v[0] == NILA_UPDATE_ERASING || v[0] == NILA_UPDATE_CHECKING);
    return 0;
}

static int send_blocks(const uint8_t *bytes, uint32_t n)
{
    for (uint32_t at = 0; at < n; at += 200) {
        uint16_t v[2 + NILA_UPDATE_WORDS] = {(uint16_t)(at >> 16), (uint16_t)at};
        int words = (int)(n - at < 200 ? n - at : 200) / 2, done = 0;
        for (int i = 0; i < words; i++)
            v[2 + i] =
                (uint16_t)(bytes[at + 2U * (unsigned)i] << 8 | bytes[at + 2U * (unsigned)i + 1]);
        for (int i = 0; i < TRIES && done != 2 + words; i++)
            done = modbus_write_registers(line, NILA_HOLD_UPDATE_OFFSET, 2 + words, v);
        if (done != 2 + words)
            return 1;
    }
    return 0;
}

static int offer(const char *path)
{
    static uint8_t bytes[MOST];
    FILE *f = fopen(path, "rb");
    uint32_t n = f == NULL ? 0 : (uint32_t)fread(bytes, 1, sizeof bytes, f), crc;
    uint16_t start[5] = {START}, finish = FINISH, v[2];

    if (f != NULL)
        (void)fclose(f);
    crc = nila_crc32(0, bytes, n);
    start[1] = (uint16_t)(n >> 16);
    start[2] = (uint16_t)n;
    start[3] = (uint16_t)(crc >> 16);
    start[4] = (uint16_t)crc;
    if (put(NILA_HOLD_UPDATE_COMMAND, 5, start) != 0 || settle(v) != 0)
        return 1;
    if (v[0] == NILA_UPDATE_RECEIVING &&
        (send_blocks(bytes, n) != 0 || put(NILA_HOLD_UPDATE_COMMAND, 1, &finish) != 0 ||
         settle(v) != 0))
        return 1;
    printf("%u %u\n", v[0], v[1]);
    return 0;
}

static int wear(int reg, const char *one, const char *other)
{
    const uint16_t value[2] = {(uint16_t)atoi(one), (uint16_t)atoi(other)};

    for (unsigned i = 0;; i++) {
        printf("try %u\n", value[i % 2]);
        (void)fflush(stdout);
        if (put(reg, 1, &value[i % 2]) != 0)
            return 1;
        printf("done %u\n", value[i % 2]);
        (void)fflush(stdout);
    }
}

int main(int argc, char **argv)
{
    uint16_t v[123];
    int rc = 64;

    if (argc < 4)
        return rc;
    line = modbus_new_rtu(argv[1], 9600, 'N', 8, 1);
    if (line == NULL || modbus_set_slave(line, 1) != 0 || modbus_connect(line) != 0) {
        perror(argv[1]);
        return 1;
    }
    (void)modbus_set_response_timeout(line, 2, 0);
    if (strcmp(argv[2], "read") == 0 && argc == 6)
        rc = say(atoi(argv[3]), atoi(argv[4]), atoi(argv[5]));
    if (strcmp(argv[2], "write") == 0 && argc >= 5 && argc < 127) {
        for (int i = 4; i < argc; i++)
            v[i - 4] = (uint16_t)atoi(argv[i]);
        rc = put(atoi(argv[3]), argc - 4, v);
    }
    if (strcmp(argv[2], "offer") == 0)
        rc = offer(argv[3]);
    if (strcmp(argv[2], "wear") == 0 && argc == 6)
        rc = wear(atoi(argv[3]), argv[4], argv[5]);
    modbus_close(line);
    modbus_free(line);
    return rc;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* noderoad: a pond's end of a cable. Stands between the firmware in an emulator and whoever is the master: a paced line of 9600 baud with
 * one byte in a thousand disturbed, and an EZO circuit and a thermometer at the board's other UARTs.
 *
 *   noderoad UART EZO THERMOMETER LINK PROBES_FILE
 *
 * The first three are unix sockets that listen. It tells the board what is connected, makes LINK for the master, and then the probes
 * read what stands in PROBES_FILE: oxygen and sixteenths of a degree ("6.54 457"). SIGTERM: "bytes N disturbed N" to stdout, what register 21 says of the relay, and the end. */
#include <errno.h>
#include <modbus.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "firmware-bridge/core/nila_cal.h"
#include "firmware-bridge/core/nila_regmap.h"
#include "tests/support/pacedline.h"
#include "tests/support/probesim.h"

#define UNIT  1
#define BAUD  9600
#define NOISE 10 /* of 10000 bytes */
#define SEED  20261124
#define TRIES 50

static volatile sig_atomic_t ended;

static void end(int signal)
{
    (void)signal;
    ended = 1;
}

static modbus_t *master(const char *path)
{
    modbus_t *m = modbus_new_rtu(path, BAUD, 'N', 8, 1);

    if (m == NULL || modbus_set_slave(m, UNIT) != 0 || modbus_set_response_timeout(m, 1, 0) != 0 ||
        modbus_connect(m) != 0) {
        fprintf(stderr, "noderoad: %s: %s\n", path, modbus_strerror(errno));
        exit(1);
    }
    return m;
}

static void hang_up(modbus_t *m)
{
    modbus_close(m);
    modbus_free(m);
}

/* Period 1 s, thermometer on channel 0, oxygen on channel 1. */
static bool set_up(modbus_t *m)
{
    const uint16_t quick[] = {NILA_UNLOCK, UNIT, 0, 1};
    bool done = false;

    for (int i = 0; i < TRIES && !done; i++)
        done = modbus_write_registers(m, 0, 4, quick) == 4 &&
               modbus_write_register(m, NILA_HOLD_UNLOCK, NILA_UNLOCK) == 1 &&
               modbus_write_register(m, NILA_HOLD_SOURCE_0, NILA_SOURCE_DS18B20) == 1 &&
               modbus_write_register(m, NILA_HOLD_UNLOCK, NILA_UNLOCK) == 1 &&
               modbus_write_register(m, NILA_HOLD_SOURCE_0 + 2, NILA_SOURCE_EZO_DO) == 1;
    return done;
}

static void read_probes(struct probesim *sim, const char *path)
{
    char text[12] = "";
    int sixteenth = 0;
    FILE *f = fopen(path, "r");

    if (f == NULL)
        return;
    if (fscanf(f, "%11s %d", text, &sixteenth) == 2)
        probesim_set(sim, text, sixteenth);
    (void)fclose(f);
}

static void say_relay(const char *path)
{
    modbus_t *m = master(path);
    uint16_t r[2] = {0};
    int got = -1;

    for (int i = 0; i < TRIES && got != 2; i++) {
        (void)modbus_flush(m);
        got = modbus_read_input_registers(m, NILA_REG_HEALTH, 2, r);
    }
    printf("relay %d health %u\n", got == 2 ? r[1] : -1, r[0]);
    hang_up(m);
}

int main(int argc, char **argv)
{
    const struct timespec turn = {0, 200000000};
    struct sigaction action = {.sa_handler = end};
    struct pacedline_count count;
    struct pacedline *line;
    struct probesim *sim;
    char near[64];
    modbus_t *m;

    if (argc != 6) {
        fprintf(stderr, "usage: noderoad UART EZO THERMOMETER LINK PROBES_FILE\n");
        return 2;
    }
    (void)sigaction(SIGTERM, &action, NULL);
    line = pacedline_start(argv[1], near, sizeof near);
    sim = probesim_start(argv[2], argv[3], "6.54", 457);
    if (line == NULL || sim == NULL) {
        fprintf(stderr, "noderoad: %s: %s\n", line == NULL ? argv[1] : argv[2], strerror(errno));
        return 1;
    }
    read_probes(sim, argv[5]);
    pacedline_set(line, BAUD, 10, 0, SEED);
    m = master(near);
    if (!set_up(m)) {
        fprintf(stderr, "noderoad: the board cannot be set up: %s\n", modbus_strerror(errno));
        return 1;
    }
    hang_up(m);
    pacedline_set(line, BAUD, 10, NOISE, SEED);
    if (symlink(near, argv[4]) != 0) {
        fprintf(stderr, "noderoad: %s: %s\n", argv[4], strerror(errno));
        return 1;
    }
    while (!ended) {
        read_probes(sim, argv[5]);
        (void)nanosleep(&turn, NULL);
    }
    count = pacedline_count(line);
    pacedline_set(line, BAUD, 10, 0, SEED);
    printf("bytes %lu disturbed %lu\n", count.bytes, count.disturbed);
    say_relay(near);
    probesim_stop(sim);
    pacedline_stop(line);
    return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nodecheck: asks a node whether it conforms, through a paced line.
 *
 *   nodecheck simulator|board NAME PATH COMMAND...
 *
 * PATH: a unix socket that listens (an emulator's UART) or a terminal. Commands, in turn:
 *   table        every row of nodecheck_table.c
 *   libmodbus    the same functions through libmodbus
 *   polls=N      N polls of the whole block, each of which must be good
 *   lines=N      N polls at 2400, 9600, 19200 and 115200 baud, each with 0, 0.1 and 1 % of the bytes disturbed; a slow line gets fewer
 *   faults       the emulated board's faults on demand: each must end in a reset with the right cause, and settings outlive it
 *   probes=A,B   an EZO circuit and a thermometer at the unix sockets A and B: their values, and that they are missed
 *   safe         a minute without a master: the relay takes its safe state
 * Prints "ok - " or "not ok - " for each claim; exit code 1 when one failed. NILA_SEED seeds the noise. */
#include "tests/support/nodecheck.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "firmware-bridge/core/nila_cal.h"
#include "firmware-bridge/core/nila_regmap.h"
#include "tests/support/probesim.h"

#define FAULT_REGISTER 99 /* ports/mps2/board.c */

struct seen { /* in one poll */
    uint32_t uptime_s, boots, request, sequence;
    uint16_t cause, unit;
};

void claim(struct node *n, bool good, const char *format, ...)
{
    va_list ap;

    printf("%s - %s: ", good ? "ok" : "not ok", n->name);
    va_start(ap, format);
    (void)vprintf(format, ap);
    va_end(ap);
    printf("\n");
    (void)fflush(stdout);
    n->failed += !good;
}

static double now_ms(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

size_t ask_raw(struct node *n, const uint8_t *request, size_t size, uint8_t *answer, size_t room,
               int wait_ms, int quiet_ms)
{
    struct pollfd p = {n->fd, POLLIN, 0};
    size_t got = 0;

    if (size > 0 && write(n->fd, request, size) != (ssize_t)size)
        return 0;
    while (got < room && poll(&p, 1, got == 0 ? wait_ms : quiet_ms) > 0) {
        ssize_t k = read(n->fd, answer + got, room - got);
        if (k <= 0)
            break;
        got += (size_t)k;
    }
    return got;
}

void drain(struct node *n, int quiet_ms)
{
    uint8_t junk[512];

    while (ask_raw(n, NULL, 0, junk, sizeof junk, quiet_ms, quiet_ms) == sizeof junk)
        continue;
}

/* The first good answer of a node that is just starting. */
static bool await_node(struct node *n, int limit_s)
{
    const double end = now_ms() + limit_s * 1e3;
    uint8_t echo[8] = {UNIT, 8, 0, 0, 0xA5, 0x37}, answer[64];
    const uint16_t crc = crc_of(echo, 6);

    echo[6] = (uint8_t)crc;
    echo[7] = (uint8_t)(crc >> 8);
    while (now_ms() < end)
        if (ask_raw(n, echo, sizeof echo, answer, sizeof answer, 100, 25) == sizeof echo &&
            memcmp(echo, answer, sizeof echo) == 0)
            return true;
    return false;
}

/* ---- libmodbus ---- */

static void time_out(struct node *n, int ms)
{
    (void)modbus_set_response_timeout(n->ctx, (uint32_t)(ms / 1000), (uint32_t)(ms % 1000) * 1000U);
}

static void check_libmodbus(struct node *n)
{
    uint16_t r[128] = {0};
    uint8_t id[MODBUS_RTU_MAX_ADU_LENGTH], bits[8];
    const uint16_t write[] = {NILA_UNLOCK, UNIT, 0, 1};
    double began;

    claim(n,
          modbus_read_input_registers(n->ctx, 0, NILA_REG_COUNT, r) == NILA_REG_COUNT &&
              r[0] == NILA_MAGIC && r[NILA_REG_UNIT] == UNIT,
          "libmodbus reads the block");
    claim(n, modbus_write_registers(n->ctx, 0, 4, write) == 4, "libmodbus writes the settings");
    claim(n, modbus_read_registers(n->ctx, 0, 4, r) == 4 && r[1] == UNIT && r[3] == 1,
          "libmodbus reads them back");
    claim(n, modbus_write_register(n->ctx, NILA_HOLD_PERIOD_S, 9) == -1 && errno == EMBXILVAL,
          "a locked register is an illegal value");
    claim(n, modbus_write_register(n->ctx, 9, 9) == -1 && errno == EMBXILADD,
          "a register that is not there is an illegal address");
    claim(n, modbus_read_bits(n->ctx, 0, 4, bits) == -1 && errno == EMBXILFUN,
          "a coil is an illegal function");
    claim(n, modbus_report_slave_id(n->ctx, sizeof id, id) > 2 && id[0] == UNIT && id[1] == 0xFF,
          "libmodbus asks who is there");
    /* a broadcast ends in libmodbus's own time-out */
    (void)modbus_set_slave(n->ctx, MODBUS_BROADCAST_ADDRESS);
    time_out(n, 100);
    began = now_ms();
    claim(n, modbus_write_register(n->ctx, 0, NILA_UNLOCK) == -1 && now_ms() - began >= 99,
          "a broadcast has no answer");
    time_out(n, WHILE_MS);
    (void)modbus_set_slave(n->ctx, UNIT);
    claim(n, modbus_read_registers(n->ctx, 0, 1, r) == 1 && r[0] == 1, "and was executed");
    claim(n, modbus_write_register(n->ctx, 0, 0) == 1, "libmodbus writes one register");
}

/* ---- polls ---- */

static uint32_t get32(const uint16_t *reg)
{
    return (uint32_t)reg[0] << 16 | reg[1];
}

/* Is every register what it must be? The block was read from 0 on, at least through channel 0. */
static bool plausible(const struct node *n, const uint16_t *r, const struct seen *before,
                      struct seen *now)
{
    const uint16_t *ch = r + NILA_REG_CHANNEL(0);
    const int32_t value = (int32_t)get32(ch + NILA_CH_VALUE),
                  raw = (int32_t)get32(ch + NILA_CH_RAW);

    *now = (struct seen){get32(r + NILA_REG_UPTIME_S), get32(r + NILA_REG_BOOTS),
                         get32(r + NILA_REG_REQUEST),  get32(ch + NILA_CH_SEQUENCE),
                         r[NILA_REG_RESET_CAUSE],      r[NILA_REG_UNIT]};
    if (r[NILA_REG_MAGIC] != NILA_MAGIC || r[NILA_REG_MAP_VERSION] != NILA_MAP_VERSION ||
        now->unit != UNIT || now->boots != before->boots || now->uptime_s < before->uptime_s ||
        now->request <= before->request || now->sequence < before->sequence)
        return false;
    for (unsigned i = NILA_REG_BUS_SILENT + 1; i < NILA_REG_CHANNEL(0); i++)
        if (r[i] != 0)
            return false; /* reserved */
    if (ch[NILA_CH_KIND] != (now->sequence > 0 ? NILA_KIND_TEMP_C : 0))
        return false;
    if (n->target == TARGET_SIMULATOR || now->sequence == 0)
        return now->sequence == 0 || (value > 10000 && value < 45000);
    return value == 20000 + (int32_t)(now->sequence % 10000) && raw == value - 7 &&
           ch[NILA_CH_QUALITY] == NILA_Q_VALID;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

struct polls {
    unsigned good, failed, wrong;
    unsigned unexplained; /* failed although nothing was disturbed since the poll before began */
    double *ms;           /* of the good ones, sorted; the caller's */
    struct seen last;
};

/* What later polls are held against, from a line that nobody disturbs. */
static void begin_polls(struct node *n, struct polls *p)
{
    uint16_t r[NILA_REG_COUNT];
    bool there = false;

    for (int i = 0; i < 5 && !there; i++) {
        there = modbus_read_input_registers(n->ctx, 0, 20, r) == 20;
        if (!there)
            drain(n, 100);
    }
    if (!there)
        return;
    p->last.boots = get32(r + NILA_REG_BOOTS);
    p->last.request = get32(r + NILA_REG_REQUEST);
}

/* What went wrong on the line so far, on purpose or because the machine was too busy to keep its time. */
static unsigned long troubles(const struct node *n)
{
    const struct pacedline_count c = pacedline_count(n->line);

    return c.disturbed + c.late;
}

static void poll_node(struct node *n, struct polls *p, unsigned polls, int registers, int quiet_ms)
{
    unsigned long begun[2] = {0, 0}; /* disturbed when the poll before and this one began */

    for (unsigned i = 0; i < polls; i++) {
        uint16_t r[NILA_REG_COUNT];
        struct seen seen;
        double began = now_ms();
        begun[0] = begun[1];
        begun[1] = troubles(n);
        if (modbus_read_input_registers(n->ctx, 0, registers, r) != registers) {
            if (troubles(n) == begun[0]) {
                p->unexplained++;
                printf("  poll %u: %s\n", i, modbus_strerror(errno));
            }
            p->failed++;
            drain(n, quiet_ms);
            continue;
        }
        if (!plausible(n, r, &p->last, &seen)) {
            p->wrong++;
            printf("  poll %u: wrong: request %" PRIu32 " after %" PRIu32 ", sample %" PRIu32 "\n",
                   i, seen.request, p->last.request, seen.sequence);
        }
        p->last = seen;
        p->ms[p->good++] = now_ms() - began;
    }
    qsort(p->ms, p->good, sizeof *p->ms, compare);
}

static void check_polls(struct node *n, unsigned polls)
{
    struct polls p = {.ms = calloc(polls + 1, sizeof(double))};

    if (p.ms == NULL)
        return;
    begin_polls(n, &p);
    poll_node(n, &p, polls, NILA_REG_COUNT, 20);
    claim(n, p.good == polls && p.wrong == 0,
          "%u of %u polls of %d registers good, %u wrong; ms p50 %.1f p99 %.1f most %.1f", p.good,
          polls, NILA_REG_COUNT, p.wrong, p.good > 0 ? p.ms[p.good / 2] : 0,
          p.good > 0 ? p.ms[p.good * 99 / 100] : 0, p.good > 0 ? p.ms[p.good - 1] : 0);
    free(p.ms);
}

/* ---- the paced line ---- */

static bool set_baud(struct node *n, unsigned baud)
{
    if (n->target != TARGET_BOARD)
        return true;
    /* a byte that a busy machine brings late spoils a frame, as on any line */
    for (int tries = 0; tries < 3; tries++) {
        int why;

        if (modbus_write_register(n->ctx, NILA_HOLD_UNLOCK, NILA_UNLOCK) == 1 &&
            modbus_write_register(n->ctx, NILA_HOLD_BAUD_100, (uint16_t)(baud / 100)) == 1)
            return true;
        why = errno;
        drain(n, 50);
        errno = why;
    }
    return false;
}

static void check_line(struct node *n, unsigned baud, unsigned per_10000, unsigned polls,
                       uint64_t seed)
{
    enum {
        REGISTERS = 50
    };
    const int byte_us = (int)(10000000U / baud),
              frame_ms = (8 + 5 + 2 * REGISTERS) * byte_us / 1000;
    const struct pacedline_count before = pacedline_count(n->line);
    struct polls p = {.ms = calloc(polls + 1, sizeof(double))};
    struct pacedline_count after;
    unsigned long disturbed, late;

    if (p.ms == NULL)
        return;
    time_out(n, frame_ms + 500);
    (void)modbus_set_byte_timeout(n->ctx, 0, 300000);
    pacedline_set(n->line, baud, 10, 0, seed);
    begin_polls(n, &p);
    pacedline_set(n->line, baud, 10, per_10000, seed);
    poll_node(n, &p, polls, REGISTERS, 40 + 2 * byte_us / 1000);
    pacedline_set(n->line, baud, 10, 0, seed);
    after = pacedline_count(n->line);
    disturbed = after.disturbed - before.disturbed;
    late = after.late - before.late;
    claim(n, p.wrong == 0 && p.failed <= 1.2 * (double)(disturbed + late) && p.unexplained == 0,
          "%u baud, %.1f %% noise: %u polls, %u failed for %lu disturbed of %lu bytes%s, %u wrong, "
          "%u later "
          "than the second; ms p50 %.1f most %.1f",
          baud, per_10000 / 100.0, polls, p.failed, disturbed, after.bytes - before.bytes,
          late > 0 ? " and some that came late" : "", p.wrong, p.unexplained,
          p.good > 0 ? p.ms[p.good / 2] : 0, p.good > 0 ? p.ms[p.good - 1] : 0);
    free(p.ms);
}

static void check_lines(struct node *n, unsigned polls)
{
    static const unsigned BAUD[] = {2400, 9600, 19200, 115200}, NOISE[] = {0, 10, 100};
    const char *text = getenv("NILA_SEED");
    const uint64_t seed = text != NULL ? strtoull(text, NULL, 10) : 20261124;

    printf("%s: seed %" PRIu64 "\n", n->name, seed);
    for (size_t i = 0; i < sizeof BAUD / sizeof BAUD[0]; i++) {
        const unsigned some = BAUD[i] < 9600 ? (polls + 3) / 4 : polls;
        if (!set_baud(n, BAUD[i])) {
            claim(n, false, "takes %u baud: %s", BAUD[i], modbus_strerror(errno));
            return;
        }
        for (size_t k = 0; k < sizeof NOISE / sizeof NOISE[0]; k++)
            check_line(n, BAUD[i], NOISE[k], some, seed + 100 * i + k);
        time_out(n, 2 * WHILE_MS);
        drain(n, 50);
    }
    claim(n, set_baud(n, 9600), "and 9600 again");
    pacedline_set(n->line, 0, 10, 0, seed);
    time_out(n, WHILE_MS);
}

/* ---- faults and the relay ---- */

static void check_fault(struct node *n, uint16_t fault, uint16_t cause, const char *says)
{
    uint16_t r[NILA_REG_COUNT] = {0};
    uint32_t boots = 0;
    double began = now_ms();
    bool again;

    if (modbus_read_input_registers(n->ctx, 0, 20, r) == 20)
        boots = get32(r + NILA_REG_BOOTS);
    if (modbus_write_register(n->ctx, NILA_HOLD_UNLOCK, NILA_UNLOCK) != 1 ||
        modbus_write_register(n->ctx, FAULT_REGISTER, fault) != 1) {
        claim(n, false, "%s: cannot be asked for: %s", says, modbus_strerror(errno));
        return;
    }
    /* It is asked all the time: a deaf receiver shows by bytes that nobody fetches. */
    do {
        time_out(n, 100);
        again = modbus_read_input_registers(n->ctx, 0, 20, r) == 20 &&
                get32(r + NILA_REG_BOOTS) == boots + 1;
        if (!again)
            drain(n, 20);
    } while (!again && now_ms() - began < 30000);
    time_out(n, WHILE_MS);
    claim(n, again && r[NILA_REG_RESET_CAUSE] == cause,
          "%s: starts again after %.1f s, reset cause %u, start %" PRIu32, says,
          (now_ms() - began) / 1e3, r[NILA_REG_RESET_CAUSE], get32(r + NILA_REG_BOOTS));
}

static void check_faults(struct node *n)
{
    const uint16_t quick[] = {NILA_UNLOCK, UNIT, 13, 1};
    const struct timespec kept = {2, 500000000};
    uint16_t r[4] = {0};
    bool kept_there;

    claim(n, modbus_write_registers(n->ctx, 0, 4, quick) == 4,
          "is told a delay of 13 ms and a period of 1 s");
    (void)nanosleep(&kept, NULL); /* settings are kept when the line has been idle for a moment */
    check_fault(n, 3, NILA_RESET_SOFTWARE, "an impossible address");
    check_fault(n, 1, NILA_RESET_WATCHDOG, "a hanging loop");
    check_fault(n, 2, NILA_RESET_WATCHDOG, "a lost receive interrupt");
    kept_there = modbus_read_registers(n->ctx, 0, 4, r) == 4 && r[2] == 13 && r[3] == 1;
    claim(n, kept_there, "after all of that the delay is %u ms and the period %u s", r[2], r[3]);
}

/* ---- probes ---- */

/* Reads the block until both channels have the quality wanted in the bits of mask; at most a minute. */
static bool await_channels(struct node *n, uint16_t mask, uint16_t wanted, uint16_t *r)
{
    const double end = now_ms() + 60000;
    const uint16_t *a = r + NILA_REG_CHANNEL(0), *b = r + NILA_REG_CHANNEL(1);
    bool there = false;

    while (!there && now_ms() < end)
        there = modbus_read_input_registers(n->ctx, 0, NILA_REG_COUNT, r) == NILA_REG_COUNT &&
                (a[NILA_CH_QUALITY] & mask) == wanted && (b[NILA_CH_QUALITY] & mask) == wanted;
    return there;
}

static bool connect_source(struct node *n, int channel, int source)
{
    return modbus_write_register(n->ctx, NILA_HOLD_UNLOCK, NILA_UNLOCK) == 1 &&
           modbus_write_register(n->ctx, NILA_HOLD_SOURCE_0 + 2 * channel, (uint16_t)source) == 1;
}

static void check_probes(struct node *n, const char *paths)
{
    const uint16_t quick[] = {NILA_UNLOCK, UNIT, 0, 1};
    const char *comma = strchr(paths, ',');
    char ezo[108], told[24] = "";
    uint16_t r[NILA_REG_COUNT] = {0};
    const uint16_t *t = r + NILA_REG_CHANNEL(0), *o = r + NILA_REG_CHANNEL(1);
    struct probesim *sim;
    bool there;

    (void)snprintf(ezo, sizeof ezo, "%.*s", comma != NULL ? (int)(comma - paths) : 0, paths);
    sim = comma != NULL ? probesim_start(ezo, comma + 1, "6.54", 457) : NULL;
    if (sim == NULL) {
        claim(n, false, "probes at %s: %s", paths, strerror(errno));
        return;
    }
    claim(n,
          modbus_write_registers(n->ctx, 0, 4, quick) == 4 &&
              connect_source(n, 0, NILA_SOURCE_DS18B20) && connect_source(n, 1, NILA_SOURCE_EZO_DO),
          "is told of a thermometer and an oxygen circuit");
    there = await_channels(n, NILA_Q_VALID, NILA_Q_VALID, r);
    claim(n, there && get32(t + NILA_CH_VALUE) == 28562 && t[NILA_CH_KIND] == NILA_KIND_TEMP_C,
          "the thermometer's 457/16 C are %" PRId32 ", quality %04x",
          (int32_t)get32(t + NILA_CH_VALUE), t[NILA_CH_QUALITY]);
    claim(n,
          there && get32(o + NILA_CH_VALUE) == 6540 && o[NILA_CH_KIND] == NILA_KIND_DO_MG_L &&
              (o[NILA_CH_QUALITY] & NILA_Q_UNCALIBRATED) != 0,
          "the circuit's 6.54 mg/L are %" PRId32 ", quality %04x",
          (int32_t)get32(o + NILA_CH_VALUE), o[NILA_CH_QUALITY]);
    /* in the first round nobody knew it yet */
    for (double end = now_ms() + 10000; strcmp(told, "T,28.56") != 0 && now_ms() < end;) {
        (void)modbus_read_input_registers(n->ctx, 0, 2, r);
        probesim_told(sim, told, sizeof told);
    }
    claim(n, strcmp(told, "T,28.56") == 0, "the circuit is told the thermometer's temperature: %s",
          told);
    probesim_unplug(sim);
    there = await_channels(n, NILA_Q_VALID | NILA_Q_ABSENT, NILA_Q_ABSENT, r);
    claim(n,
          there && (int32_t)get32(t + NILA_CH_VALUE) == NILA_MISSING &&
              (int32_t)get32(o + NILA_CH_VALUE) == NILA_MISSING &&
              (r[NILA_REG_HEALTH] & NILA_HEALTH_SENSOR) != 0,
          "unplugged they are absent, without a value, and the health says so");
    probesim_stop(sim);
    claim(n, connect_source(n, 0, NILA_SOURCE_NONE) && connect_source(n, 1, NILA_SOURCE_NONE),
          "is told that they are gone");
}

/* On a busy machine the emulated board's clock goes slower than ours, so that its minute may be two of ours; asking for its
 * time would end the silence. */
static void check_safe(struct node *n)
{
    uint16_t r[2] = {0};
    bool safe = false;

    claim(n,
          modbus_write_register(n->ctx, NILA_HOLD_UNLOCK, NILA_UNLOCK) == 1 &&
              modbus_write_register(n->ctx, NILA_HOLD_RELAY_SILENCE_MIN, 1) == 1 &&
              modbus_write_register(n->ctx, NILA_HOLD_RELAY, 0) == 1 &&
              modbus_read_input_registers(n->ctx, NILA_REG_HEALTH, 2, r) == 2 && r[1] == 0 &&
              (r[0] & NILA_HEALTH_SAFE) == 0,
          "the relay is off as it was told");
    for (int silence_s = 65; silence_s <= 260 && !safe; silence_s *= 2) {
        const struct timespec silence = {silence_s, 0};
        (void)nanosleep(&silence, NULL);
        safe = modbus_read_input_registers(n->ctx, NILA_REG_HEALTH, 2, r) == 2 && r[1] == 1 &&
               (r[0] & NILA_HEALTH_SAFE) != 0;
    }
    claim(n, safe, "after a minute of silence it is on, and says why");
}

/* ---- */

static bool open_node(struct node *n, const char *path)
{
    struct termios t;

    n->line = pacedline_start(path, n->near, sizeof n->near);
    if (n->line == NULL) {
        fprintf(stderr, "nodecheck: %s: %s\n", path, strerror(errno));
        return false;
    }
    n->fd = open(n->near, O_RDWR | O_NOCTTY | O_CLOEXEC);
    n->ctx = modbus_new_rtu(n->near, 9600, 'N', 8, 1);
    if (n->fd < 0 || n->ctx == NULL || tcgetattr(n->fd, &t) != 0)
        return false;
    cfmakeraw(&t);
    if (tcsetattr(n->fd, TCSANOW, &t) != 0 || modbus_set_slave(n->ctx, UNIT) != 0 ||
        modbus_connect(n->ctx) != 0)
        return false;
    time_out(n, WHILE_MS);
    return true;
}

static bool command(struct node *n, const char *what)
{
    if (strcmp(what, "table") == 0)
        check_table(n);
    else if (strcmp(what, "libmodbus") == 0)
        check_libmodbus(n);
    else if (strncmp(what, "polls=", 6) == 0)
        check_polls(n, (unsigned)strtoul(what + 6, NULL, 10));
    else if (strncmp(what, "lines=", 6) == 0)
        check_lines(n, (unsigned)strtoul(what + 6, NULL, 10));
    else if (strcmp(what, "faults") == 0)
        check_faults(n);
    else if (strncmp(what, "probes=", 7) == 0)
        check_probes(n, what + 7);
    else if (strcmp(what, "safe") == 0)
        check_safe(n);
    else
        return false;
    return true;
}

int main(int argc, char **argv)
{
    struct node n = {.fd = -1};

    if (argc < 5) {
        fprintf(stderr, "usage: nodecheck simulator|board NAME PATH COMMAND...\n");
        return 2;
    }
    n.target = strcmp(argv[1], "board") == 0 ? TARGET_BOARD : TARGET_SIMULATOR;
    n.name = argv[2];
    if (!open_node(&n, argv[3]))
        return 2;
    claim(&n, await_node(&n, 30), "answers");
    for (int i = 4; i < argc && n.failed == 0; i++)
        if (!command(&n, argv[i])) {
            fprintf(stderr, "nodecheck: %s is no command\n", argv[i]);
            n.failed++;
        }
    modbus_close(n.ctx);
    modbus_free(n.ctx);
    (void)close(n.fd);
    pacedline_stop(n.line);
    return n.failed > 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "practice.h"

#include <arpa/inet.h>
#include <math.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "firmware-bridge/core/nila_channels.h"
#include "firmware-bridge/core/nila_mbap.h"

#include "calibrate.h"
#include "rng.h"

#define CLIENTS 4
#define PROBES  4
#define ROUND_S 2 /* between two samples */
#define PAGE    1024
#define LAG_S   8.0 /* time constant of a probe in a new solution */

/* What stands in a beaker, or the pond. */
static const struct {
    const char *id, *en;
    int32_t temp_x1000;
    int32_t do_x1000; /* -1: air, saturated */
    int32_t ph_x1000; /* of a buffer: its name */
    int32_t ec25_x1000;
} PLACE[PRACTICE_PLACES] = {
    [PRACTICE_POND] = {"kolam", "pond", 28600, 5200, 7310, 180000},
    [PRACTICE_AIR] = {"udara teduh di atas air, bersih dan kering",
                      "shaded air above the water, clean and dry", 27900, -1, 7100, 0},
    [PRACTICE_SULFITE] = {"natrium sulfit 5 %", "sodium sulfite 5 %", 27500, 0, 9000, 45000000},
    [PRACTICE_PH_4] = {"bufer pH 4,01", "pH buffer 4.01", 27300, 7400, 4010, 5000000},
    [PRACTICE_PH_686] = {"bufer pH 6,86", "pH buffer 6.86", 27300, 7400, 6860, 5500000},
    [PRACTICE_PH_7] = {"bufer pH 7,00", "pH buffer 7.00", 27300, 7400, 7000, 5500000},
    [PRACTICE_PH_918] = {"bufer pH 9,18", "pH buffer 9.18", 27300, 7400, 9180, 1500000},
    [PRACTICE_PH_10] = {"bufer pH 10,01", "pH buffer 10.01", 27300, 7400, 10010, 7000000},
    [PRACTICE_EC_1413] = {"larutan 1413 µS/cm", "solution of 1413 µS/cm", 27300, 7600, 6500,
                          1413000},
    [PRACTICE_EC_12880] = {"larutan 12880 µS/cm", "solution of 12880 µS/cm", 27300, 7200, 6500,
                           12880000},
};

struct practice {
    struct practice_config c;
    struct nila_node node[2]; /* the second: the neighbour */
    struct nila_channels channels;
    struct nila_block block[NILA_CHANNEL_BLOCKS];
    uint8_t memory[2 * PAGE];
    struct nila_flash flash;
    double slope[PROBES], offset[PROBES]; /* raw = f(water) with these */
    double raw[PROBES];                   /* as they are now */
    uint64_t draws;                       /* of rng, so far */
    atomic_int place;
    atomic_bool stop;
    pthread_mutex_t lock; /* channels, for those who look */
    pthread_t thread;
    int listener, client[CLIENTS];
    size_t n[CLIENTS];
    uint8_t in[CLIENTS][NILA_MBAP_MAX];
    char address[24];
};

const char *practice_place_name(enum practice_place p)
{
    return tongue(PLACE[p].id, PLACE[p].en);
}

/* --- flash that is none ------------------------------------------------------------------------------------------- */

static bool erase(void *arg, uint32_t address)
{
    struct practice *p = arg;

    memset(p->memory + address, 0xFF, PAGE);
    return true;
}

static bool program(void *arg, uint32_t address, uint16_t value)
{
    struct practice *p = arg;

    p->memory[address] = (uint8_t)value;
    p->memory[address + 1] = (uint8_t)(value >> 8);
    return true;
}

static void read_flash(void *arg, uint32_t address, uint8_t *out, uint32_t n)
{
    const struct practice *p = arg;

    memcpy(out, p->memory + address, n);
}

/* --- the probes --------------------------------------------------------------------------------------------------- */

static double normal(struct practice *p)
{
    return rng_normal(rng_key(p->c.seed, p->draws++));
}

/* What each probe would give in that place after a long time, x 1000. */
static void target(const struct practice *p, enum practice_place place, double raw[PROBES])
{
    const int32_t temp = PLACE[place].temp_x1000;
    const int32_t oxygen = PLACE[place].do_x1000 < 0
                               ? nila_do_sat_x1000(temp, 0, NILA_DEFAULT_BARO_PA)
                               : PLACE[place].do_x1000;
    const double ph = calibrate_buffer(PLACE[place].ph_x1000, temp);

    raw[0] = temp + p->offset[0];
    raw[1] = oxygen / p->slope[1] + p->offset[1];
    raw[2] = 7000 + p->offset[2] + p->slope[2] * (ph - 7000);
    raw[3] = nila_ec_in_situ(PLACE[place].ec25_x1000, temp) / p->slope[3] + p->offset[3];
}

static void make_probes(struct practice *p)
{
    p->slope[0] = 1;
    p->offset[0] = normal(p) * 80;
    p->slope[1] = 1.03 + normal(p) * 0.02;
    p->offset[1] = 60 + fabs(normal(p)) * 20;
    p->slope[2] = 0.955 + normal(p) * 0.01;
    p->offset[2] = 80 + normal(p) * 30;
    p->slope[3] = 1.06 + normal(p) * 0.03;
    p->offset[3] = 0;
    target(p, PRACTICE_POND, p->raw);
}

static const enum nila_source SOURCE[PROBES] = {NILA_SOURCE_DS18B20, NILA_SOURCE_EZO_DO,
                                                NILA_SOURCE_EZO_PH, NILA_SOURCE_EZO_EC};
/* Of what a probe shows while it stands still, x 1000. */
static const double NOISE[PROBES] = {10, 4, 1.5, 300};

/* Two seconds of the node's life. */
static void live(struct practice *p)
{
    double to[PROBES];

    target(p, (enum practice_place)atomic_load(&p->place), to);
    nila_node_tick(&p->node[0], ROUND_S);
    nila_channels_tick(&p->channels, ROUND_S);
    for (unsigned i = 0; i < PROBES; i++) {
        p->raw[i] += (to[i] - p->raw[i]) * (1 - exp(-ROUND_S / LAG_S));
        nila_channels_put(&p->channels, i, (int32_t)lround(p->raw[i] + normal(p) * NOISE[i] / 2),
                          NILA_Q_VALID);
    }
    nila_channels_round(&p->channels);
    if (!p->c.neighbour)
        return;
    nila_node_tick(&p->node[1], ROUND_S);
    nila_node_set_channel(&p->node[1], 0, NILA_KIND_TEMP_C, 28500, 28500, NILA_Q_VALID);
    nila_node_round(&p->node[1]);
}

/* --- the line ----------------------------------------------------------------------------------------------------- */

static void hang_up(struct practice *p, unsigned i)
{
    (void)close(p->client[i]);
    p->client[i] = -1;
    p->n[i] = 0;
}

/* Whole requests of client i are answered. */
static void serve(struct practice *p, unsigned i)
{
    struct nila_units units = {.node = p->node, .nodes = p->c.neighbour ? 2 : 1};
    uint8_t out[NILA_MBAP_MAX];
    ssize_t got = recv(p->client[i], p->in[i] + p->n[i], sizeof p->in[i] - p->n[i], 0);
    size_t length;

    if (got <= 0) {
        hang_up(p, i);
        return;
    }
    p->n[i] += (size_t)got;
    while ((length = nila_mbap_length(p->in[i], p->n[i])) > 0 && length <= p->n[i]) {
        struct nila_answer a = nila_mbap_serve(&units, p->in[i], length, out);
        p->n[i] -= length;
        memmove(p->in[i], p->in[i] + length, p->n[i]);
        if (a.n > 0 && send(p->client[i], out, a.n, MSG_NOSIGNAL) != (ssize_t)a.n) {
            hang_up(p, i);
            return;
        }
    }
    if (p->n[i] == sizeof p->in[i])
        hang_up(p, i);
}

static void take_in(struct practice *p)
{
    int fd = accept(p->listener, NULL, NULL);

    for (unsigned i = 0; i < CLIENTS && fd >= 0; i++)
        if (p->client[i] < 0) {
            p->client[i] = fd;
            return;
        }
    if (fd >= 0)
        (void)close(fd);
}

static void *run(void *arg)
{
    struct practice *p = arg;
    const int64_t round_ms = ROUND_S * 1000 / p->c.speed > 0 ? ROUND_S * 1000 / p->c.speed : 1;
    int64_t due = clock_mono_ms();

    while (!atomic_load(&p->stop)) {
        struct pollfd q[1 + CLIENTS] = {{.fd = p->listener, .events = POLLIN}};
        int64_t left = due - clock_mono_ms();
        for (unsigned i = 0; i < CLIENTS; i++)
            q[1 + i] = (struct pollfd){.fd = p->client[i], .events = POLLIN};
        (void)poll(q, 1 + CLIENTS, left > 0 ? (int)left : 0);
        (void)pthread_mutex_lock(&p->lock);
        for (; clock_mono_ms() >= due; due += round_ms)
            live(p);
        for (unsigned i = 0; i < CLIENTS; i++)
            if (p->client[i] >= 0 && q[1 + i].revents != 0)
                serve(p, i);
        (void)pthread_mutex_unlock(&p->lock);
        if (q[0].revents != 0)
            take_in(p);
    }
    return NULL;
}

/* --- start and stop ----------------------------------------------------------------------------------------------- */

static bool listen_on(struct practice *p)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;

    p->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (p->listener < 0 || bind(p->listener, (struct sockaddr *)&at, sizeof at) != 0 ||
        listen(p->listener, CLIENTS) != 0 ||
        getsockname(p->listener, (struct sockaddr *)&at, &size) != 0)
        return false;
    (void)snprintf(p->address, sizeof p->address, "127.0.0.1:%d", ntohs(at.sin_port));
    return true;
}

static void make_node(struct practice *p)
{
    static const struct nila_identity IDENTITY = {.product = "Lumbung Nila practice node",
                                                  .product_id = 3,
                                                  .firmware = 0x0100,
                                                  .serial = 0x1A717A17};

    memset(p->memory, 0xFF, sizeof p->memory);
    p->flash = (struct nila_flash){
        .page_bytes = PAGE, .erase = erase, .program = program, .read = read_flash, .arg = p};
    nila_node_init(&p->node[0], PRACTICE_UNIT, ROUND_S, &IDENTITY);
    nila_node_init(&p->node[1], PRACTICE_UNIT + 1, ROUND_S, &IDENTITY);
    (void)nila_channels_init(&p->channels, &p->node[0], &p->flash, 0, PAGE);
    nila_channels_blocks(&p->channels, p->block);
    p->node[0].block = p->block;
    p->node[0].blocks = NILA_CHANNEL_BLOCKS;
    for (unsigned i = 0; i < PROBES; i++)
        (void)nila_channels_connect(&p->channels, i, SOURCE[i]); /* its memory takes everything */
}

int practice_start(struct practice **out, const struct practice_config *c)
{
    struct practice *p = xcalloc(1, sizeof *p);

    p->c = *c;
    for (unsigned i = 0; i < CLIENTS; i++)
        p->client[i] = -1;
    make_probes(p);
    make_node(p);
    for (int i = 0; i < 20; i++)
        live(p); /* it has been on for a while */
    if (pthread_mutex_init(&p->lock, NULL) != 0)
        fatal("practice: no mutex");
    if (!listen_on(p) || pthread_create(&p->thread, NULL, run, p) != 0) {
        log_warn("practice: cannot serve its node");
        if (p->listener >= 0)
            (void)close(p->listener);
        free(p);
        return NILA_ERR_IO;
    }
    *out = p;
    return 0;
}

void practice_stop(struct practice *p)
{
    if (p == NULL)
        return;
    atomic_store(&p->stop, true);
    (void)pthread_join(p->thread, NULL);
    for (unsigned i = 0; i < CLIENTS; i++)
        if (p->client[i] >= 0)
            (void)close(p->client[i]);
    (void)close(p->listener);
    (void)pthread_mutex_destroy(&p->lock);
    free(p);
}

const char *practice_address(const struct practice *p)
{
    return p->address;
}

void practice_put(struct practice *p, enum practice_place place)
{
    atomic_store(&p->place, (int)place);
}

void practice_truth(const struct practice *p, unsigned channel, int32_t *slope_ppm,
                    int32_t *offset_x1000)
{
    *slope_ppm = channel < PROBES ? (int32_t)lround(p->slope[channel] * 1e6) : 1000000;
    *offset_x1000 = channel < PROBES ? (int32_t)lround(p->offset[channel]) : 0;
}

bool practice_open(struct practice *p)
{
    bool open;

    (void)pthread_mutex_lock(&p->lock);
    open = p->channels.tx.state == NILA_CALTX_OPEN || p->channels.tx.state == NILA_CALTX_COMPLETE;
    (void)pthread_mutex_unlock(&p->lock);
    return open;
}

unsigned practice_number(struct practice *p, unsigned channel)
{
    unsigned number;

    (void)pthread_mutex_lock(&p->lock);
    number = p->channels.settings.cal[channel].number;
    (void)pthread_mutex_unlock(&p->lock);
    return number;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/probesim.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define CR 13

enum {
    EZO,
    THERMOMETER,
    WIRES
};

/* 1-wire as the UART sees it: a reset is one byte, a bit is one byte. */
struct thermometer {
    uint8_t pad[9];
    unsigned bits; /* of the byte being heard */
    uint8_t byte;
    bool reading;  /* the scratchpad goes out */
    unsigned sent; /* bits of it */
};

struct probesim {
    int fd[WIRES];
    pthread_t thread;
    pthread_mutex_t mutex; /* for what follows */
    bool stop, unplugged;
    char do_text[16];
    char told[24];
    char line[64];
    size_t n;
    struct thermometer t;
};

static void say(int fd, const void *bytes, size_t n)
{
    ssize_t sent;

    do
        sent = write(fd, bytes, n);
    while (sent < 0 && errno == EINTR);
}

static void command(struct probesim *p)
{
    char answer[40];
    const bool reading = strcmp(p->line, "R") == 0;

    if (strncmp(p->line, "T,", 2) == 0)
        (void)snprintf(p->told, sizeof p->told, "%.23s", p->line);
    (void)snprintf(answer, sizeof answer, "%s%s*OK\r", reading ? p->do_text : "",
                   reading ? "\r" : "");
    say(p->fd[EZO], answer, strlen(answer));
}

static void hear_ezo(struct probesim *p, uint8_t byte)
{
    if (byte != CR) {
        if (p->n + 1 < sizeof p->line)
            p->line[p->n++] = (char)byte;
        return;
    }
    p->line[p->n] = '\0';
    p->n = 0;
    command(p);
}

/* Maxim application note 27, bit by bit */
static uint8_t crc8(const uint8_t *p, unsigned n)
{
    unsigned crc = 0;

    for (unsigned i = 0; i < n; i++)
        for (unsigned bit = 0, byte = p[i]; bit < 8; bit++, byte >>= 1)
            crc = ((crc ^ byte) & 1U) != 0 ? crc >> 1 ^ 0x8CU : crc >> 1;
    return (uint8_t)crc;
}

static void hear_thermometer(struct probesim *p, uint8_t byte)
{
    struct thermometer *t = &p->t;
    uint8_t back = byte;

    if (byte == 0xF0) { /* reset: the presence pulse pulls bits down */
        t->bits = 0;
        t->reading = false;
        back = 0xE0;
    } else if (t->reading) {
        const unsigned i = t->sent++ % 72;
        back = (t->pad[i / 8] >> i % 8 & 1) != 0 ? byte : 0x00;
    } else {
        t->byte = (uint8_t)(t->byte >> 1 | (byte == 0xFF ? 0x80 : 0));
        if (++t->bits % 8 == 0 && t->byte == 0xBE) {
            t->reading = true;
            t->sent = 0;
        }
    }
    say(p->fd[THERMOMETER], &back, 1);
}

static void *run(void *arg)
{
    struct probesim *p = arg;
    bool go = true;

    while (go) {
        struct pollfd q[WIRES] = {{p->fd[EZO], POLLIN, 0}, {p->fd[THERMOMETER], POLLIN, 0}};
        (void)poll(q, WIRES, 100);
        (void)pthread_mutex_lock(&p->mutex);
        for (unsigned i = 0; i < WIRES; i++) {
            uint8_t in[64];
            ssize_t n = (q[i].revents & POLLIN) != 0 ? read(p->fd[i], in, sizeof in) : 0;
            for (ssize_t k = 0; k < n && !p->unplugged; k++)
                (i == EZO ? hear_ezo : hear_thermometer)(p, in[k]);
        }
        go = !p->stop;
        (void)pthread_mutex_unlock(&p->mutex);
    }
    return NULL;
}

static int dial(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof a) != 0) {
        (void)close(fd);
        fd = -1;
    }
    return fd;
}

static void free_sim(struct probesim *p)
{
    for (unsigned i = 0; i < WIRES; i++)
        if (p->fd[i] >= 0)
            (void)close(p->fd[i]);
    (void)pthread_mutex_destroy(&p->mutex);
    free(p);
}

static void set(struct probesim *p, const char *do_text, int sixteenth)
{
    /* DS18B20 data sheet: temperature, alarms, configuration for 12 bits, three reserved bytes, CRC */
    const uint8_t pad[] = {
        (uint8_t)sixteenth, (uint8_t)(sixteenth >> 8), 0x4B, 0x46, 0x7F, 0xFF, 0x0C, 0x10};

    memcpy(p->t.pad, pad, sizeof pad);
    p->t.pad[8] = crc8(pad, 8);
    (void)snprintf(p->do_text, sizeof p->do_text, "%s", do_text);
}

struct probesim *probesim_start(const char *ezo_path, const char *thermometer_path,
                                const char *do_text, int sixteenth)
{
    struct probesim *p = calloc(1, sizeof *p);

    if (p == NULL)
        return NULL;
    (void)pthread_mutex_init(&p->mutex, NULL);
    set(p, do_text, sixteenth);
    p->fd[EZO] = dial(ezo_path);
    p->fd[THERMOMETER] = dial(thermometer_path);
    if (p->fd[EZO] >= 0 && p->fd[THERMOMETER] >= 0 && pthread_create(&p->thread, NULL, run, p) == 0)
        return p;
    free_sim(p);
    return NULL;
}

void probesim_told(struct probesim *p, char *text, size_t size)
{
    (void)pthread_mutex_lock(&p->mutex);
    (void)snprintf(text, size, "%s", p->told);
    (void)pthread_mutex_unlock(&p->mutex);
}

void probesim_set(struct probesim *p, const char *do_text, int sixteenth)
{
    (void)pthread_mutex_lock(&p->mutex);
    set(p, do_text, sixteenth);
    (void)pthread_mutex_unlock(&p->mutex);
}

void probesim_unplug(struct probesim *p)
{
    (void)pthread_mutex_lock(&p->mutex);
    p->unplugged = true;
    (void)pthread_mutex_unlock(&p->mutex);
}

void probesim_stop(struct probesim *p)
{
    if (p == NULL)
        return;
    (void)pthread_mutex_lock(&p->mutex);
    p->stop = true;
    (void)pthread_mutex_unlock(&p->mutex);
    (void)pthread_join(p->thread, NULL);
    free_sim(p);
}

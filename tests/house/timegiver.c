/* SPDX-License-Identifier: GPL-3.0-or-later */
/* timegiver: a time server (SNTP, RFC 4330) that tells this machine's own time, for tests of a machine whose clock is wrong.
 *
 *   timegiver ADDRESS PORT
 *
 * Answers until it is ended. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "collector/common/log.h"

#define PACKET_SIZE          48
#define SECONDS_1900_TO_1970 2208988800u

static void put_now(uint8_t *to)
{
    struct timespec now;
    uint32_t word[2];

    if (clock_gettime(CLOCK_REALTIME, &now) != 0)
        fatal("no clock");
    word[0] = htonl((uint32_t)now.tv_sec + SECONDS_1900_TO_1970);
    word[1] = htonl((uint32_t)(((uint64_t)now.tv_nsec << 32) / 1000000000u));
    memcpy(to, word, sizeof word);
}

int main(int argc, char **argv)
{
    struct sockaddr_in here = {.sin_family = AF_INET};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (argc != 3 || inet_pton(AF_INET, argv[1], &here.sin_addr) != 1)
        fatal("usage: timegiver ADDRESS PORT");
    here.sin_port = htons((uint16_t)atoi(argv[2]));
    if (fd < 0 || bind(fd, (struct sockaddr *)&here, sizeof here) != 0)
        fatal("timegiver: %s port %s cannot be had", argv[1], argv[2]);
    for (;;) {
        uint8_t ask[PACKET_SIZE], reply[PACKET_SIZE] = {0};
        struct sockaddr_in peer;
        socklen_t len = sizeof peer;
        if (recvfrom(fd, ask, sizeof ask, 0, (struct sockaddr *)&peer, &len) != PACKET_SIZE)
            continue;
        reply[0] = 4 << 3 | 4; /* no leap second, version 4, server */
        reply[1] = 1;          /* stratum: a clock of its own */
        reply[2] = ask[2];
        reply[3] = 0xec; /* precision 2^-20 s */
        memcpy(reply + 12, "LOCL", 4);
        put_now(reply + 16); /* the clock was right at */
        memcpy(reply + 24, ask + 40, 8);
        put_now(reply + 32);
        put_now(reply + 40);
        (void)sendto(fd, reply, sizeof reply, 0, (struct sockaddr *)&peer, len);
    }
}

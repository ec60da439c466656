/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 512

static int parse_address(const char *bind_to, int port, struct sockaddr_storage *out,
                         socklen_t *size)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};

    memset(out, 0, sizeof *out);
    if (strcmp(bind_to, "localhost") == 0)
        bind_to = "127.0.0.1";
    if (inet_pton(AF_INET, bind_to, &v4.sin_addr) == 1) {
        memcpy(out, &v4, sizeof v4);
        *size = sizeof v4;
        return 0;
    }
    if (inet_pton(AF_INET6, bind_to, &v6.sin6_addr) == 1) {
        memcpy(out, &v6, sizeof v6);
        *size = sizeof v6;
        return 0;
    }
    return NILA_ERR_CONFIG;
}

int listen_port(int fd)
{
    struct sockaddr_storage got = {0};
    socklen_t size = sizeof got;

    if (getsockname(fd, (struct sockaddr *)&got, &size) != 0)
        return -1;
    if (got.ss_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, &got, sizeof v6);
        return ntohs(v6.sin6_port);
    }
    struct sockaddr_in v4;
    memcpy(&v4, &got, sizeof v4);
    return ntohs(v4.sin_port);
}

int listen_on(const struct analytics_config *c, int *fd, bool *v6, char *why, size_t why_size)
{
    struct sockaddr_storage address;
    socklen_t size;
    int one = 1, s, rc;

    if (parse_address(c->bind, c->port, &address, &size) != 0) {
        (void)snprintf(why, why_size, "web.bind \"%s\" is not an IPv4 or IPv6 address", c->bind);
        return NILA_ERR_CONFIG;
    }
    *v6 = address.ss_family == AF_INET6;
    s = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (s >= 0 && setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0 &&
        bind(s, (struct sockaddr *)&address, size) == 0 && listen(s, BACKLOG) == 0) {
        *fd = s;
        return 0;
    }
    rc = errno == EADDRINUSE      ? NILA_ERR_BUSY
         : errno == EACCES        ? NILA_ERR_DENIED
         : errno == EADDRNOTAVAIL ? NILA_ERR_CONFIG
                                  : NILA_ERR_IO;
    (void)snprintf(why, why_size, "cannot listen on %s port %d: %s", c->bind, c->port,
                   strerror(errno));
    if (s >= 0)
        (void)close(s);
    return rc;
}

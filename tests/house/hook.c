/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hook: a webhook's receiver for the house tests. hook PORTFILE OUT [REPLY]: writes its port to PORTFILE and each request's body, a
 * line each, to OUT; says 200 to all, or the bytes of the file REPLY. Ends with SIGTERM. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    REQUEST_MAX = 65536
};

/* Bytes of the body still to come once the head is whole; -1: the head is not. */
static long missing(const char *request, size_t n)
{
    const char *end = strstr(request, "\r\n\r\n"), *length = strstr(request, "Content-Length:");

    if (end == NULL)
        return -1;
    return (length != NULL ? strtol(length + 15, NULL, 10) : 0) -
           (long)(n - (size_t)(end + 4 - request));
}

static char reply[4096] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

static void read_reply(const char *path)
{
    FILE *f = fopen(path, "r");
    const size_t n = f != NULL ? fread(reply, 1, sizeof reply - 1, f) : 0;

    reply[n] = '\0';
    if (f != NULL)
        (void)fclose(f);
}

static void serve(int fd, FILE *out)
{
    char *request = calloc(REQUEST_MAX + 1, 1);
    size_t n = 0;

    while (request != NULL && n < REQUEST_MAX && missing(request, n) != 0) {
        ssize_t got = recv(fd, request + n, REQUEST_MAX - n, 0);
        if (got <= 0)
            break;
        n += (size_t)got;
    }
    if (request != NULL && missing(request, n) == 0) {
        (void)fprintf(out, "%s\n", strstr(request, "\r\n\r\n") + 4);
        (void)fflush(out);
        (void)send(fd, reply, strlen(reply), MSG_NOSIGNAL);
    }
    free(request);
}

int main(int argc, char **argv)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    FILE *port, *out = argc == 3 || argc == 4 ? fopen(argv[2], "w") : NULL;

    if (argc == 4)
        read_reply(argv[3]);
    if (fd < 0 || out == NULL || bind(fd, (struct sockaddr *)&at, sizeof at) != 0 ||
        listen(fd, 16) != 0 || getsockname(fd, (struct sockaddr *)&at, &size) != 0 ||
        (port = fopen(argv[1], "w")) == NULL) {
        (void)fprintf(stderr, "hook: cannot start\n");
        return 1;
    }
    (void)fprintf(port, "%d\n", ntohs(at.sin_port));
    (void)fclose(port);
    for (;;) {
        int call = accept(fd, NULL, NULL);
        if (call < 0)
            return 1;
        serve(call, out);
        (void)close(call);
    }
}

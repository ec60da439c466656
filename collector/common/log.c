/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static atomic_int max_level = LOG_LEVEL_INFO;

void log_set_level(enum log_level level)
{
    atomic_store(&max_level, (int)level);
}

static void put(enum log_level level, int err, const char *fmt, va_list ap) NILA_PRINTF(3, 0);

/* The whole line is built first so that lines of two threads never mix. */
static void put(enum log_level level, int err, const char *fmt, va_list ap)
{
    static const int PRIORITY[] = {3, 4, 6, 7}; /* syslog(3) numbers */
    char line[1024];
    size_t n = 0;
    int k;

    if ((int)level > atomic_load(&max_level))
        return;
    if (!isatty(STDERR_FILENO))
        n = (size_t)snprintf(line, sizeof line, "<%d>", PRIORITY[level]);
    k = vsnprintf(line + n, sizeof line - n, fmt, ap);
    if (k > 0)
        n += (size_t)k;
    if (n < sizeof line && err != 0) {
        char text[128];
        /* the GNU strerror_r would need _GNU_SOURCE; the POSIX one fills text */
        if (strerror_r(err, text, sizeof text) == 0) {
            k = snprintf(line + n, sizeof line - n, ": %s", text);
            if (k > 0)
                n += (size_t)k;
        }
    }
    if (n > sizeof line - 2)
        n = sizeof line - 2;
    /* foreign text must not forge a second line or steer a terminal: C0, DEL, and C1 as UTF-8 (C2 80 to C2 9F) */
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)line[i];
        if (c < 0x20 || c == 0x7F)
            line[i] = ' ';
        else if (c == 0xC2 && i + 1 < n && ((unsigned char)line[i + 1] & 0xE0) == 0x80)
            line[i] = line[i + 1] = ' ';
    }
    line[n++] = '\n';
    if (write(STDERR_FILENO, line, n) < 0)
        return; /* nowhere left to say it */
}

void log_warn(const char *fmt, ...)
{
    int err = errno;
    va_list ap;
    va_start(ap, fmt);
    put(LOG_LEVEL_WARN, err, fmt, ap);
    va_end(ap);
    errno = err;
}

#define PUT(level)              \
    do {                        \
        va_list ap;             \
        va_start(ap, fmt);      \
        put(level, 0, fmt, ap); \
        va_end(ap);             \
    } while (0)

void log_warnx(const char *fmt, ...)
{
    PUT(LOG_LEVEL_WARN);
}

void log_info(const char *fmt, ...)
{
    PUT(LOG_LEVEL_INFO);
}

void log_debug(const char *fmt, ...)
{
    PUT(LOG_LEVEL_DEBUG);
}

void fatal(const char *fmt, ...)
{
    PUT(LOG_LEVEL_ERROR);
    exit(70);
}

void *xcalloc(size_t n, size_t size)
{
    void *p = calloc(n > 0 ? n : 1, size > 0 ? size : 1);
    if (p == NULL)
        fatal("out of memory: %zu x %zu bytes", n, size);
    return p;
}

void *xrealloc(void *p, size_t n, size_t size)
{
    if (size != 0 && n > SIZE_MAX / size)
        fatal("out of memory: %zu x %zu bytes", n, size);
    p = realloc(p, n * size > 0 ? n * size : 1);
    if (p == NULL)
        fatal("out of memory: %zu x %zu bytes", n, size);
    return p;
}

char *xstrdup(const char *s)
{
    size_t n = strlen(s) + 1;
    return memcpy(xcalloc(n, 1), s, n);
}

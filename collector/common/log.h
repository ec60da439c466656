/* SPDX-License-Identifier: GPL-3.0-or-later */
/* log: one line an event to stderr, with journald's <priority> prefix when stderr is not a terminal.
 *
 * Form: lower case, thing first, then what happens next:
 * "bus tcp-1 unit 7: no answer in 500 ms, next try in 60 s". State changes at info, repeats at debug.
 * Threads: any; a line is written in one write(2). */
#ifndef NILA_COMMON_LOG_H
#define NILA_COMMON_LOG_H

#include <stddef.h>

#include "collector/common/err.h"

enum log_level {
    LOG_LEVEL_ERROR,
    LOG_LEVEL_WARN,
    LOG_LEVEL_INFO,
    LOG_LEVEL_DEBUG
};

/* Lines above level are dropped; the default is LOG_LEVEL_INFO. */
void log_set_level(enum log_level level);

void log_warn(const char *fmt, ...) NILA_PRINTF(1, 2);  /* adds ": " and the text of errno */
void log_warnx(const char *fmt, ...) NILA_PRINTF(1, 2); /* as given */
void log_info(const char *fmt, ...) NILA_PRINTF(1, 2);
void log_debug(const char *fmt, ...) NILA_PRINTF(1, 2);

/* Logs at error and exits with 70 (EX_SOFTWARE): for what cannot go on, such as no memory. */
_Noreturn void fatal(const char *fmt, ...) NILA_PRINTF(1, 2);

/* Allocation that ends the program when there is none left. n * size may not overflow; both may be 0. */
void *xcalloc(size_t n, size_t size) NILA_NOT_NULL;
void *xrealloc(void *p, size_t n, size_t size) NILA_NOT_NULL;
char *xstrdup(const char *s) NILA_NOT_NULL;

#endif

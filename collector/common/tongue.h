/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tongue: the language in which this process complains to the person who runs it: the words of what is wrong in a file, an
 * option, a path. The pages choose theirs by visitor, and a service that nobody watches keeps English: its log is for
 * technicians and search engines.
 *
 * Threads: set it before any is started. */
#ifndef NILA_COMMON_TONGUE_H
#define NILA_COMMON_TONGUE_H

#include <stdbool.h>

/* English until this is called. */
void tongue_set(bool indonesian);

/* The one of both that is to be said. printf formats: both take the same arguments, in the same order. */
const char *tongue(const char *indonesian, const char *english)
    __attribute__((format_arg(1), format_arg(2)));

/* The words of an errno: the usual ones in the language, the rest as libc has them. */
const char *tongue_errno(int e);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* support: small helps for tests: a private folder, files, the shared reference data when it is there. */
#ifndef TESTS_SUPPORT_H
#define TESTS_SUPPORT_H

#include <stddef.h>

/* cmocka wants these first */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include <cmocka.h>

/* A new private folder under $TMPDIR or /tmp; 0-ended path in static storage that the next call overwrites: copy it. */
const char *support_tmpdir(void);

/* Removes a folder made by support_tmpdir and all that is in it. */
void support_rmdir(const char *path);

/* Writes text to path, or fails the test. */
void support_write(const char *path, const char *text);

/* Reads a whole file (0-ended, caller frees), or fails the test. */
char *support_read(const char *path, size_t *n);

/* Path of a file of the reference data beside the repository ("../shared/oracle/..."), or NULL after printing what is
 * skipped; the caller then calls skip(). Caller frees. */
char *support_shared(const char *relative);

#endif

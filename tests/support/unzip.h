/* SPDX-License-Identifier: GPL-3.0-or-later */
/* unzip: the files in a ZIP archive, to look into workbooks. */
#ifndef TESTS_UNZIP_H
#define TESTS_UNZIP_H

#include <stddef.h>

/* The contents of the member of that name, 0-ended (caller frees), or NULL: there is none. Fails the test for an archive that is
 * broken: every length and check sum is looked at. */
char *unzip_member(const void *zip, size_t n, const char *name);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wizard_file: a file replaced as a whole, or not at all. */
#ifndef NILA_COMMON_WIZARD_FILE_H
#define NILA_COMMON_WIZARD_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "err.h"

/* Looks at the new file before it is put in place; not 0: it is not, and that is returned. */
typedef int (*wizard_file_check)(void *arg, const char *path, char *why, size_t why_size);

/* Writes text to PATH.new, syncs it, lets check (may be NULL) look at it, keeps what was there as PATH.bak when keep is set, and renames
 * it into place; the folder is synced. Owner and mode stay those of the file that was there, else mode. A link leads to its file.
 * NILA_ERR_DENIED, NILA_ERR_FULL, NILA_ERR_IO or check's error, words in why (size >= 256); path is then as it was. */
NILA_MUST_CHECK int wizard_file_replace(const char *path, const char *text, size_t n, mode_t mode,
                                        bool keep, wizard_file_check check, void *arg, char *why,
                                        size_t why_size);

/* Makes the folder with mode when it is not there, and what is missing above it with 0755. False: errno. */
bool wizard_file_make_folder(const char *folder, mode_t mode);

/* The folder of path, without its last part; "." when it has none. */
void wizard_file_folder(const char *path, char *out, size_t size);

#endif

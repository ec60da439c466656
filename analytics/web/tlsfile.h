/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tlsfile: certificate and key of the pages, PEM. The key is for nobody but the service: a file that others may read, or that others than
 * its owner may write, is refused. */
#ifndef ANALYTICS_WEB_TLSFILE_H
#define ANALYTICS_WEB_TLSFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "collector/common/err.h"

/* Reads path. *out: the text, the caller's; tlsfile_free. NILA_ERR_NOT_FOUND, NILA_ERR_DENIED (also the modes of a key),
 * NILA_ERR_CONFIG (no plain file, no PEM, over 64 kB); why (size >= 160) has the words. */
NILA_MUST_CHECK int tlsfile_read(const char *path, bool key, char **out, char *why,
                                 size_t why_size);
/* Wiped; NULL is fine. */
void tlsfile_free(char *text);

#endif

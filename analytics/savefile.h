/* SPDX-License-Identifier: GPL-3.0-or-later */
/* savefile: a result file, whole or not at all: whoever reads path sees the old file or the new one, never half a one, also after
 * a power cut (the new one is on the disk before it takes the name). */
#ifndef ANALYTICS_SAVEFILE_H
#define ANALYTICS_SAVEFILE_H

#include <stddef.h>

#include "collector/common/buf.h"

/* Writes b to path; NULL and "-": standard output. What is there and is no ordinary file (/dev/null, a pipe) is written
 * into, not replaced. NILA_ERR_DENIED, NILA_ERR_FULL no room, NILA_ERR_IO (also for a folder that is not there); then what was at
 * path is untouched and why (size >= 256) has the words with the path; the caller tells them. */
NILA_MUST_CHECK int savefile(const struct buf *b, const char *path, char *why, size_t why_size);

#endif

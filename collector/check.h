/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check: reads everything a collector would read, and shows what it would ask of each device. Opens no port, no journal. */
#ifndef COLLECTOR_CHECK_H
#define COLLECTOR_CHECK_H

#include <stdbool.h>

#include "collector/common/buf.h"
#include "text.h"

/* Appends the plan to out: words, or (json) one object {"site":...,"devices":[{"slug","profile","bus","unit","every_s",
 * "requests":[{"function","first","count"}]}],"buses":[{"slug","busy_pct"}],"notes":[...]} (check_notes.h). busy_pct: how much of its time a serial line
 * is in use, -1 for TCP. Errors as setup_load; why (size >= 256) has the words, and out is as it was. */
NILA_MUST_CHECK int check_site(const char *config, const char *devices, enum text_language l,
                               bool json, struct buf *out, char *why, size_t why_size);

#endif

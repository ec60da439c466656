/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check_notes: what check tells a person to look at, although the files are good: a device whose factory setting is not its
 * line's, a field of a profile nobody has verified, a device that must be told to measure. */
#ifndef COLLECTOR_CHECK_NOTES_H
#define COLLECTOR_CHECK_NOTES_H

#include <stdbool.h>

#include "collector/common/buf.h"
#include "setup.h"
#include "text.h"

/* Appends a line each to out; or, with json, the entries of a list: {"device","kind" ("serial", "unverified", "start"),"where",
 * "text"}, commas between them. config is read once more for the places; without it they are empty. Returns how many. */
unsigned check_notes(struct buf *out, const char *config, const struct setup *s,
                     enum text_language l, bool json);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* profile_words: the part of profile.c that reads what a device holds beside its measurements: "status", "config",
 * "calibration" and timing.wait_register. */
#ifndef NILA_COMMON_PROFILE_WORDS_H
#define NILA_COMMON_PROFILE_WORDS_H

#include "jsonconf.h"
#include "profile.h"

/* Fills p->word. Entries of functions other than 3, 4, 6 and 16 are left out. p->settle_ms must be read already. */
void profile_read_words(struct jsonconf *c, const struct jsonconf_node *root, struct profile *p);

#endif

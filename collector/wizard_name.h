/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wizard_name: names of the site file made from the names people use. Pure functions. */
#ifndef COLLECTOR_WIZARD_NAME_H
#define COLLECTOR_WIZARD_NAME_H

#include <stdbool.h>

#include "collector/common/slug.h"

/* "Pokdakan Bina Karya" becomes "pokdakan-bina-karya": small letters and digits, everything between them one "-", accents of
 * Latin letters left away, at most 32 characters and cut between words where that leaves half of them. "" when nothing is left. */
void wizard_slug(char out[static SLUG_SIZE], const char *name);

/* The same, and with -2, -3 and so on behind it as long as taken says that it is; wish "" begins with fallback. */
void wizard_slug_free(char out[static SLUG_SIZE], const char *wish, const char *fallback,
                      bool (*taken)(const void *arg, const char *slug), const void *arg);

#endif

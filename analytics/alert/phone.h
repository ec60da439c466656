/* SPDX-License-Identifier: GPL-3.0-or-later */
/* phone: telephone numbers in one form, "+6281234567890" (E.164), so that the number a message comes from can be found among
 * the contacts however either was written. Pure functions. */
#ifndef ANALYTICS_ALERT_PHONE_H
#define ANALYTICS_ALERT_PHONE_H

#include <stddef.h>

#include "collector/common/err.h"

#define PHONE_SIZE 17 /* "+", 15 digits and the closing 0 */

/* Takes "+62 812-3456-7890", "0812 3456 7890", "62812...", "0062812..." and "812..." (a leading 0 lost in a table); blanks, - . ( )
 * are skipped. Without a country it is Indonesia's. NILA_ERR_PARSE: no such number (names of operators, short codes); then
 * *out is untouched. */
NILA_MUST_CHECK int phone_normalise(const char *text, char out[static PHONE_SIZE]);

#endif

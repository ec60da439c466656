/* SPDX-License-Identifier: GPL-3.0-or-later */
/* csv_number: numbers as spreadsheets write them. Pure. */
#ifndef NILA_COMMON_CSV_NUMBER_H
#define NILA_COMMON_CSV_NUMBER_H

#include <stdbool.h>

#include "collector/common/err.h"

/* Reads the whole text: sign, digits, decimals, exponent. comma: the decimal sign is the comma (Excel in Indonesian); a
 * point is then taken too, unless it could be a thousands point: "1.500" is refused, "1.5" and "0.125" are not. No
 * thousands signs, no hexadecimal. NILA_ERR_PARSE; NILA_ERR_RANGE for "nan", "inf" and what no double can hold. */
NILA_MUST_CHECK int csv_number_read(const char *text, bool comma, double *out);

#endif

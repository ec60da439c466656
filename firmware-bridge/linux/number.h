/* SPDX-License-Identifier: GPL-3.0-or-later */
/* number: numbers from a command line, whole text or nothing. No blanks, no "nan", "inf" or hexadecimal. */
#ifndef BRIDGE_NUMBER_H
#define BRIDGE_NUMBER_H

#include <stdint.h>

#include "collector/common/err.h"

/* NILA_ERR_PARSE: not a number; NILA_ERR_RANGE: outside min..max. */
NILA_MUST_CHECK int number_double(const char *text, double min, double max, double *out);
NILA_MUST_CHECK int number_i64(const char *text, int64_t min, int64_t max, int64_t *out);

#endif

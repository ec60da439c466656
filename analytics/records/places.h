/* SPDX-License-Identifier: GPL-3.0-or-later */
/* places: from what an office calls a place, and when, to a node and months. Pure.
 *
 * Kemendagri and BPS number the same regencies differently: 62.07 is Seruyan for Kemendagri, 6207 is Lamandau for BPS, whose
 * Seruyan is 6208. So a place is taken only when the code, in its own system, and the name say the same. */
#ifndef ANALYTICS_RECORDS_PLACES_H
#define ANALYTICS_RECORDS_PLACES_H

#include <stdint.h>

#include "records.h"

/* Writes the node (size RECORDS_NODE_SIZE). code_system: "kemendagri" or "bps". code: "62.02", "62.02.06"; "6202", "6202050";
 * "joint" in both. name: with or without Kabupaten, Kab., Kecamatan, Kec.; capitals don't matter; of joint "Gabungan" or
 * "Joint". NILA_ERR_NOT_FOUND, with words in reason (size >= 256) that begin with "code" or "name" in *at. */
NILA_MUST_CHECK int places_find(const char *code_system, const char *code, const char *name,
                                char *node, const char **at, char *reason, size_t reason_size);

/* A regency's code in code_system, "kemendagri" or "bps"; static. */
const char *places_regency_code(enum regency r, const char *code_system);

/* "2027-01", "2027-Q1", "2027"; NILA_ERR_PARSE. Years 2000 to 2100. */
NILA_MUST_CHECK int places_period(const char *text, int32_t *first_month, unsigned *months);

/* "2027-01" or "2027-01..2027-03", first and last included; NILA_ERR_PARSE. */
NILA_MUST_CHECK int places_months(const char *text, int32_t *first_month, int32_t *last_month);

#endif

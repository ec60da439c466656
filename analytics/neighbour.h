/* SPDX-License-Identifier: GPL-3.0-or-later */
/* neighbour: the folder in which an office keeps what it gives the other regency's office and what it was given
 * (supply/exchange.h): "kotim.csv" and "seruyan.csv", one of them its own. Files come and go by hand (a USB stick, mail) or are
 * fetched from the other office's pages.
 *
 * Threads: any; two writers of one file never leave half of one. Words in why, size >= NEIGHBOUR_WHY. */
#ifndef ANALYTICS_NEIGHBOUR_H
#define ANALYTICS_NEIGHBOUR_H

#include "analytics/config.h"
#include "analytics/supply/exchange.h"
#include "collector/common/http.h"

#define NEIGHBOUR_WHY  512
#define NEIGHBOUR_PATH "/api/v1/exchange" /* where an office's pages give its file */

/* Path of the office's file in the folder. */
void neighbour_path(const struct neighbour_config *c, enum regency office, char *path, size_t size);
enum regency neighbour_of(enum regency office); /* the other one */

/* What the other gave; 0 with *out NULL: nothing yet. Errors of exchange_read and secret_read; NILA_ERR_CONFIG also for a file
 * that speaks of the own regency. *out is the caller's. */
NILA_MUST_CHECK int neighbour_load(const struct neighbour_config *c, struct exchange **out,
                                   char *why, size_t why_size);

/* Writes the own file, whole or not at all. */
NILA_MUST_CHECK int neighbour_publish(const struct neighbour_config *c, const struct exchange *own,
                                      char *why, size_t why_size);

/* Checks a file of the other and keeps it. An older one than is there already is refused with NILA_ERR_RANGE: it would take back
 * what is known; but one that claims to be of after tomorrow gives way to any. name stands in the words. *news (may be NULL): it is another than before. */
NILA_MUST_CHECK int neighbour_take(const struct neighbour_config *c, const char *name,
                                   const char *bytes, size_t n, bool *news, char *why,
                                   size_t why_size);

/* Asks the other office's pages for its file and takes it. NILA_ERR_UNSUPPORTED: no "peer" is configured. */
NILA_MUST_CHECK int neighbour_fetch(const struct neighbour_config *c, struct http *h, bool *news,
                                    char *why, size_t why_size);

/* The value of the header Authorization with which an office asks: made of the key, tells nothing of it. */
#define NEIGHBOUR_PROOF_SIZE (7 + SHA256_HEX_SIZE)
NILA_MUST_CHECK int neighbour_proof(const struct neighbour_config *c,
                                    char out[static NEIGHBOUR_PROOF_SIZE], char *why,
                                    size_t why_size);

#endif

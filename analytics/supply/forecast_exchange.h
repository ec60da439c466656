/* SPDX-License-Identifier: GPL-3.0-or-later */
/* forecast_exchange: the forecast of an office that keeps one regency's records and is given the other's by exchange.h. Only
 * forecast.c uses it. */
#ifndef ANALYTICS_SUPPLY_FORECAST_EXCHANGE_H
#define ANALYTICS_SUPPLY_FORECAST_EXCHANGE_H

#include "forecast.h"

/* A copy of s that holds figures, register and survey of the office's regency alone: what speaks of the other, or of both, is the
 * other office's to use. The lists that are kept are the copy's own. NILA_ERR_CONFIG: farms of the other regency are on record here;
 * words in why (size >= 160). */
NILA_MUST_CHECK int forecast_exchange_own(const struct records_snapshot *s, enum regency office,
                                          struct records_snapshot **out, char *why,
                                          size_t why_size);
void forecast_exchange_own_free(struct records_snapshot *s); /* NULL is fine */

/* Fills f->given, f->other, f->evidence, and of f->own all but the draws. */
void forecast_exchange_begin(struct forecast *f, const struct forecast_request *q);

/* After all that changes draws: keeps the office's own in f->own, and adds the other's to them and to farms. */
void forecast_exchange_end(struct forecast *f, double farms[DEMAND_NODES]);

/* Adds the other's draws to joint and its regency; nothing where f has none. */
void forecast_exchange_add(const struct forecast *f, struct supply_forecast *s);

#endif

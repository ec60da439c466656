/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tech_parts: what the technicians' pages have in common. Everything is appended to b. */
#ifndef ANALYTICS_WEB_TECH_PARTS_H
#define ANALYTICS_WEB_TECH_PARTS_H

#include "analytics/web/fleet.h"
#include "analytics/web/page.h"
#include "analytics/web/text.h"

/* Shape, colour and word. */
void tech_badge(struct buf *b, enum lang lang, enum status_level level, enum text word);
enum status_level tech_device_level(const struct fleet_device *d);

/* A collector's name as it says itself, else the key of the configuration. */
const char *tech_box_name(const struct fleet_box *x);
/* Rows that wait for the slowest sink. */
int64_t tech_pending(const struct fleet_box *x);

/* Items of a list of definitions: errors by kind; slots missed of all; a count with its unit. */
void tech_errors(struct buf *b, enum lang lang, const struct fleet_counts *n);
void tech_missed(struct buf *b, enum lang lang, int64_t missed, int64_t served);
/* The text that speaks of one where n is 1. */
enum text tech_of_one(enum text many, int64_t n);
void tech_count(struct buf *b, enum lang lang, enum text name, enum text unit, int64_t n);

/* "120 dari 256 MB"; "tidak diketahui" for -1. */
void tech_of_mb(char *out, size_t size, enum lang lang, int64_t bytes, int64_t of);

#endif

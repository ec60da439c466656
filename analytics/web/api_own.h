/* SPDX-License-Identifier: GPL-3.0-or-later */
/* api_own: what the files of the API share (api*.c, routes_api.c). Each answer is one JSON object; quantities carry their unit in the name,
 * times are ISO 8601 with +07:00, what is not known is null. openapi.json describes them; a test holds both together. */
#ifndef ANALYTICS_WEB_API_OWN_H
#define ANALYTICS_WEB_API_OWN_H

#include "analytics/records/records.h"
#include "analytics/web/page.h"

/* Members: "name":value. */
void api_text(struct buf *b, const char *name, const char *value);
void api_time(struct buf *b, const char *name, int64_t ts_ms);            /* 0: null */
void api_day(struct buf *b, const char *name, int32_t day);               /* WIB day number */
void api_number(struct buf *b, const char *name, double v, int decimals); /* NaN: null */
void api_pond_members(struct buf *b, const struct page_model *m, const struct page_pond *p);

#define API_AFTER_SIZE ((size_t)3 * SLUG_SIZE)
/* A part of a list: at most limit, behind the one that after names ("" from the first on), which a part before gave as "next". */
struct api_part {
    size_t limit;
    char after[API_AFTER_SIZE];
};
#define API_LIMIT_MOST  1000
#define API_LIMIT_USUAL 200
/* "limit":..,"total":..,"next":..; next: the last one given, NULL: nothing is behind it */
void api_part_members(struct buf *b, const struct api_part *part, size_t total, const char *next);
/* Where a part of the list begins; NILA_ERR_NOT_FOUND: what after names is not on the list (any more). */
NILA_MUST_CHECK int api_ponds_from(const struct page_model *m, const char *after, size_t *at);
NILA_MUST_CHECK int api_alarms_from(const struct page_model *m, const char *after, size_t *at);
/* Of records after is DAY.NUMBER (WIB day number; no day of tables without); false: it is neither that nor "". */
bool api_records_after(const char *after, int32_t *day, int64_t *id);

/* "24h" "7d" "cycle" */
const char *api_span(enum page_span s);
/* A pond with its last 24 hours (or day's span), its night, its limits, cycle and aerator. */
void api_pond(struct buf *b, const struct page_model *m, const struct page_pond *p,
              const struct page_day *day);
void api_ponds_part(struct buf *b, const struct page_model *m, const struct api_part *part);
void api_alarms(struct buf *b, const struct page_model *m, const struct api_part *part);
/* Of what the forecast is made and how it was: balance of joint and regencies by month, quarter and all; how right it was; assumptions; how
 * much of the region is on record; the hatcheries' ledger. {"notice":..,"state":"waiting"} while there is no forecast. */
void api_balance_all(struct buf *b, const struct page_model *m);
void api_accuracy(struct buf *b, const struct page_model *m);
void api_assumptions(struct buf *b, const struct page_model *m);
void api_coverage(struct buf *b, const struct page_model *m);
void api_ledger(struct buf *b, const struct page_model *m);

/* Rows of a pond in a table, newest first. money: with prices and buyers. Errors of records_dump; NILA_ERR_NOT_FOUND: the table is of no
 * pond. */
NILA_MUST_CHECK int api_records(struct buf *b, struct records *r, enum records_table t,
                                const char *pond, bool money, const struct api_part *part);

#endif

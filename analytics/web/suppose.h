/* SPDX-License-Identifier: GPL-3.0-or-later */
/* suppose: the fields of the scenario page's form, as they came in the address, and the scenario they make. Foreign text of any
 * length; pure. */
#ifndef ANALYTICS_WEB_SUPPOSE_H
#define ANALYTICS_WEB_SUPPOSE_H

#include "analytics/supply/scenario.h"
#include "collector/common/buf.h"

enum suppose_field {
    SUPPOSE_FINGERLINGS, /* % fewer, 0..100 */
    SUPPOSE_FEED_PRICE,  /* % change, -50..200 */
    SUPPOSE_ACID,        /* a month of the forecast, as 2027-01 */
    SUPPOSE_SMOKE,       /* the first month of it */
    SUPPOSE_SMOKE_UNTIL, /* its last month; "": the first alone */
    SUPPOSE_AERATORS,    /* % of ponds, 0..100 */
    SUPPOSE_SEND,        /* thousands of fingerlings, 0..9999 */
    SUPPOSE_SEND_TO,     /* kotim, seruyan: from the other one */
    SUPPOSE_SEND_IN,     /* a month of the forecast */
    SUPPOSE_FROM,        /* month in which fingerlings, price and aerators begin; "": at once */
    SUPPOSE_PLACE,       /* "", kotim, seruyan: of all but the price and what is sent */
    SUPPOSE_FIELDS
};

#define SUPPOSE_TEXT 24 /* more than any good value needs */
struct suppose {
    char text[SUPPOSE_FIELDS][SUPPOSE_TEXT]; /* "" not given; what is longer is cut and bad */
    bool bad[SUPPOSE_FIELDS];
    size_t faults;            /* how many are bad */
    struct scenario scenario; /* no acts while there are faults */
};

/* The name in the address: "benih" "pakan" "asam" "asap" "asap-sampai" "kincir" "kirim" "kirim-ke" "kirim-bulan" "mulai" "di". */
const char *suppose_name(enum suppose_field f);
/* Whether a field is a whole number (in percent, but for SUPPOSE_SEND); its bounds. */
bool suppose_number(enum suppose_field f, int *min, int *max);

/* value NULL: not in the address. */
void suppose_take(struct suppose *s, enum suppose_field f, const char *value);
/* After all fields were taken: judges them against the forecast's months and makes the scenario. ledgers: both regencies' ledgers
 * of fingerlings are known, else nothing can be sent. */
void suppose_read(struct suppose *s, int32_t first_month, unsigned months, bool ledgers);
/* Appends "benih=30&asam=2027-01&": what was given and is good; nothing in it needs escaping but & in HTML. */
void suppose_query(const struct suppose *s, struct buf *b);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* viewer: who looks at a page, and what they may see of it. A farmer sees the farms they were given; officers and admins the
 * records of their own regencies; technicians the water and the devices of theirs, and no production. Prices, costs and buyers are
 * the farmer's alone. Pure but for viewer_find. */
#ifndef ANALYTICS_WEB_VIEWER_H
#define ANALYTICS_WEB_VIEWER_H

#include "analytics/records/users.h"
#include "analytics/web/format.h"
#include "analytics/web/page.h"

#define VIEWER_COOKIE      "nila_sesi"
#define VIEWER_SECRET_SIZE 65 /* 32 random bytes as hex */

struct viewer {
    enum role role; /* ROLE_NONE: nobody is logged in */
    bool unmanaged; /* no user is on record yet: everything can be read, nothing of it entered */
    bool open;      /* web.open: ponds and the alarm's buttons need no login */
    char user[SLUG_SIZE], name[SITE_NAME_SIZE];
    int64_t session;            /* its number; 0 none */
    char csrf[PAGE_TOKEN_SIZE]; /* what a form must send back as "tanda"; "" none yet */
    bool regency[REGENCY_COUNT];
    size_t farms;
    char farm[USER_FARMS_MOST][SLUG_SIZE];
    char phone[USER_PHONE_SIZE];
    bool english, large, renew; /* renew: must choose a PIN of their own first */
    /* the browser has neither style nor script yet: the page brings them along, which on a bad link saves a round trip */
    bool first_visit;
    int64_t consent_ms, verified_ms;
};

/* Who has the session of the cookie (NULL: none came). A session that has ended is nobody's. NILA_ERR_*: the records can't be
 * read; *out is nobody then, and not unmanaged. */
NILA_MUST_CHECK int viewer_find(struct records *r, const char *cookie, bool open, int64_t now_ms,
                                struct viewer *out);
/* A new secret for a cookie, and its digest as records keep it; NILA_ERR_IO: the system gives no random bytes. */
NILA_MUST_CHECK int viewer_secret(char secret[static VIEWER_SECRET_SIZE],
                                  char digest[static SHA256_HEX_SIZE]);

/* May read the records of the farm, and what is computed from them. */
bool viewer_sees_farm(const struct viewer *v, const char *farm, enum regency regency);
/* May see its ponds' water and alarms, and press the buttons there. */
bool viewer_sees_water(const struct viewer *v, const char *farm, enum regency regency);
/* May enter and correct its records. */
bool viewer_edits_farm(const struct viewer *v, const char *farm, enum regency regency);
/* Prices, costs, buyers: the farmer of that farm alone. */
bool viewer_sees_money(const struct viewer *v, const char *farm);
/* May read what is of the regency alone; enter it. */
bool viewer_sees_regency(const struct viewer *v, enum regency regency);
bool viewer_edits_regency(const struct viewer *v, enum regency regency);

/* Takes out of the picture what the viewer may not see: other ponds, their alarms, buttons and nights; for technicians the
 * fish. */
void viewer_filter(const struct viewer *v, struct page_model *m);

#endif

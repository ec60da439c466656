/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report: how good the alarm was in a month, a row a pond: for the office sirens, how many were acknowledged and how many were
 * followed by deaths; for the farmer one sentence on his nights. Pure. */
#ifndef ANALYTICS_ALERT_REPORT_H
#define ANALYTICS_ALERT_REPORT_H

#include "analytics/records/alarms.h"

/* Deaths written down on the day of an alarm or within so many days after it count as following it: assumption. */
enum {
    REPORT_DEATHS_DAYS = 2
};

struct report_pond {
    char pond[SLUG_SIZE], name[SITE_NAME_SIZE];
    int sirens;       /* dangers told */
    int acknowledged; /* of them */
    int deaths;       /* of them: followed by recorded deaths */
    int warned;       /* nights people were warned of at dusk */
    int right;        /* of them: it fell below the limit */
    int missed;       /* nights below the limit without a warning */
    int unknown;      /* nights that were not measured enough to say */
};

/* month: number (civil.h). *out has one a pond of the snapshot; free(). */
void report_month(const struct records_snapshot *s, int32_t month, const struct rec_alarm *alarm,
                  size_t alarms, const struct rec_night *night, size_t nights,
                  struct report_pond **out);

/* "Bulan ini: 3 peringatan malam, 2 benar turun di bawah batas, 0 terlewat". */
void report_sentence(char *buf, size_t size, const struct report_pond *p, bool english);

#endif

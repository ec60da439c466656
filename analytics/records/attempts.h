/* SPDX-License-Identifier: GPL-3.0-or-later */
/* attempts: what alarms.c and attempts.c share. */
#ifndef ANALYTICS_RECORDS_ATTEMPTS_H
#define ANALYTICS_RECORDS_ATTEMPTS_H

#include "alarms.h"
#include "db.h"

/* Stores a new attempt and gives it its id; inside the lock and a transaction. */
NILA_MUST_CHECK int attempts_add(struct db *d, struct rec_attempt *a);
/* As records_night_store, inside the lock. */
NILA_MUST_CHECK int attempts_night(struct db *d, const struct rec_night *night);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* served: would a danger of a pond reach anybody? Asked of the alarm's own plan (plan_reaches), so that pages say what the alarm
 * does. Pure. */
#ifndef ANALYTICS_WEB_SERVED_H
#define ANALYTICS_WEB_SERVED_H

#include "analytics/alert/plan.h"

struct served {
    struct look look;
    struct plan plan; /* looks at look: the struct stays where it was made */
};

/* contact and c are borrowed. */
void served_init(struct served *s, struct rec_contact *contact, size_t contacts,
                 const struct channels_config *c);
/* Is there a contact that a danger of the pond would reach by a configured channel? */
bool served_pond(struct served *s, const struct rec_pond *pond, const struct rec_farm *farm);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* profile_switch: the switches of a profile. Only profile.c includes this. */
#ifndef NILA_COMMON_PROFILE_SWITCH_H
#define NILA_COMMON_PROFILE_SWITCH_H

#include "jsonconf.h"
#include "profile.h"

/* Reads "switches" of root, when it is there. */
void profile_read_switches(struct jsonconf *c, const struct jsonconf_node *root, struct profile *p);

#endif

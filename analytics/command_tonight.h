/* SPDX-License-Identifier: GPL-3.0-or-later */
/* command_tonight: of the subcommand oxygen; for command_oxygen.c alone. */
#ifndef ANALYTICS_COMMAND_TONIGHT_H
#define ANALYTICS_COMMAND_TONIGHT_H

#include "analytics/commands.h"

/* The coming night of the ponds on record (or of one): oxygen.pond, oxygen.reading_mg_l, oxygen.write. Words, or with json one
 * object. Needs the configuration: with --records there are no readings. */
int command_tonight(const struct command_options *o);

#endif

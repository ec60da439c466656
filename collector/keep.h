/* SPDX-License-Identifier: GPL-3.0-or-later */
/* keep: what is in a backup of a collector: collector.json, devices/ID.json of the profiles it names, journal.db, and on wish
 * secrets/NAME. Its manifest has "kind":"nila-collector". */
#ifndef COLLECTOR_KEEP_H
#define COLLECTOR_KEEP_H

#include "collector/common/site.h"
#include "options.h"

#define KEEP_KIND    "nila-collector"
#define KEEP_SITE    "collector.json"
#define KEEP_JOURNAL "journal.db"
#define KEEP_DEVICES "devices/"
#define KEEP_SECRETS "secrets/"
#define KEEP_PATH    600

int command_backup(const struct options *o);
int command_restore(const struct options *o);

/* Is a collector running with this site file? rc of control_call: 0 it answers. */
NILA_MUST_CHECK bool keep_runs(const struct site *site);

/* secrets/NAME beside the configuration; false: the path is another, and is no business of a backup. */
bool keep_secret_name(const char *config, const char *path, const char **name);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wizard_world: the machine as `setup` sees it: adapters, lines, server, clock, files. */
#ifndef COLLECTOR_WIZARD_WORLD_H
#define COLLECTOR_WIZARD_WORLD_H

#include "collector/common/wizard_terminal.h"
#include "command.h"
#include "wizard.h"

struct wizard_machine {
    const struct options *o;
    const struct site *site; /* of the file that is there; NULL none */
    struct identify *id;
};

/* Fills the world; m outlives it. http_global_init must have been called. */
void wizard_world_open(struct wizard_world *world, struct wizard_machine *m);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* window: new firmware over the bus (core/nila_update), in images that are linked for a slot (ports/slots); in a plain image there is none
 * (ports/plain). */
#ifndef PORTS_COMMON_WINDOW_H
#define PORTS_COMMON_WINDOW_H

#include "firmware-bridge/core/nila_app.h"

/* Adds its registers, before the first step. False: there is no room for them. */
bool window_open(struct nila_app *app);

/* Each turn of the main loop, after nila_app_step: a piece of an update's work; starts the processor anew when an update asks for it. */
void window_step(struct nila_app *app);

/* What object 6 of function 43 says the program is. */
const char *window_application(void);

#endif

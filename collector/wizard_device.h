/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wizard_device: what each unit that answered is: its profile, its values beside a handheld meter, its pond. */
#ifndef COLLECTOR_WIZARD_DEVICE_H
#define COLLECTOR_WIZARD_DEVICE_H

#include "wizard.h"

/* All units in w->found at the line w->bus, which is w->bus_at of the draft; then the devices of the draft that kept silent. */
enum wizard_end wizard_devices(void *arg);

#endif

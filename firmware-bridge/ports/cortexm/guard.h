/* SPDX-License-Identifier: GPL-3.0-or-later */
/* guard: what a board needs before anything else may happen, in the bootloader and in the node. By the port. */
#ifndef PORTS_CORTEXM_GUARD_H
#define PORTS_CORTEXM_GUARD_H

/* Starts the watchdog (GUARD_S; starting it again does no harm) and the supervision of the supply. */
void guard_start(void);

/* The watchdog's next GUARD_S begin. */
void guard_feed(void);

#define GUARD_S 4U

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PORTS_MPS2_H
#define PORTS_MPS2_H

/* An emulator's new memory is all 0, a flash memory's is all 1: settings that are all 0 are a new board's, not damaged ones. */
void flash_unpack(void);

#endif

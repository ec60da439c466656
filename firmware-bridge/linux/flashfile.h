/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flashfile: two pages of a file as the flash memory that core/nila_store keeps its two slots in: a power cut leaves the old record
 * or the new one, whole, as on a board. One page a slot, so that a block of the disk never holds both. */
#ifndef BRIDGE_FLASHFILE_H
#define BRIDGE_FLASHFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/common/err.h"
#include "firmware-bridge/core/nila_flash.h"

#define FLASHFILE_PAGE 4096U

struct flashfile {
    struct nila_flash flash; /* for nila_store; slots of FLASHFILE_PAGE from 0 on */
    char *path;
    int fd;
    bool dirty[2];
    uint8_t memory[2 * FLASHFILE_PAGE]; /* as the file is, or will be when it settles */
};

/* Opens or creates path, which stays locked; f must stay where it is. NILA_ERR_BUSY: another process has it; NILA_ERR_DENIED, NILA_ERR_NOT_FOUND (folder),
 * NILA_ERR_IO, with errno. */
NILA_MUST_CHECK int flashfile_open(struct flashfile *f, const char *path);

/* Keeps a copy of what is in it as path.damaged, for whoever wants to know. */
void flashfile_set_aside(const struct flashfile *f);

void flashfile_close(struct flashfile *f);

#endif

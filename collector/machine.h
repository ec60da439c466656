/* SPDX-License-Identifier: GPL-3.0-or-later */
/* machine: the computer the collector runs on: its disk and its power supply. Reads /proc and /sys; any thread. */
#ifndef COLLECTOR_MACHINE_H
#define COLLECTOR_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/common/err.h"

/* Below the first the disk is nearly full, below the second it is as good as full. */
#define MACHINE_DISK_LOW_BYTES  (INT64_C(64) * 1024 * 1024)
#define MACHINE_DISK_FULL_BYTES (INT64_C(16) * 1024 * 1024)

struct machine_disk {
    int64_t free_bytes, size_bytes; /* free: what a user who is not root may still write */
    bool read_only;
};

/* The disk on which path lies, or would lie. NILA_ERR_IO with errno set: its folder cannot be looked at. */
NILA_MUST_CHECK int machine_disk(const char *path, struct machine_disk *out);

enum machine_power {
    MACHINE_POWER_UNKNOWN, /* the machine does not tell */
    MACHINE_POWER_GOOD,
    MACHINE_POWER_WEAK /* the supply has been too weak since the kernel last looked, or is */
};
/* What a Raspberry Pi tells through its sensor rpi_volt. */
enum machine_power machine_power(void);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gpio: one input line of this computer, over the kernel's character device (Linux 5.10 or newer; <linux/gpio.h>, v2). */
#ifndef COLLECTOR_GPIO_H
#define COLLECTOR_GPIO_H

#include <stddef.h>

#include "collector/common/err.h"

/* Asks the kernel for line of chip as an input; pull: 'u' up, 'd' down, 'n' none. Returns a handle >= 0 that the caller closes, or
 * NILA_ERR_NOT_FOUND, NILA_ERR_DENIED, NILA_ERR_BUSY (another program has the line), NILA_ERR_UNSUPPORTED (no GPIO chip, no such
 * line, or a kernel without this), NILA_ERR_IO, with words in why (size >= 96). */
NILA_MUST_CHECK int gpio_open(const char *chip, int line, char pull, char *why, size_t why_size);

/* 0 or 1; NILA_ERR_IO with words in why. */
NILA_MUST_CHECK int gpio_read(int handle, char *why, size_t why_size);

#endif

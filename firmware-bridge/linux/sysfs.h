/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sysfs: probes that the kernel reads: DS18B20 thermometers on 1-wire (drivers/w1/slaves/w1_therm.c), voltages of an analog converter
 * (Documentation/ABI/testing/sysfs-bus-iio), the processor's own temperature. root is "/sys", or a folder that looks like it.
 * A reading may block: a conversion of a DS18B20 takes 0.75 s, and the kernel waits for it. */
#ifndef BRIDGE_SYSFS_H
#define BRIDGE_SYSFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/common/err.h"
#include "firmware-bridge/core/nila_ds18b20.h"

#define SYSFS_W1_ID_SIZE 17 /* "28-0316a2790fff" and its 0 */

/* Is text the kernel's name of a DS18B20: "28-" and twelve hexadecimal digits? */
bool sysfs_is_w1(const char *text);

/* What w1_slave says of the scratchpad: nine bytes, the kernel's own word on their CRC, which must be YES. NILA_ERR_PARSE: another
 * form; NILA_ERR_PROTO: the kernel says NO. */
NILA_MUST_CHECK int sysfs_w1_scratchpad(const char *text, uint8_t pad[static 9]);

/* Reads the thermometer id ("": the only one there is) into d, which judges it: afterwards nila_ds18b20_result. d is the same
 * each time, since 85.0 C depends on the reading before. Where the driver has no w1_slave, its temperature is taken. */
void sysfs_w1_read(struct nila_ds18b20 *d, const char *root, const char *id);

/* Microvolts at an input: (raw + offset) * scale, which is mV, times gain (of a divider before the input). device: "iio:device0",
 * or the converter's name ("ads1015"). False: no such input, no scale, or no number. */
bool sysfs_iio_microvolts(const char *root, const char *device, unsigned input, double gain,
                          int32_t *uv);

/* 0.1 C of thermal_zone0; NILA_BOARD_TEMP_NONE when it cannot be read. */
int16_t sysfs_board_temp_x10(const char *root);

#endif

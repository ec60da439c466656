/* SPDX-License-Identifier: GPL-3.0-or-later */
/* key: the office's public key, whose signatures count. key.c is written by ports/key.sh from the file that KEY= names. */
#ifndef PORTS_COMMON_KEY_H
#define PORTS_COMMON_KEY_H

#include "firmware-bridge/core/nila_lms.h"

extern const uint8_t UPDATE_KEY[NILA_LMS_PUBLIC_BYTES];

#endif

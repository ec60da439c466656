/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pattern: channels of an emulated board, which has no sensor: values that a test can foretell from the number of the sample.
 * Only under NILA_PRODUCT_EMULATED, so that nobody takes them for water. */
#ifndef PORTS_COMMON_PATTERN_H
#define PORTS_COMMON_PATTERN_H

#include "firmware-bridge/core/nila_node.h"

/* Channel 0: after its sample n it is 20.000 + (n mod 10000) / 1000 °C, raw 7/1000 below. As nila_board.sample. */
void pattern_sample(void *arg, struct nila_node *node);

#endif

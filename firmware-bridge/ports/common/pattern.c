/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pattern.h"

void pattern_sample(void *arg, struct nila_node *node)
{
    const uint32_t n = node->channel[0].sequence + 1;
    const int32_t value_x1000 = 20000 + (int32_t)(n % 10000);

    (void)arg;
    (void)nila_node_set_channel(node, 0, NILA_KIND_TEMP_C, value_x1000, value_x1000 - 7,
                                NILA_Q_VALID);
    nila_node_round(node);
}

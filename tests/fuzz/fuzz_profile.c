/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever stands in a device profile: every register a good one names can be asked for. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int ok)
{
    if (!ok)
        abort();
}

static void check_profile(const struct profile *p)
{
    must(slug_valid(p->id) && p->n <= PROFILE_MEASUREMENTS);
    must(p->max_registers >= 1 && p->max_registers <= 125 && p->max_gap >= 0);
    must(p->default_unit >= -1 && p->default_unit <= 255);
    must(!p->whole_block || (p->block_count >= 1 && p->block_count <= p->max_registers &&
                             p->block_first + p->block_count <= 65536));
    must(p->whole_block || !p->node_header);
    must(p->states <= PROFILE_STATES && p->outputs <= PROFILE_OUTPUTS &&
         p->identities <= PROFILE_IDENTITIES && p->marks <= PROFILE_MARKS &&
         p->blocks <= PROFILE_BLOCKS && p->order_register.n <= PROFILE_ORDERS);
    for (unsigned i = 0; i < p->states; i++)
        must((uint64_t)p->state[i].of < UINT64_C(1) << p->n && p->state[i].mask != 0);
    for (unsigned i = 0; i < p->n; i++) {
        const struct profile_measurement *m = &p->m[i];
        const int count = profile_registers(m->type);
        must(m->metric < METRIC_COUNT && (m->function == 3 || m->function == 4));
        must(m->address + count <= 65536 && count <= p->max_registers);
        must(strlen(m->order) == (m->order_set ? 0 : 2 * (size_t)count) && m->scale != 0 &&
             m->min < m->max);
        must(m->quality >= -1 && m->quality <= 65535 && m->kind >= -1 && m->kind <= 65535);
        must(!p->whole_block || (m->function == p->block_function && m->address >= p->block_first &&
                                 m->address + count <= p->block_first + p->block_count));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct profile *p = NULL;
    char why[256] = "";
    char *text = malloc(size > 0 ? size : 1); /* exact size: a read too far is seen */

    must(text != NULL);
    if (size > 0)
        memcpy(text, data, size);
    if (profile_load_memory(&p, "f.json", text, size, why, sizeof why) == 0)
        check_profile(p);
    else
        must(p == NULL && strncmp(why, "f.json:", 7) == 0);
    profile_free(p);
    free(text);
    return 0;
}

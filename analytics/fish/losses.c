/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "losses.h"

#include <stddef.h>

#include "words.h"

static const char *const NAME[LOSS_COUNT] = {"died", "flood", "theft", "predator"};

/* clang-format off */
static const struct {
    const char *word;
    enum loss loss;
} WORD[] = {
    {"flood", LOSS_FLOOD}, {"banjir", LOSS_FLOOD}, {"kebanjiran", LOSS_FLOOD}, {"meluap", LOSS_FLOOD},
    {"luapan", LOSS_FLOOD}, {"jebol", LOSS_FLOOD}, {"hanyut", LOSS_FLOOD}, {"lepas", LOSS_FLOOD}, {"escaped", LOSS_FLOOD},
    {"theft", LOSS_THEFT}, {"stolen", LOSS_THEFT}, {"dicuri", LOSS_THEFT}, {"pencurian", LOSS_THEFT},
    {"kecurian", LOSS_THEFT}, {"maling", LOSS_THEFT}, {"hilang", LOSS_THEFT},
    {"predator", LOSS_PREDATOR}, {"pemangsa", LOSS_PREDATOR}, {"berang-berang", LOSS_PREDATOR}, {"otter", LOSS_PREDATOR},
    {"biawak", LOSS_PREDATOR}, {"ular", LOSS_PREDATOR}, {"burung", LOSS_PREDATOR}, {"bangau", LOSS_PREDATOR},
    {"bird", LOSS_PREDATOR}, {"birds", LOSS_PREDATOR}, {"snake", LOSS_PREDATOR}, {"buaya", LOSS_PREDATOR},
};
/* clang-format on */

enum loss loss_find(const char *cause)
{
    for (size_t k = 0; k < sizeof WORD / sizeof WORD[0]; k++)
        if (words_find(cause, WORD[k].word) > 0)
            return WORD[k].loss;
    return LOSS_DIED;
}

const char *loss_name(enum loss l)
{
    return NAME[l];
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* losses: what a row of dead fish means by its cause. Dead fish are seen in part, and tell of the mortality of the days to
 * come; fish that left by a flood, a thief or a predator are guessed at, and tell nothing of it. */
#ifndef ANALYTICS_LOSSES_H
#define ANALYTICS_LOSSES_H

enum loss {
    LOSS_DIED, /* illness, water, unknown: all that is none of the others */
    LOSS_FLOOD,
    LOSS_THEFT,
    LOSS_PREDATOR,
    LOSS_COUNT
};
/* By the words in what was written ("kena banjir", "dicuri orang", "berang-berang"). */
enum loss loss_find(const char *cause);
const char *loss_name(enum loss l); /* "died" "flood" "theft" "predator" */

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ezo_sim: an Atlas EZO circuit (D.O., pH or EC) on a pty, after its data sheet: 9600 8N1, commands end in CR; a new one says *RS and *RE
 * and reads continuously once a second until it is told C,0; response codes; R, RT, T, S, P, O, K, Cal, Slope, i, Status, Name, L,
 * Find, Sleep, Factory; what it does not know is *ER. Temperature, salinity and pressure are forgotten with the power.
 * One thread a circuit. */
#ifndef TESTS_EZO_SIM_H
#define TESTS_EZO_SIM_H

#include <stdbool.h>
#include <stddef.h>

enum ezo_sim_kind {
    EZO_SIM_DO,
    EZO_SIM_PH,
    EZO_SIM_EC
};

struct ezo_sim; /* opaque */

/* link: what leads to the pty, made when it is plugged in (at once) and gone while it is not. reading_ms: from R to its answer; the data
 * sheets say 600 to 900. NULL: no pty, or the link cannot be made. */
struct ezo_sim *ezo_sim_start(enum ezo_sim_kind kind, const char *link, const char *value,
                              int reading_ms);
void ezo_sim_stop(struct ezo_sim *s); /* NULL is fine */

void ezo_sim_set(struct ezo_sim *s, const char *value); /* from now on it reads this: "6.54" */
void ezo_sim_unplug(
    struct ezo_sim *s); /* the port itself is gone, as a USB adapter that is pulled */
void ezo_sim_plug(
    struct ezo_sim *s); /* a new port at the same link, and a circuit that has just got its power */
void ezo_sim_deaf(struct ezo_sim *s, bool deaf); /* the port is there, the circuit says nothing */

/* The last command that began with prefix ("T,"), "" none. */
void ezo_sim_told(struct ezo_sim *s, const char *prefix, char *out, size_t size);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* profile_parts: what the files of profile.h share; nobody else includes this. All of them read with jsonconf.h: the first
 * error is kept there. */
#ifndef NILA_COMMON_PROFILE_PARTS_H
#define NILA_COMMON_PROFILE_PARTS_H

#include "jsonconf.h"
#include "profile.h"

#define PROFILE_MAX_REGISTERS 125 /* of one read: Modbus application protocol 1.1b3, 6.3 and 6.4 */
#define PROFILE_MAX_ADDRESS   65535

/* Where the value of a field stands: in its object, or in {"value": ..., "verified": false, "note": "..."}. */
struct profile_field {
    const struct jsonconf_node *object;
    const char *key;
};

/* Finds the field key of o and remembers in p that it is not verified, when it says so. name: of the entry, "" none. */
struct profile_field profile_field(struct jsonconf *c, const struct jsonconf_node *o,
                                   const char *key, const char *name, struct profile *p);

/* Refuses the register at o.key that lies outside p's whole block or runs beyond the last register. */
void profile_check_place(struct jsonconf *c, const struct jsonconf_node *o, const char *key,
                         const struct profile *p, int function, int address, int count);

/* Serial line, unit, start, timing, limits, blocks, order register: how the device is asked. */
void profile_read_asking(struct jsonconf *c, const struct jsonconf_node *root, struct profile *p);

/* The status entries with "ok"; the measurements must be read already. */
void profile_read_states(struct jsonconf *c, const struct jsonconf_node *root, struct profile *p);

/* "outputs" and "identity". */
void profile_read_outputs(struct jsonconf *c, const struct jsonconf_node *root, struct profile *p);
void profile_read_identity(struct jsonconf *c, const struct jsonconf_node *root, struct profile *p);

/* "calibration_access" and "tell". */
void profile_read_access(struct jsonconf *c, const struct jsonconf_node *root, struct profile *p);

/* The words of a "type" of a single register or a text, NULL-ended, in the order of enum profile_word_type. */
extern const char *const PROFILE_WORD_TYPE[];

/* "order" of such an entry, "" never: ABCD or AB. */
void profile_read_word_order(struct jsonconf *c, const struct jsonconf_node *o,
                             enum profile_word_type t, char order[static 5]);

#endif

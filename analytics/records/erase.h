/* SPDX-License-Identifier: GPL-3.0-or-later */
/* erase: takes a person out of the records on his or her wish (UU 27/2022 on personal data, the right to erasure), while what was
 * farmed there stays counted: names and addresses go, kilograms, days and places stay. */
#ifndef ANALYTICS_RECORDS_ERASE_H
#define ANALYTICS_RECORDS_ERASE_H

#include "change.h"

struct erase_person {
    const char *farm; /* slug of the farm this person owns; NULL none */
    const char *
        contact; /* slug of the contact; NULL: those who answer for that farm or its ponds and for nothing else */
    const char *user; /* name at login, in the list of changes; NULL none */
};
struct erase_report {
    /* rows that were altered, versions of old included; farms: limits of its ponds too; messages: of alarms, and answers */
    int64_t farms, contacts, buyers, photos, messages, changes;
};

/* In one transaction, in present rows, in versions of old and in the list of changes: the farm's name becomes "(dihapus XXXXXX)",
 * its KUSUKA number is emptied; contacts lose name, phone, telegram and mail and are switched off; buyers of the farm's
 * harvests become "(dihapus)"; photos of its rows lose their bytes; reasons written in changes of its rows are emptied; who set limits of its ponds becomes "(dihapus)";
 * messages of alarms lose the contacts' numbers, those about the farm their words, and what waits to be sent to the contacts is dropped; the
 * user's name in the list of changes, on alarms, buttons and photos becomes "dihapus-XXXXXX". The pages of the file that held the words are overwritten.
 * A change of kind "erase" says what was altered, not the words. It is the only thing that ever alters that list.
 *
 * What it cannot reach: slugs (other records refer to them: give farms no person's name as a slug), free words of notes and
 * causes, backups and exports made before, the farm's own computer (sync.h). The user's own row and login are the accounts'.
 *
 * NILA_ERR_NOT_FOUND: no such farm or contact; nothing is altered. Again for the same person: changes nothing more. */
NILA_MUST_CHECK int records_erase_person(struct records *r, const struct erase_person *p,
                                         const struct change_who *who, struct erase_report *out);

#endif

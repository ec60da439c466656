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
    int64_t farms, contacts, buyers, photos,
        changes; /* rows that were altered, versions of old included */
};

/* In one transaction, in present rows, in versions of old and in the list of changes: the farm's name becomes "(dihapus XXXXXX)",
 * its KUSUKA number is emptied; contacts lose name, phone, telegram and mail and are switched off; buyers of the farm's
 * harvests become "(dihapus)"; photos of its rows lose their bytes; reasons written in changes of its rows are emptied;
 * the user's name in the list of changes becomes "dihapus-XXXXXX". The pages of the file that held the words are overwritten.
 * A change of kind "erase" says what was altered, not the words. It is the only thing that ever alters that list.
 *
 * What it cannot reach: slugs (other records refer to them: give farms no person's name as a slug), free words of notes and
 * causes, backups and exports made before. The user's own row and login are the accounts'.
 *
 * NILA_ERR_NOT_FOUND: no such farm or contact; nothing is altered. Again for the same person: changes nothing more. */
NILA_MUST_CHECK int records_erase_person(struct records *r, const struct erase_person *p,
                                         const struct change_who *who, struct erase_report *out);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* letters: what an office puts on its papers: head, number, and who signs. Of the configuration:
 *
 *   "letters": {"kotim": {"office_en", "address", "place", "number", "head": {...}, "author": {...}}, "seruyan": {...}}
 *   head, author: {"title", "title_en", "name", "rank", "nip"}
 *
 * All may be left out; what is not there stays blank on the paper, to be filled in by pen. "number" is a pattern of letters, digits and
 * . / - with {nomor} (given with each paper), {bulan} (I..XII) and {tahun}. A nip has 18 digits, blanks between them or not. */
#ifndef ANALYTICS_LETTERS_H
#define ANALYTICS_LETTERS_H

#include "collector/common/jsonconf.h"
#include "collector/common/region.h"
#include "collector/common/site.h"

#define LETTER_NUMBER_SIZE 96
#define LETTER_GIVEN_SIZE  24 /* of what is given for {nomor} */

struct letter_sign {
    char title[2][SITE_NAME_SIZE]; /* Indonesian, English; "" none; English "": as Indonesian */
    char name[SITE_NAME_SIZE], rank[SITE_NAME_SIZE];
    char nip[24]; /* as it is written; "" none */
};

struct letters_config {
    struct letter_office {
        char office_en[SITE_NAME_SIZE], address[SITE_NAME_SIZE * 2], place[SITE_NAME_SIZE];
        char number[LETTER_NUMBER_SIZE]; /* the pattern; "" none */
        struct letter_sign head, author;
    } of[REGENCY_COUNT];
};

/* Reads member "letters" of root; mistakes are c's. */
void letters_read(struct jsonconf *c, const struct jsonconf_node *root, struct letters_config *out);

/* The number of a paper of that month (month number of civil.h); pattern "" or NULL: the usual one. given: what stands for {nomor}, "": dots
 * to be filled in. */
void letter_number(char *buf, size_t size, const char *pattern, const char *given, int32_t month);
/* May it stand for {nomor}? Letters, digits, . / and -, shorter than LETTER_GIVEN_SIZE; NULL: no. */
bool letter_given_valid(const char *given);

#endif

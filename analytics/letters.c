/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "letters.h"

#include <stdio.h>
#include <string.h>

#include "collector/common/tongue.h"

#define USUAL  "{nomor} / \u2026\u2026 / {bulan} / {tahun}"
#define BLANK  "\u2026\u2026"
#define PLAIN  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789./-"
#define DIGITS 18 /* of a nip */

static const char *const PART[] = {"{nomor}", "{bulan}", "{tahun}"};
enum {
    PARTS = sizeof PART / sizeof PART[0]
};

/* Which part p begins with; PARTS: none. */
static size_t part_at(const char *p)
{
    size_t k = 0;

    while (k < PARTS && strncmp(p, PART[k], strlen(PART[k])) != 0)
        k++;
    return k;
}

/* The first character that no pattern may have; NULL: it is one. */
static const char *bad_in_pattern(const char *p)
{
    while (*p != '\0') {
        size_t k = part_at(p);

        if (k < PARTS)
            p += strlen(PART[k]);
        else if (strchr(PLAIN " ", *p) != NULL)
            p++;
        else
            return p;
    }
    return NULL;
}

static bool nip_valid(const char *nip)
{
    size_t digits = 0;

    for (; *nip != '\0'; nip++) {
        if (*nip >= '0' && *nip <= '9')
            digits++;
        else if (*nip != ' ')
            return false;
    }
    return digits == DIGITS;
}

static void read_sign(struct jsonconf *c, const struct jsonconf_node *office, const char *key,
                      struct letter_sign *out)
{
    const struct jsonconf_node *o = jsonconf_member(c, office, key, false);

    jsonconf_string_or(c, o, "title", out->title[0], sizeof out->title[0], "");
    jsonconf_string_or(c, o, "title_en", out->title[1], sizeof out->title[1], "");
    jsonconf_string_or(c, o, "name", out->name, sizeof out->name, "");
    jsonconf_string_or(c, o, "rank", out->rank, sizeof out->rank, "");
    jsonconf_string_or(c, o, "nip", out->nip, sizeof out->nip, "");
    if (out->nip[0] != '\0' && !nip_valid(out->nip))
        jsonconf_refuse(c, jsonconf_member(c, o, "nip", true),
                        tongue("\"%s\" tidak boleh; NIP terdiri dari 18 angka",
                               "\"%s\" is not allowed; a NIP has 18 digits"),
                        out->nip);
}

void letters_read(struct jsonconf *c, const struct jsonconf_node *root, struct letters_config *out)
{
    const struct jsonconf_node *letters = jsonconf_member(c, root, "letters", false);

    *out = (struct letters_config){.of = {{.number = ""}}};
    for (int r = 0; r < REGENCY_COUNT; r++) {
        const struct jsonconf_node *o =
            jsonconf_member(c, letters, regency_slug((enum regency)r), false);
        struct letter_office *x = &out->of[r];
        const char *bad;

        jsonconf_string_or(c, o, "office_en", x->office_en, sizeof x->office_en, "");
        jsonconf_string_or(c, o, "address", x->address, sizeof x->address, "");
        jsonconf_string_or(c, o, "place", x->place, sizeof x->place, "");
        jsonconf_string_or(c, o, "number", x->number, sizeof x->number, "");
        bad = bad_in_pattern(x->number);
        if (bad != NULL)
            jsonconf_refuse(c, jsonconf_member(c, o, "number", true),
                            tongue("\"%s\": mulai \"%s\" tidak boleh; huruf, angka, . / - spasi "
                                   "dan {nomor} {bulan} {tahun}",
                                   "\"%s\": from \"%s\" on it is not allowed; letters, digits, . / "
                                   "- blanks and {nomor} {bulan} {tahun}"),
                            x->number, bad);
        read_sign(c, o, "head", &x->head);
        read_sign(c, o, "author", &x->author);
    }
}

bool letter_given_valid(const char *given)
{
    return given != NULL && given[0] != '\0' && strlen(given) < LETTER_GIVEN_SIZE &&
           given[strspn(given, PLAIN)] == '\0';
}

void letter_number(char *buf, size_t size, const char *pattern, const char *given, int32_t month)
{
    static const char *const ROMAN[] = {"I",   "II",   "III", "IV", "V",  "VI",
                                        "VII", "VIII", "IX",  "X",  "XI", "XII"};
    const char *p = pattern != NULL && *pattern != '\0' ? pattern : USUAL;
    char year[16];
    const char *of[PARTS] = {letter_given_valid(given) ? given : BLANK, ROMAN[month % 12], year};
    size_t at = 0;

    (void)snprintf(year, sizeof year, "%d", (int)(month / 12));
    buf[0] = '\0';
    while (*p != '\0' && at + 1 < size) {
        size_t k = part_at(p);
        int n = k < PARTS ? snprintf(buf + at, size - at, "%s", of[k])
                          : snprintf(buf + at, size - at, "%c", *p);

        at += (size_t)n;
        p += k < PARTS ? strlen(PART[k]) : 1;
    }
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed.h"

#include <string.h>

#include "words.h"

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* clang-format off */
static const struct feed_kind KIND[] = {
    {"pellet",        WORDS("pelet", "pabrik", "pakan pabrik", "komersial", "tepung", "pakan tepung", "remah", "crumble"), 1.00, false},
    {"floating",      WORDS("apung", "terapung", "pelet apung", "pellet apung"),          1.00, true},
    {"sinking",       WORDS("tenggelam", "pelet tenggelam", "pellet tenggelam"),          0.95, true},
    {"home-made",     WORDS("homemade", "mandiri", "pakan mandiri", "buatan sendiri", "racikan"), 0.75, true},
    {"rice-bran",     WORDS("rice bran", "bran", "dedak", "bekatul"),                     0.55, true},
    {"azolla",        WORDS("azolla segar", "fresh azolla"),                              0.05, true},
    {"azolla-dry",    WORDS("azolla kering", "dry azolla", "tepung azolla"),              0.65, true},
    {"duckweed",      WORDS("lemna", "mata lele"),                                        0.05, true},
    {"greens",        WORDS("daun", "hijauan", "kangkung", "leaves"),                     0.07, true},
    {"maggot",        WORDS("magot", "bsf", "maggot segar", "fresh maggot"),              0.35, false},
    {"maggot-dry",    WORDS("maggot kering", "magot kering", "dry maggot", "tepung maggot"), 1.05, false},
    {"trash-fish",    WORDS("trash fish", "ikan rucah", "rucah"),                         0.30, true},
    {"kitchen-waste", WORDS("kitchen waste", "sisa dapur", "limbah dapur", "roti"),       0.20, true},
};
/* clang-format on */
#define KINDS (sizeof KIND / sizeof KIND[0])

const struct feed_kind *feed_kinds(size_t *n)
{
    *n = KINDS;
    return KIND;
}

const struct feed_kind *feed_kind_find(const char *text)
{
    const struct feed_kind *found = NULL;
    size_t longest = 0;

    if (text == NULL || text[strspn(text, " \t")] == '\0')
        return &KIND[0];
    for (size_t k = 0; k < KINDS; k++) {
        size_t n = words_find(text, KIND[k].name);

        for (size_t w = 0; KIND[k].words[w] != NULL; w++) {
            size_t m = words_find(text, KIND[k].words[w]);
            n = m > n ? m : n;
        }
        if (n > longest) {
            longest = n;
            found = &KIND[k];
        }
    }
    return found;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "judge_words.h"

void judge_words(struct buf *b, enum text_language l, const struct reading_value *v)
{
    static const struct {
        int flag;
        enum text text;
    } FLAG[] = {
        {READING_PASS, TEXT_FLAG_PASS},       {READING_NOT_EVALUATED, TEXT_FLAG_UNJUDGED},
        {READING_SUSPECT, TEXT_FLAG_SUSPECT}, {READING_FAIL, TEXT_FLAG_FAIL},
        {READING_MISSING, TEXT_FLAG_MISSING},
    };
    const char *separator = ": ";

    for (size_t i = 0; i < sizeof FLAG / sizeof FLAG[0]; i++)
        if (FLAG[i].flag == v->flag)
            text_add(b, l, FLAG[i].text, NULL);
    for (unsigned i = 0; i < TEXT_BITS; i++) {
        if ((v->bits >> i & 1) == 0)
            continue;
        buf_str(b, separator);
        text_add(b, l, (enum text)(TEXT_BIT_0 + i), NULL);
        separator = ", ";
    }
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "words.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* Bytes of letters beyond ASCII count as letters. */
static bool letter(char c)
{
    return isalnum((unsigned char)c) || (c & 0x80) != 0;
}

size_t words_find(const char *text, const char *word)
{
    size_t n = strlen(word), size = strlen(text);

    for (size_t at = 0; n > 0 && at + n <= size; at++)
        if (strncasecmp(text + at, word, n) == 0 && (at == 0 || !letter(text[at - 1])) &&
            !letter(text[at + n]))
            return n;
    return 0;
}

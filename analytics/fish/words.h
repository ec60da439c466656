/* SPDX-License-Identifier: GPL-3.0-or-later */
/* words: looks for a word in what people wrote by hand. */
#ifndef ANALYTICS_WORDS_H
#define ANALYTICS_WORDS_H

#include <stddef.h>

/* Length of word when it stands in text as a whole word (no letter or figure on either side, letters' case aside), else 0. */
size_t words_find(const char *text, const char *word);

#endif

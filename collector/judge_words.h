/* SPDX-License-Identifier: GPL-3.0-or-later */
/* judge_words: flags and bits of a reading as people read them. */
#ifndef COLLECTOR_JUDGE_WORDS_H
#define COLLECTOR_JUDGE_WORDS_H

#include "collector/common/reading.h"
#include "text.h"

/* "good", "suspect: outside the usual range, spike". */
void judge_words(struct buf *b, enum text_language l, const struct reading_value *v);

#endif

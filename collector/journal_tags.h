/* SPDX-License-Identifier: GPL-3.0-or-later */
/* journal_tags: the tag sets a journal knows, by number and by content. A number once given never changes.
 * Not thread-safe: the journal holds its mutex. A zeroed struct is empty. */
#ifndef COLLECTOR_JOURNAL_TAGS_H
#define COLLECTOR_JOURNAL_TAGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/common/reading.h"

struct journal_tag {
    uint32_t id;
    struct reading_tags tags;
    /* thinning: time of the last row that stayed (0 none), and whether the one after it gave way */
    int64_t kept_ms;
    bool took;
};

struct journal_tags {
    struct journal_tag *tag;
    size_t n, cap;
    size_t next;      /* where the last search ended: devices come round in the same order */
    uint32_t last_id; /* highest number in use */
};

void journal_tags_add(struct journal_tags *t, uint32_t id, const struct reading_tags *tags);
/* Forgets those added after there were n. */
void journal_tags_cut(struct journal_tags *t, size_t n);
void journal_tags_free(struct journal_tags *t);

/* NULL when there is none. */
struct journal_tag *journal_tags_entry(struct journal_tags *t, uint32_t id);
void journal_tags_forget_kept(struct journal_tags *t);
const struct reading_tags *journal_tags_by_id(const struct journal_tags *t, uint32_t id);
/* 0 when there is none. */
uint32_t journal_tags_find(struct journal_tags *t, const struct reading_tags *tags);

#endif

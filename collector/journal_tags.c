/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "journal_tags.h"

#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"

void journal_tags_add(struct journal_tags *t, uint32_t id, const struct reading_tags *tags)
{
    if (t->n == t->cap) {
        t->cap = t->cap > 0 ? t->cap * 2 : 16;
        t->tag = xrealloc(t->tag, t->cap, sizeof *t->tag);
    }
    t->tag[t->n++] = (struct journal_tag){.id = id, .tags = *tags};
    if (id > t->last_id)
        t->last_id = id;
}

void journal_tags_cut(struct journal_tags *t, size_t n)
{
    if (n < t->n)
        t->n = n;
    t->last_id = 0;
    for (size_t i = 0; i < t->n; i++)
        if (t->tag[i].id > t->last_id)
            t->last_id = t->tag[i].id;
}

void journal_tags_free(struct journal_tags *t)
{
    free(t->tag);
    *t = (struct journal_tags){0};
}

/* They are added with rising numbers; the table of the file is read in that order too. */
static size_t place(const struct journal_tags *t, uint32_t id)
{
    size_t from = 0, to = t->n;

    while (from < to) {
        size_t mid = from + (to - from) / 2;
        if (t->tag[mid].id == id)
            return mid;
        if (t->tag[mid].id < id)
            from = mid + 1;
        else
            to = mid;
    }
    return t->n;
}

struct journal_tag *journal_tags_entry(struct journal_tags *t, uint32_t id)
{
    size_t i = place(t, id);
    return i < t->n ? &t->tag[i] : NULL;
}

const struct reading_tags *journal_tags_by_id(const struct journal_tags *t, uint32_t id)
{
    size_t i = place(t, id);
    return i < t->n ? &t->tag[i].tags : NULL;
}

void journal_tags_forget_kept(struct journal_tags *t)
{
    for (size_t i = 0; i < t->n; i++) {
        t->tag[i].kept_ms = 0;
        t->tag[i].took = false;
    }
}

static bool equal(const struct reading_tags *a, const struct reading_tags *b)
{
    return a->regency == b->regency && strcmp(a->device, b->device) == 0 &&
           strcmp(a->pond, b->pond) == 0 && strcmp(a->site, b->site) == 0 &&
           strcmp(a->kecamatan, b->kecamatan) == 0;
}

uint32_t journal_tags_find(struct journal_tags *t, const struct reading_tags *tags)
{
    for (size_t i = 0; i < t->n; i++) {
        size_t at = (t->next + i) % t->n;
        if (equal(&t->tag[at].tags, tags)) {
            t->next = at + 1;
            return t->tag[at].id;
        }
    }
    return 0;
}

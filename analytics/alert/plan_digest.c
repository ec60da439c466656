/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One message that names all of a contact's ponds: the notice before the evening feed, the forecast at dusk, the routine message. */
#include <math.h>
#include <string.h>

#include "collector/common/buf.h"
#include "plan_own.h"

/* The lines of one contact, in full, in fewer words, and as names alone. */
struct lists {
    struct buf full, brief, name;
};

static void lists_free(struct lists *l)
{
    buf_free(&l->full);
    buf_free(&l->brief);
    buf_free(&l->name);
}

static void lists_add(struct lists *l, const struct plan_line *line, bool english)
{
    const char *between = l->full.n > 0 ? WORDS_BETWEEN : "";

    buf_printf(&l->full, "%s%s", between, line->text[english]);
    buf_printf(&l->brief, "%s%s", between,
               line->brief[english][0] != '\0' ? line->brief[english] : line->text[english]);
    buf_printf(&l->name, "%s%s", between, line->pond->pond->name);
}

/* Do the ponds lie in this contact's charge? Its own lines are put into facts. */
static bool list_for(const struct rec_contact *c, bool with_second, const struct plan_line *line,
                     size_t lines, struct lists *list, struct words_facts *f)
{
    bool english = c != NULL && c->english;
    size_t n = 0;

    buf_clear(&list->full);
    buf_clear(&list->brief);
    buf_clear(&list->name);
    f->start_ms = 0;
    f->threshold = NAN;
    for (size_t i = 0; i < lines; i++) {
        const struct look_pond *q = line[i].pond;

        if (c != NULL &&
            (!contacts_answers(c, q->pond->slug, q->farm->slug, regency_slug(q->farm->regency)) ||
             (c->second && !with_second)))
            continue;
        lists_add(list, &line[i], english);
        n++;
        if (f->start_ms == 0 || (line[i].start_ms != 0 && line[i].start_ms < f->start_ms))
            f->start_ms = line[i].start_ms;
        f->threshold = fmax(f->threshold, line[i].threshold); /* NaN is left out */
    }
    f->list = n > 0 ? list->full.p : "";
    f->shorter[0] = n > 0 ? list->brief.p : "";
    f->shorter[1] = n > 0 ? list->name.p : "";
    return n > 0;
}

static bool has_first(const struct look *l, const struct plan_line *line, size_t lines)
{
    for (size_t k = 0; k < l->contacts; k++)
        for (size_t i = 0; i < lines && !l->contact[k].second; i++)
            if (contacts_answers(&l->contact[k], line[i].pond->pond->slug, line[i].pond->farm->slug,
                                 regency_slug(line[i].pond->farm->regency)))
                return true;
    return false;
}

void plan_digest(struct plan *p, enum cause c, const struct plan_line *line, size_t lines,
                 const struct words_facts *facts, int64_t now_ms, int64_t until_ms)
{
    struct words_facts f = *facts;
    struct plan_telling t = {.kind = c == CAUSE_HEARTBEAT ? MESSAGE_HEARTBEAT : MESSAGE_NOTICE,
                             .cause = c,
                             .severity = c == CAUSE_HEARTBEAT ? ALARM_INFO : ALARM_WATCH,
                             .subject = "",
                             .fixed_until = true,
                             .index = -1,
                             .now_ms = now_ms,
                             .until_ms = until_ms,
                             .facts = &f};
    unsigned reach = cause_reach_of(c, ALARM_WATCH);
    bool second = !has_first(p->look, line, lines);
    struct lists list = {0};

    f.phone = p->phone;
    f.technician = p->settings->technician;
    for (size_t i = 0; i < p->channels; i++) {
        const struct plan_channel *h = &p->channel[i];
        bool used = false;

        if ((reach & plan_reach_of(h->kind)) == 0)
            continue;
        for (size_t k = 0; k < p->look->contacts && h->address != ADDRESS_NONE; k++) {
            const struct rec_contact *who = &p->look->contact[k];
            if (!plan_takes(who, h) || !list_for(who, second, line, lines, &list, &f))
                continue;
            plan_attempt(p, &t, h, who);
            used = true;
        }
        if (!used && (h->address == ADDRESS_NONE || h->has_to) &&
            list_for(NULL, true, line, lines, &list, &f))
            plan_attempt(p, &t, h, NULL);
    }
    lists_free(&list);
}

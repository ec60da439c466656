/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "doctor.h"

#include <stdlib.h>

#include "check_notes.h"
#include "collector/common/log.h"

const char *doctor_level_name(enum doctor_level l)
{
    static const char *const NAME[DOCTOR_LEVELS] = {"ok", "warn", "fail"};
    return NAME[l];
}

static char *text_of(enum text_language l, enum text t, const char *a, const char *b, const char *c)
{
    struct buf words = {0};
    buf_str(&words, "");
    if (t != TEXT_COUNT)
        text_add(&words, l, t, a, b, c, NULL);
    return words.p;
}

void doctor_add(struct doctor *d, enum doctor_level level, enum text what, enum text cure,
                const char *a, const char *b, const char *c)
{
    d->f = xrealloc(d->f, d->n + 1, sizeof *d->f);
    d->f[d->n++] = (struct doctor_finding){.level = level,
                                           .what = text_of(d->o->l, what, a, b, c),
                                           .cure = text_of(d->o->l, cure, a, b, NULL)};
}

void doctor_free(struct doctor *d)
{
    for (size_t i = 0; i < d->n; i++) {
        free(d->f[i].what);
        free(d->f[i].cure);
    }
    free(d->f);
    d->f = NULL;
    d->n = 0;
}

void doctor_notes(struct doctor *d)
{
    struct buf notes = {0};
    char n[TEXT_NUMBER_SIZE];
    unsigned count = check_notes(&notes, d->o->config, d->s, d->o->l, false);

    buf_free(&notes);
    if (count == 0)
        doctor_add(d, DOCTOR_OK, TEXT_DOCTOR_PROFILES, TEXT_COUNT, NULL, NULL, NULL);
    else
        doctor_add(d, DOCTOR_WARN, TEXT_DOCTOR_NOTES, TEXT_DOCTOR_NOTES_CURE, d->o->config,
                   text_number(n, d->o->l, count, 0), NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "site_fit.h"

#include <stdbool.h>
#include <stdio.h>

#include "buf.h"

static bool measures(const struct profile *p, enum metric metric)
{
    for (unsigned i = 0; i < p->n; i++)
        if (p->m[i].metric == metric)
            return true;
    return false;
}

/* Under which name a value of the profile leaves; *line: of the site file that says so. */
static enum metric reported(const struct site_device *d, enum metric metric, long *line)
{
    *line = d->line;
    for (unsigned i = 0; i < d->metrics; i++) {
        if (d->metric[i].metric == metric) {
            *line = d->metric[i].line;
            return d->metric[i].as;
        }
    }
    return metric;
}

static int refuse_stranger(const char *name, const struct site_device *d,
                           const struct site_metric *m, const struct profile *p, char *why,
                           size_t why_size)
{
    struct buf b = {0};

    for (unsigned i = 0; i < p->n; i++)
        buf_printf(&b, "%s%s", i > 0 ? ", " : "", metric_info(p->m[i].metric)->name);
    (void)snprintf(why, why_size, "%.100s:%ld: device %s: profile %s does not measure %s; %s", name,
                   m->line, d->slug, p->id, metric_info(m->metric)->name,
                   b.n > 0 ? b.p : "nothing");
    buf_free(&b);
    return NILA_ERR_CONFIG;
}

int site_fit(const char *name, const struct site_device *d, const struct profile *p, char *why,
             size_t why_size)
{
    for (unsigned i = 0; i < d->metrics; i++)
        if (!measures(p, d->metric[i].metric))
            return refuse_stranger(name, d, &d->metric[i], p, why, why_size);
    for (unsigned i = 0; i < p->n; i++) {
        for (unsigned k = i + 1; k < p->n; k++) {
            long line, other;
            const enum metric as = reported(d, p->m[i].metric, &line);
            if (reported(d, p->m[k].metric, &other) != as)
                continue;
            (void)snprintf(
                why, why_size,
                "%.100s:%ld: device %s: %s and %s would both be reported as %s; each its own", name,
                line > other ? line : other, d->slug, metric_info(p->m[i].metric)->name,
                metric_info(p->m[k].metric)->name, metric_info(as)->name);
            return NILA_ERR_CONFIG;
        }
    }
    return 0;
}

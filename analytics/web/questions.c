/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "questions.h"

#include <math.h>
#include <string.h>

#include "analytics/web/html.h"
#include "analytics/web/parts.h"

struct question {
    enum text what, ask; /* what is written; what to ask and do */
    int decimals;        /* of both numbers */
};

static bool of_sample(const struct filter_doubt *d)
{
    return d->ask == FILTER_ASK_GRADED || d->ask == FILTER_ASK_RECRUITS ||
           d->ask == FILTER_ASK_POND;
}

static struct question question_of(const struct filter_doubt *d)
{
    static const struct question QUESTION[FILTER_ASK_COUNT] = {
        [FILTER_ASK_GRADED] = {TEXT_ASK_SAMPLE_SMALL, TEXT_ASK_GRADED, 0},
        [FILTER_ASK_RECRUITS] = {TEXT_ASK_SAMPLE_SMALL, TEXT_ASK_RECRUITS, 0},
        [FILTER_ASK_POND] = {TEXT_ASK_SAMPLE_SMALL, TEXT_ASK_POND, 0},
        [FILTER_ASK_HARVEST_MORE] = {TEXT_ASK_HARVEST_MORE, TEXT_ASK_HARVEST_MORE_DO, 0},
        [FILTER_ASK_HARVEST_SIZE] = {TEXT_ASK_HARVEST_SIZE, TEXT_ASK_HARVEST_SIZE_DO, 1},
        [FILTER_ASK_LOST_MORE] = {TEXT_ASK_LOST_MORE, TEXT_ASK_LOST_MORE_DO, 0},
        [FILTER_ASK_FEED_MORE] = {TEXT_ASK_FEED_MORE, TEXT_ASK_FEED_MORE_DO, 1},
        [FILTER_ASK_FEED_LESS] = {TEXT_ASK_FEED_LESS, TEXT_ASK_FEED_LESS_DO, 1},
        [FILTER_ASK_FEED_KIND] = {TEXT_ASK_FEED_KIND, TEXT_ASK_FEED_KIND_DO, 1},
    };
    struct question q = QUESTION[d->ask];

    if (of_sample(d) && d->written > d->expected)
        q.what = TEXT_ASK_SAMPLE_BIG;
    if (of_sample(d) && fmin(d->written, d->expected) < 10)
        q.decimals = 1;
    return q;
}

/* Whether b asks about the same row as a, with another cause. */
static bool same_row(const struct filter_doubt *a, const struct filter_doubt *b)
{
    return of_sample(a) && of_sample(b) && a->day == b->day && a->written == b->written;
}

/* A number of fish is told as roughly as it is known: two digits. */
static double rough(double fish)
{
    double step = fabs(fish) < 10 ? 1 : pow(10, floor(log10(fabs(fish))) - 1);

    return round(fish / step) * step;
}

static void what(struct buf *b, const struct page_pond *p, const struct filter_doubt *d,
                 const struct question *q, enum lang lang)
{
    bool counted = d->ask == FILTER_ASK_HARVEST_MORE || d->ask == FILTER_ASK_LOST_MORE;
    char day[FORMAT_SIZE], written[FORMAT_SIZE], expected[FORMAT_SIZE];
    const struct text_arg args[] = {{"tanggal", day},
                                    {"kolam", p->pond.name},
                                    {"tulis", written},
                                    {"duga", expected},
                                    {NULL, NULL}};

    (void)format_date(day, sizeof day, lang, d->day);
    (void)format_number(written, sizeof written, lang,
                        d->ask == FILTER_ASK_HARVEST_MORE ? rough(d->written) : d->written,
                        q->decimals);
    (void)format_number(expected, sizeof expected, lang, counted ? rough(d->expected) : d->expected,
                        q->decimals);
    parts_say(b, lang, q->what, args);
}

bool questions_any(const struct page_pond *p)
{
    return p->has_estimate && p->estimate.cycle >= 0 && p->estimate.doubts > 0;
}

void questions_put(struct buf *b, const struct page_pond *p, enum lang lang)
{
    const struct supply_pond *e = &p->estimate;

    if (!questions_any(p))
        return;
    html_raw(b, "<ul>\n");
    for (size_t i = 0; i < e->doubts; i++) {
        const struct filter_doubt *d = &e->doubt[i];
        const struct question q = question_of(d);

        if (i == 0 || !same_row(&e->doubt[i - 1], d)) {
            html_raw(b, "<li>");
            what(b, p, d, &q, lang);
            html_raw(b, "<ul>");
        }
        parts_element(b, "li", "", lang, q.ask, NULL);
        if (i + 1 == e->doubts || !same_row(d, &e->doubt[i + 1]))
            html_raw(b, "</ul></li>\n");
    }
    html_raw(b, "</ul>\n");
}

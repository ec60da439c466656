/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pondpast: what is written about a cycle, lived through day by day. */
#include <math.h>
#include <string.h>

#include "analytics/fish/feed.h"
#include "collector/common/log.h"
#include "pondrun_own.h"

/* Feed counts as evidence once in so many days, when it was written down on so many of them. */
enum {
    FED_EVERY_DAYS = 28,
    FED_DAYS = 20
};

/* ln of the shares of buyers, as the waiting has left them, each times what it says in ln_factor (NULL: 1), summed. */
static double ln_buyers(const struct harvest_buyers *b, const double *ln_wait,
                        const double *ln_factor)
{
    double x[HARVEST_CLASSES], top = -INFINITY, sum = 0;

    for (size_t c = 0; c < b->n; c++) {
        x[c] = log(b->share[c]) + ln_wait[c] + (ln_factor == NULL ? 0 : ln_factor[c]);
        top = x[c] > top ? x[c] : top;
    }
    for (size_t c = 0; c < b->n; c++)
        sum += exp(x[c] - top);
    return sum > 0 ? top + log(sum) : -INFINITY; /* no class can be */
}

/* Before the week that ends with day is waited for: was the pond harvested in it, and nothing written? Any day of it
 * after the newest sign of life is as likely; up to that day nothing was due either. mass_g: of each draw. */
static void note_gone(struct pondrun *w, struct replay *p, int32_t day, const double *mass_g)
{
    double due = 0;

    if (p->sign_day >= day || p->silent_weeks == PONDRUN_SILENT_WEEKS)
        return;
    for (int32_t d = p->sign_day > day - 7 ? p->sign_day + 1 : day - 6; d <= day; d++)
        due += silence_nothing_due(&p->habit, d - p->sign_day) / 7;
    for (size_t i = 0; i < w->in->draws; i++) {
        double ln_hazard[HARVEST_CLASSES];

        for (size_t c = 0; c < p->buyers.n; c++)
            ln_hazard[c] = log(harvest_hazard(mass_g[i], p->buyers.mass_g[c], p->buyers.width));
        w->ln_gone[i * PONDRUN_SILENT_WEEKS + p->silent_weeks] =
            ln_buyers(&p->buyers, w->ln_wait + i * HARVEST_CLASSES, ln_hazard) +
            log(due * p->habit.forgets);
    }
    p->gone_day[p->silent_weeks++] = day;
}

static void note_there(struct pondrun *w, const struct replay *p)
{
    double ln_due = p->silent_weeks == 0
                        ? 0
                        : log(silence_nothing_due(&p->habit, w->in->as_of_day - p->sign_day));

    for (size_t i = 0; i < w->in->draws; i++)
        w->ln_there[i] = ln_buyers(&p->buyers, w->ln_wait + i * HARVEST_CLASSES, NULL) + ln_due;
}

static void count_dead(struct pondrun *w, struct replay *p, int32_t day)
{
    filter_deaths(w->filter, p->dead, w->rng);
    p->dead = 0;
    p->counted_day = day;
}

static void observe_losses(struct pondrun *w, struct replay *p, int32_t day)
{
    const struct records_snapshot *s = w->in->records;

    for (; p->rows.death < p->rows.death_end && s->death[p->rows.death].day <= day;
         p->rows.death++) {
        const struct rec_death *d = &s->death[p->rows.death];
        enum loss kind = loss_find(d->cause);

        if (kind == LOSS_DIED)
            p->dead += d->count;
        else
            filter_lost(w->filter, kind, d->count, w->rng);
    }
    /* A row stands for the days since the one before; daily rows are gathered into weeks. */
    if (p->dead > 0 && day - p->counted_day >= 7)
        count_dead(w, p, day);
}

static void observe_feed(struct pondrun *w, struct replay *p, int32_t day)
{
    if (day - p->fed_from_day < FED_EVERY_DAYS)
        return;
    if (p->fed_days >= FED_DAYS && p->fed_kg > 0)
        filter_fed(w->filter, p->fed_kg / p->fed_days, w->rng);
    p->fed_from_day = day;
    p->fed_days = 0;
    p->fed_kg = 0;
}

/* What was written down by day (and, for rows dated before the stocking, not at all). */
static void observe(struct pondrun *w, struct replay *p, int32_t day)
{
    const struct records_snapshot *s = w->in->records;

    observe_losses(w, p, day);
    for (; p->rows.sample < p->rows.sample_end && s->sample[p->rows.sample].day <= day;
         p->rows.sample++) {
        const struct rec_sample *m = &s->sample[p->rows.sample];
        if (m->mean_g > 0 && m->fish > 0)
            filter_sample(w->filter, m->fish, m->mean_g, m->cv, w->rng);
    }
    observe_feed(w, p, day);
    for (; p->rows.harvest < p->rows.harvest_end && s->harvest[p->rows.harvest].day <= day;
         p->rows.harvest++) {
        const struct rec_harvest *h = &s->harvest[p->rows.harvest];
        if (h->kg > 0)
            filter_harvest(w->filter, h->kg, h->fish_per_kg > 0 ? h->fish_per_kg : NAN, w->rng);
    }
}

static bool written_by(const struct records_snapshot *s, const struct replay *p, int32_t day)
{
    return (p->rows.death < p->rows.death_end && s->death[p->rows.death].day <= day) ||
           (p->rows.sample < p->rows.sample_end && s->sample[p->rows.sample].day <= day) ||
           (p->rows.harvest < p->rows.harvest_end && s->harvest[p->rows.harvest].day <= day);
}

void pondpast_lean_on_water(struct ensemble *e, const struct history_water *usual)
{
    for (size_t i = 0; i < e->n; i++)
        e->do_usual[i] =
            (usual->do_days * usual->do_effect + HISTORY_WATER_PRIOR_DAYS * e->do_usual[i]) /
            (usual->do_days + HISTORY_WATER_PRIOR_DAYS);
}

/* Days from from_day on that are alike: one week of the common path, the same kind of knowledge, nothing written down before
 * the last of them. */
static struct ensemble_span span_of(const struct pondrun *w, const struct replay *p, size_t cycle,
                                    int32_t from_day)
{
    const struct rec_cycle *y = &w->in->records->cycle[cycle];
    const struct supply_water *water = w->in->water == NULL ? NULL : &w->in->water[y->pond];
    const double *feed = w->feed_kg - y->stocked_day;
    size_t week = paths_week(w->paths, from_day), at = week * w->paths->draws;
    struct growth_day d = history_day_water(water, &p->usual, from_day);
    struct ensemble_span s = {.do_known = !isnan(d.do_effect),
                              .z = w->paths->growth[p->regency][p->system] + at,
                              .exposure = p->prior.exposure};
    bool fed = !isnan(feed[from_day]);
    int32_t day = from_day;

    if ((from_day - w->paths->first_day) % 7 == 0 && from_day >= w->paths->first_day &&
        !p->deaths_kept)
        s.loss = w->paths->loss[p->regency] + at;
    for (;; day++) {
        d = history_day_water(water, &p->usual, day);
        if (day > from_day && (!isnan(d.do_effect) != s.do_known || !isnan(feed[day]) != fed ||
                               paths_week(w->paths, day) != week || day - from_day == 7))
            break;
        s.effect += growth_temp_effect(d.temp_c) * growth_nh3_effect(d.nh3_n_mg_l) *
                    (s.do_known ? d.do_effect : 1);
        s.loss_rate += growth_loss(d.temp_c);
        s.feed_kg += feed[day];
        if (day == w->in->as_of_day || written_by(w->in->records, p, day)) {
            day++;
            break;
        }
    }
    s.days = (int)(day - from_day);
    s.effect /= s.days;
    s.loss_rate /= s.days;
    s.feed_kg /= s.days;
    return s;
}

/* Kinds of feed nobody knows; once for the newest row. */
static void ask_about_feed(struct pondrun *w, const struct replay *p)
{
    const struct records_snapshot *s = w->in->records;

    for (size_t k = p->rows.feed_end; k-- > p->rows.feed;) {
        if (s->feed[k].day > w->in->as_of_day || feed_kind_find(s->feed[k].kind) != NULL)
            continue;
        filter_ask(w->filter, FILTER_ASK_FEED_KIND, s->feed[k].day, s->feed[k].feed_kg, NAN);
        return;
    }
}

void pondpast_replay(struct pondrun *w, size_t cycle, struct replay *p)
{
    const struct rec_cycle *y = &w->in->records->cycle[cycle];
    size_t days = (size_t)(w->in->as_of_day - y->stocked_day) + 1;

    memset(w->ln_wait, 0, (size_t)w->in->draws * HARVEST_CLASSES * sizeof *w->ln_wait);
    if (days > w->feed_days) {
        w->feed_kg = xrealloc(w->feed_kg, days, sizeof *w->feed_kg);
        w->feed_days = days;
    }
    history_feed(w->in->records, cycle, w->in->as_of_day, w->feed_kg);
    p->prior.mixed = y->sex == SEX_MALE ? 0 : y->sex == SEX_MIXED ? 1 : 0.5;
    p->fed_from_day = y->stocked_day;
    filter_stock(w->filter, &p->prior, y->count, y->mass_g > 0 ? y->mass_g : HISTORY_UNKNOWN_MASS_G,
                 y->stocked_day, w->rng);
    ask_about_feed(w, p);
    pondpast_lean_on_water(w->filter->fish, &p->usual);
    observe(w, p, y->stocked_day);
    for (int32_t day = y->stocked_day; day < w->in->as_of_day;) {
        struct ensemble_span s = span_of(w, p, cycle, day + 1);
        int32_t weeks = (day - y->stocked_day) / 7;

        filter_go(w->filter, &s, w->rng);
        day += s.days;
        p->fed_kg += isnan(s.feed_kg) ? 0 : s.feed_kg * s.days;
        p->fed_days += isnan(s.feed_kg) ? 0 : s.days;
        if ((day - y->stocked_day) / 7 > weeks) {
            filter_masses_g(w->filter, w->work);
            note_gone(w, p, day, w->work);
            harvest_waited(&p->buyers, w->in->draws, w->work, w->ln_wait);
        }
        observe(w, p, day);
    }
    if (p->dead > 0)
        count_dead(w, p, w->in->as_of_day);
    note_there(w, p);
    filter_pick(w->filter, w->fish, w->rng);
}

void pondpast_init(const struct pondrun *w, size_t pond, size_t cycle, struct replay *p)
{
    const struct records_snapshot *s = w->in->records;

    ensemble_prior(s->pond[pond].system, &p->prior);
    history_survival(s, pond, w->in->as_of_day, &p->prior);
    p->rows = history_rows(s, cycle);
    history_buyers(s, pond, w->in->as_of_day, &p->buyers);
    if (w->in->hazard != NULL)
        p->buyers.width = w->in->hazard[s->pond[pond].system].width;
    history_gaps(s, pond, w->in->as_of_day, &p->gaps);
    p->usual =
        history_usual_water(w->in->water == NULL ? NULL : &w->in->water[pond], w->in->as_of_day);
    p->deaths_kept = false;
    for (size_t k = p->rows.death; k < p->rows.death_end && s->death[k].day <= w->in->as_of_day;
         k++)
        p->deaths_kept |= loss_find(s->death[k].cause) == LOSS_DIED;
    p->fed_kg = 0;
    p->fed_days = 0;
    p->counted_day = s->cycle[cycle].stocked_day;
    p->dead = 0;
    p->habit = silence_habit(w->silence, s->pond[pond].farm);
    p->sign_day = INT32_MAX;
    p->silent_weeks = 0;
    p->regency = s->farm[s->pond[pond].farm].regency;
    p->system = s->pond[pond].system;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "smoother_cycle.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>

#include "analytics/fish/losses.h"
#include "collector/common/log.h"
#include "dense.h"
#include "history.h"

enum {
    ROUNDS = 4, /* of Gauss-Newton; the last is the one that counts */
    YOUNG_NODES = 12
};
static const double STRANGE_SHARE = 0.02,
                    STRANGE_SD = 0.40; /* of samples, as in filter_observe.c */
static const double STEEPEST = 10;     /* of ln mass by one week's ln growth; fish have 1 at most */
static const double FARTHEST = 4;      /* sd a parameter may go while searching */
static const double JUMP =
    0.5; /* error of what a partial harvest does to ln mean mass, as a share */

/* Columns: the cycle's own parameters, in units of their prior sd. Walks follow, a step a week of age. */
enum own {
    OWN_FEEDING,
    OWN_CONVERSION,
    OWN_OXYGEN,
    OWN_START,
    OWN_COUNT,
    OWN_BIAS,
    OWN_YOUNG,
    OWN_JUMP, /* all partial harvests together */
    OWN_WALKS
};

/* Some days alike, and the rows at their end. The first has no days: what was written down on the day of stocking. */
struct step {
    int days;
    size_t week, age; /* index among the weeks looked at, and weeks since stocking */
    double effect, loss, feed_kg;
    bool do_known;
    size_t sample_end, harvest_end, death_end; /* rows up to its last day */
};

struct smoother_cycle {
    const struct supply_input *in;
    struct smoother_weeks weeks;
    struct ensemble *fish; /* member 0: what a partial harvest leaves behind */
    double young_q[YOUNG_NODES];
    /* of the cycle at hand */
    const struct rec_cycle *cycle;
    struct history_rows rows;
    struct ensemble_prior prior;
    double ln_oxygen, own_sd[OWN_WALKS], mort;
    int32_t last_day;
    size_t steps, steps_max, ages, n, n_max;
    struct step *step;
    double *feed_kg;
    /* tangents, divided by what has become of a unit since: */
    double *of_week, *walk_f, *walk_c; /* [weeks], [ages], [ages] */
    double of_own[OWN_WALKS];
    /* the line: y = h + J (x - x0) + B (d - d0) + e */
    double *x;                      /* [columns] */
    double *j, *b, *miss, *noise;   /* [n][columns], [n][weeks], y - h, variance */
    double *lean, *r, *work, *free; /* y - h + J x; [n][n]; [n]; */
};

/* Young fish in the net, per fish and spawn of ENSEMBLE_SPAWN: Beta(1, 3) x lognormal(1), as nodes of equal weight. */
static void young_nodes(double *q)
{
    double all[YOUNG_NODES * YOUNG_NODES];
    size_t n = 0;

    for (int a = 0; a < YOUNG_NODES; a++)
        for (int b = 0; b < YOUNG_NODES; b++)
            all[n++] = gsl_cdf_beta_Pinv((a + 0.5) / YOUNG_NODES, 1, 3) *
                       exp(gsl_cdf_ugaussian_Pinv((b + 0.5) / YOUNG_NODES));
    for (size_t x = 1; x < n; x++) /* few: by insertion */
        for (size_t y = x; y > 0 && all[y] < all[y - 1]; y--) {
            double swap = all[y];
            all[y] = all[y - 1];
            all[y - 1] = swap;
        }
    for (int a = 0; a < YOUNG_NODES; a++) {
        q[a] = 0;
        for (int b = 0; b < YOUNG_NODES; b++)
            q[a] += all[a * YOUNG_NODES + b] / YOUNG_NODES;
    }
}

struct smoother_cycle *smoother_cycle_new(const struct supply_input *in,
                                          struct smoother_weeks weeks)
{
    struct smoother_cycle *k = xcalloc(1, sizeof *k);

    k->in = in;
    k->weeks = weeks;
    k->fish = ensemble_new(2, 1);
    k->of_week = xcalloc(weeks.n, sizeof *k->of_week);
    young_nodes(k->young_q);
    return k;
}

void smoother_cycle_free(struct smoother_cycle *k)
{
    if (k == NULL)
        return;
    ensemble_free(k->fish);
    free(k->of_week);
    free(k->step);
    free(k->feed_kg);
    free(k->walk_f);
    free(k->free);
    free(k);
}

/* --- the cycle, cut into steps --- */

static bool taken_by(const struct rec_harvest *h, size_t end, size_t at, int32_t day)
{
    return at < end && h[at].day <= day;
}

/* Passes by the rows up to day; true when there were any. */
static bool pass_rows(const struct smoother_cycle *k, int32_t day, struct step *s)
{
    const struct records_snapshot *r = k->in->records;
    size_t before = s->sample_end + s->harvest_end + s->death_end;

    while (s->sample_end < k->rows.sample_end && r->sample[s->sample_end].day <= day)
        s->sample_end++;
    while (taken_by(r->harvest, k->rows.harvest_end, s->harvest_end, day))
        s->harvest_end++;
    while (s->death_end < k->rows.death_end && r->death[s->death_end].day <= day)
        s->death_end++;
    return s->sample_end + s->harvest_end + s->death_end > before;
}

static size_t week_of(const struct smoother_cycle *k, int32_t day)
{
    size_t week;

    if (day < k->weeks.first_day)
        return k->weeks.n; /* before all: as usual, and nothing is learned of it */
    week = (size_t)(day - k->weeks.first_day) / 7;
    return week < k->weeks.n ? week : k->weeks.n - 1;
}

/* The step from day from on. */
static int32_t cut_step(const struct smoother_cycle *k, const struct supply_water *water,
                        const struct history_water *usual, int32_t from, struct step *s)
{
    int32_t stocked = k->cycle->stocked_day, day = from;
    const double *feed = k->feed_kg - stocked;

    s->week = week_of(k, from);
    s->age = (size_t)(from - stocked) / 7;
    s->effect = s->loss = s->feed_kg = 0;
    s->do_known = !isnan(history_day_water(water, usual, from).do_effect);
    for (;; day++) {
        struct growth_day d = history_day_water(water, usual, day);

        if (day > from &&
            (!isnan(d.do_effect) != s->do_known || isnan(feed[day]) != isnan(s->feed_kg) ||
             week_of(k, day) != s->week || day - from == 7))
            break;
        s->effect += growth_temp_effect(d.temp_c) * growth_nh3_effect(d.nh3_n_mg_l) *
                     (s->do_known ? d.do_effect : 1);
        s->loss += growth_loss(d.temp_c);
        s->feed_kg += feed[day];
        if (pass_rows(k, day, s) || day == k->last_day) {
            day++;
            break;
        }
    }
    s->days = (int)(day - from);
    s->effect /= s->days;
    s->loss /= s->days;
    s->feed_kg /= s->days;
    return day;
}

static void cut(struct smoother_cycle *k)
{
    const struct supply_water *water = k->in->water == NULL ? NULL : &k->in->water[k->cycle->pond];
    struct history_water usual = history_usual_water(water, k->in->as_of_day);
    size_t days = (size_t)(k->last_day - k->cycle->stocked_day) + 1;
    double leant = usual.do_days + HISTORY_WATER_PRIOR_DAYS, mean, sd;
    double a = k->prior.do_a, b = k->prior.do_b;
    struct step s = {0};

    if (days + 1 > k->steps_max) {
        k->steps_max = 2 * days + 1;
        k->step = xrealloc(k->step, k->steps_max, sizeof *k->step);
        k->feed_kg = xrealloc(k->feed_kg, k->steps_max, sizeof *k->feed_kg);
        k->walk_f = xrealloc(k->walk_f, 2 * k->steps_max, sizeof *k->walk_f);
    }
    history_feed(k->in->records, (size_t)(k->cycle - k->in->records->cycle), k->last_day,
                 k->feed_kg);
    mean = (usual.do_days * usual.do_effect + HISTORY_WATER_PRIOR_DAYS * a / (a + b)) / leant;
    sd = sqrt(a * b / (a + b + 1)) / (a + b) * HISTORY_WATER_PRIOR_DAYS / leant / mean;
    k->ln_oxygen = log(mean) - sd * sd / 2;
    k->own_sd[OWN_OXYGEN] = sd;
    s.sample_end = k->rows.sample;
    s.harvest_end = k->rows.harvest;
    s.death_end = k->rows.death;
    (void)pass_rows(k, k->cycle->stocked_day, &s);
    k->step[0] = s;
    k->steps = 1;
    for (int32_t day = k->cycle->stocked_day + 1; day <= k->last_day;) {
        day = cut_step(k, water, &usual, day, &s);
        k->step[k->steps++] = s;
    }
    k->ages = k->step[k->steps - 1].age + 1;
    k->walk_c = k->walk_f + k->ages;
}

/* --- lived through, with tangents --- */

struct fish {
    double u, count;
    double unit; /* what has become of a unit of u since stocking */
    double breeding_days;
};

/* ln of what the cycle's feeding or conversion has walked to by that age. */
static double walked(const struct smoother_cycle *k, bool fed, size_t age)
{
    const double *x = k->x + OWN_WALKS + (fed ? k->ages : 0);
    double sum =
        k->x[fed ? OWN_CONVERSION : OWN_FEEDING] * k->own_sd[fed ? OWN_CONVERSION : OWN_FEEDING];

    for (size_t a = 1; a <= age; a++)
        sum += ENSEMBLE_FEEDING_STEP * x[a];
    return sum;
}

static double ration_of(const struct smoother_cycle *k, const struct step *s, double u,
                        double count)
{
    double stock_g = count * exp(k->own_sd[OWN_COUNT] * k->x[OWN_COUNT]) * growth_mass(u);
    double x = stock_g > 0 ? s->feed_kg * 1000 / stock_g * u / GROWTH_RMAX_U : 1;

    return x < 1 ? x : 1;
}

static void grow(struct smoother_cycle *k, const struct step *s, const double *growth,
                 struct fish *f)
{
    bool fed = !isnan(s->feed_kg);
    double h = GROWTH_U_EXPONENT * s->days, ration = 1, slope = 0, by_u, next, mid, keeps, gained;
    bool looked_at = s->week < k->weeks.n;
    double scale = s->effect * exp(walked(k, fed, s->age) + (looked_at ? growth[s->week] : 0));
    double gain;

    if (!s->do_known)
        scale *= exp(k->ln_oxygen + k->own_sd[OWN_OXYGEN] * k->x[OWN_OXYGEN]);
    if (fed) {
        ration = ration_of(k, s, f->u, f->count);
        gain = scale * growth_gain_ration(ration, k->prior.conversion);
        mid = growth_step_u(f->u, gain, s->loss, s->days / 2.0);
        ration = ration_of(k, s, mid, f->count);
        gain = scale * growth_gain_ration(ration, k->prior.conversion);
        /* of ln gain by ln of the relative ration */
        slope = ration < 1 ? (1 - 2 * GROWTH_C0_FALL * ration) / (1 - GROWTH_C0_FALL * ration) : 0;
    } else {
        gain = scale * growth_gain_feeding(k->prior.feeding);
    }
    next = growth_step_u(f->u, gain, s->loss, s->days);
    mid = (f->u + next) / 2;
    by_u = slope * (1 - 1 / GROWTH_U_EXPONENT) / mid * gain -
           s->loss * GROWTH_LOSS_POWER * pow(mid, GROWTH_LOSS_POWER - 1);
    keeps = exp(h * by_u);
    f->unit *= keeps;
    gained = h * gain * sqrt(keeps) / f->unit; /* in units of stocking */
    if (looked_at)
        k->of_week[s->week] += gained;
    (fed ? k->walk_c : k->walk_f)[s->age] += gained;
    k->of_own[OWN_OXYGEN] += s->do_known ? 0 : gained;
    k->of_own[OWN_COUNT] -= slope * gained;
    f->u = next;
    f->count *= exp(-k->mort * s->days);
    if (k->prior.mixed > 0 && f->u >= growth_u(ENSEMBLE_BREED_G))
        f->breeding_days += s->days;
}

/* Mean and sd of what recruits in the net do to ln of a sample's mean. */
static void young_drag(const struct smoother_cycle *k, const struct fish *f, double *mean,
                       double *sd)
{
    double mass = growth_mass(f->u), young = 1 + 0.1 * f->breeding_days, sum = 0, squares = 0;
    const double most = 0.6 * ENSEMBLE_RECRUIT_MAX_G; /* as in ensemble.c */

    *mean = *sd = 0;
    if (!(f->breeding_days > 0))
        return;
    young = young < most ? young : most;
    for (int q = 0; q < YOUNG_NODES; q++) {
        double share = k->young_q[q] * ENSEMBLE_SPAWN * f->breeding_days / 7;
        double drag = log((1 + share * young / mass) / (1 + share));

        sum += drag / YOUNG_NODES;
        squares += drag * drag / YOUNG_NODES;
    }
    *mean = k->prior.mixed * sum;
    *sd = sqrt(fmax(k->prior.mixed * squares - *mean * *mean, 0));
}

static void take_rows(struct smoother_cycle *k, size_t from, const struct step *s, struct fish *f,
                      size_t died_from)
{
    const struct records_snapshot *r = k->in->records;
    struct ensemble *e = k->fish;

    for (size_t d = died_from; d < s->death_end; d++)
        if (loss_find(r->death[d].cause) != LOSS_DIED)
            f->count -= fmin(r->death[d].count, 0.95 * f->count);
    for (size_t x = from; x < s->harvest_end; x++) {
        const struct rec_harvest *h = &r->harvest[x];
        double ln_ratio;

        if (h->kind == HARVEST_FINAL || !(h->kg > 0))
            continue;
        e->u[0] = f->u;
        e->count[0] = e->count_max[0] = f->count;
        e->ln_cv[0] = log(ENSEMBLE_SAMPLE_CV);
        ensemble_take(e, 0, h->kg, h->fish_per_kg > 0 ? h->fish_per_kg : NAN);
        ln_ratio = log(e->u[0] / f->u) / GROWTH_U_EXPONENT;
        f->unit *= e->u[0] / f->u;
        f->u = e->u[0];
        f->count = e->count[0];
        k->of_own[OWN_JUMP] += JUMP * ln_ratio * GROWTH_U_EXPONENT * f->u / f->unit;
    }
}

/* A row of the line: the sample at index x of the snapshot, as the nth. */
static void weigh_sample(struct smoother_cycle *k, const struct rec_sample *m, const struct fish *f,
                         size_t nth)
{
    size_t columns = OWN_WALKS + 2 * k->ages;
    double *j = k->j + nth * columns, *b = k->b + nth * k->weeks.n, *f_walk = j + OWN_WALKS;
    double scale = f->unit / (GROWTH_U_EXPONENT * f->u), drag, drag_sd, sum_f = 0, sum_c = 0;
    double cv = isnan(m->cv) || m->fish < 5
                    ? ENSEMBLE_SAMPLE_CV * exp(ENSEMBLE_CV_SD * ENSEMBLE_CV_SD)
                    : fmax(m->cv, 0.05);

    young_drag(k, f, &drag, &drag_sd);
    for (size_t w = 0; w < k->weeks.n; w++)
        b[w] = scale * k->of_week[w];
    for (size_t a = k->ages; a-- > 0;) { /* a step counts for all weeks after it */
        sum_f += scale * k->walk_f[a];
        sum_c += scale * k->walk_c[a];
        f_walk[a] = a > 0 ? ENSEMBLE_FEEDING_STEP * sum_f : 0;
        f_walk[k->ages + a] = a > 0 ? ENSEMBLE_FEEDING_STEP * sum_c : 0;
    }
    for (int o = OWN_OXYGEN; o < OWN_WALKS; o++)
        j[o] = scale * k->of_own[o] * k->own_sd[o];
    j[OWN_FEEDING] = sum_f * k->own_sd[OWN_FEEDING];
    j[OWN_CONVERSION] = sum_c * k->own_sd[OWN_CONVERSION];
    j[OWN_BIAS] = ENSEMBLE_BIAS_SD;
    j[OWN_YOUNG] = drag_sd;
    k->miss[nth] = log(m->mean_g) - log(f->u) / GROWTH_U_EXPONENT - drag;
    for (int o = OWN_BIAS; o < OWN_WALKS; o++) /* what the course of the mean fish is without */
        k->miss[nth] -= j[o] * k->x[o];
    k->noise[nth] = cv * cv / m->fish + ENSEMBLE_SAMPLE_SD * ENSEMBLE_SAMPLE_SD;
}

static struct fish live(struct smoother_cycle *k, const double *growth)
{
    const struct records_snapshot *r = k->in->records;
    double mass = k->cycle->mass_g > 0 ? k->cycle->mass_g : HISTORY_UNKNOWN_MASS_G;
    struct fish f = {.count = k->cycle->count, .unit = 1};
    size_t sample = k->rows.sample, harvest = k->rows.harvest, death = k->rows.death, nth = 0;

    f.u = growth_u(mass * exp(k->own_sd[OWN_START] * k->x[OWN_START]));
    memset(k->of_week, 0, k->weeks.n * sizeof *k->of_week);
    memset(k->walk_f, 0, 2 * k->ages * sizeof *k->walk_f);
    memset(k->of_own, 0, sizeof k->of_own);
    k->of_own[OWN_START] = GROWTH_U_EXPONENT * f.u;
    for (size_t s = 0; s < k->steps; s++) {
        const struct step *t = &k->step[s];

        if (t->days > 0)
            grow(k, t, growth, &f);
        for (; sample < t->sample_end; sample++)
            if (r->sample[sample].mean_g > 0 && r->sample[sample].fish > 0)
                weigh_sample(k, &r->sample[sample], &f, nth++);
        take_rows(k, harvest, t, &f, death);
        harvest = t->harvest_end;
        death = t->death_end;
    }
    return f;
}

/* --- the line --- */

static double ln_normal(double x, double var)
{
    return -0.5 * x * x / var - 0.5 * log(var);
}

/* Share of a sample's weight it keeps, given how far off the course it is. */
static double fitting(double off, double var)
{
    double odds = ln_normal(off, STRANGE_SD * STRANGE_SD) - ln_normal(off, var); /* in ln */

    return 1 / (1 + STRANGE_SHARE / (1 - STRANGE_SHARE) * exp(odds));
}

/* R = J J' + noise as its Cholesky factor, and lean. False when the line is steeper than any fish's (records that make no
 * sense can lead there) or rounding eats it up. */
static bool factor(struct smoother_cycle *k, size_t columns)
{
    for (size_t x = 0; x < k->n * k->weeks.n; x++)
        if (!(fabs(k->b[x]) <= STEEPEST))
            return false;
    for (size_t a = 0; a < k->n; a++) {
        double sum = k->miss[a];

        for (size_t c = 0; c < columns; c++)
            sum += k->j[a * columns + c] * k->x[c];
        k->lean[a] = k->work[a] = sum;
        for (size_t b = 0; b <= a; b++) {
            double dot = a == b ? k->noise[a] : 0;

            for (size_t c = 0; c < columns; c++)
                dot += k->j[a * columns + c] * k->j[b * columns + c];
            k->r[a * k->n + b] = dot;
        }
    }
    return dense_cholesky(k->r, k->n) == k->n;
}

/* The likeliest own parameters given the line, and from what is left of each sample its new weight. */
static void improve(struct smoother_cycle *k, size_t columns, double *keeps)
{
    dense_solve_lower(k->r, k->n, k->work, 1);
    dense_solve_upper(k->r, k->n, k->work, 1);
    for (size_t c = 0; c < columns; c++) {
        double x = 0;

        for (size_t a = 0; a < k->n; a++)
            x += k->j[a * columns + c] * k->work[a];
        k->x[c] = x > FARTHEST ? FARTHEST : x < -FARTHEST ? -FARTHEST : x;
    }
    for (size_t a = 0; a < k->n; a++) {
        double off = k->lean[a];

        for (size_t c = 0; c < columns; c++)
            off -= k->j[a * columns + c] * k->x[c];
        keeps[a] = off;
    }
}

static void add_up(struct smoother_cycle *k, const double *growth, struct smoother_normal *sum)
{
    size_t weeks = k->weeks.n, from = week_of(k, k->cycle->stocked_day);
    size_t to = week_of(k, k->last_day) + 1;

    from = from < weeks ? from : 0;
    to = to <= weeks ? to : 0; /* over before the first week */

    for (size_t a = 0; a < k->n; a++)
        for (size_t w = from; w < to; w++)
            k->lean[a] += k->b[a * weeks + w] * growth[w];
    dense_solve_lower(k->r, k->n, k->lean, 1);
    dense_solve_lower(k->r, k->n, k->b, weeks);
    for (size_t a = 0; a < k->n; a++)
        for (size_t w = from; w < to; w++) {
            double b = k->b[a * weeks + w];

            sum->b[w] += b * k->lean[a];
            for (size_t v = from; v < to; v++)
                sum->a[w * weeks + v] += b * k->b[a * weeks + v];
        }
}

static void begin(struct smoother_cycle *k, size_t cycle)
{
    const struct records_snapshot *s = k->in->records;
    double a, b, mean, sd, age;

    k->cycle = &s->cycle[cycle];
    k->rows = history_rows(s, cycle);
    k->last_day = k->cycle->closed_day < k->in->as_of_day ? k->cycle->closed_day : k->in->as_of_day;
    ensemble_prior(s->pond[k->cycle->pond].system, &k->prior);
    history_survival(s, k->cycle->pond, k->in->as_of_day, &k->prior);
    k->prior.mixed = k->cycle->sex == SEX_MALE ? 0 : k->cycle->sex == SEX_MIXED ? 1 : 0.5;
    a = k->prior.survive_a;
    b = k->prior.survive_b;
    mean = a / (a + b);
    sd = sqrt(a * b / (a + b + 1)) / (a + b) / mean;
    age = (k->last_day - k->cycle->stocked_day) / 2.0 / ENSEMBLE_CYCLE_DAYS;
    k->mort = -log(mean) / ENSEMBLE_CYCLE_DAYS;
    k->own_sd[OWN_FEEDING] = k->prior.feeding_sd;
    k->own_sd[OWN_CONVERSION] = k->prior.conversion_sd;
    k->own_sd[OWN_START] = ENSEMBLE_STOCK_MASS_SD;
    k->own_sd[OWN_COUNT] = sqrt(ENSEMBLE_COUNT_SD * ENSEMBLE_COUNT_SD + sd * sd * age * age);
    k->own_sd[OWN_BIAS] = ENSEMBLE_BIAS_SD;
    k->own_sd[OWN_YOUNG] = k->own_sd[OWN_JUMP] = 1;
    cut(k);
    k->n = 0;
    for (size_t x = k->rows.sample; x < k->step[k->steps - 1].sample_end; x++)
        k->n += s->sample[x].mean_g > 0 && s->sample[x].fish > 0;
}

/* Room for n samples; everything starts from 0. Returns weights of the samples. */
static double *make_room(struct smoother_cycle *k, size_t columns)
{
    size_t n = k->n, need = columns + n * (columns + k->weeks.n + n + 5);

    if (need > k->n_max) {
        k->n_max = 2 * need;
        k->free = xrealloc(k->free, k->n_max, sizeof *k->free);
    }
    memset(k->free, 0, need * sizeof *k->free);
    k->x = k->free;
    k->j = k->x + columns;
    k->b = k->j + n * columns;
    k->r = k->b + n * k->weeks.n;
    k->miss = k->r + n * n;
    k->noise = k->miss + n;
    k->lean = k->noise + n;
    k->work = k->lean + n;
    return k->work + n;
}

struct smoother_course smoother_cycle_add(struct smoother_cycle *k, size_t cycle,
                                          const double *growth, struct smoother_normal *sum)
{
    double *off;
    size_t columns;
    struct fish f;

    begin(k, cycle);
    columns = OWN_WALKS + 2 * k->ages;
    off = make_room(k, columns);
    for (int round = 0; round < ROUNDS; round++) {
        f = live(k, growth);
        if (k->n == 0)
            break;
        for (size_t a = 0; round > 0 && a < k->n; a++) {
            double keeps = fitting(off[a], k->noise[a]);

            k->noise[a] = 1 / (keeps / k->noise[a] + (1 - keeps) / (STRANGE_SD * STRANGE_SD));
        }
        if (!factor(k,
                    columns)) { /* then the cycle tells nothing, and its course is the usual one */
            memset(k->x, 0, columns * sizeof *k->x);
            f = live(k, growth);
            k->n = 0;
            break;
        }
        if (round + 1 < ROUNDS)
            improve(k, columns, off);
    }
    if (k->n > 0 && sum != NULL)
        add_up(k, growth, sum);
    return (struct smoother_course){k->n, log(f.u) / GROWTH_U_EXPONENT, f.count};
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people write down, as likelihoods; and what to ask when it does not fit. */
#include "filter_inside.h"

#include <math.h>
#include <string.h>

#include "lnexp.h"

/* One sample in fifty is something else: another pond's, sorted fish, a slip of the pen. */
static const double STRANGE_SHARE = 0.02, STRANGE_SD = 0.40;
static const double SURPRISE = 3;   /* sd from what was expected, to be asked about */
static const double SHRUNK = 2;     /* sd below the sample before, likewise */
static const double SIZE_SD = 0.08; /* of ln fish a kg: people round it */
static const double COUNT_SD = 0.05;
static const double LOST_SD = 0.3; /* of ln number lost: a guess */
static const double FED_SHARE = 0.5,
                    FED_SD = 0.5; /* of the most they eat; sd of ln: f's 0.3 and the habits */
static const double FED_ODD = 3;

void filter_ask(struct filter *f, enum filter_question q, int32_t day, double written,
                double expected)
{
    if (f->doubts == FILTER_QUESTIONS) {
        memmove(f->doubt, f->doubt + 1, (FILTER_QUESTIONS - 1) * sizeof f->doubt[0]);
        f->doubts--;
    }
    f->doubt[f->doubts++] = (struct filter_doubt){q, day, written, expected};
}

static void ask(struct filter *f, enum filter_question q, double written, double expected)
{
    filter_ask(f, q, f->fish->day, written, expected);
}

/* --- samples --- */

struct sample {
    double fish, ln_g, cv;
};

static double ln_normal(double x, double sd)
{
    return -0.5 * x * x / (sd * sd) - log(sd);
}

/* What a sample would weigh on average under each member, ln g. */
static void ln_samples(const struct ensemble *e, double *out)
{
    for (size_t k = 0; e->breeds && k < e->n; k++)
        out[k] = ensemble_ln_sample(e, k);
    if (e->breeds)
        return;
    lnexp_ln_all(e->n, e->u, out);
    for (size_t k = 0; k < e->n; k++)
        out[k] = out[k] * (1 / GROWTH_U_EXPONENT) + e->bias[k];
}

static void like_sample(struct filter *f, const void *arg)
{
    const struct ensemble *e = f->fish;
    const struct sample *s = arg;
    const double cv_sd = 1 / sqrt(2 * (s->fish - 1)) + 0.05;
    size_t n = e->n;
    double *off = f->work, *var = f->work + n, *usual = f->work + 2 * n, *out = f->like;

    ln_samples(e, off);
    for (size_t k = 0; k < n; k++)
        var[k] = 2 * e->ln_cv[k];
    lnexp_exp_all(n, var, var);
    for (size_t k = 0; k < n; k++) {
        off[k] = s->ln_g - off[k];
        var[k] = var[k] / s->fish + ENSEMBLE_SAMPLE_SD * ENSEMBLE_SAMPLE_SD;
        usual[k] = -0.5 * off[k] * off[k] / var[k];
        out[k] = -0.5 * off[k] * off[k] / (STRANGE_SD * STRANGE_SD);
    }
    lnexp_exp_all(n, usual, usual);
    lnexp_exp_all(n, out, out);
    for (size_t k = 0; k < n; k++)
        out[k] = (1 - STRANGE_SHARE) / sqrt(var[k]) * usual[k] +
                 STRANGE_SHARE / STRANGE_SD * out[k] + 1e-30;
    lnexp_ln_all(n, out, out);
    for (size_t k = 0; !isnan(s->cv) && s->fish >= 5 && k < n; k++)
        out[k] += ln_normal(log(s->cv) - e->ln_cv[k], cv_sd);
}

/* Why a sample may be smaller than it should be; what has happened in the pond makes one or the other likelier. */
static void ask_why_small(struct filter *f, double mean_g, double expected_g)
{
    ask(f, FILTER_ASK_GRADED, mean_g, expected_g);
    if (f->fish->breeds && f->fish->breeding_days > 0)
        ask(f, FILTER_ASK_RECRUITS, mean_g, expected_g);
    ask(f, FILTER_ASK_POND, mean_g, expected_g);
}

void filter_sample(struct filter *f, double fish, double mean_g, double cv, gsl_rng *rng)
{
    const struct sample s = {fish, log(mean_g), cv > 0.01 ? cv : NAN};
    double spread = isnan(s.cv) ? ENSEMBLE_SAMPLE_CV : s.cv, var, mean, z;
    double sd = sqrt(spread * spread / fish + ENSEMBLE_SAMPLE_SD * ENSEMBLE_SAMPLE_SD);
    bool shrunk;

    ln_samples(f->fish, f->like);
    mean = filter_mean(f, FILTER_MASS, f->like, &var);
    z = (s.ln_g - mean) / sqrt(var + sd * sd);
    shrunk = f->sample_day != 0 && !f->taken &&
             s.ln_g < f->sample_ln_g - SHRUNK * sqrt(sd * sd + f->sample_sd * f->sample_sd);
    if (z < -SURPRISE || shrunk)
        ask_why_small(f, mean_g, exp(mean));
    else if (z > SURPRISE)
        ask(f, FILTER_ASK_POND, mean_g, exp(mean));
    filter_take_in(f, FILTER_MASS, like_sample, &s, rng);
    f->sample_day = f->fish->day;
    f->sample_ln_g = s.ln_g;
    f->sample_sd = sd;
    f->taken = false;
}

/* --- dead and lost --- */

/* Dead fish each member would have had written down. */
static void expected_dead(const struct ensemble *e, double *out)
{
    lnexp_exp_all(e->n, e->ln_seen, out);
    for (size_t k = 0; k < e->n; k++)
        out[k] *= e->died[k];
}

static void like_dead(struct filter *f, const void *arg)
{
    double count = *(const double *)arg, *expected = f->work;
    size_t n = f->fish->n;

    expected_dead(f->fish, expected);
    for (size_t k = 0; k < n; k++)
        expected[k] += 0.01;
    lnexp_ln_all(n, expected, f->like);
    for (size_t k = 0; k < n; k++)
        f->like[k] = count * f->like[k] - expected[k];
}

/* The share of an event's dead that was written down is no better known than of single deaths. */
static void take_event(struct filter *f, double count)
{
    struct ensemble *e = f->fish;

    for (size_t k = 0; k < e->n; k++) {
        double seen = exp(e->ln_seen[k]), dead = (count - seen * e->died[k]) / seen;
        double most = 0.95 * e->count[k];

        dead = dead < 0 ? 0 : dead;
        e->count[k] -= dead < most ? dead : most;
    }
}

void filter_deaths(struct filter *f, double count, gsl_rng *rng)
{
    struct ensemble *e = f->fish;
    double most = 0, var, there = filter_mean(f, FILTER_NUMBER, e->count, &var);

    expected_dead(e, f->work);
    for (size_t k = 0; k < e->n; k++)
        most = f->work[k] > most ? f->work[k] : most;
    if (count > there)
        ask(f, FILTER_ASK_LOST_MORE, count, there);
    if (count > 10 && count > most + 4 * sqrt(most))
        take_event(f, count);
    else
        filter_take_in(f, FILTER_NUMBER, like_dead, &count, rng);
    memset(e->died, 0, e->n * sizeof *e->died);
}

void filter_lost(struct filter *f, enum loss kind, double count, gsl_rng *rng)
{
    double var, there = filter_mean(f, FILTER_NUMBER, f->fish->count, &var);

    (void)kind; /* flood, theft and predators take alike; the kind is for those who count losses */
    if (count > there)
        ask(f, FILTER_ASK_LOST_MORE, count, there);
    for (size_t k = 0; k < f->fish->n; k++)
        ensemble_lose(f->fish, k, count * exp(stream_gauss(rng, LOST_SD)));
}

/* --- feed --- */

/* ln of what people would feed to such fish, kg a day. */
static double ln_usual_feed(const struct ensemble *e, size_t k)
{
    double mass = growth_mass(e->u[k]);
    return log(FED_SHARE * growth_ration_max(mass) * e->count[k] * mass / 1000 + 1e-9);
}

static void like_fed(struct filter *f, const void *arg)
{
    for (size_t k = 0; k < f->fish->n; k++)
        f->like[k] = ln_normal(*(const double *)arg - ln_usual_feed(f->fish, k), FED_SD);
}

void filter_fed(struct filter *f, double feed_kg, gsl_rng *rng)
{
    double ln_feed = log(feed_kg), var, mean;

    for (size_t k = 0; k < f->fish->n; k++)
        f->like[k] = ln_usual_feed(f->fish, k);
    mean = filter_mean(f, FILTER_MASS, f->like, &var);
    if (ln_feed > mean + FED_ODD * sqrt(var + FED_SD * FED_SD))
        ask(f, FILTER_ASK_FEED_MORE, feed_kg, exp(mean));
    else if (ln_feed < mean - FED_ODD * sqrt(var + FED_SD * FED_SD))
        ask(f, FILTER_ASK_FEED_LESS, feed_kg, exp(mean));
    filter_take_in(f, FILTER_MASS, like_fed, &ln_feed, rng);
}

/* --- partial harvests --- */

struct taken {
    double fish, ln_g; /* mean of those taken */
};

/* Fish are taken as they come or bigger, never more than there are. */
static void like_number(struct filter *f, const void *arg)
{
    const struct taken *t = arg;
    double *over = f->like;

    for (size_t k = 0; k < f->fish->n; k++)
        over[k] = t->fish / (0.98 * f->fish->count[k] + 1e-9);
    lnexp_ln_all(f->fish->n, over, over);
    for (size_t k = 0; k < f->fish->n; k++)
        f->like[k] = over[k] > 0 ? -0.5 * (over[k] / COUNT_SD) * (over[k] / COUNT_SD) : 0;
}

/* Of member k. */
static double ln_size(const struct ensemble *e, size_t k, const struct taken *t)
{
    double p = t->fish / (e->count[k] + 1e-9), least = log(growth_mass(e->u[k])), most, off = 0;

    most = log(ensemble_biggest_g(e, k, p < 0.95 ? p : 0.95));
    if (t->ln_g < least)
        off = least - t->ln_g;
    else if (t->ln_g > most)
        off = t->ln_g - most;
    return -0.5 * (off / SIZE_SD) * (off / SIZE_SD);
}

static void like_size(struct filter *f, const void *arg)
{
    for (size_t k = 0; k < f->fish->n; k++)
        f->like[k] = ln_size(f->fish, k, arg);
}

void filter_harvest(struct filter *f, double kg, double fish_per_kg, gsl_rng *rng)
{
    double var, there = filter_mean(f, FILTER_NUMBER, f->fish->count, &var), mass;
    struct taken t;

    mass = growth_mass(filter_mean(f, FILTER_MASS, f->fish->u, &var));
    t.ln_g = isnan(fish_per_kg) ? log(mass) : log(1000 / fish_per_kg);
    t.fish = kg * 1000 / exp(t.ln_g);
    if (t.fish > 1.2 * there)
        ask(f, FILTER_ASK_HARVEST_MORE, t.fish, there);
    if (!isnan(fish_per_kg) && (exp(t.ln_g) < mass / 1.5 || exp(t.ln_g) > mass * 2.5))
        ask(f, FILTER_ASK_HARVEST_SIZE, fish_per_kg, 1000 / mass);
    filter_take_in(f, FILTER_NUMBER, like_number, &t, rng);
    if (!isnan(fish_per_kg))
        filter_take_in(f, FILTER_MASS, like_size, &t, rng);
    ensemble_remove(f->fish, kg, fish_per_kg);
    f->taken = true;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nila_filter.h"

#include "nila_fix.h"

void nila_filter_init(struct nila_filter *f, const struct nila_filter_config *config)
{
    *f = (struct nila_filter){.config = config};
    nila_filter_tune(f, config->median, config->smooth);
}

/* All but what it is set to. */
static void forget(struct nila_filter *f)
{
    *f = (struct nila_filter){.config = f->config,
                              .median = f->median,
                              .smooth = f->smooth,
                              .spikes = f->spikes,
                              .missing = NILA_FILTER_FORGET};
}

void nila_filter_tune(struct nila_filter *f, uint8_t median, uint8_t smooth)
{
    if (median > NILA_FILTER_MEDIAN_MAX)
        median = NILA_FILTER_MEDIAN_MAX;
    if (median == 0)
        median = 1;
    f->median = median % 2 == 0 ? (uint8_t)(median - 1) : median;
    f->smooth = smooth > NILA_FILTER_SMOOTH_MAX ? NILA_FILTER_SMOOTH_MAX : smooth;
    forget(f);
    f->missing = 0;
    f->spikes = 0;
}

/* The window in order, smallest first: nine at most, so by insertion. */
static void sorted(const struct nila_filter *f, int32_t out[NILA_FILTER_MEDIAN_MAX])
{
    for (uint8_t i = 0; i < f->n; i++) {
        uint8_t at = i;
        while (at > 0 && out[at - 1] > f->window[i]) {
            out[at] = out[at - 1];
            at--;
        }
        out[at] = f->window[i];
    }
}

/* Farther apart than limit, also where the difference does not fit 32 bits. */
static bool apart(int32_t a, int32_t b, int32_t limit)
{
    int64_t d = (int64_t)a - b;

    return (d < 0 ? -d : d) > limit;
}

static bool stuck(struct nila_filter *f, int32_t sample)
{
    if (sample < f->still_low)
        f->still_low = sample;
    if (sample > f->still_high)
        f->still_high = sample;
    if (f->still_for == 0 || apart(f->still_low, f->still_high, f->config->still)) {
        f->still_low = f->still_high = sample;
        f->still_for = 1;
    } else if (f->still_for < UINT16_MAX) {
        f->still_for++;
    }
    return f->config->stuck > 0 && f->still_for >= f->config->stuck;
}

/* The median moves the mean; a jump is not smeared over minutes. */
static int32_t smooth(struct nila_filter *f, int32_t median, bool first)
{
    if (first || f->smooth == 0 ||
        (f->config->spike > 0 && apart(median, f->mean, f->config->spike)))
        f->mean = median;
    else
        f->mean = nila_fit(f->mean + nila_div((int64_t)median - f->mean, 1 << f->smooth));
    return f->mean;
}

int32_t nila_filter_step(struct nila_filter *f, int32_t sample, uint16_t *quality)
{
    int32_t order[NILA_FILTER_MEDIAN_MAX] = {0};
    bool first = f->n == 0, still;
    int32_t median;

    if (sample == NILA_MISSING) {
        *quality = NILA_Q_ABSENT;
        if (f->missing < NILA_FILTER_FORGET && ++f->missing == NILA_FILTER_FORGET)
            forget(f);
        return NILA_MISSING;
    }
    f->missing = 0;
    f->window[f->next] = sample;
    f->next = (uint8_t)((f->next + 1) % f->median);
    if (f->n < f->median)
        f->n++;
    sorted(f, order);
    median = order[f->n / 2];
    if (f->config->spike > 0 && apart(sample, median, f->config->spike)) {
        f->spikes++;
        f->late_spike = (uint8_t)(f->late_spike + 3 * f->median);
        if (f->late_spike > 6 * NILA_FILTER_MEDIAN_MAX)
            f->late_spike = 6 * NILA_FILTER_MEDIAN_MAX;
    } else if (f->late_spike > 0) {
        f->late_spike--;
    }
    still = stuck(f, sample);
    *quality = NILA_Q_VALID;
    if (f->warm < f->config->warmup) {
        f->warm++;
        *quality = NILA_Q_WARMUP;
    }
    if (still)
        *quality = (uint16_t)((*quality & ~NILA_Q_VALID) | NILA_Q_STUCK);
    /* One spike is nothing; a second within three windows of the first is a bad contact. */
    if (f->late_spike > 3 * f->median ||
        (f->config->noise > 0 && f->n >= 3 &&
         apart(order[f->n - 1 - f->n / 4], order[f->n / 4], f->config->noise)))
        *quality |= NILA_Q_NOISY;
    return smooth(f, median, first);
}

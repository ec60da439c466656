/* SPDX-License-Identifier: GPL-3.0-or-later */
/* served: holds a collector's journal against a simulator's truth log, for devices of any profile, once both have stopped.
 *
 *   served SITE.json DEVICES_DIR JOURNAL.db TRUTH.csv
 *
 * A journalled value is proven when the registers that were served to that very device, near that time, decode to it. Prints a
 * line for each device and "ok - " or "not ok - " for each claim: every value is proven; every device gave some. */
#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/csv.h"
#include "collector/common/log.h"
#include "collector/common/profile.h"
#include "collector/common/site.h"
#include "collector/decode.h"
#include "collector/journal.h"

/* A slot is stamped at its planned time; the answer comes a little later, after retries and back-off much later. */
#define EARLY_MS 2500
#define LATE_MS  8000
#define BLOCKS   PLAN_BLOCKS

struct value {
    enum metric metric;
    int64_t at_ms;
    double value;
};

struct device {
    const struct site_device *d;
    struct profile *p;
    struct reg_block block[BLOCKS]; /* the newest of all registers */
    size_t blocks;
    struct value *v; /* what was served, by time */
    size_t n, cap;
    size_t polled, proven, missing, answers, faults;
};

static int wrong;

static void say(bool good, const char *what, size_t n, size_t of)
{
    printf("%s - %s: %zu of %zu\n", good ? "ok" : "not ok", what, n, of);
    wrong += !good;
}

static struct device *device_at(struct device *list, const struct site *site, const char *bus,
                                int unit)
{
    for (unsigned i = 0; i < site->devices; i++)
        if (site->device[i].unit == unit && strcmp(site->bus[site->device[i].bus].slug, bus) == 0)
            return &list[i];
    return NULL;
}

/* The place for an answer to that request: what was known of its registers is older and goes. */
static struct reg_block *block_of(struct device *dev, int function, uint16_t first, uint16_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < dev->blocks; i++) {
        const struct reg_block *b = &dev->block[i];
        if (b->function != function || b->first >= first + count || first >= b->first + b->count)
            dev->block[kept++] = *b;
    }
    dev->blocks = kept;
    if (dev->blocks == BLOCKS)
        fatal("%s: more kinds of request than a plan has", dev->d->slug);
    dev->block[dev->blocks] =
        (struct reg_block){.function = function, .first = first, .count = count};
    return &dev->block[dev->blocks++];
}

/* What all that was served so far means now. */
static void note(struct device *dev, int64_t at_ms)
{
    struct reading_set set = {.n = 0};

    decode_blocks(&set, dev->p, dev->d, dev->block, dev->blocks);
    for (unsigned i = 0; i < set.n; i++) {
        if (isnan(set.v[i].value))
            continue;
        if (dev->n == dev->cap) {
            dev->cap = dev->cap > 0 ? 2 * dev->cap : 1024;
            dev->v = xrealloc(dev->v, dev->cap, sizeof *dev->v);
        }
        dev->v[dev->n++] = (struct value){set.v[i].metric, at_ms, set.v[i].value};
    }
}

static void load_served(const char *path, struct device *list, const struct site *site)
{
    static const char *const COLUMN[] = {"served_ms", "bus",   "unit",    "function",
                                         "first",     "count", "regs_hex"};
    int at[7], rc;
    struct csv *c;
    char why[256];

    if (csv_open(&c, path, why, sizeof why) != 0)
        fatal("%s", why);
    for (int i = 0; i < 7; i++)
        if ((at[i] = csv_find(c, COLUMN[i])) < 0)
            fatal("%s: no column %s", path, COLUMN[i]);
    while ((rc = csv_next(c)) > 0) {
        struct device *dev = device_at(list, site, csv_cell(c, at[1]), atoi(csv_cell(c, at[2])));
        const char *hex = csv_cell(c, at[6]);
        const int count = atoi(csv_cell(c, at[5]));
        struct reg_block *b;

        if (dev == NULL)
            fatal("%s: bus %s unit %s is not in the site", path, csv_cell(c, at[1]),
                  csv_cell(c, at[2]));
        if (strncmp(hex, "fault:", 6) == 0) {
            dev->faults++;
            continue;
        }
        dev->answers++;
        if (count < 1 || count > PLAN_MAX_REGISTERS || strlen(hex) != 4 * (size_t)count)
            continue; /* bits, or an answer to a person */
        b = block_of(dev, atoi(csv_cell(c, at[3])), (uint16_t)atoi(csv_cell(c, at[4])),
                     (uint16_t)count);
        for (int i = 0; i < count; i++) {
            char word[5] = {hex[4 * i], hex[4 * i + 1], hex[4 * i + 2], hex[4 * i + 3], '\0'};
            b->regs[i] = (uint16_t)strtoul(word, NULL, 16);
        }
        note(dev, strtoll(csv_cell(c, at[0]), NULL, 10));
    }
    if (rc < 0)
        fatal("%s", csv_why(c));
    csv_close(c);
}

static bool was_served(const struct device *dev, const struct reading_set *set,
                       const struct reading_value *v)
{
    for (size_t i = 0; i < dev->n; i++) {
        const struct value *s = &dev->v[i];
        if (s->metric == v->metric && s->at_ms >= set->ts_ms - EARLY_MS &&
            s->at_ms <= set->ts_ms + LATE_MS && fabs(s->value - v->value) <= 1e-12 * fabs(v->value))
            return true;
    }
    return false;
}

static void check_set(struct device *list, const struct site *site, const struct reading_set *set)
{
    for (unsigned k = 0; k < site->devices; k++) {
        struct device *dev = &list[k];
        if (strcmp(site->device[k].slug, set->tags.device) != 0)
            continue;
        for (unsigned i = 0; i < set->n; i++) {
            const struct reading_value *v = &set->v[i];
            bool good;
            if (v->flag == READING_MISSING) {
                dev->missing++;
                continue;
            }
            dev->polled++;
            good = was_served(dev, set, v);
            dev->proven += good;
            if (!good)
                printf("# %s %s %.17g at %" PRId64 " was never served\n", set->tags.device,
                       metric_info(v->metric)->name, v->value, set->ts_ms);
        }
        return;
    }
    fatal("%s is not in the site", set->tags.device);
}

static void check_journal(const char *path, struct device *list, const struct site *site)
{
    static struct journal_row rows[64];
    const struct journal_config jc = {.path = path, .max_bytes = 1 << 30, .keep_days = 3650};
    struct journal *j;
    int64_t after = 0;
    int n;

    if (journal_open(&j, &jc) != 0)
        fatal("%s: cannot be opened", path);
    while ((n = journal_peek(j, after, rows, 64)) > 0) {
        for (int i = 0; i < n; i++) {
            check_set(list, site, &rows[i].set);
            after = rows[i].seq;
        }
    }
    if (n < 0)
        fatal("%s: cannot be read", path);
    journal_close(j);
}

int main(int argc, char **argv)
{
    struct site *site;
    struct device *list;
    char why[512];
    size_t polled = 0, proven = 0, spoke = 0, measuring = 0, faults = 0, answers = 0;

    if (argc != 5)
        fatal("usage: served SITE.json DEVICES_DIR JOURNAL.db TRUTH.csv");
    if (site_load(&site, argv[1], why, sizeof why) != 0)
        fatal("%s", why);
    list = xcalloc(site->devices, sizeof *list);
    for (unsigned i = 0; i < site->devices; i++) {
        list[i].d = &site->device[i];
        if (profile_load(&list[i].p, argv[2], list[i].d->profile, why, sizeof why) != 0)
            fatal("%s", why);
    }
    load_served(argv[4], list, site);
    check_journal(argv[3], list, site);
    for (unsigned i = 0; i < site->devices; i++) {
        printf("# %-22s %5zu answers %5zu faults %5zu values %5zu proven %5zu missing\n",
               list[i].d->profile, list[i].answers, list[i].faults, list[i].polled, list[i].proven,
               list[i].missing);
        measuring += list[i].p->n > 0;
        spoke += list[i].p->n > 0 && list[i].proven > 0;
        polled += list[i].polled;
        proven += list[i].proven;
        faults += list[i].faults;
        answers += list[i].answers;
        profile_free(list[i].p);
        free(list[i].v);
    }
    printf("# %zu good answers and %zu faults on the truth log\n", answers, faults);
    say(polled > 0 && proven == polled,
        "journalled values that were served to that device at that time", proven, polled);
    say(spoke == measuring, "devices that gave a value", spoke, measuring);
    free(list);
    site_free(site);
    return wrong > 0;
}

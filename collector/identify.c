/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "identify.h"

#include <ctype.h>
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "collector/common/log.h"
#include "plan.h"

#define ANSWERS_MAX 256

/* What counts how much. A value an identity register must have is proof; the rest are hints. */
#define SCORE_CERTAIN   10.0
#define SCORE_PRINTABLE 1.5 /* a text where the profile says there is one */
#define SCORE_MAKER     2.0
#define SCORE_VALUE     0.1 /* each plausible value: the more registers fit, the less it is chance */
#define SCORE_UNIT      0.2
#define SCORE_BAUD      0.1
#define SCORE_LEAST     0.5 /* below this it is no guess */

/* One question of a unit and what came of it, so that profiles that read the same registers share it. */
struct known {
    int rc;
    struct reg_block block;
};

struct identify {
    struct profile **p;
    unsigned n;
    struct known *known; /* ANSWERS_MAX, of the unit that is asked now */
    unsigned knowns;
};

/* --- profiles ----------------------------------------------------------------------------------------------------- */

static int json_file(const struct dirent *e)
{
    size_t n = strlen(e->d_name);
    return n > 5 && strcmp(e->d_name + n - 5, ".json") == 0;
}

int identify_open(struct identify **out, const char *dir, char *why, size_t why_size)
{
    struct dirent **name = NULL;
    int n = scandir(dir, &name, json_file, alphasort);
    struct identify *id;

    if (n < 1) {
        free(name);
        (void)snprintf(why, why_size, "no device profiles in %.180s", dir);
        return NILA_ERR_NOT_FOUND;
    }
    id = xcalloc(1, sizeof *id);
    id->p = xcalloc((size_t)n, sizeof(struct profile *));
    id->known = xcalloc(ANSWERS_MAX, sizeof *id->known);
    for (int i = 0; i < n; i++) {
        char words[400];
        name[i]->d_name[strlen(name[i]->d_name) - 5] = '\0';
        if (profile_load(&id->p[id->n], dir, name[i]->d_name, words, sizeof words) == 0)
            id->n++;
        else
            log_warnx("%s; passed over", words);
        free(name[i]);
    }
    free(name);
    *out = id;
    return 0;
}

void identify_close(struct identify *id)
{
    if (id == NULL)
        return;
    for (unsigned i = 0; i < id->n; i++)
        profile_free(id->p[i]);
    free(id->p);
    free(id->known);
    free(id);
}

unsigned identify_count(const struct identify *id)
{
    return id->n;
}

const struct profile *identify_profile(const struct identify *id, unsigned i)
{
    return id->p[i];
}

/* --- asking ------------------------------------------------------------------------------------------------------- */

struct asked {
    struct identify *id;
    struct asker *a; /* NULL: only what is known counts */
    int unit, timeout_ms;
    int fatal; /* an error that ends it, 0 none */
};

/* The answer to a question, from memory when it was asked before. NULL: it cannot be had. */
static const struct known *answer_to(struct asked *k, int function, unsigned first, unsigned count)
{
    struct identify *id = k->id;
    struct bus_question q = {.unit = k->unit,
                             .function = function,
                             .first = (uint16_t)first,
                             .count = (uint16_t)count,
                             .timeout_ms = k->timeout_ms};
    struct bus_answer a;
    struct known *new;

    for (unsigned i = 0; i < id->knowns; i++) {
        const struct reg_block *b = &id->known[i].block;
        if (b->function == function && b->first == first && b->count == count)
            return &id->known[i];
    }
    if (k->a == NULL || k->fatal != 0 || id->knowns == ANSWERS_MAX || count > PLAN_MAX_REGISTERS)
        return NULL;
    new = &id->known[id->knowns++];
    *new = (struct known){
        .block = {.function = function, .first = (uint16_t)first, .count = (uint16_t)count}};
    new->rc = asker_ask(k->a, &q, new->block.regs, &a);
    if (new->rc == NILA_ERR_PROTO) /* a disturbance, perhaps */
        new->rc = asker_ask(k->a, &q, new->block.regs, &a);
    new->block.exception = a.exception;
    if (new->rc != 0 &&
        new->rc != NILA_ERR_TIMEOUT &&new->rc != NILA_ERR_PROTO &&new->rc != NILA_ERR_EXCEPTION)
        k->fatal = new->rc;
    return new;
}

/* --- judging one profile ------------------------------------------------------------------------------------------ */

/* Adds what the identity registers say; false: it is not this device. */
static bool judge_identity(struct asked *k, const struct profile *p, struct identify_guess *g)
{
    for (unsigned i = 0; i < p->identities; i++) {
        const struct profile_identity *x = &p->identity[i];
        const struct known *n = answer_to(k, x->function, x->address, x->count);

        if (n == NULL)
            continue;
        if (n->rc != 0 || !profile_identity_fits(x, n->block.regs))
            return false;
        g->named = true;
        g->certain = g->certain || x->has_value || x->pattern[0] != '\0';
        g->score += x->has_value || x->pattern[0] != '\0' ? SCORE_CERTAIN : SCORE_PRINTABLE;
    }
    return true;
}

/* Is it a value this probe may give in water, air or on a cable? Exactly 0 is what empty registers hold. */
static bool plausible(const struct profile *p, const struct reading_value *v)
{
    const struct metric_info *m = metric_info(v->metric);

    if (v->flag == READING_MISSING || v->value == 0 || v->value < m->suspect_min ||
        v->value > m->suspect_max)
        return false;
    for (unsigned i = 0; i < p->n; i++)
        if (p->m[i].metric == v->metric && (v->value < p->m[i].min || v->value > p->m[i].max))
            return false;
    return true;
}

/* Reads and decodes the values; false: its registers are not there. */
static bool judge_values(struct asked *k, const struct profile *p, struct identify_guess *g)
{
    struct reg_block block[PLAN_BLOCKS];
    struct plan plan;
    size_t got = 0;
    char why[200];

    if (plan_make(&plan, p, why, sizeof why) != 0 || plan.n == 0)
        return false;
    for (unsigned i = 0; i < plan.n; i++) {
        const struct known *n = answer_to(k, plan.b[i].function, plan.b[i].first, plan.b[i].count);
        if (n == NULL || n->rc != 0)
            return false;
        block[got++] = n->block;
    }
    decode_blocks(&g->set, p, NULL, block, got);
    for (unsigned i = 0; i < g->set.n; i++)
        g->plausible += plausible(p, &g->set.v[i]);
    if (g->set.n > 0)
        g->score += (double)g->plausible / g->set.n + SCORE_VALUE * g->plausible;
    return true;
}

/* Two values in three must be such as the probe gives; one that has a name may not have been told to measure yet. */
static bool convinces(const struct identify_guess *g)
{
    return g->score >= SCORE_LEAST && (g->certain || g->named || 3 * g->plausible >= 2 * g->set.n);
}

/* A board without values: its coils or contacts can be read. */
static bool judge_switches(struct asked *k, const struct profile *p, struct identify_guess *g)
{
    for (unsigned i = 0; i < p->outputs; i++) {
        const struct profile_output *x = &p->output[i];
        int function = x->kind == PROFILE_OUTPUT_INPUTS ? x->function : x->read_function;
        const struct known *n;

        if (function == 0 || x->kind == PROFILE_OUTPUT_SPECIAL)
            continue;
        n = answer_to(k, function, x->address, x->count);
        if (n == NULL || n->rc != 0)
            return false;
        g->score = SCORE_LEAST;
    }
    return g->score > 0;
}

static bool contains(const char *text, const char *part)
{
    size_t n = strlen(part);

    for (; n > 0 && *text != '\0'; text++)
        if (strncasecmp(text, part, n) == 0)
            return true;
    return false;
}

static void judge(struct asked *k, const struct profile *p, const struct identify_name *name,
                  int baud, struct identify_guess *g)
{
    *g = (struct identify_guess){.p = p};
    if (!judge_identity(k, p, g) || !(p->n > 0 ? judge_values(k, p, g) : judge_switches(k, p, g))) {
        /* a probe that has not been told to measure may have no values yet, but has its name */
        if (!g->certain && !g->named)
            g->score = 0;
        return;
    }
    if (name->maker[0] != '\0' &&
        (contains(p->maker, name->maker) || contains(name->maker, p->maker)))
        g->score += SCORE_MAKER;
    if (g->score > 0 && p->default_unit == k->unit)
        g->score += SCORE_UNIT;
    if (g->score > 0 && baud > 0 && p->serial.baud == baud)
        g->score += SCORE_BAUD;
}

/* Of two that fit as well, the one that claims less: a relay does not show in what is read. */
static bool outdoes(const struct identify_guess *a, const struct identify_guess *b)
{
    return a->score != b->score ? a->score > b->score : a->p->outputs < b->p->outputs;
}

static int keep_best(struct asked *k, const struct identify_name *name, int baud,
                     struct identify_guess guess[static IDENTIFY_GUESSES])
{
    struct identify_guess g;
    int n = 0;

    for (unsigned i = 0; i < k->id->n && k->fatal == 0; i++) {
        int at = n;
        judge(k, k->id->p[i], name, baud, &g);
        if (!convinces(&g))
            continue;
        while (at > 0 && outdoes(&g, &guess[at - 1]))
            at--;
        if (at == IDENTIFY_GUESSES)
            continue;
        n += n < IDENTIFY_GUESSES;
        for (int j = n - 1; j > at; j--)
            guess[j] = guess[j - 1];
        guess[at] = g;
    }
    return k->fatal != 0 ? k->fatal : n;
}

/* --- 43/14 -------------------------------------------------------------------------------------------------------- */

static unsigned byte_at(const uint16_t *regs, unsigned i)
{
    return i % 2 == 0 ? regs[1 + i / 2] >> 8 : regs[1 + i / 2] & 255;
}

static void take_names(const uint16_t *regs, struct identify_name *name)
{
    char *const OBJECT[] = {name->maker, name->product, name->version};
    unsigned bytes = regs[0], at = 1;

    if (bytes > 2 * (BUS_IDENTITY_WORDS - 1)) /* no more than there is room for */
        bytes = 2 * (BUS_IDENTITY_WORDS - 1);
    for (unsigned i = 0; i < byte_at(regs, 0) && at + 2 <= bytes; i++) {
        unsigned object = byte_at(regs, at), length = byte_at(regs, at + 1), n = 0;
        for (unsigned j = 0; j < length && at + 2 + j < bytes; j++) {
            unsigned c = byte_at(regs, at + 2 + j);
            if (object < 3 && n + 1 < sizeof name->maker && c >= ' ' && c < 127)
                OBJECT[object][n++] = (char)c;
        }
        if (object < 3)
            OBJECT[object][n] = '\0';
        at += 2 + length;
    }
}

static void ask_name(struct asked *k, struct identify_name *name)
{
    const struct bus_question q = {.unit = k->unit,
                                   .function = BUS_IDENTIFY,
                                   .count = BUS_IDENTITY_WORDS,
                                   .timeout_ms = k->timeout_ms};
    uint16_t regs[BUS_IDENTITY_WORDS];
    struct bus_answer a;

    *name = (struct identify_name){"", "", ""};
    if (asker_ask(k->a, &q, regs, &a) == 0)
        take_names(regs, name);
}

int identify_unit(struct identify *id, struct asker *a, int unit, int baud, int timeout_ms,
                  struct identify_name *name, struct identify_guess guess[static IDENTIFY_GUESSES])
{
    struct asked k = {.id = id, .a = a, .unit = unit, .timeout_ms = timeout_ms};

    id->knowns = 0;
    ask_name(&k, name);
    return keep_best(&k, name, baud, guess);
}

int identify_block(struct identify *id, int unit, int baud, const struct reg_block *block,
                   struct identify_guess guess[static IDENTIFY_GUESSES])
{
    static const struct identify_name NOBODY = {"", "", ""};
    struct asked k = {.id = id, .unit = unit};

    /* every part of the block that a profile may want has been asked */
    id->knowns = 0;
    for (unsigned i = 0; i < id->n; i++) {
        struct plan plan;
        char why[200];
        if (plan_make(&plan, id->p[i], why, sizeof why) != 0)
            continue;
        for (unsigned j = 0; j < plan.n && id->knowns < ANSWERS_MAX; j++) {
            const struct plan_block *b = &plan.b[j];
            struct known *n = &id->known[id->knowns];
            if (b->function != block->function || b->first < block->first ||
                b->first + b->count > block->first + block->count ||
                answer_to(&k, b->function, b->first, b->count) != NULL)
                continue;
            *n = (struct known){
                .block = {.function = b->function, .first = b->first, .count = b->count}};
            memcpy(n->block.regs, block->regs + (b->first - block->first),
                   b->count * sizeof block->regs[0]);
            id->knowns++;
        }
    }
    return keep_best(&k, &NOBODY, baud, guess);
}

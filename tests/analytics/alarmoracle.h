/* SPDX-License-Identifier: GPL-3.0-or-later */
/* alarmoracle: what the alarm promises, told from what is true of the ponds, what people said, and what the channels were given;
 * it knows nothing of how the alarm works. Times are of the monotonic clock.
 *
 * told      A danger that nobody took in hand is told by each channel that works, to each first contact of the pond that takes it,
 *           within INTERVAL after it is there or after the last time; to the second contact within INTERVAL after SECOND.
 * silent    What was taken in hand is told no more, and no siren sounds for it, from GRACE after.
 * siren     It is not ended while a danger needs it; it is ended within GRACE when none does and it works.
 * once      It is decided to tell a contact of one danger again not before REPEAT, unless something happened in between.
 * all-clear Whoever was told by SMS hears that it is over, within CLEAR; nobody hears so of what is a danger.
 * word      An OK counts for what was told to its sender, and then always. */
#ifndef TESTS_ALARMORACLE_H
#define TESTS_ALARMORACLE_H

#include "tests/analytics/alarmworld.h"

#define REPEAT   (15 * MIN)
#define INTERVAL (REPEAT + 3 * PASS)
#define SECOND   (30 * MIN)
#define CLEAR    (30 * MIN + 4 * PASS)
#define GRACE    (3 * PASS)
/* A danger that eased for so long and is back is a new one. */
#define RETURN (5 * MIN)

static struct {
    struct fact {
        int64_t since;      /* it is a danger without a break since; 0: it is not */
        int64_t episode;    /* the same, but for breaks that make no new danger of it */
        int64_t ease;       /* it is none without a break since; 0: it is, or nobody knows */
        int64_t well;       /* all is well without a break since; 0 */
        int64_t acked;      /* 0: not */
        int64_t snoozed;    /* until; 0: not */
        int64_t open;       /* it must be told since; 0: it need not */
        int64_t happened;   /* the last thing that may have it told anew */
        enum level worst;   /* of this alarm */
        bool unsure;        /* an acknowledgement may have ended, and may not */
        bool heard[PEOPLE]; /* the danger, by SMS, and not yet that it is over */
    } fact[SOURCES];
    int64_t said[PEOPLE];    /* the last word of each; 0: none */
    bool new_word[PEOPLE];   /* in this step */
    int64_t works[CHANNELS]; /* without a break since; 0: it does not */
    int64_t disk;            /* the disk took everything since; 0: it does not */
    int64_t clock;           /* when the clock was set last */
    int64_t sounding_till;
    size_t looked_at; /* what was sent */
    const char *broken;
    char how[400];
} oracle;

static void broken(const char *promise, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void broken(const char *promise, const char *fmt, ...)
{
    va_list args;

    if (oracle.broken != NULL)
        return;
    oracle.broken = promise;
    va_start(args, fmt);
    (void)vsnprintf(oracle.how, sizeof oracle.how, fmt, args);
    va_end(args);
}

static bool is_danger(enum level l)
{
    return l >= BAD;
}

/* Something happened, of this source or (-1) of all. */
static void happened(int source)
{
    for (int k = 0; k < SOURCES; k++)
        if (source < 0 || k == source) {
            oracle.fact[k].happened = world.mono;
            if (oracle.fact[k].open != 0)
                oracle.fact[k].open = world.mono;
        }
}

/* The program began anew; what it could not store is lost. */
static void began_anew(void)
{
    happened(-1);
    for (int k = 0; k < SOURCES; k++)
        oracle.fact[k].unsure = oracle.fact[k].unsure || world.full;
}

/* What the levels say, before the program looks. */
static void oracle_sees(void)
{
    for (int k = 0; k < SOURCES; k++) {
        const struct source *s = &world.source[k];
        struct fact *f = &oracle.fact[k];
        const bool eased = s->level == WELL || s->level == LOW;

        if (s->level != s->before)
            happened(k);
        if (is_danger(s->level)) {
            const int64_t new_after = f->acked != 0 || f->unsure ? RETURN : CLEAR - 5 * PASS;

            if (f->episode == 0 || (f->ease != 0 && world.mono - f->ease >= new_after - PASS))
                f->episode = world.mono;
            if (f->ease != 0 && world.mono - f->ease >= RETURN - PASS) {
                f->unsure = f->unsure || ((f->acked != 0 || f->snoozed != 0) &&
                                          (world.mono - f->ease < RETURN + PASS ||
                                           oracle.clock >= f->ease)); /* who knows how long */
                f->acked = f->snoozed = 0;
            }
            if (f->ease != 0 && world.mono - f->ease >= CLEAR - 5 * PASS)
                f->worst = WELL;
            if (s->level == WORSE && f->worst == BAD) { /* worse than what was acknowledged */
                f->unsure = f->unsure || (world.full && f->acked != 0);
                f->acked = f->snoozed = 0;
            }
            f->worst = s->level > f->worst ? s->level : f->worst;
            if (s->before == BLIND && f->since == 0)
                f->unsure = f->unsure || f->acked != 0; /* it may have been told as over */
            f->since = f->since != 0 ? f->since : world.mono;
        } else {
            f->since = 0;
        }
        f->ease = !eased ? 0 : f->ease != 0 ? f->ease : world.mono;
        f->well = s->level != WELL ? 0 : f->well != 0 ? f->well : world.mono;
        if (f->snoozed != 0 && world.mono >= f->snoozed) {
            f->snoozed = 0;
            happened(k);
        }
        if (!is_danger(s->level) || f->acked != 0 || f->snoozed != 0 || f->unsure)
            f->open = 0;
        else if (f->open == 0)
            f->open = world.mono;
    }
}

/* Was it told by that channel to that person (-1: to all) since then? */
static bool was_told(int channel, int person, int pond, int64_t since)
{
    for (size_t i = world.n_sent; i > 0 && world.sent[i - 1].mono >= since; i--) {
        const struct sent *s = &world.sent[i - 1];

        if (s->channel == channel && s->person == person && s->arrived && s->danger &&
            (s->kind == MESSAGE_RAISE || s->kind == MESSAGE_REPEAT) &&
            ((s->ponds >> pond) & 1U) != 0)
            return true;
    }
    return false;
}

static bool steady(int channel, int64_t since)
{
    return oracle.works[channel] != 0 && oracle.works[channel] <= since && oracle.clock <= since;
}

static void told(void)
{
    const int64_t since = world.mono - INTERVAL;

    for (int k = 0; k < SOURCES; k++) {
        const struct fact *f = &oracle.fact[k];
        const int pond = world.source[k].pond;

        if (f->open == 0 || f->open > since)
            continue;
        for (int c = 0; c < CHANNELS; c++) {
            if (!steady(c, since))
                continue;
            if ((c == SIREN || c == PUSH) && !was_told(c, -1, pond, since))
                broken("told", "%s of %s, source %d, open for %lld s", CHANNEL[c], POND[pond], k,
                       (long long)(world.mono - f->open) / 1000);
            for (int p = 0; p < PEOPLE && (c == CALL || c == SMS); p++)
                if (((PERSON[p].ponds >> pond) & 1U) != 0 && (c == CALL ? p != 2 : PERSON[p].sms) &&
                    (!PERSON[p].second || f->open <= since - SECOND) &&
                    !was_told(c, p, pond, since))
                    broken("told", "%s by %s of %s, source %d, open for %lld s", PERSON[p].slug,
                           CHANNEL[c], POND[pond], k, (long long)(world.mono - f->open) / 1000);
        }
    }
}

/* Is there a reason to tell one of these ponds as a danger? */
static bool may_be_told(unsigned ponds, int64_t mono)
{
    for (int k = 0; k < SOURCES; k++) {
        const struct fact *f = &oracle.fact[k];

        if (((ponds >> world.source[k].pond) & 1U) != 0 &&
            ((f->acked == 0 && f->snoozed == 0) || f->unsure ||
             (f->acked != 0 && mono - f->acked < GRACE) || mono - f->happened < GRACE))
            return true;
    }
    return false;
}

/* Is one of them a danger that was there when the program looked last, and that nobody took in hand? */
static int in_danger(unsigned ponds)
{
    for (int k = 0; k < SOURCES; k++)
        if (((ponds >> world.source[k].pond) & 1U) != 0 && oracle.fact[k].open != 0 &&
            world.mono - oracle.fact[k].open >= GRACE)
            return k;
    return -1;
}

static void look_at_siren(const struct sent *s)
{
    const bool on = s->kind == MESSAGE_RAISE || s->kind == MESSAGE_REPEAT;
    const int k = in_danger(7);

    if (!on && k >= 0 && s->arrived)
        broken("siren", "it was ended though source %d is a danger", k);
    if (s->arrived)
        oracle.sounding_till = on ? s->mono + SIREN_S * SEC : 0;
}

static void look_at_repeat(const struct sent *s, size_t at)
{
    for (size_t i = at; i > 0 && world.sent[i - 1].mono > s->mono - 2 * REPEAT; i--) {
        const struct sent *b = &world.sent[i - 1];
        bool changed = oracle.clock >= b->mono;

        for (int k = 0; k < SOURCES; k++)
            changed = changed || (((s->ponds >> world.source[k].pond) & 1U) != 0 &&
                                  oracle.fact[k].happened >= b->mono);
        if (b->channel == s->channel && b->person == s->person && b->arrived && s->arrived &&
            b->danger && b->ponds == s->ponds && b->cause == s->cause && b->kind == s->kind &&
            b->attempt != s->attempt && s->made - b->made < REPEAT && !changed)
            broken("once", "%s to %d of ponds %u, %lld s after", CHANNEL[s->channel], s->person,
                   s->ponds, (long long)(s->made - b->made) / 1000);
    }
}

static void look_at_clear(const struct sent *s)
{
    if (s->channel != SMS && s->channel != PUSH)
        return;
    for (int k = 0; k < SOURCES; k++) {
        struct fact *f = &oracle.fact[k];

        if (((s->ponds >> world.source[k].pond) & 1U) == 0)
            continue;
        if (s->arrived && f->since != 0 && s->mono - f->since >= GRACE)
            broken("all-clear", "%s says that %s is safe; source %d is a danger",
                   CHANNEL[s->channel], POND[world.source[k].pond], k);
        if (f->well != 0 && s->person >= 0 && s->arrived)
            f->heard[s->person] = false;
    }
}

/* What was sent since the last look. */
static void look_at_sent(void)
{
    for (; oracle.looked_at < world.n_sent; oracle.looked_at++) {
        const struct sent *s = &world.sent[oracle.looked_at];
        const bool trouble = s->kind == MESSAGE_RAISE || s->kind == MESSAGE_REPEAT;

        if (s->channel == SIREN)
            look_at_siren(s);
        if (s->kind == MESSAGE_CLEAR)
            look_at_clear(s);
        if (!trouble || !s->danger)
            continue;
        if (!may_be_told(s->ponds, s->mono))
            broken("silent", "%s to %d of ponds %u", CHANNEL[s->channel], s->person, s->ponds);
        if (s->channel == SMS || s->channel == PUSH)
            look_at_repeat(s, oracle.looked_at);
        for (int k = 0; k < SOURCES && s->channel == SMS && s->person >= 0 && s->arrived; k++)
            if (((s->ponds >> world.source[k].pond) & 1U) != 0 &&
                is_danger(world.source[k].level) && oracle.disk != 0 &&
                (s->cause == CAUSE_GASPING) == (world.source[k].group == GROUP_GASPING))
                oracle.fact[k].heard[s->person] = true;
    }
}

/* Since when the pond is in no danger, and this group of causes all well; 0: it is not, or nobody knows. */
static int64_t over_since(int source)
{
    int64_t since = oracle.fact[source].well;

    for (int k = 0; k < SOURCES && since != 0; k++)
        if (world.source[k].pond == world.source[source].pond)
            since = oracle.fact[k].ease == 0      ? 0
                    : oracle.fact[k].ease > since ? oracle.fact[k].ease
                                                  : since;
    return since;
}

static void all_clear(void)
{
    const int64_t since = world.mono - CLEAR;

    for (int k = 0; k < SOURCES; k++) {
        struct fact *f = &oracle.fact[k];
        const int64_t over = over_since(k);

        if (over == 0 || over > since)
            continue;
        for (int p = 0; p < PEOPLE; p++)
            if (f->heard[p] && steady(SMS, since) && oracle.disk != 0 && oracle.disk <= since)
                broken("all-clear", "%s was told of source %d and not that it is over",
                       PERSON[p].slug, k);
    }
}

/* --- whose word counts --- */

static bool about(const struct sent *s, int source)
{
    return s->danger && (s->kind == MESSAGE_RAISE || s->kind == MESSAGE_REPEAT) &&
           ((s->ponds >> world.source[source].pond) & 1U) != 0 &&
           (s->channel == CALL ||
            (s->cause == CAUSE_GASPING) == (world.source[source].group == GROUP_GASPING));
}

/* Did a message of this danger go out to them before they said so? sure: and by SMS, which names it. */
static bool knew(int person, int source, bool sure)
{
    const struct fact *f = &oracle.fact[source];

    for (size_t i = 0; i < world.n_sent; i++) {
        const struct sent *s = &world.sent[i];

        if (s->person == person && s->mono >= f->episode - (sure ? 0 : PASS) && about(s, source) &&
            (sure ? s->channel == SMS && s->arrived && s->mono < oracle.said[person]
                  : (s->arrived || s->perhaps) && s->mono < oracle.said[person]))
            return true;
    }
    return false;
}

static void take_acknowledged(int k, const struct rec_alarm *a)
{
    struct fact *f = &oracle.fact[k];

    if (a->acked_ms != world.wall || f->acked != 0 || f->unsure)
        return;
    if (world.source[k].level == WELL || world.source[k].level == LOW) {
        f->unsure = true; /* of what eases; it may be there again before it is another danger */
        return;
    }
    for (int p = 0; p < PEOPLE; p++)
        if (strcmp(a->acked_by, PERSON[p].name) == 0 &&
            (strcmp(a->acked_how, "sms") == 0 || strcmp(a->acked_how, "call") == 0)) {
            /* what was said while nothing could be stored is taken up when it can be */
            if (oracle.clock < f->episode && oracle.disk != 0 && oracle.disk <= oracle.said[p] &&
                !knew(p, k, false))
                broken("word", "%s acknowledged source %d, of which they were not told",
                       a->acked_by, k);
            f->acked = world.mono;
            f->open = 0;
            happened(k);
        }
}

static void words(void)
{
    struct rec_alarm *a = NULL;
    size_t n = 0;

    assert_int_equal(records_alarms_open(world.db, &a, &n), 0);
    for (int k = 0; k < SOURCES; k++) {
        const struct fact *f = &oracle.fact[k];

        for (size_t i = 0; i < n; i++)
            if (strcmp(a[i].subject, POND[world.source[k].pond]) == 0 &&
                strcmp(a[i].group, cause_group_name(world.source[k].group)) == 0)
                take_acknowledged(k, &a[i]);
        for (int p = 0; p < PEOPLE; p++)
            if (oracle.new_word[p] && f->open != 0 && world.mono - f->open >= GRACE &&
                oracle.disk != 0 && world.mono - oracle.disk >= GRACE &&
                oracle.clock < f->episode && !world.dead && knew(p, k, true))
                broken("word", "%s answered of source %d, and it is not acknowledged",
                       PERSON[p].slug, k);
    }
    free(a);
    memset(oracle.new_word, 0, sizeof oracle.new_word);
}

/* Nobody needs the siren, it works, and it sounds. */
static void siren_ends(void)
{
    bool needed = false;

    for (int k = 0; k < SOURCES; k++) {
        const struct fact *f = &oracle.fact[k];

        needed =
            needed || f->unsure || (f->acked == 0 && f->snoozed == 0) || /* or it ends by itself */
            world.mono - f->happened < GRACE || (f->acked != 0 && world.mono - f->acked < GRACE);
    }
    if (!needed && oracle.sounding_till > world.mono && oracle.disk != 0 &&
        world.mono - oracle.disk >= GRACE && steady(SIREN, world.mono - 6 * MIN))
        broken("siren", "it sounds on though all is taken in hand");
}

/* After each step of the program. */
static void oracle_judges(void)
{
    words();
    look_at_sent();
    told();
    siren_ends();
    all_clear();
    for (int k = 0; k < SOURCES; k++)
        world.source[k].before = world.source[k].level;
}

static void oracle_begins(void)
{
    memset(&oracle, 0, sizeof oracle);
    for (int c = 0; c < CHANNELS; c++)
        oracle.works[c] = world.mono;
    oracle.disk = world.mono;
}

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random nights: readings, people, channels, disk, clock and crashes in any order, and the alarm's promises after each step. Seeds are
 * printed, NILA_SEED repeats one; NILA_LONG=1 runs many. */
#include "tests/analytics/alarmoracle.h"

enum {
    STEPS = 360, /* three hours of half-minutes */
    ROUNDS = 4,
    ROUNDS_LONG = 200
};

/* --- what happens --- */

static void ponds_change(void)
{
    for (int k = 0; k < SOURCES; k++) {
        struct source *s = &world.source[k];
        const bool gasps = s->group == GROUP_GASPING;

        if (draw(is_danger(s->level) ? 90 : 60) != 0)
            continue;
        s->level = gasps ? (s->level == WELL ? BAD : WELL) : (enum level)draw(5);
    }
}

static void channels_change(void)
{
    for (int k = 0; k < CHANNELS; k++) {
        enum way way;

        if (draw(world.way[k] == WORKS ? 90 : 12) != 0)
            continue;
        way = world.way[k] != WORKS ? WORKS : (enum way)(1 + draw(WAYS - 1));
        (void)pthread_mutex_lock(&world.lock);
        world.way[k] = way;
        (void)pthread_mutex_unlock(&world.lock);
        oracle.works[k] = way == WORKS ? world.mono : 0;
    }
}

static void disk_changes(void)
{
    if (draw(world.full ? 25 : 120) != 0)
        return;
    fill_disk(!world.full);
    oracle.disk = world.full ? 0 : world.mono;
    happened(-1);
}

static int source_of(const struct rec_alarm *a)
{
    for (int k = 0; k < SOURCES; k++)
        if (strcmp(POND[world.source[k].pond], a->subject) == 0 &&
            strcmp(cause_group_name(world.source[k].group), a->group) == 0)
            return k;
    return -1;
}

/* By page, command line or button. */
static void somebody_asks(void)
{
    static const char *const HOW[] = {"page", "cli", "button"};
    struct rec_ask ask = {.by = "Orang", .at_ms = world.wall};
    struct rec_alarm *a = NULL;
    size_t n = 0, at;
    int k;

    if (draw(30) != 0)
        return;
    assert_int_equal(records_alarms_open(world.db, &a, &n), 0);
    at = n > 0 ? draw((unsigned)n) : 0;
    k = n > 0 ? source_of(&a[at]) : -1;
    if (k >= 0) {
        struct fact *f = &oracle.fact[k];

        ask.alarm = a[at].id;
        ask.kind = draw(3) == 0 ? ASK_SNOOZE : ASK_ACK;
        ask.minutes = 1 + (int)draw(30);
        (void)snprintf(ask.how, sizeof ask.how, "%s", HOW[draw(3)]);
        if (records_alarm_ask(world.db, &ask) == 0) {
            happened(k);
            /* of a danger that was told; what becomes one now is told all the same */
            if (is_danger(world.source[k].level) && a[at].severity == ALARM_DANGER &&
                !(world.source[k].level == WORSE && world.source[k].before != WORSE)) {
                if (ask.kind == ASK_ACK)
                    f->acked = f->acked != 0 ? f->acked : world.mono;
                else
                    f->snoozed = world.mono + ask.minutes * MIN;
            } else {
                f->unsure = true;
            }
        }
    }
    free(a);
}

/* By SMS or by a call that is returned; it may be of something else, or of nothing. */
static void somebody_answers(void)
{
    const int p = (int)draw(PEOPLE);
    const enum heard_kind kind = draw(2) == 0 ? HEARD_OK : HEARD_CALL;

    if (draw(30) != 0 || world.heard.from[0] != '\0')
        return;
    (void)pthread_mutex_lock(&world.lock);
    world.heard = (struct channel_event){.kind = kind, .ts_ms = world.wall};
    (void)snprintf(world.heard.from, sizeof world.heard.from, "%s", PERSON[p].e164);
    (void)pthread_mutex_unlock(&world.lock);
    oracle.said[p] = world.mono;
    oracle.new_word[p] = !world.full && world.way[SMS] != HANGS;
}

/* Restarts, kills in any place, a clock that is set. */
static void program_is_disturbed(bool clock)
{
    if (clock && draw(120) == 0) {
        world.wall += draw(2) == 0 ? (int64_t)draw(7200) * SEC : -(int64_t)draw(7200) * SEC;
        oracle.clock = world.mono;
        happened(-1);
        for (int k = 0; k < SOURCES; k++)
            oracle.fact[k].unsure |= oracle.fact[k].acked != 0 || oracle.fact[k].snoozed != 0;
    }
    if (draw(100) == 0) {
        end_program();
        begin_program();
        began_anew();
    } else if (draw(60) == 0) {
        world.kill_at = 1 + (int)draw(8);
        world.kill_after = draw(2) == 0;
    }
}

static void perhaps_killed(void)
{
    if (world.kill_at > 0 && !world.dead) /* fewer messages than that: after the step */
        snapshot();
    if (world.dead) {
        come_up_again();
        began_anew();
    }
}

static void unsure_ends(void)
{
    for (int k = 0; k < SOURCES; k++) {
        struct fact *f = &oracle.fact[k];

        if (over_since(k) != 0 && world.mono - over_since(k) > 40 * MIN &&
            !world.full) { /* the alarm is over */
            f->unsure = false;
            f->acked = f->snoozed = 0;
        }
    }
}

/* What was so when a promise was broken. */
static void tell_all(void)
{
    struct rec_alarm *a = NULL;
    size_t n = 0;

    for (int k = 0; k < SOURCES; k++) {
        const struct fact *f = &oracle.fact[k];

        print_message("source %d: level %d (before %d) since %lld ease %lld well %lld acked %lld "
                      "snoozed %lld open %lld happened %lld unsure %d episode %lld\n",
                      k, (int)world.source[k].level, (int)world.source[k].before,
                      (long long)f->since / 1000, (long long)f->ease / 1000,
                      (long long)f->well / 1000, (long long)f->acked / 1000,
                      (long long)f->snoozed / 1000, (long long)f->open / 1000,
                      (long long)f->happened / 1000, f->unsure, (long long)f->episode / 1000);
    }
    print_message("now %lld, wall %lld, clock set %lld, disk %lld, works %lld %lld %lld %lld\n",
                  (long long)world.mono / 1000, (long long)world.wall / 1000,
                  (long long)oracle.clock / 1000, (long long)oracle.disk / 1000,
                  (long long)oracle.works[0] / 1000, (long long)oracle.works[1] / 1000,
                  (long long)oracle.works[2] / 1000, (long long)oracle.works[3] / 1000);
    for (int p = 0; p < PEOPLE; p++)
        print_message("%s spoke %lld\n", PERSON[p].name, (long long)oracle.said[p] / 1000);
    for (size_t i = world.n_sent > 40 ? world.n_sent - 40 : 0; i < world.n_sent; i++)
        print_message(
            "sent %lld made %lld %s to %d kind %d %s danger %d arrived %d perhaps %d ponds %u "
            "attempt %lld\n",
            (long long)world.sent[i].mono / 1000, (long long)world.sent[i].made / 1000,
            CHANNEL[world.sent[i].channel], world.sent[i].person, (int)world.sent[i].kind,
            cause_info(world.sent[i].cause)->key, world.sent[i].danger, world.sent[i].arrived,
            world.sent[i].perhaps, world.sent[i].ponds, (long long)world.sent[i].attempt);
    if (records_alarms_open(world.db, &a, &n) != 0)
        return;
    for (size_t i = 0; i < n; i++)
        print_message("alarm %lld %s %s %s: severity %d rank %d raised %lld told %lld as danger "
                      "%lld eased %lld acked %lld snoozed %lld second %lld\n",
                      (long long)a[i].id, a[i].subject, a[i].group, a[i].cause, (int)a[i].severity,
                      a[i].rank, (long long)a[i].raised_ms / 1000, (long long)a[i].told_ms / 1000,
                      (long long)a[i].danger_told_ms / 1000, (long long)a[i].eased_ms / 1000,
                      (long long)a[i].acked_ms / 1000, (long long)a[i].snooze_ms / 1000,
                      (long long)a[i].second_ms / 1000);
    free(a);
}

static void night(uint64_t seed)
{
    const bool clock = seed % 3 == 0;
    char what[64] = "";
    int step;

    begin_world(seed);
    oracle_begins();
    for (step = 0; step < STEPS && oracle.broken == NULL; step++) {
        world.mono += PASS;
        world.wall += PASS;
        ponds_change();
        channels_change();
        disk_changes();
        program_is_disturbed(clock);
        somebody_asks();
        somebody_answers();
        oracle_sees();
        step_program();
        oracle_judges();
        perhaps_killed();
        unsure_ends();
        assert_true(world.n_sent < TOLD_MOST);
    }
    if (oracle.broken != NULL)
        tell_all();
    end_world();
    (void)snprintf(what, sizeof what, "NILA_SEED=%llu step %d", (unsigned long long)seed, step);
    if (oracle.broken != NULL)
        fail_msg("%s: \"%s\": %s", what, oracle.broken, oracle.how);
}

static void the_promises_hold_whatever_happens(void **state)
{
    const char *given = getenv("NILA_SEED");
    const uint64_t first = given != NULL ? strtoull(given, NULL, 10) : 1;
    const uint64_t n = given != NULL ? 1 : getenv("NILA_LONG") != NULL ? ROUNDS_LONG : ROUNDS;

    (void)state;
    print_message("NILA_SEED=%llu to %llu\n", (unsigned long long)first,
                  (unsigned long long)(first + n - 1));
    for (uint64_t seed = first; seed < first + n; seed++)
        night(seed);
}

/* Each once broke a promise. */
static void a_clear_of_one_cause_waits_for_the_dangers_of_the_pond(void **state)
{
    (void)state;
    night(55);
    night(77);
}

static void a_clock_set_back_while_the_disk_is_full_silences_nothing(void **state)
{
    (void)state;
    night(93);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clear_of_one_cause_waits_for_the_dangers_of_the_pond),
        cmocka_unit_test(a_clock_set_back_while_the_disk_is_full_silences_nothing),
        cmocka_unit_test(the_promises_hold_whatever_happens),
    };

    if (access("/dev/shm", W_OK) == 0) /* it is about order, not about how long a disk takes */
        (void)setenv("TMPDIR", "/dev/shm", 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

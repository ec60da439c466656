/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "look.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/scene.h"
#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "collector/common/reading.h"

#define MIN_MS  ((int64_t)60 * 1000)
#define HOUR_MS (60 * MIN_MS)
#define LOOK_BACK_MS \
    (3 * CIVIL_DAY_MS) /* a pond without oxygen for so long has no probe, as far as alarms go */
/* Assumptions: what a person said holds so long; then it must be said again. */
#define GASPING_MS (2 * HOUR_MS)
#define RIVER_MS   (24 * HOUR_MS)
#define FINGER_MS  MIN_MS
/* A pass ends early when so many ponds one after the other have no answer, or all that have none took so long: then it is the source,
 * and the next pass begins behind them. */
enum {
    MISSES_IN_A_ROW = 3,
    LOST_MS = 15 * 1000
};
/* The collector tells the state of a contact every 15 minutes. */
#define CONTACT_MS (20 * MIN_MS)
/* When the mains are away at the first look, they may be away for as long; longer is told as since then. */
#define MAINS_BACK_MS (7 * CIVIL_DAY_MS)

/* Margins by which a value must be inside before an alarm ends (users.md section 4). */
static const double DO_MARGIN = 0.3, PH_MARGIN = 0.2, TEMP_MARGIN = 0.5;
static const double PART_MARGIN = 0.9; /* of ammonia and turbidity: assumption */

void look_free(struct look *l)
{
    records_snapshot_free(l->snap);
    free(l->contact);
    free(l->limit);
    free(l->press);
    free(l->pond);
    free(l->seen);
    free(l->ground);
    *l = (struct look){0};
}

/* --- records --- */

static void own_limits(const struct look *l, struct look_pond *p)
{
    const char *fault;

    scene_limits(l->limit, l->limits, p->pond->slug, l->usual, &p->limits, &fault);
    if (fault != NULL)
        log_warnx("pond %s: its own limits: %s; the usual ones are used", p->pond->slug, fault);
}

static bool is_empty(const struct records_snapshot *s, size_t pond, int64_t now_ms)
{
    size_t from, to;

    records_cycles_of(s, pond, &from, &to);
    return from < to && records_open_cycle(s, pond, civil_day(now_ms)) < 0;
}

/* What is known of ponds that stay is kept. */
static void adopt(struct look *l, int64_t now_ms)
{
    struct look_pond *fresh = xcalloc(l->snap->ponds, sizeof *fresh);

    for (size_t i = 0; i < l->snap->ponds; i++) {
        struct look_pond *p = &fresh[i];

        p->pond = &l->snap->pond[i];
        p->farm = &l->snap->farm[p->pond->farm];
        p->empty = is_empty(l->snap, i, now_ms);
        p->ph = (struct status_ph){NAN, NAN, NAN};
        for (size_t k = 0; k < l->ponds; k++)
            if (strcmp(l->pond[k].slug, p->pond->slug) == 0) {
                p->ph = l->pond[k].ph;
                p->ph_ms = l->pond[k].ph_ms;
                p->known = l->pond[k].known;
                p->failed = l->pond[k].failed;
                p->heard_ms = l->pond[k].heard_ms;
                p->latest = l->pond[k].latest;
                p->probe = l->pond[k].probe;
            }
        (void)snprintf(p->slug, sizeof p->slug, "%s", p->pond->slug);
        own_limits(l, p);
    }
    free(l->pond);
    l->pond = fresh;
    l->ponds = l->snap->ponds;
}

int look_read(struct look *l, int64_t now_ms)
{
    struct look got = {0};
    int rc = records_snapshot(l->records, now_ms, &got.snap);

    if (rc == 0)
        rc = records_contacts(l->records, &got.contact, &got.contacts);
    if (rc == 0)
        rc = records_limits(l->records, &got.limit, &got.limits);
    if (rc == 0)
        rc = records_presses(l->records, now_ms - RIVER_MS, now_ms + MIN_MS, &got.press,
                             &got.presses);
    if (rc != 0) {
        look_free(&got);
        return rc;
    }
    records_snapshot_free(l->snap);
    free(l->contact);
    free(l->limit);
    free(l->press);
    l->snap = got.snap;
    l->contact = got.contact;
    l->limit = got.limit;
    l->press = got.press;
    l->contacts = got.contacts;
    l->limits = got.limits;
    l->presses = got.presses;
    l->read_ms = now_ms;
    adopt(l, now_ms);
    return 0;
}

int look_presses(struct look *l, int64_t now_ms)
{
    struct rec_press *press = NULL;
    size_t n = 0;
    int rc = records_presses(l->records, now_ms - RIVER_MS, now_ms + MIN_MS, &press, &n);

    if (rc != 0)
        return rc;
    free(l->press);
    l->press = press;
    l->presses = n;
    return 0;
}

const struct look_pond *look_find(const struct look *l, const char *slug)
{
    for (size_t i = 0; i < l->ponds; i++)
        if (strcmp(l->pond[i].pond->slug, slug) == 0)
            return &l->pond[i];
    return NULL;
}

/* --- what is seen --- */

static void see(struct look *l, const char *subject, enum cause c, enum alarm_severity s,
                double value, double threshold)
{
    struct engine_seen *n;

    if (l->n_seen == l->seen_cap) {
        l->seen_cap = l->seen_cap == 0 ? 16 : l->seen_cap * 2;
        l->seen = xrealloc(l->seen, l->seen_cap, sizeof *l->seen);
    }
    n = &l->seen[l->n_seen++];
    *n = (struct engine_seen){.cause = c, .severity = s, .value = value, .threshold = threshold};
    (void)snprintf(n->subject, sizeof n->subject, "%s", subject);
}

static struct engine_ground *stand(struct look *l, const char *subject)
{
    struct engine_ground *g;

    if (l->n_ground == l->ground_cap) {
        l->ground_cap = l->ground_cap == 0 ? 16 : l->ground_cap * 2;
        l->ground = xrealloc(l->ground, l->ground_cap, sizeof *l->ground);
    }
    g = &l->ground[l->n_ground++];
    *g = (struct engine_ground){0};
    (void)snprintf(g->subject, sizeof g->subject, "%s", subject);
    return g;
}

/* Every danger, each by itself; and what else is the matter: a danger that lasts for days must not hide a probe that has died. */
static void see_water(struct look *l, const struct look_pond *p)
{
    struct series_latest rest = p->latest;
    struct status_scene scene = p->scene;
    struct pond_status s = p->status;
    bool taken[METRIC_COUNT] = {false};
    enum cause c;

    scene.latest = &rest;
    for (int k = 0; k < METRIC_COUNT && s.level == STATUS_DANGER; k++) {
        if (cause_of_reason(s.reason, &c))
            see(l, p->pond->slug, c, ALARM_DANGER, s.value, s.limit);
        if (s.reason == REASON_MORTALITY) {
            scene.deaths = 0;
        } else {
            rest.metric[s.metric] = (struct series_last){.value = NAN};
            taken[s.metric] = true;
        }
        if (s.metric == METRIC_NH3_N_MG_L) /* it is derived from these */
            rest.metric[METRIC_TAN_N_MG_L] = (struct series_last){.value = NAN};
        if (s.metric == METRIC_DO_MG_L)
            scene.do_recent = NULL;
        if (s.metric == METRIC_PH)
            scene.ph = NULL;
        status_judge(&scene, &p->limits, &s);
    }
    /* what is left without the dangers, but for the want of what they were taken from */
    if ((s.level == STATUS_WATCH || s.level == STATUS_NO_DATA) && !p->empty && !taken[s.metric] &&
        cause_of_reason(s.reason, &c))
        see(l, p->pond->slug, c, cause_severity(s.level), s.value, s.limit);
}

/* Limits drawn in by the margins. */
static struct status_limits strict(const struct status_limits *t)
{
    struct status_limits s = *t;

    s.do_watch_mg_l += DO_MARGIN;
    s.do_danger_mg_l += DO_MARGIN;
    s.ph_watch_low += PH_MARGIN;
    s.ph_danger_low += PH_MARGIN;
    s.ph_watch_high -= PH_MARGIN;
    s.ph_danger_high -= PH_MARGIN;
    s.temp_watch_low += TEMP_MARGIN;
    s.temp_danger_low += TEMP_MARGIN;
    s.temp_watch_high -= TEMP_MARGIN;
    s.temp_danger_high -= TEMP_MARGIN;
    s.nh3_watch *= PART_MARGIN;
    s.nh3_danger *= PART_MARGIN;
    s.turb_watch_ntu *= PART_MARGIN;
    return s;
}

#define BIT(g) (UINT32_C(1) << (g))

/* well and eased of one group, when its value is known. */
static void between(struct engine_ground *g, enum cause_group group, double v, double low,
                    double high, double danger_low, double danger_high)
{
    if (v >= low && v <= high)
        g->well |= BIT(group);
    if (v >= danger_low && v <= danger_high)
        g->eased |= BIT(group);
}

static void stand_of(struct look *l, const struct look_pond *p, int64_t now_ms)
{
    const struct status_limits t = strict(&p->limits);
    const struct series_last *m = p->latest.metric;
    struct engine_ground *g = stand(l, p->pond->slug);
    struct pond_status all;

    status_judge(&p->scene, &t, &all);
    if (all.level == STATUS_OK)
        g->well = UINT32_MAX;
    if (status_current(&m[METRIC_DO_MG_L], now_ms, &t)) {
        bool falls = p->status.reason == REASON_DO_FAST_DROP;
        between(g, GROUP_OXYGEN, m[METRIC_DO_MG_L].value, falls ? INFINITY : t.do_watch_mg_l,
                INFINITY, t.do_danger_mg_l, INFINITY);
        g->well |= BIT(GROUP_DATA);
    }
    if (status_current(&m[METRIC_PH], now_ms, &t))
        between(g, GROUP_PH, m[METRIC_PH].value, t.ph_watch_low, t.ph_watch_high, t.ph_danger_low,
                t.ph_danger_high);
    if (status_current(&m[METRIC_TEMP_C], now_ms, &t))
        between(g, GROUP_TEMPERATURE, m[METRIC_TEMP_C].value, t.temp_watch_low, t.temp_watch_high,
                t.temp_danger_low, t.temp_danger_high);
    if (status_current(&m[METRIC_TURB_NTU], now_ms, &t))
        between(g, GROUP_TURBIDITY, m[METRIC_TURB_NTU].value, 0, t.turb_watch_ntu, 0, INFINITY);
    between(g, GROUP_AMMONIA, p->status.nh3_n_mg_l, 0, t.nh3_watch, 0, t.nh3_danger);
    if (p->status.doubtful == 0 && p->status.level != STATUS_NO_DATA)
        g->well |= BIT(GROUP_SENSOR);
    if (l->probes_day != 0 && p->probe.fouled_ms == 0)
        g->well |= BIT(GROUP_FOULING);
    else /* it is, or nobody has looked yet */
        g->well &= ~BIT(GROUP_FOULING);
    if (p->status.level != STATUS_DANGER)
        g->eased |= BIT(GROUP_AMMONIA) | BIT(GROUP_TURBIDITY) | BIT(GROUP_SENSOR);
    g->well |= BIT(GROUP_GASPING) | BIT(GROUP_DEATHS); /* when they are not seen */
    g->well &= ~(BIT(GROUP_POWER) | BIT(GROUP_COLLECTOR) | BIT(GROUP_CHANNEL));
}

/* Presses of one minute are one word: a nervous finger presses more than once. When the newest word of that kind began. */
static int64_t said_of(const struct look *l, const struct rec_press *newest)
{
    int64_t began_ms = 0;

    for (size_t i = 0; i < l->presses; i++)
        if (l->press[i].kind == newest->kind && strcmp(l->press[i].pond, newest->pond) == 0 &&
            (began_ms == 0 || l->press[i].at_ms - began_ms >= FINGER_MS))
            began_ms = l->press[i].at_ms;
    return began_ms;
}

static void see_presses(struct look *l, int64_t now_ms)
{
    for (size_t i = 0; i < l->presses; i++) {
        const struct rec_press *q = &l->press[i];
        bool last = true;

        for (size_t k = i + 1; k < l->presses; k++)
            last = last && (l->press[k].kind != q->kind || strcmp(l->press[k].pond, q->pond) != 0);
        if (q->kind == PRESS_GASPING && last && now_ms - q->at_ms < GASPING_MS) {
            see(l, q->pond, CAUSE_GASPING, ALARM_DANGER, NAN, NAN);
            l->seen[l->n_seen - 1].said_ms = said_of(l, q);
        }
    }
}

struct acid_view {
    const struct look *look;
    int64_t now_ms;
};

/* Told of by somebody, or measured: the pH of a cage is or falls too low. */
static int64_t acid_at(void *arg, const char *cage)
{
    const struct acid_view *v = arg;
    const struct look *l = v->look;
    const struct look_pond *p = look_find(l, cage);

    for (size_t i = 0; p != NULL && i < l->n_seen; i++)
        if (strcmp(l->seen[i].subject, cage) == 0 && p->pond->system == POND_SYSTEM_CAGE &&
            l->seen[i].severity == ALARM_DANGER && l->seen[i].cause == CAUSE_PH_FALL)
            return v->now_ms;
    return scene_acid(l->press, l->presses, cage, p == NULL ? NULL : &p->latest.metric[METRIC_PH],
                      p == NULL ? l->usual : &p->limits, v->now_ms);
}

/* One event a farm with a cage at or below acid water; a farm that has none is well. */
static void see_river_farm(struct look *l, const struct rec_farm *farm, struct acid_view *v)
{
    char subject[ALARM_SUBJECT_SIZE];
    bool told = false, stands = false;
    size_t place;

    for (size_t i = 0; i < l->ponds && !told; i++) {
        const struct look_pond *p = &l->pond[i];

        if (p->farm == farm && p->pond->system == POND_SYSTEM_CAGE && !p->empty &&
            rivers_find(l->rivers, p->slug, &place) != NULL)
            told = scene_river(l->rivers, p->slug, v->now_ms, RIVER_MS, acid_at, v) != 0;
    }
    (void)snprintf(subject, sizeof subject, "farm:%s", farm->slug);
    for (size_t i = 0; i < l->n_ground; i++)
        stands = stands || strcmp(l->ground[i].subject, subject) == 0;
    if (!stands)
        stand(l, subject)->well = BIT(GROUP_RIVER);
    if (told)
        see(l, subject, CAUSE_RIVER_BANGAI, ALARM_DANGER, NAN, NAN);
}

/* Cages of a river on record are told by where they lie; acid water at any other cage, or told of at a pond, is told to every
 * cage: nobody knows what lies below it. */
static void see_river(struct look *l, int64_t now_ms)
{
    static const struct rivers NONE = {.n = 0};
    struct acid_view v = {l, now_ms};
    size_t place, n = l->n_seen;
    bool everywhere = false;

    if (l->rivers == NULL)
        l->rivers = &NONE;
    for (size_t i = 0; i < l->presses; i++) /* presses are read back over RIVER_MS */
        everywhere = everywhere || (l->press[i].kind == PRESS_RIVER_ACID &&
                                    rivers_find(l->rivers, l->press[i].pond, &place) == NULL);
    for (size_t i = 0; i < n; i++) {
        const struct look_pond *p = look_find(l, l->seen[i].subject);
        everywhere = everywhere ||
                     (p != NULL && p->pond->system == POND_SYSTEM_CAGE &&
                      l->seen[i].severity == ALARM_DANGER && l->seen[i].cause == CAUSE_PH_FALL &&
                      rivers_find(l->rivers, p->slug, &place) == NULL);
    }
    if (everywhere)
        see(l, "", CAUSE_RIVER_BANGAI, ALARM_DANGER, NAN, NAN);
    for (size_t f = 0; f < l->snap->farms && l->rivers->n > 0; f++)
        see_river_farm(l, &l->snap->farm[f], &v);
}

/* --- the pass --- */

const char *look_failure(int failed, bool english)
{
    if (failed == 0)
        return "";
    if (failed == NILA_ERR_TIMEOUT)
        return english ? "the database does not answer" : "basis data tidak menjawab";
    return english ? "the database answers with an error" : "basis data menjawab dengan galat";
}

/* Said when it begins and when it ends, not with every pass. */
static void keep_failure(struct look_pond *p, int rc)
{
    if (rc != 0 && p->failed == 0)
        log_warnx("pond %s: could not be looked at (%s); it counts as one without data, the others "
                  "are looked at",
                  p->slug, nila_err_text(rc));
    if (rc == 0 && p->failed != 0)
        log_info("pond %s: can be looked at again", p->slug);
    p->failed = rc;
}

static bool look_at(struct look *l, struct look_pond *p, struct series_source *s, int64_t now_ms)
{
    struct series hour = {0};
    int rc = series_latest(s, p->pond->slug, now_ms - LOOK_BACK_MS, &p->latest);

    if (rc == 0)
        rc = series_load(s, p->pond->slug, METRIC_DO_MG_L, now_ms - STATUS_RECENT_MS,
                         now_ms + MIN_MS, 0, &hour);
    p->answered = rc == 0;
    keep_failure(p, rc);
    if (!p->answered) { /* why: told by series */
        stand(l, p->pond->slug)->well =
            BIT(GROUP_GASPING); /* that is a person's word, when it is not seen */
        series_free(&hour);
        return false;
    }
    p->heard_ms = 0;
    for (int k = 0; k < METRIC_COUNT; k++)
        if (p->latest.metric[k].ts_ms > p->heard_ms)
            p->heard_ms = p->latest.metric[k].ts_ms;
    p->known = p->latest.metric[METRIC_DO_MG_L].ts_ms != 0;
    if (now_ms - p->ph_ms >= SCENE_PH_FRESH_MS || p->ph_ms > now_ms)
        if (scene_ph(s, p->pond->slug, now_ms, &p->ph) ==
            0) /* else judged without, and tried again */
            p->ph_ms = now_ms;
    p->scene = (struct status_scene){
        .latest = &p->latest, .do_recent = &hour, .now_ms = now_ms, .ph = &p->ph};
    scene_records(l->snap, (size_t)(p->pond - l->snap->pond), &p->scene);
    status_judge(&p->scene, &p->limits, &p->status);
    if (p->known || p->status.level == STATUS_DANGER) {
        see_water(l, p);
        if (p->probe.fouled_ms != 0 && !p->empty)
            see(l, p->pond->slug, CAUSE_FOULING, ALARM_WATCH, NAN, NAN);
    }
    stand_of(l, p, now_ms); /* also without a probe: what people told of it ends, too */
    p->scene.do_recent = NULL;
    series_free(&hour);
    return true;
}

/* In the office: every probe of a farm has fallen silent, so it is the collector: one message, not one a pond. */
static void see_farms(struct look *l, int64_t now_ms)
{
    for (size_t f = 0; f < l->snap->farms; f++) {
        const struct rec_farm *farm = &l->snap->farm[f];
        char subject[ALARM_SUBJECT_SIZE];
        size_t known = 0, silent = 0;

        for (size_t i = 0; i < l->ponds; i++) {
            const struct look_pond *p = &l->pond[i];
            if (p->farm != farm || !p->known)
                continue;
            known++;
            silent += now_ms - p->heard_ms > p->limits.no_data_ms;
        }
        (void)snprintf(subject, sizeof subject, "farm:%s", farm->slug);
        if (known < 2)
            continue;
        if (silent < known) {
            stand(l, subject)->well = UINT32_MAX;
            continue;
        }
        see(l, subject, CAUSE_COLLECTOR_SILENT, ALARM_NO_DATA, NAN, NAN);
        for (size_t i = 0; i < l->n_seen; i++) { /* its ponds are not told of one by one */
            const struct look_pond *p = look_find(l, l->seen[i].subject);
            if (p != NULL && p->farm == farm && l->seen[i].cause == CAUSE_NO_DATA)
                l->seen[i--] = l->seen[--l->n_seen];
        }
    }
}

static bool any_biofloc(const struct look *l)
{
    for (size_t i = 0; i < l->ponds; i++)
        if (l->pond[i].pond->system == POND_SYSTEM_BIOFLOC && !l->pond[i].empty)
            return true;
    return false;
}

static void see_mains(struct look *l, struct series_source *s, const struct alert_settings *a,
                      struct engine_ground *site, int64_t now_ms)
{
    struct series_contact c, back;
    int64_t after_ms = any_biofloc(l) ? 0 : (int64_t)a->mains_after_s * 1000;

    if (a->mains_input[0] == '\0' ||
        series_contact(s, a->mains_input, now_ms - CONTACT_MS, &c) != 0 || c.ts_ms == 0)
        return; /* nobody knows: what was lost stays lost */
    if (c.value != a->mains_lost) {
        l->mains_lost_ms = 0;
        site->well |= BIT(GROUP_POWER);
        return;
    }
    if (l->mains_lost_ms == 0 &&
        series_contact(s, a->mains_input, now_ms - MAINS_BACK_MS, &back) == 0 && back.ts_ms != 0 &&
        back.value == c.value)
        c.since_ms = back.since_ms; /* they may be away since before this program started */
    if (l->mains_lost_ms == 0)
        l->mains_lost_ms = c.since_ms;
    if (now_ms - l->mains_lost_ms >= after_ms)
        see(l, "", CAUSE_POWER_LOST, ALARM_DANGER, NAN, NAN);
}

const struct look_fault *look_fault_of(const struct look *l, const char *slug)
{
    const struct look_fault *first = NULL;

    for (size_t i = 0; i < LOOK_FAULTS; i++) {
        const struct look_fault *f = &l->fault[i];

        if (f->since_ms != 0 && strcmp(f->slug, slug) == 0 &&
            (first == NULL || f->since_ms < first->since_ms))
            first = f;
    }
    return first;
}

/* Each channel is an alarm of its own: a second one that breaks is told of although the first is known. One without a fault is
 * well, also when it is no longer configured. */
static void see_faults(struct look *l)
{
    static const char OF[] = ALARM_OF_CHANNEL;
    char subject[ALARM_SUBJECT_SIZE];

    for (size_t i = 0; i < LOOK_FAULTS; i++)
        if (l->fault[i].since_ms != 0) {
            (void)snprintf(subject, sizeof subject, "%s%s", OF, l->fault[i].slug);
            see(l, subject, CAUSE_CHANNEL_FAULT, ALARM_WATCH, NAN, NAN);
        }
    for (size_t i = 0; i < l->opens; i++)
        if (strncmp(l->open[i].subject, OF, sizeof OF - 1) == 0 &&
            look_fault_of(l, l->open[i].subject + sizeof OF - 1) == NULL)
            stand(l, l->open[i].subject)->well = BIT(GROUP_CHANNEL);
}

/* False: no pond was answered for. */
static bool look_at_ponds(struct look *l, struct series_source *s, int64_t now_ms)
{
    int64_t lost_ms = 0;
    int misses = 0;
    bool answered = l->ponds == 0;

    for (size_t i = 0; i < l->ponds; i++)
        l->pond[i].answered = false;
    for (size_t i = 0; i < l->ponds; i++) {
        const size_t at = (l->start + i) % l->ponds;
        const int64_t began = clock_mono_ms();

        if (look_at(l, &l->pond[at], s, now_ms)) {
            answered = true;
            misses = 0;
            continue;
        }
        lost_ms += clock_mono_ms() - began;
        if (++misses == MISSES_IN_A_ROW || lost_ms >= LOST_MS) { /* the rest is not waited for */
            l->start = at + 1;
            break;
        }
    }
    return answered;
}

/* The source answers, but not for these: nobody knows how their water is. */
static void see_unread(struct look *l)
{
    for (size_t i = 0; i < l->ponds; i++)
        if (l->pond[i].failed != 0 && l->pond[i].known && !l->pond[i].empty)
            see(l, l->pond[i].slug, CAUSE_NO_DATA, ALARM_NO_DATA, NAN, NAN);
}

void look_pass(struct look *l, struct series_source *s, const struct alert_settings *a,
               int64_t now_ms)
{
    struct engine_ground site = {.well = BIT(GROUP_RIVER) | BIT(GROUP_CHANNEL)};
    bool answered;

    l->n_seen = l->n_ground = 0;
    answered = look_at_ponds(l, s, now_ms);
    if (answered) {
        see_unread(l);
        l->away_ms = 0;
        site.well |= BIT(GROUP_COLLECTOR);
        see_farms(l, now_ms);
        see_mains(l, s, a, &site, now_ms);
    } else {
        if (l->away_ms == 0)
            l->away_ms = now_ms;
        if (now_ms - l->away_ms >= a->silent_min * MIN_MS)
            see(l, "", CAUSE_COLLECTOR_SILENT, ALARM_NO_DATA, NAN, NAN);
    }
    see_presses(l, now_ms);
    see_river(l, now_ms);
    see_faults(l);
    stand(l, "")->well = site.well;
}

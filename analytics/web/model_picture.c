/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What pages see of the model: their own copy, judged at that instant. */
#include "model_own.h"

#include <stdlib.h>
#include <string.h>

#include "analytics/scene.h"
#include "analytics/web/served.h"
#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"

static int by_pond(const void *slug, const void *estimate)
{
    return strcmp(slug, ((const struct estimate *)estimate)->pond);
}

static void picture_fish(const struct model *m, struct page_pond *p, size_t i, int32_t today)
{
    const struct rec_cycle *cycle;
    const struct estimate *e;
    long open = records_open_cycle(m->snapshot, i, today);

    if (open < 0)
        return;
    cycle = &m->snapshot->cycle[open];
    p->has_cycle = true;
    p->stocked_day = cycle->stocked_day;
    p->stocked = cycle->count;
    e = m->estimates > 0
            ? bsearch(p->pond.slug, m->estimate, m->estimates, sizeof *m->estimate, by_pond)
            : NULL;
    if (e != NULL && strcmp(e->cycle, cycle->slug) == 0) {
        p->has_estimate = true;
        p->estimate = e->fish;
    }
}

struct acid_view {
    const struct model *m;
    const struct page_board *board;
    int64_t now_ms;
};

static int64_t acid_at(void *arg, const char *cage)
{
    const struct acid_view *v = arg;
    long at = model_entry_find(v->m, cage);

    return scene_acid(v->board->press, v->board->presses, cage,
                      at < 0 ? NULL : &v->m->entry[at].latest.metric[METRIC_PH], v->m->c.limits,
                      v->now_ms);
}

/* Also what the alarm has told of the river: it sees falls of pH that have not reached the limit. */
static int64_t river_of(const struct model *m, const char *farm, const char *pond,
                        const struct page_board *b, int64_t now_ms)
{
    struct acid_view view = {m, b, now_ms};
    size_t place;
    int64_t acid_ms =
        scene_river(&m->c.config->rivers, pond, now_ms, m->c.limits->river_hold_ms, acid_at, &view);

    for (size_t i = 0; i < b->presses; i++) /* told where nobody knows what lies below */
        if (b->press[i].kind == PRESS_RIVER_ACID &&
            rivers_find(&m->c.config->rivers, b->press[i].pond, &place) == NULL &&
            b->press[i].at_ms > acid_ms)
            acid_ms = b->press[i].at_ms;
    for (size_t i = 0; i < b->alarms; i++) {
        const struct rec_alarm *a = &b->alarm[i];
        bool here = a->subject[0] == '\0' ||
                    (strncmp(a->subject, "farm:", 5) == 0 && strcmp(a->subject + 5, farm) == 0);

        if (here && a->cleared_ms == 0 && strcmp(a->group, "river") == 0 && a->seen_ms > acid_ms)
            acid_ms = a->seen_ms;
    }
    return acid_ms;
}

/* What people, switches and tonight's forecast say. */
static void picture_alarm(const struct model *m, struct page_pond *p, struct status_limits *own,
                          const struct page_board *b, struct status_scene *scene)
{
    const char *slug = p->pond.slug, *fault;
    struct page_night *night = xcalloc(1, sizeof *night);

    scene_limits(b->limit, b->limits, slug, m->c.limits, own, &fault); /* watch logs the fault */
    p->limits = own;
    scene_presses(b->press, b->presses, slug, scene);
    p->aerator = scene_aerator_on(b->press, b->presses, slug, scene->now_ms, &p->aerator_ms);
    scene->mains_lost_ms = m->mains_lost_ms;
    if (p->pond.system == POND_SYSTEM_CAGE)
        scene->river_acid_ms =
            river_of(m, m->snapshot->farm[p->pond.farm].slug, slug, b, scene->now_ms);
    if (nights_of(m->nights, slug, night)) {
        scene_night(night->ready ? &night->without : NULL, own->do_watch_mg_l, scene);
        scene->fouled_ms = night->fouled_ms;
    }
    free(night);
}

static void picture_pond(const struct model *m, struct page_pond *p, struct status_limits *own,
                         const struct page_board *board, size_t i, int64_t now_ms)
{
    const struct records_snapshot *s = m->snapshot;
    const struct entry *e = &m->entry[i];
    struct status_scene scene = {.do_recent = &e->hour, .now_ms = now_ms};

    p->pond = s->pond[i];
    p->at = i; /* ponds of a snapshot lie by slug */
    memcpy(p->farm, s->farm[s->pond[i].farm].name, sizeof p->farm);
    memcpy(p->farm_slug, s->farm[s->pond[i].farm].slug, sizeof p->farm_slug);
    p->kecamatan = s->farm[s->pond[i].farm].kecamatan;
    p->latest = e->latest;
    for (int k = 0; k < METRIC_COUNT; k++) {
        struct series_last *last = &p->latest.metric[k];
        if (last->ts_ms < now_ms - PAGE_LOOK_BACK_DAYS * CIVIL_DAY_MS)
            *last = (struct series_last){0};
        p->heard = p->heard || last->ts_ms != 0;
    }
    scene.latest = &p->latest;
    if (e->ph_mono_ms != 0)
        scene.ph = &e->ph;
    scene_records(s, i, &scene);
    picture_alarm(m, p, &own[i], board, &scene);
    status_judge(&scene, &own[i], &p->status);
    picture_fish(m, p, i, civil_day(now_ms));
}

/* Ponds of which nobody would be told, once alarms are in use: channels are configured, or the alarm ran. */
static void picture_unserved(const struct model *m, const struct page_board *board, struct base *b)
{
    const struct channels_config *channels = &m->c.config->channels;
    struct served *served;

    if (channels->channels == 0 && board->watch_ms == 0)
        return;
    served = xcalloc(1, sizeof *served);
    served_init(served, board->contact, board->contacts, channels);
    for (size_t i = 0; i < m->entries; i++) {
        struct page_pond *q = &b->pond[i];

        q->unserved = !served_pond(served, &q->pond, &m->snapshot->farm[q->pond.farm]);
    }
    free(served);
}

void model_base_release(struct base *b)
{
    if (b == NULL || atomic_fetch_sub(&b->users, 1) > 1)
        return;
    board_release(b->board);
    free(b->own);
    free(b->by_slug);
    free(b->pond);
    free(b);
}

/* Judges every pond, when what is known is older than a second or has changed; takes the view. The lock is held. */
static struct base *judged(struct model *m, struct board_view *view, int64_t now_ms)
{
    const struct page_board *board = board_known(view);
    struct page_model *sorted;
    struct base *b = m->base;
    uint64_t version = m->version + board->version;
    int64_t mono = clock_mono_ms();

    if (b != NULL && b->version == version && mono - b->made_mono_ms < MODEL_PICTURE_MS &&
        now_ms >= b->now_ms) {
        board_release(view); /* it is the base's own */
        return b;
    }
    model_base_release(b);
    b = xcalloc(1, sizeof *b);
    atomic_init(&b->users, 1);
    b->made_mono_ms = mono;
    b->now_ms = now_ms;
    b->version = version;
    b->board = view;
    b->own = xcalloc(m->entries, sizeof *b->own);
    b->pond = xcalloc(m->entries, sizeof *b->pond);
    for (size_t i = 0; i < m->entries; i++)
        picture_pond(m, &b->pond[i], b->own, board, i, now_ms);
    picture_unserved(m, board, b);
    sorted = xcalloc(1, sizeof *sorted);
    sorted->ponds = m->entries;
    sorted->pond = b->pond;
    page_order(sorted);
    memcpy(b->level_count, sorted->level_count, sizeof b->level_count);
    free(sorted);
    b->by_slug = xcalloc(m->entries, sizeof *b->by_slug);
    for (size_t i = 0; i < m->entries; i++)
        b->by_slug[b->pond[i].at] = i;
    m->base = b;
    return b;
}

struct page_model *model_picture(struct model *m)
{
    struct page_model *p = NULL;
    int64_t now_ms = clock_wall_ms();
    struct board_view *board = board_take(m->board, now_ms);

    pthread_mutex_lock(&m->lock);
    if (m->snapshot != NULL) {
        struct base *b = judged(m, board, now_ms);

        p = xcalloc(1, sizeof *p);
        atomic_fetch_add(&b->users, 1);
        p->base = b;
        p->now_ms = b->now_ms; /* ages are told as of the judgement */
        p->board = *board_known(b->board);
        p->read_ms = m->read_ms;
        p->away_since_ms = m->away_since_ms;
        p->notice = m->c.config->notice;
        p->phone = m->c.config->phone;
        for (size_t r = 0; r < REGENCY_COUNT; r++)
            p->office[r] = m->c.config->office[r];
        p->letters = &m->c.config->letters;
        p->limits = m->c.limits;
        p->limit_source = m->c.config->limit_source;
        p->forecast = m->forecast;
        p->ponds = m->entries;
        p->pond = b->pond;
        p->by_slug = b->by_slug;
        memcpy(p->level_count, b->level_count, sizeof p->level_count);
    }
    pthread_mutex_unlock(&m->lock);
    if (p == NULL)
        board_release(board);
    return p;
}

void model_picture_free(struct page_model *p)
{
    if (p == NULL)
        return;
    page_board_free(&p->own_board);
    free(p->own_by_slug);
    free(p->own_pond);
    model_base_release(p->base);
    free(p);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model_board.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/alert/report.h"
#include "analytics/scene.h"
#include "analytics/web/filesign.h"
#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"

#define MINUTE_MS ((int64_t)60 * 1000)
#define MONTH_MS  (10 * MINUTE_MS) /* the month's report looks at much: it is made anew so often */

struct board_view {
    atomic_int users; /* the board is one while it is the newest */
    struct page_board known;
};

struct board {
    struct records *records;
    char path[256];
    pthread_mutex_t lock; /* guards all below */
    bool read;
    struct file_sign sign;
    int64_t read_mono_ms, month_mono_ms; /* 0: never */
    struct board_view *newest;
};

void page_board_free(struct page_board *b)
{
    free(b->alarm);
    free(b->limit);
    free(b->press);
    free(b->night);
    free(b->month);
    free(b->contact);
    *b = (struct page_board){0};
}

static struct board_view *view_new(const struct page_board *known)
{
    struct board_view *v = xcalloc(1, sizeof *v);

    atomic_init(&v->users, 1);
    v->known = *known;
    return v;
}

const struct page_board *board_known(const struct board_view *v)
{
    return &v->known;
}

void board_release(struct board_view *v)
{
    if (v == NULL || atomic_fetch_sub(&v->users, 1) > 1)
        return;
    page_board_free(&v->known);
    free(v);
}

struct board *board_new(struct records *r, const char *path)
{
    struct board *b = xcalloc(1, sizeof *b);

    b->records = r;
    (void)snprintf(b->path, sizeof b->path, "%s", path);
    b->newest = view_new(&(struct page_board){0});
    pthread_mutex_init(&b->lock, NULL);
    return b;
}

void board_free(struct board *b)
{
    if (b == NULL)
        return;
    board_release(b->newest);
    pthread_mutex_destroy(&b->lock);
    free(b);
}

/* The month's report: alarms and nights from its first day on. */
static int read_month(struct records *r, const struct records_snapshot *s, int64_t now_ms,
                      struct page_board *got)
{
    int32_t month = civil_month(now_ms), first = civil_month_first_day(month);
    struct rec_alarm *alarm = NULL;
    struct rec_night *night = NULL;
    size_t alarms = 0, nights = 0;
    int rc = records_nights(r, first, civil_day(now_ms), &night, &nights);

    if (rc == 0)
        rc = records_alarms(r, civil_month_start(month), now_ms + 1, &alarm, &alarms);
    if (rc == 0) {
        report_month(s, month, alarm, alarms, night, nights, &got->month);
        got->months = s->ponds;
    }
    free(alarm);
    free(night);
    return rc;
}

static int read_all(struct records *r, int64_t now_ms, struct page_board *got)
{
    int rc = records_alarms(r, now_ms - PAGE_LOOK_BACK_DAYS * CIVIL_DAY_MS, now_ms + 1, &got->alarm,
                            &got->alarms);

    if (rc == 0)
        rc = records_limits(r, &got->limit, &got->limits);
    if (rc == 0)
        rc = records_presses(r, now_ms - SCENE_PRESS_BACK_MS, now_ms + MINUTE_MS, &got->press,
                             &got->presses);
    if (rc == 0)
        rc = records_nights(r, civil_day(now_ms) - 1, civil_day(now_ms), &got->night, &got->nights);
    if (rc == 0)
        rc = records_contacts(r, &got->contact, &got->contacts);
    if (rc == 0)
        rc = records_mark(r, BOARD_WATCH_MARK, &got->watch_ms);
    return rc;
}

static void *copy(const void *from, size_t n, size_t size)
{
    void *to = xcalloc(n, size);

    if (n > 0)
        memcpy(to, from, n * size);
    return to;
}

/* Puts it in the place of what was known; the lock is held. */
static void put(struct board *b, struct page_board *got)
{
    got->version = b->newest->known.version + 1;
    board_release(b->newest);
    b->newest = view_new(got);
}

/* Reads again what has changed; the lock is held. */
static void renew(struct board *b, int64_t now_ms)
{
    const struct page_board *known = &b->newest->known;
    struct file_sign sign = file_sign_of(b->path);
    int64_t mono = clock_mono_ms();
    struct page_board got = {0};

    if (b->read && memcmp(&sign, &b->sign, sizeof sign) == 0 && mono - b->read_mono_ms <= MINUTE_MS)
        return;
    if (read_all(b->records, now_ms, &got) != 0) {
        page_board_free(&got);
        return;
    }
    got.month = copy(known->month, known->months, sizeof *got.month);
    got.months = known->months;
    put(b, &got);
    b->read = true;
    b->sign = sign;
    b->read_mono_ms = mono;
}

void board_month(struct board *b, struct records *r, const struct records_snapshot *s,
                 int64_t now_ms)
{
    const struct page_board *known;
    struct page_board month = {0}, got;
    int64_t mono = clock_mono_ms();
    bool due;

    pthread_mutex_lock(&b->lock);
    due = b->month_mono_ms == 0 || mono - b->month_mono_ms > MONTH_MS;
    pthread_mutex_unlock(&b->lock);
    if (!due || read_month(r, s, now_ms, &month) != 0)
        return; /* logged by records */
    pthread_mutex_lock(&b->lock);
    known = &b->newest->known;
    got = *known;
    got.alarm = copy(known->alarm, known->alarms, sizeof *got.alarm);
    got.limit = copy(known->limit, known->limits, sizeof *got.limit);
    got.press = copy(known->press, known->presses, sizeof *got.press);
    got.night = copy(known->night, known->nights, sizeof *got.night);
    got.contact = copy(known->contact, known->contacts, sizeof *got.contact);
    got.month = month.month;
    got.months = month.months;
    put(b, &got);
    b->month_mono_ms = mono;
    pthread_mutex_unlock(&b->lock);
}

struct board_view *board_take(struct board *b, int64_t now_ms)
{
    struct board_view *v;

    pthread_mutex_lock(&b->lock);
    renew(b, now_ms);
    v = b->newest;
    atomic_fetch_add(&v->users, 1);
    pthread_mutex_unlock(&b->lock);
    return v;
}

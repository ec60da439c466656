/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model_board.h"

#include <pthread.h>
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
#define MONTH_MS \
    (10 * MINUTE_MS) /* the month's report reads all records: it is made anew so often */

struct board {
    struct records *records;
    char path[256];
    pthread_mutex_t lock; /* guards all below */
    bool read;
    struct file_sign sign;
    int64_t read_mono_ms, month_mono_ms; /* 0: never */
    struct page_board known;
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

struct board *board_new(struct records *r, const char *path)
{
    struct board *b = xcalloc(1, sizeof *b);

    b->records = r;
    (void)snprintf(b->path, sizeof b->path, "%s", path);
    pthread_mutex_init(&b->lock, NULL);
    return b;
}

void board_free(struct board *b)
{
    if (b == NULL)
        return;
    page_board_free(&b->known);
    pthread_mutex_destroy(&b->lock);
    free(b);
}

/* The month's report: alarms and nights from its first day on. */
static int read_month(struct records *r, int64_t now_ms, struct page_board *got)
{
    int32_t month = civil_month(now_ms), first = civil_month_first_day(month);
    struct records_snapshot *s = NULL;
    struct rec_alarm *alarm = NULL;
    struct rec_night *night = NULL;
    size_t alarms = 0, nights = 0;
    int rc = records_nights(r, first, civil_day(now_ms), &night, &nights);

    if (rc == 0)
        rc = records_alarms(r, civil_month_start(month), now_ms + 1, &alarm, &alarms);
    if (rc == 0)
        rc = records_snapshot(r, now_ms, &s);
    if (rc == 0) {
        report_month(s, month, alarm, alarms, night, nights, &got->month);
        got->months = s->ponds;
    }
    records_snapshot_free(s);
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

/* Reads again what has changed; the lock is held. */
static void renew(struct board *b, int64_t now_ms)
{
    struct file_sign sign = file_sign_of(b->path);
    int64_t mono = clock_mono_ms();
    struct page_board got = {0};

    if (b->read && memcmp(&sign, &b->sign, sizeof sign) == 0 && mono - b->read_mono_ms <= MINUTE_MS)
        return;
    if (read_all(b->records, now_ms, &got) != 0) {
        page_board_free(&got);
        return;
    }
    got.month = b->known.month;
    got.months = b->known.months;
    got.version = b->known.version + 1;
    b->known.month = NULL;
    page_board_free(&b->known);
    b->known = got;
    b->read = true;
    b->sign = sign;
    b->read_mono_ms = mono;
    got = (struct page_board){0};
    if ((b->month_mono_ms == 0 || mono - b->month_mono_ms > MONTH_MS) &&
        read_month(b->records, now_ms, &got) == 0) {
        free(b->known.month);
        b->known.month = got.month;
        b->known.months = got.months;
        b->month_mono_ms = mono;
    }
}

void board_copy(struct board *b, int64_t now_ms, struct page_board *out)
{
    pthread_mutex_lock(&b->lock);
    renew(b, now_ms);
    *out = b->known;
    out->alarm = copy(b->known.alarm, b->known.alarms, sizeof *out->alarm);
    out->limit = copy(b->known.limit, b->known.limits, sizeof *out->limit);
    out->press = copy(b->known.press, b->known.presses, sizeof *out->press);
    out->night = copy(b->known.night, b->known.nights, sizeof *out->night);
    out->month = copy(b->known.month, b->known.months, sizeof *out->month);
    out->contact = copy(b->known.contact, b->known.contacts, sizeof *out->contact);
    pthread_mutex_unlock(&b->lock);
}

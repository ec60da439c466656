/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model_own: what model.c (the threads), model_picture.c (what pages see) share. */
#ifndef ANALYTICS_WEB_MODEL_OWN_H
#define ANALYTICS_WEB_MODEL_OWN_H

#include <pthread.h>
#include <stdatomic.h>

#include "analytics/web/filesign.h"
#include "analytics/web/model.h"
#include "analytics/web/model_board.h"
#include "analytics/web/model_night.h"

/* A time of a pond's charts. */
struct shown {
    bool wanted;         /* a page waits for it */
    struct page_day day; /* without what the records say */
    int64_t mono_ms;     /* when it was read */
};

/* What is known of one pond. */
struct entry {
    char slug[SLUG_SIZE];
    struct series_latest latest;
    struct series hour; /* raw usable oxygen */
    struct status_ph ph;
    int64_t ph_mono_ms; /* when ph was read; 0 never */
    bool looked_back;   /* the whole look back was read */
    struct shown shown[PAGE_SPANS];
};

struct estimate {
    char pond[SLUG_SIZE], cycle[SLUG_SIZE];
    struct supply_pond fish;
};

/* The ponds of the pictures of a second, and the board that they were judged by. */
struct base {
    atomic_int users; /* the model is one while it is the newest */
    int64_t made_mono_ms, now_ms;
    uint64_t version; /* of the model, and of its board */
    struct page_pond *pond;
    size_t *by_slug;
    struct status_limits *own;
    struct board_view *board;
    unsigned level_count[STATUS_DANGER + 1];
};
void model_base_release(struct base *b); /* NULL is fine */

struct model {
    struct model_config c;
    struct http
        *peer; /* to the other regency's office; cancelled at the stop. NULL: it is not asked */
    pthread_t water, reading, supply;
    bool water_runs, reading_runs, supply_runs;
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t
        changed; /* something is wanted, was read, or it is time to stop; CLOCK_MONOTONIC */
    bool stop;
    bool look;                         /* the records thread shall not wait for its minute */
    bool stale;                        /* what the forecast was made from has changed */
    struct records_snapshot *snapshot; /* NULL: not read yet */
    atomic_int *snapshot_users; /* the model is one; who uses it without the lock is another */
    struct file_sign sign; /* when the records were last looked at, and the newest change then */
    int64_t change;
    struct entry *entry; /* one a pond of the snapshot, in its order */
    size_t entries;
    int64_t read_ms, away_since_ms;
    struct page_forecast forecast;
    struct estimate *estimate;
    size_t estimates;
    struct base *base;     /* NULL: none yet */
    uint64_t version;      /* rises when records, forecast or mains change */
    uint64_t records_hash; /* of what forecasts are made from */
    int64_t mains_lost_ms; /* 0: they are there, or nobody knows */
    struct nights *nights; /* NULL: no source of series */
    struct board *board;
};

/* For both; the lock is held. */
long model_entry_find(const struct model *m, const char *slug); /* -1: none */
void model_wait_ms(struct model *m, int64_t ms); /* until something changes or ms have passed */

/* model_day.c. Is a page waiting for a time of a pond? */
bool model_day_wanted(const struct model *m, size_t *entry, enum page_span *span);
/* Reads it; false: the source is away. Called with the lock, gives it up while the query runs. */
bool model_day_read(struct model *m, size_t entry, enum page_span span);
void model_day_drop(struct entry *e); /* frees what is kept of it */

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model_own: what model.c (the threads), model_picture.c (what pages see) share. */
#ifndef ANALYTICS_WEB_MODEL_OWN_H
#define ANALYTICS_WEB_MODEL_OWN_H

#include <pthread.h>

#include "analytics/web/filesign.h"
#include "analytics/web/model.h"
#include "analytics/web/model_board.h"
#include "analytics/web/model_night.h"

/* A day in memory is served without asking again while it is younger. */
#define DAY_FRESH_MS ((int64_t)60 * 1000)

/* What is known of one pond. */
struct entry {
    char slug[SLUG_SIZE];
    struct series_latest latest;
    struct series hour; /* raw usable oxygen */
    struct status_ph ph;
    int64_t ph_mono_ms; /* when ph was read; 0 never */
    bool looked_back;   /* the whole look back was read */
    bool wanted;        /* a page waits for the day */
    struct page_day day;
    int64_t day_mono_ms; /* when day was read */
};

struct estimate {
    char pond[SLUG_SIZE], cycle[SLUG_SIZE];
    struct supply_pond fish;
};

struct model {
    struct model_config c;
    pthread_t water, supply;
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t
        changed; /* something is wanted, was read, or it is time to stop; CLOCK_MONOTONIC */
    bool stop;
    bool look;                         /* the records thread shall not wait for its minute */
    struct records_snapshot *snapshot; /* NULL: not read yet */
    struct file_sign sign;
    struct entry *entry; /* one a pond of the snapshot, in its order */
    size_t entries;
    int64_t read_ms, away_since_ms;
    struct page_forecast forecast;
    struct estimate *estimate;
    size_t estimates;
    uint64_t records_hash; /* of what forecasts are made from */
    int64_t mains_lost_ms; /* 0: they are there, or nobody knows */
    struct nights *nights; /* NULL: no source of series */
    struct board *board;
};

/* For both; the lock is held. */
long model_entry_find(const struct model *m, const char *slug); /* -1: none */
void model_wait_ms(struct model *m, int64_t ms); /* until something changes or ms have passed */

#endif

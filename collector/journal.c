/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "journal_parts.h"

/* Called with db_lock held. What was published once stays so. */
static void publish(struct journal *j)
{
    int64_t upto = j->held_seq != 0 ? j->held_seq - 1 : j->last;

    (void)pthread_mutex_lock(&j->lock);
    j->stored = j->last;
    j->holding = j->held_seq != 0;
    if (j->published < upto)
        j->published = upto;
    (void)pthread_cond_broadcast(&j->news);
    (void)pthread_mutex_unlock(&j->lock);
}

int journal_open(struct journal **out, const struct journal_config *c)
{
    struct journal *j;
    pthread_condattr_t attr;
    int rc;

    if (c->sinks > JOURNAL_SINKS_MAX) {
        log_warnx("journal %s: %u sinks, at most %d are possible", c->path, c->sinks,
                  JOURNAL_SINKS_MAX);
        return NILA_ERR_RANGE;
    }
    j = xcalloc(1, sizeof *j);
    j->path = xstrdup(c->path);
    j->max_bytes = c->max_bytes;
    j->keep_ms = (int64_t)c->keep_days * CIVIL_DAY_MS;
    j->clock_wait_ms = c->clock_wait_ms > 0 ? c->clock_wait_ms : 0;
    j->ballast_want = c->ballast_bytes > 0 ? c->ballast_bytes : 0;
    clock_boot_id(j->boot_name);
    j->sinks = c->sinks;
    for (unsigned i = 0; i < c->sinks; i++)
        (void)snprintf(j->sink[i], sizeof j->sink[i], "%s", c->sink[i]);
    (void)pthread_mutex_init(&j->db_lock, NULL);
    (void)pthread_mutex_init(&j->lock, NULL);
    (void)pthread_cond_init(&j->done, NULL);
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&j->news, &attr);
    (void)pthread_condattr_destroy(&attr);
    j->tail = &j->head;
    if ((rc = journal_file_open(j)) != 0) {
        journal_close(j);
        return rc;
    }
    j->opened_mono_ms = clock_mono_ms();
    j->opened_newest_ms = j->newest_ms;
    publish(j);
    *out = j;
    return 0;
}

void journal_close(struct journal *j)
{
    if (j == NULL)
        return;
    if (j->db != NULL && journal_boot_note_newest(j) != 0)
        log_debug("journal %s: the newest time is not noted", j->path);
    journal_db_close(j->db);
    journal_tags_free(&j->tags);
    free(j->boot);
    (void)pthread_cond_destroy(&j->news);
    (void)pthread_cond_destroy(&j->done);
    (void)pthread_mutex_destroy(&j->lock);
    (void)pthread_mutex_destroy(&j->db_lock);
    free(j->path);
    free(j);
}

/* --- appending -------------------------------------------------------------------------------------------------- */

static int tag_id(struct journal *j, const struct reading_tags *tags, uint32_t *id)
{
    char text[JOURNAL_TAGS_SIZE];
    int rc;

    if ((*id = journal_tags_find(&j->tags, tags)) != 0)
        return 0;
    journal_tags_text(text, tags);
    if ((rc = journal_db_add_tag(j->db, j->tags.last_id + 1, text)) != 0)
        return rc;
    *id = j->tags.last_id + 1;
    journal_tags_add(&j->tags, *id, tags);
    return 0;
}

/* *seq: the last number given, before and after. *held: the first of them that waits for the clock, 0 none. *own: those
 * this machine has read. */
static int insert_all(struct journal *j, const struct journal_request *list, int64_t *seq,
                      int64_t *held, int64_t *own)
{
    unsigned char packed[JOURNAL_ROW_SIZE_MAX];

    for (const struct journal_request *r = list; r != NULL; r = r->next) {
        for (size_t i = 0; i < r->n; i++) {
            struct reading_set set = r->sets[i];
            struct journal_row_head head = {0};
            size_t n;
            int rc = tag_id(j, &set.tags, &head.tag_id);

            if (rc == 0 && set.boot_ms > 0)
                rc = journal_boot_meet(j);
            if (rc != 0)
                return rc;
            journal_boot_stamp(j, &set, &head);
            ++*seq;
            *own += head.boot != 0 ? 1 : 0;
            if (head.held && *held == 0 && journal_boot_waits(j))
                *held = *seq;
            n = journal_row_pack(packed, &head, *seq, &set);
            if ((rc = journal_db_insert(j->db, packed, n, *seq)) != 0)
                return rc;
        }
    }
    return 0;
}

static int64_t now_us(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* One transaction for the whole list. */
static int store(struct journal *j, const struct journal_request *list)
{
    const size_t tags = j->tags.n, boots = j->boots;
    const uint32_t last_id = j->tags.last_id;
    int64_t seq = j->last, held = 0, own = 0, began = now_us();
    int rc = journal_db_begin(j->db);

    if (rc != 0)
        return rc;
    if ((rc = insert_all(j, list, &seq, &held, &own)) != 0)
        journal_db_rollback(j->db);
    else
        rc = journal_db_commit(j->db);
    if (rc != 0) {
        journal_tags_cut(&j->tags, tags);
        j->tags.last_id = last_id;
        j->boots = boots;
        return rc;
    }
    if (j->held_seq == 0)
        j->held_seq = held;
    journal_room_grow(j, seq - j->last, own);
    j->last = seq;
    j->commits++;
    j->last_commit_us = now_us() - began;
    return 0;
}

/* Stores the list, mending what can be mended: a full file is trimmed, a failing or damaged one opened again, once. */
static int store_or_mend(struct journal *j, const struct journal_request *list)
{
    bool mended = false;
    int rc;

    if ((rc = journal_file_ensure(j)) != 0)
        return rc;
    (void)journal_boot_look(j);
    if (j->db == NULL)
        return NILA_ERR_IO;
    if ((rc = journal_room_make(j)) != 0 && rc != NILA_ERR_FULL) {
        if (!journal_file_mend(j, rc))
            return rc;
        mended = true;
    }
    while ((rc = store(j, list)) != 0) {
        if (rc == NILA_ERR_FULL) {
            if (journal_room_when_full(j) != 1)
                return rc;
        } else if (mended || !journal_file_mend(j, rc)) {
            return rc;
        } else {
            mended = true;
        }
    }
    journal_room_trim_aged(j);
    return 0;
}

/* Commits for everybody who waits; called and left with j->lock held. */
static void lead(struct journal *j)
{
    struct journal_request *list = j->head;
    int rc;

    j->head = NULL;
    j->tail = &j->head;
    j->leading = true;
    (void)pthread_mutex_unlock(&j->lock);

    (void)pthread_mutex_lock(&j->db_lock);
    rc = store_or_mend(j, list);
    publish(j);
    (void)pthread_mutex_unlock(&j->db_lock);

    (void)pthread_mutex_lock(&j->lock);
    while (list != NULL) {
        struct journal_request *next =
            list->next; /* the caller's stack is gone once done is seen */
        list->rc = rc;
        list->done = true;
        list = next;
    }
    j->leading = false;
    (void)pthread_cond_broadcast(&j->done);
}

/* A clock that stands nowhere is no reason to refuse a reading: it gets a time of ours. */
static bool storable(const struct reading_set *set)
{
    struct reading_set s;

    if (set->boot_ms <= 0 || clock_plausible(set->ts_ms))
        return journal_row_check(set) == 0;
    s = *set;
    s.ts_ms = 0;
    return journal_row_check(&s) == 0;
}

int journal_append(struct journal *j, const struct reading_set *sets, size_t n)
{
    struct journal_request r = {.sets = sets, .n = n};

    for (size_t i = 0; i < n; i++) {
        if (!storable(&sets[i])) {
            log_warnx("journal %s: a reading set of device %.32s cannot be stored: %u values, time "
                      "%lld",
                      j->path, sets[i].tags.device, sets[i].n, (long long)sets[i].ts_ms);
            return NILA_ERR_RANGE;
        }
    }
    if (n == 0)
        return 0;
    (void)pthread_mutex_lock(&j->lock);
    *j->tail = &r;
    j->tail = &r.next;
    while (!r.done) {
        if (j->leading)
            (void)pthread_cond_wait(&j->done, &j->lock);
        else
            lead(j);
    }
    (void)pthread_mutex_unlock(&j->lock);
    return r.rc;
}

int64_t journal_sendable_seq(struct journal *j)
{
    int64_t seq;
    bool holding;

    (void)pthread_mutex_lock(&j->lock);
    holding = j->holding;
    (void)pthread_mutex_unlock(&j->lock);
    if (holding) {
        (void)pthread_mutex_lock(&j->db_lock);
        if (journal_boot_look(j))
            publish(j);
        (void)pthread_mutex_unlock(&j->db_lock);
    }
    (void)pthread_mutex_lock(&j->lock);
    seq = j->published;
    (void)pthread_mutex_unlock(&j->lock);
    return seq;
}

/* --- waiting ---------------------------------------------------------------------------------------------------- */

void journal_wait(struct journal *j, int64_t after_seq, int64_t timeout_ms)
{
    struct timespec until;
    unsigned wakes;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)(timeout_ms / 1000);
    until.tv_nsec += (long)(timeout_ms % 1000) * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
    (void)pthread_mutex_lock(&j->lock);
    wakes = j->wakes;
    while (j->published <= after_seq && j->wakes == wakes)
        if (pthread_cond_timedwait(&j->news, &j->lock, &until) != 0)
            break;
    (void)pthread_mutex_unlock(&j->lock);
}

void journal_wake(struct journal *j)
{
    (void)pthread_mutex_lock(&j->lock);
    j->wakes++;
    (void)pthread_cond_broadcast(&j->news);
    (void)pthread_mutex_unlock(&j->lock);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Readings become rows of a 10-minute grid here. Cleaning sees the past only: a jump waits for the next reading to confirm it. */
#include "night.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/civil.h"
#include "collector/common/log.h"
#include "night_own.h"

static const double HIGHEST_MG_L = 30; /* blooms in ponds reach 25 */
static const double JUMP_MG_L = 2;     /* a larger step within GAP_MS may be a spike ... */
static const double JUMP_SHARE = 0.6;  /* ... when it is also more than this share of the level */
static const int64_t GAP_MS = (int64_t)65 * 60000; /* longer gaps stay gaps */
static const int64_t REACH_MS = 40 * CIVIL_DAY_MS; /* of an aerator interval that is believed */

enum {
    KEEP_RECENT = 3,  /* newest rows that are never given up */
    AERATED_MOST = 9, /* nights of each kind that others may not push out */
    WHOLE_SHARE_X100 = 85
};

const double NIGHT_LIMIT_MG_L[NIGHT_LIMITS] = {3, 2, 1.5};

struct night_model *night_model_new(void)
{
    struct night_model *m = xcalloc(1, sizeof *m);

    m->track.slot = -1;
    return m;
}

void night_model_free(struct night_model *m)
{
    free(m);
}

size_t night_model_bytes(void)
{
    return sizeof(struct night_model);
}

int64_t night_model_newest(const struct night_model *m)
{
    return m->newest_ms;
}

size_t night_model_left_out(const struct night_model *m)
{
    return m->left_out;
}

/* --- rows --- */

bool night_slot_aerated(const struct night_row *r, int slot)
{
    return (r->aerated[slot / 8] >> (slot % 8) & 1) != 0;
}

int night_aerated_from(const struct night_row *r, int end)
{
    int slot = NIGHT_FIRST_SLOT;

    while (slot <= end && !night_slot_aerated(r, slot))
        slot++;
    return slot;
}

double night_grid_at(const float *grid, double at)
{
    int i = (int)floor(at);
    double part = at - i;

    if (i < 0 || i >= NIGHT_GRID)
        return NAN;
    if (part <= 0 || i + 1 >= NIGHT_GRID)
        return grid[i];
    return grid[i] + part * ((double)grid[i + 1] - grid[i]);
}

static void clear_row(struct night_row *r, int32_t day)
{
    memset(r, 0, sizeof *r);
    r->day = day;
    for (int k = 0; k < NIGHT_GRID; k++) {
        r->do_mg_l[k] = NAN;
        r->temp_x100[k] = r->par_w_m2[k] = NIGHT_NONE;
    }
}

static bool is_poor(const struct night_row *r)
{
    int seen = 0;

    for (int k = NIGHT_FIRST_SLOT; k < NIGHT_GRID; k++)
        seen += isnan(r->do_mg_l[k]) ? 0 : 1;
    return seen * 100 < WHOLE_SHARE_X100 * (NIGHT_GRID - NIGHT_FIRST_SLOT) / 2;
}

/* The row to give up: one with little in it, then an aerated one when there are many, then the oldest natural one while
 * aerated ones do not exceed their share. So a farmer who aerates every night keeps the natural nights before that. */
static int victim(const struct night_model *m)
{
    int aerated = 0, oldest_aerated = -1, oldest_natural = -1;

    for (int k = 0; k < m->rows - KEEP_RECENT; k++)
        if (is_poor(&m->row[k]))
            return k;
    for (int k = m->rows - 1; k >= 0; k--) {
        if (night_aerated_from(&m->row[k], NIGHT_SLOTS) <= NIGHT_SLOTS) {
            aerated++;
            oldest_aerated = k;
        } else {
            oldest_natural = k;
        }
    }
    if (aerated > AERATED_MOST && oldest_aerated < m->rows - KEEP_RECENT)
        return oldest_aerated;
    return oldest_natural >= 0 ? oldest_natural : 0;
}

/* The row of a day; a new one when the day is later than all. NULL: a day that is not kept. */
static struct night_row *row_of(struct night_model *m, int32_t day)
{
    for (int k = m->rows - 1; k >= 0 && m->row[k].day >= day; k--)
        if (m->row[k].day == day)
            return &m->row[k];
    if (m->rows > 0 && day < m->row[m->rows - 1].day)
        return NULL;
    if (m->rows == NIGHT_ROWS) {
        int out = victim(m);

        memmove(&m->row[out], &m->row[out + 1], (size_t)(m->rows - out - 1) * sizeof m->row[0]);
        m->rows--;
    }
    clear_row(&m->row[m->rows], day);
    return &m->row[m->rows++];
}

/* --- readings --- */

/* A slot counted from the epoch in local time: its row's day and the slot in it. */
static int64_t local_slot(int64_t ts_ms)
{
    return (ts_ms + CIVIL_WIB_MS - NIGHT_ROW_START_MS) / NIGHT_STEP_MS;
}

enum channel {
    CHANNEL_DO,
    CHANNEL_TEMP,
    CHANNEL_PAR
};

static void put_in(struct night_row *r, int slot, enum channel channel, double v)
{
    if (channel == CHANNEL_DO)
        r->do_mg_l[slot] = (float)v;
    else if (channel == CHANNEL_TEMP)
        r->temp_x100[slot] = (int16_t)lround(v * 100);
    else
        r->par_w_m2[slot] = (int16_t)lround(v);
}

/* At a row's end the value belongs to the next row too. */
static void put(struct night_model *m, int64_t at, enum channel channel, double v)
{
    int32_t day = (int32_t)(at / NIGHT_SLOTS);
    int slot = (int)(at % NIGHT_SLOTS);
    struct night_row *r;

    if (slot == 0 && (r = row_of(m, day - 1)) != NULL)
        put_in(r, NIGHT_SLOTS, channel, v);
    if ((r = row_of(m, day)) != NULL)
        put_in(r, slot, channel, v);
}

/* Grid points after from up to to, by the line between them; over a long gap only the point that is hit. */
static void draw(struct night_model *m, enum channel channel, int64_t from_ms, double from,
                 int64_t to_ms, double to)
{
    int64_t last = local_slot(to_ms), first = local_slot(from_ms) + 1;

    if (to_ms - from_ms > GAP_MS || from_ms == 0)
        first = (to_ms + CIVIL_WIB_MS) % NIGHT_STEP_MS == 0 ? last : last + 1;
    for (int64_t at = first; at <= last; at++) {
        int64_t ts = at * NIGHT_STEP_MS - CIVIL_WIB_MS + NIGHT_ROW_START_MS;
        double part = from_ms == 0 || to_ms == from_ms
                          ? 1
                          : (double)(ts - from_ms) / (double)(to_ms - from_ms);

        put(m, at, channel, from + part * (to - from));
    }
}

static void accept(struct night_model *m, int64_t ts_ms, double v)
{
    /* a row for the day, also when no grid point was hit yet */
    (void)row_of(m, (int32_t)(local_slot(ts_ms) / NIGHT_SLOTS));
    draw(m, CHANNEL_DO, m->last.ts_ms, m->last.v, ts_ms, v);
    m->last.ts_ms = ts_ms;
    m->last.v = v;
}

static bool jumps(const struct night_model *m, int64_t ts_ms, double v)
{
    double step = fabs(v - m->last.v);

    return m->last.ts_ms != 0 && ts_ms - m->last.ts_ms <= GAP_MS && step > JUMP_MG_L &&
           step > JUMP_SHARE * m->last.v;
}

static void feed_oxygen(struct night_model *m, int64_t ts_ms, double v)
{
    if (!(v > 0 && v <= HIGHEST_MG_L) || ts_ms == m->last.ts_ms || ts_ms == m->held.ts_ms) {
        m->left_out += isnan(v) ? 0 : 1;
        return;
    }
    if (m->held.ts_ms != 0) {
        if (fabs(v - m->held.v) < fabs(v - m->last.v))
            accept(m, m->held.ts_ms, m->held.v);
        else
            m->left_out++;
        m->held.ts_ms = 0;
    }
    if (jumps(m, ts_ms, v)) {
        m->held.ts_ms = ts_ms;
        m->held.v = v;
    } else {
        accept(m, ts_ms, v);
    }
}

int night_model_feed(struct night_model *m, const struct night_sample *s)
{
    if (s->ts_ms <= 0 || s->ts_ms < m->newest_ms)
        return NILA_ERR_RANGE;
    m->newest_ms = s->ts_ms;
    feed_oxygen(m, s->ts_ms, s->do_mg_l);
    if (s->temp_c > 0 && s->temp_c < 50) { /* 0 and -127 are how probes fail */
        draw(m, CHANNEL_TEMP, m->temp.ts_ms, m->temp.v, s->ts_ms, s->temp_c);
        m->temp.ts_ms = s->ts_ms;
        m->temp.v = s->temp_c;
    }
    if (s->par_w_m2 >= 0 && s->par_w_m2 < 3000) {
        draw(m, CHANNEL_PAR, m->par.ts_ms, m->par.v, s->ts_ms, s->par_w_m2);
        m->par.ts_ms = s->ts_ms;
        m->par.v = s->par_w_m2;
    }
    return 0;
}

int night_model_aerator(struct night_model *m, int64_t from_ms, int64_t to_ms)
{
    if (to_ms < from_ms || from_ms <= 0)
        return NILA_ERR_RANGE;
    if (m->newest_ms != 0 && to_ms > m->newest_ms + CIVIL_DAY_MS)
        to_ms = m->newest_ms + CIVIL_DAY_MS;
    if (to_ms - from_ms > REACH_MS)
        from_ms = to_ms - REACH_MS;
    for (int64_t at = local_slot(from_ms); at < local_slot(to_ms + NIGHT_STEP_MS - 1); at++) {
        int slot = (int)(at % NIGHT_SLOTS);
        struct night_row *r = row_of(m, (int32_t)(at / NIGHT_SLOTS));

        if (r != NULL)
            r->aerated[slot / 8] |= (uint8_t)(1u << (slot % 8));
    }
    m->track.slot = -1; /* nights already scored may be censored now */
    return 0;
}

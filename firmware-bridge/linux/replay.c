/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "replay.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "collector/common/civil.h"
#include "collector/common/csv.h"
#include "collector/common/log.h"

#include "quantities.h"
#include "sensors.h"

#define WALL_CHARS 19  /* "YYYY-MM-DD HH:MM:SS" */
#define HOLD_STEPS 1.5 /* how long a value is believed without a successor */

struct row {
    int64_t ts_ms;
    size_t place; /* in the file: of one instant the last counts */
};

struct replay {
    double speed;
    bool loop;
    bool has[METRIC_COUNT];
    size_t metrics; /* columns taken */
    enum metric metric[METRIC_COUNT];
    size_t rows;
    struct row *row;
    double *value; /* by place: metrics a row */
    int64_t from_ms, step_ms;
};

static const struct {
    const char *name;
    enum metric metric;
} ALIAS[] = {{"do_mgl", METRIC_DO_MG_L},
             {"par_wm2", METRIC_PAR_W_M2},
             {"wind_ms", METRIC_WIND_M_S},
             {"airtemp_c", METRIC_AIR_TEMP_C}};

static bool metric_of(const char *name, enum metric *out)
{
    for (size_t i = 0; i < sizeof ALIAS / sizeof ALIAS[0]; i++)
        if (strcmp(ALIAS[i].name, name) == 0) {
            *out = ALIAS[i].metric;
            return true;
        }
    return metric_find(name, out) == 0;
}

static int refuse(const struct csv *c, int column, const char *what, char *why, size_t size)
{
    const struct csv_place at = csv_where(c, column);

    (void)snprintf(why, size, "%.100s:%ld:%ld: %s: %.40s", at.file, at.line, at.column, what,
                   csv_cell(c, column));
    return NILA_ERR_PARSE;
}

static bool is_missing(const char *cell)
{
    static const char *const WORD[] = {"", "-", "na", "nan", "null", "none"};

    for (size_t k = 0; k < sizeof WORD / sizeof WORD[0]; k++)
        if (strcasecmp(cell, WORD[k]) == 0)
            return true;
    return false;
}

static int take_time(const struct csv *c, int column, int64_t *ts_ms, char *why, size_t size)
{
    const char *cell = csv_cell(c, column);
    char wall[WALL_CHARS + 1];
    size_t n = strcspn(cell, "Z+.");

    n = n < WALL_CHARS ? n : WALL_CHARS;
    memcpy(wall, cell, n);
    wall[n] = '\0';
    return civil_parse_iso(wall, ts_ms, NULL) == 0
               ? 0
               : refuse(c, column, "not a time; as in 2026-11-24 20:00:00", why, size);
}

/* Which columns are played. */
static int take_header(struct replay *r, const struct csv *c, const char *path, int *time_column,
                       int column[METRIC_COUNT], char *why, size_t size)
{
    *time_column = csv_find(c, "time");
    for (size_t i = 0; i < csv_columns(c); i++) {
        enum metric m;
        if (!metric_of(csv_name(c, i), &m))
            continue;
        if (r->has[m]) {
            (void)snprintf(why, size, "%.150s:1:1: two columns of %s", path, metric_info(m)->name);
            return NILA_ERR_PARSE;
        }
        r->has[m] = true;
        column[r->metrics] = (int)i;
        r->metric[r->metrics++] = m;
    }
    if (*time_column >= 0 && r->metrics > 0)
        return 0;
    (void)snprintf(why, size, "%.150s:1:1: no column %s; the header must name time and metrics",
                   path, *time_column < 0 ? "time" : "of a metric, such as do_mg_l");
    return NILA_ERR_PARSE;
}

static int take_rows(struct replay *r, struct csv *c, int time_column,
                     const int column[METRIC_COUNT], char *why, size_t size)
{
    size_t room = 0;
    int rc;

    while ((rc = csv_next(c)) == 1) {
        double *to;
        if (r->rows == room) {
            room = room == 0 ? 1024 : 2 * room;
            r->row = xrealloc(r->row, room, sizeof *r->row);
            r->value = xrealloc(r->value, room * r->metrics, sizeof *r->value);
        }
        to = r->value + r->rows * r->metrics;
        rc = take_time(c, time_column, &r->row[r->rows].ts_ms, why, size);
        for (size_t i = 0; i < r->metrics && rc == 0; i++) {
            to[i] = NAN;
            if (!is_missing(csv_cell(c, column[i])) && csv_number(c, column[i], &to[i]) != 0)
                rc = refuse(c, column[i],
                            "not a number (leave the cell empty when it was not measured)", why,
                            size);
        }
        if (rc != 0)
            return rc;
        r->row[r->rows].place = r->rows;
        r->rows++;
    }
    if (rc < 0)
        (void)snprintf(why, size, "%s", csv_why(c));
    return rc;
}

static int by_time(const void *a, const void *b)
{
    const struct row *p = a, *q = b;

    if (p->ts_ms != q->ts_ms)
        return p->ts_ms < q->ts_ms ? -1 : 1;
    return p->place < q->place ? -1 : 1;
}

static int by_size(const void *a, const void *b)
{
    const int64_t p = *(const int64_t *)a, q = *(const int64_t *)b;

    return (p > q) - (p < q);
}

/* The median of the steps between instants; 0 when there is but one. */
static int64_t usual_step_ms(const struct replay *r)
{
    int64_t *step = xcalloc(r->rows, sizeof *step), median;
    size_t n = 0;

    for (size_t i = 1; i < r->rows; i++)
        if (r->row[i].ts_ms > r->row[i - 1].ts_ms)
            step[n++] = r->row[i].ts_ms - r->row[i - 1].ts_ms;
    qsort(step, n, sizeof *step, by_size);
    median = n > 0 ? step[n / 2] : 0;
    free(step);
    return median;
}

static int ready(struct replay *r, const struct replay_config *k, char *why, size_t size)
{
    if (r->rows == 0) {
        (void)snprintf(why, size, "%.150s: no row", k->path);
        return NILA_ERR_PARSE;
    }
    qsort(r->row, r->rows, sizeof *r->row, by_time);
    r->step_ms = usual_step_ms(r);
    r->from_ms = k->has_from ? k->from_ms : r->row[0].ts_ms;
    if (r->from_ms > r->row[r->rows - 1].ts_ms) {
        (void)snprintf(why, size, "%.150s: it has no row at or after --replay-from", k->path);
        return NILA_ERR_RANGE;
    }
    return 0;
}

int replay_open(struct replay **out, const struct replay_config *k, char *why, size_t why_size)
{
    struct replay *r = xcalloc(1, sizeof *r);
    int column[METRIC_COUNT] = {0}, time_column = -1;
    struct csv *c = NULL;
    int rc = csv_open(&c, k->path, why, why_size);

    r->speed = k->speed;
    r->loop = k->loop;
    if (rc == 0)
        rc = take_header(r, c, k->path, &time_column, column, why, why_size);
    if (rc == 0)
        rc = take_rows(r, c, time_column, column, why, why_size);
    if (rc == 0)
        rc = ready(r, k, why, why_size);
    csv_close(c);
    if (rc == 0)
        *out = r;
    else
        replay_free(r);
    return rc;
}

void replay_free(struct replay *r)
{
    if (r == NULL)
        return;
    free(r->row);
    free(r->value);
    free(r);
}

/* The file's time at t_s; its last value has run out when that is behind the end. */
static double file_ms(const struct replay *r, double t_s)
{
    const double length_ms = (double)(r->row[r->rows - 1].ts_ms - r->from_ms) + (double)r->step_ms;
    double passed_ms = t_s * 1000 * r->speed;

    if (r->loop && length_ms > 0)
        passed_ms = fmod(passed_ms, length_ms);
    return (double)r->from_ms + passed_ms;
}

double replay_value(const struct replay *r, enum metric metric, double t_s)
{
    const double at_ms = file_ms(r, t_s);
    size_t low = 0, high = r->rows, k = 0;

    while (low < high) { /* the first row behind the moment */
        size_t mid = (low + high) / 2;
        if ((double)r->row[mid].ts_ms <= at_ms)
            low = mid + 1;
        else
            high = mid;
    }
    if (low == 0 || at_ms - (double)r->row[low - 1].ts_ms > HOLD_STEPS * (double)r->step_ms)
        return NAN;
    while (k < r->metrics && r->metric[k] != metric)
        k++;
    return k < r->metrics ? r->value[r->row[low - 1].place * r->metrics + k] : NAN;
}

int replay_read(const struct replay *r, const struct profile *p, double t_s,
                struct sim_channel ch[SIM_CHANNELS_MAX])
{
    size_t kinds;
    const struct sensor_kind *kind = sensor_kinds(true, &kinds);
    int n = 0;

    for (size_t i = 0; p == NULL && i < kinds; i++)
        ch[n++] = (struct sim_channel){.kind = kind[i].kind,
                                       .value = replay_value(r, kind[i].metric, t_s)};
    for (unsigned i = 0; p != NULL && i < p->n; i++)
        ch[n++] = (struct sim_channel){.kind = SIM_KIND_OTHER,
                                       .value = replay_value(r, p->m[i].metric, t_s)};
    for (unsigned i = 0; p != NULL && i < p->spares; i++) {
        enum metric metric = METRIC_COUNT;
        double factor;
        const bool known = quantity_of_spare(&p->spare[i], &metric, &factor);
        ch[n++] =
            (struct sim_channel){.kind = SIM_KIND_OTHER,
                                 .value = known ? replay_value(r, metric, t_s) * factor : factor};
    }
    return n;
}

size_t replay_rows(const struct replay *r)
{
    return r->rows;
}

double replay_length_s(const struct replay *r)
{
    return (double)(r->row[r->rows - 1].ts_ms - r->from_ms) / 1000;
}

void replay_metrics(const struct replay *r, char *out, size_t size)
{
    size_t n = 0;

    out[0] = '\0';
    for (size_t i = 0; i < r->metrics && n < size; i++)
        n += (size_t)snprintf(out + n, size - n, "%s%s", i > 0 ? " " : "",
                              metric_info(r->metric[i])->name);
}

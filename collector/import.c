/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/control.h"
#include "collector/common/csv.h"
#include "collector/common/log.h"
#include "import_sets.h"
#include "journal.h"

#define BATCH_ROWS   500   /* control.h */
#define BATCH_BYTES  60000 /* below the 64 KiB of a request, with room for one more row */
#define SETS_AT_ONCE 500
#define DEVICES_MAX  65535
#define CALL_MS      60000

struct entry {
    int64_t ts_ms;
    double value;
    int32_t line;
    uint16_t device; /* index of names */
    int16_t pond;
    uint8_t metric, flag;
};

struct import {
    const struct site *site;
    const struct import_options *o;
    struct import_report *report;
    int64_t now_ms;
    struct entry *entry;
    size_t n, cap;
    char (*name)[SLUG_SIZE]; /* device slugs */
    size_t names, names_cap;
    struct csv *csv;
    const char *path;
    int time, pond, device, metric, value, flag; /* columns, -1 absent */
    char *why;
    size_t why_size;
};

static void mistake_text(struct import *im, const char *text)
{
    im->report->mistakes++;
    if (im->o->mistake != NULL)
        im->o->mistake(im->o->arg, text);
}

static void mistake(struct import *im, int column, const char *reason)
{
    struct csv_place at = csv_where(im->csv, column);
    char text[512];

    (void)snprintf(text, sizeof text, "%s:%ld:%ld: %s \"%.60s\": %s", at.file, at.line, at.column,
                   csv_name(im->csv, (size_t)column), csv_cell(im->csv, column), reason);
    mistake_text(im, text);
}

/* --- the header --------------------------------------------------------------------------------------------------- */

static void find_columns(struct import *im)
{
    const struct {
        const char *name;
        int *at;
        bool need;
    } COLUMN[] = {{"time", &im->time, true},     {"pond", &im->pond, true},
                  {"device", &im->device, true}, {"metric", &im->metric, true},
                  {"value", &im->value, true},   {"flag", &im->flag, false}};
    const size_t known = sizeof COLUMN / sizeof COLUMN[0];
    char text[300];

    for (size_t i = 0; i < known; i++) {
        *COLUMN[i].at = csv_find(im->csv, COLUMN[i].name);
        if (*COLUMN[i].at < 0 && COLUMN[i].need) {
            (void)snprintf(
                text, sizeof text,
                "%.150s:1: column %s is missing; they are time,pond,device,metric,value,flag",
                im->path, COLUMN[i].name);
            mistake_text(im, text);
        }
    }
    for (size_t k = 0; k < csv_columns(im->csv); k++) {
        size_t i = 0;
        while (i < known && *COLUMN[i].at != (int)k)
            i++;
        if (i == known) {
            (void)snprintf(text, sizeof text,
                           "%.150s:1: column \"%.60s\" is not known (or there twice); they are "
                           "time,pond,device,metric,value,flag",
                           im->path, csv_name(im->csv, k));
            mistake_text(im, text);
        }
    }
}

/* --- a row -------------------------------------------------------------------------------------------------------- */

/* Index of a device slug among those seen; -1 when there are too many. */
static int device_index(struct import *im, const char *slug)
{
    for (size_t i = im->names; i-- > 0;) /* the last ones first: a file goes device by device */
        if (strcmp(im->name[i], slug) == 0)
            return (int)i;
    if (im->names == DEVICES_MAX)
        return -1;
    if (im->names == im->names_cap) {
        im->names_cap = im->names_cap > 0 ? im->names_cap * 2 : 16;
        im->name = xrealloc(im->name, im->names_cap, sizeof *im->name);
    }
    (void)snprintf(im->name[im->names], sizeof im->name[0], "%s", slug);
    return (int)im->names++;
}

/* Reads a whole number 1..9; -1 for anything else. An empty cell is 2. */
static int flag_of(const char *cell)
{
    if (cell[0] == '\0')
        return READING_NOT_EVALUATED;
    return cell[0] >= '1' && cell[0] <= '9' && cell[1] == '\0' ? cell[0] - '0' : -1;
}

static void read_row(struct import *im)
{
    struct import_value v = {.pond = -1, .value = NAN};
    const char *pond = csv_cell(im->csv, im->pond), *fault, *field;
    bool assumed = false;
    size_t before = im->report->mistakes;
    int rc, device;

    rc = civil_parse_iso(csv_cell(im->csv, im->time), &v.ts_ms, &assumed);
    if (rc != 0)
        mistake(im, im->time,
                rc == NILA_ERR_RANGE ? "there is no such day or time"
                                     : "a time is written 2026-11-24T05:12:30+07:00");
    if (pond[0] != '\0' && (v.pond = site_find_pond(im->site, pond)) < 0)
        mistake(im, im->pond, "no such pond in this site");
    if (metric_find_alias(csv_cell(im->csv, im->metric), &v.metric) != 0)
        mistake(im, im->metric, "no such metric");
    if (csv_cell(im->csv, im->value)[0] != '\0' &&
        (rc = csv_number(im->csv, im->value, &v.value)) != 0)
        mistake(im, im->value, rc == NILA_ERR_RANGE ? "not a finite number" : "not a number");
    v.flag = flag_of(csv_cell(im->csv, im->flag));
    v.device = csv_cell(im->csv, im->device);
    if (im->report->mistakes == before && (fault = import_fault(&v, im->now_ms, &field)) != NULL) {
        int column = csv_find(im->csv, field);
        mistake(im, column >= 0 ? column : im->value, fault);
    }
    if (im->report->mistakes != before)
        return;
    if ((device = device_index(im, v.device)) < 0) {
        mistake(im, im->device, "more than 65535 devices in one file");
        return;
    }
    if (im->n == im->cap) {
        im->cap = im->cap > 0 ? im->cap * 2 : 4096;
        im->entry = xrealloc(im->entry, im->cap, sizeof *im->entry);
    }
    im->report->assumed_wib += assumed ? 1 : 0;
    im->entry[im->n++] = (struct entry){.ts_ms = v.ts_ms,
                                        .value = v.value,
                                        .line = (int32_t)csv_where(im->csv, im->time).line,
                                        .device = (uint16_t)device,
                                        .pond = (int16_t)v.pond,
                                        .metric = (uint8_t)v.metric,
                                        .flag = (uint8_t)v.flag};
}

static int read_all(struct import *im)
{
    int rc = csv_open(&im->csv, im->path, im->why, im->why_size);

    if (rc == NILA_ERR_PARSE) {
        mistake_text(im, im->why);
        return rc;
    }
    if (rc != 0)
        return rc;
    find_columns(im);
    if (im->report->mistakes > 0)
        return NILA_ERR_PARSE;
    while ((rc = csv_next(im->csv)) > 0) {
        if (im->report->rows == IMPORT_ROWS_MAX) {
            (void)snprintf(im->why, im->why_size, "%.150s has more than %d rows; split it",
                           im->path, IMPORT_ROWS_MAX);
            return NILA_ERR_FULL;
        }
        im->report->rows++;
        read_row(im);
    }
    if (rc == NILA_ERR_PARSE)
        mistake_text(im, csv_why(im->csv));
    else if (rc != 0)
        (void)snprintf(im->why, im->why_size, "%.150s: %s", im->path, nila_err_text(rc));
    return rc == 0 && im->report->mistakes > 0 ? NILA_ERR_PARSE : rc;
}

/* --- order -------------------------------------------------------------------------------------------------------- */

static int compare_point(const struct entry *a, const struct entry *b)
{
    if (a->ts_ms != b->ts_ms)
        return a->ts_ms < b->ts_ms ? -1 : 1;
    if (a->pond != b->pond)
        return a->pond < b->pond ? -1 : 1;
    if (a->device != b->device)
        return a->device < b->device ? -1 : 1;
    return (int)a->metric - (int)b->metric;
}

static int compare(const void *x, const void *y)
{
    const struct entry *a = x, *b = y;
    int c = compare_point(a, b);
    return c != 0 ? c : (a->line > b->line) - (a->line < b->line);
}

/* Sorts, leaves out rows that repeat another, and finds those that contradict one. */
static int sort_out(struct import *im)
{
    size_t kept = 0;

    if (im->n > 0) /* qsort must not get NULL */
        qsort(im->entry, im->n, sizeof *im->entry, compare);
    for (size_t i = 0; i < im->n; i++) {
        const struct entry *e = &im->entry[i], *last = kept > 0 ? &im->entry[kept - 1] : NULL;
        if (last == NULL || compare_point(last, e) != 0) {
            im->entry[kept++] = *e;
        } else if (last->flag == e->flag &&
                   (last->value == e->value || (isnan(last->value) && isnan(e->value)))) {
            im->report->repeated++;
        } else {
            char text[400];
            (void)snprintf(text, sizeof text,
                           "%.200s:%d: contradicts line %d: the same time, pond, device and metric "
                           "with another value or flag",
                           im->path, (int)e->line, (int)last->line);
            mistake_text(im, text);
        }
    }
    im->n = kept;
    return im->report->mistakes > 0 ? NILA_ERR_PARSE : 0;
}

/* --- storing ------------------------------------------------------------------------------------------------------ */

static struct import_value value_of(const struct import *im, const struct entry *e)
{
    return (struct import_value){.ts_ms = e->ts_ms,
                                 .pond = e->pond,
                                 .device = im->name[e->device],
                                 .metric = (enum metric)e->metric,
                                 .flag = e->flag,
                                 .value = e->value};
}

static void add_json_row(struct buf *b, const struct import *im, const struct entry *e)
{
    buf_printf(b, "[%" PRId64 ",\"%s\",\"%s\",\"%s\",", e->ts_ms,
               e->pond >= 0 ? im->site->pond[e->pond].slug : "", im->name[e->device],
               metric_info((enum metric)e->metric)->name);
    if (e->flag == READING_MISSING)
        buf_str(b, "null");
    else
        buf_printf(b, "%.17g", e->value);
    buf_printf(b, ",%d]", e->flag);
}

static int take_counts(void *arg, const char *json)
{
    struct import_report *r = arg;
    size_t sets = 0, values = 0;

    if (sscanf(json, "{\"sets\":%zu,\"values\":%zu}", &sets, &values) != 2) // NOLINT(cert-err34-c)
        return NILA_ERR_PROTO;
    r->sets += sets;
    r->values += values;
    return 0;
}

/* Is entry i of another time, pond or device than the one before it? */
static bool begins_set(const struct import *im, size_t i)
{
    const struct entry *a = &im->entry[i - 1], *b = &im->entry[i];
    return a->ts_ms != b->ts_ms || a->pond != b->pond || a->device != b->device;
}

/* Batches end where a set ends, so that one moment of a device stays one row of the journal. NILA_ERR_NOT_FOUND before
 * anything was stored: no collector answers. */
static int store_by_socket(struct import *im)
{
    struct buf rq = {0};
    size_t i = 0;
    int rc = 0;

    while (rc == 0 && i < im->n) {
        size_t from = i;
        buf_clear(&rq);
        buf_str(&rq, "{\"v\":1,\"op\":\"import\",\"rows\":[");
        for (; i < im->n && i - from < BATCH_ROWS && rq.n < BATCH_BYTES; i++) {
            if (i - from > BATCH_ROWS - METRIC_COUNT && begins_set(im, i))
                break;
            if (i > from)
                buf_str(&rq, ",");
            add_json_row(&rq, im, &im->entry[i]);
        }
        buf_str(&rq, "]}");
        rc = control_call(im->site->control_socket, rq.p, take_counts, im->report, CALL_MS, im->why,
                          im->why_size);
        if (rc == NILA_ERR_NOT_FOUND && from > 0)
            rc = NILA_ERR_CLOSED; /* it ended in the midst of it */
        if (rc == 0 && im->o->progress != NULL)
            im->o->progress(im->o->arg, i, im->n);
    }
    buf_free(&rq);
    return rc;
}

static int store_directly(struct import *im)
{
    const char *sink[JOURNAL_SINKS_MAX];
    const struct site *site = im->site;
    struct journal_config jc = {.path = site->journal_path,
                                .max_bytes = site->journal_max_bytes,
                                .keep_days = site->journal_keep_days,
                                .clock_wait_ms = (int64_t)site->journal_clock_wait_min * 60000,
                                .sink = sink,
                                .sinks = site->sinks};
    struct import_sets sets = {.site = site};
    struct journal *j = NULL;
    int rc;

    for (unsigned i = 0; i < site->sinks && i < JOURNAL_SINKS_MAX; i++)
        sink[i] = site->sink[i].slug;
    rc = journal_open(&j, &jc);
    for (size_t i = 0; rc == 0 && i < im->n; i++) {
        struct import_value v = value_of(im, &im->entry[i]);
        import_sets_add(&sets, &v);
        if (i + 1 < im->n && (sets.n < SETS_AT_ONCE || !begins_set(im, i + 1)))
            continue;
        rc = journal_append(j, sets.set, sets.n);
        if (rc == 0) {
            im->report->sets += sets.n;
            im->report->values += sets.values;
            if (im->o->progress != NULL)
                im->o->progress(im->o->arg, i + 1, im->n);
        }
        sets.n = sets.values = 0;
    }
    if (rc != 0)
        (void)snprintf(im->why, im->why_size, "journal %.180s: %s", site->journal_path,
                       nila_err_text(rc));
    import_sets_free(&sets);
    journal_close(j);
    return rc;
}

int import_file(const struct site *site, const char *path, const struct import_options *o,
                struct import_report *out, char *why, size_t why_size)
{
    struct import im = {.site = site,
                        .o = o,
                        .report = out,
                        .path = path,
                        .now_ms = clock_wall_ms(),
                        .why = why,
                        .why_size = why_size};
    int rc;

    *out = (struct import_report){0};
    why[0] = '\0';
    rc = read_all(&im);
    /* contradictions are named together with the other mistakes */
    if (rc == 0 || rc == NILA_ERR_PARSE) {
        int order = sort_out(&im);
        rc = rc != 0 ? rc : order;
    }
    if (rc == NILA_ERR_PARSE)
        (void)snprintf(why, why_size, "%zu mistakes in %.180s; nothing was stored", out->mistakes,
                       path);
    if (rc == 0 && im.n > 0) {
        rc = store_by_socket(&im);
        if (rc == NILA_ERR_NOT_FOUND)
            rc = store_directly(&im);
    }
    csv_close(im.csv);
    free(im.entry);
    free(im.name);
    return rc;
}

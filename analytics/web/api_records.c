/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "/api/v1/records/TABLE?pond=SLUG": what is on record of a pond. */
#include "analytics/web/api_own.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/export.h"
#include "analytics/records/dump.h"
#include "analytics/web/html.h"

struct rows {
    struct buf *b;
    const struct columns *c;
    const struct column *day; /* of the table's events; NULL none */
    bool money;
    size_t n, most;
    bool more;                 /* than most */
    char next[API_AFTER_SIZE]; /* of the last one given */
};

static void cell(struct buf *b, const struct column *column, const struct cell *c)
{
    if (c->empty) {
        buf_printf(b, "\"%s\":null", column->name);
        return;
    }
    switch (column->kind) {
    case COLUMN_WHOLE:
        buf_printf(b, "\"%s\":%lld", column->name, (long long)c->whole);
        break;
    case COLUMN_DAY:
        api_day(b, column->name, (int32_t)c->whole);
        break;
    case COLUMN_MOMENT:
        api_time(b, column->name, c->whole);
        break;
    case COLUMN_NUMBER:
        api_number(b, column->name, c->number, 6);
        break;
    case COLUMN_KEY:
    case COLUMN_FARM:
    case COLUMN_POND:
    case COLUMN_SLUG:
    case COLUMN_NAME:
    case COLUMN_WORD:
    case COLUMN_PERIOD:
    case COLUMN_QUARTER:
    case COLUMN_MONTHS:
        api_text(b, column->name, c->text);
        break;
    }
}

static int row(void *arg, const struct cell *cells, int64_t entered_ms, int64_t id)
{
    struct rows *r = arg;
    long long day = 0;

    if (r->n == r->most) { /* asked for only to know that it is there */
        r->more = true;
        return 0;
    }
    buf_str(r->b, r->n > 0 ? ",\n{" : "{");
    for (size_t i = 0; i < r->c->n; i++) {
        if (&r->c->column[i] == r->day)
            day = (long long)cells[i].whole;
        if (!r->money && export_is_private(r->c->column[i].name))
            continue;
        cell(r->b, &r->c->column[i], &cells[i]);
        buf_str(r->b, ",");
    }
    api_time(r->b, "entered_on", entered_ms);
    buf_str(r->b, "}");
    r->n++;
    if (r->day != NULL)
        (void)snprintf(r->next, sizeof r->next, "%lld.%lld", day, (long long)id);
    else
        (void)snprintf(r->next, sizeof r->next, ".%lld", (long long)id);
    return 0;
}

bool api_records_after(const char *after, int32_t *day, int64_t *id)
{
    const char *dot = strchr(after, '.');
    char *end;
    long long d, n;

    *day = 0;
    *id = 0;
    if (*after == '\0')
        return true;
    if (dot == NULL || dot[1] < '0' || dot[1] > '9' || dot - after > 9 || strlen(dot) > 18 ||
        after[strspn(after, "0123456789.")] != '\0')
        return false;
    d = strtoll(after, &end, 10);
    if (end != dot)
        return false;
    n = strtoll(dot + 1, &end, 10);
    if (*end != '\0' || n < 1 || d > INT32_MAX)
        return false;
    *day = (int32_t)d;
    *id = n;
    return true;
}

int api_records(struct buf *b, struct records *r, enum records_table t, const char *pond,
                bool money, const struct api_part *part)
{
    struct dump_which which = {
        .least_day = INT32_MIN, .pond = pond, .newest_first = true, .most = part->limit + 1};
    struct rows rows = {
        .b = b, .c = columns_of(t), .day = dump_day(t), .money = money, .most = part->limit};
    size_t total = 0;
    int rc = api_records_after(part->after, &which.after_day, &which.after_id) ? 0 : NILA_ERR_RANGE;

    if (rc == 0)
        rc = records_dump_count(r, t, &which, &total);
    if (rc != 0)
        return rc;
    buf_printf(b, "{\"table\":\"%s\",", records_table_name(t));
    api_text(b, "pond", pond);
    buf_str(b, ",\"rows\":[");
    rc = records_dump(r, t, &which, row, &rows);
    buf_str(b, "],");
    api_part_members(b, part, total, rows.more ? rows.next : NULL);
    buf_str(b, "}\n");
    return rc;
}

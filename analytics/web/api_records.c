/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "/api/v1/records/TABLE?pond=SLUG": what is on record of a pond. */
#include "analytics/web/api_own.h"

#include <math.h>

#include "analytics/export.h"
#include "analytics/records/dump.h"
#include "analytics/web/html.h"

struct rows {
    struct buf *b;
    const struct columns *c;
    bool money, any;
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

static int row(void *arg, const struct cell *cells, int64_t entered_ms)
{
    struct rows *r = arg;

    buf_str(r->b, r->any ? ",\n{" : "{");
    for (size_t i = 0; i < r->c->n; i++) {
        if (!r->money && export_is_private(r->c->column[i].name))
            continue;
        cell(r->b, &r->c->column[i], &cells[i]);
        buf_str(r->b, ",");
    }
    api_time(r->b, "entered_on", entered_ms);
    buf_str(r->b, "}");
    r->any = true;
    return 0;
}

int api_records(struct buf *b, struct records *r, enum records_table t, const char *pond,
                bool money, const struct api_part *part)
{
    const struct dump_which which = {.least_day = INT32_MIN,
                                     .pond = pond,
                                     .newest_first = true,
                                     .skip = part->offset,
                                     .most = part->limit};
    struct rows rows = {.b = b, .c = columns_of(t), .money = money};
    size_t total = 0;
    int rc = records_dump_count(r, t, &which, &total);

    if (rc != 0)
        return rc;
    buf_printf(b, "{\"table\":\"%s\",", records_table_name(t));
    api_text(b, "pond", pond);
    buf_str(b, ",");
    api_part_members(b, part, total);
    buf_str(b, ",\"rows\":[");
    rc = records_dump(r, t, &which, row, &rows);
    buf_str(b, "]}\n");
    return rc;
}

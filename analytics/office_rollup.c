/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hourly and daily values of every metric: mean, least, most and how many, of readings that were not flagged suspect or worse. A day
 * is a day of WIB, which begins at 17:00 UTC. */
#include "office.h"

#include <inttypes.h>
#include <string.h>

#define DAY_OFFSET_H 17

static void field(struct buf *q, const char *function, const char *name, const char *end)
{
    buf_printf(q, "%s(\"%s\") AS \"%s%s\"", function, name, name, end);
}

void office_rollup(struct buf *q, const char *database, const char *raw_rp, enum metric m,
                   bool daily, int64_t since_ms, int64_t until_ms)
{
    const struct metric_info *info = metric_info(m);
    const char *measurement = metric_class_name(info->group);

    buf_str(q, "SELECT ");
    field(q, "mean", info->name, "");
    buf_str(q, ", ");
    field(q, "min", info->name, "_min");
    buf_str(q, ", ");
    field(q, "max", info->name, "_max");
    buf_str(q, ", ");
    field(q, "count", info->name, "_n");
    buf_str(q, " INTO ");
    influx_quote_name(q, database);
    buf_printf(q, ".\"%s\".\"%s\" FROM ", daily ? OFFICE_DAILY : OFFICE_HOURLY, measurement);
    influx_quote_name(q, database);
    buf_str(q, ".");
    influx_quote_name(q, raw_rp);
    buf_printf(q, ".\"%s\" WHERE \"%s_q\" < 3", measurement, info->name);
    if (until_ms > since_ms)
        buf_printf(q, " AND time >= %" PRId64 "ms AND time < %" PRId64 "ms", since_ms, until_ms);
    if (daily)
        buf_printf(q, " GROUP BY time(1d, %dh), *", DAY_OFFSET_H);
    else
        buf_str(q, " GROUP BY time(1h), *");
}

/* One metric's line of a task: the values whose flag is below 3, put together by function. */
static void flux_line(struct buf *q, const char *bucket, const char *name, const char *measurement,
                      bool daily, const char *function, const char *end)
{
    buf_printf(
        q,
        "from(bucket: \"%s\")\n"
        "  |> range(start: %s)\n"
        "  |> filter(fn: (r) => r._measurement == \"%s\" and (r._field == \"%s\" or r._field == "
        "\"%s_q\"))\n"
        "  |> pivot(rowKey: [\"_time\"], columnKey: [\"_field\"], valueColumn: \"_value\")\n"
        "  |> filter(fn: (r) => exists r.%s and exists r.%s_q and r.%s_q < 3.0)\n"
        "  |> rename(columns: {%s: \"_value\"})\n"
        "  |> drop(columns: [\"%s_q\"])\n"
        "  |> aggregateWindow(every: %s, %sfn: %s, timeSrc: \"_start\", createEmpty: false)\n"
        "  |> %sset(key: \"_field\", value: \"%s%s\")\n"
        "  |> to(bucket: \"%s_%s\")\n\n",
        bucket, daily ? "-3d" : "-2d", measurement, name, name, name, name, name, name, name,
        daily ? "1d" : "1h", daily ? "offset: 17h, " : "", function,
        strcmp(function, "count") == 0 ? "toFloat() |> " : "", name, end, bucket,
        daily ? OFFICE_DAILY : OFFICE_HOURLY);
}

void office_flux(struct buf *q, const char *bucket, bool daily)
{
    buf_printf(q, "option task = {name: \"nila-%s\", every: 1h, offset: 5m}\n\n",
               daily ? OFFICE_DAILY : OFFICE_HOURLY);
    for (int m = 0; m < METRIC_COUNT; m++) {
        const struct metric_info *info = metric_info((enum metric)m);
        const char *where = metric_class_name(info->group);
        flux_line(q, bucket, info->name, where, daily, "mean", "");
        flux_line(q, bucket, info->name, where, daily, "min", "_min");
        flux_line(q, bucket, info->name, where, daily, "max", "_max");
        flux_line(q, bucket, info->name, where, daily, "count", "_n");
    }
}

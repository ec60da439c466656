/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history.h"

#include <math.h>

#include "collector/common/buf.h"
#include "collector/common/civil.h"
#include "collector/common/csv.h"
#include "collector/common/reading.h"

/* The name a metric goes by at this device. */
static const char *metric_name(const struct site_device *d, enum metric m)
{
    for (unsigned i = 0; i < d->metrics; i++)
        if (d->metric[i].metric == m)
            return metric_info(d->metric[i].as)->name;
    return metric_info(m)->name;
}

static int64_t device_rows(struct buf *b, const struct history_config *c, unsigned device,
                           int64_t ts_ms)
{
    const struct site_device *d = &c->site->device[device];
    const char *pond = d->pond >= 0 ? c->site->pond[d->pond].slug : "";
    struct sim_channel ch[SIM_CHANNELS_MAX];
    size_t kinds;
    const struct sensor_kind *kind = sensor_kinds(d->pond >= 0, &kinds);
    int n = sensors_read(c->sensors, (int)device, ts_ms, ch), rows = 0;
    double t_s = (double)(ts_ms - c->from_ms) / 1000;
    char time[40], value[40];

    for (size_t i = 0; i < c->faults; i++)
        n = fault_apply(&c->fault[i], (int)device, t_s, ts_ms, ch, n);

    (void)civil_format_iso(time, sizeof time, ts_ms);
    for (int i = 0; i < n; i++) {
        if (!isfinite(ch[i].value))
            continue;
        (void)snprintf(value, sizeof value, "%.3f", ch[i].value);
        csv_put(b, true, time);
        csv_put(b, false, pond);
        csv_put(b, false, d->slug);
        csv_put(b, false, metric_name(d, kind[i].metric));
        csv_put(b, false, value);
        buf_printf(b, ",%d\n", READING_NOT_EVALUATED);
        rows++;
    }
    return rows;
}

int history_write(FILE *out, const struct history_config *c, int64_t *rows)
{
    int64_t every_ms = c->every_s * 1000, written = 0;
    int64_t first_ms = (c->from_ms / every_ms + 1) * every_ms;
    struct buf b = {0};
    int told = -1, rc = 0;

    buf_str(&b, "time,pond,device,metric,value,flag\n");
    for (int64_t ts = first_ms; ts <= c->to_ms && rc == 0; ts += every_ms) {
        int percent = (int)(100 * (ts - c->from_ms) / (c->to_ms - c->from_ms));
        for (unsigned i = 0; i < c->site->devices; i++)
            if (c->include == NULL || c->include(&c->site->device[i]))
                written += device_rows(&b, c, i, ts);
        if (fwrite(b.p, 1, b.n, out) != b.n)
            rc = NILA_ERR_IO;
        buf_clear(&b);
        if (percent != told && c->progress != NULL)
            c->progress(c->progress_arg, percent);
        told = percent;
    }
    if (rc == 0 && (fwrite(b.p, 1, b.n, out) != b.n || fflush(out) != 0))
        rc = NILA_ERR_IO;
    buf_free(&b);
    if (rc == 0)
        *rows = written;
    return rc;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Series from InfluxDB 1.x: the server makes the means, bounds in time are always given. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/config.h"
#include "collector/common/buf.h"
#include "collector/common/clock.h"
#include "collector/common/influx.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "series_source.h"

enum {
    TOKEN_MAX = 512,
    /* Newest rows looked at for each device: a register that failed alone is missing from the very newest. */
    LATEST_ROWS = 4
};

/* A device's clock may be a little ahead. A row stamped later comes from a clock gone astray; it would be the newest for as
 * long as it lies ahead, and hide all that come after it. */
#define AHEAD_MS ((int64_t)10 * 60 * 1000)

struct series_influx {
    struct influx *db;
};

/* "user:password", one line. */
static int read_token(const char *path, char *token, size_t size, char *why, size_t why_size)
{
    FILE *f = fopen(path, "r");
    size_t n;
    int rc = 0;

    if (f == NULL) {
        (void)snprintf(why, why_size, "%s: %s", path, tongue_errno(errno));
        return errno == ENOENT   ? NILA_ERR_NOT_FOUND
               : errno == EACCES ? NILA_ERR_DENIED
                                 : NILA_ERR_IO;
    }
    n = fread(token, 1, size - 1, f);
    token[n] = '\0';
    if (ferror(f) != 0) {
        (void)snprintf(why, why_size, "%s: %s", path, tongue_errno(errno));
        rc = NILA_ERR_IO;
    } else {
        token[strcspn(token, "\r\n")] = '\0';
        if (n == size - 1 || strchr(token, ':') == NULL) {
            (void)snprintf(why, why_size,
                           tongue("%s: seharusnya satu baris \"pengguna:sandi\"",
                                  "%s: one line \"user:password\" is expected"),
                           path);
            rc = NILA_ERR_CONFIG;
        }
    }
    (void)fclose(f);
    return rc;
}

int series_influx_open(void **impl, const struct analytics_config *c, char *why, size_t why_size)
{
    char token[TOKEN_MAX] = "";
    struct influx_config ic = {.url = c->influx_url,
                               .database = c->influx_database,
                               .user_pass = token,
                               .timeout_ms = SERIES_TIMEOUT_MS};
    struct influx *db;
    struct series_influx *s;
    int rc = 0;

    if (c->influx_token_file[0] != '\0')
        rc = read_token(c->influx_token_file, token, sizeof token, why, why_size);
    if (rc != 0)
        return rc;
    rc = influx_open(&db, &ic);
    if (rc != 0) {
        (void)snprintf(why, why_size,
                       tongue("%s: bukan alamat InfluxDB", "%s: not an address of InfluxDB"),
                       c->influx_url);
        return rc;
    }
    s = xcalloc(1, sizeof *s);
    s->db = db;
    *impl = s;
    return 0;
}

static void close_influx(void *impl)
{
    struct series_influx *s = impl;

    influx_close(s->db);
    free(s);
}

static const char *cell_of(size_t n, const char *const *column, const char *const *cell,
                           const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(column[i], name) == 0)
            return cell[i];
    return "";
}

static bool to_number(const char *text, double *out)
{
    char *end;
    double v = strtod(text, &end);

    if (end == text || *end != '\0' || !isfinite(v))
        return false;
    *out = v;
    return true;
}

static bool to_time(const char *text, int64_t *out)
{
    char *end;
    long long v;

    errno = 0;
    v = strtoll(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || v < 0)
        return false;
    *out = v;
    return true;
}

static void add_bounds(struct buf *q, const char *pond, int64_t from_ms)
{
    buf_str(q, " WHERE \"pond\" = ");
    influx_quote_string(q, pond);
    buf_printf(q, " AND time >= %lldms", (long long)from_ms);
}

static int load_row(void *arg, size_t n, const char *const *column, const char *const *cell)
{
    int64_t ts_ms;
    double value;

    if (!to_time(cell_of(n, column, cell, "time"), &ts_ms) ||
        !to_number(cell_of(n, column, cell, "v"), &value))
        return NILA_ERR_PROTO;
    return series_sink_add(arg, ts_ms, value);
}

static int load(void *impl, const char *pond, enum metric metric, int64_t to_ms,
                struct series_sink *sink, char *why)
{
    struct series_influx *s = impl;
    const struct metric_info *info = metric_info(metric);
    bool raw = sink->bucket_ms == 0;
    struct buf q = {0};
    int rc;

    buf_printf(&q, raw ? "SELECT \"%s\" AS v FROM \"%s\"" : "SELECT mean(\"%s\") AS v FROM \"%s\"",
               info->name, metric_class_name(info->group));
    add_bounds(&q, pond, sink->from_ms);
    /* only what models may use: flags 1 and 2 (reading_usable) */
    buf_printf(&q, " AND time < %lldms AND \"%s_q\" < 3", (long long)to_ms, info->name);
    if (raw) /* one more than allowed tells too many from just enough */
        buf_printf(&q, " LIMIT %d", SERIES_MAX + 1);
    else
        buf_printf(&q, " GROUP BY time(%lldms, %lldms) fill(none)", (long long)sink->bucket_ms,
                   (long long)(sink->from_ms % sink->bucket_ms));
    rc = influx_query(s->db, q.p, load_row, sink, why, SERIES_WHY_SIZE);
    buf_free(&q);
    return rc;
}

/* A row of one device: every metric it carries, by value or by flag alone. */
static int latest_row(void *arg, size_t n, const char *const *column, const char *const *cell)
{
    static const char TAG[] = "device=";
    struct series_latest *out = arg;
    struct series_last found = {0};
    const char *tags = cell_of(n, column, cell, "tags");

    if (!to_time(cell_of(n, column, cell, "time"), &found.ts_ms) ||
        strncmp(tags, TAG, sizeof TAG - 1) != 0)
        return NILA_ERR_PROTO;
    (void)snprintf(found.device, sizeof found.device, "%s", tags + sizeof TAG - 1);
    for (size_t i = 0; i < n; i++) {
        char name[64];
        size_t len = strlen(column[i]);
        enum metric m;
        double q, bits = 0;

        /* "do_mg_l_q": a flag stands beside every value, and alone when the value is missing */
        if (cell[i][0] == '\0' || len < 3 || len >= sizeof name - 8 ||
            strcmp(column[i] + len - 2, "_q") != 0)
            continue;
        (void)snprintf(name, sizeof name, "%.*s", (int)(len - 2), column[i]);
        if (metric_find(name, &m) != 0)
            continue;
        if (!to_number(cell[i], &q) || q < 1 || q > 9)
            return NILA_ERR_PROTO;
        found.flag = (int)q;
        found.value = NAN;
        (void)to_number(cell_of(n, column, cell, name), &found.value);
        (void)snprintf(name + len - 2, sizeof name - (len - 2), "_bits");
        (void)to_number(cell_of(n, column, cell, name), &bits);
        found.bits = bits >= 0 && bits < 65536 ? (int)bits : 0;
        series_latest_offer(&out->metric[m], &found);
    }
    return 0;
}

static int latest(void *impl, const char *pond, int64_t from_ms, struct series_latest *out,
                  char *why)
{
    struct series_influx *s = impl;
    long long until_ms = clock_wall_ms() + AHEAD_MS;
    struct buf q = {0};
    int rc;

    buf_str(&q, "SELECT * FROM \"water\", \"weather\", \"equipment\"");
    add_bounds(&q, pond, from_ms);
    buf_printf(&q, " AND time < %lldms GROUP BY \"device\" ORDER BY time DESC LIMIT %d", until_ms,
               LATEST_ROWS);
    rc = influx_query(s->db, q.p, latest_row, out, why, SERIES_WHY_SIZE);
    buf_free(&q);
    return rc;
}

static int write_lines(void *impl, const char *lines, size_t len, char *why)
{
    struct series_influx *s = impl;
    struct influx_answer a;
    int rc = influx_write(s->db, lines, len, &a);

    if (rc != 0)
        return rc;
    if (a.verdict == INFLUX_STORED)
        return 0;
    (void)snprintf(why, SERIES_WHY_SIZE, "HTTP %ld: %.230s", a.status, a.text);
    switch (a.verdict) {
    case INFLUX_BAD_LINES:
    case INFLUX_MISCONFIGURED:
        return NILA_ERR_REFUSED;
    case INFLUX_TOO_BIG:
        return NILA_ERR_FULL;
    case INFLUX_STORED:
    case INFLUX_LATER:
        break;
    }
    return NILA_ERR_IO;
}

/* --- heartbeats --- */

struct beats {
    struct series_beat *beat;
    size_t n;
};

/* The value of a tag in "a=1,b=2". */
static void tag_of(const char *tags, const char *key, char *out, size_t size)
{
    const size_t len = strlen(key);

    out[0] = '\0';
    for (const char *p = tags; *p != '\0'; p += strcspn(p, ","), p += *p == ',')
        if (strncmp(p, key, len) == 0 && p[len] == '=')
            (void)snprintf(out, size, "%.*s", (int)strcspn(p + len + 1, ","), p + len + 1);
}

/* The place of the collector's newest heartbeat: a collector that was brought up to date has two versions. */
static struct series_beat *place_of(struct beats *b, const struct series_beat *found)
{
    for (size_t i = 0; i < b->n; i++)
        if (strcmp(b->beat[i].collector, found->collector) == 0 &&
            strcmp(b->beat[i].site, found->site) == 0)
            return b->beat[i].ts_ms < found->ts_ms ? &b->beat[i] : NULL;
    b->beat = xrealloc(b->beat, b->n + 1, sizeof *b->beat);
    return &b->beat[b->n++];
}

static int beat_row(void *arg, size_t n, const char *const *column, const char *const *cell)
{
    struct series_beat found = {0}, *at;
    const struct {
        const char *name;
        double *value;
    } FIELD[] = {{"up_s", &found.up_s},
                 {"devices", &found.devices},
                 {"devices_good", &found.devices_good},
                 {"clock_trusted", &found.clock_trusted},
                 {"disk_free_mb", &found.disk_free_mb},
                 {"power_weak", &found.power_weak},
                 {"pending", &found.pending},
                 {"oldest_unsent_s", &found.oldest_unsent_s},
                 {"journal_bytes", &found.journal_bytes},
                 {"dropped", &found.dropped},
                 {"quarantined", &found.quarantined},
                 {"lost_values", &found.lost_values},
                 {"fleet_number", &found.fleet_number},
                 {"fleet_failed", &found.fleet_failed},
                 {"fleet_trial", &found.fleet_trial}};
    const char *tags = cell_of(n, column, cell, "tags");

    if (!to_time(cell_of(n, column, cell, "time"), &found.ts_ms))
        return NILA_ERR_PROTO;
    tag_of(tags, "collector", found.collector, sizeof found.collector);
    tag_of(tags, "site", found.site, sizeof found.site);
    tag_of(tags, "regency", found.regency, sizeof found.regency);
    tag_of(tags, "version", found.version, sizeof found.version);
    for (size_t i = 0; i < sizeof FIELD / sizeof FIELD[0]; i++) {
        *FIELD[i].value = NAN;
        (void)to_number(cell_of(n, column, cell, FIELD[i].name), FIELD[i].value);
    }
    at = place_of(arg, &found);
    if (at != NULL)
        *at = found;
    return 0;
}

static int beats(void *impl, int64_t from_ms, struct series_beat **out, size_t *n, char *why)
{
    struct series_influx *s = impl;
    struct beats b = {0};
    struct buf q = {0};
    int rc;

    buf_printf(&q,
               "SELECT * FROM \"collector\" WHERE time >= %lldms AND time < %lldms GROUP BY "
               "\"collector\", \"site\", \"regency\", \"version\" ORDER BY time DESC LIMIT 1",
               (long long)from_ms, (long long)(clock_wall_ms() + AHEAD_MS));
    rc = influx_query(s->db, q.p, beat_row, &b, why, SERIES_WHY_SIZE);
    buf_free(&q);
    *out = b.beat;
    *n = b.n;
    return rc;
}

const struct series_ops SERIES_INFLUX = {load, latest, write_lines, NULL, beats, close_influx};

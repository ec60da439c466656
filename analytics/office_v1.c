/* SPDX-License-Identifier: GPL-3.0-or-later */
/* InfluxDB 1.x: everything is InfluxQL. Without a login the server must be told to want one (auth-enabled); that is its own
 * configuration, so it is said and not done, except by office_install. */
#include "office_v1_own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/tongue.h"

#define CQ      "nila1_" /* with the form of its text: another form is another name */
#define CHUNK   (7 * CIVIL_DAY_MS)
#define LONG_MS 600000 /* what fills a week of all ponds may take so long */

const char *office_v1_cell(const char *name, size_t n, const char *const *column,
                           const char *const *cell)
{
    /* from the end: the first is the series' own, which is called name as well */
    while (n-- > 0)
        if (strcmp(column[n], name) == 0)
            return cell[n];
    return NULL;
}

static int find_row(void *arg, size_t n, const char *const *column, const char *const *cell)
{
    struct office_find_row *f = arg;
    const char *said = office_v1_cell(f->column, n, column, cell), *take;

    if (said == NULL || (f->wanted != NULL && strcmp(said, f->wanted) != 0))
        return 0;
    take = f->take != NULL ? office_v1_cell(f->take, n, column, cell) : NULL;
    if (take != NULL && f->out != NULL)
        (void)snprintf(f->out, f->size, "%s", take);
    f->rows++;
    return 0;
}

/* Rows with column = wanted in the answer to q; *found how many. Told when it fails. */
int office_v1_ask(struct office *o, const char *q, struct office_find_row *f)
{
    char why[OFFICE_WHY] = "";
    int rc = influx_query(o->db, q, find_row, f, why, sizeof why);

    if (rc != 0)
        office_tell(o, OFFICE_FAILED, "%.60s: %.250s", q, why);
    return rc;
}

int office_v1_ignore(void *arg, size_t n, const char *const *column, const char *const *cell)
{
    (void)arg, (void)n, (void)column, (void)cell;
    return 0;
}

/* Does q, unless dry; what it is about is told either way. */
static int make(struct office *o, const char *q, const char *what)
{
    char why[OFFICE_WHY] = "";
    int rc = o->dry ? 0 : influx_query(o->db, q, office_v1_ignore, NULL, why, sizeof why);

    if (rc == 0)
        office_tell(o, OFFICE_MADE, "%s", what);
    else
        office_tell(o, OFFICE_FAILED, "%s: %.250s", what, why);
    return rc;
}

int office_v1_open(struct office *o, const char *login, int64_t timeout_ms, struct influx **out)
{
    const struct influx_config c = {.api = INFLUX_V1,
                                    .url = o->plan.url,
                                    .database = o->plan.database,
                                    .user_pass = login,
                                    .timeout_ms = timeout_ms};

    return influx_open(out, &c);
}

/* --- the database, what it keeps ---------------------------------------------------------------------------------- */

static int database(struct office *o, bool *there)
{
    struct office_find_row f = {.column = "name", .wanted = o->plan.database};
    struct buf q = {0};
    char what[128];
    int rc = office_v1_ask(o, "SHOW DATABASES", &f);

    *there = f.rows > 0;
    (void)snprintf(what, sizeof what, tongue("database %s", "database %s"), o->plan.database);
    if (rc == 0 && *there) {
        office_tell(o, OFFICE_THERE, "%s", what);
    } else if (rc == 0) {
        buf_str(&q, "CREATE DATABASE ");
        influx_quote_name(&q, o->plan.database);
        rc = make(o, q.p, what);
    }
    buf_free(&q);
    return rc;
}

/* "8760h0m0s" in days; 0 for ever. */
static int64_t days_of(const char *duration)
{
    char *end;
    long long h = strtoll(duration, &end, 10);

    return end != duration && *end == 'h' ? h / 24 : 0;
}

static void say_days(char out[static 48], int64_t days)
{
    if (days == 0)
        (void)snprintf(out, 48, "%s", tongue("selamanya", "for ever"));
    else
        (void)snprintf(out, 48, tongue("%lld hari", "%lld days"), (long long)days);
}

static void policy_text(struct buf *q, const char *verb, const char *name, const char *database,
                        int days)
{
    buf_printf(q, "%s RETENTION POLICY ", verb);
    influx_quote_name(q, name);
    buf_str(q, " ON ");
    influx_quote_name(q, database);
    if (days > 0)
        buf_printf(q, " DURATION %dd", days);
    else
        buf_str(q, " DURATION INF");
}

/* The policy of that name keeps days; one that keeps longer is left alone without plan.shorten: readings would be thrown away. */
static int policy(struct office *o, const char *name, bool there, int64_t has, int days)
{
    struct buf q = {0};
    char what[160], wanted[48], now[48];
    bool shorter = days > 0 && (has == 0 || has > days);
    int rc = 0;

    say_days(wanted, days);
    say_days(now, has);
    (void)snprintf(what, sizeof what, tongue("retensi %s: %s", "retention %s: %s"), name, wanted);
    if (!there) {
        policy_text(&q, "CREATE", name, o->plan.database, days);
        buf_str(&q, " REPLICATION 1");
        rc = make(o, q.p, what);
    } else if (has == days) {
        office_tell(o, OFFICE_THERE, "%s", what);
    } else if (shorter && !o->plan.shorten) {
        office_tell(
            o, OFFICE_NOTE,
            tongue("retensi %s tetap %s: %s akan menghapus data lama (pilih --shorten bila "
                   "memang dimaksud)",
                   "retention %s stays %s: %s would throw old readings away (--shorten when "
                   "that is meant)"),
            name, now, wanted);
    } else {
        policy_text(&q, "ALTER", name, o->plan.database, days);
        rc = make(o, q.p, what);
    }
    buf_free(&q);
    return rc;
}

struct policies {
    char raw[65];
    int64_t days[3];
    bool there[3];
};

static int policy_row(void *arg, size_t n, const char *const *column, const char *const *cell)
{
    struct policies *p = arg;
    const char *name = office_v1_cell("name", n, column, cell),
               *duration = office_v1_cell("duration", n, column, cell),
               *usual = office_v1_cell("default", n, column, cell);
    int at;

    if (name == NULL || duration == NULL || usual == NULL)
        return NILA_ERR_PARSE;
    at = strcmp(usual, "true") == 0         ? 0
         : strcmp(name, OFFICE_HOURLY) == 0 ? 1
         : strcmp(name, OFFICE_DAILY) == 0  ? 2
                                            : -1;
    if (at < 0)
        return 0;
    if (at == 0)
        (void)snprintf(p->raw, sizeof p->raw, "%s", name);
    p->there[at] = true;
    p->days[at] = days_of(duration);
    return 0;
}

static int retention(struct office *o, bool database_there, char raw[static 65])
{
    struct policies p = {.raw = "autogen", .there = {true}};
    struct buf q = {0};
    char why[OFFICE_WHY] = "";
    int rc = 0;

    if (database_there || !o->dry) {
        buf_str(&q, "SHOW RETENTION POLICIES ON ");
        influx_quote_name(&q, o->plan.database);
        rc = influx_query(o->db, q.p, policy_row, &p, why, sizeof why);
        if (rc != 0)
            office_tell(o, OFFICE_FAILED, "%s: %.250s", q.p, why);
    }
    buf_free(&q);
    (void)snprintf(raw, 65, "%s", p.raw);
    if (rc == 0)
        rc = policy(o, p.raw, true, p.days[0], o->plan.keep_raw_days);
    if (rc == 0)
        rc = policy(o, OFFICE_HOURLY, p.there[1], p.days[1], o->plan.keep_hourly_days);
    return rc == 0 ? policy(o, OFFICE_DAILY, p.there[2], p.days[2], 0) : rc;
}

/* --- by the hour, by the day -------------------------------------------------------------------------------------- */

struct queries {
    const char *database;
    bool there[METRIC_COUNT][2];
};

static void query_name(char out[static 80], enum metric m, bool daily)
{
    (void)snprintf(out, 80, CQ "%s_%s", daily ? OFFICE_DAILY : OFFICE_HOURLY, metric_info(m)->name);
}

/* Rows of all databases: the series is the database. */
static int query_row(void *arg, size_t n, const char *const *column, const char *const *cell)
{
    struct queries *s = arg;
    const char *name = office_v1_cell("name", n, column, cell),
               *text = office_v1_cell("query", n, column, cell);
    char wanted[80];

    if (name == NULL || text == NULL)
        return NILA_ERR_PARSE;
    if (strcmp(cell[0], s->database) != 0)
        return 0;
    for (int m = 0; m < METRIC_COUNT; m++)
        for (int d = 0; d < 2; d++) {
            query_name(wanted, (enum metric)m, d == 1);
            if (strcmp(name, wanted) == 0)
                s->there[m][d] = true;
        }
    return 0;
}

static int make_query(struct office *o, const char *raw, enum metric m, bool daily)
{
    struct buf q = {0};
    char name[80], why[OFFICE_WHY] = "";
    int rc;

    query_name(name, m, daily);
    buf_printf(&q, "CREATE CONTINUOUS QUERY \"%s\" ON ", name);
    influx_quote_name(&q, o->plan.database);
    buf_printf(&q, " RESAMPLE EVERY %s FOR %s BEGIN ", daily ? "1h" : "30m", daily ? "72h" : "48h");
    office_rollup(&q, o->plan.database, raw, m, daily, 0, 0);
    buf_str(&q, " END");
    rc = o->dry ? 0 : influx_query(o->db, q.p, office_v1_ignore, NULL, why, sizeof why);
    if (rc != 0)
        office_tell(o, OFFICE_FAILED, "%s: %.250s", name, why);
    buf_free(&q);
    return rc;
}

/* What was there before the queries were made, or what came later than they look back, in pieces of a week. */
static int make_past(struct office *o, struct influx *db, const char *raw, enum metric m,
                     bool daily, int64_t from_ms)
{
    int64_t now = clock_wall_ms();
    struct buf q = {0};
    char why[OFFICE_WHY] = "";
    int rc = 0;

    for (int64_t at = from_ms; rc == 0 && at < now; at += CHUNK) {
        buf_clear(&q);
        office_rollup(&q, o->plan.database, raw, m, daily, at, at + CHUNK);
        rc = influx_query(db, q.p, office_v1_ignore, NULL, why, sizeof why);
    }
    if (rc != 0)
        office_tell(o, OFFICE_FAILED, "%s: %.250s", metric_info(m)->name, why);
    buf_free(&q);
    return rc;
}

/* The day of the first reading, WIB; 0 there is none. */
static int first_day(struct office *o, const char *raw, enum metric m, int64_t *out)
{
    const struct metric_info *info = metric_info(m);
    char when[32] = "";
    struct office_find_row f = {.column = "time", .take = "time", .out = when, .size = sizeof when};
    struct buf q = {0};
    long long ms;
    char *end;
    int rc;

    buf_printf(&q, "SELECT first(\"%s\") FROM ", info->name);
    influx_quote_name(&q, o->plan.database);
    buf_str(&q, ".");
    influx_quote_name(&q, raw);
    buf_printf(&q, ".\"%s\"", metric_class_name(info->group));
    rc = office_v1_ask(o, q.p, &f);
    buf_free(&q);
    ms = strtoll(when, &end, 10);
    *out =
        rc == 0 && f.rows > 0 && end != when && *end == '\0' ? civil_day_start(civil_day(ms)) : 0;
    return rc;
}

static int past(struct office *o, const char *raw, const struct queries *s)
{
    struct influx *db = NULL;
    int64_t since = o->plan.again_days > 0 ? civil_day_start(civil_day(clock_wall_ms())) -
                                                 o->plan.again_days * CIVIL_DAY_MS
                                           : 0;
    size_t done = 0;
    int rc = office_v1_open(o, o->plan.admin, LONG_MS, &db);

    for (int m = 0; rc == 0 && m < METRIC_COUNT; m++) {
        int64_t first = 0;
        if (s->there[m][0] && s->there[m][1] && o->plan.again_days == 0)
            continue;
        rc = first_day(o, raw, (enum metric)m, &first);
        if (rc != 0 || first == 0)
            continue;
        for (int d = 0; rc == 0 && d < 2; d++)
            if (!s->there[m][d] || o->plan.again_days > 0)
                rc = make_past(o, db, raw, (enum metric)m, d == 1, first > since ? first : since);
        done++;
    }
    influx_close(db);
    if (rc == 0 && done > 0)
        office_tell(o, OFFICE_MADE,
                    tongue("nilai tiap jam dan tiap hari dari data yang sudah ada (%zu besaran)",
                           "hourly and daily values of what was there already (%zu quantities)"),
                    done);
    return rc;
}

static int rollups(struct office *o, bool database_there, const char *raw)
{
    struct queries s = {.database = o->plan.database};
    char why[OFFICE_WHY] = "";
    size_t missing = 0;
    int rc = 0;

    if (database_there)
        rc = influx_query(o->db, "SHOW CONTINUOUS QUERIES", query_row, &s, why, sizeof why);
    if (rc != 0)
        office_tell(o, OFFICE_FAILED, "SHOW CONTINUOUS QUERIES: %.250s", why);
    for (int m = 0; rc == 0 && m < METRIC_COUNT; m++)
        for (int d = 0; rc == 0 && d < 2; d++)
            if (!s.there[m][d]) {
                rc = make_query(o, raw, (enum metric)m, d == 1);
                missing++;
            }
    if (rc == 0)
        office_tell(o, missing > 0 ? OFFICE_MADE : OFFICE_THERE,
                    tongue("ringkasan tiap jam dan tiap hari: %d continuous query",
                           "hourly and daily values: %d continuous queries"),
                    2 * METRIC_COUNT);
    return rc == 0 && database_there && !o->dry ? past(o, raw, &s) : rc;
}

/* --- does it work ------------------------------------------------------------------------------------------------- */

static int say_auth(struct office *o)
{
    if (o->found.wants_login)
        return 0;
    office_tell(
        o, OFFICE_NOTE,
        tongue(
            "InfluxDB ini tidak meminta login: siapa pun di jaringannya boleh membaca dan "
            "menghapus. Di [http] berkas /etc/influxdb/influxdb.conf tulis auth-enabled = true, "
            "lalu sudo systemctl restart influxdb; login yang dibuat di sini berlaku sejak itu.",
            "this InfluxDB asks for no login: anybody on its network may read and delete. Put "
            "auth-enabled = true into [http] of /etc/influxdb/influxdb.conf, then sudo systemctl "
            "restart influxdb; the logins made here hold from then on."));
    return 0;
}

/* A point written with the login of a collector, read with that of the pages, and taken away again. */
static int try_it(struct office *o, const char *writer)
{
    struct influx *in = NULL, *out = NULL;
    char why[OFFICE_WHY] = "";
    int rc = office_v1_open(o, writer, 0, &in);

    if (rc == 0)
        rc = office_v1_open(o, o->reader, 0, &out);
    if (rc == 0)
        rc = office_write_and_read(in, out, why);
    if (rc == 0)
        rc = influx_query(o->db, "DROP MEASUREMENT " OFFICE_TRIED, office_v1_ignore, NULL, why,
                          sizeof why);
    if (rc == 0 && o->found.wants_login && strcmp(writer, o->reader) != 0 &&
        influx_query(in, "SELECT * FROM water LIMIT 1", office_v1_ignore, NULL, NULL, 0) == 0) {
        (void)snprintf(why, sizeof why, "%s",
                       tongue("login kolektor boleh membaca", "a collector's login may read"));
        rc = NILA_ERR_DENIED;
    }
    influx_close(in);
    influx_close(out);
    return office_tried(
        o, rc, why,
        tongue("coba: ditulis, dibaca lagi, dihapus", "tried: written, read back, taken away"));
}

int office_v1(struct office *o)
{
    char raw[65] = "autogen";
    const char *writer = o->reader;
    bool there = false;
    int rc = office_v1_admin(o);

    if (o->dry && rc == 0 && o->plan.admin[0] != '\0' && o->found.wants_login && o->made > 0) {
        office_tell(o, OFFICE_NOTE,
                    tongue("sisanya baru terlihat sesudah admin ada",
                           "the rest shows once there is an admin"));
        goto out;
    }
    if (rc == 0)
        rc = database(o, &there);
    if (rc == 0)
        rc = retention(o, there, raw);
    if (rc == 0)
        rc = rollups(o, there, raw);
    if (rc == 0)
        rc = office_v1_reader(o);
    for (size_t i = 0; rc == 0 && i < o->plan.collectors; i++) {
        rc = office_v1_collector(o, i);
        if (o->login[i][0] != '\0')
            writer = o->login[i];
    }
    if (rc == 0 && !o->dry)
        rc = try_it(o, writer);
    if (rc == 0)
        rc = say_auth(o);
out:
    influx_close(o->db);
    o->db = NULL;
    return rc;
}

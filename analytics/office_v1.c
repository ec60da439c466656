/* SPDX-License-Identifier: GPL-3.0-or-later */
/* InfluxDB 1.x: everything is InfluxQL. Without a login the server must be told to want one (auth-enabled); that is its own
 * configuration, so it is said and not done, except by office_install. */
#include "office.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/tongue.h"

#define ADMIN   "nila_admin"
#define READER  "nila_analytics"
#define CQ      "nila1_" /* with the form of its text: another form is another name */
#define CHUNK   (7 * CIVIL_DAY_MS)
#define LONG_MS 600000 /* what fills a week of all ponds may take so long */

/* A column of one row of an answer; NULL none. */
struct find {
    const char *column, *wanted; /* rows whose column is wanted */
    const char *take;            /* gets this column's cell */
    char *out;
    size_t size, rows;
};

static const char *cell_of(const char *name, size_t n, const char *const *column,
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
    struct find *f = arg;
    const char *said = cell_of(f->column, n, column, cell), *take;

    if (said == NULL || (f->wanted != NULL && strcmp(said, f->wanted) != 0))
        return 0;
    take = f->take != NULL ? cell_of(f->take, n, column, cell) : NULL;
    if (take != NULL && f->out != NULL)
        (void)snprintf(f->out, f->size, "%s", take);
    f->rows++;
    return 0;
}

/* Rows with column = wanted in the answer to q; *found how many. Told when it fails. */
static int ask(struct office *o, const char *q, struct find *f)
{
    char why[OFFICE_WHY] = "";
    int rc = influx_query(o->db, q, find_row, f, why, sizeof why);

    if (rc != 0)
        office_tell(o, OFFICE_FAILED, "%.60s: %.250s", q, why);
    return rc;
}

static int ignore_row(void *arg, size_t n, const char *const *column, const char *const *cell)
{
    (void)arg, (void)n, (void)column, (void)cell;
    return 0;
}

/* Does q, unless dry; what it is about is told either way. */
static int make(struct office *o, const char *q, const char *what)
{
    char why[OFFICE_WHY] = "";
    int rc = o->dry ? 0 : influx_query(o->db, q, ignore_row, NULL, why, sizeof why);

    if (rc == 0)
        office_tell(o, OFFICE_MADE, "%s", what);
    else
        office_tell(o, OFFICE_FAILED, "%s: %.250s", what, why);
    return rc;
}

static int open_as(struct office *o, const char *login, int64_t timeout_ms, struct influx **out)
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
    struct find f = {.column = "name", .wanted = o->plan.database};
    struct buf q = {0};
    char what[128];
    int rc = ask(o, "SHOW DATABASES", &f);

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
    const char *name = cell_of("name", n, column, cell),
               *duration = cell_of("duration", n, column, cell),
               *usual = cell_of("default", n, column, cell);
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
    const char *name = cell_of("name", n, column, cell), *text = cell_of("query", n, column, cell);
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
    rc = o->dry ? 0 : influx_query(o->db, q.p, ignore_row, NULL, why, sizeof why);
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
        rc = influx_query(db, q.p, ignore_row, NULL, why, sizeof why);
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
    struct find f = {.column = "time", .take = "time", .out = when, .size = sizeof when};
    struct buf q = {0};
    long long ms;
    char *end;
    int rc;

    buf_printf(&q, "SELECT first(\"%s\") FROM ", info->name);
    influx_quote_name(&q, o->plan.database);
    buf_str(&q, ".");
    influx_quote_name(&q, raw);
    buf_printf(&q, ".\"%s\"", metric_class_name(info->group));
    rc = ask(o, q.p, &f);
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
    int rc = open_as(o, o->plan.admin, LONG_MS, &db);

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

/* --- logins ------------------------------------------------------------------------------------------------------- */

static int set_user(struct office *o, const char *name, bool there, bool admin,
                    char login[static OFFICE_LOGIN])
{
    struct buf q = {0};
    char password[33], why[OFFICE_WHY] = "";
    int rc = office_password(password);

    buf_str(&q, there ? "SET PASSWORD FOR " : "CREATE USER ");
    influx_quote_name(&q, name);
    buf_str(&q, there ? " = " : " WITH PASSWORD ");
    influx_quote_string(&q, password);
    if (admin && !there)
        buf_str(&q, " WITH ALL PRIVILEGES");
    if (rc == 0 && !o->dry)
        rc = influx_query(o->db, q.p, ignore_row, NULL, why, sizeof why);
    if (rc == 0)
        (void)snprintf(login, OFFICE_LOGIN, "%s:%s", name, password);
    else
        office_tell(o, OFFICE_FAILED, "%s: %.250s", name, why);
    if (q.p != NULL)
        explicit_bzero(q.p, q.n);
    explicit_bzero(password, sizeof password);
    buf_free(&q);
    return rc;
}

static int grant(struct office *o, const char *what, const char *name)
{
    struct buf q = {0};
    char why[OFFICE_WHY] = "";
    int rc;

    buf_printf(&q, "GRANT %s ON ", what);
    influx_quote_name(&q, o->plan.database);
    buf_str(&q, " TO ");
    influx_quote_name(&q, name);
    rc = o->dry ? 0 : influx_query(o->db, q.p, ignore_row, NULL, why, sizeof why);
    if (rc != 0)
        office_tell(o, OFFICE_FAILED, "%s: %.250s", q.p, why);
    buf_free(&q);
    return rc;
}

static int is_user(struct office *o, const char *name, bool *there)
{
    struct find f = {.column = "user", .wanted = name};
    int rc = ask(o, "SHOW USERS", &f);

    *there = f.rows > 0;
    return rc;
}

/* A server that has no admin takes its first from anybody; one that has asks for it. */
static int admin(struct office *o)
{
    struct find f = {.column = "admin", .wanted = "true"};
    char path[OFFICE_PATH];
    int rc = 0;

    office_beside(o, "office", "influx-admin.token", path, sizeof path);
    if (o->plan.admin[0] == '\0')
        (void)office_first_line(path, o->plan.admin, sizeof o->plan.admin);
    rc = open_as(o, o->plan.admin, 0, &o->db);
    if (rc != 0) {
        office_tell(o, OFFICE_FAILED, "%s", o->plan.url);
        return rc;
    }
    if (o->found.wants_login && o->plan.admin[0] == '\0') {
        /* refused: it has an admin, whose login is not known here */
        rc = set_user(o, ADMIN, false, true, o->plan.admin);
        if (rc != 0) {
            office_tell(o, OFFICE_NOTE,
                        tongue("InfluxDB ini sudah punya admin: berikan nama:sandinya",
                               "this InfluxDB has an admin already: give its name:password"));
            return NILA_ERR_DENIED;
        }
    } else {
        rc = ask(o, "SHOW USERS", &f);
        if (rc != 0 || f.rows > 0) {
            if (rc == 0)
                office_tell(o, OFFICE_THERE, tongue("admin InfluxDB", "InfluxDB's admin"));
            return rc;
        }
        rc = set_user(o, ADMIN, false, true, o->plan.admin);
    }
    if (rc == 0)
        office_tell(
            o, OFFICE_MADE,
            tongue("admin InfluxDB %s (disimpan di %s)", "InfluxDB's admin %s (kept in %s)"), ADMIN,
            path);
    if (rc == 0 && !o->dry) {
        rc = office_keep_secret(o, path, o->plan.admin);
        influx_close(o->db);
        o->db = NULL;
        if (rc == 0)
            rc = open_as(o, o->plan.admin, 0, &o->db);
    }
    return rc;
}

/* Does the server take this login? Without auth it takes any. */
static bool login_works(struct office *o, const char *login)
{
    struct influx *db = NULL;
    bool works = open_as(o, login, 0, &db) == 0 &&
                 influx_query(db, "SHOW MEASUREMENTS LIMIT 1", ignore_row, NULL, NULL, 0) == 0;

    influx_close(db);
    return works;
}

static int reader(struct office *o)
{
    char path[OFFICE_PATH];
    bool there = false, known;
    int rc = is_user(o, READER, &there);

    office_beside(o, "secrets", "influx.token", path, sizeof path);
    known = office_first_line(path, o->reader, sizeof o->reader);
    if (rc == 0 && there && known && login_works(o, o->reader)) {
        office_tell(o, OFFICE_THERE, tongue("login %s untuk halaman", "login %s of the pages"),
                    READER);
        return grant(o, "ALL", READER);
    }
    if (rc == 0)
        rc = set_user(o, READER, there, false, o->reader);
    if (rc == 0)
        office_tell(o, OFFICE_MADE, tongue("login %s untuk halaman", "login %s of the pages"),
                    READER);
    return rc == 0 ? grant(o, "ALL", READER) : rc;
}

static int collector(struct office *o, size_t i)
{
    char name[SLUG_SIZE + 8];
    bool there = false;
    int rc;

    (void)snprintf(name, sizeof name, "pi-%s", o->plan.collector[i]);
    rc = is_user(o, name, &there);
    if (rc != 0)
        return rc;
    if (there && !o->plan.renew) {
        office_tell(o, OFFICE_THERE,
                    tongue("login %s, hanya boleh menulis", "login %s, may only write"), name);
        return grant(o, "WRITE", name);
    }
    rc = set_user(o, name, there, false, o->login[i]);
    if (rc == 0)
        office_tell(o, OFFICE_MADE,
                    tongue("login %s, hanya boleh menulis", "login %s, may only write"), name);
    return rc == 0 ? grant(o, "WRITE", name) : rc;
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
    struct influx_answer a = {0};
    struct find f = {.column = "name", .wanted = "nila_setup_test"};
    char line[96], why[OFFICE_WHY] = "";
    int n =
        snprintf(line, sizeof line, "nila_setup_test,by=setup ok=1 %" PRId64 "\n", clock_wall_ms());
    int rc = open_as(o, writer, 0, &in);

    if (rc == 0)
        rc = influx_write(in, line, (size_t)n, &a);
    if (rc == 0 && a.verdict != INFLUX_STORED) {
        (void)snprintf(why, sizeof why, "%s", a.text);
        rc = NILA_ERR_REFUSED;
    }
    if (rc == 0)
        rc = open_as(o, o->reader, 0, &out);
    if (rc == 0)
        rc = influx_query(out, "SELECT ok FROM nila_setup_test", find_row, &f, why, sizeof why);
    if (rc == 0 && f.rows == 0)
        rc = NILA_ERR_NOT_FOUND;
    if (rc == 0)
        rc = influx_query(o->db, "DROP MEASUREMENT nila_setup_test", ignore_row, NULL, why,
                          sizeof why);
    if (rc == 0 && o->found.wants_login && strcmp(writer, o->reader) != 0 &&
        influx_query(in, "SELECT * FROM water LIMIT 1", ignore_row, NULL, NULL, 0) == 0) {
        (void)snprintf(why, sizeof why, "%s",
                       tongue("login kolektor boleh membaca", "a collector's login may read"));
        rc = NILA_ERR_DENIED;
    }
    influx_close(in);
    influx_close(out);
    if (rc == 0)
        office_tell(
            o, OFFICE_THERE,
            tongue("coba: ditulis, dibaca lagi, dihapus", "tried: written, read back, taken away"));
    else
        office_tell(o, OFFICE_FAILED,
                    tongue("coba menulis dan membaca: %.250s", "trying to write and read: %.250s"),
                    why[0] != '\0' ? why : nila_err_text(rc));
    return rc;
}

int office_v1(struct office *o)
{
    char raw[65] = "autogen";
    const char *writer = o->reader;
    bool there = false;
    int rc = admin(o);

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
        rc = reader(o);
    for (size_t i = 0; rc == 0 && i < o->plan.collectors; i++) {
        rc = collector(o, i);
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

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* InfluxDB 1.x: its admin, the login of the pages, one of each collector that may only write. */
#include "office_v1_own.h"

#include <stdio.h>
#include <string.h>

#include "collector/common/tongue.h"

#define ADMIN  "nila_admin"
#define READER "nila_analytics"

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
        rc = influx_query(o->db, q.p, office_v1_ignore, NULL, why, sizeof why);
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
    rc = o->dry ? 0 : influx_query(o->db, q.p, office_v1_ignore, NULL, why, sizeof why);
    if (rc != 0)
        office_tell(o, OFFICE_FAILED, "%s: %.250s", q.p, why);
    buf_free(&q);
    return rc;
}

static int is_user(struct office *o, const char *name, bool *there)
{
    struct office_find_row f = {.column = "user", .wanted = name};
    int rc = office_v1_ask(o, "SHOW USERS", &f);

    *there = f.rows > 0;
    return rc;
}

/* A server that has no admin takes its first from anybody; one that has asks for it. */
int office_v1_admin(struct office *o)
{
    struct office_find_row f = {.column = "admin", .wanted = "true"};
    char path[OFFICE_PATH];
    int rc = 0;

    office_beside(o, "office", "influx-admin.token", path, sizeof path);
    if (o->plan.admin[0] == '\0')
        (void)office_first_line(path, o->plan.admin, sizeof o->plan.admin);
    rc = office_v1_open(o, o->plan.admin, 0, &o->db);
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
        rc = office_v1_ask(o, "SHOW USERS", &f);
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
            rc = office_v1_open(o, o->plan.admin, 0, &o->db);
    }
    return rc;
}

/* Does the server take this login? Without auth it takes any. */
static bool login_works(struct office *o, const char *login)
{
    struct influx *db = NULL;
    bool works =
        office_v1_open(o, login, 0, &db) == 0 &&
        influx_query(db, "SHOW MEASUREMENTS LIMIT 1", office_v1_ignore, NULL, NULL, 0) == 0;

    influx_close(db);
    return works;
}

int office_v1_reader(struct office *o)
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

int office_v1_collector(struct office *o, size_t i)
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

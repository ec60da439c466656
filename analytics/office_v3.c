/* SPDX-License-Identifier: GPL-3.0-or-later */
/* InfluxDB 3.x: a database, and what this kind has not: tokens that may only write are its Enterprise's, hourly and daily values need a
 * plugin of its own. Both are said. */
#include "office.h"

#include <stdio.h>
#include <string.h>

#include "analytics/alert/channel.h"
#include "collector/common/tongue.h"

#define PATH "/api/v3/configure/database"

static int call(struct office *o, const char *path, const struct buf *body, struct buf *answer)
{
    char url[OFFICE_PATH + 64], login[OFFICE_LOGIN + 32], why[OFFICE_WHY] = "";
    const char *const headers[] = {"Content-Type: application/json", login, NULL};
    const struct http_request rq = {.method = body != NULL ? "POST" : "GET",
                                    .url = url,
                                    .headers = headers,
                                    .body = body != NULL ? body->p : NULL,
                                    .body_len = body != NULL ? body->n : 0};
    struct http_answer got = {0};
    int rc;

    (void)snprintf(url, sizeof url, "%s%s", o->plan.url, path);
    (void)snprintf(login, sizeof login, "Authorization: Bearer %s", o->plan.admin);
    rc = http_do(o->http, &rq, &got, why, sizeof why);
    explicit_bzero(login, sizeof login);
    if (rc == 0 && (got.status < 200 || got.status > 299)) {
        (void)snprintf(why, sizeof why, "HTTP %ld %.200s", got.status,
                       got.body.p != NULL ? got.body.p : "");
        rc = got.status == 401 || got.status == 403 ? NILA_ERR_DENIED : NILA_ERR_REFUSED;
    }
    if (rc != 0)
        office_tell(o, OFFICE_FAILED, "%s: %.250s", path, why);
    *answer = got.body;
    return rc;
}

/* [{"iox::database":"nila"}]: the name between quotes is enough, it is one of letters, digits, - and _. */
static bool listed(const struct buf *answer, const char *database)
{
    char quoted[80];

    (void)snprintf(quoted, sizeof quoted, "\"%s\"", database);
    return answer->p != NULL && strstr(answer->p, quoted) != NULL;
}

static int database(struct office *o)
{
    struct buf answer = {0}, body = {0};
    int rc = call(o, PATH "?format=json", NULL, &answer);
    bool there = rc == 0 && listed(&answer, o->plan.database);

    buf_free(&answer);
    if (there)
        office_tell(o, OFFICE_THERE, "database %s", o->plan.database);
    if (rc != 0 || there)
        return rc;
    buf_str(&body, "{\"db\":");
    channel_json(&body, o->plan.database);
    if (o->plan.keep_raw_days > 0)
        buf_printf(&body, ",\"retention_period\":\"%dd\"", o->plan.keep_raw_days);
    buf_str(&body, "}");
    if (!o->dry)
        rc = call(o, PATH, &body, &answer);
    if (rc == 0)
        office_tell(o, OFFICE_MADE, "database %s", o->plan.database);
    buf_free(&body);
    buf_free(&answer);
    return rc;
}

static int try_it(struct office *o)
{
    const struct influx_config writing = {
        .api = INFLUX_V3, .url = o->plan.url, .database = o->plan.database, .token = o->plan.admin};
    const struct influx_config reading = {
        .api = INFLUX_V1, .url = o->plan.url, .database = o->plan.database, .user_pass = o->reader};
    struct influx *in = NULL, *out = NULL;
    char why[OFFICE_WHY] = "";
    int rc = influx_open(&in, &writing);

    if (rc == 0)
        rc = influx_open(&out, &reading);
    if (rc == 0)
        rc = office_write_and_read(in, out, why);
    influx_close(in);
    influx_close(out);
    return office_tried(
        o, rc, why,
        tongue("coba: ditulis, dibaca lagi (tabel nila_setup_test boleh dihapus)",
               "tried: written, read back (the table nila_setup_test may be deleted)"));
}

int office_v3(struct office *o)
{
    int rc;

    if (o->plan.admin[0] == '\0') {
        office_tell(o, OFFICE_FAILED,
                    tongue("token InfluxDB 3 belum diberikan", "no token of InfluxDB 3 was given"));
        return NILA_ERR_DENIED;
    }
    rc = database(o);
    if (rc != 0)
        return rc;
    (void)snprintf(o->reader, sizeof o->reader, "nila:%.240s", o->plan.admin);
    for (size_t i = 0; i < o->plan.collectors; i++)
        (void)snprintf(o->login[i], OFFICE_LOGIN, "%s", o->plan.admin);
    office_tell(
        o, OFFICE_NOTE,
        tongue(
            "InfluxDB 3 Core hanya punya token admin: halaman dan semua kolektor memakai token "
            "ini, "
            "yang juga boleh membaca dan menghapus. Token yang hanya boleh menulis ada di "
            "Enterprise, InfluxDB 1 dan 2.",
            "InfluxDB 3 Core has admin tokens only: the pages and every collector use this one, "
            "which "
            "may read and delete as well. Tokens that may only write are in its Enterprise and in "
            "InfluxDB 1 and 2."));
    office_tell(
        o, OFFICE_NOTE,
        tongue(
            "InfluxDB 3 tidak punya continuous query atau task: nilai tiap jam dan tiap hari tidak "
            "dibuat; dasbor Grafana yang memakainya kosong.",
            "InfluxDB 3 has no continuous queries or tasks: hourly and daily values are not made; "
            "Grafana's panels that use them stay empty."));
    if (o->plan.keep_raw_days > 0)
        office_tell(o, OFFICE_NOTE,
                    tongue("lama simpan database InfluxDB 3 tidak dapat diubah sesudah dibuat",
                           "how long a database of InfluxDB 3 keeps cannot be changed later"));
    return o->dry ? 0 : try_it(o);
}

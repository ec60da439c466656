/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which InfluxDB answers. 1.x and 2.x say their version in a header of /ping, whoever asks; some 2.x leave it empty and say it at
 * /health; 3.x asks for a token first. */
#include "office.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/jsonconf.h"
#include "collector/common/tongue.h"

static int get(struct office *o, const char *path, bool login, struct http_answer *got, char *why)
{
    char url[OFFICE_PATH + 64], bearer[OFFICE_LOGIN + 32];
    const char *const headers[] = {bearer, NULL};
    const struct http_request rq = {.method = "GET",
                                    .url = url,
                                    .headers = login ? headers : NULL,
                                    .max_answer = 65536,
                                    .timeout_ms = 10000,
                                    .want = "X-Influxdb-Version"};

    (void)snprintf(url, sizeof url, "%s%s", o->plan.url, path);
    (void)snprintf(bearer, sizeof bearer, "Authorization: Bearer %s", o->plan.admin);
    return http_do(o->http, &rq, got, why, OFFICE_WHY);
}

/* "version" of a JSON answer; "" none. */
static void version_of(const struct buf *body, char *out, size_t size)
{
    struct jsonconf *c = NULL;
    char why[256];

    out[0] = '\0';
    if (body->p == NULL ||
        jsonconf_open_memory(&c, "health", body->p, body->n, why, sizeof why) != 0)
        return;
    jsonconf_string_or(c, jsonconf_root(c), "version", out, size, "");
    jsonconf_close(c);
}

static bool take_version(struct office_found *f, const char *text)
{
    if (*text == 'v')
        text++;
    if (text[0] < '1' || text[0] > '3' || text[1] != '.')
        return false;
    f->api = text[0] == '1' ? INFLUX_V1 : text[0] == '2' ? INFLUX_V2 : INFLUX_V3;
    (void)snprintf(f->version, sizeof f->version, "%.60s", text);
    return true;
}

/* May anybody ask? 1.x: a question without a login; 2.x: has it been set up? */
static int look_closer(struct office *o, char *why)
{
    struct http_answer got = {0};
    struct office_found *f = &o->found;
    int rc;

    if (f->api == INFLUX_V3) {
        f->wants_login = true;
        return 0;
    }
    rc = get(o, f->api == INFLUX_V1 ? "/query?q=SHOW%20DATABASES" : "/api/v2/setup", false, &got,
             why);
    f->wants_login = f->api == INFLUX_V2 || got.status == 401 || got.status == 403;
    f->fresh = f->api == INFLUX_V2 && got.body.p != NULL && strstr(got.body.p, "true") != NULL;
    buf_free(&got.body);
    return rc;
}

int office_find(struct office *o, char *why)
{
    struct http_answer got = {0};
    char version[64] = "";
    int rc = get(o, "/ping", false, &got, why);
    bool found = rc == 0 && take_version(&o->found, got.header);
    long status = got.status;

    if (rc == 0 && !found) {
        version_of(&got.body, version, sizeof version);
        found = take_version(&o->found, version);
    }
    buf_free(&got.body);
    if (rc == 0 && !found && status == 401 && o->plan.admin[0] != '\0') {
        rc = get(o, "/ping", true, &got, why);
        version_of(&got.body, version, sizeof version);
        found =
            rc == 0 && (take_version(&o->found, got.header) || take_version(&o->found, version));
        status = got.status;
        buf_free(&got.body);
    } else if (rc == 0 && !found && status == 401) { /* only 3.x keeps its version from strangers */
        o->found = (struct office_found){.api = INFLUX_V3, .wants_login = true};
        return 0;
    }
    if (rc == 0 && !found) {
        rc = get(o, "/health", false, &got, why);
        version_of(&got.body, version, sizeof version);
        found = rc == 0 && take_version(&o->found, version);
        buf_free(&got.body);
    }
    if (rc == 0 && !found) {
        (void)snprintf(
            why, OFFICE_WHY,
            tongue("%.200s: ada yang menjawab (HTTP %ld), tetapi bukan InfluxDB 1, 2 atau 3",
                   "%.200s: something answers (HTTP %ld), but no InfluxDB 1, 2 or 3"),
            o->plan.url, status);
        rc = NILA_ERR_PROTO;
    }
    return rc == 0 ? look_closer(o, why) : rc;
}

const char *office_find_cure(int rc)
{
    switch (rc) {
    case NILA_ERR_DENIED:
        return tongue("Sertifikat server itu tidak dipercaya mesin ini.",
                      "The server's certificate is not trusted by this machine.");
    case NILA_ERR_PROTO:
        return tongue("Periksa port-nya; InfluxDB biasanya 8086, InfluxDB 3 8181.",
                      "Look at the port: InfluxDB usually has 8086, InfluxDB 3 has 8181.");
    case NILA_ERR_CONFIG:
        return tongue("Alamatnya seperti http://127.0.0.1:8086.",
                      "The address is like http://127.0.0.1:8086.");
    default:
        return tongue(
            "Belum ada InfluxDB di situ? Debian 12 punya InfluxDB 1.6:\n"
            "  sudo apt-get install influxdb\n"
            "lalu jalankan setup sekali lagi; atau: sudo nila-analytics setup --install-influxdb",
            "No InfluxDB there yet? Debian 12 has InfluxDB 1.6:\n"
            "  sudo apt-get install influxdb\n"
            "then run setup once more; or: sudo nila-analytics setup --install-influxdb");
    }
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The answers to setup from a JSON file, for machines that are set up without a person. What is left out stays as it is. */
#include "office.h"

#include <stdio.h>
#include <string.h>

#include "analytics/alert/phone.h"
#include "collector/common/jsonconf.h"
#include "collector/common/slug.h"
#include "collector/common/tongue.h"

struct reading {
    struct jsonconf *c;
    struct office_plan *p;
    const char *path;
};

/* The text of key; what is there already when it is left out. */
static void text(struct reading *r, const struct jsonconf_node *o, const char *key, char *out,
                 size_t size)
{
    if (jsonconf_member(r->c, o, key, false) != NULL)
        jsonconf_string(r->c, o, key, out, size);
}

static void url(struct reading *r, const struct jsonconf_node *o, const char *key, bool insecure,
                char out[static OFFICE_PATH])
{
    const struct jsonconf_node *n = jsonconf_member(r->c, o, key, false);
    struct influx *db = NULL;
    const struct influx_config c = {.url = out, .database = "x"};

    if (n == NULL)
        return;
    jsonconf_string(r->c, o, key, out, OFFICE_PATH);
    if (influx_open(&db, &c) != 0)
        jsonconf_refuse(r->c, n,
                        tongue("harus http:// atau https:// dan host, tanpa apa pun di belakangnya",
                               "must be http:// or https:// and a host, nothing behind it"));
    else if (office_plain_http(out) && !insecure)
        jsonconf_refuse(
            r->c, n,
            tongue("http tanpa s ke mesin lain hanya dengan \"insecure_http\": true",
                   "http without s to another machine only with \"insecure_http\": true"));
    influx_close(db);
}

static void read_influx(struct reading *r, const struct jsonconf_node *root)
{
    const struct jsonconf_node *o = jsonconf_member(r->c, root, "influx", false), *file;
    struct office_plan *p = r->p;
    char path[OFFICE_PATH] = "";
    bool insecure;

    if (o == NULL)
        return;
    insecure = jsonconf_bool_or(r->c, o, "insecure_http", false);
    url(r, o, "url", insecure, p->url);
    url(r, o, "outside", insecure, p->outside);
    text(r, o, "org", p->org, sizeof p->org);
    text(r, o, "database", p->database, sizeof p->database);
    if (p->database[0] == '\0' || p->database[strcspn(p->database, "/\\\"'")] != '\0')
        jsonconf_refuse(r->c, jsonconf_member(r->c, o, "database", false),
                        tongue("harus nama tanpa / \\ dan tanda kutip",
                               "must be a name without / \\ and quotes"));
    p->keep_raw_days = (int)jsonconf_integer_or(r->c, o, "keep_raw_days", 0, 36500, 0);
    p->keep_hourly_days = (int)jsonconf_integer_or(r->c, o, "keep_hourly_days", 0, 36500, 0);
    if ((p->keep_raw_days > 0 && p->keep_raw_days < 30) ||
        (p->keep_hourly_days > 0 && p->keep_hourly_days < 365))
        jsonconf_refuse(r->c, o,
                        tongue("keep_raw_days: 0 atau mulai 30; keep_hourly_days: 0 atau mulai 365",
                               "keep_raw_days: 0 or from 30; keep_hourly_days: 0 or from 365"));
    file = jsonconf_member(r->c, o, "admin_file", false);
    if (file == NULL)
        return;
    jsonconf_path(r->c, o, "admin_file", r->path, NULL, path, sizeof path);
    if (!office_first_line(path, p->admin, sizeof p->admin))
        jsonconf_refuse(
            r->c, file,
            tongue("%.200s tidak dapat dibaca atau kosong", "%.200s cannot be read or is empty"),
            path);
}

static void read_collectors(struct reading *r, const struct jsonconf_node *root)
{
    const struct jsonconf_node *list = jsonconf_member(r->c, root, "collectors", false);

    if (list == NULL)
        return;
    r->p->collectors = jsonconf_length(r->c, list, OFFICE_COLLECTORS);
    for (size_t i = 0; i < r->p->collectors; i++) {
        const struct jsonconf_node *n = jsonconf_at(r->c, list, i);
        char *slug = r->p->collector[i];
        jsonconf_text(r->c, n, slug, SLUG_SIZE);
        if (!slug_valid(slug))
            jsonconf_refuse(r->c, n,
                            tongue("harus 1 sampai 32 huruf a-z, 0-9 dan -",
                                   "must be 1 to 32 of a-z, 0-9 and -"));
        for (size_t k = 0; k < i; k++)
            if (strcmp(r->p->collector[k], slug) == 0)
                jsonconf_refuse(r->c, n, tongue("\"%s\" disebut dua kali", "\"%s\" stands twice"),
                                slug);
    }
}

static void read_web(struct reading *r, const struct jsonconf_node *root)
{
    static const char *const TLS[] = {"local", "proxy", "own", "lan", NULL};
    const struct jsonconf_node *o = jsonconf_member(r->c, root, "web", false);
    struct office_plan *p = r->p;

    if (o == NULL)
        return;
    p->tls = (enum office_tls)jsonconf_word(r->c, o, "tls", TLS, false, (int)p->tls);
    p->port = (int)jsonconf_integer_or(r->c, o, "port", 0, 65535, p->port);
    text(r, o, "names", p->names, sizeof p->names);
    if (jsonconf_member(r->c, o, "tls_cert", p->tls == OFFICE_TLS_OWN) != NULL)
        jsonconf_path(r->c, o, "tls_cert", r->path, NULL, p->cert, sizeof p->cert);
    if (jsonconf_member(r->c, o, "tls_key", p->tls == OFFICE_TLS_OWN) != NULL)
        jsonconf_path(r->c, o, "tls_key", r->path, NULL, p->key, sizeof p->key);
}

static void read_admin(struct reading *r, const struct jsonconf_node *root)
{
    const struct jsonconf_node *o = jsonconf_member(r->c, root, "admin", false), *n;
    struct rec_user *u = &r->p->user;
    char phone[33] = "", path[OFFICE_PATH];

    if (o == NULL)
        return;
    jsonconf_slug(r->c, o, "user", u->slug);
    jsonconf_string(r->c, o, "name", u->name, sizeof u->name);
    n = jsonconf_member(r->c, o, "phone", false);
    text(r, o, "phone", phone, sizeof phone);
    if (phone[0] != '\0' && (user_looks_like_nik(phone) || phone_normalise(phone, u->phone) != 0))
        jsonconf_refuse(r->c, n,
                        tongue("bukan nomor HP; NIK tidak disimpan",
                               "is no telephone number; no NIK is stored"));
    if (user_fault(u) != NULL)
        jsonconf_refuse(r->c, o, tongue("%s tidak dapat dipakai", "%s cannot be used"),
                        user_fault(u));
    n = jsonconf_member(r->c, o, "password_file", true);
    jsonconf_path(r->c, o, "password_file", r->path, NULL, path, sizeof path);
    if (n != NULL && !office_first_line(path, r->p->secret, sizeof r->p->secret))
        jsonconf_refuse(
            r->c, n,
            tongue("%.200s tidak dapat dibaca atau kosong", "%.200s cannot be read or is empty"),
            path);
    else if (n != NULL && password_judge(r->p->secret, false, u->phone) != PASSWORD_GOOD)
        jsonconf_refuse(r->c, n,
                        tongue("kata sandinya terlalu pendek atau mudah ditebak: paling sedikit 10 "
                               "huruf dan angka",
                               "the password is too short or too easy: at least 10 characters"));
}

int office_answers(struct office_plan *p, const char *path, char *why, size_t why_size)
{
    struct reading r = {.p = p, .path = path};
    const struct jsonconf_node *root;
    int rc = jsonconf_open(&r.c, path, why, why_size);

    if (rc != 0)
        return rc;
    root = jsonconf_root(r.c);
    read_influx(&r, root);
    read_collectors(&r, root);
    read_web(&r, root);
    if (jsonconf_member(r.c, root, "records", false) != NULL)
        jsonconf_path(r.c, root, "records", path, NULL, p->records, sizeof p->records);
    read_admin(&r, root);
    rc = jsonconf_done(r.c, why, why_size);
    jsonconf_close(r.c);
    return rc;
}

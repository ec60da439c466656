/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pages' side of setup: what the configuration says already, the records and their first admin, the configuration itself, what
 * the collectors' technicians get. */
#include "office.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analytics/alert/channel.h"
#include "analytics/config.h"
#include "collector/common/clock.h"
#include "collector/common/jsontext.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "collector/common/wizard_file.h"
#include "office_draft.h"

#define RECORDS        "/var/lib/lumbung-nila/analytics/records.db"
#define SERVICE        "nila-analytics"
#define CONSOLE        "konsol"

#define COPY(to, text) ((void)snprintf(to, sizeof(to), "%.*s", (int)sizeof(to) - 1, text))

/* The address by which other machines know this one: its name. */
static void outside_of(struct office_plan *p)
{
    char host[65] = "";
    const char *port = strrchr(p->url, ':');

    if (office_plain_http(p->url) || strncmp(p->url, "https://", 8) == 0 ||
        gethostname(host, sizeof host - 1) != 0 || host[0] == '\0')
        COPY(p->outside, p->url);
    else
        (void)snprintf(p->outside, sizeof p->outside, "http://%s%s", host,
                       port != NULL && port > p->url + 5 ? port : "");
}

int office_defaults(struct office_plan *p, char *why, size_t why_size)
{
    struct analytics_config *c;
    int rc;

    COPY(p->url, "http://127.0.0.1:8086");
    COPY(p->database, "nila");
    COPY(p->org, "nila");
    COPY(p->records, RECORDS);
    p->port = 8080;
    p->tls = OFFICE_TLS_LOCAL;
    if (access(p->config, F_OK) != 0 && errno == ENOENT) {
        outside_of(p);
        return 0;
    }
    c = xcalloc(1, sizeof *c);
    rc = analytics_config_load(c, p->config, why, why_size);
    if (rc == 0) {
        if (c->source == SOURCE_INFLUX) {
            COPY(p->url, c->influx_url);
            COPY(p->database, c->influx_database);
        }
        COPY(p->records, c->records_path);
        p->port = c->port;
        COPY(p->names, c->web_names);
        COPY(p->cert, c->tls_cert);
        COPY(p->key, c->tls_key);
        p->tls = c->web_proxy                        ? OFFICE_TLS_PROXY
                 : c->tls_cert[0] != '\0'            ? OFFICE_TLS_OWN
                 : strcmp(c->bind, "127.0.0.1") == 0 ? OFFICE_TLS_LOCAL
                                                     : OFFICE_TLS_LAN;
        outside_of(p);
    }
    free(c);
    return rc;
}

/* --- the records -------------------------------------------------------------------------------------------------- */

/* Made by root, it is the service's all the same. */
static bool give_to_service(const char *path)
{
    const struct passwd *who = geteuid() == 0 ? getpwnam(SERVICE) : NULL;

    return who == NULL || chown(path, who->pw_uid, who->pw_gid) == 0;
}

static int make_folder(struct office *o)
{
    char folder[PATH_MAX];

    wizard_file_folder(o->plan.records, folder, sizeof folder);
    if (access(folder, F_OK) == 0 || o->dry)
        return 0;
    if (!wizard_file_make_folder(folder, 0750) || !give_to_service(folder)) {
        office_tell(o, OFFICE_FAILED, "%.200s: %s", folder, tongue_errno(errno));
        return NILA_ERR_DENIED;
    }
    return 0;
}

static int first_admin(struct office *o, struct records *r)
{
    struct rec_user u = o->plan.user;
    char hash[PASSWORD_HASH_SIZE] = "";
    bool any = false;
    int rc = records_users_any(r, &any);

    if (rc == 0 && any) {
        office_tell(o, OFFICE_THERE, tongue("pengguna halaman", "users of the pages"));
        return 0;
    }
    if (rc == 0 && u.slug[0] == '\0') {
        office_tell(
            o, OFFICE_NOTE,
            tongue(
                "belum ada pengguna: nila-analytics user add NAMA --role admin --name \"...\"",
                "there is no user yet: nila-analytics user add NAME --role admin --name \"...\""));
        return 0;
    }
    u.role = ROLE_ADMIN;
    u.active = true;
    for (int g = 0; g < REGENCY_COUNT; g++)
        u.regency[g] = true;
    if (rc == 0)
        rc = password_hash(o->plan.secret, hash);
    if (rc == 0)
        rc = records_user_add(r, &u, hash, CONSOLE, clock_wall_ms());
    if (rc == 0)
        office_tell(o, OFFICE_MADE, tongue("admin halaman %s", "admin %s of the pages"), u.slug);
    else
        office_tell(o, OFFICE_FAILED, tongue("admin halaman %s: %s", "admin %s of the pages: %s"),
                    u.slug, nila_err_text(rc));
    return rc;
}

int office_records(struct office *o)
{
    struct records *r = NULL;
    char why[OFFICE_WHY];
    bool there = access(o->plan.records, F_OK) == 0;
    int rc = make_folder(o);

    if (rc == 0 && o->dry && !there) {
        office_tell(o, OFFICE_MADE, tongue("catatan produksi %s", "production records %s"),
                    o->plan.records);
        if (o->plan.user.slug[0] != '\0')
            office_tell(o, OFFICE_MADE, tongue("admin halaman %s", "admin %s of the pages"),
                        o->plan.user.slug);
        return 0;
    }
    if (rc != 0)
        return rc;
    rc = records_open(&r, o->plan.records, why, sizeof why);
    if (rc != 0) {
        office_tell(o, OFFICE_FAILED, "%s", why);
        return rc;
    }
    office_tell(o, there ? OFFICE_THERE : OFFICE_MADE,
                tongue("catatan produksi %s", "production records %s"), o->plan.records);
    if (!o->dry)
        rc = first_admin(o, r);
    records_close(r);
    if (rc == 0 && !there && !give_to_service(o->plan.records)) {
        office_tell(o, OFFICE_FAILED, "%.200s: %s", o->plan.records, tongue_errno(errno));
        rc = NILA_ERR_DENIED;
    }
    return rc;
}

/* --- the configuration -------------------------------------------------------------------------------------------- */

static int check_new(void *arg, const char *path, char *why, size_t why_size)
{
    struct analytics_config *c = xcalloc(1, sizeof *c);
    int rc = analytics_config_load(c, path, why, why_size);

    (void)arg;
    free(c);
    return rc;
}

/* The whole of a file that is there; NULL it is not. */
static char *slurp(const char *path, size_t *n)
{
    FILE *f = fopen(path, "re");
    char *text;

    if (f == NULL)
        return NULL;
    text = xcalloc(JSONTEXT_MAX_BYTES + 1, 1);
    *n = fread(text, 1, JSONTEXT_MAX_BYTES, f);
    (void)fclose(f);
    return text;
}

int office_configure(struct office *o)
{
    char secret[OFFICE_PATH], had[OFFICE_LOGIN] = "", why[OFFICE_WHY] = "";
    struct buf text = {0};
    bool comments = false, secret_new;
    size_t n = 0;
    char *old = slurp(o->plan.config, &n);
    int rc = office_draft(&o->plan, old, n, &text, &comments);

    office_beside(o, "secrets", "influx.token", secret, sizeof secret);
    secret_new = o->reader[0] != '\0' &&
                 (!office_first_line(secret, had, sizeof had) || strcmp(had, o->reader) != 0);
    if (rc == 0 && old != NULL && strlen(text.p) == n && memcmp(text.p, old, n) == 0 &&
        !secret_new) {
        office_tell(o, OFFICE_THERE, "%s", o->plan.config);
        goto out;
    }
    if (rc == 0 && comments)
        office_tell(o, OFFICE_NOTE,
                    tongue("komentar di %s tidak ikut ditulis; yang lama menjadi .bak",
                           "the comments of %s are not written; the old file becomes .bak"),
                    o->plan.config);
    if (rc == 0 && secret_new && !o->dry)
        rc = office_keep_secret(o, secret, o->reader);
    if (rc == 0 && !o->dry)
        rc = wizard_file_replace(o->plan.config, text.p, text.n, 0644, true, check_new, NULL, why,
                                 sizeof why);
    if (rc == 0)
        office_tell(o, OFFICE_MADE, "%s", o->plan.config);
    else
        office_tell(o, OFFICE_FAILED, "%s", why[0] != '\0' ? why : o->plan.config);
out:
    explicit_bzero(had, sizeof had);
    buf_free(&text);
    free(old);
    return rc;
}

/* --- for the collectors ------------------------------------------------------------------------------------------- */

static void put(struct buf *b, const char *key, const char *text)
{
    buf_printf(b, "\"%s\": ", key);
    channel_json(b, text);
    buf_str(b, ", ");
}

static void answers_of(const struct office *o, size_t i, struct buf *b)
{
    buf_str(b, "\"server\": { ");
    put(b, "url", o->plan.outside);
    if (o->found.api == INFLUX_V2) {
        put(b, "org", o->plan.org);
        put(b, "bucket", o->plan.database);
    } else {
        put(b, "database", o->plan.database);
    }
    put(b, "login", o->login[i]);
    if (office_plain_http(o->plan.outside))
        buf_str(b, "\"insecure_http\": true, ");
    buf_printf(b, "\"api\": \"%s\" }", influx_api_name(o->found.api));
}

static int hand_out(struct office *o, size_t i)
{
    const char *slug = o->plan.collector[i];
    char name[SLUG_SIZE + 24], path[OFFICE_PATH], folder[OFFICE_PATH], why[OFFICE_WHY];
    struct buf b = {0};
    int rc = 0;

    (void)snprintf(name, sizeof name, "collector-%s.json", slug);
    office_beside(o, "office", name, path, sizeof path);
    wizard_file_folder(path, folder, sizeof folder);
    buf_str(&b, "{ ");
    answers_of(o, i, &b);
    buf_str(&b, " }\n");
    if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
        (void)snprintf(why, sizeof why, "%.200s: %s", folder, tongue_errno(errno));
        rc = NILA_ERR_DENIED;
    }
    if (rc == 0)
        rc = wizard_file_replace(path, b.p, b.n, 0600, false, NULL, NULL, why, sizeof why);
    if (rc != 0) {
        office_tell(o, OFFICE_FAILED, "%s", why);
    } else {
        buf_clear(&b);
        buf_printf(&b,
                   tongue("\nUntuk teknisi kolektor %s (berkas %s):\n",
                          "\nFor the technician of collector %s (file %s):\n"),
                   slug, path);
        buf_printf(&b, tongue("  server     %s\n", "  server     %s\n"), o->plan.outside);
        buf_printf(&b, tongue("  jenis      %s\n", "  kind       %s\n"),
                   influx_api_name(o->found.api));
        if (o->found.api == INFLUX_V2)
            buf_printf(&b, "  org        %s\n  bucket     %s\n", o->plan.org, o->plan.database);
        else
            buf_printf(&b, "  database   %s\n", o->plan.database);
        buf_printf(&b, "  login      %s", o->login[i]);
        o->say(o->arg, b.p);
    }
    if (b.p != NULL)
        explicit_bzero(b.p, b.n);
    buf_free(&b);
    return rc;
}

int office_hand_out(struct office *o)
{
    size_t n = 0;
    int rc = 0;

    if (o->dry)
        return 0;
    for (size_t i = 0; rc == 0 && i < o->plan.collectors; i++)
        if (o->login[i][0] != '\0') {
            rc = hand_out(o, i);
            n++;
        }
    if (rc == 0 && n > 0)
        o->say(o->arg,
               tongue("\nDi Pi-nya: sudo nila-collector setup, lalu isi server, jenis, database "
                      "dan login "
                      "itu. Login hanya ditampilkan sekali ini; berkasnya hanya dibaca root.",
                      "\nOn the Pi: sudo nila-collector setup, and give server, kind, database and "
                      "login as "
                      "above. The login is shown this once; the file is root's alone."));
    return rc;
}

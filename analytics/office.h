/* SPDX-License-Identifier: GPL-3.0-or-later */
/* office: what `nila-analytics setup` makes of an office's server, step by step: database, retention, downsampling, logins, first
 * admin, configuration.
 *
 * office_find.c says which InfluxDB is there; office_flow.c asks a person, office_answers.c a file; office_v1.c, office_v2.c and
 * office_v3.c change InfluxDB, office_pages.c the records and the configuration. Every step looks first and does only what is
 * missing, so that a second run shows what stands. With dry nothing is changed. Single-threaded. */
#ifndef ANALYTICS_OFFICE_H
#define ANALYTICS_OFFICE_H

#include <stdbool.h>
#include <stdint.h>

#include "analytics/records/password.h"
#include "analytics/records/users.h"
#include "collector/common/http.h"
#include "collector/common/influx.h"
#include "collector/common/metric.h"

#define OFFICE_PATH       256
#define OFFICE_LOGIN      254 /* one line of a token file without its end, and the closing 0 */
#define OFFICE_COLLECTORS 64
#define OFFICE_WHY        400

/* Who ends TLS before the pages. */
enum office_tls {
    OFFICE_TLS_LOCAL, /* only this machine looks */
    OFFICE_TLS_PROXY, /* a reverse proxy of this machine */
    OFFICE_TLS_OWN,   /* the pages themselves */
    OFFICE_TLS_LAN,   /* nobody: plain http on a closed network */
    OFFICE_TLS_COUNT
};
const char *office_tls_name(enum office_tls t); /* "local" "proxy" "own" "lan" */

/* What is wanted. */
struct office_plan {
    char config[OFFICE_PATH];  /* analytics.json */
    char url[OFFICE_PATH];     /* InfluxDB, as this machine reaches it */
    char outside[OFFICE_PATH]; /* the same as the collectors reach it */
    char admin
        [OFFICE_LOGIN]; /* v1 "user:password", v2 and v3 a token; "": the one made at the first run, or none */
    char org[65]; /* v2 */
    char database[65];
    int keep_raw_days;    /* readings as they came: 0 for ever, else 30..36500 */
    int keep_hourly_days; /* hourly means: 0 for ever, else 365..36500; daily ones stay */
    bool shorten;         /* what is kept longer now may be thrown away */
    int again_days; /* hourly and daily values of the last so many days are made again; 0: only what is new */
    bool renew;        /* new logins for the collectors named */
    size_t collectors; /* that may write */
    char collector[OFFICE_COLLECTORS][SLUG_SIZE];
    enum office_tls tls;
    int port;
    char names[161], cert[OFFICE_PATH], key[OFFICE_PATH];
    char records[OFFICE_PATH];
    struct rec_user user; /* the first admin; slug "": none is to be made */
    char secret[PASSWORD_SIZE];
};

/* What was found at the url. */
struct office_found {
    enum influx_api api;
    char version[64]; /* "1.6.7"; "" it does not say */
    bool wants_login; /* it refuses who has none */
    bool fresh;       /* v2: nobody has set it up */
};

struct office {
    struct office_plan plan;
    struct office_found found;
    bool dry;
    struct http *http;
    struct influx *db;         /* v1: as admin */
    char reader[OFFICE_LOGIN]; /* login of the pages, "" none; of a v2 and v3: "nila:TOKEN" */
    /* the logins that this run made, beside plan.collector; "" it had one */
    char login[OFFICE_COLLECTORS][OFFICE_LOGIN];
    unsigned made, failed;
    /* how a step is told: word of its state and what it is about */
    void (*say)(void *arg, const char *text);
    void *arg;
};

enum office_state {
    OFFICE_THERE, /* as it should be */
    OFFICE_MADE,  /* made or changed; "would be" when dry */
    OFFICE_NOTE,  /* a person should know */
    OFFICE_FAILED /* counted */
};
void office_tell(struct office *o, enum office_state state, const char *fmt, ...) NILA_PRINTF(3, 4);

/* One point of measurement OFFICE_TRIED by the login of in, and that very point read back by the login of out, both open. 0, or an
 * error with its words in why when InfluxDB has said some; NILA_ERR_NOT_FOUND when the point did not come back. The point stays. */
#define OFFICE_TRIED "nila_setup_test"
int office_write_and_read(struct influx *in, struct influx *out, char why[static OFFICE_WHY]);
/* Tells how the attempt ended: good, or what went wrong. Returns rc. */
int office_tried(struct office *o, int rc, const char *why, const char *good);

/* Which server is at plan.url: /ping and /health. NILA_ERR_IO and others of http_do: nobody answers; NILA_ERR_PROTO: it is no
 * InfluxDB; words in why (OFFICE_WHY). */
NILA_MUST_CHECK int office_find(struct office *o, char *why);
const char *
office_find_cure(int rc); /* what a person may do about it, in the language of tongue() */

/* The server's part, for the api found. Steps are told; NILA_ERR_* when it could not go on, with the words told. */
NILA_MUST_CHECK int office_v1(struct office *o);
NILA_MUST_CHECK int office_v2(struct office *o);
NILA_MUST_CHECK int office_v3(struct office *o);

/* The pages' part: folder and file of the records, the first admin. */
NILA_MUST_CHECK int office_records(struct office *o);
/* analytics.json, made or changed, and the login it names: whole, and only once the reader of the file has taken it. */
NILA_MUST_CHECK int office_configure(struct office *o);
/* What the technician of each collector gets: told, and kept for root in PLAN's folder, office/collector-SLUG.json (the "server" of the
 * answers of nila-collector setup). */
NILA_MUST_CHECK int office_hand_out(struct office *o);

/* --- shared ------------------------------------------------------------------------------------------------------- */

/* FOLDER/SUB/NAME beside the configuration. */
void office_beside(const struct office *o, const char *sub, const char *name, char *out,
                   size_t size);
/* The first line of a file; false: there is none. */
bool office_first_line(const char *path, char *out, size_t size);
/* A line into a file of root's alone, its folder made when missing. */
NILA_MUST_CHECK int office_keep_secret(struct office *o, const char *path, const char *line);
/* 32 characters of a-z 0-9, 160 bits; NILA_ERR_IO: the kernel gives none. */
NILA_MUST_CHECK int office_password(char out[static 33]);
/* plan.url leaves this machine without protection. */
bool office_plain_http(const char *url);
/* Metrics are averaged by the hour or the day under this name: measurement of m. */
#define OFFICE_HOURLY "hourly"
#define OFFICE_DAILY  "daily"
/* InfluxQL of what is kept of a metric: the SELECT ... INTO ... of one period, without its time bounds when since and until are 0. */
void office_rollup(struct buf *q, const char *database, const char *raw_rp, enum metric m,
                   bool daily, int64_t since_ms, int64_t until_ms);
/* The same of a v2 task in Flux, all metrics. */
void office_flux(struct buf *q, const char *bucket, bool daily);

/* --- asking ------------------------------------------------------------------------------------------------------- */

/* The plan from a file of answers; a line for each mistake in why. NILA_ERR_CONFIG, NILA_ERR_NOT_FOUND, ... */
NILA_MUST_CHECK int office_answers(struct office_plan *p, const char *path, char *why,
                                   size_t why_size);
/* The defaults: those of the configuration that is there, else the usual ones. NILA_ERR_CONFIG: it is there and wrong. */
NILA_MUST_CHECK int office_defaults(struct office_plan *p, char *why, size_t why_size);

struct wizard_io;
/* The conversation; fills o->plan and o->found. Returns an enum wizard_end; *go: do it. */
int office_ask(struct office *o, const struct wizard_io *io, bool *go);
/* apt-get install influxdb, with auth switched on; told. NILA_ERR_DENIED: not root. */
NILA_MUST_CHECK int office_install(struct office *o);

#endif

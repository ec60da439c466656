/* SPDX-License-Identifier: GPL-3.0-or-later */
/* config: analytics.json. Errors name file:line:column, key and what is allowed.
 *
 * { "records": {"path"}, "source": {"influx": {"url", "database", "token_file", "insecure_http"}} or
 *   {"collector": {"socket"}}, "web": {"bind", "port", "names", "open", "proxy", "tls_cert", "tls_key", "notice", "phone",
 *   "collectors": [{"slug", "socket"}],
 *   "office_kotim", "office_seruyan"},
 *   "forecast": {"seed", "draws", "months", "threads",
 *   "write_back"},
 *   "growth": {"pond" "biofloc" "tarpaulin" "cage": {"do_full_mg_l", "do_none_mg_l", "feeding_from_h", "feeding_to_h"}},
 *   "limits": {"do_watch_mg_l", ... each of STATUS_LIMIT (water/status.h): a number, or {"value", "source"}}
 *   "aerator": {"on_from_a"},
 *   "rivers": [{"slug", "name", "cages": [slugs of ponds, from upstream to downstream]}]
 *   "exchange": {"office": "kotim" or "seruyan", "key_file", "folder", "peer", "ca_file", "insecure_http"}
 *   "letters": letters.h
 *   "sync": {"office": "https://host[:port]", "key_file", "ca_file", "every_s", "insecure_http"}
 *   "alert": {...} (alert/settings.h), with "modems" and "channels" (alert/channels_config.h) }
 * "records" and "source" must be there. Relative paths start at the configuration file's folder. */
#ifndef ANALYTICS_CONFIG_H
#define ANALYTICS_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analytics/alert/channels_config.h"
#include "analytics/alert/settings.h"
#include "analytics/fish/growth.h"
#include "analytics/letters.h"
#include "analytics/water/river.h"
#include "analytics/water/status.h"
#include "collector/common/err.h"
#include "collector/common/site.h"

/* A motor at rest shows under 0.1 A on a clamp of 5 A; the smallest blowers of ponds (60 W at 220 V) take 0.3 A: assumption. */
#define AERATOR_A 0.2

enum analytics_source {
    SOURCE_INFLUX,
    SOURCE_SOCKET
};

/* "exchange": with the office of the other regency; without it this program has the records of both. */
struct neighbour_config {
    bool on;
    enum regency office; /* whose records are here */
    char key_file[256];  /* what both offices seal their files with */
    char folder[256];    /* default "exchange" beside the records */
    char peer
        [256]; /* the other office's pages, "https://host[:port]"; "": files are carried by hand */
    char ca_file[256]; /* certificates that peer may have; "": the system's */
};

#define ANALYTICS_COLLECTORS_MOST 16

/* "sync": on a farm's own computer, the office that its records go to. */
struct sync_config {
    bool on;
    char office[256];   /* the office's pages, "https://host[:port]" */
    char key_file[256]; /* first line: what `nila-analytics sync key` made in the office */
    char ca_file[256];  /* certificates that the office may have; "": the system's */
    unsigned every_s;   /* 10..86400, default 60 */
};

struct analytics_config {
    char records_path[256]; /* SQLite file of the production records */
    enum analytics_source source;
    /* "http://127.0.0.1:8086"; plain http to another host only with insecure_http */
    char influx_url[256];
    char influx_database[65];
    char influx_token_file[256]; /* "" none; content "user:password" */
    char collector_socket[108];  /* source socket */
    /* write supply_forecast to InfluxDB; default true with source influx, else false */
    bool write_back;
    char bind[65]; /* web: address, default "127.0.0.1" */
    int port;      /* web: 0..65535, default 8080; 0 any free port */
    char web_names
        [161]; /* names by which browsers know the pages, blanks between; addresses and localhost need none */
    bool
        web_proxy; /* behind a proxy of this machine that ends TLS: X-Forwarded-For counts, cookies are Secure; default false */
    char tls_cert[256],
        tls_key[256]; /* PEM files: the pages speak TLS alone; "" none, both or neither */
    bool web_open;    /* ponds and the buttons of alarms need no login; default false */
    /* of this machine, for the technician's pages; "web": {"collectors"}, else the source's when it is a socket */
    size_t collectors;
    struct analytics_collector {
        char slug[SLUG_SIZE];
        char socket[SITE_PATH_SIZE];
    } collector[ANALYTICS_COLLECTORS_MOST];
    char notice[161]; /* shown on every page when not "", e.g. "Data contoh / simulasi" */
    char phone[33];   /* extension worker's telephone shown in advice; "" none */
    /* the regencies' offices as they are named on printed forecasts; "" none */
    char office[REGENCY_COUNT][SITE_NAME_SIZE];
    struct letters_config letters; /* and what else stands on their papers */
    uint64_t seed;                 /* of the forecast's draws; default 1 */
    unsigned draws;                /* 50..2000, default 400 */
    unsigned months;               /* 1..12, default 6 */
    unsigned threads; /* that forecast: 1..16; 0, the default: as many as there are processors */
    struct growth_oxygen oxygen[POND_SYSTEM_COUNT]; /* how fish feel oxygen, by system */
    struct alert_settings alert;                    /* when and how often people are told */
    struct channels_config channels;                /* "alert": modems and channels */
    struct rivers rivers; /* which cage lies below which; n 0: none given */
    struct neighbour_config exchange;
    struct sync_config sync;
    struct status_limits limits; /* of the water's state */
    /* who or what gives each limit that was set, by STATUS_LIMIT; "": nobody said, or it was not set */
    char limit_source[STATUS_LIMIT_MOST][SITE_NAME_SIZE];
    double aerator_a; /* an aerator runs from this current on, A: 0.05..200, default AERATOR_A */
};

/* NILA_ERR_NOT_FOUND, NILA_ERR_DENIED, NILA_ERR_IO, NILA_ERR_CONFIG with words in why (size >= 256). */
NILA_MUST_CHECK int analytics_config_load(struct analytics_config *out, const char *path, char *why,
                                          size_t why_size);

#endif

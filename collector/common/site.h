/* SPDX-License-Identifier: GPL-3.0-or-later */
/* site: the site file (collector.json): one farm, its ponds, buses, devices and sinks. Collector and bridge read the
 * same file. Every error names file:line:column, the key, and what is allowed. */
#ifndef NILA_COMMON_SITE_H
#define NILA_COMMON_SITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/common/influx.h"
#include "collector/common/metric.h"
#include "collector/common/region.h"
#include "collector/common/slug.h"

#define SITE_NAME_SIZE 65
#define SITE_PATH_SIZE 108 /* a Unix socket's path holds no more */

enum pond_system {
    POND_SYSTEM_POND,
    POND_SYSTEM_BIOFLOC,
    POND_SYSTEM_TARPAULIN,
    POND_SYSTEM_CAGE,
    POND_SYSTEM_COUNT
};
const char *pond_system_name(enum pond_system s); /* "pond" "biofloc" "tarpaulin" "cage" */
NILA_MUST_CHECK int pond_system_find(const char *name, enum pond_system *out);

struct site_pond {
    char slug[SLUG_SIZE];
    char name[SITE_NAME_SIZE]; /* as shown: "Kolam 2" */
    double area_m2;            /* 1..100000 */
    double depth_m;            /* 0.3..10 */
    double sal_psu;            /* of its water where no probe tells, 0..42; NaN not known */
    enum pond_system system;
};

enum site_bus_kind {
    SITE_BUS_SERIAL,
    SITE_BUS_TCP
};

struct site_bus {
    char slug[SLUG_SIZE];
    enum site_bus_kind kind;
    char port[SITE_PATH_SIZE]; /* serial: device path */
    int baud;                  /* serial: 1200..115200, default 9600 */
    char parity;               /* serial: 'N' 'E' 'O', default N */
    int stop_bits;             /* serial: 1 or 2, default 1 */
    char host[SITE_NAME_SIZE]; /* tcp: name or address */
    int tcp_port;   /* tcp: 0..65535, default 502; 0 only for the simulator (any free port) */
    int timeout_ms; /* answer must begin by then; 50..10000, default 1000 */
    int gap_ms; /* silence before a request; 0..5000, default 0 (t3.5 is always kept on serial lines) */
};

/* The site's own word on one metric of a device. */
struct site_metric {
    enum metric metric; /* of the profile */
    enum metric as;     /* reported as this (rename); the same when not renamed */
    bool primary;       /* pages and models use it for this pond and metric */
    bool has_limits;
    double min, max; /* plausible here; outside is suspect */
    long line;       /* of the site file, for messages */
};

#define SITE_DEVICE_METRICS 16
struct site_device {
    char slug[SLUG_SIZE];
    char profile[SLUG_SIZE];    /* file name in the devices folder without .json */
    int bus;                    /* index into buses */
    int unit;                   /* 0..255; 1..255 on serial lines */
    int every_s;                /* 1..86400, default 60 */
    int pond;                   /* index into ponds, -1: of the whole site */
    unsigned metrics;           /* used entries of metric[] */
    struct site_metric *metric; /* NULL: none */
    long line;                  /* of the site file, for messages */
};

/* What a reflex does while none of a condition's values is fresh. */
enum site_reflex_lost {
    SITE_LOST_KEEP, /* stays as it is */
    SITE_LOST_ON,
    SITE_LOST_OFF
};

/* "oxygen of kolam-2 below 3 until 4": calls for on from the first limit until the second. */
struct site_condition {
    int pond;           /* index into ponds, -1: of the whole site */
    enum metric metric; /* as it is reported (after a rename) */
    bool above; /* on at or above .at, released at or below .until; else the other way round */
    double at, until;
};

#define SITE_CONDITIONS 8
struct site_reflex {
    char slug
        [SLUG_SIZE]; /* the switch's name: the device tag of its states; unlike any device's slug */
    char name[SITE_NAME_SIZE];
    int pond;            /* whose aerator; -1: of the whole site */
    int device;          /* index into devices: the relay board */
    int channel;         /* as printed on the board, 0..64 */
    unsigned conditions; /* on while any of them calls; 0: by hand only */
    struct site_condition condition[SITE_CONDITIONS];
    enum site_reflex_lost when_lost;
    int max_age_s; /* a value older than this is lost; 10..86400, default 300 */
    int min_on_s;  /* 0..86400, default 60: not off again before; a person's word counts at once */
    int min_off_s; /* 0..86400, default 60 */
    int repeat_s; /* the state is written again each so many seconds: a board that was reset, or a wireless siren that
                    * wants a sign of life; 1..3600, default 60 */
    int manual_max_s; /* a person's word ends after this at the latest; 60..604800, default 43200 */
    long line;        /* of the site file, for messages */
};

enum site_input_kind {
    SITE_INPUT_MODULE, /* a contact of a Modbus module */
    SITE_INPUT_GPIO    /* a line of this computer */
};

/* A contact: mains present, door, acknowledge button. */
struct site_input {
    char slug[SLUG_SIZE]; /* the device tag of its states; unlike any device's and reflex's slug */
    char name[SITE_NAME_SIZE];
    int pond; /* -1: of the whole site */
    enum site_input_kind kind;
    int device;                /* module: index into devices */
    int channel;               /* module: as printed on it, 0..64 */
    char chip[SITE_PATH_SIZE]; /* gpio: "/dev/gpiochip0" */
    int gpio_line;             /* gpio: 0..511 */
    char pull;                 /* gpio: 'u' up, 'd' down, 'n' none */
    bool invert;               /* 1 is reported while the contact reads 0 */
    int every_s;               /* 1..3600, default 5 */
    long line;                 /* of the site file, for messages */
};

struct site_sink {
    char slug[SLUG_SIZE];
    char url[256];
    enum influx_api api;
    char database[65];         /* v1, v3; vm: the value of the label db, "" none */
    char retention_policy[65]; /* v1; "" the database's default */
    char org[65], bucket[65];  /* v2 */
    char token_file
        [256]; /* "" none; its content is "user:password" (v1, vm) or a bare token (v2, v3) */
    char ca_file[256];  /* https: PEM trusted instead of the system's; "" the system's */
    bool insecure_http; /* plain http to another host than loopback only when true */
};

struct site {
    char slug[SLUG_SIZE];
    char name[SITE_NAME_SIZE];
    enum regency regency;
    char kecamatan[9];
    double baro_hpa; /* of the place where no probe tells, 500..1100; NaN not known */
    unsigned ponds, buses, devices, inputs, reflexes, sinks; /* counts */
    struct site_pond *pond;
    struct site_bus *bus;
    struct site_device *device;
    struct site_input *input;
    struct site_reflex *reflex;
    struct site_sink *sink;
    char journal_path[256];
    int64_t journal_max_bytes;     /* 1 MiB .. 64 GiB, default 256 MiB */
    int64_t journal_ballast_bytes; /* kept for a full disk; 0..1 GiB, default 8 MiB, 0 none */
    int journal_clock_wait_min;    /* readings wait so long for the clock; 0..1440, default 15 */
    int journal_keep_days;         /* delivered rows stay this long; 0..3650, default 35 */
    char control_socket[SITE_PATH_SIZE];
};

/* Reads and checks a site file. NILA_ERR_NOT_FOUND, NILA_ERR_DENIED, NILA_ERR_IO, NILA_ERR_CONFIG, with the words in why
 * (size >= 256). On success *out is the caller's; free it with site_free. Cross checks: slugs unique, bus and pond of a
 * device exist, two devices of one bus never share a unit, two buses never share a port or host:port, kecamatan lies in
 * the regency, one primary per pond and metric. */
NILA_MUST_CHECK int site_load(struct site **out, const char *path, char *why, size_t why_size);
NILA_MUST_CHECK int site_load_memory(struct site **out, const char *name, const char *text,
                                     size_t n, char *why, size_t why_size);
void site_free(struct site *s); /* NULL is fine */

/* Index of a pond, -1 when there is none of that slug. */
int site_find_pond(const struct site *s, const char *slug);

#endif

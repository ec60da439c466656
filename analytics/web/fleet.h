/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fleet: what is known of the collectors: of those on this machine what their sockets say, read by a thread each, and of all
 * that send to InfluxDB their heartbeats. Pages get a copy of what was last heard and how old it is; they never wait.
 *
 * A collector that does not answer keeps what it last said, with the time; it is shown as silent, never as well. */
#ifndef ANALYTICS_WEB_FLEET_H
#define ANALYTICS_WEB_FLEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analytics/config.h"
#include "analytics/series.h"
#include "collector/common/site.h"

#define FLEET_COLLECTORS  ANALYTICS_COLLECTORS_MOST
#define FLEET_TEXT_SIZE   128   /* of what collectors say in words; longer is cut */
#define FLEET_SILENT_MS   30000 /* a socket without an answer for so long: no word */
#define FLEET_BEAT_MS     ((int64_t)5 * 60 * 1000) /* a heartbeat is due each minute */
#define FLEET_BEAT_DAYS   30                       /* heartbeats are looked for so far back */
#define FLEET_READ_GAP_MS 5000                     /* between two test readings of one device */
#define FLEET_READS_MOST  12                       /* of one collector in a minute */

/* How questions ended, since the collector's start. */
struct fleet_counts {
    int64_t requests, good, timeouts, bad_frames, exceptions, stale, lost;
};

struct fleet_bus {
    char slug[SLUG_SIZE];
    char where[SITE_PATH_SIZE + 32]; /* as shown */
    bool serial;
    char port[SITE_PATH_SIZE]; /* serial */
    char parity[2];
    int baud, stop_bits;
    char host[SITE_NAME_SIZE]; /* else */
    int tcp_port;
    char state[12]; /* "unused" "open" "away" */
    char why[FLEET_TEXT_SIZE];
    int64_t since_ms;
    struct fleet_counts n;
    int64_t served_slots, missed_slots;
    int busy_permille;
};

struct fleet_device {
    char slug[SLUG_SIZE], bus[SLUG_SIZE], profile[SLUG_SIZE];
    char pond[SLUG_SIZE]; /* "": of the site */
    int unit, every_s;
    bool read;                         /* it has values */
    int64_t last_good_ms, last_try_ms; /* by the collector's clock; 0: never */
    int64_t calibrating_ms;            /* since when it is being calibrated; 0: it is not */
    struct fleet_counts n;
    int64_t served_slots, missed_slots;
    int p50_ms, p95_ms, round_ms; /* 0: none yet */
    int backoff_s;
    char last[12]; /* control.h: "" "good" "silent" "bad" "stale" "exception" "away" */
    char error[FLEET_TEXT_SIZE];
};

struct fleet_journal {
    int64_t rows, bytes, max_bytes, oldest_unsent_ms, held, thinned, dropped, damaged, quarantined;
    double hours_left; /* NaN: not known */
};

struct fleet_sink {
    char slug[SLUG_SIZE], state[16]; /* "idle" "sending" "waiting" "misconfigured" */
    int64_t pending, sent, refused, refused_old, last_ok_ms, next_try_ms;
    int http;
    char text[2 * FLEET_TEXT_SIZE];
};

/* A value's registers, as the profile has them. */
struct fleet_register {
    char name[SLUG_SIZE], metric[SLUG_SIZE], unit[17], type[8], order[9];
    int function, first, count;
    double scale, offset, min, max, site_min, site_max; /* NaN: none */
    /* of a reading: */
    int words; /* 0: not read */
    uint16_t word[4];
    double value; /* NaN: none */
    int flag, bits;
};

struct fleet_question {
    int function, first, count, exception, answer_ms;
    char outcome[12];
    char text[FLEET_TEXT_SIZE];
};

/* What is read of a device; after a test reading with what came. */
struct fleet_registers {
    char device[SLUG_SIZE], bus[SLUG_SIZE], maker[65], model[65];
    int64_t asked_ms; /* 0: the map alone */
    char note[2 * FLEET_TEXT_SIZE];
    size_t n, questions;
    struct fleet_register *reg;
    struct fleet_question *question;
};

enum fleet_read_state {
    FLEET_READ_NONE,
    FLEET_READ_WAITING, /* asked for, or under way */
    FLEET_READ_DONE,
    FLEET_READ_FAILED /* why */
};
struct fleet_reading {
    char device[SLUG_SIZE];
    enum fleet_read_state state;
    int64_t asked_ms, done_ms;
    char why[2 * FLEET_TEXT_SIZE];
    struct fleet_registers got;
};

#define FLEET_FRAMES     20  /* the collector keeps so many of a bus */
#define FLEET_FRAME_TEXT 800 /* "01 03 ...", of 260 bytes */

/* What went over a bus of late, oldest first; as the collector wrote it. */
struct fleet_frames {
    char bus[SLUG_SIZE];
    size_t n;
    struct fleet_frame {
        int64_t at_ms;
        bool sent;
        char bytes[FLEET_FRAME_TEXT]; /* hexadecimal; "" nothing came */
    } frame[FLEET_FRAMES];
};

/* A collector on this machine. */
struct fleet_box {
    char key[SLUG_SIZE]; /* of the configuration */
    char socket[SITE_PATH_SIZE];
    int64_t heard_ms; /* when it last answered; 0: never */
    int64_t tried_ms; /* when it was last asked; 0: not yet */
    int rc;           /* of the last try: 0, or why it gave no answer */
    char why[2 * FLEET_TEXT_SIZE];
    char site[SLUG_SIZE], name[SITE_NAME_SIZE], version[33];
    int64_t now_ms, started_ms, lost_values;
    bool clock_trusted, read_only;
    int64_t disk_free, disk_size; /* bytes; -1: not told */
    int power_weak;               /* -1: not told */
    struct fleet_journal journal;
    size_t buses, devices, sinks, maps;
    struct fleet_bus *bus;
    struct fleet_device *device;
    struct fleet_sink *sink;
    struct fleet_registers *map; /* of the devices */
    size_t frames;
    struct fleet_frames *traffic; /* of each bus that told; an older collector tells of none */
    size_t readings;
    struct fleet_reading *reading; /* the newest of each device that was read */
};

struct fleet_view {
    int64_t now_ms;
    size_t boxes, beats;
    struct fleet_box *box;
    struct series_beat *beat; /* newest of each collector */
    bool influx;              /* heartbeats are looked for */
    int64_t beats_ms;         /* when they were last read; 0: never */
};

struct fleet; /* opaque */

/* Called by a thread of the fleet when something has changed; must not wait. */
typedef void (*fleet_changed)(void *arg);

/* Begins to listen to the collectors of c->collectors, and to heartbeats when its source is InfluxDB. c outlives it. NILA_ERR_IO:
 * no threads. */
NILA_MUST_CHECK int fleet_start(struct fleet **out, const struct analytics_config *c,
                                fleet_changed changed, void *arg);
void fleet_stop(
    struct fleet
        *f); /* ends what is under way within a second, or the time of a query; NULL is fine */

/* People are watching: collectors are asked each second or two instead of each five. */
void fleet_watched(struct fleet *f, bool watched);

/* A copy; the caller's, fleet_view_free. f NULL: nothing is known. */
struct fleet_view *fleet_view(struct fleet *f);
void fleet_view_free(struct fleet_view *v); /* NULL is fine */

/* Asks for one test reading of a device; the result comes into the view. NILA_ERR_NOT_FOUND: no such collector or device;
 * NILA_ERR_BUSY: too soon, *wait_s seconds are to be waited. One that is under way already is no mistake. */
NILA_MUST_CHECK int fleet_read(struct fleet *f, const char *box, const char *bus,
                               const char *device, int *wait_s);

/* The box of that key ("": the first that has the device), and the device; NULL. */
const struct fleet_box *fleet_find(const struct fleet_view *v, const char *key, const char *bus,
                                   const char *device, size_t *index);
/* The same of a bus. */
const struct fleet_box *fleet_find_bus(const struct fleet_view *v, const char *key, const char *bus,
                                       size_t *index);
/* Has the box answered lately? */
bool fleet_heard(const struct fleet_view *v, const struct fleet_box *box);
/* What is read of the device; NULL: not told (yet). */
const struct fleet_registers *fleet_map(const struct fleet_box *box, const char *device);

/* The last frames of the bus; NULL: not told. */
const struct fleet_frames *fleet_frames_of(const struct fleet_box *box, const char *bus);

/* The newest test reading of the device; NULL: none was asked for. */
const struct fleet_reading *fleet_reading_of(const struct fleet_box *box, const char *device);

/* --- what collectors say, line by line (fleet_parse.c); pure --- */

/* One line of "status" into box, which began zeroed. NILA_ERR_PROTO; lines of an unknown kind are passed over. */
NILA_MUST_CHECK int fleet_take_status(struct fleet_box *box, const char *json);
/* One line of "registers": a new map begins with each "device". */
NILA_MUST_CHECK int fleet_take_registers(struct fleet_registers **maps, size_t *n,
                                         const char *json);
/* One line of "frames". NILA_ERR_PROTO, NILA_ERR_FULL (more than FLEET_FRAMES). */
NILA_MUST_CHECK int fleet_take_frame(struct fleet_frames *f, const char *json);
void fleet_box_clear(struct fleet_box *box); /* frees what it holds */
void fleet_registers_clear(struct fleet_registers *r);

#endif

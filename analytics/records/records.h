/* SPDX-License-Identifier: GPL-3.0-or-later */
/* records: the production records: farms, ponds, cycles (stocking), feed, samples, deaths, harvests; and what is known of the
 * region: fingerlings, official figures, the register, assumptions, classes, the survey. SQLite, one migration path, foreign keys on; filled from
 * CSV, all or nothing a file.
 *
 * Both dates of every row are kept: the day of the event and the moment it was entered. A forecast "as of" a day sees
 * only what had been entered by its end. Models never touch the database: they get a snapshot, plain sorted arrays. */
#ifndef ANALYTICS_RECORDS_H
#define ANALYTICS_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/common/region.h"
#include "collector/common/site.h"
#include "collector/common/slug.h"

struct records; /* opaque; one connection. Threads: calls serialised inside */

/* Opens or creates the file (0640; WAL, synchronous FULL). Another program may import while this one reads.
 * NILA_ERR_NOT_FOUND (no such folder), NILA_ERR_DENIED, NILA_ERR_IO, NILA_ERR_BUSY, NILA_ERR_CORRUPT (no database),
 * NILA_ERR_CONFIG (another program's database), NILA_ERR_UNSUPPORTED (written by a newer program); words in why (size >=
 * 256). */
NILA_MUST_CHECK int records_open(struct records **out, const char *path, char *why,
                                 size_t why_size);
void records_close(struct records *r); /* NULL is fine */

enum records_table {
    RECORDS_FARMS,
    RECORDS_PONDS,
    RECORDS_CYCLES,
    RECORDS_FEED,
    RECORDS_SAMPLES,
    RECORDS_DEATHS,
    RECORDS_HARVESTS,
    RECORDS_FINGERLINGS, /* the hatcheries' ledger */
    RECORDS_OFFICIAL,    /* harvest figures of offices */
    RECORDS_REGISTRY,    /* how many farms exist, on record here or not */
    RECORDS_ASSUMPTIONS, /* what the demand and the balance are made of */
    RECORDS_CLASSES,     /* our systems in the offices' classes */
    RECORDS_SURVEY,      /* what was found at ponds drawn at random from the register */
    RECORDS_CONTACTS,    /* whom to tell of alarms (alarms.h) */
    RECORDS_LIMITS,      /* limits of a pond that differ from the usual ones */
    RECORDS_GROUPS,      /* groups of farmers (pokdakan) */
    RECORDS_SENSORS,     /* which device hung in which pond, from when until when */
    RECORDS_NOTES,       /* water, treatments and the rest, in words */
    RECORDS_PRESTOCK,    /* what was measured before fingerlings were let out (prestock.h) */
    RECORDS_RIVER,       /* what a river looked like */
    RECORDS_TABLES
};
const char *records_table_name(enum records_table t); /* "farms" ... */
/* NILA_ERR_NOT_FOUND. */
NILA_MUST_CHECK int records_table_find(const char *name, enum records_table *out);

struct records_report {
    size_t rows;     /* rows taken */
    size_t bad;      /* cells refused; 0 when rows were taken */
    size_t repeated; /* rows that were there already, word for word, and were left alone */
    size_t slashed;  /* days written 24/11/2026, read as day/month/year; to be said */
};
/* Called for each bad cell: "file:line:column: column name: reason". Up to 100 are reported, all are counted. */
typedef void (*records_complaint)(void *arg, const char *text);

/* Imports one table's CSV (columns as in the README; "-": stdin). All or nothing. NILA_ERR_PARSE when any cell is bad
 * (report->bad), NILA_ERR_NOT_FOUND, NILA_ERR_DENIED, NILA_ERR_IO, NILA_ERR_BUSY, NILA_ERR_FULL. now_ms: entered_on of rows
 * without one; nothing may be later. dry_run checks all and stores nothing. complain may be NULL.
 *
 * The same file again changes nothing: a row whose cells are all on record (entered_on counts where it is written) is
 * repeated, as often as it stands there; two equal rows in one file are two. A farm, pond or cycle that is on record with
 * other contents is a bad cell. */
NILA_MUST_CHECK int records_import(struct records *r, enum records_table t, const char *path,
                                   int64_t now_ms, int dry_run, records_complaint complain,
                                   void *arg, struct records_report *report);

/* --- snapshot --- */
enum records_sex {
    SEX_UNKNOWN,
    SEX_MALE,
    SEX_MIXED
};
enum records_harvest_kind {
    HARVEST_PARTIAL,
    HARVEST_FINAL,
    HARVEST_RETAIL
};

struct rec_farm {
    char slug[SLUG_SIZE], name[SITE_NAME_SIZE], village[SITE_NAME_SIZE], group[SITE_NAME_SIZE];
    enum regency regency;
    size_t kecamatan; /* index of region_kecamatan */
};
struct rec_pond {
    char slug[SLUG_SIZE], name[SITE_NAME_SIZE];
    size_t farm; /* index into farm[] */
    enum pond_system system;
    double area_m2, depth_m;
};
struct rec_cycle {
    char slug[SLUG_SIZE];
    size_t pond;           /* index into pond[] */
    int32_t stocked_day;   /* WIB day number */
    double count;          /* fish stocked */
    double mass_g;         /* mean mass at stocking, g */
    double price_idr_each; /* of a fingerling; NaN when not recorded */
    enum records_sex sex;
    /* day of its last final harvest, else of the pond's next stocking; INT32_MAX while open */
    int32_t closed_day;
};
struct rec_feed {
    size_t cycle; /* index into cycle[]: the one open in the pond that day */
    int32_t day;
    double feed_kg;
    double price_idr_kg; /* NaN when not recorded */
    const char *
        kind; /* as written, "" (or NULL) when not; the snapshot's: feedings are millions, and their kinds a few */
};
struct rec_sample {
    size_t cycle;
    int32_t day;
    double fish; /* number weighed, > 0 */
    double mean_g;
    double cv; /* of single weights; NaN when only the total was weighed */
};
struct rec_death {
    size_t cycle;
    int32_t day;
    double count;
    char cause[SITE_NAME_SIZE]; /* as written, "" when not */
};
struct rec_harvest {
    size_t cycle;
    int32_t day;
    double kg;
    double fish_per_kg; /* NaN when not recorded */
    enum records_harvest_kind kind;
    double price_idr_kg; /* NaN when not recorded */
    double debt_idr;     /* held back by the buyer for feed; NaN when not recorded */
};

/* A place as a node of the forecast: "joint", "kotim", "seruyan" or a kecamatan's Kemendagri code. */
#define RECORDS_NODE_SIZE 9

enum records_fingerlings_kind {
    FINGERLINGS_PRODUCED,
    FINGERLINGS_SOLD,
    FINGERLINGS_TRANSFERRED
};
struct rec_fingerlings {
    int32_t day;
    char hatchery[SITE_NAME_SIZE];
    enum records_fingerlings_kind kind;
    double count;
    double size_cm;        /* NaN when not recorded */
    enum regency from, to; /* to = from where they were produced */
};

/* A period is a month (2027-01), a quarter (2027-Q1) or a year (2027). */
#define RECORDS_PERIOD_SIZE 8
struct rec_official {
    char node[RECORDS_NODE_SIZE], period[RECORDS_PERIOD_SIZE];
    int32_t first_month; /* month number (civil.h) */
    unsigned months;     /* 1, 3 or 12 */
    double kg;           /* >= 0 */
    bool final;          /* else provisional */
    int32_t cut_off_day; /* what it knows of */
    unsigned revision;
    char source[SITE_NAME_SIZE];
    bool target; /* what an office plans or wants: shown, never an input of a model */
};

struct rec_registry {
    size_t kecamatan;
    enum pond_system system;
    double farms, ponds; /* ponds NaN when not recorded */
    int32_t as_of_day;
    char source[SITE_NAME_SIZE];
};

enum records_key {
    KEY_POPULATION,
    KEY_CONSUMPTION_AKI,     /* all fish, kg a head and year: Angka Konsumsi Ikan of the ministry */
    KEY_CONSUMPTION_SUSENAS, /* the same by BPS's household survey */
    KEY_TILAPIA_SHARE,       /* of the fish eaten, % */
    KEY_LOSS,                /* of what is harvested and comes in less what goes out, % */
    KEY_INFLOW,              /* from elsewhere, kg a month */
    KEY_OUTFLOW,
    KEY_IDUL_FITRI,     /* more demand in the 30 days before Idul Fitri, % */
    KEY_PRICE_RESPONSE, /* elasticity: % less demand by % more price */
    KEY_PRICE_CHANGE,   /* against the usual price, % */
    KEY_DEMAND_SHOCK,   /* %, in its months only */
    KEY_OTHER_SUPPLY, /* fish other than tilapia there is to eat, kg a month: beside tilapia on prints, in no balance */
    KEY_OTHER_DEMAND, /* ... and is eaten */
    RECORDS_KEYS
};
struct rec_assumption {
    enum records_key key;
    char node[RECORDS_NODE_SIZE];    /* "joint" (holds for both), "kotim", "seruyan" */
    double value, low, high;         /* low and high: P10 and P90, or both value */
    int32_t first_month, last_month; /* it holds in; every month: INT32_MIN and INT32_MAX */
    int32_t day;
    char source[SITE_NAME_SIZE];
};

/* The offices' class a system counts as, in their own words. */
struct rec_class {
    enum pond_system system;
    char name[SITE_NAME_SIZE];
    int32_t day;
    char source[SITE_NAME_SIZE];
};

/* One unit of the register (a pond where it counts ponds, else a farm) that was drawn and visited. */
struct rec_survey {
    size_t kecamatan;
    enum pond_system system;
    unsigned serial;     /* in the register's order, from 1 */
    int32_t first_month; /* of the quarter */
    int32_t day;         /* of the visit */
    bool found;          /* false: no such farm, or it keeps no fish any more */
    double kg;           /* harvested in the quarter, >= 0; 0 when not found */
};

/* Arrays sorted: farms and ponds by slug, cycles by (pond, day), the rest by (cycle, day). Samples of one pond and day are
 * one. An event belongs to the cycle that lived in the pond that day, the days of stocking and of the last final harvest
 * included; a harvest on the day of a stocking is of the fish that were there before. Events that fall in no cycle are
 * counted in stray, not kept.
 *
 * Fingerlings lie by day. Of official figures the newest is kept for each node and period: by revision, then cut-off day, then
 * entry; of the register the newest count of a kecamatan and system; of assumptions the newest (by day, then entry) of a
 * key, node and months; of classes the newest of a system; of the survey the newest of a quarter, kecamatan, system and
 * serial. They lie by (node, first month), (kecamatan, system), (key, node, months), (system), (first month, kecamatan,
 * system, serial). */
struct records_snapshot {
    int64_t as_of_ms;
    size_t farms, ponds, cycles, feeds, samples, deaths, harvests, stray;
    struct rec_farm *farm;
    struct rec_pond *pond;
    struct rec_cycle *cycle;
    struct rec_feed *feed;
    struct rec_sample *sample;
    struct rec_death *death;
    struct rec_harvest *harvest;
    size_t feed_kinds;
    char **feed_kind; /* what was written, each once, sorted */
    size_t fingerling_rows, officials, registers, assumptions, classes, surveys;
    struct rec_fingerlings *fingerlings;
    struct rec_official *official; /* the targets lie behind them: target, targets */
    const struct rec_official *target;
    size_t targets;
    struct rec_registry *registry;
    /* every count of the register that was known, oldest first: what it said at other times */
    size_t registers_past;
    struct rec_registry *registry_past;
    struct rec_assumption *assumption;
    struct rec_class *class;
    struct rec_survey *survey;
};

/* What had been entered by as_of_ms, events up to its day only (a pond and its farm count as known from the first stocking
 * that was entered, even when their own rows came later). NILA_ERR_CORRUPT, NILA_ERR_BUSY, NILA_ERR_IO, logged. *out is the caller's, free with records_snapshot_free. */
NILA_MUST_CHECK int records_snapshot(struct records *r, int64_t as_of_ms,
                                     struct records_snapshot **out);
void records_snapshot_free(struct records_snapshot *s); /* NULL is fine */

/* Index of a pond, -1. */
long records_find_pond(const struct records_snapshot *s, const char *slug);
/* The pond's cycles lie in cycle[] from *from to before *to. */
void records_cycles_of(const struct records_snapshot *s, size_t pond, size_t *from, size_t *to);
/* The rows of one cycle, by day; they lie in the snapshot. */
struct rec_events {
    struct rec_feed *feed;
    struct rec_sample *sample;
    struct rec_death *death;
    struct rec_harvest *harvest;
    size_t feeds, samples, deaths, harvests;
};
/* cycle: index of cycle[]. A few dozen steps, however many rows there are. */
void records_events_of(const struct records_snapshot *s, size_t cycle, struct rec_events *out);
/* The cycle open in pond (index) at the end of day, -1: from the day of stocking to the day before its closed_day. */
long records_open_cycle(const struct records_snapshot *s, size_t pond, int32_t day);

#endif

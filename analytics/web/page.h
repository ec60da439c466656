/* SPDX-License-Identifier: GPL-3.0-or-later */
/* page: the web pages and API answers as text, from a struct page_model. Pages format; they never compute, read a clock,
 * or ask a database, so that a test shows them any world. Everything from outside is escaped. Pure.
 *
 * Each page appends one whole HTML document: lang set, one h1; style from /gaya.css, and for who is
 * logged in the script /nila.js, both within the page where the viewer is on their first visit. */
#ifndef ANALYTICS_WEB_PAGE_H
#define ANALYTICS_WEB_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analytics/alert/report.h"
#include "analytics/fish/derived.h"
#include "analytics/letters.h"
#include "analytics/records/alarms.h"
#include "analytics/records/contacts.h"
#include "analytics/records/records.h"
#include "analytics/series.h"
#include "analytics/supply/forecast.h"
#include "analytics/supply/merge.h"
#include "analytics/supply/neraca.h"
#include "analytics/supply/recalibrate.h"
#include "analytics/supply/supply.h"
#include "analytics/supply/untracked.h"
#include "analytics/water/night.h"
#include "analytics/water/status.h"
#include "analytics/web/format.h"
#include "collector/common/buf.h"

/* Newest values are looked for this far back; a pond without any is listed apart, not as a card. */
#define PAGE_LOOK_BACK_DAYS 7
#define PAGE_MONTHS         12 /* at most shown */

struct page_pond {
    struct rec_pond pond;
    size_t at; /* its place by slug among all the ponds of the picture */
    char farm[SITE_NAME_SIZE], farm_slug[SLUG_SIZE];
    size_t kecamatan;            /* index of region_kecamatan */
    struct series_latest latest; /* zeroed when nothing was heard */
    bool heard;                  /* any value within PAGE_LOOK_BACK_DAYS */
    struct pond_status status;
    const struct status_limits *limits; /* its own; NULL: as the model's */
    bool aerator;                       /* on, as people said */
    int64_t aerator_ms;                 /* since when; 0: nobody said */
    bool unserved;  /* alarms are in use, and no contact would be told of a danger here */
    bool has_cycle; /* a cycle is open today */
    int32_t stocked_day;
    double stocked;    /* fish */
    bool has_estimate; /* the forecast has reached this cycle */
    struct supply_pond estimate;
};

/* A pond's coming night. */
struct page_night {
    int64_t asked_ms; /* 0: not tried (yet) */
    int nights;       /* usable ones behind it */
    bool ready, both; /* without is there; with too */
    bool unread;      /* its readings could not be read when they were last asked for */
    struct night_forecast without; /* aeration */
    struct night_forecast with;
    int64_t fouled_ms; /* since when the oxygen probe seems fouled; 0: it does not */
};

/* What the records say of alarms and buttons. */
struct page_board {
    size_t alarms, limits, presses, nights, months, contacts;
    struct rec_alarm *alarm; /* told within PAGE_LOOK_BACK_DAYS or open, newest first */
    struct rec_limit *limit;
    struct rec_press *press; /* of the last day, by time */
    struct rec_night *night; /* yesterday's and today's */
    struct report_pond *month;
    struct rec_contact *contact; /* the active ones */
    uint64_t version;            /* rises when any of it was read anew */
    int64_t watch_ms; /* when the alarm (nila-analytics watch) last said that it runs; 0 never */
};

/* The alarm counts as not running after so long without a word. */
#define PAGE_WATCH_MS ((int64_t)5 * 60 * 1000)

/* What a form sends back (press.h). */
#define PAGE_TOKEN_SIZE 40

enum page_forecast_state {
    PAGE_FORECAST_WAITING,
    PAGE_FORECAST_FAILED,
    PAGE_FORECAST_READY
};

#define PAGE_BASIS_MAX       24 /* listed; how many more there are is said */
#define PAGE_OFFICIAL_MAX    16
#define PAGE_UNIT_KG         100.0 /* of rounded figures: a tenth of a tonne */

#define PAGE_UNTOLD          (-(1LL << 60)) /* a rounded figure that would tell of one or two farms */

#define PAGE_ACCURACY_MONTHS 12
#define PAGE_ACCURACY_PAST   36 /* three a month */
/* A joint forecast and what came; kg. */
struct page_past {
    int32_t month;
    unsigned lead;
    double p10, p50, p90, actual;
    bool untold; /* fewer than three farms harvested in that month: what came is not shown */
};
/* How right issued forecasts were (supply/accuracy.h). */
struct page_accuracy {
    bool ready; /* false: the records could not be read */
    size_t issues, open, silent, late;
    struct accuracy_score score[DEMAND_NODES][RECORDS_ISSUED_LEADS + 1]; /* [0]: every lead */
    struct accuracy_score first[DEMAND_NODES]; /* every lead, by the first records */
    /* forecasts whose month's harvest is of one or two farms: in no score of the node */
    size_t withheld[DEMAND_NODES];
    size_t past_n;
    struct page_past past[PAGE_ACCURACY_PAST]; /* newest month first */
    struct recalibration recalibration;        /* as it is in the draws */
};

enum page_other {
    PAGE_OTHER_SUPPLY,
    PAGE_OTHER_DEMAND,
    PAGE_OTHERS
};

/* What the forecast's draws say of every node and period; quantities in kg. */
struct page_forecast {
    enum page_forecast_state state;
    int64_t issued_ms;
    int32_t as_of_day;
    int32_t first_month;
    unsigned months, draws;         /* months 1..PAGE_MONTHS */
    struct forecast_given given;    /* of the other regency's office */
    unsigned tracked[SUPPLY_NODES]; /* ponds with an open cycle */
    unsigned ponds[SUPPLY_NODES];   /* ponds recorded */
    /* cells of kecamatan, and what is told of ponds with a cycle (merge.h). The figures of a cell stand at the kecamatan that
     * stands for it, and its other members' are 0; what is not told is NaN or PAGE_UNTOLD */
    struct merge merge;
    struct neraca neraca;
    struct neraca_rounded rounded;                  /* in PAGE_UNIT_KG */
    double spread[SUPPLY_NODES][SUPPLY_MONTHS_MAX]; /* factor on the ranges (recalibrate.h) */
    double population[REGENCY_COUNT];               /* NaN: not entered */
    struct seed_ledger seed[REGENCY_COUNT];         /* what the hatcheries' ledger says */
    struct smoother_found learned;                  /* of the weather and events that ponds share */
    /* where more ponds or farms are on record than registered */
    size_t register_questions;
    struct untracked_question register_question[REGION_KECAMATAN_COUNT * POND_SYSTEM_COUNT];
    size_t bases, bases_left; /* assumptions that count; left: not listed here */
    struct rec_assumption basis[PAGE_BASIS_MAX];
    size_t officials, officials_left,
        officials_elsewhen; /* elsewhen: on record, of other periods */
    struct figure official[PAGE_OFFICIAL_MAX];
    bool with_official; /* one at least was used */
    /* final official figures that were used speak of the whole period, of joint or of both regencies */
    bool final[NERACA_PERIODS];
    unsigned revision; /* under which this day's forecast was issued; 0: it was not */
    /* of other fish, as entered: whole PAGE_UNIT_KG, months add up to quarters and all, regencies to joint */
    long long other[PAGE_OTHERS][DEMAND_NODES][NERACA_PERIODS];
    bool other_known[PAGE_OTHERS][DEMAND_NODES][NERACA_PERIODS]; /* for every month of it */
    bool without_water; /* the sensors' source was away: computed from records and usual water */
    unsigned forgotten; /* open cycles left out because of silence (supply.h) */
    double forgotten_kg
        [DEMAND_NODES]; /* of joint and the regencies: their harvest, were the fish still there */
    struct page_accuracy accuracy;
};

struct viewer; /* viewer.h */
struct base;   /* model_own.h */

struct page_model {
    const struct viewer *viewer; /* who looks; NULL: nobody knows, all is shown */
    bool without_fish;           /* who looks may see the water alone */
    int64_t now_ms;              /* when this picture was made */
    int64_t read_ms;             /* newest values were last read; 0 never */
    int64_t away_since_ms;       /* the database has not answered since; 0: it does */
    const char *notice;          /* "" none */
    const char *phone;           /* of the extension worker; "" none */
    /* of the regencies, for the head of prints and signatures; "" or NULL: no name is known */
    const char *office[REGENCY_COUNT];
    const struct letters_config *letters; /* what else stands on their papers; NULL: nothing */
    const struct status_limits *limits;
    const char (
        *limit_source)[SITE_NAME_SIZE]; /* of each of STATUS_LIMIT, "": its own; NULL: of all */
    size_t ponds;
    struct page_pond *pond;                  /* worst first (page_order) */
    unsigned level_count[STATUS_DANGER + 1]; /* ponds of each status_level */
    struct page_forecast forecast;
    struct page_board board;
    const char *token; /* of the forms; NULL or "": no buttons are drawn */
    /* places in pond, in the order of slugs; NULL: page_find looks at each */
    const size_t *by_slug;
    /* of whom pond, by_slug and the lists of board are, and other pictures' too: not to be written (model_own.h); NULL: of who made
     * this */
    struct base *base;
    /* made for this viewer alone; model_picture_free */
    struct page_pond *own_pond;
    size_t *own_by_slug;
    struct page_board own_board;
};

/* The limits that hold at the pond. */
const struct status_limits *page_limits(const struct page_model *m, const struct page_pond *p);
/* Ponds whose dangers would reach nobody. */
unsigned page_unserved(const struct page_model *m);
/* Is the alarm known not to run? */
bool page_watch_silent(const struct page_model *m);

/* Sorts the ponds worst first, then by reason, farm and name, and counts the levels. */
void page_order(struct page_model *m);
/* Counts the levels of ponds that are in order. */
void page_count(struct page_model *m);

/* The pond of that slug, or NULL. */
const struct page_pond *page_find(const struct page_model *m, const char *slug);

/* How much time a pond's charts show. */
enum page_span {
    PAGE_SPAN_DAY,
    PAGE_SPAN_WEEK,
    PAGE_SPAN_CYCLE, /* since the open cycle was stocked */
    PAGE_SPANS
};
const char *page_span_name(enum page_span s);    /* "24" "7" "siklus": of ?masa= */
enum page_span page_span_find(const char *name); /* NULL or unknown: the day */

/* What was done or seen at a pond, for the charts and below them. */
enum page_event_kind {
    EVENT_STOCKED, /* fish, of so many grams */
    EVENT_SAMPLE,  /* fish weighed, their mean in grams */
    EVENT_DEATH,   /* fish */
    EVENT_HARVEST, /* kg, of so many fish a kg (NaN unknown) */
    EVENT_GASPING, /* as people pressed */
    EVENT_AERATOR_ON,
    EVENT_AERATOR_OFF,
    EVENT_RIVER,
    EVENT_OXYGEN, /* mg/L, measured by hand */
    PAGE_EVENTS
};
struct page_event {
    int64_t ts_ms; /* of records: noon of the day */
    enum page_event_kind kind;
    double value, of;
};
#define PAGE_EVENTS_MAX 48 /* the newest are kept; how many more there are is said */

/* The size that most buyers ask for, four fish a kg; the days until it are told. */
#define PAGE_TARGET_G 250.0

/* What the records say of the open cycle. */
struct page_cycle {
    bool known;                    /* a cycle is open */
    struct derived derived;        /* fish/derived.h; its money is the farmer's alone */
    struct derived_outlook target; /* PAGE_TARGET_G */
    double priced_kg; /* of the harvests with a price, which brought derived.sold_idr */
    bool money;       /* who looks may see it */
};

/* Takes prices, costs and income out: for whoever is not the farmer. page_pond_figures.c */
void page_cycle_without_money(struct page_cycle *c);

/* A pond's time for the charts; the series may be empty. */
struct page_day {
    bool ready; /* false: not read in time, say so */
    enum page_span span;
    int64_t from_ms, to_ms;
    struct series oxygen, temp; /* means of 5 minutes; of the cycle of 15 or more */
    struct page_night *night;   /* NULL: nothing is known */
    size_t events, events_left; /* left: older ones that are not here */
    struct page_event
        event[PAGE_EVENTS_MAX]; /* of the cycle, and of the last day's buttons; by time */
    struct page_cycle cycle;
};

void page_home(struct buf *b, const struct page_model *m, enum lang lang);
void page_pond(struct buf *b, const struct page_model *m, const struct page_pond *p,
               const struct page_day *day, enum lang lang);
/* "Malam ini" from 16:00 on, and until 09:00 how the night went; nothing at other hours. page_tonight.c */
void page_tonight(struct buf *b, const struct page_model *m, const struct page_pond *p,
                  const struct page_day *day, enum lang lang);
/* Alarms now and of the last days; attempt: of all of them, by alarm. */
void page_alarm(struct buf *b, const struct page_model *m, const struct rec_attempt *attempt,
                size_t attempts, enum lang lang);
void page_region(struct buf *b, const struct page_model *m, enum lang lang);
/* period: "2027-01", "2027-Q1", "all"; "" the first month. One that is not in the forecast is said to be so. */
void page_print(struct buf *b, const struct page_model *m, const char *period, enum lang lang);
/* The figures of joint, regencies and kecamatan by period, as CSV for a spreadsheet; only the header row while there is no
 * forecast. */
void page_export(struct buf *b, const struct page_model *m, enum lang lang);
/* Links to the files of routes_export.c, a section. page_download.c */
void page_downloads(struct buf *b, enum lang lang);
void page_accuracy(struct buf *b, const struct page_model *m, enum lang lang);
void page_records(struct buf *b, const struct page_model *m, enum lang lang);
void page_help(struct buf *b, const struct page_model *m, enum lang lang);

/* 400, 403, 404, 405, 409, 413 or 503, in both languages on one page, lang first, with the viewer's menu; NULL: nobody's. */
void page_error(struct buf *b, int http_status, const struct viewer *viewer, const char *notice,
                enum lang lang);

/* JSON. api_health returns the HTTP status: 200, or 503 when the database is away or nothing was read yet. m is NULL while
 * the records cannot be read. */
int api_health(struct buf *b, const struct page_model *m);
void api_ponds(struct buf *b, const struct page_model *m);
void api_forecast(struct buf *b, const struct page_model *m);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* forecast: from records and sensors to the joint forecast, its file and its points in InfluxDB. The program's forecast
 * subcommand and the region page both start here.
 *
 * Honesty: only ponds in the records are counted, and official figures where there are any (figures.h). What is eaten comes
 * from the assumptions on record; until they are entered there is supply and no balance (neraca.h). Scope all adds the ponds that
 * nobody follows (untracked.h); both parts stay apart, draw by draw. An office that keeps one regency's records adds what the
 * other's gives it (exchange.h); kecamatan of the other stay empty then.
 *
 * Threads: a struct forecast is read-only once made and may be shared. */
#ifndef ANALYTICS_FORECAST_H
#define ANALYTICS_FORECAST_H

#include "analytics/series.h"
#include "collector/common/buf.h"
#include "demand.h"
#include "exchange.h"
#include "figures.h"
#include "neraca.h"
#include "oxygen.h"
#include "recalibrate.h"
#include "supply.h"
#include "untracked.h"

enum forecast_scope {
    FORECAST_TRACKED, /* ponds in the records */
    FORECAST_ALL,     /* the untracked too (untracked.h) */
    FORECAST_AUTO     /* all when anything is known of those outside, else tracked */
};
NILA_MUST_CHECK int
forecast_scope_find(const char *name,
                    enum forecast_scope *out); /* "tracked", "all", "auto"; NILA_ERR_NOT_FOUND */

/* An office that keeps one regency's records (exchange.h). */
struct forecast_exchange {
    enum regency office;
    const struct exchange *other; /* what the other office gave; NULL: nothing yet */
};
/* What came of it. */
struct forecast_given {
    enum exchange_state state; /* EXCHANGE_NONE: this office has the records of both */
    enum regency office;       /* the own */
    int32_t as_of_day;         /* of what the other gave; 0 with issued_ms 0: it gave nothing */
    int64_t issued_ms;
    unsigned farms, ponds;
};

struct forecast_request {
    struct records *records; /* the database, or NULL when snapshot is given */
    /* used instead of records; must outlive the forecast */
    const struct records_snapshot *snapshot;
    struct series_source *source; /* the sensors; NULL: none, the usual water everywhere */
    int32_t as_of_day;
    unsigned months, draws; /* 1..12, 50..2000 */
    uint64_t seed;
    /* how fish feel oxygen, [POND_SYSTEM_COUNT]; NULL, or full_mg_l 0: as usual (growth.h). Weighed cycles correct it (oxygen.h) */
    const struct growth_oxygen *oxygen;
    enum forecast_scope scope;
    bool by_class;         /* forecast_save_classes will be asked for */
    bool without_official; /* leaves official figures aside */
    /* NULL: all records are here. Else as_of_day must be a day of exchange_as_of, and official figures that speak of both regencies
     * are left aside: neither office could use one alone */
    const struct forecast_exchange *exchange;
    /* leaves the spread as the model gives it; else, with records, earlier forecasts correct it (recalibrate.h) */
    bool without_recalibration;
    int64_t issued_ms;        /* 0: now */
    unsigned threads;         /* as in supply_input; 0: as many as there are processors */
    supply_progress progress; /* NULL: not told */
    void *progress_arg;
};

struct forecast {
    const struct records_snapshot *snapshot; /* cycles and ponds that pond[] speaks of */
    struct records_snapshot *own_snapshot;   /* the same when it was made here, else NULL */
    struct supply_forecast *supply;
    size_t ponds;               /* of the snapshot */
    struct supply_pond *pond;   /* [ponds] */
    struct supply_water *water; /* [ponds]; days 0 where nothing was asked for */
    struct oxygen_learned oxygen[POND_SYSTEM_COUNT]; /* as it was used */
    size_t ponds_with_water; /* ponds with at least one day of oxygen or temperature */
    /* as supply->kg: the draws as the model gave them, and after official figures, before the spread was recalibrated */
    double *modelled_kg, *figured_kg;
    bool scope_all;
    struct untracked *untracked; /* NULL: only ponds on record are counted */
    struct figures *figures;     /* official ones, used and refused */
    struct demand *demand;
    struct neraca *neraca;
    struct recalibration recalibration; /* as it was applied to the draws */
    struct forecast_given given;
    struct exchange *own;   /* what this office gives the other; NULL: nothing is exchanged */
    struct exchange *other; /* a copy of what is added; NULL: nothing */
    const struct evidence *evidence[REGENCY_COUNT]; /* as it was used */
    struct evidence *other_evidence;                /* behind it */
    struct records_snapshot *office_snapshot;       /* snapshot is this one then */
};

/* Runs it. Words in why (size >= 160). NILA_ERR_RANGE months or draws; NILA_ERR_UNSUPPORTED scope all, and nothing known of those outside; errors of
 * records_snapshot and series_load: when the sensors' source is away the caller may ask again without it, and must then say
 * that the forecast knows no water. *out is the caller's, forecast_free. */
NILA_MUST_CHECK int forecast_run(const struct forecast_request *q, struct forecast **out, char *why,
                                 size_t why_size);
void forecast_free(struct forecast *f); /* NULL is fine */

/* What the forecast f, made by q, would be under a scenario: the same records, water, seed and draws. What official figures
 * did to a draw of f is done to the same draw here, by the same factor: a figure tells what the ponds are, not what is
 * supposed to happen. The spread is recalibrated by f's factor. Words in why (size >= 160); errors of supply_run. *out is the
 * caller's, supply_free. */
NILA_MUST_CHECK int forecast_suppose(const struct forecast *f, const struct forecast_request *q,
                                     const struct scenario *s, struct supply_forecast **out,
                                     char *why, size_t why_size);

/* Appends the file: "node,lead,month,mean,p10,p50,p90,d1..dK", kg, months as YYYY-MM, every node and lead. */
void forecast_csv(const struct forecast *f, struct buf *b);
/* The same as one JSON object without the draws, but with the factors on the spread: what was learned, and by node and month. */
void forecast_json(const struct forecast *f, struct buf *b);
/* Writes it to path ("-": stdout), whole or not at all; errors of savefile, logged. */
NILA_MUST_CHECK int forecast_save(const struct forecast *f, const char *path);

/* The parts of it: "node,lead,month,part,mean,p10,p50,p90,d1..dK", part being tracked or untracked; they add up to the forecast draw
 * by draw. */
void forecast_parts_csv(const struct forecast *f, struct buf *b);
NILA_MUST_CHECK int forecast_save_parts(const struct forecast *f, const char *path);

/* Writes the supply by official classes (classes_csv); asked for by_class. */
NILA_MUST_CHECK int forecast_save_classes(const struct forecast *f, const char *path, bool english);

/* Writes the balance (neraca_csv) to path in the same way. */
NILA_MUST_CHECK int forecast_save_balance(const struct forecast *f, const char *path, bool english);

/* Appends the points of measurement supply_forecast (line protocol, ms): of what may be told without telling of one or two farms (cells.h); kecamatan
 * that are told together are one node, "62.02.05+62.02.06". */
void forecast_lines(const struct forecast *f, struct buf *b);
/* Writes them through the source; errors of series_write. */
NILA_MUST_CHECK int forecast_write_back(const struct forecast *f, struct series_source *source,
                                        char *why, size_t why_size);

/* Hourly means of one pond, as series_load gives them with buckets of an hour; empty where there is no probe. */
struct forecast_hours {
    struct series temp, oxygen, ph, tan, nh3;
};
/* Days first_day..last_day of water for growth: oxygen by growth_do_day; un-ionised ammonia as measured,
 * else from total ammonia, temperature and pH. A day with less than 12 hours of something does not know it (NaN). Arrays of
 * *out are the caller's, forecast_water_free. */
void forecast_water(const struct forecast_hours *h, int32_t first_day, int32_t last_day,
                    const struct growth_oxygen *oxygen, struct supply_water *out);
void forecast_water_free(struct supply_water *w);

#endif

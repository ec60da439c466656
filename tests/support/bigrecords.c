/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support.h"

#include <stdio.h>

#include <sqlite3.h>

#include "analytics/records/records.h"
#include "bigrecords.h"
#include "collector/common/buf.h"
#include "collector/common/civil.h"
#include "collector/common/region.h"

#define PONDS_A_FARM 5
#define CYCLE_DAYS   150
#define EMPTY_DAYS   14

enum which {
    FARM,
    POND,
    CYCLE,
    FEED,
    SAMPLE,
    DEATH,
    HARVEST,
    STATEMENTS
};

struct making {
    sqlite3 *h;
    sqlite3_stmt *s[STATEMENTS];
    uint64_t random;
    int32_t today;
    struct bigrecords_size size;
};

/* Rows are named at random, as far as an index can tell, like those of an import. */
#define NAME "lower(hex(randomblob(16)))"

/* clang-format off */
static const char *const SQL[STATEMENTS] = {
    [FARM] = "INSERT INTO farms(farm, name, regency, kecamatan, entered_on, uid) VALUES(?, ?, ?, ?, ?, " NAME ")",
    [POND] = "INSERT INTO ponds(pond, farm, name, system, area_m2, depth_m, entered_on, uid) VALUES(?, ?, ?, ?, ?, 1.2, ?, " NAME ")",
    [CYCLE] = "INSERT INTO cycles(cycle, pond, stocked_on, count, mass_g, entered_on, uid) VALUES(?, ?, ?, ?, 8, ?, " NAME ")",
    [FEED] = "INSERT INTO feed(pond, \"on\", feed_kg, kind, entered_on, uid) VALUES(?, ?, ?, 'apung', ?, " NAME ")",
    [SAMPLE] = "INSERT INTO samples(pond, \"on\", fish, total_g, entered_on, uid) VALUES(?, ?, 30, ?, ?, " NAME ")",
    [DEATH] = "INSERT INTO deaths(pond, \"on\", count, entered_on, uid) VALUES(?, ?, ?, ?, " NAME ")",
    [HARVEST] = "INSERT INTO harvests(pond, \"on\", kg, kind, entered_on, uid) VALUES(?, ?, ?, ?, ?, " NAME ")",
};

/* Each row has its change: table, and the members of its JSON. */
static const struct {
    const char *table, *members;
} LOGGED[] = {
    {"farms", "'farm', farm, 'name', name, 'regency', regency, 'kecamatan', kecamatan"},
    {"ponds", "'pond', pond, 'farm', farm, 'name', name, 'system', system, 'area_m2', area_m2, 'depth_m', depth_m"},
    {"cycles", "'cycle', cycle, 'pond', pond, 'stocked_on', date(stocked_on * 86400, 'unixepoch'), 'count', count, 'mass_g', mass_g"},
    {"feed", "'pond', pond, 'on', date(\"on\" * 86400, 'unixepoch'), 'feed_kg', feed_kg, 'kind', kind"},
    {"samples", "'pond', pond, 'on', date(\"on\" * 86400, 'unixepoch'), 'fish', fish, 'total_g', total_g"},
    {"deaths", "'pond', pond, 'on', date(\"on\" * 86400, 'unixepoch'), 'count', count"},
    {"harvests", "'pond', pond, 'on', date(\"on\" * 86400, 'unixepoch'), 'kg', kg, 'kind', kind"},
};
/* clang-format on */

/* xorshift64*; 0..1 */
static double chance(struct making *m)
{
    m->random ^= m->random >> 12;
    m->random ^= m->random << 25;
    m->random ^= m->random >> 27;
    return (double)((m->random * UINT64_C(2685821657736338717)) >> 11) / 9007199254740992.0;
}

static void text(struct making *m, enum which w, int at, const char *v)
{
    assert_int_equal(sqlite3_bind_text(m->s[w], at, v, -1, SQLITE_TRANSIENT), SQLITE_OK);
}

static void whole(struct making *m, enum which w, int at, int64_t v)
{
    assert_int_equal(sqlite3_bind_int64(m->s[w], at, v), SQLITE_OK);
}

static void number(struct making *m, enum which w, int at, double v)
{
    assert_int_equal(sqlite3_bind_double(m->s[w], at, v), SQLITE_OK);
}

static void run(struct making *m, enum which w)
{
    if (sqlite3_step(m->s[w]) != SQLITE_DONE)
        fail_msg("%s: %s", SQL[w], sqlite3_errmsg(m->h));
    assert_int_equal(sqlite3_reset(m->s[w]), SQLITE_OK);
}

/* Rows with pond, day, number, entered_on; written down the evening of the day. */
static void row(struct making *m, enum which w, const char *pond, int32_t day, double v)
{
    text(m, w, 1, pond);
    whole(m, w, 2, day);
    number(m, w, 3, v);
    whole(m, w, 4, civil_day_start(day) + (int64_t)18 * 3600 * 1000);
    run(m, w);
}

static void harvest(struct making *m, const char *pond, int32_t day, double kg, const char *kind)
{
    text(m, HARVEST, 1, pond);
    whole(m, HARVEST, 2, day);
    number(m, HARVEST, 3, kg);
    text(m, HARVEST, 4, kind);
    whole(m, HARVEST, 5, civil_day_start(day) + (int64_t)18 * 3600 * 1000);
    run(m, HARVEST);
    m->size.harvests++;
}

static void one_cycle(struct making *m, const char *pond, int32_t from, int32_t to, bool ends)
{
    const double fish = 1500 + 1500 * chance(m), gain = 1.6 + 0.8 * chance(m);
    char slug[SLUG_SIZE];

    (void)snprintf(slug, sizeof slug, "c-%zu", m->size.cycles++);
    text(m, CYCLE, 1, slug);
    text(m, CYCLE, 2, pond);
    whole(m, CYCLE, 3, from);
    whole(m, CYCLE, 4, (int64_t)fish);
    whole(m, CYCLE, 5, civil_day_start(from) + (int64_t)18 * 3600 * 1000);
    run(m, CYCLE);
    for (int32_t day = from + 1; day < to; day++) {
        const double mass_g = 8 + gain * (day - from);
        row(m, FEED, pond, day, 0.001 * fish * mass_g * 0.03);
        m->size.feed++;
        if ((day - from) % 14 == 0) {
            row(m, SAMPLE, pond, day, 30 * mass_g * (0.95 + 0.1 * chance(m)));
            m->size.samples++;
        }
        if ((day - from) % 7 == 0) {
            row(m, DEATH, pond, day, (double)(int)(1 + 5 * chance(m)));
            m->size.deaths++;
        }
    }
    if (!ends)
        return;
    if (chance(m) < 0.3)
        harvest(m, pond, to - 20, 0.0002 * fish * gain * CYCLE_DAYS, "partial");
    harvest(m, pond, to, 0.0007 * fish * gain * CYCLE_DAYS, "final");
}

static void one_pond(struct making *m, size_t i, int32_t from)
{
    const size_t farm = i / PONDS_A_FARM;
    const size_t k = farm % REGION_KECAMATAN_COUNT;
    char slug[SLUG_SIZE], farm_slug[SLUG_SIZE], name[40];
    int32_t day = from + (int32_t)(chance(m) * (CYCLE_DAYS + EMPTY_DAYS));

    (void)snprintf(farm_slug, sizeof farm_slug, "f-%zu", farm);
    if (i % PONDS_A_FARM == 0) {
        (void)snprintf(name, sizeof name, "Pokdakan %zu", farm);
        text(m, FARM, 1, farm_slug);
        text(m, FARM, 2, name);
        text(m, FARM, 3, regency_slug(region_kecamatan(k)->regency));
        text(m, FARM, 4, region_kecamatan(k)->code);
        whole(m, FARM, 5, civil_day_start(from));
        run(m, FARM);
        m->size.farms++;
    }
    (void)snprintf(slug, sizeof slug, "p-%zu", i);
    (void)snprintf(name, sizeof name, "Kolam %zu", i % PONDS_A_FARM + 1);
    text(m, POND, 1, slug);
    text(m, POND, 2, farm_slug);
    text(m, POND, 3, name);
    text(m, POND, 4, i % 3 == 0 ? "cage" : "pond");
    number(m, POND, 5, i % 3 == 0 ? 24 : 300);
    whole(m, POND, 6, civil_day_start(from));
    run(m, POND);
    m->size.ponds++;
    while (day < m->today - 2) {
        int32_t end = day + CYCLE_DAYS - 15 + (int32_t)(30 * chance(m));
        const bool ends = end < m->today;
        one_cycle(m, slug, day, ends ? end : m->today, ends);
        day = end + EMPTY_DAYS;
    }
}

static void execute(struct making *m, const char *sql)
{
    if (sqlite3_exec(m->h, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(m->h));
}

/* The list of changes, as imports would have written it: in the order in which the rows were entered. */
static void log_rows(struct making *m)
{
    struct buf sql = {0};

    buf_str(&sql,
            "INSERT INTO changes(uid, at_ms, by, how, \"table\", row_uid, kind, based_on, "
            "old, new, reason, key, origin, origin_seq) SELECT printf('%.16s%016x', value, n), "
            "at, '', 'import', t, u, 'add', '', '', j, '', '', value, n FROM records_meta, "
            "(SELECT row_number() OVER (ORDER BY at) AS n, at, t, u, j FROM (");
    for (size_t i = 0; i < sizeof LOGGED / sizeof LOGGED[0]; i++)
        buf_printf(&sql,
                   "%sSELECT entered_on AS at, '%s' AS t, uid AS u, json_object(%s) AS j FROM %s",
                   i > 0 ? " UNION ALL " : "", LOGGED[i].table, LOGGED[i].members, LOGGED[i].table);
    buf_str(&sql, ")) WHERE key = 'origin' ORDER BY n");
    execute(m, sql.p);
    buf_free(&sql);
}

/* What the alarm leaves: a forecast a night and pond, an alarm a pond and month with two messages, a button a pond and week. */
static void nights_and_alarms(struct making *m, int32_t from)
{
    struct buf sql = {0};

    buf_printf(
        &sql,
        "WITH RECURSIVE d(day) AS (SELECT %d UNION ALL SELECT day + 1 FROM d WHERE day < %d) "
        "INSERT INTO nights(pond, day, threshold, issued_ms, p_below, min_p10, min_p50, "
        "min_p90, low_ms, basis, warned_ms, lowest, seen_share, judged_ms) SELECT pond, day, "
        "2, day * 86400000 + 36000000, 0.1, 2.1, 3.2, 4.1, day * 86400000 + 79200000, 'own', "
        "0, 3.1, 1, day * 86400000 + 90000000 FROM ponds, d ORDER BY pond, day;",
        from, m->today);
    buf_printf(
        &sql,
        "WITH RECURSIVE d(day) AS (SELECT %d UNION ALL SELECT day + 30 FROM d WHERE day + 30 "
        "< %d) INSERT INTO alarms(subject, \"group\", cause, severity, rank, first_ms, "
        "seen_ms, watch_ms, danger_ms, raised_ms, told_ms, worst, well_ms, eased_ms, "
        "acked_ms, acked_by, acked_how, snooze_ms, second_ms, danger_told_ms, cleared_ms, "
        "value, threshold) SELECT pond, 'oxygen', 'do_critical', 2, 1, t, t, 0, 0, t, t, 2, "
        "0, 0, t + 60000, 'Budi', 'page', 0, 0, t, t + 3600000, 1.2, 1.5 FROM (SELECT pond, "
        "(day + ponds.id %% 30) * 86400000 + 79200000 AS t FROM ponds, d) ORDER BY t;"
        "INSERT INTO alarm_attempts(alarm, kind, severity, cause, subject, place, regency, "
        "contact, channel, address, english, title, text, sms, made_ms, due_ms, until_ms, "
        "tries, begun_ms, done_ms, fate, code, reference, why) SELECT a.id, 'alarm', 2, "
        "'do_critical', subject, '', '', 'budi', c.n, '0812', 0, 'BAHAYA', 'Oksigen 1,2', "
        "'Oksigen 1,2', raised_ms, raised_ms, raised_ms + 1, 1, raised_ms, raised_ms, 'sent', "
        "'', '', '' FROM alarms a, (SELECT 'sms' AS n UNION SELECT 'siren') AS c;",
        from, m->today - 30);
    buf_printf(
        &sql,
        "WITH RECURSIVE d(day) AS (SELECT %d UNION ALL SELECT day + 7 FROM d WHERE day + 7 < "
        "%d) INSERT INTO presses(pond, kind, by, at_ms) SELECT pond, 'aerator_on', 'Budi', "
        "(day + ponds.id %% 7) * 86400000 + 1000 * ponds.id FROM ponds, d ORDER BY 4",
        from, m->today);
    execute(m, sql.p);
    buf_free(&sql);
}

struct bigrecords_size bigrecords_make(const char *path, size_t ponds, int years, int32_t today,
                                       uint64_t seed)
{
    struct making m = {.random = seed | 1, .today = today};
    struct records *r = NULL;
    char why[256];

    if (records_open(&r, path, why, sizeof why) != 0) /* makes the tables */
        fail_msg("%s", why);
    records_close(r);
    assert_int_equal(sqlite3_open(path, &m.h), SQLITE_OK);
    assert_int_equal(sqlite3_exec(m.h,
                                  "PRAGMA synchronous = OFF; PRAGMA cache_size = -524288; BEGIN",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    for (int i = 0; i < STATEMENTS; i++)
        assert_int_equal(sqlite3_prepare_v2(m.h, SQL[i], -1, &m.s[i], NULL), SQLITE_OK);
    for (size_t i = 0; i < ponds; i++)
        one_pond(&m, i, today - 365 * years);
    log_rows(&m);
    nights_and_alarms(&m, today - 365 * years);
    for (int i = 0; i < STATEMENTS; i++)
        (void)sqlite3_finalize(m.s[i]);
    if (sqlite3_exec(m.h, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s", sqlite3_errmsg(m.h));
    assert_int_equal(sqlite3_close(m.h), SQLITE_OK);
    return m.size;
}

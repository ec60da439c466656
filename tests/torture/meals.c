/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "meals.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "tests/support/support.h"

struct records *meals_open(const char *path)
{
    struct records *r = NULL;
    char why[256] = "";

    if (records_open(&r, path, why, sizeof why) != 0)
        fatal("%s", why);
    return r;
}

static void import(struct records *r, enum records_table table, const char *folder, const char *csv)
{
    struct records_report report;
    char file[330];

    (void)snprintf(file, sizeof file, "%s/in.csv", folder);
    support_write(file, csv);
    if (records_import(r, table, file, clock_wall_ms(), 0, NULL, NULL, &report) != 0)
        fatal("%s: not imported", records_table_name(table));
    (void)unlink(file);
}

void meals_begin(const char *path, const char *folder)
{
    struct records *r = meals_open(path);

    import(r, RECORDS_FARMS, folder, "farm,name,regency,kecamatan\nf-1,Satu,kotim,62.02.06\n");
    import(r, RECORDS_PONDS, folder,
           "pond,farm,name,system,area_m2,depth_m\np-1,f-1,Kolam 1,pond,200,1.2\n");
    records_close(r);
}

static void complain(void *arg, const char *column, const char *reason)
{
    (void)arg;
    printf("# %s: %s\n", column, reason);
    (void)fflush(stdout);
}

int meals_enter(struct records *r, int k)
{
    struct change_who who = {.user = "bu-sri", .how = "page", .at_ms = clock_wall_ms()};
    char kg[32], key[32], day[16], uid[CHANGE_UID_SIZE];
    bool repeated;
    const struct change_cell cell[] = {{"pond", "p-1"}, {"on", day}, {"feed_kg", kg}};

    (void)civil_format_day(day, sizeof day, civil_day(who.at_ms) - k % 30);
    /* three decimals might be thousands */
    (void)snprintf(kg, sizeof kg, "%d.%02d", 1 + k / 100, k % 100);
    (void)snprintf(key, sizeof key, "form-%d", k);
    return records_add(r, RECORDS_FEED, cell, 3, key, &who, complain, NULL, uid, &repeated);
}

static bool is_sound(sqlite3 *db)
{
    sqlite3_stmt *st = NULL;
    bool sound = sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &st, NULL) == SQLITE_OK &&
                 sqlite3_step(st) == SQLITE_ROW &&
                 strcmp((const char *)sqlite3_column_text(st, 0), "ok") == 0;

    (void)sqlite3_finalize(st);
    return sound;
}

int meals_count(const char *path, unsigned char times[static MEALS_MOST])
{
    sqlite3 *db = NULL;
    sqlite3_stmt *st = NULL;
    int others = -1, step = SQLITE_ERROR;

    memset(times, 0, MEALS_MOST);
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK && is_sound(db) &&
        sqlite3_prepare_v2(db, "SELECT feed_kg FROM feed", -1, &st, NULL) == SQLITE_OK) {
        others = 0;
        while ((step = sqlite3_step(st)) == SQLITE_ROW) {
            long k = lround(sqlite3_column_double(st, 0) * 100) - 100;
            if (k >= 0 && k < MEALS_MOST && times[k] < 255)
                times[k]++;
            else
                others++;
        }
    }
    (void)sqlite3_finalize(st);
    (void)sqlite3_close(db);
    return step == SQLITE_DONE ? others : -1;
}

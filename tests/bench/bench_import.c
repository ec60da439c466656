/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A hundred thousand feedings: checked, refused with a complaint each second row, stored with their changes, and told again.
 * Each step is to stay under 5 s of processor time. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "analytics/records/records.h"
#include "collector/common/civil.h"
#include "collector/common/err.h"

enum {
    ROWS = 100000,
    PONDS = 200,
    MOST_S = 5
};

static double cpu_s(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static double wall_s(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void write_feed(const char *path, int bad_each)
{
    FILE *f = fopen(path, "w");
    char day[16];

    if (f == NULL)
        exit(1);
    (void)fputs("pond,on,feed_kg,kind,brand,protein_pct\n", f);
    for (int i = 0; i < ROWS; i++) {
        (void)civil_format_day(day, sizeof day, 20000 + i / PONDS);
        (void)fprintf(f, "p-%d,%s,%d.%d%s,pelet,Hi-Pro-Vite 781,31\n", i % PONDS, day, 1 + i % 37,
                      i % 10, bad_each > 0 && i % bad_each == 0 ? "x" : "");
    }
    (void)fclose(f);
}

static int step(struct records *r, const char *says, const char *path, int dry_run, int expected)
{
    struct records_report report;
    double cpu = cpu_s(), wall = wall_s();
    int rc =
        records_import(r, RECORDS_FEED, path, INT64_C(1900000000000), dry_run, NULL, NULL, &report);
    bool ok;

    cpu = cpu_s() - cpu;
    wall = wall_s() - wall;
    ok = rc == expected && cpu < MOST_S;
    printf("%s - %s: %.2f s of processor time, %.2f s; %zu rows, %zu bad, %zu there already\n",
           ok ? "ok" : "not ok", says, cpu, wall, report.rows, report.bad, report.repeated);
    return ok ? 0 : 1;
}

int main(void)
{
    char dir[] = "/tmp/nila-bench-XXXXXX", path[64], csv[64], why[256];
    struct records *r;
    struct records_report report;
    FILE *f;
    int bad = 0;

    if (mkdtemp(dir) == NULL)
        return 1;
    (void)snprintf(path, sizeof path, "%s/r.db", dir);
    (void)snprintf(csv, sizeof csv, "%s/t.csv", dir);
    if (records_open(&r, path, why, sizeof why) != 0)
        return 1;
    f = fopen(csv, "w");
    if (f == NULL)
        return 1;
    (void)fputs("farm,name,regency,kecamatan\nf-1,Satu,kotim,62.02.06\n", f);
    (void)fclose(f);
    bad +=
        records_import(r, RECORDS_FARMS, csv, INT64_C(1900000000000), 0, NULL, NULL, &report) != 0;
    f = fopen(csv, "w");
    if (f == NULL)
        return 1;
    (void)fputs("pond,farm,name,system,area_m2,depth_m\n", f);
    for (int i = 0; i < PONDS; i++)
        (void)fprintf(f, "p-%d,f-1,K,pond,200,1.2\n", i);
    (void)fclose(f);
    bad +=
        records_import(r, RECORDS_PONDS, csv, INT64_C(1900000000000), 0, NULL, NULL, &report) != 0;
    write_feed(csv, 2);
    bad += step(r, "half the rows refused", csv, 0, NILA_ERR_PARSE);
    write_feed(csv, 0);
    bad += step(r, "only checked", csv, 1, 0);
    bad += step(r, "stored", csv, 0, 0);
    bad += step(r, "told again", csv, 0, 0);
    records_close(r);
    return unlink(csv) == 0 && unlink(path) == 0 && rmdir(dir) == 0 && bad == 0 ? 0 : 1;
}

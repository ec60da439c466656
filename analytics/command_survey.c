/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila-analytics survey: the quarter's random list of ponds or farms of the register that are not on record. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/commands_own.h"
#include "analytics/records/places.h"
#include "analytics/savefile.h"
#include "analytics/supply/survey.h"
#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"

static int check_options(const struct command_options *o, int32_t *as_of_day, char *why)
{
    int32_t month;
    unsigned months;

    *as_of_day = civil_day(clock_wall_ms());
    if (o->as_of != NULL && civil_parse_day(o->as_of, as_of_day) != 0) {
        command_why_as_of(o, why);
        return NILA_ERR_RANGE;
    }
    if (o->survey.quarter == NULL || places_period(o->survey.quarter, &month, &months) != 0 ||
        months != 3) {
        (void)snprintf(why, COMMAND_WHY,
                       o->english ? "--quarter %.40s is not a quarter; as in --quarter 2027-Q1"
                                  : "--quarter %.40s bukan triwulan; seperti --quarter 2027-Q1",
                       o->survey.quarter != NULL ? o->survey.quarter : "");
        return NILA_ERR_RANGE;
    }
    return 0;
}

/* All ponds of the records count as on record: who is silent is known all the same. */
static void count(const struct records_snapshot *s, int32_t as_of_day, struct untracked *u)
{
    struct supply_pond *pond = xcalloc(s->ponds, sizeof *pond);

    for (size_t p = 0; p < s->ponds; p++)
        pond[p] = (struct supply_pond){.cycle = -1, .forgotten_cycle = -1};
    untracked_count(u, s, pond, as_of_day);
    free(pond);
}

/* The list to out, the words to people: to stdout when the list goes to a file, else to stderr. */
static int put(const struct command_options *o, const struct survey_unit *unit, size_t n, char *why)
{
    const char *path = o->out != NULL ? o->out : "-";
    struct buf list = {0}, words = {0};
    int rc;

    survey_csv(&list, o->survey.quarter, unit, n);
    survey_words(&words, unit, n, o->english);
    if (n < (size_t)o->survey.n)
        buf_printf(&words,
                   o->english ? "%zu of the %ld asked for: the register has no more outside.\n"
                              : "%zu dari %ld yang diminta: register tidak punya lebih banyak di "
                                "luar catatan.\n",
                   n, o->survey.n);
    rc = savefile(&list, path, why, COMMAND_WHY);
    if (rc == 0 && !o->quiet)
        (void)fputs(words.p, strcmp(path, "-") == 0 ? stderr : stdout);
    buf_free(&list);
    buf_free(&words);
    return rc;
}

static int draw(const struct command_options *o, const struct records_snapshot *s, uint64_t seed,
                int32_t as_of_day, char *why)
{
    struct untracked *u = xcalloc(1, sizeof *u);
    struct survey_unit *unit = xcalloc((size_t)o->survey.n, sizeof *unit);
    size_t n;
    int rc = NILA_ERR_UNSUPPORTED;

    count(s, as_of_day, u);
    n = survey_draw(u, (size_t)o->survey.n, o->survey.quarter, seed, unit);
    if (n > 0)
        rc = put(o, unit, n, why);
    else
        (void)snprintf(why, COMMAND_WHY, "%s",
                       s->registers == 0
                           ? (o->english ? "there is no register to draw from; import registry"
                                         : "belum ada register untuk diundi; import registry")
                       : o->english ? "all that is registered is on record: nothing to draw from"
                                    : "semua yang terdaftar sudah tercatat: tidak ada yang diundi");
    free(unit);
    free(u);
    return rc;
}

int command_survey(const struct command_options *o)
{
    struct analytics_config c;
    struct records *records = NULL;
    struct records_snapshot *s = NULL;
    int32_t as_of_day;
    char why[COMMAND_WHY] = "";
    int rc = command_load_config(o, &c, why);

    if (rc == 0)
        rc = check_options(o, &as_of_day, why);
    if (rc == 0)
        rc = command_open_records(o, &c, &records, why);
    if (rc == 0)
        rc = records_snapshot(records, civil_day_start(as_of_day + 1) - 1, &s);
    if (rc == 0)
        rc = draw(o, s, o->seed >= 0 ? (uint64_t)o->seed : c.seed, as_of_day, why);
    if (rc != 0)
        log_warnx("%s", why[0] != '\0' ? why : nila_err_text(rc));
    if (s != NULL)
        records_snapshot_free(s);
    records_close(records);
    return command_exit_code(rc);
}

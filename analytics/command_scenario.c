/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila-analytics scenario: the forecast beside the same forecast under what is supposed. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "analytics/commands_own.h"
#include "analytics/progress.h"
#include "analytics/savefile.h"
#include "analytics/supply/compare.h"
#include "collector/common/civil.h"
#include "collector/common/http.h"
#include "collector/common/log.h"

_Static_assert(SCENARIO_OPTIONS_MAX >= SCENARIO_ACTS_MAX, "every act may be an option");

/* What is supposed: the file's acts, then those of the options, then the common beginning. */
static int take_scenario(const struct command_options *o, struct scenario *s, char *why)
{
    const struct scenario_options *given = &o->scenario;
    int32_t month;
    int rc = 0;

    if (given->acts > SCENARIO_OPTIONS_MAX) {
        (void)snprintf(why, COMMAND_WHY,
                       o->english ? "--scenario: more than %d of them"
                                  : "--scenario: lebih dari %d kali",
                       SCENARIO_OPTIONS_MAX);
        return NILA_ERR_RANGE;
    }
    if (given->file != NULL)
        rc = scenario_load(s, given->file, o->english, why, COMMAND_WHY);
    for (size_t k = 0; rc == 0 && k < given->acts; k++) {
        char fault[256] = "";

        if (scenario_add(s, given->act[k], o->english, fault, sizeof fault) != 0) {
            (void)snprintf(why, COMMAND_WHY, "--scenario %s", fault);
            rc = NILA_ERR_RANGE;
        }
    }
    if (rc != 0)
        return rc;
    if (s->acts == 0) {
        (void)snprintf(why, COMMAND_WHY, "%s",
                       o->english ? "--scenario: nothing is supposed; as in --scenario acid=2027-01"
                                  : "--scenario: belum ada yang diandaikan; seperti --scenario "
                                    "acid=2027-01");
        return NILA_ERR_RANGE;
    }
    if (given->from != NULL && scenario_month(given->from, &month) != 0) {
        (void)snprintf(why, COMMAND_WHY,
                       o->english ? "--from %.40s is not a month; as in 2027-02"
                                  : "--from %.40s bukan bulan; seperti 2027-02",
                       given->from);
        return NILA_ERR_RANGE;
    }
    return given->from == NULL ? 0 : scenario_from(s, month, o->english, why, COMMAND_WHY);
}

/* Twice through the ponds: without and with. */
static int run(const struct command_options *o, const struct analytics_config *c,
               const struct forecast_request *asked, const struct scenario *s, struct compare **out,
               char *why)
{
    struct forecast_request q = *asked;
    struct forecast *f = NULL;
    struct progress progress;
    int rc;

    q.progress = progress_tell;
    q.progress_arg = &progress;
    progress_init(&progress, o->english ? "ponds, without" : "kolam, tanpa", o->english, o->quiet,
                  o->progress);
    rc = command_run_forecast(&q, c, o->records == NULL, &f, why);
    progress_end(&progress);
    if (rc != 0)
        return rc;
    progress_init(&progress, o->english ? "ponds, with" : "kolam, dengan", o->english, o->quiet,
                  o->progress);
    rc = compare_run(f, &q, s, o->english, out, why, COMMAND_WHY);
    progress_end(&progress);
    forecast_free(f);
    return rc;
}

static int save(const struct command_options *o, const struct compare *c, char *why)
{
    const bool to_stdout = o->out == NULL || strcmp(o->out, "-") == 0;
    struct buf b = {0};
    int rc;

    if (o->json)
        compare_json(c, &b);
    else if (to_stdout && (o->scenario.table || isatty(STDOUT_FILENO)))
        compare_table(c, o->english, &b);
    else
        compare_csv(c, &b);
    rc = savefile(&b, o->out, why, COMMAND_WHY);
    buf_clear(&b);
    if (rc == 0 && !to_stdout && o->scenario.table) {
        compare_table(c, o->english, &b);
        rc = savefile(&b, NULL, why, COMMAND_WHY);
    }
    buf_free(&b);
    return rc;
}

static void words(const struct command_options *o, const struct compare *c)
{
    char day[16];

    (void)civil_format_day(day, sizeof day, c->as_of_day);
    (void)fprintf(stderr,
                  o->english ? "%s: as of %s, %u months, %u draws, %u ponds with an open cycle, "
                               "%zu things supposed\n"
                             : "%s: keadaan %s, %u bulan, %u simulasi, %u kolam dengan siklus "
                               "berjalan, %zu hal diandaikan\n",
                  o->out != NULL ? o->out : "-", day, c->months, c->draws, c->tracked,
                  c->scenario.acts);
}

int command_scenario(const struct command_options *o)
{
    struct analytics_config c;
    struct records *records = NULL;
    struct forecast_request q = {0};
    struct scenario s = {0};
    struct compare *compared = NULL;
    char why[COMMAND_WHY] = "";
    int rc = take_scenario(o, &s, why);

    if (rc == 0)
        rc = command_load_config(o, &c, why);
    if (rc == 0)
        rc = command_request(o, &c, &q, why);
    if (rc == 0) /* before the long work */
        rc = scenario_check(&s, q.as_of_day, q.months, o->english, why, sizeof why);
    if (rc == 0)
        rc = command_open_records(o, &c, &records, why);
    if (rc == 0) {
        http_global_init();
        q.records = records;
        rc = run(o, &c, &q, &s, &compared, why);
        http_global_cleanup();
    }
    if (rc == 0)
        rc = save(o, compared, why);
    if (rc != 0)
        log_warnx("%s", why[0] != '\0' ? why : nila_err_text(rc));
    else if (!o->quiet)
        words(o, compared);
    compare_free(compared);
    records_close(records);
    return command_exit_code(rc);
}

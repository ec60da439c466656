/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila-analytics oxygen: which of both; backtest: forecasts of recorded ponds' nights made again, and how good they were. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "analytics/command_tonight.h"
#include "analytics/commands_own.h"
#include "analytics/savefile.h"
#include "analytics/water/nightscore.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"

static const uint64_t BOOTSTRAP_SEED = 1;

/* "20:00" into minutes after midnight. */
static bool take_clock(const char *text, int usual, int *out)
{
    char *colon, *end;
    long hour, minute;

    *out = usual;
    if (text == NULL)
        return true;
    if (text[0] < '0' || text[0] > '9')
        return false;
    hour = strtol(text, &colon, 10);
    if (*colon != ':' || colon[1] < '0' || colon[1] > '9')
        return false;
    minute = strtol(colon + 1, &end, 10);
    if (*end != '\0' || end != colon + 3 || hour > 23 || minute > 59)
        return false;
    *out = (int)(hour * 60 + minute);
    return true;
}

static int check_ask(const struct command_options *o, struct nightback_ask *ask, char *why)
{
    char *end;

    *ask = (struct nightback_ask){.below_mg_l = NIGHT_LIMIT_MG_L[0], .apart = o->oxygen.apart};
    if (!take_clock(o->oxygen.issue, 20 * 60, &ask->issue_min) ||
        !take_clock(o->oxygen.until, 7 * 60, &ask->until_min)) {
        (void)snprintf(why, COMMAND_WHY, "%s",
                       tongue("--issue dan --until adalah jam, seperti 20:00 dan 07:00",
                              "--issue and --until are clock times, as in 20:00 and 07:00"));
        return NILA_ERR_RANGE;
    }
    if (o->oxygen.below != NULL) {
        ask->below_mg_l = strtod(o->oxygen.below, &end);
        if (end == o->oxygen.below || *end != '\0' ||
            !(ask->below_mg_l > 0 && ask->below_mg_l <= 20)) {
            (void)snprintf(why, COMMAND_WHY, "--below %.40s: %s", o->oxygen.below,
                           o->english ? "must be above 0 and up to 20 mg/L"
                                      : "harus di atas 0 sampai 20 mg/L");
            return NILA_ERR_RANGE;
        }
    }
    return 0;
}

static void why_hours(const struct command_options *o, char *why)
{
    (void)snprintf(why, COMMAND_WHY, "%s",
                   o->english
                       ? "--issue must be from 16:00 on and before --until, which is at most "
                         "07:00; both in whole 10 minutes"
                       : "--issue paling awal 16:00 dan sebelum --until, yang paling lambat "
                         "07:00; keduanya kelipatan 10 menit");
}

/* The forecasts to out; scores to stdout, unless that is where the forecasts go: then words to stderr. */
static int put(const struct command_options *o, const struct nightback *b, char *why)
{
    bool taken = o->out == NULL || strcmp(o->out, "-") == 0;
    struct buf csv = {0}, words = {0};
    struct nightscore score;
    int rc = 0;

    nightscore_make(&score, b, BOOTSTRAP_SEED);
    if (o->json)
        nightscore_json(&words, b, &score);
    else
        nightscore_words(&words, b, &score, o->english);
    if (o->out != NULL) {
        nightback_csv(&csv, b);
        rc = savefile(&csv, o->out, why, COMMAND_WHY);
    }
    if (rc == 0 && (!o->quiet || o->json))
        (void)fputs(words.p, taken && o->out != NULL ? stderr : stdout);
    nightscore_free(&score);
    buf_free(&csv);
    buf_free(&words);
    return rc;
}

static int read_files(const struct command_options *o, struct nightfile *file, char *why)
{
    for (size_t k = 0; k < o->oxygen.files; k++) {
        int rc = nightfile_read(&file[k], o->oxygen.file[k], why, COMMAND_WHY);

        if (rc != 0)
            return rc;
        if (file[k].unordered > 0)
            log_info(tongue("%s: %zu baris tidak berurutan; diurutkan menurut waktu",
                            "%s: %zu rows stood out of order; sorted by time"),
                     o->oxygen.file[k], file[k].unordered);
        for (size_t j = 0; j < k; j++)
            if (strcmp(file[j].pond, file[k].pond) == 0) {
                (void)snprintf(why, COMMAND_WHY, "%.150s: %s", o->oxygen.file[k],
                               o->english ? "another file has the same name, which names the pond"
                                          : "ada berkas lain bernama sama, padahal itu nama kolam");
                return NILA_ERR_RANGE;
            }
    }
    return 0;
}

static int backtest(const struct command_options *o)
{
    struct nightfile *file = xcalloc(o->oxygen.files + 1, sizeof *file);
    struct nightback *b = NULL;
    struct nightback_ask ask;
    char why[COMMAND_WHY] = "";
    int rc = check_ask(o, &ask, why);

    if (rc == 0)
        rc = read_files(o, file, why);
    if (rc == 0 && (rc = nightback_run(&b, file, o->oxygen.files, &ask)) != 0)
        why_hours(o, why);
    if (rc == 0)
        rc = put(o, b, why);
    if (rc != 0)
        log_warnx("%s", why[0] != '\0' ? why : nila_err_text(rc));
    nightback_free(b);
    for (size_t k = 0; k < o->oxygen.files; k++)
        nightfile_free(&file[k]);
    free(file);
    return command_exit_code(rc);
}

int command_oxygen(const struct command_options *o)
{
    return o->oxygen.tonight ? command_tonight(o) : backtest(o);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila-analytics oxygen reading: a pond's oxygen, measured by hand, put on record for tonight's forecast. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/commands_own.h"
#include "analytics/records/contacts.h"
#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"

#define AHEAD_MS ((int64_t)60000) /* of a clock that is not the meter's */

static int refuse(char *why, const char *what, const char *words)
{
    (void)snprintf(why, COMMAND_WHY, "%.60s: %s", what, words);
    return NILA_ERR_RANGE;
}

/* "18:40", of today, or ISO 8601, without an offset WIB; NULL: now. */
static int read_time(const char *text, int64_t now_ms, int64_t *ts_ms, char *why)
{
    char day[16], whole[64];

    *ts_ms = now_ms;
    if (text == NULL)
        return 0;
    (void)civil_format_day(day, sizeof day, civil_day(now_ms));
    (void)snprintf(whole, sizeof whole, "%sT%.40s", day, text);
    if (civil_parse_iso(strchr(text, '-') == NULL ? whole : text, ts_ms, NULL) != 0)
        return refuse(why, text,
                      tongue("--at: jam seperti 18:40, atau 2026-11-24T18:40",
                             "--at: a time as 18:40, or 2026-11-24T18:40"));
    if (*ts_ms > now_ms + AHEAD_MS)
        return refuse(why, text,
                      tongue("--at belum terjadi; hari kemarin: sebut tanggalnya, seperti "
                             "2026-11-24T20:40",
                             "--at is yet to come; for yesterday name the date, as in "
                             "2026-11-24T20:40"));
    return 0;
}

/* The comma of Indonesian meters is understood. */
static int read_value(const char *text, double *out, char *why)
{
    char number[32], *end = number, *comma;

    (void)snprintf(number, sizeof number, "%s", text);
    comma = strchr(number, ',');
    if (comma != NULL)
        *comma = '.';
    *out = strtod(number, &end);
    if (end == number || *end != '\0' || strlen(text) >= sizeof number ||
        !(*out >= 0 && *out <= PRESS_OXYGEN_MOST))
        return refuse(why, text,
                      tongue("oksigen: angka 0 sampai 25 mg/L, seperti 5,4",
                             "oxygen: a number, 0 to 25 mg/L, as 5.4"));
    return 0;
}

static int read_words(const struct command_options *o, char *const *word, int n,
                      struct rec_press *p, char *why)
{
    int rc;

    if (n != 2 || !slug_valid(word[0]))
        return refuse(why,
                      n > 2   ? word[2]
                      : n > 0 ? word[0]
                              : "oxygen reading",
                      tongue("yang dikenal: oxygen reading KOLAM MG_L [--at JAM] [--by NAMA]",
                             "what there is: oxygen reading POND MG_L [--at TIME] [--by NAME]"));
    rc = read_value(word[1], &p->value, why);
    if (rc == 0)
        rc = read_time(o->oxygen.at, clock_wall_ms(), &p->at_ms, why);
    (void)snprintf(p->pond, sizeof p->pond, "%s", word[0]);
    (void)snprintf(p->by, sizeof p->by, "%.64s", o->alert.by != NULL ? o->alert.by : "cli");
    return rc;
}

int command_reading(const struct command_options *o, char *const *word, int n)
{
    struct rec_press p = {.kind = PRESS_OXYGEN};
    struct analytics_config c;
    struct records *records = NULL;
    char why[COMMAND_WHY] = "", when[40];
    int rc = read_words(o, word, n, &p, why);

    if (rc == 0)
        rc = command_load_config(o, &c, why);
    if (rc == 0)
        rc = command_open_records(o, &c, &records, why);
    if (rc == 0 && (rc = records_press(records, &p)) == NILA_ERR_NOT_FOUND)
        (void)snprintf(why, COMMAND_WHY,
                       tongue("%s: tidak ada kolam itu di catatan; lihat import ponds",
                              "%s: no such pond on record; see import ponds"),
                       p.pond);
    (void)civil_format_iso(when, sizeof when, p.at_ms);
    if (rc != 0)
        log_warnx("%s", why[0] != '\0' ? why : nila_err_text(rc));
    else if (!o->quiet)
        command_say(o, "%s: oksigen %.2f mg/L pukul %.16s dicatat; lihat oxygen tonight\n",
                    "%s: oxygen %.2f mg/L at %.16s is on record; see oxygen tonight\n", p.pond,
                    p.value, when);
    records_close(records);
    return command_exit_code(rc);
}

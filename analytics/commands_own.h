/* SPDX-License-Identifier: GPL-3.0-or-later */
/* commands_own: what the subcommands that make forecasts share; for commands.c and command_*.c alone. why has COMMAND_WHY
 * bytes. */
#ifndef ANALYTICS_COMMANDS_OWN_H
#define ANALYTICS_COMMANDS_OWN_H

#include <stdio.h>

#include "analytics/commands.h"
#include "analytics/config.h"
#include "analytics/supply/forecast.h"

#define COMMAND_WHY 400

/* The configuration, or with --records its defaults around that file. */
NILA_MUST_CHECK int command_load_config(const struct command_options *o, struct analytics_config *c,
                                        char *why);
/* The records; with --records the file must be there. *out is the caller's, records_close. */
NILA_MUST_CHECK int command_open_records(const struct command_options *o,
                                         const struct analytics_config *c, struct records **out,
                                         char *why);
/* Words for people, in their language, on stderr; both formats take the same arguments. */
void command_say(const struct command_options *o, const char *indonesian, const char *english, ...)
    NILA_PRINTF(2, 4) NILA_PRINTF(3, 4);
/* What is to be known of the forecast that went to path: scope, questions, what was learned, figures used and refused. */
void command_words(const struct command_options *o, const struct forecast *f, const char *path);
/* Writes {"port":N,"pid":N} to path, whole or not at all; logged. */
NILA_MUST_CHECK int command_write_ready(const char *path, int port);
/* Says in why that --as-of is no date. */
void command_why_as_of(const struct command_options *o, char *why);
/* --scope, or the usual one where it is not given. NILA_ERR_RANGE. */
NILA_MUST_CHECK int command_scope(const struct command_options *o, const char *usual,
                                  enum forecast_scope *out, char *why);
/* as_of, months, draws, seed, scope, threads of *q, else the configuration's. NILA_ERR_RANGE. */
NILA_MUST_CHECK int command_request(const struct command_options *o,
                                    const struct analytics_config *c, struct forecast_request *q,
                                    char *why);
/* The forecast, with the sensors when they are asked for and their source answers; else without, and said so. q->source is
 * closed again. *out is the caller's, forecast_free. */
NILA_MUST_CHECK int command_run_forecast(struct forecast_request *q,
                                         const struct analytics_config *c, bool sensors,
                                         struct forecast **out, char *why);
/* What was learned of each system, and of how many cycles: words on stderr; {"learned":[{"system":..},..],"forecast":{..}} (forecast --json,
 * where stdout is free). */
void command_learned_words(const struct command_options *o, const struct forecast *f);
void command_learned_json(const struct forecast *f, FILE *out);

#endif

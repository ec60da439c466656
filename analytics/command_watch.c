/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila-analytics watch: the alarm as a service. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "analytics/alert/rehearse.h"
#include "analytics/alert/watch.h"
#include "analytics/commands_own.h"
#include "analytics/records/alarms.h"
#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/http.h"
#include "collector/common/log.h"
#include "collector/common/notify.h"
#include "collector/common/tongue.h"

enum {
    SLICE_MS = 200,          /* how often it is asked whether something is due; real time */
    REHEARSAL_SLICE_MS = 50, /* in a rehearsal, whose clock runs faster */
    ONCE_MAX_MS = 180 * 1000 /* --once waits so long for its channels */
};

static void signals_to_wait_for(sigset_t *set)
{
    (void)sigemptyset(set);
    (void)sigaddset(set, SIGTERM);
    (void)sigaddset(set, SIGINT);
    (void)sigaddset(set, SIGHUP);
}

/* Until a signal; with --once until one look is over and the channels have nothing in hand. */
static int run(const struct command_options *o, struct watch *w)
{
    const struct timespec slice = {
        .tv_nsec = (o->rehearse != NULL ? REHEARSAL_SLICE_MS : SLICE_MS) * 1000000L};
    int64_t once_until = clock_mono_ms() + ONCE_MAX_MS;
    bool began = false;
    sigset_t set;
    int rc = 0;

    signals_to_wait_for(&set);
    for (;;) {
        bool passed = false, busy;
        int caught;

        if (o->rehearse != NULL)
            rehearse_pace(true);
        busy = watch_step(w, &passed) == 0 || watch_busy(w) > 0;
        if (o->rehearse != NULL)
            rehearse_pace(busy);
        if (passed && !began) {
            began = true;
            if (o->ready != NULL)
                rc = command_write_ready(o->ready, 0);
            if (rc != 0)
                return rc;
            notify_systemd("READY=1");
        }
        if (passed)
            notify_systemd("WATCHDOG=1"); /* only a look that was finished proves life */
        if (o->once && began && (!busy || clock_mono_ms() > once_until))
            return 0;
        caught = sigtimedwait(&set, NULL, &slice);
        if (caught > 0) {
            log_info("alarm: signal %d, ending", caught);
            notify_systemd("STOPPING=1");
            return 0;
        }
    }
}

static int watch_with(const struct command_options *o, const struct analytics_config *c,
                      struct records *records, struct series_source *series, char *why)
{
    struct channels *channels = NULL;
    struct watch *w = NULL;
    int rc = channels_open(&channels, &c->channels, why, COMMAND_WHY);

    if (rc == 0 && channels_count(channels) == 0)
        log_warnx("alarm: no channel is configured: alarms are put on record and shown, and "
                  "nobody is told (\"alert\": {\"channels\": [...]})");
    if (rc == 0)
        rc = watch_open(&w, c, records, series, channels, NULL, why, COMMAND_WHY);
    if (rc == 0 && o->rehearse != NULL)
        watch_rehearse(w);
    if (rc == 0)
        rc = run(o, w);
    watch_close(w);
    channels_close(channels);
    return rc;
}

/* The rehearsal's clock, and its copy of the records in place of *r; path: of the configuration, becomes the copy's. */
static int rehearse(const struct command_options *o, struct records **r, char *path,
                    size_t path_size, char *why)
{
    char copy[256]; /* as struct analytics_config */
    int64_t from_ms = 0;
    int rc = civil_parse_iso(o->rehearse, &from_ms, NULL);

    if (rc != 0 || !clock_plausible(from_ms)) {
        (void)snprintf(why, COMMAND_WHY,
                       tongue("--rehearse %s: harus waktu seperti 2026-11-23T15:00",
                              "--rehearse %s: a time like 2026-11-23T15:00 is needed"),
                       o->rehearse);
        return NILA_ERR_RANGE;
    }
    if ((size_t)snprintf(copy, sizeof copy, "%s%s", path, REHEARSE_SUFFIX) >= sizeof copy) {
        (void)snprintf(why, COMMAND_WHY, tongue("%s: terlalu panjang", "%s: too long"), copy);
        return NILA_ERR_CONFIG;
    }
    rc = records_rehearsal_copy(*r, copy, why, COMMAND_WHY);
    if (rc != 0)
        return rc;
    records_close(*r);
    *r = NULL;
    (void)snprintf(path, path_size, "%s", copy);
    rehearse_begin(from_ms, o->speed);
    log_info("REHEARSAL on %s (remove it to begin anew), %d times as fast", path, o->speed);
    return records_open(r, path, why, COMMAND_WHY);
}

int command_watch(const struct command_options *o)
{
    struct analytics_config *c = xcalloc(1, sizeof *c);
    struct records *records = NULL;
    struct series_source *series = NULL;
    char why[COMMAND_WHY] = "";
    sigset_t set;
    int rc = analytics_config_load(c, o->config, why, sizeof why);

    if (rc == 0 && o->ready != NULL) /* of an earlier run */
        (void)unlink(o->ready);
    signals_to_wait_for(&set); /* every thread inherits the mask; only run takes the signals */
    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    http_global_init();
    if (rc == 0)
        rc = records_open(&records, c->records_path, why, sizeof why);
    if (rc == 0 && o->rehearse != NULL)
        rc = rehearse(o, &records, c->records_path, sizeof c->records_path, why);
    if (rc == 0)
        rc = series_source_open(&series, c, why, sizeof why);
    if (rc == 0)
        rc = watch_with(o, c, records, series, why);
    if (rc != 0)
        log_warnx("%s", why[0] != '\0' ? why : nila_err_text(rc));
    series_source_close(series);
    records_close(records);
    http_global_cleanup();
    free(c);
    return command_exit_code(rc);
}

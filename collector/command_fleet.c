/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila-collector fleet: join (pin the office's key), pull (what the timer runs), status. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/http.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "collector/common/wizard_file.h"
#include "command.h"
#include "fleet.h"
#include "json_out.h"
#include "run.h"

#define FETCH_MS  60000
#define LOOK_MS   2000  /* between two looks at a trial */
#define RELOAD_MS 60000 /* a collector that has not read the file by then has refused it */

struct pull {
    const struct options *o;
    struct fleet_config config;
    struct fleet_state state;
    struct site *site;
    struct fleet_place place;
    struct fleet_look before;
    char config_path[FLEET_PATH], state_path[FLEET_PATH], bundle_path[FLEET_PATH];
    char etag[HTTP_HEADER_SIZE]; /* of what was fetched */
    int lock;
    char why[400];
};

/* --- small change ------------------------------------------------------------------------------------------------- */

static int save(struct pull *p)
{
    p->state.since_ms = clock_wall_ms();
    return fleet_state_save(&p->state, p->state_path, p->why, sizeof p->why);
}

static int begin(struct pull *p)
{
    char folder[FLEET_PATH], lock[FLEET_PATH + 16];
    int rc;

    wizard_file_folder(p->o->config, folder, sizeof folder);
    (void)snprintf(p->config_path, sizeof p->config_path, "%.500s/fleet.json", folder);
    rc = fleet_config_load(&p->config, p->config_path, p->why, sizeof p->why);
    if (rc == 0)
        rc = site_load(&p->site, p->o->config, p->why, sizeof p->why);
    if (rc != 0)
        return rc;
    fleet_state_path(p->site, p->state_path, sizeof p->state_path);
    (void)snprintf(p->bundle_path, sizeof p->bundle_path, "%.580s.bundle", p->state_path);
    (void)snprintf(p->place.before, sizeof p->place.before, "%.580s.before", p->state_path);
    (void)snprintf(lock, sizeof lock, "%s.lock", p->state_path);
    p->place.config = p->o->config;
    p->place.site = p->site;
    p->place.devices = command_devices(p->o);
    p->lock = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (p->lock < 0 || flock(p->lock, LOCK_EX | LOCK_NB) != 0) {
        (void)snprintf(p->why, sizeof p->why, "%.200s: %s", lock, tongue_errno(errno));
        return p->lock < 0 ? NILA_ERR_DENIED : NILA_ERR_BUSY;
    }
    return fleet_state_load(&p->state, p->state_path, p->why, sizeof p->why);
}

static void end(struct pull *p)
{
    if (p->lock >= 0)
        (void)close(p->lock);
    site_free(p->site);
}

/* --- the trial ---------------------------------------------------------------------------------------------------- */

/* What was there before is back and runs; the number is never tried again. */
static int go_back(struct pull *p, const char *reason)
{
    int rc;

    log_warnx("fleet: bundle %" PRId64 ": %s; back to what was there before", p->state.trying,
              reason);
    p->state.phase = FLEET_APPLYING; /* cut off here, the next run goes back all the same */
    (void)snprintf(p->state.text, sizeof p->state.text, "bundle %" PRId64 ": %.100s",
                   p->state.trying, reason);
    rc = save(p);
    if (rc == 0)
        rc = fleet_put_back(&p->place, p->why, sizeof p->why);
    if (rc != 0)
        return rc;
    if (fleet_reload(p->site->control_socket) != 0)
        log_warnx("fleet: no collector runs; it will start with what was there before");
    p->state.phase = FLEET_STEADY;
    if (p->state.failed < p->state.trying)
        p->state.failed = p->state.trying;
    p->state.trying = 0;
    (void)snprintf(p->state.etag, sizeof p->state.etag, "%s",
                   p->etag); /* not fetched again until it changes */
    rc = save(p);
    return rc != 0 ? rc : NILA_ERR_REFUSED;
}

static int settle(struct pull *p)
{
    int rc;

    log_info("fleet: bundle %" PRId64 " is in force", p->state.trying);
    p->state.phase = FLEET_STEADY;
    p->state.number = p->state.trying;
    p->state.trying = 0;
    p->state.text[0] = '\0';
    (void)snprintf(p->state.etag, sizeof p->state.etag, "%s", p->etag);
    rc = save(p);
    return rc;
}

/* Looks until every device that answered before answers again, or the time is over. hup_ms: when the collector was told. */
static int watch_trial(struct pull *p, int64_t hup_ms)
{
    const int64_t began = clock_mono_ms(), until = began + (int64_t)p->config.trial_s * 1000;
    char slug[SLUG_SIZE] = "", reason[160] = "";

    for (;;) {
        struct fleet_look now;
        int rc = fleet_look(p->site->control_socket, &now, NULL, 0);
        int64_t mono = clock_mono_ms();

        if (rc == 0 && now.loaded_ms >= hup_ms && fleet_silent(&p->before, &now, slug) == 0)
            return settle(p);
        if (rc == 0 && now.loaded_ms < hup_ms && mono - began > RELOAD_MS)
            return go_back(p, "the collector refuses to run it");
        if (mono >= until) {
            if (rc != 0)
                (void)snprintf(reason, sizeof reason, "the collector does not answer: %s",
                               nila_err_text(rc));
            else
                (void)snprintf(reason, sizeof reason, "%s has not answered in %d s",
                               slug[0] != '\0' ? slug : "it", p->config.trial_s);
            return go_back(p, reason);
        }
        clock_sleep_until(mono + LOOK_MS);
    }
}

/* --- a new one ---------------------------------------------------------------------------------------------------- */

/* Takes what the url has. 1: the same as before, or nothing new. */
static int fetch(struct pull *p)
{
    char match[HTTP_HEADER_SIZE + 32];
    const char *const headers[] = {p->state.etag[0] != '\0' ? match : NULL, NULL};
    const struct http_request rq = {.method = "GET",
                                    .url = p->config.url,
                                    .ca_file =
                                        p->config.ca_file[0] != '\0' ? p->config.ca_file : NULL,
                                    .headers = headers,
                                    .timeout_ms = FETCH_MS,
                                    .max_answer = (size_t)FLEET_BUNDLE_MOST,
                                    .want = "ETag"};
    struct http_answer got = {0};
    struct http *h = NULL;
    int rc = http_open(&h);

    (void)snprintf(match, sizeof match, "If-None-Match: %s", p->state.etag);
    if (rc == 0)
        rc = http_do(h, &rq, &got, p->why, sizeof p->why);
    http_close(h);
    if (rc == 0 && got.status == 304)
        rc = 1;
    if (rc == 0 && got.status != 200) {
        (void)snprintf(p->why, sizeof p->why, "%.200s: HTTP %ld", p->config.url, got.status);
        rc = NILA_ERR_REFUSED;
    }
    if (rc == 0) {
        (void)snprintf(p->etag, sizeof p->etag, "%s", got.header);
        rc = wizard_file_replace(p->bundle_path, got.body.p != NULL ? got.body.p : "", got.body.n,
                                 0600, false, NULL, NULL, p->why, sizeof p->why);
    }
    buf_free(&got.body);
    return rc;
}

/* May this one be tried? 1: it is the one in force. */
static int judge(struct pull *p, const struct fleet_bundle *b)
{
    if (strcmp(b->site, p->site->slug) != 0) {
        (void)snprintf(p->why, sizeof p->why,
                       tongue("bundel itu untuk situs %s, di sini %s",
                              "the bundle is for site %s, this is %s"),
                       b->site, p->site->slug);
        return NILA_ERR_CONFIG;
    }
    if (b->number == p->state.number)
        return 1;
    if (b->number < p->state.number || b->number <= p->state.failed) {
        (void)snprintf(p->why, sizeof p->why,
                       tongue("nomor %" PRId64 " tidak lebih baru: %" PRId64
                              " sudah dipakai, %" PRId64 " gagal di sini",
                              "number %" PRId64 " is not newer: %" PRId64 " is in force, %" PRId64
                              " failed here"),
                       b->number, p->state.number, p->state.failed);
        return NILA_ERR_RANGE;
    }
    return 0;
}

static int try_bundle(struct pull *p, struct fleet_bundle *b)
{
    int64_t hup_ms;
    int rc = fleet_look(p->site->control_socket, &p->before, p->why, sizeof p->why);

    if (rc != 0) {
        (void)snprintf(p->why, sizeof p->why, "%s",
                       tongue("kolektor tidak berjalan; tanpa dia tidak ada yang dicoba",
                              "the collector does not run; without it nothing is tried"));
        return NILA_ERR_BUSY;
    }
    rc = fleet_keep_before(&p->place, b, p->why, sizeof p->why);
    p->state.phase = FLEET_APPLYING;
    p->state.trying = b->number;
    if (rc == 0)
        rc = save(p);
    if (rc != 0)
        return rc;
    rc = fleet_put(&p->place, b, p->why, sizeof p->why);
    if (rc != 0) {
        char reason[160];
        (void)snprintf(reason, sizeof reason, "%.150s", p->why);
        return go_back(p, reason);
    }
    p->state.phase = FLEET_TRIAL;
    rc = save(p);
    if (rc != 0)
        return rc;
    hup_ms = clock_wall_ms();
    if (fleet_reload(p->site->control_socket) != 0)
        return go_back(p, "the collector cannot be told");
    return watch_trial(p, hup_ms);
}

static int take_new(struct pull *p)
{
    struct fleet_bundle b = {0};
    int rc = fetch(p);

    if (rc == 0) {
        rc = fleet_bundle_open(&b, p->bundle_path, p->config.key, p->why, sizeof p->why);
        if (rc == 0)
            rc = judge(p, &b);
        if (rc == 0)
            rc = try_bundle(p, &b);
        archive_close(b.a);
        (void)unlink(p->bundle_path);
    }
    if (rc == 1) {
        if (!p->o->quiet)
            log_info("fleet: nothing new, bundle %" PRId64 " is in force", p->state.number);
        return 0;
    }
    if (rc != 0 && p->state.phase == FLEET_STEADY &&
        rc != NILA_ERR_REFUSED) { /* what did not even begin is told too */
        (void)snprintf(p->state.text, sizeof p->state.text, "%.150s", p->why);
        if (fleet_state_save(&p->state, p->state_path, p->why, sizeof p->why) != 0)
            log_warnx("fleet: %s", p->why);
        (void)snprintf(p->why, sizeof p->why, "%s", p->state.text);
    }
    return rc;
}

/* Until the collector that was told to go back does so and its devices answer, or as long as a trial: who answered before the next
 * trial is what that is held against. */
static void wait_for_calm(const struct pull *p, int64_t since_ms)
{
    const int64_t until = clock_mono_ms() + (int64_t)p->config.trial_s * 1000;

    for (;;) {
        struct fleet_look now;
        size_t silent = 0;
        int rc = fleet_look(p->site->control_socket, &now, NULL, 0);

        for (size_t i = 0; rc == 0 && i < now.n; i++)
            silent += now.device[i].read && now.device[i].last_good_ms < now.loaded_ms;
        if ((rc == 0 && now.loaded_ms >= since_ms && silent == 0) || clock_mono_ms() >= until)
            return;
        clock_sleep_until(clock_mono_ms() + LOOK_MS / 4);
    }
}

/* The last run was cut off in the midst of it: nobody knows any more what answered before, so it goes back, and the bundle may not
 * come again. A trial whose collector has long been running well is not to be told from one that is not. */
static int finish_what_was_begun(struct pull *p)
{
    const int64_t now_ms = clock_wall_ms();
    int rc;

    if (p->state.phase == FLEET_STEADY)
        return 0;
    rc = go_back(p, "the run that tried it was cut off");
    if (rc == NILA_ERR_REFUSED)
        wait_for_calm(p, now_ms);
    return rc;
}

static int fleet_pull(const struct options *o)
{
    struct pull *p = xcalloc(1, sizeof *p);
    int rc;

    p->o = o;
    p->lock = -1;
    rc = begin(p);
    if (rc == 0)
        rc = finish_what_was_begun(p);
    if (rc == NILA_ERR_REFUSED) /* back: what the office has now may be better */
        rc = 0;
    http_global_init();
    if (rc == 0)
        rc = take_new(p);
    http_global_cleanup();
    if (rc != 0)
        log_warnx("fleet: %s", p->state.text[0] != '\0' && rc == NILA_ERR_REFUSED ? p->state.text
                               : p->why[0] != '\0'                                ? p->why
                                                   : nila_err_text(rc));
    end(p);
    free(p);
    return rc == NILA_ERR_REFUSED ? EX_UNAVAILABLE
           : rc == NILA_ERR_RANGE ? EX_DATAERR
                                  : run_exit_code(rc);
}

/* --- join and status ---------------------------------------------------------------------------------------------- */

static int fleet_join(const struct options *o)
{
    struct fleet_config c = {0};
    char folder[FLEET_PATH], path[FLEET_PATH], why[400];
    int rc;

    if (o->url == NULL || o->key == NULL)
        return options_usage(o, TEXT_USAGE_OPERAND, "fleet join",
                             o->url == NULL ? "--url" : "--key", NULL);
    wizard_file_folder(o->config, folder, sizeof folder);
    (void)snprintf(path, sizeof path, "%.500s/fleet.json", folder);
    (void)snprintf(c.url, sizeof c.url, "%s", o->url);
    (void)snprintf(c.key_hex, sizeof c.key_hex, "%s", o->key);
    (void)snprintf(c.ca_file, sizeof c.ca_file, "%s", o->ca != NULL ? o->ca : "");
    c.trial_s = o->trial != OPTIONS_NOT_SAID ? o->trial : 0;
    rc = fleet_config_save(&c, path, why, sizeof why);
    if (rc != 0)
        log_warnx("%s", why);
    else if (!o->quiet)
        (void)printf(
            tongue("%s ditulis. Selanjutnya: sudo systemctl enable --now nila-fleet.timer\n",
                   "%s is written. What is next: sudo systemctl enable --now nila-fleet.timer\n"),
            path);
    return run_exit_code(rc);
}

static int fleet_status(const struct options *o)
{
    struct fleet_state s;
    struct site *site = NULL;
    struct buf b = {0};
    char path[FLEET_PATH], why[400], when[40];
    int rc = command_site(o, &site);

    if (rc != EX_OK)
        return rc;
    fleet_state_path(site, path, sizeof path);
    rc = fleet_state_load(&s, path, why, sizeof why);
    site_free(site);
    if (rc != 0) {
        log_warnx("%s", why);
        return run_exit_code(rc);
    }
    if (o->json) {
        buf_printf(&b, "{\"phase\":\"%s\"", fleet_phase_name(s.phase));
        json_whole(&b, "number", s.number);
        json_whole(&b, "trying", s.trying);
        json_whole(&b, "failed", s.failed);
        json_whole(&b, "since_ms", s.since_ms);
        json_member(&b, "text", s.text);
        buf_str(&b, "}\n");
        return command_finish(&b);
    }
    (void)civil_format_iso(when, sizeof when, s.since_ms);
    if (s.number == 0)
        buf_printf(&b, "%s",
                   tongue("Belum ada bundel yang berlaku.\n", "No bundle is in force yet.\n"));
    else
        buf_printf(&b,
                   tongue("Bundel %" PRId64 " berlaku (sejak %s).\n",
                          "Bundle %" PRId64 " is in force (since %s).\n"),
                   s.number, when);
    if (s.phase != FLEET_STEADY)
        buf_printf(
            &b,
            tongue("Bundel %" PRId64 " sedang dicoba.\n", "Bundle %" PRId64 " is being tried.\n"),
            s.trying);
    if (s.failed > 0)
        buf_printf(
            &b, tongue("Bundel %" PRId64 " gagal di sini.\n", "Bundle %" PRId64 " failed here.\n"),
            s.failed);
    if (s.text[0] != '\0')
        buf_printf(&b, tongue("Terakhir: %s\n", "Last: %s\n"), s.text);
    return command_finish(&b);
}

int command_fleet(const struct options *o)
{
    tongue_set(o->l == TEXT_ID);
    if (strcmp(o->word[1], "pull") == 0)
        return fleet_pull(o);
    if (strcmp(o->word[1], "join") == 0)
        return fleet_join(o);
    if (strcmp(o->word[1], "status") == 0)
        return fleet_status(o);
    return options_usage(o, TEXT_USAGE_VALUE, "fleet", o->word[1], "pull | join | status");
}

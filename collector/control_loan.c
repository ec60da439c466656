/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A device lent for a calibration. The answer to "lend" stays open as long as the loan: its connection is the tool's life. */
#include "control_own.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"

#define LINE_MS \
    10000 /* between two lines of the open answer; a client without one for 30 s is dropped */

struct lending {
    struct control_state state;
    char id[LOAN_ID_SIZE];
    int64_t said_ms;
};

static int find_device(const struct site *site, const cJSON *slug)
{
    for (unsigned i = 0; cJSON_IsString(slug) && i < site->devices; i++)
        if (strcmp(site->device[i].slug, slug->valuestring) == 0)
            return (int)i;
    return -1;
}

static int more(struct control *c, struct control_state *state, struct buf *out)
{
    struct lending *l = (struct lending *)state;
    const int64_t now = clock_mono_ms();
    int64_t left_ms;

    if (!loan_lasts(c->src.loan, l->id, &left_ms)) {
        control_end(out);
        return 0;
    }
    if (now - l->said_ms >= LINE_MS) {
        buf_printf(out, "{\"left_s\":%" PRId64 "}\n", left_ms / 1000);
        l->said_ms = now;
    }
    return LINESERVER_LATER;
}

static void drop(struct control *c, struct control_state *state)
{
    struct lending *l = (struct lending *)state;

    loan_drop(c->src.loan, l->id);
    free(l);
}

/* "node-1 is being calibrated by siti since 09:12" */
static void say_busy(const struct control *c, const struct loan_terms *t, struct buf *out)
{
    const struct civil at = civil_from_ts(t->since_ms);
    struct passwd pw, *found = NULL;
    char room[4096], why[200], who[80];

    (void)snprintf(who, sizeof who, "user %u", (unsigned)t->user);
    if (getpwuid_r(t->user, &pw, room, sizeof room, &found) == 0 && found != NULL)
        (void)snprintf(who, sizeof who, "%.60s", found->pw_name);
    (void)snprintf(why, sizeof why, "%s is being calibrated by %s since %02d:%02d",
                   c->src.site->device[t->device].slug, who, at.hour, at.minute);
    control_error(out, "busy", why, "device");
}

static void say_terms(const struct control *c, const struct loan_terms *t, struct buf *out)
{
    const struct site *site = c->src.site;
    const struct site_device *d = &site->device[t->device];

    buf_printf(out, "{\"lease\":\"%s\"", t->id);
    json_member(out, "device", d->slug);
    if (d->pond >= 0)
        json_member(out, "pond", site->pond[d->pond].name);
    else
        buf_str(out, ",\"pond\":null");
    json_member(out, "bus", site->bus[d->bus].slug);
    json_whole(out, "unit", d->unit);
    json_member(out, "profile", d->profile);
    json_whole(out, "idle_s", t->left_ms / 1000);
    json_whole(out, "settle_s", c->src.profile[t->device]->settle_s);
    buf_str(out, "}\n");
}

struct control_state *control_lend(struct control *c, const struct lineserver_peer *peer,
                                   const cJSON *rq, struct buf *out)
{
    int device = find_device(c->src.site, cJSON_GetObjectItemCaseSensitive(rq, "device"));
    struct loan_terms t;
    struct lending *l;
    int rc;

    if (!control_may_write(peer)) {
        control_error(out, "denied", "calibrating is for root and the group nila-admin", "");
        return NULL;
    }
    if (c->src.loan == NULL || c->src.profile == NULL) {
        control_error(out, "unsupported", "nothing is lent here", "");
        return NULL;
    }
    if (device < 0) {
        control_error(out, "not_found", "no such device in this site", "device");
        return NULL;
    }
    rc = loan_take(c->src.loan, (unsigned)device, peer->uid, &t);
    if (rc == NILA_ERR_BUSY) {
        say_busy(c, &t, out);
        return NULL;
    }
    if (rc != 0) {
        control_error(out, "unsupported", "its profile names no calibration_access", "device");
        return NULL;
    }
    l = xcalloc(1, sizeof *l);
    l->state = (struct control_state){more, drop};
    l->said_ms = clock_mono_ms();
    (void)snprintf(l->id, sizeof l->id, "%s", t.id);
    say_terms(c, &t, out);
    return &l->state;
}

/* --- what is done with it ----------------------------------------------------------------------------------------- */

/* The loan's id and device; false after the refusal. */
static bool find_loan(const struct control *c, const struct lineserver_peer *peer, const cJSON *rq,
                      const char **id, unsigned *device, struct buf *out)
{
    const cJSON *lease = cJSON_GetObjectItemCaseSensitive(rq, "lease");

    *id = cJSON_IsString(lease) ? lease->valuestring : "";
    if (peer->known && c->src.loan != NULL && loan_device(c->src.loan, *id, peer->uid, device) == 0)
        return true;
    control_error(out, "not_found", "no such loan, or it has ended", "lease");
    return false;
}

static bool may_be_put(struct control *c, const struct lineserver_peer *peer, unsigned bus,
                       const struct bus_question *q, const cJSON *rq, struct buf *out)
{
    const char *id = cJSON_GetObjectItemCaseSensitive(rq, "lease")->valuestring;
    int rc;

    (void)bus;
    if (bus_is_write(q->function) && q->write == NULL) {
        control_error(out, "range", "as many words as count, each 0..65535", "write");
        return false;
    }
    rc = loan_use(c->src.loan, id, peer->uid, q);
    if (rc == 0)
        return true;
    if (rc == NILA_ERR_NOT_FOUND)
        control_error(out, "not_found", "no such loan, or it has ended", "lease");
    else
        control_error(out, "denied", "its profile does not name this as of a calibration", "first");
    return false;
}

struct control_state *control_lent(struct control *c, const struct lineserver_peer *peer,
                                   const cJSON *rq, struct buf *out)
{
    const struct site_device *d;
    const char *id;
    unsigned device;

    if (!find_loan(c, peer, rq, &id, &device, out))
        return NULL;
    d = &c->src.site->device[device];
    return control_question(c, peer, (unsigned)d->bus, d->unit, rq, may_be_put, out);
}

/* A number of rq within low..high. */
static bool take(const cJSON *rq, const char *key, double low, double high, double *out)
{
    double v = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(rq, key));

    *out = v;
    return v >= low && v <= high;
}

/* What is in force, when rq says so; false after the refusal. */
static bool tell_result(const struct control *c, const struct lineserver_peer *peer,
                        const cJSON *rq, const char *id, struct buf *out)
{
    const cJSON *metric = cJSON_GetObjectItemCaseSensitive(rq, "metric");
    struct loan_result r;
    double due;

    if (metric == NULL)
        return true;
    if (!cJSON_IsString(metric) || metric_find(metric->valuestring, &r.metric) != 0 ||
        !take(rq, "slope_pct", 0, 400, &r.slope_pct) || !take(rq, "offset", -1e6, 1e6, &r.offset) ||
        !take(rq, "due_day", 0, 65535, &due)) {
        control_error(out, "range", "a metric, slope_pct 0..400, an offset, due_day 0..65535", "");
        return false;
    }
    r.due_day = (int)due;
    if (loan_result(c->src.loan, id, peer->uid, &r) == 0)
        return true;
    control_error(out, "not_found", "no such loan, or it has ended", "lease");
    return false;
}

struct control_state *control_return(struct control *c, const struct lineserver_peer *peer,
                                     const cJSON *rq, struct buf *out)
{
    const char *id;
    unsigned device;

    if (!find_loan(c, peer, rq, &id, &device, out) || !tell_result(c, peer, rq, id, out))
        return NULL;
    if (!cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(rq, "keep")) &&
        loan_return(c->src.loan, id, peer->uid,
                    !cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(rq, "settle"))) != 0)
        control_error(out, "not_found", "no such loan, or it has ended", "lease");
    else
        control_end(out);
    return NULL;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Buses, devices and switches, in words. */
#include "control_view_own.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "collector/common/civil.h"
#include "columns.h"

void view_errors(struct buf *b, const struct view *v, const cJSON *o)
{
    static const struct {
        const char *key;
        enum text text;
    } KIND[] = {
        {"timeouts", TEXT_ERRORS_SILENT},    {"bad_frames", TEXT_ERRORS_BAD},
        {"exceptions", TEXT_ERRORS_REFUSED}, {"stale", TEXT_ERRORS_STALE},
        {"lost", TEXT_ERRORS_LOST},
    };
    const char *separator = "";

    for (size_t i = 0; i < sizeof KIND / sizeof KIND[0]; i++) {
        if (view_number(o, KIND[i].key) == 0)
            continue;
        buf_str(b, separator);
        text_add(b, v->l, KIND[i].text, view_whole(view_number(o, KIND[i].key)).s, NULL);
        separator = ", ";
    }
    if (separator[0] == '\0')
        buf_str(b, "-");
}

/* "2/1440": slots missed of all; "-" while there was none. */
static void missed(struct buf *b, const cJSON *o)
{
    double missed_slots = view_number(o, "missed_slots");
    double all = missed_slots + view_number(o, "served_slots");

    if (all > 0)
        buf_printf(b, "%.0f/%.0f", missed_slots, all);
    else
        buf_str(b, "-");
}

/* --- buses -------------------------------------------------------------------------------------------------------- */

static void bus_state(struct buf *b, const struct view *v, const cJSON *o)
{
    const char *state = view_word(o, "state");

    if (strcmp(state, "away") == 0)
        text_add(b, v->l, TEXT_BUS_AWAY, view_word(o, "why"), NULL);
    else
        text_add(b, v->l, strcmp(state, "open") == 0 ? TEXT_BUS_OPEN : TEXT_BUS_UNUSED, NULL);
}

void view_buses(struct buf *b, const struct view *v)
{
    struct buf rows = {0};

    if (v->n[VIEW_BUS] == 0)
        return;
    text_add(&rows, v->l, TEXT_BUSES_HEAD, NULL);
    for (size_t i = 0; i < v->n[VIEW_BUS]; i++) {
        const cJSON *o = v->line[VIEW_BUS][i];
        char used[TEXT_NUMBER_SIZE];
        buf_printf(&rows, "%s\t%s\t%s %%\t", view_word(o, "slug"), view_word(o, "where"),
                   text_number(used, v->l, view_number(o, "busy_permille") / 10, 1));
        view_errors(&rows, v, o);
        buf_str(&rows, "\t");
        missed(&rows, o);
        buf_str(&rows, "\t");
        bus_state(&rows, v, o);
        buf_str(&rows, "\n");
    }
    columns(b, &rows);
    buf_free(&rows);
    buf_str(b, "\n");
}

/* --- devices ------------------------------------------------------------------------------------------------------ */

/* "09:12", by WIB. */
static const char *clock_of(char out[static 8], int64_t ms)
{
    const struct civil at = civil_from_ts(ms);

    (void)snprintf(out, 8, "%02d:%02d", at.hour, at.minute);
    return out;
}

static void device_state(struct buf *b, const struct view *v, const cJSON *d)
{
    const char *error = view_word(d, "error");
    char since[8];

    if (view_number(d, "backoff_s") > 0)
        text_add(b, v->l, TEXT_DEVICE_SILENT, error, view_whole(view_number(d, "backoff_s")).s,
                 NULL);
    else if (view_ms(d, "calibrating_ms") != 0)
        text_add(b, v->l, TEXT_DEVICE_LENT, clock_of(since, view_ms(d, "calibrating_ms")), NULL);
    else if (error[0] != '\0')
        text_add(b, v->l, TEXT_DEVICE_BAD, error, NULL);
    else if (view_ms(d, "last_try_ms") == 0 &&
             cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(d, "read")))
        text_add(b, v->l, TEXT_DEVICE_SWITCHES, NULL);
    else if (view_ms(d, "last_try_ms") == 0)
        text_add(b, v->l, TEXT_DEVICE_NEW, NULL);
    else
        text_add(b, v->l, TEXT_DEVICE_GOOD, NULL);
}

static void device_row(struct buf *b, const struct view *v, const cJSON *d)
{
    const char *pond = view_word(d, "pond");

    buf_printf(b, "%s\t", view_word(d, "slug"));
    if (pond[0] != '\0')
        buf_str(b, pond);
    else
        text_add(b, v->l, TEXT_SITE_POND, NULL);
    buf_str(b, "\t");
    view_ago(b, v, view_ms(d, "last_good_ms"));
    buf_printf(b, "\t%s:%.0f\t", view_word(d, "bus"), view_number(d, "unit"));
    if (view_number(d, "answer_p95_ms") > 0 || view_number(d, "good") > 0)
        buf_printf(b, "%.0f/%.0f ms", view_number(d, "answer_p50_ms"),
                   view_number(d, "answer_p95_ms"));
    else
        buf_str(b, "-");
    buf_str(b, "\t");
    view_errors(b, v, d);
    buf_str(b, "\t");
    missed(b, d);
    buf_str(b, "\t");
    device_state(b, v, d);
    buf_str(b, "\n");
}

void view_devices(struct buf *b, const struct view *v)
{
    struct buf rows = {0};

    text_add(&rows, v->l, TEXT_DEVICES_HEAD, NULL);
    for (size_t i = 0; i < v->n[VIEW_DEVICE]; i++)
        device_row(&rows, v, v->line[VIEW_DEVICE][i]);
    columns(b, &rows);
    buf_free(&rows);
    buf_str(b, "\n");
}

/* --- switches ----------------------------------------------------------------------------------------------------- */

static enum text cause_text(const char *cause)
{
    static const struct {
        const char *name;
        enum text text;
    } CAUSE[] = {
        {"called", TEXT_CAUSE_CALLED},
        {"released", TEXT_CAUSE_RELEASED},
        {"lost", TEXT_CAUSE_LOST},
        {"manual", TEXT_CAUSE_MANUAL},
    };

    for (size_t i = 0; i < sizeof CAUSE / sizeof CAUSE[0]; i++)
        if (strcmp(cause, CAUSE[i].name) == 0)
            return CAUSE[i].text;
    return TEXT_CAUSE_START;
}

void view_switch(struct buf *b, const struct view *v, const cJSON *x)
{
    bool known = view_true(x, "known"), on = view_true(x, "on"), wanted = view_true(x, "wanted");
    struct buf why = {0}, until = {0};

    text_add(&why, v->l, cause_text(view_word(x, known ? "taken" : "cause")), NULL);
    text_add(b, v->l,
             !known ? TEXT_SWITCH_UNKNOWN
             : on   ? TEXT_SWITCH_ON
                    : TEXT_SWITCH_OFF,
             view_word(x, "slug"), view_word(x, "name"), why.p, NULL);
    if (view_ms(x, "manual_until_ms") != 0) {
        view_until(&until, v, view_ms(x, "manual_until_ms"));
        text_add(b, v->l, TEXT_SWITCH_MANUAL, until.p, NULL);
    }
    if (known && on != wanted)
        text_add(b, v->l, wanted ? TEXT_SWITCH_WILL_ON : TEXT_SWITCH_WILL_OFF, NULL);
    if (view_true(x, "lost"))
        text_add(b, v->l, TEXT_SWITCH_LOST, NULL);
    if (view_word(x, "error")[0] != '\0')
        text_add(b, v->l, TEXT_SWITCH_ERROR, view_word(x, "device"), view_word(x, "error"), NULL);
    buf_str(b, "\n");
    buf_free(&why);
    buf_free(&until);
}

void view_switches(struct buf *b, const struct view *v)
{
    for (size_t i = 0; i < v->n[VIEW_SWITCH]; i++)
        view_switch(b, v, v->line[VIEW_SWITCH][i]);
    if (v->n[VIEW_SWITCH] > 0)
        buf_str(b, "\n");
}

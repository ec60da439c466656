/* SPDX-License-Identifier: GPL-3.0-or-later */
/* control_view_own: what the files control_view*.c share; nobody else includes it. */
#ifndef COLLECTOR_CONTROL_VIEW_OWN_H
#define COLLECTOR_CONTROL_VIEW_OWN_H

#include <stdint.h>

#include "control_view.h"

struct cJSON;

enum view_kind {
    VIEW_COLLECTOR,
    VIEW_BUS,
    VIEW_DEVICE,
    VIEW_SWITCH,
    VIEW_JOURNAL,
    VIEW_SINK,
    VIEW_REFUSED,
    VIEW_KINDS
};

/* The lines of an answer, by kind. */
struct view {
    struct buf raw[VIEW_KINDS]; /* their JSON text, joined by commas */
    struct cJSON **line[VIEW_KINDS];
    size_t n[VIEW_KINDS];
    enum text_language l;
    int64_t now_ms;
};

/* Members of a line; what is absent is 0 or "". */
const char *view_word(const struct cJSON *o, const char *key);
double view_number(const struct cJSON *o, const char *key);
int64_t view_ms(const struct cJSON *o, const char *key);
bool view_true(const struct cJSON *o, const char *key);

struct view_digits {
    char s[TEXT_NUMBER_SIZE];
};
/* A whole number as text, by value: the struct lives until the end of the full expression that uses it. */
struct view_digits view_whole(double value);

/* "3 min ago" */
void view_ago(struct buf *b, const struct view *v, int64_t then_ms);
/* "in 12 min" */
void view_until(struct buf *b, const struct view *v, int64_t then_ms);

/* The errors of a line by kind: "3 silent, 1 bad"; "-" when there are none. */
void view_errors(struct buf *b, const struct view *v, const struct cJSON *o);

/* Tables and lines, each appended. */
void view_buses(struct buf *b, const struct view *v);
void view_devices(struct buf *b, const struct view *v);
void view_switches(struct buf *b, const struct view *v);
void view_switch(struct buf *b, const struct view *v, const struct cJSON *x);
void view_journal(struct buf *b, const struct view *v);
void view_sinks(struct buf *b, const struct view *v);

#endif

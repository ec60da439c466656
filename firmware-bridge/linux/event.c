/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "number.h"

#define PARTS          5
#define CHANNEL_LAST   63
#define FOR_EVER_MS    (INT64_MAX / 2)
#define USUAL_CRASH    0.9
#define USUAL_AERATOR  0.8
#define AERATOR_MAX    20
#define USUAL_ACID     0.05
#define USUAL_TURNOVER 0.7
#define USUAL_SMOKE    0.5

/* The parts between colons; 0 when there are too many or the text is too long. */
static size_t split(const char *text, char copy[160], char *part[PARTS])
{
    char *rest = copy;
    size_t n = 0;

    if (strlen(text) >= 160)
        return 0;
    memcpy(copy, text, strlen(text) + 1);
    while (rest != NULL) {
        if (n == PARTS)
            return 0;
        part[n++] = strsep(&rest, ":");
    }
    return n;
}

static int find_device(const struct site *site, const char *slug)
{
    for (unsigned i = 0; i < site->devices; i++)
        if (strcmp(site->device[i].slug, slug) == 0)
            return (int)i;
    return -1;
}

/* from_s and to_s of part[at] and part[at + 1], where they stand. */
static int read_span(char *const *part, size_t n, size_t at, double *from_s, double *to_s)
{
    *from_s = 0;
    *to_s = INFINITY;
    if ((n > at && number_double(part[at], -1e9, 1e9, from_s) != 0) ||
        (n > at + 1 && number_double(part[at + 1], -1e9, 1e9, to_s) != 0))
        return NILA_ERR_PARSE;
    return *from_s < 0 || *to_s <= *from_s ? NILA_ERR_RANGE : 0;
}

static int read_channel(const char *text, unsigned *out)
{
    int64_t n;
    int rc = number_i64(text, 0, CHANNEL_LAST, &n);

    if (rc == 0)
        *out = (unsigned)n;
    return rc;
}

int event_parse(struct event *out, const char *text, const struct site *site, int64_t begin_ms)
{
    static const struct {
        const char *name;
        double usual, most;
    } KIND[] = {[POND_EVENT_CRASH] = {"crash", USUAL_CRASH, 1},
                [POND_EVENT_AERATOR] = {"aerator", USUAL_AERATOR, AERATOR_MAX},
                [POND_EVENT_POWER] = {"power", 0, 0},
                [POND_EVENT_ACID] = {"acid", USUAL_ACID, 0.8},
                [POND_EVENT_TURNOVER] = {"turnover", USUAL_TURNOVER, 1},
                [POND_EVENT_SMOKE] = {"smoke", USUAL_SMOKE, 1}};
    char copy[160], *part[PARTS];
    size_t n = split(text, copy, part), kind = 0;
    struct event e = {0};
    double from_s, to_s;
    int rc;

    if (n < 3)
        return NILA_ERR_PARSE;
    e.pond = site_find_pond(site, part[0]);
    while (kind < sizeof KIND / sizeof KIND[0] && strcmp(part[1], KIND[kind].name) != 0)
        kind++;
    if (e.pond < 0 || kind == sizeof KIND / sizeof KIND[0])
        return NILA_ERR_NOT_FOUND;
    rc = read_span(part, n, 2, &from_s, &to_s);
    if (rc != 0)
        return rc;
    e.what.kind = (enum pond_event_kind)kind;
    e.what.size = KIND[kind].usual;
    if (n > 4 && number_double(part[4], 0, KIND[kind].most, &e.what.size) != 0)
        return NILA_ERR_RANGE;
    e.what.from_ms = begin_ms + (int64_t)(from_s * 1000);
    e.what.to_ms = isinf(to_s) ? FOR_EVER_MS : begin_ms + (int64_t)(to_s * 1000);
    *out = e;
    return 0;
}

int contact_parse(struct contact *out, const char *text, const struct site *site)
{
    char copy[160], *part[PARTS];
    size_t n = split(text, copy, part);
    struct contact c = {0};
    int rc;

    if (n < 3)
        return NILA_ERR_PARSE;
    c.device = find_device(site, part[0]);
    c.closed = strcmp(part[2], "closed") == 0;
    if (c.device < 0 || (!c.closed && strcmp(part[2], "open") != 0))
        return NILA_ERR_NOT_FOUND;
    rc = read_channel(part[1], &c.channel);
    if (rc == 0)
        rc = read_span(part, n, 3, &c.from_s, &c.to_s);
    if (rc == 0)
        *out = c;
    return rc;
}

bool contact_closed(const struct contact *c, double t_s)
{
    return (t_s >= c->from_s && t_s < c->to_s) == c->closed;
}

int aerator_parse(struct aerator *out, const char *text, const struct site *site)
{
    char copy[160], *part[PARTS];
    size_t n = split(text, copy, part);
    struct aerator a = {.per_h = USUAL_AERATOR};
    int rc;

    if (n < 3 || n > 4)
        return NILA_ERR_PARSE;
    a.pond = site_find_pond(site, part[0]);
    a.device = find_device(site, part[1]);
    if (a.pond < 0 || a.device < 0)
        return NILA_ERR_NOT_FOUND;
    rc = read_channel(part[2], &a.channel);
    if (rc == 0 && n > 3)
        rc = number_double(part[3], 0, AERATOR_MAX, &a.per_h);
    if (rc == 0)
        *out = a;
    return rc;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is in the journal: the lines servers have refused, and the readings in one pass. */
#include "control_own.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"
#include "journal_quarantine.h"

#define NEWEST_DEFAULT 20
#define NEWEST_MAX     1000
#define PIECE_LINES    16
#define PIECE_ROWS     64

/* --- spool -------------------------------------------------------------------------------------------------------- */

struct spool {
    struct control_state state;
    int64_t before_id;
    int left;
    struct buf *out; /* of the piece that is being made */
};

static int refused_line(void *arg, const struct journal_refused *r)
{
    struct spool *s = arg;

    buf_printf(s->out, "{\"kind\":\"refused\",\"id\":%" PRId64, r->id);
    json_member(s->out, "sink", r->sink);
    json_whole(s->out, "seq", r->seq);
    json_whole(s->out, "at_ms", r->at_ms);
    json_member(s->out, "line", r->line);
    json_member(s->out, "reason", r->reason);
    buf_str(s->out, "}\n");
    s->before_id = r->id;
    s->left--;
    return 0;
}

static int spool_more(struct control *c, struct control_state *state, struct buf *out)
{
    struct spool *s = (struct spool *)state;
    const int had = s->left;
    int rc;

    s->out = out;
    rc = journal_refused_lines(c->src.journal, s->before_id, had < PIECE_LINES ? had : PIECE_LINES,
                               refused_line, s);
    if (rc != 0) {
        control_journal_error(out, rc);
        return 0;
    }
    if (s->left > 0 && had - s->left == PIECE_LINES)
        return 1;
    control_end(out);
    return 0;
}

static void free_state(struct control *c, struct control_state *state)
{
    (void)c;
    free(state);
}

struct control_state *control_spool(struct control *c, const struct lineserver_peer *peer,
                                    const cJSON *rq, struct buf *out)
{
    const cJSON *n = cJSON_GetObjectItemCaseSensitive(rq, "newest");
    struct journal_stats js;
    struct spool *s;
    int newest = NEWEST_DEFAULT, rc;

    (void)peer;
    if (n != NULL && !control_whole(n, 0, NEWEST_MAX, &newest)) {
        control_error(out, "range", "a whole number, 0..1000", "newest");
        return NULL;
    }
    rc = journal_stats(c->src.journal, &js);
    if (rc != 0) {
        control_journal_error(out, rc);
        return NULL;
    }
    control_status_journal(out, &c->src, &js);
    for (unsigned i = 0; i < c->src.site->sinks; i++)
        control_status_sink(out, &c->src, &js, i);
    s = xcalloc(1, sizeof *s);
    *s = (struct spool){.state = {spool_more, free_state}, .before_id = INT64_MAX, .left = newest};
    return &s->state;
}

/* --- rows --------------------------------------------------------------------------------------------------------- */

struct rows {
    struct control_state state;
    int64_t from_ms, to_ms, after_seq;
    bool one_pond, one_metric;
    char pond[SLUG_SIZE];
    enum metric metric;
    struct journal_row row[PIECE_ROWS];
};

static void row_lines(const struct rows *r, const struct reading_set *set, struct buf *out)
{
    if (set->ts_ms < r->from_ms || set->ts_ms >= r->to_ms ||
        (r->one_pond && strcmp(set->tags.pond, r->pond) != 0))
        return;
    for (unsigned i = 0; i < set->n; i++) {
        const struct reading_value *v = &set->v[i];
        if (r->one_metric && v->metric != r->metric)
            continue;
        buf_printf(out, "{\"ts_ms\":%" PRId64, set->ts_ms);
        json_member(out, "pond", set->tags.pond);
        json_member(out, "device", set->tags.device);
        json_member(out, "metric", metric_info(v->metric)->name);
        if (v->flag == READING_MISSING)
            buf_str(out, ",\"value\":null");
        else
            buf_printf(out, ",\"value\":%.17g", v->value);
        buf_printf(out, ",\"flag\":%d,\"bits\":%u,\"sure\":%s}\n", v->flag, (unsigned)v->bits,
                   set->clock_trusted ? "true" : "false");
    }
}

static int rows_more(struct control *c, struct control_state *state, struct buf *out)
{
    struct rows *r = (struct rows *)state;
    int n = journal_peek(c->src.journal, r->after_seq, r->row, PIECE_ROWS);

    if (n < 0) {
        control_journal_error(out, n);
        return 0;
    }
    for (int i = 0; i < n; i++) {
        row_lines(r, &r->row[i].set, out);
        r->after_seq = r->row[i].seq;
    }
    if (n == PIECE_ROWS)
        return 1;
    control_end(out);
    return 0;
}

struct control_state *control_rows(struct control *c, const struct lineserver_peer *peer,
                                   const cJSON *rq, struct buf *out)
{
    const cJSON *pond = cJSON_GetObjectItemCaseSensitive(rq, "pond");
    const cJSON *metric = cJSON_GetObjectItemCaseSensitive(rq, "metric");
    struct rows *r = xcalloc(1, sizeof *r);

    (void)c;
    (void)peer;
    r->state = (struct control_state){rows_more, free_state};
    r->one_pond = pond != NULL;
    r->one_metric = metric != NULL;
    if (!control_milliseconds(cJSON_GetObjectItemCaseSensitive(rq, "from_ms"), &r->from_ms) ||
        !control_milliseconds(cJSON_GetObjectItemCaseSensitive(rq, "to_ms"), &r->to_ms) ||
        r->to_ms < r->from_ms) {
        control_error(out, "range",
                      "from_ms and to_ms are whole milliseconds, to_ms not before from_ms",
                      "from_ms");
    } else if (pond != NULL && (!cJSON_IsString(pond) || strlen(pond->valuestring) >= SLUG_SIZE)) {
        control_error(out, "range", "a pond's slug, or \"\" for the site's own devices", "pond");
    } else if (metric != NULL &&
               (!cJSON_IsString(metric) || metric_find(metric->valuestring, &r->metric) != 0)) {
        control_error(out, "not_found", "no such metric", "metric");
    } else {
        if (pond != NULL)
            memcpy(r->pond, pond->valuestring, strlen(pond->valuestring) + 1);
        return &r->state;
    }
    free(r);
    return NULL;
}

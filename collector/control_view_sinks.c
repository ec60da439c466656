/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The journal and the sinks, in words. */
#include "control_view_own.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

#include "collector/common/civil.h"

/* Seconds from now until a moment, at least 0. */
static struct view_digits seconds_until(const struct view *s, const cJSON *o, const char *key)
{
    int64_t left_s = (view_ms(o, key) - s->now_ms + 999) / 1000;
    return view_whole(left_s > 0 ? (double)left_s : 0);
}

static void journal_lines(struct buf *b, const struct view *s, const cJSON *j, const cJSON *c)
{
    static const struct {
        const char *key;
        enum text text;
    } TROUBLE[] = {
        {"held", TEXT_JOURNAL_HELD},
        {"thinned", TEXT_JOURNAL_THINNED},
        {"dropped", TEXT_JOURNAL_DROPPED},
        {"damaged", TEXT_JOURNAL_DAMAGED},
    };
    char has[TEXT_NUMBER_SIZE], bound[TEXT_NUMBER_SIZE];

    text_add(b, s->l, TEXT_JOURNAL, view_whole(view_number(j, "rows")).s,
             text_number(has, s->l, view_number(j, "bytes") / 1048576, 1),
             text_number(bound, s->l, view_number(j, "max_bytes") / 1048576, 0), NULL);
    if (s->now_ms - view_ms(j, "oldest_unsent_ms") > 60000 && view_ms(j, "oldest_unsent_ms") != 0) {
        char when[40];
        (void)civil_format_iso(when, sizeof when, view_ms(j, "oldest_unsent_ms"));
        text_add(b, s->l, TEXT_JOURNAL_OLDEST, when, NULL);
    }
    for (size_t i = 0; i < sizeof TROUBLE / sizeof TROUBLE[0]; i++)
        if (view_number(j, TROUBLE[i].key) > 0)
            text_add(b, s->l, TROUBLE[i].text, view_whole(view_number(j, TROUBLE[i].key)).s, NULL);
    if (cJSON_IsNumber(cJSON_GetObjectItemCaseSensitive(j, "hours_left"))) {
        double h = view_number(j, "hours_left");
        text_add(b, s->l, h < 48 ? TEXT_JOURNAL_HOURS : TEXT_JOURNAL_DAYS,
                 view_whole(floor(h < 48 ? h : h / 24)).s, NULL);
    }
    if (view_number(c, "lost_values") > 0)
        text_add(b, s->l, TEXT_LOST_VALUES, view_whole(view_number(c, "lost_values")).s, NULL);
}

void view_journal(struct buf *b, const struct view *v)
{
    const cJSON *c = v->n[VIEW_COLLECTOR] > 0 ? v->line[VIEW_COLLECTOR][0] : NULL;

    for (size_t i = 0; i < v->n[VIEW_JOURNAL]; i++)
        journal_lines(b, v, v->line[VIEW_JOURNAL][i], c);
}

/* What a person can do about a sink that refuses us; the first that fits. */
static enum text advice(const cJSON *sink)
{
    static const struct {
        const char *words; /* a part of the server's; NULL: any */
        int http;          /* -1: any */
        enum text text;
    } CURE[] = {
        {"refuses every line", -1, TEXT_ADVICE_LINES},
        {"says 204, but", -1, TEXT_ADVICE_KEPT},
        {NULL, 401, TEXT_ADVICE_LOGIN},
        {NULL, 403, TEXT_ADVICE_RIGHTS},
        {NULL, 413, TEXT_ADVICE_SIZE},
        {"ertificate", 0, TEXT_ADVICE_CERTIFICATE},
        {"SSL", 0, TEXT_ADVICE_CERTIFICATE},
        {"database", -1, TEXT_ADVICE_DATABASE},
        {"db name", -1, TEXT_ADVICE_DATABASE},
        {"retention policy", -1, TEXT_ADVICE_DATABASE},
        {"bucket", -1, TEXT_ADVICE_DATABASE},
        {"organization", -1, TEXT_ADVICE_DATABASE},
    };
    const double http = view_number(sink, "http");
    const char *words = view_word(sink, "text");

    for (size_t i = 0; i < sizeof CURE / sizeof CURE[0]; i++)
        if ((CURE[i].http == -1 || http == CURE[i].http) &&
            (CURE[i].words == NULL || strstr(words, CURE[i].words) != NULL))
            return CURE[i].text;
    return TEXT_ADVICE_URL;
}

/* The server's words, with the HTTP status when there was one. */
static void sink_words(struct buf *b, const cJSON *k)
{
    if (view_number(k, "http") > 0)
        buf_printf(b, "HTTP %.0f ", view_number(k, "http"));
    buf_str(b, view_word(k, "text"));
}

static void sink_lines(struct buf *b, const struct view *s, const cJSON *k)
{
    const struct view_digits pending = view_whole(view_number(k, "pending")),
                             sent = view_whole(view_number(k, "sent"));
    const struct view_digits next = seconds_until(s, k, "next_try_ms");
    const char *state = view_word(k, "state"), *slug = view_word(k, "slug");
    struct buf words = {0}, help = {0};

    sink_words(&words, k);
    text_add(&help, s->l, advice(k), NULL);
    if (strcmp(state, "waiting") == 0)
        text_add(b, s->l, TEXT_SINK_WAITING, slug, pending.s, words.p, next.s, NULL);
    else if (strcmp(state, "misconfigured") == 0)
        text_add(b, s->l, TEXT_SINK_PERSON, slug, pending.s, words.p, help.p, next.s, NULL);
    else if (view_number(k, "pending") > 0)
        text_add(b, s->l, TEXT_SINK_SENDING, slug, pending.s, sent.s, NULL);
    else
        text_add(b, s->l, TEXT_SINK_IDLE, slug, sent.s, NULL);
    if (view_number(k, "refused") > 0 || view_number(k, "refused_old") > 0)
        text_add(b, s->l, TEXT_SINK_REFUSED, view_whole(view_number(k, "refused")).s,
                 view_whole(view_number(k, "refused_old")).s, NULL);
    buf_free(&words);
    buf_free(&help);
}

void view_sinks(struct buf *b, const struct view *v)
{
    for (size_t i = 0; i < v->n[VIEW_SINK]; i++)
        sink_lines(b, v, v->line[VIEW_SINK][i]);
    if (v->n[VIEW_SINK] == 0)
        text_add(b, v->l, TEXT_SINK_NONE, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analytics/web/assets.h"
#include "analytics/web/html.h"
#include "analytics/web/viewer.h"
#include "collector/common/reading.h"

static const struct text_arg NO_ARGS[] = {{NULL, NULL}};

void parts_say(struct buf *b, enum lang lang, enum text key, const struct text_arg *args)
{
    struct buf plain = {0};

    text_fill(&plain, lang, key, args == NULL ? NO_ARGS : args);
    html_text(b, plain.p);
    buf_free(&plain);
}

void parts_element(struct buf *b, const char *tag, const char *class_name, enum lang lang,
                   enum text key, const struct text_arg *args)
{
    if (*class_name == '\0')
        html_put(b, "<$>", tag);
    else
        html_put(b, "<$ class=\"$\">", tag, class_name);
    parts_say(b, lang, key, args);
    html_put(b, "</$>\n", tag);
}

/* Whose page it is; NULL: nobody knows. */
static const struct viewer *viewer_of(const struct parts_head *h)
{
    return h->viewer != NULL ? h->viewer : h->m != NULL ? h->m->viewer : NULL;
}

static void menu(struct buf *b, const struct parts_head *h, enum lang lang)
{
    /* roles: bits of enum role; bit 0 is who has not logged in, where nobody has to */
    static const struct {
        const char *path;
        enum text text;
        unsigned roles;
    } ENTRY[] = {
        {"/", TEXT_NAV_PONDS, ~0U},
        {"/catat", TEXT_NOTES_TITLE, 1U << ROLE_FARMER | 1U << ROLE_OFFICER | 1U << ROLE_ADMIN},
        {"/alarm", TEXT_ALARM_TITLE, ~0U},
        {"/wilayah", TEXT_NAV_REGION, 1U << ROLE_OFFICER | 1U << ROLE_ADMIN},
        {"/alat", TEXT_TECH_NAV, 1U << ROLE_TECHNICIAN | 1U << ROLE_ADMIN},
        {"/bantuan", TEXT_NAV_HELP, ~0U},
        {"/pengguna", TEXT_USERS_TITLE, 1U << ROLE_OFFICER | 1U << ROLE_ADMIN},
        {"/akun", TEXT_ACCOUNT_TITLE, ~1U}};
    const struct viewer *v = viewer_of(h);
    bool all = v == NULL || v->unmanaged; /* an account is nobody's then */
    enum lang other = lang == LANG_ID ? LANG_EN : LANG_ID;

    html_put(b, "<nav aria-label=\"$\">", text_get(lang, TEXT_NAV));
    for (size_t i = 0; i < sizeof ENTRY / sizeof ENTRY[0]; i++) {
        if (all ? ENTRY[i].roles == ~1U || ENTRY[i].text == TEXT_USERS_TITLE ||
                      ENTRY[i].text == TEXT_NOTES_TITLE
                : (ENTRY[i].roles & 1U << v->role) == 0)
            continue;
        html_put(b, "<a href=\"$\"", ENTRY[i].path);
        html_raw(b, ENTRY[i].text == h->here ? " aria-current=\"page\">" : ">");
        html_put(b, "$</a>", text_get(lang, ENTRY[i].text));
    }
    if (!all && v->role == ROLE_NONE)
        html_put(b, "<a href=\"/masuk\">$</a>", text_get(lang, TEXT_LOGIN_TITLE));
    if (v != NULL)
        html_put(b, "<a href=\"$?$besar=$\" aria-label=\"$\">$</a>", h->path,
                 h->query != NULL ? h->query : "", v->large ? "0" : "1",
                 text_get(lang, v->large ? TEXT_TEXT_USUAL : TEXT_TEXT_LARGE),
                 v->large ? "A\u2212" : "A+");
    html_put(b, "<a href=\"$?$lang=$\" lang=\"$\" hreflang=\"$\" rel=\"alternate\">$</a></nav>\n",
             h->path, h->query != NULL ? h->query : "", text_lang(other), text_lang(other),
             text_lang(other), text_get(lang, TEXT_OTHER_LANGUAGE));
}

void parts_watch(struct buf *b, const struct page_model *m, enum lang lang)
{
    char moment[FORMAT_SIZE];
    const struct text_arg args[] = {{"jam", moment}, {NULL, NULL}};

    if (!page_watch_silent(m))
        return;
    (void)format_moment(moment, sizeof moment, lang, m->board.watch_ms, m->now_ms);
    parts_element(b, "p", "notice layar-saja", lang,
                  m->board.watch_ms == 0 ? TEXT_ALARM_NEVER_RAN : TEXT_ALARM_NOT_RUNNING, args);
}

/* The style: within the page on a browser's first visit, which then fetches the file for the next one. */
static void style(struct buf *b, const struct viewer *v)
{
    char version[24];
    const char *text;
    size_t n;

    (void)snprintf(version, sizeof version, "%08" PRIx32, assets_style_version());
    if (v != NULL && v->first_visit) {
        text = assets_style(&n);
        html_raw(b, "<style>");
        buf_add(b, text, n);
        html_put(b, "</style><link rel=\"prefetch\" as=\"style\" href=\"/gaya.css?v=$\">", version);
    } else {
        html_put(b, "<link rel=\"stylesheet\" href=\"/gaya.css?v=$\">", version);
    }
    html_raw(b, "<link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\">");
}

/* Only who is logged in has forms that it helps; it sends what is left with the token of the session. On the first visit as the style. */
static void script(struct buf *b, const struct viewer *v, enum lang lang)
{
    char version[24];
    const char *text;
    size_t n;

    if (v == NULL || v->role == ROLE_NONE)
        return;
    (void)snprintf(version, sizeof version, "%08" PRIx32, assets_script_version());
    if (v->first_visit)
        html_put(b, "<link rel=\"prefetch\" as=\"script\" href=\"/nila.js?v=$\"><script", version);
    else
        html_put(b, "<script src=\"/nila.js?v=$\" defer", version);
    html_put(b, " data-siapa=\"$\" data-tanda=\"$\" data-belum=\"$\" data-tolak=\"$\">", v->user,
             v->csrf, text_get(lang, TEXT_NOTE_UNSENT), text_get(lang, TEXT_NOTE_MEND));
    if (v->first_visit) {
        text = assets_script(&n);
        buf_add(b, text, n);
    }
    html_raw(b, "</script>");
}

bool parts_may_note(const struct page_model *m, const struct page_pond *p)
{
    const struct viewer *v = m->viewer;

    return v != NULL &&
           (v->unmanaged ||
            viewer_edits_farm(v, p->farm_slug, region_kecamatan(p->kecamatan)->regency));
}

void parts_begin(struct buf *b, const struct parts_head *h, enum lang lang)
{
    char version[24];
    const struct viewer *v = viewer_of(h);

    (void)snprintf(version, sizeof version, "%08" PRIx32, assets_style_version());
    html_put(b, "<!DOCTYPE html>\n<html lang=\"$\"", text_lang(lang));
    html_raw(b, v != NULL && v->large ? " class=\"besar\">" : ">");
    html_put(b,
             "<head><meta charset=\"utf-8\"><meta name=\"viewport\" "
             "content=\"width=device-width,initial-scale=1\"><title>$ \u2013 $</title>",
             h->title, text_get(lang, TEXT_APP));
    style(b, v);
    if (!h->alone)
        script(b, v, lang);
    if (h->script != NULL)
        html_put(b, "<script src=\"$?v=$\" defer></script><noscript>", h->script, version);
    if (h->again_s > 0)
        buf_printf(b, "<meta http-equiv=\"refresh\" content=\"%d\">", h->again_s);
    else if (h->refresh)
        html_raw(b, "<meta http-equiv=\"refresh\" content=\"60\">");
    if (h->script != NULL)
        html_raw(b, "</noscript>");
    html_put(b, "</head>\n<body><a class=\"skip\" href=\"#isi\">$</a>\n",
             text_get(lang, TEXT_SKIP));
    if (h->notice != NULL && *h->notice != '\0')
        html_put(b, "<p class=\"notice\">$</p>\n", h->notice);
    if (h->m != NULL && h->m->board.watch_ms != 0)
        parts_watch(b, h->m, lang);
    html_raw(b, "<header>");
    menu(b, h, lang);
    html_raw(b, "</header>\n<main id=\"isi\">\n");
}

void parts_end(struct buf *b, enum lang lang)
{
    const struct text_arg args[] = {{"versi", NILA_VERSION}, {NULL, NULL}};

    html_raw(b, "</main>\n<footer>");
    parts_say(b, lang, TEXT_FOOT, args);
    html_raw(b, "</footer></body></html>\n");
}

const char *parts_level_class(enum status_level level)
{
    static const char *const CLASS[] = {[STATUS_OK] = "ok",
                                        [STATUS_WATCH] = "watch",
                                        [STATUS_NO_DATA] = "nodata",
                                        [STATUS_DANGER] = "danger"};
    return CLASS[level];
}

void parts_badge(struct buf *b, enum lang lang, enum status_level level)
{
    /* Shapes differ without colour: a tick in a disc, a triangle, a disc with a question mark, an octagon. */
    static const char *const SHAPE[] = {
        [STATUS_OK] =
            "M12 1a11 11 0 100 22 11 11 0 000-22zm-1.5 16L5 11.500l2-2 3.5 3.5 6.5-6.5 2 2z",
        [STATUS_WATCH] = "M12 1L0 22h24zm-1.3 7h2.600v7h-2.600zm0 9h2.600v2.600h-2.600z",
        [STATUS_NO_DATA] =
            "M12 1a11 11 0 100 22 11 11 0 000-22zm-1.3 15h2.600v2.600h-2.600zm0-2v-1c0-3 3.3-2.8 "
            "3.3-4.700a2 2 0 00-4 0H7.500a4.5 4.5 0 019 0c0 3-3.2 3.2-3.2 4.700v1z",
        [STATUS_DANGER] = "M7.5 1h9L23 7.500v9L16.5 23h-9L1 16.500v-9zm3.2 4.500v8h2.600v-8zm0 "
                          "10v2.600h2.600v-2.600z"};

    html_put(b,
             "<span class=\"badge $\"><svg class=\"icon\" viewBox=\"0 0 24 24\" "
             "aria-hidden=\"true\"><path d=\"$\" fill-rule=\"evenodd\"/></svg>$</span>",
             parts_level_class(level), SHAPE[level], text_get(lang, text_level(level)));
}

/* The values an advice may speak of, as text. */
struct advice_values {
    char oxygen[FORMAT_SIZE], clock[FORMAT_SIZE], limit[FORMAT_SIZE], drop[FORMAT_SIZE];
    char value[FORMAT_SIZE], minutes[FORMAT_SIZE], begin[FORMAT_SIZE], dead[FORMAT_SIZE],
        usual[FORMAT_SIZE];
    struct text_arg args[24];
};

static void advice_values(struct advice_values *v, const struct page_model *m,
                          const struct page_pond *p, enum lang lang)
{
    const struct pond_status *s = &p->status;
    enum text name = text_metric(s->metric);
    int decimals = metric_info(s->metric)->decimals;
    const char *sensor = name == TEXT_COUNT ? metric_info(s->metric)->name : text_get(lang, name);

    if (s->metric == METRIC_NH3_N_MG_L)
        decimals = 2; /* the limits are told to the hundredth */
    (void)format_against(v->value, sizeof v->value, lang, s->value, s->limit, decimals);
    (void)format_number(v->limit, sizeof v->limit, lang, s->limit, decimals);
    (void)format_number(v->drop, sizeof v->drop, lang, s->drop_mg_l, 1);
    (void)format_against(v->oxygen, sizeof v->oxygen, lang,
                         s->metric == METRIC_DO_MG_L ? s->value : NAN, s->limit, 1);
    v->clock[0] = '\0';
    if (s->ts_ms != 0)
        (void)format_moment(v->clock, sizeof v->clock, lang, s->ts_ms, m->now_ms);
    (void)format_number(v->minutes, sizeof v->minutes, lang, s->minutes, 0);
    (void)format_number(v->dead, sizeof v->dead, lang, s->value, 0);
    (void)format_number(v->usual, sizeof v->usual, lang, s->limit, 1);
    /* An hour before the crossing, but not before now. */
    v->begin[0] = '\0';
    if (s->ts_ms != 0)
        (void)format_moment(v->begin, sizeof v->begin, lang,
                            s->ts_ms - ((int64_t)3600 * 1000) > m->now_ms
                                ? s->ts_ms - ((int64_t)3600 * 1000)
                                : m->now_ms,
                            m->now_ms);
    const struct text_arg args[] = {
        {"kolam", p->pond.name}, {"do", v->oxygen},     {"jam", v->clock},
        {"batas", v->limit},     {"telp", m->phone},    {"turun", v->drop},
        {"ph", v->value},        {"nh3", v->value},     {"suhu", v->value},
        {"ntu", v->value},       {"sensor", sensor},    {"nilai", v->value},
        {"teknisi", ""},         {"menit", v->minutes}, {"jam_kritis", v->clock},
        {"jam_mulai", v->begin}, {"do_min", v->oxygen}, {"mati", v->dead},
        {"biasa", v->usual},     {NULL, NULL},
    };
    _Static_assert(sizeof args <= sizeof v->args, "room for every placeholder");
    memcpy(v->args, args, sizeof args);
}

/* The steps of an advice, split at the bars, the first large. */
static void steps(struct buf *b, enum lang lang, enum text key, const struct text_arg *args)
{
    struct buf plain = {0};
    char *p, *bar;

    text_fill(&plain, lang, key, args);
    p = plain.p;
    for (int i = 0; p != NULL; i++) {
        bar = strchr(p, '|');
        if (bar != NULL)
            *bar = '\0';
        if (i == 0)
            html_put(b, "<p class=\"act\">$</p>\n", p);
        else if (i == 1)
            html_put(b, "<ol start=\"2\"><li>$</li>", p);
        else
            html_put(b, "<li>$</li>", p);
        p = bar == NULL ? NULL : bar + 1;
        if (p == NULL && i > 0)
            html_raw(b, "</ol>\n");
    }
    buf_free(&plain);
}

void parts_why(struct buf *b, const struct page_model *m, const struct page_pond *p, enum lang lang)
{
    struct text_advice a = text_advice_of(&p->status, p->pond.system);
    struct advice_values v;

    advice_values(&v, m, p, lang);
    /* "No data" as a title would only repeat the badge; of a calibration one wants to know since when. */
    parts_element(b, "p", "why", lang,
                  p->status.reason == REASON_NO_DATA || p->status.reason == REASON_CALIBRATION
                      ? a.what
                      : a.title,
                  v.args);
    if (p->status.reason == REASON_DO_NIGHT)
        parts_element(b, "p", "soft", lang, TEXT_NIGHT_UNTRIED, NULL);
}

void parts_steps(struct buf *b, const struct page_model *m, const struct page_pond *p,
                 enum lang lang)
{
    struct advice_values v;

    advice_values(&v, m, p, lang);
    steps(b, lang, text_advice_of(&p->status, p->pond.system).steps, v.args);
}

void parts_advice(struct buf *b, const struct page_model *m, const struct page_pond *p,
                  enum lang lang)
{
    struct text_advice a = text_advice_of(&p->status, p->pond.system);
    struct advice_values v;

    advice_values(&v, m, p, lang);
    parts_element(b, "h2", "", lang, a.title, NULL);
    parts_element(b, "p", "", lang, a.what, v.args);
    if (p->status.level != STATUS_OK)
        parts_element(b, "p", "soft", lang, TEXT_DO_NOW, NULL);
    steps(b, lang, a.steps, v.args);
    if (p->status.ammonia_high && p->pond.system != POND_SYSTEM_CAGE)
        parts_element(b, "p", "no", lang, TEXT_NO_LIME, NULL);
}

/* One value; a doubtful but fresh one is shown and marked, an old one is a dash. */
static void value(struct buf *b, const struct page_model *m, const struct page_pond *p,
                  enum metric metric, enum lang lang)
{
    const struct series_last *last = &p->latest.metric[metric];
    const struct metric_info *info = metric_info(metric);
    bool current = status_current(last, m->now_ms, page_limits(m, p));
    bool doubtful = !current && last->ts_ms != 0 && isfinite(last->value) &&
                    m->now_ms - last->ts_ms <= page_limits(m, p)->no_data_ms;
    char text[FORMAT_SIZE];

    (void)format_unit(text, sizeof text, lang, current || doubtful ? last->value : NAN,
                      info->decimals, info->unit);
    html_put(b, "<div><dt>$</dt><dd>$", text_get(lang, text_metric(metric)), text);
    if (doubtful)
        html_put(b, " <small>($)</small>", text_get(lang, TEXT_DOUBTFUL_MARK));
    html_raw(b, "</dd></div>");
}

void parts_values(struct buf *b, const struct page_model *m, const struct page_pond *p,
                  enum lang lang)
{
    char text[FORMAT_SIZE];
    double nh3 = p->status.nh3_n_mg_l;

    html_raw(b, "<dl class=\"values\">");
    value(b, m, p, METRIC_DO_MG_L, lang);
    value(b, m, p, METRIC_TEMP_C, lang);
    value(b, m, p, METRIC_PH, lang);
    /* SNI's limit is 0.02: two decimals, and what is smaller than they show is said to be so. */
    (void)format_unit(text, sizeof text, lang, nh3 > 0 && nh3 < 0.005 ? 0.01 : nh3, 2, "mg/L");
    html_put(b, "<div><dt>$</dt><dd>$$", text_get(lang, TEXT_AMMONIA),
             nh3 > 0 && nh3 < 0.005 ? "<\u00a0" : "", text);
    if (isfinite(nh3) && m->now_ms - p->status.nh3_ts_ms > page_limits(m, p)->no_data_ms) {
        char moment[FORMAT_SIZE];
        const struct text_arg args[] = {{"jam", moment}, {NULL, NULL}};

        (void)format_moment(moment, sizeof moment, lang, p->status.nh3_ts_ms, m->now_ms);
        html_raw(b, " <small>(");
        parts_say(b, lang, TEXT_MEASURED_AT, args);
        html_raw(b, ")</small>");
    }
    html_raw(b, "</dd></div></dl>\n");
}

void parts_when(struct buf *b, const struct page_model *m, const struct page_pond *p,
                enum lang lang)
{
    const struct series_last *oxygen = &p->latest.metric[METRIC_DO_MG_L];
    bool current = status_current(oxygen, m->now_ms, page_limits(m, p));
    int64_t ts = current ? oxygen->ts_ms : 0;
    char moment[FORMAT_SIZE] = "";

    for (int k = 0; !current && k < METRIC_COUNT; k++) /* the newest of all */
        if (p->latest.metric[k].ts_ms > ts)
            ts = p->latest.metric[k].ts_ms;
    if (ts == 0) {
        parts_element(b, "p", "soft", lang, TEXT_NEVER_DATA, NULL);
        return;
    }
    (void)format_moment(moment, sizeof moment, lang, ts, m->now_ms);
    const struct text_arg args[] = {{"jam", moment}, {NULL, NULL}};
    parts_element(b, "p", "soft", lang, current ? TEXT_READ_AT : TEXT_LAST_DATA, args);
}

void parts_database(struct buf *b, const struct page_model *m, enum lang lang)
{
    char moment[FORMAT_SIZE] = "";
    int64_t ts = m->away_since_ms != 0 ? m->away_since_ms : m->read_ms;

    if (ts == 0) {
        parts_element(b, "p", "soft", lang, TEXT_NEVER_READ, NULL);
        return;
    }
    (void)format_moment(moment, sizeof moment, lang, ts, m->now_ms);
    const struct text_arg args[] = {{"jam", moment}, {NULL, NULL}};
    if (m->away_since_ms != 0)
        parts_element(b, "p", "no", lang, TEXT_AWAY, args);
    else
        parts_element(b, "p", "soft", lang, TEXT_UPDATED, args);
}

void parts_call(struct buf *b, const struct page_model *m, enum lang lang)
{
    char digits[40];
    size_t n = 0;

    for (const char *p = m->phone; *p != '\0' && n + 1 < sizeof digits; p++)
        if ((*p >= '0' && *p <= '9') || (*p == '+' && n == 0))
            digits[n++] = *p;
    digits[n] = '\0';
    if (n == 0)
        return;
    html_put(b, "<p><a class=\"call\" href=\"tel:$\">$ $</a></p>\n", digits,
             text_get(lang, TEXT_CALL), m->phone);
}

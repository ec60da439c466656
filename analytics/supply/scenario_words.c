/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Acts of a scenario from text, to text, and what is wrong with them. */
#include "scenario.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/civil.h"
#include "collector/common/jsonconf.h"

enum {
    WORD = 32, /* bytes of one value */
    FILE_ENTRY = 160,
    FILE_NOTE = 400,
    FISH_DIGITS = 9
};

enum value {
    VALUE_PERCENT, /* of change: +20%, -30% */
    VALUE_SHARE,   /* 40% */
    VALUE_FISH,    /* 50000, or 10% */
    VALUE_MONTH,
    VALUE_MONTHS
};

static const struct {
    const char *name;
    enum value value;
    double min, max; /* percent */
    const char *example;
} KIND[] = {
    [SCENARIO_FINGERLINGS] = {"fingerlings", VALUE_PERCENT, -100, 0, "fingerlings=-30%"},
    [SCENARIO_FEED_PRICE] = {"feed_price", VALUE_PERCENT, -50, 200, "feed_price=+20%"},
    [SCENARIO_ACID] = {"acid", VALUE_MONTH, 0, 0, "acid=2027-01"},
    [SCENARIO_SMOKE] = {"smoke", VALUE_MONTHS, 0, 0, "smoke=2027-08..2027-10"},
    [SCENARIO_AERATORS] = {"aerators", VALUE_SHARE, 0, 100, "aerators=40%"},
    [SCENARIO_TRANSFER] = {"transfer", VALUE_FISH, 0, 100, "transfer=50000,to=seruyan"},
};

struct reader {
    bool english;
    char *why;
    size_t why_size;
    const char *text;
};

static struct reader reader_of(bool english, char *why, size_t why_size, const char *text)
{
    struct reader r = {.english = english, .why_size = why_size, .text = text};

    r.why = why;
    return r;
}

const char *scenario_kind_name(enum scenario_kind k)
{
    return KIND[k].name;
}

/* The words, after the act they speak of. */
static int refuse(const struct reader *r, int rc, const char *indonesian, const char *english)
{
    (void)snprintf(r->why, r->why_size, "%.90s: %s", r->text, r->english ? english : indonesian);
    return rc;
}

int scenario_month(const char *text, int32_t *month)
{
    char day[WORD];
    int32_t d;

    if (strlen(text) != 7)
        return NILA_ERR_PARSE;
    (void)snprintf(day, sizeof day, "%s-01", text);
    if (civil_parse_day(day, &d) != 0)
        return NILA_ERR_PARSE;
    *month = civil_month_of_day(d);
    return 0;
}

/* "2027-01", or two of them with ".." between. */
static bool take_months(const char *text, bool may_be_two, int32_t *from, int32_t *until)
{
    const char *dots = may_be_two ? strstr(text, "..") : NULL;
    char first[WORD];

    if (dots == NULL) {
        if (scenario_month(text, from) != 0)
            return false;
        *until = *from;
        return true;
    }
    (void)snprintf(first, sizeof first, "%.*s", (int)(dots - text), text);
    return scenario_month(first, from) == 0 && scenario_month(dots + 2, until) == 0;
}

static bool take_percent(const char *text, double *percent)
{
    char *end;

    *percent = strtod(text, &end);
    return end != text && strcmp(end, "%") == 0 && isfinite(*percent) &&
           strspn(text, "+-.0123456789") == (size_t)(end - text);
}

static int bad_percent(const struct reader *r, const struct scenario_act *a)
{
    char id[WORD * 4], en[WORD * 4];
    const bool share = KIND[a->kind].value == VALUE_SHARE;

    (void)snprintf(id, sizeof id, "harus persen, %s%.0f%% sampai %.0f%%, seperti %s",
                   share ? "di atas " : "", KIND[a->kind].min, KIND[a->kind].max,
                   KIND[a->kind].example);
    (void)snprintf(en, sizeof en, "must be a percentage, %s%.0f%% to %.0f%%, as in %s",
                   share ? "above " : "", KIND[a->kind].min, KIND[a->kind].max,
                   KIND[a->kind].example);
    return refuse(r, NILA_ERR_RANGE, id, en);
}

/* Fish, or their share with a percent sign. */
static int take_fish(const struct reader *r, const char *text, struct scenario_act *a)
{
    const size_t digits = strspn(text, "0123456789");

    a->share = strchr(text, '%') != NULL;
    if (a->share && take_percent(text, &a->value) && a->value > 0 && a->value <= 100) {
        a->value /= 100;
        return 0;
    }
    if (!a->share && digits > 0 && digits <= FISH_DIGITS && text[digits] == '\0' &&
        strtod(text, NULL) > 0) {
        a->value = strtod(text, NULL);
        return 0;
    }
    return refuse(
        r, NILA_ERR_RANGE,
        "harus jumlah ekor, 1 sampai 999999999, atau persen di atas 0% sampai 100%, seperti "
        "transfer=50000,to=seruyan",
        "must be a number of fish, 1 to 999999999, or a percentage above 0% to 100%, as in "
        "transfer=50000,to=seruyan");
}

static int take_value(const struct reader *r, const char *text, struct scenario_act *a)
{
    const enum value v = KIND[a->kind].value;
    double percent;

    if (v == VALUE_MONTH || v == VALUE_MONTHS) {
        if (!take_months(text, v == VALUE_MONTHS, &a->from_month, &a->until_month))
            return refuse(r, NILA_ERR_PARSE,
                          v == VALUE_MONTH ? "harus bulan, seperti acid=2027-01"
                                           : "harus bulan, seperti smoke=2027-08..2027-10",
                          v == VALUE_MONTH ? "must be a month, as in acid=2027-01"
                                           : "must be months, as in smoke=2027-08..2027-10");
        return 0;
    }
    if (v == VALUE_FISH)
        return take_fish(r, text, a);
    if (!take_percent(text, &percent) || percent < KIND[a->kind].min ||
        percent > KIND[a->kind].max || (v == VALUE_SHARE && percent == 0))
        return bad_percent(r, a);
    a->value = v == VALUE_SHARE ? percent / 100 : 1 + percent / 100;
    return 0;
}

/* "from=...", "until=...", "in=..." */
static int take_limit(const struct reader *r, const char *text, struct scenario_act *a)
{
    const enum value v = KIND[a->kind].value;
    const bool dated = v == VALUE_MONTH || v == VALUE_MONTHS;
    enum regency only;

    if (strncmp(text, "to=", 3) == 0 && v == VALUE_FISH)
        return regency_find(text + 3, &a->to) == 0
                   ? 0
                   : refuse(r, NILA_ERR_PARSE, "to= harus kotim atau seruyan",
                            "to= must be kotim or seruyan");
    if (strncmp(text, "in=", 3) == 0 && a->kind != SCENARIO_FEED_PRICE && v != VALUE_FISH) {
        if (regency_find(text + 3, &only) != 0)
            return refuse(r, NILA_ERR_PARSE, "in= harus kotim atau seruyan",
                          "in= must be kotim or seruyan");
        for (int k = 0; k < REGENCY_COUNT; k++)
            a->in[k] = k == (int)only;
        return 0;
    }
    if (!dated && strncmp(text, "from=", 5) == 0)
        return scenario_month(text + 5, &a->from_month) == 0
                   ? 0
                   : refuse(r, NILA_ERR_PARSE, "from= harus bulan, seperti from=2027-02",
                            "from= must be a month, as in from=2027-02");
    if (!dated && strncmp(text, "until=", 6) == 0)
        return scenario_month(text + 6, &a->until_month) == 0
                   ? 0
                   : refuse(r, NILA_ERR_PARSE, "until= harus bulan, seperti until=2027-05",
                            "until= must be a month, as in until=2027-05");
    if (dated)
        return refuse(r, NILA_ERR_PARSE, "sesudah koma hanya in=kotim atau in=seruyan",
                      "behind the comma goes only in=kotim or in=seruyan");
    if (v == VALUE_FISH)
        return refuse(r, NILA_ERR_PARSE, "sesudah koma hanya to=, from= dan until=",
                      "behind the comma go only to=, from= and until=");
    return a->kind == SCENARIO_FEED_PRICE
               ? refuse(r, NILA_ERR_PARSE,
                        "sesudah koma hanya from= dan until=; pasar pakan hanya satu",
                        "behind the comma go only from= and until=; feed is one market")
               : refuse(r, NILA_ERR_PARSE, "sesudah koma hanya from=, until=, in=",
                        "behind the comma go only from=, until=, in=");
}

static int read_act(const struct reader *r, struct scenario_act *a)
{
    char text[FILE_ENTRY], *rest = NULL, *part, *value;
    int rc;

    *a = (struct scenario_act){
        .kind = SCENARIO_KINDS, .from_month = SCENARIO_AT_ONCE, .until_month = SCENARIO_FOR_EVER};
    a->to = REGENCY_COUNT; /* not said */
    for (int k = 0; k < REGENCY_COUNT; k++)
        a->in[k] = true;
    if (strlen(r->text) >= sizeof text)
        return refuse(r, NILA_ERR_PARSE, "terlalu panjang", "too long");
    (void)snprintf(text, sizeof text, "%s", r->text);
    part = strtok_r(text, ",", &rest);
    value = part != NULL ? strchr(part, '=') : NULL;
    for (int k = 0; value != NULL && k < SCENARIO_KINDS; k++)
        if (strlen(KIND[k].name) == (size_t)(value - part) &&
            strncmp(part, KIND[k].name, (size_t)(value - part)) == 0)
            a->kind = (enum scenario_kind)k;
    if (a->kind == SCENARIO_KINDS)
        return refuse(r, NILA_ERR_PARSE,
                      "harus fingerlings=, feed_price=, acid=, smoke=, aerators= atau transfer=",
                      "must be fingerlings=, feed_price=, acid=, smoke=, aerators= or transfer=");
    rc = take_value(r, value + 1, a);
    while (rc == 0 && (part = strtok_r(NULL, ",", &rest)) != NULL)
        rc = take_limit(r, part, a);
    if (rc == 0 && a->kind == SCENARIO_TRANSFER && a->to == REGENCY_COUNT)
        return refuse(r, NILA_ERR_PARSE, "ke mana? tulis to=kotim atau to=seruyan di belakang koma",
                      "where to? write to=kotim or to=seruyan behind a comma");
    if (a->to == REGENCY_COUNT)
        a->to = (enum regency)0;
    if (rc == 0 && a->until_month < a->from_month)
        return refuse(r, NILA_ERR_RANGE, "berakhir sebelum mulai", "ends before it begins");
    return rc;
}

/* In one regency and month? Of acid flushes there is one a season (paths.h). */
static bool meet(const struct scenario_act *a, const struct scenario_act *b)
{
    bool place = false;

    if (a->kind != b->kind)
        return false;
    for (int r = 0; r < REGENCY_COUNT; r++)
        place = place || (a->in[r] && b->in[r]);
    if (a->kind == SCENARIO_AERATORS) /* a pond has one or it has none */
        return place;
    if (a->kind == SCENARIO_ACID)
        return place && labs((long)a->from_month - b->from_month) < 6;
    return place && a->from_month <= b->until_month && b->from_month <= a->until_month;
}

static int check_meeting(const struct reader *r, const struct scenario *s,
                         const struct scenario_act *a, size_t but)
{
    for (size_t k = 0; k < s->acts; k++) {
        char other[SCENARIO_TEXT], id[2 * SCENARIO_TEXT], en[2 * SCENARIO_TEXT];

        if (k == but || !meet(a, &s->act[k]))
            continue;
        scenario_text(&s->act[k], other);
        (void)snprintf(id, sizeof id, "bertemu dengan %s di kabupaten dan masa yang sama", other);
        (void)snprintf(en, sizeof en, "meets %s in the same regency and time", other);
        return refuse(r, NILA_ERR_RANGE, id, en);
    }
    return 0;
}

int scenario_add(struct scenario *s, const char *text, bool english, char *why, size_t why_size)
{
    struct reader r = reader_of(english, why, why_size, text);
    struct scenario_act a;
    int rc = read_act(&r, &a);

    if (rc != 0)
        return rc;
    if (s->acts == SCENARIO_ACTS_MAX)
        return refuse(&r, NILA_ERR_FULL, "lebih dari 16 hal dalam satu skenario",
                      "more than 16 things in one scenario");
    rc = check_meeting(&r, s, &a, SCENARIO_ACTS_MAX);
    if (rc == 0)
        s->act[s->acts++] = a;
    return rc;
}

int scenario_load(struct scenario *s, const char *path, bool english, char *why, size_t why_size)
{
    struct scenario got = *s;
    struct jsonconf *c;
    const struct jsonconf_node *root, *list;
    char entry[FILE_ENTRY], note[FILE_NOTE];
    int rc = jsonconf_open(&c, path, why, why_size);

    if (rc != 0)
        return rc;
    root = jsonconf_root(c);
    jsonconf_string_or(c, root, "note", note, sizeof note, "");
    list = jsonconf_member(c, root, "scenario", true);
    for (size_t i = 0, n = jsonconf_length(c, list, SCENARIO_ACTS_MAX); i < n; i++) {
        const struct jsonconf_node *at = jsonconf_at(c, list, i);
        char words[256] = "";

        entry[0] = '\0';
        jsonconf_text(c, at, entry, sizeof entry);
        if (entry[0] != '\0' && scenario_add(&got, entry, english, words, sizeof words) != 0)
            jsonconf_refuse(c, at, "%s", words);
    }
    rc = jsonconf_done(c, why, why_size);
    jsonconf_close(c);
    if (rc == 0)
        *s = got;
    return rc;
}

int scenario_from(struct scenario *s, int32_t month, bool english, char *why, size_t why_size)
{
    struct scenario got = *s;

    for (size_t k = 0; k < got.acts; k++) {
        struct scenario_act *a = &got.act[k];
        char text[SCENARIO_TEXT];
        struct reader r = reader_of(english, why, why_size, text);

        if (a->from_month != SCENARIO_AT_ONCE)
            continue;
        a->from_month = month;
        scenario_text(a, text);
        if (a->until_month < month)
            return refuse(&r, NILA_ERR_RANGE, "berakhir sebelum mulai", "ends before it begins");
    }
    *s = got;
    return 0;
}

static void month_text(char *buf, size_t size, int32_t month)
{
    (void)snprintf(buf, size, "%04d-%02d", (int)(month / 12), (int)(month % 12) + 1);
}

int scenario_check(const struct scenario *s, int32_t as_of_day, unsigned months, bool english,
                   char *why, size_t why_size)
{
    int32_t first = civil_month_of_day(as_of_day + 1);
    int32_t last = civil_month_of_day(as_of_day) + (int32_t)months;

    for (size_t k = 0; k < s->acts; k++) {
        const struct scenario_act *a = &s->act[k];
        char text[SCENARIO_TEXT], from[WORD], until[WORD], id[SCENARIO_TEXT * 2],
            en[SCENARIO_TEXT * 2];
        struct reader r = reader_of(english, why, why_size, text);

        if (a->from_month <= last && a->until_month >= first)
            continue;
        scenario_text(a, text);
        month_text(from, sizeof from, first);
        month_text(until, sizeof until, last);
        (void)snprintf(id, sizeof id, "di luar prognosa, yang meliputi %s sampai %s", from, until);
        (void)snprintf(en, sizeof en, "lies outside the forecast, which covers %s to %s", from,
                       until);
        return refuse(&r, NILA_ERR_RANGE, id, en);
    }
    return 0;
}

int scenario_check_ledgers(const struct scenario *s, const bool known[REGENCY_COUNT], bool english,
                           char *why, size_t why_size)
{
    for (size_t k = 0; k < s->acts; k++)
        for (int r = 0; s->act[k].kind == SCENARIO_TRANSFER && r < REGENCY_COUNT; r++) {
            char text[SCENARIO_TEXT], id[2 * SCENARIO_TEXT], en[2 * SCENARIO_TEXT];
            struct reader reader = reader_of(english, why, why_size, text);

            if (known[r])
                continue;
            scenario_text(&s->act[k], text);
            (void)snprintf(id, sizeof id,
                           "buku benih %s belum cukup (3 bulan, terbaru paling lama 3 bulan lalu); "
                           "isi tabel fingerlings",
                           regency_slug((enum regency)r));
            (void)snprintf(
                en, sizeof en,
                "the fingerling ledger of %s is too thin (3 months, the newest at most 3 "
                "months ago); fill the table fingerlings",
                regency_slug((enum regency)r));
            return refuse(&reader, NILA_ERR_RANGE, id, en);
        }
    return 0;
}

void scenario_text(const struct scenario_act *a, char buf[SCENARIO_TEXT])
{
    char value[WORD] = "", month[WORD];
    const enum value v = KIND[a->kind].value;
    size_t n;

    if (v == VALUE_PERCENT)
        (void)snprintf(value, sizeof value, "%+.10g%%", 100 * a->value - 100);
    else if (v == VALUE_SHARE)
        (void)snprintf(value, sizeof value, "%.10g%%", 100 * a->value);
    else if (v == VALUE_FISH)
        (void)snprintf(value, sizeof value, a->share ? "%.10g%%,to=%s" : "%.10g,to=%s",
                       a->share ? 100 * a->value : a->value, regency_slug(a->to));
    else
        month_text(value, sizeof value, a->from_month);
    n = (size_t)snprintf(buf, SCENARIO_TEXT, "%s=%s", KIND[a->kind].name, value);
    month_text(month, sizeof month, v == VALUE_MONTHS ? a->until_month : a->from_month);
    if (v == VALUE_MONTHS && a->until_month != a->from_month)
        n += (size_t)snprintf(buf + n, SCENARIO_TEXT - n, "..%s", month);
    if (v < VALUE_MONTH && a->from_month != SCENARIO_AT_ONCE)
        n += (size_t)snprintf(buf + n, SCENARIO_TEXT - n, ",from=%s", month);
    month_text(month, sizeof month, a->until_month);
    if (v < VALUE_MONTH && a->until_month != SCENARIO_FOR_EVER)
        n += (size_t)snprintf(buf + n, SCENARIO_TEXT - n, ",until=%s", month);
    for (int r = 0; r < REGENCY_COUNT; r++)
        if (a->in[r] && !a->in[REGENCY_COUNT - 1 - r])
            (void)snprintf(buf + n, SCENARIO_TEXT - n, ",in=%s", regency_slug((enum regency)r));
}

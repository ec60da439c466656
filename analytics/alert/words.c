/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "collector/common/buf.h"
#include "collector/common/civil.h"
#include "smstext.h"

enum {
    VALUE = 400
};

struct words_facts words_nothing(void)
{
    return (struct words_facts){.place = "",
                                .phone = "",
                                .technician = "",
                                .list = "",
                                .shorter = {"", ""},
                                .sensor = "",
                                .ended = CAUSE_COUNT,
                                .value = NAN,
                                .threshold = NAN,
                                .do_mg_l = NAN,
                                .temp_c = NAN,
                                .ph = NAN,
                                .drop_mg_l = NAN,
                                .minutes = NAN,
                                .do_min_mg_l = NAN,
                                .deaths = NAN,
                                .deaths_usual = NAN};
}

void words_number(char *buf, size_t size, double v, int decimals, bool english)
{
    char *dot;

    if (!isfinite(v)) {
        (void)snprintf(buf, size, "-");
        return;
    }
    (void)snprintf(buf, size, "%.*f", decimals, v);
    dot = strchr(buf, '.');
    if (dot != NULL && !english)
        *dot = ',';
}

void words_clock(char *buf, size_t size, int64_t ts_ms, bool english)
{
    struct civil c = civil_from_ts(ts_ms);

    if (ts_ms <= 0)
        (void)snprintf(buf, size, "-");
    else
        (void)snprintf(buf, size, english ? "%02d:%02d" : "%02d.%02d", c.hour, c.minute);
}

const char *words_metric(enum metric m, bool english)
{
    static const struct {
        enum metric metric;
        const char *word[2];
    } NAME[] = {
        {METRIC_DO_MG_L, {"oksigen", "oxygen"}},
        {METRIC_TEMP_C, {"suhu", "temperature"}},
        {METRIC_PH, {"pH", "pH"}},
        {METRIC_NH3_N_MG_L, {"amonia", "ammonia"}},
        {METRIC_TAN_N_MG_L, {"amonia total", "total ammonia"}},
        {METRIC_TURB_NTU, {"kekeruhan", "turbidity"}},
    };

    for (size_t i = 0; i < sizeof NAME / sizeof NAME[0]; i++)
        if (NAME[i].metric == m)
            return NAME[i].word[english];
    return metric_info(m)->name;
}

/* What stands for {name}; false: there is no such name. */
static bool value_of(const char *name, size_t n, enum cause c, const struct words_facts *f,
                     bool english, char out[static VALUE])
{
    const bool two = c == CAUSE_AMMONIA_HIGH; /* ammonia: its limits are hundredths */
    const struct {
        const char *name;
        double number;
        int decimals;
    } NUMBER[] = {
        {"do", isnan(f->do_mg_l) ? f->value : f->do_mg_l, 1},
        {"batas", f->threshold, two ? 2 : 1},
        {"ph", f->ph, 1},
        {"suhu", f->temp_c, 1},
        {"nh3", f->value, 2},
        {"ntu", f->value, 0},
        {"nilai", f->value, two ? 2 : 1},
        {"turun", f->drop_mg_l, 1},
        {"menit", f->minutes, 0},
        {"do_min", f->do_min_mg_l, 1},
        {"mati", f->deaths, 0},
        {"biasa", f->deaths_usual, 0},
        {"n", f->ponds, 0},
        {"n_aman", f->well, 0},
    };
    const struct {
        const char *name;
        int64_t ms;
    } CLOCK[] = {{"jam", f->ts_ms}, {"jam_mulai", f->start_ms}, {"jam_dusk", f->dusk_ms}};
    char worker[64];

    (void)snprintf(worker, sizeof worker, "%s%s%s", english ? "the extension worker" : "penyuluh",
                   f->phone[0] != '\0' ? " " : "", f->phone);
    const struct {
        const char *name, *text;
    } TEXT[] = {
        {"kolam", f->place},
        {"penyuluh", worker},
        {"telp", f->phone[0] != '\0' ? f->phone
                 : english           ? "your extension worker"
                                     : "penyuluh"},
        {"telp_teknisi", f->technician[0] != '\0' ? f->technician
                         : english                ? "the device's seller"
                                                  : "penjual alat"},
        {"sensor", f->sensor},
        {"judul", WORDS[c].title[english]},
        {"sebab", f->ended < CAUSE_COUNT ? WORDS[f->ended].title[english] : "-"},
    };

    for (size_t i = 0; i < sizeof NUMBER / sizeof NUMBER[0]; i++)
        if (strlen(NUMBER[i].name) == n && memcmp(NUMBER[i].name, name, n) == 0)
            return words_number(out, VALUE, NUMBER[i].number, NUMBER[i].decimals, english), true;
    for (size_t i = 0; i < sizeof CLOCK / sizeof CLOCK[0]; i++)
        if (strlen(CLOCK[i].name) == n && memcmp(CLOCK[i].name, name, n) == 0)
            return words_clock(out, VALUE, CLOCK[i].ms, english), true;
    for (size_t i = 0; i < sizeof TEXT / sizeof TEXT[0]; i++)
        if (strlen(TEXT[i].name) == n && memcmp(TEXT[i].name, name, n) == 0)
            return (void)snprintf(out, VALUE, "%s", TEXT[i].text), true;
    return false;
}

static void fill(struct buf *b, const char *text, enum cause c, const struct words_facts *f,
                 bool english)
{
    static const char LIST[] = "{daftar}";
    char value[VALUE];

    while (*text != '\0') {
        size_t n = strcspn(text, "{");
        const char *end;

        buf_add(b, text, n);
        text += n;
        if (*text == '\0')
            return;
        if (strncmp(text, LIST, sizeof LIST - 1) == 0) { /* of any length */
            buf_str(b, f->list);
            text += sizeof LIST - 1;
            continue;
        }
        end = strchr(text, '}');
        if (end == NULL || !value_of(text + 1, (size_t)(end - text - 1), c, f, english, value)) {
            buf_add(b, text++, 1); /* no name of ours: it stays as it is, and a test sees it */
            continue;
        }
        buf_str(b, value);
        text = end + 1;
    }
}

/* Copies what fits, cut before a character that does not. */
static void keep(char *out, size_t size, const struct buf *b)
{
    size_t n = b->n < size ? b->n : size - 1;

    while (n < b->n && n > 0 && ((unsigned char)b->p[n] & 0xc0U) == 0x80U)
        n--;
    if (n > 0)
        memcpy(out, b->p, n);
    out[n] = '\0';
}

/* "BAHAYA" stands in the SMS of a danger, and nowhere else. */
static void danger_word(struct buf *b, const char *sms, enum alarm_severity s, bool english)
{
    static const char TAG[] = "[NILA] ";
    const char *word = english ? "DANGER " : "BAHAYA ", *at = strstr(sms, word);
    size_t tag = strncmp(sms, TAG, sizeof TAG - 1) == 0 ? sizeof TAG - 1 : 0;

    if (s == ALARM_DANGER && at == NULL) {
        buf_add(b, sms, tag);
        buf_printf(b, "%s%s", word, sms + tag);
    } else if (s != ALARM_DANGER && at != NULL) {
        buf_add(b, sms, (size_t)(at - sms));
        buf_str(b, at + strlen(word));
    } else {
        buf_str(b, sms);
    }
}

/* Is the cause about a device, and not about the water? */
static bool of_device(enum cause c)
{
    enum cause_group g = c < CAUSE_COUNT ? cause_info(c)->group : GROUP_NONE;

    return g == GROUP_DATA || g == GROUP_SENSOR || g == GROUP_FOULING || g == GROUP_COLLECTOR ||
           g == GROUP_CHANNEL;
}

static const struct words_row *variant(enum cause c, enum alarm_severity s,
                                       const struct words_facts *f)
{
    static const struct words_row USUAL = {{NULL, NULL}, {NULL, NULL}, {NULL, NULL}, {NULL, NULL}};
    enum cause_group g = cause_info(c)->group;

    if (f->cage && (g == GROUP_OXYGEN || g == GROUP_PH || g == GROUP_AMMONIA ||
                    g == GROUP_TURBIDITY || g == GROUP_GASPING))
        return s == ALARM_DANGER ? &WORDS_CAGE_DANGER : &WORDS_CAGE_WATCH;
    if (c == CAUSE_PH_LOW && f->no_lime)
        return &WORDS_NO_LIME;
    if (c == CAUSE_NO_DATA && f->list[0] != '\0')
        return &WORDS_UNREAD;
    if (c == CAUSE_RECOVERED && f->ended == CAUSE_CHANNEL_FAULT)
        return &WORDS_CHANNEL_WELL;
    if (c == CAUSE_RECOVERED && of_device(f->ended))
        return &WORDS_DEVICE_WELL;
    return &USUAL;
}

/* "1) ... 2) ...", a line each. */
static void steps(struct buf *b, const char *text, enum cause c, const struct words_facts *f,
                  bool english)
{
    for (int k = 1; *text != '\0'; k++) {
        struct buf one = {0};
        size_t n = strcspn(text, "|");

        buf_add(&one, text, n);
        buf_printf(b, "\n%d) ", k);
        fill(b, one.p, c, f, english);
        buf_free(&one);
        text += n + (text[n] == '|');
    }
}

/* One place, with its value where the farmer knows what it is of. */
static void add_place(struct buf *b, const struct words_place *p, enum cause c, bool english)
{
    static const bool VALUED[GROUP_COUNT] = {[GROUP_OXYGEN] = true,
                                             [GROUP_PH] = true,
                                             [GROUP_AMMONIA] = true,
                                             [GROUP_TEMPERATURE] = true};
    char number[16];

    buf_str(b, p->name);
    if (!isfinite(p->value) || !VALUED[cause_info(c)->group])
        return;
    words_number(number, sizeof number, p->value, c == CAUSE_AMMONIA_HIGH ? 2 : 1, english);
    buf_printf(b, " %s", number);
}

/* head, the first k places and how many more, tail. */
static void list_places(struct buf *b, const char *head, const struct words_place *place, size_t k,
                        size_t n, enum cause c, bool english, const char *tail)
{
    buf_clear(b);
    buf_str(b, head);
    for (size_t i = 0; i < k; i++) {
        buf_str(b, i > 0 ? ", " : "");
        add_place(b, &place[i], c, english);
    }
    if (k < n)
        buf_printf(b, english ? " and %zu more" : " dan %zu lain", n - k);
    buf_str(b, tail);
}

static bool fits_sms(const struct buf *b)
{
    enum {
        REHEARSAL = 5 /* what its mark takes more than ours */
    };
    struct smstext s;

    return smstext_fit(&s, b->p) == 0 && s.before + REHEARSAL <= SMSTEXT_SEPTETS;
}

static bool fits_text(const struct buf *b)
{
    return b->n + sizeof "REHEARSAL. " < ATTEMPT_TEXT_SIZE;
}

/* As many places as there is room for, at least one. */
static void fit_places(struct buf *b, bool (*fits)(const struct buf *b), const char *head,
                       const struct words_place *place, size_t n, enum cause c, bool english,
                       const char *tail)
{
    size_t k = 1;

    for (size_t more = 2; more <= n; more++) {
        list_places(b, head, place, more, n, c, english, tail);
        if (fits(b))
            k = more;
        else if (b->n > 2 * (size_t)ATTEMPT_TEXT_SIZE)
            break;
    }
    list_places(b, head, place, k, n, c, english, tail);
}

void words_several(struct words_said *out, enum cause c, enum alarm_severity s, bool clear,
                   const struct words_place *place, size_t n, const struct words_facts *f,
                   bool english)
{
    static const char *const NOUN[4][2] = {
        {"kolam", "ponds"}, {"keramba", "cages"}, {"tempat", "places"}, {"saluran", "channels"}};
    static const char *const OVER[2][2] = {{" KEMBALI AMAN", " BACK TO NORMAL"},
                                           {" SUDAH BERES", " MENDED"}};
    const char *noun = NOUN[c == CAUSE_CHANNEL_FAULT ? 3 : f->mixed ? 2 : f->cage ? 1 : 0][english];
    const enum cause told = clear ? CAUSE_RECOVERED : c;
    const struct words_row *w = &WORDS[told], *v = variant(told, s, f);
    const char *step = v->steps[english] != NULL ? v->steps[english] : w->steps[english];
    const char *what = v->title[english] != NULL ? v->title[english] : w->title[english];
    const char *danger = s != ALARM_DANGER ? "" : english ? "DANGER " : "BAHAYA ";
    const char *over = clear ? OVER[of_device(c)][english] : "";
    struct buf title = {0}, text = {0}, sms = {0}, head = {0}, first = {0}, rest = {0}, one = {0};

    buf_printf(&title, "%zu %s: %s", n, noun, what);
    buf_printf(&head, "[NILA] %s%zu %s%s, %s: ", danger, n, noun, over, WORDS[c].title[english]);
    buf_add(&one, step, strcspn(step, "|"));
    buf_str(&first, ". ");
    fill(&first, one.p, told, f, english);
    fit_places(&sms, fits_sms, head.p, place, n, c, english, clear ? "." : first.p);
    if (!fits_sms(&sms)) /* the names count for more than the step */
        fit_places(&sms, fits_sms, head.p, place, n, c, english, ".");
    buf_clear(&head);
    buf_printf(&head, "%zu %s%s, %s: ", n, noun, over, WORDS[c].title[english]);
    buf_str(&rest, ".");
    steps(&rest, step, told, f, english);
    fit_places(&text, fits_text, head.p, place, n, c, english, rest.p);
    keep(out->title, sizeof out->title, &title);
    keep(out->text, sizeof out->text, &text);
    keep(out->sms, sizeof out->sms, &sms);
    buf_free(&title);
    buf_free(&text);
    buf_free(&sms);
    buf_free(&head);
    buf_free(&first);
    buf_free(&rest);
    buf_free(&one);
}

/* What is said, as text and as SMS. */
struct saying {
    enum cause c;
    enum alarm_severity s;
    const struct words_row *w, *v;
    bool english;
};

static void say_text(struct buf *b, const struct saying *y, const struct words_facts *f)
{
    const int k = y->english;

    buf_clear(b);
    fill(b, y->v->what[k] != NULL ? y->v->what[k] : y->w->what[k], y->c, f, y->english);
    steps(b, y->v->steps[k] != NULL ? y->v->steps[k] : y->w->steps[k], y->c, f, y->english);
}

static void say_sms(struct buf *b, const struct saying *y, const struct words_facts *f)
{
    const int k = y->english;
    struct buf danger = {0};

    buf_clear(b);
    danger_word(&danger, y->v->sms[k] != NULL ? y->v->sms[k] : y->w->sms[k], y->s, y->english);
    fill(b, danger.p, y->c, f, y->english);
    buf_free(&danger);
}

/* The first k of n ponds of a list, and how many more. */
static void first_of(struct buf *b, const char *list, size_t k, size_t n, bool english)
{
    const char *end = list;

    for (size_t i = 0; i < k; i++)
        end = strstr(end + (i > 0 ? sizeof WORDS_BETWEEN - 1 : 0), WORDS_BETWEEN);
    buf_clear(b);
    buf_add(b, list, (size_t)(end - list));
    buf_printf(b, english ? " and %zu more" : " dan %zu lain", n - k);
}

typedef void say_it(struct buf *b, const struct saying *y, const struct words_facts *f);
typedef bool it_fits(const struct buf *b);

/* A list of ponds gives way to what is to be done: less of each, then as many as there is room for. */
static void fit_list(struct buf *b, say_it *say, it_fits *fits, const struct saying *y,
                     const struct words_facts *f)
{
    struct words_facts some = *f;
    const char *list = f->list;
    struct buf fewer = {0};
    size_t n = 1;

    say(b, y, f);
    if (cause_info(y->c)->group != GROUP_NONE)
        return;
    for (size_t i = 0; i < WORDS_SHORTER && !fits(b); i++)
        if (f->shorter[i][0] != '\0') {
            some.list = list = f->shorter[i];
            say(b, y, &some);
        }
    for (const char *p = list; (p = strstr(p, WORDS_BETWEEN)) != NULL; p++)
        n++;
    for (size_t k = n - 1; k > 0 && !fits(b); k--) {
        first_of(&fewer, list, k, n, y->english);
        some.list = fewer.p;
        say(b, y, &some);
    }
    buf_free(&fewer);
}

void words_say(struct words_said *out, enum cause c, enum alarm_severity s,
               const struct words_facts *f, bool english)
{
    const struct words_row *w = &WORDS[c], *v = variant(c, s, f);
    const struct saying y = {c, s, w, v, english};
    struct buf title = {0}, text = {0}, sms = {0};

    buf_printf(&title, "%s%s%s", f->place, f->place[0] != '\0' ? ": " : "",
               v->title[english] != NULL ? v->title[english] : w->title[english]);
    fit_list(&text, say_text, fits_text, &y, f);
    fit_list(&sms, say_sms, fits_sms, &y, f);
    keep(out->title, sizeof out->title, &title);
    keep(out->text, sizeof out->text, &text);
    keep(out->sms, sizeof out->sms, &sms);
    buf_free(&title);
    buf_free(&text);
    buf_free(&sms);
}

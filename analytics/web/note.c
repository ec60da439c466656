/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "note.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/records/contacts.h"
#include "collector/common/civil.h"

static const char *const HARVEST_WORD[] = {"partial", "final", "retail", NULL};
static const enum text HARVEST_TEXT[] = {TEXT_NOTE_PARTIAL, TEXT_NOTE_FINAL, TEXT_NOTE_RETAIL};
static const char *const WORDS_WORD[] = {"water", "treatment", "feed", "river", "other", NULL};
static const enum text WORDS_TEXT[] = {TEXT_NOTE_OF_WATER, TEXT_NOTE_OF_TREATMENT,
                                       TEXT_NOTE_OF_FEED, TEXT_NOTE_OF_RIVER, TEXT_NOTE_OF_OTHER};
/* Offered, not asked for: other words are taken as well. fish/losses.h tells flood, theft and predators by them. */
static const enum text CAUSES[] = {TEXT_CAUSE_OXYGEN,  TEXT_CAUSE_ACID,     TEXT_CAUSE_ILL,
                                   TEXT_CAUSE_STOCKED, TEXT_CAUSE_HANDLED,  TEXT_CAUSE_FLOOD,
                                   TEXT_CAUSE_THEFT,   TEXT_CAUSE_PREDATOR, TEXT_CAUSE_UNKNOWN,
                                   TEXT_COUNT};

/* clang-format off */
static const struct {
    const char *name;
    enum text title;
    enum records_table table;
    size_t n;
    struct note_field field[NOTE_FIELDS_MAX];
} KIND[NOTE_KINDS] = {
    [NOTE_STOCK] = {"tebar", TEXT_NOTE_STOCK, RECORDS_CYCLES, 3, {
        {"jumlah", "count", TEXT_NOTE_STOCKED, TEXT_COUNT, true, true, true, false, 1, 10000000, 100, "", NULL, NULL, NULL},
        {"berat", "mass_g", TEXT_NOTE_STOCKED_G, TEXT_NOTE_STOCKED_HINT, true, true, false, false, 0.01, 1000, 1, "", NULL, NULL, NULL},
        {"harga", "price_idr_each", TEXT_NOTE_PRICE_EACH, TEXT_NOTE_PRICE_HINT, true, false, false, true, 0, 1000000, 50, "", NULL, NULL, NULL}}},
    [NOTE_FEED] = {"pakan", TEXT_NOTE_FEED, RECORDS_FEED, 3, {
        {"jumlah", "feed_kg", TEXT_NOTE_FEED_KG, TEXT_COUNT, true, true, false, false, 0.01, 100000, 1, "", NULL, NULL, NULL},
        {"jenis", "kind", TEXT_NOTE_FEED_KIND, TEXT_NOTE_FEED_HINT, false, false, false, false, 0, 0, 0, "", NULL, NULL, NULL},
        {"harga", "price_idr_kg", TEXT_NOTE_PRICE, TEXT_NOTE_PRICE_HINT, true, false, false, true, 0, 10000000, 500, "", NULL, NULL, NULL}}},
    [NOTE_SAMPLE] = {"sampling", TEXT_NOTE_SAMPLE, RECORDS_SAMPLES, 2, {
        {"jumlah", "fish", TEXT_NOTE_SAMPLE_FISH, TEXT_COUNT, true, true, true, false, 1, 100000, 1, "30", NULL, NULL, NULL},
        {"berat", "total_g", TEXT_NOTE_SAMPLE_G, TEXT_NOTE_SAMPLE_HINT, true, true, false, false, 0.01, 10000000, 100, "", NULL, NULL, NULL}}},
    [NOTE_DEATH] = {"mati", TEXT_NOTE_DEATH, RECORDS_DEATHS, 2, {
        {"jumlah", "count", TEXT_NOTE_DEAD, TEXT_COUNT, true, true, true, false, 1, 10000000, 1, "", NULL, NULL, NULL},
        {"sebab", "cause", TEXT_NOTE_CAUSE, TEXT_NOTE_CAUSE_HINT, false, false, false, false, 0, 0, 0, "", NULL, NULL, CAUSES}}},
    [NOTE_HARVEST] = {"panen", TEXT_NOTE_HARVEST, RECORDS_HARVESTS, 4, {
        {"jumlah", "kg", TEXT_NOTE_HARVEST_KG, TEXT_COUNT, true, true, false, false, 0.01, 1000000, 10, "", NULL, NULL, NULL},
        {"jenis", "kind", TEXT_NOTE_HARVEST_KIND, TEXT_NOTE_HARVEST_HINT, false, true, false, false, 0, 0, 0, "partial", HARVEST_WORD, HARVEST_TEXT, NULL},
        {"ukuran", "fish_per_kg", TEXT_NOTE_PER_KG, TEXT_NOTE_PER_KG_HINT, true, false, false, false, 0.2, 2000, 1, "", NULL, NULL, NULL},
        {"harga", "price_idr_kg", TEXT_NOTE_PRICE, TEXT_NOTE_PRICE_HINT, true, false, false, true, 0, 10000000, 500, "", NULL, NULL, NULL}}},
    [NOTE_PRESTOCK] = {"cek", TEXT_NOTE_PRESTOCK, RECORDS_PRESTOCK, 8, {
        {"ph", "ph_pond", TEXT_NOTE_PH_POND, TEXT_NOTE_PRESTOCK_HINT, true, false, false, false, 2, 12, 0.1, "", NULL, NULL, NULL},
        {"phkantong", "ph_bag", TEXT_NOTE_PH_BAG, TEXT_COUNT, true, false, false, false, 2, 12, 0.1, "", NULL, NULL, NULL},
        {"suhu", "temp_pond_c", TEXT_NOTE_TEMP_POND, TEXT_COUNT, true, false, false, false, 5, 45, 0.5, "", NULL, NULL, NULL},
        {"suhukantong", "temp_bag_c", TEXT_NOTE_TEMP_BAG, TEXT_COUNT, true, false, false, false, 5, 45, 0.5, "", NULL, NULL, NULL},
        {"oksigen", "do_pond_mg_l", TEXT_NOTE_DO_POND, TEXT_COUNT, true, false, false, false, 0, 25, 0.1, "", NULL, NULL, NULL},
        {"menit", "acclimatised_min", TEXT_NOTE_MINUTES, TEXT_NOTE_MINUTES_HINT, true, false, true, false, 0, 1440, 5, "", NULL, NULL, NULL},
        {"dihitung", "sample_count", TEXT_NOTE_COUNTED, TEXT_COUNT, true, false, true, false, 1, 100000, 10, "", NULL, NULL, NULL},
        {"mati", "dead_on_arrival", TEXT_NOTE_ARRIVED_DEAD, TEXT_COUNT, true, false, true, false, 0, 100000, 1, "", NULL, NULL, NULL}}},
    [NOTE_WORDS] = {"catatan", TEXT_NOTE_WORDS, RECORDS_NOTES, 2, {
        {"jenis", "kind", TEXT_NOTE_WORDS_KIND, TEXT_COUNT, false, true, false, false, 0, 0, 0, "water", WORDS_WORD, WORDS_TEXT, NULL},
        {"isi", "text", TEXT_NOTE_WORDS_TEXT, TEXT_NOTE_WORDS_HINT, false, true, false, false, 0, 0, 0, "", NULL, NULL, NULL}}},
    [NOTE_WATER] = {"air", TEXT_NOTE_WATER, RECORDS_TABLES, 1, {
        {"jumlah", NULL, TEXT_NOTE_OXYGEN, TEXT_NOTE_OXYGEN_HINT, true, true, false, false, 0, PRESS_OXYGEN_MOST, 0.1, "", NULL, NULL, NULL}}},
};
/* clang-format on */

const char *note_name(enum note_kind k)
{
    return KIND[k].name;
}

int note_find(const char *name, enum note_kind *out)
{
    for (int k = 0; k < NOTE_KINDS; k++)
        if (strcmp(name, KIND[k].name) == 0) {
            *out = (enum note_kind)k;
            return 0;
        }
    return NILA_ERR_NOT_FOUND;
}

enum text note_title(enum note_kind k)
{
    return KIND[k].title;
}

enum records_table note_table(enum note_kind k)
{
    return KIND[k].table;
}

const struct note_field *note_fields(enum note_kind k, size_t *n)
{
    *n = KIND[k].n;
    return KIND[k].field;
}

static size_t digits(const char *p)
{
    return strspn(p, "0123456789");
}

/* Copies text without its groups of thousands and with a point before the decimals; false: it is no number. */
static bool plain_number(const char *text, char group, char *out, size_t size)
{
    char comma = group == '.' ? ',' : '.';
    size_t n = digits(text), at = 0;
    const char *p = text;

    if (n == 0 || strlen(text) + 1 > size)
        return false;
    if (n <= 3 && p[n] == group && digits(p + n + 1) == 3) { /* 1.234 or 1.234.567 */
        memcpy(out, p, n);
        at = n;
        for (p += n; *p == group && digits(p + 1) == 3; p += 4, at += 3)
            memcpy(out + at, p + 1, 3);
    } else {
        memcpy(out, p, n);
        at = n;
        p += n;
        if (*p == group) /* 12.5 where a comma is usual: telephones have but one key */
            comma = group;
    }
    if (*p == comma) {
        n = digits(++p);
        if (n == 0)
            return false;
        out[at++] = '.';
        memcpy(out + at, p, n);
        at += n;
        p += n;
    }
    out[at] = '\0';
    return *p == '\0';
}

int note_number(const char *text, enum lang lang, double *out)
{
    char plain[NOTE_TEXT_SIZE];

    if (strlen(text) > 20 || !plain_number(text, lang == LANG_ID ? '.' : ',', plain, sizeof plain))
        return NILA_ERR_PARSE;
    *out = strtod(plain, NULL); /* digits and a point: the process's locale is "C" */
    return 0;
}

static enum note_fault check_number(const struct note_field *f, const char *text, enum lang lang,
                                    char cell[NOTE_TEXT_SIZE])
{
    double v;

    if (note_number(text, lang, &v) != 0)
        return NOTE_NO_NUMBER;
    if (f->whole && fabs(v - round(v)) > 1e-9)
        return NOTE_NOT_WHOLE;
    if (v < f->low || v > f->high)
        return NOTE_OUT_OF_RANGE;
    /* four decimals: three would be taken for thousands by those who read the records */
    (void)snprintf(cell, NOTE_TEXT_SIZE, "%.*f", f->whole ? 0 : 4, v);
    return NOTE_FINE;
}

static enum note_fault check_words(const struct note_field *f, const char *text,
                                   char cell[NOTE_TEXT_SIZE])
{
    for (size_t i = 0; f->words != NULL; i++) {
        if (f->words[i] == NULL)
            return NOTE_NO_WORD;
        if (strcmp(f->words[i], text) == 0)
            break;
    }
    (void)snprintf(cell, NOTE_TEXT_SIZE, "%s", text);
    return NOTE_FINE;
}

static enum note_fault check_field(const struct note_field *f, const char *text, enum lang lang,
                                   char cell[NOTE_TEXT_SIZE])
{
    if (*text == '\0')
        return f->needed ? NOTE_EMPTY : NOTE_FINE;
    return f->number ? check_number(f, text, lang, cell) : check_words(f, text, cell);
}

static enum note_fault check_day(const char *text, int32_t today)
{
    int32_t day;

    if (*text == '\0')
        return NOTE_EMPTY;
    if (civil_parse_day(text, &day) != 0)
        return NOTE_NO_DAY;
    return day > today ? NOTE_FUTURE : day < today - NOTE_DAYS_BACK ? NOTE_LONG_AGO : NOTE_FINE;
}

size_t note_check(struct note *n, int32_t today, bool money, enum lang lang)
{
    size_t fields, faults = 0;
    const struct note_field *f = note_fields(n->kind, &fields);

    n->day_fault = n->kind == NOTE_WATER ? NOTE_FINE : check_day(n->day, today);
    faults += n->day_fault != NOTE_FINE;
    for (size_t i = 0; i < fields; i++) {
        n->cell[i][0] = '\0';
        n->fault[i] = f[i].money && !money ? NOTE_FINE
                      : n->fault[i] == NOTE_TOO_LONG
                          ? NOTE_TOO_LONG
                          : check_field(&f[i], n->text[i], lang, n->cell[i]);
        faults += n->fault[i] != NOTE_FINE;
    }
    return faults;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "columns.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/buf.h"
#include "collector/common/civil.h"
#include "collector/common/csv_number.h"
#include "collector/common/tongue.h"
#include "contacts.h"
#include "keys.h"
#include "places.h"
#include "users.h"

static const char *const REGENCY[] = {"kotim", "seruyan", NULL};
static const char *const SYSTEM[] = {"pond", "biofloc", "tarpaulin", "cage", NULL};
static const char *const SEX[] = {"male", "mixed", "unknown", NULL};
static const char *const HARVEST[] = {"partial", "final", "retail", NULL};
static const char *const LEDGER[] = {"production", "sale", "transfer", NULL};
static const char *const CODES[] = {"kemendagri", "bps", NULL};
static const char *const STATUS[] = {"provisional", "final", "target", NULL};
static const char *const FOUND[] = {"yes", "no", NULL};
static const char *const LANGUAGE[] = {"id", "en", NULL};
static const char *const TURN[] = {"first", "second", NULL};
static const char *const NOTE[] = {"water", "treatment", "feed", "river", "other", NULL};
static const char *const RIVER[] = {"normal", "high", "flood", "low", "acid", "muddy", NULL};
static const char *const NODE[] = {"joint", "kotim", "seruyan", NULL};

/* Bounds catch slips of the pen (grams for kilograms, a telephone number for a count), not unusual farms. */
/* clang-format off */
static const struct columns TABLE[RECORDS_TABLES] = {
    [RECORDS_FARMS] = {7, {
        {"farm",      COLUMN_KEY,  true,  0, 0, NULL},
        {"name",      COLUMN_NAME, true,  0, 0, NULL},
        {"regency",   COLUMN_WORD, true,  0, 0, REGENCY},
        {"kecamatan", COLUMN_NAME, true,  0, 0, NULL},
        {"village",   COLUMN_NAME, false, 0, 0, NULL},
        {"group",     COLUMN_NAME, false, 0, 0, NULL},
        {"kusuka",    COLUMN_NAME, false, 0, 0, NULL}}},
    [RECORDS_PONDS] = {6, {
        {"pond",      COLUMN_KEY,    true, 0,   0,      NULL},
        {"farm",      COLUMN_FARM,   true, 0,   0,      NULL},
        {"name",      COLUMN_NAME,   true, 0,   0,      NULL},
        {"system",    COLUMN_WORD,   true, 0,   0,      SYSTEM},
        {"area_m2",   COLUMN_NUMBER, true, 1,   100000, NULL},
        {"depth_m",   COLUMN_NUMBER, true, 0.3, 10,     NULL}}},
    [RECORDS_CYCLES] = {11, {
        {"cycle",          COLUMN_KEY,    true,  0,    0,        NULL},
        {"pond",           COLUMN_POND,   true,  0,    0,        NULL},
        {"stocked_on",     COLUMN_DAY,    true,  0,    0,        NULL},
        {"count",          COLUMN_WHOLE,  true,  1,    10000000, NULL},
        {"mass_g",         COLUMN_NUMBER, true,  0.01, 1000,     NULL},
        {"strain",         COLUMN_NAME,   false, 0,    0,        NULL},
        {"sex",            COLUMN_WORD,   false, 0,    0,        SEX},
        {"source",         COLUMN_NAME,   false, 0,    0,        NULL},
        {"price_idr_each", COLUMN_NUMBER, false, 0,    1000000,  NULL},
        {"size_cm",        COLUMN_NUMBER, false, 0.5,  40,       NULL},
        {"hatchery",       COLUMN_NAME,   false, 0,    0,        NULL}}},
    [RECORDS_FEED] = {7, {
        {"pond",        COLUMN_POND,   true,  0,     0,      NULL},
        {"on",          COLUMN_DAY,    true,  0,     0,      NULL},
        {"feed_kg",     COLUMN_NUMBER, true,  0.001, 100000, NULL},
        {"kind",        COLUMN_NAME,   false, 0,     0,      NULL},
        {"brand",       COLUMN_NAME,   false, 0,     0,      NULL},
        {"protein_pct", COLUMN_NUMBER, false, 0,     100,    NULL},
        {"price_idr_kg", COLUMN_NUMBER, false, 0,    1000000, NULL}}},
    [RECORDS_SAMPLES] = {7, {
        {"pond",    COLUMN_POND,   true,  0,    0,        NULL},
        {"on",      COLUMN_DAY,    true,  0,    0,        NULL},
        {"fish",    COLUMN_WHOLE,  false, 1,    100000,   NULL},
        {"total_g", COLUMN_NUMBER, false, 0.01, 10000000, NULL},
        {"mass_g",  COLUMN_NUMBER, false, 0.01, 5000,     NULL},
        {"gear",    COLUMN_NAME,   false, 0,    0,        NULL},
        {"places",  COLUMN_WHOLE,  false, 1,    100,      NULL}}},
    [RECORDS_DEATHS] = {4, {
        {"pond",  COLUMN_POND,  true,  0, 0,        NULL},
        {"on",    COLUMN_DAY,   true,  0, 0,        NULL},
        {"count", COLUMN_WHOLE, true,  1, 10000000, NULL},
        {"cause", COLUMN_NAME,  false, 0, 0,        NULL}}},
    [RECORDS_HARVESTS] = {9, {
        {"pond",         COLUMN_POND,   true,  0,    0,       NULL},
        {"on",           COLUMN_DAY,    true,  0,    0,       NULL},
        {"kg",           COLUMN_NUMBER, true,  0.01, 1000000, NULL},
        {"fish_per_kg",  COLUMN_NUMBER, false, 0.2,  2000,    NULL},
        {"kind",         COLUMN_WORD,   true,  0,    0,       HARVEST},
        {"buyer",        COLUMN_NAME,   false, 0,    0,       NULL},
        {"price_idr_kg", COLUMN_NUMBER, false, 0,    10000000, NULL},
        {"debt_idr",     COLUMN_NUMBER, false, 0,    1e12,    NULL},
        {"photo",        COLUMN_SLUG,   false, 0,    0,       NULL}}},
    [RECORDS_FINGERLINGS] = {7, {
        {"on",       COLUMN_DAY,    true,  0,   0,        NULL},
        {"hatchery", COLUMN_NAME,   true,  0,   0,        NULL},
        {"kind",     COLUMN_WORD,   true,  0,   0,        LEDGER},
        {"count",    COLUMN_WHOLE,  true,  1,   10000000, NULL},
        {"size_cm",  COLUMN_NUMBER, false, 0.5, 20,       NULL},
        {"from",     COLUMN_WORD,   true,  0,   0,        REGENCY},
        {"to",       COLUMN_WORD,   false, 0,   0,        REGENCY}}},
    [RECORDS_OFFICIAL] = {9, {
        {"code_system", COLUMN_WORD,   true, 0, 0,    CODES},
        {"code",        COLUMN_NAME,   true, 0, 0,    NULL},
        {"name",        COLUMN_NAME,   true, 0, 0,    NULL},
        {"period",      COLUMN_PERIOD, true, 0, 0,    NULL},
        {"kg",          COLUMN_NUMBER, true, 0, 1e9,  NULL},
        {"status",      COLUMN_WORD,   true, 0, 0,    STATUS},
        {"cut_off",     COLUMN_DAY,    true, 0, 0,    NULL},
        {"revision",    COLUMN_WHOLE,  true, 0, 1000, NULL},
        {"source",      COLUMN_NAME,   true, 0, 0,    NULL}}},
    [RECORDS_REGISTRY] = {6, {
        {"kecamatan", COLUMN_NAME,  true,  0, 0,       NULL},
        {"system",    COLUMN_WORD,  true,  0, 0,       SYSTEM},
        {"farms",     COLUMN_WHOLE, true,  0, 1000000, NULL},
        {"ponds",     COLUMN_WHOLE, false, 0, 1000000, NULL},
        {"source",    COLUMN_NAME,  true,  0, 0,       NULL},
        {"as_of",     COLUMN_DAY,   true,  0, 0,       NULL}}},
    [RECORDS_ASSUMPTIONS] = {9, {
        {"key",    COLUMN_WORD,   true,  0,    0,   KEYS_NAMES},
        {"node",   COLUMN_WORD,   true,  0,    0,   NODE},
        {"value",  COLUMN_NUMBER, true,  -100, 1e9, NULL},
        {"low",    COLUMN_NUMBER, false, -100, 1e9, NULL},
        {"high",   COLUMN_NUMBER, false, -100, 1e9, NULL},
        {"unit",   COLUMN_NAME,   true,  0,    0,   NULL},
        {"months", COLUMN_MONTHS, false, 0,    0,   NULL},
        {"source", COLUMN_NAME,   true,  0,    0,   NULL},
        {"on",     COLUMN_DAY,    true,  0,    0,   NULL}}},
    [RECORDS_CLASSES] = {4, {
        {"system", COLUMN_WORD, true, 0, 0, SYSTEM},
        {"class",  COLUMN_NAME, true, 0, 0, NULL},
        {"source", COLUMN_NAME, true, 0, 0, NULL},
        {"on",     COLUMN_DAY,  true, 0, 0, NULL}}},
    [RECORDS_SURVEY] = {7, {
        {"quarter",    COLUMN_QUARTER, true,  0, 0,       NULL},
        {"kecamatan",  COLUMN_NAME,    true,  0, 0,       NULL},
        {"system",     COLUMN_WORD,    true,  0, 0,       SYSTEM},
        {"serial",     COLUMN_WHOLE,   true,  1, 1000000, NULL},
        {"on",         COLUMN_DAY,     true,  0, 0,       NULL},
        {"found",      COLUMN_WORD,    true,  0, 0,       FOUND},
        {"kg_quarter", COLUMN_NUMBER,  false, 0, 1000000, NULL}}},
    [RECORDS_CONTACTS] = {12, {
        {"contact",     COLUMN_SLUG, true,  0, 0, NULL},
        {"name",        COLUMN_NAME, true,  0, 0, NULL},
        {"phone",       COLUMN_NAME, false, 0, 0, NULL},
        {"telegram",    COLUMN_NAME, false, 0, 0, NULL},
        {"mail",        COLUMN_NAME, false, 0, 0, NULL},
        {"language",    COLUMN_WORD, false, 0, 0, LANGUAGE},
        {"answers_for", COLUMN_NAME, true,  0, 0, NULL},
        {"order",       COLUMN_WORD, true,  0, 0, TURN},
        {"quiet",       COLUMN_NAME, false, 0, 0, NULL},
        {"channels",    COLUMN_NAME, false, 0, 0, NULL},
        {"active",      COLUMN_WORD, false, 0, 0, FOUND},
        {"on",          COLUMN_DAY,  true,  0, 0, NULL}}},
    [RECORDS_LIMITS] = {6, {
        {"pond",   COLUMN_POND,   true,  0, 0,   NULL},
        {"key",    COLUMN_WORD,   true,  0, 0,   CONTACTS_LIMITS},
        {"value",  COLUMN_NUMBER, false, 0, 500, NULL},
        {"reason", COLUMN_NAME,   true,  0, 0,   NULL},
        {"by",     COLUMN_NAME,   true,  0, 0,   NULL},
        {"on",     COLUMN_DAY,    true,  0, 0,   NULL}}},
    [RECORDS_GROUPS] = {4, {
        {"group",     COLUMN_KEY,  true,  0, 0, NULL},
        {"name",      COLUMN_NAME, true,  0, 0, NULL},
        {"kecamatan", COLUMN_NAME, true,  0, 0, NULL},
        {"village",   COLUMN_NAME, false, 0, 0, NULL}}},
    [RECORDS_SENSORS] = {7, {
        {"pond",   COLUMN_POND, true,  0, 0,   NULL},
        {"device", COLUMN_SLUG, true,  0, 0,   NULL},
        {"on",     COLUMN_DAY,  true,  0, 0,   NULL},
        {"until",  COLUMN_DAY,  false, 0, 0,   NULL},
        {"model",  COLUMN_NAME, false, 0, 0,   NULL},
        {"serial", COLUMN_NAME, false, 0, 0,   NULL},
        {"note",   COLUMN_NAME, false, 0, 500, NULL}}},
    [RECORDS_NOTES] = {7, {
        {"pond",   COLUMN_POND,   true,  0, 0,   NULL},
        {"on",     COLUMN_DAY,    true,  0, 0,   NULL},
        {"kind",   COLUMN_WORD,   true,  0, 0,   NOTE},
        {"text",   COLUMN_NAME,   true,  0, 500, NULL},
        {"amount", COLUMN_NUMBER, false, 0, 1e6, NULL},
        {"unit",   COLUMN_NAME,   false, 0, 20,  NULL},
        {"photo",  COLUMN_SLUG,   false, 0, 0,   NULL}}},
    [RECORDS_PRESTOCK] = {12, {
        {"pond",             COLUMN_POND,   true,  0, 0,       NULL},
        {"on",               COLUMN_DAY,    true,  0, 0,       NULL},
        {"ph_pond",          COLUMN_NUMBER, false, 2, 12,      NULL},
        {"ph_bag",           COLUMN_NUMBER, false, 2, 12,      NULL},
        {"temp_pond_c",      COLUMN_NUMBER, false, 5, 45,      NULL},
        {"temp_bag_c",       COLUMN_NUMBER, false, 5, 45,      NULL},
        {"do_pond_mg_l",     COLUMN_NUMBER, false, 0, 25,      NULL},
        {"acclimatised_min", COLUMN_WHOLE,  false, 0, 1440,    NULL},
        {"sample_count",     COLUMN_WHOLE,  false, 1, 1000000, NULL},
        {"dead_on_arrival",  COLUMN_WHOLE,  false, 0, 1000000, NULL},
        {"hatchery",         COLUMN_NAME,   false, 0, 0,       NULL},
        {"note",             COLUMN_NAME,   false, 0, 500,     NULL}}},
    [RECORDS_RIVER] = {5, {
        {"river", COLUMN_SLUG,   true,  0, 0,   NULL},
        {"on",    COLUMN_DAY,    true,  0, 0,   NULL},
        {"state", COLUMN_WORD,   true,  0, 0,   RIVER},
        {"ph",    COLUMN_NUMBER, false, 2, 12,  NULL},
        {"note",  COLUMN_NAME,   false, 0, 500, NULL}}},
};
/* clang-format on */

const struct columns *columns_of(enum records_table t)
{
    return &TABLE[t];
}

static int refuse(char *reason, const char *words)
{
    (void)snprintf(reason, COLUMN_REASON, "%s", words);
    return NILA_ERR_PARSE;
}

/* Foreign text in a complaint, cut to what a line can carry. */
static int refuse_text(char *reason, const char *text, const char *words)
{
    (void)snprintf(reason, COLUMN_REASON, "\"%.40s\" %s", text, words);
    return NILA_ERR_PARSE;
}

static int read_slug(const char *text, struct cell *out, char *reason)
{
    if (!slug_valid(text))
        return refuse_text(reason, text,
                           tongue("tidak boleh; 1 sampai 32 huruf a-z, 0-9 dan -",
                                  "is not allowed; 1 to 32 of a-z, 0-9 and -"));
    (void)snprintf(out->text, sizeof out->text, "%s", text);
    return 0;
}

/* A number of 16 digits among what is said of people is a NIK, which is not stored; cards, devices and sources have long numbers of
 * their own. */
static bool may_have_digits(const char *column)
{
    static const char *const FREE[] = {"kusuka", "serial", "model", "source", "code", "telegram"};

    for (size_t i = 0; i < sizeof FREE / sizeof FREE[0]; i++)
        if (strcmp(FREE[i], column) == 0)
            return true;
    return false;
}

static int read_name(const struct column *c, const char *text, struct cell *out, char *reason)
{
    size_t n = strlen(text), most = c->max > 0 ? (size_t)c->max : SITE_NAME_SIZE - 1;

    for (size_t i = 0; i < n; i++) /* csv.h has seen to it that the text is UTF-8 */
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            return refuse(reason, tongue("berisi ganti baris atau karakter kendali lain",
                                         "holds a line break or another control character"));
    if (n > most) {
        (void)snprintf(reason, COLUMN_REASON,
                       tongue("panjangnya %zu bita; paling panjang %zu",
                              "has %zu bytes; at most %zu are allowed"),
                       n, most);
        return NILA_ERR_PARSE;
    }
    if (!may_have_digits(c->name) && user_looks_like_nik(text))
        return refuse(reason, tongue("berisi 16 angka seperti NIK; NIK tidak disimpan",
                                     "holds 16 digits like a NIK; no NIK is stored"));
    (void)snprintf(out->text, sizeof out->text, "%s", text);
    return 0;
}

static int read_word(const char *const *words, const char *text, struct cell *out, char *reason)
{
    struct buf b = {0};

    for (size_t i = 0; words[i] != NULL; i++) {
        if (strcmp(words[i], text) == 0) {
            buf_free(&b);
            (void)snprintf(out->text, sizeof out->text, "%s", text);
            return 0;
        }
        buf_printf(&b, "%s%s",
                   i == 0                 ? ""
                   : words[i + 1] != NULL ? ", "
                                          : tongue(" atau ", " or "),
                   words[i]);
    }
    (void)snprintf(reason, COLUMN_REASON,
                   tongue("\"%.40s\" tidak boleh; %s", "\"%.40s\" is not allowed; %s"), text, b.p);
    buf_free(&b);
    return NILA_ERR_PARSE;
}

static int out_of_range(const struct column *c, const char *text, char *reason)
{
    (void)snprintf(
        reason, COLUMN_REASON,
        tongue("%.40s tidak boleh; %.10g sampai %.10g", "%.40s is not allowed; %.10g to %.10g"),
        text, c->min, c->max);
    return NILA_ERR_PARSE;
}

/* Digits only: "2.000" means two thousand here and two in English, so it is refused rather than guessed. */
static int read_whole(const struct column *c, const char *text, struct cell *out, char *reason)
{
    const char *digits = text + (text[0] == '-');
    size_t n = strlen(digits);

    if (n == 0 || digits[strspn(digits, "0123456789")] != '\0')
        return refuse_text(reason, text,
                           tongue("bukan bilangan bulat; angka saja, tanpa . atau ,",
                                  "is not a whole number; digits only, no . or , between"));
    if (n > 15)
        return out_of_range(c, text, reason);
    out->whole = strtoll(text, NULL, 10);
    if ((double)out->whole < c->min || (double)out->whole > c->max)
        return out_of_range(c, text, reason);
    return 0;
}

static int read_number(const struct column *c, const char *text, bool comma, struct cell *out,
                       char *reason)
{
    int rc = csv_number_read(text, comma, &out->number);

    if (rc == NILA_ERR_PARSE)
        return refuse_text(reason, text,
                           comma
                               ? tongue("bukan angka; seperti 1,5", "is not a number; as in 1,5")
                               : tongue("bukan angka; seperti 1.5", "is not a number; as in 1.5"));
    if (rc != 0 || out->number < c->min || out->number > c->max)
        return out_of_range(c, text, reason);
    return 0;
}

/* "24/11/2026", and what follows it. Spreadsheets in Indonesian save days so, in files with semicolons. */
static bool read_slashed(const char *text, int32_t *day, const char **rest)
{
    int part[3] = {0};
    const char *p = text;

    for (int i = 0; i < 3; i++) {
        const size_t n = strspn(p, "0123456789");
        if (i < 2 ? n < 1 || n > 2 || p[n] != '/' : n != 4)
            return false;
        part[i] = (int)strtol(p, NULL, 10);
        p += n + (i < 2);
    }
    if (part[2] < 1970 || part[1] < 1 || part[1] > 12 || part[0] < 1 ||
        part[0] > civil_days_in_month(part[2], part[1]))
        return false;
    *day = civil_day_of(part[2], part[1], part[0]);
    *rest = p;
    return true;
}

/* Which of both is the month only the file's dialect tells; with commas nobody knows. */
static int refuse_day(bool comma, const char *text, char *reason)
{
    int32_t day;
    const char *rest;

    if (!comma && read_slashed(text, &day, &rest))
        return refuse_text(
            reason, text,
            tongue("bukan tanggal; seperti 2026-11-24 (dalam berkas berkoma tidak jelas mana "
                   "bulannya)",
                   "is not a date; as in 2026-11-24 (in a file with commas nobody knows which is "
                   "the month)"));
    return refuse_text(
        reason, text,
        comma ? tongue("bukan tanggal; seperti 2026-11-24 atau "
                       "24/11/2026 (hari dahulu)",
                       "is not a date; as in 2026-11-24 or 24/11/2026 "
                       "(the day first)")
              : tongue("bukan tanggal; seperti 2026-11-24", "is not a date; as in 2026-11-24"));
}

static int read_day(bool comma, const char *text, int64_t now_ms, struct cell *out, char *reason)
{
    const char *rest = "";
    int32_t day;

    if (civil_parse_day(text, &day) != 0) {
        if (!comma || !read_slashed(text, &day, &rest) || *rest != '\0')
            return refuse_day(comma, text, reason);
        out->slashed = true;
    }
    if (day > civil_day(now_ms))
        return refuse_text(reason, text, tongue("di masa depan", "lies in the future"));
    out->whole = day;
    return 0;
}

/* "24/11/2026 17:30": as ISO 8601 has it. */
static bool read_slashed_moment(bool comma, const char *text, struct cell *out)
{
    char iso[64], date[16];
    const char *rest;
    int32_t day;

    if (!comma || !read_slashed(text, &day, &rest))
        return false;
    out->slashed = true;
    if (*rest == '\0') {
        out->whole = civil_day_start(day);
        return true;
    }
    (void)civil_format_day(date, sizeof date, day);
    (void)snprintf(iso, sizeof iso, "%s%.40s", date, rest);
    return civil_parse_iso(iso, &out->whole, NULL) == 0;
}

/* A day alone counts from its first instant: what was entered that day was known at its end. */
static int read_moment(bool comma, const char *text, int64_t now_ms, struct cell *out, char *reason)
{
    int32_t day;

    if (civil_parse_day(text, &day) == 0)
        out->whole = civil_day_start(day);
    else if (civil_parse_iso(text, &out->whole, NULL) != 0 &&
             !read_slashed_moment(comma, text, out))
        return refuse_text(reason, text,
                           tongue("bukan tanggal atau waktu; seperti 2026-11-24T17:30+07:00",
                                  "is not a date or time; as in 2026-11-24T17:30+07:00"));
    if (out->whole > now_ms)
        return refuse_text(reason, text, tongue("di masa depan", "lies in the future"));
    return 0;
}

static int read_period(const char *text, struct cell *out, char *reason)
{
    int32_t first;
    unsigned months;

    if (places_period(text, &first, &months) != 0)
        return refuse_text(reason, text,
                           tongue("bukan periode; seperti 2027-01, 2027-Q1 atau 2027",
                                  "is not a period; as in 2027-01, 2027-Q1 or 2027"));
    (void)snprintf(out->text, sizeof out->text, "%s", text);
    return 0;
}

static int read_quarter(const char *text, struct cell *out, char *reason)
{
    int32_t first;
    unsigned months;

    if (places_period(text, &first, &months) != 0 || months != 3)
        return refuse_text(
            reason, text,
            tongue("bukan triwulan; seperti 2027-Q1", "is not a quarter; as in 2027-Q1"));
    (void)snprintf(out->text, sizeof out->text, "%s", text);
    return 0;
}

static int read_months(const char *text, struct cell *out, char *reason)
{
    int32_t first, last;

    if (places_months(text, &first, &last) != 0)
        return refuse_text(reason, text,
                           tongue("bukan bulan; seperti 2027-01 atau 2027-01..2027-03",
                                  "are not months; as in 2027-01 or 2027-01..2027-03"));
    (void)snprintf(out->text, sizeof out->text, "%s", text);
    return 0;
}

int cell_read(const struct column *c, const char *text, bool comma, int64_t now_ms,
              struct cell *out, char *reason)
{
    *out = (struct cell){.empty = text[0] == '\0', .number = NAN};
    if (out->empty)
        return c->need ? refuse(reason, tongue("tidak boleh kosong", "may not be empty")) : 0;
    switch (c->kind) {
    case COLUMN_KEY:
    case COLUMN_FARM:
    case COLUMN_POND:
    case COLUMN_SLUG:
        return read_slug(text, out, reason);
    case COLUMN_NAME:
        return read_name(c, text, out, reason);
    case COLUMN_WORD:
        return read_word(c->words, text, out, reason);
    case COLUMN_WHOLE:
        return read_whole(c, text, out, reason);
    case COLUMN_NUMBER:
        return read_number(c, text, comma, out, reason);
    case COLUMN_DAY:
        return read_day(comma, text, now_ms, out, reason);
    case COLUMN_MOMENT:
        return read_moment(comma, text, now_ms, out, reason);
    case COLUMN_PERIOD:
        return read_period(text, out, reason);
    case COLUMN_QUARTER:
        return read_quarter(text, out, reason);
    case COLUMN_MONTHS:
        return read_months(text, out, reason);
    }
    return refuse(reason, tongue("tidak terbaca", "is not readable"));
}

void cell_write(const struct column *c, const struct cell *cell, char *buf, size_t size)
{
    const char *point;

    buf[0] = '\0';
    if (cell->empty)
        return;
    switch (c->kind) {
    case COLUMN_DAY:
        (void)civil_format_day(buf, size, (int32_t)cell->whole);
        return;
    case COLUMN_WHOLE:
    case COLUMN_MOMENT:
        (void)snprintf(buf, size, "%lld", (long long)cell->whole);
        return;
    case COLUMN_NUMBER:
        (void)snprintf(buf, size, "%.15g", cell->number);
        if (strtod(buf, NULL) != cell->number)
            (void)snprintf(buf, size, "%.17g", cell->number);
        point = strchr(buf, '.');
        if (point != NULL && strlen(point) == 4 && strchr(buf, 'e') == NULL)
            (void)snprintf(buf + strlen(buf), size - strlen(buf), "0"); /* 1.500 may be 1500 */
        return;
    case COLUMN_KEY:
    case COLUMN_FARM:
    case COLUMN_POND:
    case COLUMN_SLUG:
    case COLUMN_NAME:
    case COLUMN_WORD:
    case COLUMN_PERIOD:
    case COLUMN_QUARTER:
    case COLUMN_MONTHS:
        (void)snprintf(buf, size, "%s", cell->text);
        return;
    }
}

enum cell_store cell_store(enum column_kind kind)
{
    switch (kind) {
    case COLUMN_DAY:
    case COLUMN_WHOLE:
    case COLUMN_MOMENT:
        return CELL_WHOLE;
    case COLUMN_NUMBER:
        return CELL_NUMBER;
    case COLUMN_KEY:
    case COLUMN_FARM:
    case COLUMN_POND:
    case COLUMN_SLUG:
    case COLUMN_NAME:
    case COLUMN_WORD:
    case COLUMN_PERIOD:
    case COLUMN_QUARTER:
    case COLUMN_MONTHS:
        break;
    }
    return CELL_TEXT;
}

void cell_take(const struct column *c, struct db_stmt *row, int i, struct cell *out)
{
    *out = (struct cell){.empty = db_is_null(row, i), .number = NAN};
    if (out->empty)
        return;
    switch (cell_store(c->kind)) {
    case CELL_WHOLE:
        out->whole = db_integer(row, i);
        return;
    case CELL_NUMBER:
        out->number = db_number(row, i);
        return;
    case CELL_TEXT:
        db_text(row, i, out->text, sizeof out->text);
        return;
    }
}

void cell_bind(const struct column *c, const struct cell *cell, struct db_stmt *s, int i)
{
    if (cell->empty) {
        db_bind_null(s, i);
        return;
    }
    switch (cell_store(c->kind)) {
    case CELL_WHOLE:
        db_bind_integer(s, i, cell->whole);
        return;
    case CELL_NUMBER:
        db_bind_number(s, i, cell->number);
        return;
    case CELL_TEXT:
        db_bind_text(s, i, cell->text);
        return;
    }
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/web/text.h"

#define TEXT_NAME(key) #key,
static const char *const NAME[] = {
    TEXT_KEYS(TEXT_NAME) TEXT_WATER_KEYS(TEXT_NAME) TEXT_FARMER_KEYS(TEXT_NAME)
        TEXT_OFFICER_KEYS(TEXT_NAME) TEXT_ACCOUNT_KEYS(TEXT_NAME) TEXT_TECHNICIAN_KEYS(TEXT_NAME)};

/* The placeholders the pages fill, with a value for each. */
static const struct text_arg ALL[] = {
    {"kolam", "Kolam 2"},
    {"do", "1,4"},
    {"jam", "05.12 WIB"},
    {"batas", "2,0"},
    {"telp", "0812"},
    {"turun", "2,6"},
    {"ph", "5,2"},
    {"nh3", "0,55"},
    {"suhu", "33,4"},
    {"sensor", "pH"},
    {"nilai", "0,0"},
    {"ntu", "310"},
    {"teknisi", "0813"},
    {"n", "9"},
    {"m", "58"},
    {"a", "1"},
    {"b", "2"},
    {"ma", "3"},
    {"mb", "4"},
    {"min", "1"},
    {"maks", "2"},
    {"hari", "87"},
    {"tanggal", "1 Mei"},
    {"tebar", "3.000"},
    {"kg", "452"},
    {"g", "182"},
    {"bulan", "Mei"},
    {"p10", "1"},
    {"p50", "2"},
    {"p90", "3"},
    {"kapita", "12,3"},
    {"orang", "5"},
    {"draws", "400"},
    {"versi", "0.1"},
    {"waspada", "4,0"},
    {"bahaya", "2,0"},
    {"rata", "2"},
    {"tahun", "2027"},
    {"wilayah", "Kotim"},
    {"kunci", "susut"},
    {"t", "2,5"},
    {"dari", "Kotim"},
    {"ke", "Seruyan"},
    {"tulis", "96"},
    {"duga", "162"},
    {"status", "Tetap"},
    {"revisi", "revisi 1"},
    {"apa", "2027-01"},
    {"dinas", "Dinas"},
    {"p", "42 %"},
    {"rp", "12.500.000"},
    {NULL, NULL},
};

static char *filled(enum lang lang, enum text key, const struct text_arg *args)
{
    struct buf b = {0};
    buf_str(&b, "");
    text_fill(&b, lang, key, args);
    return b.p;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Names of the placeholders of a text, sorted, as "do,jam". */
static void placeholders(const char *s, char *out, size_t size)
{
    char name[16][24];
    size_t n = 0;

    out[0] = '\0';
    while ((s = strchr(s, '{')) != NULL) {
        size_t k = strcspn(s, "}") - 1;
        assert_true(n < 16 && k < sizeof name[0]);
        memcpy(name[n], s + 1, k);
        name[n++][k] = '\0';
        s++;
    }
    qsort(name, n, sizeof name[0], by_name);
    for (size_t i = 0; i < n; i++) {
        assert_true(strlen(out) + strlen(name[i]) + 2 < size);
        if (i == 0 || strcmp(name[i], name[i - 1]) != 0) {
            (void)snprintf(out + strlen(out), size - strlen(out), "%s,", name[i]);
        }
    }
}

static void every_text_has_both_languages_with_the_same_placeholders(void **state)
{
    (void)state;
    for (int key = 0; key < TEXT_COUNT; key++) {
        char id[200], en[200];
        const char *t[2];
        for (int lang = 0; lang < LANG_COUNT; lang++) {
            t[lang] = text_get((enum lang)lang, (enum text)key);
            if (t[lang] == NULL || t[lang][0] == '\0')
                fail_msg("%s: language %d is empty", NAME[key], lang);
        }
        placeholders(t[LANG_ID], id, sizeof id);
        placeholders(t[LANG_EN], en, sizeof en);
        if (strcmp(id, en) != 0)
            fail_msg("%s: placeholders %s and %s", NAME[key], id, en);
    }
}

static void no_placeholder_stays_unfilled(void **state)
{
    (void)state;
    for (int key = 0; key < TEXT_COUNT; key++) {
        for (int lang = 0; lang < LANG_COUNT; lang++) {
            char *s = filled((enum lang)lang, (enum text)key, ALL);
            if (strpbrk(s, "{}") != NULL || strstr(s, "\u2013\u2013") != NULL)
                fail_msg("%s: %s", NAME[key], s);
            free(s);
        }
    }
}

static void every_advice_has_as_many_steps_in_both_languages(void **state)
{
    (void)state;
    for (int key = 0; key < TEXT_COUNT; key++) {
        int bars[LANG_COUNT] = {0};
        for (int lang = 0; lang < LANG_COUNT; lang++)
            for (const char *p = text_get((enum lang)lang, (enum text)key); *p != '\0'; p++)
                bars[lang] += *p == '|';
        if (bars[0] != bars[1])
            fail_msg("%s: %d and %d bars", NAME[key], bars[0], bars[1]);
    }
}

static void a_value_that_is_empty_takes_its_blank_along(void **state)
{
    const struct text_arg none[] = {{"telp", ""}, {NULL, NULL}};
    const struct text_arg nothing[] = {{NULL, NULL}};
    char *s;

    (void)state;
    s = filled(LANG_ID, TEXT_DO_CRITICAL_DO, none);
    assert_non_null(strstr(s, "hubungi penyuluh."));
    free(s);
    s = filled(LANG_ID, TEXT_UPDATED, nothing); /* forgotten: a dash, never a brace */
    assert_string_equal(s, "Diperbarui \u2013.");
    free(s);
}

static void a_value_with_braces_is_not_filled_again(void **state)
{
    const struct text_arg args[] = {{"kolam", "{jam}"}, {"jam", "05.12"}, {NULL, NULL}};
    char *s = filled(LANG_ID, TEXT_NO_DATA_NEVER_WHAT, args);

    (void)state;
    assert_string_equal(
        s, "{jam} tidak mengirim data dalam 7 hari terakhir. Keadaan air tidak diketahui.");
    free(s);
}

static void every_reason_has_an_advice(void **state)
{
    (void)state;
    for (int reason = 0; reason < REASON_COUNT; reason++) {
        for (int level = STATUS_OK; level <= STATUS_DANGER; level++) {
            struct pond_status s = {.level = (enum status_level)level,
                                    .reason = (enum status_reason)reason,
                                    .value = 1,
                                    .ts_ms = 1};
            struct text_advice a = text_advice_of(&s, POND_SYSTEM_POND);
            /* TEXT_APP is entry 0: what a forgotten row of the table would give. */
            assert_true(a.title != TEXT_APP && a.what != TEXT_APP && a.steps != TEXT_APP);
        }
    }
}

static void ammonia_never_gets_lime(void **state)
{
    const struct pond_status acid = {.level = STATUS_DANGER,
                                     .reason = REASON_PH_LOW,
                                     .value = 5.2,
                                     .no_lime = true,
                                     .ammonia_high = true};
    const struct pond_status unknown = {
        .level = STATUS_WATCH, .reason = REASON_PH_LOW, .value = 5.2, .no_lime = true};
    const struct pond_status ammonia = {
        .level = STATUS_DANGER, .reason = REASON_AMMONIA_HIGH, .value = 0.6, .no_lime = true};

    (void)state;
    assert_int_equal(text_advice_of(&acid, POND_SYSTEM_POND).steps, TEXT_PH_LOW_NO_LIME_DO);
    assert_int_equal(text_advice_of(&unknown, POND_SYSTEM_POND).steps, TEXT_PH_LOW_UNKNOWN_DO);
    assert_null(strstr(text_get(LANG_ID, TEXT_PH_LOW_UNKNOWN_DO), "Tabur"));
    assert_null(strstr(text_get(LANG_EN, TEXT_PH_LOW_UNKNOWN_DO), "Spread"));
    assert_null(strstr(text_get(LANG_ID, TEXT_PH_LOW_NO_LIME_DO), "Tabur"));
    assert_null(strstr(text_get(LANG_EN, TEXT_PH_LOW_NO_LIME_DO), "Spread"));
    assert_non_null(strstr(text_get(LANG_ID, TEXT_PH_LOW_NO_LIME_DO), "Jangan menabur kapur"));
    assert_non_null(
        strstr(text_get(LANG_EN, text_advice_of(&ammonia, POND_SYSTEM_POND).steps), "Do not lime"));
    assert_non_null(strstr(text_get(LANG_ID, text_advice_of(&ammonia, POND_SYSTEM_POND).steps),
                           "Jangan menabur"));
    assert_null(
        strstr(text_get(LANG_ID, text_advice_of(&ammonia, POND_SYSTEM_POND).steps), "Tabur"));
}

static void a_cage_in_a_river_is_not_limed_nor_its_water_changed(void **state)
{
    static const char *const NEVER[LANG_COUNT][4] = {{"kapur", "anti air", "kincir", "ambah air"},
                                                     {"lime", "hange", "erator", "dd water"}};

    (void)state;
    for (int reason = 0; reason < REASON_COUNT; reason++) {
        for (int level = STATUS_WATCH; level <= STATUS_DANGER; level++) {
            struct pond_status s = {.level = (enum status_level)level,
                                    .reason = (enum status_reason)reason,
                                    .value = 1,
                                    .no_lime = true};
            enum text steps = text_advice_of(&s, POND_SYSTEM_CAGE).steps;
            for (int k = 0; k < LANG_COUNT * 4; k++)
                if (strstr(text_get((enum lang)(k / 4), steps), NEVER[k / 4][k % 4]) != NULL)
                    fail_msg("%s: %s", NAME[steps], NEVER[k / 4][k % 4]);
        }
    }
}

static void variants_follow_the_state(void **state)
{
    struct pond_status s = {.level = STATUS_NO_DATA, .reason = REASON_NO_DATA, .value = NAN};

    (void)state;
    assert_int_equal(text_advice_of(&s, POND_SYSTEM_POND).what, TEXT_NO_DATA_NEVER_WHAT);
    s.ts_ms = 1;
    assert_int_equal(text_advice_of(&s, POND_SYSTEM_POND).what, TEXT_NO_DATA_WHAT);
    s = (struct pond_status){.level = STATUS_WATCH, .reason = REASON_SENSOR_SUSPECT, .value = NAN};
    assert_int_equal(text_advice_of(&s, POND_SYSTEM_POND).title, TEXT_SENSOR_SILENT_TITLE);
    s.value = 0.0;
    assert_int_equal(text_advice_of(&s, POND_SYSTEM_POND).title, TEXT_SENSOR_TITLE);
    s = (struct pond_status){.level = STATUS_WATCH, .reason = REASON_AMMONIA_HIGH, .value = 0.03};
    assert_int_equal(text_advice_of(&s, POND_SYSTEM_POND).title, TEXT_AMMONIA_WATCH_TITLE);
}

/* Source water may be acid peat water: whoever lets it in must have looked at its pH. */
static void water_is_never_let_in_unchecked(void **state)
{
    static const char *const IN[LANG_COUNT][3] = {{"anti air", "ambah air", "air baru"},
                                                  {"hange 20", "hange part", "dd water"}};

    (void)state;
    for (int key = 0; key < TEXT_COUNT; key++) {
        for (int k = 0; k < LANG_COUNT * 3; k++) {
            const char *at = strstr(text_get((enum lang)(k / 3), (enum text)key), IN[k / 3][k % 3]);
            size_t step = at == NULL ? 0 : strcspn(at, "|");
            const char *ph = at == NULL ? NULL : strstr(at, "pH");
            if (at != NULL && (ph == NULL || ph > at + step))
                fail_msg("%s: %.*s", NAME[key], (int)step, at);
        }
    }
}

static void without_usable_oxygen_the_fish_are_looked_at_first(void **state)
{
    static const char *const LOOK[LANG_COUNT] = {"Lihat ikan", "Go and look at the fish now"};
    const double value[] = {0.0, NAN};

    (void)state;
    for (size_t v = 0; v < 2; v++) {
        for (int lang = 0; lang < LANG_COUNT; lang++) {
            struct pond_status s = {.level = STATUS_NO_DATA,
                                    .reason = REASON_SENSOR_SUSPECT,
                                    .metric = METRIC_DO_MG_L,
                                    .value = value[v]};
            const char *steps =
                text_get((enum lang)lang, text_advice_of(&s, POND_SYSTEM_POND).steps);
            if (strncmp(steps, LOOK[lang], strlen(LOOK[lang])) != 0)
                fail_msg("value %g: %s", value[v], steps);
        }
    }
}

static void no_text_names_a_dose_of_lime(void **state)
{
    (void)state;
    for (int key = 0; key < TEXT_COUNT; key++) {
        const char *id = text_get(LANG_ID, (enum text)key);
        if (strstr(id, "kapur") != NULL &&
            (strstr(id, " gram") != NULL || strstr(id, " kg") != NULL))
            fail_msg("%s: %s", NAME[key], id);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_text_has_both_languages_with_the_same_placeholders),
        cmocka_unit_test(no_placeholder_stays_unfilled),
        cmocka_unit_test(every_advice_has_as_many_steps_in_both_languages),
        cmocka_unit_test(a_value_that_is_empty_takes_its_blank_along),
        cmocka_unit_test(a_value_with_braces_is_not_filled_again),
        cmocka_unit_test(every_reason_has_an_advice),
        cmocka_unit_test(ammonia_never_gets_lime),
        cmocka_unit_test(a_cage_in_a_river_is_not_limed_nor_its_water_changed),
        cmocka_unit_test(variants_follow_the_state),
        cmocka_unit_test(water_is_never_let_in_unchecked),
        cmocka_unit_test(without_usable_oxygen_the_fish_are_looked_at_first),
        cmocka_unit_test(no_text_names_a_dose_of_lime),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

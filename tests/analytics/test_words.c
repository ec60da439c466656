/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an alarm says. */
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analytics/alert/words.h"
#include "collector/common/civil.h"

static struct words_facts usual(void)
{
    struct words_facts f = words_nothing();

    f.place = "Kolam 2 Pak Budi";
    f.phone = "0812 3456 7890";
    f.technician = "0812 1111 2222";
    f.list = "Kolam 2 jam 03.10 (terendah 1,9)";
    f.sensor = "oksigen";
    f.ended = CAUSE_DO_CRITICAL;
    f.value = 1.23;
    f.threshold = 1.5;
    f.do_mg_l = 1.23;
    f.temp_c = 28.4;
    f.ph = 6.81;
    f.drop_mg_l = 2.2;
    f.minutes = 31;
    f.do_min_mg_l = 2.1;
    f.deaths = 120;
    f.deaths_usual = 4;
    f.ponds = 3;
    f.well = 2;
    assert_int_equal(civil_parse_iso("2026-11-24T03:12+07:00", &f.ts_ms, NULL), 0);
    f.start_ms = f.dusk_ms = f.ts_ms;
    return f;
}

/* No name in braces is left, nothing is empty, and an SMS fits 160 characters of GSM-7 (they are all ASCII). */
static void every_cause_speaks_in_both_languages_and_fits_an_sms(void **state)
{
    struct words_facts f = usual();
    int too_long = 0;

    (void)state;
    for (int c = 0; c < CAUSE_COUNT; c++)
        for (int way = 0; way < 32; way++) {
            struct words_said s;
            bool english = (way & 1) != 0;

            f.cage = (way & 2) != 0;
            f.no_lime = (way & 4) != 0;
            f.list = (way & 16) != 0 ? "" : usual().list;
            words_say(&s, (enum cause)c, (way & 8) != 0 ? ALARM_DANGER : ALARM_WATCH, &f, english);
            if (strpbrk(s.title, "{}|") != NULL || strpbrk(s.text, "{}|") != NULL ||
                strpbrk(s.sms, "{}|") != NULL)
                fail_msg("%s: %s / %s / %s", cause_info((enum cause)c)->key, s.title, s.text,
                         s.sms);
            assert_true(strlen(s.title) > 5 && strlen(s.text) > 20);
            for (const char *p = s.sms; *p != '\0'; p++)
                assert_true(*p >= 0x20 && (unsigned char)*p < 0x7f);
            if (strlen(s.sms) > 160) {
                print_message("%s: %zu characters: %s\n", cause_info((enum cause)c)->key,
                              strlen(s.sms), s.sms);
                too_long++;
            }
            assert_true(strncmp(s.sms, "[NILA]", 6) == 0);
            assert_int_equal(strstr(s.sms, english ? "DANGER" : "BAHAYA") != NULL, (way & 8) != 0);
        }
    assert_int_equal(too_long, 0);
}

static void values_have_a_comma_here_and_a_point_there(void **state)
{
    struct words_facts f = usual();
    struct words_said s;

    (void)state;
    words_say(&s, CAUSE_DO_CRITICAL, ALARM_DANGER, &f, false);
    assert_string_equal(
        s.sms, "[NILA] BAHAYA Kolam 2 Pak Budi: oksigen 1,2 (batas 1,5) jam 03.12. NYALAKAN "
               "KINCIR SEKARANG. Jangan beri pakan. Ikan megap-megap? Telp 0812 3456 7890");
    words_say(&s, CAUSE_DO_CRITICAL, ALARM_DANGER, &f, true);
    assert_non_null(strstr(s.sms, "oxygen 1.2 (limit 1.5) at 03:12"));
    assert_non_null(strstr(s.text, "\n1) Switch on every paddlewheel"));
    f.do_mg_l = f.value = NAN;
    f.ts_ms = 0;
    words_say(&s, CAUSE_DO_CRITICAL, ALARM_DANGER, &f, false);
    assert_non_null(strstr(s.sms, "oksigen - (batas 1,5) jam -."));
}

static void nobody_is_told_to_lime_while_ammonia_is_high_or_unknown(void **state)
{
    struct words_facts f = usual();
    struct words_said s;

    (void)state;
    words_say(&s, CAUSE_PH_LOW, ALARM_WATCH, &f, false);
    assert_non_null(strstr(s.text, "Tabur kapur"));
    f.no_lime = true;
    words_say(&s, CAUSE_PH_LOW, ALARM_WATCH, &f, false);
    assert_null(strstr(s.text, "Tabur kapur"));
    assert_non_null(strstr(s.text, "Jangan menabur kapur"));
    assert_non_null(strstr(s.sms, "JANGAN tabur kapur"));
    for (int c = 0; c < CAUSE_COUNT; c++)
        if (c != CAUSE_PH_LOW) {
            words_say(&s, (enum cause)c, ALARM_DANGER, &f, false);
            assert_null(strstr(s.text, "Tabur kapur"));
        }
}

static void a_cage_is_not_told_of_paddlewheels(void **state)
{
    struct words_facts f = usual();
    struct words_said s;

    (void)state;
    f.cage = true;
    words_say(&s, CAUSE_DO_CRITICAL, ALARM_DANGER, &f, false);
    assert_null(strstr(s.sms, "KINCIR"));
    assert_null(strstr(s.text, "kincir"));
    assert_non_null(strstr(s.text, "Pindahkan keramba"));
}

static void without_a_telephone_it_says_whom_to_ask(void **state)
{
    struct words_facts f = usual();
    struct words_said s;

    (void)state;
    f.phone = "";
    words_say(&s, CAUSE_DO_CRITICAL, ALARM_DANGER, &f, false);
    assert_non_null(strstr(s.sms, "Telp penyuluh"));
}

static void a_long_list_is_cut_at_a_whole_character(void **state)
{
    struct words_facts f = usual();
    struct words_said s;
    char list[1024] = "";

    (void)state;
    for (int k = 0; k < 100; k++)
        (void)strcat(list, "\xc3\xa9\xc3\xa9\xc3\xa9");
    f.list = list;
    words_say(&s, CAUSE_DO_NIGHT, ALARM_WATCH, &f, false);
    assert_true(strlen(s.sms) < sizeof s.sms);
    assert_true(((unsigned char)s.sms[strlen(s.sms) - 1] & 0xc0U) != 0xc0U);
}

/* What is to be done, and that the forecast is not yet tried on peat, is in the SMS of any number of ponds; of those as much as there
 * is room for. */
static void a_forecast_of_many_ponds_keeps_its_advice(void **state)
{
    static const struct {
        int ponds;
        const char *named;
    } ROW[] = {
        {1, ": Kolam 1 jam 03.10 (terendah 1,9)."}, {2, ": Kolam 1 jam 03.10; Kolam 2 jam 03.10."},
        {3, ": Kolam 1; Kolam 2; Kolam 3."},        {7, ": Kolam 1; Kolam 2; Kolam 3"},
        {100, ": Kolam 1; Kolam 2; Kolam 3"},
    };
    static char list[3][6000];

    (void)state;
    for (size_t k = 0; k < sizeof ROW / sizeof ROW[0]; k++)
        for (int en = 0; en < 2; en++) {
            struct words_facts f = usual();
            struct words_said s;

            for (int form = 0; form < 3; form++) {
                size_t n = 0;

                for (int i = 0; i < ROW[k].ponds; i++)
                    n += (size_t)snprintf(list[form] + n, sizeof list[form] - n, "%sKolam %d%s%s",
                                          i > 0 ? WORDS_BETWEEN : "", i + 1,
                                          form < 2 ? " jam 03.10" : "",
                                          form == 0 ? " (terendah 1,9)" : "");
            }
            f.list = list[0];
            f.shorter[0] = list[1];
            f.shorter[1] = list[2];
            words_say(&s, CAUSE_DO_NIGHT, ALARM_WATCH, &f, en);
            print_message("%s\n", s.sms);
            assert_true(strlen(s.sms) <= 155);
            assert_non_null(strstr(s.sms, en ? ": Kolam 1" : ROW[k].named));
            assert_non_null(strstr(s.sms, en ? "not yet tried on peat" : "belum teruji di gambut"));
            assert_non_null(strstr(s.sms, en ? "-sunrise, feed later." : "-terang, tunda pakan."));
            assert_int_equal(strstr(s.sms, en ? " more. " : " lain. ") != NULL, ROW[k].ponds > 3);
            assert_non_null(strstr(s.text, en ? "not yet been tried on ponds of Kalimantan's peat"
                                              : "belum pernah diuji di kolam lahan gambut"));
            assert_non_null(
                strstr(s.text, en ? "4) Keep your phone on." : "4) HP jangan dimatikan."));
            assert_true(strlen(s.text) < ATTEMPT_TEXT_SIZE - 1);
        }
}

/* A device or a channel that is well again is no word of feeding. */
static void a_device_that_is_well_again_says_nothing_of_feeding(void **state)
{
    static const struct {
        enum cause ended;
        bool feed;
        const char *says;
    } ROW[] = {
        {CAUSE_DO_CRITICAL, true, "KEMBALI AMAN"},
        {CAUSE_POWER_LOST, true, "KEMBALI AMAN"},
        {CAUSE_NO_DATA, false, "SUDAH BERES jam 03.12 (Tidak ada data)"},
        {CAUSE_SENSOR_SUSPECT, false, "SUDAH BERES"},
        {CAUSE_COLLECTOR_SILENT, false, "SUDAH BERES"},
        {CAUSE_CHANNEL_FAULT, false, "Saluran alarm Kolam 2 Pak Budi dapat dipakai lagi"},
    };

    (void)state;
    for (size_t k = 0; k < sizeof ROW / sizeof ROW[0]; k++) {
        struct words_facts f = usual();
        struct words_said s;

        f.ended = ROW[k].ended;
        print_message("%s\n", cause_info(f.ended)->key);
        words_say(&s, CAUSE_RECOVERED, ALARM_INFO, &f, false);
        if (strstr(s.sms, ROW[k].says) == NULL)
            fail_msg("%s", s.sms);
        assert_int_equal(strstr(s.sms, "pakan") != NULL, ROW[k].feed);
        assert_int_equal(strstr(s.text, "Pakan") != NULL, ROW[k].feed);
        words_say(&s, CAUSE_RECOVERED, ALARM_INFO, &f, true);
        assert_int_equal(strstr(s.sms, "feed") != NULL, ROW[k].feed);
    }
}

/* A hundred ponds in one message: named as far as there is room, the rest counted, never cut. */
static void many_ponds_fit_one_sms(void **state)
{
    static char name[100][24];
    struct words_place place[100];
    struct words_facts f = words_nothing();

    (void)state;
    f.phone = "0812 3456 7890";
    f.technician = "0812 1111 2222";
    for (int k = 0; k < 100; k++) {
        (void)snprintf(name[k], sizeof name[k], "Kolam %d Pak Budi", k + 1);
        place[k] = (struct words_place){name[k], 1.23};
    }
    for (int c = 0; c < CAUSE_COUNT; c++)
        for (int way = 0; way < 32; way++) {
            const size_t n = (way & 16) != 0 ? 100 : 2;
            const bool english = (way & 1) != 0;
            struct words_said s;

            if (cause_info((enum cause)c)->group == GROUP_NONE)
                continue;
            f.cage = (way & 2) != 0;
            words_several(&s, (enum cause)c, (way & 4) != 0 ? ALARM_DANGER : ALARM_WATCH,
                          (way & 8) != 0, place, n, &f, english);
            if (strlen(s.sms) > 155 || strpbrk(s.sms, "{}|") != NULL)
                fail_msg("%zu septets: %s", strlen(s.sms), s.sms);
            if (strstr(s.sms, "Kolam 1 Pak Budi") == NULL)
                fail_msg("no pond: %s", s.sms);
            assert_true(n == 2 || strstr(s.sms, english ? " more" : " lain") != NULL);
            assert_true(strlen(s.text) < 1188 && strstr(s.text, "Kolam 2 Pak Budi") != NULL);
            assert_int_equal(s.text[strlen(s.text) - 1], '.');
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cause_speaks_in_both_languages_and_fits_an_sms),
        cmocka_unit_test(values_have_a_comma_here_and_a_point_there),
        cmocka_unit_test(nobody_is_told_to_lime_while_ammonia_is_high_or_unknown),
        cmocka_unit_test(a_cage_is_not_told_of_paddlewheels),
        cmocka_unit_test(without_a_telephone_it_says_whom_to_ask),
        cmocka_unit_test(many_ponds_fit_one_sms),
        cmocka_unit_test(a_forecast_of_many_ponds_keeps_its_advice),
        cmocka_unit_test(a_device_that_is_well_again_says_nothing_of_feeding),
        cmocka_unit_test(a_long_list_is_cut_at_a_whole_character),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

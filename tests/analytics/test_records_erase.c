/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A person is erased: no byte of the file holds the names any more, and every total is as it was. */
#include "recordsfile.h"

#include <stdlib.h>
#include <string.h>

#include "analytics/records/change.h"
#include "analytics/records/contacts.h"
#include "analytics/records/db.h"
#include "analytics/records/erase.h"
#include "analytics/records/photos.h"
#include "collector/common/civil.h"

static const struct change_who WHO = {
    .user = "rahasia-login", .how = "page", .at_ms = 1795500000000};
static const struct change_who ADMIN = {.user = "admin", .how = "cli", .at_ms = 1795500001000};

static void add(enum records_table t, char *uid, size_t n, const struct change_cell *cell)
{
    char any[CHANGE_UID_SIZE];
    bool repeated;

    assert_int_equal(
        records_add(db, t, cell, n, "", &WHO, NULL, NULL, uid != NULL ? uid : any, &repeated), 0);
}
#define ADD(t, uid, ...)                                    \
    do {                                                    \
        const struct change_cell cell_[] = {__VA_ARGS__};   \
        add(t, uid, sizeof cell_ / sizeof cell_[0], cell_); \
    } while (0)

static void farms(char *harvest)
{
    char uid[CHANGE_UID_SIZE];
    const struct change_cell name = {"name", "RahasiaNama Dua"},
                             buyer = {"buyer", "RahasiaBeli Dua"};
    bool repeated;

    ADD(RECORDS_FARMS, uid, {"farm", "f-1"}, {"name", "RahasiaNama"}, {"regency", "kotim"},
        {"kecamatan", "62.02.06"}, {"kusuka", "6202 7777 8888"});
    ADD(RECORDS_FARMS, NULL, {"farm", "f-2"}, {"name", "Tetangga"}, {"regency", "kotim"},
        {"kecamatan", "62.02.06"});
    ADD(RECORDS_PONDS, NULL, {"pond", "p-1"}, {"farm", "f-1"}, {"name", "Kolam 1"},
        {"system", "pond"}, {"area_m2", "200"}, {"depth_m", "1,2"});
    ADD(RECORDS_CYCLES, NULL, {"cycle", "c-1"}, {"pond", "p-1"}, {"stocked_on", "2026-06-01"},
        {"count", "2000"}, {"mass_g", "8"});
    ADD(RECORDS_HARVESTS, harvest, {"pond", "p-1"}, {"on", "2026-10-01"}, {"kg", "300"},
        {"kind", "final"}, {"buyer", "RahasiaBeli"});
    ADD(RECORDS_CONTACTS, NULL, {"contact", "k-1"}, {"name", "RahasiaKontak"},
        {"phone", "0812 5555 4444"}, {"answers_for", "p-1 farm:f-1"}, {"order", "first"},
        {"on", "2026-06-01"});
    ADD(RECORDS_CONTACTS, NULL, {"contact", "penyuluh"}, {"name", "Bu Penyuluh"},
        {"phone", "0813 1111 2222"}, {"answers_for", "farm:f-1 farm:f-2"}, {"order", "second"},
        {"on", "2026-06-01"});
    ADD(RECORDS_CONTACTS, NULL, {"contact", "dinas"}, {"name", "Dinas"},
        {"phone", "0813 3333 2222"}, {"answers_for", "regency:kotim"}, {"order", "second"},
        {"on", "2026-06-01"});
    assert_int_equal(records_correct(db, RECORDS_FARMS, uid, &name, 1, "", "RahasiaAlasan", "",
                                     &WHO, NULL, NULL, &repeated),
                     0);
    assert_int_equal(records_correct(db, RECORDS_HARVESTS, harvest, &buyer, 1, "", "", "", &WHO,
                                     NULL, NULL, &repeated),
                     0);
}

/* An alarm of the farm that was told to its contact and answered; one that waits; who set a limit; a button. */
static void alarms(void)
{
    assert_int_equal(
        db_exec(
            db->db,
            "INSERT INTO alarms(id, subject, \"group\", cause, severity, rank, first_ms, seen_ms, "
            "watch_ms, "
            "danger_ms, raised_ms, told_ms, worst, well_ms, eased_ms, acked_ms, acked_by, "
            "acked_how, snooze_ms, "
            "second_ms, danger_told_ms, cleared_ms) VALUES(1, 'p-1', 'do', 'do_critical', 3, 1, 1, "
            "1, 1, 1, 1, 1, 3, "
            "0, 0, 1, 'RahasiaKontak', 'sms', 0, 0, 0, 9);"
            "INSERT INTO alarm_acks(alarm, kind, minutes, by, how, at_ms, taken_ms) "
            "VALUES(1, 'ack', 0, 'rahasia-login', 'page', 1, 1);"
            "INSERT INTO alarm_attempts(alarm, kind, severity, cause, subject, place, regency, "
            "contact, channel, "
            "address, english, title, text, sms, made_ms, due_ms, until_ms, tries, begun_ms, "
            "done_ms, fate, code, "
            "reference, why) VALUES(1, 'raise', 3, 'do_critical', 'p-1', 'RahasiaNama', 'kotim', "
            "'k-1', 'sms', "
            "'+6281255554444', 0, 'RahasiaNama', 'RahasiaNama: BAHAYA', 'RahasiaNama', 1, 1, 9, 1, "
            "1, 2, 'sent', '', '', '');"
            "INSERT INTO alarm_attempts(alarm, kind, severity, cause, subject, place, regency, "
            "contact, channel, "
            "address, english, title, text, sms, made_ms, due_ms, until_ms, tries, begun_ms, "
            "done_ms, fate, code, "
            "reference, why) VALUES(1, 'raise', 3, 'do_critical', 'x', '', 'kotim', 'k-1', 'sms', "
            "'+6281255554444', 0, '', 'BAHAYA', '', 1, 1, 9, 0, 0, 0, '', '', '', '');"
            "INSERT INTO presses(pond, kind, by, at_ms) VALUES('p-1', 'gasping', 'rahasia-login', "
            "1)"),
        0);
    ADD(RECORDS_LIMITS, NULL, {"pond", "p-1"}, {"key", "do_watch_mg_l"}, {"value", "3.5"},
        {"reason", "air gambut"}, {"by", "RahasiaBatas"}, {"on", "2026-06-01"});
}

static bool file_holds(const char *name, const char *word)
{
    size_t n = 0, k = strlen(word);
    char *bytes = support_read(name, &n);
    bool found = false;

    for (size_t i = 0; i + k <= n && !found; i++)
        found = memcmp(bytes + i, word, k) == 0;
    free(bytes);
    return found;
}

static void names_go_and_totals_stay(void **state)
{
    static const char *const SECRET[] = {
        "RahasiaNama", "RahasiaBeli",   "RahasiaKontak", "5555 4444",   "RahasiaAlasan",
        "7777 8888",   "rahasia-login", "JFIFrahasia",   "81255554444", "RahasiaBatas"};
    static const unsigned char PICTURE[] = "\xff\xd8\xff\xe0JFIFrahasia and more";
    const struct erase_person budi = {.farm = "f-1", .user = "rahasia-login"};
    struct erase_report report = {0};
    struct records_snapshot *s;
    struct rec_change *list;
    struct rec_contact *contact;
    struct change_filter all = {.farm = "f-1"};
    char harvest[CHANGE_UID_SIZE], photo[CHANGE_UID_SIZE], wal[310];
    bool repeated;
    size_t n;

    (void)state;
    farms(harvest);
    alarms();
    assert_int_equal(
        records_photo_add(db, harvest, PICTURE, sizeof PICTURE, &WHO, photo, &repeated), 0);
    assert_int_equal(records_erase_person(db, &budi, &ADMIN, &report), 0);
    assert_int_equal(report.farms, 3);    /* and its version of old, and the limit */
    assert_int_equal(report.contacts, 1); /* not those who answer for others too */
    assert_int_equal(report.buyers, 2);
    assert_int_equal(report.photos, 1);
    assert_int_equal(report.messages, 6); /* two numbers, the words of one, three answers */
    (void)snprintf(wal, sizeof wal, "%s-wal", path);
    for (size_t i = 0; i < sizeof SECRET / sizeof SECRET[0]; i++)
        if (file_holds(path, SECRET[i]) || file_holds(wal, SECRET[i]))
            fail_msg("%s is still in the file", SECRET[i]);
    assert_int_equal(records_snapshot(db, ADMIN.at_ms, &s), 0);
    assert_int_equal(s->harvests, 1);
    assert_true(s->harvest[0].kg == 300);
    assert_non_null(strstr(s->farm[0].name, "(dihapus "));
    assert_string_equal(s->farm[1].name, "Tetangga");
    records_snapshot_free(s);
    assert_int_equal(records_contacts(db, &contact, &n), 0);
    assert_int_equal(n, 2);
    assert_string_equal(contact[1].phone, "0813 1111 2222");
    free(contact);
    assert_int_equal(records_changes(db, &all, &list, &n), 0);
    assert_string_equal(list[0].kind, "erase");
    assert_string_equal(list[0].by, "admin");
    assert_int_equal(n, 8); /* add farm, pond, cycle, harvest, limit; two corrections; this */
    records_changes_free(list, n);
    /* once is enough, and the list is closed again */
    assert_int_equal(records_erase_person(db, &budi, &ADMIN, &report), 0);
    assert_int_equal(report.farms + report.contacts + report.buyers + report.photos +
                         report.messages + report.changes,
                     0);
    assert_int_not_equal(db_exec(db->db, "UPDATE changes SET by = 'x'"), 0);
    assert_int_not_equal(db_exec(db->db, "UPDATE farms_was SET name = 'x'"), 0);
}

static void nobody_is_erased_in_place_of_another(void **state)
{
    const struct erase_person none = {.farm = "f-9"}, nobody = {.contact = "x"},
                              penyuluh = {.contact = "penyuluh"};
    struct erase_report report = {.farms = 7};
    char harvest[CHANGE_UID_SIZE];

    (void)state;
    farms(harvest);
    assert_int_equal(records_erase_person(db, &none, &ADMIN, &report), NILA_ERR_NOT_FOUND);
    assert_int_equal(records_erase_person(db, &nobody, &ADMIN, &report), NILA_ERR_NOT_FOUND);
    assert_int_equal(report.farms, 7);
    assert_int_equal(records_erase_person(db, &penyuluh, &ADMIN, &report), 0);
    assert_int_equal(report.contacts, 1);
    assert_int_equal(report.farms + report.buyers, 0);
    assert_true(file_holds(path, "RahasiaNama"));
    assert_false(file_holds(path, "Bu Penyuluh"));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, records_set_up, records_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(names_go_and_totals_stay),
        TEST(nobody_is_erased_in_place_of_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

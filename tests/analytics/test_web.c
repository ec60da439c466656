/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Routes, buttons, the alarm, language, and how the server starts. */
#include "tests/analytics/webroom.h"

static void every_route_answers(void **state)
{
    static const struct {
        const char *method, *path;
        int status;
    } T[] = {
        {"GET", "/", 200},
        {"GET", "/kolam/kotim-1", 200},
        {"GET", "/wilayah", 200},
        {"GET", "/wilayah/catatan", 200},
        {"GET", "/wilayah/ketepatan", 200},
        {"GET", "/wilayah/cetak", 200},
        {"GET", "/wilayah/cetak?bulan=%3Cb%3E&lang=en", 200},
        {"GET", "/wilayah/prakiraan.csv/", 404},
        {"GET", "/wilayah/skenario", 200},
        {"GET", "/laporan", 200},
        {"GET", "/laporan?bulan=2026-10&wilayah=kotim", 200},
        {"GET", "/laporan?bulan=%3Cb%3E&wilayah=%00&lang=en", 200},
        {"GET", "/kolam-wilayah", 200},
        {"GET", "/kolam-wilayah?wilayah=seruyan&sistem=cage&terlambat=1", 200},
        {"GET", "/kolam-wilayah?wilayah=x&sistem=%ff&terlambat=", 200},
        {"GET", "/asumsi", 200},
        {"GET", "/wilayah/benih", 200},
        {"GET", "/wilayah/peta?angka=panen&bulan=2026-10", 200},
        {"GET", "/wilayah/peta?angka=%3Cb%3E", 200},
        {"GET", "/wilayah/telaah", 200},
        {"GET", "/wilayah/skenario?benih=x&di=%00%ff&asam", 200},
        {"GET", "/bantuan?lang=en", 200},
        {"GET", "/alarm", 200},
        {"PUT", "/tombol", 405},
        {"GET", "/gaya.css?v=1", 200},
        {"GET", "/favicon.svg", 200},
        {"GET", "/favicon.ico", 200},
        {"GET", "/api/v1/ponds", 200},
        {"GET", "/api/v1/forecast", 200},
        {"GET", "/api/v1/health", 503}, /* there is no database here */
        {"HEAD", "/", 200},
        {"HEAD", "/nothing", 404},
        {"GET", "/nothing", 404},
        {"GET", "/kolam/", 404},
        {"GET", "/kolam/nobody", 404},
        {"GET", "/kolam/kotim-1/x", 404},
        {"GET", "/kolam/%3Cscript%3E", 404},
        {"GET", "/kolam/..%2f..%2fetc", 404},
        {"GET", "/wilayah/", 404},
        {"GET", "/wilayah/cetak/", 404},
        {"GET", "//", 404},
        {"GET", "/api/v1/nothing", 404},
        {"POST", "/", 405},
        {"PUT", "/kolam/kotim-1", 405},
        {"DELETE", "/api/v1/ponds", 405},
        {"OPTIONS", "/", 405},
        {"BREW", "/", 405},
    };
    struct house h;

    (void)state;
    house_open(&h, NULL);
    house_start(&h);
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        int status = status_of(&h, T[i].method, T[i].path);
        if (status != T[i].status)
            fail_msg("%s %s: %d", T[i].method, T[i].path, status);
    }
    house_close(&h);
}

/* --- buttons --- */

#define TOKEN "0123456789abcdef0123456789abcdef"

/* A form as the pond's page sends it. */
static int press(const struct house *h, const char *headers, const char *form, struct answer *a)
{
    struct buf request = {0};
    int fd = dial(h), status;

    buf_printf(&request,
               "POST /tombol HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n"
               "Content-Type: application/x-www-form-urlencoded\r\n%sContent-Length: %zu\r\n\r\n",
               web_port(h->web), headers, strlen(form));
    buf_str(&request, form);
    tell(fd, request.p, request.n);
    buf_free(&request);
    hear(fd, a);
    status = a->status;
    return status;
}

static size_t presses(const struct house *h, enum press_kind kind)
{
    struct rec_press *list = NULL;
    size_t n = 0, of_kind = 0;

    assert_int_equal(records_presses(h->records, 0, INT64_MAX, &list, &n), 0);
    for (size_t i = 0; i < n; i++)
        of_kind += list[i].kind == kind;
    free(list);
    return of_kind;
}

#define COOKIE "Cookie: lang=id; nila=" TOKEN "\r\n"
#define FORM(what, where, key) \
    "apa=" what "&di=" where "&kembali=%2Fkolam%2Fkotim-1&kunci=" key "&tanda=" TOKEN

static void a_button_is_noted_once_and_leads_back_to_its_page(void **state)
{
    struct house h;
    struct answer a;

    (void)state;
    house_open(&h, NULL);
    house_start(&h);
    for (int tap = 0; tap < 2; tap++) { /* a double tap */
        assert_int_equal(press(&h, COOKIE, FORM("gasping", "kotim-1", "7"), &a), 303);
        assert_true(has(&a.head, "Location: /kolam/kotim-1\r\n"));
        answer_free(&a);
    }
    assert_int_equal(presses(&h, PRESS_GASPING), 1);
    assert_int_equal(press(&h, COOKIE, FORM("gasping", "kotim-1", "8"), &a), 303);
    answer_free(&a);
    assert_int_equal(presses(&h, PRESS_GASPING), 2);
    assert_int_equal(press(&h, COOKIE, FORM("aerator_on", "kotim-1", "8"), &a), 303);
    answer_free(&a);
    assert_int_equal(presses(&h, PRESS_AERATOR_ON), 1);
    ask(&h, "GET", "/kolam/kotim-1", COOKIE, &a); /* gasping is danger at any value, at once */
    assert_true(has(&a.body, "BAHAYA"));
    assert_true(has(&a.body, "Tercatat: ikan megap-megap"));
    assert_true(has(&a.body, "Tercatat: kincir menyala"));
    assert_true(has(&a.body, "value=\"aerator_off\""));
    assert_true(has(&a.body, "value=\"" TOKEN "\""));
    assert_false(has(&a.head, "Set-Cookie: lang")); /* it has its token */
    answer_free(&a);
    house_close(&h);
}

static void a_page_with_buttons_gives_a_token_that_is_strict(void **state)
{
    struct house h;
    struct answer a;

    (void)state;
    house_open(&h, NULL);
    house_start(&h);
    ask(&h, "GET", "/kolam/kotim-1", "Cookie: nila=x<script>\r\n", &a);
    assert_true(has(&a.head, "Set-Cookie: nila="));
    assert_true(has(&a.head, "SameSite=Strict; HttpOnly"));
    assert_false(has(&a.body, "x<script>"));
    answer_free(&a);
    ask(&h, "GET", "/wilayah", "", &a);
    assert_false(has(&a.head, "Set-Cookie: lang"));
    answer_free(&a);
    house_close(&h);
}

static void what_is_not_pressed_on_our_page_is_refused(void **state)
{
    static const struct {
        const char *says, *headers, *form;
        int status;
        const char *holds;
    } T[] = {
        {"another site", COOKIE "Origin: http://jahat.example\r\n", FORM("gasping", "kotim-1", "1"),
         403, "Ditolak"},
        {"an origin that is hidden", COOKIE "Origin: null\r\n", FORM("gasping", "kotim-1", "1"),
         403, "Refused"},
        {"another site, by fetch", COOKIE "Sec-Fetch-Site: cross-site\r\n",
         FORM("gasping", "kotim-1", "1"), 403, "Ditolak"},
        {"no cookie", "", FORM("gasping", "kotim-1", "1"), 403, "kuki"},
        {"another cookie", "Cookie: nila=ffffffffffffffffffffffffffffffff\r\n",
         FORM("gasping", "kotim-1", "1"), 403, "Ditolak"},
        {"no form", COOKIE, "", 400, "Isian tidak dapat dipakai"},
        {"half a form", COOKIE, "apa=gasping&di=kotim-1", 400, "The form cannot be used"},
        {"a member twice", COOKIE, FORM("gasping", "kotim-1", "1") "&apa=gasping", 400, "Isian"},
        {"bad code", COOKIE, FORM("gasping", "kotim%zz1", "1"), 400, "Isian"},
        {"an unknown button", COOKIE, FORM("dance", "kotim-1", "1"), 400, "Isian"},
        {"back to another host", COOKIE,
         "apa=gasping&di=kotim-1&kembali=%2F%2Fjahat.example&kunci=1&tanda=" TOKEN, 400, "Isian"},
        {"a header in the path back", COOKIE,
         "apa=gasping&di=kotim-1&kembali=%2Fa%0d%0aX:%201&kunci=1&tanda=" TOKEN, 400, "Isian"},
        {"an unknown pond", COOKIE, FORM("gasping", "kotim-9", "1"), 409, "tidak terbuka"},
        {"an alarm that is none", COOKIE, FORM("ack", "12", "1"), 409, "no longer open"},
        {"an alarm that is no number", COOKIE, FORM("ack", "12x", "1"), 400, "Isian"},
    };
    struct house h;
    struct answer a;
    static char big[70000];

    (void)state;
    house_open(&h, NULL);
    house_start(&h);
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        int status = press(&h, T[i].headers, T[i].form, &a);
        if (status != T[i].status || !has(&a.body, T[i].holds))
            fail_msg("%s: %d %s", T[i].says, status, a.body.p);
        answer_free(&a);
    }
    memset(big, 'a', sizeof big);
    memcpy(big, "apa=", 4);
    big[sizeof big - 1] = '\0';
    assert_int_equal(press(&h, COOKIE, big, &a), 413);
    answer_free(&a);
    ask(&h, "GET", "/tombol", "", &a);
    assert_int_equal(a.status, 405);
    assert_true(has(&a.head, "Allow: POST\r\n"));
    answer_free(&a);
    for (int k = 0; k < PRESS_KINDS; k++)
        assert_int_equal(presses(&h, (enum press_kind)k), 0);
    house_close(&h);
}

/* An alarm that was told, as watch stores it. */
static int64_t raised(const struct house *h, enum alarm_severity severity)
{
    struct rec_alarm alarm = {.severity = severity,
                              .worst = severity,
                              .rank = 1,
                              .first_ms = clock_wall_ms() - 60000,
                              .seen_ms = clock_wall_ms(),
                              .raised_ms = clock_wall_ms() - 60000,
                              .told_ms = clock_wall_ms() - 60000,
                              .value = 1.2,
                              .threshold = 1.5};
    struct rec_attempt attempt = {.severity = severity, .due_ms = clock_wall_ms()};
    const bool changed = true, gone = false;
    const long index = 0;
    struct alarm_commit c = {.alarm = &alarm,
                             .changed = &changed,
                             .gone = &gone,
                             .alarms = 1,
                             .attempt = &attempt,
                             .alarm_index = &index,
                             .attempts = 1,
                             .now_ms = clock_wall_ms()};

    (void)snprintf(alarm.subject, sizeof alarm.subject, "kotim-1");
    (void)snprintf(alarm.group, sizeof alarm.group, "oxygen");
    (void)snprintf(alarm.cause, sizeof alarm.cause, "do_critical");
    (void)snprintf(attempt.kind, sizeof attempt.kind, "raise");
    (void)snprintf(attempt.channel, sizeof attempt.channel, "sms");
    (void)snprintf(attempt.contact, sizeof attempt.contact, "<budi>");
    assert_int_equal(records_alarms_commit(h->records, &c), 0);
    attempt.tries = 1;
    attempt.begun_ms = attempt.done_ms = clock_wall_ms();
    (void)snprintf(attempt.fate, sizeof attempt.fate, "refused");
    (void)snprintf(attempt.why, sizeof attempt.why, "tanpa sinyal");
    assert_int_equal(records_attempt_store(h->records, &attempt), 0);
    return alarm.id;
}

static void an_alarm_is_shown_and_acknowledged_on_the_page(void **state)
{
    struct house h;
    struct answer a;
    struct rec_ask *asks = NULL;
    size_t n = 0;
    char form[300];
    int64_t id;

    (void)state;
    house_open(&h, NULL);
    id = raised(&h, ALARM_DANGER);
    house_start(&h);
    ask(&h, "GET", "/alarm", COOKIE, &a);
    assert_int_equal(a.status, 200);
    assert_true(has(&a.body, "Oksigen sangat rendah"));
    assert_true(has(&a.body, "Kolam 1"));
    assert_true(has(&a.body, "sms gagal "));
    assert_true(has(&a.body, "tanpa sinyal"));
    assert_true(has(&a.body, "&lt;budi&gt;"));
    assert_true(has(&a.body, "Sudah ditangani"));
    assert_true(has(&a.body, "Alarm belum pernah dijalankan"));
    answer_free(&a);
    for (int k = 0; k < 2; k++) {
        (void)snprintf(form, sizeof form, "apa=%s&di=%lld&kembali=%%2Falarm&kunci=1&tanda=" TOKEN,
                       k == 0 ? "ack" : "snooze", (long long)id);
        assert_int_equal(press(&h, COOKIE, form, &a), 303);
        assert_true(has(&a.head, "Location: /alarm\r\n"));
        answer_free(&a);
    }
    assert_int_equal(records_alarm_asks(h.records, &asks, &n), 0);
    assert_int_equal(n, 2);
    assert_int_equal(asks[0].kind, ASK_ACK);
    assert_string_equal(asks[0].by, "halaman 127.0.0.1");
    assert_string_equal(asks[0].how, "page");
    assert_int_equal(asks[1].kind, ASK_SNOOZE);
    assert_int_equal(asks[1].minutes, 30);
    free(asks);
    house_close(&h);
}

static void pages_say_when_the_alarm_has_stopped(void **state)
{
    struct house h;
    struct rec_mark mark = {.key = "watch", .at_ms = clock_wall_ms() - (int64_t)360000};
    struct alarm_commit c = {.mark = &mark, .marks = 1, .now_ms = mark.at_ms};
    struct answer a;

    (void)state;
    house_open(&h, NULL);
    assert_int_equal(records_alarms_commit(h.records, &c), 0);
    house_start(&h);
    ask(&h, "GET", "/wilayah", "", &a);
    assert_true(has(&a.body, "Alarm tidak berjalan"));
    answer_free(&a);
    mark.at_ms = clock_wall_ms();
    assert_int_equal(records_alarms_commit(h.records, &c), 0);
    ask(&h, "GET", "/wilayah", "", &a);
    assert_false(has(&a.body, "Alarm tidak berjalan"));
    answer_free(&a);
    house_close(&h);
}

static void a_scenario_is_computed_beside_the_pages_and_mistakes_are_named(void **state)
{
    struct house h;
    struct answer a;

    (void)state;
    house_open(&h, NULL);
    house_start(&h);
    await_page(&h, "/wilayah", "href=\"/wilayah/skenario\"");
    await_page(&h, "/wilayah/skenario?pakan=%2B50&kincir=&di=", "<h2>Yang diandaikan</h2>");
    ask(&h, "GET", "/wilayah/skenario?pakan=%2B50&kincir=&di=", "", &a);
    assert_true(has(&a.body, "Harga pakan berubah +50%, mulai sekarang."));
    assert_true(has(&a.body, "<svg class=\"chart\""));
    assert_true(has(&a.body, "value=\"50\""));
    assert_true(has(&a.body, "href=\"/wilayah/skenario?pakan=50&amp;lang=en\""));
    assert_false(has(&a.body, "http-equiv=\"refresh\""));
    answer_free(&a);
    ask(&h, "GET", "/wilayah/skenario?benih=130&di=%3Cb%3E&lang=en", "", &a);
    assert_true(has(&a.body, "Fewer fingerlings (%): \u201c130\u201d cannot be used; give a whole "
                             "number from 0 to 100."));
    assert_true(has(&a.body, "\u201c&lt;b&gt;\u201d"));
    assert_false(has(&a.body, "<b>\u201d"));
    assert_false(has(&a.body, "<h2>What is supposed</h2>"));
    answer_free(&a);
    ask(&h, "GET", "/wilayah/skenario?kirim=5&kirim-ke=seruyan&lang=en", "", &a);
    assert_true(has(&a.body,
                    "Fingerlings sent between the regencies (thousands): \u201c5\u201d cannot "
                    "be used; first fill the ledger of fingerlings"));
    answer_free(&a);
    ask(&h, "GET", "/wilayah/skenario", "", &a);
    assert_true(has(&a.head, "form-action 'self'"));
    assert_true(has(&a.body, "Belum ada yang diandaikan."));
    answer_free(&a);
    house_close(&h);
}

static void the_language_is_chosen_and_kept_in_a_cookie(void **state)
{
    struct house h;
    struct answer a;

    (void)state;
    house_open(&h, NULL);
    house_start(&h);
    ask(&h, "GET", "/", "", &a);
    assert_true(has(&a.body, "<html lang=\"id\">"));
    assert_false(has(&a.head, "Set-Cookie: lang"));
    answer_free(&a);
    ask(&h, "GET", "/?lang=en", "", &a);
    assert_true(has(&a.body, "<html lang=\"en\">"));
    assert_true(has(&a.head, "Set-Cookie: lang=en; Path=/;"));
    answer_free(&a);
    ask(&h, "GET", "/", "Cookie: lang=en\r\n", &a);
    assert_true(has(&a.body, "<html lang=\"en\">"));
    answer_free(&a);
    ask(&h, "GET", "/?lang=id", "Cookie: lang=en\r\n", &a);
    assert_true(has(&a.body, "<html lang=\"id\">"));
    answer_free(&a);
    ask(&h, "GET", "/?lang=%0d%0aX-Evil:%201", "", &a);
    assert_true(has(&a.body, "<html lang=\"id\">"));
    assert_false(has(&a.head, "Set-Cookie: lang"));
    assert_false(has(&a.head, "Evil"));
    answer_free(&a);
    house_close(&h);
}

static void start_says_what_is_wrong(void **state)
{
    struct house h, second;
    struct web *w = NULL;
    struct web_config c = {0};
    char why[256] = "";

    (void)state;
    house_open(&h, NULL);
    house_start(&h);
    house_open(&second, NULL);
    c.config = &second.config;
    c.records = second.records;
    second.config.port = web_port(h.web);
    assert_int_equal(web_start(&w, &c, why, sizeof why), NILA_ERR_BUSY);
    assert_non_null(strstr(why, "127.0.0.1"));
    second.config.port = 0;
    (void)snprintf(second.config.bind, sizeof second.config.bind, "kolam.local");
    assert_int_equal(web_start(&w, &c, why, sizeof why), NILA_ERR_CONFIG);
    assert_non_null(strstr(why, "kolam.local"));
    (void)snprintf(second.config.bind, sizeof second.config.bind, "127.0.0.1");
    c.refresh_s = 601;
    assert_int_equal(web_start(&w, &c, why, sizeof why), NILA_ERR_CONFIG);
    c.refresh_s = 0;
    c.forecast_s = 59;
    assert_int_equal(web_start(&w, &c, why, sizeof why), NILA_ERR_CONFIG);
    assert_null(w);
    house_close(&second);
    house_close(&h);
    web_stop(NULL);
}

static void a_port_that_is_not_ours_is_denied(void **state)
{
    struct house h;
    struct web *w = NULL;
    struct web_config c = {0};
    char why[256] = "";
    char line[32];
    int floor = 1024, rc;
    bool root;
    FILE *f = fopen("/proc/sys/net/ipv4/ip_unprivileged_port_start", "r");

    (void)state;
    if (f != NULL) {
        if (fgets(line, sizeof line, f) != NULL)
            floor = (int)strtol(line, NULL, 10);
        (void)fclose(f);
    }
    if (floor <= 1)
        skip(); /* everybody may bind port 1 here */
    house_open(&h, NULL);
    h.config.port = 1;
    c.config = &h.config;
    c.records = h.records;
    /* root may bind everything: as nobody, for the length of the call */
    root = geteuid() == 0;
    if (root)
        assert_int_equal(seteuid(65534), 0);
    rc = web_start(&w, &c, why, sizeof why);
    if (root)
        assert_int_equal(seteuid(0), 0);
    assert_int_equal(rc, NILA_ERR_DENIED);
    house_close(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_route_answers),
        cmocka_unit_test(a_button_is_noted_once_and_leads_back_to_its_page),
        cmocka_unit_test(a_page_with_buttons_gives_a_token_that_is_strict),
        cmocka_unit_test(what_is_not_pressed_on_our_page_is_refused),
        cmocka_unit_test(an_alarm_is_shown_and_acknowledged_on_the_page),
        cmocka_unit_test(pages_say_when_the_alarm_has_stopped),
        cmocka_unit_test(a_scenario_is_computed_beside_the_pages_and_mistakes_are_named),
        cmocka_unit_test(the_language_is_chosen_and_kept_in_a_cookie),
        cmocka_unit_test(start_says_what_is_wrong),
        cmocka_unit_test(a_port_that_is_not_ours_is_denied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

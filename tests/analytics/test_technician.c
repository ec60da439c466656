/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The technicians' pages from made-up answers of collectors, and the fleet against a scripted socket. */
#include "tests/support/support.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "analytics/web/page_technician.h"
#include "analytics/web/trouble.h"
#include "collector/common/buf.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"

#define NOW INT64_C(1795471950000) /* 2026-11-24 05:12:30 WIB */

/* What a collector says whose probe is dead, whose other probe is well, and whose server refuses. */
static const char *const STATUS[] = {
    "{\"kind\":\"collector\",\"version\":\"1.2.3\",\"site\":\"uji\",\"name\":\"Tambak "
    "<b>\",\"now_ms\":1795471950000,\"started_ms\":1795468350000,\"clock_trusted\":true,"
    "\"disk_free\":2147483648,\"disk_size\":4294967296,\"disk_read_only\":false,"
    "\"power_weak\":null,\"lost_values\":0,\"new_member\":[1,{\"a\":2}]}",
    "{\"kind\":\"bus\",\"slug\":\"utara\",\"where\":\"/dev/a b 9600 "
    "8N1\",\"port\":\"/dev/a b\",\"baud\":9600,\"parity\":\"E\",\"stop_bits\":1,"
    "\"state\":\"open\",\"since_ms\":1795468350000,\"requests\":100,\"good\":90,\"timeouts\":10,"
    "\"bad_frames\":0,\"exceptions\":0,\"stale\":0,\"lost\":0,\"served_slots\":100,"
    "\"missed_slots\":2,\"busy_permille\":123,\"waiting\":0,\"why\":\"\"}",
    "{\"kind\":\"device\",\"slug\":\"sehat\",\"pond\":\"kolam-1\",\"bus\":\"utara\",\"unit\":4,"
    "\"profile\":\"p\",\"read\":true,\"every_s\":60,\"last_good_ms\":1795471940000,"
    "\"last_try_ms\":1795471940000,\"requests\":60,\"good\":60,\"timeouts\":0,\"bad_frames\":0,"
    "\"exceptions\":0,\"stale\":0,\"round_ms\":40,\"last\":\"good\",\"answer_p50_ms\":30,"
    "\"answer_p95_ms\":64,\"backoff_s\":0,\"error\":\"\"}",
    "{\"kind\":\"device\",\"slug\":\"mati\",\"pond\":null,\"bus\":\"utara\",\"unit\":3,"
    "\"profile\":\"p\",\"read\":true,\"every_s\":60,\"last_good_ms\":1795471000000,"
    "\"last_try_ms\":1795471940000,\"requests\":40,\"good\":30,\"timeouts\":10,\"bad_frames\":0,"
    "\"exceptions\":0,\"stale\":0,\"round_ms\":300,\"last\":\"silent\",\"answer_p50_ms\":30,"
    "\"answer_p95_ms\":64,\"backoff_s\":120,\"error\":\"no answer <i>\"}",
    "{\"kind\":\"journal\",\"rows\":500,\"bytes\":1048576,\"max_bytes\":268435456,"
    "\"oldest_unsent_ms\":1795464000000,\"held\":0,\"dropped\":0,\"quarantined\":3,"
    "\"hours_left\":null}",
    "{\"kind\":\"sink\",\"slug\":\"pusat\",\"state\":\"misconfigured\",\"pending\":77,\"sent\":5,"
    "\"refused\":3,\"refused_old\":0,\"last_ok_ms\":0,\"next_try_ms\":1795472000000,\"http\":401,"
    "\"text\":\"no & login\"}",
    "{\"kind\":\"of tomorrow\",\"x\":1}",
};
static const char *const REGISTERS[] = {
    "{\"kind\":\"device\",\"device\":\"mati\",\"bus\":\"utara\",\"unit\":3,\"profile\":\"p\","
    "\"maker\":\"Pabrik <u>\",\"model\":\"M\",\"asked_ms\":1795471945000,\"note\":\"\"}",
    "{\"kind\":\"question\",\"device\":\"mati\",\"function\":3,\"first\":0,\"count\":2,\"outcome\":"
    "\"good\",\"exception\":0,\"answer_ms\":31,\"text\":\"\"}",
    "{\"kind\":\"register\",\"device\":\"mati\",\"name\":\"do\",\"metric\":\"do_mg_l\",\"unit\":"
    "\"mg/L\",\"function\":3,\"first\":0,\"count\":2,\"type\":\"f32\",\"order\":\"CDAB\",\"scale\":"
    "1,\"offset\":0,\"min\":0,\"max\":20,\"site_min\":null,\"site_max\":null,\"regs\":[26214,16614]"
    ","
    "\"value\":4.8,\"flag\":1,\"bits\":0}",
    "{\"kind\":\"register\",\"device\":\"mati\",\"name\":\"t\",\"metric\":\"temp_c\",\"unit\":"
    "\"\u00b0C\",\"function\":4,\"first\":10000,\"count\":1,\"type\":\"s16\",\"order\":\"AB\","
    "\"scale\":0.01,\"offset\":-40,\"min\":null,\"max\":null,\"site_min\":10,\"site_max\":40,"
    "\"regs\":[],\"value\":null,\"flag\":9,\"bits\":4096}",
};
#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static void make_box(struct fleet_box *x)
{
    *x = (struct fleet_box){.key = "pi", .heard_ms = NOW - 1000, .tried_ms = NOW - 1000};
    for (size_t i = 0; i < COUNT(STATUS); i++)
        if (fleet_take_status(x, STATUS[i]) != 0)
            fail_msg("%s", STATUS[i]);
    for (size_t i = 0; i < COUNT(REGISTERS); i++)
        if (fleet_take_registers(&x->map, &x->maps, REGISTERS[i]) != 0)
            fail_msg("%s", REGISTERS[i]);
}

static bool has(const struct buf *b, const char *part)
{
    return b->p != NULL && strstr(b->p, part) != NULL;
}

static void expect(const struct buf *b, const char *part)
{
    if (!has(b, part))
        fail_msg("not there: %s\n%s", part, b->p);
}

/* --- what collectors say --- */

static void refuses_what_is_no_status_line(void **state)
{
    static const char *const BAD[] = {"",
                                      "{",
                                      "[]",
                                      "{\"kind\":\"bus\",\"slug\":7}",
                                      "{\"kind\":\"device\",\"unit\":\"3\"}",
                                      "{\"kind\":\"collector\",\"now_ms\":1e300}",
                                      "{\"x\":1}"};
    struct fleet_box x = {.buses = 0};

    (void)state;
    for (size_t i = 0; i < COUNT(BAD); i++)
        if (fleet_take_status(&x, BAD[i]) != NILA_ERR_PROTO)
            fail_msg("%s", BAD[i]);
    fleet_box_clear(&x);
}

static void cuts_long_words_between_characters(void **state)
{
    struct fleet_box x = {.buses = 0};
    struct buf b = {0};

    (void)state;
    buf_str(&b, "{\"kind\":\"bus\",\"slug\":\"a\",\"why\":\"x");
    for (int i = 0; i < 200; i++)
        buf_str(&b, "\u00e9");
    buf_str(&b, "\"}");
    assert_int_equal(fleet_take_status(&x, b.p), 0);
    assert_int_equal(strlen(x.bus[0].why), FLEET_TEXT_SIZE - 1);
    assert_int_equal((unsigned char)x.bus[0].why[FLEET_TEXT_SIZE - 2], 0xA9);
    buf_free(&b);
    fleet_box_clear(&x);
}

static void the_worst_comes_first(void **state)
{
    static const enum trouble_kind WANT[] = {TROUBLE_DEVICE, TROUBLE_SINK_REFUSES, TROUBLE_SPOOL,
                                             TROUBLE_QUARANTINE};
    struct fleet_view v = {.now_ms = NOW, .boxes = 1};
    struct fleet_box x;
    struct trouble *t;
    size_t n;

    (void)state;
    make_box(&x);
    v.box = &x;
    t = troubles_of(&v, &n);
    assert_int_equal(n, COUNT(WANT));
    for (size_t i = 0; i < n; i++)
        assert_int_equal(t[i].kind, WANT[i]);
    assert_string_equal(x.device[t[0].at].slug, "mati");
    free(t);
    x.device[0].backoff_s = 60; /* both dead: it is the bus */
    t = troubles_of(&v, &n);
    assert_int_equal(t[0].kind, TROUBLE_BUS_SILENT);
    free(t);
    x.heard_ms = NOW - FLEET_SILENT_MS; /* what it said is old: nothing of it is told as present */
    t = troubles_of(&v, &n);
    assert_int_equal(n, 1);
    assert_int_equal(t[0].kind, TROUBLE_BOX);
    free(t);
    fleet_box_clear(&x);
}

/* --- pages --- */

static void the_page_names_the_dead_probe_first_and_escapes(void **state)
{
    struct fleet_view v = {.now_ms = NOW, .boxes = 1};
    const struct page_model m = {.now_ms = NOW, .notice = ""};
    struct fleet_box x;
    struct buf b = {0};

    (void)state;
    make_box(&x);
    v.box = &x;
    page_devices(&b, &v, &m, LANG_ID);
    expect(&b, "4 hal harus diperiksa");
    expect(&b, ">mati diam (jalur utara, unit 3)</a>");
    expect(&b, "periksa listrik dan kabel alat ini sendiri");
    expect(&b, "Tambak &lt;b&gt;");
    expect(&b, "no answer &lt;i&gt;");
    expect(&b, "no &amp; login");
    expect(&b, "30/64\u00a0ms");
    expect(&b, "10 diam, dari 40 pertanyaan");
    expect(&b, "12,3%");
    expect(&b, "340\u00a0ms"); /* a round of both */
    expect(&b, "2.048 dari 4.096 MB");
    assert_true(strstr(b.p, ">mati<") < strstr(b.p, ">sehat<"));
    assert_false(has(&b, "<i>") || has(&b, "<b>\""));
    buf_clear(&b);
    page_devices(&b, &v, &m, LANG_EN);
    expect(&b, "Other devices of this bus answer");
    buf_free(&b);
    fleet_box_clear(&x);
}

static void a_device_shows_both_numberings_raw_and_decoded(void **state)
{
    struct fleet_view v = {.now_ms = NOW, .boxes = 1};
    const struct page_model m = {.now_ms = NOW, .notice = ""};
    struct page_device_form form = {.token = "t<k>"};
    struct fleet_reading reading = {.device = "mati", .state = FLEET_READ_DONE, .done_ms = NOW};
    struct fleet_box x;
    struct buf b = {0};
    size_t at;

    (void)state;
    make_box(&x);
    v.box = &x;
    assert_ptr_equal(fleet_find(&v, "", "utara", "mati", &at), &x);
    assert_null(fleet_find(&v, "", "selatan", "mati", &at));
    assert_null(fleet_find(&v, "lain", "utara", "mati", &at));
    reading.got = x.map[0];
    x.reading = &reading;
    x.readings = 1;
    page_device(&b, &v, &x, at, &m, &form, LANG_ID);
    expect(&b, "<code>6666 40E6</code></td><td>0</td><td>40001</td>");
    expect(&b, "<b>4,800\u00a0mg/L</b><span>baik</span>");
    expect(&b, "f32 CDAB");
    expect(&b, "0 \u2026 20");
    expect(&b, "<td>10000</td><td>310001</td>"); /* six digits where five do not reach */
    expect(&b, "0,01 \u2212 40");
    expect(&b, "10 \u2026 40");
    expect(&b, "tidak ada nilai");
    expect(&b, "Pabrik &lt;u&gt;");
    expect(&b, "value=\"t&lt;k&gt;\"");
    expect(&b,
           "mbpoll -m rtu -a 3 -0 -r 0 -c 2 -t 4:hex -1 -b 9600 -P even -s 1 &#39;/dev/a b&#39;");
    expect(&b, "-r 10000 -c 1 -t 3:hex");
    buf_clear(&b);
    form = (struct page_device_form){.wait_s = 4}; /* who may not ask is told why */
    reading.state = FLEET_READ_WAITING;
    page_device(&b, &v, &x, at, &m, &form, LANG_ID);
    assert_false(has(&b, "<form"));
    expect(&b, "memerlukan akun teknisi");
    expect(&b, "http-equiv=\"refresh\" content=\"2\"");
    buf_free(&b);
    x.reading = NULL;
    x.readings = 0;
    fleet_box_clear(&x);
}

static void a_port_is_quoted_for_the_shell(void **state)
{
    static const struct {
        const char *port, *part;
    } T[] = {{"/dev/ttyUSB0", " /dev/ttyUSB0\n"},
             {"/dev/a;b", " '/dev/a;b'\n"},
             {"it's", " 'it'\\''s'\n"},
             {"-x", " '-x'\n"},
             {"$(x)", " '$(x)'\n"}};

    (void)state;
    for (size_t i = 0; i < COUNT(T); i++) {
        struct fleet_bus bus = {.serial = true, .baud = 4800, .stop_bits = 2, .parity = "N"};
        struct buf b = {0};

        (void)snprintf(bus.port, sizeof bus.port, "%s", T[i].port);
        page_device_mbpoll(&b, &bus, 1, 3, 0, 1);
        expect(&b, T[i].part);
        buf_free(&b);
    }
}

static void the_fleet_shows_who_gives_no_word_first(void **state)
{
    struct series_beat beat[] = {
        {.collector = "pi-a",
         .site = "ada",
         .version = "1.0",
         .ts_ms = NOW - 60000,
         .devices = 3,
         .devices_good = 3,
         .clock_trusted = 1,
         .disk_free_mb = 900,
         .fleet_number = 100},
        {.collector = "pi-b",
         .site = "bisu",
         .ts_ms = NOW - 3 * FLEET_BEAT_MS,
         .devices = 2,
         .devices_good = 2,
         .clock_trusted = 1,
         .disk_free_mb = 900},
        {.collector = "pi-c",
         .site = "cacat",
         .ts_ms = NOW - 60000,
         .devices = 3,
         .devices_good = 1,
         .clock_trusted = 1,
         .disk_free_mb = 900,
         .fleet_number = 100,
         .fleet_failed = 106},
    };
    const struct fleet_view v = {
        .now_ms = NOW, .beats = 3, .beat = beat, .influx = true, .beats_ms = NOW - 10000};
    const struct page_model m = {.now_ms = NOW, .notice = ""};
    struct buf b = {0};

    (void)state;
    page_fleet(&b, &v, &m, LANG_ID);
    expect(&b, "3 kolektor, 1 tanpa kabar.");
    expect(&b, "TIDAK ADA KABAR");
    assert_true(strstr(b.p, ">bisu<") < strstr(b.p, ">cacat<"));
    assert_true(strstr(b.p, ">cacat<") < strstr(b.p, ">ada<"));
    expect(&b, "1/3");
    expect(&b, ">nomor 100<");
    expect(&b, ">nomor 100; 106 gagal dan dikembalikan<");
    buf_free(&b);
}

/* --- the fleet against a socket --- */

struct talker {
    int fd;
    pthread_t thread;
    atomic_int statuses, readings;
    atomic_bool mute; /* takes requests and says nothing */
};

static void say(int fd, const char *const *line, size_t n, int64_t now_ms)
{
    struct buf b = {0};

    for (size_t i = 0; i < n; i++) {
        const char *now = strstr(line[i], "\"now_ms\":1795471950000");
        if (now != NULL) {
            buf_add(&b, line[i], (size_t)(now - line[i]));
            buf_printf(&b, "\"now_ms\":%lld%s", (long long)now_ms, now + 22);
        } else {
            buf_str(&b, line[i]);
        }
        buf_str(&b, "\n");
    }
    buf_str(&b, "{\"end\":true}\n");
    (void)send(fd, b.p, b.n, MSG_NOSIGNAL);
    buf_free(&b);
}

static void *talk(void *arg)
{
    struct talker *t = arg;
    int fd;

    while ((fd = accept(t->fd, NULL, NULL)) >= 0) {
        char request[400];
        ssize_t n = recv(fd, request, sizeof request - 1, 0);

        request[n > 0 ? n : 0] = '\0';
        if (atomic_load(&t->mute)) {
            (void)recv(fd, request, sizeof request, 0); /* until the other hangs up */
        } else if (strstr(request, "\"status\"") != NULL) {
            say(fd, STATUS, COUNT(STATUS), clock_wall_ms());
            atomic_fetch_add(&t->statuses, 1);
        } else {
            say(fd, REGISTERS, COUNT(REGISTERS), 0);
            atomic_fetch_add(&t->readings, strstr(request, "\"ask\":true") != NULL);
        }
        (void)close(fd);
    }
    return NULL;
}

static void talker_start(struct talker *t, const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};

    assert_true(strlen(path) < sizeof a.sun_path);
    memcpy(a.sun_path, path, strlen(path) + 1);
    t->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(t->fd >= 0);
    assert_int_equal(bind(t->fd, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(listen(t->fd, 16), 0);
    assert_int_equal(pthread_create(&t->thread, NULL, talk, t), 0);
}

static void talker_stop(struct talker *t)
{
    (void)shutdown(t->fd, SHUT_RDWR);
    (void)pthread_join(t->thread, NULL);
    (void)close(t->fd);
}

static void moved(void *arg)
{
    atomic_fetch_add((atomic_int *)arg, 1);
}

/* Waits for the box's reading to be in that state. */
static void await_reading(struct fleet *f, enum fleet_read_state want)
{
    for (int64_t until = clock_mono_ms() + 20000;; (void)poll(NULL, 0, 10)) {
        struct fleet_view *v = fleet_view(f);
        const struct fleet_reading *r = fleet_reading_of(&v->box[0], "mati");
        const bool there = r != NULL && r->state == want;

        fleet_view_free(v);
        if (there)
            return;
        if (clock_mono_ms() > until)
            fail_msg("the reading does not come");
    }
}

static void await_rc(struct fleet *f, bool well)
{
    for (int64_t until = clock_mono_ms() + 20000;; (void)poll(NULL, 0, 10)) {
        struct fleet_view *v = fleet_view(f);
        const bool so = v->box[0].tried_ms != 0 && (v->box[0].rc == 0) == well;

        fleet_view_free(v);
        if (so)
            return;
        if (clock_mono_ms() > until)
            fail_msg("the box does not become %s", well ? "well" : "silent");
    }
}

static void a_socket_is_heard_read_and_missed(void **state)
{
    static struct analytics_config c;
    struct talker t = {.fd = -1};
    atomic_int changes = 0;
    struct fleet *f = NULL;
    struct fleet_view *v;
    char dir[80];
    int wait_s = 0;
    int64_t began_ms;

    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    c = (struct analytics_config){.source = SOURCE_SOCKET, .collectors = 1};
    (void)snprintf(c.collector[0].slug, SLUG_SIZE, "pi");
    (void)snprintf(c.collector[0].socket, sizeof c.collector[0].socket, "%s/s", dir);
    assert_int_equal(fleet_start(&f, &c, moved, &changes), 0);
    fleet_watched(f, true);
    await_rc(f, false);
    v = fleet_view(f);
    assert_int_equal(v->box[0].rc, NILA_ERR_NOT_FOUND);
    assert_int_equal(fleet_read(f, "pi", "utara", "mati", &wait_s), NILA_ERR_NOT_FOUND);
    fleet_view_free(v);

    talker_start(&t, c.collector[0].socket);
    await_rc(f, true);
    assert_true(atomic_load(&changes) > 0);
    assert_int_equal(fleet_read(f, "pi", "utara", "hantu", &wait_s), NILA_ERR_NOT_FOUND);
    assert_int_equal(fleet_read(f, "pi", "utara", "ma\"ti", &wait_s), NILA_ERR_NOT_FOUND);
    assert_int_equal(fleet_read(f, "pi", "utara", "mati", &wait_s), 0);
    await_reading(f, FLEET_READ_DONE);
    assert_int_equal(atomic_load(&t.readings), 1);
    /* too soon */
    assert_int_equal(fleet_read(f, "pi", "utara", "mati", &wait_s), NILA_ERR_BUSY);
    assert_true(wait_s >= 1 && wait_s <= FLEET_READ_GAP_MS / 1000);
    assert_int_equal(atomic_load(&t.readings), 1);

    /* a collector that hangs is soon known to, and does not hold up the end */
    atomic_store(&t.mute, true);
    await_rc(f, false);
    v = fleet_view(f);
    assert_int_equal(v->box[0].rc, NILA_ERR_TIMEOUT);
    assert_int_equal(v->box[0].devices, 2); /* what it said is kept */
    assert_false(fleet_heard(v, &v->box[0]));
    fleet_view_free(v);
    began_ms = clock_mono_ms();
    fleet_stop(f);
    if (clock_mono_ms() - began_ms > 3000)
        fail_msg("the end took %lld ms", (long long)(clock_mono_ms() - began_ms));
    talker_stop(&t);
    support_rmdir(dir);
}

/* The newest first, with what can be read of them; what a collector says is escaped or refused. */
static void a_bus_shows_its_last_frames(void **state)
{
    static const char *const FRAME[] = {
        "{\"kind\":\"frame\",\"bus\":\"utara\",\"at_ms\":1795471940123,\"way\":\"tx\",\"bytes\":"
        "\"03 04 27 10 00 02 7A 76\"}",
        "{\"kind\":\"frame\",\"bus\":\"utara\",\"at_ms\":1795471940190,\"way\":\"rx\",\"bytes\":"
        "\"03 84 02 C2 C1\"}",
        "{\"kind\":\"frame\",\"bus\":\"utara\",\"at_ms\":1795471941000,\"way\":\"rx\",\"bytes\":"
        "\"\"}"};
    static struct fleet_frames f = {.bus = "utara"};
    struct page_model m = {.now_ms = NOW, .notice = ""};
    struct fleet_view v = {.now_ms = NOW, .boxes = 1};
    struct fleet_box x;
    struct buf b = {0};

    (void)state;
    make_box(&x);
    v.box = &x;
    page_bus(&b, &v, &x, 0, &m, LANG_ID);
    expect(&b, "belum memberi tahu bingkainya");
    for (size_t i = 0; i < COUNT(FRAME); i++)
        assert_int_equal(fleet_take_frame(&f, FRAME[i]), 0);
    assert_int_equal(fleet_take_frame(&f, "{\"kind\":\"frame\",\"bus\":\"utara\",\"at_ms\":1,"
                                          "\"way\":\"rx\",\"bytes\":\"<b>\"}"),
                     NILA_ERR_PROTO);
    assert_int_equal(f.n, 3);
    x.traffic = malloc(sizeof f);
    assert_non_null(x.traffic);
    x.traffic[0] = f;
    x.frames = 1;
    buf_clear(&b);
    page_bus(&b, &v, &x, 0, &m, LANG_ID);
    expect(&b,
           "unit 3, fungsi 4, mulai 10000, banyak 2</span><code>03 04 27 10 00 02 7A 76</code>");
    expect(&b, "unit 3, fungsi 4: ditolak, exception 2</span><code>03 84 02 C2 C1</code>");
    expect(&b, "tidak ada jawaban utuh");
    assert_true(strstr(b.p, "exception 2") < strstr(b.p, "mulai 10000"));
    buf_free(&b);
    fleet_box_clear(&x);
}

static void one_row_is_no_rows(void **state)
{
    struct page_model m = {.now_ms = NOW, .notice = ""};
    struct fleet_view v = {.now_ms = NOW, .boxes = 1};
    struct fleet_box x;
    struct buf b = {0};

    (void)state;
    make_box(&x);
    v.box = &x;
    x.sink[0].pending = 1;
    x.journal.quarantined = 1;
    page_devices(&b, &v, &m, LANG_EN);
    expect(&b, "<dd>1 row</dd>");
    expect(&b, "1 line was refused for ever");
    if (has(&b, "1 rows") || has(&b, "1 lines"))
        fail_msg("%s", b.p);
    buf_free(&b);
    fleet_box_clear(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bus_shows_its_last_frames),
        cmocka_unit_test(one_row_is_no_rows),
        cmocka_unit_test(refuses_what_is_no_status_line),
        cmocka_unit_test(cuts_long_words_between_characters),
        cmocka_unit_test(the_worst_comes_first),
        cmocka_unit_test(the_page_names_the_dead_probe_first_and_escapes),
        cmocka_unit_test(a_device_shows_both_numberings_raw_and_decoded),
        cmocka_unit_test(a_port_is_quoted_for_the_shell),
        cmocka_unit_test(the_fleet_shows_who_gives_no_word_first),
        cmocka_unit_test(a_socket_is_heard_read_and_missed),
    };
    log_set_level(LOG_LEVEL_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
